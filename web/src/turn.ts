/**
 * `advance`: a session as a state machine: what is asked or shown next, and what is written down. Pure: the time, the plan and fresh
 * keys come in, a new state and the diary's entries go out. What a pain means is looked up in the plan's rules.
 */

import { type Action, type Coach, type Context, type Entry, type Screen, type Step, demonstrationMs, exerciseNow, isOver, isWatched } from "./coach";
import { type Exercise, type PainKind, type StopReason, type Verdict, target } from "./plan";
import { beforeSession, during, graver, stopped } from "./rules";

const COUNT_IN_MS = { camera: 5_000, timer: 8_000 };
const MOST_COUNT = 200;
/** After so many repetitions of the first set it is asked how hard it is, where at least so many more follow. */
const EARLY_AFTER = 2;
const EARLY_LEFT = 2;
/** Screens on which an exercise has already been asked about, or is being. */
const AFTERWARDS: ReadonlySet<Screen> = new Set<Screen>(["pain", "pain-more", "verdict", "self-check", "effort"]);
/** Where help stands for what happened. */
const HELP: Partial<Record<StopReason, string>> = { "unwell-chest": "/emergency?why=unwell", "cannot-get-up": "/emergency?why=cannot-get-up" };

/** The next state, and what of it is written into the diary. */
export function advance(state: Coach, action: Action, context: Context): Step {
  const step = new Turn(state, context);
  step.take(action);
  return { state: step.state, entries: step.state.trying ? [] : step.entries };
}

class Turn {
  state: Coach;
  readonly entries: Entry[] = [];

  constructor(
    state: Coach,
    private readonly context: Context,
  ) {
    this.state = { ...state };
  }

  take(action: Action): void {
    const { state } = this;
    if (isOver(state) && action.type !== "camera") return;
    switch (action.type) {
      case "begin":
      case "resume":
        if (state.screen === "start") this.begin(action);
        return;
      case "stop":
        this.halt(action.at, action.arm ?? false);
        return;
      case "stopped":
        this.stopped(action.reason, action.pain, action.kind, action.place);
        return;
      case "camera":
        state.camera = action.on;
        if (!action.on && state.screen === "placement") this.demonstrate();
        return;
      case "pause":
        if (state.paused_ms === null) state.paused_ms = this.context.now_ms;
        return;
      case "go-on":
        this.goOn();
        return;
      default:
        break;
    }
    // what was on its way while the person stopped or paused is still true; the rest waits
    if (action.type === "result") this.result(action);
    else if (action.type === "counted") this.counted(action.number, action.counted);
    else if (action.type === "early") this.early(action.effort);
    else if (state.stop === null && state.paused_ms === null) this.lead(action);
  }

  private lead(action: Action): void {
    const { state } = this;
    const at = state.screen;
    switch (action.type) {
      case "tick":
        if (state.until_ms !== null && this.context.now_ms >= state.until_ms && !(action.speaking && at === "demonstration")) this.next();
        return;
      case "next":
      case "shown":
      case "placed":
      case "floor-ready":
        this.next();
        return;
      case "tap":
        if (at === "set" && state.set !== null) {
          const done = Math.min(MOST_COUNT, state.set.done + 1);
          this.counted(done, true);
        }
        return;
      case "untap":
        if (at === "set" && state.set !== null && state.set.done > 0 && !isWatched(state)) {
          state.set = { ...state.set, done: state.set.done - 1, counted: Math.max(0, state.set.counted - 1) };
        }
        return;
      case "held":
        if (at === "set" && state.set !== null) state.set = { ...state.set, hold_s: Math.max(state.set.hold_s, action.seconds) };
        return;
      case "set-over":
        if (at === "set") this.close();
        return;
      case "pain":
        if (at === "pain") this.pain(action.after);
        return;
      case "pain-more":
        if (at === "pain-more") this.more(action.pain, action.kind, action.place);
        return;
      case "self-check":
        if (at === "self-check") {
          this.write("self-check", { exercise: this.exercise.id, well: action.well });
          this.go("effort");
        }
        return;
      case "effort":
        if (at === "effort") {
          if (action.effort !== null) this.write("effort", { exercise: this.exercise.id, effort: action.effort });
          this.leaveExercise();
        }
        return;
      case "continue":
        if (at === "verdict") this.afterVerdict();
        return;
      case "skip":
        if (at !== "start") this.skip();
        return;
      case "swap":
        if (at !== "start") this.swap(action.exercise);
        return;
      default:
        return;
    }
  }

  private get exercise(): Exercise {
    const found = exerciseNow(this.state);
    if (found === undefined) throw new RangeError("coach: expected an exercise, got none");
    return found;
  }

  private go(screen: Screen, for_ms: number | null = null): void {
    this.state.screen = screen;
    this.state.until_ms = for_ms === null ? null : this.context.now_ms + for_ms;
  }

  private write(kind: string, values: Record<string, unknown>, key = this.context.fresh(), inside = true): void {
    this.entries.push({ key, at: this.context.at, session_key: inside ? this.state.session : null, event: { kind, ...values } });
  }

  // ------------------------------------------------------------------------------------------------ the way through

  private begin(action: Extract<Action, { type: "begin" | "resume" }>): void {
    const { state, context } = this;
    state.session = action.session;
    state.camera = action.camera;
    if (action.type === "resume") {
      this.resume(action);
      return;
    }
    state.before = action.pain;
    const said = beforeSession(context.today.rules, action.pain);
    const planned = state.exercises.map((exercise) => exercise.id);
    this.write("session-started", { pain_before: action.pain, planned }, `${action.session}-start`);
    this.admit(said);
  }

  /** On to the first exercise, or no session, by what the rules say of the pain before it. */
  private admit(said: ReturnType<typeof beforeSession>): void {
    const { state } = this;
    if (said.ends !== "nothing") {
      state.verdict = said;
      this.end(false);
      state.screen = "no-session";
      return;
    }
    state.exercise = -1;
    this.toNextExercise();
  }

  /** Who comes back is asked again. The pain before stays that of the session; the one said now came during or after what was done. */
  private resume(action: Extract<Action, { type: "resume" }>): void {
    const { state, context } = this;
    const before = action.before ?? action.pain;
    state.before = before;
    const at = state.exercises.findIndex((one) => one.id === action.unasked);
    if (at < 0) {
      const said = beforeSession(context.today.rules, action.pain);
      if (said.ends !== "nothing") this.write("stopped", { reason: "it-hurts", pain: action.pain, pain_kind: null, place: "" });
      this.admit(said);
      return;
    }
    state.exercise = at;
    state.bout = this.exercise.done_bouts;
    const more = action.pain > before;
    const after = more ? "more" : action.pain < before ? "less" : "same";
    this.write("pain", { exercise: this.exercise.id, after, ...(more ? { pain_after: action.pain, pain_kind: null, place: "" } : {}) });
    const said = during(context.today.rules, this.exercise.id, null, before, action.pain);
    if (more) state.before = action.pain;
    if (said.ends !== "nothing" || this.exercise.over || state.bout >= this.exercise.bouts.length) this.weigh(said);
    else {
      state.exercise = -1;
      this.toNextExercise();
    }
  }

  private toNextExercise(): void {
    const { state } = this;
    const next = state.exercises.findIndex((one, k) => k > state.exercise && !one.over && one.done_bouts < one.bouts.length);
    if (next < 0) {
      this.end(true);
      return;
    }
    state.exercise = next;
    this.startExercise();
  }

  private startExercise(): void {
    const { state } = this;
    state.bout = this.exercise.done_bouts;
    state.set = null;
    state.ask_self_check = false;
    state.early = "not-yet";
    state.verdict = null;
    this.write("exercise-started", { exercise: this.exercise.id, side: this.exercise.side });
    if (this.exercise.floor && !state.floor_told && !state.trying && this.context.today.before_floor !== null) this.go("floor");
    else this.place();
  }

  private place(): void {
    const { state } = this;
    const place = `${this.exercise.view}/${this.exercise.position}`;
    if (isWatched(state) && state.placed !== place && !state.trying) this.go("placement");
    else this.demonstrate();
  }

  private demonstrate(): void {
    this.go("demonstration", demonstrationMs(this.exercise));
  }

  /** On to what comes next by itself, or because the person said so. */
  private next(): void {
    const { state } = this;
    switch (state.screen) {
      case "floor":
        state.floor_told = true;
        this.place();
        return;
      case "placement":
        state.placed = `${this.exercise.view}/${this.exercise.position}`;
        this.demonstrate();
        return;
      case "demonstration":
      case "rest":
        this.go("count-in", isWatched(state) ? COUNT_IN_MS.camera : COUNT_IN_MS.timer);
        return;
      case "count-in":
        this.startSet();
        return;
      case "set":
        this.close();
        return;
      case "verdict":
        this.afterVerdict();
        return;
      default:
        return;
    }
  }

  private startSet(): void {
    const { state, context } = this;
    const bout = this.exercise.bouts[state.bout];
    const name = `${state.session}-${this.exercise.id}-${bout?.set_number}-${bout?.side}`;
    state.set = { key: `${name}-${context.fresh()}`.slice(-90), started_ms: context.now_ms, done: 0, counted: 0, hold_s: 0 };
    // by the clock alone; a hold or repetitions end when they are done
    this.go("set", this.exercise.count === "time" && this.exercise.duration_s !== null ? this.exercise.duration_s * 1000 : null);
  }

  private counted(number: number, counts: boolean): void {
    const { state } = this;
    // a late word about a set that was closed changes nothing
    if (state.set === null || state.screen !== "set" || number <= state.set.done) return;
    state.set = { ...state.set, done: number, counted: state.set.counted + (counts ? 1 : 0) };
    state.unasked = this.exercise.id;
    if (!isWatched(state)) {
      const { set_number, side } = this.exercise.bouts[state.bout]!;
      this.write("repetition", { exercise: this.exercise.id, set_number, side, counted: counts }, `${state.set.key}-r${number}`);
    }
    const wanted = target(this.exercise);
    if (this.asksEarly(wanted)) state.early = "asked";
    if (wanted !== null && state.set.counted >= wanted && state.paused_ms === null) this.close();
  }

  /** Strength work alone has a weight or a lever that can be too much; a stretch or a hold is not asked about in the middle. */
  private asksEarly(wanted: number | null): boolean {
    const { state } = this;
    const { count, stretch } = this.exercise;
    if (state.early !== "not-yet" || state.trying || state.bout > 0 || stretch || count !== "repetitions" || state.set === null) return false;
    return state.set.counted >= EARLY_AFTER && (wanted === null || wanted >= EARLY_AFTER + EARLY_LEFT);
  }

  private early(effort: number | null): void {
    const { state } = this;
    if (state.early !== "asked") return;
    state.early = "over";
    if (effort !== null) this.write("effort", { exercise: this.exercise.id, effort, early: true });
  }

  private close(): void {
    // unanswered is an answer, too: whoever works hard need not press
    this.state.early = "over";
    this.go("closing");
  }

  private result(action: Extract<Action, { type: "result" }>): void {
    const { state } = this;
    if (state.set === null || state.screen !== "closing") return;
    const { set_number, side } = this.exercise.bouts[state.bout]!;
    const timed = this.exercise.count === "repetitions" ? null : (action.hold_s ?? state.set.hold_s);
    if (!action.kept) {
      this.write(
        "set-done",
        {
          exercise: this.exercise.id,
          set_number,
          side,
          repetitions: Math.min(MOST_COUNT, action.repetitions),
          hold_s: timed === null ? null : Math.min(3600, timed),
          load_kg: this.exercise.load_kg,
          form: action.form ?? { done: Math.min(MOST_COUNT, action.repetitions) },
        },
        state.set.key,
      );
    }
    state.ask_self_check ||= action.ask_self_check;
    state.unasked = this.exercise.id;
    state.set = null;
    state.bout += 1;
    this.keepBouts(state.bout);
    if (state.bout < this.exercise.bouts.length) this.go("rest", this.exercise.rest_s * 1000);
    else this.go("pain");
  }

  private keepBouts(done: number): void {
    const { state } = this;
    state.exercises = state.exercises.map((one, k) => (k === state.exercise ? { ...one, done_bouts: done } : one));
  }

  private pain(after: "same" | "less" | "more"): void {
    const { state, context } = this;
    if (after === "more") {
      this.go("pain-more");
      return;
    }
    state.unasked = null;
    this.write("pain", { exercise: this.exercise.id, after });
    this.weigh(during(context.today.rules, this.exercise.id, null, state.before ?? 0, state.before ?? 0));
  }

  private more(pain: number | null, kind: PainKind | null, place: string): void {
    const { state, context } = this;
    const before = state.before ?? 0;
    state.unasked = null;
    this.write("pain", { exercise: this.exercise.id, after: "more", pain_after: pain, pain_kind: kind, place });
    const said = during(context.today.rules, this.exercise.id, kind, before, pain);
    if (pain !== null) state.before = pain;
    this.weigh(said);
  }

  private weigh(said: Verdict): void {
    const { state } = this;
    state.verdict = said;
    if (said.ends === "nothing") {
      if (state.ask_self_check && this.exercise.self_check !== null) this.go("self-check");
      else this.go("effort");
      return;
    }
    if (said.ends === "exercise") this.mark({ over: true });
    this.go("verdict");
    if (said.ends !== "exercise") this.afterVerdict();
  }

  private afterVerdict(): void {
    const { state } = this;
    const ends = state.verdict?.ends ?? "nothing";
    if (ends === "nothing" || ends === "exercise") this.leaveExercise();
    else this.end(false);
  }

  private leaveExercise(): void {
    this.mark({ over: true });
    this.state.verdict = null;
    this.toNextExercise();
  }

  private mark(values: Partial<Exercise>): void {
    const { state } = this;
    state.exercises = state.exercises.map((one, k) => (k === state.exercise ? { ...one, ...values } : one));
  }

  private skip(): void {
    const { state } = this;
    this.write("exercise-skipped", { exercise: this.exercise.id });
    // what was begun is asked about: the pain after it decides what comes next
    if (!AFTERWARDS.has(state.screen) && (state.bout > 0 || (state.set?.counted ?? 0) > 0)) {
      state.set = null;
      this.go("pain");
      return;
    }
    this.leaveExercise();
  }

  private swap(exercise: Exercise): void {
    const { state } = this;
    this.write("exercise-skipped", { exercise: this.exercise.id });
    state.exercises = state.exercises.map((one, k) => (k === state.exercise ? exercise : one));
    this.startExercise();
  }

  private end(finished: boolean): void {
    const { state } = this;
    this.write("session-ended", { finished }, `${state.session}-end`);
    state.finished = finished;
    state.set = null;
    state.stop = null;
    state.paused_ms = null;
    this.go("after");
  }

  // ------------------------------------------------------------------------------------------------ pause and stop

  private halt(at: "menu" | "hurts" | "unwell" | null, arm: boolean): void {
    const { state, context } = this;
    state.by_arm = arm;
    if (at === null) {
      state.stop = null;
      this.goOn();
      return;
    }
    state.stop = at;
    state.paused_ms ??= context.now_ms;
  }

  private goOn(): void {
    const { state, context } = this;
    if (state.paused_ms === null || state.stop !== null) return;
    const away = context.now_ms - state.paused_ms;
    if (state.until_ms !== null) state.until_ms += away;
    if (state.set !== null) state.set = { ...state.set, started_ms: state.set.started_ms + away };
    state.paused_ms = null;
    const wanted = exerciseNow(state) === undefined ? null : target(this.exercise);
    if (state.screen === "set" && wanted !== null && (state.set?.counted ?? 0) >= wanted) this.close();
  }

  private stopped(reason: StopReason, pain: number | null, kind: PainKind | null, place: string): void {
    const { state, context } = this;
    const { rules, date } = context.today;
    let said = stopped(rules, reason);
    const exercise = exerciseNow(state);
    const inside = state.session !== null && exercise !== undefined;
    const hurts = reason === "it-hurts";
    if (hurts && inside) said = graver(during(rules, exercise.id, kind, state.before ?? 0, pain), said);
    if (hurts && !inside && pain !== null) said = graver(beforeSession(rules, pain), said);
    const about = hurts && inside ? { exercise: exercise.id } : {};
    if (state.session !== null) this.write("stopped", { reason, ...about, pain, pain_kind: kind, place });
    // before a session there is none to stop, but what happened still asks for a new look
    else if (!hurts && reason !== "tired" && reason !== "other") this.write("something-new", { words: reason }, undefined, false);
    if (reason === "fell" || reason === "cannot-get-up") this.write("fall", { on: date }, undefined, false);
    if (hurts && pain !== null) state.before = pain;
    if (hurts && inside) state.unasked = null;
    state.verdict = said;
    state.stop = null;
    state.paused_ms = null;
    state.set = null;
    if (said.ends === "emergency") {
      state.left = HELP[reason] ?? "/emergency";
      if (state.session !== null) this.end(false);
      else this.go("no-session");
      return;
    }
    if (!inside) {
      if (said.ends === "session" || said.ends === "today") this.go("no-session");
      return;
    }
    if (said.ends === "exercise") {
      this.mark({ over: true });
      this.go("verdict");
      return;
    }
    if (said.ends === "nothing") {
      this.go("verdict");
      return;
    }
    this.end(false);
  }
}
