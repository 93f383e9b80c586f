"""`Hit`: that a rule of progression holds, and why: one function for each rule of `coxa.care.rules`, in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coxa.care import ladder
from coxa.care.facts import Facts, Try
from coxa.care.pain import NERVE, PIERCING, Verdict, before_session, during, stopped
from coxa.care.programme import Planned
from coxa.care.reason import Reason
from coxa.care.selection import why_not
from coxa.care.thresholds import value
from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.exercises.terms import Slug


@dataclass(frozen=True)
class Hit:
    """That a rule holds: its reasons, how many levels easier, what comes instead, and whether to re-screen and write a letter."""

    reasons: tuple[Reason, ...]
    levels: int = 0
    instead: Slug | None = None
    rescreen: bool = False
    letter: bool = False


def _hit(rule: str, source: str, words: str, **how: object) -> Hit:
    return Hit(reasons=(Reason(rule=rule, words=words, source=source),), **how)  # type: ignore[arg-type]


def _of(verdict: Verdict) -> Hit:
    return Hit(reasons=verdict.reasons, rescreen=verdict.rescreen, letter=verdict.letter)


# ------------------------------------------------------------------------------------------------ stop now


def stop_reason(facts: Facts) -> Hit | None:
    """A session was ended because the person was unwell, fell or could not get up, and no new screening has been answered."""
    whys = {why for s in facts.sessions for why in (s.stop, *(d.stop for d in s.exercises)) if why and facts.unscreened(s)}
    for why in ("unwell-chest", "cannot-get-up", "fell", "unwell-dizzy"):
        if why in whys:
            return _of(stopped(why))
    chest = [s.at.date() for s in facts.sessions if "unwell-chest" in (s.stop, *(d.stop for d in s.exercises))]
    if any(facts.unseen(day) for day in chest):
        # The way back from an emergency is a clinician's word and then a new screening (product decision 2), not the screening alone.
        words = "You had chest pain or no breath in a session. A doctor must have seen you about it before you go on."
        return _hit("P14.chest", "ours", words, letter=True)
    return None


def nerve_signs(facts: Facts) -> Hit | None:
    """Tingling, numbness or giving way, and no new screening."""
    tries = [t for e in _done(facts) for t in facts.tries(e) if t.done.kind in NERVE and facts.unscreened(t.session)]
    if not tries:
        return None
    worst = max(tries, key=lambda t: ((t.done.exercise, t.done.kind) == ("figure-four-stretch", "tingling"), t.session.at))
    verdict = during(worst.before, worst.done.pain_after, worst.done.kind, facts.mode, worst.done.exercise)
    again = worst.done.exercise == "figure-four-stretch" and len({t.session.at for t in tries}) > 1
    return Hit(reasons=verdict.reasons, rescreen=True, letter=again)


def something_new(facts: Facts) -> Hit | None:
    """ "Something new" was pressed, and no new screening."""

    def open_still(when: date | datetime) -> bool:
        return when > facts.screened_at if isinstance(when, datetime) else when >= facts.screened_at.date()

    if not any(map(open_still, facts.history.something_new)):
        return None
    return _hit("C1.new", "ours", "You said that something is new. Answer the safety questions again first.", rescreen=True)


def strong_pain_today(facts: Facts) -> Hit | None:
    """The last pain told before a session, today, is at the limit."""
    if not facts.sessions or facts.sessions[-1].at.date() != facts.today:
        return None
    verdict = before_session(facts.sessions[-1].pain_before)
    return _of(verdict) if verdict.ends == "today" else None


def piercing_pain(facts: Facts, planned: Planned) -> Hit | None:
    """Sharp, catching or pinching pain in this exercise, and no new screening."""
    tries = [t for t in facts.tries(planned.exercise) if t.done.kind in PIERCING and facts.unscreened(t.session)]
    if not tries:
        return None
    last = tries[-1]
    verdict = during(last.before, last.done.pain_after, last.done.kind, facts.mode, planned.exercise)
    return Hit(reasons=verdict.reasons, rescreen=True, letter=verdict.letter)


def not_for_this_body(facts: Facts, planned: Planned) -> Hit | None:
    """A block, a limit, falls or a test stand against the exercise by now."""
    if planned.exercise in facts.left_out:
        why = facts.left_out[planned.exercise].why
    else:  # it may be done, but perhaps not on the side on which it is planned
        why = why_not(catalogue.load(planned.exercise), facts.profile, planned.side)
    reasons = tuple(reason for reason in why if reason.rule not in ("P6", "P9"))
    if not reasons or not facts.profile.screening.may_exercise:
        # Without a released screening there is one reason for the whole programme, below.
        return None
    return Hit(reasons=reasons, letter=any(reason.rule == "P7" for reason in reasons))


def screening_stops(facts: Facts) -> Hit | None:
    """The screening does not let anybody exercise now."""
    screening = facts.profile.screening
    return None if screening.may_exercise else Hit(reasons=screening.reasons, letter=screening.letter)


# ------------------------------------------------------------------------------------------------ refer


def strong_pain_again(facts: Facts) -> Hit | None:
    """Pain at the limit before sessions on two days running."""
    limit, running = value("pain.session-limit"), int(value("pain.severe-days"))
    days = {s.at.date() for s in facts.sessions if s.pain_before >= limit}
    last = max((d for d in days if all(d - timedelta(days=k) in days for k in range(running))), default=None)
    if last is None or not facts.stands(last):
        return None
    return Hit(reasons=before_session(int(limit), days_running=running - 1).reasons, levels=_if(facts, last), letter=True)


def red_mornings(facts: Facts) -> Hit | None:
    """Two red mornings within a week."""
    # One morning is one red, also where it shows of two sessions that they were too much.
    reds = list({m.seen: m for m in facts.morrows if m.light == "red" and facts.unseen(m.on)}.values())
    count, within = int(value("morning.reds-refer")), timedelta(days=value("morning.reds-days"))
    ends = [late.morning for early, late in zip(reds, reds[count - 1 :], strict=False) if late.on - early.on <= within]
    if not ends or not facts.stands(ends[-1]):
        return None
    words = "The pain was clearly worse on two mornings within a week. Please ask a doctor or a physiotherapist."
    return _hit("P1.reds", "C3", words, levels=_if(facts, ends[-1]), letter=True)


def rising_pain(facts: Facts) -> Hit | None:
    """Pain before sessions rose by 2 within a week, and has not settled since."""
    points = value("rise.points")
    found = [r for r in facts.rises if facts.unseen(r.end) and (facts.stands(r.end) or facts.pain_now - r.low >= points)]
    if not found:
        return None
    last = found[-1]
    words = f"Your pain went up from {last.low} to {last.high} within a week. Please ask a doctor or a physiotherapist."
    new = any(facts.unscreened(session) for session in facts.sessions if session.at.date() == last.end) or (
        last.end > facts.screened_at.date() and any(morning.on == last.end for morning in facts.rest_mornings)
    )
    return _hit("P1.rise", "C1", words, levels=_if(facts, last.end), rescreen=new, letter=True)


def above_the_start(facts: Facts) -> Hit | None:
    """Pain is by now 2 above what it was at the start, however slowly it got there."""
    start, now = facts.start_pain, facts.recent_pain
    if start is None or now is None or now - start < value("rise.points") or not facts.unseen(facts.sessions[-1].at.date()):
        return None
    words = "Your pain is clearly more than when you began. Please ask a doctor or a physiotherapist."
    return _hit("P1.rise-slow", "C1", words, letter=True)


def not_easing(facts: Facts) -> Hit | None:
    """Two weeks of exercise have not eased it."""
    if facts.two_weeks != "not-easing" or facts.first_day is None:
        return None
    if not facts.unseen(facts.first_day + timedelta(days=value("two-weeks.days"))):
        return None
    words = "Two weeks of exercise have not eased the pain. It is time for a physiotherapist to have a look."
    return _hit("B5", "S004", words, letter=True)


def falls(facts: Facts) -> Hit | None:
    """Two falls in 12 months, and no clinician has seen the person since the last one."""
    seen, last = facts.history.profile.cleared_on, facts.last_fall
    answered = seen is not None and (last is None or last <= seen)
    if (facts.profile.falls_12_months or 0) < value("unlock.falls") or answered:
        return None
    words = "After two falls or more, a doctor or a physiotherapist should look at your balance."
    return _hit("P7.falls", "OK", words, letter=True)


def feels_worse(facts: Facts) -> Hit | None:
    """The person says that it is clearly worse."""
    newest = max(facts.history.changes, key=lambda change: change.on, default=None)
    if newest is None or newest.score > -value("view.worse") or not facts.stands(newest.on):
        return None
    return _hit("C7.worse", "P58", "You say that it is clearly worse than before. Please ask a doctor or a physiotherapist.", letter=True)


def stopped_twice(facts: Facts, planned: Planned) -> Hit | None:
    """Pain stopped this exercise in two sessions."""
    on = {t.session.at for t in facts.tries(planned.exercise) if t.stopped and facts.unseen(t.on)}
    if len(on) < value("pain.stops-refer"):
        return None
    words = "Pain has stopped this exercise more than once. Leave it out, and ask a doctor or a physiotherapist."
    return _hit("B4", "S004", words, letter=True)


# ------------------------------------------------------------------------------------------------ ease


def red_morning(facts: Facts) -> Hit | None:
    """A red morning that nothing has answered, and that no green one has settled since."""
    new = [red for red in facts.unsettled if facts.unanswered(red.morning)]
    if not new:
        return None
    if new[-1].stays:
        words = "The pain was still there after a day. Rest until it is gone, and then go on one level easier."
        return _hit("B7", "S001", words, levels=1)
    return _hit("P1.red", "C3", "The morning after was clearly worse. Go on one level easier.", levels=1)


def amber_mornings(facts: Facts) -> Hit | None:
    """Two amber mornings running."""
    count = int(value("morning.ambers-ease"))
    last = facts.morrows[-count:]
    if len(last) < count or any(m.light == "green" for m in last) or not facts.unanswered(last[-1].morning):
        return None
    return _hit("P1.ambers", "C4", "Two mornings running were a little worse. Go on one level easier.", levels=1)


def long_break(facts: Facts) -> Hit | None:
    """More than two weeks without a session."""
    return _break(facts, value("break.two-levels"), None, 2)


def short_break(facts: Facts) -> Hit | None:
    """More than a week without a session."""
    return _break(facts, value("break.one-level"), value("break.two-levels"), 1)


def stopped_once(facts: Facts, planned: Planned) -> Hit | None:
    """Pain ended this exercise the last time."""
    tries = facts.new_tries(planned.exercise)
    hurt = [t for t in tries if t.stopped and t.session.at == tries[-1].session.at]
    if not hurt:
        return None
    last, stretch = hurt[-1], "stretch" in catalogue.load(planned.exercise).purpose
    verdict = during(last.before, last.done.pain_after, last.done.kind, facts.mode, planned.exercise, stretch)
    reasons = verdict.reasons if verdict.ends != "nothing" else stopped("it-hurts").reasons
    return Hit(reasons=reasons, levels=1)


def too_heavy(facts: Facts, planned: Planned) -> Hit | None:
    """Very hard work, or hard after only two repetitions."""
    tries = facts.new_tries(planned.exercise)
    if not tries:
        return None
    done = tries[-1].done
    early = done.effort_early is not None and done.effort_early > value("effort.high")
    if not early and (done.effort is None or done.effort < value("effort.very-high")):
        return None
    return _hit("B16.too-heavy", "P43" if early else "S000", "That was very hard work. A little less is better for now.", levels=1)


# ------------------------------------------------------------------------------------------------ hold


def amber_morning(facts: Facts) -> Hit | None:
    """The last known morning was not green, or a red one has not settled."""
    if not facts.unsettled and (not facts.morrows or facts.morrows[-1].light == "green"):
        return None
    return _hit("P1.amber", "C3", "The morning after was a little worse. Stay at this level.")


def pain_is_up(facts: Facts) -> Hit | None:
    """Pain is by now above what it was at the start, or above its best."""
    change = facts.change_since_start
    if change is None or (change <= value("progress.above-start") and facts.above_best < value("two-weeks.fall")):
        return None
    return _hit("P1.up", "C3", "Your pain is a little more than it has been. Stay at this level.")


def first_days(facts: Facts) -> Hit | None:
    """Too early to know where the pain is going: the first week, and the second unless it is easing or was little."""
    if facts.first_day is None:
        return None
    day = (facts.today - facts.first_day).days
    change, start = facts.change_since_start, facts.start_pain
    if day < value("progress.first-days") or change is None or start is None:
        return _hit("C4.first-days", "ours", "In the first days everything stays as it is, so that your hip can get used to it.")
    little = start <= value("two-weeks.little-pain") and change <= 0
    if day >= value("two-weeks.days") or little or change <= -value("progress.above-start"):
        return None
    return _hit("C4.first-days", "ours", "Your pain is steady so far. Stay at this level until two weeks have passed, or it eases.")


def keep_at_it(facts: Facts) -> Hit | None:
    """Too few sessions for an answer after two weeks."""
    if facts.two_weeks != "keep-at-it":
        return None
    words = "There were few sessions in the first two weeks. Little and often helps more than anything else."
    return _hit("B16.seldom", "S000", words)


def form_slips(facts: Facts, planned: Planned) -> Hit | None:
    """The key mistake in more than a fifth of the repetitions that were judged."""
    tries = facts.new_tries(planned.exercise)
    if not tries or tries[-1].done.form.judged == 0:
        return None
    form = tries[-1].done.form
    if form.faulty * 100 <= value("form.fault-rate") * form.judged:
        return None
    exercise = catalogue.load(planned.exercise)
    words = "Slower and smaller is better."
    fix = next((m.fix for m in exercise.mistakes if m.fault == _key_fault(exercise)), words)
    return _hit("C4.form", "C4", f"{form.faulty} of {form.judged} repetitions slipped. {fix}")


def unseen(facts: Facts, planned: Planned) -> Hit | None:
    """The key mistake was judged in fewer than half of the repetitions, and the own check did not say that all was well."""
    tries = facts.new_tries(planned.exercise)
    exercise = catalogue.load(planned.exercise)
    if not tries or _key_fault(exercise) is None or not ladder.trains(exercise) or form_is_known(tries[-1], exercise):
        return None
    words = "It could not be seen how well this went. Do the check by hand, and say how it was."
    return _hit("P13", "ours", words)


def hard_work(facts: Facts, planned: Planned) -> Hit | None:
    """Effort above the limit."""
    tries = facts.new_tries(planned.exercise)
    if not tries or tries[-1].done.effort is None or tries[-1].done.effort <= value("effort.high"):
        return None
    return _hit("C4.effort", "P43", "That is hard enough for now. Stay at this level until it feels easier.")


# ------------------------------------------------------------------------------------------------ progress and unlock


def two_for_two(facts: Facts, planned: Planned) -> Hit | None:
    """Two good sessions running with room for two more repetitions, without more pain, well done, and well taken the next day."""
    exercise = catalogue.load(planned.exercise)
    need = int(value("progress.sessions"))
    new = facts.new_tries(planned.exercise)
    tries = list({one.session.at: one for one in new}.values())[-need:]  # the last of each session
    if len(tries) < need or not facts.profile.screening.may_exercise:
        return None
    hurt = any(one.stopped for one in new if one.session.at >= tries[0].session.at)
    good = _good if ladder.trains(exercise) else _calm
    if hurt or not all(good(one, planned, exercise) for one in tries):
        return None
    lights = [facts.morrow_of(t.session) for t in tries]
    if not any(lights) or any(m.light != "green" for m in lights if m):
        return None
    if any(m is None and t.on < facts.today for m, t in zip(lights, tries, strict=True)):
        return None  # a morning that was not told is no good news; that of today's session is still to come
    words = "Two sessions running went well, with room for more."
    if (next_dose := facts.harder(planned)) is not None:
        if next_dose.lever > planned.dose.lever:
            way = ladder.harder_ways(exercise)[next_dose.lever - 1]
            words = f"{words} Go on in a harder way: {way.name}. {way.how}"
        else:
            words = f"{words} Go on one step harder."
        return _hit("C4.two-for-two", "P35", words)
    harder = [id for id in exercise.harder if id in facts.open and not ladder.standing(id)]
    if harder and ladder.trains(exercise):
        return _hit("C4.neighbour", "C4", f"{words} The next exercise is waiting: {catalogue.load(harder[0]).name}.", instead=harder[0])
    return None


def standing_work(facts: Facts) -> Hit | None:
    """Standing on one leg is long enough on both sides, and the last week was calm."""
    need = int(value("progress.sessions"))
    if len(facts.trained) < need or not facts.profile.screening.may_exercise:
        return None
    week = facts.today - timedelta(days=value("unlock.apart-days"))
    lights = [m.light for m in facts.morrows if m.on >= week]
    if not lights or any(light != "green" for light in lights):
        return None
    if any(t.step == "unlock" and t.at.date() > week for t in facts.history.taken):
        return None
    have = {p.exercise for p in facts.history.programme.exercises}
    near = {id for easier in (*have, "single-leg-stance") for id in catalogue.load(easier).harder}
    waiting = [catalogue.load(id) for id in facts.open if (facts.of_source or id in near) and ladder.standing(id)]
    if not waiting:
        return None
    next_one = min(waiting, key=lambda exercise: (exercise.level, exercise.id))
    reasons = (
        Reason(rule="B19", words="You stand safely on each leg. That opens the standing exercises.", source="S000"),
        Reason(rule="B20", words=f"Standing is where your hip works all day. New for you: {next_one.name}.", source="S000"),
    )
    return Hit(reasons=reasons, instead=next_one.id)


# ------------------------------------------------------------------------------------------------ shared


def form_is_known(one: Try, exercise: Exercise) -> bool:
    """Whether enough was judged, or else the person's own check said that all was well (product decision 13)."""
    form = one.done.form
    if _key_fault(exercise) is None:
        return True
    judged = form.done > 0 and form.judged * 100 >= value("form.judged-share") * form.done
    return judged or form.self_check is True


def _calm(one: Try, planned: Planned, exercise: Exercise) -> bool:
    """Whether it was done without more pain, as far as the person said; a pain that was not told is no good news."""
    done = one.done
    if one.stopped or done.stop is not None or one.session.pain_before >= value("pain.session-limit"):
        return False
    return done.after in ("same", "less") and (done.pain_after is None or done.pain_after <= one.before)


def _good(one: Try, planned: Planned, exercise: Exercise) -> bool:
    done, dose = one.done, planned.dose
    if not _calm(one, planned, exercise) or done.sets < dose.sets:
        return False
    if done.form.self_check is False or not form_is_known(one, exercise):
        return False
    if done.form.judged and done.form.faulty * 100 > value("form.fault-rate") * done.form.judged:
        return False
    if done.effort is not None and done.effort > value("effort.high"):
        return False
    if done.hold_s is not None and done.hold_s < (dose.hold_s or 0.0):
        return False
    if dose.repetitions is None:
        goal_s = dose.hold_s or dose.duration_s or 0.0
        return done.effort is not None and (done.hold_s or 0.0) >= goal_s
    goal = dose.repetitions_most or dose.repetitions
    last = done.repetitions[-1] if done.repetitions else 0
    if last >= goal + value("progress.extra-repetitions"):
        return True
    # Two repetitions left in the tank weigh as much as two repetitions more (C4: what is left is 10 less the effort).
    return last >= goal and done.effort is not None and 10 - done.effort >= value("progress.extra-repetitions")


def _key_fault(exercise: Exercise) -> str | None:
    return exercise.coaching.key_fault if exercise.coaching else None


def _done(facts: Facts) -> list[Slug]:
    return sorted({done.exercise for session in facts.trained for done in session.exercises})


def _if(facts: Facts, day: date) -> int:
    return 1 if facts.unanswered(day) else 0


def _break(facts: Facts, more_than: float, up_to: float | None, levels: int) -> Hit | None:
    if not facts.trained:
        return None
    last = facts.trained[-1]
    away = (facts.today - last.at.date()).days
    answered = facts.changed_at(None) > last.at
    if away <= more_than or (up_to is not None and away > up_to) or answered:
        return None
    words = f"It has been {away} days. Begin again one level easier."
    if levels > 1:
        words = f"It has been {away} days. Begin again two levels easier."
    return _hit("P4.break", "ours", words, levels=levels)
