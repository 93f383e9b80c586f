import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Begin, FRAME_BYTES, type FromServer, Wire, encode } from "../src/wire";

const BEGIN: Begin = { set: "set-1", session: "s", exercise: "bridge", set_number: 1, side: "both", target: 4, width: 640, height: 480, model: "full", delegate: "CPU", keep: false };
const POSE = new Float32Array(231).fill(0.5);

/** The server's half of the contract: a watcher for each set that outlives a connection, unless the server itself was started anew. */
class Server {
  received = new Map<string, number[]>();
  ends: string[] = [];
  sockets: Socket[] = [];
  up = true;
  open = (): WebSocket => {
    const socket = new Socket(this);
    this.sockets.push(socket);
    queueMicrotask(() => (this.up ? socket.opened() : socket.dropped()));
    return socket as unknown as WebSocket;
  };
  cut(): void {
    this.sockets.at(-1)?.dropped();
  }
}

class Socket extends EventTarget {
  readyState: number = WebSocket.CONNECTING;
  bufferedAmount = 0;
  binaryType = "blob";
  set = "";
  constructor(private readonly server: Server) {
    super();
  }
  opened(): void {
    this.readyState = WebSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }
  dropped(): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.dispatchEvent(new Event("close"));
  }
  close(): void {
    this.dropped();
  }
  say(message: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }
  send(data: string | Uint8Array): void {
    if (typeof data === "string") {
      const message = JSON.parse(data) as { type: string; set: string };
      if (message.type === "begin") {
        this.set = message.set;
        const have = this.server.received.get(this.set) ?? this.server.received.set(this.set, []).get(this.set)!;
        queueMicrotask(() => this.say({ type: "begun", set: this.set, have: have.length - 1 }));
      } else {
        this.server.ends.push(this.set);
        if (this.server.up) queueMicrotask(() => this.say({ type: "result", result: { repetitions: [], holds: [] }, form: {}, ask_self_check: false }));
      }
      return;
    }
    expect(data.byteLength % FRAME_BYTES).toBe(0);
    for (let at = 0; at < data.byteLength; at += FRAME_BYTES) {
      this.server.received.get(this.set)!.push(new DataView(data.buffer, data.byteOffset + at).getUint32(0, true));
    }
  }
}

let server: Server;
let heard: FromServer[];
let links: boolean[];
let wire: Wire;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const numbers = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  heard = [];
  links = [];
  wire = new Wire("ws://x/live", { heard: (message) => void heard.push(message), linked: (on) => void links.push(on) }, server.open);
});
afterEach(() => {
  wire.close();
  vi.useRealTimers();
});

test("a frame is 940 bytes, little-endian: number, flags, time, image, world, visibility", () => {
  const values = Float32Array.from({ length: 231 }, (_, k) => k);
  const view = new DataView(encode(7, 1.25, values));
  expect(view.byteLength).toBe(940);
  expect([view.getUint32(0, true), view.getUint32(4, true), view.getFloat64(8, true)]).toEqual([7, 0, 1.25]);
  expect([view.getFloat32(16, true), view.getFloat32(936, true)]).toEqual([0, 230]);
});

test("frames from before the connection is there are sent when it is", async () => {
  wire.start(BEGIN);
  wire.frame(0, POSE);
  wire.frame(0.05, POSE);
  await settle();
  wire.frame(0.1, POSE);
  expect(server.received.get("set-1")).toEqual([0, 1, 2]);
});

test("a cut in the middle of a set loses nothing and doubles nothing", async () => {
  wire.start(BEGIN);
  await settle();
  for (let k = 0; k < 50; k++) wire.frame(k / 20, POSE);
  server.cut();
  for (let k = 50; k < 200; k++) wire.frame(k / 20, POSE);
  expect(wire.behind).toBe(150);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(links).toEqual([true, false, true]);
  expect(server.received.get("set-1")).toEqual(numbers(200));
});

test("frames that were sent but did not arrive are sent again", async () => {
  wire.start(BEGIN);
  await settle();
  for (let k = 0; k < 50; k++) wire.frame(k / 20, POSE);
  server.received.set("set-1", numbers(20));
  server.cut();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.received.get("set-1")).toEqual(numbers(50));
});

test("a server that was started anew gets the whole set again", async () => {
  wire.start(BEGIN);
  await settle();
  for (let k = 0; k < 50; k++) wire.frame(k / 20, POSE);
  server.received.clear();
  server.up = false;
  server.cut();
  await vi.advanceTimersByTimeAsync(20_000);
  server.up = true;
  wire.frame(3, POSE);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.received.get("set-1")).toEqual(numbers(51));
});

test("the end is said once every frame is there, also after a cut, and one result is heard", async () => {
  wire.start(BEGIN);
  await settle();
  for (let k = 0; k < 10; k++) wire.frame(k / 20, POSE);
  server.cut();
  wire.end();
  expect(wire.frame(9, POSE)).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.received.get("set-1")).toEqual(numbers(10));
  expect(server.ends).toEqual(["set-1"]);
  expect(heard.filter((message) => message.type === "result")).toHaveLength(1);
});

test("a result lost on its way is asked for again", async () => {
  wire.start(BEGIN);
  await settle();
  wire.frame(0, POSE);
  server.up = false;
  wire.end();
  server.cut();
  await vi.advanceTimersByTimeAsync(3_000);
  server.up = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.ends).toEqual(["set-1", "set-1"]);
  expect(heard.filter((message) => message.type === "result")).toHaveLength(1);
});

test("what is said of frames from before a cut is known to come late, until the server has caught up", async () => {
  wire.start(BEGIN);
  await settle();
  wire.frame(0, POSE);
  expect(wire.catchingUp).toBe(false);
  server.cut();
  for (let k = 1; k < 60; k++) wire.frame(k / 20, POSE);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(wire.catchingUp).toBe(true);
  const socket = server.sockets.at(-1)!;
  const state = { type: "state", ready: true, repetitions: 0, hold_s: null, signal: null, posture: "", view: "", framing: "" };
  socket.say({ ...state, seq: 30 });
  expect(wire.catchingUp).toBe(true);
  socket.say({ ...state, seq: 59 });
  expect(wire.catchingUp).toBe(false);
});

test("words about a set that was left are not taken for the new one's", async () => {
  wire.start(BEGIN);
  await settle();
  wire.frame(0, POSE);
  wire.start({ ...BEGIN, set: "set-2" });
  server.sockets[0]!.say({ type: "begun", set: "set-1", have: 0 });
  wire.frame(0, POSE);
  await settle();
  expect(server.received.get("set-2")).toEqual([0]);
});
