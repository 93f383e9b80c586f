"""The wheel holds all that the app needs: it starts from nothing but itself and the packages it names."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx
import pytest
from serving import coxa_up

from coxa.web import pictures

ROOT = Path(__file__).parents[2]
SLOW_S = 300
MOST_MB = 60


def build(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Build a wheel with the environment's own tools; nothing is fetched."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    return subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=SLOW_S)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("wheel")
    ran = build(ROOT, out)
    assert ran.returncode == 0, ran.stderr
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_front_pages_pictures_words_and_models(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    here = {str(path.relative_to(ROOT / "src")) for path in (ROOT / "src/coxa/web").rglob("*") if path.is_file()}
    wanted = {name for name in here if "__pycache__" not in name}
    assert wanted <= names, sorted(wanted - names)[:5]
    assert {"coxa/web/front/.vite/manifest.json", "coxa/web/front/sw.js", "coxa/web/templates/base.html"} <= names
    assert {f"coxa/web/drawn/{one.name}" for one in pictures.pages_ask_for()} <= names, "set-up draws them: make setup"
    assert wheel.stat().st_size < MOST_MB * 1e6
    assert {"coxa/capture/models/pose_full.task", "coxa/locales/de/LC_MESSAGES/coxa.mo"} <= names
    assert not any(name.endswith(".po") or "__pycache__" in name or "node_modules" in name for name in names)


def test_it_starts_from_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """No make, no node, no compiler and no network: only the wheel, and the packages that it names."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True, timeout=SLOW_S)
    paths = {"base": str(place), "platbase": str(place)}
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    # The packages are those of this environment, but without the link to this folder's own source.
    (site / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    python = Path(sysconfig.get_path("scripts", "venv", paths)) / "python"
    where = subprocess.run([python, "-c", "import coxa; print(coxa.__file__)"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert Path(where.stdout.strip()).is_relative_to(site), where.stderr
    program = [str(python), "-c", "from coxa.cli import main; main()"]
    with coxa_up(tmp_path / "data", program=program, PATH="/nowhere", PYTHONSAFEPATH="1") as up:
        assert httpx.get(f"{up.address}/healthz").json()["status"] == "ok"
        page = httpx.get(f"{up.address}/")
        assert page.status_code == 200
        assert "/front/assets/" in page.text
        assert httpx.get(f"{up.address}/model/pose_full.task").status_code == 200
        assert "Hüft" in httpx.get(f"{up.address}/exercises", headers={"Accept-Language": "de"}).text
        assert up.stop() == 0


@pytest.mark.parametrize("missing", ["src/coxa/web/front", "src/coxa/web/drawn", "src/coxa/capture/models"])
def test_a_wheel_without_front_pictures_or_model_is_refused(tmp_path: Path, missing: str) -> None:
    source = tmp_path / "source"
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        source.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "scripts", source / "scripts")
    for kept in ("src/coxa/web/front", "src/coxa/web/drawn", "src/coxa/capture/models", "src/coxa/locales"):
        if kept != missing:
            shutil.copytree(ROOT / kept, source / kept)
    ran = build(source, tmp_path / "out")
    assert ran.returncode != 0
    assert "make setup" in ran.stderr
    assert not list((tmp_path / "out").glob("*.whl"))
