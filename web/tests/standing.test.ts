import { expect, test } from "vitest";
import { isOfToday, resumed, type Standing } from "../src/standing";
import { exercise, today } from "./fixture";

const kept: Standing = { session: "s1", date: "2026-11-20", before: 3, done: { bridge: 1 }, over: ["clamshell"] };
const plan = today([exercise("bridge"), exercise("clamshell")]);

test("what this browser knows of today's session is added to the plan", () => {
  const here = resumed(plan, kept);
  expect(here.session_key).toBe("s1");
  expect(here.exercises.map((one) => [one.done_bouts, one.over])).toEqual([[1, false], [0, true]]);
});

test("what was kept of another day or another session is left alone", () => {
  for (const other of [undefined, { ...kept, date: "2026-11-19" }]) expect(resumed(plan, other)).toBe(plan);
  expect(isOfToday({ ...plan, session_key: "s2" }, kept)).toBe(false);
  expect(isOfToday({ ...plan, session_key: "s1" }, kept)).toBe(true);
});
