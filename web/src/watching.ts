/** `Watching`: camera, pose model and connection as one: pictures in, landmarks out, events back. */

import { Camera, type CameraTrouble, grab } from "./camera";
import { type Delegate, type Model, Pose } from "./pose";
import { type Begin, type FromServer, Wire } from "./wire";

export interface WatchingHandlers {
  heard(message: FromServer): void;
  linked(on: boolean): void;
  trouble(what: CameraTrouble): void;
  back(): void;
  progress(share: number | null): void;
  loaded(): void;
  failed(detail: string): void;
  /** the small model has taken over: it counts only */
  lite(): void;
  /** image (33 × 3), world (33 × 3) and visibility (33) of one frame */
  seen(time_ms: number, values: Float32Array, found: boolean): void;
}

export class Watching {
  readonly camera: Camera;
  readonly pose: Pose;
  readonly wire: Wire;
  /** whether frames go to the server now */
  open = false;
  /** the set that goes on is not begun anew in the middle, so the small model waits for the next */
  settled = true;
  private load_lite = false;

  constructor(
    urls: Record<Model, string>,
    private readonly delegate: Delegate,
    private readonly handlers: WatchingHandlers,
  ) {
    this.wire = new Wire(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`, handlers);
    this.pose = new Pose(urls, {
      progress: (loaded, total) => handlers.progress(total > 0 ? Math.min(1, loaded / total) : null),
      loaded: (model) => (model === "lite" ? handlers.lite() : undefined, handlers.loaded()),
      failed: (detail) => handlers.failed(detail),
      seen: (time_ms, values, found) => this.take(time_ms, values, found),
    });
    this.camera = new Camera({
      frame: (video, time_ms) => {
        if (this.pose.ready) void grab(video, time_ms).then((frame) => this.pose.see(frame, time_ms)).catch(() => undefined);
      },
      trouble: (what) => handlers.trouble(what),
      back: () => handlers.back(),
    });
  }

  load(): void {
    this.pose.load("full", this.delegate);
  }

  get ready(): boolean {
    return this.pose.ready && this.camera.on;
  }

  begin(begin: Omit<Begin, "width" | "height" | "model" | "delegate">): void {
    this.wire.start({ ...begin, width: this.camera.width, height: this.camera.height, model: this.pose.model, delegate: this.pose.delegate });
    this.open = true;
  }

  private take(time_ms: number, values: Float32Array, found: boolean): void {
    if (this.open) this.wire.frame(time_ms / 1000, values);
    this.handlers.seen(time_ms, values, found);
    if (this.pose.model === "full" && this.pose.pace.isSlow(performance.now())) this.load_lite = true;
    if (this.load_lite && this.settled) {
      this.load_lite = false;
      this.open = false;
      this.wire.drop();
      this.pose.load("lite", this.delegate);
    }
  }

  stop(): void {
    this.open = false;
    this.camera.stop();
    this.pose.close();
    this.wire.close();
  }
}
