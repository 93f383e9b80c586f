"""The letter to take along: what was found, what was done, how it went, and why a clinician is asked now; one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from textwrap import shorten
from typing import Any

from coxa.care.decision import Outcome as Measure
from coxa.care.decision import Review
from coxa.care.history import History
from coxa.care.programme import Programme
from coxa.care.reason import Reason
from coxa.care.screening import Outcome, Screening
from coxa.exchange import plain
from coxa.exchange.handout import set_pages
from coxa.exercises import catalogue
from coxa.exercises.terms import CONDITION_WORDS
from coxa.locales import Words, current, mark, ngettext, point
from coxa.locales import gettext as _

#: Why a clinician is asked, by the screening's outcome; for the clinician, so without "you".
ASKED: Words[Outcome] = Words({
    "emergency": mark("The screening found an emergency sign. The person was told to get help at once."),
    "urgent": mark("The screening found a sign that should be looked at today or within days. No exercises were given."),
    "clinician_first": mark("The screening asks for a clinician before any exercise. None were given."),
    "incomplete": mark("The screening is not complete, so no exercises were given."),
    "ready_with_care": mark("Exercise was allowed with care. The person was advised to see a clinician about this."),
    "ready": mark("The screening found no reason against exercise. This letter is for information."),
})  # fmt: skip
#: What a page can hold; the rest is counted.
MOST_REASONS, MOST_EXERCISES, MOST_MEASURES, MOST_LIMITS = 5, 8, 7, 8
LONGEST = 240  # letters of one reason


def letter(
    screening: Screening, today: date, *, name: str = "", age: int | None = None, programme: Programme | None = None,
    history: History | None = None, review: Review | None = None,
) -> bytes:  # fmt: skip
    """A one-page letter for a doctor or physiotherapist, as a tagged PDF in the language spoken now.

    Parameters
    ----------
    screening : Screening
        What the person's answers came to.
    today : date
        The letter's date.
    name, age
        Whose letter it is; left out where not known.
    programme : Programme, optional
        What was given to do.
    history : History, optional
        The diary; its sessions give the course of the pain.
    review : Review, optional
        What the diary came to; its referrals are the reason for the letter.

    Returns
    -------
    bytes
        PDF/UA-1 of one page: the type gets a little smaller before a second page begins.

    Raises
    ------
    CoxaError
        When the page cannot be set.
    """
    why, asked = _asked(screening, review)
    facts = [(_("Name"), name)] if name else []
    facts += [(_("Age"), str(age))] if age is not None else []
    facts += [(_("Date"), plain.describe_date(today))]
    sessions = sorted(history.sessions, key=lambda s: s.at) if history else []
    days = [(s.at.date(), s.pain_before) for s in sessions]
    chart, chart_alt = pain_chart(days) if len(days) > 1 else ("", "")
    title = _("Letter to a doctor or physiotherapist")
    data: dict[str, Any] = {
        "title": title,
        "running": title,
        "language": current(),
        "facts": facts,
        "why": why,
        "asked": [
            r.model_dump() | {"words": shorten(r.words, LONGEST, placeholder=" …"), "source": _sign(r.source)} for r in asked[:MOST_REASONS]
        ],
        "asked-more": _more(len(asked) - MOST_REASONS),
        "found": _found(screening),
        "done": _done(programme, history, review),
        "measures": [_measure(o) for o in sorted(review.outcomes, key=_is_one_activity)[:MOST_MEASURES]] if review else [],
        "chart": chart,
        "chart-alt": chart_alt,
        "words": _words(),
    }
    return set_pages("letter.typ", data)


def pain_chart(days: Sequence[tuple[date, int]]) -> tuple[str, str]:
    """The pain before each session as SVG, and the same in words.

    Parameters
    ----------
    days : sequence of (date, int)
        In order of time; pain from 0 to 10.

    Examples
    --------
    >>> pain_chart([(date(2026, 1, 5), 4), (date(2026, 1, 9), 6)])[1]
    'Pain before sessions, 0 to 10: 4 on 5 January 2026, 6 on 9 January 2026; lowest 4, highest 6.'
    """
    wide, tall, left, top = 680.0, 120.0, 34.0, 8.0
    floor = tall - 20.0
    (first, at_first), (last, at_last) = days[0], days[-1]
    span = max(1, (last - first).days)

    def place(day: date, pain: int) -> tuple[float, float]:
        return left + (wide - left - 12) * (day - first).days / span, floor - (floor - top) * pain / 10

    style = 'font-family="Libertinus Serif" font-size="13" fill="#333"'
    shapes = []
    for level in (0, 5, 10):
        y = place(first, level)[1]
        shapes.append(f'<path d="M{left} {y:.1f}H{wide - 8}" stroke="#bbb" stroke-width="0.8"/>')
        shapes.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" {style}>{level}</text>')
    points = [place(day, pain) for day, pain in days]
    shapes.append(f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="none" stroke="#222" stroke-width="1.6"/>')
    shapes += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="#222"/>' for x, y in points]
    shapes.append(f'<text x="{left}" y="{tall - 4}" {style}>{escape(plain.describe_date(first))}</text>')
    shapes.append(f'<text x="{wide - 8}" y="{tall - 4}" text-anchor="end" {style}>{escape(plain.describe_date(last))}</text>')
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {tall:g}">{"".join(shapes)}</svg>'
    alt = _("Pain before sessions, 0 to 10: {first} on {day}, {last} on {later}; lowest {low}, highest {high}.").format(
        first=at_first, day=plain.describe_date(first), last=at_last, later=plain.describe_date(last),
        low=min(p for _d, p in days), high=max(p for _d, p in days),
    )  # fmt: skip
    return svg, alt


# ------------------------------------------------------------------------------------------------ what stands in it


def _asked(screening: Screening, review: Review | None) -> tuple[str, list[Reason]]:
    """Why a clinician is asked now: the diary's referrals where there are any, else what the screening found."""
    referred = [d for d in review.decisions if d.letter or d.step in ("refer", "stop_now")] if review else []
    if referred:
        reasons = list(dict.fromkeys(reason for d in referred for reason in d.reasons))
        return _("The exercise diary asks for a clinician's view before the person goes on."), reasons
    # the advice that everybody gets is no reason for a letter
    reasons = [r for r in screening.reasons if r.rule not in ("B2", "B3")]
    return ASKED[screening.outcome], reasons


def _found(s: Screening) -> list[dict[str, str]]:
    rows = [(_("Result"), plain.HEADLINES[s.outcome]), (_("Where it hurts"), plain.describe_place(s.region, s.side))]
    if s.conditions:
        rows.append((_("Told or answered"), ", ".join(_(CONDITION_WORDS[c]) for c in s.conditions)))
    if s.limits:
        rows.append((_("Left out for now"), _listed([plain.LIMITS[limit] for limit in s.limits], MOST_LIMITS)))
    if s.contradictions:
        pairs = ngettext("{n} pair of answers does not go together; the more careful one was taken",
                         "{n} pairs of answers do not go together; the more careful ones were taken", len(s.contradictions))  # fmt: skip
        rows.append((_("Not clear"), pairs.format(n=len(s.contradictions))))
    return _rows(rows)


def _done(programme: Programme | None, history: History | None, review: Review | None) -> list[dict[str, str]]:
    if programme is None or not programme.exercises:
        return []
    rows = [(_("Programme"), f"{plain.KINDS[programme.kind]}, {plain.PHASES[programme.phase]}")]
    if programme.starts_on:
        rows.append((_("Since"), plain.describe_date(programme.starts_on)))
    doses = [f"{catalogue.load(e.exercise).name} ({plain.describe_dose(e.dose)})" for e in programme.exercises]
    rows.append((_("Exercises"), _listed(doses, MOST_EXERCISES)))
    if history is not None:
        count = ngettext("{n} session", "{n} sessions", len(history.sessions)).format(n=len(history.sessions))
        share = review.adherence if review else None
        of_plan = _(", {share} % of what was planned").format(share=f"{100 * share:.0f}") if share is not None else ""
        rows.append((_("Done"), count + of_plan))
    return _rows(rows)


def _is_one_activity(o: Measure) -> bool:
    # Where there is no room for all, what stands for several activities and the tests come first.
    return o.measure == "PSFS" and o.what != "mean"


def _measure(o: Measure) -> dict[str, str]:
    def number(value: float | None, sign: str = "") -> str:
        return "–" if value is None else sign + point(f"{value:g}".replace("-", "−"))

    what = shorten(plain.describe_what(o.what), LONGEST // 3, placeholder=" …")
    unit = plain.describe_unit(o.unit)
    name = plain.describe_measure(o.measure) + (f": {what}" if what else "") + (f" ({unit})" if unit else "")
    up = "+" if o.change is not None and o.change > 0 else ""
    return {
        "name": name, "first": number(o.first), "now": number(o.now), "change": number(o.change, up), "means": _meaning(o),
    }  # fmt: skip


def _meaning(o: Measure) -> str:
    said = []
    if o.beyond_error is not None:
        said.append(_("more than measurement error") if o.beyond_error else _("within measurement error"))
    if o.matters is not None:
        said.append(_("a change that matters") if o.matters else _("not a change that matters"))
    return f"{', '.join(said) or '–'} ({_sign(o.reason.source)})"


def _sign(source: str) -> str:
    # What is coxa's own, and what everybody in the field knows, have no place to be looked up.
    return {"ours": "coxa", "OK": _("general")}.get(source, source)


def _rows(rows: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "text": text} for name, text in rows]


def _listed(texts: Sequence[str], most: int) -> str:
    rest = _more(len(texts) - most)
    return "; ".join(texts[:most]) + (f"; {rest}" if rest else "")


def _more(count: int) -> str:
    return _("and {n} more").format(n=count) if count > 0 else ""


def _words() -> dict[str, Any]:
    return {
        "page": _("Page {n} of {all}"),
        "why": _("Why you are asked now"),
        "found": _("What was found"),
        "done": _("What was done"),
        "course": _("Pain and function over time"),
        "measure": [_("Measure"), _("first"), _("now"), _("change"), _("What it means")],
        "reply": _("Your reply"),
        "reply-how": _(
            "If you like, tick one and give this page back. With your name and the date, the person can go on with the exercises."
        ),
        "answers": [
            {"text": _("may exercise"), "open": False},
            {"text": _("may exercise, but not:"), "open": True},
            {"text": _("should not exercise for now, because:"), "open": True},
        ],
        "sign": [_("Name"), _("Date and signature")],
        "about": _("Words in quotation marks are what the person was told. In brackets stand the rule and its source.")
        + " " + _(plain.NOT_A_DEVICE),
    }  # fmt: skip
