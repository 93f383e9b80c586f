"""`Today`: the session that is planned today, with everything that leads through it, offline too: steps, doses, pictures, rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from coxa.care.change import new
from coxa.care.decision import Decision, Review, Step
from coxa.care.history import History
from coxa.care.ladder import easier_neighbours
from coxa.care.pain import Mode
from coxa.care.prescription import WEEK
from coxa.care.programme import Planned, PlannedDose, Profile
from coxa.care.reason import Reason
from coxa.care.selection import LegSide, allowed
from coxa.care.thresholds import in_force, value
from coxa.care.translate import translate
from coxa.exchange.handout import concerns
from coxa.exchange.plain import describe_dose
from coxa.exercises import catalogue
from coxa.exercises.coaching import Coaching, FaultRule
from coxa.exercises.model import Exercise, Mistake
from coxa.exercises.words import POSTURES
from coxa.locales import current, mark
from coxa.locales import gettext as _
from coxa.records import ConsentRepository, DiaryRepository, ProgrammeRepository, ScreeningRepository
from coxa.records.diary import KeptSession
from coxa.records.events import (
    ExercisePain,
    ExerciseSkipped,
    ExerciseStarted,
    Kept,
    RepetitionDone,
    SessionStarted,
    SetDone,
    Stopped,
)  # fmt: skip
from coxa.records.fold import standing
from coxa.records.programmes import KeptProgramme
from coxa.web.flow.documents import Bout, LeftOutToday, MistakeWords, Named, Pictures, Side, Today, TodayExercise, Voice
from coxa.web.flow.pain_tables import rules_for
from coxa.web.flow.progress import Whose, progress_of

Tempo = tuple[float, float, float]

#: The step of the programme after which there is no session until a person has been looked at, or has answered again. A referral
#: alone is none: the rules ease or hold the exercises in the meantime, and the letter is ready.
ENDS_SESSIONS: tuple[Step, ...] = ("stop_now",)
#: Steps of one exercise that keep it out for as long as they stand.
KEEPS_OUT: tuple[Step, ...] = ("stop_now", "refer")
#: The purpose of the consent under which landmarks of sets are kept.
KEEP_LANDMARKS = "landmarks"
#: Postures that are taken up on the floor.
ON_FLOOR = ("supine", "side-lying", "prone", "all-fours", "half-kneeling")
#: An exercise without a hold stays at the top so long while the voice counts, and so long each way; slower in stretches.
TEMPO: Tempo = (2.0, 1.0, 2.0)
STRETCH_TEMPO = (3.0, 3.0)
REST_BETWEEN_SETS_S, REST_BETWEEN_SIDES_S = 45, 10
BEFORE_FLOOR = (
    mark("Put your phone within reach, and a chair or something else firm beside you, so that you can get up again."),
    mark("Work on the floor is next."),
)


def today_of(visitor: Whose, preferences: Mapping[str, Any]) -> Today:
    """The session of the visitor's day.

    Parameters
    ----------
    visitor
        Whose it is; `coxa.web.visitor.Visitor`.
    preferences : mapping
        What the person has set: `voice`, `voice_rate`, `voice_name`, `camera`, `side`.

    Returns
    -------
    Today
        In the language spoken now.
    """
    kept = ProgrammeRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    found = progress_of(visitor)
    review, history = (found.review, found.history) if found else (None, None)
    mode: Mode = "monitored" if history is not None and history.mode == "monitored" and history.mode_by.strip() else "strict"
    session, log = _open_session(visitor)
    pain_said, unasked = _pain_said(log)
    blocked = _blocked(review)
    rows = _rows(kept, visitor.today)
    profile = history.profile if history is not None else None
    exercises: tuple[TodayExercise, ...] = ()
    if profile is not None:
        first = _first_leg(preferences, profile)
        exercises = tuple(planned_today(row, profile, log, first) for row in rows if row.exercise not in blocked)
    why_not, rescreen = _why_not(visitor, kept, review)
    programme_says = review.decisions[0] if review else None
    days = _days_of_pain(history, visitor.today)
    return Today(
        date=visitor.today,
        version=kept.number if kept else 0,
        language=current(),
        session_key=session.key if session else None,
        pain_said=pain_said,
        unasked=unasked,
        may_start=not why_not and bool(exercises),
        why_not=why_not or (() if exercises else (_nothing_planned(bool(rows)),)),
        # Before the first session the diary has nothing to say of the programme.
        advice=programme_says.reasons
        if history and history.sessions and programme_says and programme_says.step not in ENDS_SESSIONS
        else (),
        rescreen=rescreen,
        letter=bool(review and any(one.letter for one in review.decisions)),
        planned=bool(rows),
        next_on=_next_day(kept, visitor.today),
        sessions_done=_sessions_done(history, visitor, session),
        sessions_a_day=max(1, kept.programme.sessions_a_day) if kept else 1,
        pain_days_running=days,
        mode=mode,
        voice=_voice(preferences),
        keep_landmarks=_keeps(visitor),
        camera=bool(preferences.get("camera", profile.with_camera if profile else True)),
        before_floor=" ".join(_(words) for words in reversed(BEFORE_FLOOR))
        if any(one.floor and not one.over for one in exercises)
        else None,
        too_hard=value("effort.high"),
        exercises=exercises,
        left_out=tuple(
            LeftOutToday(id=row.exercise, name=catalogue.load(row.exercise).name, reasons=blocked[row.exercise].reasons)
            for row in rows
            if row.exercise in blocked
        ),
        rules=rules_for(tuple(sorted({*(one.id for one in exercises), *_neighbours(exercises)})), mode, days),
    )


def exchanged(visitor: Whose, exercise: str, instead_of: str, preferences: Mapping[str, Any]) -> TodayExercise | None:
    """An easier or harder neighbour in the place of an exercise of today, as it is led through; None where it is not offered."""
    kept = ProgrammeRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    found = progress_of(visitor)
    if kept is None or found is None:
        return None
    profile = found.history.profile
    row = next((one for one in kept.programme.exercises if one.exercise == instead_of), None)
    if row is None or exercise not in _neighbours((planned_today(row, profile, ()),)):
        return None
    planned = new(exercise, row.side, profile, (), kept.programme.kind)
    _session, log = _open_session(visitor)
    return planned_today(planned, profile, log, _first_leg(preferences, profile))


def _open_session(visitor: Whose) -> tuple[KeptSession | None, tuple[Kept, ...]]:
    """The session to go on with, begun today, and its events."""
    diary = DiaryRepository(visitor.store)
    session = diary.open_session(visitor.asker, visitor.person.id)
    if session is None or session.session.at.astimezone(visitor.now.tzinfo).date() != visitor.today or session.session.stop is not None:
        return None, ()
    return session, diary.events(visitor.asker, visitor.person.id, session_key=session.key)


def _pain_said(log: tuple[Kept, ...]) -> tuple[int | None, str | None]:
    """The pain that counts as the one before, and the exercise of which something was done and the pain after it not asked yet.

    At first it is the pain before the session; a "more" with its number, or a stop because it hurts, takes its place.
    """
    pain, unasked = None, None
    for row in standing(log):
        event = row.event
        if isinstance(event, SessionStarted):
            pain = event.pain_before
        elif isinstance(event, RepetitionDone | SetDone):
            unasked = event.exercise
        elif isinstance(event, ExercisePain):
            unasked = None if event.exercise == unasked else unasked
            pain = event.pain_after if event.after == "more" and event.pain_after is not None else pain
        elif isinstance(event, Stopped):
            unasked = None if event.exercise in (unasked, None) else unasked
            pain = event.pain if event.pain is not None else pain
    return pain, unasked


def _rows(kept: KeptProgramme | None, on: date) -> tuple[Planned, ...]:
    day = WEEK[on.weekday()]
    return tuple(row for row in kept.programme.exercises if day in row.days) if kept else ()


def _next_day(kept: KeptProgramme | None, today: date) -> date | None:
    days = (today + timedelta(days=k) for k in range(1, 8))
    return next((day for day in days if _rows(kept, day)), None)


def _blocked(review: Review | None) -> dict[str, Decision]:
    """Exercises that a decision keeps out of the session for as long as it stands."""
    decisions = review.decisions[1:] if review else ()
    return {one.exercise: one for one in decisions if one.exercise is not None and (one.step in KEEPS_OUT or one.rescreen)}


def _why_not(visitor: Whose, kept: KeptProgramme | None, review: Review | None) -> tuple[tuple[Reason, ...], bool]:
    """Why there is no session, and whether the safety questions are to be answered again."""
    screening = ScreeningRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    if screening is None:
        return (
            Reason(rule="P2", words=_("Answer the safety questions first, so that we know what is safe for you."), source="ours"),
        ), True
    if not screening.result.may_exercise:
        return translate(screening.result).reasons, screening.result.outcome == "incomplete"
    if kept is None or review is None:
        return (Reason(rule="P6", words=_("There is no programme yet. Make one first; it takes a minute."), source="ours"),), False
    whole = review.decisions[0]
    # What was said of one exercise keeps that one out; the others go on.
    if whole.step in ENDS_SESSIONS or whole.rescreen:
        return whole.reasons, whole.rescreen
    return (), False


def _nothing_planned(blocked: bool) -> Reason:
    if blocked:
        return Reason(rule="P1", words=_("Today’s exercises are all left out for now. Answer the safety questions again."), source="ours")
    return Reason(rule="P6", words=_("Nothing is planned today. Rest is part of training, too."), source="ours")


def _days_of_pain(history: History | None, today: date) -> int:
    if history is None:
        return 0
    limit = value("pain.session-limit")
    bad = {session.at.date() for session in history.sessions if session.pain_before >= limit}
    count = 0
    while today - timedelta(days=count + 1) in bad:
        count += 1
    return count


def _sessions_done(history: History | None, visitor: Whose, session: KeptSession | None) -> int:
    today = [one for one in history.sessions if one.at.date() == visitor.today and one.exercises] if history else []
    return len(today) - (1 if session is not None and session.session.exercises else 0)


def _voice(preferences: Mapping[str, Any]) -> Voice:
    rate, name = preferences.get("voice_rate", 1.0), preferences.get("voice_name")
    number = isinstance(rate, int | float) and not isinstance(rate, bool)
    return Voice(
        on=preferences.get("voice", True) is not False,
        rate=min(2.0, max(0.5, float(rate))) if number else 1.0,
        name=name if isinstance(name, str) and name else None,
    )


def _keeps(visitor: Whose) -> bool | None:
    said = [one for one in ConsentRepository(visitor.store).all(visitor.asker, visitor.person.id) if one.purpose == KEEP_LANDMARKS]
    return said[0].given if said else None


# ------------------------------------------------------------------------------------------------ one exercise


@lru_cache(maxsize=256)
def _may(profile: Profile, _numbers: Path | None) -> frozenset[str]:
    """The exercises that this body may do; asked for each exercise of a session."""
    return frozenset(one.exercise.id for one in allowed(profile)[0])


def planned_today(planned: Planned, profile: Profile, log: tuple[Kept, ...], first: LegSide = "left") -> TodayExercise:
    """One exercise of the plan as it is led through.

    Parameters
    ----------
    planned : Planned
    profile : Profile
        For what the person has, may do and must watch.
    log : tuple of Kept
        The events of the session that goes on, to see what of it is done.
    first : {'left', 'right'}
        The leg that begins where the legs have sets of their own; a set that is done already goes before it.
    """
    exercise, dose = catalogue.load(planned.exercise), planned.dose
    coaching = exercise.coaching if profile.with_camera else None
    bouts = bouts_of(exercise, planned, _begun_with(planned.exercise, log) or first)
    done, over = _done(planned.exercise, log, bouts)
    times = _in_turns(exercise, dose)
    up_s, top_s, down_s = tempo(exercise, dose)
    rule = _key_rule(exercise)
    may = _may(profile, in_force())
    shown = "?side=right" if planned.side == "right" else ""
    return TodayExercise(
        id=exercise.id,
        name=exercise.name,
        side=planned.side,
        position=exercise.posture,
        position_words=POSTURES[exercise.posture],
        steps=exercise.steps,
        feel=exercise.feel,
        mistakes=tuple(_mistake(one) for one in exercise.mistakes),
        cautions=tuple(one.text for one in exercise.cautions if concerns(one, profile.screening)),
        self_check=rule.self_check if rule else None,
        support=exercise.posture == "standing" or exercise.id == "chair-stand",
        floor=exercise.posture in ON_FLOOR and "no-floor" not in profile.screening.limits,
        equipment=tuple(thing.name for thing in exercise.equipment if thing.needed),
        stretch=exercise.purpose[0] == "stretch",
        coached=coaching is not None,
        why_not_coached=_why_not_coached(exercise, coaching),
        view=(planned.placement or coaching.views[0]) if coaching else None,
        camera_words=coaching.camera if coaching else None,
        count=counted_by(exercise, dose),
        dose=describe_dose(dose),
        sets=dose.sets,
        repetitions=dose.repetitions * times if dose.repetitions is not None else None,
        repetitions_most=dose.repetitions_most * times if dose.repetitions_most is not None else None,
        hold_s=dose.hold_s,
        duration_s=dose.duration_s * (2 if dose.per_direction else 1) if dose.duration_s is not None else None,
        per_side=len({one.side for one in bouts}) > 1,
        load_kg=dose.load_kg,
        rest_s=REST_BETWEEN_SIDES_S if len({one.side for one in bouts}) > 1 or exercise.purpose[0] == "stretch" else REST_BETWEEN_SETS_S,
        bouts=bouts,
        up_s=up_s,
        hold_at_top_s=top_s,
        down_s=down_s,
        easier=_named(easier_neighbours(exercise, may, ())),
        harder=_named(tuple(id for id in exercise.harder if id in may)),
        done_bouts=done,
        over=over,
        pictures=Pictures(**{name: f"/exercises/{exercise.id}/{file}{shown}" for name, file in _PICTURES.items()}),
        alt=_("{name}: {position}").format(name=exercise.name, position=exercise.position),
    )


_PICTURES = {"still": "still.svg", "loop": "loop.svg", "camera": "camera.svg", "figure": "figure.glb"}


def bouts_of(exercise: Exercise, planned: Planned, first: LegSide = "left") -> tuple[Bout, ...]:
    """The bouts of an exercise in order: every set, and where the legs have their own, each leg's.

    >>> from coxa.care.programme import PlannedDose
    >>> row = Planned(exercise="clamshell", side="both", dose=PlannedDose(sets=2, repetitions=8, per_side=True), days=("mon",),
    ...     part="control", position="side-lying", placement="front", minutes=4, why=())
    >>> [(one.set_number, one.side) for one in bouts_of(catalogue.load("clamshell"), row)]
    [(1, 'left'), (1, 'right'), (2, 'left'), (2, 'right')]
    >>> [one.side for one in bouts_of(catalogue.load("clamshell"), row, first="right")]
    ['right', 'left', 'right', 'left']
    """
    sides: tuple[Side, ...] = (planned.side,) if exercise.side == "one" else ("both",)
    if exercise.side == "one" and planned.side == "both":
        sides = ("left", "right") if first == "left" else ("right", "left")
    return tuple(Bout(set_number=number, side=side) for number in range(1, planned.dose.sets + 1) for side in sides)


def _first_leg(preferences: Mapping[str, Any], profile: Profile) -> LegSide:
    """The leg that begins: the one that was chosen, else the one that hurts, else the left."""
    said = preferences.get("side") or profile.screening.side
    return "right" if said == "right" else "left"


def _begun_with(exercise: str, log: tuple[Kept, ...]) -> LegSide | None:
    """The leg of the first set that is done: whoever changes the setting in the middle does no leg twice."""
    done = (row.event.side for row in standing(log) if isinstance(row.event, SetDone) and row.event.exercise == exercise)
    first = next(done, None)
    return first if first == "left" or first == "right" else None


def _in_turns(exercise: Exercise, dose: PlannedDose) -> int:
    """By how much one bout's repetitions go over the dose's number: legs in turn within one bout, and both ways."""
    legs = 2 if dose.per_side and exercise.side != "one" else 1
    return legs * (2 if dose.per_direction else 1)


def counted_by(exercise: Exercise, dose: PlannedDose) -> Literal["repetitions", "hold", "time"]:
    """What is counted: repetitions, the seconds of a hold, or time."""
    if dose.duration_s is not None:
        return "time"
    band = exercise.coaching is not None and exercise.coaching.hold is not None and exercise.coaching.hold.clock == "band"
    return "hold" if dose.hold_s and (band or exercise.purpose[0] in ("stretch", "balance", "test")) else "repetitions"


def tempo(exercise: Exercise, dose: PlannedDose) -> Tempo:
    """Seconds up, held at the top and down, by which the voice counts; never faster than the exercise's own limit of haste."""
    up_s, top_s, down_s = TEMPO
    if exercise.purpose[0] == "stretch":
        up_s, down_s = STRETCH_TEMPO
    rules = exercise.coaching.faults if exercise.coaching else ()
    slow = max((rule.amber.value for rule in rules if rule.kind == "tempo" and rule.amber), default=0.0)
    return max(up_s, slow + 0.5 if slow else 0.0), float(dose.hold_s) if dose.hold_s else top_s, down_s


def _done(exercise: str, log: tuple[Kept, ...], bouts: tuple[Bout, ...]) -> tuple[int, bool]:
    """How many bouts are done, and whether the exercise is over for this session."""
    done: set[tuple[int, str]] = set()
    over = False
    for row in standing(log):
        event = row.event
        if getattr(event, "exercise", None) != exercise:
            continue
        if isinstance(event, ExerciseStarted):
            over = False
        elif isinstance(event, SetDone):
            done.add((event.set_number, event.side or "both"))
        elif isinstance(event, ExerciseSkipped | Stopped):
            over = True
    count = min(len(done), len(bouts))
    return count, over or (count == len(bouts) and bool(bouts))


def _key_rule(exercise: Exercise) -> FaultRule | None:
    coaching = exercise.coaching
    if coaching is None or coaching.key_fault is None:
        return None
    return next((rule for rule in coaching.faults if rule.fault == coaching.key_fault), None)


def _why_not_coached(exercise: Exercise, coaching: Coaching | None) -> str | None:
    if coaching is not None:
        return None
    return exercise.why_no_camera or _("You have chosen to go without a camera.")


def _mistake(mistake: Mistake) -> MistakeWords:
    return MistakeWords(id=mistake.fault or "", words=mistake.name, fix=mistake.fix)


def _named(ids: tuple[str, ...]) -> tuple[Named, ...]:
    return tuple(Named(id=id, name=catalogue.load(id).name) for id in ids)


def _neighbours(exercises: tuple[TodayExercise, ...]) -> set[str]:
    return {one.id for exercise in exercises for one in (*exercise.easier, *exercise.harder)}
