"""Find exercises: by words, and by position, purpose, muscle, pain region, equipment, source and level."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import get_args

from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.terms import Posture, Region

#: Positions that take several postures together.
GROUPS: dict[str, tuple[Posture, ...]] = {
    "lying": ("supine", "side-lying", "prone"),
    "kneeling": ("all-fours", "half-kneeling"),
    "floor": ("supine", "side-lying", "prone", "all-fours", "half-kneeling"),
}
NOTHING = "none"
PURPOSES: tuple[str, ...] = get_args(get_args(Exercise.model_fields["purpose"].annotation)[0])


@dataclass(frozen=True)
class Wanted:
    """What to look for; an empty value asks for nothing, and all that is asked for must hold."""

    text: str = ""
    position: str = ""
    purpose: str = ""
    muscle: str = ""
    region: str = ""
    equipment: str = ""
    source: str = ""
    level: str = ""


def choose(wanted: Wanted) -> tuple[Exercise, ...]:
    """The exercises that have all that is wanted, in alphabetical order of ids, in the language spoken now.

    Parameters
    ----------
    wanted
        `text`: every word stands in the id, a name or what it is for. `position`: a posture, or lying, kneeling or floor.
        `region`: no pain there keeps a person from it, at least not in every case. `equipment`: what it uses, or "none" for
        what needs nothing but the floor. `level`: one, such as 2, or a span, such as 1-3.

    Raises
    ------
    BadInput
        When a value is one that no exercise can have, with the nearest ones.

    Examples
    --------
    >>> [e.id for e in choose(Wanted(text="kick", position="standing", muscle="maximus"))]
    ['standing-extension']
    """
    # Words are looked for in English too, whatever language is spoken: sources and clinicians write it.
    pairs = [(e, catalogue.load(e.id, "en")) for e in catalogue.all_exercises()]
    english = [e for _, e in pairs]
    tests: list[Callable[[Exercise, Exercise], bool]] = []
    if wanted.text.strip():
        words = wanted.text.lower().split()
        tests.append(lambda e, original: all(w in f"{_names(e)} {_names(original)}" for w in words))
    if wanted.position:
        postures = GROUPS.get(wanted.position) or (_one_of("position", wanted.position, (*get_args(Posture), *GROUPS)),)
        tests.append(lambda e, _: e.posture in postures)
    if wanted.purpose:
        purpose = _one_of("purpose", wanted.purpose, PURPOSES)
        tests.append(lambda e, _: purpose in e.purpose)
    if wanted.muscle:
        muscles = {name(m) for pair in pairs for e in pair for m in e.muscles}
        muscle = _some_of("muscle", wanted.muscle, muscles)
        tests.append(lambda e, original: any(_holds(m, muscle) for m in (*e.muscles, *original.muscles)))
    if wanted.region:
        region = _one_of("region", wanted.region, get_args(Region))
        tests.append(lambda e, _: suits(e, region))
    if wanted.equipment and wanted.equipment.lower() == NOTHING:
        tests.append(lambda _, original: not [x for x in original.equipment if x.needed and x.name != "mat"])
    elif wanted.equipment:
        things = {name(x.name) for pair in pairs for e in pair for x in e.equipment} | {NOTHING}
        thing = _some_of("equipment", wanted.equipment, things)
        tests.append(lambda e, original: any(_holds(x.name, thing) for x in (*e.equipment, *original.equipment)))
    if wanted.source:
        source = _one_of("source", wanted.source, sorted({s for e in english for s in e.sources}))
        tests.append(lambda e, _: source in e.sources)
    if wanted.level:
        low, high = _levels(wanted.level)
        tests.append(lambda e, _: low <= e.level <= high)
    return tuple(e for e, original in pairs if all(test(e, original) for test in tests))


def suits(e: Exercise, region: str) -> bool:
    """Whether pain in a region leaves the exercise open, at least where nothing else is the matter."""
    return not any(region in block.regions and not block.only_if for block in e.blocks)


def name(text: str) -> str:
    """What a text names, without its remarks; English, and a text in another language up to its first comma or bracket.

    >>> name("hamstrings, less because the knees are bent"), name("ankle weight of 2 to 3 pounds (0.9 to 1.4 kg)")
    ('hamstrings', 'ankle weight')
    """
    text = text.removeprefix("muscles of ").removeprefix("muscles ")
    return re.split(r",|\(|;|\b(?:of|for|at|behind|beside|around?|round|under|within|in|on|to|with) ", text)[0].strip().lower()


def _names(e: Exercise) -> str:
    return " ".join((e.id, e.name, *e.aliases, e.why)).lower()


def _holds(text: str, wanted: str) -> bool:
    return all(word in text.lower() for word in wanted.lower().split())


def _one_of(option: str, value: str, known: Iterable[str]) -> str:
    """The known value that was meant, whatever its case."""
    known = list(known)
    same = {k.lower(): k for k in known}
    if value.strip().lower() in same:
        return same[value.strip().lower()]
    raise BadInput(f"--{option}: {_unknown(value, known)}")


def _some_of(option: str, value: str, known: Iterable[str]) -> str:
    """The value, if any known name holds all of its words."""
    known = sorted(known)
    if value.strip() and any(_holds(k, value) for k in known):
        return value
    raise BadInput(f"--{option}: {_unknown(value, known)}")


def _unknown(value: str, known: list[str]) -> str:
    wanted = value.strip().lower()
    scores = {k: max(difflib.SequenceMatcher(a=wanted, b=part.lower()).ratio() for part in (k, *k.split())) for k in known}
    near = [k for k in sorted(scores, key=lambda k: (-scores[k], k)) if scores[k] >= 0.6][:3]
    if near:
        return f"there is no '{value}'; did you mean {' or '.join(near)}?"
    return f"there is no '{value}'; known are {', '.join(known)}"


def _levels(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-5])(?:\s*(?:-|–|to)\s*([1-5]))?", text.strip())
    if found is None or (found[2] and found[2] < found[1]):
        raise BadInput(f"--level: expected a level from 1 to 5, such as 2, or a span, such as 1-3, got '{text}'")
    return int(found[1]), int(found[2] or found[1])
