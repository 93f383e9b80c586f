"""How the person gets on, over HTTP: the review of the diary, its series, tests, and the habits of the week."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, Field

from coxa.care.decision import Review
from coxa.care.history import History, TestDone
from coxa.web.api.problems import signed_in_problems
from coxa.web.flow.progress import Series, adherence_series, function_series, pain_series, progress_of
from coxa.web.visitor import SignedIn

router = APIRouter(prefix="/api/v1", tags=["progress"])


class Point(BaseModel):
    """One moment of a series; `values` by the name of a line, null where there is none."""

    on: date
    values: dict[str, float | None]


class Line(BaseModel):
    """A series; `span` says whether a point stands for a day, a week or a month."""

    span: str
    points: list[Point]


class Week(BaseModel):
    """One week of the programme: how many sessions were planned, and how many of them were done."""

    start: date
    planned: int
    done: int


class ProgressNow(BaseModel):
    """What the diary comes to today; everything is null or empty while there is no programme."""

    review: Review | None = Field(description="The decisions about the programme and each exercise, with their reasons and sources.")
    pain: Line
    function: Line
    weeks: list[Week]


class HabitNow(BaseModel):
    """One cue of this week, and on which of the last seven days it was done; the last one is today."""

    id: str
    words: str
    exercise: str
    week: list[bool]
    today: bool


@router.get("/progress", operation_id="progress", summary="How the person gets on", responses=signed_in_problems())
def progress(visitor: SignedIn) -> ProgressNow:
    """The review of the diary as it stands today, and the series behind it."""
    found = progress_of(visitor)
    if found is None:
        return ProgressNow(review=None, pain=Line(span="day", points=[]), function=Line(span="day", points=[]), weeks=[])
    return ProgressNow(
        review=found.review,
        pain=_line(pain_series(found.history)),
        function=_line(function_series(found.history)),
        weeks=[Week(start=one.start, planned=one.planned, done=one.done) for one in adherence_series(found.history)],
    )


@router.get("/history", operation_id="history", summary="The diary as the rules see it", responses=signed_in_problems())
def history(visitor: SignedIn) -> History | None:
    """The diary folded into what `coxa progress` reads; null while there is no programme."""
    found = progress_of(visitor)
    return found.history if found else None


@router.get("/tests", operation_id="tests", summary="Every test that was done", responses=signed_in_problems())
def tests(visitor: SignedIn) -> list[TestDone]:
    """Tests by day; a new one is kept through the diary, as an event of the kind `test`."""
    found = progress_of(visitor)
    return sorted(found.history.tests, key=lambda one: one.on) if found else []


@router.get("/habits", operation_id="habits", summary="The habits of this week", responses=signed_in_problems())
def habits(visitor: SignedIn) -> list[HabitNow]:
    """This week's cues; a tick is kept through the diary, as an event of the kind `habit`."""
    from coxa.web.pages.habits import cues

    found = progress_of(visitor)
    rows = cues(found, visitor) if found else ()
    return [
        HabitNow(id=one.id, words=one.words, exercise=one.exercise, week=[done for *_, done in one.week], today=one.today) for one in rows
    ]


def _line(series: Series) -> Line:
    return Line(span=series.span, points=[Point(on=row.on, values=row.values) for row in series.rows])
