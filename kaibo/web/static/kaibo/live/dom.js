// Small helpers; no element ever gets a style attribute from markup, so the strict policy holds.

export const $ = (id) => document.getElementById(id);

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, each] of Object.entries(value)) element.style.setProperty(key, each);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

const read = (id) => JSON.parse(document.getElementById(id).textContent);
export const page = read("page");
export const words = read("words");
export const names = read("names");

// words[key] with {name} places filled in
export function say(key, values = {}) {
  const text = words[key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// for values that a platform chose: our word for it where we have one, else theirs
export const sayOr = (key, theirs) => (key in words ? say(key) : theirs);

export const nameOf = (id) => names[id]?.name ?? id;
export const isZh = document.documentElement.lang.startsWith("zh");
