"""What must be true of the evidence for rolling back, hiking and leaning."""

from __future__ import annotations

import json
import math
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coxa.body.landmarks import MIRRORED, Landmark
from coxa.errors import BadInput
from coxa.motion.evidence import FEATURES, Estimate, FittedModel, features, load_model, read_model

REAL = Path(os.environ.get("COXA_REAL_DATA", "../shared/real"))
SHIPPED = sorted(p.name for p in (files("coxa.motion") / "fitted").iterdir() if p.name.endswith(".json"))
MIRROR = np.array([-1.0, 1.0, -1.0, 1.0, 1.0])


def upright() -> np.ndarray:
    """A person standing before the camera, 33 landmarks as x, y in pixels and world x, y, z in metres."""
    place = {
        Landmark.NOSE: (0, -0.70), Landmark.LEFT_EAR: (0.07, -0.78), Landmark.RIGHT_EAR: (-0.07, -0.78),
        Landmark.LEFT_SHOULDER: (0.18, -0.48), Landmark.RIGHT_SHOULDER: (-0.18, -0.48),
        Landmark.LEFT_ELBOW: (0.25, -0.2), Landmark.RIGHT_ELBOW: (-0.25, -0.2),
        Landmark.LEFT_HIP: (0.1, 0.0), Landmark.RIGHT_HIP: (-0.1, 0.0),
        Landmark.LEFT_KNEE: (0.1, 0.42), Landmark.RIGHT_KNEE: (-0.1, 0.42),
        Landmark.LEFT_ANKLE: (0.1, 0.82), Landmark.RIGHT_ANKLE: (-0.1, 0.82),
    }  # fmt: skip
    snapshot = np.zeros((33, 5))
    for landmark, (x, y) in place.items():
        snapshot[landmark] = (300 + 200 * x, 250 + 200 * y, x, y, 0.01 * landmark % 0.07)
    return snapshot


def leaning(deg: float) -> np.ndarray:
    """The same person, trunk and head leant towards the own right by so many degrees about the middle of the hips."""
    snapshot = upright()
    a = math.radians(deg)
    turn = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    for k in range(23):
        for two, centre in ((slice(0, 2), np.array([300.0, 250.0])), (slice(2, 4), np.zeros(2))):
            snapshot[k, two] = centre + turn @ (snapshot[k, two] - centre)
    return snapshot


snapshots = arrays(np.float64, (33, 5), elements=st.floats(-3, 3, width=32)).map(
    lambda jitter: upright() + jitter * [3, 3, 0.01, 0.01, 0.01]
)


@given(snapshots, snapshots)
def test_a_mirrored_repetition_of_the_other_side_has_the_same_features(start, peak):
    mirrored = features(start[MIRRORED] * MIRROR + [640, 0, 0, 0, 0], peak[MIRRORED] * MIRROR + [640, 0, 0, 0, 0], "right")
    np.testing.assert_allclose(features(start, peak, "left"), mirrored, atol=1e-9)


@given(snapshots, snapshots, st.floats(0.3, 3), st.floats(-200, 200))
def test_size_and_place_of_the_person_in_the_picture_change_nothing(start, peak, scale, shift):
    zoom = np.array([scale, scale, 1, 1, 1])
    moved = features(start * zoom + [shift, -shift, 0, 0, 0], peak * zoom + [shift, -shift, 0, 0, 0], "left")
    np.testing.assert_allclose(features(start, peak, "left"), moved, atol=1e-7)


@given(snapshots, st.floats(-40, 40))
def test_a_camera_that_is_tilted_about_its_axis_changes_no_movement(peak, tilt):
    a = math.radians(tilt)
    turn = np.eye(5)
    turn[:2, :2] = [[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]
    straight, tilted = features(upright(), peak, "left"), features(upright() @ turn.T, peak @ turn.T, "left")
    same = [i for i, name in enumerate(FEATURES) if name != "start.trunk.tilt"]
    np.testing.assert_allclose(straight[same], tilted[same], atol=1e-7)


def test_who_does_not_move_has_no_change():
    values = features(upright(), upright(), "left")
    assert all(v == 0.0 for name, v in zip(FEATURES, values, strict=True) if not name.startswith("start."))


def test_a_body_without_length_gives_nothing_rather_than_nonsense():
    assert np.isnan(features(np.zeros((33, 5)), upright(), "left")).all()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_can_be_read_and_says_what_it_was_fitted_on(name):
    exercise, fault, _ = name.split(".")
    model = load_model(fault, exercise)
    assert model is not None
    assert (model.fault, model.exercise) == (fault, exercise)
    assert model.fitted_on["faulty"] >= 20
    assert model.fitted_on["clean"] >= 20
    assert model.fitted_on["bodies"]
    assert model.fitted_on["amber_deg"] / 2 < model.limit_deg < model.fitted_on["red_deg"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_says_the_same_to_the_bit_every_time(name):
    text = (files("coxa.motion") / "fitted" / name).read_text(encoding="utf-8")
    one, other = read_model(text, name), read_model(text, name)
    assert one.estimate(upright(), leaning(7), "left") == other.estimate(np.asfortranarray(upright()), leaning(7), "left")


def test_no_model_where_none_was_fitted():
    assert load_model("rolls-back", "bridge") is None


def lean() -> FittedModel:
    model = load_model("trunk-leans-to-stance", "standing-abduction")
    assert model is not None
    return model


def test_the_lean_model_reads_a_lean_that_it_never_saw():
    sizes = [lean().estimate(upright(), leaning(deg), "left").value_deg for deg in (0, 4, 8, 12, 16)]
    assert sizes == sorted(sizes)
    assert sizes[0] < lean().limit_deg < sizes[-1]


def test_an_unseen_point_gives_no_estimate():
    peak = leaning(15)
    peak[Landmark.LEFT_SHOULDER] = np.nan
    estimate = lean().estimate(upright(), peak, "left")
    assert math.isnan(estimate.value_deg)
    assert not estimate.in_domain
    assert "not seen" in estimate.why


def test_one_lost_knee_carries_no_verdict():
    model = load_model("pelvis-hikes", "standing-abduction")
    assert model is not None
    calm = model.estimate(upright(), upright(), "left").value_deg
    lost = upright()
    lost[Landmark.RIGHT_KNEE, :2] += 400
    assert abs(model.estimate(upright(), lost, "left").value_deg - calm) < model.fitted_on["red_deg"]


def small_model(**changes: object) -> FittedModel:
    term = {"feature": "working_shoulder.across", "times": "", "low": -1, "high": 1, "centre": 0, "scale": 1, "weight": 10}
    view = {"constant": 40.0, "terms": []}
    data = {
        "fault": "rolls-back", "exercise": "clamshell", "views": ["front"], "limit_deg": 10,
        "estimate_deg": {"constant": 1, "terms": [term]},
        "view_deg": {"azimuth": view}, "domain": {"azimuth": [-20, 20]}, "fitted_on": {}, **changes,
    }  # fmt: skip
    return read_model(json.dumps(data), "small.json")


def test_outside_the_fitted_views_the_model_says_so():
    outside = small_model().estimate(upright(), leaning(3), "left")
    assert not outside.in_domain
    assert outside.why == "azimuth is 40.00, fitted from -20.00 to 20.00"
    assert small_model(domain={}).estimate(upright(), leaning(3), "left").in_domain
    other = small_model(domain={}).estimate(upright(), leaning(3), "left", "side")
    assert not other.in_domain
    assert "side" in other.why


@pytest.mark.parametrize("name", [n for n in SHIPPED if "extension" not in n])
def test_who_turns_the_back_to_the_camera_is_not_judged(name):
    exercise, fault, _ = name.split(".")
    model = load_model(fault, exercise)
    assert model is not None
    low, high = model.domain["start.working_shoulder.across"]
    values = features(upright()[MIRRORED], upright()[MIRRORED], "left")
    assert 0 < low < high
    assert values[FEATURES.index("start.working_shoulder.across")] < 0


def test_a_term_times_a_view_angle_grows_with_it():
    term = {"feature": "working_shoulder.across", "times": "azimuth", "low": -1, "high": 1, "centre": 0, "scale": 1, "weight": 10}
    plain = small_model(domain={}).estimate(upright(), leaning(5), "left").value_deg - 1
    turned = small_model(domain={}, estimate_deg={"constant": 1, "terms": [term]}).estimate(upright(), leaning(5), "left").value_deg - 1
    assert turned == pytest.approx(plain * 40 / 15)


@pytest.mark.parametrize(("start", "side"), [(np.zeros((33, 4)), "left"), (np.zeros((33, 5)), "upper")])
def test_what_is_no_snapshot_is_refused_in_one_line(start, side):
    with pytest.raises(BadInput, match=r"^expected [^\n]+$"):
        lean().estimate(start, np.zeros((33, 5)), side)


@pytest.mark.parametrize("text", ["{", "[]", '{"fault": "rolls-back"}'])
def test_what_is_no_model_is_refused_in_one_line(text):
    with pytest.raises(BadInput, match=r"^expected a fitted model[^\n]+x\.json[^\n]+$"):
        read_model(text, "x.json")


def test_a_model_of_unknown_features_is_refused():
    with pytest.raises(BadInput, match="left_ear"):
        small_model(estimate_deg={"constant": 0, "terms": [{"feature": "left_ear.size"}]})


def rendered(clip: Path) -> list[tuple[float, Estimate]]:
    """True hike and estimate of each repetition of a clip of rendered landmarks."""
    model = load_model("pelvis-hikes", "side-lying-abduction")
    assert model is not None
    meta = json.loads(clip.read_text())
    with np.load(clip.with_suffix(".npz")) as data:
        frames = np.concatenate((data["I"][..., :2] * [meta["width"], meta["height"]], data["W"][..., :3]), axis=-1)
    time_s = np.arange(len(frames)) / meta["fps"]
    found = []
    for rep in meta["reps"]:
        rest = (time_s > rep["start_s"] - 0.4) & (time_s <= rep["start_s"])
        held = (time_s >= rep["peak_start_s"]) & (time_s <= rep["peak_end_s"])
        found.append((rep["faults"]["pelvis_hike_deg"]["deg"], model.estimate(frames[rest].mean(0), frames[held].mean(0), meta["side"])))
    return found


def test_hikes_are_told_apart_in_clips_that_no_fit_saw():
    clips = sorted((REAL / "rendered-landmarks").glob("side-abduction-*.json"))
    if not clips:
        pytest.skip("no rendered landmarks in COXA_REAL_DATA")
    reps = [rep for clip in clips for rep in rendered(clip)]
    faulty = [e.value_deg for hike, e in reps if hike >= 12]
    clean = [e.value_deg for hike, e in reps if hike < 4]
    assert np.mean(faulty) > np.mean(clean) + 5
    assert max(clean) < 8
