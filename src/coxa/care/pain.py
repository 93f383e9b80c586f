"""`Verdict`: what a pain, or another reason to stop, means now: go on, end the exercise, end the session, get help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal

from coxa.care.decision import Step
from coxa.care.history import Morning, PainKind, Session, StopReason
from coxa.care.reason import Reason, Value
from coxa.care.thresholds import value
from coxa.errors import BadInput

Mode = Literal["strict", "monitored"]
Ends = Literal["nothing", "exercise", "session", "today", "emergency"]
Light = Literal["green", "amber", "red"]
TwoWeeks = Literal["not-yet", "easing", "little-pain", "keep-at-it", "cannot-tell", "not-easing"]

#: Pain of these kinds ends the exercise; the next ones end the session.
PIERCING: tuple[PainKind, ...] = ("sharp", "catching", "pinching")
NERVE: tuple[PainKind, ...] = ("tingling", "numbness", "giving-way")


class Verdict(Value):
    """What to do now.

    Attributes
    ----------
    ends : what is over: nothing, this exercise, this session, today (no session is begun), or everything: get help.
    reasons : never empty; what decided stands first.
    blocks : the exercise stays blocked until the screening is answered again.
    rescreen : the screening is answered again before the next session.
    letter : a letter for the clinician goes with it.
    """

    ends: Ends
    reasons: tuple[Reason, ...]
    blocks: bool = False
    rescreen: bool = False
    letter: bool = False

    @property
    def step(self) -> Step:
        """The same as a step of a decision."""
        return "hold" if self.ends == "nothing" else "stop_now"


_FITS = Reason(rule="P1", words="The pain is not more than before. Go on.", source="S004")
_MONITORED = Reason(rule="P1.monitored", words="A little more pain is all right for you, as long as it is gone tomorrow.", source="C3")
_MORE = Reason(rule="B4", words="The pain rose. This exercise is over for today.", source="S004")
_LIMIT = Reason(rule="P1.limit", words="The pain is strong now. The session ends here. Rest in a position that eases it.", source="C3")
_PIERCING = Reason(
    rule="P1.sharp",
    words="A sharp, catching or pinching pain: leave this exercise out until the questions are answered again.",
    source="C3",
)
_NERVE = Reason(
    rule="P1.nerve", words="Tingling, numbness or a leg that gives way: stop for today, and answer the safety questions again.", source="C5"
)
#: What a source says of one exercise and one kind of pain; it is named first.
_OWN: dict[tuple[str, str], Reason] = {
    ("figure-four-stretch", "nerve"): Reason(
        rule="B9", words="Leg pain or tingling in this stretch means that the nerve is touchy. If it stays, see a doctor.", source="S001"
    ),
    ("hip-hike", "piercing"): Reason(
        rule="B10", words="A pinch deep in the groin: leave the hip hike out, and ask your physiotherapist.", source="S001"
    ),
    ("hip-flexor-stretch", "strong"): Reason(
        rule="B11", words="Strong pain in this stretch means that you slid too far. Slide less next time, or leave it out.", source="S001"
    ),
}
_STRETCH = Reason(rule="B6", words="A stretch may pull, but it must not hurt. It can be changed until it does not.", source="S001")


def during(
    before: int, after: int | None, kind: PainKind | None = None, mode: Mode = "strict", exercise: str = "", stretch: bool = False
) -> Verdict:
    """Say what the pain during an exercise means.

    Parameters
    ----------
    before, after
        Pain of 0 to 10 before the exercise and now; None where the person said "more" and gave no number.
    kind
        What it feels like; None where nothing else than the number was told.
    mode
        "strict": any rise ends the exercise. "monitored", only when a clinician has set it: up to `min(5, before + 2)`.
    exercise
        Its id: some exercises have a rule of their own.
    stretch
        Whether it is a stretch.

    Returns
    -------
    Verdict

    Raises
    ------
    BadInput
        When a pain is not a whole number of 0 to 10.

    Notes
    -----
    Product decision 1; rules B4 (S004), B6, B9, B10 and B11 (S001); C3 for the numbers.

    Examples
    --------
    >>> during(2, 2).ends, during(2, 3).ends, during(2, 3, mode="monitored").ends, during(2, 6).ends
    ('nothing', 'exercise', 'nothing', 'session')
    >>> during(0, 0, "tingling").rescreen
    True
    """
    _scale(before)
    if after is not None:
        _scale(after)
    nerve, piercing = kind in NERVE, kind in PIERCING
    strong = after is not None and after >= value("pain.session-limit")
    rise = after is None or after > _allowed(before, mode)
    reasons: list[Reason] = []
    for case, there in (("nerve", nerve), ("strong", strong or piercing), ("piercing", piercing)):
        if there and (exercise, case) in _OWN:
            reasons.append(_OWN[exercise, case])
    reasons += [reason for reason, there in ((_NERVE, nerve), (_LIMIT, strong), (_PIERCING, piercing), (_MORE, rise)) if there]
    if rise and stretch:
        reasons.append(_STRETCH)
    if nerve or strong:
        return Verdict(ends="session", reasons=tuple(reasons), rescreen=nerve, blocks=nerve or piercing, letter=False)
    if piercing or rise:
        return Verdict(ends="exercise", reasons=tuple(reasons), blocks=piercing, letter=piercing and exercise == "hip-hike")
    return Verdict(ends="nothing", reasons=(_MONITORED,) if after is not None and after > before else (_FITS,))


def before_session(pain: int, days_running: int = 0) -> Verdict:
    """Say whether there is a session today.

    Parameters
    ----------
    pain
        Pain of 0 to 10 now.
    days_running
        How many days right before today were as bad.

    Returns
    -------
    Verdict
        From 6 on no session; two days running, with the letter.

    Examples
    --------
    >>> before_session(5).ends, before_session(6).ends, before_session(6, days_running=1).letter
    ('nothing', 'today', True)
    """
    _scale(pain)
    if pain < value("pain.session-limit"):
        return Verdict(ends="nothing", reasons=(Reason(rule="P1", words="You can start.", source="S004"),))
    words = "The pain is strong now, so there is no session today. Breathe slowly and rest in a position that eases it."
    reasons = [Reason(rule="P1.limit", words=words, source="C3")]
    letter = days_running + 1 >= value("pain.severe-days")
    if letter:
        reasons.append(
            Reason(rule="P1.limit-again", words="It was as strong before. Please see a doctor or a physiotherapist.", source="ours")
        )
    return Verdict(ends="today", reasons=tuple(reasons), letter=letter)


_STOPS: dict[StopReason, tuple[Ends, str, str, bool, bool]] = {
    # what ends, rule, words, re-screen, letter
    "unwell-chest": ("emergency", "P14.chest", "Chest pain or no breath: stop, sit down and call the emergency number now.", True, True),
    "cannot-get-up": ("emergency", "P14.floor", "If you cannot get up: stay calm, keep warm and call for help now.", True, True),
    "unwell-dizzy": ("session", "P14.dizzy", "Sit or lie down until it is over. The session ends here.", True, False),
    "fell": ("session", "P14.fell", "Stay down until you know that nothing is hurt. The session ends here.", True, False),
    "it-hurts": ("exercise", "B4", "It hurts: this exercise is over for today.", False, False),
    "tired": ("session", "P14.tired", "Enough for today. That is all right.", False, False),
    "other": ("session", "P14.other", "The session ends here. Go on another time.", False, False),
}


def stopped(why: StopReason) -> Verdict:
    """Say what pressing Stop means, by the reason given (product decision 14).

    >>> stopped("unwell-chest").ends, stopped("unwell-dizzy").rescreen
    ('emergency', True)
    """
    ends, rule, words, rescreen, letter = _STOPS[why]
    return Verdict(
        ends=ends, reasons=(Reason(rule=rule, words=words, source="S004" if rule == "B4" else "ours"),), rescreen=rescreen, letter=letter
    )


def next_morning(before: int, morning: int, later: int | None = None, mode: Mode = "strict") -> Light:
    """Say how the body took a session, by the pain of the next morning against the pain before the session.

    Parameters
    ----------
    before, morning
        Pain of 0 to 10 before the session and the next morning.
    later
        The first pain told a day or more after the session; None where there is none yet.
    mode
        In "monitored" mode amber counts as red.

    Returns
    -------
    "green", "amber" or "red"

    Notes
    -----
    Product decision 1; C3 (the response over 24 hours matters more than the pain during); B7 for pain that stays.

    Examples
    --------
    >>> next_morning(2, 2), next_morning(2, 3), next_morning(2, 4), next_morning(2, 3, later=3)
    ('green', 'amber', 'red', 'red')
    """
    _scale(before)
    _scale(morning)
    rise = morning - before
    if rise < value("morning.amber"):
        return "green"
    stays = later is not None and later > before
    return "red" if rise >= value("morning.red") or stays or mode == "monitored" else "amber"


@dataclass(frozen=True)
class Morrow:
    """How the body took the sessions of one day."""

    on: date  # the day of the sessions
    before: int
    light: Light
    stays: bool  # the pain was still there after a day
    seen: date | None = None  # the day on which the light showed: the morning after, or a day later where it is red because it stays

    @property
    def morning(self) -> date:
        """The morning after; a step taken from then on answers it, also where it turns red a day later."""
        return self.on + timedelta(days=1)


def morrows(sessions: Sequence[Session], mornings: Sequence[Morning], mode: Mode = "strict") -> tuple[Morrow, ...]:
    """The next morning of every day with sessions for which it was told, in order of days.

    Where a day has several sessions, the lowest pain before any of them is what the morning is held against: the stricter.
    """
    told = {morning.on: morning.pain for morning in mornings}
    inner: dict[date, list[Session]] = {}
    for session in sessions:
        inner.setdefault(session.at.date(), []).append(session)
    found: list[Morrow] = []
    for day, those in sorted(inner.items()):
        morning = told.get(day + timedelta(days=1))
        if morning is None or not any(session.exercises for session in those):
            continue
        before = min(session.pain_before for session in those)
        later, on = _a_day_later(max(session.at for session in those), before, inner, told)
        stays = later is not None and before < min(later, morning)
        light = next_morning(before, morning, later, mode)
        at_once = later is None or next_morning(before, morning, None, mode) == light
        found.append(Morrow(on=day, before=before, light=light, stays=stays, seen=day + timedelta(days=1) if at_once else on))
    return tuple(found)


def _a_day_later(
    at: datetime, before: int, sessions: dict[date, list[Session]], mornings: dict[date, int]
) -> tuple[int | None, date | None]:
    """The pain told a day or more after `at`, and the day on which it was; none where there is none within two days.

    It is another look than the one of the next morning: a session begun in that same morning says the same thing once more.
    What was told in between and is not above `before` says that the pain had settled.
    """
    settle = timedelta(hours=value("morning.settle-hours"))
    tomorrow, then = at.date() + timedelta(days=1), at.date() + timedelta(days=2)
    for session in sorted(sessions.get(tomorrow, ()), key=lambda one: one.at):
        a_day = session.at - at >= settle and session.at.hour >= value("morning.until-hour")
        if a_day or session.pain_before <= before:
            return session.pain_before, tomorrow
    if then in mornings:
        return mornings[then], then
    soon = [s for s in sessions.get(then, ()) if settle <= s.at - at < 2 * settle]
    return (min(soon, key=lambda one: one.at).pain_before, then) if soon else (None, None)


@dataclass(frozen=True)
class Rise:
    """A rise of the pain before sessions: from which day to which, and how much."""

    start: date
    end: date
    low: int
    high: int


def rises(sessions: Sequence[Session], mornings: Sequence[Morning] = ()) -> tuple[Rise, ...]:
    """Every rise of the pain of 2 or more within 7 days, in order of the day on which it was seen.

    Parameters
    ----------
    sessions
        Their pain before counts.
    mornings
        Of days of rest, so that pain that grows while nobody trains is seen too.
    """
    points, within = value("rise.points"), timedelta(days=value("rise.days"))
    told = [(s.at.date(), s.at.timestamp(), s.pain_before) for s in sessions] + [(m.on, 0.0, m.pain) for m in mornings]
    ordered = [(day, pain) for day, _, pain in sorted(told)]
    found: list[Rise] = []
    for end, (late, high) in enumerate(ordered):
        start, low = late, high
        for early, pain in reversed(ordered[:end]):
            if late - early > within:
                break
            start, low = (early, pain) if pain < low else (start, low)
        if high - low >= points:
            found.append(Rise(start=start, end=late, low=low, high=high))
    return tuple(found)


def two_weeks(sessions: Sequence[Session], today: date, function_gain: float | None = None) -> TwoWeeks:
    """Say whether two weeks of exercise have eased the pain (B5, S004).

    Parameters
    ----------
    sessions
        Every session, in any order; the first one's day is day 1.
    today
        The answer is given from day 15 on: before, it is "not-yet".
    function_gain
        How many points the patient-specific functional scale has risen, where it was asked twice.

    Returns
    -------
    str
        "easing" when the median pain before the sessions of days 12 to 14, or later of the last three days with a session, is 1
        or more below that of days 1 to 3, or function rose by 2; "little-pain" for someone who began at 1 or less and is steady;
        "keep-at-it" when fewer than 4 sessions were done in the two weeks; "cannot-tell" when no pain was told near their end.
    """
    done = sorted((s for s in sessions if s.at.date() <= today), key=lambda s: s.at)
    if not done:
        return "not-yet"
    first, window, length = done[0].at.date(), int(value("two-weeks.window")), int(value("two-weeks.days"))
    if (today - first).days < length:
        return "not-yet"
    inside = [s for s in done if (s.at.date() - first).days < length]
    if sum(bool(s.exercises) for s in inside) < value("two-weeks.sessions"):
        later = [s for s in done if s.exercises]
        if len(later) < value("two-weeks.sessions") or (today - later[int(value("two-weeks.sessions")) - 1].at.date()).days < window:
            return "keep-at-it"
    start = median(s.pain_before for s in inside if (s.at.date() - first).days < window)
    ends = [s.pain_before for s in inside if (s.at.date() - first).days >= length - window]
    recent_days = sorted({s.at.date() for s in done if (s.at.date() - first).days >= length - window})[-window:]
    recent = [s.pain_before for s in done if s.at.date() in recent_days]
    if function_gain is not None and function_gain >= value("two-weeks.function"):
        return "easing"
    if not recent:
        return "cannot-tell"
    # The answer of day 15 stands until the pain has eased since.
    now = min(median(recent), median(ends)) if ends and start > value("two-weeks.little-pain") else median(recent)
    if start <= value("two-weeks.little-pain") and now - start < value("two-weeks.fall"):
        return "little-pain"
    return "easing" if start - now >= value("two-weeks.fall") else "not-easing"


def stopped_by_pain(before: int, after: int | None, said: str | None, kind: PainKind | None, stop: StopReason | None, mode: Mode) -> bool:
    """Whether pain ended an exercise, from what the diary says of it; where its entries disagree, the worse holds."""
    if stop == "it-hurts" or (kind is not None and kind != "ache"):
        return True
    if said == "more" and (after is None or mode == "strict"):
        return True
    return after is not None and during(before, after, None, mode).ends != "nothing"


def _allowed(before: int, mode: Mode) -> float:
    if mode == "monitored":
        return max(before, min(value("pain.most-monitored"), before + value("pain.rise-monitored")))
    return before + value("pain.rise-strict")


def _scale(pain: object) -> None:
    if isinstance(pain, bool) or not isinstance(pain, int) or not 0 <= pain <= 10:
        raise BadInput(f"pain: expected a whole number of 0 (none) to 10 (the worst), got {pain!r}; ask again")
