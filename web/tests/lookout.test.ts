// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import type { Action, Coach } from "../src/coach";
import { firstState } from "../src/coach";
import { type Leads, Lookout } from "../src/lookout";
import { advance } from "../src/turn";
import type { WatchingHandlers } from "../src/watching";
import { today as planned } from "./fixture";

const made = vi.hoisted(() => ({ handlers: null as unknown, begun: [] as unknown[] }));
vi.mock("../src/watching", () => ({
  Watching: class {
    open = false;
    settled = true;
    readonly ready = true;
    readonly camera = { on: true };
    readonly pose = { ready: true, model: "full", pace: { fps: 20, isBehind: false } };
    readonly wire = { drop: () => undefined, catchingUp: false };
    constructor(_urls: unknown, _delegate: unknown, handlers: WatchingHandlers) {
      made.handlers = handlers;
    }
    load(): void {}
    begin(begin: unknown): void {
      made.begun.push(begin);
    }
    stop(): void {}
  },
}));

const plan = planned();
let state: Coach;
let now_s: number;
let said: string[];
let lookout: Lookout;
const nothing = (): undefined => undefined;
const stage = { found: nothing, show: nothing, relieve: nothing, camera: nothing };

function act(...actions: Action[]): void {
  for (const action of actions) state = advance(state, action, { today: plan, now_ms: now_s * 1000, at: "2026-11-20T09:00:00+01:00", fresh: () => "k" }).state;
}

beforeEach(() => {
  state = firstState(plan);
  now_s = 100;
  said = [];
  made.begun.length = 0;
  const lead = {
    root: document.createElement("div"),
    get state() {
      return state;
    },
    around: { today: plan },
    speech: { say: (text: string) => said.push(text), busy: false },
    surface: { stage, tell: (_kind: string, words: string) => said.push(words), loading: nothing, note: nothing },
    act: (action: Action) => act(action),
  } as unknown as Leads;
  lookout = new Lookout(lead, null);
  lookout.prepare();
  act({ type: "begin", pain: 2, camera: true, session: "s1" }, { type: "floor-ready" });
});

const handlers = (): WatchingHandlers => made.handlers as WatchingHandlers;

/** Somebody is seen for so long, with the left arm up or down. */
function seen(seconds: number, up: boolean): void {
  const values = new Float32Array(231).fill(0.95, 198);
  const put = (point: number, y: number): void => {
    values[point * 3 + 1] = 0.5 + y / 2;
    values[99 + point * 3 + 1] = y;
  };
  for (const side of [0, 1]) [11, 13, 15].forEach((point, k) => put(point + side, -0.5 + (up && side === 0 ? -1 : 1) * [0, 0.28, 0.53][k]!));
  for (const end = now_s + seconds; now_s < end; now_s += 1 / 15) handlers().seen(now_s * 1000, values, true);
}

test("the small model that takes over while the camera is put in its place goes on watching", () => {
  expect(state.screen).toBe("placement");
  lookout.watchPlacement();
  handlers().lite();
  expect(made.begun).toHaveLength(2);
  act({ type: "placed" });
  handlers().lite();
  expect(made.begun).toHaveLength(2);
});

test("an arm that is held up stops outside a set, too, and held up again goes on; a server's late word does neither", () => {
  act({ type: "placed" });
  expect(state.screen).toBe("demonstration");
  seen(1, false);
  seen(3, true);
  expect(state).toMatchObject({ stop: "menu", by_arm: true });
  seen(1, false);
  seen(1.5, true);
  expect(state.stop).toBe("menu");
  seen(1, true);
  expect(state).toMatchObject({ stop: null, paused_ms: null });
  expect(said.at(-1)).toBe("We go on. One arm up stops again.");
  // the arm is still up: that is not another stop
  seen(2, true);
  handlers().heard({ type: "arm" });
  expect(state.stop).toBeNull();
  seen(1, false);
  seen(1.2, true);
  expect(state.stop).toBe("menu");
});

test("whoever pressed a button goes on by a button: an arm that is up then may call for help", () => {
  act({ type: "placed" }, { type: "stop", at: "menu" });
  seen(1, false);
  seen(5, true);
  expect(state).toMatchObject({ stop: "menu", by_arm: false });
});

test("while something is asked an arm means nothing", () => {
  act({ type: "placed" }, { type: "shown" });
  now_s += 6;
  act({ type: "tick", speaking: false }, { type: "set-over" }, { type: "result", repetitions: 4, hold_s: null, form: null, ask_self_check: false, kept: true });
  expect(state.screen).toBe("pain");
  seen(1, false);
  seen(3, true);
  expect(state.stop).toBeNull();
});
