import { beforeEach, describe, expect, test } from "vitest";
import { type Action, type Coach, type Entry, demonstrationMs, exerciseNow, firstState } from "../src/coach";
import type { Bout, Exercise, Today } from "../src/plan";
import { advance } from "../src/turn";
import { exercise, today as planned } from "./fixture";

let now_ms: number;
let made: number;
let entries: Entry[];
let state: Coach;
let plan: Today;

function open(today: Today, options: { trying?: boolean } = {}): void {
  plan = today;
  state = firstState(today, options);
}

function act(...actions: Action[]): Coach {
  for (const action of actions) {
    const step = advance(state, action, { today: plan, now_ms, at: "2026-11-20T09:00:00+01:00", fresh: () => `k${++made}` });
    state = step.state;
    entries.push(...step.entries);
  }
  return state;
}

function after(seconds: number): Coach {
  now_ms += seconds * 1000;
  return act({ type: "tick", speaking: false });
}

const kinds = (): string[] => entries.map((entry) => entry.event.kind);
const begin = (pain = 2, camera = false): Coach => act({ type: "begin", pain, camera, session: "s1" });
const result = (repetitions: number, kept = false, ask = false): Action => ({ type: "result", repetitions, hold_s: null, form: null, ask_self_check: ask, kept });
function toSet(): void {
  begin();
  act({ type: "floor-ready" }, { type: "shown" });
  after(9);
}

beforeEach(() => {
  now_ms = 1_000_000;
  made = 0;
  entries = [];
  open(planned());
});

describe("the way through", () => {
  test("from pain before to after, by timer and taps, with everything written down once", () => {
    begin();
    expect(state.screen).toBe("floor");
    act({ type: "floor-ready" });
    expect(state.screen).toBe("demonstration");
    after(demonstrationMs(exerciseNow(state)!) / 1000);
    expect(state.screen).toBe("count-in");
    after(8);
    expect(state.screen).toBe("set");
    for (let k = 0; k < 4; k++) act({ type: "tap" });
    expect(state.screen).toBe("closing");
    act(result(4, false, true));
    expect(state.screen).toBe("pain");
    act({ type: "pain", after: "same" });
    expect(state.screen).toBe("self-check");
    act({ type: "self-check", well: true }, { type: "effort", effort: 4 });
    expect(exerciseNow(state)?.id).toBe("clamshell");
    // told once a session
    expect(state.screen).toBe("demonstration");
    act({ type: "shown" });
    after(8);
    act({ type: "set-over" }, result(3), { type: "pain", after: "less" }, { type: "effort", effort: null });
    expect(state).toMatchObject({ screen: "after", finished: true });
    expect(kinds()).toEqual([
      "session-started", "exercise-started", "repetition", "repetition", "repetition", "repetition", "set-done", "pain", "self-check", "effort",
      "exercise-started", "set-done", "pain", "session-ended",
    ]);
    expect(new Set(entries.map((entry) => entry.key)).size).toBe(entries.length);
    expect(entries.every((entry) => entry.session_key === "s1")).toBe(true);
  });

  test("with the camera: placement once a view and position, its repetitions and result written by the server alone", () => {
    begin(2, true);
    act({ type: "floor-ready" });
    expect(state.screen).toBe("placement");
    act({ type: "placed" }, { type: "shown" });
    after(5);
    act({ type: "counted", number: 1, counted: true }, { type: "counted", number: 1, counted: true }, { type: "counted", number: 2, counted: false });
    expect(state.set).toMatchObject({ done: 2, counted: 1 });
    for (let n = 3; n <= 5; n++) act({ type: "counted", number: n, counted: true });
    expect(state.screen).toBe("closing");
    act(result(5, true));
    expect(kinds()).toEqual(["session-started", "exercise-started"]);
    act({ type: "pain", after: "same" }, { type: "effort", effort: 3 });
    expect(state.screen).toBe("placement");
  });

  test("rest between bouts counts down and leads on by itself", () => {
    open(planned([exercise("bridge", { floor: false, bouts: [{ set_number: 1, side: "left" }, { set_number: 1, side: "right" }], rest_s: 10 })]));
    begin();
    act({ type: "shown" });
    after(8);
    act({ type: "set-over" }, result(4));
    expect(state.screen).toBe("rest");
    after(9);
    expect(state.screen).toBe("rest");
    after(1);
    expect(state.screen).toBe("count-in");
    after(8);
    expect(state).toMatchObject({ screen: "set", bout: 1 });
  });

  test("an open session goes on where it was", () => {
    open({ ...planned([exercise("bridge", { over: true }), exercise("clamshell", { bouts: [{ set_number: 1, side: "left" }, { set_number: 1, side: "right" }], done_bouts: 1 })]), session_key: "s0" });
    act({ type: "resume", pain: 3, camera: false, session: "s0", before: null, unasked: null });
    expect(exerciseNow(state)?.id).toBe("clamshell");
    expect(state).toMatchObject({ bout: 1, before: 3 });
    expect(kinds()).toEqual(["exercise-started"]);
  });

  describe("who comes back is asked again, and the pain before stays that of the session", () => {
    const two: Bout[] = [{ set_number: 1, side: "left" }, { set_number: 1, side: "right" }];
    const come = (pain: number, unasked: string | null, bridge: Partial<Exercise> = {}): Coach => {
      open({ ...planned([exercise("bridge", bridge), exercise("clamshell")]), session_key: "s0" });
      entries = [];
      return act({ type: "resume", pain, camera: false, session: "s0", before: 2, unasked });
    };

    test("between two exercises it starts nothing and ends nothing", () => {
      expect(come(5, null)).toMatchObject({ screen: "floor", before: 2 });
      expect(kinds()).toEqual(["exercise-started"]);
    });

    test("too much for a session, and it is over; what was said is written", () => {
      expect(come(7, null)).toMatchObject({ screen: "no-session", verdict: { ends: "today" } });
      expect(entries.map(({ event }) => event)).toMatchObject([{ kind: "stopped", reason: "it-hurts", pain: 7 }, { kind: "session-ended", finished: false }]);
    });

    test("in the middle of an exercise a rise ends it, as it would have without the break", () => {
      expect(come(4, "bridge", { bouts: two, done_bouts: 1 })).toMatchObject({ screen: "verdict", verdict: { ends: "exercise" }, before: 4, unasked: null });
      expect(entries.map(({ event }) => event)).toMatchObject([{ kind: "pain", exercise: "bridge", after: "more", pain_after: 4 }]);
      act({ type: "continue" });
      expect(exerciseNow(state)?.id).toBe("clamshell");
      expect(come(8, "bridge", { bouts: two, done_bouts: 1 })).toMatchObject({ screen: "after", verdict: { ends: "session" } });
    });

    test("no rise, and it goes on where it was", () => {
      expect(come(1, "bridge", { bouts: two, done_bouts: 1 })).toMatchObject({ screen: "floor", bout: 1, before: 2 });
      expect(entries.map(({ event }) => event)).toMatchObject([{ kind: "pain", exercise: "bridge", after: "less" }, { kind: "exercise-started" }]);
    });

    test("after an exercise that was done it is the answer that was missing; the effort is asked next", () => {
      expect(come(2, "bridge", { done_bouts: 1, over: true })).toMatchObject({ screen: "effort", before: 2 });
      expect(entries.map(({ event }) => event)).toMatchObject([{ kind: "pain", exercise: "bridge", after: "same" }]);
      act({ type: "effort", effort: 3 });
      expect(exerciseNow(state)?.id).toBe("clamshell");
    });
  });

  describe("how hard it is after the second repetition", () => {
    test("is asked once an exercise, kept, and the set goes on meanwhile", () => {
      toSet();
      act({ type: "tap" });
      expect(state.early).toBe("not-yet");
      act({ type: "tap" });
      expect(state).toMatchObject({ early: "asked", screen: "set" });
      act({ type: "tap" }, { type: "early", effort: 7 }, { type: "early", effort: 2 });
      expect(state).toMatchObject({ early: "over", screen: "set", set: { done: 3 } });
      expect(entries.filter(({ event }) => event.kind === "effort").map(({ event }) => event)).toEqual([{ kind: "effort", exercise: "bridge", effort: 7, early: true }]);
    });

    test("may be left unanswered, and is not asked in the second set", () => {
      open(planned([exercise("bridge", { floor: false, bouts: [{ set_number: 1, side: "both" }, { set_number: 2, side: "both" }] })]));
      begin();
      act({ type: "shown" });
      after(9);
      act({ type: "tap" }, { type: "tap" }, { type: "set-over" });
      expect(state.early).toBe("over");
      act({ type: "early", effort: 5 }, result(2), { type: "next" }, { type: "next" }, { type: "tap" }, { type: "tap" });
      expect(state).toMatchObject({ screen: "set", bout: 1, early: "over" });
      expect(kinds()).not.toContain("effort");
    });

    test.each([{ stretch: true }, { count: "hold" as const, hold_s: 20 }, { repetitions: 3 }])("is not asked of what has no weight to be too much: %o", (more) => {
      open(planned([exercise("bridge", { floor: false, ...more })]));
      begin();
      act({ type: "shown" });
      after(9);
      act({ type: "tap" }, { type: "tap" });
      expect(state.early).not.toBe("asked");
    });

    test("in a set that the camera counts", () => {
      begin(2, true);
      act({ type: "floor-ready" }, { type: "placed" }, { type: "shown" });
      after(5);
      act({ type: "counted", number: 1, counted: true }, { type: "counted", number: 2, counted: false });
      expect(state.early).toBe("not-yet");
      act({ type: "counted", number: 3, counted: true });
      expect(state.early).toBe("asked");
    });
  });

  test("a raised arm is known as such, until something else is pressed in the dialog", () => {
    toSet();
    expect(act({ type: "stop", at: "menu", arm: true })).toMatchObject({ stop: "menu", by_arm: true });
    expect(act({ type: "stop", at: "hurts" })).toMatchObject({ stop: "hurts", by_arm: false });
    expect(act({ type: "stop", at: "menu" })).toMatchObject({ by_arm: false });
    expect(act({ type: "stop", at: null })).toMatchObject({ stop: null, paused_ms: null, screen: "set" });
  });

  test("the steps are said to their end before the count-in", () => {
    begin();
    act({ type: "floor-ready" });
    now_ms += 60_000;
    act({ type: "tick", speaking: true });
    expect(state.screen).toBe("demonstration");
    act({ type: "tick", speaking: false });
    expect(state.screen).toBe("count-in");
  });

  test("a try writes nothing down", () => {
    open(planned(), { trying: true });
    begin(1, true);
    // nobody gets down, no camera is put anywhere
    expect(state.screen).toBe("demonstration");
    act({ type: "shown" });
    after(9);
    act({ type: "tap" }, { type: "set-over" }, result(1), { type: "pain", after: "same" }, { type: "effort", effort: 1 });
    expect(entries).toEqual([]);
  });

  test("what was begun and is skipped is asked about; what was not begun is not", () => {
    toSet();
    const left = exerciseNow(state)!.id;
    act({ type: "tap" }, { type: "skip" });
    expect(state.screen).toBe("pain");
    expect(exerciseNow(state)?.id).toBe(left);
    act({ type: "pain", after: "same" }, { type: "effort", effort: 3 });
    expect(exerciseNow(state)?.id).not.toBe(left);
    act({ type: "skip" });
    expect(state.screen).toBe("after");
  });

  test("an easier exercise takes the place of this one", () => {
    toSet();
    act({ type: "swap", exercise: exercise("pelvic-tilts") });
    expect(exerciseNow(state)?.id).toBe("pelvic-tilts");
    expect(state.set).toBeNull();
    expect(kinds().slice(-2)).toEqual(["exercise-skipped", "exercise-started"]);
    expect(state.exercises).toHaveLength(2);
  });
});

describe("pain (product decision 1)", () => {
  test.each([6, 8, 10])("%i before: no session today", (pain) => {
    begin(pain);
    expect(state).toMatchObject({ screen: "no-session", verdict: { ends: "today" } });
    expect(kinds()).toEqual(["session-started", "session-ended"]);
  });

  function toPain(): void {
    toSet();
    act({ type: "set-over" }, result(4));
  }

  test("more ends the exercise and becomes the next before", () => {
    toPain();
    act({ type: "pain", after: "more" });
    expect(state.screen).toBe("pain-more");
    act({ type: "pain-more", pain: 4, kind: "ache", place: "groin" });
    expect(state).toMatchObject({ screen: "verdict", before: 4, verdict: { ends: "exercise" } });
    act({ type: "continue" });
    expect(exerciseNow(state)?.id).toBe("clamshell");
    expect(entries.find((entry) => entry.event.kind === "pain")?.event).toMatchObject({ after: "more", pain_after: 4, pain_kind: "ache", place: "groin" });
  });

  test("more without a number ends the exercise, too, and the before stays", () => {
    toPain();
    act({ type: "pain", after: "more" }, { type: "pain-more", pain: null, kind: null, place: "" });
    expect(state).toMatchObject({ screen: "verdict", before: 2 });
  });

  test.each([["tingling", 2], ["ache", 6]] as const)("%s at %i ends the session", (kind, pain) => {
    toPain();
    act({ type: "pain", after: "more" }, { type: "pain-more", pain, kind, place: "" });
    expect(state).toMatchObject({ screen: "after", finished: false, verdict: { ends: "session" } });
    expect(entries.at(-1)?.event).toEqual({ kind: "session-ended", finished: false });
  });
});

describe("stop (product decision 14)", () => {
  test("opens and pauses from any screen, and closes to where it was with the clock moved on", () => {
    begin();
    for (const go of [{ type: "floor-ready" }, { type: "shown" }] as Action[]) {
      const at = state.screen;
      act({ type: "stop", at: "menu" });
      expect(state.stop).toBe("menu");
      expect(after(1000).screen).toBe(at);
      act({ type: "stop", at: null });
      expect(state).toMatchObject({ stop: null, paused_ms: null, screen: at });
      expect(after(1).screen).toBe(at);
      act(go);
    }
  });

  test("it hurts: ends the exercise at least, and a worse verdict of the pain holds", () => {
    toSet();
    act({ type: "stop", at: "hurts" }, { type: "stopped", reason: "it-hurts", pain: 2, kind: "ache", place: "outer hip" });
    expect(state).toMatchObject({ screen: "verdict", verdict: { ends: "exercise" } });
    expect(entries.at(-1)?.event).toMatchObject({ kind: "stopped", reason: "it-hurts", exercise: "bridge", pain: 2, pain_kind: "ache", place: "outer hip" });
    act({ type: "continue" }, { type: "stopped", reason: "it-hurts", pain: 2, kind: "numbness", place: "" });
    expect(state).toMatchObject({ screen: "after", verdict: { ends: "session", rescreen: true } });
  });

  test.each([["unwell-chest", "/emergency?why=unwell"], ["cannot-get-up", "/emergency?why=cannot-get-up"]] as const)("%s leads to the emergency page", (reason, left) => {
    toSet();
    act({ type: "stopped", reason, pain: null, kind: null, place: "" });
    expect(state.left).toBe(left);
    expect(kinds()).toContain("stopped");
    expect(kinds()).toContain("session-ended");
  });

  test.each(["unwell-dizzy", "fell", "tired"] as const)("%s ends the session", (reason) => {
    toSet();
    act({ type: "stopped", reason, pain: null, kind: null, place: "" });
    expect(state).toMatchObject({ screen: "after", finished: false });
    expect(entries.find((entry) => entry.event.kind === "stopped")?.event).not.toHaveProperty("exercise");
    expect(kinds().includes("fall")).toBe(reason === "fell");
  });

  test("chest pain before a session is not forgotten, though there is no session yet", () => {
    act({ type: "stopped", reason: "unwell-chest", pain: null, kind: null, place: "" });
    expect(state.left).toBe("/emergency?why=unwell");
    expect(entries).toMatchObject([{ session_key: null, event: { kind: "something-new" } }]);
  });

  test("a repetition that was on its way still counts while stopped, and nothing moves on", () => {
    begin(2, true);
    act({ type: "floor-ready" }, { type: "placed" }, { type: "shown" });
    after(5);
    act({ type: "counted", number: 1, counted: true }, { type: "counted", number: 2, counted: true }, { type: "counted", number: 3, counted: true });
    act({ type: "stop", at: "menu" }, { type: "counted", number: 4, counted: true });
    expect(state).toMatchObject({ screen: "set", set: { counted: 4 } });
    act({ type: "stop", at: null });
    expect(state.screen).toBe("closing");
  });
});

test("whatever is pressed in whatever order, no key is used twice and the machine never breaks", () => {
  const seeds = Array.from({ length: 300 }, (_, seed) => seed);
  for (const seed of seeds) {
    let random = seed * 2654435761;
    const pick = (n: number): number => {
      random = (Math.imul(random ^ (random >>> 15), 2246822519) + 3266489917) >>> 0;
      return random % n;
    };
    const actions: (() => Action)[] = [
      () => ({ type: "tick", speaking: false }), () => ({ type: "next" }), () => ({ type: "tap" }), () => ({ type: "set-over" }), () => result(pick(9)),
      () => ({ type: "pain", after: (["same", "less", "more"] as const)[pick(3)]! }), () => ({ type: "pain-more", pain: pick(6), kind: null, place: "" }),
      () => ({ type: "self-check", well: null }), () => ({ type: "effort", effort: pick(11) }), () => ({ type: "continue" }), () => ({ type: "skip" }),
      () => ({ type: "pause" }), () => ({ type: "go-on" }), () => ({ type: "stop", at: "menu" }), () => ({ type: "stop", at: null }),
      () => ({ type: "counted", number: pick(9), counted: true }), () => ({ type: "camera", on: pick(2) === 0 }),
    ];
    entries = [];
    open(planned());
    begin(pick(6), pick(2) === 0);
    for (let k = 0; k < 80; k++) {
      now_ms += pick(20) * 1000;
      act(actions[pick(actions.length)]!());
    }
    expect(new Set(entries.map((entry) => entry.key)).size).toBe(entries.length);
    expect(kinds().filter((kind) => kind === "session-ended").length).toBeLessThanOrEqual(1);
    expect(kinds().filter((kind) => kind === "session-ended").length === 1).toBe(state.screen === "after");
  }
});
