/** `Placing`: when the camera is in its place, so that the session goes on by itself: who lies on a mat cannot press. */

/** Seen well for so long, and nothing being said. */
export const SEEN_FOR_MS = 2_500;
/** Seen well for so long, whatever is being said. */
export const SEEN_AT_MOST_MS = 8_000;
/** A glance away of the pose model is not a person who has gone. */
const LAPSE_MS = 800;

export class Placing {
  private since_ms: number | null = null;
  private last_ms = -Infinity;

  /** Take what is seen now; true when it is time to go on. */
  push(now_ms: number, good: boolean, speaking: boolean): boolean {
    if (good) {
      this.since_ms ??= now_ms;
      this.last_ms = now_ms;
    } else if (now_ms - this.last_ms > LAPSE_MS) this.since_ms = null;
    if (!good || this.since_ms === null) return false;
    return now_ms - this.since_ms > (speaking ? SEEN_AT_MOST_MS : SEEN_FOR_MS);
  }
}
