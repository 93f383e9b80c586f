/**
 * `Wire`: landmarks to the server, events back. Each frame of the set that goes on is kept until the set is closed: after a lost
 * connection, or a server that was started anew, those that it has not are sent again, so that no repetition is lost or counted twice.
 */

export const FRAME_BYTES = 940;
const POINTS = 33;
const VALUES = POINTS * 7;
/** 20 minutes at 30 frames a second. */
const MOST_FRAMES = 36_000;
/** Frames in one message when many have to be sent again. */
const BATCH = 64;
/** So many frames behind, a cue is about a movement that is over. */
const LATE_FRAMES = 20;
const BUSY_BYTES = 512 * 1024;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5_000;

export interface Begin {
  set: string;
  session: string;
  exercise: string;
  set_number: number;
  side: "left" | "right" | "both";
  target: number | null;
  width: number;
  height: number;
  model: "full" | "lite";
  delegate: "CPU" | "GPU";
  keep: boolean;
  try?: boolean;
  take_over?: boolean;
}

export type FromServer =
  | { type: "begun"; set: string; have: number }
  | {
      type: "state";
      seq: number;
      ready: boolean;
      repetitions: number;
      hold_s: number | null;
      signal: number | null;
      posture: string;
      view: string;
      framing: string;
    }
  | { type: "repetition"; number: number; side: string; counted: boolean; why_not: string[]; seq: number }
  | { type: "cue"; kind: "fault" | "praise" | "lost" | "ready"; text: string; fault: string }
  | { type: "arm" }
  | { type: "result"; result: SetResult; form: Record<string, unknown>; ask_self_check: boolean }
  | { type: "error"; detail: string; code?: string };

interface SetResult {
  repetitions: { counted: boolean }[];
  holds: { held_s: number }[];
  [name: string]: unknown;
}

interface WireHandlers {
  heard(message: FromServer): void;
  /** the connection is there, or it is not */
  linked(on: boolean): void;
}

/** One frame as the server reads it: sequence number, flags, time, then the model's values, little-endian. */
export function encode(seq: number, time_s: number, values: Float32Array): ArrayBuffer {
  const buffer = new ArrayBuffer(FRAME_BYTES);
  const view = new DataView(buffer);
  view.setUint32(0, seq, true);
  view.setUint32(4, 0, true);
  view.setFloat64(8, time_s, true);
  for (let k = 0; k < VALUES; k++) view.setFloat32(16 + 4 * k, values[k] ?? NaN, true);
  return buffer;
}

export class Wire {
  private socket: WebSocket | null = null;
  private begin: Begin | null = null;
  private frames: ArrayBuffer[] = [];
  private sent = 0;
  private begun = false;
  private ending = false;
  private wait_ms = FIRST_WAIT_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  /** up to this frame the server hears again what it, or the one before it, has heard */
  private again_to = -1;

  constructor(
    private readonly url: string,
    private readonly handlers: WireHandlers,
    private readonly connectTo: (url: string) => WebSocket = (address) => new WebSocket(address),
  ) {}

  /** Begin a set; what was kept of the one before is let go. */
  start(begin: Begin): void {
    this.begin = begin;
    this.frames = [];
    this.sent = 0;
    this.begun = false;
    this.ending = false;
    this.again_to = -1;
    if (this.linked) this.sayBegin();
    else this.connect();
  }

  get linked(): boolean {
    return this.socket !== null && this.socket.readyState === WebSocket.OPEN;
  }

  /** Frames that the server has not been sent yet. */
  get behind(): number {
    return this.frames.length - this.sent;
  }

  /** Whether the server is still at frames of before the connection was lost: what it says of them now comes too late to be said aloud. */
  get catchingUp(): boolean {
    return this.again_to >= 0;
  }

  get count(): number {
    return this.frames.length;
  }

  /** Take one frame; false where the set is as long as it can be. */
  frame(time_s: number, values: Float32Array): boolean {
    if (this.begin === null || this.ending || this.frames.length >= MOST_FRAMES) return false;
    this.frames.push(encode(this.frames.length, time_s, values));
    this.pump();
    return true;
  }

  /** Close the set: the server answers with its result, also where the connection comes back only later. */
  end(): void {
    if (this.begin === null || this.ending) return;
    this.ending = true;
    this.pump();
  }

  /** Let the set go without its result. */
  drop(): void {
    this.begin = null;
    this.frames = [];
    this.sent = 0;
    this.begun = false;
    this.ending = false;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.drop();
    this.socket?.close();
    this.socket = null;
  }

  /** Look at once whether the connection is back, as after sleep. */
  wake(): void {
    if (this.begin === null || this.closed) return;
    if (this.socket === null) this.connect();
    else this.pump();
  }

  private connect(): void {
    if (this.closed || this.socket !== null) return;
    clearTimeout(this.timer);
    let socket: WebSocket;
    try {
      socket = this.connectTo(this.url);
    } catch {
      this.later();
      return;
    }
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      if (socket !== this.socket) return;
      this.handlers.linked(true);
      if (this.begin !== null) this.sayBegin();
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (socket === this.socket && typeof event.data === "string") this.take(JSON.parse(event.data) as FromServer);
    });
    socket.addEventListener("close", () => this.lost(socket));
    socket.addEventListener("error", () => socket.close());
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.begun = false;
    if (this.closed) return;
    this.handlers.linked(false);
    if (this.begin !== null) this.later();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), this.wait_ms);
    this.wait_ms = Math.min(LONGEST_WAIT_MS, this.wait_ms * 2);
  }

  private sayBegin(): void {
    this.begun = false;
    this.socket?.send(JSON.stringify({ type: "begin", ...this.begin }));
  }

  private take(message: FromServer): void {
    if (message.type === "begun") {
      // an answer about a set that has been left
      if (message.set !== this.begin?.set) return;
      this.begun = true;
      this.wait_ms = FIRST_WAIT_MS;
      this.sent = Math.min(message.have + 1, this.frames.length);
      this.again_to = this.behind > LATE_FRAMES ? this.frames.length - 1 : -1;
      this.pump();
      return;
    }
    if (message.type === "state" && message.seq >= this.again_to) this.again_to = -1;
    if (message.type === "result") {
      // asked for by us alone, and only once a set
      if (!this.ending) return;
      this.drop();
    }
    this.handlers.heard(message);
  }

  private pump(): void {
    const socket = this.socket;
    if (socket === null || !this.linked || !this.begun) return;
    while (this.sent < this.frames.length) {
      if (socket.bufferedAmount > BUSY_BYTES) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.pump(), 50);
        return;
      }
      const batch = this.frames.slice(this.sent, this.sent + BATCH);
      const bytes = new Uint8Array(batch.length * FRAME_BYTES);
      batch.forEach((frame, k) => bytes.set(new Uint8Array(frame), k * FRAME_BYTES));
      socket.send(bytes);
      this.sent += batch.length;
    }
    if (this.ending && this.begin !== null) {
      socket.send(JSON.stringify({ type: "end" }));
      // said once a connection; after a lost one it is said again when the frames are there
      this.begun = false;
    }
  }
}
