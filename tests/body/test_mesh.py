"""The mannequin's skin: one closed-looking surface that follows its bones."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coxa.body.mannequin.form import Form, Loft, Look
from coxa.body.mannequin.mesh import Body, Palette
from coxa.body.mannequin.skeleton import INDEX, PARENTS, SEGMENTS, Build, Skeleton
from coxa.body.mannequin.surface import Surface, cut, polygonise
from coxa.errors import BadInput


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(Skeleton.of(Build(1.68)), 4)


def rest(body: Body) -> tuple[np.ndarray, np.ndarray]:
    return np.stack([body.skeleton.rest_joints[name] for name in SEGMENTS]), np.tile(np.eye(3), (len(SEGMENTS), 1, 1))


def turn(axis: tuple[float, float, float], deg: float) -> np.ndarray:
    x, y, z = np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    a = np.radians(deg)
    return np.eye(3) + np.sin(a) * cross + (1 - np.cos(a)) * cross @ cross


def posed(body: Body, local: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    origins, rotations = rest(body)
    for k, name in enumerate(SEGMENTS):
        parent = PARENTS[name]
        own = local.get(name, np.eye(3))
        if parent is None:
            rotations[k] = own
        else:
            i = INDEX[parent]
            rotations[k] = rotations[i] @ own
            origins[k] = origins[i] + rotations[i] @ body.skeleton.offsets[k]
    return origins, rotations


def test_skin_in_the_rest_pose_is_the_rest_skin(body: Body) -> None:
    assert np.abs(body.skin(*rest(body)) - body.rest).max() < 1e-12


def test_a_body_stands_on_the_floor_at_its_height(body: Body) -> None:
    assert abs(body.rest[:, 1].min()) < 0.006
    assert body.rest[:, 1].max() == pytest.approx(1.68, abs=0.03)


def test_a_rigid_motion_moves_every_point_rigidly(body: Body) -> None:
    r, shift = turn((0.3, 1.0, -0.4), 130.0), np.array([0.4, 0.1, -2.0])
    origins, rotations = rest(body)
    moved, normals = body.skin_normals(origins @ r.T + shift, r @ rotations)
    assert np.abs(moved - (body.rest @ r.T + shift)).max() < 1e-9
    assert np.abs(normals - body.skin_normals(*rest(body))[1] @ r.T).max() < 1e-9


def test_a_mirrored_pose_gives_the_mirrored_skin(body: Body) -> None:
    flip = np.diag([-1.0, 1.0, 1.0])
    bend = {"thigh_left": turn((1, 0, 0), -60), "shin_left": turn((1, 0, 0), 70), "upper_arm_right": turn((0, 0, 1), -80)}
    swap = {"left": "right", "right": "left"}
    other = {f"{name.rsplit('_', 1)[0]}_{swap[name.rsplit('_', 1)[1]]}": flip @ r @ flip for name, r in bend.items()}
    here, there = body.skin(*posed(body, bend)), body.skin(*posed(body, other)) @ flip
    # Points need not stand in mirrored order: compare the sets, each by its nearest.
    from scipy.spatial import cKDTree

    gap, _ = cKDTree(here).query(there)
    assert np.quantile(gap, 0.99) < 1e-4
    assert gap.max() < 0.004


def test_normals_look_outwards(body: Body) -> None:
    points, normals = body.skin_normals(*rest(body))
    corners = points[body.triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(faces, axis=1)
    agree = np.einsum("ij,ij->i", faces, normals[body.triangles].mean(axis=1)) > 0
    assert area[agree].sum() / area.sum() > 0.995
    assert np.abs(np.linalg.norm(normals, axis=1) - 1).max() < 1e-6
    # The skin encloses the volume of a person: about 60 litres, positive only where triangles turn outwards.
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert 0.040 < volume < 0.090


def test_open_edges_lie_only_where_pieces_overlap(body: Body) -> None:
    _, welded = np.unique(np.round(body.bind / 1e-7).astype(np.int64), axis=0, return_inverse=True)
    tri = welded.reshape(-1)[body.triangles]
    tri = tri[(tri[:, 0] != tri[:, 1]) & (tri[:, 1] != tri[:, 2]) & (tri[:, 0] != tri[:, 2])]
    edges = Counter(map(tuple, np.sort(np.concatenate([tri[:, [0, 1]], tri[:, [1, 2]], tri[:, [2, 0]]]), axis=1).tolist()))
    assert sum(n == 1 for n in edges.values()) / len(edges) < 0.03
    torso = (body.weights[:, 0] > 0.95) & np.isin(body.segments[:, 0], [INDEX["pelvis"], INDEX["chest"], INDEX["thigh_left"]])
    whole = set(welded.reshape(-1)[torso].tolist())
    assert not [e for e, n in edges.items() if n == 1 and e[0] in whole and e[1] in whole]


def test_weights_sum_to_one_and_stay_near_their_bone(body: Body) -> None:
    assert body.weights.sum(axis=1) == pytest.approx(1.0)
    assert body.weights.min() >= 0
    left = np.isin(body.segments, [k for k, name in enumerate(SEGMENTS) if name.endswith("left")])
    wrong = (body.weights * left)[body.rest[:, 0] < -0.02]
    assert wrong.max() < 1e-9


@pytest.mark.parametrize(
    ("segment", "axis", "deg"), [("shin_left", (1, 0, 0), 125), ("thigh_left", (1, 0, 0), -100), ("forearm_right", (1, 0, 0), -130)]
)
def test_a_bent_joint_keeps_its_flesh(body: Body, segment: str, axis: tuple[float, float, float], deg: float) -> None:
    points = body.skin(*posed(body, {segment: turn(axis, deg)}))

    def volume(p: np.ndarray) -> float:
        c = p[body.triangles]
        return float(np.einsum("ij,ij->i", c[:, 0], np.cross(c[:, 1], c[:, 2])).sum() / 6)

    assert volume(points) == pytest.approx(volume(body.rest), rel=0.03)
    lengths = [np.linalg.norm(p[body.triangles[:, 0]] - p[body.triangles[:, 1]], axis=1) for p in (body.rest, points)]
    assert np.quantile(lengths[1] / np.maximum(lengths[0], 1e-4), 0.999) < 4.0


def test_the_same_seed_gives_the_same_person(body: Body) -> None:
    again = Body.of(Skeleton.of(Build(1.68)), 4)
    assert np.array_equal(again.bind, body.bind)
    assert np.array_equal(again.colours, body.colours)
    assert Palette.of(4) == Palette.of(4)
    assert len({Palette.of(seed) for seed in range(20)}) > 15


def test_every_build_stays_drawable() -> None:
    slim, heavy = (Form(Skeleton.of(Build(1.8, "male", weight)), Look()) for weight in ("slim", "heavy"))
    belly = np.array([[0.0, 0.62, 0.06], [0.085, 0.62, 0.0]])
    assert (heavy.distance(belly) < slim.distance(belly)).all()


def test_a_pose_of_the_wrong_shape_is_refused_in_one_line(body: Body) -> None:
    with pytest.raises(BadInput, match="expected origins") as refused:
        body.skin(np.zeros((3, 3)), np.zeros((17, 3, 3)))
    assert "\n" not in str(refused.value)


@given(st.floats(0.2, 0.6), st.floats(0.04, 0.08))
@settings(max_examples=15, deadline=None)
def test_a_ball_is_drawn_as_a_closed_ball(radius: float, step: float) -> None:
    ball = polygonise(lambda p: np.linalg.norm(p, axis=1) - radius, np.full(3, -0.7), np.full(3, 0.7), step)
    assert np.abs(np.linalg.norm(ball.points, axis=1) - radius).max() < step
    directed = np.concatenate([ball.triangles[:, [0, 1]], ball.triangles[:, [1, 2]], ball.triangles[:, [2, 0]]])
    assert set(map(tuple, directed.tolist())) == set(map(tuple, directed[:, ::-1].tolist()))
    c = ball.points[ball.triangles]
    volume = np.einsum("ij,ij->i", c[:, 0], np.cross(c[:, 1], c[:, 2])).sum() / 6
    assert volume == pytest.approx(4 / 3 * np.pi * radius**3, rel=4 * (step / radius))


@given(st.floats(-0.9, 0.9))
@settings(max_examples=20, deadline=None)
def test_a_cut_keeps_the_area_and_parts_the_sides(level: float) -> None:
    points = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [-1, -1, 0.0]])
    flat = Surface(points, np.array([[0, 1, 2], [0, 2, 3], [0, 4, 1], [0, 3, 4]]))

    def area(s: Surface) -> float:
        c = s.points[s.triangles]
        return float(np.cross(c[:, 1] - c[:, 0], c[:, 2] - c[:, 0])[:, 2].sum() / 2)

    parted, _, positive = cut(flat, flat.points[:, 0] - level)
    assert area(parted) == pytest.approx(area(flat))
    x = parted.points[parted.triangles][..., 0] - level
    assert (positive[parted.triangles].all(axis=1) | ~positive[parted.triangles].any(axis=1)).all()
    assert np.where(positive[parted.triangles], x >= -1e-9, x <= 1e-9).all()


def test_a_round_loft_measures_like_a_cylinder() -> None:
    pipe = Loft(np.array([[0.0, 0.1, 0.1, -0.1, 2.0], [1.0, 0.1, 0.1, -0.1, 2.0]]))
    along, across, front = np.array([0.5, 0.2, 0.8, 1.3]), np.array([0.3, 0.0, 0.05, 0.0]), np.array([0.0, 0.05, 0.0, 0.0])
    assert pipe.distance(along, across, front) == pytest.approx([0.2, -0.05, -0.05, 0.3], abs=1e-6)
