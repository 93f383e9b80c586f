/**
 * The pose model in a worker of its own, so that counting never stalls the page.
 *
 * A classic worker: tasks-vision loads its wasm loader by importScripts, and needs no eval that way. The model is fetched here as a
 * stream, so that its progress can be shown, and handed over as bytes: nothing but our own origin is asked for anything.
 */

import { PoseLandmarker } from "@mediapipe/tasks-vision";
import type { FromWorker, ToWorker } from "./pose";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const POINTS = 33;
/** image (33 × 3), world (33 × 3), visibility (33) */
const VALUES = POINTS * 7;

let landmarker: PoseLandmarker | null = null;
let last_ms = -1;

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok || response.body === null) throw new Error(`model: expected 200, got ${response.status}`);
  const length = Number(response.headers.get("Content-Length") ?? 0);
  // a compressed answer's length is not that of its content
  const total = response.headers.get("Content-Encoding") === null ? length : 0;
  const parts: Uint8Array[] = [];
  let loaded = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    tell({ type: "progress", loaded, total });
  }
  const whole = new Uint8Array(loaded);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function load(message: Extract<ToWorker, { type: "load" }>): Promise<void> {
  landmarker?.close();
  landmarker = null;
  const modelAssetBuffer = await download(message.url);
  landmarker = await PoseLandmarker.createFromOptions(
    { wasmLoaderPath: message.loader, wasmBinaryPath: message.binary },
    { baseOptions: { modelAssetBuffer, delegate: message.delegate }, runningMode: "VIDEO", numPoses: 1 },
  );
  tell({ type: "loaded", model: message.model, delegate: message.delegate });
}

function see(frame: VideoFrame | ImageBitmap, time_ms: number): void {
  const values = new Float32Array(VALUES).fill(NaN);
  values.fill(0, POINTS * 6);
  const start = performance.now();
  let found = false;
  try {
    if (landmarker !== null && time_ms > last_ms) {
      last_ms = time_ms;
      const result = landmarker.detectForVideo(frame, time_ms);
      const image = result.landmarks[0];
      const world = result.worldLandmarks[0];
      if (image !== undefined && world !== undefined) {
        found = true;
        for (let k = 0; k < POINTS; k++) {
          const i = image[k]!;
          const w = world[k]!;
          values.set([i.x, i.y, i.z], k * 3);
          values.set([w.x, w.y, w.z], POINTS * 3 + k * 3);
          values[POINTS * 6 + k] = i.visibility ?? 0;
        }
      }
    }
  } finally {
    // an unclosed frame stalls the camera after a few
    frame.close();
  }
  tell({ type: "pose", time_ms, values, found, took_ms: performance.now() - start }, [values.buffer]);
}

scope.addEventListener("message", (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.type === "load") {
    load(message).catch((error: unknown) => tell({ type: "failed", detail: String(error) }));
    return;
  }
  try {
    see(message.frame, message.time_ms);
  } catch (error) {
    tell({ type: "failed", detail: String(error) });
  }
});
