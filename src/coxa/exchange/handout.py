"""The handout: a programme on paper, with its pictures, doses, cautions, the stop rule and a diary to tick."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from coxa.care.programme import Planned, Programme
from coxa.care.screening import Screening
from coxa.errors import CoxaError
from coxa.exchange import plain
from coxa.exercises import catalogue
from coxa.exercises.model import Caution
from coxa.locales import current, mark
from coxa.locales import gettext as _

TEMPLATES = Path(__file__).with_name("templates")
#: PDF/UA-1: tagged, with title, language and alternative texts, so that a screen reader can read it.
STANDARD: Final = "ua-1"
#: Diary weeks: the two after which it is asked whether the pain is easing (B5).
WEEKS = 2
HELP = (
    mark("You cannot stand on the leg after a fall, or the hip is hot and you have a fever: call for help at once."),
    mark("New numbness between the legs, or new trouble with passing water: go to an emergency department at once."),
    mark("Tingling, numbness, a leg that gives way, or a sharp or catching pain: stop, and answer the questions again."),
    mark("No better after two weeks: ask a physiotherapist to look at your hip."),
)


@dataclass(frozen=True)
class Picture:
    """An exercise's positions as SVG, and what they show in words."""

    svg: str
    alt: str
    ratio: float = 1.0  # width over height


Pictures = Mapping[str, Picture]


def pictures(programme: Programme, on_each: Callable[[str], None] = lambda name: None) -> dict[str, Picture]:
    """The key positions of every exercise of a programme, drawn on the side that works.

    Parameters
    ----------
    programme : Programme
    on_each : callable, optional
        Called with each exercise's name before it is drawn; drawing takes a second or two each.

    Returns
    -------
    dict of str to Picture
        By exercise id; an exercise without a drawing is not in it.
    """
    from coxa.exercises.drawing import stills

    drawn = {}
    for planned in programme.exercises:
        exercise = catalogue.load(planned.exercise)
        if exercise.movement is None:
            continue
        on_each(exercise.name)
        person = stills.Person(planned.side if planned.side != "both" else "left")
        picture = stills.positions(exercise, person)
        drawn[exercise.id] = picture_of(picture.data.decode("utf-8"), picture.alt)
    return drawn


def picture_of(svg: str, alt: str) -> Picture:
    """A picture from its SVG; its shape is read from its viewBox."""
    box = svg.partition('viewBox="')[2].partition('"')[0].split()
    return Picture(svg, alt, float(box[2]) / float(box[3]) if len(box) == 4 and float(box[3]) > 0 else 1.0)


def handout(
    programme: Programme, screening: Screening, drawn: Pictures, *, name: str = "", large: bool = False, compact: bool = False,
    today: date | None = None,
) -> bytes:  # fmt: skip
    """The handout as a tagged PDF, in the language spoken now.

    Parameters
    ----------
    programme : Programme
        With at least one exercise.
    screening : Screening
        Its conditions and regions choose the cautions; its limits stand on the first page.
    drawn : mapping of exercise id to Picture
        As `pictures` returns them; an exercise that is not in it has no picture.
    name : str, optional
        The person's name.
    large : bool
        Print of 18 points in place of 12.
    compact : bool
        All exercises one below the other in place of one page each.
    today : date, optional
        When it is printed: the diary of a programme that has begun starts then, and not on a day that is gone.

    Returns
    -------
    bytes
        PDF/UA-1.

    Raises
    ------
    CoxaError
        When the page cannot be set.
    """
    exercises = [_exercise(planned, screening, drawn.get(planned.exercise)) for planned in programme.exercises]
    title = _("Your hip exercises")
    facts = [
        (_("Where it hurts"), plain.describe_place(programme.region, programme.side)),
        (_("A session takes"), plain.describe_minutes(programme.minutes_a_session)),
        (_("How often"), _times_a_day(programme)),
    ]
    starts_on = programme.starts_on
    begun = starts_on is not None and today is not None and starts_on < today
    if starts_on is not None:
        facts.append((_("Since") if begun else _("Starts on"), plain.describe_date(starts_on)))
    data = {
        "title": title,
        "name": name,
        "running": " · ".join(part for part in (title, name) if part),
        "language": current(),
        "large": large,
        "compact": compact,
        "facts": facts,
        "days": [plain.DAY_SHORT[day] for day in plain.WEEKDAYS],
        "before": [*(r.words for r in programme.notices), *_limits(screening)],
        "habits": [r.words for r in programme.habits],
        "exercises": exercises,
        "weeks": _weeks(today if begun else starts_on),
        "words": _words(),
    }
    return set_pages("handout.typ", data)


def set_pages(template: str, data: Mapping[str, Any]) -> bytes:
    """A PDF/UA-1 from one of the templates; the type is the one that comes with typst, and nothing is fetched.

    Raises
    ------
    CoxaError
        When the template cannot be set: what typst says of it, in one line.
    """
    import typst

    try:
        pdf = typst.compile(
            TEMPLATES / template,
            root=TEMPLATES,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=0,
        )
    except (RuntimeError, OSError) as error:
        raise CoxaError(f"the PDF could not be set from {template}: {' '.join(str(error).split())[:300]}") from error
    assert isinstance(pdf, bytes)
    return pdf


# ------------------------------------------------------------------------------------------------ what stands on it


def _exercise(planned: Planned, screening: Screening, picture: Picture | None) -> dict[str, Any]:
    e = catalogue.load(planned.exercise)
    return {
        "name": e.name,
        "why": e.why,
        "dose": ", ".join(part for part in (plain.describe_dose(planned.dose), plain.describe_way(planned.exercise, planned.dose)) if part),
        "days": plain.describe_days(planned.days),
        "on": [day in planned.days for day in plain.WEEKDAYS],
        "times": max(1, planned.dose.times_a_day),
        "side": "" if planned.side == "both" else _("{side} side").format(side=plain.SIDES[planned.side]),
        "steps": list(e.steps),
        "feel": e.feel,
        "mistakes": [{"name": m.name.rstrip("."), "fix": m.fix} for m in e.mistakes],
        "cautions": [caution.text for caution in e.cautions if concerns(caution, screening)],
        "svg": picture.svg if picture else "",
        "alt": picture.alt if picture else "",
        "ratio": picture.ratio if picture else 1.0,
    }


def concerns(caution: Caution, screening: Screening) -> bool:
    """Whether a caution is for this person: for everybody, or for one of their conditions or sore places."""
    if not caution.conditions and not caution.regions:
        return True
    return bool(set(caution.conditions) & set(screening.conditions) or set(caution.regions) & set(screening.regions))


def _limits(screening: Screening) -> list[str]:
    if not screening.limits:
        return []
    return [_("For now: {limits}.").format(limits="; ".join(plain.LIMITS[limit] for limit in screening.limits))]


def _times_a_day(programme: Programme) -> str:
    return plain.describe_times(max([programme.sessions_a_day, *(e.dose.times_a_day for e in programme.exercises)]))


def _weeks(starts_on: date | None) -> list[dict[str, Any]]:
    weeks = []
    for week in range(WEEKS):
        first = starts_on.weekday() if starts_on else 0
        days = []
        for n in range(7):
            index = (first + n) % 7
            day = starts_on + timedelta(days=7 * week + n) if starts_on else None
            days.append(
                {
                    "name": plain.DAY_SHORT[plain.WEEKDAYS[index]],
                    "index": index,
                    # Translators: a day in a narrow column, such as 21/11 for 21 November
                    "date": _("{day}/{month}").format(day=day.day, month=day.month) if day else "",
                }
            )
        weeks.append({"name": _("Week {n}").format(n=week + 1), "days": days})
    return weeks


def _words() -> dict[str, Any]:
    return {
        "page": _("Page {n} of {all}"),
        "exercise": _("Exercise"),
        "exercises": _("The exercises"),
        "week": _("Your week"),
        "before": _("Before you start"),
        "habits": _("During the day"),
        "stop-title": _("The stop rule"),
        "stop": _(plain.STOP_RULE),
        "help-title": _("When to get help"),
        "help": [_(text) for text in HELP],
        "steps": _("How to do it"),
        "feel": _("What you should feel"),
        "mistakes": _("What often goes wrong"),
        "care": _("Take care"),
        "diary": _("Your diary"),
        "diary-how": _("Tick each exercise when it is done. Write the pain down as a number: 0 is none, 10 is the worst you can think of."),
        "pain": [_("Pain before"), _("Pain after"), _("Next morning")],
        "diary-end": _(
            "Is the pain 2 or more higher the next morning? Then do less next time. If that happens twice in a week, ask a physiotherapist."
        ),
        "not-a-device": _(plain.NOT_A_DEVICE),
    }
