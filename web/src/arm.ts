/**
 * `RaisedArm`: whether one arm is held up, in any posture. It is looked for in the page itself, so that Stop is in reach during rests,
 * while the session is paused, and without a connection; the numbers are those of the server's `arm.py`, which a test compares.
 */

/** How long it is held for a stop, and how long for going on; landmarks that jump for a moment do not matter. */
export const STOP_S = 1.0;
export const GO_ON_S = 2.0;
const EVERY_S = 0.09;
const LAPSE_S = 0.25;
/** A raised hand is at least so far above its shoulder, metres, and the other one at most so far. */
const UP_M = 0.38;
const OTHER_UP_M = 0.12;
/** The elbow is nearly straight, and the way from shoulder to hand goes upwards. */
const STRAIGHT = 0.86;
const STEEP = 0.86;
const SEEN = 0.6;
const OTHER_SEEN = 0.35;

const POINTS = 33;
const WORLD = POINTS * 3;
const VISIBILITY = POINTS * 6;
const SHOULDER = 11;
const ELBOW = 13;
const WRIST = 15;

export class RaisedArm {
  private looked_s = -Infinity;
  private readonly since_s: [number, number] = [NaN, NaN];
  private readonly last_s: [number, number] = [NaN, NaN];

  /** `told`: an arm may be up already, and must come down first. */
  constructor(
    private readonly held_s: number = STOP_S,
    private told = false,
  ) {}

  /** Take one frame as the model gives it: image (33 × 3), world (33 × 3), visibility (33). True once when an arm has been up long enough. */
  push(time_s: number, values: ArrayLike<number>): boolean {
    if (time_s - this.looked_s < EVERY_S) return false;
    this.looked_s = time_s;
    let held = false;
    for (const side of [0, 1] as const) {
      if (isUp(values, side)) {
        if (Number.isNaN(this.since_s[side])) this.since_s[side] = time_s;
        this.last_s[side] = time_s;
        held ||= time_s - this.since_s[side] >= this.held_s;
      } else if (time_s - this.last_s[side] > LAPSE_S) this.since_s[side] = this.last_s[side] = NaN;
    }
    if (!held && this.since_s.every((since) => Number.isNaN(since))) this.told = false;
    if (!held || this.told) return false;
    this.told = true;
    return true;
  }
}

function isUp(values: ArrayLike<number>, side: 0 | 1): boolean {
  const other = 1 - side;
  const world = (point: number): [number, number, number] => [values[WORLD + 3 * point]!, values[WORLD + 3 * point + 1]!, values[WORLD + 3 * point + 2]!];
  const height = (point: number): number => values[3 * point + 1]!;
  const seen = (point: number): number => values[VISIBILITY + point]!;
  if (!(Math.min(seen(SHOULDER + side), seen(ELBOW + side), seen(WRIST + side)) >= SEEN)) return false;
  if (!(Math.min(seen(SHOULDER + other), seen(WRIST + other)) >= OTHER_SEEN)) return false;
  const [shoulder, elbow, wrist] = [world(SHOULDER + side), world(ELBOW + side), world(WRIST + side)];
  const rise = shoulder[1] - wrist[1];
  if (!(rise > UP_M && world(SHOULDER + other)[1] - world(WRIST + other)[1] < OTHER_UP_M)) return false;
  // the picture must say the same as the model's depth
  if (!(height(WRIST + side) < height(ELBOW + side) && height(ELBOW + side) < height(SHOULDER + side))) return false;
  const arm = distance(shoulder, elbow) + distance(elbow, wrist);
  const reach = distance(shoulder, wrist);
  return arm > 0 && reach > STRAIGHT * arm && rise > STEEP * reach;
}

function distance(a: readonly [number, number, number], b: readonly [number, number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
