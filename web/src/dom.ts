/** Elements without markup in strings: text can never become code, and styles are classes alone. */

type Child = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "class") element.className = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const SIGNS: Record<string, string> = {
  good: "M12 2.8a9.2 9.2 0 1 0 0 18.4 9.2 9.2 0 0 0 0-18.4zM7.5 12.5l3 3 6-6.5",
  fault: "M12 3 2.5 20h19zM12 9.5v5M12 17.3v.2",
  say: "M4 5.5h16v11H11l-4.5 4v-4H4z",
  stop: "M8 2.8h8L21.2 8v8L16 21.2H8L2.800 16V8zM12 7v6M12 16.3v.2",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5z",
  next: "M5 12h14M13 6l6 6-6 6",
  skip: "M5 5v14l9-7zM18 5v14",
  easier: "M12 5v14M6 13l6 6 6-6",
  harder: "M12 19V5M6 11l6-6 6 6",
  voice: "M4 9.500v5h3.500l4.500 4v-13l-4.500 4zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  mute: "M4 9.500v5h3.500l4.500 4v-13l-4.500 4zM16 9.500l5 5M21 9.500l-5 5",
  camera: "M3.500 7.500h11v9h-11zM14.500 11l6-3v8l-6-3",
};

/** A sign beside words: told apart by its shape, not its colour. */
export function sign(name: keyof typeof SIGNS | string): SVGSVGElement {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SIGNS[name] ?? SIGNS["say"]!);
  icon.append(path);
  return icon;
}

export function button(words: string, press: () => void, look = "", icon = ""): HTMLButtonElement {
  return h("button", { type: "button", class: `button ${look}`.trim(), click: press }, icon !== "" && sign(icon), words);
}

/** 0 to 10 as big buttons in one row; one tap answers. */
export function scale(legend: string, low: string, high: string, pick: (value: number) => void): HTMLElement {
  const name = `scale-${Math.random().toString(36).slice(2)}`;
  const numbers = Array.from({ length: 11 }, (_, n) =>
    h("label", { class: "scale__number" }, h("input", { type: "radio", name, value: n, change: () => pick(n) }), h("span", {}, String(n))),
  );
  return h(
    "fieldset",
    { class: "scale" },
    h("legend", {}, legend),
    h("div", { class: "scale__numbers" }, ...numbers),
    h("div", { class: "scale__ends", "aria-hidden": "true" }, h("span", {}, low), h("span", {}, high)),
  );
}

export function choice(name: string, value: string, words: string, pick: (value: string) => void, checked = false): HTMLElement {
  return h("label", { class: "choice" }, h("input", { type: "radio", name, value, checked, change: () => pick(value) }), h("span", {}, words));
}

export function notice(kind: "" | "good" | "care" | "danger", ...content: (Node | string)[]): HTMLElement {
  const icon = { "": "say", good: "good", care: "fault", danger: "stop" }[kind];
  return h("div", { class: kind === "" ? "notice" : `notice notice--${kind}` }, h("span", { class: "notice__sign" }, sign(icon)), h("div", { class: "notice__text" }, ...content.map((one) => (typeof one === "string" ? h("p", {}, one) : one))));
}
