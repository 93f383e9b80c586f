/**
 * `Outbox`: what happened, kept in the browser until the server has confirmed it. Sent in order, again after a while where the server
 * is out of reach; each entry has its key, so that nothing is ever written twice. Survives reloads and days without a connection.
 */

import type { Entry } from "./coach";

const DATABASE = "coxa";
const ENTRIES = "outbox";
const NOTES = "notes";
const BATCH = 100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

interface Waiting extends Entry {
  order?: number;
  owner: string;
}

export interface Answer {
  kept: { key: string; number: number }[];
  refused: { key: string; detail: string }[];
}

type Post = (entries: Entry[]) => Promise<Answer>;

/** The server heard and said no, so that sending the same again is of no use until something changes. */
export class SignedOut extends Error {}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("outbox: the browser's store failed"));
  });
}

export async function openStore(name = DATABASE): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(ENTRIES, { keyPath: "order", autoIncrement: true }).createIndex("key", "key", { unique: true });
    request.result.createObjectStore(NOTES);
  };
  return asked(request);
}

export class Outbox {
  private sending: Promise<void> | null = null;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait_ms = FIRST_WAIT_MS;
  readonly refused: { key: string; detail: string }[] = [];

  constructor(
    private readonly store: IDBDatabase,
    private readonly owner: string,
    private readonly post: Post,
    private readonly changed: (waiting: number, reached: boolean) => void = () => undefined,
  ) {}

  /** Keep entries; when this returns they outlive the page. The same key a second time changes nothing. */
  async add(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      const work = this.store.transaction(ENTRIES, "readwrite", { durability: "strict" });
      work.oncomplete = () => resolve();
      work.onerror = work.onabort = () => reject(work.error ?? new Error("outbox: could not keep an entry"));
      const box = work.objectStore(ENTRIES);
      for (const entry of entries) {
        const known = box.index("key").getKey(entry.key);
        known.onsuccess = () => {
          if (known.result === undefined) box.add({ ...entry, owner: this.owner });
        };
      }
    });
    void this.send();
  }

  async waiting(): Promise<Waiting[]> {
    const all = (await asked(this.store.transaction(ENTRIES).objectStore(ENTRIES).getAll())) as Waiting[];
    // another person at this computer has an outbox of their own
    return all.filter((entry) => entry.owner === this.owner);
  }

  /** Send what waits, in order; true when nothing is left. */
  async send(): Promise<boolean> {
    if (this.sending !== null) {
      this.again = true;
      await this.sending;
      return (await this.waiting()).length === 0;
    }
    this.sending = this.run();
    try {
      await this.sending;
    } finally {
      this.sending = null;
    }
    if (this.again) {
      this.again = false;
      return this.send();
    }
    return (await this.waiting()).length === 0;
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    for (;;) {
      const waiting = await this.waiting();
      if (waiting.length === 0) {
        this.wait_ms = FIRST_WAIT_MS;
        this.changed(0, true);
        return;
      }
      const batch = waiting.slice(0, BATCH);
      let answer: Answer;
      try {
        answer = await this.post(batch.map(({ key, at, session_key, event }) => ({ key, at, session_key, event })));
      } catch (error) {
        this.changed(waiting.length, false);
        if (!(error instanceof SignedOut)) this.later();
        return;
      }
      this.refused.push(...answer.refused);
      const over = new Set([...answer.kept, ...answer.refused].map(({ key }) => key));
      const settled = batch.filter(({ key }) => over.has(key));
      await this.remove(settled);
      if (settled.length === 0) {
        // an answer that names none of them must not be asked for in a circle
        this.changed(waiting.length, true);
        this.later();
        return;
      }
      this.changed(waiting.length - settled.length, true);
    }
  }

  private async remove(entries: readonly Waiting[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const work = this.store.transaction(ENTRIES, "readwrite");
      work.oncomplete = () => resolve();
      work.onerror = () => reject(work.error ?? new Error("outbox: could not clear an entry"));
      for (const { order } of entries) if (order !== undefined) work.objectStore(ENTRIES).delete(order);
    });
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), this.wait_ms);
    this.wait_ms = Math.min(LONGEST_WAIT_MS, this.wait_ms * 2);
  }

  // ------------------------------------------------------------------------------------------------ where the session stands

  async note(name: string, value: unknown): Promise<void> {
    await asked(this.store.transaction(NOTES, "readwrite").objectStore(NOTES).put(value, `${this.owner}/${name}`));
  }

  async noted<T>(name: string): Promise<T | undefined> {
    return (await asked(this.store.transaction(NOTES).objectStore(NOTES).get(`${this.owner}/${name}`))) as T | undefined;
  }

  async forget(name: string): Promise<void> {
    await asked(this.store.transaction(NOTES, "readwrite").objectStore(NOTES).delete(`${this.owner}/${name}`));
  }
}
