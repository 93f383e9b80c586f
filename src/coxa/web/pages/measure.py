"""`/progress/…`: a test, the activities and the overall change, told by the person; each becomes an entry of the diary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from coxa.care.history import History
from coxa.care.reason import Reason
from coxa.care.selection import why_not
from coxa.care.translate import translate
from coxa.errors import BadInput
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.locales import Words, mark
from coxa.locales import gettext as _
from coxa.records.events import ActivityScore, Event, OverallChange, TestValue
from coxa.web.flow import progress as flow
from coxa.web.flow.diary import Entry, keep
from coxa.web.form import Form, new_key, text
from coxa.web.page import page
from coxa.web.visitor import SignedIn, Visitor, of_one_state

router = APIRouter(include_in_schema=False)

TestId = Literal["chair-stand", "single-leg-stance", "timed-up-and-go"]
UNITS: dict[TestId, Literal["stands", "s"]] = {"chair-stand": "stands", "single-leg-stance": "s", "timed-up-and-go": "s"}
#: The most that anyone can have done: more is a slip of the finger.
MOST: dict[TestId, float] = {"chair-stand": 60, "single-leg-stance": 300, "timed-up-and-go": 300}
#: The fields of a test: the side it is of, the field's name, and what to call it where there are two.
FIELDS: dict[TestId, tuple[tuple[Literal["left", "right"] | None, str, str], ...]] = {
    "chair-stand": ((None, "value", ""),),
    "single-leg-stance": (("left", "left", mark("Left leg")), ("right", "right", mark("Right leg"))),
    "timed-up-and-go": ((None, "value", ""),),
}
ACTIVITIES = 5
CHANGES: Words[str] = Words({
    "7": mark("A very great deal better"), "6": mark("A great deal better"), "5": mark("Quite a bit better"),
    "4": mark("Moderately better"), "3": mark("Somewhat better"), "2": mark("A little better"), "1": mark("A tiny bit better"),
    "0": mark("About the same"), "-1": mark("A tiny bit worse"), "-2": mark("A little worse"), "-3": mark("Somewhat worse"),
    "-4": mark("Moderately worse"), "-5": mark("Quite a bit worse"), "-6": mark("A great deal worse"),
    "-7": mark("A very great deal worse"),
})  # fmt: skip
IDEAS = (
    mark("Climbing stairs"),
    mark("Putting on socks"),
    mark("Walking for half an hour"),
    mark("Lying on my side"),
    mark("Getting out of the car"),
)


@dataclass(frozen=True)
class Offer:
    """One test: how it is done, and why it is not offered, where it is not."""

    id: TestId
    exercise: Exercise
    why_not: tuple[Reason, ...]


def offers(history: History) -> tuple[Offer, ...]:
    """The tests; standing ones not after two falls or a slow timed up and go, unless a clinician says so (product decision 7)."""
    body = flow.body_now(history)
    tests = [catalogue.load(id) for id in UNITS]
    against = [tuple(translate(reason) for reason in why_not(test, body, "both")) for test in tests]
    return tuple(Offer(id, test, why) for id, test, why in zip(UNITS, tests, against, strict=True))


def figure(text: str, what: str, most: float, *, whole: bool = False) -> float | None:
    """A number as a person types it, with a point or a comma; None where nothing stands.

    Raises
    ------
    BadInput
        One line: what was expected, what came, in which field.
    """
    typed = text.strip().replace(",", ".")
    if not typed:
        return None
    try:
        value = float(typed)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= most or (whole and value != int(value)):
        kind = _("a whole number") if whole else _("a number")
        raise BadInput(
            _("{what}: please give {kind} from 0 to {most}, not “{typed}”.").format(
                what=what, kind=kind, most=f"{most:g}", typed=text.strip()[:20]
            )
        )
    return value


@router.get("/progress/test")
@of_one_state
def ask_test(request: Request, visitor: SignedIn) -> Response:
    """The tests, each with how it is done."""
    return _tests(request, visitor)


@router.post("/progress/test")
def keep_test(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Keep a test."""
    history, key = _history(visitor), text(form, "key") or new_key()
    typed = {name: text(form, name, 40) for name in ("test", "value", "left", "right")}
    if history is None:
        return RedirectResponse("/progress", 303)
    try:
        offer = next((one for one in offers(history) if one.id == typed["test"]), None)
        if offer is None:
            raise BadInput(_("Please choose one of the tests."))
        if offer.why_not:
            raise BadInput(offer.why_not[0].words)
        most, whole = MOST[offer.id], UNITS[offer.id] == "stands"
        events: dict[str, Event] = {}
        for side, field, name in FIELDS[offer.id]:
            value = figure(typed[field], _(name) if name else offer.exercise.name, most, whole=whole)
            if value is not None:
                events[f"{key}{field}"] = TestValue(on=visitor.today, test=offer.id, value=value, unit=UNITS[offer.id], side=side)
        if not events:
            raise BadInput(_("{what}: please give the result.").format(what=offer.exercise.name))
        told(visitor, events)
    except BadInput as error:
        return _tests(request, visitor, typed, str(error), key, 422)
    return RedirectResponse("/progress?kept=test#tests", 303)


@router.get("/progress/activities")
@of_one_state
def ask_activities(request: Request, visitor: SignedIn) -> Response:
    """What the hip makes hard, and how well it goes."""
    return _activities(request, visitor)


@router.post("/progress/activities")
def keep_activities(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Keep the activities."""
    key = text(form, "key") or new_key()
    typed = [(text(form, f"name-{n}", 1000), text(form, f"score-{n}")) for n in range(1, ACTIVITIES + 1)]
    try:
        rows = []
        for name, score in typed:
            if not name and not score:
                continue
            if not name:
                raise BadInput(_("Please write which activity you scored."))
            if len(name) > 200:
                raise BadInput(_("Please use up to 200 characters for one activity."))
            points = figure(score, name, 10, whole=True)
            if points is None:
                raise BadInput(_("{what}: please choose a number from 0 to 10.").format(what=name))
            rows.append(ActivityScore(on=visitor.today, name=name, score=int(points)))
        if len({row.name.lower() for row in rows}) < len(rows):
            raise BadInput(_("Please name each activity once."))
        if not rows:
            raise BadInput(_("Please name at least one activity and choose a number for it."))
        told(visitor, {f"{key}{place}": row for place, row in enumerate(rows)})
    except BadInput as error:
        return _activities(request, visitor, typed, str(error), key, 422)
    return RedirectResponse("/progress?kept=activities#function", 303)


@router.get("/progress/change")
@of_one_state
def ask_change(request: Request, visitor: SignedIn) -> Response:
    """How it has changed all in all."""
    return _change(request, visitor)


@router.post("/progress/change")
def keep_change(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Keep it."""
    score, key = text(form, "score"), text(form, "key") or new_key()
    try:
        if score not in CHANGES:
            raise BadInput(_("Please choose one of the answers."))
        told(visitor, {key: OverallChange(on=visitor.today, score=int(score))})
    except BadInput as error:
        return _change(request, visitor, str(error), key, 422)
    return RedirectResponse("/progress?kept=change#outcomes", 303)


def told(visitor: Visitor, events: Mapping[str, Event]) -> None:
    """Keep entries of the diary by their keys, and let the programme move on where that follows.

    Raises
    ------
    BadInput
        One line, the first entry's that was refused.
    """
    _kept, refused = keep(visitor, [Entry(key=key if 1 <= len(key) <= 100 else new_key(), event=event) for key, event in events.items()])
    if refused:
        raise BadInput(refused[0].detail)


# ---------------------------------------------------------------------------------------------------- pages


def _history(visitor: Visitor) -> History | None:
    found = flow.progress_of(visitor)
    return found.history if found else None


def _tests(
    request: Request, visitor: Visitor, typed: dict[str, str] | None = None, error: str = "", key: str = "", status: int = 200
) -> Response:
    history = _history(visitor)
    if history is None:
        return RedirectResponse("/progress", 303)
    return page(
        request, "measure-test.html", visitor, status, offers=offers(history), typed=typed or {}, error=error, key=key or new_key(),
        most=MOST,
    )  # fmt: skip


def _activities(
    request: Request, visitor: Visitor, typed: list[tuple[str, str]] | None = None, error: str = "", key: str = "", status: int = 200
) -> Response:
    history = _history(visitor)
    if history is None:
        return RedirectResponse("/progress", 303)
    if typed is None:
        newest: dict[str, tuple[object, int]] = {}
        for one in sorted(history.activities, key=lambda one: one.on):
            newest[one.name] = (one.on, one.score)
        typed = [(name, "") for name in newest][:ACTIVITIES]
    rows = [*typed, *[("", "")] * ACTIVITIES][:ACTIVITIES]
    last = {one.name: one.score for one in sorted(history.activities, key=lambda one: one.on)}
    return page(
        request, "measure-activities.html", visitor, status, rows=rows, last=last, ideas=[_(idea) for idea in IDEAS], error=error,
        key=key or new_key(),
    )  # fmt: skip


def _change(request: Request, visitor: Visitor, error: str = "", key: str = "", status: int = 200) -> Response:
    if _history(visitor) is None:
        return RedirectResponse("/progress", 303)
    return page(request, "measure-change.html", visitor, status, answers=CHANGES, error=error, key=key or new_key())
