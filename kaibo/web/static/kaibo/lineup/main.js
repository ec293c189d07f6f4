// The lineup page: one sheet, drawn as a grid or as cards, with checks, versions and sheets to bring.

import { $, page, say } from "../live/dom.js";
import { Bring } from "./bring.js";
import { Grid } from "./grid.js";
import { History } from "./history.js";
import { drawFindings, drawSaved, drawSums, places, toast } from "./panels.js";
import { Cards } from "./phone.js";
import { get, send } from "./server.js";
import { Sheet } from "./sheet.js";

const first = JSON.parse($("first").textContent);
const isNarrow = matchMedia("(max-width: 860px)");
let state = "saved";
const failed = (error) => toast(say("failed", { why: error.message }), true);

const sheet = new Sheet(first, {
  onChange: () => draw(),
  onState: (name) => { state = name; drawSaved(sheet, state); },
  onRefused: async (error) => {
    toast(error.message, true);
    await get(page.api).then((told) => sheet.load(told)).catch(failed);
  },
});
const bring = new Bring(sheet);
const past = new History(sheet);
const grid = new Grid($("pane"), sheet, { onSheet: (text) => bring.open(text), onSay: (key, values) => toast(say(key, values)), onUndo: () => undo() });
const cards = new Cards(sheet);
const show = (id, field) => (isNarrow.matches ? cards : grid).show(id, field);

function draw() {
  const isEmpty = !sheet.lines.length;
  $("hollow").hidden = !isEmpty;
  $("wide").hidden = $("cards").hidden = isEmpty;
  if (!isEmpty) isNarrow.matches ? cards.draw() : grid.draw();
  drawSums(sheet);
  drawFindings(sheet, show);
  drawSaved(sheet, state);
  if ($("undo")) $("undo").disabled = !sheet.told.can_undo && !sheet.isDirty;
}
isNarrow.addEventListener("change", draw);
draw();

// ---- acts
const on = (id, act) => $(id)?.addEventListener("click", act);
const addLine = () => {
  const [line] = sheet.insert(sheet.lines.length);
  if (isNarrow.matches) return cards.open(line);
  return grid.go(sheet.lines.length - 1, 0);
};

async function undo() {
  if (!page.may_change) return;
  try {
    await sheet.flush();
    sheet.load(await send(`${page.api}/undo`, {}));
    toast(say("undone"));
  } catch (error) {
    failed(error);
  }
}

async function act(path, body, words, method = "POST") {
  try {
    await sheet.flush();
    sheet.load(await send(`${page.api}/${path}`, body, method));
    if (words) toast(say(words));
  } catch (error) {
    failed(error);
  }
}

on("undo", undo);
on("add", addLine);
on("hollow-add", addLine);
on("number", () => sheet.number());
on("bring-open", () => bring.open());
on("compare-open", () => bring.open("", { isCompare: true }));
on("hollow-bring", () => bring.open());
on("versions-open", () => past.open());
on("publish", () => act("publish", {}, "published_now"));
on("copy", (event) => {
  event.target.closest("details").open = false;
  return act("copy", { show_id: $("copy-from").value, with_stock: $("copy-stock").checked });
});

// ---- limits of the checks
if ($("rules-save")) {
  const { rules } = first;
  $("core-sizes").value = rules.core_sizes.join(" ");
  $("loss-limit").value = rules.giveaway_loss_minor === null ? "" : rules.giveaway_loss_minor / 10 ** places;
  $("tolerance").value = Math.round(rules.minutes_tolerance_ratio * 100);
  on("rules-save", (event) => {
    const limit = $("loss-limit").value.trim();
    const tolerance = Number($("tolerance").value);
    if (limit && !(Number(limit) >= 0)) return toast(say("bad_amount"), true);
    event.target.closest("details").open = false;
    const body = { core_sizes: $("core-sizes").value.split(/[\s,，、]+/).filter(Boolean), giveaway_loss_minor: limit ? Math.round(Number(limit) * 10 ** places) : null, minutes_tolerance_ratio: tolerance / 100 };
    return act("rules", body, "rules_saved", "PUT");
  });
}

for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("click", (event) => (event.target === dialog || event.target.closest("[data-close]")) && dialog.close());
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, dialog")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && page.may_change) { event.preventDefault(); undo(); }
});
// a spreadsheet pasted anywhere on the page
document.addEventListener("paste", (event) => {
  if (!page.may_change || event.target.closest("input, textarea, dialog")) return;
  const text = event.clipboardData.getData("text/plain");
  const file = event.clipboardData.files[0];
  if (file) { bring.open(); bring.read(file); } else if (text.includes("\t")) bring.open(text);
});
