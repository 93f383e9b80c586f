/**
 * `Speech`: says one cue at a time. Only voices that run on this device; without one a tone and the words on the screen. What matters
 * more goes first: stop over mistakes over steps over counting over praise. A browser that forgets to say that it has finished does
 * not stall the session.
 */

type Rank = "stop" | "fault" | "say" | "count" | "praise";
const WEIGHT: Record<Rank, number> = { stop: 4, fault: 3, say: 2, count: 1, praise: 0 };

export interface Cue {
  text: string;
  rank: Rank;
}

interface SpeechOptions {
  language: string;
  on: boolean;
  rate: number;
  name: string | null;
  /** every cue that is said or would be, for the captions */
  caption(cue: Cue): void;
}

/** The next thing to say. Counts grow stale, and praise after a mistake would be wrong: neither waits behind anything. */
export class CueQueue {
  private waiting: Cue[] = [];

  /** What to do with a new cue, given what is being said. */
  add(cue: Cue, saying: Cue | null): "interrupt" | "wait" | "drop" {
    const weight = WEIGHT[cue.rank];
    const highest = Math.max(saying === null ? -1 : WEIGHT[saying.rank], ...this.waiting.map((one) => WEIGHT[one.rank]));
    if (cue.rank === "stop") {
      this.waiting = [cue];
      return "interrupt";
    }
    if (cue.rank === "praise" && highest >= 0) return "drop";
    if (cue.rank === "count") {
      if (highest > weight) return "drop";
      this.waiting = this.waiting.filter((one) => one.rank !== "count");
      this.waiting.push(cue);
      return saying === null ? "wait" : "interrupt";
    }
    this.waiting = this.waiting.filter((one) => WEIGHT[one.rank] >= WEIGHT.say);
    const behind = this.waiting.findIndex((one) => WEIGHT[one.rank] < weight);
    if (behind < 0) this.waiting.push(cue);
    else this.waiting.splice(behind, 0, cue);
    // a step is said to its end; a number or a praise is not worth the wait
    return saying !== null && WEIGHT[saying.rank] < Math.min(weight, WEIGHT.say) ? "interrupt" : "wait";
  }

  take(): Cue | undefined {
    return this.waiting.shift();
  }

  clear(): void {
    this.waiting = [];
  }

  get size(): number {
    return this.waiting.length;
  }
}

export function pickVoice(voices: readonly SpeechSynthesisVoice[], language: string, name: string | null): SpeechSynthesisVoice | null {
  const here = voices.filter((voice) => voice.localService);
  const speaks = here.filter((voice) => voice.lang.toLowerCase().replace("_", "-").startsWith(language.toLowerCase()));
  return speaks.find((voice) => voice.name === name) ?? speaks.find((voice) => voice.default) ?? speaks[0] ?? null;
}

const MS_A_LETTER = 95;
const GRACE_MS = 2_500;

export class Speech {
  private readonly queue = new CueQueue();
  private saying: Cue | null = null;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private token = 0;
  private context: AudioContext | null = null;
  private readonly synth: SpeechSynthesis | null;

  constructor(
    private readonly options: SpeechOptions,
    synth: SpeechSynthesis | null = "speechSynthesis" in globalThis ? globalThis.speechSynthesis : null,
  ) {
    this.synth = synth;
    // the list of voices arrives late in some browsers
    this.synth?.addEventListener?.("voiceschanged", () => undefined);
    if (typeof document !== "undefined") {
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden) this.recover();
      });
    }
  }

  /** Browsers let a page make sound only after it has been touched. */
  unlock(): void {
    if (this.context === null && "AudioContext" in globalThis) this.context = new AudioContext();
    void this.context?.resume().catch(() => undefined);
  }

  get on(): boolean {
    return this.options.on;
  }

  set on(on: boolean) {
    this.options.on = on;
    if (!on) this.hush();
  }

  get voice(): SpeechSynthesisVoice | null {
    return this.synth === null ? null : pickVoice(this.synth.getVoices(), this.options.language, this.options.name);
  }

  get busy(): boolean {
    return this.saying !== null || this.queue.size > 0;
  }

  say(text: string, rank: Rank = "say"): void {
    const cue = { text, rank };
    const what = this.queue.add(cue, this.saying);
    if (what === "drop") return;
    if (what === "interrupt") this.cut();
    if (this.saying === null) this.pump();
  }

  hush(): void {
    this.queue.clear();
    this.cut();
  }

  private cut(): void {
    this.token++;
    clearTimeout(this.watchdog);
    if (this.saying !== null) this.synth?.cancel();
    this.saying = null;
  }

  private pump(): void {
    const cue = this.queue.take();
    if (cue === undefined) return;
    this.options.caption(cue);
    const voice = this.options.on ? this.voice : null;
    this.saying = cue;
    const token = ++this.token;
    const over = (): void => {
      if (token !== this.token) return;
      clearTimeout(this.watchdog);
      this.saying = null;
      this.pump();
    };
    const length_ms = (cue.text.length * MS_A_LETTER) / this.options.rate;
    if (voice === null || this.synth === null) {
      // without a voice the words stand on the screen for as long as it takes to read them
      if (this.options.on && cue.rank !== "count") this.chime(cue.rank === "fault" || cue.rank === "stop" ? "care" : "soft");
      this.watchdog = setTimeout(over, cue.rank === "count" ? 300 : Math.max(900, length_ms * 0.6));
      return;
    }
    const utterance = new SpeechSynthesisUtterance(cue.text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = this.options.rate;
    utterance.onend = over;
    utterance.onerror = over;
    this.synth.speak(utterance);
    this.watchdog = setTimeout(
      () => {
        if (token !== this.token) return;
        this.synth?.cancel();
        over();
      },
      length_ms + GRACE_MS,
    );
  }

  /** After a call, a locked screen or another page: sound and voice come back. */
  recover(): void {
    if (this.synth?.paused) this.synth.resume();
    if (this.context !== null && this.context.state !== "running") void this.context.resume().catch(() => undefined);
  }

  /** A short tone: two rising notes when something begins, one low for care, one soft for a new line. */
  chime(kind: "begin" | "care" | "soft" | "count"): void {
    const context = this.context;
    if (context === null || !this.options.on) return;
    if (context.state !== "running") void context.resume().catch(() => undefined);
    const notes = { begin: [660, 880], care: [392], soft: [587], count: [784] }[kind];
    notes.forEach((hertz, k) => {
      const start = context.currentTime + k * 0.18;
      const tone = context.createOscillator();
      const gain = context.createGain();
      tone.frequency.value = hertz;
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(0.25, start + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, start + 0.4);
      tone.connect(gain).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.45);
    });
  }
}
