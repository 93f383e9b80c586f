/** `Trial`: "try it without a camera": a simulated person does a set, in real time and through the same socket; nothing is written. */

import type { Exercise, Today } from "./plan";
import { readToday } from "./plan";
import { type Begin, FRAME_BYTES, type FromServer, Wire } from "./wire";

interface TrialHandlers {
  heard(message: FromServer): void;
  linked(on: boolean): void;
  seen(world: Float32Array): void;
  over(): void;
}

interface Answer {
  exercise: Exercise;
  today: Today;
  width: number;
  height: number;
  /** address of the frames, 940 bytes each */
  frames: string;
}

const VALUES = 231;
const WORLD = 99;

export class Trial {
  private handlers: TrialHandlers | null = null;
  private readonly wire: Wire;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly exercise: Exercise,
    private readonly size: { width: number; height: number },
    private readonly frames: ArrayBuffer,
  ) {
    this.wire = new Wire(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`, {
      heard: (message) => this.handlers?.heard(message),
      linked: (on) => this.handlers?.linked(on),
    });
  }

  listen(handlers: TrialHandlers): void {
    this.handlers = handlers;
  }

  begin(begin: Omit<Begin, "width" | "height" | "model" | "delegate">): void {
    this.wire.start({ ...begin, ...this.size, model: "full", delegate: "CPU" });
    const view = new DataView(this.frames);
    const count = Math.floor(this.frames.byteLength / FRAME_BYTES);
    const first_s = count > 0 ? view.getFloat64(8, true) : 0;
    const start = performance.now();
    let next = 0;
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      const now_s = (performance.now() - start) / 1000;
      while (next < count && view.getFloat64(next * FRAME_BYTES + 8, true) - first_s <= now_s) {
        const values = new Float32Array(this.frames.slice(next * FRAME_BYTES + 16, next * FRAME_BYTES + 16 + 4 * VALUES));
        this.wire.frame(view.getFloat64(next * FRAME_BYTES + 8, true), values);
        this.handlers?.seen(values.subarray(WORLD, 2 * WORLD));
        next++;
      }
      if (next >= count) {
        clearInterval(this.timer);
        this.handlers?.over();
      }
    }, 30);
  }

  end(): void {
    clearInterval(this.timer);
    this.wire.end();
  }

  stop(): void {
    clearInterval(this.timer);
    this.wire.close();
  }
}

export async function fetchTrial(): Promise<{ trial: Trial; today: Today }> {
  const response = await fetch("/api/v1/try", { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`/api/v1/try: expected 200, got ${response.status}`);
  const answer = (await response.json()) as Answer;
  const frames = await fetch(answer.frames, { credentials: "same-origin" });
  if (!frames.ok) throw new Error(`${answer.frames}: expected 200, got ${frames.status}`);
  return { trial: new Trial(answer.exercise, { width: answer.width, height: answer.height }, await frames.arrayBuffer()), today: readToday(answer.today) };
}
