/** `Coach`: where a session stands, what can happen in it, and what is written down of it; `turn.ts` says what leads where. */

import type { Bout, Exercise, PainKind, StopReason, Today, Verdict } from "./plan";

export type Screen =
  | "start" // pain before; with a camera or without
  | "no-session"
  | "floor"
  | "placement"
  | "demonstration"
  | "count-in"
  | "set"
  | "closing" // the set is over, its result is on the way
  | "rest"
  | "pain"
  | "pain-more"
  | "verdict"
  | "self-check"
  | "effort"
  | "after";

interface SetNow {
  key: string;
  started_ms: number;
  done: number;
  counted: number;
  hold_s: number;
}

export interface Coach {
  screen: Screen;
  session: string | null;
  /** the pain against which the next one is held */
  before: number | null;
  exercises: Exercise[];
  exercise: number;
  bout: number;
  camera: boolean;
  set: SetNow | null;
  /** end of the present countdown */
  until_ms: number | null;
  /** since when paused; countdowns are moved on by as long */
  paused_ms: number | null;
  stop: "menu" | "hurts" | "unwell" | null;
  /** the stop was opened by a raised arm: who lies too far away to press may also go on by one */
  by_arm: boolean;
  /** after the second repetition it is asked how hard it is; the set waits for no answer */
  early: "not-yet" | "asked" | "over";
  /** of which exercise something was done, and the pain after it not asked yet */
  unasked: string | null;
  verdict: Verdict | null;
  ask_self_check: boolean;
  floor_told: boolean;
  placed: string | null;
  /** nothing is written down */
  trying: boolean;
  finished: boolean;
  left: string | null;
}

type DiaryEvent = { kind: string } & Record<string, unknown>;

export interface Entry {
  key: string;
  at: string;
  session_key: string | null;
  event: DiaryEvent;
}

export type Action =
  | { type: "begin"; pain: number; camera: boolean; session: string }
  | { type: "resume"; pain: number; camera: boolean; session: string; before: number | null; unasked: string | null }
  | { type: "floor-ready" }
  | { type: "placed" }
  | { type: "shown" }
  | { type: "tick"; speaking: boolean }
  | { type: "counted"; number: number; counted: boolean }
  | { type: "tap" }
  | { type: "untap" }
  | { type: "held"; seconds: number }
  | { type: "set-over" }
  | { type: "result"; repetitions: number; hold_s: number | null; form: Record<string, unknown> | null; ask_self_check: boolean; kept: boolean }
  | { type: "pain"; after: "same" | "less" | "more" }
  | { type: "pain-more"; pain: number | null; kind: PainKind | null; place: string }
  | { type: "self-check"; well: boolean | null }
  | { type: "effort"; effort: number | null }
  | { type: "early"; effort: number | null }
  | { type: "continue" }
  | { type: "next" }
  | { type: "pause" }
  | { type: "go-on" }
  | { type: "skip" }
  | { type: "swap"; exercise: Exercise }
  | { type: "camera"; on: boolean }
  | { type: "stop"; at: "menu" | "hurts" | "unwell" | null; arm?: boolean }
  | { type: "stopped"; reason: StopReason; pain: number | null; kind: PainKind | null; place: string };

export interface Context {
  today: Today;
  now_ms: number;
  /** the moment with its zone, ISO 8601 */
  at: string;
  /** a fresh key that nobody else makes */
  fresh: () => string;
}

export interface Step {
  state: Coach;
  entries: Entry[];
}

const READ_MS_A_WORD = 420;
const DEMONSTRATION_LEAST_MS = 15_000;

export function firstState(today: Today, options: { trying?: boolean } = {}): Coach {
  return {
    screen: today.may_start || options.trying ? "start" : "no-session",
    session: null,
    before: null,
    exercises: today.exercises,
    exercise: 0,
    bout: 0,
    camera: today.camera,
    set: null,
    until_ms: null,
    paused_ms: null,
    stop: null,
    by_arm: false,
    early: "not-yet",
    unasked: null,
    verdict: null,
    ask_self_check: false,
    floor_told: false,
    placed: null,
    trying: options.trying ?? false,
    finished: false,
    left: null,
  };
}

export const exerciseNow = (state: Coach): Exercise | undefined => state.exercises[state.exercise];
export const boutNow = (state: Coach): Bout | undefined => exerciseNow(state)?.bouts[state.bout];
/** Whether the camera counts this exercise; else timer, voice and tapping do. */
export const isWatched = (state: Coach): boolean => state.camera && (exerciseNow(state)?.coached ?? false);
export const isOver = (state: Coach): boolean => state.screen === "after" || state.screen === "no-session";

export function demonstrationMs(exercise: Exercise): number {
  const words = exercise.steps.join(" ").split(/\s+/).length;
  return Math.max(DEMONSTRATION_LEAST_MS, words * READ_MS_A_WORD + 4_000);
}
