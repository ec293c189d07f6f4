// The ten numbers. Their elements stay; only texts change, so focus and hover survive every push.

import { $, fill, h, nameOf, names, say } from "./dom.js";
import { ageOf } from "./ages.js";
import { isMissing, ratio, sentence, show } from "./format.js";

// digits: the numbers set large, in order; the first one that is known leads, `instead` where none is. Everything else of the tile stands small.
const LAYOUT = [
  { digits: ["gmv_paid"], title: "tile_1", exact: true, isSum: true },
  { digits: ["gmv_per_minute_5m"], title: "tile_2" },
  { digits: ["online_now"], title: "tile_3" },
  { digits: ["entries_natural_per_minute", "entries_paid_per_minute"], title: "tile_4", instead: "entries_per_minute" },
  { digits: ["ad_spend", "spend_per_minute"], title: "tile_5", isSum: true },
  { digits: ["roas_room", "roas_net_1h"], title: "tile_6" },
  { digits: ["gpm_view_15m"], title: "tile_7" },
  { digits: ["stay_per_viewer"], title: "tile_8" },
  { digits: ["product_click_ratio", "click_pay_ratio"], title: "tile_9", joint: "→" },
  { digits: ["interaction_ratio", "follow_ratio", "club_join_ratio"], title: "tile_10", spare: "comments_per_minute" },
];
const KEYS = "QWERTYUIOP";
const STATED = new Set(["typed", "imported", "pushed"]);
const SILENT = new Set(["no_target", "no_history"]); // said once by the tile itself, not again by each small number

export function build(openDefinition) {
  const make = (shape, index) => {
    const number = index + 1;
    const tile = h("button", { class: "tile", type: "button", "data-tile": number, "aria-keyshortcuts": KEYS[index] },
      h("header", {}, h("b", {}, say(shape.title)), h("time", { class: "age" })),
      h("div", { class: "digits" }), h("div", { class: "gauge", hidden: true }), h("div", { class: "change" }), h("div", { class: "also" }),
      h("div", { class: "foot" }), spark());
    tile.addEventListener("click", () => openDefinition(tile.ids ?? []));
    return tile;
  };
  const tiles = LAYOUT.map(make);
  fill($("tiles"), tiles.slice(0, 6), h("div", { class: "thin" }, tiles.slice(6)));
  return tiles;
}

function spark() {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 60 20");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(space, "path"));
  return svg;
}

export function draw(tiles, store) {
  tiles.forEach((tile, index) => {
    const data = store.get(`tile/${index + 1}`);
    if (data) drawOne(tile, data, LAYOUT[index]);
  });
  drawSparks(tiles, store);
  drawPinned(store);
}

function drawOne(tile, data, shape) {
  const all = [data.main, ...data.also];
  const found = shape.digits.map((id) => all.find((figure) => figure.id === id)).filter(Boolean);
  const spare = found.every(isMissing) && all.find((figure) => figure.id === shape.spare && !isMissing(figure));
  const instead = found.every(isMissing) && all.find((figure) => figure.id === shape.instead && !isMissing(figure)); // the sum where nobody tells its parts
  const isOneReason = found.length > 1 && found.every(isMissing) && new Set(found.map((figure) => show(figure))).size === 1; // said once
  const large = instead ? [instead] : isOneReason ? found.slice(0, 1) : found.length ? found : [data.main];
  const small = all.filter((figure) => !large.includes(figure) && !(isOneReason && found.includes(figure)) && !SILENT.has(figure.r));
  tile.ids = [...new Set([...found, ...large, ...small])].map((figure) => figure.id);
  const [, digits, gauge, change, also, foot] = tile.children;
  const before = digits.firstChild?.textContent;
  fill(digits, large.flatMap((figure, at) => [at > 0 && h("span", { class: shape.joint ? "joint" : "sep" }, shape.joint ?? ""), largeText(figure, shape)]), spare && [h("span", { class: "sep" }), h("span", { "data-figure": spare.id }, shortText(spare))]);
  if (before && before !== digits.firstChild.textContent && shape.exact) flash(tile);
  ageOf(tile.querySelector("header time"), data.main.at ?? large[0].at);
  drawGauge(gauge, data);
  fill(change, isMissing(data.main) ? null : changeOf(data.change, shape), data.target && !isMissing(data.main) && h("span", { title: sentence(data.target) }, targetText(data.target)));
  fill(also, alsoOf(small));
  fill(foot, h("span", {}, bandText(data)), h("span", {}, isMissing(data.main) ? "" : say(`origin_${data.main.o}`)));
  tile.setAttribute("aria-label", `${tile.querySelector("header b").textContent}: ${large.map((f) => `${nameOf(f.id)} ${show(f, shape)}`).join(", ")}`);
}

// "balance ¥8,123", "43 % of target": the short words hold the place of the number
function shortText(figure) {
  const text = isMissing(figure) ? "–" : show(figure);
  const short = names[figure.id]?.short;
  return short ? short.replace("{n}", text) : `${nameOf(figure.id)} ${text}`;
}

function alsoOf(figures) {
  const low = figures.find((figure) => figure.id === "gmv_expected_low");
  const high = figures.find((figure) => figure.id === "gmv_expected_high");
  const rest = figures.filter((figure) => figure !== low && figure !== high);
  const spans = rest.map((figure) => h("span", { class: isMissing(figure) ? "none" : null, title: `${nameOf(figure.id)} ${sentence(figure) || ""}`.trim() }, shortText(figure)));
  if (low && high && !isMissing(low) && !isMissing(high)) spans.splice(1, 0, h("span", { title: nameOf(low.id) }, say("expected", { low: show(low), high: show(high) })));
  return spans;
}

function largeText(figure, shape) {
  return h("span", { class: isMissing(figure) ? "none" : null, "data-figure": figure.id, title: sentence(figure) || nameOf(figure.id) }, show(figure, shape));
}

function flash(tile) {
  tile.classList.remove("flash");
  requestAnimationFrame(() => tile.classList.add("flash"));
}

// A sum never falls: its change is that of the last five minutes against the five before.
function changeOf(change, { isSum }) {
  if (!change) return null;
  if (isMissing(change)) return h("span", { class: "none", title: sentence(change) }, say("change_unknown"));
  const size = Math.abs(change.v);
  const isStated = STATED.has(change.o);
  if (size < 0.005) return h("span", { class: "flat" }, `→ ${say(isStated ? "unchanged_round" : isSum ? "unchanged_pace" : "unchanged_5m")}`);
  const rises = change.v > 0;
  return h("span", {}, h("span", { class: rises ? "up" : "down" }, `${rises ? "▲" : "▼"} ${ratio(size)}`), ` ${say(isStated ? "against_round" : isSum ? "against_pace" : "against_5m")}`);
}

const targetText = (target) => (target.r === "no_target" ? show(target) : shortText(target));

function bandText({ main, band }) {
  if (!band) return say("no_band");
  const text = (value) => show({ ...main, v: value });
  return say("band", { low: text(band[0]), high: text(band[1]) });
}

// A bar for the share of a target, a grey band with a dot for the usual range; nothing where neither is known.
function drawGauge(gauge, { main, band, target, also }) {
  const isShare = target && !isMissing(target) && target.u === "ratio";
  const isLine = target && !isMissing(target) && target.u === main.u && !isMissing(main);
  gauge.hidden = !(isShare || isLine || (band && !isMissing(main)));
  gauge.classList.toggle("dot", !isShare);
  if (gauge.hidden) return;
  const percent = (share) => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(1)}%`;
  const usual = also?.find((figure) => figure.id === "gmv_usual_share_ratio" && !isMissing(figure));
  if (isShare) return fill(gauge, h("b", { style: { width: percent(target.v) } }), usual && h("em", { style: { left: percent(usual.v) }, title: shortText(usual) }));
  const top = Math.max(main.v, band?.[1] ?? 0, isLine ? target.v : 0) * 1.15 || 1;
  fill(gauge,
    band && h("i", { style: { left: percent(band[0] / top), width: percent((band[1] - band[0]) / top) } }),
    isLine && h("b", { style: { left: percent(target.v / top), width: "2px" }, title: targetText(target) }),
    h("em", { style: { left: percent(main.v / top) } }));
}

const SPARKS = { 1: 3, 2: 3, 4: (row) => (row[1] ?? 0) + (row[2] ?? 0), 5: 4, 6: 5 }; // tile -> place in a minute row

function drawSparks(tiles, store) {
  const rows = [...store.below("minute/")].map(([at, row]) => [Number(at), row]).sort((a, b) => a[0] - b[0]);
  const recent = rows.slice(-31, -1);
  for (const [number, place] of Object.entries(SPARKS)) {
    const values = (number === "1" ? rows : recent).map(([, row]) => (typeof place === "function" ? place(row) : row[place]) ?? 0);
    if (number === "1") values.forEach((value, at) => { values[at] = value + (values[at - 1] ?? 0); }); // the evening's climb
    const top = Math.max(...values, 0);
    const path = tiles[number - 1].querySelector(".spark path");
    const step = 60 / Math.max(1, values.length - 1);
    path.setAttribute("d", top > 0 ? `M${values.map((v, i) => `${(i * step).toFixed(1)} ${(18 - (16 * v) / top).toFixed(1)}`).join("L")}` : "");
  }
}

// Clock, GMV, online and ROI stay in sight on a phone.
function drawPinned(store) {
  const figure = (number, id) => {
    const tile = store.get(`tile/${number}`);
    return tile && ([tile.main, ...tile.also].find((each) => each.id === id) ?? tile.main);
  };
  const one = (label, value, options) => h("div", {}, h("small", {}, say(label)), h("b", { class: isMissing(value) ? "none" : null }, show(value, options)));
  fill($("pinned"), one("pinned_gmv", figure(1, "gmv_paid"), { exact: true }), one("pinned_online", figure(3, "online_now")), one("pinned_roi", figure(6, "roas_room")));
}

export function keyOf(event) {
  return event.key.length === 1 ? KEYS.indexOf(event.key.toUpperCase()) : -1;
}

