// Questions that wait, grouped, the nearest to a purchase and the longest waiting first; and what warns beside them.

import { clockNow } from "../live/ages.js";
import { $, fill, h, page, say } from "../live/dom.js";

const SHOWN = 4;
const waited = (one) => Math.max(0, clockNow() - one.first_us) / 1e6;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const rank = (one) => one.weight * Math.sqrt(one.count) * Math.max(1, waited(one));
const list = (store) => [...store.below("question/")].map(([, one]) => one).sort((a, b) => rank(b) - rank(a));
const title = (one) => [say(`topic_${one.topic}`), one.link_no && h("small", {}, say("question_link", { n: one.link_no }))];

async function done(one, button) {
  button.disabled = true;
  const answer = await fetch(`${$("questions").dataset.api}/answer`, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value }, body: JSON.stringify({ topic: one.topic, link_no: one.link_no }) }).catch(() => null);
  if (!answer?.ok) button.disabled = false;
}

function warning(one) {
  if (one.kind === "opinion") return h("a", { href: `/opinion/${one.matter}/` }, say("warning_opinion", { what: say(`concern_${one.words}`), n: one.count }));
  return one.kind === "complaint" ? say("warning_complaint", { n: one.count }) : say("warning_flood", { n: one.count, words: one.words.slice(0, 24) });
}

export function draw(store) {
  if (!page.sees_comments) return fill($("questions"));
  const mayAct = $("questions").dataset.may === "1";
  const warnings = [...store.below("warning/")].map(([, one]) => one).sort((a, b) => b.at_us - a.at_us);
  const questions = list(store);
  fill($("questions"),
    warnings.map((one) => h("li", { class: "warned" }, warning(one))),
    questions.length ? questions.slice(0, SHOWN).map((one) => h("li", { "data-topic": one.topic },
      h("header", {}, h("b", {}, title(one)), h("span", {}, `×${one.count}`), h("time", { "data-first": String(one.first_us) }, say("question_waits", { at: clock(waited(one)) })), mayAct && h("button", { type: "button", onclick: (event) => done(one, event.currentTarget) }, say("question_done"))),
      h("p", { title: one.say ? say("script_hint", { words: one.say }) : null }, one.examples[0]))) : h("li", { class: "later" }, say("questions_none")));
  return undefined;
}

// Once a second: how long each waits.
export function tick() {
  for (const time of document.querySelectorAll("#questions time")) {
    const text = say("question_waits", { at: clock(Math.max(0, clockNow() - Number(time.dataset.first)) / 1e6) });
    if (time.textContent !== text) time.textContent = text;
  }
}

// The host prompt's three: topic and how many, readable from three metres.
export function topThree(store) {
  const questions = list(store).slice(0, 3);
  return questions.length ? questions.map((one) => h("p", { class: "asked" }, `${say(`topic_${one.topic}`)}${one.link_no ? ` ${one.link_no}` : ""} ×${one.count}`)) : h("p", { class: "none" }, say("prompt_none"));
}
