// Typed rounds on the strips. Between two rounds only the sum is known, so a step is a flat, dashed block with the mean
// per minute over the whole interval; what holds for a moment is a hollow mark at that moment, with no line between.

import { clockNow } from "./ages.js";
import { say } from "./dom.js";
import { age, atMinute, count, money } from "./format.js";

const MINUTE = 60e6;
// strip -> [name of the typed figure, colour, second axis, word of the tooltip, is it money]
const DRAWN = [
  [["entries", "people-deep", 1, "typed_entries", false], ["online", "people", 0, "online", false]],
  [["gmv", "money", 0, "gmv_minute", true]],
  [["spend", "spend", 0, "spend_minute", true]],
];

const stepsOf = (store, name) => store.get("round/steps")?.[name] ?? [];
const perMinute = ([from, to, value]) => (to > from ? value / ((to - from) / MINUTE) : value);

// Series of one strip, as echarts wants them.
export function typedSeries(index, at, store, palette) {
  return DRAWN[index].map(([name, ink, side]) => {
    const steps = stepsOf(store, name);
    const axes = { xAxisIndex: at, yAxisIndex: at * 2 + side, z: 3, silent: true };
    if (name === "online") {
      return { type: "scatter", ...axes, symbol: "diamond", symbolSize: 9, data: steps.map(([from, , value]) => [from / 1000, value]), itemStyle: { color: palette.panel, borderColor: palette[ink], borderWidth: 1.5 } };
    }
    return { type: "custom", ...axes, clip: true, encode: { x: [0, 1], y: 2 }, data: steps.map((step) => [step[0] / 1000, step[1] / 1000, perMinute(step)]),
      renderItem: (params, api) => {
        const [x0, y0] = api.coord([api.value(0), api.value(2)]);
        const [x1, y1] = api.coord([api.value(1), 0]);
        const left = Math.max(x0, params.coordSys.x);
        const right = Math.min(x1, params.coordSys.x + params.coordSys.width);
        if (right <= left) return null;
        return { type: "rect", shape: { x: left + 0.5, y: y0, width: Math.max(1, right - left - 1), height: Math.max(1, y1 - y0) }, style: { fill: palette[ink], fillOpacity: 0.16, stroke: palette[ink], lineWidth: 1, lineDash: [4, 3] } };
      } };
  }).filter((series) => series.data.length);
}

// "typed, as of 20:30 (12 min ago)": where the strip comes from and how old it is; empty without typed rounds.
export function typedNote(index, store) {
  const last = Math.max(0, ...DRAWN[index].flatMap(([name]) => stepsOf(store, name).map((step) => step[1])));
  if (!last) return "";
  const isOver = store.get("meta/show")?.status === "ended";
  return say(isOver ? "typed_until" : "typed_ago", { at: atMinute(last), age: age(last) });
}

// Lines of the tooltip about one minute (ms).
export function typedTip(store, ms, currency) {
  const lines = [];
  for (const [name, , , word, isMoney] of DRAWN.flat()) {
    const step = stepsOf(store, name).find(([from, to]) => (from === to ? Math.floor(from / MINUTE) * MINUTE === ms * 1000 : from < ms * 1000 + MINUTE && to > ms * 1000));
    if (!step || step[0] / 1000 > clockNow() / 1000) continue;
    const value = isMoney ? money(perMinute(step), currency) : count(Math.round(perMinute(step)));
    lines.push(`${say(word)}  ${value}  ${say("typed_span", { span: step[0] === step[1] ? atMinute(step[0]) : `${atMinute(step[0])}–${atMinute(step[1])}` })}`);
  }
  return lines;
}
