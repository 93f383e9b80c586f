"""Parts of an exercise as words, in the language spoken now: a dose, a number, a source, and for whom a caution or a block is."""

from __future__ import annotations

from coxa.exercises.coaching import Body, Coaching
from coxa.exercises.model import Block, Caution, Dose
from coxa.exercises.terms import CONDITION_WORDS, REGION_WORDS, Number, Posture, Range, Source
from coxa.locales import Words, mark, ngettext, pgettext, point
from coxa.locales import gettext as _

POSTURES: Words[Posture] = Words({
    "supine": mark("on your back"),
    "side-lying": mark("on your side"),
    "prone": mark("on your front"),
    "all-fours": mark("on hands and knees"),
    "half-kneeling": mark("on one knee"),
    "standing": mark("standing"),
    "sitting": mark("sitting"),
})  # fmt: skip
PURPOSES: Words[str] = Words({
    "mobility": mark("mobility"),
    "stretch": mark("stretch"),
    "control": mark("control"),
    "strength": mark("strength"),
    "balance": mark("balance"),
    "test": mark("test"),
})  # fmt: skip
REVIEWS: Words[str] = Words({"sourced": mark("as the source says"), "unreviewed": mark("not reviewed yet"), "reviewed": mark("reviewed")})
#: What stands behind the coaching of an exercise, by whom the camera followed.
TRUST: Words[tuple[Body, ...]] = Words(
    {
        (): mark("Coached, unconfirmed: not yet tried through a camera."),
        ("own",): mark("Coached, unconfirmed: tried only on people that coxa draws itself."),
        ("renderer",): mark("Coached: also tried on people from another renderer."),
        ("real",): mark("Coached: also tried on a real person."),
        ("renderer", "real"): mark("Coached: also tried on people from another renderer and on a real person."),
    }
)
#: The founding texts and the groups of other sources, by tag.
SOURCES: Words[str] = Words({
    "S000": mark("hip physiotherapy done wrong: six exercises and their mistakes"),
    "S001": mark("exercise for hip pain: stretches and strengthening"),
    "S002": mark("hip strength and stability, and what follows elsewhere"),
    "S003": mark("six exercises over 12 weeks, back to running"),
    "S004": mark("a patient leaflet: twice a day"),
    "OK": mark("general knowledge in the field, no page at hand"),
    "CALC": mark("arithmetic"),
    "ours": mark("set by coxa, for want of a source"),
})  # fmt: skip
#: The sections of the clinical notes, by the letter of their tags; P are published pages that the notes list.
SECTIONS: Words[str] = Words({
    "A": mark("clinical notes: the exercises of the texts"),
    "B": mark("clinical notes: the rules of the texts"),
    "C1": mark("clinical notes: warning signs"),
    "C2": mark("clinical notes: where it hurts"),
    "C3": mark("clinical notes: watching pain"),
    "C4": mark("clinical notes: when to progress"),
    "C5": mark("clinical notes: dosing and cautions by condition"),
    "C6": mark("clinical notes: how hard muscles work"),
    "C7": mark("clinical notes: tests"),
    "C8": mark("clinical notes: codes"),
    "C9": mark("clinical notes: range of movement"),
    "D": mark("clinical notes: what a camera can measure"),
    "D9": mark("clinical notes: limits for the camera"),
    "P": mark("a published page that the clinical notes list"),
})  # fmt: skip


def describe_dose(dose: Dose) -> str:
    """One source's dose; what the source does not state is not in it.

    Examples
    --------
    >>> from coxa.exercises import catalogue
    >>> describe_dose(catalogue.load("bridge").doses[1])
    '10 to 15 repetitions, hold 3 s, 3 to 4 days a week'
    """
    parts = []
    if dose.sets is not None:
        parts.append(ngettext("{n} set", "{n} sets", dose.sets).format(n=dose.sets))
    if dose.repetitions is not None:
        parts.append(ngettext("{n} repetition", "{n} repetitions", dose.repetitions[1]).format(n=_span(*dose.repetitions)))
    if dose.duration_s is not None:
        parts.append(_("for {seconds} s").format(seconds=_span(*dose.duration_s)))
    if dose.per_side and parts:
        parts[-1] += " " + _("a side")
    if dose.per_direction:
        parts.append(_("each way"))
    if dose.hold_s is not None:
        parts.append(_("hold {seconds} s").format(seconds=_span(*dose.hold_s)))
    if dose.times_a_day is not None:
        times = _span(*dose.times_a_day)
        parts.append({"1": _("once a day"), "2": _("twice a day")}.get(times) or _("{times} times a day").format(times=times))
    if dose.days_a_week is not None:
        days = _("{n} days a week").format(n=_span(*dose.days_a_week))
        parts.append(_("every day") if dose.days_a_week == (7, 7) else days)
    if dose.load_lb is not None:
        kilos = _span(*(round(pounds * 0.45359, 1) for pounds in dose.load_lb))
        parts.append(_("with {pounds} pounds ({kilos} kg)").format(pounds=_span(*dose.load_lb), kilos=kilos))
    return ", ".join(parts) or _("no numbers stated")


def describe_trust(coaching: Coaching) -> str:
    """Whom the camera was seen to follow in an exercise, and what that says.

    Examples
    --------
    >>> from coxa.exercises import catalogue
    >>> describe_trust(catalogue.load("donkey-kick").coaching)
    'Coached, unconfirmed: tried only on people that coxa draws itself.'
    """
    others = tuple(body for body in coaching.confirmed_by if body != "own")
    return TRUST[others or coaching.confirmed_by]


def describe_number(number: Number | Range) -> str:
    """A number or a pair of limits with its unit.

    Examples
    --------
    >>> describe_number(Number(value=15, unit="deg", source="D9"))
    '15°'
    >>> describe_number(Range(low=5, high=10, unit="s", source="S000"))
    '5 to 10 s'
    """
    value = _span(number.low, number.high) if isinstance(number, Range) else point(f"{number.value:g}")
    return f"{value}°" if number.unit == "deg" else f"{value} {pgettext('unit', number.unit)}".strip()


def describe_source(source: Source) -> str:
    """A source's tag spelled out.

    Examples
    --------
    >>> describe_source("C5")
    'clinical notes: dosing and cautions by condition'
    """
    if source in SOURCES:
        return SOURCES[source]
    return SECTIONS[source] if source in SECTIONS else SECTIONS[source[0]]


def describe_whom(item: Caution | Block) -> str:
    """For whom a caution or a block is; empty when it is for everybody.

    Examples
    --------
    >>> describe_whom(Caution(text="", reason="", source="C5", regions=("back",), conditions=("labral-tear",)))
    'Pain in the low back, or a labral tear'
    """
    named = [*(_(REGION_WORDS[r]) for r in item.regions), *(_(CONDITION_WORDS[c]) for c in item.conditions)]
    who = _(", or ").join(dict.fromkeys(named))
    if isinstance(item, Block) and item.only_if:
        who += _(", with {conditions}").format(conditions=_(" or ").join(_(CONDITION_WORDS[c]) for c in item.only_if))
    return who[:1].upper() + who[1:]


def _span(low: float, high: float) -> str:
    least, most = point(f"{low:g}"), point(f"{high:g}")
    return least if least == most else _("{low} to {high}").format(low=least, high=most)
