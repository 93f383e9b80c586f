"""Whoever lies too far away to press holds one arm up: Stop; and once more: on again. Runs alone: it needs the processor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fake_camera import CAMERA_FPS, filmed, launch
from playwright.sync_api import Browser, Playwright, expect
from session_page import SCREEN_MS, before_the_camera, kept

from coxa.body.mannequin.kinematics import Posed
from coxa.body.mannequin.mesh import Body
from coxa.body.mannequin.raster import render
from coxa.body.mannequin.scene import Scene
from coxa.body.mannequin.skeleton import INDEX
from coxa.capture.simulated import simulate

if TYPE_CHECKING:
    from conftest import Server, Visit

pytestmark = pytest.mark.alone
EXERCISE = "clamshell"
#: The arm lies beside the body for so long, then it is up for so long, seconds; the film plays in a loop.
DOWN_S, UP_S = 2.5, 4.0
#: So far from the vertical that the hand stays in the picture.
LEAN_DEG = 20.0


def with_the_arm_up(posed: Posed) -> Posed:
    """The same pose with the left arm held up."""
    origins, rotations, offsets = np.array(posed.origins), np.array(posed.rotations), posed.skeleton.offsets
    lean = np.radians(LEAN_DEG)
    up = np.array([[np.cos(lean), -np.sin(lean), 0.0], [np.sin(lean), np.cos(lean), 0.0], [0.0, 0.0, 1.0]]) @ np.diag([1.0, -1.0, -1.0])
    parts = [INDEX[f"{name}_left"] for name in ("upper_arm", "forearm", "hand")]
    rotations[parts] = up
    for part, next_one in pairwise(parts):
        origins[next_one] = origins[part] + up @ offsets[next_one]
    return Posed(posed.skeleton, origins, rotations)


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated person lies on the side and holds one arm up again and again."""
    done = simulate(EXERCISE, seed=1, view="front", side="left", repetitions=1, fps=CAMERA_FPS)
    rng = np.random.default_rng([1, 77])
    body = Body.of(done.skeleton, int(rng.integers(1 << 20)))
    scene = Scene.of(int(rng.integers(1 << 20)), mat=True)
    room = scene.backdrop(done.camera)
    down = done.posed[0]

    def picture(posed: Posed, frame: int) -> object:
        points, normals = body.skin_normals(posed.origins, posed.rotations)
        return render(points, normals, body.triangles, body.colours, done.camera, room, scene.light, noise=scene.noise, frame=frame)

    poses = [down] * round(DOWN_S * CAMERA_FPS) + [with_the_arm_up(down)] * round(UP_S * CAMERA_FPS)
    return filmed(tmp_path_factory.mktemp("arm") / "arm.mjpeg", (picture(one, frame) for frame, one in enumerate(poses)))


@pytest.fixture(scope="module")
def browser(playwright: Playwright, camera: Path) -> Iterator[Browser]:
    """Chromium with this film as its camera."""
    one = launch(playwright, camera)
    yield one
    one.close()


def test_one_arm_up_stops_and_once_more_goes_on(server: Server, visit: Callable[..., Visit]) -> None:
    one = visit()
    session = before_the_camera(one, EXERCISE)
    # no set goes on, and no connection is needed: it is the page that looks
    expect(one.page.get_by_role("dialog")).to_be_visible(timeout=SCREEN_MS)
    expect(one.page.get_by_role("dialog")).to_contain_text(
        session.words["To go on from where you are: lower your arm, then hold it up for two seconds."]
    )
    expect(one.page.get_by_role("dialog")).to_be_hidden(timeout=SCREEN_MS)
    assert session.words["We go on. One arm up stops again."] in one.said()
    # stopped by a key, it goes on by a key alone: an arm that is up then may be a call for help
    expect(one.page.get_by_role("dialog")).to_be_visible(timeout=SCREEN_MS)
    one.page.keyboard.press("Escape")
    expect(one.page.get_by_role("dialog")).to_be_hidden()
    one.page.keyboard.press("x")
    expect(one.page.get_by_role("dialog")).to_be_visible()
    one.page.wait_for_timeout(1000 * 2 * (DOWN_S + UP_S))
    expect(one.page.get_by_role("dialog")).to_be_visible()
    assert kept(server, "stopped") == []
