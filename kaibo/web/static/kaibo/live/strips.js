// Three strips on one time axis, the laps beneath, the marks above them.

import * as echarts from "../../vendor/echarts/echarts.esm.min.js";
import { clockNow } from "./ages.js";
import { $, fill, h, say } from "./dom.js";
import { atMinute, atSecond, count, isMissing, money, show } from "./format.js";
import { typedNote, typedSeries, typedTip } from "./typed.js";

const MINUTE = 60_000;
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const C = Object.fromEntries(["text", "soft", "faint", "edge", "raised", "panel", "money", "people", "people-deep", "spend", "bad", "warn"].map((name) => [name, colour(`--${name}`)]));
const FONT = style.fontFamily;
const STRIPS = ["online", "gmv", "spend"];

export class Strips {
  constructor(currency) {
    this.currency = currency;
    this.range = "hour";
    this.only = "gmv";
    $("chart").setAttribute("role", "img");
    $("chart").setAttribute("aria-label", say("chart_says"));
    this.chart = echarts.init($("chart"), null, { renderer: "canvas" });
    new ResizeObserver(() => { this.chart.resize(); if (this.store) this.draw(this.store); }).observe($("chart"));
    this.#tabs($("range"), "range", [["hour", "last_hour"], ["all", "whole_show"]]);
    this.#tabs($("only"), "only", STRIPS.map((id) => [id, `strip_${id}`]));
  }

  #tabs(element, field, options) {
    const buttons = options.map(([id, word]) => h("button", { type: "button", "aria-pressed": String(this[field] === id), onclick: () => this.choose(field, id) }, say(word)));
    buttons.forEach((button, at) => { button.value = options[at][0]; });
    fill(element, buttons);
  }

  choose(field, id) {
    this[field] = id;
    this.hasChosen = true;
    for (const button of $(field).children) button.setAttribute("aria-pressed", String(button.value === id));
    if (this.store) this.draw(this.store);
  }

  toggleRange() {
    this.choose("range", this.range === "hour" ? "all" : "hour");
  }

  draw(store) {
    this.store = store;
    const rows = [...store.below("minute/")].map(([at, row]) => [Number(at) / 1000, ...row]).sort((a, b) => a[0] - b[0]);
    const meta = store.get("meta/show") ?? {};
    if (meta.status === "ended" && !this.hasChosen) return this.choose("range", "all"); // of a night that is over, all of it
    const end = Math.ceil(clockNow() / 1000 / MINUTE) * MINUTE;
    const first = Math.min(rows[0]?.[0] ?? end - 60 * MINUTE, (meta.from_us ?? Infinity) / 1000);
    const start = Math.floor(first / MINUTE - 1) * MINUTE;
    const begin = this.range === "hour" ? Math.max(end - 60 * MINUTE, Math.min(start, end - 20 * MINUTE)) : start;
    const shown = rows.filter((row) => row[0] >= begin - MINUTE && row[0] <= end);
    const bars = minutesOf(shown, begin, end);
    const isPhone = window.innerWidth <= 640;
    const frame = layout(isPhone ? [STRIPS.indexOf(this.only)] : [0, 1, 2], $("chart").clientHeight);
    this.chart.setOption(this.#option({ rows: shown, bars, begin, end, frame, store }), { notMerge: true });
  }

  #option({ rows, bars, begin, end, frame, store }) {
    const missing = STRIPS.map((id) => store.get(`strip/${id}`));
    return {
      animation: false,
      textStyle: { fontFamily: FONT, color: C.soft },
      title: frame.strips.map(({ index, top }) => titleOf(index, top, rows, missing[index], typedNote(index, store), store.get("strip/breakeven"))),
      grid: [...frame.strips.map(({ top, height }) => ({ left: 52, right: 46, top, height })), { left: 52, right: 46, top: frame.marksTop, height: 16 }, { left: 52, right: 46, top: frame.lapsTop, height: 20 }],
      axisPointer: { link: [{ xAxisIndex: "all" }], lineStyle: { color: C.faint, type: "solid", width: 1 }, label: { show: false } },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: C.raised, borderColor: C.edge, padding: [8, 12], textStyle: { color: C.text, fontSize: 12, fontFamily: FONT, lineHeight: 18 }, formatter: (points) => this.#tip(points, rows, store) },
      xAxis: Array.from({ length: frame.strips.length + 2 }, (_, at) => timeAxis(at, begin, end, at === frame.strips.length + 1)),
      yAxis: [...frame.strips.flatMap(({ index }, at) => valueAxes(index, at, this.currency)), blankAxis(frame.strips.length), blankAxis(frame.strips.length + 1)],
      series: [...frame.strips.flatMap(({ index }, at) => [...seriesOf(index, at, rows, bars, store), ...typedSeries(index, at, store, C)]), marks(store, frame, begin, end), laps(store, frame, end)],
    };
  }

  #tip(points, rows, store) {
    const at = Math.floor((Array.isArray(points) ? points[0].axisValue : points.value?.[0]) / MINUTE) * MINUTE;
    const row = rows.find((each) => each[0] === at);
    const lap = [...store.below("lap/")].map(([, each]) => each).find((each) => each.from_us / 1000 < at + MINUTE && (each.to_us ?? Infinity) / 1000 > at);
    const lines = [atMinute(at * 1000)];
    if (lap) lines.push(`${say("lap")} ${lap.link_no ?? ""} ${lap.title ?? ""}`.trim());
    if (row) {
      const text = (word, value, write) => value !== null && lines.push(`${say(word)}  ${write(value)}`);
      text("online", row[1], count);
      text("natural", row[2], count);
      text("paid", row[3], count);
      text("comments_minute", row[7] ?? null, count);
      text("gmv_minute", row[4], (v) => money(v, this.currency));
      text("spend_minute", row[5], (v) => money(v, this.currency));
      text("roi_15", row[6], (v) => v.toFixed(2));
    }
    lines.push(...typedTip(store, at, this.currency));
    for (const [, mark] of store.below("mark/")) {
      if (Math.floor(mark.at_us / 1000 / MINUTE) * MINUTE === at) lines.push(`${atSecond(mark.at_us)}  ${say(`mark_${mark.kind}`)}${mark.text ? ` ${mark.text}` : ""}`);
    }
    return lines.join("\n");
  }
}

// Every minute of the span, known or not: bars are as wide as the gap to their neighbour, and echarts stretches the axis
// for wide ones, so that a show with few minutes would stand askew to its laps.
function minutesOf(rows, begin, end) {
  const known = new Map(rows.map((row) => [row[0], row]));
  const first = Math.ceil(begin / MINUTE) * MINUTE;
  return Array.from({ length: Math.max(0, (end - first) / MINUTE) }, (_, at) => known.get(first + at * MINUTE) ?? [first + at * MINUTE]);
}

function layout(indexes, height) {
  const foot = 20 + 16 + 20 + 14;
  const each = Math.max(24, (height - foot - indexes.length * 22) / indexes.length);
  const strips = indexes.map((index, at) => ({ index, top: at * (each + 22) + 22, height: each }));
  const marksTop = indexes.length * (each + 22) + 6;
  return { strips, marksTop, lapsTop: marksTop + 18 };
}

const WORDS = [["people:online", "people-deep:natural", "faint:paid"], ["money:gmv_minute"], ["spend:spend_minute", "text:roi_15"]];
const PLACES = [[1, 2, 3], [4], [5, 6]];
const TALK = 7; // comments, in place of people where a recording knows nothing else

const isBlank = (rows, places) => rows.every((row) => places.every((place) => row[place] === null || row[place] === undefined));
const isTalkOnly = (index, rows) => index === 0 && isBlank(rows, PLACES[0]) && !isBlank(rows, [TALK]);

function titleOf(index, top, rows, missing, typed, even) {
  const rich = { soft: { color: C.soft, fontSize: 12 }, none: { color: C.faint, fontSize: 12 } };
  const parts = (isTalkOnly(index, rows) ? ["people:comments_minute", "faint:online", "faint:natural", "faint:paid"] : WORDS[index]).map((each) => {
    const [name, word] = each.split(":");
    rich[name.replace("-", "")] = { color: C[name], fontSize: 12 };
    return `{${name.replace("-", "")}|■} {soft|${say(word)}}`;
  });
  if (index === 2 && !isMissing(even)) parts.push(`{soft|╌╌ ${say("breakeven", { n: even.v.toFixed(2) })}}`); // beside the names: on the line, ROI would run through it
  const reason = typed ? `   {none|${typed}}` : isBlank(rows, PLACES[index]) ? `   {none|${isMissing(missing) ? show(missing) : say("nothing_yet")}}` : "";
  return { text: parts.join("   ") + reason, left: 46, top: top - 21, padding: [3, 4], textStyle: { rich, fontWeight: 400, fontFamily: FONT } };
}

function timeAxis(at, begin, end, isLast) {
  return { type: "time", gridIndex: at, min: begin, max: end, axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false }, minInterval: 5 * MINUTE,
    axisLabel: isLast ? { color: C.faint, fontSize: 11, margin: 5, hideOverlap: true, formatter: (ms) => atMinute(ms * 1000) } : { show: false }, axisPointer: { show: true, type: "line" } };
}

function valueAxes(index, at, currency) {
  const short = (write) => ({ color: C.faint, fontSize: 11, formatter: write, showMinLabel: false, hideOverlap: true });
  const base = { type: "value", gridIndex: at, splitNumber: 2, min: 0, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: C.edge, width: 1 } } };
  const write = index === 0 ? (v) => count(v) : (v) => money(v, currency);
  const right = index === 2 ? (v) => v.toFixed(1) : (v) => count(v);
  return [{ ...base, axisLabel: short(write) }, { ...base, position: "right", splitLine: { show: false }, axisLabel: index === 1 ? { show: false } : short(right) }];
}

const blankAxis = (at) => ({ type: "value", gridIndex: at, min: 0, max: 1, show: false });

function seriesOf(index, at, rows, dense, store) {
  const axes = { xAxisIndex: at, yAxisIndex: at * 2 };
  const pairs = (place, from = rows) => from.map((row) => [row[0] + MINUTE / 2, row[place] ?? null]);
  const bars = (place, fill_, more = {}) => ({ type: "bar", ...axes, data: pairs(place, dense), itemStyle: { color: fill_ }, barWidth: "62%", large: false, ...more });
  const line = (place, stroke, more = {}) => ({ type: "line", ...axes, data: pairs(place), showSymbol: false, connectNulls: false, lineStyle: { color: stroke, width: 2 }, itemStyle: { color: stroke }, ...more });
  if (isTalkOnly(index, rows)) return [bars(TALK, C.people)];
  if (index === 0) {
    const right = { yAxisIndex: at * 2 + 1, stack: "entries" };
    return [bars(2, C["people-deep"], right), bars(3, C.edge, { ...right, itemStyle: { color: "#46515f" } }), line(1, C.people, { z: 4 })];
  }
  if (index === 1) return [bars(4, C.money)];
  const even = store.get("strip/breakeven");
  const fixed = isMissing(even) ? undefined : { silent: true, symbol: "none", data: [{ yAxis: even.v }], lineStyle: { color: C.text, opacity: 0.5, type: "dashed", width: 1 }, label: { show: false } };
  return [bars(5, C.spend, { itemStyle: { color: C.spend, opacity: 0.55 } }), line(6, C.text, { yAxisIndex: at * 2 + 1, z: 4, lineStyle: { color: C.text, width: 1.5 }, markLine: fixed })];
}

const GLYPH_COLOUR = { "violation.received": "bad", "price.changed": "money", "ad.adjusted": "spend", "note.marked": "text" };

// Marks that would lie on each other share one pill: its glyphs, each with how often where it is more than once.
function pills(found, xOf, left, right) {
  const pill = (group) => {
    const kinds = new Map();
    for (const { kind } of group) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const parts = [...kinds].map(([kind, times]) => [kind, `${say(`glyph_${kind}`)}${times > 1 ? times : ""}`]);
    const wide = parts.reduce((sum, [, text]) => sum + [...text].reduce((all, sign) => all + (sign > "\u2e7f" ? 10 : 6.5), 0), 0);
    const width = Math.max(16, wide + 8);
    const middle = group.reduce((sum, mark) => sum + xOf(mark), 0) / group.length;
    return { group, parts, width, x: Math.min(right - width / 2, Math.max(left + width / 2, middle)) };
  };
  const made = [];
  for (const mark of found) {
    let next = pill([mark]);
    while (made.length && made.at(-1).x + made.at(-1).width / 2 > next.x - next.width / 2 - 1) next = pill([...made.pop().group, ...next.group]);
    made.push(next);
  }
  return made;
}

function marks(store, frame, begin, end) {
  const at = frame.strips.length;
  const found = [...store.below("mark/")].map(([, mark]) => mark).filter((mark) => mark.at_us / 1000 >= begin && mark.at_us / 1000 <= end).sort((a, b) => a.at_us - b.at_us);
  const width = $("chart").clientWidth - 52 - 46;
  const data = pills(found, (mark) => 52 + (width * (mark.at_us / 1000 - begin)) / (end - begin), 52, 52 + width).map((pill) => ({ value: [pill.group[0].at_us / 1000, 0.5], pill }));
  return { type: "custom", xAxisIndex: at, yAxisIndex: at * 2, data, clip: false, silent: true,
    renderItem: (params, api) => {
      const [, y] = api.coord([api.value(0), 0.5]);
      const { parts, width: wide, x } = data[params.dataIndex].pill;
      const inks = new Set(parts.map(([kind]) => GLYPH_COLOUR[kind] ?? "soft"));
      const ink = C[inks.has("bad") ? "bad" : inks.size === 1 ? [...inks][0] : "soft"];
      return { type: "group", children: [
        { type: "rect", shape: { x: x - wide / 2, y: y - 8, width: wide, height: 16, r: 8 }, style: { fill: C.raised, stroke: ink, lineWidth: 1 } },
        { type: "text", style: { text: parts.map(([, text]) => text).join(""), x, y, fill: ink, font: `10px ${FONT}`, align: "center", verticalAlign: "middle" } }] };
    } };
}

function laps(store, frame, end) {
  const at = frame.strips.length + 1;
  const data = [...store.below("lap/")].map(([, lap]) => ({ value: [lap.from_us / 1000, (lap.to_us ?? end * 1000) / 1000, 0], lap }));
  return { type: "custom", xAxisIndex: at, yAxisIndex: at * 2 - 1, data, clip: true, silent: true, encode: { x: [0, 1], y: 2 },
    renderItem: (params, api) => {
      const [x0, y0] = api.coord([api.value(0), 1]);
      const [x1, y1] = api.coord([api.value(1), 0]);
      const { lap } = data[params.dataIndex];
      const rect = echarts.graphic.clipRectByRect({ x: x0 + 0.5, y: y0 + 1, width: Math.max(1, x1 - x0 - 1), height: y1 - y0 - 2 }, params.coordSys);
      if (!rect) return null;
      const isOpen = lap.to_us === null;
      const label = rect.width > 14 ? lap.link_no ?? "" : "";
      return { type: "rect", shape: { ...rect, r: 3 }, style: { fill: isOpen ? C.money : "#26303c" }, textConfig: { position: "inside" },
        textContent: { style: { text: label, fill: isOpen ? "#14110b" : C.soft, font: `11px ${FONT}`, width: rect.width, overflow: "truncate" } } };
    } };
}
