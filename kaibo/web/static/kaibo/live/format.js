// Numbers and times as the reader writes them. A figure is what the state holds for one number:
// {id, v, u: unit, s: status, r: reason, says, at, o: origin, c: currency}; v is null exactly when it is missing.

import { isZh, page, say } from "./dom.js";

const locale = isZh ? "zh-CN" : "en-GB";
const SYMBOLS = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", JPY: "¥", HKD: "HK$" };
const WHOLE = new Set(["JPY", "KRW", "VND"]);
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

let skew = 0; // server clock minus browser clock, µs
export const setSkew = (value) => { skew = value; };
export const clockSkew = () => skew;
export const setClock = (serverUs) => setSkew(serverUs - Date.now() * 1000);
export const nowUs = () => Date.now() * 1000 + skew;

// Large counts read as 12.3万 or 123.4K; below a hundred thousand every digit is shown.
export function count(value, exact = false) {
  if (exact || Math.abs(value) < 100_000) return whole.format(value);
  if (isZh) return Math.abs(value) < 1e8 ? `${one.format(value / 1e4)}万` : `${two.format(value / 1e8)}亿`;
  return Math.abs(value) < 1e6 ? `${one.format(value / 1e3)}K` : `${two.format(value / 1e6)}M`;
}

export function money(minor, currency, { exact = false, cents = false } = {}) {
  const amount = WHOLE.has(currency) ? minor : minor / 100;
  const symbol = SYMBOLS[currency] ?? `${currency} `;
  const sign = amount < 0 ? "−" : "";
  const size = Math.abs(amount);
  const small = cents && size < 1000 && !Number.isInteger(size);
  return sign + symbol + (small ? two.format(size) : count(Math.round(size), exact));
}

export function ratio(value) {
  const percent = value * 100;
  return `${percent !== 0 && Math.abs(percent) < 1 ? two.format(percent) : one.format(percent)}%`;
}

export function seconds(value) {
  if (value < 120) return say("seconds", { n: whole.format(value) });
  const total = Math.round(value);
  if (total < 3600) return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, "0")}`;
  return clock(total);
}

export function clock(total) {
  const at = Math.max(0, Math.floor(total));
  return [at / 3600, (at / 60) % 60, at % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

const UNITS = {
  count: (v, f, o) => (Number.isInteger(v) || Math.abs(v) >= 100 ? count(Math.round(v), o.exact) : one.format(v)),
  minor: (v, f, o) => money(v, f.c || page.currency, { exact: o.exact, cents: true }),
  ratio: (v) => ratio(v),
  seconds: (v) => seconds(v),
  per_minute: (v) => (Math.abs(v) >= 20 || Number.isInteger(v) ? count(Math.round(v)) : one.format(v)),
  minor_per_minute: (v, f) => money(v, f.c || page.currency),
  multiple: (v) => two.format(v),
  units: (v) => (Number.isInteger(v) ? count(v) : two.format(v)),
  minutes: (v) => (v >= 180 ? say("hours", { n: v >= 6000 ? "99+" : whole.format(v / 60) }) : say("minutes", { n: v < 10 && !Number.isInteger(v) ? one.format(v) : whole.format(v) })),
  score: (v) => (Number.isInteger(v) ? whole.format(v) : one.format(v)),
};

export const isMissing = (figure) => !figure || figure.v === null || figure.v === undefined;

// The number as text, or the short words for why there is none. Never 0 for unknown.
export function show(figure, options = {}) {
  if (!figure) return say("not_reported");
  if (isMissing(figure)) return why(figure);
  return (UNITS[figure.u] ?? UNITS.count)(figure.v, figure, options);
}

export const why = (figure) => say(REASONS.has(figure?.r) ? figure.r : "not_reported");
const REASONS = new Set(["not_reported", "no_denominator", "in_gap", "too_early", "no_target", "needs_setting", "no_history"]);

// The whole sentence behind a missing number, for hover and tap.
export const sentence = (figure) => (figure?.says ? figure.says[isZh ? "zh" : "en"] ?? "" : "");

const inZone = { timeZone: page.zone, hourCycle: "h23" };
const hm = new Intl.DateTimeFormat(locale, { ...inZone, hour: "2-digit", minute: "2-digit" });
const hms = new Intl.DateTimeFormat(locale, { ...inZone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-CA", { ...inZone, year: "numeric", month: "2-digit", day: "2-digit" });
export const atMinute = (us) => hm.format(us / 1000);
export const atSecond = (us) => hms.format(us / 1000);
export const onDay = (us) => day.format(us / 1000);

// "8 s", "5 min", "3 h": how long ago, in one unit.
export function age(us) {
  const gone = Math.max(0, (nowUs() - us) / 1e6);
  if (gone < 90) return say("seconds", { n: Math.floor(gone) });
  if (gone < 5400) return say("minutes", { n: Math.round(gone / 60) });
  if (gone < 129_600) return say("hours", { n: Math.round(gone / 3600) });
  return onDay(us);
}
