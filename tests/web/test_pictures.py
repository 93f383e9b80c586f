"""Pictures as set-up leaves them: a page waits for none, nothing is drawn twice, and what set-up has not drawn is drawn on demand."""

from __future__ import annotations

import gzip
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import Values, answer_all, look, send
from fastapi.testclient import TestClient

from coxa.care.change import new
from coxa.care.programme import Profile
from coxa.care.reason import Reason
from coxa.care.screening import Screening
from coxa.exercises import catalogue
from coxa.records.people import Person
from coxa.web import pictures
from coxa.web.flow.today import planned_today

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'><desc>somebody</desc></svg>"
ROOT = Path(__file__).parents[2]


def never(wanted: pictures.Wanted) -> bytes:
    raise AssertionError(f"drawn: {wanted}")


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as set-up leaves it, and no pen."""
    folder = tmp_path / "drawn"
    folder.mkdir()
    for wanted in pictures.pages_ask_for():
        (folder / wanted.name).write_bytes(gzip.compress(SVG + f"<!-- {wanted.name} -->".encode()))
    monkeypatch.setattr(pictures, "DRAWN", folder)
    monkeypatch.setattr(pictures, "draw", never)
    return folder


def shown(html: str) -> set[str]:
    return {address.replace("&amp;", "&") for address in re.findall(r'src="(/exercises/[^"]+)"', html)}


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_waits_for_a_picture(client: TestClient, drawn: Path, language: str) -> None:
    client.headers["Accept-Language"] = language
    addresses = {address for id in catalogue.ids() for address in shown(client.get(f"/exercises/{id}").text)}
    addresses |= shown(client.get("/exercises").text)
    assert len(addresses) > 4 * len(catalogue.ids())
    for address in sorted(addresses):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.content.startswith(SVG)


@pytest.mark.parametrize("side", ["left", "right", "both"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_session_waits_for_a_picture(client: TestClient, drawn: Path, side: str, language: str) -> None:
    """Every exercise of the catalogue as a programme may hold it, with the legs in turn where both work."""
    profile = Profile(screening=Screening(outcome="ready", reasons=(Reason(rule="B2", words="x", source="ours"),)), age=40)
    for id in catalogue.ids():
        exercise = catalogue.load(id)
        if exercise.side != "one" and side != "both":
            continue
        planned = new(id, "both", profile, (), "personal").model_copy(update={"side": side})
        today = planned_today(planned, profile, ())
        addresses = set(today.pictures.model_dump().values())
        assert {urlsplit(address).query for address in addresses} == {"side=right" if side == "right" else ""}
        if any(bout.side == "right" for bout in today.bouts) and side == "both":
            addresses |= {f"{address}?side=right" for address in addresses if "camera" not in address}
        if not today.coached:
            addresses -= {today.pictures.camera}
        for address in addresses:
            answer = client.get(address, headers={"Accept-Language": language})
            assert answer.status_code == 200, address


def test_the_handout_waits_for_no_picture(client: TestClient, person: Person, drawn: Path) -> None:
    answer_all(client, look(client, "/screening"))
    wishes: Values = {"kind": "personal", "minutes": "25", "days": ["mon"], "equipment": ["mat"], "goal": "walk"}
    send(client, look(client, "/programme"), "/programme", wishes)
    for language in ("en", "de"):
        client.headers["Accept-Language"] = language
        assert client.get("/programme/sheet.pdf").content.startswith(b"%PDF")


def test_a_browser_without_gzip_gets_the_picture_too(client: TestClient, drawn: Path) -> None:
    packed = client.get("/exercises/bridge/still.svg", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/exercises/bridge/still.svg", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    figure = client.get("/exercises/bridge/figure.glb", headers={"Accept-Encoding": "identity"})
    assert figure.headers["content-type"] == "model/gltf-binary"


def test_what_set_up_has_not_drawn_is_drawn_once_and_kept(
    client: TestClient, drawn: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted, asked = pictures.Wanted("bridge", "loop"), []
    (drawn / wanted.name).unlink()

    def draw(one: pictures.Wanted) -> bytes:
        asked.append(one)
        return b"<svg/>"

    monkeypatch.setattr(pictures, "draw", draw)
    assert [client.get("/exercises/bridge/loop.svg").content for _ in range(2)] == [b"<svg/>"] * 2
    assert asked == [wanted]
    assert not (drawn / wanted.name).exists()


def test_where_all_is_drawn_no_process_is_started(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Path] = []

    class Process:
        def __init__(self, target: Callable[..., None], args: tuple[Path, ...], daemon: bool) -> None:
            self.folder = args[0]

        def start(self) -> None:
            started.append(self.folder)

    monkeypatch.setattr("coxa.web.pictures.multiprocessing.get_context", lambda _: type("Context", (), {"Process": Process}))
    assert pictures.warm(tmp_path / "kept") is None
    assert not started
    (drawn / pictures.Wanted("bridge", "still").name).unlink()
    pictures.warm(tmp_path / "kept")
    assert started == [tmp_path / "kept"]


def test_set_up_draws_what_is_missing_and_clears_what_is_not_asked_for(drawn: Path) -> None:
    (drawn / "bridge.still.0123456789.svg.gz").write_bytes(b"of an older bridge")
    (drawn / ".bridge.1.part").write_bytes(b"half")
    again = pictures.Wanted("bridge", "camera")
    (drawn / again.name).unlink()
    ran = subprocess.run([sys.executable, ROOT / "scripts/draw_pictures.py", drawn], capture_output=True, text=True, timeout=300)
    assert (ran.returncode, ran.stdout) == (0, "  1/1 drawn\n"), ran.stderr
    assert gzip.decompress((drawn / again.name).read_bytes()).startswith(b"<svg")
    names = {wanted.name for wanted in pictures.pages_ask_for()}
    assert {path.name for path in drawn.iterdir()} == {*names, pictures.LIST}
    assert set((drawn / pictures.LIST).read_text().split()) == names


def test_set_up_draws_again_where_the_folder_is_not_whole(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "scripts" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    monkeypatch.setattr(set_up, "DRAWN", drawn)
    monkeypatch.setattr(set_up, "STAMPS", tmp_path / "stamps")
    set_up.stamp("pictures", "a")
    assert not set_up.is_done("pictures", "a")
    (drawn / pictures.LIST).write_text("")
    assert set_up.is_done("pictures", "a")
    assert not set_up.is_done("pictures", "b")
    assert {"bridge.toml", "words.po", "pictures.py", "solver.py", "stills.py"} <= {path.name for path in set_up.picture_sources()}
