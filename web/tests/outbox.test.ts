import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Entry } from "../src/coach";
import { type Answer, Outbox, SignedOut, openStore } from "../src/outbox";

const entry = (key: string): Entry => ({ key, at: "2026-11-20T09:00:00Z", session_key: "s", event: { kind: "effort", exercise: "bridge", effort: 3 } });

/** A server that keeps by key, as ours does. */
class Server {
  readonly log: string[] = [];
  down = false;
  deaf = false;
  refuses = new Set<string>();

  post = async (entries: Entry[]): Promise<Answer> => {
    if (this.down) throw new TypeError("failed to fetch");
    const answer: Answer = { kept: [], refused: [] };
    for (const { key } of entries) {
      if (this.refuses.has(key)) answer.refused.push({ key, detail: "no" });
      else {
        if (!this.log.includes(key)) this.log.push(key);
        answer.kept.push({ key, number: this.log.indexOf(key) });
      }
    }
    // kept, but the answer is lost on its way
    if (this.deaf) throw new TypeError("connection reset");
    return answer;
  };
}

let server: Server;
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  server = new Server();
});
afterEach(() => vi.useRealTimers());

test("entries arrive in order, once, and are then gone from the browser", async () => {
  const box = new Outbox(await openStore(), "me", server.post);
  await box.add([entry("a"), entry("b")]);
  await box.add([entry("b"), entry("c")]);
  expect(await box.send()).toBe(true);
  expect(server.log).toEqual(["a", "b", "c"]);
  expect(await box.waiting()).toEqual([]);
});

test("without a server they wait through a reload, and an answer lost on its way doubles nothing", async () => {
  server.down = true;
  const before = new Outbox(await openStore(), "me", server.post);
  await before.add([entry("a"), entry("b")]);
  expect(await before.send()).toBe(false);

  const after = new Outbox(await openStore(), "me", server.post);
  expect((await after.waiting()).map(({ key }) => key)).toEqual(["a", "b"]);
  server.down = false;
  server.deaf = true;
  expect(await after.send()).toBe(false);
  server.deaf = false;
  expect(await after.send()).toBe(true);
  expect(server.log).toEqual(["a", "b"]);
});

test("it tries again by itself, later and later", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  server.down = true;
  const heard: [number, boolean][] = [];
  const box = new Outbox(await openStore(), "me", server.post, (waiting, reached) => heard.push([waiting, reached]));
  await box.add([entry("a")]);
  await box.send();
  expect(heard.at(-1)).toEqual([1, false]);
  server.down = false;
  await vi.advanceTimersByTimeAsync(70_000);
  await vi.waitFor(() => expect(server.log).toEqual(["a"]));
});

test("one that is refused does not hold up the others, and is told", async () => {
  server.refuses.add("b");
  const box = new Outbox(await openStore(), "me", server.post);
  await box.add([entry("a"), entry("b"), entry("c")]);
  expect(await box.send()).toBe(true);
  expect(server.log).toEqual(["a", "c"]);
  expect(box.refused).toEqual([{ key: "b", detail: "no" }]);
});

test("what one person did is never sent as another's", async () => {
  server.down = true;
  const one = new Outbox(await openStore(), "one", server.post);
  await one.add([entry("a")]);
  await one.send();
  server.down = false;
  const other = new Outbox(await openStore(), "other", server.post);
  await other.add([entry("b")]);
  await other.send();
  expect(server.log).toEqual(["b"]);
});

test("signed out, it waits without trying", async () => {
  const post = vi.fn(() => Promise.reject(new SignedOut()));
  const box = new Outbox(await openStore(), "me", post);
  await box.add([entry("a")]);
  await box.send();
  expect((await box.waiting()).length).toBe(1);
});

test("more than one batch goes in order", async () => {
  const box = new Outbox(await openStore(), "me", server.post);
  const keys = Array.from({ length: 250 }, (_, k) => `k${k}`);
  await box.add(keys.map(entry));
  expect(await box.send()).toBe(true);
  expect(server.log).toEqual(keys);
});
