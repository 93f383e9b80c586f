/** A stage: floor, light and a camera that walks round the figure; by mouse, finger, keys and buttons. */

import {
  CircleGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  MeshStandardMaterial,
  PCFShadowMap,
  PerspectiveCamera,
  Scene,
  ShadowMaterial,
  Vector3,
  WebGLRenderer,
  type Object3D,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

/** Where the viewer stands, in degrees round the figure and above the floor, and how far, in metres. */
export interface Viewpoint {
  azimuth: number;
  elevation: number;
  distance: number;
}

interface Options {
  alt: string;
  from?: Viewpoint;
  target?: readonly [number, number, number];
}

const STEP_DEG = 15;
const LEAST_ELEVATION_DEG = 3;
const MOST_ELEVATION_DEG = 80;
export const FIELD_OF_VIEW_DEG = 32;
/** More pixels than this cost a phone its battery and nobody sees them. */
const MOST_PIXELS = 2;

export class Stage {
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW_DEG, 1, 0.05, 30);
  readonly target: Vector3;
  private readonly renderer: WebGLRenderer;
  private readonly controls: OrbitControls;
  private readonly watch: ResizeObserver;
  private readonly seen: IntersectionObserver;
  private readonly keys: (event: KeyboardEvent) => void;
  private before: (seconds: number) => boolean = () => false;
  private stale = true;
  private visible = true;
  private frame = 0;
  private last = 0;

  /** Build the stage inside `place`, filling it. Throws where the browser has no WebGL: the caller keeps its picture then. */
  constructor(
    private readonly place: HTMLElement,
    { alt, from = { azimuth: 25, elevation: 14, distance: 3.4 }, target = [0, 0.55, 0] }: Options,
  ) {
    this.renderer = new WebGLRenderer({ antialias: true, alpha: true, powerPreference: "low-power" });
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, MOST_PIXELS));
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    const canvas = this.renderer.domElement;
    canvas.className = "stage__canvas";
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", alt);
    place.append(canvas);
    this.target = new Vector3(...target);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enablePan = false;
    this.controls.minDistance = 1.2;
    this.controls.maxDistance = 7;
    this.controls.minPolarAngle = ((90 - MOST_ELEVATION_DEG) * Math.PI) / 180;
    this.controls.maxPolarAngle = ((90 - LEAST_ELEVATION_DEG) * Math.PI) / 180;
    // one finger scrolls the page past the figure; two turn it
    canvas.style.touchAction = "pan-y";
    this.controls.addEventListener("change", () => this.draw());
    this.light();
    this.look(from);
    this.keys = (event) => this.key(event);
    canvas.addEventListener("keydown", this.keys);
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(place);
    this.seen = new IntersectionObserver(([entry]) => {
      this.visible = entry?.isIntersecting ?? true;
      if (this.visible) this.draw();
    });
    this.seen.observe(place);
    this.fit();
    this.loop = this.loop.bind(this);
    this.frame = requestAnimationFrame(this.loop);
  }

  /** Call `step` with the seconds gone by before each picture; it says whether something moved. */
  each(step: (seconds: number) => boolean): void {
    this.before = step;
  }

  /** Draw once more, although nothing moves by itself. */
  draw(): void {
    this.stale = true;
  }

  add(...things: Object3D[]): void {
    this.scene.add(...things);
    this.draw();
  }

  /** Stand here. */
  look({ azimuth, elevation, distance }: Viewpoint): void {
    const a = (azimuth * Math.PI) / 180;
    const e = (elevation * Math.PI) / 180;
    const away = new Vector3(Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)).multiplyScalar(distance);
    this.camera.position.copy(this.target).add(away);
    this.controls.target.copy(this.target);
    this.controls.update();
    this.draw();
  }

  /** Look at this height above the floor, from where the viewer stands. */
  aim(height: number): void {
    const from = this.viewpoint;
    this.target.y = height;
    this.look(from);
  }

  /** Walk round by this many degrees: a positive number goes to the viewer's right. */
  turn(azimuth: number, elevation = 0): void {
    const now = this.viewpoint;
    const up = Math.min(Math.max(now.elevation + elevation, LEAST_ELEVATION_DEG), MOST_ELEVATION_DEG);
    this.look({ ...now, azimuth: now.azimuth + azimuth, elevation: up });
  }

  get viewpoint(): Viewpoint {
    const away = this.camera.position.clone().sub(this.target);
    const distance = away.length();
    return {
      azimuth: (Math.atan2(away.x, away.z) * 180) / Math.PI,
      elevation: (Math.asin(away.y / distance) * 180) / Math.PI,
      distance,
    };
  }

  /** Give everything back to the browser. */
  close(): void {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    this.seen.disconnect();
    this.renderer.domElement.removeEventListener("keydown", this.keys);
    this.controls.dispose();
    this.scene.traverse((thing) => {
      if (!(thing instanceof Mesh)) return;
      thing.geometry.dispose();
      for (const material of [thing.material].flat()) material.dispose();
    });
    this.renderer.dispose();
    this.renderer.domElement.remove();
  }

  private light(): void {
    const sun = new DirectionalLight(new Color("#fff4e2"), 2.1);
    sun.position.set(1.6, 3.4, 2.2);
    sun.castShadow = true;
    sun.shadow.mapSize.set(1024, 1024);
    sun.shadow.camera.near = 0.5;
    sun.shadow.camera.far = 9;
    for (const side of ["left", "bottom"] as const) sun.shadow.camera[side] = -1.8;
    for (const side of ["right", "top"] as const) sun.shadow.camera[side] = 1.8;
    sun.shadow.radius = 6;
    sun.shadow.bias = -0.0006;
    sun.shadow.normalBias = 0.02;
    this.scene.add(new HemisphereLight(new Color("#ffffff"), new Color("#b9a98c"), 1.5), sun, sun.target);
    const floor = new Mesh(new CircleGeometry(3.2, 48), new ShadowMaterial({ color: "#000000", opacity: 0.16 }));
    floor.rotation.x = -Math.PI / 2;
    floor.receiveShadow = true;
    this.scene.add(floor);
  }

  private fit(): void {
    const { clientWidth, clientHeight } = this.place;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.camera.aspect = clientWidth / clientHeight;
    // a tall frame sees as much to the sides as a square one
    const half = Math.tan((FIELD_OF_VIEW_DEG * Math.PI) / 360);
    this.camera.fov = (Math.atan(half / Math.min(1, this.camera.aspect)) * 360) / Math.PI;
    this.camera.updateProjectionMatrix();
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    const turns: Record<string, [number, number]> = {
      ArrowLeft: [-STEP_DEG, 0],
      ArrowRight: [STEP_DEG, 0],
      ArrowUp: [0, STEP_DEG],
      ArrowDown: [0, -STEP_DEG],
    };
    const turn = turns[event.key];
    if (turn === undefined) return;
    event.preventDefault();
    // in a session any other key means stop; these turn the figure
    event.stopPropagation();
    this.turn(...turn);
  }

  private loop(now: number): void {
    this.frame = requestAnimationFrame(this.loop);
    const seconds = Math.min((now - this.last) / 1000, 0.1);
    this.last = now;
    if (!this.visible || document.hidden) return;
    const moved = this.before(seconds);
    if (!moved && !this.stale) return;
    this.stale = false;
    this.renderer.render(this.scene, this.camera);
  }
}

/** A matt material in one of the figure's colours. */
export function matt(colour: string): MeshStandardMaterial {
  return new MeshStandardMaterial({ color: colour, roughness: 0.85, metalness: 0 });
}
