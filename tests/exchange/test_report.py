"""The report of a set: what its page and its annotated clip must hold, whatever the set was."""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coxa.body.recording import Recording
from coxa.capture.video import frames as video_frames
from coxa.errors import BadInput
from coxa.exchange import report, words
from coxa.exchange.annotate import annotate, plain_frames, whole_file
from coxa.exchange.figures import Signal, nice_ticks, signal_svg
from coxa.exercises import catalogue
from coxa.motion.result import Fault, FaultId, Hold, NotJudged, Repetition, SetResult, Severity

TICK = Fraction(1, 90_000)
VOID = {"meta", "img", "br", "source", "link", "input", "hr"}

# ------------------------------------------------------------------------------------------------ making sets


def person(frames: int = 30, fps: float = 15.0, width: int = 96, height: int = 64) -> Recording:
    """Somebody whose points wander a little about the middle of the picture."""
    random = np.random.default_rng(3)
    image = (0.5 + 0.3 * random.standard_normal((1, 33, 3)).clip(-1, 1) + 0.01 * random.standard_normal((frames, 33, 3))).astype(np.float32)
    world = np.full((frames, 33, 3), np.nan, np.float32)
    return Recording(np.arange(frames) / fps, image, world, np.full((frames, 33), 0.9, np.float32), width, height, fps)


def lift(k: int, faults: tuple[FaultId, ...] = (), *, counted: bool = True, meets: bool = True) -> Repetition:
    start = 0.3 * k
    why = () if counted else ("too_small",)
    return Repetition("left", "up", start, start + 0.1, start + 0.25, 20.0 + k, "deg", 0.05, 0.1, 0.1, counted, why, meets, faults)


def lean(k: int | None, severity: Severity = "red", fault: FaultId = "trunk-leans-to-stance") -> Fault:
    start = 0.3 * (k or 0)
    return Fault(fault, severity, start + 0.05, start + 0.2, 12.5, "deg", k)


def a_set(**changes: object) -> SetResult:
    three = (lift(0), lift(1), lift(2))
    clean = SetResult(
        "standing-abduction", "kick.mp4", 30, 2.0, 1.0, "judged", "left", "front", "standing", three, (), (), (), (), None, "9.9.9"
    )  # fmt: skip
    return replace(clean, **changes)  # type: ignore[arg-type]


def wave(recording: Recording) -> Signal:
    values = 20 * np.sin(recording.time_s * 6)
    return {"time_s": recording.time_s, "values": values, "unit": "deg", "name": "leg_abduction"}


def write_clip(path: Path, frames: int = 12, *, size: tuple[int, int] = (64, 48), times_s: list[float] | None = None) -> Path:
    """A clip whose left half is red and whose right half is blue, with the given times."""
    times_s = times_s or [k / 10 for k in range(frames)]
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[:, : size[0] // 2, 0] = 220
    picture[:, size[0] // 2 :, 2] = 220
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = TICK
        for time_s in times_s:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(time_s * 90_000), TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def turn_quarter(path: Path) -> None:
    """Write a quarter turn into the clip's header, as a phone held upright does."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    matrix = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], ">i4")
    data[at : at + 36] = matrix.tobytes()
    path.write_bytes(bytes(data))


def decode(path: Path) -> tuple[list[float], list[np.ndarray]]:
    with av.open(str(path)) as container:
        decoded = [(float(frame.time), frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    return [t for t, _ in decoded], [p for _, p in decoded]


class Page(HTMLParser):
    """Reads a page strictly: every element closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title", "desc"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


# ------------------------------------------------------------------------------------------------ the page

severities = st.sampled_from(["amber", "red"])
fault_ids = st.sampled_from(sorted(words.FAULTS))
numbers = st.floats(-1e4, 1e4, allow_nan=False) | st.just(float("nan"))
times = st.floats(0, 2, allow_nan=False)


@st.composite
def sets(draw: st.DrawFn) -> SetResult:
    count = draw(st.integers(0, 9))
    reps = []
    for k in range(count):
        why = draw(st.sampled_from([(), ("too_small",), ("not_that_movement",)]))
        named = tuple(draw(st.lists(fault_ids, max_size=2, unique=True)))
        made = lift(k, named, counted=not why, meets=draw(st.booleans()))
        reps.append(replace(made, why_not=why, range=draw(numbers), unit=draw(st.sampled_from(["deg", "thigh lengths", "<b>&"]))))
    faults = st.builds(
        lambda id, severity, start, long, size, k: Fault(id, severity, start, start + long, size, "deg", k),
        fault_ids, severities, times, times, numbers, st.none() | st.integers(0, 12),
    )  # fmt: skip
    holds = st.builds(lambda a, b: Hold(a, a + b, b), times, times)
    unseen = st.builds(NotJudged, fault_ids, st.sampled_from(sorted(words.WHY_NOT_JUDGED)), st.text("<>&\"'x é汉\n", max_size=30))
    return a_set(
        exercise=draw(st.sampled_from([*catalogue.ids(), "something-else"])),
        source=draw(st.text("<>&\"'x é汉\n", max_size=40)),
        seen=draw(st.floats(0, 1)),
        status=draw(st.sampled_from(["judged", "cannot_see", "not_this_exercise"])),
        side=draw(st.sampled_from(sorted(words.SIDES))),
        view=draw(st.sampled_from(sorted(words.VIEWS))),
        repetitions=tuple(reps),
        holds=tuple(draw(st.lists(holds, max_size=3))),
        faults=tuple(draw(st.lists(faults, max_size=6))),
        not_judged=tuple(draw(st.lists(unseen, max_size=3))),
    )


@settings(max_examples=40, deadline=None)
@given(result=sets(), with_exercise=st.booleans(), unseen=st.sampled_from([0.0, 0.4, 1.0]))
def test_any_set_gives_a_sound_page_that_names_every_repetition_and_mistake(result: SetResult, with_exercise: bool, unseen: float) -> None:
    recording = person()
    signal = wave(recording)
    signal["values"] = np.where(np.arange(30) < unseen * 30, np.nan, signal["values"])
    exercise = catalogue.load(result.exercise) if with_exercise and result.exercise in catalogue.ids() else None
    moments = report.key_moments(result, recording, exercise)
    list(report.KeyFrames(moments, recording, result.side, plain=True).watch(plain_frames(recording)))
    text = report.render(result, recording, exercise, signal, moments, "annotated.mp4")
    page = Page(text)
    rows = report.table(result, exercise)
    assert [row.nr for row in rows] == [str(k + 1) for k in range(len(result.repetitions))]
    within = range(len(result.repetitions))
    for fault in result.faults:
        if fault.repetition in within:
            assert any(words.fault_name(fault.id, exercise) in said for _, said in rows[fault.repetition].faults)
        assert words.fault_name(fault.id, exercise) in page.text
    for unjudged in result.not_judged:
        assert words.fault_name(unjudged.id, exercise) in page.text
    assert len([m for m in moments if m.picture is not None]) == len(moments) == len(page.named("img"))
    assert all(image["alt"] for image in page.named("img"))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert "nan" not in page.text.lower()
    for drawing in page.named("svg"):
        # hidden itself, named itself, or inside the verdict's hidden seal
        assert drawing.get("aria-hidden") or drawing.get("aria-labelledby") or drawing == {"viewbox": "0 0 24 24"}


def test_page_asks_for_nothing_outside_itself_and_runs_no_script(tmp_path: Path) -> None:
    recording = person()
    result = a_set(faults=(lean(1),), source="https://example.org/<script>alert(1)</script>.mp4")
    text = report.write_report(tmp_path, result, recording, None, wave(recording), None).read_text()
    page = Page(text)
    assert page.named("script") == page.named("link") == page.named("iframe") == []
    for tag, attrs in page.elements:
        assert not any(name.startswith("on") for name in attrs), tag
        for name in ("src", "href", "poster"):
            value = attrs.get(name)
            assert value is None or value.startswith("data:image/jpeg;base64,") or value == "annotated.mp4"
    style = text[text.index("<style>") : text.index("</style>")]
    assert "@import" not in style
    assert "url(http" not in style
    assert "default-src 'none'" in text
    assert (tmp_path / "annotated.mp4").exists()


def test_verdict_comes_first_then_figures_signal_pictures_table_checks_and_small_print() -> None:
    recording = person()
    result = a_set(faults=(lean(1),), not_judged=(NotJudged("pelvis-hikes", "view", "Rest a hand on your hip."),))
    moments = report.key_moments(result, recording)
    list(report.KeyFrames(moments, recording, "left", plain=True).watch(plain_frames(recording)))
    text = report.render(result, recording, None, wave(recording), moments, "annotated.mp4")
    order = ["<h1>", 'id="facts"', 'id="signal"', 'id="frames"', 'id="clip"', 'id="table"', 'id="not-judged"', "<footer>"]
    places = [text.index(mark) for mark in order]
    assert places == sorted(places)
    assert "Rest a hand on your hip." in text
    assert "medical device" in text
    assert "9.9.9" in text
    assert "5 to 7 degrees" in text


def test_a_row_says_not_judged_where_nothing_could_be() -> None:
    exercise = catalogue.load("bridge")
    assert exercise.coaching is not None
    unseen = tuple(NotJudged(rule.fault, "not_tested", "Look.") for rule in exercise.coaching.faults)  # type: ignore[arg-type]
    blind = Page(report.render(a_set(exercise="bridge", not_judged=unseen), person(), exercise))
    assert words.PAGE["unjudged_row"] in blind.texts
    assert words.PAGE["no_fault"] not in blind.texts
    clear = Page(report.render(a_set(exercise="bridge", engine="coxa 1.2.3"), person(), exercise))
    assert words.PAGE["no_fault"] in clear.texts
    assert "coxa 1.2.3." in clear.texts


def test_a_set_of_three_hundred_repetitions_stays_readable() -> None:
    times_s = np.arange(18_000) / 30
    many = tuple(replace(lift(0), start_s=2.0 * k, peak_s=2.0 * k + 0.7, end_s=2.0 * k + 1.5) for k in range(300))
    result = a_set(repetitions=many, faults=(lean(7),), duration_s=600.0)
    signal: Signal = {"time_s": times_s, "values": np.sin(times_s * np.pi), "unit": "deg", "name": "leg_abduction"}
    svg = signal_svg(signal, result)
    shown = [int(n) for n in re.findall(r'class="badge-text counted[^>]*>(\d+)<', svg)]
    places = [float(x) for x in re.findall(r'class="badge-text counted[^"]*" x="([\d.]+)"', svg)]
    assert shown[0] == 1
    assert 10 < len(shown) < 40
    assert all(b - a >= 24 for a, b in itertools.pairwise(places))
    assert len(svg) < 150_000
    peaks = len(report.key_moments(result, person()))
    assert peaks <= 1 + report.PEAKS + 1
    assert len(report.table(result)) == 300


def test_drawing_keeps_the_highest_point_of_a_long_recording() -> None:
    times_s = np.arange(20_000) / 30
    values = np.zeros(20_000)
    values[12_345] = 90.0
    signal: Signal = {"time_s": times_s, "values": values, "unit": "deg", "name": "x"}
    svg = signal_svg(signal, a_set(repetitions=()))
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", svg)]
    assert min(heights) < 100  # near the top of a plot that begins at 58


def test_gaps_in_the_signal_stay_gaps() -> None:
    values = np.array([1.0, 2.0, np.nan, np.nan, 3.0, 4.0, np.nan, 5.0, 5.0, 5.0])
    signal: Signal = {"time_s": np.arange(10.0), "values": values, "unit": "deg", "name": "x"}
    svg = signal_svg(signal, a_set(repetitions=()))
    path = re.search(r'class="line" d="([^"]+)"', svg)
    assert path is not None
    assert path[1].count("M") == 3


@given(low=st.floats(-1e6, 1e6), span=st.floats(0, 1e6), wanted=st.integers(2, 8))
def test_ticks_enclose_what_they_measure(low: float, span: float, wanted: int) -> None:
    ticks = nice_ticks(low, low + span, wanted)
    slack = 1e-6 * max(1.0, abs(low), span)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + span - slack
    assert 2 <= len(ticks) <= 2 * wanted + 3
    assert ticks == sorted(set(ticks))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours, #rrggbb."""

    def light(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground_as_wcag_aa_asks(scheme: str) -> None:
    css = (Path(report.__file__).parent / "templates/report.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", blocks[0]))
    if scheme == "dark":
        tokens |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", blocks[1]))
    grounds = {
        "ink": ["paper", "card", "accent-wash", "amber-wash", "red-wash", "unsure-wash"],
        "soft": ["paper", "card"],
        "accent": ["paper", "card"],
        "amber": ["paper", "card"],
        "red": ["paper", "card"],
        "card": ["accent"],
        "amber-ink": ["amber-fill"],
        "red-ink": ["red-fill"],
        "unsure-wash": ["soft"],
    }
    for text, under in grounds.items():
        for ground in under:
            assert contrast(tokens[text], tokens[ground]) >= 4.5, (text, ground)


# ------------------------------------------------------------------------------------------------ the annotated clip


def test_annotated_clip_has_the_frames_and_times_of_the_clip(tmp_path: Path) -> None:
    times_s = [0.0, 0.1, 0.15, 0.4, 0.45, 0.9, 1.0]  # a phone's uneven times
    clip = write_clip(tmp_path / "clip.mp4", times_s=times_s)
    report.write_report(tmp_path / "out", a_set(), person(), None, None, clip)
    got_s, pictures = decode(tmp_path / "out/annotated.mp4")
    assert got_s == pytest.approx(times_s, abs=2e-3)
    height, width = pictures[0].shape[:2]
    assert width % 2 == height % 2 == 0
    with av.open(str(tmp_path / "out/annotated.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert float(stream.duration * stream.time_base) == pytest.approx(1.0 + 1 / 15, abs=0.11)
    data = (tmp_path / "out/annotated.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_clip_filmed_upright_stays_upright(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", size=(96, 48))
    turn_quarter(clip)
    _, upright = next(video_frames(clip))
    assert upright.shape[:2] == (96, 48)
    recording = person(12, 10.0, 48, 96)
    blind = replace(recording, image=np.full_like(recording.image, np.nan))
    report.write_report(tmp_path / "out", a_set(), blind, None, None, clip)
    _, pictures = decode(tmp_path / "out/annotated.mp4")
    height, width = pictures[0].shape[:2]
    assert height > width
    for share in (0.2, 0.6):  # the colours lie where the upright picture has them
        want = upright[int(share * 96), 24].astype(int)
        got = pictures[3][int(share * 2 * width), width // 2].astype(int)
        assert np.abs(want - got).max() < 40


def test_skeleton_is_drawn_on_the_picture_and_nothing_where_nobody_was_seen(tmp_path: Path) -> None:
    seen, unseen = person(), replace(person(), image=np.full((30, 33, 3), np.nan, np.float32))
    picture = np.zeros((120, 160, 3), np.uint8)
    frames = [(k / 15, picture) for k in range(30)]
    for recording, drawn in ((seen, True), (unseen, False)):
        path = annotate(tmp_path / "a.mp4", iter(frames), recording, a_set())
        _, pictures = decode(path)
        assert bool(pictures[5][:360].max() > 150) is drawn
    assert picture.max() == 0  # the reader's own frames are left alone


def test_a_point_seen_badly_is_drawn_fainter() -> None:
    ink = []
    for visibility in (0.9, 0.2):
        picture = np.zeros((300, 300, 3), np.uint8)
        report.draw_skeleton(picture, person().image[0], np.full(33, visibility, np.float32))
        ink.append(int((picture > 128).any(axis=2).sum()))
    assert 0 < ink[1] < 0.6 * ink[0]


@settings(max_examples=15, deadline=None)
@given(scale=st.floats(-1e30, 1e30), side=st.sampled_from(["left", "right", "both", "unknown"]))
def test_points_far_outside_the_picture_do_no_harm(scale: float, side: str) -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    points = (person().image[0] * np.float32(scale)).astype(np.float32)
    report.draw_skeleton(picture, points, np.full(33, 0.7, np.float32), side)
    assert picture.shape == (40, 60, 3)


class Stopped(KeyboardInterrupt):
    """Ctrl-C in the middle."""


@pytest.mark.parametrize("error", [Stopped, RuntimeError])
def test_a_stopped_annotation_leaves_no_file(tmp_path: Path, error: type[BaseException]) -> None:
    def frames():  # type: ignore[no-untyped-def]
        yield from list(plain_frames(person()))[:10]
        raise error

    with pytest.raises(error):
        annotate(tmp_path / "annotated.mp4", frames(), person(), a_set())
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_report_keeps_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = person()
    page = report.write_report(tmp_path, a_set(), recording, None, None, None)
    before = page.read_bytes()

    def stop(*_: object) -> str:
        raise Stopped

    monkeypatch.setattr(report, "render", stop)
    with pytest.raises(Stopped):
        report.write_report(tmp_path, a_set(repetitions=()), recording, None, None, None)
    assert page.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["annotated.mp4", "index.html"]


def test_frames_are_let_go_one_by_one(tmp_path: Path) -> None:
    alive: list[int] = []

    class Counted(np.ndarray):
        def __del__(self) -> None:
            alive.append(-1)

    def frames():  # type: ignore[no-untyped-def]
        for k in range(60):
            yield k / 15, np.zeros((48, 64, 3), np.uint8).view(Counted)

    recording = person(60)
    moments = report.key_moments(a_set(), recording)
    most = 0
    keeper = report.KeyFrames(moments, recording, "left")

    def watched():  # type: ignore[no-untyped-def]
        nonlocal most
        for given_out, frame in enumerate(keeper.watch(frames()), start=1):
            yield frame
            del frame
            most = max(most, given_out + sum(alive))

    annotate(tmp_path / "a.mp4", watched(), recording, a_set())
    assert most <= 4 + 2 * len(moments)  # those at hand, and the few kept as pictures


def test_one_frame_and_no_visible_point_still_make_a_report(tmp_path: Path) -> None:
    nobody = np.full((1, 33, 3), np.nan, np.float32)
    recording = Recording(np.array([0.0]), nobody, nobody, np.zeros((1, 33), np.float32), 64, 48, 30.0)
    result = a_set(repetitions=(), status="cannot_see", seen=0.0, frames=1, duration_s=1 / 30, view="unknown", side="unknown")
    signal: Signal = {"time_s": recording.time_s, "values": np.array([np.nan]), "unit": "deg", "name": "x"}
    page = report.write_report(tmp_path, result, recording, None, signal, None)
    Page(page.read_text())
    times_s, _ = decode(tmp_path / "annotated.mp4")
    assert times_s == [0.0]


def test_projected_points_outside_the_frame_are_moved_into_view_without_stretching() -> None:
    recording = person()
    moved = replace(recording, image=(recording.image * 7 - 3).astype(np.float32))
    points = report.in_view(moved)
    assert points.min() >= 0
    assert points.max() <= 1
    before, after = np.ptp(moved.image[0, :, :2], axis=0), np.ptp(points[0], axis=0)
    assert after[0] / before[0] == pytest.approx(after[1] / before[1], rel=1e-3)
    inside = replace(recording, image=recording.image.clip(0, 1))
    assert np.array_equal(report.in_view(inside), inside.image[..., :2])


def test_a_folder_that_cannot_be_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(BadInput, match="expected a folder") as caught:
        report.write_report(tmp_path / "taken", a_set(), person(), None, None, None)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_finished_file_has_ordinary_permissions(tmp_path: Path) -> None:
    with whole_file(tmp_path / "page.html") as temporary:
        temporary.write_text("done")
    ordinary = tmp_path / "ordinary"
    ordinary.write_text("")
    assert (tmp_path / "page.html").stat().st_mode == ordinary.stat().st_mode


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="at least one picture"):
        annotate(tmp_path / "a.mp4", iter(()), person(), a_set())
    assert list(tmp_path.iterdir()) == []


def test_a_set_that_was_not_recognised_has_a_page_that_says_so(tmp_path: Path) -> None:
    recording = person()
    nothing = a_set(exercise="", status="not_this_exercise", side="unknown", view="unknown", posture="unknown", repetitions=())
    text = Page(report.write_report(tmp_path, nothing, recording, None, wave(recording), None).read_text()).text
    assert "not recognised" in text
    assert "“”" not in text
