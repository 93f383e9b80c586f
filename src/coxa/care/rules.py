"""`RULES`: the one table of precedence: every rule by which the next step is decided, the one that weighs most first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from coxa.care import findings
from coxa.care.decision import Step
from coxa.care.facts import Facts
from coxa.care.findings import Hit
from coxa.care.programme import Planned
from coxa.care.thresholds import value
from coxa.exercises.terms import Source
from coxa.locales import pgettext, point


@dataclass(frozen=True)
class Rule:
    """One row of the table: for the whole programme, or for each exercise."""

    id: str
    step: Step
    when: str  # thresholds in braces
    source: Source
    programme: Callable[[Facts], Hit | None] | None = None
    exercise: Callable[[Facts, Planned], Hit | None] | None = None

    @property
    def scope(self) -> str:
        return "programme" if self.programme else "exercise"

    def words(self) -> str:
        """`when` in the language spoken now, with the numbers in force."""
        return re.sub(r"\{([a-z0-9.-]+)\}", lambda found: point(f"{value(found[1]):g}"), pgettext("rules", self.when))


RULES: tuple[Rule, ...] = (
    Rule("P2.screening", "stop_now", "the screening does not let the person exercise", "ours", programme=findings.screening_stops),
    Rule(
        "P14",
        "stop_now",
        "chest pain or no breath, could not get up, fell, dizzy; until screened again",
        "ours",
        programme=findings.stop_reason,
    ),
    Rule(
        "P1.nerve",
        "stop_now",
        "tingling, numbness or giving way (B9 in the figure four); until screened again",
        "C5",
        programme=findings.nerve_signs,
    ),
    Rule("C1.new", "stop_now", "“something new” was pressed; until screened again", "ours", programme=findings.something_new),
    Rule(
        "P1.limit",
        "stop_now",
        "pain of {pain.session-limit} or more before the session: none today",
        "C3",
        programme=findings.strong_pain_today,
    ),
    Rule(
        "P1.sharp",
        "stop_now",
        "sharp, catching or pinching pain (B10 in the hip hike, B11 in the hip flexor stretch); until screened again",
        "S001",
        exercise=findings.piercing_pain,
    ),
    Rule(
        "P3",
        "stop_now",
        "a block, a limit, a fall, a slow walk or a short stance stands against the exercise by now (B12, B19)",
        "C5",
        exercise=findings.not_for_this_body,
    ),
    Rule(
        "P1.limit-again",
        "refer",
        "pain of {pain.session-limit} or more before sessions on {pain.severe-days} days running",
        "ours",
        programme=findings.strong_pain_again,
    ),
    Rule(
        "P1.reds",
        "refer",
        "{morning.reds-refer} red mornings within {morning.reds-days} days",
        "C3",
        programme=findings.red_mornings,
    ),
    Rule(
        "P1.rise",
        "refer",
        "pain before sessions rose by {rise.points} or more within {rise.days} days; eased as well",
        "C1",
        programme=findings.rising_pain,
    ),
    Rule("P1.rise-slow", "refer", "pain is by now {rise.points} or more above the first days", "C1", programme=findings.above_the_start),
    Rule(
        "B5",
        "refer",
        "after {two-weeks.days} days the pain has not fallen by {two-weeks.fall}, nor function gained {two-weeks.function}",
        "S004",
        programme=findings.not_easing,
    ),
    Rule("P7.falls", "refer", "{unlock.falls} falls or more in 12 months", "OK", programme=findings.falls),
    Rule("C7.worse", "refer", "the person says that it is clearly worse", "P58", programme=findings.feels_worse),
    Rule("B4.again", "refer", "pain stopped the same exercise in {pain.stops-refer} sessions", "S004", exercise=findings.stopped_twice),
    Rule(
        "P1.red",
        "ease",
        "a red morning: {morning.red} or more above before, or still above after {morning.settle-hours} h (B7)",
        "C3",
        programme=findings.red_morning,
    ),
    Rule("P1.ambers", "ease", "{morning.ambers-ease} amber mornings running", "C4", programme=findings.amber_mornings),
    Rule("P4.long-break", "ease", "more than {break.two-levels} days without a session: two levels", "ours", programme=findings.long_break),
    Rule("P4.break", "ease", "more than {break.one-level} days without a session: one level", "ours", programme=findings.short_break),
    Rule("B4", "ease", "pain ended the exercise the last time (B6 in a stretch)", "S004", exercise=findings.stopped_once),
    Rule(
        "B16.too-heavy",
        "ease",
        "effort of {effort.very-high} or more, or above {effort.high} after two repetitions",
        "P43",
        exercise=findings.too_heavy,
    ),
    Rule("P1.amber", "hold", "an amber or red morning is the last one known", "C3", programme=findings.amber_morning),
    Rule(
        "P1.up",
        "hold",
        "mean pain of the last three days is more than {progress.above-start} above the first days, or {two-weeks.fall} above its best",
        "C3",
        programme=findings.pain_is_up,
    ),
    Rule(
        "C4.first-days",
        "hold",
        "the first {progress.first-days} days; up to day {two-weeks.days} unless the pain is easing, or was little and is no more",
        "ours",
        programme=findings.first_days,
    ),
    Rule(
        "B16.seldom",
        "hold",
        "fewer than {two-weeks.sessions} sessions in the first {two-weeks.days} days",
        "S000",
        programme=findings.keep_at_it,
    ),
    Rule(
        "C4.form",
        "hold",
        "the key mistake in more than {form.fault-rate} % of the judged repetitions (B21, B23)",
        "C4",
        exercise=findings.form_slips,
    ),
    Rule(
        "P13",
        "hold",
        "judged in fewer than {form.judged-share} % of the repetitions, and the own check did not say that all was well",
        "ours",
        exercise=findings.unseen,
    ),
    Rule("C4.effort", "hold", "effort above {effort.high}", "P43", exercise=findings.hard_work),
    Rule(
        "C4.two-for-two",
        "progress",
        "{progress.sessions} sessions running with {progress.extra-repetitions} repetitions over the goal, or as many left; well done, "
        "no more pain, the mornings green",
        "P35",
        exercise=findings.two_for_two,
    ),
    Rule(
        "B19",
        "unlock",
        "{unlock.stance} s on each leg (from age {unlock.age}: {unlock.stance-from-70} s), a calm week, nothing unlocked "
        "for {unlock.apart-days} days (B20)",
        "S000",
        programme=findings.standing_work,
    ),
)


def by_scope(scope: str) -> tuple[Rule, ...]:
    """The rules of one scope, in their order."""
    return tuple(rule for rule in RULES if rule.scope == scope)
