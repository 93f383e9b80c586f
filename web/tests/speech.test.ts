import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Cue, CueQueue, Speech, pickVoice } from "../src/speech";

const voice = (name: string, lang: string, localService: boolean): SpeechSynthesisVoice => ({ name, lang, localService, default: false, voiceURI: name });

class Synth {
  spoken: SpeechSynthesisUtterance[] = [];
  voices = [voice("cloud", "en-US", false), voice("here", "en-GB", true)];
  paused = false;
  cancel = vi.fn();
  resume = vi.fn();
  getVoices = (): SpeechSynthesisVoice[] => this.voices;
  speak = (utterance: SpeechSynthesisUtterance): void => void this.spoken.push(utterance);
  get texts(): string[] {
    return this.spoken.map((one) => one.text);
  }
  finish(): void {
    this.spoken.at(-1)?.onend?.(new Event("end") as SpeechSynthesisEvent);
  }
}

let synth: Synth;
let captions: Cue[];
const speech = (): Speech =>
  new Speech({ language: "en", on: true, rate: 1, name: null, caption: (cue) => void captions.push(cue) }, synth as unknown as SpeechSynthesis);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("SpeechSynthesisUtterance", class { onend = null; onerror = null; constructor(readonly text: string) {} });
  synth = new Synth();
  captions = [];
});
afterEach(() => vi.useRealTimers());

test("one cue at a time, in order", () => {
  const voiceOut = speech();
  voiceOut.say("One.");
  voiceOut.say("Two.");
  expect(synth.texts).toEqual(["One."]);
  synth.finish();
  expect(synth.texts).toEqual(["One.", "Two."]);
});

test("only a voice of this device is used", () => {
  expect(pickVoice(synth.voices, "en", "cloud")?.name).toBe("here");
  expect(pickVoice(synth.voices, "de", null)).toBeNull();
  speech().say("Hello");
  expect(synth.spoken[0]?.voice?.name).toBe("here");
});

test("without a voice nothing is sent to one, the captions still come, one after the other", () => {
  synth.voices = [voice("cloud", "en-US", false)];
  const voiceOut = speech();
  voiceOut.say("Keep your back flat.", "fault");
  voiceOut.say("Then rest.");
  expect(synth.spoken).toEqual([]);
  expect(captions.map((cue) => cue.text)).toEqual(["Keep your back flat."]);
  vi.advanceTimersByTime(10_000);
  expect(captions).toHaveLength(2);
  expect(voiceOut.busy).toBe(false);
});

test("a mistake goes before praise and counting", () => {
  const voiceOut = speech();
  voiceOut.say("3", "count");
  voiceOut.say("Well done.", "praise");
  voiceOut.say("Roll your hip forward.", "fault");
  expect(synth.texts).toEqual(["3", "Roll your hip forward."]);
  synth.finish();
  expect(synth.texts).toHaveLength(2);
});

test("a stale number is never said", () => {
  const voiceOut = speech();
  voiceOut.say("Lift slowly.");
  voiceOut.say("1", "count");
  voiceOut.say("2", "count");
  synth.finish();
  expect(synth.texts).toEqual(["Lift slowly."]);
});

test("stop cuts everything off", () => {
  const voiceOut = speech();
  voiceOut.say("A long step.");
  voiceOut.say("Another.");
  voiceOut.say("Stopped.", "stop");
  expect(synth.cancel).toHaveBeenCalled();
  expect(synth.texts.at(-1)).toBe("Stopped.");
  synth.finish();
  expect(synth.texts).not.toContain("Another.");
});

test("a voice that never says that it has finished does not stall the rest", () => {
  const voiceOut = speech();
  voiceOut.say("One.");
  voiceOut.say("Two.");
  vi.advanceTimersByTime(10_000);
  expect(synth.texts).toEqual(["One.", "Two."]);
});

test("the queue keeps steps in order and lets a mistake pass them", () => {
  const queue = new CueQueue();
  const saying: Cue = { text: "now", rank: "say" };
  expect(queue.add({ text: "a", rank: "say" }, saying)).toBe("wait");
  expect(queue.add({ text: "f", rank: "fault" }, saying)).toBe("wait");
  expect(queue.add({ text: "p", rank: "praise" }, saying)).toBe("drop");
  expect([queue.take()?.text, queue.take()?.text, queue.take()]).toEqual(["f", "a", undefined]);
});
