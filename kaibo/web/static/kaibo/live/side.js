// The bar and the right column.

import { age, atSecond, clock, count, isMissing, money, nowUs, onDay, atMinute, ratio, show } from "./format.js";
import { clockNow, setEnd } from "./ages.js";
import { $, fill, h, nameOf, page, say, sayOr } from "./dom.js";

const PALETTE = { feed: "#74b3ea", paid: "#a592e0", following: "#4cc08d", short_video: "#e9b872", search: "#d98b6a", share: "#6fc3c0", shop: "#c9c27a", other: "#6d7886", "": "#3c4653" };
const SPARE = ["#8fa3b8", "#b88fa3", "#8fb89b", "#b8ab8f"];

export function drawBar(store) {
  const meta = store.get("meta/show");
  if (!meta) return;
  setEnd(meta.status === "ended" ? meta.to_us : null);
  $("lamp").className = `lamp ${meta.status}`;
  $("lamp").title = say(`status_${meta.status}`);
  const host = store.get("host");
  fill($("host"), host ? [h("b", {}, host.name), h("small", {}, say("host_since", { at: atMinute(host.from_us) }))] : [h("b", { class: "fig none" }, say("no_host")), h("small", {}, say("host_declared"))]);
  const violations = store.get("strip/violations");
  fill($("signals"), violationsText(store, violations), h("span", { title: say("bitrate_why") }, `${say("bitrate")} ${say("not_reported")}`));
  drawFeeds(store);
  tickBar(store);
}

// The register knows more than a feed: how many are open, until when an appeal is possible.
function violationsText(store, counted) {
  const register = store.get("reg/violations");
  const href = `${$("changes").dataset.page}#violation`;
  if (!register) return h("a", { href }, `${say("violations")} ${show(counted)}`);
  const until = register.appeal_until ? ` · ${say("violations_until", { at: atMinute(register.appeal_until) })}` : "";
  const open = register.open ? ` · ${say("violations_open", { n: register.open })}` : "";
  return h("a", { href, class: register.open ? "open" : null }, `${say("violations")} ${register.count}${open}${until}`);
}

function drawFeeds(store) {
  const lights = [...store.below("light/")].map(([name, light]) => {
    const item = h("li", { "data-light": name });
    item.light = light;
    item.append(h("i"), h("span", {}, say(`light_${name}`)), h("time"));
    return item;
  });
  fill($("feeds"), lights.length ? lights : h("li", {}, h("i"), say("no_feeds")));
}

// Once a second: the clock on air, time left, and how old each feed is.
export function tickBar(store) {
  const meta = store.get("meta/show");
  if (!meta) return;
  const begun = meta.from_us;
  $("clock").textContent = begun ? clock((clockNow() - begun) / 1e6) : "--:--:--";
  const left = meta.planned_end_us ? (meta.planned_end_us - nowUs()) / 1e6 : null;
  const texts = { on_air: left === null ? say("on_air") : left > 0 ? say("time_left", { at: clock(left) }) : say("over_time", { at: clock(-left) }), ended: say("ended_at", { at: meta.to_us ? `${onDay(meta.to_us)} ${atMinute(meta.to_us)}` : "" }), planned: say("status_planned") };
  $("left").textContent = texts[meta.status];
  for (const item of $("feeds").children) if (item.light) writeLight(item, meta.status);
}

function writeLight(item, status) {
  const { at, is_gap: isGap, patience, feeds } = item.light;
  const old = at ? (nowUs() - at) / 1e6 : null;
  const isOver = status === "ended";
  item.className = isGap ? "lost" : at === null || isOver ? "" : old <= patience ? "fresh" : old <= 5 * patience ? "late" : "lost";
  const text = at === null ? say("light_silent") : isOver ? "" : item.className === "lost" ? say("light_lost", { age: age(at) }) : age(at);
  const time = item.lastChild;
  if (time.textContent !== text) time.textContent = text;
  item.title = `${feeds.join(", ")}${at ? ` · ${say("last_at", { at: `${onDay(at)} ${atSecond(at)}` })}` : ""}`;
}

export function drawSources(store) {
  const rows = [...store.below("source/")].map(([name, values]) => ({ name, ...values })).sort((a, b) => b.views - a.views);
  const total = rows.reduce((sum, row) => sum + row.views, 0);
  const reason = store.get("strip/entries");
  if (!total || rows.every((row) => !row.name)) return fill($("sources"), h("p", { class: "later" }, isMissing(reason) ? say("no_entries_feed") : say("no_sources")));
  let spare = 0;
  const colours = new Map(rows.map((row) => [row.name, PALETTE[row.name] ?? SPARE[spare++ % SPARE.length]]));
  const swatch = (row) => h("i", { style: { background: colours.get(row.name) } });
  const label = (name) => sayOr(`source_${name || "unknown"}`, name);
  return fill($("sources"),
    h("div", { class: "mix", "aria-hidden": "true" }, rows.map((row) => h("i", { style: { background: colours.get(row.name), flex: String(row.views) } }))),
    h("table", {}, h("thead", {}, h("tr", {}, [say("source"), say("views"), say("share"), "GMV"].map((word) => h("th", { scope: "col" }, word)))),
      h("tbody", {}, rows.slice(0, 5).map((row) => h("tr", {}, h("td", {}, swatch(row), label(row.name)), h("td", {}, count(row.views)), h("td", {}, ratio(row.views / total)), h("td", {}, row.gmv === null ? "–" : money(row.gmv, page.currency)))))));
}

export function drawSpend(store) {
  const tile = store.get("tile/5");
  if (!tile) return;
  const wanted = ["ad_spend", "ad_balance", "ad_minutes_left"];
  const all = [tile.main, ...tile.also];
  const found = wanted.map((id) => all.find((figure) => figure.id === id)).filter(Boolean);
  fill($("spend"), found.length && !found.every(isMissing) ? h("dl", {}, found.map((figure) => [h("dt", {}, nameOf(figure.id)), h("dd", { class: isMissing(figure) ? "none" : null }, show(figure))])) : h("p", { class: "later" }, say("no_spend")));
}

export function drawComments(store) {
  const list = $("comments");
  if (!page.sees_comments) return fill(list, h("li", { class: "later" }, say("comments_hidden")));
  const rows = [...store.below("comment/")].map(([id, comment]) => ({ id, ...comment })).sort((a, b) => b.at_us - a.at_us || (a.id < b.id ? 1 : -1));
  const rate = store.get("strip/comments");
  $("comment-note").textContent = isMissing(rate) ? "" : say("per_minute", { n: show(rate) });
  if (!rows.length) return fill(list, h("li", { class: "later" }, isMissing(rate) && rate?.r === "not_reported" ? say("no_comment_feed") : say("no_comments")));
  return fill(list, rows.map((row) => h("li", {}, h("time", {}, atSecond(row.at_us)), h("p", {}, row.name && h("b", {}, row.name), row.text))));
}

export function drawStated(store) {
  const rows = [...store.below("figure/")].sort((a, b) => a[0].localeCompare(b[0]));
  $("stated-panel").hidden = !rows.length;
  fill($("stated"), rows.flatMap(([name, figure]) => [h("dt", {}, sayOr(`figure_${name}`, nameOf(name.replace(/_minor$/, "")))), h("dd", {}, name.endsWith("_minor") ? money(figure.value, page.currency) : count(figure.value)), h("dd", { class: "fig none" }, `${sayOr(`origin_${figure.origin}`, figure.origin)} · ${atMinute(figure.as_of_us)}`)]));
}

