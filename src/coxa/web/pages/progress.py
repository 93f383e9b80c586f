"""`/progress`: whether it is working: pain, function, tests, form and adherence, and what changed in the programme and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from coxa.care import outcomes as measures
from coxa.care.decision import Decision, Outcome
from coxa.care.history import History
from coxa.care.reason import Reason
from coxa.care.translate import say
from coxa.exchange import plain
from coxa.exchange.words import MISSING, number
from coxa.exercises import catalogue
from coxa.locales import Words, mark, ngettext, pgettext
from coxa.locales import gettext as _
from coxa.web import charts
from coxa.web.charts import Bar, Line
from coxa.web.flow import progress as flow
from coxa.web.flow.progress import Progress, Series
from coxa.web.page import page
from coxa.web.visitor import SignedIn, of_one_state

router = APIRouter(include_in_schema=False)

LINES: Words[str] = Words({"before": mark("Before sessions"), "morning": mark("In the morning")})
SIDES: Words[str] = Words({"left": mark("Left"), "right": mark("Right"), "": mark("Result")})
UNITS: Words[str] = Words(
    {"points": mark("points"), "stands": mark("stands"), "s": mark("s"), "kg": mark("kg"), "N": mark("N"), "grade": mark("grade")}
)
SPANS: Words[str] = Words({"day": mark("Day"), "week": mark("Week from"), "month": mark("Month from")})
#: The tests that have a plot, in the order of the page: the measure, and how far its axis reaches at least.
TESTS: tuple[tuple[str, float], ...] = (("chair-stand", 12), ("single-leg-stance", 10), ("timed-up-and-go", 12))


NOTHING = Markup("")


@dataclass(frozen=True)
class Plot:
    """One section of the page: the sentence, the drawing and the table with the same figures."""

    id: str
    title: str
    sentence: str
    picture: Markup = NOTHING
    key: Markup = NOTHING
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@router.get("/progress")
@of_one_state
def show(request: Request, visitor: SignedIn, kept: str = "") -> Response:
    """The page."""
    found = flow.progress_of(visitor)
    if found is None:
        return page(request, "progress.html", visitor, progress=None)
    return page(request, "progress.html", visitor, progress=found, kept=kept in ("test", "activities", "change"), **_content(found))


def _content(found: Progress) -> dict[str, Any]:
    history, review = found.history, found.review
    return {
        "summary": [say(sentence) for sentence in review.summary],
        "adherence": review.adherence,
        "pain": pain_plot(found),
        "function": function_plot(found),
        "tests": [plot for name, high in TESTS if (plot := test_plot(found, name, high)) is not None],
        "form": [form_plot(form) for form in flow.form_series(history)],
        "weeks": adherence_plot(history),
        "outcomes": [outcome_row(one) for one in review.outcomes],
        "decisions": [decision_row(one) for one in review.decisions],
        "notices": review.notices,
        "changes": [change_row(one) for one in found.changes],
    }


# ---------------------------------------------------------------------------------------------------- plots


def pain_plot(found: Progress) -> Plot:
    """Pain before sessions and in the morning."""
    series = flow.pain_series(found.history)
    said = next((_sentence(_said(one)) for one in found.review.outcomes if one.measure == "NPRS"), "")
    title = _("Pain, 0 to 10")
    if not series.rows:
        return Plot("pain", title, _("You have not entered your pain yet. You are asked before each session and in the morning."))
    lines = _lines(series, LINES)
    sentence = said or _("So far you have entered your pain only in the morning.")
    changed = [change.on for change in found.changes if not change.first]
    note = _("Where there are several values for one point in the chart, the middle one is shown.") if series.span != "day" else ""
    if changed:
        note = " ".join(filter(None, (note, _("A dotted upright line marks a day when your programme changed."))))
    gap = {"day": timedelta(days=10), "week": timedelta(days=21), "month": timedelta(days=70)}[series.span]
    picture = charts.line_chart("pain", title, sentence, lines, low=0, high=10, gap=gap, events=changed)
    return Plot("pain", title, sentence, picture, charts.legend(lines), *_table(series, LINES), note)


def function_plot(found: Progress) -> Plot:
    """What the person can do: the patient-specific functional scale."""
    series = flow.function_series(found.history)
    title = _("What you can do, 0 to 10")
    if not series.rows:
        return Plot("function", title, _("Choose three things that your hip makes hard, and see whether they get easier."))
    names = {name: name for name in series.rows[0].values}
    lines = _lines(series, names)
    mine = [one for one in found.review.outcomes if one.measure == "PSFS"]
    best = next((one for one in mine if one.what == "mean"), mine[0])
    sentence = _sentence(_said(best))
    picture = charts.line_chart("function", title, sentence, lines, low=0, high=10, gap=timedelta(days=400))
    return Plot("function", title, sentence, picture, charts.legend(lines[:4]), *_table(series, names))


def test_plot(found: Progress, test: str, high: float) -> Plot | None:
    """One test over time; None where it was never done."""
    series = flow.test_series(found.history, test)
    if not series.rows:
        return None
    mine = [one for one in found.review.outcomes if one.measure == test]
    sentence = " ".join(_with_side(one) for one in mine)
    title = plain.describe_measure(test)
    names: dict[str, str] = {side: SIDES[side] for side in ("left", "right", "") if side in series.rows[0].values}
    lines = _lines(series, names)
    unit = UNITS[mine[0].unit] if mine and mine[0].unit in UNITS else ""
    picture = charts.line_chart(f"test-{test}", title, sentence, lines, low=0, high=high, unit=unit, gap=timedelta(days=400))
    return Plot(f"test-{test}", f"{title} ({unit})" if unit else title, sentence, picture, charts.legend(lines), *_table(series, names))


def form_plot(form: flow.FormOf) -> Plot:
    """One exercise: of the repetitions that could be judged, the share without its key mistake."""
    exercise = catalogue.load(form.exercise) if form.exercise in catalogue.ids() else None
    name = exercise.name if exercise else form.exercise
    last = form.weeks[-1]
    sentence = ngettext(
        "In the last week with this exercise, {well} of {judged} judged repetition went well.",
        "In the last week with this exercise, {well} of {judged} judged repetitions went well.",
        last.judged,
    ).format(well=last.well, judged=last.judged)
    bars = [Bar(plain_day(week.start), week.share, _percent(week.share), 100) for week in form.weeks]
    head = (_("Week from"), _("Judged"), _("Without the main mistake"), _("Share"))
    rows = tuple((plain_date(week.start), str(week.judged), str(week.well), _percent(week.share)) for week in reversed(form.weeks))
    note = ""
    if form.unjudged:
        note = ngettext(
            "{n} repetition could not be judged and is not in here.",
            "{n} repetitions could not be judged and are not in here.",
            form.unjudged,
        ).format(n=form.unjudged)
    picture = charts.bar_chart(f"form-{form.exercise}", name, sentence, bars, high=100, tall=150)
    return Plot(f"form-{form.exercise}", name, sentence, picture, NOTHING, head, rows, note)


def adherence_plot(history: History) -> Plot:
    """Sessions done, of those planned, by week."""
    weeks = flow.adherence_series(history)
    title = _("Sessions by week")
    over = [week for week in weeks if week.planned]
    if not over:
        return Plot("weeks", title, _("Your first planned day is still to come."))
    done, planned = sum(week.done for week in weeks), sum(week.planned for week in weeks)
    sentence = ngettext("You did {done} of {n} planned session.", "You did {done} of {n} planned sessions.", planned).format(
        done=done, n=planned
    )
    bars = [Bar(plain_day(week.start), week.done, f"{week.done}/{week.planned}", week.planned) for week in weeks]
    rows = tuple((plain_date(week.start), str(week.planned), str(week.done)) for week in reversed(weeks))
    picture = charts.bar_chart("weeks", title, sentence, bars, high=3)
    return Plot("weeks", title, sentence, picture, NOTHING, (_("Week from"), _("Planned"), _("Done")), rows)


def _lines(series: Series, names: dict[str, str] | Words[str]) -> list[Line]:
    there = [name for name in names if any(row.values.get(name) is not None for row in series.rows)]
    # More lines than shapes could not be told apart; the table has them all.
    return [Line(names[name], tuple((row.on, row.values[name]) for row in series.rows if row.values[name] is not None)) for name in there][
        :4
    ]


def _table(series: Series, names: dict[str, str] | Words[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    there = [name for name in names if any(row.values.get(name) is not None for row in series.rows)]
    head = (SPANS[series.span], *(names[name] for name in there))
    return head, tuple((plain_date(row.on), *(_figure(row.values[name]) for name in there)) for row in reversed(series.rows))


def _figure(value: float | None) -> str:
    return MISSING if value is None else number(value, digits=0 if float(value).is_integer() else 1)


def _percent(share: float) -> str:
    return number(share, "%")


def plain_date(day: date) -> str:
    """A day in a table."""
    return plain.describe_date(day)


def plain_day(day: date) -> str:
    """A day under a bar."""
    # Translators: a day on the axis of a chart, such as 12 Oct
    return _("{day} {month}").format(day=day.day, month=_(plain.MONTHS[day.month - 1])[:3])


# ---------------------------------------------------------------------------------------------------- rows


def outcome_row(one: Outcome) -> dict[str, str]:
    """One measure, first against now, with what it varies by on its own."""
    known = measures.measures()[one.measure]
    unit = UNITS.get(one.unit, one.unit)
    change = MISSING if one.change is None else f"{'+' if one.change > 0 else ''}{_figure(one.change)}"
    return {
        "name": plain.describe_measure(one.measure),
        "what": _what(one),
        "first": _with_unit(one.first, unit),
        "now": _with_unit(one.now, unit),
        "change": change,
        "error": _("not known") if known.error is None else _with_unit(known.error, unit),
        "meaning": _sentence(_said(one)),
        "source": one.reason.source,
    }


def _with_unit(value: float | None, unit: str) -> str:
    return MISSING if value is None else f"{_figure(value)} {unit}".strip()


def _what(one: Outcome) -> str:
    if one.what == "mean":
        return _("all together")
    return SIDES[one.what] if one.what in ("left", "right") else one.what


def _with_side(one: Outcome) -> str:
    return f"{_what(one)}: {_said(one)}" if one.what else _sentence(_said(one))


def _said(one: Outcome) -> str:
    # The measure's name stands above it already.
    name = pgettext(f"outcomes.{one.measure}", measures.measures()[one.measure].name)
    return one.reason.words.removeprefix(f"{name}: ")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def decision_row(one: Decision) -> dict[str, object]:
    """A decision of today in words."""
    name = catalogue.load(one.exercise).name if one.exercise else _("The whole programme")
    to = []
    if one.dose is not None and one.step in ("ease", "progress"):
        to.append(_("from now on: {dose}").format(dose=plain.describe_dose(one.dose)))
    if one.instead is not None and one.instead != one.exercise:
        to.append(_("instead: {exercise}").format(exercise=catalogue.load(one.instead).name))
    kind = {"stop_now": "danger", "refer": "care", "ease": "care", "hold": "", "progress": "good", "unlock": "good"}[one.step]
    return {
        "name": name,
        "step": plain.STEPS[one.step],
        "kind": kind,
        "to": to,
        "reasons": one.reasons,
        "whole": one.exercise is None,
        "id": one.step,
    }


def change_row(one: flow.VersionChange) -> dict[str, object]:
    """One version of the programme in words."""
    if one.first:
        title = _("Your programme began")
    elif one.steps:
        title = _("Your programme changed because of your diary")
    else:
        title = _("A new programme was made")
    # What holds for the whole programme is said once, and with an exercise only what is its own.
    whole = next((step for step in one.steps if step.exercise is None), None)
    common = whole.reasons if whole else ()
    own = [_step_row(step, common) for step in one.steps if step.exercise is not None]
    return {
        "on": plain_date(one.on), "number": one.number, "title": title, "whole": _step_row(whole) if whole else None, "steps": own,
    }  # fmt: skip


def _step_row(step: flow.Step, said: tuple[Reason, ...] = ()) -> dict[str, object]:
    name = catalogue.load(step.exercise).name if step.exercise else _("The whole programme")
    dose = ""
    if step.instead is not None:
        dose = _("now: {exercise}").format(exercise=catalogue.load(step.instead).name)
    elif step.before is not None and step.now is not None and step.before != step.now:
        dose = _("{before}, now {now}").format(before=plain.describe_dose(step.before), now=plain.describe_dose(step.now))
    elif step.before is not None and step.now is None:
        dose = _("left out for now")
    return {"name": name, "step": plain.STEPS[step.step], "dose": dose, "reasons": [one for one in step.reasons if one not in said]}
