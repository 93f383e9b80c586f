import { expect, test } from "vitest";
import { Placing, SEEN_AT_MOST_MS, SEEN_FOR_MS } from "../src/placing";

const EVERY_MS = 200;

/** How long after the start it goes on, in ms; null where it does not within a minute. */
function goesOn(good: (ms: number) => boolean, speaking: (ms: number) => boolean): number | null {
  const placing = new Placing();
  for (let ms = 0; ms <= 60_000; ms += EVERY_MS) if (placing.push(1e6 + ms, good(ms), speaking(ms))) return ms;
  return null;
}

test("seen well and nothing being said: it goes on after a moment", () => {
  expect(goesOn(() => true, () => false)).toBe(SEEN_FOR_MS + EVERY_MS - (SEEN_FOR_MS % EVERY_MS));
});

test("words are waited for, but not for ever", () => {
  expect(goesOn(() => true, (ms) => ms < 5_000)).toBe(5_000);
  expect(goesOn(() => true, () => true)).toBe(SEEN_AT_MOST_MS + EVERY_MS);
});

test("a glance away is forgiven, a person who is not there is not", () => {
  expect(goesOn((ms) => ms % 1_000 < 600, () => false)).not.toBeNull();
  expect(goesOn((ms) => ms % 3_000 < 1_500, () => false)).toBeNull();
  expect(goesOn(() => false, () => false)).toBeNull();
});
