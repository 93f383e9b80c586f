/** The moving figure of an exercise: a glTF body from the server, looped, turned by hand. */

import { AnimationMixer, Box3, Mesh, type Object3D, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { FIELD_OF_VIEW_DEG, Stage, type Viewpoint } from "./stage";

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

const SKIN_M = 0.14;
const ELEVATION_DEG = 14;
/** A stage that is not shown yet has no shape; this is the usual one. */
const ASPECT = 4 / 3;
/** What is nearer than the middle looks larger; limbs seldom reach towards the viewer and to the edge at once. */
const NEARER = 0.35;

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
  const reach = bounds(scene, mixer, clip?.duration ?? 0);
  const aspect = place.clientHeight > 0 ? place.clientWidth / place.clientHeight : ASPECT;
  const from: Viewpoint = { azimuth, elevation: ELEVATION_DEG, distance: distanceFor(reach, ELEVATION_DEG, aspect) };
  const stage = new Stage(place, { alt, from, target: [reach.centre.x, reach.centre.y, reach.centre.z] });
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

/** How far the movement reaches round its middle, to every side and up and down: it stays in view from wherever it is looked at. */
function bounds(scene: Object3D, mixer: AnimationMixer, duration: number): { centre: Vector3; around: number; height: number } {
  const all = new Box3();
  const joints: Vector3[] = [];
  const moments = duration > 0 ? 8 : 1;
  for (let k = 0; k < moments; k++) {
    mixer.setTime((duration * k) / moments);
    scene.updateMatrixWorld(true);
    scene.traverse((thing) => {
      // the bones stand for the body: its skin is a hand's breadth round them
      if ("isBone" in thing && thing.isBone) joints.push(new Vector3().setFromMatrixPosition(thing.matrixWorld));
    });
  }
  mixer.setTime(0);
  if (joints.length > 0) all.setFromPoints(joints);
  else all.setFromObject(scene);
  all.expandByScalar(SKIN_M);
  all.min.y = Math.max(all.min.y, 0);
  const centre = all.getCenter(new Vector3());
  const size = all.getSize(new Vector3());
  const around = joints.length > 0 ? Math.max(...joints.map((at) => Math.hypot(at.x - centre.x, at.z - centre.z))) + SKIN_M : Math.hypot(size.x, size.z) / 2;
  return { centre, around, height: size.y };
}

/** From how far a movement that reaches so far is in view, in a frame of this shape. */
function distanceFor({ around, height }: { around: number; height: number }, elevation: number, aspect: number): number {
  const e = (elevation * Math.PI) / 180;
  const up = (height / 2) * Math.cos(e) + around * Math.sin(e);
  const half = Math.tan(((FIELD_OF_VIEW_DEG / 2) * Math.PI) / 180);
  // a frame that is taller than wide sees as much to the sides as a square one
  return Math.max(up / half, around / (half * Math.max(1, aspect))) + around * NEARER;
}
