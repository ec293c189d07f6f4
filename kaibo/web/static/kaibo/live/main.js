// The control room: one store, one line, panels that draw themselves from the store.

import * as ages from "./ages.js";
import * as definition from "./definition.js";
import { $, page, say } from "./dom.js";
import * as alerts from "../compliance/alerts.js";
import * as questions from "../radar/questions.js";
import * as desk from "../desk/desk.js";
import { atSecond, nowUs } from "./format.js";
import * as goods from "./goods.js";
import { Line } from "./line.js";
import * as prompt from "./prompt.js";
import * as call from "../registers/call.js";
import * as registers from "../registers/panel.js";
import * as roundLight from "../rounds/light.js";
import * as sheet from "./sheet.js";
import * as side from "./side.js";
import { Store } from "./store.js";
import { Strips } from "./strips.js";
import * as tiles from "./tiles.js";

const VIEWS = ["all", "desk", "ads", "prompt"];
const root = document.documentElement;
const store = new Store();

// ---- rise and fall by the reader's habit: red rises in Chinese, green in English, unless chosen otherwise
const remembered = localStorage.getItem("kaibo-rise");
const setRise = (value) => { root.dataset.rise = value; };
setRise(remembered ?? (root.lang.startsWith("zh") ? "red" : "green"));
for (const input of $("rise").querySelectorAll("input")) {
  input.checked = input.value === root.dataset.rise;
  input.addEventListener("change", () => { localStorage.setItem("kaibo-rise", input.value); setRise(input.value); });
}

// ---- panels; paces in ms, slower where faster could not be read
const openDefinition = (ids, id) => definition.open(store, ids, id);
const tileElements = tiles.build((ids) => openDefinition(ids));
const strips = new Strips(page.currency);
store.panel(["meta/", "host", "light/", "strip/violations", "reg/violations"], 1000, side.drawBar);
store.panel(["tile/"], page.pace.tiles, () => tiles.draw(tileElements, store));
store.panel(["minute/", "lap/", "mark/", "strip/", "meta/"], page.pace.strips, () => strips.draw(store));
store.panel(["now"], 2000, goods.draw);
store.panel(["desk/", "now", "lap/", "meta/"], 1000, desk.draw);
store.panel(["goods/", "now"], page.pace.sheet, sheet.draw);
store.panel(["alert/", "alerts"], 300, alerts.draw);
store.panel(["question/", "warning/"], 1000, questions.draw);
store.panel(["source/"], 10_000, side.drawSources);
store.panel(["tile/5"], 5000, side.drawSpend);
store.panel(["comment/", "strip/comments"], 1000, side.drawComments);
store.panel(["figure/"], 10_000, side.drawStated);
store.panel(["now", "tile/3", "desk/now", "question/"], 2000, prompt.draw);
store.panel(["round/", "meta/", "light/"], 1000, roundLight.draw);
store.panel(["reg/", "meta/"], 1000, registers.drawAlerts);
store.panel(["reg/changes", "goods/"], 1000, registers.drawChanges);
store.panel(["reg/ads"], 1000, registers.drawAds);
store.panel(["desk/call"], 250, call.draw);
ages.start(() => { side.tickBar(store); goods.tick(store); prompt.tick(store); roundLight.tick(); alerts.tick(store); questions.tick(); });

$("goods").addEventListener("click", (event) => {
  const figure = event.target.closest("[data-figure]");
  if (figure) openDefinition([...$("goods").querySelectorAll("[data-figure]")].map((each) => each.dataset.figure), figure.dataset.figure);
});

// ---- the light of the line
let offlineSince = null;
new Line({
  streamUrl: page.stream_url, ticketUrl: page.ticket_url, store,
  onState(state) {
    document.body.dataset.line = state;
    if (state === "offline") offlineSince ??= nowUs();
    if (state === "live") offlineSince = null;
    $("line").lastElementChild.textContent = state === "offline" ? say("line_offline", { at: atSecond(offlineSince) }) : say(`line_${state}`);
  },
}).start();

// ---- views, keys, dialogs
function setView(view) {
  document.body.dataset.view = view;
  for (const link of $("views").children) link.dataset.view === view ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  const url = new URL(location.href);
  url.searchParams.set("view", view);
  history.replaceState(null, "", url);
  document.querySelector(".language [name=next]").value = url.pathname + url.search;
}
$("views").addEventListener("click", (event) => {
  const link = event.target.closest("[data-view]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  setView(link.dataset.view);
});
$("help-button").addEventListener("click", () => $("help").showModal());
for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

const isTyping = (event) => event.target.closest?.("input, textarea, select, [contenteditable]") || event.metaKey || event.ctrlKey || event.altKey;
document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  const dialogOpen = document.querySelector("dialog[open]");
  if (event.key === "?") return dialogOpen ? dialogOpen.close() : $("help").showModal();
  if (dialogOpen) return;
  if ("1234".includes(event.key)) setView(VIEWS[Number(event.key) - 1]);
  else if (desk.key(event) || roundLight.key(event)) return;
  else if (event.key.toLowerCase() === "z") strips.toggleRange();
  else if (event.key === "ArrowLeft" || event.key === "ArrowRight") walk(event);
  else if (tiles.keyOf(event) >= 0) openDefinition(tileElements[tiles.keyOf(event)].ids ?? []);
});

function walk(event) {
  if (event.target !== document.body && !event.target.closest(".tile")) return;
  const shown = tileElements.filter((tile) => tile.offsetParent);
  const at = shown.indexOf(document.activeElement);
  const next = at < 0 ? 0 : (at + (event.key === "ArrowRight" ? 1 : shown.length - 1)) % shown.length;
  shown[next]?.focus();
  event.preventDefault();
}

// ---- the phone's bottom bar
let hiding = 0;
function toast(text) {
  const element = $("toast");
  element.textContent = text;
  element.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { element.hidden = true; }, 5000);
}
document.querySelector(".thumb").addEventListener("click", (event) => {
  const act = event.target.closest("button")?.dataset.act;
  if (act === "mark" || act === "next") return desk.act(act);
  if (act === "round") return roundLight.open();
  return act === "call" && desk.act("call");
});
desk.start(store, toast);
roundLight.start(store, toast);
registers.start(store, toast);
