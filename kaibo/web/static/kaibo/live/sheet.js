// The table of links. Its order is frozen: rows move only when the reader clicks a head.

import { clockNow } from "./ages.js";
import { $, fill, h, nameOf, say } from "./dom.js";
import { isMissing, show, why } from "./format.js";

// [key of the row, word of the head, metric behind it]
const COLUMNS = [
  ["link_no", "col_link", null],
  ["minutes", "col_laps", null],
  ["click", "col_click", "product_click_ratio"],
  ["pay", "col_pay", "click_pay_ratio"],
  ["units", "col_units", "units_paid"],
  ["gmv", "col_gmv", "gmv_paid"],
  ["per_minute", "col_per_minute", "gmv_per_explained_minute"],
  ["left", "col_left", "stock_minutes_left"],
  ["refund", "col_refund", "refund_amount_ratio_1h"],
  ["back", "col_back", null],
];
const REST_US = 20 * 60e6; // a link is proposed again no sooner than 20 minutes after its last lap

// A phone shows five links: the five that sold most, until the reader chooses another order.
const phone = matchMedia("(max-width: 640px)");
let sort = { key: "link_no", isDown: false };
let isChosen = false;
let order = []; // keys as they stand
let sortNow = true;

export function draw(store) {
  const rows = new Map(store.below("goods/"));
  const now = store.get("now");
  keepOrder(rows);
  $("sheet-note").textContent = rows.size ? say("links", { n: rows.size }) : "";
  if (!rows.size) return fill($("sheet"), h("tbody", {}, h("tr", {}, h("td", {}, h("p", { class: "later" }, say("no_links"))))));
  const best = bestMinutes(rows);
  fill($("sheet"), head(store), h("tbody", {}, order.map((key) => line(key, rows.get(key), now, best))));
  return undefined;
}

function keepOrder(rows) {
  order = order.filter((key) => rows.has(key));
  const added = [...rows.keys()].filter((key) => !order.includes(key)).sort((a, b) => byLink(rows.get(a), rows.get(b)));
  order.push(...added);
  const isTopFive = phone.matches && !isChosen;
  if (isTopFive) sort = { key: "gmv", isDown: true };
  if (!sortNow && !isTopFive) return;
  sortNow = false;
  const value = (key) => valueOf(rows.get(key), sort.key);
  order.sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return (left === null) - (right === null); // unknown stays below, whichever way
    const step = typeof left === "string" ? left.localeCompare(right, undefined, { numeric: true }) : left - right;
    return sort.isDown ? -step : step;
  });
}

// a row without a number stands below, whatever a locale thinks of signs
const byLink = (a, b) => (a.link_no === null) - (b.link_no === null) || String(a.link_no).localeCompare(String(b.link_no), undefined, { numeric: true });

function valueOf(row, key) {
  const cell = row[key];
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "object") return isMissing(cell) ? null : cell.v;
  return cell;
}

function head(store) {
  const choose = (key) => {
    sort = { key, isDown: sort.key === key ? !sort.isDown : key !== "link_no" };
    sortNow = isChosen = true;
    draw(store);
    $("sheet").querySelector(`[data-key="${key}"]`).focus();
  };
  return h("thead", {}, h("tr", {}, COLUMNS.map(([key, word, metric]) => h("th", { scope: "col", "aria-sort": sort.key === key ? (sort.isDown ? "descending" : "ascending") : null, title: metric ? nameOf(metric) : null },
    h("button", { type: "button", "data-key": key, onclick: () => choose(key) }, say(word))))));
}

// The median of GMV per explained minute: a link above it with stock and rest behind it is worth a return.
function bestMinutes(rows) {
  const values = [...rows.values()].map((row) => valueOf(row, "per_minute")).filter((value) => value !== null).sort((a, b) => a - b);
  return values.length < 3 ? null : values[Math.floor(values.length / 2)];
}

function isReturn(row, best) {
  const [value, left] = [valueOf(row, "per_minute"), valueOf(row, "left")];
  if (best === null || value === null || value <= best || row.stock === 0) return false;
  return row.last_lap_us !== null && clockNow() - row.last_lap_us > REST_US && (left === null || left > 10);
}

// Below a stated number of people the two counts stand instead of a share: one of one is not 100 %.
const reason = (figure) => (figure?.r === "few" ? say("few", { part: figure.of[0], whole: figure.of[1], least: figure.least }) : why(figure));
const missing = (figure) => (figure?.r === "few" && figure.id !== "refund_amount_ratio_1h" && figure.of[1] > 0 ? `${figure.of[0]}/${figure.of[1]}` : "–");

function line(key, row, now, best) {
  const isNow = now && now.key === key && now.to_us === null;
  const cell = (figure, mark) => h("td", { class: isMissing(figure) ? "none" : mark ?? null, title: isMissing(figure) ? reason(figure) : null }, isMissing(figure) ? missing(figure) : show(figure));
  const left = isMissing(row.left) ? null : row.left.v <= 0 ? "gone" : row.left.v < 10 ? "low" : null;
  return h("tr", { class: isNow ? "current" : null },
    h("td", {}, h("span", { class: "link" }, row.link_no ?? "·"), h("span", { class: "name", title: row.title ?? key }, row.title ?? "")),
    h("td", { class: row.laps ? null : "none" }, row.laps ? say("laps_minutes", { laps: row.laps, minutes: Math.round(row.minutes) }) : "–"),
    cell(row.click), cell(row.pay), cell(row.units), cell(row.gmv), cell(row.per_minute), cell(row.left, left), cell(row.refund),
    h("td", { class: "back", title: say("return_why") }, isReturn(row, best) ? say("return") : ""));
}

