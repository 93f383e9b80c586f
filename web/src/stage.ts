/** The large figure and the small camera picture: the drawing that moves, the figure in three dimensions, or the person as seen. */

import { h, sign } from "./dom";
import type { Exercise } from "./plan";
import { t } from "./words";

interface Closes {
  close(): void;
}
interface Mannequin extends Closes {
  show(world: Float32Array): void;
}

/** Least time between drawings of the person; long where there is no graphics card, since the pose model needs the processor more. */
const DRAW_MS = { card: 95, none: 600 };

/** Whether three dimensions would be computed without a graphics card. */
function hasCard(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (gl === null) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

/** Whether the person asked for less motion. */
const isCalm = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The address of a picture for the side that works. The plan names the side where it is one; where both legs go in turn, the left one. */
function sided(address: string, side: string): string {
  return side === "right" && !address.includes("?") ? `${address}?side=right` : address;
}

export class Stage {
  readonly has_card = hasCard();
  private readonly draw_ms = this.has_card ? DRAW_MS.card : DRAW_MS.none;
  readonly element = h("div", { class: "session__stage" });
  private readonly figure = h("div", { class: "session__figure" });
  private readonly lens = h("div", { class: "session__camera", hidden: true });
  /** beside the figure, never over it: the camera's picture, and the drawing where the figure is the person */
  private readonly aside = h("div", { class: "session__aside" });
  private now = "";
  private live: Mannequin | null = null;
  private held: Closes | null = null;
  private drawn_ms = 0;

  constructor() {
    this.aside.append(this.lens);
    this.element.append(this.figure, this.aside);
  }

  /** The drawing of an exercise: still or moving, or where to put the camera. */
  picture(exercise: Exercise, kind: "loop" | "camera" | "still", side = ""): void {
    const source = exercise.pictures[kind === "loop" && isCalm() ? "still" : kind];
    this.change(`${source}${side}`, () => {
      const address = kind === "camera" ? source : sided(source, side);
      this.figure.replaceChildren(h("img", { src: address, alt: exercise.alt, class: "session__picture" }));
    });
  }

  /** The figure that can be seen from all sides; the drawing stays where it cannot be shown. */
  turning(exercise: Exercise, side = ""): void {
    const name = `3d ${exercise.id}${side}`;
    if (this.now === name) return;
    this.picture(exercise, "loop", side);
    this.now = name;
    const place = h("div", { class: "session__model stage is-waiting" });
    void import("./figure/index")
      .then(({ mountFigure }) => {
        if (this.now !== name) return null;
        this.figure.append(place);
        return mountFigure(place, { glb: sided(exercise.pictures.figure, side), alt: exercise.alt });
      })
      .then((figure) => {
        if (figure === null) return;
        if (this.now !== name) {
          figure.close();
          return;
        }
        this.held = figure;
        place.classList.remove("is-waiting");
        this.figure.replaceChildren(place);
      })
      .catch(() => place.remove());
  }

  /** The person as the camera sees them, as a figure. */
  person(exercise: Exercise, side = ""): void {
    const name = `live ${exercise.id}${side}`;
    if (this.now === name) return;
    this.picture(exercise, "loop", side);
    this.now = name;
    const place = h("div", { class: "session__model stage is-waiting" });
    void import("./figure/index")
      .then(({ mountMannequin }) => {
        if (this.now !== name) return;
        this.figure.append(place);
        // who lies is nearer the floor and wider than tall
        const from = { azimuth: 0, elevation: 10, distance: exercise.floor ? 3 : 4.2 };
        const live = mountMannequin(place, t("You, as the camera sees you"), from);
        this.live = live;
        this.held = live;
        place.classList.remove("is-waiting");
        this.figure.replaceChildren(place);
        this.aside.prepend(h("img", { src: sided(exercise.pictures[isCalm() ? "still" : "loop"], side), alt: exercise.alt, class: "session__inset" }));
      })
      .catch(() => place.remove());
  }

  /** A new posture of the person. */
  show(world: Float32Array): void {
    const now = performance.now();
    if (this.live === null || now - this.drawn_ms < this.draw_ms) return;
    this.drawn_ms = now;
    this.live.show(world);
  }

  /** The drawing in the person's place, where both would be too much for this device. */
  relieve(exercise: Exercise): void {
    if (this.live === null) return;
    const name = this.now;
    this.picture(exercise, "loop", name.slice(`live ${exercise.id}`.length));
    this.now = name;
  }

  camera(video: HTMLVideoElement | null): void {
    this.lens.hidden = video === null;
    if (video === null) this.lens.replaceChildren();
    else if (video.parentElement !== this.lens) this.lens.replaceChildren(video);
  }

  /** Whether the person is found in the picture. */
  found(seen: boolean): void {
    if (this.lens.dataset["seen"] === String(seen)) return;
    this.lens.dataset["seen"] = String(seen);
    this.lens.querySelector(".session__eye")?.remove();
    if (seen) this.lens.append(h("span", { class: "session__eye" }, sign("good")));
  }

  clear(): void {
    this.change("", () => this.figure.replaceChildren());
  }

  private change(name: string, draw: () => void): void {
    if (this.now === name) return;
    this.now = name;
    this.aside.querySelector(".session__inset")?.remove();
    this.held?.close();
    this.held = null;
    this.live = null;
    draw();
  }
}
