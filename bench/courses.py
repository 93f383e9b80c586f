"""Twelve weeks of made-up patients, day by day through the rules of the next step: `python bench/courses.py`.

Nobody here is real, and nothing here says how a real hip does. It shows that the rules do what they promise: nobody who gets
worse is progressed, everybody who gets worse is referred by day 15, a flare-up is eased within a session, and those who respond
reach standing work.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from care.people import well
from coxa.care import ladder
from coxa.care.change import changed
from coxa.care.decision import Decision, Review
from coxa.care.history import ExerciseDone, Form, History, Morning, Session, Taken, TestDone
from coxa.care.planner import plan
from coxa.care.programme import Planned, Profile
from coxa.care.progression import review, steps_taken
from coxa.care.screening import screen

KINDS = ("responder", "slow", "flare-up", "non-adherent", "worsening")
DAY_1 = date(2026, 1, 5)  # a Monday
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SETTLED = ("stop_now", "refer", "ease")


@dataclass
class Course:
    """What became of one patient."""

    kind: str
    seed: int
    referred_on: int | None = None
    referred_by: str = ""
    standing_on: int | None = None
    harder: int = 0  # steps of progress and unlock
    eased: int = 0
    flare_on: int | None = None  # the first session of the flare-up
    flare_answered: bool | None = None
    sessions: int = 0
    last_pain: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Patient:
    """How one body does: pain without noise by day, how often a planned day is kept, when a flare-up comes."""

    kind: str
    seed: int
    start: float
    per_day: float  # worsening: points a day; else the share of pain that is left after a day
    kept: float
    flare: int | None
    noise: float
    stance_s: float
    stance_gain_s: float

    def pain(self, day: int, rng: random.Random) -> int:
        level = self.start + self.per_day * day if self.kind == "worsening" else self.start * self.per_day**day
        if self.flare is not None and self.flare <= day < self.flare + 6:
            level += 3.0 * (1 - (day - self.flare) / 8)
        return max(0, min(10, math.floor(level + rng.gauss(0, self.noise) + 0.5)))


def patient(kind: str, seed: int) -> Patient:
    """One made-up patient."""
    rng = random.Random(f"{kind} {seed}")
    per_day = {
        "slow": math.exp(-1 / rng.uniform(70, 140)),
        "worsening": rng.uniform(0.15, 0.4),  # from one point a week on, which is what matters to people (P87)
    }.get(kind, math.exp(-1 / rng.uniform(18, 30)))
    return Patient(
        kind=kind,
        seed=seed,
        start=rng.uniform(1.0, 5.0) if kind == "worsening" else rng.uniform(3.0, 5.4),
        per_day=per_day,
        kept={"non-adherent": rng.uniform(0.1, 0.35)}.get(kind, rng.uniform(0.75, 1.0)),
        flare=rng.randint(20, 70) if kind == "flare-up" else None,
        noise=rng.uniform(0.0, 0.25),
        stance_s=rng.uniform(4, 14),
        stance_gain_s=rng.uniform(0.1, 0.4),
    )


def somebody(one: Patient, rng: random.Random) -> Profile:
    """Who it is: age, region, equipment."""
    age = rng.randint(25, 82)
    answers = well(
        age=age,
        region=rng.choice(("front", "outer", "buttock", "not-sure")),
        side=rng.choice(("left", "right")),
        pain_now=min(5, int(one.start)),
    )
    equipment = tuple(sorted({"mat", "chair", "pillow", *rng.sample(("band", "cuff", "step", "roller"), rng.randint(0, 3))}))
    return Profile(
        screening=screen(answers), age=age, equipment=equipment, falls_12_months=0, minutes_a_day=rng.choice((15, 20, 30)), starts_on=DAY_1
    )


def live(one: Patient, days: int = 84) -> Course:
    """Live through the days: the morning's pain, a session when it is kept, the review in the evening."""
    rng = random.Random(f"days {one.kind} {one.seed}")
    person = somebody(one, rng)
    programme = plan(person)
    course = Course(one.kind, one.seed)
    sessions: list[Session] = []
    mornings: list[Morning] = []
    tests: list[TestDone] = []
    taken: list[Taken] = []
    screened = datetime.combine(DAY_1, datetime.min.time(), UTC)
    decided: dict[str | None, Decision] = {}
    for day in range(1, days + 1):
        today = DAY_1 + timedelta(days=day - 1)
        at = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=9)
        whole = decided.get(None)
        if whole is not None and whole.rescreen:
            screened = at - timedelta(hours=1)  # nothing new comes out of it
        pain = one.pain(day, rng)
        if sessions and sessions[-1].at.date() == today - timedelta(days=1) and rng.random() < 0.9:
            mornings.append(Morning(on=today, pain=one.pain(day, rng) if rng.random() < 0.5 else pain))
        if day % 14 == 7:
            held = min(60.0, one.stance_s + one.stance_gain_s * day)
            tests += [TestDone(on=today, test="single-leg-stance", value=held, unit="s", side=side) for side in ("left", "right")]
        first_of_flare = False
        if day == 1 or rng.random() < one.kept:
            first_of_flare = one.flare is not None and day >= one.flare and course.flare_on is None and day < one.flare + 2
            todo = [p for p in programme.exercises if WEEKDAYS[today.weekday()] in p.days or day == 1]
            stays = [p for p in todo if decided.get(p.exercise) is None or decided[p.exercise].step not in ("stop_now", "refer")]
            done = tuple(did(p, pain, first_of_flare, rng) for p in stays) if pain < 6 else ()
            sessions.append(Session(at=at, pain_before=pain, exercises=done))
            course.sessions += bool(done)
        history = History.model_construct(
            profile=person, programme=programme, today=today, mode="strict", sessions=tuple(sessions), mornings=tuple(mornings),
            activities=(), tests=tuple(tests), changes=(), falls=(), something_new=(), mode_by="", screened_at=screened, taken=tuple(taken),
        )  # fmt: skip
        found = review(history)
        note(course, found, day, pain)
        if first_of_flare:
            course.flare_on = day
            trained = [d for d in found.decisions[1:] if d.step != "unlock"]
            course.flare_answered = all(d.step in SETTLED for d in trained) and bool(trained)
        taken += steps_taken(found, at + timedelta(hours=11))
        programme = changed(programme, found, person)
        decided = {d.exercise: d for d in found.decisions}
        if course.standing_on is None and any(ladder.standing(p.exercise) for p in programme.exercises):
            course.standing_on = day
    return course


def did(planned: Planned, pain: int, flares: bool, rng: random.Random) -> ExerciseDone:
    """One exercise, done as planned, now and then with room for more."""
    goal = planned.dose.repetitions_most or planned.dose.repetitions or 0
    more = 2 if rng.random() < 0.4 else 0
    rises = flares and rng.random() < 0.5 and pain < 9
    return ExerciseDone(
        exercise=planned.exercise,
        sets=planned.dose.sets,
        repetitions=(goal + more,) * planned.dose.sets,
        hold_s=planned.dose.hold_s or planned.dose.duration_s,
        after="more" if rises else "same",
        pain_after=pain + 1 if rises else None,
        effort=rng.choice((3, 4, 4, 5, 6, 7)),
        form=Form(done=10, judged=rng.choice((0, 10, 10)), faulty=rng.choice((0, 0, 0, 1, 3)), self_check=rng.choice((True, True, None))),
    )


def note(course: Course, found: Review, day: int, pain: int) -> None:
    """Keep what was decided."""
    course.harder += sum(d.step in ("progress", "unlock") for d in found.decisions if d.exercise is not None)
    course.eased += any(d.step == "ease" for d in found.decisions)
    course.rules[found.decisions[0].reasons[0].rule] += 1
    course.last_pain = pain
    if course.referred_on is None and any(d.letter and d.step in ("refer", "stop_now") for d in found.decisions):
        course.referred_on = day
        course.referred_by = next(d.reasons[0].rule for d in found.decisions if d.letter)


def broken(courses: list[Course]) -> list[str]:
    """The promises that were not kept, one line for each patient."""
    found = []
    for one in courses:
        if one.kind == "worsening" and one.harder:
            found.append(f"{one.kind} {one.seed}: {one.harder} steps harder")
        if one.kind == "worsening" and (one.referred_on is None or one.referred_on > 15):
            found.append(f"{one.kind} {one.seed}: referred on day {one.referred_on}")
        if one.flare_answered is False:
            found.append(f"{one.kind} {one.seed}: the flare-up of day {one.flare_on} was not eased within a session")
        if one.kind == "responder" and one.standing_on is None:
            found.append(f"{one.kind} {one.seed}: no standing work in 12 weeks")
    return found


def middle(numbers: list[int]) -> str:
    return f"{sorted(numbers)[len(numbers) // 2]}" if numbers else "–"


def table(courses: list[Course]) -> str:
    """The figures by kind, as Markdown."""
    lines = [
        "| patients | how many | referred | of these by day 15 | median day | stood | median day | steps harder each | days eased each |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in KINDS:
        own = [one for one in courses if one.kind == kind]
        referred = [one.referred_on for one in own if one.referred_on is not None]
        stood = [one.standing_on for one in own if one.standing_on is not None]
        many = max(1, len(own))
        lines.append(
            f"| {kind} | {len(own)} | {len(referred)} | {sum(day <= 15 for day in referred)} | {middle(referred)} | {len(stood)} | {middle(stood)} "
            f"| {sum(one.harder for one in own) / many:.1f} | {sum(one.eased for one in own) / many:.1f} |"
        )
    return "\n".join(lines)


def simulate(people: int, days: int = 84, start: int = 0) -> list[Course]:
    """So many patients, the kinds in turn."""
    return [live(patient(KINDS[i % len(KINDS)], start + i), days) for i in range(people)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000, help="how many patients")
    parser.add_argument("--seed", type=int, default=0, help="the first one's number")
    options = parser.parse_args()
    began = time.perf_counter()
    courses = simulate(options.people, start=options.seed)
    print(table(courses))
    for kind in KINDS:
        why = Counter(one.referred_by for one in courses if one.kind == kind and one.referred_on is not None)
        print(f"{kind}: referred by {', '.join(f'{rule} {count}' for rule, count in why.most_common())}")
    flares = [one for one in courses if one.flare_on is not None]
    print(f"flare-ups met in a session: {len(flares)}, eased within it: {sum(bool(one.flare_answered) for one in flares)}")
    wrong = broken(courses)
    print(f"{len(wrong)} promises broken; {time.perf_counter() - began:.0f} s")
    print("\n".join(wrong[:40]))
    sys.exit(bool(wrong))
