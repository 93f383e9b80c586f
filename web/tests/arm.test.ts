import { expect, test } from "vitest";
import { GO_ON_S, RaisedArm } from "../src/arm";

const POINTS = 33;

/** One frame of somebody whose arms hang down, with the arms of these sides up, so far from the vertical; `seen` of the raised arm. */
function frame(up: readonly (0 | 1)[], angle_deg = 0, seen = 0.95): Float32Array {
  const values = new Float32Array(POINTS * 7);
  const put = (point: number, x: number, y: number): void => {
    values.set([0.5 + x / 3, 0.5 + y / 2, 0], point * 3);
    values.set([x, y, 0], POINTS * 3 + point * 3);
    values[POINTS * 6 + point] = 0.95;
  };
  for (const side of [0, 1] as const) {
    const x = side === 0 ? 0.18 : -0.18;
    const angle = (angle_deg * Math.PI) / 180;
    const way = up.includes(side) ? [Math.sin(angle), -Math.cos(angle)] : [0, 1];
    put(11 + side, x, -0.5);
    put(13 + side, x + way[0]! * 0.28, -0.5 + way[1]! * 0.28);
    put(15 + side, x + way[0]! * 0.53, -0.5 + way[1]! * 0.53);
    if (up.includes(side)) values.fill(seen, POINTS * 6 + 15 + side, POINTS * 6 + 16 + side);
  }
  return values;
}

/** The moments at which it is told, of pieces of so many seconds at 15 frames a second. */
function told(arm: RaisedArm, ...pieces: [number, Float32Array][]): number[] {
  const found: number[] = [];
  let k = 0;
  for (const [seconds, values] of pieces) for (let n = 0; n < seconds * 15; n++, k++) if (arm.push(k / 15, values)) found.push(k / 15);
  return found;
}

const down = frame([]);

test.each([0, 1] as const)("one arm held up for a second is told once, and again after it came down (%i)", (side) => {
  const up = frame([side]);
  const found = told(new RaisedArm(), [1, down], [3, up], [1, down], [2, up]);
  expect(found).toHaveLength(2);
  expect(found[0]).toBeGreaterThanOrEqual(2);
  expect(found[0]).toBeLessThan(2.3);
});

test("a short wave, both arms, an arm that reaches forward or is not seen well are nothing", () => {
  for (const up of [frame([0, 1]), frame([0], 50), frame([0], 0, 0.4)]) expect(told(new RaisedArm(), [1, down], [4, up])).toEqual([]);
  expect(told(new RaisedArm(), [1, down], [0.7, frame([0])], [2, down])).toEqual([]);
  expect(told(new RaisedArm(), [3, new Float32Array(POINTS * 7).fill(NaN)])).toEqual([]);
});

test("one that is up already goes on only after it came down and was held for two seconds", () => {
  const up = frame([1]);
  expect(told(new RaisedArm(GO_ON_S, true), [6, up])).toEqual([]);
  const [at, ...more] = told(new RaisedArm(GO_ON_S, true), [2, up], [1, down], [4, up]);
  expect(at).toBeGreaterThanOrEqual(5);
  expect(at).toBeLessThan(5.3);
  expect(more).toEqual([]);
});

test("landmarks that jump for a moment do not matter", () => {
  const up = frame([0]);
  expect(told(new RaisedArm(), [1, down], [0.6, up], [0.13, down], [0.6, up])).toHaveLength(1);
});
