/* As much of a page as the scripts' tests need: elements that hold what they are given. */

export class FakeElement extends EventTarget {
  constructor(tag) {
    super();
    Object.assign(this, { tag, children: [], parent: null, attributes: {}, dataset: {}, style: {}, hidden: false, value: "", files: null, disabled: false });
    const names = new Set();
    this.classList = {
      add: (...more) => more.forEach((name) => names.add(name)),
      remove: (...gone) => gone.forEach((name) => names.delete(name)),
      toggle: (name, on = !names.has(name)) => (on ? names.add(name) : names.delete(name)),
      contains: (name) => names.has(name),
    };
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
    if (name === "class") value.split(" ").filter(Boolean).forEach((each) => this.classList.add(each));
    if (["id", "value"].includes(name)) this[name] = value;
    if (name === "hidden") this.hidden = true;
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  append(...more) {
    for (const each of more) if (each instanceof FakeElement) each.parent = this;
    this.children.push(...more);
  }

  before(sibling) {
    sibling.parent = this.parent;
    this.parent.children.splice(this.parent.children.indexOf(this), 0, sibling);
  }

  replaceChildren(...now) {
    this.children = [];
    this.append(...now);
  }

  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((each) => each !== this);
    this.parent = null;
  }

  get textContent() {
    return this.children.map((each) => each.textContent ?? String(each)).join("");
  }

  set textContent(text) {
    this.children = [text];
  }

  /** All below, itself first. */
  *all() {
    yield this;
    for (const each of this.children) if (each instanceof FakeElement) yield* each.all();
  }

  scrollIntoView() {}

  select() {}

  focus() {
    document.activeElement = this;
    this.dispatchEvent(new Event("focus"));
  }

  blur() {
    document.activeElement = document.body;
    this.dispatchEvent(new Event("blur"));
  }

  /** An event with what it carries, as a browser would send it; the answer is the event. */
  send(name, facts = {}) {
    const event = Object.assign(new Event(name, { cancelable: true }), facts);
    this.dispatchEvent(event);
    return event;
  }
}

/** The global names of a browser that a script finds; the answer puts back what was there. */
export function browser(names = {}) {
  const page = new EventTarget();
  const made = {
    window: page,
    document: Object.assign(page, { createElement: (tag) => new FakeElement(tag), getElementById: () => null, body: new FakeElement("body") }),
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    dispatchEvent: page.dispatchEvent.bind(page),
    matchMedia: () => ({ matches: false }),
    innerWidth: 1440,
    innerHeight: 900,
    ...names,
  };
  const before = Object.fromEntries(Object.keys(made).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
  for (const [name, value] of Object.entries(made)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, own] of Object.entries(before)) {
      if (own) Object.defineProperty(globalThis, name, own);
      else delete globalThis[name];
    }
  };
}

/** An answer of a server. */
export const answer = (body, status = 200) => ({ ok: status < 300, status, json: async () => body });

/** Lets everything that already has its answer go on. */
export const settled = () => new Promise((done) => setImmediate(done));
