"""The renderer: right pixels, right order, nothing outside the frame, and a person whom the pose model recognises."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coxa.body.landmarks import Landmark
from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.mesh import Body
from coxa.body.mannequin.raster import Backdrop, Light, render
from coxa.body.mannequin.scene import Box, Scene
from coxa.body.mannequin.skeleton import INDEX, SEGMENTS, Build, Skeleton
from coxa.errors import BadInput

LEVEL = Camera(height_m=1.0, distance_m=2.0, aim=(0.0, 1.0, 0.0), fov_deg=60.0, width=64, height=48)
EVEN = Light(direct=0.0, sky=1.0, ground=1.0)  # every surface shows its own colour


def triangle(corners: list[tuple[float, float, float]], colour: tuple[int, int, int]) -> tuple[np.ndarray, ...]:
    points = np.array(corners)
    normal = np.cross(points[1] - points[0], points[2] - points[0])
    normals = np.tile(normal / np.linalg.norm(normal), (3, 1))
    return points, normals, np.array([[0, 1, 2]], dtype=np.int32), np.tile(np.array(colour, dtype=np.uint8), (3, 1))


def together(*parts: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    starts = np.cumsum([0, *(len(p[0]) for p in parts)])
    return (
        np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] + start for p, start in zip(parts, starts, strict=False)]).astype(np.int32),
        np.concatenate([p[3] for p in parts]),
    )  # fmt: skip


def test_a_triangle_covers_its_pixels_and_no_others() -> None:
    part = triangle([(-0.4, 0.8, 0.0), (0.4, 0.8, 0.0), (0.0, 1.3, 0.0)], (200, 40, 10))
    picture = render(*part, LEVEL, Backdrop.plain(LEVEL, (9, 9, 9)), EVEN)
    seen = LEVEL.pixels(part[0])[:, :2]
    y, x = np.mgrid[0:48, 0:64] + 0.5
    side = [
        (seen[(k + 1) % 3, 0] - seen[k, 0]) * (y - seen[k, 1]) - (seen[(k + 1) % 3, 1] - seen[k, 1]) * (x - seen[k, 0]) for k in range(3)
    ]
    lengths = [np.linalg.norm(seen[(k + 1) % 3] - seen[k]) for k in range(3)]
    depth = np.min([-s / length for s, length in zip(side, lengths, strict=True)], axis=0)  # pixels inside the edges
    assert (depth > 1).sum() > 50
    assert np.abs(picture[depth > 1].astype(int) - [200, 40, 10]).max() <= 1
    assert (picture[depth < -1] == 9).all()


def test_the_nearer_of_two_wins_whatever_their_order() -> None:
    near = triangle([(-0.3, 0.8, 0.5), (0.3, 0.8, 0.5), (0.0, 1.3, 0.5)], (0, 200, 0))
    far = triangle([(-0.9, 0.6, -0.5), (0.9, 0.6, -0.5), (0.0, 1.6, -0.5)], (200, 0, 0))
    for parts in ((near, far), (far, near)):
        picture = render(*together(*parts), LEVEL, Backdrop.plain(LEVEL), EVEN)
        assert picture[24, 32, 1] > 190
        assert picture[24, 32, 0] < 10
        assert (picture[..., 0] > 190).any()


def test_the_back_of_a_triangle_is_not_drawn() -> None:
    points, normals, tri, colours = triangle([(-0.4, 0.8, 0.0), (0.4, 0.8, 0.0), (0.0, 1.3, 0.0)], (200, 40, 10))
    picture = render(points, normals, tri[:, ::-1].copy(), colours, LEVEL, Backdrop.plain(LEVEL, (9, 9, 9)), EVEN)
    assert (picture == 9).all()


@given(st.lists(st.tuples(*[st.floats(-60, 60, allow_nan=False)] * 3), min_size=3, max_size=12), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_nothing_outside_the_frame_is_written(corners: list[tuple[float, float, float]], width: int, height: int) -> None:
    camera = Camera(height_m=1.0, distance_m=2.0, aim=(0.0, 1.0, 0.0), width=width, height=height)
    points = np.array(corners[: len(corners) // 3 * 3])
    tri = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
    normals = np.tile([0.0, 1.0, 0.0], (len(points), 1))
    picture = render(points, normals, tri, np.full(points.shape, 90, np.uint8), camera, Scene.of(1).backdrop(camera))
    assert picture.shape == (height, width, 3)


def test_furniture_hides_what_stands_behind_it() -> None:
    part = triangle([(-0.4, 0.8, 0.0), (0.4, 0.8, 0.0), (0.0, 1.3, 0.0)], (200, 0, 0))
    screen = Box((-1.0, 0.0, 0.5), (1.0, 2.0, 0.6), (10, 10, 200))
    open_room, shut = Scene(light=EVEN), Scene(boxes=(screen,), light=EVEN)
    assert (render(*part, LEVEL, open_room.backdrop(LEVEL), EVEN)[24, 32] == [200, 0, 0]).all()
    assert render(*part, LEVEL, shut.backdrop(LEVEL), EVEN)[24, 32, 2] > 150


def test_a_body_casts_a_shadow_on_the_floor() -> None:
    camera = Camera(height_m=1.5, distance_m=2.0, aim=(0.0, 0.0, 0.0), width=64, height=48)
    plate = triangle([(-0.5, 0.6, 0.5), (0.5, 0.6, 0.5), (0.0, 0.6, -0.5)], (200, 200, 200))
    room = Scene(flooring="plain", light=Light(towards=(0.0, 1.0, 0.0)), noise=0.0)
    empty = room.backdrop(camera)
    picture = render(*plate, camera, empty, room.light)
    x, y, _ = np.round(camera.pixels(np.array([0.0, 0.0, 0.3]))).astype(int)
    assert picture[y, x].mean() < 0.9 * empty.picture[y, x].mean()


def test_the_same_seed_gives_the_same_picture() -> None:
    part = triangle([(-0.4, 0.8, 0.0), (0.4, 0.8, 0.0), (0.0, 1.3, 0.0)], (200, 40, 10))
    one, two = (render(*part, LEVEL, Scene.of(5).backdrop(LEVEL), Scene.of(5).light, noise=2.0, frame=7) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, render(*part, LEVEL, Scene.of(5).backdrop(LEVEL), Scene.of(5).light, noise=2.0, frame=8))


@pytest.mark.parametrize("corner", [-1, 3])
def test_a_corner_that_does_not_exist_is_refused(corner: int) -> None:
    points, normals, _, colours = triangle([(-0.4, 0.8, 0.0), (0.4, 0.8, 0.0), (0.0, 1.3, 0.0)], (1, 2, 3))
    with pytest.raises(BadInput, match="corners from 0 to 2"):
        render(points, normals, np.array([[0, 1, corner]], dtype=np.int32), colours, LEVEL)


def test_a_backdrop_of_another_size_is_refused() -> None:
    part = triangle([(-0.4, 0.8, 0.0), (0.4, 0.8, 0.0), (0.0, 1.3, 0.0)], (1, 2, 3))
    other = Camera(width=32, height=48)
    with pytest.raises(BadInput, match="draw it for this camera"):
        render(*part, LEVEL, Backdrop.plain(other))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("azimuth", [0.0, 90.0])
def test_the_pose_model_recognises_the_mannequin(seed: int, azimuth: float) -> None:
    model = os.environ.get("COXA_POSE_MODEL", "")
    if not Path(model).is_file():
        pytest.skip("no pose model: set COXA_POSE_MODEL to pose_full.task")
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions, vision

    body = Body.of(Skeleton.of(Build(1.70, "female" if seed == 1 else "male")), seed)
    origins = np.stack([body.skeleton.rest_joints[name] for name in SEGMENTS])
    rotations = np.tile(np.eye(3), (len(SEGMENTS), 1, 1))
    points, normals = body.skin_normals(origins, rotations)
    camera = Camera(height_m=0.7, distance_m=2.4, azimuth_deg=azimuth).framing(points, 0.08)
    room = Scene.of(seed)
    picture = render(points, normals, body.triangles, body.colours, camera, room.backdrop(camera), room.light, noise=room.noise)
    options = vision.PoseLandmarkerOptions(base_options=BaseOptions(model_asset_path=model), running_mode=vision.RunningMode.IMAGE)
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        found = landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=picture)).pose_landmarks
    assert len(found) == 1
    seen = np.array([[p.x * camera.width, p.y * camera.height] for p in found[0]])
    truth = camera.pixels(np.stack([origins[INDEX[s.segment]] + np.array(s.offset) for s in body.skeleton.landmarks]))[:, :2]
    trunk = np.linalg.norm(truth[[11, 12]].mean(axis=0) - truth[[23, 24]].mean(axis=0))
    # From the side the far limbs are a guess: judge the near ones (the person's left).
    near = [Landmark.NOSE, Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE, Landmark.LEFT_WRIST]
    error = np.linalg.norm(seen - truth, axis=1)[near] / trunk
    assert np.median(error) < 0.10
    assert error.max() < 0.30
