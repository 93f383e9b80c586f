/** `Camera`: the picture, which never leaves the page: which camera, its frames with their time of capture, unplugged and back. */

export type CameraTrouble = "refused" | "none" | "busy" | "insecure" | "unplugged";

interface CameraHandlers {
  /** One new picture, with the time at which it was taken, in ms of one clock that never runs back. */
  frame(video: HTMLVideoElement, time_ms: number): void;
  trouble(what: CameraTrouble): void;
  back(): void;
}

/** Times of capture as the browser tells them, made strictly increasing across cameras and clocks. */
class FrameClock {
  private offset = 0;
  private last = -Infinity;
  private source: "capture" | "media" | null = null;

  /** The time of this frame in ms, or null for a frame already seen. */
  take(metadata: { captureTime?: number | undefined; mediaTime?: number | undefined }, now_ms: number): number | null {
    const source = metadata.captureTime !== undefined ? "capture" : "media";
    const raw = metadata.captureTime ?? (metadata.mediaTime ?? 0) * 1000;
    if (source !== this.source) {
      // another clock: line it up with the page's, so that time goes on where it was
      this.source = source;
      this.offset = source === "capture" ? 0 : now_ms - raw;
    }
    let time = raw + this.offset;
    if (time <= this.last) {
      if (this.last - time < 1000) return null;
      this.offset += now_ms - time;
      time = Math.max(now_ms, this.last + 1);
    }
    this.last = time;
    return time;
  }
}

function troubleOf(error: unknown): CameraTrouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "none";
}

export class Camera {
  readonly video = document.createElement("video");
  device: string | null = null;
  private stream: MediaStream | null = null;
  private readonly clock = new FrameClock();
  private wanted = false;
  private loop = 0;

  constructor(private readonly handlers: CameraHandlers) {
    this.video.muted = true;
    this.video.playsInline = true;
    // no camera can be asked for where the page is not secure
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.retry());
    document.addEventListener("visibilitychange", () => void this.retry());
  }

  get on(): boolean {
    return this.stream !== null;
  }

  get width(): number {
    return this.video.videoWidth || 640;
  }

  get height(): number {
    return this.video.videoHeight || 480;
  }

  /** Start this camera, or the one that looks at the person; true when its picture is there. */
  async start(device: string | null = this.device): Promise<boolean> {
    this.halt();
    this.wanted = true;
    if (navigator.mediaDevices === undefined) {
      this.handlers.trouble("insecure");
      return false;
    }
    const choice: MediaTrackConstraints = device === null ? { facingMode: "user" } : { deviceId: { exact: device } };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, ...choice },
      });
    } catch (error) {
      if (device !== null && error instanceof DOMException && error.name === "OverconstrainedError") return this.start(null);
      this.handlers.trouble(troubleOf(error));
      return false;
    }
    const track = this.stream.getVideoTracks()[0];
    this.device = track?.getSettings().deviceId ?? null;
    track?.addEventListener("ended", () => {
      this.halt();
      this.handlers.trouble("unplugged");
    });
    this.video.srcObject = this.stream;
    await this.video.play().catch(() => undefined);
    this.watch(++this.loop);
    return true;
  }

  /** Try again when a camera was plugged in or the page is looked at again. */
  private async retry(): Promise<void> {
    if (!this.wanted || document.hidden) return;
    if (this.stream !== null && this.stream.getVideoTracks()[0]?.readyState === "live") {
      await this.video.play().catch(() => undefined);
      return;
    }
    const cameras = await this.list();
    if (cameras.length === 0) return;
    if (await this.start(cameras.some((camera) => camera.deviceId === this.device) ? this.device : null)) this.handlers.back();
  }

  async list(): Promise<MediaDeviceInfo[]> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices.filter((device) => device.kind === "videoinput");
  }

  private watch(loop: number): void {
    const video = this.video;
    if ("requestVideoFrameCallback" in video) {
      const step: VideoFrameRequestCallback = (now, metadata) => {
        if (loop !== this.loop) return;
        const time = this.clock.take({ captureTime: metadata.captureTime, mediaTime: metadata.mediaTime }, now);
        if (time !== null) this.handlers.frame(video, time);
        video.requestVideoFrameCallback(step);
      };
      video.requestVideoFrameCallback(step);
      return;
    }
    const step = (now: number): void => {
      if (loop !== this.loop) return;
      const time = this.clock.take({ mediaTime: this.video.currentTime }, now);
      if (time !== null) this.handlers.frame(this.video, time);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  private halt(): void {
    this.loop++;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  stop(): void {
    this.wanted = false;
    this.halt();
  }
}

/** The picture as something a worker can take over without a copy. */
export async function grab(video: HTMLVideoElement, time_ms: number): Promise<VideoFrame | ImageBitmap> {
  if (typeof VideoFrame === "function") {
    try {
      return new VideoFrame(video, { timestamp: Math.round(time_ms * 1000) });
    } catch {
      // some browsers have VideoFrame, but not from a video element
    }
  }
  return createImageBitmap(video);
}
