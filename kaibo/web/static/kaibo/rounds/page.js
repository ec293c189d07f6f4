// The page of a show's rounds: the same keypad as in the room; the list reloads when a round arrived.

import { $, say } from "../live/dom.js";
import { Rounds } from "./rounds.js";

const first = JSON.parse($("first").textContent);
let hiding = 0;
let isTold = false;

function toast(text) {
  const element = $("toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { element.hidden = true; }, 8000);
}

const rounds = new Rounds({
  url: $("rounds").dataset.url,
  known: () => ({ figures: first["round/form"].figures, rounds: first.rounds }),
  toast,
  onChange: draw,
});

function draw() {
  const waiting = rounds?.waiting.length ?? 0;
  $("waiting").textContent = waiting ? say("round_waiting", { n: waiting }) : "";
  if (isTold && !waiting) addEventListener("focus", () => location.reload(), { once: true });
}

$("round-new")?.addEventListener("click", () => { isTold = true; rounds.open(); });
$("rounds").addEventListener("click", async (event) => {
  const button = event.target.closest("[data-round]");
  if (!button) return;
  const round = first.rounds.find((each) => each.id === button.dataset.round);
  if (button.dataset.act === "text") return rounds.text(round.id);
  if (button.dataset.act === "correct") { isTold = true; return rounds.open(round); }
  if (confirm(say("round_withdraw_sure")) && (await rounds.withdraw(round.id))) location.reload();
});
document.addEventListener("close", (event) => { if (event.target.classList?.contains("round-text") && isTold) location.reload(); }, true);
draw();
