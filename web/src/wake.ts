/** `StayAwake`: keeps the screen on while a session goes on; the lock is lost with the page's sight, and asked for again. */

export class StayAwake {
  private lock: WakeLockSentinel | null = null;
  private wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.take());
  }

  on(): void {
    this.wanted = true;
    void this.take();
  }

  off(): void {
    this.wanted = false;
    void this.lock?.release().catch(() => undefined);
    this.lock = null;
  }

  private async take(): Promise<void> {
    if (!this.wanted || document.hidden || !("wakeLock" in navigator)) return;
    if (this.lock !== null && !this.lock.released) return;
    try {
      this.lock = await navigator.wakeLock.request("screen");
    } catch {
      // a low battery may refuse it; the session goes on
      this.lock = null;
    }
  }
}
