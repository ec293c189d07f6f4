// The sheet against the platform's product list: what differs, and the same as text for the group.

import { fill, h, say } from "../live/dom.js";
import { toast } from "./panels.js";

export function drawComparison(place, told, save) {
  const found = told.differences;
  const sums = { prices: told.checked.price, stocks: told.checked.stock };
  const head = h("div", { class: "preview-head" }, h("span", { class: found.length ? "badge bad" : "badge good" }, found.length ? say("listed_found", { n: found.length }) : say("listed_same", sums)), h("span", { class: "badge" }, say("listed_size", told)),
    told.unknown.price + told.unknown.stock > 0 && h("span", { class: "badge" }, say("listed_unknown", { prices: told.unknown.price, stocks: told.unknown.stock })),
    found.length > 0 && h("button", { type: "button", class: "btn tiny", onclick: () => copy(found) }, say("listed_copy")),
    found.length > 0 && ["xlsx", "csv"].map((form) => h("button", { type: "button", class: "btn tiny", onclick: () => save(form) }, `.${form}`)));
  const names = ["listed_link", "listed_what", "listed_sheet", "listed_platform"];
  const row = (each) => h("tr", {}, h("td", {}, `${each.link_no} ${each.title}`), h("td", {}, say(`listed_${each.kind}`)), h("td", { class: "num" }, each.sheet || "–"), h("td", { class: "num" }, each.listed || "–"));
  fill(place, head, found.length > 0 && h("div", { class: "look" }, h("table", { class: "comparison" }, h("thead", {}, h("tr", {}, names.map((name, at) => h("th", { class: at > 1 ? "num" : null }, say(name))))), h("tbody", {}, found.map(row)))));
}

async function copy(found) {
  const text = found.map((each) => `${each.link_no} ${each.title} ${say(`listed_${each.kind}`)}: ${each.sheet || "–"} → ${each.listed || "–"}`).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    toast(say("listed_copied"));
  } catch {
    toast(text); // no clipboard without TLS: the text itself can be held and copied
  }
}
