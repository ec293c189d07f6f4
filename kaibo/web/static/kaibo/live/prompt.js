// What the host reads from three metres: number and price, time, sizes not to promise, people. No money ticker.

import { $, fill, h, page, say } from "./dom.js";
import { clockNow } from "./ages.js";
import { clock, isMissing, money, show } from "./format.js";
import { shortSizes, table } from "./goods.js";
import { topThree } from "../radar/questions.js";

export function draw(store) {
  const now = store.get("now");
  const sizes = now ? shortSizes(now.stock) : [];
  fill($("prompt"),
    h("div", { class: "call" },
      h("span", { class: now?.link_no ? "link" : "link none" }, now?.link_no ?? "–"),
      h("div", {}, h("p", { class: "title" }, now ? now.title ?? say("untitled") : say("no_lap_yet")), now && now.price_minor !== null ? h("p", { class: "price" }, money(now.price_minor, page.currency, { cents: true })) : null)),
    h("div", { class: "box" }, h("h2", {}, say("selling_points")), points(store.get("desk/now"))),
    h("div", { class: sizes.length ? "box warn" : "box" }, h("h2", {}, say("sizes")), sizes.length ? h("p", {}, sizes.slice(0, 3).map(([size, pieces]) => h("span", {}, `${size} ${pieces <= 0 ? say("sold_out") : say("pieces", { n: pieces })}`, h("br")))) : h("p", { class: "later" }, now && Object.keys(now.stock).length ? say("sizes_fine") : say("no_stock_feed")), now && Object.keys(now.stock).length ? table(now.stock) : null),
    h("div", { class: "pulse" },
      h("div", {}, h("h2", {}, say("lap_time")), h("p", { id: "prompt-time", class: now ? null : "none" })),
      online(store),
      h("div", {}, h("h2", {}, say("top_questions")), topThree(store))));
  tick(store);
}

function points(sheet) {
  if (!sheet?.points.length) return h("p", { class: "later" }, say("selling_points_later"));
  return h("ul", { class: "points" }, sheet.points.map((point) => h("li", {}, point)));
}

function online(store) {
  const tile = store.get("tile/3");
  const figure = tile?.main;
  const change = tile?.change;
  const arrow = change && !isMissing(change) && Math.abs(change.v) >= 0.005 ? h("span", { class: change.v > 0 ? "up" : "down" }, change.v > 0 ? " ▲" : " ▼") : null;
  return h("div", {}, h("h2", {}, say("online")), h("p", { class: isMissing(figure) ? "none" : null }, show(figure), arrow));
}

// Minutes left of the plan, or minutes gone where there is no plan.
export function tick(store) {
  const element = $("prompt-time");
  const now = store.get("now");
  if (!element) return;
  if (!now || now.to_us !== null) {
    element.textContent = say("no_lap_yet");
    element.className = "none";
    return;
  }
  const gone = (clockNow() - now.from_us) / 1e6;
  const left = now.planned_minutes ? now.planned_minutes * 60 - gone : null;
  const short = (value) => clock(value).replace(/^00:/, "");
  element.textContent = left === null ? say("gone", { at: short(gone) }) : left >= 0 ? say("left", { at: short(left) }) : say("over", { at: short(-left) });
  element.className = left !== null && left < 0 ? "over" : "";
}
