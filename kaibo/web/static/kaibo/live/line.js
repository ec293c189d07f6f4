// The line to the server: one EventSource per browser and show, shared between its tabs.
//
// Tabs agree over a BroadcastChannel: the one that leads holds the stream and passes frames on; the others ask every
// three seconds who leads and take over when nobody answers. Without BroadcastChannel every tab has its own stream.

import { clockSkew, setClock, setSkew } from "./format.js";

const QUIET_MS = 35_000; // two pings missed: the line is dead even if no error came
const ASK_MS = 3000;

export class Line {
  // `onState(name)` gets connecting | live | catching_up | offline
  constructor({ streamUrl, ticketUrl, store, onState }) {
    Object.assign(this, { streamUrl, ticketUrl, store, onState });
    this.id = `${document.hidden ? 1 : 0}${Math.random().toString(36).slice(2)}`;
    this.source = null;
    this.isLeader = false;
    this.tries = 0;
    this.retry = 0;
    this.heard = 0; // last message from the server
    this.heardLeader = 0;
    this.shown = "";
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(`kaibo-live-${streamUrl}`) : null;
  }

  start() {
    window.addEventListener("offline", () => this.#lost());
    window.addEventListener("online", () => this.isLeader && this.#connect());
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("pageshow", (event) => event.persisted && this.#elect(0));
    setInterval(() => this.#watch(), 5000);
    if (!this.channel) return this.#lead();
    this.channel.onmessage = (event) => this.#hear(event.data);
    setInterval(() => this.#ask(), ASK_MS);
    this.#post({ kind: "ask", version: "" });
    return this.#elect(250);
  }

  // ---- between tabs
  #post(message) {
    this.channel?.postMessage({ ...message, from: this.id });
  }

  #beat() {
    this.#post({ kind: "beat", state: this.shown, skew: clockSkew() });
  }

  #elect(wait) {
    const begun = performance.now();
    setTimeout(() => this.heardLeader < begun && !this.isLeader && this.#lead(), wait + Math.random() * 150);
  }

  #ask() {
    if (this.isLeader) return;
    if (performance.now() - this.heardLeader > 2.5 * ASK_MS) this.#lead();
    else this.#post({ kind: "ask", version: this.store.version });
  }

  #hear(message) {
    if (message.kind === "ask") {
      if (!this.isLeader) return;
      this.#beat();
      if (message.version !== this.store.version && this.store.version) this.#share();
      return;
    }
    if (message.kind === "left") return void (this.isLeader || ((this.heardLeader = 0), this.#elect(50)));
    if (this.isLeader) {
      // two leaders: the one whose id sorts first stays; ids of tabs opened in the background sort last
      if (message.from > this.id) return this.#beat();
      this.#follow();
    }
    this.heardLeader = performance.now();
    if (message.kind === "beat") { setSkew(message.skew); this.#show(message.state); }
    if (message.kind === "state") this.store.load(message.version, message.state);
    if (message.kind === "patch" && !this.store.patch(message.frame)) this.#post({ kind: "ask", version: "" });
  }

  #share() {
    this.#post({ kind: "state", version: this.store.version, state: Object.fromEntries(this.store.state) });
  }

  #lead() {
    this.isLeader = true;
    this.#beat();
    this.#connect();
  }

  #follow() {
    this.isLeader = false;
    this.#close();
  }

  #leave() {
    if (this.isLeader) this.#post({ kind: "left" });
    this.#follow();
  }

  // ---- to the server
  async #connect() {
    this.#close();
    if (!navigator.onLine) return this.#lost();
    this.#show(this.store.version ? "catching_up" : "connecting");
    const attempt = (this.attempt = Symbol("attempt"));
    try {
      const answer = await fetch(this.ticketUrl, { cache: "no-store", redirect: "manual", credentials: "same-origin" });
      if (attempt !== this.attempt) return;
      if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) return location.reload();
      if (!answer.ok) throw new Error(`ticket ${answer.status}`);
    } catch {
      return attempt === this.attempt && this.#lost();
    }
    this.#open();
  }

  #open() {
    const after = this.store.version ? `?after=${encodeURIComponent(this.store.version)}` : "";
    const source = (this.source = new EventSource(this.streamUrl + after));
    const on = (name, act) => source.addEventListener(name, (event) => {
      this.heard = performance.now();
      act(JSON.parse(event.data));
    });
    on("hello", (frame) => { setClock(frame.now_us); this.tries = 0; if (frame.is_current) this.#show("live"); });
    on("ping", (frame) => { setClock(frame.now_us); this.#show("live"); });
    on("snapshot", (frame) => { this.store.load(frame.v, frame.all); this.#show("live"); if (this.channel) this.#share(); });
    on("patch", (frame) => {
      if (!this.store.patch(frame)) { this.store.version = ""; return void this.#connect(); }
      this.#post({ kind: "patch", frame });
      this.#show("live");
    });
    on("bye", () => this.#connect());
    source.onerror = () => this.source === source && this.#lost();
    this.heard = performance.now();
  }

  #close() {
    clearTimeout(this.retry);
    this.attempt = null;
    this.source?.close();
    this.source = null;
  }

  #lost() {
    if (!this.isLeader) return;
    this.#close();
    this.#show("offline");
    const wait = Math.min(15_000, 1000 * 1.6 ** this.tries++) * (0.8 + Math.random() * 0.4);
    this.retry = setTimeout(() => this.#connect(), wait);
  }

  #watch() {
    if (this.source && performance.now() - this.heard > QUIET_MS) this.#lost();
  }

  #show(state) {
    if (!state || state === this.shown) return;
    this.shown = state;
    this.onState(state);
    if (this.isLeader) this.#beat();
  }
}
