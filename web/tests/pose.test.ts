import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FromWorker, Pose, type ToWorker } from "../src/pose";

class FakeWorker extends EventTarget {
  static last: FakeWorker;
  readonly posted: ToWorker[] = [];
  constructor() {
    super();
    FakeWorker.last = this;
  }
  postMessage(message: ToWorker): void {
    this.posted.push(message);
  }
  terminate(): void {
    this.posted.length = 0;
  }
  says(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
  get frames(): number[] {
    return this.posted.flatMap((one) => (one.type === "frame" ? [one.time_ms] : []));
  }
}

const closed: number[] = [];
const frame = (time_ms: number): ImageBitmap => ({ width: 640, height: 480, close: () => closed.push(time_ms) });
const seen: number[] = [];
let pose: Pose;

beforeEach(() => {
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("location", { href: "http://127.0.0.1/session" });
  closed.length = seen.length = 0;
  pose = new Pose({ full: "/full", lite: "/lite" }, { progress: () => undefined, loaded: () => undefined, failed: () => undefined, seen: (time_ms) => seen.push(time_ms) });
  pose.load("full");
});
afterEach(() => vi.unstubAllGlobals());

const looked = (time_ms: number): void => FakeWorker.last.says({ type: "pose", time_ms, values: new Float32Array(231), found: true, took_ms: 50 });

test("before the model is there no frame is kept", () => {
  pose.see(frame(1), 1);
  expect(closed).toEqual([1]);
});

test("the newest frame waits for the model, the others are let go", () => {
  FakeWorker.last.says({ type: "loaded", model: "full", delegate: "CPU" });
  for (const time_ms of [10, 43, 76]) pose.see(frame(time_ms), time_ms);
  expect(FakeWorker.last.frames).toEqual([10]);
  expect(closed).toEqual([43]);
  looked(10);
  // no waiting for the camera's next one
  expect(FakeWorker.last.frames).toEqual([10, 76]);
  looked(76);
  pose.see(frame(109), 109);
  expect(FakeWorker.last.frames).toEqual([10, 76, 109]);
  expect(seen).toEqual([10, 76]);
});

test("another model, or the end, lets the waiting frame go", () => {
  FakeWorker.last.says({ type: "loaded", model: "full", delegate: "CPU" });
  for (const time_ms of [10, 43]) pose.see(frame(time_ms), time_ms);
  pose.load("lite");
  expect(closed).toEqual([43]);
  FakeWorker.last.says({ type: "loaded", model: "lite", delegate: "CPU" });
  for (const time_ms of [80, 113]) pose.see(frame(time_ms), time_ms);
  pose.close();
  expect(closed).toEqual([43, 113]);
});
