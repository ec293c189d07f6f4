// The keypad of a round: eight figures in eight taps beyond their digits, the value before and the step beside each.

import { fill, h, page, say } from "../live/dom.js";
import { atMinute, count, money, nowUs } from "../live/format.js";
import { parse } from "./numbers.js";

const PAD = ["7", "8", "9", "back", "4", "5", "6", "万", "1", "2", "3", "same", ".", "0", "00", "next"];
const newId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const shown = (figure, value) => (figure.unit === "minor" ? money(value, page.currency, { exact: true, cents: true }) : count(value, true));

// `figures` of the form, `rounds` known so far, `correct` the round that is corrected or null, `send(entry)`
export class Entry {
  constructor({ figures, rounds, correct = null, send, onCorrect = () => {}, onText = () => {} }) {
    Object.assign(this, { figures, rounds, correct, send, onCorrect, onText });
    this.texts = new Map(figures.map((figure) => [figure.id, ""]));
    this.at = 0;
    this.asOf = correct?.at ?? null;
    this.#build();
  }

  // The round before this one that has the figure: [value, as of, round], or null.
  #before(figure) {
    const limit = this.correct?.at ?? Infinity;
    const found = this.rounds.filter((round) => round.id !== this.correct?.id && round.at <= limit && figure.id in round.values).at(-1);
    return found ? [found.values[figure.id], found.at, found] : null;
  }

  #build() {
    const title = this.correct ? say("round_correct", { n: this.correct.number }) : say("round_title");
    this.rows = this.figures.map((figure, index) => h("button", { type: "button", class: "round-row", "data-figure": figure.id, onclick: () => this.#go(index) }));
    this.note = h("p", { class: "round-note", role: "status" });
    const label = { back: "⌫", 万: say("round_ten_thousand"), same: say("round_same") };
    this.pad = h("div", { class: "round-pad" }, PAD.map((key) => h("button", { type: "button", class: key === "next" ? "go" : /\d|\./.test(key) ? null : "extra", "data-key": key, "aria-label": key === "back" ? say("round_delete") : null, onclick: () => this.press(key) }, label[key] ?? key)));
    this.sendButton = h("button", { type: "button", class: "round-send", onclick: () => this.submit() }, say("round_send"));
    this.box = h("dialog", { class: "round-box", "aria-label": title, tabindex: -1 },
      h("header", {}, h("h2", {}, title, this.correct && h("small", {}, atMinute(this.correct.at))), !this.correct && h("button", { type: "button", class: "round-now", onclick: () => { this.box.remove(); this.onText(); } }, say("round_now")), this.sendButton, h("form", { method: "dialog" }, h("button", { class: "close", "aria-label": say("close") }, "×"))),
      h("div", { class: "round-rows" }, this.rows), this.note, this.pad, h("p", { class: "round-keys" }, say("round_keys")));
    this.box.addEventListener("close", () => this.box.remove());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    document.body.append(this.box);
    this.box.showModal();
    this.box.focus(); // keys go to the figures, not to the first button
    this.#draw();
  }

  #go(index) {
    this.at = index;
    this.#draw();
  }

  press(key) {
    const figure = this.figures[this.at];
    const text = this.texts.get(figure.id);
    if (key === "next") return this.at === this.figures.length - 1 ? this.submit() : this.#go(this.at + 1);
    if (key === "back") this.texts.set(figure.id, text.slice(0, -1));
    else if (key === "same") {
      const value = this.correct?.values[figure.id] ?? this.#before(figure)?.[0];
      if (value === undefined) return undefined;
      const scale = parse("1", figure.unit, page.currency);
      this.texts.set(figure.id, String(value / scale));
      return this.at === this.figures.length - 1 ? this.#draw() : this.#go(this.at + 1);
    } else if (text.length < 16) this.texts.set(figure.id, text + key);
    this.asOf ??= Math.round(nowUs()); // the screen was read when its first digit was typed
    navigator.vibrate?.(8);
    return this.#draw();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const key = { Enter: "next", Tab: "next", ArrowDown: "next", Backspace: "back", w: "万", W: "万", k: "k", K: "k", "=": "same" }[event.key] ?? (/^[\d.]$/.test(event.key) ? event.key : null);
    if (event.key === "ArrowUp" || (event.key === "Tab" && event.shiftKey)) { event.preventDefault(); return void this.#go(Math.max(0, this.at - 1)); }
    if (!key) return;
    event.preventDefault();
    event.stopPropagation();
    this.press(key);
  }

  // [value or undefined or null, the problem or ""]
  #read(figure) {
    const value = parse(this.texts.get(figure.id), figure.unit, page.currency);
    if (value === null) return [null, say("round_unreadable")];
    const before = this.#before(figure);
    if (value === undefined || !before || figure.falls || value >= before[0]) return [value, ""];
    return [value, say("round_fell", { value: shown(figure, before[0]), at: atMinute(before[1]) })];
  }

  #draw() {
    this.figures.forEach((figure, index) => {
      const row = this.rows[index];
      const [value, problem] = this.#read(figure);
      const before = this.#before(figure);
      const old = this.correct?.values[figure.id];
      row.classList.toggle("now", index === this.at);
      row.classList.toggle("wrong", Boolean(problem));
      row.setAttribute("aria-current", index === this.at ? "true" : "false");
      const step = typeof value === "number" && before && !problem && !figure.falls ? `+${shown(figure, value - before[0])}` : "";
      const hint = old !== undefined ? shown(figure, old) : before ? say("round_before", { value: shown(figure, before[0]) }) : "";
      fill(row, h("span", { class: "what" }, say(`figure_${figure.id}`), h("small", {}, hint)), h("span", { class: "typed" }, this.texts.get(figure.id), index === this.at && h("i", { class: "caret" })), h("span", { class: "step" }, typeof value === "number" && figure.unit === "minor" && /[万wk亿]/i.test(this.texts.get(figure.id)) && !step ? shown(figure, value) : step));
    });
    const [, problem] = this.#read(this.figures[this.at]);
    const before = this.#before(this.figures[this.at]);
    fill(this.note, problem, problem && before && !this.correct && h("button", { type: "button", onclick: () => { this.box.remove(); this.onCorrect(before[2]); } }, say("round_correct_that", { n: before[2].number })));
    this.pad.querySelector('[data-key="next"]').textContent = this.at === this.figures.length - 1 ? say("round_send") : say("round_next");
    this.rows[this.at].scrollIntoView({ block: "nearest" });
  }

  submit() {
    const values = {};
    for (const [index, figure] of this.figures.entries()) {
      const [value, problem] = this.#read(figure);
      if (problem) return this.#go(index);
      if (typeof value === "number") values[figure.id] = value;
    }
    if (!Object.keys(values).length) return fill(this.note, say("round_empty"));
    this.send({ round_id: this.correct?.id ?? newId(), at_us: this.asOf ?? Math.round(nowUs()), values });
    return this.box.close();
  }
}
