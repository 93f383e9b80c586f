"""`/habits`: this week's cues for the other 23 hours, each with a tick for today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from coxa.care import habits
from coxa.errors import BadInput
from coxa.exchange import plain
from coxa.exercises import catalogue
from coxa.locales import gettext as _
from coxa.records import DiaryRepository
from coxa.records.events import Habit
from coxa.records.fold import standing
from coxa.web.flow import progress as flow
from coxa.web.flow.progress import Progress
from coxa.web.form import Form, new_key, text
from coxa.web.page import page
from coxa.web.pages.measure import told
from coxa.web.visitor import SignedIn, Visitor, of_one_state

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Cue:
    """One cue of the week: what to do, the exercise it carries over, and on which days it was done."""

    id: str
    words: str
    exercise: str
    week: tuple[tuple[str, str, bool], ...]
    today: bool


@router.get("/habits")
@of_one_state
def show(request: Request, visitor: SignedIn) -> Response:
    """This week's cues."""
    return _page(request, visitor)


@router.post("/habits")
def tick(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Tick a cue as done today, or take the tick back."""
    found = flow.progress_of(visitor)
    habit = text(form, "habit")
    if found is None or habit not in {cue.id for cue in cues(found, visitor)}:
        return _page(request, visitor, _("Please choose one of this week’s habits."), 422)
    try:
        told(visitor, {text(form, "key"): Habit(on=visitor.today, habit=habit, done=text(form, "done") != "no")})
    except BadInput as error:
        return _page(request, visitor, str(error), 422)
    return RedirectResponse(f"/habits#{habit}", 303)


def cues(found: Progress, visitor: Visitor) -> tuple[Cue, ...]:
    """This week's cues, with the ticks of the last seven days; of two ticks of one day the later one counts."""
    programme, today = found.history.programme, found.history.today
    kept = standing(DiaryRepository(visitor.store).events(visitor.asker, visitor.person.id, kind="habit"))
    done: dict[tuple[str, date], bool] = {}
    for row in sorted(kept, key=lambda one: one.number):
        if isinstance(row.event, Habit):
            done[row.event.habit, row.event.on] = row.event.done
    days = [today - timedelta(days=back) for back in range(6, -1, -1)]
    # Care names the cue by its words alone; the exercise whose carry-over it is gives it an id that lasts.
    by_words = {catalogue.load(planned.exercise).daily_life: catalogue.load(planned.exercise) for planned in programme.exercises}
    rows = []
    for reason in habits.for_week(programme, flow.programme_week(found.history)):
        exercise = by_words[reason.words]
        week = tuple(
            (plain.DAY_SHORT[name := plain.WEEKDAYS[day.weekday()]], plain.DAY_NAMES[name], done.get((exercise.id, day), False))
            for day in days
        )
        rows.append(Cue(exercise.id, reason.words, exercise.name, week, done.get((exercise.id, today), False)))
    return tuple(rows)


def _page(request: Request, visitor: Visitor, error: str = "", status: int = 200) -> Response:
    found = flow.progress_of(visitor)
    shown = cues(found, visitor) if found else ()
    keys = {cue.id: new_key() for cue in shown}
    week = flow.programme_week(found.history) if found else 1
    return page(request, "habits.html", visitor, status, progress=found, cues=shown, keys=keys, week=week, error=error)
