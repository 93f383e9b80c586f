"""The pinhole camera that looks at the mannequin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coxa.body.landmarks import MIRRORED, Landmark
from coxa.body.mannequin.camera import Camera
from coxa.body.mannequin.kinematics import pose
from coxa.body.mannequin.skeleton import Build, Skeleton
from coxa.errors import BadInput

STANDING = pose(Skeleton.of(Build(1.7))).landmarks()
CAMERAS = st.builds(
    Camera,
    st.floats(0.1, 2.0),
    st.floats(1.5, 3.0),
    st.floats(-180, 180),
    width=st.sampled_from([480, 640]),
    height=st.sampled_from([480, 640]),
)


def test_from_the_front_the_persons_left_is_on_the_right_and_up_is_up():
    image = Camera(0.8, 2.5, 0.0).project(STANDING)
    assert image[Landmark.LEFT_SHOULDER, 0] > image[Landmark.RIGHT_SHOULDER, 0]
    assert image[Landmark.NOSE, 1] < image[Landmark.LEFT_HIP, 1] < image[Landmark.LEFT_ANKLE, 1]
    assert image[Landmark.NOSE, 2] < image[Landmark.LEFT_EAR, 2]


def test_from_the_left_the_left_side_is_nearer():
    image = Camera(0.8, 2.5, 90.0).project(STANDING)
    assert image[Landmark.LEFT_HIP, 2] < 0 < image[Landmark.RIGHT_HIP, 2]
    assert image[Landmark.NOSE, 0] < image[Landmark.LEFT_EAR, 0]


@given(CAMERAS)
def test_world_landmarks_keep_lengths_and_start_between_the_hips(camera):
    world = camera.world(STANDING)
    assert world[23] + world[24] == pytest.approx(np.zeros(3), abs=1e-9)
    assert np.linalg.norm(world[25] - world[27]) == pytest.approx(np.linalg.norm(STANDING[25] - STANDING[27]))
    assert world[Landmark.NOSE, 1] < 0


@given(CAMERAS, st.floats(0.02, 0.2))
def test_framing_puts_everything_inside_the_margin(camera, margin):
    image = camera.framing(STANDING, margin).project(STANDING)[:, :2]
    assert image.min() >= margin - 1e-6
    assert image.max() <= 1 - margin + 1e-6
    spread = np.ptp(image, axis=0)
    assert spread.max() > (1 - 2 * margin) * 0.75


def test_a_mirrored_camera_sees_the_mirror_image():
    points = pose(Skeleton.of(Build(1.7)), {"hip_abduction_left": 25.0}).landmarks()
    mirrored = points[MIRRORED] * [-1, 1, 1]
    one, other = Camera(0.5, 2.0, 30.0).project(points), Camera(0.5, 2.0, -30.0).project(mirrored)
    assert other[MIRRORED, 0] == pytest.approx(1 - one[:, 0])
    assert other[MIRRORED, 1:] == pytest.approx(one[:, 1:])


def test_pixels_and_landmarks_agree():
    camera = Camera(0.5, 2.0, 20.0)
    assert camera.pixels(STANDING)[:, 0] / camera.width == pytest.approx(camera.project(STANDING)[:, 0])


def test_impossible_cameras_are_refused():
    with pytest.raises(BadInput, match="angle of view"):
        Camera(fov_deg=170.0)
    with pytest.raises(BadInput, match="stand further off"):
        Camera(0.9, 0.1, 0.0, aim=(0.0, 0.9, 0.0)).framing(STANDING)
