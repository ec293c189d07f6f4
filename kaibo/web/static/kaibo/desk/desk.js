// The desk inside the control room: explain, next, return, mark, host, note; undo for ten seconds; works without a line.

import { $, fill, h, page, say, sayOr } from "../live/dom.js";
import { atMinute, money, nowUs } from "../live/format.js";
import { Queue } from "./queue.js";

const UNDO_MS = 10_000;
const KEYS = { n: "next", r: "return", m: "mark", h: "host", t: "note", c: "call" };
const CALLS = ["faster", "stock", "bag", "comments", "next", "words"];
const LAPS = new Set(["start", "next", "return"]);
let store;
let queue;
let toast;
let last = null; // the newest act of this device, undoable while it is young

export function start(theStore, theToast) {
  [store, toast] = [theStore, theToast];
  if (!mayAct()) return;
  queue = new Queue($("desk").dataset.acts, { onChange: () => draw(store), onRefused: (text) => toast(text) });
  setInterval(drawLast, 500);
}

const mayAct = () => $("desk").dataset.may === "1";
const lines = () => store?.get("desk/lines") ?? [];

// What is being explained as this device knows it: acts that still wait count before what the server told.
function current() {
  const mine = queue?.waiting.filter((act) => LAPS.has(act.kind) || act.kind === "end").at(-1);
  const now = store?.get("now");
  if (mine && (!now || mine.at_us >= now.from_us)) return { link_no: mine.kind === "end" ? now?.link_no ?? null : mine.link_no, isOpen: mine.kind !== "end" };
  return now ? { link_no: now.link_no, isOpen: now.to_us === null } : { link_no: null, isOpen: false };
}

function upcoming(count) {
  const all = lines();
  const at = all.findIndex((line) => line.link_no === current().link_no);
  return all.slice(at + 1, at + 1 + count);
}

// ---- drawing
export function draw(theStore) {
  store = theStore;
  fill($("next-three"), nextThree());
  const status = store.get("meta/show")?.status;
  if (!mayAct()) return fill($("desk"), h("p", { class: "later" }, say("desk_may_not")));
  if (status && status === "planned") return fill($("desk"), h("p", { class: "later" }, say("desk_not_on_air"), " ", h("a", { href: $("desk").dataset.show }, say("desk_go_on_air"))));
  const isOpen = current().isOpen;
  const button = (kind, key) => h("button", { type: "button", class: kind, "data-desk": kind, onclick: () => act(kind) }, h("span", {}, say(`desk_${kind}`)), h("kbd", {}, key));
  fill($("desk"), h("div", { class: "acts" }, button(isOpen ? "end" : "start", "Space"), button("next", "N"), button("return", "R"), button("mark", "M"), button("host", "H"), button("note", "T")), h("p", { class: "last", id: "desk-last", role: "status" }));
  return drawLast();
}

function nextThree() {
  if (!lines().length) return [h("p", { class: "later" }, say("desk_no_lineup"), " ", h("a", { href: $("desk").dataset.lineup }, say("desk_lineup")))];
  const next = upcoming(3);
  if (!next.length) return [h("p", { class: "later" }, say("desk_all_through"))];
  return next.map((line) => {
    const told = [line.role && sayOr(`role_${line.role}`, line.role), line.minutes && say("desk_minutes", { n: line.minutes }), line.pieces !== null && say("pieces", { n: line.pieces })].filter(Boolean).join(" · ");
    return h("button", { type: "button", class: "next-line", disabled: !mayAct(), onclick: () => send("start", { link_no: line.link_no }) }, h("b", {}, line.link_no), h("span", {}, line.title, h("small", {}, told)), h("em", {}, line.price_minor === null ? "" : money(line.price_minor, page.currency, { cents: true })));
  });
}

function drawLast() {
  const place = $("desk-last");
  if (!place) return;
  const waiting = queue?.waiting.length ?? 0;
  const left = last ? Math.ceil((last.until - performance.now()) / 1000) : 0;
  const parts = [last ? h("span", {}, say(last.isUndone ? "desk_undone" : `desk_did_${last.act.kind}`, { n: last.act.link_no || last.act.host_id || "" })) : null];
  if (last && left > 0 && !last.isUndone) parts.push(h("button", { type: "button", onclick: undo }, say("desk_undo", { n: left })));
  if (waiting) parts.push(h("span", { class: "waiting" }, say("desk_waiting", { n: waiting })));
  fill(place, parts);
}

// ---- acting
export function act(kind) {
  if (!mayAct()) return toast(say("desk_may_not"));
  if (kind === "start") {
    const [next] = upcoming(1);
    return next ? send("start", { link_no: next.link_no }) : pick("desk_which", "start");
  }
  if (kind === "next") {
    const [next] = upcoming(1);
    return next ? send("next", { link_no: next.link_no }) : pick("desk_which", "next");
  }
  if (kind === "return") return pick("desk_which_back", "return", explained());
  if (kind === "end") return send("end", { link_no: current().link_no ?? "" });
  if (kind === "host") return write("desk_who", "desk_name", (text) => send("host", { host_id: text, relieves: store.get("host")?.id ?? "" }));
  if (kind === "call") return call();
  if (kind === "note") return write("desk_what", "desk_what", (text) => send("note", { text }));
  return send(kind, {});
}

function send(kind, values) {
  const made = queue.add({ kind, at_us: Math.round(nowUs()), ...values });
  last = { act: made, until: performance.now() + UNDO_MS, isUndone: false };
  navigator.vibrate?.(15);
  draw(store);
}

function undo() {
  if (!last || last.isUndone || performance.now() > last.until) return;
  if (!queue.drop(last.act.id)) queue.add({ kind: "undo", of: last.act.id, at_us: Math.round(nowUs()) });
  last.isUndone = true;
  draw(store);
}

// True when the key was the desk's.
export function key(event) {
  if (event.repeat || !mayAct()) return false;
  const kind = event.key === " " ? (current().isOpen ? "end" : "start") : KEYS[event.key.toLowerCase()];
  if (!kind || (event.key === " " && event.target.closest?.("button, a, summary, [tabindex]:not(body)"))) return false;
  event.preventDefault();
  act(kind);
  return true;
}

// Links explained before, the latest first.
function explained() {
  const found = new Map();
  for (const [, lap] of store.below("lap/")) if (lap.link_no && !(found.get(lap.link_no)?.from_us > lap.from_us)) found.set(lap.link_no, lap);
  return [...found.values()].sort((a, b) => b.from_us - a.from_us).map((lap) => ({ link_no: lap.link_no, title: lines().find((line) => line.link_no === lap.link_no)?.title ?? lap.title ?? "", at: say("desk_explained_at", { at: atMinute(lap.from_us) }) }));
}

// ---- asking
function dialog(title, ...body) {
  const box = h("dialog", { class: "desk-ask" }, h("form", { method: "dialog" }, h("button", { class: "close", "aria-label": say("close") }, "×")), h("h2", {}, say(title)), body);
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.showModal();
  return box;
}

function pick(title, kind, found = lines()) {
  const input = h("input", { inputmode: "numeric", autocomplete: "off", "aria-label": say("desk_number"), placeholder: say("desk_number"), maxlength: 12 });
  const go = (link) => { if (!link) return; box.close(); send(kind, { link_no: link }); };
  const form = h("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); go(input.value.trim()); } }, input, h("button", {}, say("desk_go")));
  const box = dialog(title, form, h("div", { class: "choices" }, found.map((line) => h("button", { type: "button", class: "next-line", onclick: () => go(line.link_no) }, h("b", {}, line.link_no), h("span", {}, line.title), h("em", {}, line.at ?? "")))));
  input.focus();
}

// One tap for what desks call most; typed otherwise. It flashes on the host's prompt.
function call() {
  const done = (text) => { box.close(); send("call", { text }); };
  const input = h("input", { autocomplete: "off", "aria-label": say("desk_what"), placeholder: say("desk_what"), maxlength: 60 });
  const form = h("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) done(input.value.trim()); } }, input, h("button", {}, say("desk_call")));
  const box = dialog("call_title", h("div", { class: "choices" }, CALLS.map((name) => h("button", { type: "button", class: "next-line call-line", onclick: () => done(say(`call_${name}`)) }, h("span", {}, say(`call_${name}`))))), form);
}

function write(title, label, done) {
  const input = h("input", { autocomplete: "off", "aria-label": say(label), placeholder: say(label), maxlength: 200 });
  const form = h("form", { class: "ask", onsubmit: (event) => { event.preventDefault(); const text = input.value.trim(); if (!text) return; box.close(); done(text); } }, input, h("button", {}, say("desk_save")));
  const box = dialog(title, form);
  input.focus();
}
