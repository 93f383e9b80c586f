/** `StopDialog`: one button, any key or a raised arm pauses and asks what is wrong. A modal dialog: the focus stays in it. */

import type { Coach, Action } from "./coach";
import { button, choice, h, scale, sign } from "./dom";
import type { PainKind, StopReason } from "./plan";
import { t } from "./words";

const KINDS: [PainKind, string][] = [
  ["ache", "It aches or pulls"],
  ["sharp", "Sharp, stabbing"],
  ["catching", "It catches or locks"],
  ["pinching", "It pinches deep inside"],
  ["tingling", "Tingling"],
  ["numbness", "Numb"],
  ["giving-way", "The leg gives way"],
];
const PLACES: [string, string][] = [
  ["groin", "Groin or front of the hip"],
  ["outer", "Outer side of the hip"],
  ["buttock", "Buttock or back"],
  ["leg", "Down the leg, or the knee"],
  ["elsewhere", "Somewhere else"],
];

/** Where, what kind and how strong: for "it hurts" and for "more pain" after an exercise. */
export function painForm(legend: string, tell: (pain: number | null, kind: PainKind | null, place: string) => void): HTMLElement {
  let pain: number | null = null;
  let kind: PainKind | null = null;
  let place = "";
  const group = <T extends string>(name: string, words: string, rows: [T, string][], pick: (value: T) => void): HTMLElement =>
    h(
      "fieldset",
      { class: "session__group" },
      h("legend", {}, words),
      h("div", { class: "choices choices--row" }, ...rows.map(([value, label]) => choice(name, value, t(label), (chosen) => pick(chosen as T)))),
    );
  return h(
    "form",
    {
      class: "stack",
      submit: (event) => {
        event.preventDefault();
        tell(pain, kind, place);
      },
    },
    scale(legend, t("no pain"), t("the worst pain"), (value) => (pain = value)),
    group("kind", t("What does it feel like?"), KINDS, (value) => (kind = value)),
    group("place", t("Where?"), PLACES, (value) => (place = t(PLACES.find(([id]) => id === value)?.[1] ?? ""))),
    h("div", { class: "row" }, h("button", { class: "button button--primary button--big", type: "submit" }, t("Done"))),
  );
}

export class StopDialog {
  private readonly dialog = h("dialog", { class: "session__dialog", "aria-labelledby": "stop-title" });
  private shown: Coach["stop"] = null;

  constructor(private readonly act: (action: Action) => void) {
    document.body.append(this.dialog);
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.act({ type: "stop", at: null });
    });
  }

  /** Show what the coach's state asks for. */
  follow(state: Coach): void {
    if (state.stop === this.shown) return;
    this.shown = state.stop;
    if (state.stop === null) {
      this.dialog.close();
      this.dialog.replaceChildren();
      return;
    }
    this.dialog.replaceChildren(this.content(state));
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.scrollTop = 0;
    this.dialog.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  private stopped(reason: StopReason): void {
    this.act({ type: "stopped", reason, pain: null, kind: null, place: "" });
  }

  private content(state: Coach): HTMLElement {
    const back = button(t("Go on"), () => this.act({ type: "stop", at: null }), "button--primary button--big session__go-on", "play");
    const title = (words: string): HTMLElement => h("h2", { id: "stop-title", tabindex: "-1", "data-first": true }, words);
    const to = (at: "menu" | "hurts" | "unwell") => () => this.act({ type: "stop", at });
    if (state.stop === "hurts") {
      return h(
        "div",
        { class: "stack" },
        title(t("It hurts")),
        painForm(t("How strong is it now?"), (pain, kind, place) => this.act({ type: "stopped", reason: "it-hurts", pain, kind, place })),
        button(t("Back"), to("menu"), "button--quiet"),
      );
    }
    if (state.stop === "unwell") {
      return h(
        "div",
        { class: "stack" },
        title(t("I feel unwell")),
        button(t("Pain in the chest, or I cannot breathe well"), () => this.stopped("unwell-chest"), "button--danger button--big", "stop"),
        button(t("Dizzy, or I feel faint"), () => this.stopped("unwell-dizzy"), "button--big"),
        button(t("Something else"), () => this.stopped("other"), "button--big"),
        button(t("Back"), to("menu"), "button--quiet"),
      );
    }
    return h(
      "div",
      { class: "session__menu" },
      h("div", { class: "row" }, sign("pause"), title(t("Paused. What is it?"))),
      back,
      state.by_arm ? h("p", { class: "soft" }, t("To go on from where you are: lower your arm, then hold it up for two seconds.")) : null,
      button(t("It hurts"), to("hurts"), "button--big"),
      button(t("I feel unwell"), to("unwell"), "button--big"),
      button(t("I fell"), () => this.stopped("fell"), "button--big"),
      button(t("I cannot get up"), () => this.stopped("cannot-get-up"), "button--danger button--big", "stop"),
      button(t("Enough for today"), () => this.stopped("tired"), "button--quiet"),
    );
  }
}

/** Keys that move about or press what has the focus; every other key stops. */
const QUIET = new Set(["Tab", "Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"]);

/** Whether a key pressed outside the dialog means Stop. */
export function meansStop(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || QUIET.has(event.key) || /^(F\d+|Audio|Media|Launch|Browser|Volume)/.test(event.key)) return false;
  const at = event.target instanceof Element ? event.target.closest("button, a, input, select, textarea, summary, label") : null;
  if (at === null) return true;
  // what has the focus is pressed by these
  return event.key !== "Enter" && event.key !== " " && !(at instanceof HTMLInputElement && /^\d$/.test(event.key));
}
