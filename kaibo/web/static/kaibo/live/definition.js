// A number's definition: what the state knows at once, the dictionary's entry as soon as it arrives.

import { $, fill, h, isZh, nameOf, page, say } from "./dom.js";
import { atSecond, isMissing, onDay, sentence, show } from "./format.js";

const known = new Map();

async function entryOf(id) {
  if (!known.has(id)) {
    const answer = await fetch(`/api/v1/metrics/${encodeURIComponent(id)}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    known.set(id, await answer.json());
  }
  return known.get(id);
}

export function figureOf(store, id) {
  for (const [, tile] of store.below("tile/")) {
    const found = [tile.main, ...tile.also, tile.target, tile.change].find((figure) => figure?.id === id);
    if (found) return found;
  }
  return store.get("now")?.facts.find((figure) => figure.id === id) ?? null;
}

export async function open(store, ids, current = ids[0]) {
  if (!current) return;
  const dialog = $("definition");
  const paint = (entry, failure) => fill(dialog, body(store, ids, current, entry, failure));
  paint(known.get(current), null);
  if (!dialog.open) dialog.showModal();
  dialog.dataset.metric = current;
  try {
    const entry = await entryOf(current);
    if (dialog.dataset.metric === current) paint(entry, null);
  } catch (error) {
    if (dialog.dataset.metric === current) paint(null, error.message);
  }
}

function body(store, ids, current, entry, failure) {
  const figure = figureOf(store, current);
  const close = h("form", { method: "dialog" }, h("button", { class: "close", "aria-label": say("close") }, "×"));
  const others = ids.length > 1 ? h("div", { class: "also-figures" }, ids.map((id) => h("button", { type: "button", "aria-current": id === current ? "true" : null, onclick: () => open(store, ids, id) }, nameOf(id)))) : null;
  return [close, h("h2", { id: "definition-title" }, nameOf(current)), figure && valueOf(figure), ...(entry ? entryRows(entry, figure) : [h("p", { class: "note" }, failure ? say("definition_failed", { code: failure }) : say("loading"))]), others,
    h("p", { class: "note" }, h("a", { href: `/metrics/${encodeURIComponent(current)}/` }, say("whole_page")))];
}

function valueOf(figure) {
  const text = sentence(figure);
  return h("div", {}, h("p", { class: isMissing(figure) ? "big none" : "big" }, show(figure, { exact: true })), text ? h("p", { class: "why" }, text) : null);
}

function entryRows(entry, figure) {
  const pick = (field) => (isZh ? entry[`${field}_zh`] ?? entry[field] : entry[`${field}_en`] ?? entry[field]) || "";
  const rows = [
    ["other_name", isZh ? entry.en : entry.zh],
    ["also_known_as", (entry.also_known_as ?? []).join(", ")],
    ["denominator", pick("denominator")],
    ["null_rule", pick("null_rule")],
    ["status", figure ? say(`status_${figure.s}`) : ""],
    ["read_at", figure?.at ? `${onDay(figure.at)} ${atSecond(figure.at)} (${page.zone})` : ""],
    ["read_from", figure ? [say(`origin_${figure.o}`), ...(figure.f ?? [])].join(" · ") : ""],
    ["columns", (entry.columns ?? []).join(", ")],
    ["section", entry.section],
  ];
  const note = pick("notes");
  return [h("p", { class: "formula" }, pick("formula")), h("dl", {}, rows.filter(([, text]) => text).flatMap(([word, text]) => [h("dt", {}, say(word)), h("dd", {}, text)])), note ? h("p", { class: "note" }, note) : null];
}
