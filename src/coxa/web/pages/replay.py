"""`/sets`: the sets that the camera watched; `/sets/{number}`: one of them in words, and its points as a moving figure."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from coxa.exchange import plain, words
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.locales import Words, mark, ngettext
from coxa.locales import gettext as _
from coxa.motion.result import SetResult
from coxa.records import DiaryRepository, NotYours
from coxa.records.diary import KeptSet
from coxa.records.store import zone_of
from coxa.web.page import page
from coxa.web.visitor import SignedIn, Visitor, of_one_state

router = APIRouter(include_in_schema=False)

#: What the moving figure's buttons and states are called, by the names that its script knows them by.
FIGURE: Words[str] = Words({
    "play": mark("Play"), "pause": mark("Pause"), "time": mark("Place in the set"), "front": mark("From the front"),
    "side": mark("From the side"), "above": mark("From above"), "slow": mark("Slowly"), "alt": mark("A figure that moves as you did"),
    "loading": mark("The figure is loading …"), "failed": mark("The figure could not be loaded. The tables below say all that was seen."),
})  # fmt: skip
#: So many sets stand on one page of the list.
SHOWN = 24


@router.get("/sets")
@of_one_state
def show_all(request: Request, visitor: SignedIn, before: Annotated[int | None, Query(ge=1, le=2**62)] = None) -> Response:
    """The sets, the latest first."""
    # One more than is shown tells whether there are older ones.
    kept = DiaryRepository(visitor.store).sets(visitor.asker, visitor.person.id, before=before, limit=SHOWN + 1)
    rows = [_row(one, visitor) for one in kept[:SHOWN]]
    older = kept[SHOWN - 1].number if len(kept) > SHOWN else None
    return page(request, "sets.html", visitor, rows=rows, older=older, before=before)


@router.get("/sets/{number}")
@of_one_state
def show_one(request: Request, visitor: SignedIn, number: Annotated[int, Path(ge=1, le=2**62)]) -> Response:
    """One set.

    Raises
    ------
    NotYours
        Where there is none of this number, or it is somebody else's; which of the two is not said.
    """
    # Its drawing code is big and wanted here only: the other pages come up without it.
    from coxa.exchange import report

    found = DiaryRepository(visitor.store).sets(visitor.asker, visitor.person.id, number=number)
    if not found:
        raise NotYours("set: expected one of yours, got none; choose one from your sets")
    kept = found[0]
    result, exercise = read_result(kept.result), _exercise(kept.exercise)
    # The check stands in the result as it was said then; the catalogue says it in the language of today.
    rules = exercise.coaching.faults if exercise and exercise.coaching else ()
    checks = {rule.fault: rule.self_check for rule in rules}
    unseen = [
        (words.fault_name(one.id, exercise), words.WHY_NOT_JUDGED[one.why], checks.get(one.id, one.self_check)) for one in result.not_judged
    ]
    table = report.table(result, exercise)
    head = [label for label, _value in table[0].cells] if table else []
    return page(
        request, "replay.html", visitor, kept=kept, when=_when(kept, visitor), name=words.exercise_name(result, exercise),
        verdict=words.verdict(result, exercise), facts=report.facts(result, _("of the set")), rows=table, head=head,
        holds=[(words.clock(one.start_s), words.number(one.held_s, "s")) for one in result.holds], unseen=unseen,
        known=exercise is not None, figure_words=json.dumps(dict(FIGURE), ensure_ascii=False), sources=_sources(exercise),
    )  # fmt: skip


def _sources(exercise: Exercise | None) -> tuple[str, ...]:
    """The tags of where the limits come from, each once."""
    if exercise is None or exercise.coaching is None:
        return ()
    numbers = [number for rule in exercise.coaching.faults for number in (rule.amber, rule.red) if number is not None]
    repetition = exercise.coaching.repetition
    return tuple(dict.fromkeys([*(number.source for number in numbers), repetition.target.source, repetition.least.source]))


def read_result(document: dict[str, Any]) -> SetResult:
    """A set as it was kept, as a value again."""
    return _reader().validate_python(document)


@cache
def _reader() -> TypeAdapter[SetResult]:
    return TypeAdapter(SetResult)


def _row(kept: KeptSet, visitor: Visitor) -> dict[str, object]:
    result, exercise = read_result(kept.result), _exercise(kept.exercise)
    return {
        "number": kept.number,
        "name": words.exercise_name(result, exercise),
        "when": _when(kept, visitor),
        "verdict": words.verdict(result, exercise),
        "landmarks": kept.landmarks,
        "counted": ngettext("{n} counted", "{n} counted", result.counted).format(n=result.counted),
    }


def _when(kept: KeptSet, visitor: Visitor) -> str:
    return plain.describe_moment(kept.at, zone_of(visitor.zone))


def _exercise(id: str) -> Exercise | None:
    return catalogue.load(id) if id in catalogue.ids() else None
