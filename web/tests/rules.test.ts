import { expect, test } from "vitest";
import { readToday } from "../src/plan";
import { beforeSession, during, graver, stopped } from "../src/rules";
import { rules, today } from "./fixture";

const book = rules(["bridge"]);

test("verdicts are read from the tables, the unknown number at its end", () => {
  expect(beforeSession(book, 5).ends).toBe("nothing");
  expect(beforeSession(book, 6).ends).toBe("today");
  expect(during(book, "bridge", null, 2, 2).ends).toBe("nothing");
  expect(during(book, "bridge", null, 2, 3).ends).toBe("exercise");
  expect(during(book, "bridge", null, 2, null).ends).toBe("exercise");
  expect(during(book, "bridge", "giving-way", 0, 0)).toMatchObject({ ends: "session", rescreen: true });
  expect(stopped(book, "unwell-chest").ends).toBe("emergency");
});

test("without an answer in the tables it refuses to guess", () => {
  expect(() => during(book, "squat", null, 2, 2)).toThrow(RangeError);
  expect(() => beforeSession(book, 11)).toThrow(RangeError);
});

test("the graver verdict holds, and what either asks for", () => {
  const both = graver(during(book, "bridge", "tingling", 1, 1), stopped(book, "it-hurts"));
  expect(both).toMatchObject({ ends: "session", rescreen: true, blocks: true });
  expect(graver(stopped(book, "it-hurts"), stopped(book, "unwell-chest")).ends).toBe("emergency");
});

test("a plan with a hole in its rules is refused in one line", () => {
  expect(readToday(today()).exercises).toHaveLength(2);
  const broken = today();
  broken.rules.during["bridge"]!["none"]![3]!.pop();
  expect(() => readToday(broken)).toThrow(/rules of pain for bridge/);
  expect(() => readToday({ schema: "other" })).toThrow(/coxa.today\/1/);
});
