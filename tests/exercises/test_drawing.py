"""Pictures of exercises: what they must show, to the eye, to a screen reader and to a 3-D viewer."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygltflib import GLTF2
from scipy.spatial.transform import Rotation, Slerp

from coxa import locales
from coxa.body.mannequin.poses import posture
from coxa.body.mannequin.skeleton import SEGMENTS
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.drawing import loop, model3d, placement, stills
from coxa.exercises.drawing.canvas import Canvas
from coxa.exercises.drawing.doll import MUSCLES, PLACES, Doll
from coxa.exercises.drawing.marks import Mark, hips_lean, hips_turn
from coxa.exercises.drawing.panel import panel
from coxa.exercises.drawing.picture import MOVE, RIGHT, WRONG
from coxa.exercises.drawing.props import upright
from coxa.exercises.drawing.room import Room
from coxa.exercises.drawing.stills import Person
from coxa.exercises.drawing.trace import area, curve, outline, thinned
from coxa.exercises.drawing.view import View
from coxa.exercises.drawing.words import MUSCLE_WORDS, PLACE_WORDS, PROP_WORDS, WAY_WORDS, describe_mistake
from coxa.exercises.movement import GLOWS, PROPS
from coxa.exercises.moving import poses

SVG = "{http://www.w3.org/2000/svg}"
SOME = ("bridge", "squat")


@pytest.fixture(scope="module")
def doll() -> Doll:
    return Doll.of()


@pytest.fixture(scope="module")
def stretch() -> stills.Picture:
    return stills.positions(catalogue.load("bridge"))


def parse(data: bytes) -> ET.Element:
    return ET.fromstring(data.decode())


# -- what every picture has ------------------------------------------------------------------------------------------------------------


def all_of(id: str) -> list[stills.Picture]:
    exercise = catalogue.load(id)
    return [stills.positions(exercise), *stills.mistakes(exercise), loop.animate(exercise), placement.place_camera(exercise)]


@pytest.mark.parametrize("id", SOME)
def test_every_picture_says_in_words_what_it_shows(id: str) -> None:
    name = catalogue.load(id).name
    for picture in all_of(id):
        root = parse(picture.data)
        title, text = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert title.text is not None
        assert title.text.startswith(name)
        assert text is not None
        assert text.text == picture.alt
        assert len(picture.alt) > 40
        assert root.get("role") == "img"


@pytest.mark.parametrize("id", SOME)
def test_pictures_are_pure_vector_without_scripts_or_outside_sources(id: str) -> None:
    for picture in all_of(id):
        tags = {element.tag.removeprefix(SVG) for element in parse(picture.data).iter()}
        assert not tags & {"image", "script", "foreignObject", "a", "use"}
        assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", picture.data)


@pytest.mark.parametrize("id", SOME)
def test_stills_stay_small(id: str) -> None:
    for picture in [stills.positions(catalogue.load(id)), *stills.mistakes(catalogue.load(id))]:
        assert len(picture.data) < 60_000, picture.name


def test_there_is_a_picture_for_every_mistake_with_a_variant() -> None:
    exercise = catalogue.load("bridge")
    assert exercise.movement is not None
    names = {picture.name for picture in stills.mistakes(exercise)}
    assert names == {f"bridge.{fault}.svg" for fault in exercise.movement.faults}


def test_no_colour_alone_carries_meaning(stretch: stills.Picture) -> None:
    # Work is hatched, a mistake is latticed and has an arrow, right and wrong are a tick and a cross of different outline.
    assert b"url(#coxa-work)" in stretch.data
    marked = [p for p in stills.mistakes(catalogue.load("bridge")) if b"url(#coxa-wrong)" in p.data]
    assert marked
    for picture in marked:
        assert b'<circle r="1"' in picture.data
        assert b"M-.42-1H.42" in picture.data


@pytest.mark.parametrize("id", ["bridge", "clamshell"])
def test_every_mistake_with_a_place_shows_red_there_and_an_arrow(id: str) -> None:
    exercise = catalogue.load(id)
    assert exercise.movement is not None
    placed = {f"{id}.{fault}.svg" for fault, variant in exercise.movement.faults.items() if variant.where}
    assert placed
    for picture in stills.mistakes(exercise):
        if picture.name in placed:
            assert b"url(#coxa-wrong)" in picture.data, picture.name
            assert b'fill="#c8102e"/>' in picture.data, picture.name


def test_drawing_is_the_same_every_time() -> None:
    exercise = catalogue.load("squat")
    assert stills.positions(exercise).data == stills.positions(exercise).data


def test_the_other_side_is_the_mirror_image() -> None:
    left, right = (stills.positions(catalogue.load("standing-abduction"), Person(side)) for side in ("left", "right"))
    sizes = [tuple(map(float, parse(p.data).get("viewBox", "").split()))[2:] for p in (left, right)]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.02)
    assert "left side" in left.alt
    assert "right side" in right.alt


@pytest.mark.parametrize("weight", ["slim", "average", "heavy"])
def test_every_build_can_be_drawn_and_a_heavier_one_covers_more(weight: str) -> None:
    skin = {w: Doll.of(w) for w in ("slim", weight)}
    areas = {}
    for name, body in skin.items():
        points, _ = body.points(posture(body.skeleton, "standing"))
        canvas = Canvas.of(View(0.0).project(points), body.body.triangles, 0.006)
        areas[name] = canvas.covered.sum()
    assert areas[weight] >= areas["slim"]


def test_an_exercise_without_key_poses_is_refused_in_one_line() -> None:
    bare = catalogue.load("bridge").model_copy(update={"movement": None})
    with pytest.raises(BadInput, match=r"expected an exercise with a \[movement\], got bridge"):
        stills.positions(bare)


def test_words_exist_for_everything_the_catalogue_can_name() -> None:
    from typing import get_args

    from coxa.exercises.movement import Arrow, Where

    assert set(MUSCLE_WORDS) == set(GLOWS) == set(MUSCLES)
    assert set(PROP_WORDS) == set(PROPS)
    assert set(PLACE_WORDS) == set(get_args(Where))
    assert set(WAY_WORDS) == set(get_args(Arrow))
    singular = {"knees": "knee", "feet": "foot"}
    assert {singular.get(w.split("_")[0], w.split("_")[0]) for w in get_args(Where)} == set(PLACES)


# -- what single pictures must show ------------------------------------------------------------------------------------------------------


def test_a_pelvis_that_tips_has_a_line_across_it_level_before_and_slanted_after() -> None:
    drawn = stills.Drawn(catalogue.load("hip-hike"))
    assert drawn.hips_tip
    start, *_ = drawn.arrows("start")
    peak, drop = drawn.arrows("peak")
    assert start.heads == peak.heads == 0
    slopes = [abs(np.degrees(np.arctan2(*(mark.line[-1] - mark.line[0])[::-1]))) % 180 for mark in (start, peak)]
    slopes = [min(s, 180 - s) for s in slopes]
    assert slopes[0] < 4 < 6 < slopes[1]
    assert drop.heads == 1
    assert drop.line[-1][1] > drop.line[0][1]  # down the picture
    assert "drops on the right side" in stills.positions(drawn.exercise).alt


@pytest.mark.parametrize(("id", "fault"), [("standing-abduction", "pelvis-drops"), ("bridge", "uneven"), ("squat", "uneven")])
def test_a_pelvis_that_drops_or_tips_by_mistake_has_a_level_line_and_a_slanted_one(id: str, fault: str) -> None:
    picture = next(p for p in stills.mistakes(catalogue.load(id)) if p.name == f"{id}.{fault}.svg")
    for colour in (RIGHT, WRONG):
        assert re.search(rf'fill="none" stroke="{colour}"', picture.data.decode()), colour


def test_a_turn_of_the_hips_is_no_drop() -> None:
    exercise = catalogue.load("standing-extension")
    good, bad = (stills.Drawn(exercise, fault=fault).posed("peak") for fault in (None, "trunk-turns"))
    assert hips_turn(bad, good)
    assert not hips_lean(bad, good)


#: A ring round the trunk, and a knee that rolls over it, lie on the body whatever one does.
OVER_THE_BODY = ("hip-circles", "lower-back-rotations", "lower-back-rotation-stretch")


@pytest.mark.parametrize("id", [id for id in catalogue.ids() if id not in OVER_THE_BODY])
def test_arrows_keep_their_heads_off_the_body(id: str) -> None:
    drawn = stills.Drawn(catalogue.load(id))
    for key in drawn.keys[1:]:
        skin = drawn.view.project(drawn.doll.points(drawn.posed(key))[0])[:, :2]
        for mark in drawn.arrows(key):
            if mark.heads:
                assert np.linalg.norm(skin - mark.line[-1], axis=1).min() > 0.03, (id, key)


def test_a_movement_has_an_arrow_in_each_of_its_pictures() -> None:
    for id in catalogue.ids():
        drawn = stills.Drawn(catalogue.load(id))
        for key in drawn.keys[1:]:
            assert any(mark.heads for mark in drawn.arrows(key)), (id, key)


def square() -> tuple[np.ndarray, np.ndarray]:
    """A body of 20 by 20 cm that looks at the eye."""
    corners = np.array([[-0.1, -0.1, 0.0], [0.1, -0.1, 0.0], [0.1, 0.1, 0.0], [-0.1, 0.1, 0.0]])
    return corners, np.array([[0, 2, 1], [0, 3, 2]], dtype=np.int32)


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.15, 0.15), st.floats(-0.15, 0.15), st.booleans())
def test_an_arrow_moved_off_the_body_keeps_its_shape(x: float, y: float, pushes: bool) -> None:
    points, triangles = square()
    line = np.linspace([x - 0.15, y], [x + 0.15, y], 9)
    room = Room.of(points, triangles, np.ones(len(points), dtype=bool))
    (moved,) = room.cleared([Mark(line, pushes=pushes)])
    assert np.allclose(np.diff(moved.line, axis=0), np.diff(line, axis=0))
    assert (abs(moved.line[-1]) > 0.13).any()
    if pushes:
        # it backs off along its own line as far as that goes
        assert abs(moved.line[:, 1] - y).max() < 0.2


def test_a_second_arrow_keeps_off_the_first() -> None:
    points, triangles = square()
    room = Room.of(points, triangles, np.zeros(len(points), dtype=bool))
    first = Mark(np.linspace([0.3, 0.2], [0.3, -0.2], 9))
    (second,) = room.without([first]).cleared([Mark(first.line + 0.01)])
    assert abs(second.line[:, 0] - 0.3).min() > 0.08
    assert room.without([]) is room


def test_a_part_that_is_held_off_the_floor_has_an_arrow_of_its_own() -> None:
    picture = stills.positions(catalogue.load("side-lying-abduction-both-legs"))
    assert "the left foot moves up" in picture.alt
    assert "and the right foot stays off the floor" in picture.alt
    assert picture.data.count(f'fill="{MOVE}"/>'.encode()) == 2


def test_the_belly_that_draws_in_has_an_arrow_towards_it() -> None:
    drawn = stills.Drawn(catalogue.load("deep-core-activation"))
    (mark,) = drawn.arrows("peak")
    assert mark.line[-1][1] > mark.line[0][1] + 0.1
    assert "the lower belly draws in" in stills.positions(drawn.exercise).alt


def test_the_walking_test_shows_the_way_to_the_line_round_it_and_back() -> None:
    exercise = catalogue.load("timed-up-and-go")
    drawn = stills.Drawn(exercise)
    way = drawn.walkway
    assert way is not None
    assert np.linalg.norm(way.measure[1] - way.measure[0]) == pytest.approx(3.0, abs=0.1)
    chair = next(thing for thing in drawn.moving.props if thing.kind == "chair")
    line = next(thing for thing in drawn.moving.props if thing.kind == "line-3m")
    assert line.low[2] - chair.high[2] == pytest.approx(3.0, abs=0.01)
    assert np.ptp(way.way.line[:, 0]) > 3.0
    assert np.linalg.norm(way.way.line[0] - way.way.line[-1]) < 0.5
    assert b">3 m</text>" in stills.positions(exercise).data
    # the single panels and the animation stay with the person
    assert "line-3m" not in {thing.kind for thing in drawn.solids(drawn.posed("start"))}
    assert len(loop.animate(exercise).data) < 600_000


@pytest.mark.parametrize("id", [e.id for e in catalogue.all_exercises() if e.posture == "standing"])
def test_whoever_needs_a_firm_support_within_reach_has_one_in_the_picture(id: str) -> None:
    exercise = catalogue.load(id)
    assert exercise.movement is not None
    assert ("firm support" in exercise.position) == any(prop.startswith("support") for prop in exercise.movement.props)
    drawn = stills.Drawn(exercise)
    for placed in drawn.moving.props:
        if placed.kind.startswith("support") and "support" not in exercise.movement.hands.values():
            # within reach, but not in the way of whatever moves
            skin = np.concatenate([drawn.doll.points(posed)[0] for posed in drawn.moving.posed])
            inside = ((skin > placed.low) & (skin < placed.high)).all(axis=1)
            assert not inside.any()
            gap = np.maximum(placed.low - skin, skin - placed.high).clip(0)
            assert np.linalg.norm(gap, axis=1).min() < 0.45


def test_small_holes_and_patches_are_not_drawn() -> None:
    ring = np.array([[0.0, 0.0], [0.1, 0.0], [0.1, 0.1], [0.0, 0.1], [0.0, 0.0]])
    assert area(ring) == pytest.approx(0.01)
    assert area(ring[::-1]) == pytest.approx(0.01)


@pytest.mark.parametrize("id", catalogue.ids())
def test_every_picture_speaks_german(id: str) -> None:
    english = re.compile(r"\b(the|and|with|moves?|by about|position \d: the|red marks|instead)\b", re.IGNORECASE)
    with locales.speaking("de"):
        exercise = catalogue.load(id, "de")
        texts = [stills.positions(exercise).alt]
        if exercise.coaching is not None:
            texts.append(placement.place_camera(exercise).alt)
        drawn = stills.Drawn(exercise)
        known = {m.fault: m for m in exercise.mistakes if m.fault}
        for fault, variant in drawn.movement.faults.items():
            texts.append(describe_mistake(exercise, known.get(fault), variant.where, variant.arrow, fault, "left"))
    for text in texts:
        assert not english.search(text), text


def test_german_pictures_have_german_numbers() -> None:
    with locales.speaking("de"):
        picture = placement.place_camera(catalogue.load("hip-hike", "de"))
    assert ">2,5 m</text>" in picture.data.decode()
    assert "2,5 Meter" in picture.alt


# -- the traced body ---------------------------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@given(azimuth=st.floats(-180, 180), elevation=st.floats(0, 50))
def test_a_body_from_any_side_is_one_closed_figure_inside_its_panel(azimuth: float, elevation: float) -> None:
    doll = Doll.of()
    posed = posture(doll.skeleton, "all-fours")
    drawing = panel(doll, posed, View(azimuth, elevation), [])
    points, _ = doll.points(posed)
    canvas = Canvas.of(View(azimuth, elevation).project(points), doll.body.triangles, 0.004)
    rings = outline(canvas, canvas.covered)
    assert max(abs(_area(r)) for r in rings) > 0.2
    for ring in rings:
        assert (ring >= drawing.low - 0.02).all()
        assert (ring <= drawing.high + 0.02).all()
        assert np.allclose(ring[0], ring[-1])


def _area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def test_the_traced_outline_covers_what_the_body_covers(doll: Doll) -> None:
    points, _ = doll.points(posture(doll.skeleton, "standing"))
    canvas = Canvas.of(View(20.0).project(points), doll.body.triangles, 0.0036)
    traced = abs(sum(_area(r) for r in outline(canvas, canvas.covered)))
    assert traced == pytest.approx(canvas.covered.sum() * canvas.cell_m**2, rel=0.03)


def test_muscles_lie_where_they_should(doll: Doll) -> None:
    hips = doll.body.rest[:, 1]
    back, front = doll.glow(("gluteus-maximus",), ("left",)) > 0.05, doll.glow(("quadriceps",), ("left",)) > 0.05
    assert doll.body.rest[back, 2].mean() < -0.03
    assert doll.body.rest[front, 2].mean() > 0.03
    assert hips[front].mean() < hips[back].mean()
    assert (doll.body.rest[back, 0] > -0.035).all()
    both = doll.glow(("gluteus-maximus",), ("left", "right")) > 0.05
    assert both.sum() == pytest.approx(2 * back.sum(), rel=0.1)


@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), min_size=3, max_size=30, unique=True))
def test_a_path_ends_where_its_line_ends(points: list[tuple[int, int]]) -> None:
    line = np.array(points) / 10.0
    numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", curve(line, closed=False))]
    start, steps = np.array(numbers[:2]), np.array(numbers[2:]).reshape(-1, 4)
    assert start == pytest.approx(line[0], abs=0.051)
    assert start + steps[:, 2:].sum(axis=0) == pytest.approx(line[-1], abs=0.051)


def test_thinning_leaves_no_point_further_off_than_the_tolerance() -> None:
    t = np.linspace(0, 6, 400)
    wave = np.column_stack([t * 20, 10 * np.sin(t)])
    few = thinned(wave, 0.3)
    assert len(few) < 40
    assert np.abs(np.interp(wave[:, 0], few[:, 0], few[:, 1]) - wave[:, 1]).max() < 0.5


@pytest.mark.parametrize("kind", ["mat", "chair", "step", "support", "table", "roller", "pillow-under-knee"])
def test_a_thing_fills_its_box_and_looks_outwards(kind: str) -> None:
    low, high = np.array([-0.2, 0.0, -0.25]), np.array([0.2, 0.45, 0.25])
    thing = upright(kind, low, high)
    assert (thing.points.min(axis=0) >= low - 1e-6).all()
    assert (thing.points[:, [0, 2]].max(axis=0) <= high[[0, 2]] + 1e-6).all()
    corners = thing.points[thing.triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("fc,fc->f", faces, thing.normals[thing.triangles].mean(axis=1)) > -1e-9).all()


# -- the animations ------------------------------------------------------------------------------------------------------------------------


def test_a_loop_shows_exactly_one_drawing_at_any_time() -> None:
    picture = loop.animate(catalogue.load("squat"))
    root = parse(picture.data)
    style = root.find(f"{SVG}style")
    assert style is not None
    assert style.text is not None
    assert "prefers-reduced-motion" in style.text
    rules = re.findall(r"@keyframes [\w-]+\{((?:[\d.]+%\{visibility:\w+\})+)\}", style.text)
    groups = [g for g in root.iter(f"{SVG}g") if g.get("class") == "coxa-frame"]
    assert len(rules) == len(groups) > 4
    timetable = [[(float(at), word == "visible") for at, word in re.findall(r"([\d.]+)%\{visibility:(\w+)\}", rule)] for rule in rules]
    for moment in np.linspace(0.01, 99.9, 77):
        shown = [[on for at, on in times if at <= moment][-1] for times in timetable]
        assert sum(shown) == 1
    assert sum("hidden" not in (g.get("style") or "") for g in groups) == 1, "one drawing stands still for those who want no motion"


@pytest.mark.parametrize(("id", "side"), [("clamshell", "left"), ("squat", "right")])
def test_the_nodes_of_the_3d_animation_are_the_poses(id: str, side: str) -> None:
    exercise = catalogue.load(id)
    picture = model3d.animate(exercise, Person(side))  # type: ignore[arg-type]
    file = Parsed(picture.data)
    assert exercise.movement is not None
    moving = poses(exercise.movement, Doll.of().skeleton, side=side, fps=model3d.FPS)  # type: ignore[arg-type]
    for frame in np.linspace(0, len(moving.time_s) - 1, 9).astype(int):
        origins, rotations = file.at(float(moving.time_s[frame]))
        assert np.abs(origins - moving.posed.origins[frame]).max() < 1e-3
        assert np.abs(rotations - moving.posed.rotations[frame]).max() < 1e-3


def test_the_3d_animation_ends_where_it_begins() -> None:
    file = Parsed(model3d.animate(catalogue.load("squat")).data)
    first, last = file.at(0.0), file.at(file.end_s)
    assert np.abs(first[0] - last[0]).max() < 1e-4
    assert np.abs(first[1] - last[1]).max() < 1e-4


@pytest.mark.parametrize("id", ["bridge-band", "side-lying-abduction"])
def test_the_3d_file_is_whole_and_small(id: str) -> None:
    data = model3d.animate(catalogue.load(id)).data
    assert len(data) < 400_000
    file = Parsed(data)
    gltf = file.gltf
    for number, accessor in enumerate(gltf.accessors):
        values = file.values(number)
        assert len(values) == accessor.count
        assert np.isfinite(values).all()
        if accessor.min:
            assert np.allclose(values.min(axis=0), accessor.min)
            assert np.allclose(values.max(axis=0), accessor.max)
    for mesh in gltf.meshes:
        given = mesh.primitives[0]
        points = file.values(given.attributes.POSITION)
        corners = file.values(given.indices)
        assert corners.max() < len(points)
        assert np.linalg.norm(file.values(given.attributes.NORMAL), axis=1) == pytest.approx(1.0, abs=1e-3)
        if given.attributes.WEIGHTS_0 is not None:
            assert (file.values(given.attributes.WEIGHTS_0).astype(int).sum(axis=1) == 255).all()
            assert file.values(given.attributes.JOINTS_0).max() < len(SEGMENTS)
    assert gltf.asset.extras["description"]
    used = {node.mesh for node in gltf.nodes if node.mesh is not None}
    assert used == set(range(len(gltf.meshes)))


def test_the_skin_of_the_3d_file_is_the_drawn_body() -> None:
    file = Parsed(model3d.animate(catalogue.load("squat")).data)
    doll = Doll.of(coarse=1.6)
    origins, rotations = file.at(0.0)
    skinned, _ = doll.body.skin_normals(origins, rotations)
    given = file.gltf.meshes[0].primitives[0].attributes
    bind, joints = file.values(given.POSITION), file.values(given.JOINTS_0)
    share = file.values(given.WEIGHTS_0) / 255
    inverse = file.values(file.gltf.skins[0].inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
    pose = np.tile(np.eye(4), (len(SEGMENTS), 1, 1))
    pose[:, :3, :3], pose[:, :3, 3] = rotations, origins
    blend = np.einsum("vj,vjab->vab", share, (pose @ inverse)[joints])
    moved = np.einsum("vab,vb->va", blend, np.column_stack([bind, np.ones(len(bind))]))[:, :3]
    # A viewer blends matrices, the drawing dual quaternions: alike except in the creases.
    assert np.quantile(np.linalg.norm(moved - skinned, axis=1), 0.95) < 0.006


def test_a_mistake_can_be_animated_and_an_unknown_one_is_refused() -> None:
    exercise = catalogue.load("squat")
    assert model3d.animate(exercise, fault="knees-in").name == "squat.knees-in.glb"
    with pytest.raises(BadInput, match="expected a mistake of"):
        model3d.animate(exercise, fault="flies-away")


class Parsed:
    """A glTF file read back, and its nodes at any time."""

    def __init__(self, data: bytes) -> None:
        assert data[:4] == b"glTF"
        self.gltf = GLTF2.load_from_bytes(data)
        self.blob = self.gltf.binary_blob()
        self.end_s = float(self.values(self.gltf.animations[0].samplers[0].input).max())

    def values(self, number: int) -> np.ndarray:
        accessor = self.gltf.accessors[number]
        view = self.gltf.bufferViews[accessor.bufferView]
        kind = {5126: np.float32, 5123: np.uint16, 5121: np.uint8}[accessor.componentType]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor.type]
        assert view.byteOffset % 4 == 0
        assert view.byteOffset + view.byteLength <= len(self.blob)
        return np.frombuffer(self.blob, kind, accessor.count * width, view.byteOffset).reshape(-1, width)

    def at(self, time_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Origins and rotations of the segments in the world, as a viewer works them out."""
        nodes = self.gltf.nodes
        turn = {k: np.array(n.rotation) for k, n in enumerate(nodes) if n.rotation is not None}
        shift = {k: np.array(n.translation) for k, n in enumerate(nodes) if n.translation is not None}
        animation = self.gltf.animations[0]
        for channel in animation.channels:
            sampler = animation.samplers[channel.sampler]
            times, values = self.values(sampler.input)[:, 0].astype(float), self.values(sampler.output).astype(float)
            now = float(np.clip(time_s, times[0], times[-1]))
            if channel.target.path == "rotation":
                turn[channel.target.node] = Slerp(times, Rotation.from_quat(values))(now).as_quat()
            else:
                shift[channel.target.node] = np.array([np.interp(now, times, values[:, c]) for c in range(3)])
        origins, rotations = np.zeros((len(SEGMENTS), 3)), np.zeros((len(SEGMENTS), 3, 3))
        above = {child: k for k, n in enumerate(nodes) for child in n.children or []}
        for k, name in enumerate(SEGMENTS):
            assert nodes[k].name == name
            own = Rotation.from_quat(turn[k]).as_matrix()
            if k in above:
                origins[k] = origins[above[k]] + rotations[above[k]] @ shift[k]
                rotations[k] = rotations[above[k]] @ own
            else:
                origins[k], rotations[k] = shift[k], own
        return origins, rotations


# -- where the camera stands ----------------------------------------------------------------------------------------------------------


def test_the_camera_stands_where_the_coaching_says() -> None:
    for id in catalogue.ids():
        exercise = catalogue.load(id)
        if exercise.coaching is None:
            continue
        where = placement.stand(exercise)
        assert where.view == exercise.coaching.views[0]
        assert 1.0 <= where.distance_m <= 5.0, id
        assert set(where.surfaces) <= set(placement.SURFACES), id
        assert f"{where.distance_m:g}" in exercise.coaching.camera, id
        assert where.surfaces[0] in exercise.coaching.camera, id


def test_the_placement_picture_names_distance_and_height() -> None:
    picture = placement.place_camera(catalogue.load("clamshell"))
    texts = [element.text for element in parse(picture.data).iter(f"{SVG}text")]
    assert texts == ["2 m", "0.6 m"]
    assert "2 metres" in picture.alt
    assert "chair" in picture.alt
