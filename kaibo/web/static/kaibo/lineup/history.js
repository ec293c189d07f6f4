// Versions of the sheet and what changed between two of them.

import { $, fill, h, page, say } from "../live/dom.js";
import { toast } from "./panels.js";
import { get, send } from "./server.js";

const at = new Intl.DateTimeFormat(document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB", { timeZone: page.zone, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export class History {
  constructor(sheet) {
    this.sheet = sheet;
    this.dialog = $("versions");
  }

  async open() {
    try {
      await this.sheet.flush();
      this.found = await get(`${page.api}/versions`);
    } catch (error) {
      return toast(say("failed", { why: error.message }), true);
    }
    this.dialog.showModal();
    return this.show(this.found[0]?.number ?? 0);
  }

  async show(number) {
    fill($("version-list"), this.found.map((each) => h("li", {}, h("button", { type: "button", "aria-current": each.number === number ? "true" : null, onclick: () => this.show(each.number) },
      h("b", {}, `${each.number} · ${say(`act_${each.act}`)}`), h("small", {}, `${at.format(each.at_us / 1000)} · ${each.by} · ${say("changed_lines", { n: each.changed })}${each.note ? ` · ${each.note}` : ""}`)))));
    if (!number) return fill($("differences"), h("p", { class: "muted" }, say("new")));
    const found = await get(`${page.api}/differences?before=${number - 1}&after=${number}`);
    const isCurrent = number === this.sheet.version;
    return fill($("differences"),
      h("header", {}, h("h3", {}, say("version", { n: number })), h("span", { class: "muted small" }, say("compare_with", { n: number - 1 })), isCurrent ? h("span", { class: "badge good" }, say("current")) : page.may_change ? h("button", { class: "btn tiny spread", type: "button", onclick: () => this.restore(number) }, say("restore")) : null),
      found.length ? h("ul", {}, found.map((each) => this.#difference(each))) : h("p", { class: "muted" }, say("no_difference")));
  }

  #difference(each) {
    const tone = { added: "good", removed: "bad", changed: "accent", moved: "" }[each.kind];
    const name = (field) => page.columns.find((column) => column.field === field)?.name ?? field;
    const text = (field, value) => (field === "role" ? page.roles[value] ?? value : value);
    return h("li", {}, h("span", { class: `badge ${tone}` }, say(`kind_${each.kind}`)), h("b", {}, [each.link_no, each.title].filter(Boolean).join(" · ")),
      each.changes.length ? h("dl", {}, each.changes.flatMap((cell) => [h("dt", {}, name(cell.field)), h("dd", {}, cell.before ? h("del", {}, text(cell.field, cell.before)) : h("span", { class: "muted" }, say("empty_cell")), " → ", cell.after ? h("ins", {}, text(cell.field, cell.after)) : h("span", { class: "muted" }, say("empty_cell")))])) : null);
  }

  async restore(number) {
    try {
      this.sheet.load(await send(`${page.api}/restore`, { number }));
      this.dialog.close();
    } catch (error) {
      toast(say("failed", { why: error.message }), true);
    }
  }
}
