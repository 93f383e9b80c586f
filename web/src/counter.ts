/** Counting without a camera: the tempo that the voice counts, the clock of a hold, and taps. */

import { type Exercise, target } from "./plan";

type Beat =
  | { at_s: number; kind: "up" | "down"; repetition: number }
  | { at_s: number; kind: "hold"; repetition: number; second: number }
  | { at_s: number; kind: "done"; repetition: number };

/** A breath between repetitions. */
const BETWEEN_S = 0.8;
/** Seconds of a hold are said up to this many; beyond, every fifth. */
const EACH_SECOND_TO = 5;

/** The beats of one bout: up, the seconds held, down, and the repetition that is done. */
export function beats(exercise: Exercise): Beat[] {
  const count = target(exercise) ?? 0;
  const found: Beat[] = [];
  const up_s = exercise.count === "hold" ? Math.max(exercise.up_s, 1) : exercise.up_s;
  let at_s = 0;
  for (let repetition = 1; repetition <= count; repetition++) {
    found.push({ at_s, kind: "up", repetition });
    at_s += up_s;
    const held = exercise.count === "hold" ? (exercise.hold_s ?? exercise.hold_at_top_s) : exercise.hold_at_top_s;
    for (let second = 1; second <= Math.floor(held); second++) {
      if (held <= EACH_SECOND_TO || second % 5 === 0) found.push({ at_s: at_s + second, kind: "hold", repetition, second });
    }
    at_s += held;
    found.push({ at_s, kind: "down", repetition });
    at_s += exercise.down_s;
    found.push({ at_s, kind: "done", repetition });
    at_s += BETWEEN_S;
  }
  return found;
}

/** Plays beats against a clock that may pause; a late look says only what still matters. */
export class Tempo {
  private next = 0;
  private elapsed_ms = 0;
  private since_ms: number | null = null;

  constructor(private readonly plan: readonly Beat[]) {}

  start(now_ms: number): void {
    this.since_ms ??= now_ms;
  }

  pause(now_ms: number): void {
    if (this.since_ms !== null) this.elapsed_ms += now_ms - this.since_ms;
    this.since_ms = null;
  }

  elapsed(now_ms: number): number {
    return (this.elapsed_ms + (this.since_ms === null ? 0 : now_ms - this.since_ms)) / 1000;
  }

  /** The beats since the last look; of spoken ones only the newest, since the others' moment is over. */
  due(now_ms: number): Beat[] {
    const passed: Beat[] = [];
    while (this.next < this.plan.length && this.plan[this.next]!.at_s <= this.elapsed(now_ms)) passed.push(this.plan[this.next++]!);
    const spoken = passed.filter((beat) => beat.kind !== "done").at(-1);
    return passed.filter((beat) => beat.kind === "done" || beat === spoken);
  }

  /** Seconds of the present hold, or null between holds. */
  heldFor(now_ms: number): number | null {
    const up = this.plan.findLast((beat, k) => k < this.next && beat.kind === "up");
    const down = this.plan.find((beat) => up !== undefined && beat.kind === "down" && beat.repetition === up.repetition);
    const first = this.plan.find((beat) => up !== undefined && beat.kind === "hold" && beat.repetition === up.repetition);
    if (up === undefined || down === undefined || first === undefined || first.kind !== "hold") return null;
    const start_s = first.at_s - first.second;
    const now_s = this.elapsed(now_ms);
    return now_s >= start_s && now_s <= down.at_s ? now_s - start_s : null;
  }

  get over(): boolean {
    return this.next >= this.plan.length;
  }
}
