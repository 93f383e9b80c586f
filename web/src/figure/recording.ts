/** A kept set, frame by frame, as the replay moves through it. */

export interface Recorded {
  /** Seconds of capture, one a frame, increasing. */
  time_s: readonly number[];
  /** World landmarks, 33 × 3 a frame, metres; null for a point that was not seen, and for a frame without anybody. */
  world: readonly (readonly (readonly (number | null)[])[] | null)[];
}

/** The frame shown at this time: the last one that had been captured. */
export function frameAt(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((times[middle] ?? Infinity) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** One frame's landmarks as 99 numbers; what was not seen is NaN. */
export function flat(frame: Recorded["world"][number] | undefined): Float32Array {
  const values = new Float32Array(99).fill(NaN);
  frame?.forEach((point, k) => point.forEach((value, axis) => (values[3 * k + axis] = value ?? NaN)));
  return values;
}

/** Minutes and seconds, such as 1:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
