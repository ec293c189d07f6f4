// What is typed into a round: 12.3万, 1.2亿, 9k, 1,234.5; money comes out in minor units.

const WHOLE = new Set(["JPY", "KRW", "VND"]);
const TIMES = { 万: 1e4, w: 1e4, 亿: 1e8, k: 1e3, m: 1e6 };
const LARGEST = 1e15;

// The number, or null where the text is none. An empty text is undefined: nothing was typed.
export function parse(text, unit, currency) {
  const plain = text.replace(/[,，\s¥￥$]/g, "").toLowerCase();
  if (!plain) return undefined;
  const found = /^(\d*\.?\d*)(万|w|亿|k|m)?$/.exec(plain);
  if (!found || !/\d/.test(found[1])) return null;
  const scale = (TIMES[found[2]] ?? 1) * (unit === "minor" && !WHOLE.has(currency) ? 100 : 1);
  const value = Math.round(Number(found[1]) * scale);
  const isWhole = Math.abs(value - Number(found[1]) * scale) < 1e-6 * Math.max(1, value);
  return value <= LARGEST && isWhole ? value : null;
}
