/** The person as the camera sees them, drawn as a calm figure: landmarks in, a body out; live or replayed. */

import { Group, LatheGeometry, Matrix4, Mesh, Quaternion, SphereGeometry, Vector2, Vector3 } from "three";
import { matt, Stage, type Viewpoint } from "./stage";

/** Numbers of MediaPipe's 33 landmarks. */
const AT = {
  nose: 0, earLeft: 7, earRight: 8, shoulderLeft: 11, shoulderRight: 12, elbowLeft: 13, elbowRight: 14, wristLeft: 15, wristRight: 16,
  indexLeft: 19, indexRight: 20, hipLeft: 23, hipRight: 24, kneeLeft: 25, kneeRight: 26, ankleLeft: 27, ankleRight: 28, heelLeft: 29,
  heelRight: 30, toeLeft: 31, toeRight: 32,
} as const; // prettier-ignore
type Name = keyof typeof AT;
const COUNT = 33;

/** Half widths along a limb, from its first joint to its second, in metres for an adult of average build. */
const PROFILES: Record<string, readonly number[]> = {
  thigh: [0.076, 0.084, 0.08, 0.07, 0.06, 0.053],
  shin: [0.051, 0.057, 0.055, 0.045, 0.037, 0.034],
  upperArm: [0.05, 0.047, 0.044, 0.041, 0.037],
  forearm: [0.037, 0.04, 0.037, 0.03, 0.026],
  hand: [0.026, 0.034, 0.03, 0.016],
  neck: [0.06, 0.054, 0.054],
  foot: [0.034, 0.042, 0.042, 0.036, 0.022],
  // ends narrower than shoulders and hips, which the limbs' own ends round off
  trunk: [0.1, 0.118, 0.114, 0.106, 0.11, 0.122, 0.128, 0.124, 0.085],
  yoke: [0.054, 0.062, 0.07, 0.074, 0.07, 0.062, 0.054],
  pelvis: [0.078, 0.088, 0.094, 0.088, 0.078],
};
const LIMBS: readonly (readonly [Name, Name, keyof typeof PROFILES, "shirt" | "legs" | "skin"])[] = [
  ["hipLeft", "kneeLeft", "thigh", "legs"],
  ["hipRight", "kneeRight", "thigh", "legs"],
  ["kneeLeft", "ankleLeft", "shin", "legs"],
  ["kneeRight", "ankleRight", "shin", "legs"],
  ["heelLeft", "toeLeft", "foot", "skin"],
  ["heelRight", "toeRight", "foot", "skin"],
  ["shoulderLeft", "elbowLeft", "upperArm", "shirt"],
  ["shoulderRight", "elbowRight", "upperArm", "shirt"],
  ["elbowLeft", "wristLeft", "forearm", "skin"],
  ["elbowRight", "wristRight", "forearm", "skin"],
  ["wristLeft", "indexLeft", "hand", "skin"],
  ["wristRight", "indexRight", "hand", "skin"],
  ["shoulderLeft", "shoulderRight", "yoke", "shirt"],
  ["hipLeft", "hipRight", "pelvis", "legs"],
];
const COLOURS = { shirt: "#7fa59b", legs: "#47615c", skin: "#e3c3a5", hair: "#4a4038" };
const HEAD_M = 0.105;
const AROUND = 20;
/** Trunk: how much wider than deep. */
const BREADTH = 1.42;
const UP = new Vector3(0, 1, 0);

/** Points (33) as three.js has them, metres, y up, from world landmarks with y down and z away; null where one of `needed` is missing. */
export function placed(world: ArrayLike<number>): Vector3[] {
  return Array.from({ length: COUNT }, (_, k) => new Vector3(world[3 * k], -(world[3 * k + 1] ?? NaN), -(world[3 * k + 2] ?? NaN)));
}

/** Whether a body can be drawn from these points: trunk and at least the hips must be there. */
export function isBody(points: readonly Vector3[]): boolean {
  return (["hipLeft", "hipRight", "shoulderLeft", "shoulderRight"] as const).every((name) => Number.isFinite(points[AT[name]]?.x));
}

/** A body of lathed limbs that takes the pose of landmarks. */
export class Mannequin {
  readonly group = new Group();
  private readonly limbs: Mesh[];
  private readonly trunk: Mesh;
  private readonly neck: Mesh;
  private readonly head: Mesh;
  private floor: number | undefined;
  private height = 1.7;

  constructor() {
    this.limbs = LIMBS.map(([, , profile, colour]) => this.lathed(profile, colour));
    this.trunk = this.lathed("trunk", "shirt");
    this.neck = this.lathed("neck", "skin");
    this.head = new Mesh(new SphereGeometry(HEAD_M, 28, 20), matt(COLOURS.skin));
    this.head.scale.set(0.86, 1.14, 0.98);
    this.head.castShadow = true;
    // the upper part of a slightly larger ball, tipped back, so that one sees where the face is
    const hair = new Mesh(new SphereGeometry(HEAD_M * 1.06, 28, 16, 0, Math.PI * 2, 0, Math.PI * 0.52), matt(COLOURS.hair));
    hair.rotation.x = -0.62;
    this.head.add(hair);
    this.group.add(this.head);
    this.group.visible = false;
  }

  /** Take this pose. World landmarks (33 × 3), metres, origin between the hips; where there is no body the last pose stays. */
  show(world: ArrayLike<number>): boolean {
    const points = placed(world);
    if (!isBody(points)) return false;
    const at = (name: Name): Vector3 => points[AT[name]] as Vector3;
    this.group.visible = true;
    LIMBS.forEach(([from, to], k) => stretch(this.limbs[k] as Mesh, at(from), at(to)));
    const hips = middle(at("hipLeft"), at("hipRight"));
    const shoulders = middle(at("shoulderLeft"), at("shoulderRight"));
    const spine = shoulders.clone().sub(hips);
    stretch(this.trunk, hips.clone().addScaledVector(spine, 0.03), shoulders.clone().addScaledVector(spine, 0.06));
    this.widen(at("shoulderLeft").clone().sub(at("shoulderRight")).add(at("hipLeft")).sub(at("hipRight")), spine);
    const ears = middle(at("earLeft"), at("earRight"));
    const crown = Number.isFinite(ears.x) ? ears : shoulders.clone().addScaledVector(spine, 0.42);
    stretch(this.neck, shoulders, crown);
    this.head.position.copy(crown).addScaledVector(spine.clone().normalize(), 0.02);
    this.face(crown.clone().sub(shoulders).normalize(), at("nose").clone().sub(crown));
    this.stand(points);
    return true;
  }

  private lathed(profile: keyof typeof PROFILES, colour: keyof typeof COLOURS): Mesh {
    const radii = PROFILES[profile] ?? [];
    const last = radii.length - 1;
    const outline: Vector2[] = [];
    // round ends, so that joints bend without a gap
    for (let k = 0; k <= 6; k++) outline.push(cap(radii[0] ?? 0, (k / 6) * 90 - 90, 0));
    radii.slice(1, -1).forEach((radius, k) => outline.push(new Vector2(radius, (k + 1) / last)));
    for (let k = 0; k <= 6; k++) outline.push(cap(radii[last] ?? 0, (k / 6) * 90, 1));
    const mesh = new Mesh(new LatheGeometry(outline, AROUND), matt(COLOURS[colour]));
    mesh.castShadow = true;
    mesh.frustumCulled = false;
    this.group.add(mesh);
    return mesh;
  }

  /** Turn the trunk's broad side along the line of shoulders and hips. */
  private widen(across: Vector3, spine: Vector3): void {
    const y = spine.clone().normalize();
    const x = across.addScaledVector(y, -across.dot(y));
    if (x.lengthSq() < 1e-6) return;
    x.normalize();
    const turn = new Quaternion().setFromUnitVectors(UP, y);
    const now = new Vector3(1, 0, 0).applyQuaternion(turn);
    const angle = Math.atan2(now.clone().cross(x).dot(y), now.dot(x));
    this.trunk.quaternion.copy(new Quaternion().setFromAxisAngle(y, angle).multiply(turn));
    this.trunk.scale.x = BREADTH;
    this.trunk.scale.z = 0.92;
  }

  /** Turn the head: `up` along the neck, the face where the nose is; where the nose is not seen the head keeps its turn. */
  private face(up: Vector3, forward: Vector3): void {
    const z = forward.addScaledVector(up, -forward.dot(up));
    if (!(z.lengthSq() > 1e-6)) return;
    z.normalize();
    this.head.quaternion.setFromRotationMatrix(new Matrix4().makeBasis(new Vector3().crossVectors(up, z), up, z));
  }

  /** Where the body's middle is, metres above the floor. */
  get middle(): number {
    return this.height / 2;
  }

  /** Put the lowest point on the floor, slowly: a landmark that jumps must not make the figure hop. */
  private stand(points: readonly Vector3[]): void {
    let lowest = Infinity;
    let highest = -Infinity;
    for (const name of Object.keys(AT) as Name[]) {
      const y = points[AT[name]]?.y ?? NaN;
      if (!Number.isFinite(y)) continue;
      lowest = Math.min(lowest, y);
      highest = Math.max(highest, y);
    }
    this.height = highest - lowest + 2 * HEAD_M;
    const wanted = 0.05 - lowest;
    this.floor = this.floor === undefined ? wanted : this.floor + 0.12 * (wanted - this.floor);
    this.group.position.y = this.floor;
  }
}

export interface LiveMannequin {
  /** World landmarks (33 × 3) of one frame; draws it. */
  show(world: ArrayLike<number>): void;
  turn(degrees: number): void;
  close(): void;
}

/** A stage with a mannequin in `place`. Throws where there is no WebGL. */
export function mountMannequin(place: HTMLElement, alt: string, from: Viewpoint = { azimuth: 0, elevation: 8, distance: 4.2 }): LiveMannequin {
  const stage = new Stage(place, { alt, from, target: [0, 0.85, 0] });
  const mannequin = new Mannequin();
  stage.add(mannequin.group);
  let aimed = false;
  return {
    show(world) {
      if (!mannequin.show(world)) return;
      if (!aimed) stage.aim(mannequin.middle);
      aimed = true;
      stage.draw();
    },
    turn: (degrees) => stage.turn(degrees),
    close: () => stage.close(),
  };
}

function middle(a: Vector3, b: Vector3): Vector3 {
  return a.clone().add(b).multiplyScalar(0.5);
}

/** A point of a round end: the outline is one long, its ends' roundness in metres is undone by `stretch` only in part. */
function cap(radius: number, degrees: number, end: 0 | 1): Vector2 {
  const a = (degrees * Math.PI) / 180;
  return new Vector2(Math.max(radius * Math.cos(a), 1e-4), end + radius * Math.sin(a) * 2.2);
}

/** Lay a limb, one long and upright as built, from one joint to the other. */
function stretch(limb: Mesh, from: Vector3, to: Vector3): void {
  const way = to.clone().sub(from);
  const length = way.length();
  limb.visible = Number.isFinite(length) && length > 0.01;
  if (!limb.visible) return;
  limb.position.copy(from);
  limb.scale.set(1, length, 1);
  limb.quaternion.setFromUnitVectors(UP, way.divideScalar(length));
}
