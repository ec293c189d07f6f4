// The form of a price or stock change: the link being explained is filled in, the timer is one tap.

import { fill, h, page, say } from "../live/dom.js";
import { money, nowUs } from "../live/format.js";
import { parse } from "../rounds/numbers.js";

const TIMERS = [null, 5, 10, 15, 30];
const newId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// What the room knows of a link: {title, price, stock}
function known(store, link) {
  const now = store.get("now");
  const line = (store.get("desk/lines") ?? []).find((each) => each.link_no === link);
  const row = [...store.below("goods/")].map(([, each]) => each).find((each) => each.link_no === link);
  const isNow = now?.link_no === link;
  return { title: (isNow && now.title) || line?.title || row?.title || "", price: (isNow ? now.price_minor : null) ?? line?.price_minor ?? null, stock: row?.stock ?? line?.pieces ?? null };
}

export function ask({ store, toast, write }) {
  const id = newId();
  const state = { kind: "price", timer: null };
  const link = h("input", { inputmode: "numeric", maxlength: 12, autocomplete: "off", value: store.get("now")?.link_no ?? "", "aria-label": say("change_link") });
  const before = h("input", { inputmode: "decimal", autocomplete: "off", "aria-label": say("change_before") });
  const after = h("input", { inputmode: "decimal", autocomplete: "off", "aria-label": say("change_after") });
  const who = h("input", { autocomplete: "off", maxlength: 120, value: store.get("host")?.name ?? "", "aria-label": say("change_asked_by") });
  const title = h("p", { class: "later" });
  const kinds = h("div", { class: "chips" });
  const timers = h("div", { class: "chips" });
  const note = h("p", { class: "wrong", role: "status" });

  const prefill = () => {
    const found = known(store, link.value.trim());
    title.textContent = found.title;
    const value = state.kind === "price" ? found.price : found.stock;
    const scale = parse("1", state.kind === "price" ? "minor" : "count", page.currency);
    before.value = value === null ? "" : String(value / scale);
  };
  const draw = () => {
    fill(kinds, ["price", "stock"].map((kind) => h("button", { type: "button", "aria-pressed": state.kind === kind ? "true" : "false", onclick: () => { state.kind = kind; draw(); prefill(); } }, say(`change_kind_${kind}`))));
    fill(timers, TIMERS.map((minutes) => h("button", { type: "button", "aria-pressed": state.timer === minutes ? "true" : "false", onclick: () => { state.timer = minutes; draw(); } }, minutes === null ? say("change_never") : say("change_minutes", { n: minutes }))));
  };
  const send = async (isMade) => {
    const unit = state.kind === "price" ? "minor" : "count";
    const [old, fresh] = [parse(before.value, unit, page.currency), parse(after.value, unit, page.currency)];
    if (!link.value.trim()) return link.focus();
    if (typeof fresh !== "number" || old === null) { note.textContent = say("round_unreadable"); return (old === null ? before : after).focus(); }
    const body = { id, kind: state.kind, link_no: link.value.trim(), title: known(store, link.value.trim()).title, before: old ?? null, after: fresh, asked_by: who.value.trim(), revert_after_minutes: state.timer, is_made: isMade, at_us: Math.round(nowUs()) };
    if (await write("changes", body)) {
      box.close();
      toast(say("change_line", { link: body.link_no, before: old === undefined ? "–" : state.kind === "price" ? money(old, page.currency, { cents: true }) : old, after: state.kind === "price" ? money(fresh, page.currency, { cents: true }) : fresh }));
    }
    return undefined;
  };
  const field = (word, input) => h("label", {}, h("span", {}, say(word)), input);
  const box = h("dialog", { class: "desk-ask change-ask" }, h("form", { method: "dialog" }, h("button", { class: "close", "aria-label": say("close") }, "×")), h("h2", {}, say("change_title")),
    h("form", { class: "change-form", onsubmit: (event) => { event.preventDefault(); send(true); } },
      kinds, field("change_link", link), title, h("div", { class: "pair" }, field("change_before", before), field("change_after", after)), field("change_asked_by", who),
      h("div", { class: "timer" }, h("span", {}, say("change_revert")), timers), note,
      h("div", { class: "pair" }, h("button", { class: "go" }, say("change_is_made")), h("button", { type: "button", onclick: () => send(false) }, say("change_ask")))));
  link.addEventListener("input", prefill);
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => event.target === box && box.close());
  draw();
  prefill();
  box.showModal();
  (link.value ? after : link).focus();
}
