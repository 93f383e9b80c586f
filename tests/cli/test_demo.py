"""`coxa demo`: the whole way, without a camera."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from run import Ran, refused, run

from coxa.capture import film
from coxa.capture import video as clips
from coxa.capture.simulated import Simulation

Run = Callable[..., Ran]


@pytest.fixture
def coxa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command."""
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


@pytest.fixture
def unfilmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip pixels and pose model, which other tests see to: the landmarks of the simulated person are taken as they are."""
    taken: list[Simulation] = []

    def write_clip(done: Simulation, path: Path, **_: Any) -> Path:
        taken.append(done)
        path.write_bytes(b"a clip")
        return path

    def from_video(path: Path, **_: Any) -> Any:
        assert path.read_bytes() == b"a clip"
        return taken[-1].recording

    monkeypatch.setattr(film, "write_clip", write_clip)
    monkeypatch.setattr(clips, "from_video", from_video)
    monkeypatch.setattr("coxa.cli.analyze.write", lambda folder, *_: (folder / "index.html").write_text("<html>"))


@pytest.mark.usefixtures("unfilmed")
def test_the_demo_says_what_it_does_and_where_the_report_is(coxa: Run, tmp_path: Path) -> None:
    ran = coxa("demo", "--out", tmp_path / "shown", "--no-browser")
    assert ran.code == 0
    assert [line[:6] for line in ran.err.splitlines()] == ["1 of 3", "2 of 3", "3 of 3"]
    assert str(tmp_path / "shown" / "index.html") in ran.out
    assert "simulated.mp4 as " in ran.out
    assert (tmp_path / "shown" / "index.html").is_file()


@pytest.mark.usefixtures("unfilmed")
@pytest.mark.parametrize("opens", [True, False])
def test_the_report_is_opened_and_if_that_fails_the_path_will_do(
    coxa: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, opens: bool
) -> None:
    opened: list[str] = []

    def open_page(address: str) -> bool:
        opened.append(address)
        return opens

    monkeypatch.setattr(webbrowser, "open", open_page)
    ran = coxa("demo", "--out", tmp_path)
    assert ran.code == 0
    assert opened == [(tmp_path / "index.html").as_uri()]
    assert ("No browser could be opened" in ran.err) is not opens


@pytest.mark.usefixtures("unfilmed")
def test_the_demo_has_a_mistake_to_show(tmp_path: Path) -> None:
    from coxa.capture.simulated import simulate
    from coxa.cli.demo import EXERCISE, FAULTS
    from coxa.motion import analyze

    set_ = simulate(EXERCISE, seed=11, view="front", repetitions=4, faults=FAULTS, up_s=1.6, hold_s=1.5, down_s=1.6)
    result = analyze(set_.recording, EXERCISE, judge_untested=True)
    assert result.counted == 4
    assert all(fault in result.repetitions[number].faults for number, sizes in FAULTS.items() for fault in sizes)


def test_a_folder_that_cannot_be_made_is_refused(coxa: Run, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("here")
    refused(coxa("demo", "--out", taken, "--no-browser"), "--out", "taken", "name another")
