import type { Exercise, Rules, Today, Verdict } from "../src/plan";

const verdict = (ends: Verdict["ends"], more: Partial<Verdict> = {}): Verdict => ({ ends, words: [ends], blocks: false, rescreen: false, letter: false, ...more });
const GO = 0, EXERCISE = 1, SESSION = 2, TODAY = 3, EMERGENCY = 4, NERVE = 5, PIERCING = 6;

const table = (cell: (before: number, after: number | null) => number): number[][] =>
  Array.from({ length: 11 }, (_, before) => Array.from({ length: 12 }, (_, after) => cell(before, after === 11 ? null : after)));
const strict = (before: number, after: number | null): number =>
  after !== null && after >= 6 ? SESSION : after === null || after > before ? EXERCISE : GO;

export const rules = (ids: string[]): Rules => ({
  verdicts: [
    verdict("nothing"), verdict("exercise"), verdict("session"), verdict("today"), verdict("emergency", { rescreen: true, letter: true }),
    verdict("session", { rescreen: true, blocks: true }), verdict("exercise", { blocks: true }),
  ],
  before: [...Array<number>(6).fill(GO), ...Array<number>(5).fill(TODAY)],
  stopped: { "it-hurts": EXERCISE, "unwell-chest": EMERGENCY, "cannot-get-up": EMERGENCY, "unwell-dizzy": SESSION, fell: SESSION, tired: SESSION, other: SESSION },
  during: Object.fromEntries(ids.map((id) => [id, {
    none: table(strict), ache: table(strict),
    sharp: table((b, a) => (strict(b, a) === SESSION ? SESSION : PIERCING)), catching: table(() => PIERCING), pinching: table(() => PIERCING),
    tingling: table(() => NERVE), numbness: table(() => NERVE), "giving-way": table(() => NERVE),
  }])),
});

export const exercise = (id: string, more: Partial<Exercise> = {}): Exercise => ({
  id, name: id, side: "both", position: "supine", position_words: "on your back", steps: ["Lie down.", "Lift."], feel: "Work.", mistakes: [], cautions: [],
  self_check: "Was your back flat?", support: false, floor: true, equipment: [], stretch: false, coached: true, why_not_coached: null, view: "side",
  camera_words: "From the side.", count: "repetitions", sets: 1, repetitions: 4, repetitions_most: null, hold_s: null, duration_s: null, per_side: false,
  load_kg: 0, rest_s: 45, bouts: [{ set_number: 1, side: "both" }], up_s: 2, hold_at_top_s: 1, down_s: 2, easier: [], harder: [], done_bouts: 0, over: false,
  pictures: { still: "/s", loop: "/l", camera: "/c", figure: "/f" }, alt: id, ...more,
});

export const today = (exercises: Exercise[] = [exercise("bridge"), exercise("clamshell", { position: "side-lying", view: "front" })]): Today => ({
  schema: "coxa.today/1", date: "2026-11-20", version: 1, language: "en", session_key: null, may_start: true, why_not: [], pain_days_running: 0, mode: "strict",
  voice: { on: true, rate: 1, name: null }, keep_landmarks: false, camera: false, before_floor: "Phone in reach.", too_hard: 6, exercises, rules: rules(exercises.map((one) => one.id)),
});
