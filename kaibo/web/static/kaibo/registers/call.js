// A call of the desk on the host's prompt: it flashes for some seconds and stays half a minute.

import { h } from "../live/dom.js";
import { nowUs } from "../live/format.js";

const STAYS_US = 30e6;
let shown = "";

export function draw(store) {
  const call = store.get("desk/call");
  const left = call ? call.at + STAYS_US - nowUs() : 0;
  if (!call || left <= 0 || call.id === shown) return;
  shown = call.id;
  document.querySelector(".call-now")?.remove();
  const banner = h("div", { class: "call-now", role: "alert" }, call.text);
  document.body.append(banner);
  setTimeout(() => banner.remove(), left / 1000);
}
