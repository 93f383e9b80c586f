/** The live session's page: ties the coach to screen, voice, camera, clock and diary. */

import { type After, fetchAfter, fetchNeighbour, fetchToday, keepLandmarks, postDiary, trust } from "./api";
import type { CameraTrouble } from "./camera";
import { type Action, type Coach, type Entry, advance, boutNow, exerciseNow, firstState, isOver, isWatched } from "./coach";
import { Tempo, beats } from "./counter";
import { button, h, notice, sign } from "./dom";
import { Outbox, openStore } from "./outbox";
import { type Today, target } from "./plan";
import type { Model } from "./pose";
import { type Around, doseWords, panel, sideWords } from "./screens";
import { type Cue, Speech } from "./speech";
import { Stage } from "./stage";
import { StopDialog, meansStop } from "./stop";
import { Tabs } from "./tabs";
import { Trial, fetchTrial } from "./trial";
import { StayAwake } from "./wake";
import { Watching } from "./watching";
import type { FromServer } from "./wire";
import { speakIn, t } from "./words";

const TICK_MS = 100;
/** A clock that jumps by this much has slept. */
const ASLEEP_MS = 8_000;
/** Seen well for so long, and the placement is done. */
const SEEN_FOR_MS = 2_500;
/** Without a word from the server for so long, the set is closed with what was counted. */
const RESULT_WITHIN_MS = 15_000;
const LINK_WITHIN_MS = 10_000;
const CAPTION_MS = 6_000;
const STANDING = "standing";

interface Standing {
  session: string;
  date: string;
  before: number;
  done: Record<string, number>;
  over: string[];
}

class Session {
  private state: Coach;
  private readonly speech: Speech;
  private readonly stage = new Stage();
  private readonly stop: StopDialog;
  private readonly awake = new StayAwake();
  private readonly around: Around;
  private readonly trial: Trial | null;
  private watching: Watching | null = null;
  private wants_camera: boolean;
  private keep = false;
  private tempo: Tempo | null = null;
  private result_by_ms: number | null = null;
  private unlinked_ms: number | null = null;
  private seen_since_ms: number | null = null;
  private held = false;
  private last_tick_ms = performance.now();
  private last_second = -1;
  private drawn = "";
  private take_over = false;
  private again = false;
  private why_paused = "";
  private faded = 0;

  private readonly top = h("div", { class: "session__top" });
  private readonly banner = h("div", { class: "session__banner", role: "status" });
  private readonly body = h("section", { class: "session__panel" });
  private readonly caption = h("p", { class: "session__caption", role: "status", "aria-live": "polite" });
  private readonly bar = h("div", { class: "session__bar" });
  private readonly stopButton: HTMLButtonElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly today: Today,
    private readonly outbox: Outbox | null,
    fresh: boolean,
    trial: Trial | null,
    private readonly standing: Standing | undefined,
  ) {
    this.trial = trial;
    const here = this.resumed(trial === null ? today : { ...today, exercises: [trial.exercise], may_start: true });
    this.state = firstState(here, { trying: trial !== null });
    this.today = here;
    this.speech = new Speech({ ...here.voice, language: here.language, caption: (cue) => this.captioned(cue) });
    this.stop = new StopDialog((action) => this.act(action));
    const reachable = fresh && navigator.onLine;
    const can = reachable && (navigator.mediaDevices !== undefined || trial !== null);
    this.wants_camera = here.camera && can && trial === null;
    this.around = {
      today: here,
      act: (action) => this.act(action),
      start: (pain, camera, keep) => void this.start(pain, camera, keep),
      swap: (id) => void this.swap(id),
      flip: () => this.withoutCamera(""),
      cameras: [],
      useCamera: (id) => void this.watching?.camera.start(id),
      after: null,
      waiting: 0,
      without: can ? "" : reachable ? t("This browser gives no camera to this page.") : t("The computer that runs coxa is out of reach: no camera now. Timer and voice lead you."),
      trying: trial !== null,
    };
    this.stopButton = h("button", { type: "button", class: "button button--danger session__stop", click: () => this.act({ type: "stop", at: "menu" }) }, sign("stop"), t("Stop"));
    this.root.replaceChildren(this.top, this.banner, h("div", { class: "session__main" }, this.stage.element, this.body), h("div", { class: "session__foot" }, this.caption, this.bar, this.stopButton));
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => this.looked());
    document.addEventListener("pointerdown", () => this.speech.unlock());
    window.addEventListener("online", () => void this.outbox?.send());
    window.addEventListener("pagehide", () => void this.outbox?.send());
    window.setInterval(() => this.tick(), TICK_MS);
    if (this.wants_camera && this.state.screen === "start") this.prepare();
    this.state = { ...this.state, camera: this.wants_camera || trial !== null };
    if (trial !== null) void this.start(1, true, null);
    this.draw();
    void this.fetchPictures();
  }

  /** What this browser knows of the session beyond what the server had when the plan was made. */
  private resumed(today: Today): Today {
    const kept = this.standing;
    if (kept === undefined || kept.date !== today.date || (today.session_key !== null && today.session_key !== kept.session)) return today;
    const exercises = today.exercises.map((one) => ({ ...one, done_bouts: Math.max(one.done_bouts, kept.done[one.id] ?? 0), over: one.over || kept.over.includes(one.id) }));
    return { ...today, session_key: kept.session, exercises };
  }

  /** Pictures are drawn when they are first asked for: ask before they are needed, one after the other. */
  private async fetchPictures(): Promise<void> {
    for (const { pictures, coached } of this.today.exercises) {
      for (const source of [pictures.loop, ...(this.wants_camera && coached ? [pictures.camera] : [])]) {
        const image = new Image();
        image.src = source;
        await image.decode().catch(() => undefined);
      }
    }
  }

  // ------------------------------------------------------------------------------------------------ the machine

  act(action: Action): void {
    const before = this.state;
    const { state, entries } = advance(before, action, {
      today: this.today,
      now_ms: performance.now(),
      at: localIso(new Date()),
      fresh: () => crypto.randomUUID().slice(0, 13),
    });
    this.state = state;
    void this.keepEntries(entries);
    this.follow(before, state);
    this.draw();
  }

  private async keepEntries(entries: Entry[]): Promise<void> {
    if (this.outbox === null || this.trial !== null) return;
    const { state } = this;
    try {
      await this.outbox.add(entries);
      if (state.session === null) return;
      if (isOver(state)) await this.outbox.forget(STANDING);
      else if (entries.length > 0) {
        const done = Object.fromEntries(state.exercises.map((one) => [one.id, one.done_bouts]));
        const standing: Standing = {
          session: state.session, date: this.today.date, before: state.before ?? 0, done, over: state.exercises.filter((one) => one.over).map((one) => one.id),
        };
        await this.outbox.note(STANDING, standing);
      }
    } catch {
      // a private window may keep nothing: say so rather than lose it unseen
      this.tell("care", t("This browser keeps nothing. Stay connected, so that nothing is lost."));
      await postDiary(entries).catch(() => undefined);
    }
  }

  private async start(pain: number, camera: boolean, keep: boolean | null): Promise<void> {
    this.speech.unlock();
    this.awake.on();
    this.wants_camera = camera && this.trial === null;
    this.keep = keep === true;
    if (keep !== null && keep !== this.today.keep_landmarks && this.trial === null) {
      await keepLandmarks(keep).catch(() => (this.keep = false));
    }
    const open = this.today.session_key;
    if (this.wants_camera) {
      this.prepare();
      void this.watching?.camera.start().then(async () => {
        this.around.cameras = (await this.watching?.camera.list()) ?? [];
      });
    } else if (this.trial === null) {
      this.watching?.stop();
      this.watching = null;
    }
    const session = open ?? `s-${this.today.date}-${crypto.randomUUID().slice(0, 13)}`;
    const ready = this.trial !== null || (this.wants_camera && (this.watching?.ready ?? false));
    this.act({ type: open === null ? "begin" : "resume", pain, camera: ready, session });
    if (this.trial !== null) this.watchTrial();
  }

  private async swap(id: string): Promise<void> {
    const exercise = exerciseNow(this.state);
    if (exercise === undefined) return;
    try {
      const other = await fetchNeighbour(id, exercise.id);
      this.dropSet();
      this.act({ type: "swap", exercise: other });
    } catch {
      this.tell("care", t("That exercise is not within reach now."));
    }
  }

  /** What a change of the state means for voice, camera and clock. */
  private follow(before: Coach, state: Coach): void {
    this.stop.follow(state);
    if (state.left !== null && before.left === null) {
      this.leave(state.left);
      return;
    }
    if (state.stop !== null && before.stop === null) {
      this.speech.say(t("Paused. What is it?"), "stop");
    }
    const paused = state.paused_ms !== null;
    if (paused !== (before.paused_ms !== null)) {
      if (paused) this.tempo?.pause(performance.now());
      else {
        this.tempo?.start(performance.now());
        this.why_paused = "";
        if (this.again) {
          this.again = false;
          if (state.screen === "placement") this.watchPlacement();
          else if (state.screen === "set" && isWatched(state)) this.watchSet();
        }
      }
      if (this.watching !== null) this.watching.open = !paused && (state.screen === "set" || state.screen === "placement");
    }
    if (state.set !== null && before.set !== null && state.set.counted > before.set.counted && isWatched(state)) {
      this.speech.chime("count");
      this.speech.say(String(state.set.counted), "count");
    }
    if (state.screen !== before.screen || state.exercise !== before.exercise || state.bout !== before.bout) this.entered(before, state);
  }

  private entered(before: Coach, state: Coach): void {
    const exercise = exerciseNow(state);
    const { speech } = this;
    this.last_second = -1;
    if (before.screen === "set" && state.screen !== "set" && state.screen !== "closing") this.dropSet();
    if (before.screen === "placement" && state.screen !== "placement") this.watching?.wire.drop();
    if (this.watching !== null) this.watching.settled = state.screen !== "set" && state.screen !== "closing";
    if (state.screen !== "set" && state.screen !== "closing" && state.screen !== "placement" && this.watching !== null) this.watching.open = false;
    if (exercise === undefined) return;
    const sides = sideWords(boutNow(state)?.side);
    switch (state.screen) {
      case "floor":
        speech.hush();
        speech.say(this.today.before_floor ?? "");
        break;
      case "placement":
        speech.hush();
        speech.say(`${t("Where to put the camera")}. ${exercise.camera_words ?? ""}`);
        this.seen_since_ms = null;
        this.watchPlacement();
        break;
      case "demonstration":
        speech.hush();
        speech.say(`${exercise.name}. ${doseWords(exercise)}.${sides === "" ? "" : ` ${sides}.`}`);
        for (const step of exercise.steps) speech.say(step);
        break;
      case "count-in":
        speech.hush();
        speech.say(sides === "" ? t("Get ready") : t("Get ready, {side}", { side: sides }));
        break;
      case "set":
        speech.chime("begin");
        this.caption.replaceChildren();
        this.held = false;
        if (isWatched(state)) this.watchSet();
        else {
          this.tempo = new Tempo(beats(exercise));
          this.tempo.start(performance.now());
        }
        break;
      case "closing":
        this.closeSet();
        break;
      case "rest":
        speech.chime("begin");
        speech.say(t("Rest"));
        break;
      case "pain":
        speech.hush();
        speech.chime("begin");
        speech.say(t("How is the pain now?"));
        break;
      case "verdict":
        speech.say((state.verdict?.words ?? []).join(" "), "fault");
        break;
      case "self-check":
        speech.say(exercise.self_check ?? "");
        break;
      case "effort":
        speech.say(t("How hard was it?"));
        break;
      case "no-session":
      case "after":
        void this.ended(state);
        break;
      default:
        break;
    }
  }

  private async ended(state: Coach): Promise<void> {
    this.watching?.stop();
    this.watching = null;
    this.trial?.stop();
    this.awake.off();
    this.stage.camera(null);
    const words = state.verdict !== null && state.verdict.ends !== "nothing" ? state.verdict.words.join(" ") : t("Done for today");
    this.speech.say(words, state.verdict === null ? "say" : "fault");
    if (this.trial !== null || state.session === null || this.outbox === null) return;
    await this.outbox.send().catch(() => false);
    this.around.waiting = (await this.outbox.waiting()).length;
    await this.summed(state);
  }

  /** What the server says of the session, once everything has reached it. */
  private async summed(state: Coach): Promise<void> {
    if (this.around.waiting === 0 && state.screen === "after" && state.session !== null && this.around.after === null && this.trial === null) {
      this.around.after = await fetchAfter(state.session).catch((): After | null => null);
      if (this.around.after !== null) this.speech.say(this.around.after.well.join(" "));
    }
    this.drawn = "";
    this.draw();
  }

  private leave(to: string): void {
    this.speech.hush();
    // the entries are in the browser's store and follow; help must not wait for them
    const sent = this.outbox === null ? Promise.resolve(true) : this.outbox.send();
    void Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 700))]).finally(() => location.assign(to));
  }

  // ------------------------------------------------------------------------------------------------ the camera

  private prepare(): void {
    if (this.watching !== null) return;
    const { modelFull = "", modelLite = "", delegate = "CPU" } = this.root.dataset;
    const urls: Record<Model, string> = { full: modelFull, lite: modelLite };
    const watching = new Watching(urls, delegate === "GPU" ? "GPU" : "CPU", {
      heard: (message) => this.heard(message),
      linked: (on) => this.linked(on),
      trouble: (what) => this.trouble(what),
      back: () => this.cameraBack(),
      progress: (share) => this.loading(share),
      loaded: () => this.loading(null),
      failed: () => this.withoutCamera(t("The camera coach cannot run in this browser. Timer and voice lead you.")),
      lite: () => this.tell("", t("This device is slow, so the camera only counts now. It does not judge how you move.")),
      seen: (world, found) => {
        this.stage.found(found);
        if (found) this.stage.show(world);
        const exercise = exerciseNow(this.state);
        if (exercise !== undefined && watching.pose.pace.isBehind) this.stage.relieve(exercise);
      },
    });
    this.watching = watching;
    watching.load();
  }

  private loading(share: number | null): void {
    const ready = this.watching?.pose.ready ?? false;
    const words = ready ? t("The camera coach is ready.") : share === null ? t("The camera coach is loading…") : t("The camera coach is loading: {n} %.", { n: Math.round(share * 100) });
    this.root.dataset["model"] = ready ? "ready" : "loading";
    const line = this.body.querySelector("[data-loading]");
    if (line !== null) {
      line.textContent = `${words}${ready ? "" : ` ${t("You can start now; timer and voice lead you until then.")}`}`;
      return;
    }
    if (!ready && this.state.screen !== "start") this.note(words);
    if (ready) this.note("");
  }

  private setKey(): { set: string; session: string; exercise: string; set_number: number; side: "left" | "right" | "both"; target: number | null } {
    const exercise = exerciseNow(this.state)!;
    const bout = boutNow(this.state) ?? { set_number: 1, side: "both" as const };
    return {
      set: this.state.set?.key ?? `place-${crypto.randomUUID()}`, session: this.state.session ?? "", exercise: exercise.id, ...bout, target: target(exercise),
    };
  }

  /** While the camera is put in its place nothing is written down. */
  private watchPlacement(): void {
    if (this.watching === null || this.trial !== null) return;
    this.watching.begin({ ...this.setKey(), keep: false, try: true, ...(this.take_over ? { take_over: true } : {}) });
  }

  private watchSet(): void {
    if (this.trial !== null) {
      this.trial.begin({ ...this.setKey(), keep: false, try: true });
      return;
    }
    this.watching?.begin({ ...this.setKey(), keep: this.keep || this.today.keep_landmarks === true, ...(this.take_over ? { take_over: true } : {}) });
  }

  private watchTrial(): void {
    this.trial?.listen({
      heard: (message) => this.heard(message),
      linked: (on) => this.linked(on),
      seen: (world) => this.stage.show(world),
      over: () => {
        if (this.state.screen === "set") this.act({ type: "set-over" });
      },
    });
  }

  private closeSet(): void {
    const { state } = this;
    if (isWatched(state) && (this.watching !== null || this.trial !== null)) {
      this.result_by_ms = performance.now() + RESULT_WITHIN_MS;
      if (this.watching !== null) {
        this.watching.open = false;
        this.watching.wire.end();
      }
      this.trial?.end();
      return;
    }
    const exercise = exerciseNow(state)!;
    const elapsed_s = state.set === null ? 0 : (performance.now() - state.set.started_ms) / 1000;
    const held = exercise.count === "time" ? Math.round(elapsed_s) : exercise.count === "hold" && (state.set?.counted ?? 0) > 0 ? exercise.hold_s : null;
    this.tempo = null;
    this.act({ type: "result", repetitions: state.set?.counted ?? 0, hold_s: held, form: null, ask_self_check: true, kept: false });
  }

  /** The set is left without a result, as after a stop: what was counted is in the diary. */
  private dropSet(): void {
    this.tempo = null;
    this.result_by_ms = null;
    if (this.watching !== null) {
      this.watching.open = false;
      this.watching.wire.drop();
    }
    this.trial?.end();
  }

  private heard(message: FromServer): void {
    const { state } = this;
    switch (message.type) {
      case "state":
        if (state.screen === "placement") this.framed(message.ready, message.framing);
        else if (state.screen === "set") {
          if (!message.ready && message.framing !== "") this.note(message.framing, "framing");
          else if (this.banner.dataset["about"] === "framing") this.note("");
          this.holding(message.hold_s);
        }
        return;
      case "repetition":
        if (state.screen === "set" || state.screen === "closing") this.act({ type: "counted", number: message.number, counted: message.counted });
        return;
      case "cue":
        if (state.screen !== "set" || message.text === "" || (this.watching?.wire.catchingUp ?? false)) return;
        if (message.kind === "fault") this.speech.say(message.text, "fault");
        else if (message.kind === "praise") this.speech.say(message.text, "praise");
        else this.speech.say(message.text, "say");
        return;
      case "arm":
        if (state.stop === null && !isOver(state)) this.act({ type: "stop", at: "menu" });
        return;
      case "result": {
        this.result_by_ms = null;
        const counted = message.result.repetitions.filter((one) => one.counted).length;
        const held = Math.max(0, ...message.result.holds.map((one) => one.held_s));
        this.act({ type: "result", repetitions: counted, hold_s: held, form: message.form, ask_self_check: message.ask_self_check, kept: true });
        return;
      }
      case "error":
        if (message.code === "elsewhere") this.elsewhere(message.detail);
        else if (message.code === "taken-over") this.yielded();
        else if (message.code !== "gap") this.note(message.detail);
        return;
      default:
        return;
    }
  }

  private framed(ready: boolean, words: string): void {
    const line = this.body.querySelector<HTMLElement>("[data-framing]");
    const good = ready || words === t("I can see you.");
    const shown = good ? t("I can see you.") : words;
    if (line !== null && line.textContent !== shown) {
      line.textContent = shown;
      line.classList.toggle("is-good", good);
      this.speech.say(shown, good ? "say" : "fault");
    }
    const now = performance.now();
    if (!good) this.seen_since_ms = null;
    else if (this.seen_since_ms === null) this.seen_since_ms = now;
    else if (now - this.seen_since_ms > SEEN_FOR_MS && !this.speech.busy) this.act({ type: "placed" });
  }

  private holding(hold_s: number | null): void {
    const exercise = exerciseNow(this.state);
    if (exercise === undefined) return;
    const clock = this.body.querySelector("[data-clock]");
    if (clock !== null && exercise.count !== "time") clock.textContent = String(Math.floor(hold_s ?? 0));
    if (hold_s !== null) this.act({ type: "held", seconds: hold_s });
    if (exercise.count !== "hold" || exercise.hold_s === null) return;
    if (hold_s === null || hold_s < 1) this.held = false;
    else if (hold_s >= exercise.hold_s && !this.held) {
      this.held = true;
      this.act({ type: "counted", number: (this.state.set?.done ?? 0) + 1, counted: true });
      if (this.state.screen === "set") this.speech.say(t("And let go."));
    }
  }

  private linked(on: boolean): void {
    if (on) {
      if (this.unlinked_ms !== null && this.state.screen === "set") this.tell("good", t("The connection is back. Nothing was lost."));
      else if (this.banner.dataset["about"] === "link") this.note("");
      this.unlinked_ms = null;
      void this.outbox?.send();
      return;
    }
    this.unlinked_ms ??= performance.now();
    if (this.state.screen === "set" || this.state.screen === "placement" || this.state.screen === "closing") {
      this.note(t("The connection is lost. Go on: what you do is kept, and counted when it is back."), "link");
    }
  }

  private trouble(what: CameraTrouble): void {
    const words: Record<CameraTrouble, string> = {
      refused: t("The browser was not allowed to use the camera. Timer and voice lead you."),
      none: t("No camera was found. Timer and voice lead you."),
      busy: t("Another program uses the camera. Timer and voice lead you."),
      insecure: t("This page cannot use the camera. Timer and voice lead you."),
      unplugged: t("The camera is gone. Plug it in again, or go on without it."),
    };
    if (what === "unplugged" && !isOver(this.state)) {
      if (this.state.paused_ms === null) this.act({ type: "pause" });
      this.why_paused = words.unplugged;
      this.speech.say(words.unplugged, "fault");
      this.drawn = "";
      this.draw();
      return;
    }
    this.withoutCamera(words[what]);
  }

  private cameraBack(): void {
    this.speech.say(t("The camera is back."));
    if (this.why_paused !== "") this.act({ type: "go-on" });
  }

  private withoutCamera(words: string): void {
    this.wants_camera = false;
    const inSet = this.state.screen === "set" || this.state.screen === "closing";
    this.watching?.stop();
    this.watching = null;
    this.result_by_ms = null;
    this.stage.camera(null);
    if (words !== "") {
      this.around.without = words;
      this.tell("care", words);
    }
    this.act({ type: "camera", on: false });
    if (this.state.paused_ms !== null && this.state.stop === null) this.act({ type: "go-on" });
    if (inSet && this.state.screen === "closing") this.closeSet();
    this.drawn = "";
    this.draw();
  }

  // ------------------------------------------------------------------------------------------------ tabs, sight, keys

  /** Another device watches a set of this person: whether to take it over is theirs to say. */
  private elsewhere(detail: string): void {
    if (this.take_over) return;
    this.take_over = true;
    this.watching?.wire.drop();
    this.again = true;
    this.act({ type: "pause" });
    this.why_paused = detail;
    this.speech.say(detail, "fault");
    this.drawn = "";
    this.draw();
  }

  yielded(): void {
    this.watching?.stop();
    this.watching = null;
    this.speech.hush();
    this.awake.off();
    this.state = { ...this.state, paused_ms: performance.now() };
    this.root.replaceChildren(
      h("div", { class: "stack session__yielded" }, h("h1", {}, t("The session goes on in another window")), notice("", t("Nothing was lost. You can close this one.")), button(t("Go on here"), () => location.reload(), "button--big")),
    );
  }

  private looked(): void {
    const { state } = this;
    if (document.hidden) {
      if (state.screen === "set" && state.paused_ms === null) {
        this.act({ type: "pause" });
        this.why_paused = t("Paused while this page was out of sight. Nothing was lost.");
        this.drawn = "";
        this.draw();
      }
      return;
    }
    this.watching?.wire.wake();
    void this.outbox?.send();
    this.speech.recover();
    if (this.why_paused !== "") this.speech.say(this.why_paused);
  }

  private key(event: KeyboardEvent): void {
    if (document.querySelector("dialog[open]") !== null || isOver(this.state) || !meansStop(event)) return;
    event.preventDefault();
    this.act({ type: "stop", at: "menu" });
  }

  // ------------------------------------------------------------------------------------------------ the clock

  private tick(): void {
    const now = performance.now();
    const gap = now - this.last_tick_ms;
    this.last_tick_ms = now;
    // for whoever has to find out why a device is slow
    if (this.watching?.pose.ready) this.root.dataset["fps"] = this.watching.pose.pace.fps.toFixed(1);
    const { state } = this;
    if (gap > ASLEEP_MS && state.screen === "set" && state.paused_ms === null && !document.hidden) {
      this.act({ type: "pause" });
      this.why_paused = t("The device was asleep. Nothing was lost.");
      this.drawn = "";
      this.draw();
      this.watching?.wire.wake();
    }
    // the camera coach takes part from the next moment on at which nothing is being counted
    if (!state.camera && this.wants_camera && (this.watching?.ready ?? false) && !["set", "closing", "count-in", "start"].includes(state.screen)) {
      this.act({ type: "camera", on: true });
      this.tell("good", t("The camera coach is ready."));
    }
    if (this.result_by_ms !== null && now > this.result_by_ms && state.screen === "closing") {
      this.result_by_ms = null;
      this.watching?.wire.drop();
      this.act({ type: "result", repetitions: state.set?.counted ?? 0, hold_s: state.set?.hold_s ?? null, form: null, ask_self_check: true, kept: false });
    }
    if (state.screen === "placement" && this.unlinked_ms !== null && now - this.unlinked_ms > LINK_WITHIN_MS) {
      this.withoutCamera(t("The computer that runs coxa is out of reach: no camera now. Timer and voice lead you."));
    }
    if (this.tempo !== null && this.state.screen === "set" && this.state.paused_ms === null) this.lead(this.tempo, now);
    if (this.state.until_ms !== null && this.state.paused_ms === null) this.act({ type: "tick", speaking: this.speech.busy });
    this.clock(now);
  }

  private lead(tempo: Tempo, now: number): void {
    const exercise = exerciseNow(this.state);
    for (const beat of tempo.due(now)) {
      if (beat.kind === "done") this.act({ type: "tap" });
      else if (beat.kind === "up") this.speech.say(exercise?.count === "hold" ? t("Into the position") : t("{n}, and go", { n: (this.state.set?.done ?? 0) + 1 }), "count");
      else if (beat.kind === "hold") this.speech.say(String(beat.second), "count");
      else this.speech.say(exercise?.count === "hold" ? t("And let go.") : t("Slowly back"), "count");
    }
  }

  private clock(now: number): void {
    const { state } = this;
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
      else if (this.tempo !== null) clock.textContent = String(Math.floor(this.tempo.heldFor(at) ?? 0));
    }
    if (left === null || left === this.last_second || state.paused_ms !== null) return;
    this.last_second = left;
    if (state.screen === "count-in" && left > 0 && left <= 5) {
      this.speech.chime("soft");
      if (left <= 3) this.speech.say(String(left), "count");
    }
    if (state.screen === "rest" && left > 0 && left <= 3) this.speech.chime("soft");
    if (state.screen === "set" && left > 0 && left <= 5) this.speech.say(String(left), "count");
  }

  // ------------------------------------------------------------------------------------------------ the picture

  private captioned(cue: Cue): void {
    this.caption.replaceChildren(sign(cue.rank === "fault" || cue.rank === "stop" ? "fault" : cue.rank === "praise" ? "good" : "say"), cue.text);
    this.caption.dataset["rank"] = cue.rank;
    window.clearTimeout(this.faded);
    // words about a moment that is over would mislead; what is said between sets may stay
    if (this.state.screen === "set") this.faded = window.setTimeout(() => this.caption.replaceChildren(), CAPTION_MS);
  }

  /** A line that stays until it is no longer true. */
  private note(words: string, about = ""): void {
    this.banner.dataset["about"] = about;
    if (this.banner.textContent === words) return;
    this.banner.replaceChildren(...(words === "" ? [] : [notice("", words)]));
  }

  private tell(kind: "" | "good" | "care", words: string): void {
    this.banner.dataset["about"] = "news";
    this.banner.replaceChildren(notice(kind, words));
    this.speech.say(words);
    window.setTimeout(() => {
      if (this.banner.textContent === words) this.banner.replaceChildren();
    }, 12_000);
  }

  waiting(count: number, reached: boolean): void {
    this.around.waiting = count;
    this.root.dataset["waiting"] = String(count);
    this.root.dataset["reached"] = String(reached);
    this.header();
    if (count === 0 && isOver(this.state) && this.around.after === null) void this.summed(this.state);
  }

  private header(): void {
    const { state, around } = this;
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
        inside && isWatched(state) && !around.trying ? h("span", { class: "badge badge--good" }, sign("camera"), this.watching?.pose.model === "lite" ? t("camera counts") : t("camera")) : null,
        inside ? this.voiceButton() : null,
        around.waiting > 0 && this.root.dataset["reached"] === "false" ? h("span", { class: "badge badge--care" }, sign("fault"), t("kept here, not sent yet")) : null,
      ),
    );
  }

  private voiceButton(): HTMLElement {
    const words = this.speech.on ? t("Voice off") : t("Voice on");
    const press = (): void => {
      this.speech.on = !this.speech.on;
      this.header();
      this.top.querySelector<HTMLElement>(".session__voice")?.focus();
    };
    return h("button", { type: "button", class: "button button--quiet session__voice", click: press }, sign(this.speech.on ? "voice" : "mute"), h("span", {}, words));
  }

  private draw(): void {
    const { state } = this;
    const exercise = exerciseNow(state);
    const paused = state.paused_ms !== null && state.stop === null;
    const mark = [state.screen, state.exercise, exercise?.id, state.bout, isWatched(state), paused, this.why_paused, this.around.cameras.length].join("/");
    if (mark === this.drawn) return;
    const moved = this.drawn.split("/")[0] !== state.screen || this.drawn.split("/")[1] !== String(state.exercise);
    this.drawn = mark;
    this.root.dataset["screen"] = state.screen;
    this.root.dataset["paused"] = String(paused);
    this.header();
    this.body.replaceChildren(...panel(state, this.around));
    if (paused) {
      this.body.prepend(
        h(
          "div",
          { class: "session__paused stack stack--tight", role: "status" },
          h("p", { class: "lead" }, this.why_paused || t("Paused")),
          h(
            "div",
            { class: "row" },
            button(t("Go on"), () => this.act({ type: "go-on" }), "button--primary button--big", "play"),
            this.why_paused !== "" && state.camera && !(this.watching?.camera.on ?? false) ? button(t("Without the camera"), () => this.withoutCamera("")) : null,
          ),
        ),
      );
    }
    if (moved) {
      window.scrollTo(0, 0);
      this.body.scrollTop = 0;
      this.body.querySelector<HTMLElement>("[data-first]")?.focus({ preventScroll: true });
    }
    this.drawStage(state);
    this.drawBar(state, paused);
    if (state.screen === "start" && this.watching !== null) this.loading(null);
    this.clock(performance.now());
  }

  private drawStage(state: Coach): void {
    const exercise = exerciseNow(state);
    const away = !["placement", "demonstration", "count-in", "set", "closing", "rest"].includes(state.screen);
    this.root.dataset["stage"] = away ? "no" : "yes";
    const watched = isWatched(state) && this.watching !== null && this.watching.camera.on;
    this.stage.camera(watched && !away ? this.watching!.camera.video : null);
    if (away || exercise === undefined) {
      this.stage.clear();
      return;
    }
    const side = boutNow(state)?.side ?? "";
    if (state.screen === "placement") this.stage.picture(exercise, "camera");
    else if (state.screen === "demonstration" && !watched) this.stage.turning(exercise, side);
    else if (isWatched(state) && (state.screen === "set" || state.screen === "count-in")) this.stage.person(exercise);
    else this.stage.picture(exercise, "loop", side);
  }

  private drawBar(state: Coach, paused: boolean): void {
    const exercise = exerciseNow(state);
    const inside = state.session !== null && !isOver(state) && exercise !== undefined && state.screen !== "start";
    this.stopButton.hidden = isOver(state);
    const answering = ["pain", "pain-more", "self-check", "effort", "verdict", "closing"].includes(state.screen);
    const easier = exercise?.easier[0];
    const harder = exercise?.harder[0];
    this.bar.replaceChildren(
      ...(!inside || answering
        ? []
        : [
            state.screen === "demonstration" && !paused ? button(t("I am ready"), () => this.act({ type: "shown" }), "button--primary", "next") : null,
            paused ? button(t("Go on"), () => this.act({ type: "go-on" }), "", "play") : button(t("Pause"), () => this.act({ type: "pause" }), "", "pause"),
            state.screen === "set" ? button(t("Set done"), () => this.act({ type: "set-over" }), "", "next") : null,
            button(t("Skip"), () => this.act({ type: "skip" }), "", "skip"),
            easier === undefined || this.around.trying ? null : withTitle(button(t("Easier"), () => this.around.swap(easier.id), "", "easier"), easier.name),
            harder === undefined || this.around.trying ? null : withTitle(button(t("Harder"), () => this.around.swap(harder.id), "", "harder"), harder.name),
          ].filter((one) => one !== null)),
    );
  }
}

function withTitle(element: HTMLButtonElement, title: string): HTMLButtonElement {
  element.title = title;
  element.setAttribute("aria-label", `${element.textContent ?? ""}: ${title}`);
  return element;
}

/** The moment with the person's own offset, as the diary wants it. */
export function localIso(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const two = (n: number): string => String(Math.floor(Math.abs(n))).padStart(2, "0");
  const here = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  return `${here}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

async function main(): Promise<void> {
  const root = document.getElementById("session");
  if (root === null) return;
  speakIn(JSON.parse(root.dataset["words"] ?? "{}") as Record<string, string>);
  trust(root.dataset["csrf"] ?? "");
  const say = (...content: HTMLElement[]): void => root.replaceChildren(h("div", { class: "stack" }, ...content));
  const trying = new URLSearchParams(location.search).has("try");
  try {
    if (trying) {
      const { trial, today } = await fetchTrial();
      new Session(root, today, null, true, trial, undefined);
      return;
    }
    let session: Session | null = null;
    const tabs = new Tabs(() => session?.yielded());
    const { today, fresh } = await fetchToday();
    const outbox = new Outbox(await openStore(), root.dataset["person"] ?? "", postDiary, (count, reached) => session?.waiting(count, reached));
    const begin = async (): Promise<void> => {
      session = new Session(root, today, outbox, fresh, null, await outbox.noted<Standing>(STANDING));
      void outbox.send();
    };
    if (await tabs.claim()) await begin();
    else {
      say(
        h("h1", {}, t("The session goes on in another window")),
        button(t("Go on here"), () => void tabs.takeOver().then(() => location.reload()), "button--primary button--big"),
        h("a", { class: "button button--quiet", href: "/today" }, t("Back to today")),
      );
    }
  } catch (error) {
    say(
      h("h1", {}, t("The session cannot be loaded")),
      notice("care", t("The computer that runs coxa is out of reach, and today's session is not on this device yet.")),
      h("p", { class: "soft small" }, error instanceof Error ? error.message : String(error)),
      button(t("Try again"), () => location.reload(), "button--primary button--big"),
    );
  }
}

void main();
