"""`Threshold`: every number by which the next step is decided, with its source, and a clinic's own numbers in their place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import model_validator

from coxa.care.reason import Value
from coxa.errors import BadInput
from coxa.exercises.terms import Source

FILE = Path(__file__).with_name("data") / "thresholds.toml"
_IN_FORCE: ContextVar[Path | None] = ContextVar("overrides", default=None)


class Threshold(Value):
    """One number of the clinic.

    `least` and `most` are how far a clinic may move it. `shipped` is the number it replaces, where a clinic has replaced it, and
    `by` the name that the clinic's file gives itself.
    """

    id: str
    value: float
    unit: str
    source: Source
    review: Literal["sourced", "unreviewed", "reviewed"] = "unreviewed"
    least: float
    most: float
    words: str
    shipped: float | None = None
    by: str = ""

    @model_validator(mode="after")
    def in_order(self) -> Threshold:
        if not self.least <= self.value <= self.most:
            raise ValueError(f"{self.id}: {self.value:g} is not between {self.least:g} and {self.most:g}")
        return self


def value(id: str) -> float:
    """The number in force.

    Parameters
    ----------
    id
        Such as "pain.session-limit"; `thresholds` lists them all.

    Returns
    -------
    float
        In the threshold's own unit.

    Raises
    ------
    KeyError
        When there is no such threshold: an error of the code that asks, not of a person.

    Examples
    --------
    >>> value("pain.session-limit")
    6.0
    """
    return _table(_file())[id].value


def thresholds(overrides: Path | None = None) -> tuple[Threshold, ...]:
    """Every threshold in the order of its file, with the clinic's numbers from `overrides`, or else from those in force.

    Raises
    ------
    BadInput
        One line, when the clinic's file names what is not there, or a number out of bounds.
    """
    return tuple(_table(overrides or _file()).values())


def find(id: str) -> Threshold:
    """One threshold with all that is known about it."""
    return _table(_file())[id]


@contextmanager
def overridden_by(file: Path | None) -> Iterator[None]:
    """Let a clinic's own numbers hold inside the block; None holds on to those in force.

    The file is TOML: `clinic = "..."`, and below `[thresholds]` one line a number, such as `"pain.session-limit" = 5`.
    """
    if file is not None:
        _table(file)
    mark = _IN_FORCE.set(file if file is not None else _IN_FORCE.get())
    try:
        yield
    finally:
        _IN_FORCE.reset(mark)


def in_force() -> Path | None:
    """The clinic's file whose numbers hold now; None where what coxa ships holds."""
    return _file()


def _file() -> Path | None:
    here = _IN_FORCE.get()
    return here if here is not None else _setting()


@cache
def _setting() -> Path | None:
    from coxa.settings import settings

    return settings().clinic_overrides


@cache
def _table(overrides: Path | None) -> dict[str, Threshold]:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["threshold"]
    table = {row["id"]: Threshold.model_validate(row) for row in rows}
    return table if overrides is None else table | _replaced(table, overrides)


def _replaced(table: Mapping[str, Threshold], file: Path) -> dict[str, Threshold]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{file}: the clinic's thresholds cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: expected TOML in UTF-8, but {' '.join(str(error).split())}") from error
    if extra := sorted(set(document) - {"clinic", "thresholds"}):
        raise BadInput(f"{file}: expected `clinic` and a table [thresholds], got {', '.join(extra)}")
    by, rows = document.get("clinic", ""), document.get("thresholds")
    if not isinstance(by, str) or not by.strip():
        raise BadInput(f'{file}: expected clinic = "who stands for these numbers", got {by!r}')
    if not isinstance(rows, dict):
        raise BadInput(f'{file}: expected a table [thresholds] with lines such as "pain.session-limit" = 5, got {type(rows).__name__}')
    found: dict[str, Threshold] = {}
    for id, number in _flat(rows).items():
        if id not in table:
            near = difflib.get_close_matches(id, table, 2)
            meant = f"did you mean {' or '.join(near)}?" if near else "coxa evidence lists them"
            raise BadInput(f"{file}: there is no threshold '{id}'; {meant}")
        old = table[id]
        if isinstance(number, bool) or not isinstance(number, int | float) or not old.least <= number <= old.most:
            raise BadInput(f"{file}: {id}: expected a number of {old.unit} from {old.least:g} to {old.most:g}, got {number!r}")
        found[id] = old.model_copy(update={"value": float(number), "shipped": old.value, "by": by.strip(), "review": "reviewed"})
    return found


def _flat(rows: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, content in rows.items():
        flat |= _flat(content, f"{before}{key}.") if isinstance(content, dict) else {f"{before}{key}": content}
    return flat
