"""The values of care in plain words: an outcome, a limit, a dose, a weekday; for the terminal, the handout and the letter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coxa.care.decision import Step
from coxa.care.ladder import harder_ways
from coxa.care.programme import Equipment, Goal, Kind, Phase, PlannedDose, Weekday
from coxa.care.screening import Limit, Outcome, PainRegion, Side
from coxa.exercises import catalogue
from coxa.locales import Words, mark, ngettext, point
from coxa.locales import gettext as _

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: What each outcome comes to, in a line that one can take in at once.
HEADLINES: Words[Outcome] = Words({
    "emergency": mark("Please get help now"),
    "urgent": mark("Please see a doctor soon"),
    "clinician_first": mark("Please ask a doctor or physiotherapist first"),
    "incomplete": mark("A few answers are still open"),
    "ready_with_care": mark("You can start, with care"),
    "ready": mark("You can start"),
})  # fmt: skip
MEANINGS: Words[Outcome] = Words({
    "emergency": mark("What you told us needs help now. Exercise can wait."),
    "urgent": mark("What you told us should be looked at today or in the next few days. No exercises until then."),
    "clinician_first": mark("Someone should look at you before you exercise. Then come back and answer the questions again."),
    "incomplete": mark("Nothing is wrong. We just do not know enough yet to say that exercise is safe for you."),
    "ready_with_care": mark("Exercise is fine for you, with some things to watch."),
    "ready": mark("Nothing in your answers says that you should not exercise."),
})  # fmt: skip
LIMITS: Words[Limit] = Words({
    "no-floor": mark("nothing down on the floor; a firm bed is fine"),
    "no-kneeling": mark("no kneeling"),
    "no-lying-on-left": mark("no lying on the left side"),
    "no-lying-on-right": mark("no lying on the right side"),
    "no-lying-on-front": mark("no lying on the front"),
    "no-weight-on-left": mark("no exercise on the left leg alone"),
    "no-weight-on-right": mark("no exercise on the right leg alone"),
    "no-adduction": mark("no pulling the leg across the body"),
    "no-crossing": mark("no crossing the legs"),
    "extension-to-neutral": mark("the leg goes back only as far as straight"),
    "flexion-to-90": mark("the hip bends only to a right angle"),
    "no-rotation": mark("no turning of the leg in or out"),
    "no-standing-without-clinician": mark("standing exercises only if a doctor or physiotherapist says so"),
    "no-single-leg": mark("nothing on one leg"),
    "support-always": mark("standing only with something firm to hold on to"),
    "no-strength": mark("no strength work today"),
    "no-forced-nerve-stretch": mark("no strong stretch at the back of the leg"),
})  # fmt: skip
REGIONS: Words[PainRegion] = Words({
    "front": mark("front of the hip or groin"),
    "outer": mark("outer hip"),
    "buttock": mark("buttock"),
    "not-sure": mark("hip, not sure where"),
})  # fmt: skip
SIDES: Words[Side] = Words({"left": mark("left"), "right": mark("right"), "both": mark("both sides")})
KINDS: Words[Kind] = Words({
    "personal": mark("Your own programme"),
    "form-first": mark("Form first"),
    "stretch-and-strengthen": mark("Stretch and strengthen"),
    "return-to-running": mark("Return to running"),
    "twice-a-day": mark("Twice a day"),
})  # fmt: skip
PHASES: Words[Phase] = Words({
    "calm": mark("calm the pain"), "move": mark("move freely"), "strengthen": mark("get stronger"), "function": mark("back to daily life")
})  # fmt: skip
GOALS: Words[Goal] = Words({
    "walk": mark("walk further"), "stairs": mark("climb stairs"), "sleep": mark("sleep well"), "run": mark("run again"),
    "everyday": mark("everyday life"),
})  # fmt: skip
EQUIPMENT: Words[Equipment] = Words({
    "mat": mark("a mat"), "chair": mark("a chair"), "step": mark("a step"), "band": mark("a band"), "cuff": mark("a weight cuff"),
    "pillow": mark("a pillow"), "roller": mark("a roller"), "camera": mark("a camera"),
})  # fmt: skip
DAY_NAMES: Words[Weekday] = Words({
    "mon": mark("Monday"), "tue": mark("Tuesday"), "wed": mark("Wednesday"), "thu": mark("Thursday"), "fri": mark("Friday"),
    "sat": mark("Saturday"), "sun": mark("Sunday"),
})  # fmt: skip
DAY_SHORT: Words[Weekday] = Words({
    "mon": mark("Mon"), "tue": mark("Tue"), "wed": mark("Wed"), "thu": mark("Thu"), "fri": mark("Fri"), "sat": mark("Sat"),
    "sun": mark("Sun"),
})  # fmt: skip
MONTHS = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"), mark("July"), mark("August"),
    mark("September"), mark("October"), mark("November"), mark("December"),
)  # fmt: skip
STEPS: Words[Step] = Words({
    "stop_now": mark("Stop"),
    "refer": mark("Ask a doctor or physiotherapist"),
    "ease": mark("Make it easier"),
    "hold": mark("Stay as it is"),
    "progress": mark("Make it a little harder"),
    "unlock": mark("New: you may start this"),
})  # fmt: skip
MEASURES: Words[str] = Words({
    "NPRS": mark("Pain, 0 to 10"),
    "PSFS": mark("What you can do, 0 to 10"),
    "GROC": mark("How you say it has changed, -7 to 7"),
    "chair-stand": mark("Standing up from a chair in 30 s"),
    "single-leg-stance": mark("Standing on one leg"),
    "timed-up-and-go": mark("Up from a chair and back"),
    "strength": mark("Strength"),
})  # fmt: skip
UNITS: Words[str] = Words({
    "points": mark("points"), "stands": mark("stands"), "s": mark("s"), "kg": mark("kg"), "N": mark("N"), "grade": mark("grade"),
})  # fmt: skip
#: What stands beside a measure's name: after the side, and for hands-on work the day.
_HANDS_ON = re.compile(r"(?:(?P<what>.*), )?hands-on work (?P<day>\d{4}-\d{2}-\d{2})")
#: The last line of everything that goes along on paper.
STOP_RULE = mark("If the pain goes up during an exercise, stop that exercise. If it stays up, do no more today.")
NOT_A_DEVICE = mark("coxa gives no diagnosis and does not replace a doctor or physiotherapist.")


def describe_dose(dose: PlannedDose) -> str:
    """One exercise's dose as one reads it aloud.

    Examples
    --------
    >>> describe_dose(PlannedDose(sets=3, repetitions=10, hold_s=5, per_side=True, times_a_day=2))
    '3 sets of 10, each side, hold 5 s, twice a day'
    >>> describe_dose(PlannedDose(duration_s=30))
    '30 s'
    """
    parts = [_amount(dose)]
    if dose.per_side:
        parts.append(_("each side"))
    if dose.hold_s and (dose.repetitions or dose.duration_s):
        parts.append(_("hold {seconds} s").format(seconds=_number(dose.hold_s)))
    if dose.load_kg:
        parts.append(_("with {kilos} kg").format(kilos=_number(dose.load_kg)))
    if dose.times_a_day > 1:
        parts.append(describe_times(dose.times_a_day))
    return ", ".join(part for part in parts if part)


def describe_way(exercise: str, dose: PlannedDose) -> str:
    """The harder way in which an exercise is done by now; "" for the way it was at first.

    >>> describe_way("bridge", PlannedDose(lever=1)), describe_way("bridge", PlannedDose())
    ('Arms up', '')
    """
    ways = harder_ways(catalogue.load(exercise)) if dose.lever and exercise in catalogue.ids() else ()
    return ways[min(dose.lever, len(ways)) - 1].name if ways else ""


def describe_days(days: Iterable[Weekday]) -> str:
    """Weekdays in words, in the order of the week.

    >>> describe_days(("fri", "mon", "wed")), describe_days(WEEKDAYS)
    ('Mon, Wed, Fri', 'every day')
    """
    on = [day for day in WEEKDAYS if day in set(days)]
    return _("every day") if len(on) == len(WEEKDAYS) else ", ".join(DAY_SHORT[day] for day in on)


def describe_date(day: date) -> str:
    """A day as one writes it in a letter.

    >>> describe_date(date(2026, 10, 12))
    '12 October 2026'
    """
    # Translators: a day in a letter, such as 12 October 2026
    return _("{day} {month} {year}").format(day=day.day, month=_(MONTHS[day.month - 1]), year=day.year)


def describe_moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the clock of a zone shows it.

    >>> from datetime import UTC
    >>> describe_moment(datetime(2026, 10, 12, 7, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    '12 October 2026, 09:30'
    """
    local = at.astimezone(zone)
    # Translators: a day and a time, such as 12 October 2026, 09:30
    return _("{date}, {time}").format(date=describe_date(local.date()), time=f"{local:%H:%M}")


def describe_place(region: PainRegion, side: Side) -> str:
    """Where it hurts: the region and the side.

    >>> describe_place("outer", "left")
    'outer hip, left'
    """
    return f"{REGIONS[region]}, {SIDES[side]}"


def describe_times(times: int) -> str:
    """How often a day.

    >>> describe_times(1), describe_times(3)
    ('once a day', '3 times a day')
    """
    return {1: _("once a day"), 2: _("twice a day")}.get(times) or _("{times} times a day").format(times=times)


def describe_measure(measure: str) -> str:
    """A measure's name for the person; its own name where there is no plainer one.

    >>> describe_measure("NPRS")
    'Pain, 0 to 10'
    """
    return MEASURES.get(measure, measure)


def describe_what(what: str) -> str:
    """Which activity, side or muscle a measure is of; the person's own words stay as they are.

    >>> describe_what("abduction left, hands-on work 2026-03-02")
    'abduction left, hands-on work on 2 March 2026'
    """
    if found := _HANDS_ON.fullmatch(what):
        day = _("hands-on work on {day}").format(day=describe_date(date.fromisoformat(found["day"])))
        return f"{describe_what(found['what'])}, {day}" if found["what"] else day
    if what == "mean":
        return _("on average")
    before, between, last = what.rpartition(" ")
    one_side: dict[str, Side] = {"left": "left", "right": "right"}
    return f"{before}{between}{SIDES[one_side[last]]}" if last in one_side else what


def describe_unit(unit: str) -> str:
    """A measure's unit; "" where it goes without saying.

    >>> describe_unit("stands"), describe_unit("points")
    ('stands', '')
    """
    return "" if unit in ("", "points") else UNITS.get(unit, unit)


def describe_minutes(minutes: float) -> str:
    """Minutes, rounded to whole ones.

    >>> describe_minutes(17.6)
    '18 minutes'
    """
    whole = max(1, round(minutes))
    return ngettext("{n} minute", "{n} minutes", whole).format(n=whole)


def _amount(dose: PlannedDose) -> str:
    if dose.repetitions:
        sets = ngettext("{sets} set of {n}", "{sets} sets of {n}", dose.sets)
        times = ngettext("{n} time", "{n} times", dose.repetitions).format(n=dose.repetitions)
        return sets.format(sets=dose.sets, n=dose.repetitions) if dose.sets > 1 else times
    seconds = dose.duration_s or dose.hold_s
    if not seconds:
        return ngettext("{n} set", "{n} sets", dose.sets).format(n=dose.sets)
    length = _("{seconds} s").format(seconds=_number(seconds))
    return _("{n} times {length}").format(n=dose.sets, length=length) if dose.sets > 1 else length


def _number(value: float) -> str:
    return point(f"{value:g}")
