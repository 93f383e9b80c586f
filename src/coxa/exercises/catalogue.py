"""The catalogue: read exercises from their TOML files, list them, and find the one that was meant."""

from __future__ import annotations

import difflib
import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from coxa.errors import BadInput
from coxa.exercises.model import Exercise

FOLDER = Path(__file__).with_name("catalogue")


def ids() -> tuple[str, ...]:
    """The ids of all exercises, a clinic's own among them, in alphabetical order; reads no file.

    >>> "bridge" in ids()
    True
    """
    return tuple(sorted(_files()))


@lru_cache(maxsize=128)
def load(id: str) -> Exercise:
    """Read one exercise, and only its own file.

    Parameters
    ----------
    id
        The exercise's id, such as "bridge".

    Returns
    -------
    Exercise

    Raises
    ------
    BadInput
        When there is no such exercise (with the nearest names), or when its file is broken (file, key, what was
        expected and what came).

    Examples
    --------
    >>> load("bridge").name
    'Bridge'
    """
    path = _files().get(id)
    if path is None:
        near = nearest_names(id)
        meant = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(ids())}"
        raise BadInput(f"there is no exercise '{id}'; {meant}")
    return read(path)


def read(path: Path) -> Exercise:
    """Read one exercise from a TOML file anywhere.

    Parameters
    ----------
    path
        A file named after the exercise's id, such as `bridge.toml`.

    Raises
    ------
    BadInput
        One line with the file, the key, what was expected and what came.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: expected TOML in UTF-8, but {' '.join(str(error).split())}") from error
    try:
        exercise = Exercise.model_validate(values)
    except ValidationError as error:
        raise BadInput(f"{path}: {_explain(error)}") from error
    if exercise.id != path.stem:
        raise BadInput(f"{path}: key id: expected '{path.stem}', as the file is named, got '{exercise.id}'")
    return exercise


def all_exercises() -> tuple[Exercise, ...]:
    """Every exercise, in alphabetical order of ids."""
    return tuple(load(id) for id in ids())


def nearest_names(id: str, most: int = 3) -> tuple[str, ...]:
    """Up to `most` ids that look like `id`, the nearest first; reads no file.

    >>> nearest_names("clam-shell")[0]
    'clamshell'
    """
    wanted = "-".join(id.lower().replace("_", " ").split())
    words = set(wanted.split("-"))
    scores = {
        known: difflib.SequenceMatcher(a=wanted, b=known).ratio() + 0.5 * len(words & set(known.split("-"))) / max(len(words), 1)
        for known in ids()
    }
    ranked = sorted(scores, key=lambda known: (-scores[known], known))
    return tuple(known for known in ranked if scores[known] >= 0.55)[:most]


def search(text: str) -> tuple[Exercise, ...]:
    """The exercises whose id, name or other names hold every word of `text`, whatever their case.

    >>> [e.id for e in search("side leg")]
    ['side-lying-abduction', 'standing-abduction']
    """
    words = text.lower().split()
    return tuple(e for e in all_exercises() if all(word in " ".join((e.id, e.name, *e.aliases)).lower() for word in words))


def _files() -> dict[str, Path]:
    """Each exercise's file by its id. A clinic's own file replaces coxa's of the same name: so are limits changed."""
    from coxa.settings import settings

    files = {path.stem: path for path in FOLDER.glob("*.toml")}
    own = settings().exercises_folder
    if own is not None:
        if not own.is_dir():
            raise BadInput(f"COXA_EXERCISES_FOLDER: expected a folder of TOML files, got {own}; correct it or leave it unset")
        files |= {path.stem: path for path in own.glob("*.toml")}
    return files


def _explain(error: ValidationError) -> str:
    """The first thing that is wrong, on one line: key, what was expected, what came, and how many more there are."""
    first, *others = error.errors(include_url=False)
    key = ".".join(str(part) for part in first["loc"]) or "the exercise as a whole"
    more = f" (and {len(others)} more)" if others else ""
    if first["type"] == "extra_forbidden":
        return f"key {key}: expected no such key, got {_short(first['input'])}; look for a slip in its name{more}"
    if first["type"] == "missing":
        return f"key {key}: expected a value, got none{more}"
    expected = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if first["type"] == "value_error":
        return f"key {key}: {expected}{more}"
    return f"key {key}: expected {expected}, got {_short(first['input'])}{more}"


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
