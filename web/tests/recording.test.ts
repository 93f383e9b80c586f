import { describe, expect, it } from "vitest";
import { clock, flat, frameAt } from "../src/figure/recording";
import { isBody, placed } from "../src/figure/mannequin";

describe("a kept set", () => {
  it("shows the frame that had been captured last", () => {
    const times = [1, 1.1, 1.2, 5];
    expect([0, 1, 1.15, 1.2, 4.9, 5, 9].map((time) => frameAt(times, time))).toEqual([0, 0, 1, 2, 2, 3, 3]);
  });

  it("marks what was not seen", () => {
    const values = flat([[1, null, 3]]);
    expect(values[0]).toBe(1);
    expect(values[1]).toBeNaN();
    expect(values[2]).toBe(3);
    expect(flat(null).every(Number.isNaN)).toBe(true);
  });

  it("tells the time", () => {
    expect([0, 9.9, 65].map(clock)).toEqual(["0:00", "0:09", "1:05"]);
  });
});

describe("the mannequin", () => {
  it("turns the landmarks' axes: y goes up, and what is nearer to the camera comes nearer", () => {
    const world = new Float32Array(99);
    world.set([0.1, 0.5, -0.3], 0);
    const [nose] = placed(world);
    expect(nose?.toArray().map((v) => Math.round(v * 10) / 10)).toEqual([0.1, -0.5, 0.3]);
  });

  it("draws no body where the trunk was not seen", () => {
    expect(isBody(placed(new Float32Array(99).fill(NaN)))).toBe(false);
    expect(isBody(placed(new Float32Array(99)))).toBe(true);
  });
});
