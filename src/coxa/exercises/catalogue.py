"""The catalogue: read exercises from their TOML files, list them, and find the one that was meant."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coxa import locales
from coxa.errors import BadInput
from coxa.exercises.model import Exercise
from coxa.exercises.translate import translate

FOLDER = Path(__file__).with_name("catalogue")


def ids() -> tuple[str, ...]:
    """The ids of all exercises, a clinic's own among them, in alphabetical order; reads no file.

    >>> "bridge" in ids()
    True
    """
    return tuple(sorted(_files()))


def load(id: str, language: str | None = None) -> Exercise:
    """Read one exercise, and only its own file.

    Parameters
    ----------
    id
        The exercise's id, such as "bridge".
    language
        The language of its words, such as "de"; the one spoken now (`coxa.locales.current`) if not given.

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
    >>> load("bridge").name, load("bridge", "de").name
    ('Bridge', 'Brücke')
    """
    return _load(id, locales.current() if language is None else locales.check(language))


def forget() -> None:
    """Read the files anew from now on."""
    _load.cache_clear()
    _shipped.cache_clear()


@lru_cache(maxsize=256)
def _load(id: str, language: str) -> Exercise:
    if language != locales.SOURCE:
        return translate(_load(id, locales.SOURCE), language)
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
    values = read_values(path)
    try:
        exercise = Exercise.model_validate(values)
    except ValidationError as error:
        first, *others = explain(error)
        raise BadInput(f"{path}: {first}" + (f" (and {len(others)} more)" if others else "")) from error
    if exercise.id != path.stem:
        raise BadInput(f"{path}: key id: expected '{path.stem}', as the file is named, got '{exercise.id}'")
    return exercise


def read_values(path: Path) -> dict[str, Any]:
    """What stands in a TOML file, before it is known to be an exercise; `BadInput` where it is none or cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: expected TOML in UTF-8, but {' '.join(str(error).split())}") from error


def all_exercises(language: str | None = None) -> tuple[Exercise, ...]:
    """Every exercise, in alphabetical order of ids; in the language spoken now if none is given."""
    return tuple(load(id, language) for id in ids())


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

    >>> [e.id for e in search("standing kick side")]
    ['standing-abduction']
    """
    words = text.lower().split()
    return tuple(e for e in all_exercises() if all(word in " ".join((e.id, e.name, *e.aliases)).lower() for word in words))


def _files() -> dict[str, Path]:
    """Each exercise's file by its id. A clinic's own file replaces coxa's of the same name: so are limits changed."""
    from coxa.settings import settings

    files = dict(_shipped())
    own = settings().exercises_folder
    if own is not None:
        if not own.is_dir():
            raise BadInput(f"COXA_EXERCISES_FOLDER: expected a folder of TOML files, got {own}; correct it or leave it unset")
        files |= {path.stem: path for path in own.glob("*.toml")}
    return files


@cache
def _shipped() -> dict[str, Path]:
    """What comes with coxa, which does not change while it runs; a page asks for it many times."""
    return {path.stem: path for path in FOLDER.glob("*.toml")}


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of an exercise's file; `key` is empty where it is the file as a whole."""

    key: str
    says: str  # what was expected and what came

    def __str__(self) -> str:
        return f"key {self.key}: {self.says}" if self.key else self.says


def explain(error: ValidationError) -> list[Problem]:
    """Everything that is wrong, in the order of the file's model: key, what was expected, what came."""
    found = []
    for detail in error.errors(include_url=False):
        key = ".".join(str(part) for part in detail["loc"]) or "the exercise as a whole"
        expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        if detail["type"] == "extra_forbidden":
            says = f"expected no such key, got {_short(detail['input'])}; look for a slip in its name"
        elif detail["type"] == "missing":
            says = "expected a value, got none"
        elif detail["type"] == "value_error":
            says = expected
        else:
            says = f"expected {expected}, got {_short(detail['input'])}"
        found.append(Problem(key, says))
    return found


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
