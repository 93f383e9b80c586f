"""Write `docs/exercises.md` from the catalogue: python docs/write_exercises.py"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from coxa.exercises import catalogue
from coxa.exercises.coaching import Coaching
from coxa.exercises.model import Block, Caution, Exercise
from coxa.exercises.terms import Number, Range
from coxa.exercises.words import describe_dose, describe_number, describe_trust, describe_whom

PAGE = Path(__file__).with_name("exercises.md")

START = """# Exercises

<!-- Written by docs/write_exercises.py from src/coxa/exercises/catalogue. Change the TOML files, then run it again. -->

coxa knows {count} exercises. Ask before you start whether they suit you; the notes under
*Not for you at present* say when a doctor or a physiotherapist decides first. Which mistakes are judged from which camera
view, and how well, is in [Benchmarks](benchmarks.md).

| exercise | id | how you start | for | level |
|---|---|---|---|---|
"""

SOURCES = """
## Where the numbers come from

Each dose, mistake and limit names its source.

| tag | source |
|---|---|
| S000 | "You May Be Doing Hip Physiotherapy Exercises Wrong": six exercises, common mistakes, and why some do not get better |
| S001 | "Exercise for hip pain": stretches and strengthening, when to see a doctor |
| S002 | "Your Key to Less Pain: Hip Strength and Stability": weak hips and what follows elsewhere; hands-on tests |
| S003 | an article on six exercises over 12 weeks that brought a runner back to running |
| S004 | a patient leaflet: range of movement, stretches, core and gluteal series, twice daily |
| A, B with a number | a section of the project's clinical notes: exercises and rules of the five texts |
| C with a number | the same: facts beyond the five texts, such as C5 by condition and C7 tests |
| D with a number | the same: what a camera can measure, D1 to D7 by exercise, D9 limits |
| P with a number | a published page that those notes list |
| OK | general knowledge in the field, without a page at hand |
| CALC | arithmetic |
| ours | set by coxa, for want of a source |

Limits from S000 to S004 are *sourced*. All others are *unreviewed* until a clinician has looked at them, and can be
changed without touching code: see [`COXA_EXERCISES_FOLDER`](settings.md#coxa_exercises_folder).
"""


def page() -> str:
    """The whole page, in Markdown."""
    exercises = catalogue.all_exercises("en")
    rows = [f"| [{e.name}](#{e.id}) | `{e.id}` | {e.position} | {', '.join(e.purpose)} | {e.level} of 5 |\n" for e in exercises]
    parts = [START.format(count=len(exercises)), *rows, *(line + "\n" for e in exercises for line in describe(e)), SOURCES]
    return "".join(parts)


def describe(e: Exercise) -> Iterator[str]:
    """One exercise, line by line."""
    yield f"\n## {e.name} {{ #{e.id} }}\n"
    yield f"`{e.id}`" + (f" · also called {', '.join(e.aliases)}" if e.aliases else "") + "\n"
    if e.clinician_only:
        yield "**Only with a clinician's guidance.**\n"
    if e.why_off:
        yield f"**Off until a clinician turns it on.** {e.why_off}\n"
    yield f"{e.why}\n"
    needed = "; ".join(x.name + ("" if x.needed else " (optional)") for x in e.equipment) or "nothing"
    yield f"**Start:** {e.position}. **You need:** {needed}. **Works:** {', '.join(e.muscles)}.\n"
    yield from (f"{number}. {step}" for number, step in enumerate(e.steps, start=1))
    yield f"\n**What you should feel:** {e.feel}\n"
    yield from (f"- {tip}" for tip in e.tips)
    yield f"\n**In daily life:** {e.daily_life}\n"
    yield "### How much" + anchor(e, "dose")
    yield "| source | dose | note |\n|---|---|---|"
    yield from (f"| {d.source} | {describe_dose(d)} | {d.note} |" for d in e.doses)
    if e.mistakes:
        yield "\n### Common mistakes" + anchor(e, "mistakes")
        yield "| mistake | why it matters | what to do instead | source |\n|---|---|---|---|"
        yield from (f"| {m.name} | {m.why} | {m.fix} | {m.source} |" for m in e.mistakes)
    yield "\n### Take care" + anchor(e, "care")
    yield from (f"- {for_whom(c)}{c.text} {c.reason} ({c.source})" for c in e.cautions)
    if e.blocks:
        yield "\n**Not for you at present, if:**\n"
        yield from (f"- {for_whom(b)}{b.reason} ({b.source})" for b in e.blocks)
    yield from (
        f"\n**First:** [{name(p.exercise)}](#{p.exercise}) for {say(p.least)} on each side; "
        f"from age 70 {say(p.least_from_age_70)}, with support. {p.reason}"
        for p in e.prerequisites
    )
    yield "\n### Easier and harder" + anchor(e, "levels")
    yield from (f"- {v.change.capitalize()}: {v.name}. {v.how} ({v.source})" for v in e.variations)
    yield from (f"- Easier exercise: [{name(id)}](#{id})" for id in e.easier)
    yield from (f"- Harder exercise: [{name(id)}](#{id})" for id in e.harder)
    if e.guided_by == "timer":
        yield "\n### Without a camera" + anchor(e, "timer")
        yield e.why_no_camera
    if e.coaching:
        yield "\n### With a camera" + anchor(e, "camera")
        yield from camera(e.coaching)


def camera(coaching: Coaching) -> Iterator[str]:
    """Where the camera stands, what makes a repetition, and the limits."""
    rule = coaching.repetition
    yield f"{coaching.camera} Views: {', '.join(coaching.views)}.\n"
    yield f"*{describe_trust(coaching)}*\n"
    what = "its peak" if rule.absolute else "the change from the start"
    yield f"A repetition is read from `{rule.signal}`: {what} should be {say(rule.target)}."
    yield f"A movement of less than {say(rule.least)} does not count."
    if coaching.hold:
        yield f"The hold should be {say(coaching.hold.target)}."
    if coaching.faults:
        yield "\n| mistake | amber | red | check it yourself |\n|---|---|---|---|"
    for fault in coaching.faults:
        amber, red = (say(limit) if limit else "no camera can show it" for limit in (fault.amber, fault.red))
        yield f"| `{fault.fault}` | {amber} | {red} | {fault.self_check} |"


def name(id: str) -> str:
    return catalogue.load(id, "en").name


def say(number: Number | Range) -> str:
    """A number with its unit, source and review state."""
    return f"{describe_number(number)} ({number.source}, {number.review})"


def for_whom(item: Caution | Block) -> str:
    """For whom a caution or a block is; nothing when it is for everybody."""
    who = describe_whom(item)
    return f"*{who}:* " if who else ""


def anchor(e: Exercise, part: str) -> str:
    return f" {{ #{e.id}-{part} }}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
