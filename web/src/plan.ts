/** `Today`: the session of the day as the server plans it (`coxa.today/1`), checked at the door. */

export type Side = "left" | "right" | "both";
export type Ends = "nothing" | "exercise" | "session" | "today" | "emergency";
export type PainKind = "ache" | "sharp" | "catching" | "pinching" | "tingling" | "numbness" | "giving-way";
export type StopReason = "it-hurts" | "unwell-chest" | "unwell-dizzy" | "fell" | "cannot-get-up" | "tired" | "other";

export interface Verdict {
  ends: Ends;
  words: string[];
  blocks: boolean;
  rescreen: boolean;
  letter: boolean;
}

export interface Rules {
  verdicts: Verdict[];
  before: number[];
  stopped: Record<string, number>;
  /** exercise, kind of pain ("none"), pain before (0..10), pain after (0..10, then unknown) */
  during: Record<string, Record<string, number[][]>>;
}

interface Named {
  id: string;
  name: string;
}

export interface Bout {
  set_number: number;
  side: Side;
}

export interface Exercise {
  id: string;
  name: string;
  side: Side;
  position: string;
  position_words: string;
  steps: string[];
  feel: string;
  mistakes: { id: string; words: string; fix: string }[];
  cautions: string[];
  self_check: string | null;
  support: boolean;
  floor: boolean;
  equipment: string[];
  stretch: boolean;
  coached: boolean;
  why_not_coached: string | null;
  view: string | null;
  camera_words: string | null;
  count: "repetitions" | "hold" | "time";
  dose?: string;
  sets: number;
  repetitions: number | null;
  repetitions_most: number | null;
  hold_s: number | null;
  duration_s: number | null;
  per_side: boolean;
  load_kg: number;
  rest_s: number;
  bouts: Bout[];
  up_s: number;
  hold_at_top_s: number;
  down_s: number;
  easier: Named[];
  harder: Named[];
  done_bouts: number;
  over: boolean;
  pictures: { still: string; loop: string; camera: string; figure: string };
  alt: string;
}

export interface Today {
  schema: "coxa.today/1";
  date: string;
  version: number;
  language: string;
  session_key: string | null;
  /** in a session that goes on: the pain against which the next one is held, and the exercise after which it was not asked yet */
  pain_said?: number | null;
  unasked?: string | null;
  may_start: boolean;
  why_not: { words: string }[];
  pain_days_running: number;
  mode: "strict" | "monitored";
  voice: { on: boolean; rate: number; name: string | null };
  keep_landmarks: boolean | null;
  camera: boolean;
  before_floor: string | null;
  /** after two repetitions an effort above this is too much */
  too_hard: number;
  rescreen?: boolean;
  letter?: boolean;
  exercises: Exercise[];
  rules: Rules;
}

class BadPlan extends Error {}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new BadPlan(`today: expected ${what}; reload the page, or start the server again`);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Today's session from JSON. A rule without an answer for every pain would be a hole in the safety net: such a plan is refused. */
export function readToday(document: unknown): Today {
  expect(isObject(document) && document["schema"] === "coxa.today/1", "a document of schema coxa.today/1");
  const today = document as unknown as Today;
  expect(Array.isArray(today.exercises) && isObject(today.rules), "exercises and rules");
  const { verdicts, before, during, stopped } = today.rules;
  expect(Array.isArray(verdicts) && verdicts.length > 0, "verdicts");
  const known = (index: unknown): boolean => typeof index === "number" && verdicts[index] !== undefined;
  expect(Array.isArray(before) && before.length === 11 && before.every(known), "a verdict for each pain before, 0 to 10");
  expect(isObject(stopped) && Object.values(stopped).every(known), "a verdict for each reason to stop");
  for (const exercise of today.exercises) {
    expect(typeof exercise.id === "string" && Array.isArray(exercise.bouts), "exercises with an id and bouts");
    const rows = isObject(during) ? during[exercise.id]?.["none"] : undefined;
    expect(rows?.length === 11 && rows.every((row) => row.length === 12 && row.every(known)), `rules of pain for ${exercise.id}`);
  }
  return today;
}

/** How many repetitions or holds make one bout; null where time alone counts. */
export function target(exercise: Exercise): number | null {
  if (exercise.count === "time") return null;
  return exercise.repetitions ?? (exercise.count === "hold" ? 1 : null);
}
