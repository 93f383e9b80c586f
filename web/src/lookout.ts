/** `Lookout`: the camera's part in a session: model and picture, where to put the camera, sets sent and what the server says of them. */

import { GO_ON_S, RaisedArm, STOP_S } from "./arm";
import type { CameraTrouble } from "./camera";
import { type Action, type Coach, type Screen, boutNow, exerciseNow, isOver, isWatched } from "./coach";
import { target } from "./plan";
import { Placing } from "./placing";
import type { Model } from "./pose";
import type { Led, Surface } from "./surface";
import type { Trial } from "./trial";
import { Watching } from "./watching";
import type { Begin, FromServer } from "./wire";
import { t } from "./words";

/** Without a word from the server for so long, the set is closed with what was counted. */
const RESULT_WITHIN_MS = 15_000;
const LINK_WITHIN_MS = 10_000;
const WORLD = 33 * 3;
/** Where a raised arm means Stop: whoever is asked something stands at the screen, and their hands are busy. */
const ARM_SCREENS: ReadonlySet<Screen> = new Set<Screen>(["floor", "placement", "demonstration", "count-in", "set", "closing", "rest"]);

/** What the lookout asks of the session. */
export interface Leads extends Led {
  readonly surface: Surface;
  act(action: Action): void;
  /** stand still, and say why */
  pauseFor(why: string): void;
  yielded(): void;
  /** the camera is out: lead by timer and voice from here on */
  timerOnly(): void;
  reached(): void;
}

export class Lookout {
  watching: Watching | null = null;
  wanted = false;
  /** whether the points of the sets are kept */
  keep = false;
  private result_by_ms: number | null = null;
  private unlinked_ms: number | null = null;
  private placing = new Placing();
  private held = false;
  private take_over = false;
  private again = false;
  private arm = new RaisedArm();
  private arm_again: RaisedArm | null = null;

  constructor(
    private readonly lead: Leads,
    private readonly trial: Trial | null,
  ) {}

  get ready(): boolean {
    return this.watching?.ready ?? false;
  }

  prepare(): void {
    if (this.watching !== null) return;
    const { root, surface } = this.lead;
    const { modelFull = "", modelLite = "", delegate = "CPU" } = root.dataset;
    const urls: Record<Model, string> = { full: modelFull, lite: modelLite };
    const watching = new Watching(urls, delegate === "GPU" ? "GPU" : "CPU", {
      heard: (message) => this.heard(message),
      linked: (on) => this.linked(on),
      trouble: (what) => this.trouble(what),
      back: () => this.back(),
      progress: (share) => surface.loading(share, watching.pose.ready),
      loaded: () => surface.loading(null, watching.pose.ready),
      failed: () => this.without(t("The camera coach cannot run in this browser. Timer and voice lead you.")),
      lite: () => {
        surface.tell("", t("This device is slow, so the camera only counts now. It does not judge how you move."));
        // the change of model has let the present watching go
        if (this.lead.state.screen === "placement") this.watchPlacement();
      },
      seen: (time_ms, values, found) => {
        this.raised(time_ms / 1000, values);
        surface.stage.found(found);
        if (found) surface.stage.show(values.subarray(WORLD, 2 * WORLD));
        const exercise = exerciseNow(this.lead.state);
        if (exercise !== undefined && watching.pose.pace.isBehind) surface.stage.relieve(exercise);
      },
    });
    this.watching = watching;
    watching.load();
  }

  async start(): Promise<MediaDeviceInfo[]> {
    await this.watching?.camera.start();
    return (await this.watching?.camera.list()) ?? [];
  }

  stop(): void {
    this.watching?.stop();
    this.watching = null;
  }

  // ------------------------------------------------------------------------------------------------ sets

  private names(): Omit<Begin, "width" | "height" | "model" | "delegate" | "keep"> {
    const { state } = this.lead;
    const exercise = exerciseNow(state)!;
    const bout = boutNow(state) ?? { set_number: 1, side: "both" as const };
    const over = this.take_over ? { take_over: true } : {};
    return { set: state.set?.key ?? `place-${crypto.randomUUID()}`, session: state.session ?? "", exercise: exercise.id, ...bout, target: target(exercise), ...over };
  }

  /** While the camera is put in its place nothing is written down. */
  watchPlacement(): void {
    this.placing = new Placing();
    if (this.watching !== null && this.trial === null) this.watching.begin({ ...this.names(), keep: false, try: true });
  }

  watchSet(): void {
    this.held = false;
    if (this.trial !== null) this.trial.begin({ ...this.names(), keep: false, try: true });
    else this.watching?.begin({ ...this.names(), keep: this.keep || this.lead.around.today.keep_landmarks === true });
  }

  watchTrial(): void {
    this.trial?.listen({
      heard: (message) => this.heard(message),
      linked: (on) => this.linked(on),
      seen: (world) => this.lead.surface.stage.show(world),
      over: () => {
        if (this.lead.state.screen === "set") this.lead.act({ type: "set-over" });
      },
    });
  }

  /** Ask for the set's result; false where nobody watched. */
  close(): boolean {
    if (!isWatched(this.lead.state) || (this.watching === null && this.trial === null)) return false;
    this.result_by_ms = performance.now() + RESULT_WITHIN_MS;
    if (this.watching !== null) {
      this.watching.open = false;
      this.watching.wire.end();
    }
    this.trial?.end();
    return true;
  }

  /** The set is left without a result, as after a stop: what was counted is in the diary. */
  drop(): void {
    this.result_by_ms = null;
    if (this.watching !== null) {
      this.watching.open = false;
      this.watching.wire.drop();
    }
    this.trial?.end();
  }

  /** The coach's state has changed: what is sent, and when the small model may take over. */
  follow(before: Coach, state: Coach): void {
    const { watching } = this;
    const paused = state.paused_ms !== null;
    if (!paused && before.paused_ms !== null && this.again) {
      this.again = false;
      if (state.screen === "placement") this.watchPlacement();
      else if (state.screen === "set" && isWatched(state)) this.watchSet();
    }
    if (watching !== null && paused !== (before.paused_ms !== null)) watching.open = !paused && (state.screen === "set" || state.screen === "placement");
  }

  entered(before: Coach, state: Coach): void {
    const { watching } = this;
    if (watching === null) return;
    if (before.screen === "placement" && state.screen !== "placement") watching.wire.drop();
    const inSet = state.screen === "set" || state.screen === "closing";
    watching.settled = !inSet;
    if (!inSet && state.screen !== "placement") watching.open = false;
  }

  // ------------------------------------------------------------------------------------------------ what the server says

  private heard(message: FromServer): void {
    const { lead } = this;
    const { state, surface, speech } = lead;
    switch (message.type) {
      case "state":
        if (state.screen === "placement") this.framed(message.ready, message.framing);
        else if (state.screen === "set") {
          if (!message.ready && message.framing !== "") surface.note(message.framing, "framing");
          else surface.settle("framing");
          this.holding(message.hold_s);
        }
        return;
      case "repetition":
        if (state.screen === "set" || state.screen === "closing") lead.act({ type: "counted", number: message.number, counted: message.counted });
        return;
      case "cue":
        if (state.screen !== "set" || message.text === "" || (this.watching?.wire.catchingUp ?? false)) return;
        speech.say(message.text, message.kind === "fault" || message.kind === "praise" ? message.kind : "say");
        return;
      case "arm":
        // for programs: the page sees it for itself, and what comes after a lost connection is long over
        return;
      case "result": {
        this.result_by_ms = null;
        const counted = message.result.repetitions.filter((one) => one.counted).length;
        const held = Math.max(0, ...message.result.holds.map((one) => one.held_s));
        lead.act({ type: "result", repetitions: counted, hold_s: held, form: message.form, ask_self_check: message.ask_self_check, kept: true });
        return;
      }
      case "error":
        if (message.code === "elsewhere") this.elsewhere(message.detail);
        else if (message.code === "taken-over") lead.yielded();
        else if (message.code !== "gap") surface.note(message.detail);
        return;
      default:
        return;
    }
  }

  /** One arm held up is Stop; held up once more, after it came down, it goes on again, for who lies too far away to press. */
  private raised(time_s: number, values: Float32Array): void {
    const { lead } = this;
    const { state } = lead;
    if (state.stop === null) {
      this.arm_again = null;
      if (!this.arm.push(time_s, values) || isOver(state) || !ARM_SCREENS.has(state.screen)) return;
      lead.act({ type: "stop", at: "menu", arm: true });
      this.arm_again = new RaisedArm(GO_ON_S, true);
      return;
    }
    if (!state.by_arm || this.arm_again === null || !this.arm_again.push(time_s, values)) return;
    this.arm = new RaisedArm(STOP_S, true);
    lead.act({ type: "stop", at: null });
    lead.speech.say(t("We go on. One arm up stops again."));
  }

  private framed(ready: boolean, words: string): void {
    const { lead } = this;
    const seen = t("I can see you.");
    const good = ready || words === seen;
    if (lead.surface.framed(good ? seen : words, good)) lead.speech.say(good ? seen : words, good ? "say" : "fault");
    if (this.placing.push(performance.now(), good, lead.speech.busy)) lead.act({ type: "placed" });
  }

  private holding(hold_s: number | null): void {
    const { lead } = this;
    const exercise = exerciseNow(lead.state);
    if (exercise === undefined) return;
    if (exercise.count !== "time") lead.surface.held(hold_s ?? 0);
    if (hold_s !== null) lead.act({ type: "held", seconds: hold_s });
    if (exercise.count !== "hold" || exercise.hold_s === null) return;
    if (hold_s === null || hold_s < 1) this.held = false;
    else if (hold_s >= exercise.hold_s && !this.held) {
      this.held = true;
      lead.act({ type: "counted", number: (lead.state.set?.done ?? 0) + 1, counted: true });
      if (lead.state.screen === "set") lead.speech.say(t("And let go."));
    }
  }

  private linked(on: boolean): void {
    const { state, surface } = this.lead;
    if (on) {
      if (this.unlinked_ms !== null && state.screen === "set") surface.tell("good", t("The connection is back. Nothing was lost."));
      else surface.settle("link");
      this.unlinked_ms = null;
      this.lead.reached();
      return;
    }
    this.unlinked_ms ??= performance.now();
    if (state.screen === "set" || state.screen === "placement" || state.screen === "closing") {
      surface.note(t("The connection is lost. Go on: what you do is kept, and counted when it is back."), "link");
    }
  }

  /** Another device watches a set of this person: whether to take it over is theirs to say. */
  private elsewhere(detail: string): void {
    if (this.take_over) return;
    this.take_over = true;
    this.watching?.wire.drop();
    this.again = true;
    this.lead.pauseFor(detail);
  }

  // ------------------------------------------------------------------------------------------------ with and without

  private trouble(what: CameraTrouble): void {
    const words: Record<CameraTrouble, string> = {
      refused: t("The browser was not allowed to use the camera. Timer and voice lead you."),
      none: t("No camera was found. Timer and voice lead you."),
      busy: t("Another program uses the camera. Timer and voice lead you."),
      insecure: t("This page cannot use the camera. Timer and voice lead you."),
      unplugged: t("The camera is gone. Plug it in again, or go on without it."),
    };
    if (what === "unplugged" && !isOver(this.lead.state)) this.lead.pauseFor(words.unplugged);
    else this.without(words[what]);
  }

  private back(): void {
    this.lead.speech.say(t("The camera is back."));
    if (this.lead.why_paused !== "") this.lead.act({ type: "go-on" });
  }

  /** Go on by timer and voice; the words say why. */
  without(words: string): void {
    const { lead } = this;
    this.wanted = false;
    this.stop();
    this.result_by_ms = null;
    lead.surface.stage.camera(null);
    if (words !== "") {
      lead.around.without = words;
      lead.surface.tell("care", words);
    }
    lead.timerOnly();
  }

  /** What has taken too long, or is there at last. */
  tick(now: number): void {
    const { lead } = this;
    const { state, surface } = lead;
    // for whoever has to find out why a device is slow
    if (this.watching?.pose.ready) lead.root.dataset["fps"] = this.watching.pose.pace.fps.toFixed(1);
    // the camera coach takes part from the next moment on at which nothing is being counted
    if (!state.camera && this.wanted && this.ready && !["set", "closing", "count-in", "start"].includes(state.screen)) {
      lead.act({ type: "camera", on: true });
      surface.tell("good", t("The camera coach is ready."));
    }
    if (this.result_by_ms !== null && now > this.result_by_ms && state.screen === "closing") {
      this.result_by_ms = null;
      this.watching?.wire.drop();
      lead.act({ type: "result", repetitions: state.set?.counted ?? 0, hold_s: state.set?.hold_s ?? null, form: null, ask_self_check: true, kept: false });
    }
    if (lead.state.screen === "placement" && this.unlinked_ms !== null && now - this.unlinked_ms > LINK_WITHIN_MS) {
      this.without(t("The computer that runs coxa is out of reach: no camera now. Timer and voice lead you."));
    }
  }
}
