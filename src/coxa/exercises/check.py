"""Check an exercise's file before it is used: everything that is wrong with it, and what might be said more plainly."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pydantic import ValidationError

from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.catalogue import Problem
from coxa.exercises.coaching import Coaching, FaultRule
from coxa.exercises.model import Exercise
from coxa.exercises.movement import Movement
from coxa.exercises.terms import Number, Range
from coxa.exercises.translate import texts

#: Flesch-Kincaid school grade above which a text is hinted at; age 10 to 12 is grade 4 to 6, a single sentence varies.
GRADE, GRADE_OF_ONE_TEXT = 6.0, 9.0
#: Parts of the coaching that read a signal, by the kind of fault rule.
READ_A_SIGNAL = {"level", "peak", "short", "sag", "oscillation"}


@dataclass(frozen=True)
class Checked:
    """One file's exercise, if it could be read, its problems, and hints that are none."""

    path: Path
    exercise: Exercise | None
    problems: tuple[Problem, ...]
    hints: tuple[Problem, ...] = ()


def check_files(paths: Iterable[Path], faults: Collection[str] = ()) -> tuple[Checked, ...]:
    """Check exercises' files, each against its model, the catalogue, and the other files given.

    Parameters
    ----------
    paths
        TOML files; they need not stand in a folder that coxa reads.
    faults
        The ids of the mistakes that a camera can judge; without them a mistake's id is not checked.

    Returns
    -------
    One `Checked` a file, in the same order. A file that is not there, or is no TOML, has one problem that says so.

    Examples
    --------
    >>> [len(file.problems) for file in check_files([catalogue.FOLDER / "bridge.toml"])]
    [0]
    """
    found = [_read(path) for path in paths]
    known = {*catalogue.ids(), *(file.exercise.id for file in found if file.exercise)}
    return tuple(
        Checked(file.path, file.exercise, (*file.problems, *_meaning(file.exercise, known, faults)), tuple(_reading_age(file.exercise)))
        if file.exercise
        else file
        for file in found
    )


def _read(path: Path) -> Checked:
    try:
        values = catalogue.read_values(path)
    except BadInput as error:
        return Checked(path, None, (Problem("", str(error).removeprefix(f"{path}: ")),))
    try:
        exercise = Exercise.model_validate(values)
    except ValidationError as error:
        return Checked(path, None, tuple(catalogue.explain(error)))
    if exercise.id != path.stem:
        return Checked(path, exercise, (Problem("id", f"expected '{path.stem}', as the file is named, got '{exercise.id}'"),))
    return Checked(path, exercise, ())


def _meaning(e: Exercise, known: Collection[str], faults: Collection[str]) -> Iterator[Problem]:
    """What the model cannot see: neighbours, signals, units, mistakes, joints and sources that do not exist or do not fit."""
    named = [("easier", id) for id in e.easier] + [("harder", id) for id in e.harder]
    named += [(f"prerequisites.{k}.exercise", gate.exercise) for k, gate in enumerate(e.prerequisites)]
    for key, id in named:
        if id == e.id:
            yield Problem(key, f"expected another exercise, got '{id}' itself")
        elif id not in known:
            yield Problem(key, f"expected an exercise of the catalogue, got '{id}'{_meant(id, known)}")
    for k, dose in enumerate(e.doses):
        if dose.source not in e.sources:
            yield Problem(f"doses.{k}.source", f"expected one of the exercise's sources ({', '.join(e.sources)}), got '{dose.source}'")
    if e.movement:
        yield from _movement(e.movement)
    if e.coaching:
        yield from _coaching(e, e.coaching, faults)


def _movement(movement: Movement) -> Iterator[Problem]:
    from coxa.body.mannequin.skeleton import LIMITS_DEG

    for name, key in (("start", movement.start), ("peak", movement.peak)):
        for joint, angle in key.angles.items():
            limits = LIMITS_DEG.get(joint.replace("working", "left").replace("other", "right"))
            if limits and not limits[0] <= angle <= limits[1]:
                yield Problem(
                    f"movement.{name}.angles.{joint}", f"expected {limits[0]:g} to {limits[1]:g}° as a joint can take, got {angle:g}"
                )


def _coaching(e: Exercise, coaching: Coaching, faults: Collection[str]) -> Iterator[Problem]:
    rule = coaching.repetition
    yield from _signal("coaching.repetition.signal", rule.signal, (("least", rule.least), ("target", rule.target)))
    if rule.direction_signal:
        yield from _signal("coaching.repetition.direction_signal", rule.direction_signal)
    for k, check in enumerate(coaching.setup.checks):
        yield from _signal(f"coaching.setup.checks.{k}.signal", check.signal)
        if check.low is None and check.high is None:
            yield Problem(f"coaching.setup.checks.{k}", "expected low, high or both, got neither")
    if e.posture not in coaching.setup.postures:
        wrong = f"expected '{e.posture}', the exercise's own posture, among them, got {', '.join(coaching.setup.postures)}"
        yield Problem("coaching.setup.postures", wrong)
    for fault in coaching.faults:
        yield from _fault(fault, faults)


def _fault(rule: FaultRule, faults: Collection[str]) -> Iterator[Problem]:
    key = f"coaching.faults.{rule.fault}"
    if faults and rule.fault not in faults:
        yield Problem(key, f"expected a mistake that coxa knows, got '{rule.fault}'{_meant(rule.fault, faults)}")
    if rule.kind in READ_A_SIGNAL:
        yield from _signal(f"{key}.signal", rule.signal, (("amber", rule.amber), ("red", rule.red)))
    if rule.amber and rule.red:
        if rule.amber.unit != rule.red.unit:
            yield Problem(f"{key}.red.unit", f"expected '{rule.amber.unit}', as for amber, got '{rule.red.unit}'")
        elif (rule.red.value < rule.amber.value) != (rule.kind == "tempo"):
            side = "below" if rule.kind == "tempo" else "above"
            yield Problem(f"{key}.red.value", f"expected a limit {side} amber's {rule.amber.value:g}, got {rule.red.value:g}")


def _signal(key: str, name: str, limits: Iterable[tuple[str, Number | Range | None]] = ()) -> Iterator[Problem]:
    """Whether a signal exists, and whether limits on it have its unit."""
    from coxa.body.signals import SIGNALS

    if name not in SIGNALS:
        yield Problem(key, f"expected a signal, got '{name}'{_meant(name, SIGNALS) or '; known are ' + ', '.join(SIGNALS)}")
        return
    for limit, number in limits:
        if number is not None and number.unit != SIGNALS[name].unit:
            where = f"{key.rpartition('.')[0]}.{limit}.unit"
            yield Problem(where, f"expected '{SIGNALS[name].unit}', the unit of {name}, got '{number.unit}'")


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=2)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _reading_age(e: Exercise) -> Iterator[Problem]:
    """Texts that a person of 10 to 12 would stumble over; English only, and only where textstat is installed."""
    if find_spec("textstat") is None:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own use of pkg_resources
        import textstat

    read = [(c.removeprefix(f"{e.id}."), text) for c, text in texts(e) if not c.endswith((".muscles", ".aliases", ".name", ".note"))]
    whole = textstat.flesch_kincaid_grade(" ".join(text if text.endswith((".", "?")) else text + "." for _, text in read))
    if whole > GRADE:
        yield Problem("", f"reads at school grade {whole:.1f}; {GRADE:g} (age 12) is plain enough for most people")
    for key, text in read:
        grade = textstat.flesch_kincaid_grade(text)
        if grade > GRADE_OF_ONE_TEXT:
            yield Problem(key, f"reads at school grade {grade:.1f}; try shorter words and sentences: {text}")
