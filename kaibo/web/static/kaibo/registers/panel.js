// The registers inside the control room: what waits for somebody, price and stock changes, the ad log in two taps.

import { Queue } from "../desk/queue.js";
import { $, fill, h, page, say } from "../live/dom.js";
import { atMinute, clock, isMissing, money, nowUs, onDay, show } from "../live/format.js";
import { ask } from "./change.js";

const DAY_US = 86_400e6;
const STARTING_US = 15 * 60e6; // later nobody goes through the checklist any more
const ADS = ["budget", "bid", "roi_target", "started", "paused", "creative", "audience", "other"];
let store;
let toast;
let queue;
let plan = null;
let lastDrawn = "";

const base = () => $("changes").dataset.api;
const may = (act) => $("changes").dataset[act] === "1";

export function start(theStore, theToast) {
  [store, toast] = [theStore, theToast];
  if (!may("goods")) return;
  queue = new Queue(`${base()}/ads`, { name: "entries", onChange: drawAds, onRefused: toast });
  $("change-new").addEventListener("click", () => ask({ store, toast, write }));
  setInterval(tick, 1000);
}

export async function write(path, body = {}) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(`${base()}/${path}`, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(body) }).catch(() => null);
  if (answer?.ok) return true;
  const told = answer ? await answer.json().catch(() => ({})) : {};
  toast([told.problem, told.fix].filter(Boolean).join(" ") || say("line_offline", { at: "" }));
  return false;
}

const amount = (change, value) => (value === null ? "–" : change.kind === "price" ? money(value, page.currency, { cents: true }) : String(value));

// ---- what waits for somebody
export function drawAlerts(theStore) {
  store = theStore;
  const found = [];
  const href = $("changes").dataset.page;
  const meta = store.get("meta/show");
  const status = meta?.status;
  for (const change of store.get("reg/changes") ?? []) {
    if (change.revert && change.revert <= nowUs() && change.state !== "asked") found.push(["bad", say("change_overdue", { link: change.link_no, before: amount(change, change.before), at: atMinute(change.revert) }), `${href}#change`]);
  }
  const violations = store.get("reg/violations");
  if (violations?.open) {
    const until = violations.appeal_until && violations.appeal_until > nowUs() ? ` · ${say("violations_until", { at: atDay(violations.appeal_until) })}` : "";
    found.push([until && violations.appeal_until - nowUs() < DAY_US ? "bad" : "warn", `${say("violations")} ${violations.count} · ${say("violations_open", { n: violations.open })}${until}`, `${href}#violation`]);
  }
  const given = store.get("reg/given");
  if (given?.full.length) found.push(["warn", say("given_full", { links: given.full.join(" ") }), `${href}#give`]);
  const list = store.get("reg/checklist");
  if (list?.wrong) found.push(["warn", say("checklist_wrong", { n: list.wrong }), $("changes").dataset.before]);
  else if (list?.open && list.due && nowUs() > list.due && (status === "planned" || nowUs() < meta.from_us + STARTING_US)) found.push(["warn", say("checklist_open", { n: list.open }), $("changes").dataset.before]);
  fill($("register-alerts"), found.slice(0, 3).map(([kind, text, url]) => h("li", { class: kind }, h("a", { href: url }, text))));
}

const atDay = (us) => (us - nowUs() > DAY_US / 2 ? `${onDay(us)} ${atMinute(us)}` : atMinute(us));

// ---- price and stock changes
export function drawChanges(theStore) {
  store = theStore;
  const rows = store.get("reg/changes") ?? [];
  const step = (change, name) => h("button", { type: "button", onclick: () => write(`changes/${encodeURIComponent(change.id)}/${name}`) }, say(`change_step_${name}`));
  fill($("change-list"), rows.slice(0, 4).map((change) => h("li", { "data-revert": change.revert ?? "", class: change.state },
    h("div", {}, h("b", {}, say("change_line", { link: change.link_no, before: amount(change, change.before), after: amount(change, change.after) })), h("small", {}, say(`change_${change.state}`), h("time", {}))),
    may("goods") && [change.state === "asked" && [step(change, "make"), step(change, "withdraw")], change.state === "made" && change.made_by !== page.me && step(change, "check"), ["made", "checked"].includes(change.state) && step(change, "revert")])));
  tick();
  drawAlerts(store);
}

function tick() {
  for (const row of $("change-list").children) {
    const revert = Number(row.dataset.revert);
    const left = revert ? (revert - nowUs()) / 1e6 : null;
    row.classList.toggle("overdue", left !== null && left <= 0);
    const text = left === null ? "" : left > 0 ? ` · ${say("change_left", { at: clock(left).replace(/^00:/, "") })}` : ` · ${atMinute(revert)}`;
    const time = row.querySelector("time");
    if (time.textContent !== text) time.textContent = text;
  }
  const overdue = [...$("change-list").querySelectorAll(".overdue")].length;
  if (String(overdue) !== lastDrawn && store) { lastDrawn = String(overdue); drawAlerts(store); }
}

// ---- the ad log: a plan, then what was done to it
export function drawAds(theStore) {
  if (theStore) store = theStore;
  const ads = store?.get("reg/ads");
  if (!ads) return;
  const waiting = queue?.waiting ?? [];
  const plans = [...new Set([...waiting.map((entry) => entry.plan).reverse(), ...ads.plans])].slice(0, 5);
  plan ??= plans[0] ?? null;
  if (may("ads") && !$("ad-acts").contains(document.activeElement)) drawActs(plans);
  const mine = waiting.map((entry) => ({ ...entry, at: entry.at_us, ready: null, result: null })).reverse();
  fill($("ad-log"), [...mine, ...ads.log.filter((each) => !mine.some((one) => one.id === each.id))].slice(0, 4).map(adLine));
}

function drawActs(plans) {
  const value = h("input", { class: "ad-value", placeholder: say("ad_value"), "aria-label": say("ad_value"), maxlength: 120, autocomplete: "off" });
  const other = h("input", { class: "ad-plan", placeholder: plans.length ? say("ad_new_plan") : say("ad_plan"), "aria-label": say("ad_new_plan"), maxlength: 120, autocomplete: "off" });
  const pick = (name) => { plan = name; document.activeElement?.blur(); drawActs(plans); };
  fill($("ad-acts"),
    h("div", { class: "chips" }, plans.map((name) => h("button", { type: "button", "aria-pressed": name === plan ? "true" : "false", onclick: () => pick(name) }, name)), other, value),
    h("div", { class: "chips" }, ADS.map((what) => h("button", { type: "button", "data-ad": what, onclick: () => log(other.value.trim() || plan, what, value.value.trim()) }, say(`ad_${what}`)))));
}

function log(name, what, value) {
  if (!name) return $("ad-acts").querySelector(".ad-plan").focus();
  plan = name;
  document.activeElement?.blur();
  queue.add({ at_us: Math.round(nowUs()), plan: name, what, value });
  toast(say("ad_logged", { plan: name, what: `${say(`ad_${what}`)} ${value}`.trim() }));
  return drawAds(store);
}

function adLine(entry) {
  const result = entry.result?.every(([, after]) => after) ? h("dl", {}, entry.result.filter(([before, after]) => !isMissing(before) || !isMissing(after)).map(([before, after]) => h("div", {}, h("dt", {}, say(`ad_result_${before.id}`)), h("dd", {}, `${isMissing(before) ? "–" : show(before)} → ${isMissing(after) ? "–" : show(after)}`)))) : entry.ready && entry.ready > nowUs() ? h("small", {}, say("ad_result_at", { at: atMinute(entry.ready) })) : null;
  const canUndo = may("ads") && entry.ready && nowUs() - entry.at < 600e6;
  return h("li", {}, h("div", {}, h("b", {}, entry.plan), ` ${say(`ad_${entry.what}`)} ${entry.value ?? ""} `, h("small", {}, atMinute(entry.at))), result,
    canUndo && h("button", { type: "button", onclick: async () => (await write(`ads/${encodeURIComponent(entry.id)}/undo`)) && toast(say("ad_undone")) }, say("ad_undo")));
}

