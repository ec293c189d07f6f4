// What stands around the grid: sums, findings, whether everything is saved.

import { $, fill, h, page, say } from "../live/dom.js";

const isZh = document.documentElement.lang.startsWith("zh");
const whole = new Intl.NumberFormat(isZh ? "zh-CN" : "en-GB", { maximumFractionDigits: 1 });
const SYMBOLS = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", JPY: "¥", HKD: "HK$" };
const WHOLE = new Set(["JPY", "KRW", "VND"]);
export const places = WHOLE.has(page.currency) ? 0 : 2;
export const symbol = SYMBOLS[page.currency] ?? `${page.currency} `;
export const money = (minor) => `${symbol}${new Intl.NumberFormat("en-GB", { maximumFractionDigits: places }).format(minor / 10 ** places)}`;
const LIKE = 3; // more findings of one kind are counted, not listed

export function drawSums(sheet) {
  const { totals, rules } = sheet.told;
  const of = totals.show_minutes;
  const isLong = of && totals.minutes > of * (1 + rules.minutes_tolerance_ratio);
  const limit = rules.giveaway_loss_minor;
  fill($("sums"),
    tile("total_lines", whole.format(totals.lines), h("span", { class: "roles" }, Object.entries(totals.roles).filter(([, n]) => n).map(([role, n]) => h("span", {}, `${page.roles[role]} ${n}`)))),
    tile("total_minutes", [say("minutes", { n: whole.format(totals.minutes) }), small(of ? say("of_show", { n: whole.format(of) }) : say("no_length"))], of ? h("progress", { max: 1, value: Math.min(1, totals.minutes / of), class: isLong ? "over" : null }) : null, totals.minutes_open ? note("open_minutes", totals.minutes_open) : null),
    tile("total_pieces", totals.lines && totals.pieces_open === totals.lines ? "–" : whole.format(totals.pieces), totals.pieces_open ? note("open_pieces", totals.pieces_open) : null),
    tile("total_loss", [h("span", { class: limit !== null && totals.loss_minor > limit ? "over-text" : null }, totals.loss_open && totals.loss_open === totals.roles.welfare ? "–" : money(totals.loss_minor)), small(limit === null ? say("no_limit") : say("loss_limit", { n: money(limit) }))], totals.loss_open ? note("open_loss", totals.loss_open) : null));
}

const small = (text) => h("span", { class: "small" }, text);
const note = (key, n) => h("span", { class: "sub" }, say(key, { n: whole.format(n) }));
const tile = (key, value, ...more) => h("div", { class: "tile" }, h("dt", {}, say(key)), h("dd", {}, value, more));

export function drawFindings(sheet, show) {
  const found = sheet.told.findings;
  const counts = ["bad", "warn", "hint"].map((severity) => [severity, found.filter((each) => each.severity === severity).length]).filter(([, n]) => n);
  fill($("counts"), counts.map(([severity, n]) => h("span", { class: `badge ${severity === "hint" ? "" : severity}`, title: say(`severity_${severity}`) }, String(n))));
  if (!found.length) return fill($("findings"), h("li", { class: "none" }, say(sheet.lines.length ? "findings_none" : "findings_empty")));
  const seen = new Map();
  const rows = [];
  for (const each of found) {
    const key = `${each.severity} ${each.code}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if (seen.get(key) > LIKE && each.severity !== "bad") continue;
    rows.push({ key, element: h("li", { "data-severity": each.severity }, h("button", { type: "button", onclick: () => show(each.line_id, each.field) }, h("small", {}, where(sheet, each)), h("b", {}, each.problem), h("i", {}, each.fix))) });
  }
  const elements = rows.flatMap(({ key, element }, at) => {
    const isLast = rows.findLastIndex((row) => row.key === key) === at;
    const left = seen.get(key) - rows.filter((row) => row.key === key).length;
    return isLast && left > 0 ? [element, h("li", { class: "rest" }, say("more_like_this", { n: left }))] : [element];
  });
  return fill($("findings"), elements);
}

function where(sheet, finding) {
  if (!finding.line_id) return say("whole_sheet");
  const line = sheet.line(finding.line_id);
  if (!line) return "";
  const name = page.columns.find((column) => column.field === finding.field)?.name;
  return [line.cells.link_no || `#${sheet.lines.indexOf(line) + 1}`, line.cells.title || line.cells.style_no, name].filter(Boolean).join(" · ");
}

export function drawSaved(sheet, state) {
  const element = $("saved");
  element.dataset.state = state;
  const { published_version: published } = sheet.told;
  const told = state === "saved" ? (sheet.version ? say("saved", { n: sheet.version }) : say("new")) : say(state);
  const list = page.status !== "on_air" || !sheet.version ? "" : ` · ${published === null ? say("unpublished") : say(published === sheet.version ? "published" : "published_old", { n: published })}`;
  element.textContent = state === "saved" ? told + list : told;
}

let hiding = 0;
export function toast(text, isBad = false) {
  const element = $("toast");
  element.textContent = text;
  element.classList.toggle("bad", isBad);
  element.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { element.hidden = true; }, isBad ? 9000 : 4000);
}
