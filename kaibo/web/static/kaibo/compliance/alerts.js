// Alerts of the control room: at most three, each with its owner; the one who takes it has it for everybody.

import { age, nowUs } from "../live/format.js";
import { $, fill, h, say } from "../live/dom.js";

const MOST = 3;
const CUE_US = 45e6; // how long a word stays before the host's eyes unless somebody takes it first

const list = (store) => [...store.below("alert/")].map(([id, alert]) => ({ id, ...alert })).sort((a, b) => a.place - b.place);

async function take(id, button) {
  button.disabled = true;
  const answer = await fetch(`/api/v1/compliance/cases/${id}/acknowledge`, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value } }).catch(() => null);
  if (!answer?.ok) button.disabled = false; // the page is told by the stream who has it
}

function card(alert) {
  const at = alert.excerpt.indexOf(alert.matched);
  const said = at < 0 ? [alert.excerpt] : [alert.excerpt.slice(0, at), h("mark", {}, alert.matched), alert.excerpt.slice(at + alert.matched.length)];
  return h("li", { class: `alert ${alert.action}`, "data-alert": alert.id },
    h("header", {}, h("b", {}, say(`scene_${alert.scene}`)), alert.hits > 1 && h("span", {}, `×${alert.hits}`), h("time", { "data-at": String(alert.last_us) }, age(alert.last_us)),
      alert.owner ? h("em", {}, alert.owner) : h("button", { type: "button", "data-take": alert.id, onclick: (event) => take(alert.id, event.currentTarget) }, say("alert_take"))),
    h("p", {}, said),
    alert.instead && h("p", { class: "instead" }, "→ ", alert.instead),
    h("footer", {}, h("a", { href: `/compliance/cases/${alert.id}/` }, say("alert_open")), h("small", {}, alert.article)));
}

export function draw(store) {
  const alerts = list(store);
  const count = store.get("alerts")?.open ?? 0;
  fill($("alerts"), alerts.length ? alerts.slice(0, MOST).map(card) : h("li", { class: "later" }, say("alerts_none")));
  $("alerts-more").hidden = count <= MOST;
  $("alerts-more").textContent = say("alerts_more", { n: count - MOST });
  cue(store);
}

// The host's one flashing call: what was just said wrong, and what to say instead.
export function cue(store) {
  const fresh = list(store).filter((alert) => alert.scene === "speech" && !alert.owner && nowUs() - alert.last_us < CUE_US).sort((a, b) => b.last_us - a.last_us)[0];
  const element = $("cue");
  element.hidden = !fresh;
  const key = fresh ? `${fresh.id} ${fresh.last_us}` : "";
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  fill(element, fresh ? [h("b", {}, say("cue_said", { words: fresh.matched })), h("span", {}, fresh.instead)] : []);
}

export function tick(store) {
  for (const time of document.querySelectorAll("#alerts time")) {
    const text = age(Number(time.dataset.at));
    if (time.textContent !== text) time.textContent = text;
  }
  cue(store);
}
