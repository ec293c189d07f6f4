// Rounds of one show: the queue of this device, the keypad, the text of the round. Used by the room and by its own page.

import { Queue } from "../desk/queue.js";
import { fill, h, say } from "../live/dom.js";
import { atMinute } from "../live/format.js";
import { Entry, shown } from "./entry.js";

export class Rounds {
  // `known()` gives {figures, rounds}; `toast(text)`; `onChange()` after the queue moved or an answer came
  constructor({ url, known, toast, onChange = () => {} }) {
    Object.assign(this, { url, known, toast, onChange });
    this.queue = new Queue(url, { name: "entries", onChange, onRefused: toast, onAnswer: (answer) => this.#answered(answer) });
  }

  get waiting() {
    return this.queue.waiting;
  }

  // Rounds of the server with what still waits on this device laid over them.
  #all() {
    const found = new Map(this.known().rounds.map((round) => [round.id, round]));
    for (const entry of this.waiting) {
      const before = found.get(entry.round_id);
      found.set(entry.round_id, { number: (before?.number ?? found.size + 1), ...before, id: entry.round_id, at: before?.at ?? entry.at_us, values: { ...before?.values, ...entry.values } });
    }
    return [...found.values()].sort((a, b) => a.at - b.at);
  }

  open(correct = null) {
    const { figures } = this.known();
    const extra = correct ? Object.keys(correct.values).filter((id) => !figures.some((figure) => figure.id === id)).map((id) => ({ id, unit: id.endsWith("_minor") ? "minor" : "count", falls: true })) : [];
    return new Entry({ figures: [...figures, ...extra], rounds: this.#all(), correct, send: (entry) => this.#send(entry), onCorrect: (round) => this.open(round), onText: () => this.now() });
  }

  // The numbers as they stand, for rooms whose feeds nobody has to copy.
  async now() {
    const answer = await fetch(this.url.replace(/rounds$/, "round-text"), { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (answer?.ok) this.#show(null, await answer.json());
    else this.toast(say("line_offline", { at: "" }));
  }

  #send(entry) {
    this.queue.add(entry);
    this.toast(say(navigator.onLine ? "round_kept" : "round_offline"));
  }

  #answered(answer) {
    this.onChange();
    if (answer.problems?.length) {
      const figures = this.known().figures;
      this.toast(answer.problems.map((each) => {
        const figure = figures.find((one) => one.id === each.figure) ?? { unit: "count" };
        const known = each.known_value === null ? "" : ` (${shown(figure, each.known_value)}, ${atMinute(each.known_us)})`;
        return `${say(`figure_${each.figure}`)}: ${each.problem}${known} ${each.fix}`;
      }).join("\n"));
    }
    if (answer.state === "recorded") this.text(answer.round_id);
  }

  // ---- the text 播报
  async text(roundId) {
    const answer = await fetch(`${this.url}/${encodeURIComponent(roundId)}/text`, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    if (document.querySelector(".round-box[open]")) return; // somebody types already
    this.#show(roundId, await answer.json());
  }

  #show(roundId, told) {
    document.querySelector(".round-text")?.remove();
    const area = h("textarea", { readonly: true, rows: Math.min(14, told.text.split("\n").length + 1), "aria-label": say("round_text") });
    area.value = told.text;
    const posts = h("ul", { class: "round-posts" });
    const again = roundId && told.bots.length ? h("button", { type: "button", onclick: () => this.#post(roundId, draw) }, say("round_post_again")) : null;
    const draw = (fresh) => {
      if (!roundId) return false;
      const by = new Map(fresh.posts.map((post) => [post.bot, post]));
      fill(posts, fresh.bots.length ? fresh.bots.map((bot) => h("li", { class: by.get(bot)?.state ?? "failed" }, say(`post_${by.get(bot)?.state ?? "failed"}`, { bot }), by.get(bot)?.reason && h("small", {}, by.get(bot).reason))) : h("li", { class: "none" }, say("round_no_bot")));
      return fresh.posts.some((post) => post.state === "waiting");
    };
    const box = h("dialog", { class: "round-text", "aria-label": say("round_text") }, h("header", {}, h("h2", {}, say("round_text"), h("small", {}, say("round_number", { n: told.number }))), h("form", { method: "dialog" }, h("button", { class: "close", "aria-label": say("close") }, "×"))),
      area, h("div", { class: "round-acts" }, h("button", { type: "button", class: "primary", onclick: () => this.#copy(area) }, say("round_copy")), again), posts);
    document.body.append(box);
    box.addEventListener("close", () => box.remove());
    box.showModal();
    this.#follow(roundId, box, draw(told), draw);
  }

  #follow(roundId, box, isOpen, draw) {
    if (!isOpen) return;
    setTimeout(async () => {
      if (!box.isConnected) return;
      const answer = await fetch(`${this.url}/${encodeURIComponent(roundId)}/text`, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
      this.#follow(roundId, box, answer?.ok ? draw(await answer.json()) : true, draw);
    }, 2000);
  }

  async #copy(area) {
    try {
      await navigator.clipboard.writeText(area.value);
      this.toast(say("round_copied"));
    } catch {
      area.select(); // no clipboard without TLS: the marked text can be copied by hand
    }
  }

  async #post(roundId, draw) {
    const answer = await this.#write(`${this.url}/${encodeURIComponent(roundId)}/post`, {});
    if (answer?.ok) this.#follow(roundId, document.querySelector(".round-text"), draw(await answer.json()), draw);
  }

  async withdraw(roundId) {
    const answer = await this.#write(`${this.url}/${encodeURIComponent(roundId)}/withdraw`, { why: "" });
    return Boolean(answer?.ok);
  }

  async #write(url, body) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(url, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(body) }).catch(() => null);
    if (answer && !answer.ok) {
      const told = await answer.json().catch(() => ({}));
      this.toast([told.problem, told.fix].filter(Boolean).join(" "));
    }
    return answer;
  }
}
