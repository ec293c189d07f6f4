// The page's copy of the sheet. What is typed stays here until the server has answered; then its version counts.

import { page } from "../live/dom.js";
import { Offline, send } from "./server.js";

const WAIT_MS = 450;
const RETRY_MS = 3000;
const newId = () => [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export class Sheet {
  // `onChange(what)` after every change of what is shown; `onState(name)` saved | saving | unsaved; `onRefused(error)`
  constructor(first, { onChange, onState, onRefused }) {
    this.typed = new Map(); // "id field" -> text not yet answered
    this.gone = new Set();
    this.moved = false;
    this.timer = 0;
    this.busy = null;
    this.load(first);
    Object.assign(this, { onChange, onState, onRefused });
    addEventListener("beforeunload", (event) => this.isDirty && event.preventDefault());
    addEventListener("online", () => this.isDirty && this.#soon(0));
  }

  get isDirty() {
    return this.typed.size > 0 || this.gone.size > 0 || this.moved || this.busy !== null;
  }

  // Take the server's sheet; cells typed meanwhile stay as typed.
  load(told) {
    this.told = told;
    this.version = told.version;
    const order = this.moved ? this.lines.map((line) => line.id) : null;
    const lines = new Map(told.lines.filter((line) => !this.gone.has(line.id)).map((line) => [line.id, line]));
    if (order) for (const id of order) if (!lines.has(id) && !this.gone.has(id)) lines.set(id, { id, cells: {}, refused: [], pieces: null });
    this.lines = order ? [...order.filter((id) => lines.has(id)), ...[...lines.keys()].filter((id) => !order.includes(id))].map((id) => lines.get(id)) : [...lines.values()];
    for (const [key, text] of this.typed) {
      const [id, field] = key.split(" ");
      const line = this.line(id);
      if (line) line.cells[field] = text;
    }
    this.findings = new Map();
    for (const finding of told.findings) {
      if (!finding.line_id) continue;
      if (!this.findings.has(finding.line_id)) this.findings.set(finding.line_id, []);
      this.findings.get(finding.line_id).push(finding);
    }
    this.onChange?.("load");
  }

  line(id) {
    return this.lines.find((line) => line.id === id);
  }

  cell(line, field) {
    return line.cells[field] ?? "";
  }

  finding(line, field) {
    return (this.findings.get(line.id) ?? []).find((each) => each.field === field);
  }

  // cells: [[line, field, text]]
  type(cells) {
    if (!page.may_change) return;
    for (const [line, field, text] of cells) {
      if (this.cell(line, field) === text) continue;
      line.cells[field] = text;
      line.refused = line.refused.filter((name) => name !== field);
      this.typed.set(`${line.id} ${field}`, text);
    }
    this.#changed();
  }

  insert(at, count = 1) {
    if (!page.may_change) return [];
    const fresh = Array.from({ length: count }, () => ({ id: newId(), cells: {}, refused: [], pieces: null }));
    this.lines.splice(at, 0, ...fresh);
    this.moved = true;
    this.#changed();
    return fresh;
  }

  remove(lines) {
    if (!page.may_change) return;
    for (const line of lines) {
      this.gone.add(line.id);
      for (const key of [...this.typed.keys()]) if (key.startsWith(`${line.id} `)) this.typed.delete(key);
    }
    this.lines = this.lines.filter((line) => !this.gone.has(line.id));
    this.#changed();
  }

  // Move the rows from..to (inclusive) so that they begin at `target`, counted without them.
  move(from, to, target) {
    const rows = this.lines.splice(from, to - from + 1);
    this.lines.splice(target, 0, ...rows);
    this.moved = true;
    this.#changed();
  }

  number() {
    this.type(this.lines.map((line, at) => [line, "link_no", String(at + 1)]));
  }

  #changed() {
    this.onChange?.("typed");
    this.#soon(WAIT_MS);
  }

  #soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  // Send what waits; resolves once everything typed so far has been answered.
  async flush() {
    clearTimeout(this.timer);
    if (this.busy) await this.busy.catch(() => {});
    if (!this.typed.size && !this.gone.size && !this.moved) return;
    this.busy = this.#send();
    let isKept = false;
    try {
      isKept = await this.busy;
    } finally {
      this.busy = null;
    }
    if (isKept) this.onState("saved");
  }

  async #send() {
    const typed = new Map(this.typed);
    const gone = new Set(this.gone);
    const moved = this.moved;
    const body = { base: this.version, cells: [...typed].map(([key, text]) => [...key.split(" "), text]), order: moved ? this.lines.map((line) => line.id) : null, removed: [...gone] };
    this.onState("saving");
    this.moved = false;
    let told;
    try {
      told = await send(`${page.api}/save`, body);
    } catch (error) {
      this.moved ||= moved;
      if (error instanceof Offline) {
        this.onState("unsaved");
        this.#soon(RETRY_MS);
        return false;
      }
      // the cell that somebody else changed is given up, the others are sent again
      const key = `${error.body?.line_id} ${error.body?.field}`;
      if (this.typed.has(key)) this.typed.delete(key);
      else this.typed.clear(), this.gone.clear(), (this.moved = false);
      this.onRefused(error);
      return true; // what remains was answered
    }
    for (const [key, text] of typed) if (this.typed.get(key) === text) this.typed.delete(key);
    for (const id of gone) this.gone.delete(id);
    this.load(told);
    if (this.typed.size) this.#soon(WAIT_MS);
    return true;
  }
}
