import { expect, test } from "vitest";
import { Tempo, beats } from "../src/counter";
import { exercise } from "./fixture";

const bridge = exercise("bridge", { repetitions: 2, up_s: 2, hold_at_top_s: 3, down_s: 2 });

test("up, each second held, down, done; then the next", () => {
  expect(beats(bridge).map((beat) => [beat.at_s, beat.kind])).toEqual([
    [0, "up"], [3, "hold"], [4, "hold"], [5, "hold"], [5, "down"], [7, "done"],
    [7.8, "up"], [10.8, "hold"], [11.8, "hold"], [12.8, "hold"], [12.8, "down"], [14.8, "done"],
  ]);
});

test("a long hold is counted every fifth second", () => {
  const stretch = exercise("stretch", { count: "hold", repetitions: 1, hold_s: 20, up_s: 3, down_s: 3 });
  expect(beats(stretch).flatMap((beat) => (beat.kind === "hold" ? [beat.second] : []))).toEqual([5, 10, 15, 20]);
});

test("nothing is counted where time alone counts", () => {
  expect(beats(exercise("walk", { count: "time", repetitions: null, duration_s: 60 }))).toEqual([]);
});

test("the clock stands while paused, and after a gap only the newest word is said but every repetition counts", () => {
  const tempo = new Tempo(beats(bridge));
  tempo.start(0);
  expect(tempo.due(0).map((beat) => beat.kind)).toEqual(["up"]);
  tempo.pause(1000);
  expect(tempo.due(600_000)).toEqual([]);
  tempo.start(600_000);
  expect(tempo.due(607_000).map((beat) => [beat.kind, beat.repetition])).toEqual([["done", 1], ["up", 2]]);
  expect(tempo.due(700_000).map((beat) => beat.kind)).toEqual(["down", "done"]);
  expect(tempo.over).toBe(true);
});

test("the seconds of a hold are shown as they pass", () => {
  const tempo = new Tempo(beats(bridge));
  tempo.start(0);
  tempo.due(1000);
  expect(tempo.heldFor(1000)).toBeNull();
  tempo.due(3500);
  expect(tempo.heldFor(3500)).toBeCloseTo(1.5);
});
