"""`Facts`: what a diary comes to, worked out once, so that each rule is a short look at it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from statistics import fmean as mean
from statistics import median

from coxa.care.change import dose_on_entry
from coxa.care.history import ExerciseDone, History, Morning, Session
from coxa.care.ladder import harder_dose
from coxa.care.pain import Mode, Morrow, Rise, TwoWeeks, morrows, rises, stopped_by_pain, two_weeks
from coxa.care.programme import LeftOut, Planned, PlannedDose, Profile, Stance
from coxa.care.selection import Allowed, allowed, limits_of
from coxa.care.thresholds import in_force, value
from coxa.exercises import catalogue
from coxa.exercises.terms import Slug
from coxa.locales import current

_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Try:
    """One exercise in one session: the pain before it, and whether pain ended it."""

    session: Session
    done: ExerciseDone
    before: int
    stopped: bool

    @property
    def on(self) -> date:
        return self.session.at.date()


@dataclass(frozen=True)
class Facts:
    """A diary in order, and what follows from it; nothing here depends on the order of its rows."""

    history: History

    @property
    def today(self) -> date:
        return self.history.today

    @cached_property
    def mode(self) -> Mode:
        """Monitored pain only where a clinician is named who set it."""
        return "monitored" if self.history.mode == "monitored" and self.history.mode_by.strip() else "strict"

    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        """Every session once, oldest first; those without exercises are looks at the pain."""
        once = {session.at: session for session in self.history.sessions}  # two of one time are the same: `check` has seen to it
        return tuple(once[at] for at in sorted(once))

    @cached_property
    def trained(self) -> tuple[Session, ...]:
        """The sessions in which something was done."""
        return tuple(session for session in self.sessions if session.exercises)

    @property
    def first_day(self) -> date | None:
        return self.sessions[0].at.date() if self.sessions else None

    @cached_property
    def morrows(self) -> tuple[Morrow, ...]:
        return morrows(self.sessions, self.history.mornings, self.mode)

    @cached_property
    def unsettled(self) -> tuple[Morrow, ...]:
        """The red mornings since which no green one has come at a pain that was no higher before."""
        reds: list[Morrow] = []
        for one in self.morrows:
            if one.light == "green":
                reds = [red for red in reds if one.before > red.before]
            elif one.light == "red":
                reds.append(one)
        return tuple(reds)

    @cached_property
    def rises(self) -> tuple[Rise, ...]:
        return rises(self.sessions, self.rest_mornings)

    @cached_property
    def rest_mornings(self) -> tuple[Morning, ...]:
        """The mornings on days of rest: no session on that day, nor on the two days before, which each have a rule of their own."""
        days = {session.at.date() for session in self.sessions}
        near = {day + timedelta(days=later) for day in days for later in range(3)}
        return tuple(morning for morning in sorted(set(self.history.mornings), key=lambda m: m.on) if morning.on not in near)

    @property
    def pain_now(self) -> int:
        """The pain told last: before a session, or on a morning of a day of rest; 0 where none was."""
        told = [(s.at.date(), s.pain_before) for s in self.sessions[-1:]] + [(m.on, m.pain) for m in self.rest_mornings[-1:]]
        return max(told, key=lambda one: one[0])[1] if told else 0

    @cached_property
    def function_gain(self) -> float | None:
        """Mean change of the activities that were scored twice or more, newest against first; None without any."""
        by_name: dict[str, list[tuple[date, int]]] = {}
        for activity in self.history.activities:
            by_name.setdefault(activity.name.strip().lower(), []).append((activity.on, activity.score))
        gains = [max(rows)[1] - min(rows)[1] for rows in by_name.values() if len({on for on, _ in rows}) > 1]
        return sum(gains) / len(gains) if gains else None

    @cached_property
    def two_weeks(self) -> TwoWeeks:
        return two_weeks(self.sessions, self.today, self.function_gain)

    @cached_property
    def _first_days(self) -> tuple[Session, ...]:
        if self.first_day is None:
            return ()
        window = timedelta(days=value("two-weeks.window"))
        return tuple(s for s in self.sessions if s.at.date() - self.first_day < window)

    @cached_property
    def _later_days(self) -> tuple[tuple[Session, ...], ...]:
        """The sessions after the first days, by day."""
        by_day: dict[date, list[Session]] = {}
        for session in self.sessions[len(self._first_days) :]:
            by_day.setdefault(session.at.date(), []).append(session)
        return tuple(tuple(those) for those in by_day.values())

    @cached_property
    def _last_days(self) -> tuple[Session, ...]:
        """The sessions of the last three days with one, none of them among the first days; empty when there are fewer than two."""
        last = self._later_days[-int(value("two-weeks.window")) :]
        return tuple(s for those in last for s in those) if len(last) > 1 else ()

    @cached_property
    def start_pain(self) -> float | None:
        """Median pain before the sessions of the first three days."""
        return median(s.pain_before for s in self._first_days) if self._first_days else None

    @cached_property
    def recent_pain(self) -> float | None:
        """Median pain before the sessions of the last three days with one, beyond the first three; None without those."""
        return median(s.pain_before for s in self._last_days) if self._last_days else None

    @cached_property
    def change_since_start(self) -> float | None:
        """Mean pain before the sessions of the last days less that of the first; a mean sees a drift that a median hides."""
        if not self._last_days:
            return None
        return mean(s.pain_before for s in self._last_days) - mean(s.pain_before for s in self._first_days)

    @cached_property
    def above_best(self) -> float:
        """Mean pain of the last days less the lowest mean of three days running before them; 0 where there are none."""
        window = int(value("two-weeks.window"))
        before = self._later_days[:-window]
        runs = [[s.pain_before for those in before[i : i + window] for s in those] for i in range(len(before) - window + 1)]
        if not runs or not self._last_days:
            return 0.0
        return mean(s.pain_before for s in self._last_days) - min(mean(run) for run in runs)

    # ------------------------------------------------------------------------------------ what has been answered

    @property
    def screened_at(self) -> datetime:
        return self.history.screened_at or _LONG_AGO

    def unscreened(self, session: Session) -> bool:
        """Whether the screening has not been answered again since this session."""
        return session.at > self.screened_at

    def unseen(self, day: date) -> bool:
        """Whether no clinician has seen the person since that day."""
        seen = self.history.profile.cleared_on
        return seen is None or day > seen

    def stands(self, day: date) -> bool:
        """Whether advice to see a clinician, led to on that day, still stands."""
        return self.unseen(day) and (self.today - day).days <= value("refer.stands-days")

    @cached_property
    def _changes(self) -> dict[Slug | None, datetime]:
        newest: dict[Slug | None, datetime] = {}
        for taken in self.history.taken:
            if taken.step == "ease" or (taken.exercise is not None and taken.step in ("progress", "unlock")):
                newest[taken.exercise] = max(taken.at, newest.get(taken.exercise, _LONG_AGO))
        return newest

    def changed_at(self, exercise: Slug | None) -> datetime:
        """When this exercise, or the whole programme, was last changed."""
        whole = self._changes.get(None, _LONG_AGO)
        return max(whole, self._changes.get(exercise, _LONG_AGO))

    def unanswered(self, day: date, exercise: Slug | None = None) -> bool:
        """Whether nothing was changed since what was known on that day."""
        return day > self.changed_at(exercise).date()

    # ------------------------------------------------------------------------------------ one exercise

    @cached_property
    def _tries(self) -> dict[Slug, tuple[Try, ...]]:
        found: dict[Slug, list[Try]] = {}
        for session in self.trained:
            pain = session.pain_before
            ended = self._ended_by_pain(session)
            for place, done in enumerate(session.exercises):
                stopped = place == ended or stopped_by_pain(pain, done.pain_after, done.after, done.kind, done.stop, self.mode)
                found.setdefault(done.exercise, []).append(Try(session, done, pain, stopped))
                if done.after == "more" and done.pain_after is not None:
                    pain = done.pain_after  # it becomes the next exercise's "before"
        return {exercise: tuple(tries) for exercise, tries in found.items()}

    def _ended_by_pain(self, session: Session) -> int | None:
        """Which exercise a session was in when "it hurts" ended it and none is named: the last one done."""
        named = any(done.stop == "it-hurts" for done in session.exercises)
        return len(session.exercises) - 1 if session.stop == "it-hurts" and not named else None

    @cached_property
    def _new_tries(self) -> dict[Slug, tuple[Try, ...]]:
        return {}

    def tries(self, exercise: Slug) -> tuple[Try, ...]:
        """Each time the exercise was done, oldest first."""
        return self._tries.get(exercise, ())

    def new_tries(self, exercise: Slug) -> tuple[Try, ...]:
        """The same since the exercise or the programme was last changed."""
        if exercise not in self._new_tries:  # several rules ask
            since = self.changed_at(exercise)
            self._new_tries[exercise] = tuple(t for t in self.tries(exercise) if t.session.at > since)
        return self._new_tries[exercise]

    def morrow_of(self, session: Session) -> Morrow | None:
        """How the body took the day of that session; None where it was not told."""
        return next((morrow for morrow in self.morrows if morrow.on == session.at.date()), None)

    # ------------------------------------------------------------------------------------ the body now

    @cached_property
    def profile(self) -> Profile:
        """The profile with the newest tests and falls of the diary in it."""
        old = self.history.profile
        left, right = old.stance.left_s, old.stance.right_s
        up_and_go = old.timed_up_and_go_s
        # Of several on one day the worst counts.
        for test in sorted(self.history.tests, key=lambda t: (t.on, -t.value if t.test == "single-leg-stance" else t.value)):
            if test.test == "single-leg-stance":
                held = min(test.value, 600.0)
                left, right = _stood(left, held, test.side, "left"), _stood(right, held, test.side, "right")
            elif test.test == "timed-up-and-go":
                up_and_go = min(test.value, 600.0)
        return old.model_copy(
            update={
                "stance": Stance(left_s=left, right_s=right),
                "timed_up_and_go_s": up_and_go,
                "falls_12_months": self._falls(old.falls_12_months),
            }
        )

    @cached_property
    def _fallen(self) -> Counter[date]:
        """Falls by day that the screening does not know of yet."""
        since = max(self.today - timedelta(days=365), self.screened_at.date())
        told = Counter(fall.on for fall in self.history.falls if fall.on > since)
        fallen = (s for s in self.sessions if "fell" in (s.stop, *(done.stop for done in s.exercises)) and self.unscreened(s))
        # A fall in a session may be told twice, as a stop and as a fall: of one day the larger number counts.
        return told | Counter(s.at.date() for s in fallen if s.at.date() >= since)

    @property
    def last_fall(self) -> date | None:
        """The day of the last fall of the diary."""
        return max(self._fallen, default=None)

    def _falls(self, told: int | None) -> int | None:
        return (told or 0) + self._fallen.total() if self._fallen else told

    def harder(self, planned: Planned) -> PlannedDose | None:
        """One step harder of that exercise for this body; None where there is none left."""
        body = self.profile
        return harder_dose(
            catalogue.load(planned.exercise),
            planned.dose,
            body.equipment,
            released=body.cleared_on is not None,
            supported="support-always" in limits_of(body) or not self.steady,
            of_source=self.of_source,
            usual=dose_on_entry(planned.exercise, self.history.programme.kind, body.age),
        )

    @property
    def steady(self) -> bool:
        """Whether each leg was stood on long enough to lean less on the support (C7)."""
        held = (self.profile.stance.left_s, self.profile.stance.right_s)
        return all(time is not None and time >= value("unlock.stance-free") for time in held)

    @property
    def of_source(self) -> bool:
        """Whether the programme is one of the sources': then only what that source holds in store comes into it."""
        return self.history.programme.kind != "personal"

    @cached_property
    def open(self) -> frozenset[Slug]:
        """What this body may do, the programme does not have yet, and may come into it."""
        programme = self.history.programme
        new = set(self.allowed) - {planned.exercise for planned in programme.exercises}
        return frozenset(new & {one.exercise for one in programme.unlocks_next} if self.of_source else new)

    @cached_property
    def allowed(self) -> dict[Slug, Allowed]:
        """What this body may do now."""
        return {one.exercise.id: one for one in _allowed(self.profile, in_force(), current())[0]}

    @cached_property
    def left_out(self) -> dict[Slug, LeftOut]:
        return {one.exercise: one for one in _allowed(self.profile, in_force(), current())[1]}


def _stood(before: float | None, held: float, side: str | None, leg: str) -> float | None:
    """How long that leg stands after a test; one that does not say which leg it was can only take away."""
    if side is None:
        return None if before is None else min(before, held)
    return held if side == leg else before


@lru_cache(maxsize=1024)
def _allowed(profile: Profile, overrides: Path | None, language: str) -> tuple[tuple[Allowed, ...], tuple[LeftOut, ...]]:
    return allowed(profile)  # by the thresholds in force, in the words spoken now: both are part of what is remembered
