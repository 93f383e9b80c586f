/** After the second repetition: how hard is it so far? Asked beside the count; the set goes on, answered or not. */

import type { Action, Coach } from "./coach";
import { exerciseNow } from "./coach";
import { button, h, notice } from "./dom";
import type { Today } from "./plan";
import { t } from "./words";

/** Words of the 0 to 10 scale of effort (CR10) at their numbers: who is in the middle of a set reads three words, not eleven numbers. */
const answers = (): readonly (readonly [number, string])[] => [
  [2, t("Easy")],
  [5, t("Hard")],
  [7, t("Very hard")],
];

interface Asks {
  readonly state: Coach;
  readonly today: Today;
  act(action: Action): void;
  swap(id: string): void;
  say(words: string): void;
}

/** The question's place in a set; it fills and empties itself, so that nothing around it is drawn anew and no focus is lost. */
export class EarlyQuestion {
  readonly element = h("div", { class: "session__early" });
  private shown: Coach["early"] = "not-yet";

  constructor(private readonly asks: Asks) {}

  /** Show what the coach's state asks for; true where the question has just come up. */
  follow(state: Coach): boolean {
    const now = state.screen === "set" ? state.early : "not-yet";
    if (now === this.shown) return false;
    this.shown = now;
    // the words on an answer stay until the set is over
    if (now !== "over") this.element.replaceChildren();
    else if (this.element.querySelector("[data-asked]") !== null) this.element.replaceChildren();
    if (now !== "asked") return false;
    const { asks } = this;
    this.element.append(
      h(
        "div",
        { class: "session__early-box", role: "group", "aria-label": t("How hard is it so far?"), "data-asked": true },
        h("p", { class: "session__early-words" }, t("How hard is it so far?")),
        h(
          "div",
          { class: "session__early-answers" },
          ...answers().map(([effort, words]) => button(words, () => this.answer(effort))),
          button(t("It hurts"), () => asks.act({ type: "stop", at: "hurts" })),
        ),
      ),
    );
    return true;
  }

  private answer(effort: number): void {
    const { asks } = this;
    const inside = this.element.contains(document.activeElement);
    asks.act({ type: "early", effort });
    if (effort > asks.today.too_hard) {
      const easier = exerciseNow(asks.state)?.easier[0];
      const words = easier === undefined ? t("That is a lot for the start. End the set here whenever you like.") : t("That is a lot for the start. End the set here, or take something easier.");
      this.element.replaceChildren(
        notice(
          "care",
          words,
          h(
            "div",
            { class: "row" },
            button(t("Set done"), () => asks.act({ type: "set-over" }), "", "next"),
            easier === undefined ? null : button(t("Easier"), () => asks.swap(easier.id), "", "easier"),
          ),
        ),
      );
      asks.say(words);
    }
    // who answered by a key goes on from the set's own buttons
    if (inside && !this.element.contains(document.activeElement)) {
      const panel = this.element.parentElement;
      (this.element.querySelector<HTMLElement>("button") ?? panel?.querySelector<HTMLElement>(".session__tap, [data-first]"))?.focus({ preventScroll: true });
    }
  }
}
