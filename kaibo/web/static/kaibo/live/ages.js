// Everything that grows older by itself: written once a second from instants, so that the state can stay still.

import { age, atMinute, nowUs, onDay } from "./format.js";
import { say } from "./dom.js";

let endedUs = null;
export const setEnd = (us) => { endedUs = us; };
export const clockNow = () => endedUs ?? nowUs();

export function ageOf(element, us) {
  if (us) element.dataset.at = us;
  else delete element.dataset.at;
  write(element);
}

function write(element) {
  const at = Number(element.dataset.at);
  // of a show that is over nobody asks how old a number is, but of when it speaks
  const text = !at ? "" : endedUs === null ? age(at) : say("as_of", { at: nowUs() - at > 86_400e6 ? onDay(at) : atMinute(at) });
  if (element.textContent !== text) element.textContent = text;
}

export function start(each) {
  const tick = () => {
    for (const element of document.querySelectorAll("[data-at]")) write(element);
    each();
  };
  setInterval(tick, 1000);
  tick();
}
