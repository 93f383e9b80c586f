/** A kept set shown again as the mannequin, from any side. */

import { clock, flat, frameAt, type Recorded } from "./recording";

interface Words {
  play: string;
  pause: string;
  time: string;
  front: string;
  side: string;
  above: string;
  slow: string;
  alt: string;
  loading: string;
  failed: string;
}

const SIDES = { front: [0, 8], side: [90, 8], above: [25, 65] } as const;
/** How far to stand from somebody upright, and from somebody low, whose middle is no higher than this. */
const DISTANCE_M = { upright: 4, low: 3 };
const LOW_M = 0.5;
const SLOW = 0.5;

/** Fill `place`: `data-replay` is where the landmarks are, `data-words` the labels as JSON. */
async function mountReplay(place: HTMLElement): Promise<void> {
  const words = JSON.parse(place.dataset.words ?? "{}") as Words;
  const said = document.createElement("p");
  said.className = "soft";
  said.setAttribute("role", "status");
  said.textContent = words.loading;
  place.append(said);
  try {
    const answer = await fetch(place.dataset.replay ?? "", { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`replay: expected landmarks, got ${answer.status}`);
    const kept = (await answer.json()) as Recorded;
    const [{ Stage }, { Mannequin }] = await Promise.all([import("./stage"), import("./mannequin")]);
    const box = document.createElement("div");
    box.className = "stage";
    place.prepend(box);
    const stage = new Stage(box, { alt: words.alt, from: { azimuth: 0, elevation: 8, distance: DISTANCE_M.upright }, target: [0, 0.7, 0] });
    const body = new Mannequin();
    stage.add(body.group);
    said.textContent = "";
    controls(place, stage, body, kept, words);
  } catch {
    said.textContent = words.failed;
  }
}

function controls(
  place: HTMLElement,
  stage: import("./stage").Stage,
  body: import("./mannequin").Mannequin,
  { time_s: times, world }: Recorded,
  words: Words,
): void {
  const first = times[0] ?? 0;
  const length = (times[times.length - 1] ?? first) - first;
  let now = 0;
  let shown = -1;
  let playing = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  let pace = 1;

  const bar = document.createElement("div");
  bar.className = "stage__bar row";
  const play = made(playing ? words.pause : words.play);
  const slow = made(words.slow);
  slow.setAttribute("aria-pressed", "false");
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "stage__time";
  slider.min = "0";
  slider.max = length.toFixed(2);
  slider.step = "0.05";
  slider.setAttribute("aria-label", words.time);

  // the first frame on which somebody was seen says how high to look
  const anybody = world.some((frame) => body.show(flat(frame)));
  const distance = anybody && body.middle < LOW_M ? DISTANCE_M.low : DISTANCE_M.upright;
  if (anybody) {
    stage.aim(body.middle);
    stage.look({ ...stage.viewpoint, distance });
  }
  const show = (): boolean => {
    const k = frameAt(times, first + now);
    if (k === shown) return false;
    shown = k;
    slider.value = now.toFixed(2);
    slider.setAttribute("aria-valuetext", `${clock(now)} / ${clock(length)}`);
    return body.show(flat(world[k]));
  };
  stage.each((seconds) => {
    if (playing) now = now + seconds * pace > length ? 0 : now + seconds * pace;
    return show();
  });
  play.addEventListener("click", () => {
    playing = !playing;
    play.textContent = playing ? words.pause : words.play;
  });
  slow.addEventListener("click", () => {
    pace = pace === 1 ? SLOW : 1;
    slow.setAttribute("aria-pressed", String(pace !== 1));
  });
  slider.addEventListener("input", () => {
    now = Number(slider.value);
    playing = false;
    play.textContent = words.play;
  });
  bar.append(play, slow, slider);
  for (const [name, [azimuth, elevation]] of Object.entries(SIDES)) {
    const from = made(words[name as keyof typeof SIDES]);
    from.addEventListener("click", () => stage.look({ azimuth, elevation, distance }));
    bar.append(from);
  }
  place.append(bar);
}

function made(words: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = words;
  return button;
}

document.querySelectorAll<HTMLElement>("[data-replay]").forEach((place) => void mountReplay(place));
