// The page's copy of the show's state: path -> value. Panels subscribe to prefixes and draw at their own pace.

export class Store {
  constructor() {
    this.state = new Map();
    this.version = "";
    this.panels = [];
  }

  get(path) {
    return this.state.get(path);
  }

  // [key, value] of every path below a prefix, without the prefix.
  *below(prefix) {
    for (const [path, value] of this.state) if (path.startsWith(prefix)) yield [path.slice(prefix.length), value];
  }

  // Draw `render` when a path below one of `prefixes` changes, at most every `pace` ms.
  panel(prefixes, pace, render) {
    const panel = { prefixes, pace, render, last: -Infinity, timer: 0 };
    this.panels.push(panel);
    return () => this.#draw(panel);
  }

  load(version, state) {
    this.state = new Map(Object.entries(state));
    this.version = version;
    this.redraw();
  }

  // False when the patch does not continue what we have: the caller must ask for a snapshot.
  patch(frame) {
    if (frame.after !== this.version) return false;
    for (const path of frame.del) this.state.delete(path);
    for (const [path, value] of Object.entries(frame.set)) this.state.set(path, value);
    this.version = frame.v;
    const changed = [...frame.del, ...Object.keys(frame.set)];
    for (const panel of this.panels) {
      if (changed.some((path) => panel.prefixes.some((prefix) => path.startsWith(prefix)))) this.#schedule(panel);
    }
    return true;
  }

  redraw() {
    for (const panel of this.panels) this.#draw(panel);
  }

  #schedule(panel) {
    if (panel.timer) return;
    const wait = Math.max(0, panel.last + panel.pace - performance.now());
    panel.timer = setTimeout(() => this.#draw(panel), wait);
  }

  // A panel that fails is told to the console and to the page's error handlers; the others are drawn all the same.
  #draw(panel) {
    clearTimeout(panel.timer);
    panel.timer = 0;
    panel.last = performance.now();
    try {
      panel.render(this);
    } catch (error) {
      reportError(error);
    }
  }
}
