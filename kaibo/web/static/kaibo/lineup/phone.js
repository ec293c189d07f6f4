// On a phone the sheet is a list of cards; a tap opens one line as a form.

import { $, fill, h, page, say } from "../live/dom.js";
import { symbol } from "./panels.js";

const BROAD = new Set(["title", "stock", "points", "script", "note"]);
const WORST = { bad: 0, warn: 1, hint: 2 };

export class Cards {
  constructor(sheet) {
    this.sheet = sheet;
    this.dialog = $("line");
    this.dialog.addEventListener("close", () => { this.line = null; });
  }

  draw() {
    const cards = this.sheet.lines.map((line, at) => this.#card(line, at));
    const add = page.may_change ? h("button", { class: "btn", type: "button", onclick: () => this.open(this.sheet.insert(this.sheet.lines.length)[0]) }, `+ ${say("add_row")}`) : null;
    fill($("cards"), cards, add);
  }

  #card(line, at) {
    const found = this.sheet.findings.get(line.id) ?? [];
    const worst = found.map((each) => each.severity).sort((a, b) => WORST[a] - WORST[b])[0];
    const price = this.sheet.finding(line, "live_price_minor");
    const { link_no: link, title, style_no: style, role, stock, gift, planned_minutes: minutes, live_price_minor: live } = line.cells;
    const rest = [style, line.pieces !== null && stock ? say("stock_total", { n: line.pieces }) : null, minutes ? say("minutes", { n: minutes }) : null, gift].filter(Boolean).join(" · ");
    return h("button", { class: "card-line", type: "button", onclick: () => this.open(line) },
      h("span", { class: `no ${worst && worst !== "hint" ? worst : ""}` }, link || at + 1), h("span", { class: "name" }, title || style || "–"), h("span", { class: `price ${price?.severity ?? ""}` }, live ? (/^\d/.test(live) ? `${symbol}${live}` : live) : "–"),
      h("span", { class: "rest" }, role ? h("span", { class: `tag ${role}` }, page.roles[role] ?? role) : null, ` ${rest}`));
  }

  show(id, field) {
    const line = this.sheet.line(id);
    if (line) this.open(line, field);
  }

  open(line, focus = "") {
    this.line = line;
    $("line-title").textContent = line.cells.link_no ? say("edit_line", { n: line.cells.link_no }) : say("new_line");
    const fields = page.columns.map((column) => this.#field(column));
    fill($("line-body"), h("div", { class: "fields" }, fields));
    const at = this.sheet.lines.indexOf(line);
    const act = (key, disabled, run, tone = "") => h("button", { class: `btn ${tone}`, type: "button", disabled, onclick: run }, say(key));
    fill($("line-acts"), page.may_change ? h("span", { class: "row-acts" }, act("move_up", at <= 0, () => this.#move(-1)), act("move_down", at >= this.sheet.lines.length - 1, () => this.#move(1)), act("delete_row", false, () => { this.sheet.remove([line]); this.dialog.close(); }, "danger")) : null);
    if (!this.dialog.open) this.dialog.showModal();
    if (focus) this.dialog.querySelector(`[name="${focus}"]`)?.focus();
  }

  #field(column) {
    const { field, name, is_number: isNumber } = column;
    const found = this.sheet.finding(this.line, field);
    const text = this.sheet.cell(this.line, field);
    const value = field === "role" ? page.roles[text] ?? text : text;
    const input = BROAD.has(field) && field !== "title" ? h("textarea", { name: field, rows: field === "stock" ? 2 : 3 }) : h("input", { name: field, list: field === "role" ? "role-list" : null, inputmode: isNumber ? "decimal" : null, autocomplete: "off" });
    input.value = value;
    input.disabled = !page.may_change;
    input.addEventListener("change", () => this.sheet.type([[this.sheet.line(this.line.id) ?? this.line, field, input.value.trim()]]));
    return h("label", { class: `field ${BROAD.has(field) ? "broad" : ""} ${found && found.severity !== "hint" ? "is-wrong" : ""}` }, name, input, found ? h("span", { class: found.severity === "hint" ? "hint" : "wrong" }, `${found.problem} ${found.fix}`) : null);
  }

  #move(by) {
    const at = this.sheet.lines.indexOf(this.sheet.line(this.line.id));
    this.sheet.move(at, at, at + by);
    this.open(this.sheet.line(this.line.id));
  }
}
