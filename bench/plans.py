"""Plans for very many made-up people: does any plan break a promise, how long does one take, is it the same each time?

    python bench/plans.py [--people 100000] [--first 0] [--smoke]

Prints Markdown and ends with an error when a promise is broken. The check of what a body must not do is the tests' own
(tests/care/profiles.py), which does not ask the code that plans. Times are processor time of one core.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from care.profiles import broken, some_profile
from coxa.care.planner import plan, plan_for
from coxa.care.programme import Profile, Programme
from coxa.care.selection import allowed

KINDS = ("form-first", "stretch-and-strengthen", "return-to-running", "twice-a-day")


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
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--smoke", action="store_true", help="a few people only")
    given = parser.parse_args()
    people = 200 if given.smoke else given.people
    plan(some_profile(given.first))  # load the catalogue and the solver
    bad: list[str] = []
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
