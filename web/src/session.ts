/** The live session's page: ties the coach to screen, voice, camera, clock and diary. */

import { type After, fetchAfter, fetchNeighbour, fetchToday, keepLandmarks, postDiary, trust } from "./api";
import { type Action, type Coach, type Entry, boutNow, exerciseNow, firstState, isOver, isWatched } from "./coach";
import { Tempo, beats } from "./counter";
import { button, h, notice } from "./dom";
import { type Leads, Lookout } from "./lookout";
import { Outbox, openStore } from "./outbox";
import type { Today } from "./plan";
import { type Around, doseWords, sideWords } from "./screens";
import { Speech } from "./speech";
import { type Standing, keep, resumed, saidLast, standingOf } from "./standing";
import { StopDialog, meansStop } from "./stop";
import { Surface } from "./surface";
import { Tabs } from "./tabs";
import { Trial, fetchTrial } from "./trial";
import { advance } from "./turn";
import { StayAwake } from "./wake";
import type { Watching } from "./watching";
import { speakIn, t } from "./words";

const TICK_MS = 100;
/** A clock that jumps by this much has slept. */
const ASLEEP_MS = 8_000;

class Session implements Leads {
  state: Coach;
  readonly speech: Speech;
  readonly surface: Surface;
  readonly around: Around;
  tempo: Tempo | null = null;
  why_paused = "";
  private readonly lookout: Lookout;
  private readonly stop: StopDialog;
  private readonly awake = new StayAwake();
  /** of the session that goes on: the pain before, and after which exercise it was not asked yet */
  private readonly said: { before: number | null; unasked: string | null };
  private last_tick_ms = performance.now();

  constructor(
    readonly root: HTMLElement,
    private readonly today: Today,
    private readonly outbox: Outbox | null,
    fresh: boolean,
    private readonly trial: Trial | null,
    standing: Standing | undefined,
    server_knows_all: boolean,
  ) {
    const here = resumed(trial === null ? today : { ...today, exercises: [trial.exercise], may_start: true }, standing);
    this.said = saidLast(today, standing, server_knows_all);
    this.state = firstState(here, { trying: trial !== null });
    this.today = here;
    this.speech = new Speech({ ...here.voice, language: here.language, caption: (cue) => this.surface.captioned(cue) });
    this.stop = new StopDialog((action) => this.act(action));
    this.lookout = new Lookout(this, trial);
    const reachable = fresh && navigator.onLine;
    const without = !reachable
      ? t("The computer that runs coxa is out of reach: no camera now. Timer and voice lead you.")
      : typeof WebAssembly === "undefined" || typeof Worker === "undefined"
        ? t("The camera coach cannot run in this browser. Timer and voice lead you.")
        : navigator.mediaDevices === undefined && trial === null
          ? t("This browser gives no camera to this page.")
          : "";
    this.lookout.wanted = here.camera && without === "" && trial === null;
    this.around = {
      today: here,
      act: (action) => this.act(action),
      start: (pain, camera, kept) => void this.start(pain, camera, kept),
      swap: (id) => void this.swap(id),
      flip: () => this.withoutCamera(""),
      cameras: [],
      useCamera: (id) => void this.watching?.camera.start(id),
      after: null,
      waiting: 0,
      without,
      trying: trial !== null,
    };
    this.surface = new Surface(this);
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => this.looked());
    document.addEventListener("pointerdown", () => this.speech.unlock());
    window.addEventListener("online", () => void this.outbox?.send());
    window.addEventListener("pagehide", () => void this.outbox?.send());
    window.setInterval(() => this.tick(), TICK_MS);
    if (this.lookout.wanted && this.state.screen === "start") this.lookout.prepare();
    this.state = { ...this.state, camera: this.lookout.wanted || trial !== null };
    if (trial !== null) void this.start(1, true, null);
    this.surface.draw();
    void this.fetchPictures();
  }

  get watching(): Watching | null {
    return this.lookout.watching;
  }

  /** Pictures are drawn when they are first asked for: ask before they are needed, one after the other. */
  private async fetchPictures(): Promise<void> {
    for (const { pictures, coached } of this.today.exercises) {
      for (const source of [pictures.loop, ...(this.lookout.wanted && coached ? [pictures.camera] : [])]) {
        const image = new Image();
        image.src = source;
        await image.decode().catch(() => undefined);
      }
    }
  }

  // ------------------------------------------------------------------------------------------------ the machine

  act(action: Action, now_ms = performance.now()): void {
    const before = this.state;
    const { state, entries } = advance(before, action, {
      today: this.today,
      now_ms,
      at: localIso(new Date()),
      fresh: () => crypto.randomUUID().slice(0, 13),
    });
    this.state = state;
    void this.write(entries);
    this.follow(before, state, now_ms);
    this.surface.draw();
  }

  private async write(entries: Entry[]): Promise<void> {
    if (this.outbox === null || this.trial !== null) return;
    // said rather than lost unseen
    if (!(await keep(this.outbox, entries, this.state, this.today.date))) this.surface.tell("care", t("This browser keeps nothing. Stay connected, so that nothing is lost."));
  }

  private async start(pain: number, camera: boolean, kept: boolean | null): Promise<void> {
    const { lookout } = this;
    this.speech.unlock();
    this.awake.on();
    lookout.wanted = camera && this.trial === null;
    lookout.keep = kept === true;
    if (kept !== null && kept !== this.today.keep_landmarks && this.trial === null) {
      await keepLandmarks(kept).catch(() => (lookout.keep = false));
    }
    const open = this.today.session_key;
    if (lookout.wanted) {
      lookout.prepare();
      void lookout.start().then((cameras) => (this.around.cameras = cameras));
    } else if (this.trial === null) lookout.stop();
    const session = open ?? `s-${this.today.date}-${crypto.randomUUID().slice(0, 13)}`;
    const ready = this.trial !== null || (lookout.wanted && lookout.ready);
    if (open === null) this.act({ type: "begin", pain, camera: ready, session });
    else this.act({ type: "resume", pain, camera: ready, session, ...this.said });
    if (this.trial !== null) lookout.watchTrial();
  }

  private async swap(id: string): Promise<void> {
    const exercise = exerciseNow(this.state);
    if (exercise === undefined) return;
    try {
      const other = await fetchNeighbour(id, exercise.id);
      this.dropSet();
      this.act({ type: "swap", exercise: other });
    } catch {
      this.surface.tell("care", t("That exercise is not within reach now."));
    }
  }

  /** What a change of the state means for voice, camera and clock. */
  private follow(before: Coach, state: Coach, now_ms: number): void {
    this.stop.follow(state);
    if (state.left !== null && before.left === null) {
      this.leave(state.left);
      return;
    }
    if (state.stop !== null && before.stop === null) {
      this.speech.say(t("Paused. What is it?"), "stop");
      if (state.by_arm) this.speech.say(t("To go on from where you are: lower your arm, then hold it up for two seconds."));
    }
    const paused = state.paused_ms !== null;
    if ((state.stop === null && before.stop !== null) || (!paused && before.paused_ms !== null && this.why_paused !== "")) {
      // what was said of the pause is not true any more
      this.speech.hush();
      this.surface.noCaption();
    }
    if (paused !== (before.paused_ms !== null)) {
      if (paused) this.tempo?.pause(now_ms);
      else {
        this.tempo?.start(now_ms);
        this.why_paused = "";
      }
    }
    this.lookout.follow(before, state);
    if (state.set !== null && before.set !== null && state.set.counted > before.set.counted && isWatched(state)) {
      this.speech.chime("count");
      this.speech.say(String(state.set.counted), "count");
    }
    if (state.screen !== before.screen || state.exercise !== before.exercise || state.bout !== before.bout) this.entered(before, state);
  }

  private entered(before: Coach, state: Coach): void {
    const exercise = exerciseNow(state);
    const { speech, lookout } = this;
    this.surface.rewind();
    if (before.screen === "set" && state.screen !== "set" && state.screen !== "closing") this.dropSet();
    lookout.entered(before, state);
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
        speech.say(t("When I see you well, it goes on by itself."));
        lookout.watchPlacement();
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
        this.surface.noCaption();
        if (isWatched(state)) lookout.watchSet();
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
    this.lookout.stop();
    this.trial?.stop();
    this.awake.off();
    this.surface.stage.camera(null);
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
    this.surface.draw(true);
  }

  private leave(to: string): void {
    this.speech.hush();
    // the entries are in the browser's store and follow; help must not wait for them
    const sent = this.outbox === null ? Promise.resolve(true) : this.outbox.send();
    void Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 700))]).finally(() => location.assign(to));
  }

  // ------------------------------------------------------------------------------------------------ sets, with a camera and without

  private closeSet(): void {
    if (this.lookout.close()) return;
    const { state } = this;
    const exercise = exerciseNow(state)!;
    const elapsed_s = state.set === null ? 0 : (performance.now() - state.set.started_ms) / 1000;
    const held = exercise.count === "time" ? Math.round(elapsed_s) : exercise.count === "hold" && (state.set?.counted ?? 0) > 0 ? exercise.hold_s : null;
    this.tempo = null;
    this.act({ type: "result", repetitions: state.set?.counted ?? 0, hold_s: held, form: null, ask_self_check: true, kept: false });
  }

  private dropSet(): void {
    this.tempo = null;
    this.lookout.drop();
  }

  withoutCamera(words: string): void {
    this.lookout.without(words);
  }

  timerOnly(): void {
    const inSet = this.state.screen === "set" || this.state.screen === "closing";
    this.act({ type: "camera", on: false });
    if (this.state.paused_ms !== null && this.state.stop === null) this.act({ type: "go-on" });
    if (inSet && this.state.screen === "closing") this.closeSet();
    this.surface.draw(true);
  }

  waiting(count: number, reached: boolean): void {
    this.around.waiting = count;
    this.root.dataset["waiting"] = String(count);
    this.root.dataset["reached"] = String(reached);
    this.surface.header();
    if (count === 0 && isOver(this.state) && this.around.after === null) void this.summed(this.state);
  }

  reached(): void {
    void this.outbox?.send();
  }

  // ------------------------------------------------------------------------------------------------ tabs, sight, keys, sleep

  pauseFor(why: string, aloud = true, since_ms = performance.now()): void {
    if (this.state.paused_ms === null) this.act({ type: "pause" }, since_ms);
    this.why_paused = why;
    if (aloud) this.speech.say(why, "fault");
    this.surface.draw(true);
  }

  yielded(): void {
    this.lookout.stop();
    this.speech.hush();
    this.awake.off();
    this.state = { ...this.state, paused_ms: performance.now() };
    this.surface.yielded();
  }

  private looked(): void {
    const { state } = this;
    if (document.hidden) {
      if (state.screen === "set" && state.paused_ms === null) this.pauseFor(t("Paused while this page was out of sight. Nothing was lost."), false);
      return;
    }
    // a page out of sight is looked after once a minute at most: that is no sleep
    this.last_tick_ms = performance.now();
    this.watching?.wire.wake();
    this.reached();
    this.speech.recover();
    if (this.why_paused !== "") this.speech.say(this.why_paused);
  }

  private key(event: KeyboardEvent): void {
    if (document.querySelector("dialog[open]") !== null || isOver(this.state) || !meansStop(event)) return;
    event.preventDefault();
    this.act({ type: "stop", at: "menu" });
  }

  private tick(): void {
    const now = performance.now();
    const awake_ms = this.last_tick_ms;
    this.last_tick_ms = now;
    const runs = this.state.screen === "set" || this.state.until_ms !== null;
    if (now - awake_ms > ASLEEP_MS && runs && this.state.paused_ms === null && !document.hidden) {
      // paused since it fell asleep: else the hours would be counted as repetitions and seconds held
      this.pauseFor(t("The device was asleep. Nothing was lost."), false, awake_ms);
      this.watching?.wire.wake();
    }
    this.lookout.tick(now);
    if (this.tempo !== null && this.state.screen === "set" && this.state.paused_ms === null) this.lead(this.tempo, now);
    if (this.state.until_ms !== null && this.state.paused_ms === null) this.act({ type: "tick", speaking: this.speech.busy });
    this.surface.clock(now);
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
}

/** The moment with the person's own offset, as the diary wants it. */
function localIso(date: Date): string {
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
      new Session(root, today, null, true, trial, undefined, true);
      return;
    }
    let session: Session | null = null;
    const tabs = new Tabs(() => session?.yielded());
    const { today, fresh } = await fetchToday();
    const outbox = new Outbox(await openStore(), root.dataset["person"] ?? "", postDiary, (count, reached) => session?.waiting(count, reached));
    const begin = async (): Promise<void> => {
      const all = fresh && (await outbox.waiting()).length === 0;
      session = new Session(root, today, outbox, fresh, null, await standingOf(outbox), all);
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
