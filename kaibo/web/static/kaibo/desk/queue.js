// Acts wait in the browser's storage until the server has answered: a lost line or a closed page loses none of them.

const RETRY_MS = 3000;
const BATCH = 100;
const MALFORMED = new Set([400, 413, 422]);

export class Queue {
  // `onChange()` after every change; `onRefused(sentence)` for an act the server does not take; `onAnswer(answer)` for
  // each that was answered; `name` is what the server calls the list
  constructor(url, { onChange, onRefused, onAnswer = () => {}, name = "acts" }) {
    Object.assign(this, { url, onChange, onRefused, onAnswer, name });
    this.key = `kaibo-desk ${url}`;
    this.busy = false;
    this.timer = 0;
    this.batch = BATCH;
    addEventListener("online", () => this.flush());
    addEventListener("storage", (event) => event.key === this.key && this.onChange());
    if (this.waiting.length) this.#soon(0);
  }

  get waiting() {
    return JSON.parse(localStorage.getItem(this.key) ?? "[]");
  }

  #keep(acts) {
    localStorage.setItem(this.key, JSON.stringify(acts));
    this.onChange();
  }

  add(act) {
    const kept = { id: crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join(""), ...act };
    this.#keep([...this.waiting, kept]);
    this.flush();
    return kept;
  }

  // Forget an act that has not left yet; false when it may have.
  drop(id) {
    if (this.busy || !this.waiting.some((act) => act.id === id)) return false;
    this.#keep(this.waiting.filter((act) => act.id !== id));
    return true;
  }

  #soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  async flush() {
    const acts = this.waiting.slice(0, this.batch);
    if (this.busy || !acts.length) return;
    this.busy = true;
    try {
      const answer = await fetch(this.url, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value }, body: JSON.stringify({ [this.name]: acts }) });
      if (answer.status >= 500 || answer.status === 429) throw new Error(`${answer.status}`);
      const told = await answer.json();
      if (MALFORMED.has(answer.status)) {
        // one act that cannot be read must not hold up the others: they go one by one, and it is told and let go
        if (acts.length === 1) {
          this.#keep(this.waiting.filter((act) => act.id !== acts[0].id));
          this.onRefused([told.problem, told.fix].filter(Boolean).join(" "));
        }
        this.batch = 1;
        this.#soon(0);
        return;
      }
      if (!answer.ok) {
        // logged out, or no longer allowed: the acts stay until somebody who may opens the page
        this.onRefused([told.problem, told.fix].filter(Boolean).join(" "));
        return;
      }
      if (this.waiting.length <= acts.length) this.batch = BATCH;
      const answered = new Map(told.map((each) => [each.id, each]));
      this.#keep(this.waiting.filter((act) => !answered.has(act.id)));
      for (const each of answered.values()) {
        if (each.state === "refused" && each.problem) this.onRefused(`${each.problem} ${each.fix}`.trim());
        this.onAnswer(each);
      }
    } catch {
      this.#soon(RETRY_MS); // no line: they stay
    } finally {
      this.busy = false;
      this.onChange();
    }
    if (this.waiting.length) this.#soon(RETRY_MS);
  }
}
