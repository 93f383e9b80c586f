"""Screenings and plans for very many made-up people: does any break a promise, how long does one take, is it the same each time?

    python bench/plans.py [--people 100000] [--screenings 100000] [--first 0] [--smoke]

Prints Markdown and ends with an error when a promise is broken. The check of what a body must not do is the tests' own
(tests/care/profiles.py), which does not ask the code that plans. Times are processor time of one core.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from care.people import somebody
from care.profiles import broken, some_answers, some_profile
from coxa.care.planner import plan, plan_for
from coxa.care.programme import Profile, Programme
from coxa.care.questionnaire import Answer, screening_questions
from coxa.care.screening import TIERS, Clearance, screen
from coxa.care.selection import allowed

KINDS = ("form-first", "stretch-and-strengthen", "return-to-running", "twice-a-day")

#: What a yes to one question alone comes to: written down from the clinical notes, without asking the table that decides.
ALONE = {
    "injury-cannot-stand": "emergency", "hot-or-feverish": "emergency", "saddle-or-both-legs": "emergency", "blood-flow": "emergency",
    "groin-lump-or-blood": "emergency", "replacement-alarm": "emergency", "cancer-and-bone-pain": "urgent",
    "weight-loss-or-sweats": "urgent", "night-pain-without-rest": "urgent", "groin-pain-builds-with-training": "urgent",
    "steroids-and-rest-pain": "urgent", "one-leg-swollen": "urgent", "replacement-new-pain": "urgent", "leg-getting-weak": "urgent",
    "suddenly-much-worse": "urgent", "surgeon-limits": "clinician_first", "surgery-12-months": "clinician_first",
    "acute-injury": "clinician_first", "pregnancy-pelvic-pain": "clinician_first", "heart-or-dizzy": "clinician_first",
    "limps-or-limits": "ready_with_care", "two-weeks-of-exercise": "ready_with_care",
}  # fmt: skip
CLEARED = Clearance(by="Dr Example", on=date(2026, 1, 5))


def least(answers: dict[str, Answer], cleared: bool) -> str:
    """The weakest result that these answers may have."""
    tiers = {tier for question, tier in ALONE.items() if answers.get(question) is True}
    age, falls, told = answers.get("age"), answers.get("falls-12-months", 0), answers.get("told", ())
    thin = answers.get("fragile-bones") is True or "osteoporosis" in told
    if isinstance(age, int) and age < 18:
        tiers.add("urgent" if answers.get("child-limps") is True or answers.get("pain-now", 0) else "clinician_first")
    if answers.get("new-pain-after-fall") is True:
        tiers.add("urgent" if thin or (isinstance(age, int) and age >= 60) else "ready_with_care")
    if answers.get("weight-on-leg") is False and (answers.get("hip-replacement") is True or answers.get("pain-now", 0) >= 6):
        tiers.add("urgent")
    if falls >= 2:
        tiers.add("clinician_first")
    if cleared and "clinician_first" in tiers:
        tiers = tiers - {"clinician_first"} | {"ready_with_care"}
    if not tiers & {"emergency", "urgent", "clinician_first"} and any(id not in answers for id in ALWAYS):
        tiers.add("incomplete")
    return min(tiers, key=TIERS.index, default="ready")


#: The questions of the first screen that everybody is asked.
ALWAYS = tuple(id for id in screening_questions().dangers if not screening_questions().questions[id].enableWhen)


def screenings(people: int, first: int) -> tuple[list[str], float, Counter[str]]:
    """Every promise that a screening breaks, the seconds that all of them took, and what they came to."""
    bad: list[str] = []
    took, outcomes = 0.0, Counter[str]()
    for seed in range(first, first + people):
        # three kinds of people: anything at all, much left open, mostly well
        answers = (somebody(seed), somebody(seed, answered=0.7), some_answers(seed))[seed % 3]
        cleared = seed % 5 == 0
        start = time.process_time()
        found = screen(answers, CLEARED if cleared else None)
        took += time.process_time() - start
        outcomes[found.outcome] += 1
        if TIERS.index(found.outcome) > TIERS.index(least(answers, cleared)):
            bad.append(f"seed {seed}: {found.outcome} where {least(answers, cleared)} is the least")
        if found.may_exercise and found.ask_again:
            bad.append(f"seed {seed}: exercise although {found.ask_again[0]} is open")
        if not found.reasons or not all(reason.words and reason.source for reason in found.reasons):
            bad.append(f"seed {seed}: without a reason or its source")
        if found.outcome in ("urgent", "clinician_first") and not found.letter:
            bad.append(f"seed {seed}: {found.outcome} without a letter")
    return bad, took, outcomes


def problems(person: Profile, found: Programme) -> list[str]:
    """Every promise that this plan breaks."""
    bad = [f"{row.exercise}: {why}" for row in found.exercises for why in broken(person, row)]
    if found.exercises and not person.screening.may_exercise:
        bad.append("exercises although the screening says no")
    if found.kind == "personal" and sum(row.minutes for row in found.exercises) > person.minutes_a_day * 1.1:
        bad.append("over the minutes")
    if found.kind == "personal" and len({row.placement for row in found.exercises} - {""}) > 2:
        bad.append("more than two placements")
    rows = (*found.exercises, *found.left_out, *found.unlocks_next)
    if not found.reasons or not all(row.why and all(reason.source and reason.words for reason in row.why) for row in rows):
        bad.append("without a reason or its source")
    return bad


def shrinks(person: Profile) -> list[str]:
    """Contraindications whose removal takes an allowed exercise away."""
    before = {one.exercise.id for one in allowed(person)[0]}
    bad = []
    for name in ("conditions", "regions", "limits"):
        for one in getattr(person.screening, name):
            rest = tuple(other for other in getattr(person.screening, name) if other != one)
            freer = person.model_copy(update={"screening": person.screening.model_copy(update={name: rest})})
            if before - {row.exercise.id for row in allowed(freer)[0]}:
                bad.append(f"{name}: {one}")
    return bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--screenings", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--smoke", action="store_true", help="a few people only")
    given = parser.parse_args()
    people = 200 if given.smoke else given.people
    screened = 600 if given.smoke else given.screenings
    weaker, took, outcomes = screenings(screened, given.first)
    print(f"## Screenings of {screened:,} made-up people\n\n| what | found |\n|---|---|\n| promises broken | {len(weaker)} |")
    print(f"| screenings a second a core | {screened / max(took, 1e-9):,.0f} |")
    print(f"| results | {', '.join(f'{name} {100 * outcomes[name] / screened:.1f} %' for name in TIERS)} |\n")
    for line in weaker[:20]:
        print(f"- {line}")
    if people == 0:
        sys.exit(f"{len(weaker)} promises broken" if weaker else 0)
    plan(some_profile(given.first))  # load the catalogue and the solver
    bad: list[str] = list(weaker)
    times: list[float] = []
    sizes: Counter[int] = Counter()
    planned: Counter[str] = Counter()
    for seed in range(given.first, given.first + people):
        person = some_profile(seed)
        start = time.process_time()
        found = plan(person)
        times.append(time.process_time() - start)
        sizes[len(found.exercises)] += 1
        planned.update(row.exercise for row in found.exercises)
        bad += [f"seed {seed}: {what}" for what in problems(person, found)]
        kind = KINDS[seed % 4]
        other = person.model_copy(update={"programme": kind})
        bad += [f"seed {seed}: {kind}: {what}" for what in problems(other, plan_for(other))]
        if seed % 20 == 0:
            bad += [f"seed {seed}: removing {what} shrinks the set" for what in shrinks(person)]
        if seed % 50 == 0 and plan(person) != found:
            bad.append(f"seed {seed}: another plan the second time")
    active = sorted(times)
    print(f"## Plans of {people:,} made-up people (seeds {given.first} to {given.first + people - 1})\n")
    print("| what | found |\n|---|---|")
    print(f"| promises broken | {len(bad)} |")
    print(f"| personal plans a minute a core | {60 * people / sum(times):,.0f} |")
    print(
        f"| one plan, median / 99 % / longest | {1e3 * active[len(active) // 2]:.1f} / {1e3 * active[len(active) * 99 // 100]:.1f} / {1e3 * active[-1]:.1f} ms |"
    )
    print(f"| exercises a plan | {', '.join(f'{size}: {100 * count / people:.1f} %' for size, count in sorted(sizes.items()))} |")
    print(f"| most planned | {', '.join(f'{id} {100 * count / people:.0f} %' for id, count in planned.most_common(8))} |")
    print(f"| one person, a new process, start-up included | {cold():.2f} s |")
    for line in bad[:20]:
        print(f"\n- {line}")
    if bad:
        sys.exit(f"{len(bad)} promises broken")


def cold() -> float:
    """Seconds of processor time of a process that plans for one person, the median of five."""
    code = (
        "from coxa.care.screening import Screening\nfrom coxa.care.reason import Reason\nfrom coxa.care.programme import Profile\n"
        "from coxa.care.planner import plan\nimport time\n"
        "plan(Profile(screening=Screening(outcome='ready', reasons=(Reason(rule='B2', words='x', source='S001'),)), age=45))\n"
        "print(time.process_time())"
    )
    runs = sorted(float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) for _ in range(5))
    return runs[2]


if __name__ == "__main__":
    main()
