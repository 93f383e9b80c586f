import { expect, test } from "vitest";
import { isOfToday, resumed, saidLast, type Standing } from "../src/standing";
import { exercise, today } from "./fixture";

const kept: Standing = { session: "s1", date: "2026-11-20", before: 3, done: { bridge: 1 }, over: ["clamshell"] };
const plan = today([exercise("bridge"), exercise("clamshell")]);

test("what this browser knows of today's session is added to the plan", () => {
  const here = resumed(plan, kept);
  expect(here.session_key).toBe("s1");
  expect(here.exercises.map((one) => [one.done_bouts, one.over])).toEqual([[1, false], [0, true]]);
});

test("the server says what the pain before is, unless something has not reached it yet", () => {
  const open = { ...plan, session_key: "s1", pain_said: 2, unasked: "clamshell" };
  const here = { ...kept, unasked: "bridge" };
  expect(saidLast(open, undefined, true)).toEqual({ before: 2, unasked: "clamshell" });
  expect(saidLast(open, here, true)).toEqual({ before: 2, unasked: "clamshell" });
  expect(saidLast(open, here, false)).toEqual({ before: 3, unasked: "bridge" });
  // begun without a connection: the server does not know of it at all
  expect(saidLast(plan, here, true)).toEqual({ before: 3, unasked: "bridge" });
  expect(saidLast(plan, undefined, true)).toEqual({ before: null, unasked: null });
});

test("what was kept of another day or another session is left alone", () => {
  for (const other of [undefined, { ...kept, date: "2026-11-19" }]) expect(resumed(plan, other)).toBe(plan);
  expect(isOfToday({ ...plan, session_key: "s2" }, kept)).toBe(false);
  expect(isOfToday({ ...plan, session_key: "s1" }, kept)).toBe(true);
});
