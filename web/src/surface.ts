/** `Surface`: the session's screen: header, banner, figure, panel, captions, bar and Stop, drawn from the coach's state. */

import { type Action, type Coach, boutNow, exerciseNow, isOver, isWatched } from "./coach";
import type { Tempo } from "./counter";
import { button, h, notice, sign } from "./dom";
import { EarlyQuestion } from "./early";
import { type Around, panel } from "./screens";
import type { Cue, Speech } from "./speech";
import { Stage } from "./stage";
import type { Watching } from "./watching";
import { t } from "./words";

const CAPTION_MS = 6_000;
const NEWS_MS = 12_000;
const WITH_STAGE = ["placement", "demonstration", "count-in", "set", "closing", "rest"];
const ANSWERING = ["pain", "pain-more", "self-check", "effort", "verdict", "closing"];

/** What the screen shows, and whom it tells what was pressed. */
export interface Led {
  readonly root: HTMLElement;
  readonly state: Coach;
  readonly around: Around;
  readonly speech: Speech;
  readonly tempo: Tempo | null;
  readonly watching: Watching | null;
  readonly why_paused: string;
  act(action: Action): void;
  /** go on by timer and voice; the words say why */
  withoutCamera(words: string): void;
}

export class Surface {
  readonly stage = new Stage();
  private readonly top = h("div", { class: "session__top" });
  private readonly banner = h("div", { class: "session__banner", role: "status" });
  private readonly body = h("section", { class: "session__panel" });
  private readonly caption = h("p", { class: "session__caption", role: "status", "aria-live": "polite" });
  private readonly bar = h("div", { class: "session__bar" });
  private readonly stop: HTMLButtonElement;
  private drawn = "";
  private last_second = -1;
  private faded = 0;
  private readonly early: EarlyQuestion;

  constructor(private readonly led: Led) {
    this.early = new EarlyQuestion({
      get state() {
        return led.state;
      },
      today: led.around.today,
      act: (action) => led.act(action),
      swap: (id) => led.around.swap(id),
      say: (words) => led.speech.say(words),
    });
    this.stop = h("button", { type: "button", class: "button button--danger session__stop", click: () => led.act({ type: "stop", at: "menu" }) }, sign("stop"), t("Stop"));
    const foot = h("div", { class: "session__foot" }, this.caption, this.bar, this.stop);
    led.root.replaceChildren(this.top, this.banner, h("div", { class: "session__main" }, this.stage.element, this.body), foot);
  }

  // ------------------------------------------------------------------------------------------------ lines of words

  captioned(cue: Cue): void {
    this.caption.replaceChildren(sign(cue.rank === "fault" || cue.rank === "stop" ? "fault" : cue.rank === "praise" ? "good" : "say"), cue.text);
    this.caption.dataset["rank"] = cue.rank;
    window.clearTimeout(this.faded);
    // words about a moment that is over would mislead; what is said between sets may stay
    if (this.led.state.screen === "set") this.faded = window.setTimeout(() => this.caption.replaceChildren(), CAPTION_MS);
  }

  noCaption(): void {
    this.caption.replaceChildren();
  }

  /** A line that stays until it is no longer true. */
  note(words: string, about = ""): void {
    this.banner.dataset["about"] = about;
    if (this.banner.textContent === words) return;
    this.banner.replaceChildren(...(words === "" ? [] : [notice("", words)]));
  }

  /** Take the line away if it is about this. */
  settle(about: string): void {
    if (this.banner.dataset["about"] === about) this.note("");
  }

  tell(kind: "" | "good" | "care", words: string): void {
    this.banner.dataset["about"] = "news";
    this.banner.replaceChildren(notice(kind, words));
    this.led.speech.say(words);
    window.setTimeout(() => {
      if (this.banner.textContent === words) this.banner.replaceChildren();
    }, NEWS_MS);
  }

  /** How far the camera coach is with loading. */
  loading(share: number | null, ready: boolean): void {
    const words = ready ? t("The camera coach is ready.") : share === null || share >= 1 ? t("The camera coach is loading…") : t("The camera coach is loading: {n} %.", { n: Math.round(share * 100) });
    this.led.root.dataset["model"] = ready ? "ready" : "loading";
    const line = this.body.querySelector("[data-loading]");
    if (line !== null) {
      line.textContent = `${words}${ready ? "" : ` ${t("You can start now; timer and voice lead you until then.")}`}`;
      return;
    }
    if (!ready && this.led.state.screen !== "start") this.note(words);
    if (ready) this.note("");
  }

  /** How well the person stands in the picture; true where the words are new. */
  framed(words: string, good: boolean): boolean {
    const line = this.body.querySelector<HTMLElement>("[data-framing]");
    if (line === null || line.textContent === words) return false;
    line.textContent = words;
    line.classList.toggle("is-good", good);
    return true;
  }

  held(seconds: number): void {
    const clock = this.body.querySelector("[data-clock]");
    if (clock !== null) clock.textContent = String(Math.floor(seconds));
  }

  // ------------------------------------------------------------------------------------------------ the screen

  header(): void {
    const { state, around, watching } = this.led;
    const inside = state.session !== null && !isOver(state);
    const exercise = exerciseNow(state);
    this.top.replaceChildren(
      inside && exercise !== undefined
        ? h("p", { class: "session__where" }, t("Exercise {n} of {m}", { n: state.exercise + 1, m: state.exercises.length }))
        : h("a", { class: "button button--quiet", href: around.trying ? "/" : "/today" }, t("Back")),
      h(
        "p",
        { class: "row session__state" },
        around.trying ? h("span", { class: "badge badge--accent" }, t("A try: nothing is written down")) : null,
        inside && isWatched(state) && !around.trying ? h("span", { class: "badge badge--good" }, sign("camera"), watching?.pose.model === "lite" ? t("camera counts") : t("camera")) : null,
        inside ? this.voiceButton() : null,
        around.waiting > 0 && this.led.root.dataset["reached"] === "false" ? h("span", { class: "badge badge--care" }, sign("fault"), t("kept here, not sent yet")) : null,
      ),
    );
  }

  private voiceButton(): HTMLElement {
    const { speech } = this.led;
    // the words say what a press does, so the button has no pressed state beside them: both together would be read as "off, not pressed"
    const words = speech.on ? t("Turn voice off") : t("Turn voice on");
    const press = (): void => {
      speech.on = !speech.on;
      this.header();
      this.top.querySelector<HTMLElement>(".session__voice")?.focus();
    };
    return h("button", { type: "button", class: "button button--quiet session__voice", click: press }, sign(speech.on ? "voice" : "mute"), h("span", {}, words));
  }

  /** Draw what has changed; `anew` where something changed that the coach's state does not hold. */
  draw(anew = false): void {
    const { state, around, why_paused, watching } = this.led;
    if (this.early.follow(state)) this.led.speech.say(t("How hard is it so far?"));
    const exercise = exerciseNow(state);
    const paused = state.paused_ms !== null && state.stop === null;
    const mark = [state.screen, state.exercise, exercise?.id, state.bout, isWatched(state), paused, why_paused, around.cameras.length].join("/");
    if (mark === this.drawn && !anew) return;
    const [screen, at, id] = this.drawn.split("/");
    const moved = screen !== state.screen || at !== String(state.exercise) || id !== String(exercise?.id);
    this.drawn = mark;
    const focus = moved ? null : this.focused();
    this.led.root.dataset["screen"] = state.screen;
    this.led.root.dataset["paused"] = String(paused);
    this.header();
    this.body.replaceChildren(...panel(state, around));
    if (state.screen === "set") this.body.append(this.early.element);
    if (paused) this.body.prepend(this.paused());
    if (moved) {
      window.scrollTo(0, 0);
      this.body.scrollTop = 0;
      this.body.querySelector<HTMLElement>("[data-first]")?.focus({ preventScroll: true });
    }
    this.drawStage(state);
    this.drawBar(state, paused);
    focus?.();
    if (state.screen === "start" && watching !== null) this.loading(null, watching.pose.ready);
    this.clock(performance.now());
  }

  /** Brings the focus back to where it was, or to what has taken its place: who goes by keys must not be sent to the page's beginning. */
  private focused(): (() => void) | null {
    const active = document.activeElement;
    const region = [this.body, this.bar].find((one) => one.contains(active));
    if (!(active instanceof HTMLElement) || region === undefined) return null;
    const words = active.textContent;
    const at = [...region.querySelectorAll("button")].indexOf(active as HTMLButtonElement);
    return () => {
      if (document.activeElement === active && active.isConnected) return;
      // what is not shown while paused takes no focus
      const buttons = [...region.querySelectorAll("button")].filter((one) => one.offsetParent !== null);
      const same = buttons.find((one) => words !== "" && one.textContent === words) ?? (region === this.bar ? buttons[at] : undefined);
      (same ?? this.body.querySelector<HTMLElement>("[data-first]"))?.focus({ preventScroll: true });
    };
  }

  private paused(): HTMLElement {
    const { led } = this;
    const cameraGone = led.why_paused !== "" && led.state.camera && !(led.watching?.camera.on ?? false);
    return h(
      "div",
      { class: "session__paused stack stack--tight", role: "status" },
      h("p", { class: "lead" }, led.why_paused || t("Paused")),
      h(
        "div",
        { class: "row" },
        button(t("Go on"), () => led.act({ type: "go-on" }), "button--primary button--big", "play"),
        cameraGone ? button(t("Without the camera"), () => led.withoutCamera("")) : null,
      ),
    );
  }

  private drawStage(state: Coach): void {
    const exercise = exerciseNow(state);
    const { stage } = this;
    const { watching, root } = this.led;
    const away = !WITH_STAGE.includes(state.screen);
    root.dataset["stage"] = away ? "no" : "yes";
    const watched = isWatched(state) && watching !== null && watching.camera.on;
    stage.camera(watched && !away ? watching.camera.video : null);
    if (away || exercise === undefined) {
      stage.clear();
      return;
    }
    const side = boutNow(state)?.side ?? "";
    if (state.screen === "placement") stage.picture(exercise, "camera");
    // while the camera is on, the pose model has the processor, and the figure that turns is drawn where a graphics card does it
    else if (state.screen === "demonstration" && (!watched || stage.has_card)) stage.turning(exercise, side);
    else if (isWatched(state) && (state.screen === "set" || state.screen === "count-in")) stage.person(exercise, side);
    else stage.picture(exercise, "loop", side);
  }

  private drawBar(state: Coach, paused: boolean): void {
    const { led } = this;
    const exercise = exerciseNow(state);
    const inside = state.session !== null && !isOver(state) && exercise !== undefined && state.screen !== "start";
    this.stop.hidden = isOver(state);
    const easier = exercise?.easier[0];
    const harder = exercise?.harder[0];
    const { trying, swap } = led.around;
    this.bar.replaceChildren(
      ...(!inside || ANSWERING.includes(state.screen)
        ? []
        : [
            state.screen === "demonstration" && !paused ? button(t("I am ready"), () => led.act({ type: "shown" }), "button--primary", "next") : null,
            paused ? button(t("Go on"), () => led.act({ type: "go-on" }), "", "play") : button(t("Pause"), () => led.act({ type: "pause" }), "", "pause"),
            state.screen === "set" ? button(t("Set done"), () => led.act({ type: "set-over" }), "", "next") : null,
            button(t("Skip"), () => led.act({ type: "skip" }), "", "skip"),
            easier === undefined || trying ? null : withTitle(button(t("Easier"), () => swap(easier.id), "", "easier"), easier.name),
            harder === undefined || trying ? null : withTitle(button(t("Harder"), () => swap(harder.id), "", "harder"), harder.name),
          ].filter((one) => one !== null)),
    );
  }

  // ------------------------------------------------------------------------------------------------ the clock

  /** A new screen counts its seconds from the start. */
  rewind(): void {
    this.last_second = -1;
  }

  /** Count and seconds as they are now, shown and said. */
  clock(now: number): void {
    const { state, speech, tempo } = this.led;
    const at = state.paused_ms ?? now;
    const count = this.body.querySelector("[data-count]");
    const left = state.until_ms === null ? null : Math.max(0, Math.ceil((state.until_ms - at) / 1000));
    if (count !== null) {
      const shown = state.screen === "set" ? String(state.set?.counted ?? 0) : String(left ?? 0);
      if (count.textContent !== shown) count.textContent = shown;
    }
    const clock = this.body.querySelector("[data-clock]");
    if (clock !== null && state.screen === "set") {
      if (left !== null) clock.textContent = String(left);
      else if (tempo !== null) clock.textContent = String(Math.floor(tempo.heldFor(at) ?? 0));
    }
    if (left === null || left === this.last_second || state.paused_ms !== null) return;
    this.last_second = left;
    if (state.screen === "count-in" && left > 0 && left <= 5) {
      speech.chime("soft");
      if (left <= 3) speech.say(String(left), "count");
    }
    if (state.screen === "rest" && left > 0 && left <= 3) speech.chime("soft");
    if (state.screen === "set" && left > 0 && left <= 5) speech.say(String(left), "count");
  }

  /** The session has gone to another window: nothing of it is left here. */
  yielded(): void {
    this.led.root.replaceChildren(
      h("div", { class: "stack session__yielded" }, h("h1", {}, t("The session goes on in another window")), notice("", t("Nothing was lost. You can close this one.")), button(t("Go on here"), () => location.reload(), "button--big")),
    );
  }
}

function withTitle(element: HTMLButtonElement, title: string): HTMLButtonElement {
  element.title = title;
  element.setAttribute("aria-label", `${element.textContent ?? ""}: ${title}`);
  return element;
}
