// Left column: what is being explained, how it does since the lap began, what is left of it.

import { $, fill, h, page, say, sayOr } from "./dom.js";
import { clockNow } from "./ages.js";
import { clock, count, isMissing, money, sentence, show } from "./format.js";

const SIZE = /^(\d?X{0,4}[SML]|XXS|\d{2,3}|均码|F|ONE)$/i;
const ORDER = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "2XL", "XXXL", "3XL", "4XL"];
export const LOW = 10; // pieces of one size below which a host should stop promising it

export function draw(store) {
  const now = store.get("now");
  $("goods-title").textContent = say(store.get("meta/show")?.status === "ended" ? "goods_last" : "goods_now");
  fill($("now"), now ? card(now, store.get("desk/now")) : nothing(store));
  fill($("stock"), now && Object.keys(now.stock).length ? table(now.stock) : h("p", { class: "later" }, say(now ? "no_stock_feed" : "no_lap_stock")));
  tick(store);
}

function nothing(store) {
  const declared = store.get("declares/lap.started");
  return h("p", { class: "later" }, say(declared ? "no_lap_yet" : "no_lap_feed"));
}

function card(now, sheet) {
  const price = now.price_minor === null ? h("span", { class: "fig none" }, say("no_price")) : money(now.price_minor, page.currency, { cents: true });
  const listPrice = now.list_price_minor ?? sheet?.list_price_minor;
  const list = listPrice && listPrice !== now.price_minor ? h("small", {}, money(listPrice, page.currency, { cents: true })) : null;
  return [
    h("div", { class: "now" },
      h("div", { class: "link" }, now.link_no ?? "–"),
      h("div", { class: "title" }, now.title ?? now.product_id ?? say("untitled")),
      h("div", { class: "price" }, price, list),
      h("div", { class: "role" }, [now.role && sayOr(`role_${now.role}`, now.role), sheet?.gift || say("no_gift")].filter(Boolean).join(" · "))),
    h("div", { class: "elapsed" }, h("div", {}, h("span", {}, h("b", { id: "elapsed" }), ` ${say(now.to_us === null ? "explaining" : "explained")}`), h("span", { id: "planned" })), h("progress", { id: "lap-progress", max: 1, value: 0 })),
    h("div", { class: "facts" }, now.facts.map((figure) => h("button", { type: "button", "data-figure": figure.id, title: sentence(figure) }, h("small", {}, say(`fact_${figure.slot}`)), h("b", { class: isMissing(figure) ? "none" : null }, show(figure))))),
  ];
}

// Once a second: how long the lap has been going.
export function tick(store) {
  const now = store.get("now");
  const elapsed = $("elapsed");
  if (!now || !elapsed) return;
  const gone = ((now.to_us ?? clockNow()) - now.from_us) / 1e6;
  elapsed.textContent = clock(gone).replace(/^00:/, "");
  const bar = $("lap-progress");
  $("planned").textContent = now.planned_minutes ? say("planned", { n: now.planned_minutes }) : say("no_plan");
  bar.hidden = !now.planned_minutes;
  if (now.planned_minutes) {
    const share = gone / 60 / now.planned_minutes;
    bar.value = Math.min(1, share);
    bar.classList.toggle("over", share > 1);
  }
}

// colour -> size -> pieces where the SKU ids end in both; otherwise one row of SKUs
export function grid(stock) {
  const rows = new Map();
  const columns = new Set();
  for (const [sku, pieces] of Object.entries(stock)) {
    const parts = sku.split(/[-_/|:·\s]+/);
    const size = parts.findLast((part) => SIZE.test(part));
    const colour = size && parts.length > 2 ? parts.filter((part) => part !== size).at(-1) : "";
    columns.add(size ?? sku);
    if (!rows.has(colour)) rows.set(colour, new Map());
    rows.get(colour).set(size ?? sku, pieces);
  }
  const rank = (size) => (ORDER.indexOf(size.toUpperCase()) + 1 || 50);
  return { rows, columns: [...columns].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, undefined, { numeric: true })) };
}

export function table(stock) {
  const { rows, columns } = grid(stock);
  const cell = (pieces) => {
    if (pieces === undefined) return h("td", { class: "absent" }, "–");
    return h("td", { class: pieces <= 0 ? "gone" : pieces <= LOW ? "low" : null, title: say(pieces <= 0 ? "sold_out" : "pieces", { n: pieces }) }, count(pieces));
  };
  return h("table", { class: "stock" },
    h("thead", {}, h("tr", {}, rows.size > 1 || !rows.has("") ? h("th") : null, columns.map((size) => h("th", { scope: "col", title: size }, size)))),
    h("tbody", {}, [...rows].map(([colour, sizes]) => h("tr", {}, rows.size > 1 || colour ? h("th", { scope: "row", title: colour }, colour) : null, columns.map((size) => cell(sizes.get(size)))))));
}

// Sizes the host must not promise: [text, pieces]
export function shortSizes(stock) {
  const { rows } = grid(stock);
  return [...rows].flatMap(([colour, sizes]) => [...sizes].filter(([, pieces]) => pieces <= LOW).map(([size, pieces]) => [`${colour} ${size}`.trim(), pieces]));
}

