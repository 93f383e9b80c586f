/** The moving figure of an exercise: a glTF body from the server, looped, turned by hand. */

import { AnimationMixer, Box3, Mesh, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { Stage, type Viewpoint } from "./stage";

export interface Figure {
  /** Go on or stand still. */
  play(on: boolean): void;
  readonly playing: boolean;
  /** 1 is the movement's own pace. */
  speed(factor: number): void;
  turn(degrees: number): void;
  close(): void;
}

export interface FigureOptions {
  glb: string;
  alt: string;
  azimuth?: number;
  /** Whether it moves from the start; by default unless the person asked for less motion. */
  moving?: boolean;
}

/** Of the ball round the movement that must fit: bodies leave its corners empty. */
const MARGIN = 0.86;

/** Load the figure into `place`. Rejects where there is no WebGL or no file: the caller keeps its picture then. */
export async function mountFigure(place: HTMLElement, { glb, alt, azimuth = 35, moving }: FigureOptions): Promise<Figure> {
  const answer = await fetch(glb, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`figure: expected ${glb}, got ${answer.status}`);
  const { scene, animations } = await new GLTFLoader().parseAsync(await answer.arrayBuffer(), "");
  scene.traverse((thing) => {
    if (!(thing instanceof Mesh)) return;
    thing.castShadow = true;
    thing.receiveShadow = thing.name !== "body";
    thing.frustumCulled = false; // the bounds are those of the first pose
  });
  const mixer = new AnimationMixer(scene);
  const clip = animations[0];
  const action = clip ? mixer.clipAction(clip).play() : undefined;
  const { centre, radius } = bounds(scene, mixer, clip?.duration ?? 0);
  const from: Viewpoint = { azimuth, elevation: 14, distance: (radius * MARGIN) / Math.sin((16 * Math.PI) / 180) };
  const stage = new Stage(place, { alt, from, target: [centre.x, centre.y, centre.z] });
  stage.add(scene);
  let playing = moving ?? !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  stage.each((seconds) => {
    if (!playing) return false;
    mixer.update(seconds);
    return true;
  });
  return {
    play(on) {
      playing = on;
      stage.draw();
    },
    get playing() {
      return playing;
    },
    speed(factor) {
      if (action) action.timeScale = factor;
    },
    turn: (degrees) => stage.turn(degrees),
    close() {
      mixer.stopAllAction();
      stage.close();
    },
  };
}

/** A ball round everything that the movement passes through. */
function bounds(scene: Parameters<typeof Box3.prototype.setFromObject>[0], mixer: AnimationMixer, duration: number): { centre: Vector3; radius: number } {
  const all = new Box3();
  const moments = duration > 0 ? 8 : 1;
  for (let k = 0; k < moments; k++) {
    mixer.setTime((duration * k) / moments);
    scene.updateMatrixWorld(true);
    scene.traverse((thing) => {
      // the bones stand for the body: its skin is a hand's breadth round them
      if ("isBone" in thing && thing.isBone) all.expandByPoint(new Vector3().setFromMatrixPosition(thing.matrixWorld));
    });
  }
  mixer.setTime(0);
  if (all.isEmpty()) all.setFromObject(scene);
  all.expandByScalar(0.14);
  all.min.y = Math.max(all.min.y, 0);
  const centre = all.getCenter(new Vector3());
  return { centre, radius: all.getSize(new Vector3()).length() / 2 };
}
