// Bringing a sheet: paste or file, a preview with columns to confirm and refused cells, then taking it over.

import { $, fill, h, page, say } from "../live/dom.js";
import { toast } from "./panels.js";
import { post, postForFile } from "./server.js";
import { drawComparison } from "./compare.js";

const LOOK = 8;
const LISTED = 60;

export class Bring {
  constructor(sheet) {
    this.sheet = sheet;
    this.file = null;
    this.chosen = {};
    this.dialog = $("bring");
    this.isCompare = false;
    $("bring-go").addEventListener("click", () => (this.draft ? ($("mode").value === "compare" ? this.compare() : this.take()) : this.preview()));
    $("mode").addEventListener("change", () => this.#show(true));
    $("bring-back").addEventListener("click", () => this.reset());
    $("bring-file").addEventListener("change", (event) => event.target.files[0] && this.read(event.target.files[0]));
    const drop = $("drop");
    for (const name of ["dragover", "dragleave", "drop"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.toggle("over", name === "dragover"); });
    drop.addEventListener("drop", (event) => event.dataTransfer.files[0] && this.read(event.dataTransfer.files[0]));
    $("bring-text").addEventListener("paste", () => setTimeout(() => this.preview(), 0));
  }

  // `isCompare`: what comes is the platform's product list, held against the sheet and not taken over
  open(text = "", { isCompare = false } = {}) {
    this.reset();
    this.isCompare = isCompare;
    $("bring-text").value = text;
    if (!this.dialog.open) this.dialog.showModal();
    if (text) this.preview();
  }

  reset() {
    this.file = this.draft = null;
    this.chosen = {};
    $("bring-file").value = "";
    this.#show(false);
    this.#tell("");
  }

  read(file) {
    this.file = file;
    this.preview();
  }

  #show(isPreview) {
    $("bring-in").hidden = isPreview;
    $("preview").hidden = $("bring-back").hidden = $("mode-label").hidden = !isPreview;
    const word = $("mode").value === "compare" ? "compare" : "take";
    $("bring-go").textContent = isPreview ? $("bring-go").dataset[word] : $("bring-go").dataset.look;
  }

  #tell(text, isBad = false) {
    $("bring-says").textContent = text;
    $("bring-says").classList.toggle("bad", isBad);
  }

  async #post(mode, fileForm = "") {
    const form = new FormData();
    if (this.file) form.append("file", this.file);
    else form.append("text", $("bring-text").value);
    form.append("chosen", JSON.stringify(this.chosen));
    form.append("mode", mode);
    form.append("form", fileForm);
    $("bring-go").disabled = true;
    try {
      return await (fileForm ? postForFile : post)(`${page.api}/sheet`, form);
    } finally {
      $("bring-go").disabled = false;
    }
  }

  async preview() {
    if (!this.file && !$("bring-text").value.trim()) return $("bring-text").focus();
    this.#tell(say("reading"));
    try {
      this.draft = await this.#post("");
    } catch (error) {
      this.file = null;
      $("bring-file").value = "";
      return this.#tell(error.message, true);
    }
    this.#tell(this.draft.problems.length ? say("kept_as_typed") : "");
    $("mode").value = this.isCompare ? "compare" : this.sheet.lines.length ? "update" : "replace";
    this.#draw();
    return this.#show(true);
  }

  #draw() {
    const { columns, lines, problems, left_out: leftOut } = this.draft;
    fill($("preview"),
      h("div", { class: "preview-head" }, h("span", { class: "badge good" }, say("found_lines", { n: lines.length })), problems.length ? h("span", { class: "badge bad" }, say("found_problems", { n: problems.length })) : h("span", { class: "badge" }, say("no_problems")), leftOut.length ? h("span", { class: "badge", title: leftOut.map((each) => say("left_out_row", each)).join("\n") }, say("left_out", { n: leftOut.length })) : null, this.file ? h("span", { class: "muted small" }, this.file.name) : null),
      h("div", { class: "mapping" }, columns.map((column) => this.#column(column))),
      problems.length ? h("ul", { class: "problems" }, problems.slice(0, LISTED).map((each) => h("li", {}, h("span", { class: "muted" }, say("problem_at", each)), h("code", {}, each.text), h("span", {}, each.problem, h("span", { class: "muted" }, ` ${each.fix}`)))), problems.length > LISTED ? h("li", {}, say("and_more", { n: problems.length - LISTED })) : null) : null,
      this.#look(lines));
  }

  #column(column) {
    const names = [...page.columns, ...page.sku_columns].map((each) => [each.field, each.name]);
    if (column.field.startsWith("size:")) names.push([column.field, say("size_column", { n: column.field.slice(5) })]);
    const select = h("select", { "aria-label": column.header }, h("option", { value: "" }, say("leave_out")), names.map(([field, name]) => h("option", { value: field, selected: field === column.field }, name)));
    select.addEventListener("change", () => { this.chosen[column.index] = select.value; this.preview(); });
    return h("label", { "data-certainty": column.certainty }, h("span", { title: column.header }, column.header), h("small", {}, say(`certainty_${column.certainty}`)), select);
  }

  #look(lines) {
    const used = page.columns.filter((column) => lines.some((line) => line.cells[column.field]));
    const cell = (line, column) => h("td", { class: line.refused.includes(column.field) ? "bad" : column.is_number ? "num" : null }, column.field === "role" ? page.roles[line.cells.role] ?? line.cells.role ?? "" : line.cells[column.field] ?? "");
    return h("div", { class: "look" }, h("table", {}, h("thead", {}, h("tr", {}, used.map((column) => h("th", {}, column.name)))), h("tbody", {}, lines.slice(0, LOOK).map((line) => h("tr", {}, used.map((column) => cell(line, column)))), lines.length > LOOK ? h("tr", {}, h("td", { colspan: used.length, class: "muted" }, say("and_more", { n: lines.length - LOOK }))) : null)));
  }

  // A guess that nobody changed counts as confirmed: it stood on the screen.
  #confirm() {
    for (const column of this.draft.columns) if (column.certainty === "guessed" && !(column.index in this.chosen)) this.chosen[column.index] = column.field;
  }

  async compare() {
    this.#confirm();
    try {
      await this.sheet.flush();
      drawComparison($("preview"), await this.#post("compare"), (fileForm) => this.#save(fileForm));
    } catch (error) {
      this.#tell(error.message, true);
    }
  }

  async #save(fileForm) {
    try {
      const url = URL.createObjectURL(await this.#post("compare", fileForm));
      h("a", { href: url, download: `${say("listed_file")}.${fileForm}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      this.#tell(error.message, true);
    }
  }

  async take() {
    this.#confirm();
    const count = this.draft.lines.length;
    try {
      await this.sheet.flush();
      this.sheet.load(await this.#post($("mode").value));
    } catch (error) {
      return this.#tell(error.message, true);
    }
    this.dialog.close();
    this.reset();
    return toast(say("taken", { n: count }));
  }
}
