"""`Screening`: whether exercise is safe to start, where it hurts, and what this body must not do now."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import StringConstraints

from coxa.care.danger import danger_signs
from coxa.care.questionnaire import Answers, screening_questions
from coxa.care.reason import Reason, Value
from coxa.care.thresholds import value
from coxa.exercises.terms import Condition, Region

Outcome = Literal["emergency", "urgent", "clinician_first", "ready_with_care", "ready", "incomplete"]
#: From the one that weighs most to the one that weighs least; `incomplete` stands beside them: it says that nothing is known yet.
TIERS: tuple[Outcome, ...] = ("emergency", "urgent", "clinician_first", "incomplete", "ready_with_care", "ready")

PainRegion = Literal["front", "outer", "buttock", "not-sure"]
Side = Literal["left", "right", "both"]
Limit = Literal[
    "no-floor", "no-kneeling", "no-lying-on-left", "no-lying-on-right", "no-lying-on-front", "no-weight-on-left", "no-weight-on-right",
    "no-adduction", "no-crossing", "extension-to-neutral", "flexion-to-90", "no-rotation", "no-standing-without-clinician",
    "no-single-leg", "support-always", "no-strength", "no-forced-nerve-stretch",
]  # fmt: skip


class Screening(Value):
    """What the answers to the screening questions come to.

    Attributes
    ----------
    outcome : one of `TIERS`
        Never weaker than the heaviest row of the danger signs that was answered with yes.
    reasons : tuple of Reason
        The heaviest first; never empty.
    region, side : where it hurts; "not-sure" gets the general low-load set.
    conditions, regions : what the catalogue's blocks and cautions are matched against.
    limits : what this body must not do now.
    do_now : what the person should do, in order, in plain words.
    ask_again : ids of danger questions without an answer (`incomplete`).
    contradictions : pairs of question ids whose answers do not go together; shown once, and then the worse holds.
    letter : whether a letter for the clinician goes with it.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    region: PainRegion = "not-sure"
    side: Side = "both"
    conditions: tuple[Condition, ...] = ()
    regions: tuple[Region, ...] = ()
    limits: tuple[Limit, ...] = ()
    do_now: tuple[str, ...] = ()
    ask_again: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()
    letter: bool = False

    @property
    def may_exercise(self) -> bool:
        """Whether exercises may be shown at all."""
        return self.outcome in ("ready", "ready_with_care")


class Clearance(Value):
    """ "A doctor or physiotherapist has seen me about this and said I may exercise": who, and when."""

    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]  # nobody's word opens nothing
    on: date


#: Shown once to everybody who may start (product decision 2).
DIAGNOSIS = (
    Reason(rule="B2", words="It is good to have a doctor look at a hip that hurts, so that you know the cause.", source="S001"),
    Reason(rule="B3", words="If you can, ask a doctor or physiotherapist before you begin. You may start without.", source="S001"),
)


def screen(answers: Answers, clearance: Clearance | None = None) -> Screening:
    """Say whether exercise is safe to start, and what this body must not do.

    Parameters
    ----------
    answers : mapping of question id to answer
        As `coxa.care.questionnaire.read_answers` returns them.
    clearance : Clearance, optional
        A clinician's go-ahead. It opens the way for those who must ask a clinician first; an emergency or urgent answer
        given now it does not outweigh.

    Returns
    -------
    Screening
        Its outcome is never weaker than the heaviest danger sign; an unanswered danger question gives `incomplete`.

    Examples
    --------
    >>> screen({}).outcome
    'incomplete'
    >>> screen({"hot-or-feverish": True}).reasons[0].rule
    'C1.joint-infection'
    """
    questions = screening_questions()
    rows = sorted((row for row in danger_signs() if row.holds(answers)), key=lambda row: TIERS.index(row.tier))
    missing = questions.missing(answers)
    reasons = [row.reason for row in rows]
    do_now = [step for row in rows for step in row.do]
    outcome: Outcome = rows[0].tier if rows else "ready"
    if outcome == "clinician_first" and clearance is not None:
        outcome = "ready_with_care"
        who = f"{clearance.by} saw you on {clearance.on.isoformat()} and said that you may exercise."
        reasons.insert(0, Reason(rule="P2.cleared", words=who, source="ours"))
        do_now = [step for row in rows if row.tier == "ready_with_care" for step in row.do]
    extra = _care(answers)
    if extra and TIERS.index(outcome) > TIERS.index("ready_with_care"):
        outcome = "ready_with_care"
    if outcome in ("ready", "ready_with_care"):
        reasons += [reason for reason, _ in extra]
        do_now += [step for _, step in extra if step]
    if missing and TIERS.index(outcome) > TIERS.index("incomplete"):
        outcome = "incomplete"
        words = "Some questions have no answer yet. They decide whether exercise is safe for you, so please answer them first."
        reasons.insert(0, Reason(rule="P2.incomplete", words=words, source="ours"))
        do_now = ["Answer the open questions."]
    if outcome in ("ready", "ready_with_care"):
        reasons += DIAGNOSIS
        if not _severe(answers):
            do_now.append("Start with today's session, and stop any exercise that makes the pain rise.")
    side = answers.get("side", "both")
    return Screening(
        outcome=outcome,
        reasons=tuple(dict.fromkeys(reasons)),
        region=_region(answers),
        side=side if side in ("left", "right") else "both",  # type: ignore[arg-type]
        conditions=_conditions(answers),
        regions=_regions(answers),
        limits=_limits(answers),
        do_now=tuple(dict.fromkeys(do_now)),
        ask_again=missing,
        contradictions=contradictions(answers),
        letter=outcome in ("urgent", "clinician_first") or any(row.tier == "ready_with_care" for row in rows) or bool(extra),
    )


# ------------------------------------------------------------------------------------------------ what does not go together


def contradictions(answers: Answers) -> tuple[tuple[str, str], ...]:
    """Pairs of questions whose answers cannot both be right, in the order of the questionnaire; shown once, then the worse holds."""

    def yes(id: str) -> bool:
        return answers.get(id) is True

    def no(id: str) -> bool:
        return answers.get(id) is False

    def number(id: str) -> int | None:
        value = answers.get(id)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    now, worst, night = number("pain-now"), number("pain-worst"), number("pain-night")
    age = number("age")
    child_is_well = no("child-limps") and age is not None and age < CHILD_BELOW
    told = answers.get("told", ())
    pairs = [
        (yes("injury-cannot-stand") and yes("weight-on-leg"), "injury-cannot-stand", "weight-on-leg"),
        (yes("night-pain-without-rest") and night == 0, "night-pain-without-rest", "pain-night"),
        (yes("saddle-or-both-legs") and no("nerve-signs"), "saddle-or-both-legs", "nerve-signs"),
        (no("hip-replacement") and (yes("replacement-alarm")), "hip-replacement", "replacement-alarm"),
        (no("hip-replacement") and (yes("replacement-new-pain")), "hip-replacement", "replacement-new-pain"),
        (child_is_well and max(now or 0, worst or 0) > 0, "child-limps", "pain-now"),
        (child_is_well and yes("limps-or-limits"), "child-limps", "limps-or-limits"),
        (no("new-pain-after-fall") and yes("acute-injury"), "new-pain-after-fall", "acute-injury"),
        (no("fragile-bones") and "osteoporosis" in _told(answers), "fragile-bones", "told"),
        (yes("acute-injury") and answers.get("started") in ("slowly", "long-ago"), "acute-injury", "started"),
        (no("surgery-12-months") and yes("surgeon-limits"), "surgery-12-months", "surgeon-limits"),
        (no("nerve-signs") and isinstance(told, tuple) and "sciatica" in told, "nerve-signs", "told"),
        (no("floor") and yes("kneel"), "floor", "kneel"),
        (now is not None and worst is not None and now > worst, "pain-now", "pain-worst"),
    ]
    return tuple((first, second) for apart, first, second in pairs if apart)


# ------------------------------------------------------------------------------------------------ where, and what not


def _chosen(answers: Answers) -> tuple[str, ...]:
    also = answers.get("also", ())
    places = (str(answers.get("region", "not-sure")), *(also if isinstance(also, tuple) else ()))
    return tuple(dict.fromkeys(place for place in places if place != "not-sure"))


def _region(answers: Answers) -> PainRegion:
    place = answers.get("region", "not-sure")
    return place if place in ("front", "outer", "buttock") else "not-sure"  # type: ignore[return-value]


def _regions(answers: Answers) -> tuple[Region, ...]:
    found: list[Region] = [place for place in _chosen(answers) if place in get_args(Region)]  # type: ignore[misc]
    if "low-back-pain" in _told(answers) and "back" not in found:
        found.append("back")
    return tuple(found)


def _told(answers: Answers) -> tuple[str, ...]:
    told = answers.get("told", ())
    return told if isinstance(told, tuple) else ()


def _whole(answers: Answers, id: str) -> int:
    value = answers.get(id, 0)
    return int(value) if isinstance(value, int) else 0


def _conditions(answers: Answers) -> tuple[Condition, ...]:
    told = _told(answers)
    holds: dict[Condition, bool] = {
        "femoroacetabular-impingement": "femoroacetabular-impingement" in told,
        "gluteal-tendinopathy": "gluteal-tendinopathy" in told,
        "hip-osteoarthritis": "hip-osteoarthritis" in told,
        "labral-tear": "labral-tear" in told,
        "low-back-pain": "low-back-pain" in told,
        "nerve-signs": answers.get("nerve-signs") is True or "sciatica" in told,
        "balance-trouble": answers.get("balance-trouble") is True,
        "hip-replacement": answers.get("hip-replacement") is True,
        "hip-surgery-last-12-months": answers.get("surgery-12-months") is True or answers.get("surgeon-limits") is True,
        "knee-hurts-to-kneel-on": answers.get("kneel") is False,
        "pain-both-sides": answers.get("side") == "both",
        "severe-pain": _severe(answers),
        "stress-fracture-suspected": answers.get("groin-pain-builds-with-training") is True,
        "two-falls-in-12-months": _whole(answers, "falls-12-months") >= 2,
    }
    return tuple(condition for condition, there in holds.items() if there)


#: Below this age a limp or a sore hip is urgent (C1).
CHILD_BELOW = 18


def _severe(answers: Answers) -> bool:
    """Whether the pain now is one with which there is no session today (product decision 1)."""
    return _whole(answers, "pain-now") >= value("pain.session-limit")


def _limits(answers: Answers) -> tuple[Limit, ...]:
    told = _told(answers)
    side = answers.get("side", "both")
    places = _chosen(answers)
    sore: tuple[str, ...] = ("left", "right") if side == "both" else (str(side),)
    replaced = answers.get("hip-replacement") is True
    fresh = answers.get("surgery-12-months") is True or answers.get("surgeon-limits") is True
    # A sore iliotibial band counts as one, wherever along it the pain is told (B17, C2).
    outer = "outer" in places or "gluteal-tendinopathy" in told or "itb-pain" in told
    catches = answers.get("clicks-or-catches") is True and "front" in places  # a clue to the labrum (C2)
    pinches = "femoroacetabular-impingement" in told or "labral-tear" in told or catches
    no_weight = answers.get("weight-on-leg") is False
    falls = _whole(answers, "falls-12-months")
    holds: dict[Limit, bool] = {
        "no-floor": answers.get("floor") is False,
        "no-kneeling": answers.get("kneel") is False or answers.get("floor") is False,
        "no-lying-on-left": answers.get("lie-on-left") is False or (outer and "left" in sore),
        "no-lying-on-right": answers.get("lie-on-right") is False or (outer and "right" in sore),
        "no-weight-on-left": no_weight and "left" in sore,
        "no-weight-on-right": no_weight and "right" in sore,
        "no-adduction": outer or fresh,
        "no-crossing": outer or fresh or replaced,
        "extension-to-neutral": "front" in places or pinches or fresh,
        "flexion-to-90": pinches or fresh or replaced,
        "no-rotation": fresh,
        "no-standing-without-clinician": falls >= value("unlock.falls"),
        "no-single-leg": no_weight,
        "support-always": answers.get("balance-trouble") is True or falls > 0 or _whole(answers, "age") >= value("unlock.age"),
        "no-strength": _severe(answers),
        "no-forced-nerve-stretch": answers.get("nerve-signs") is True or "sciatica" in told,
    }
    return tuple(limit for limit, there in holds.items() if there)


def _care(answers: Answers) -> list[tuple[Reason, str]]:
    """What asks for care though no danger sign is there: a reason, and what to do about it."""
    told, places = _told(answers), _chosen(answers)
    found: list[tuple[Reason, str]] = []

    def add(rule: str, source: str, words: str, step: str = "") -> None:
        found.append((Reason(rule=rule, words=words, source=source), step))

    if _severe(answers):
        add("P1", "ours", "The pain is strong now. Strong pain and training do not go together.",
            "No session today: rest in a position that eases it, breathe slowly, and try again tomorrow.")  # fmt: skip
        add("B12", "S001", "Strength work may not suit strong hip pain.")
    if answers.get("new-pain-after-fall") is True:
        add("C1.fall", "OK", "After a fall or a knock a sore hip should be looked at, even when you can walk.",
            "Make an appointment with a doctor or physiotherapist.")  # fmt: skip
    if places and all(place in ("thigh", "knee") for place in places):
        add("C2.thigh-or-knee", "P14", "Pain in the thigh or knee alone can still come from the hip. Someone should find out.",
            "Make an appointment with a doctor or physiotherapist.")  # fmt: skip
    if answers.get("nerve-signs") is True or "sciatica" in told:
        add("C5.nerve", "P66", "Tingling or shooting pain means that a nerve is touchy. Stretches stay gentle, and some are left out.",
            "Tell a doctor or physiotherapist about the tingling or the shooting pain.")  # fmt: skip
    if answers.get("weight-on-leg") is False:
        add("B20", "S000", "Your leg does not carry you well now. So you begin lying down.",
            "Make an appointment with a doctor or physiotherapist, so that you know why the leg does not carry you.")  # fmt: skip
    if answers.get("hip-replacement") is True:
        add(
            "C5.replacement",
            "P67",
            "With an artificial hip, deep bending and crossing the legs are left out unless your surgeon allows them.",
            "Ask your surgeon or physiotherapist whether any moves are still not allowed.",
        )
    if any(name in told for name in ("runners-knee", "ankle-trouble", "hamstring-cramps")):
        words = "Trouble at the knee, the ankle or the back of the thigh sometimes goes together with hips that need strength."
        add("B27", "S002", words)
        add(
            "B28",
            "S002",
            "A physiotherapist can test the strength of your hips by hand.",
            "Ask a physiotherapist to test your hip strength.",
        )
    return found
