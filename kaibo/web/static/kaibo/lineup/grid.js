// The grid: one active cell, a range, typing, copy, paste, fill down, moving rows.
//
// One textarea lies in the active cell and has the focus, invisible until something is typed: only so do input methods
// for Chinese work from the first key on. While somebody types, the grid is not drawn anew.

import { h, page, say } from "../live/dom.js";

const FROZEN = 3; // link, style, name stay in sight
const LONG = new Set(["points", "script", "note", "stock"]);
const HEAD = 44;
const ROLE_CODES = Object.fromEntries(Object.entries(page.roles).map(([code, name]) => [name.toLowerCase(), code]));

export class Grid {
  // `onSheet(text)` is called for pasted text that has headings
  constructor(pane, sheet, { onSheet, onSay, onUndo }) {
    Object.assign(this, { pane, sheet, onSheet, onSay, onUndo });
    this.at = { row: 0, column: 0 };
    this.from = { row: 0, column: 0 };
    this.editor = null;
    this.isStale = false;
    this.proxy = h("textarea", { class: "proxy", rows: 1, spellcheck: "false", autocomplete: "off", tabindex: "-1" });
    this.proxy.addEventListener("input", () => this.editor || this.#begin(this.proxy.value));
    this.proxy.addEventListener("compositionstart", () => this.editor || this.#begin(""));
    this.proxy.addEventListener("blur", () => this.#commit({ refocus: false }));
    this.#head();
    pane.addEventListener("focus", (event) => event.target === pane && this.#focus());
    pane.addEventListener("keydown", (event) => this.#key(event));
    pane.addEventListener("mousedown", (event) => this.#press(event));
    pane.addEventListener("mouseover", (event) => event.buttons === 1 && this.isRanging && this.#drag(event));
    addEventListener("mouseup", () => { this.isRanging = false; });
    pane.addEventListener("dblclick", (event) => event.target.closest("td") && this.edit());
    pane.addEventListener("copy", (event) => this.#copy(event));
    pane.addEventListener("cut", (event) => { this.#copy(event); this.#clear(); });
    pane.addEventListener("paste", (event) => this.#paste(event));
    this.#dragRows();
  }

  #head() {
    let left = HEAD;
    this.lefts = page.columns.slice(0, FROZEN).map((column) => { const at = left; left += column.width; return at; });
    const group = h("colgroup", {}, h("col", { style: { width: `${HEAD}px` } }), page.columns.map((column) => h("col", { style: { width: `${column.width}px` } })));
    const cells = page.columns.map((column, at) => h("th", { scope: "col", class: this.#classes(column, at), style: this.#stick(at), title: column.name }, column.short));
    this.body = h("tbody");
    this.pane.replaceChildren(h("table", {}, group, h("thead", {}, h("tr", {}, h("th", { "aria-hidden": "true" }), cells)), this.body));
  }

  #classes(column, at, more = "") {
    return [column.is_number && "num", at < FROZEN && "frozen", at === FROZEN - 1 && "last", column.field === "link_no" && "link", column.field === "title" && "title", more].filter(Boolean).join(" ") || null;
  }

  #stick(at) {
    return at < FROZEN ? { left: `${this.lefts[at]}px` } : {};
  }

  draw() {
    if (this.editor) return void (this.isStale = true);
    this.isStale = false;
    const last = Math.max(0, this.sheet.lines.length - 1);
    for (const end of [this.at, this.from]) end.row = Math.min(end.row, last);
    const hadFocus = this.hasFocus;
    this.body.replaceChildren(...this.sheet.lines.map((line, at) => this.#row(line, at)));
    this.#mark();
    if (hadFocus) this.#focus();
  }

  get hasFocus() {
    return document.activeElement === this.proxy || document.activeElement === this.pane;
  }

  focus() {
    this.#focus();
  }

  #focus() {
    const cell = this.#td(this.at.row, this.at.column);
    if (cell && this.proxy.parentElement !== cell) cell.append(this.proxy); // moving it would end what is being typed
    if (document.activeElement !== this.proxy) this.proxy.focus({ preventScroll: true });
  }

  #row(line, at) {
    const worst = this.sheet.findings.get(line.id)?.[0]?.severity ?? null;
    const cells = page.columns.map((column, place) => {
      const found = this.sheet.finding(line, column.field);
      const text = this.sheet.cell(line, column.field);
      const code = column.field === "role" ? (page.roles[text] ? text : ROLE_CODES[text.toLowerCase()]) : null;
      const shown = code ? h("span", { class: `tag ${code}` }, page.roles[code]) : text.replaceAll("\n", " ");
      return h("td", { class: this.#classes(column, place, found?.severity), style: this.#stick(place), role: "gridcell", "data-row": at, "data-column": place, title: found ? `${found.problem} ${found.fix}` : text.length > 16 ? text : null }, shown);
    });
    return h("tr", { "data-id": line.id }, h("th", { scope: "row", draggable: page.may_change, "data-worst": worst, title: say("row", { n: at + 1 }) }, String(at + 1)), cells);
  }

  #td(row, column) {
    return this.body.rows[row]?.cells[column + 1];
  }

  get range() {
    const rows = [this.at.row, this.from.row].sort((a, b) => a - b);
    const columns = [this.at.column, this.from.column].sort((a, b) => a - b);
    return { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1] };
  }

  #mark() {
    for (const cell of this.body.querySelectorAll(".in, .at")) cell.classList.remove("in", "at");
    const { top, bottom, left, right } = this.range;
    if (top !== bottom || left !== right) for (let row = top; row <= bottom; row++) for (let column = left; column <= right; column++) this.#td(row, column)?.classList.add("in");
    this.#td(this.at.row, this.at.column)?.classList.add("at");
  }

  go(row, column, { extend = false } = {}) {
    this.at = { row: Math.max(0, Math.min(row, this.sheet.lines.length - 1)), column: Math.max(0, Math.min(column, page.columns.length - 1)) };
    if (!extend) this.from = { ...this.at };
    this.#mark();
    this.#focus();
    this.#td(this.at.row, this.at.column)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Show the cell that a finding speaks about.
  show(id, field) {
    const row = this.sheet.lines.findIndex((line) => line.id === id);
    const column = Math.max(0, page.columns.findIndex((each) => each.field === field));
    if (row < 0) return;
    this.go(row, column);
  }

  // ---- typing
  edit() {
    const line = this.sheet.lines[this.at.row];
    if (!line || this.editor) return;
    const { field } = page.columns[this.at.column];
    const text = this.sheet.cell(line, field);
    this.#begin(field === "role" ? page.roles[text] ?? text : text);
    this.proxy.select();
  }

  #begin(value) {
    const line = this.sheet.lines[this.at.row];
    if (!page.may_change || !line) return void (this.proxy.value = "");
    const { field, name } = page.columns[this.at.column];
    const text = this.sheet.cell(line, field);
    this.editor = { line, field, before: field === "role" ? page.roles[text] ?? text : text };
    this.#focus();
    this.proxy.setAttribute("aria-label", name);
    this.proxy.className = LONG.has(field) ? "proxy open long" : "proxy open";
    if (this.proxy.value !== value) this.proxy.value = value;
  }

  #commit({ keep = true, refocus = true } = {}) {
    const editor = this.editor;
    const text = this.proxy.value.trim();
    this.editor = null;
    this.proxy.value = "";
    this.proxy.className = "proxy";
    if (!editor) return;
    const line = this.sheet.line(editor.line.id);
    if (keep && line && text !== editor.before) this.sheet.type([[line, editor.field, text]]);
    else if (this.isStale) this.draw();
    if (refocus) this.#focus();
  }

  #key(event) {
    const { key } = event;
    if (event.isComposing || event.keyCode === 229) return;
    if (this.editor) return this.#keyWhileTyping(event);
    const control = event.ctrlKey || event.metaKey;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
    const page_ = { PageUp: -12, PageDown: 12 }[key];
    if (step && event.altKey && step[0]) this.#moveRows(step[0]);
    else if (step) this.go(control && step[0] ? (step[0] < 0 ? 0 : this.sheet.lines.length - 1) : this.at.row + step[0], control && step[1] ? (step[1] < 0 ? 0 : page.columns.length - 1) : this.at.column + step[1], { extend: event.shiftKey });
    else if (page_) this.go(this.at.row + page_, this.at.column, { extend: event.shiftKey });
    else if (key === "Home" || key === "End") this.go(control ? (key === "Home" ? 0 : this.sheet.lines.length - 1) : this.at.row, key === "Home" ? 0 : page.columns.length - 1, { extend: event.shiftKey });
    else if (key === "Tab") { if (!this.#tab(event)) return; }
    else if (key === "Enter" || key === "F2") this.edit();
    else if (key === "Delete" || key === "Backspace") this.#clear();
    else if (control && key.toLowerCase() === "d") this.#fillDown();
    else if (control && key.toLowerCase() === "z") this.onUndo();
    else if (control && key.toLowerCase() === "a") { this.from = { row: 0, column: 0 }; this.go(this.sheet.lines.length - 1, page.columns.length - 1, { extend: true }); }
    else if (control && (key === "-" || key === "Delete")) this.#removeRows();
    else if (control || event.altKey) return;
    else return; // what is typed arrives in the textarea
    event.preventDefault();
  }

  #keyWhileTyping(event) {
    event.stopPropagation();
    const isLong = LONG.has(this.editor.field);
    if (event.key === "Escape") this.#commit({ keep: false });
    else if (event.key === "Enter" && !(isLong && (event.shiftKey || event.altKey))) { this.#commit(); this.#down(); }
    else if (event.key === "Tab") { this.#commit(); this.#tab(event); }
    else return;
    event.preventDefault();
  }

  // Enter at the last row begins a new one: that is how a list is typed.
  #down() {
    if (this.at.row === this.sheet.lines.length - 1) this.sheet.insert(this.sheet.lines.length);
    this.go(this.at.row + 1, this.at.column);
  }

  #tab(event) {
    const next = this.at.column + (event.shiftKey ? -1 : 1);
    if (next >= 0 && next < page.columns.length) this.go(this.at.row, next);
    else if (next < 0 && this.at.row > 0) this.go(this.at.row - 1, page.columns.length - 1);
    else if (next > 0 && this.at.row < this.sheet.lines.length - 1) this.go(this.at.row + 1, 0);
    else return false; // at the ends, Tab leaves the grid
    return true;
  }

  #cells() {
    const { top, bottom, left, right } = this.range;
    return this.sheet.lines.slice(top, bottom + 1).map((line) => page.columns.slice(left, right + 1).map((column) => [line, column.field]));
  }

  #clear() {
    this.sheet.type(this.#cells().flat().map(([line, field]) => [line, field, ""]));
  }

  #fillDown() {
    const { top, bottom } = this.range;
    if (top === bottom && top === 0) return;
    const first = this.sheet.lines[top === bottom ? top - 1 : top];
    const rows = top === bottom ? this.#cells() : this.#cells().slice(1);
    this.sheet.type(rows.flat().map(([line, field]) => [line, field, this.sheet.cell(first, field)]));
  }

  #moveRows(by) {
    const { top, bottom } = this.range;
    const target = top + by;
    if (!page.may_change || target < 0 || bottom + by >= this.sheet.lines.length) return;
    this.at.row += by;
    this.from.row += by;
    this.sheet.move(top, bottom, target);
    this.#td(this.at.row, this.at.column)?.scrollIntoView({ block: "nearest" });
  }

  #removeRows() {
    const { top, bottom } = this.range;
    this.sheet.remove(this.sheet.lines.slice(top, bottom + 1));
  }

  // ---- clipboard
  #copy(event) {
    if (this.editor) return;
    const shown = ([line, field]) => { const text = this.sheet.cell(line, field); return field === "role" && page.roles[text] ? page.roles[text] : text; };
    const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const rows = this.#cells();
    event.clipboardData.setData("text/plain", rows.map((row) => row.map((cell) => quoted(shown(cell))).join("\t")).join("\n"));
    event.preventDefault();
    this.onSay("copied", { n: rows.flat().length });
  }

  #paste(event) {
    if (this.editor) return;
    const text = event.clipboardData.getData("text/plain");
    event.preventDefault();
    event.stopPropagation();
    if (!text || !page.may_change) return;
    if (looksLikeSheet(text)) return this.onSheet(text);
    const rows = parse(text);
    const { top, left, bottom, right } = this.range;
    const isOne = rows.length === 1 && rows[0].length === 1;
    const missing = top + rows.length - this.sheet.lines.length;
    if (missing > 0) this.sheet.insert(this.sheet.lines.length, missing);
    const cells = [];
    if (isOne) for (let row = top; row <= bottom; row++) for (let column = left; column <= right; column++) cells.push([this.sheet.lines[row], page.columns[column].field, rows[0][0]]);
    else rows.forEach((row, down) => row.forEach((each, across) => page.columns[left + across] && cells.push([this.sheet.lines[top + down], page.columns[left + across].field, each])));
    this.sheet.type(cells);
    this.onSay("pasted", { n: cells.length });
  }

  // ---- mouse
  #press(event) {
    const cell = event.target.closest("td");
    if (!cell || (this.editor && event.target === this.proxy)) return;
    if (this.editor) this.#commit();
    this.isRanging = true;
    this.go(Number(cell.dataset.row), Number(cell.dataset.column), { extend: event.shiftKey });
    event.preventDefault();
  }

  #drag(event) {
    const cell = event.target.closest("td");
    if (cell) this.go(Number(cell.dataset.row), Number(cell.dataset.column), { extend: true });
  }

  #dragRows() {
    const rowOf = (event) => event.target.closest("tbody tr");
    this.pane.addEventListener("click", (event) => {
      if (!event.target.closest("tbody th")) return;
      this.from = { row: rowOf(event).sectionRowIndex, column: page.columns.length - 1 };
      this.go(this.from.row, 0, { extend: true });
    });
    this.pane.addEventListener("dragstart", (event) => {
      this.dragged = rowOf(event)?.sectionRowIndex ?? null;
      rowOf(event)?.classList.add("dragged");
    });
    this.pane.addEventListener("dragover", (event) => {
      if (this.dragged === null || this.dragged === undefined || !rowOf(event)) return;
      event.preventDefault();
      for (const row of this.body.rows) row.classList.toggle("target", row === rowOf(event));
    });
    this.pane.addEventListener("drop", (event) => {
      const target = rowOf(event)?.sectionRowIndex;
      if (target !== undefined && Number.isInteger(this.dragged) && target !== this.dragged) this.sheet.move(this.dragged, this.dragged, target > this.dragged ? target - 1 : target);
    });
    this.pane.addEventListener("dragend", () => { this.dragged = null; for (const row of this.body.rows) row.classList.remove("target", "dragged"); });
  }
}

// Cells as spreadsheets put them on the clipboard: tabs, line ends, quotes around cells with line ends.
export function parse(text) {
  const rows = [[""]];
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < plain.length; at++) {
    const sign = plain[at];
    const row = rows.at(-1);
    if (quoted) {
      if (sign === '"' && plain[at + 1] === '"') { row[row.length - 1] += '"'; at++; }
      else if (sign === '"') quoted = false;
      else row[row.length - 1] += sign;
    } else if (sign === '"' && row.at(-1) === "") quoted = true;
    else if (sign === "\t") row.push("");
    else if (sign === "\n") rows.push([""]);
    else row[row.length - 1] += sign;
  }
  return rows.map((row) => row.map((cell) => cell.trim()));
}

// Headings in the first rows: words of the trade, no numbers.
export function looksLikeSheet(text) {
  const known = /链接|款号|货号|品名|商品|直播价|库存|link|style|price|product|stock/gi;
  return text.includes("\n") && text.split("\n", 4).some((line) => line.includes("\t") && (line.match(known) ?? []).length >= 2);
}
