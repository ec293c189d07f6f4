// Rounds inside the control room: the keypad, and a light that says when the next round is due.

import { $, say } from "../live/dom.js";
import { nowUs } from "../live/format.js";
import { Rounds } from "./rounds.js";

let store;
let rounds;
let toast;

export function start(theStore, theToast) {
  [store, toast] = [theStore, theToast];
  const light = $("round-light");
  if (light.dataset.may !== "1") return;
  rounds = new Rounds({ url: light.dataset.url, known: () => ({ figures: store.get("round/form").figures, rounds: store.get("round/list") }), toast, onChange: tick });
  light.addEventListener("click", open);
  tick();
}

export function open() {
  if (!rounds) return toast(say("desk_may_not"));
  if (!store.get("round/form") || store.get("meta/show")?.status === "planned") return toast(say("desk_not_on_air"));
  return rounds.open();
}

// True when the key was ours.
export function key(event) {
  if (event.repeat || event.key.toLowerCase() !== "b" || !rounds) return false;
  event.preventDefault();
  open();
  return true;
}

export function draw(theStore) {
  store = theStore;
  tick();
}

// Where a feed reports the orders nobody has to type: then the light stays away until somebody types a round.
export function tick() {
  const light = $("round-light");
  const due = store?.get("round/due");
  const waiting = rounds?.waiting.length ?? 0;
  const isNeeded = Boolean(due) && (waiting > 0 || store.get("round/list")?.length > 0 || !store.get("light/orders"));
  light.hidden = !rounds || !isNeeded;
  const left = due ? due - nowUs() : 0;
  const isDue = isNeeded && left <= 0;
  light.classList.toggle("due", isDue || waiting > 0);
  document.querySelector('.thumb [data-act="round"]').classList.toggle("due", isDue || waiting > 0);
  const late = Math.floor(-left / 60e6);
  const text = waiting ? say("round_waiting", { n: waiting }) : isDue ? (late >= 1 ? say("round_late", { n: late }) : say("round_due")) : say("round_due_in", { n: Math.ceil(left / 60e6) });
  if (light.textContent !== text) light.textContent = text;
}
