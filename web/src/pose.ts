/**
 * `Pose`: the pose model from the page's side: loads it, hands it one frame at a time, falls to the small model when slow. The newest
 * frame waits while the model looks at the one before: were it let go, the model would stand still until the camera's next one, and a
 * model that takes 50 ms would see 15 frames a second instead of 20.
 */

import loader from "@mediapipe/tasks-vision/vision_wasm_internal.js?url";
import binary from "@mediapipe/tasks-vision/vision_wasm_internal.wasm?url";

export type Model = "full" | "lite";
export type Delegate = "CPU" | "GPU";

export type ToWorker =
  | { type: "load"; model: Model; delegate: Delegate; url: string; loader: string; binary: string }
  | { type: "frame"; frame: VideoFrame | ImageBitmap; time_ms: number };

export type FromWorker =
  | { type: "progress"; loaded: number; total: number }
  | { type: "loaded"; model: Model; delegate: Delegate }
  | { type: "failed"; detail: string }
  | { type: "pose"; time_ms: number; values: Float32Array; found: boolean; took_ms: number };

/** Slower than this for so long, and the small model takes over: it counts, but faults were not shown to hold with it. */
const SLOW_FPS = 12;
const SLOW_FOR_MS = 5000;
/** Slower than this, nothing else may take the processor's time. */
const BEHIND_FPS = 15;

/** Frames a second over a sliding window, and whether they have been too few for too long. */
class Pace {
  private times: number[] = [];
  private slow_since: number | null = null;

  add(now_ms: number): void {
    // a pause of the camera is no slowness of the model
    const before = this.times.at(-1);
    if (before !== undefined && now_ms - before > 2000) this.reset();
    this.times.push(now_ms);
    while (this.times.length > 2 && now_ms - this.times[0]! > 2000) this.times.shift();
    if (this.times.length > 3 && now_ms - this.times[0]! > 1000) {
      if (this.fps < SLOW_FPS) this.slow_since ??= now_ms;
      else this.slow_since = null;
    }
  }

  get fps(): number {
    const first = this.times[0];
    const last = this.times.at(-1);
    return first === undefined || last === undefined || last === first ? 0 : ((this.times.length - 1) * 1000) / (last - first);
  }

  isSlow(now_ms: number): boolean {
    return this.slow_since !== null && now_ms - this.slow_since >= SLOW_FOR_MS;
  }

  /** Fewer frames than are comfortable: whatever else takes time should stop. */
  get isBehind(): boolean {
    return this.times.length > 8 && this.fps < BEHIND_FPS;
  }

  reset(): void {
    this.times = [];
    this.slow_since = null;
  }
}

interface PoseHandlers {
  progress(loaded: number, total: number): void;
  loaded(model: Model, delegate: Delegate): void;
  failed(detail: string): void;
  seen(time_ms: number, values: Float32Array, found: boolean): void;
}

export class Pose {
  readonly pace = new Pace();
  model: Model = "full";
  delegate: Delegate = "CPU";
  ready = false;
  private worker: Worker | null = null;
  private busy = false;
  private next: { frame: VideoFrame | ImageBitmap; time_ms: number } | null = null;

  constructor(
    private readonly urls: Record<Model, string>,
    private readonly handlers: PoseHandlers,
  ) {}

  load(model: Model, delegate: Delegate = "CPU"): void {
    this.worker?.terminate();
    this.ready = false;
    this.busy = false;
    this.letGo();
    this.pace.reset();
    this.model = model;
    this.delegate = delegate;
    this.worker = new Worker(new URL("./pose.worker.ts", import.meta.url));
    this.worker.addEventListener("message", (event: MessageEvent<FromWorker>) => this.take(event.data));
    this.worker.addEventListener("error", (event) => this.handlers.failed(event.message || "worker"));
    const message: ToWorker = {
      type: "load",
      model,
      delegate,
      url: this.urls[model],
      loader: new URL(loader, location.href).href,
      binary: new URL(binary, location.href).href,
    };
    this.worker.postMessage(message);
  }

  private take(message: FromWorker): void {
    switch (message.type) {
      case "progress":
        this.handlers.progress(message.loaded, message.total);
        return;
      case "loaded":
        this.ready = true;
        this.handlers.loaded(message.model, message.delegate);
        return;
      case "failed":
        this.busy = false;
        if (!this.ready && this.delegate === "GPU") this.load(this.model, "CPU");
        else this.handlers.failed(message.detail);
        return;
      case "pose":
        this.busy = false;
        this.pace.add(performance.now());
        this.goOn();
        this.handlers.seen(message.time_ms, message.values, message.found);
    }
  }

  /** Give the model a picture; while it looks at another one, the newest waits and the one that waited is let go. */
  see(frame: VideoFrame | ImageBitmap, time_ms: number): void {
    if (!this.ready || this.worker === null) {
      frame.close();
      return;
    }
    this.letGo();
    this.next = { frame, time_ms };
    if (!this.busy) this.goOn();
  }

  private goOn(): void {
    const { next, worker } = this;
    if (next === null || worker === null) return;
    this.next = null;
    this.busy = true;
    const message: ToWorker = { type: "frame", ...next };
    worker.postMessage(message, [next.frame]);
  }

  /** A frame that is not closed keeps its buffer from the camera. */
  private letGo(): void {
    this.next?.frame.close();
    this.next = null;
  }

  close(): void {
    this.letGo();
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
  }
}
