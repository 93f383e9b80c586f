"""The next step: what the diary says about each exercise and the whole programme, decided by the rules of `coxa.care.rules`."""

from __future__ import annotations

from datetime import datetime

from coxa.care import course, dosing, ladder, outcomes, summary
from coxa.care.decision import PRECEDENCE, Decision, Review, Step
from coxa.care.facts import Facts
from coxa.care.findings import Hit
from coxa.care.history import Form, History, Taken, check
from coxa.care.programme import Planned
from coxa.care.reason import Reason
from coxa.care.rules import Rule, by_scope
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.terms import Slug
from coxa.motion.result import SetResult

_START = Reason(rule="B16", words="Nothing is in the diary yet. Start with today's session.", source="S000")
_GO_ON = Reason(rule="B16", words="Go on like this. Little and often helps more than anything else.", source="S000")
_NOT_DONE = Reason(rule="C4.two-for-two", words="Not done at this level yet. Stay with it.", source="P35")
_NOT_YET = Reason(rule="C4.two-for-two", words="Stay at this level until two sessions running go well, with room for more.", source="P35")
_TOP = Reason(rule="C4.two-for-two", words="This one goes well, and it is as hard as it gets for you now. Keep it.", source="P35")
_STRETCH = Reason(rule="B8", words="Stretches do not get harder. Keep to a light pull, slowly.", source="S001")
_LEAVE_OUT = Reason(rule="B20", words="It is as easy as it gets. Leave it out until the pain has settled.", source="ours")


def review(history: History) -> Review:
    """Decide the next step for the programme and for each of its exercises.

    Parameters
    ----------
    history : History
        The rows of each list may come in any order.

    Returns
    -------
    Review
        The programme's decision first, then each exercise's in the programme's order, then the exercise that is unlocked, if
        one is. Every decision has a reason with its source.

    Raises
    ------
    BadInput
        One line, for a date in the future or two entries that contradict each other.

    Notes
    -----
    Safety beats everything: of the rules that hold, the one that stands first in `coxa.care.rules.RULES` decides. What holds for the
    programme holds for its exercises: when a clinician is asked, none of them gets harder in the meantime.
    """
    check(history)
    facts = Facts(history)
    whole = [(rule, hit) for rule in by_scope("programme") if rule.programme and (hit := rule.programme(facts))]
    programme = _for_programme(facts, whole)
    exercises = tuple(_for_exercise(facts, planned, whole) for planned in history.programme.exercises)
    opened: tuple[Decision, ...] = ()
    if programme.step == "unlock" and programme.instead is not None:
        opened = (Decision(exercise=programme.instead, step="unlock", reasons=programme.reasons),)
    measured = outcomes.outcomes(history)
    decisions = (programme, *exercises, *opened)
    return Review(
        decisions=decisions,
        summary=summary.week(history, decisions),
        outcomes=measured,
        adherence=summary.adherence(history),
        notices=(*dosing.check(history), *course.notices(facts)),
    )


def steps_taken(decided: Review, at: datetime) -> tuple[Taken, ...]:
    """The rows that record, for `History.taken`, that the programme was changed as decided."""
    rows = [
        Taken(at=at, exercise=one.exercise, step=one.step)
        for one in decided.decisions
        if one.exercise is not None and one.step in ("ease", "progress", "unlock")
    ]
    programme = decided.decisions[0]
    # While everything is stopped nothing gets easier: what led to it is still to be answered when the stop is over.
    whole = programme.levels and programme.step != "stop_now"
    return (Taken(at=at, exercise=None, step="ease"), *rows) if whole else tuple(rows)


def form_of(result: SetResult, exercise: Exercise | None = None) -> Form:
    """How well a set was done, as far as it was seen.

    Parameters
    ----------
    result
        What was seen of one set.
    exercise
        The exercise as the catalogue has it; loaded by its id when not given.

    Returns
    -------
    Form
        `judged` are the counted repetitions in which the exercise's key mistake could be judged: none where the view, the
        points or the lack of a test kept it from being judged, and not those in which another mistake hid it. Where nothing was
        recognised, and so no exercise is named, nothing was done.
    """
    if exercise is None and not result.exercise:
        return Form()
    exercise = exercise or catalogue.load(result.exercise)
    counted = [repetition for repetition in result.repetitions if repetition.counted]
    key = exercise.coaching.key_fault if exercise.coaching else None
    rule = next((rule for rule in exercise.coaching.faults if rule.fault == key), None) if exercise.coaching else None
    if key is None or rule is None or result.status != "judged" or any(left.id == key for left in result.not_judged):
        return Form(done=len(counted))
    judged = [r for r in counted if key in r.faults or not set(rule.unless) & set(r.faults)]
    return Form(done=len(counted), judged=len(judged), faulty=sum(key in r.faults for r in judged))


def _for_programme(facts: Facts, hits: list[tuple[Rule, Hit]]) -> Decision:
    if not hits:
        return Decision(exercise=None, step="hold", reasons=(_GO_ON if facts.sessions else _START,))
    step = hits[0][0].step
    return Decision(
        exercise=None,
        step=step,
        reasons=_reasons(hits),
        instead=hits[0][1].instead if step == "unlock" else None,
        levels=max(hit.levels for _, hit in hits),
        rescreen=any(hit.rescreen for _, hit in hits),
        letter=step == "refer" or any(rule.step == "refer" or hit.letter for rule, hit in hits),
    )


def _for_exercise(facts: Facts, planned: Planned, whole: list[tuple[Rule, Hit]]) -> Decision:
    found: list[tuple[Step, Hit]] = [(_passed_on(rule, hit), hit) for rule, hit in whole if rule.step != "unlock"]
    own = [(rule, hit) for rule in by_scope("exercise") if rule.exercise and (hit := rule.exercise(facts, planned))]
    found += [(rule.step, hit) for rule, hit in own]
    found.sort(key=lambda one: PRECEDENCE.index(one[0]))
    if not found:
        return Decision(exercise=planned.exercise, step="hold", reasons=(_why_hold(facts, planned),))
    step, first = found[0]
    levels = max(hit.levels for _, hit in found)
    reasons = tuple(dict.fromkeys(reason for _, hit in found for reason in hit.reasons if _ != "progress" or step == "progress"))
    decision = Decision(
        exercise=planned.exercise,
        step=step,
        reasons=reasons,
        levels=levels if step in ("ease", "refer") else 0,
        rescreen=any(hit.rescreen for rule, hit in own),
        letter=any(rule.step == "refer" or hit.letter for rule, hit in own),
    )
    if step == "ease":
        return _eased(facts, planned, decision)
    eases = max((hit.levels for _, hit in whole), default=0)
    if step in ("stop_now", "refer") and eases and whole[0][0].step != "stop_now":
        # The programme gets easier without this one; when it comes back it must not be the only one that did not.
        dose = ladder.easier_dose(catalogue.load(planned.exercise), planned.dose, eases)
        return decision.model_copy(update={"dose": dose, "levels": eases if dose else decision.levels})
    if step == "progress":
        return decision.model_copy(update={"dose": facts.harder(planned), "instead": first.instead})
    return decision


def _eased(facts: Facts, planned: Planned, decision: Decision) -> Decision:
    exercise = catalogue.load(planned.exercise)
    dose = ladder.easier_dose(exercise, planned.dose, decision.levels)
    if dose is None and decision.levels > 1:
        dose = ladder.easier_dose(exercise, planned.dose, 1)
    if dose is not None:
        return decision.model_copy(update={"dose": dose})
    have: set[Slug] = {one.exercise for one in facts.history.programme.exercises}
    easier = ladder.easier_neighbours(exercise, facts.allowed, have)
    if easier:
        return decision.model_copy(update={"instead": easier[0]})
    return decision.model_copy(update={"reasons": (*decision.reasons, _LEAVE_OUT)})


def _passed_on(rule: Rule, hit: Hit) -> Step:
    """What a programme's rule comes to for each exercise: while a clinician is asked, nothing gets harder."""
    if rule.step == "refer":
        return "ease" if hit.levels else "hold"
    return rule.step


def _why_hold(facts: Facts, planned: Planned) -> Reason:
    exercise = catalogue.load(planned.exercise)
    if not facts.sessions:
        return _START
    if not ladder.trains(exercise) and facts.harder(planned) is None:
        return _STRETCH
    if not facts.new_tries(planned.exercise):
        return _NOT_DONE
    return _TOP if facts.harder(planned) is None else _NOT_YET


def _reasons(hits: list[tuple[Rule, Hit]]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for _, hit in hits for reason in hit.reasons))
