/** `Tabs`: a session goes on in one tab; another that opens it is told, and may take it over. */

const NAME = "coxa-session";

export class Tabs {
  private release: (() => void) | null = null;
  private readonly channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null;

  /** `taken` is called when another tab takes the session over. */
  constructor(private readonly taken: () => void) {
    this.channel?.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (event.data === "take-over" && this.release !== null) {
        this.release();
        this.release = null;
        this.taken();
      }
    });
  }

  /** Whether the session is ours now. */
  async claim(wait = false): Promise<boolean> {
    if (!("locks" in navigator)) return true;
    return new Promise((resolve) => {
      void navigator.locks.request(NAME, wait ? {} : { ifAvailable: true }, async (lock) => {
        resolve(lock !== null);
        if (lock !== null) await new Promise<void>((release) => (this.release = release));
      });
    });
  }

  async takeOver(): Promise<boolean> {
    this.channel?.postMessage("take-over");
    return this.claim(true);
  }
}
