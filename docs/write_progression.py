"""Write `docs/progression.md` from the rules in the code: python docs/write_progression.py"""

from __future__ import annotations

from pathlib import Path

from coxa.care.decision import PRECEDENCE
from coxa.care.rules import RULES
from coxa.care.thresholds import thresholds

PAGE = Path(__file__).with_name("progression.md")

STEPS = {
    "stop_now": "Stop for now; do first what the reason says.",
    "refer": "A clinician is asked, and a letter goes with it. Nothing gets harder in the meantime.",
    "ease": "One level easier, or two after a long break.",
    "hold": "Stay at this level.",
    "progress": "One step harder.",
    "unlock": "A standing exercise opens.",
}

START = """# The next step

<!-- Written by docs/write_progression.py from src/coxa/care. Change the rules or the thresholds, then run it again. -->

After each session, and each morning that is told, coxa looks at the diary and takes one step for the programme and one for each
exercise. Each step comes with its reasons, and each reason with its source. Which sources the tags stand for is in
[Exercises](exercises.md).

**Safety beats everything.** Of the rules that hold, the one that stands first in this table decides; the others are told as
further reasons. What holds for the programme holds for each of its exercises; while a clinician is asked, an exercise holds or is
eased, and never gets harder.

| step | what it means |
|---|---|
"""

BETWEEN = """
## Precedence

| | step | rule | for | when | source |
|--:|---|---|---|---|---|
"""

AFTER = """
When no rule holds, the answer is `hold`, with what is still missing.

## What answers a rule

- *Until screened again*: a screening that was answered after it.
- A referral stands for {stands} days, or for as long as the pain has not settled, or until a clinician's go-ahead is entered.
- An ease is taken once for what led to it; `History.taken` records the steps that were taken.
- After chest pain or no breath in a session: a clinician's go-ahead, and then a new screening. The screening alone is not enough.
- What was not told never counts as good news: the pain after an exercise, the morning after, the own check.

## The next morning, and a day later

The morning is held against the pain before the session: not above it is green, 1 above is amber, 2 above is red. Amber turns red
when the pain is *still above after 24 hours*. That is another look than the one of the morning: a session that begins in the same
morning (before {until} o'clock) says the same thing once more and does not count. What counts is the pain before a session later
that day, if a day has passed; else the morning after; else the pain before a session on that day. Any pain told in between that is
not above the pain before says that it had settled. One morning is one red, also where it speaks of two sessions. On days of rest,
when no session is near, the morning's pain counts as the pain of that day: a rise of {rise} within {within} days refers then, too.

**Red eases one level** means every exercise of the programme. A diary cannot tell which exercise it was, and load of one day may
show two days later; easing only what was new or raised would leave the rest of what led to the red morning as it was.

## One level harder, one level easier

Harder, in this order: what was eased, step by step back to the usual dose; a longer lever or less support; the hold of each
repetition, up to {hold} s; an ankle weight of {cuff} lb where the exercise takes one and there is one, then {step} % more at
a time; the next harder exercise that this person may do. Stretches and loosening exercises only go back to their usual dose,
and less support is no step for those who always stand with one, nor before {free} s on each leg. The four programmes of the
sources keep their holds to the number and take in only what they have in store themselves. Easier goes the same way back, then
fewer sets and repetitions, then the easier exercise.

## Thresholds

A clinic may put its own numbers in place of these, in one file that `COXA_CLINIC_OVERRIDES` names, within the bounds given:

```toml
clinic = "Hill Street Physiotherapy"

[thresholds]
"pain.session-limit" = 5
```

| threshold | number | a clinic's bounds | what it is | source | review |
|---|--:|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    numbers = {row.id: f"{row.value:g}" for row in thresholds()}
    text = START + "".join(f"| `{step}` | {STEPS[step]} |\n" for step in PRECEDENCE) + BETWEEN
    for place, rule in enumerate(RULES, 1):
        text += f"| {place} | `{rule.step}` | {rule.id} | {rule.scope} | {rule.words()} | {rule.source} |\n"
    text += AFTER.format(
        stands=numbers["refer.stands-days"],
        until=numbers["morning.until-hour"],
        free=numbers["unlock.stance-free"],
        rise=numbers["rise.points"],
        within=numbers["rise.days"],
        hold=numbers["progress.hold-most"],
        cuff=numbers["progress.first-cuff"],
        step=numbers["progress.load-step"],
    )
    for row in thresholds():
        bounds = f"{row.least:g} to {row.most:g}"
        text += f"| `{row.id}` | {row.value:g} {row.unit} | {bounds} | {row.words} | {row.source} | {row.review} |\n"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
