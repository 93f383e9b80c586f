"""`rules_for`: the rules of pain and stopping as tables, so that a session can look them up offline and decides nothing itself."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from coxa.care.history import PainKind, StopReason
from coxa.care.pain import Mode, Verdict, before_session, during, stopped
from coxa.care.thresholds import in_force
from coxa.care.translate import translate
from coxa.exercises import catalogue
from coxa.locales import current
from coxa.web.flow.documents import Rules, RuleVerdict


def rules_for(exercises: tuple[str, ...], mode: Mode, days_running: int) -> Rules:
    """The rules of pain and stopping, asked of `coxa.care.pain` for every answer there is.

    Parameters
    ----------
    exercises : tuple of str
        Ids for which the rules during an exercise are wanted.
    mode : "strict" or "monitored"
    days_running : int
        How many days right before today the pain was too strong.

    Examples
    --------
    >>> rules = rules_for(("bridge",), "strict", 0)
    >>> rules.verdicts[rules.before[6]].ends, rules.verdicts[rules.during["bridge"]["none"][2][3]].ends
    ('today', 'exercise')
    """
    return _rules(tuple(exercises), mode, days_running, current(), in_force())


@lru_cache(maxsize=256)  # thousands of answers to look up, the same for everybody with these exercises
def _rules(exercises: tuple[str, ...], mode: Mode, days_running: int, _language: str, _numbers: Path | None) -> Rules:
    verdicts: dict[Verdict, int] = {}

    def index(verdict: Verdict) -> int:
        return verdicts.setdefault(verdict, len(verdicts))

    before = tuple(index(before_session(pain, days_running)) for pain in range(11))
    stops: dict[str, int] = {why: index(stopped(why)) for why in STOPS}
    tables = {
        exercise: {
            kind: tuple(tuple(index(verdict) for verdict in row) for row in table)
            for kind, table in _during(exercise, mode, in_force()).items()
        }
        for exercise in exercises
    }
    return Rules(verdicts=tuple(_shown(verdict) for verdict in verdicts), before=before, stopped=stops, during=tables)


STOPS: tuple[StopReason, ...] = ("it-hurts", "unwell-chest", "unwell-dizzy", "fell", "cannot-get-up", "tired", "other")
KINDS: tuple[PainKind, ...] = ("ache", "sharp", "catching", "pinching", "tingling", "numbness", "giving-way")


@cache
def _during(exercise: str, mode: Mode, _numbers: Path | None) -> dict[str, tuple[tuple[Verdict, ...], ...]]:
    stretch = "stretch" in catalogue.load(exercise).purpose
    return {
        kind or "none": tuple(
            tuple(during(before, after, kind, mode, exercise, stretch) for after in (*range(11), None)) for before in range(11)
        )
        for kind in (None, *KINDS)
    }


def _shown(verdict: Verdict) -> RuleVerdict:
    return RuleVerdict(
        ends=verdict.ends,
        words=tuple(reason.words for reason in translate(verdict).reasons),
        blocks=verdict.blocks,
        rescreen=verdict.rescreen,
        letter=verdict.letter,
    )
