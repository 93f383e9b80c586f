import { Camera, grab } from "./camera";
import { Pose } from "./pose";

const pose = new Pose(
  { full: "/model/pose_full.task", lite: "/model/pose_lite.task" },
  {
    progress: (a, b) => document.body.setAttribute("data-progress", `${a}/${b}`),
    loaded: (m, d) => document.body.setAttribute("data-loaded", m + d),
    failed: (d) => document.body.setAttribute("data-failed", d),
    seen: (_t, _v, found) => document.body.setAttribute("data-seen", `${found} ${pose.pace.fps.toFixed(1)} ${_t}`),
  },
);
const camera = new Camera({
  frame: (video, time) => { if (pose.free) void grab(video, time).then((f) => pose.see(f, time)); },
  trouble: (w) => document.body.setAttribute("data-trouble", w),
  back: () => undefined,
});
document.body.append(camera.video);
void camera.start();
pose.load(new URLSearchParams(location.search).get("m") === "lite" ? "lite" : "full");
