"""What a report says in plain words: the verdict, the names of mistakes and every label of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from coxa.exercises.coaching import FaultRule
from coxa.exercises.model import Exercise
from coxa.motion.result import Fault, FaultId, Hold, Repetition, SetResult, Severity

#: "counted": done and counted, but how well could not be judged; green would claim too much.
Tone = Literal["good", "counted", "amber", "red", "unsure"]

#: One thing done, many things done: how a set is counted aloud, by exercise id.
NOUNS: dict[str, tuple[str, str]] = {
    "bridge": ("bridge", "bridges"),
    "single-leg-bridge": ("bridge", "bridges"),
    "clamshell": ("clamshell", "clamshells"),
    "squat": ("squat", "squats"),
    "side-lying-abduction": ("leg lift", "leg lifts"),
    "standing-abduction": ("side kick", "side kicks"),
    "standing-extension": ("back kick", "back kicks"),
    "hip-flexor-stretch": ("stretch", "stretches"),
    "single-leg-stance": ("stand on one leg", "stands on one leg"),
}

#: The order of harm when no exercise says it: name of the mistake, and what to do instead.
FAULTS: dict[FaultId, tuple[str, str]] = {
    "back-arches": ("The lower back arches", "Keep the small of your back quiet and your ribs down."),
    "rolls-back": ("The hips roll back", "Keep your hips stacked, one above the other."),
    "pelvis-hikes": ("The hip hitches up", "Keep your waist long and lift only the leg."),
    "pelvis-drops": ("The hip drops", "Keep both sides of your pelvis level."),
    "over-lift": ("The hips go too high", "Stop when shoulders, hips and knees make one line."),
    "range-too-big": ("The leg goes too far", "Make the movement smaller and stop before your back joins in."),
    "lift-too-big": ("The lift is too big", "Lift less. A small lift is enough."),
    "trunk-leans-to-stance": ("The body leans to the standing leg", "Stand tall and let only the leg move."),
    "trunk-leans-forward": ("The body leans forward", "Keep your chest up and your body tall."),
    "trunk-leans-back": ("The body leans back", "Keep your body tall and your ribs over your hips."),
    "trunk-turns": ("The body turns", "Keep your chest and hips facing the same way."),
    "knees-in": ("The knees fall in", "Keep your knees over your feet."),
    "knees-out": ("The knees drift out", "Keep your knees as wide as your hips."),
    "uneven": ("One side is higher", "Keep both sides of your hips level."),
    "sags": ("The hips sink during the hold", "Keep your hips up until you mean to come down."),
    "bounces": ("Bouncing in the stretch", "Ease in, then stay still and breathe."),
    "feet-part": ("The feet come apart", "Keep your feet together and open only the knees."),
    "knee-bends": ("The knee bends", "Keep the knee of the moving leg long."),
    "other-leg-moves": ("The other leg moves", "Keep the resting leg still."),
    "too-fast": ("The movement is too fast", "Slow down: about two seconds up and two seconds down."),
    "lift-too-small": ("The lift is small", "Lift a little more, if it does not hurt."),
}

MISSING = "–"
SEVERITY: dict[Severity, str] = {"amber": "slight", "red": "clear"}
SIDES = {"left": "left", "right": "right", "both": "both sides", "unknown": "not known"}
VIEWS = {
    "front": "from the front",
    "side": "from the side",
    "diagonal": "at an angle",
    "feet-end": "from the feet",
    "raised": "from the front, raised",
    "unknown": "not known",
}
WHY_NOT = {"too_small": "too small to count", "not_that_movement": "another movement"}
WHY_NOT_JUDGED = {
    "view": "It does not show from where the camera stood.",
    "not_visible": "The points it needs were hidden or out of the picture.",
    "not_tested": "How well a camera sees this here is not tested yet, so nothing is claimed.",
    "never_visible": "A camera cannot see this at all.",
}
UNITS = {"deg": "°", "degrees": "°", "°": "°", "%": " %", "percent": " %", "": ""}

#: What the drawn signal is, by its name in the exercise's file.
SIGNALS = {
    "trunk_thigh": "Angle between body and thigh",
    "leg_abduction": "Leg out to the side",
    "leg_lift": "Lift of the leg",
    "foot_lift": "Lift of the foot",
    "knee_opening": "Opening of the knees",
    "knee_gap_ratio": "Gap between the knees",
    "knee_flexion": "Bend of the knee",
    "thigh_extension": "Leg out to the back",
    "rear_thigh": "Back thigh, from upright",
    "hip_height": "Height of the hips",
}

SOURCES = {"ours": "our own tests", "OK": "general knowledge", "CALC": "geometry"}

#: Every label of the page. Another language needs this file only.
PAGE = {
    "report": "Movement report",
    "facts": "In figures",
    "counted": "Counted",
    "range": "Typical range",
    "held": "Time held",
    "tempo": "Up and down",
    "seen": "You were seen in",
    "camera": "Camera",
    "side": "Side",
    "signal": "The whole set",
    "bands_note": "Each shaded band is one repetition. A hatched band did not count.",
    "marks_note": "The marks below the line show when a mistake was seen, and how bad it was.",
    "frames": "Key moments",
    "frames_note": "Solid lines are points that were seen well. Dashed lines are guesses: the point was hidden or at the edge.",
    "clip": "The clip with the skeleton drawn in",
    "clip_open": "Open the clip on its own",
    "clip_missing": "Your browser does not show this clip. You find it beside this page as",
    "table": "Every repetition",
    "holds": "Every hold",
    "nr": "No.",
    "start": "Start",
    "hold": "Hold",
    "up": "Up",
    "down": "Down",
    "counts": "Counted",
    "mistakes": "What was seen",
    "reach": "Range",
    "working": "the one working",
    "uncounted": "did not count",
    "end": "End",
    "yes": "yes",
    "no": "no",
    "no_fault": "no mistake seen",
    "unjudged_row": "not judged",
    "outside": "Outside the repetitions",
    "in_holds": "Seen in the holds",
    "below_target": "below target",
    "not_judged": "What could not be judged",
    "not_judged_note": "Silence here does not mean all was well. These checks you can do yourself.",
    "unjudged": "Not judged:",
    "self_check": "Check it yourself",
    "small_print": "Small print",
    "start_frame": "Start position",
    "middle_frame": "What the camera saw",
    "peak_frame": "Repetition {n}, furthest point",
    "worst_frame": "{name}, clearest moment",
    "skeleton_alt": "{what}: the person at {when} with the skeleton drawn over the picture",
    "plain_alt": "{what}: the skeleton alone at {when}",
}

SMALL_PRINT = (
    "This is a guide for training. It is not a medical device and gives no diagnosis.",
    "Angles come from an ordinary camera and may be off by 5 to 7 degrees.",
    "A repetition that shows a mistake still counts. Pain counts more than any figure here: if it hurts more, stop.",
)

CAMERA_PLACE = "Stand the camera still, 1.5 to 2.5 metres away."
CAMERA_HELP = (
    "Your whole body, head and feet too, should stay in the picture all the time, with light on you and not behind you.",
    "Be alone in the picture. If somebody helps you, let them stay out of view.",
)


@dataclass(frozen=True)
class Verdict:
    """What to say first: one headline, then a few sentences; `tone` picks the colour and the sign."""

    headline: str
    sentences: tuple[str, ...]
    tone: Tone

    def __str__(self) -> str:
        return " ".join((self.headline, *self.sentences))


def plural(n: int, one: str, many: str) -> str:
    """A count with its noun.

    >>> plural(1, "bridge", "bridges"), plural(3, "bridge", "bridges")
    ('1 bridge', '3 bridges')
    """
    return f"{n} {one if n == 1 else many}"


def number(value: float, unit: str = "", digits: int | None = None) -> str:
    """A figure a person reads: whole degrees, one decimal for seconds, two for ratios; a dash where it is missing.

    >>> number(23.6, "deg"), number(0.417, "thigh lengths"), number(float("nan"), "deg")
    ('24°', '0.42 thigh lengths', '–')
    """
    if value != value or value in (float("inf"), float("-inf")):
        return MISSING
    if digits is None:
        digits = 0 if unit in ("deg", "degrees", "°", "%", "percent") else 2 if unit.endswith(("lengths", "length", "gaps", "ratio")) else 1
    text = f"{value:.{digits}f}"
    text = text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")
    return text + UNITS.get(unit, f" {unit}")


def clock(seconds: float) -> str:
    """A moment of the clip: seconds below one minute, then minutes and seconds.

    >>> clock(3.24), clock(75.0)
    ('3.2 s', '1:15 min')
    """
    if seconds != seconds:
        return MISSING
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min"


def rule_of(fault: str, exercise: Exercise | None) -> FaultRule | None:
    """The exercise's own rule for a mistake, if it has one."""
    if exercise is None or exercise.coaching is None:
        return None
    return next((rule for rule in exercise.coaching.faults if rule.fault == fault), None)


def fault_name(fault: FaultId, exercise: Exercise | None = None) -> str:
    """The mistake in plain words: as the exercise writes it, else as coxa does."""
    for mistake in exercise.mistakes if exercise else ():
        if mistake.fault == fault:
            return _capital(mistake.name.rstrip("."))
    return FAULTS[fault][0]


def fault_fix(fault: FaultId, exercise: Exercise | None = None) -> str:
    """What to do instead."""
    rule = rule_of(fault, exercise)
    if rule is not None and rule.cue:
        return _sentence(rule.cue)
    for mistake in exercise.mistakes if exercise else ():
        if mistake.fault == fault:
            return _sentence(mistake.fix)
    return FAULTS[fault][1]


def fault_why(fault: FaultId, exercise: Exercise | None = None) -> str:
    """Why the mistake matters, where the exercise says so; else nothing."""
    return next((_sentence(m.why) for m in exercise.mistakes if m.fault == fault), "") if exercise else ""


def by_harm(faults: Iterable[Fault], exercise: Exercise | None = None) -> list[FaultId]:
    """The kinds of mistake seen, the one to change first in front: red before amber, then harm, then how often."""
    faults = list(faults)
    often = Counter(f.id for f in faults)
    red = {f.id for f in faults if f.severity == "red"}
    order = {fault: k for k, fault in enumerate(FAULTS)}

    def key(fault: FaultId) -> tuple[bool, int, int, int]:
        rule = rule_of(fault, exercise)
        return (fault not in red, rule.harm if rule else 100, -often[fault], order[fault])

    return sorted(often, key=key)


def verdict(result: SetResult, exercise: Exercise | None = None) -> Verdict:
    """The first thing to say about a set.

    Parameters
    ----------
    result : SetResult
    exercise : Exercise or None
        Its own words for mistakes, cues and the place of the camera are used where given.

    Returns
    -------
    Verdict
    """
    if result.status == "cannot_see":
        return _cannot_see(result, exercise)
    if result.status == "not_this_exercise":
        return _another_exercise(result, exercise)
    if result.test is not None:
        headline, tone = _test_headline(result)
    elif result.repetitions or not result.holds:
        headline, tone = _count_headline(result, exercise)
    else:
        headline, tone = _hold_headline(result.holds)
    said, fault_tone = _fault_sentences(result, exercise)
    held = [f"Held for {number(sum(h.held_s for h in result.holds), 's')}."] if result.holds and result.repetitions else []
    counts = [*held, *_reasons(result.repetitions), *_target(result)]
    # what to change comes before how much it was; if there is nothing to change, the other way round
    sentences = (*said, *counts) if result.faults else (*counts, *said)
    return Verdict(headline, sentences, fault_tone or tone)


def _cannot_see(result: SetResult, exercise: Exercise | None) -> Verdict:
    share = number(100 * result.seen, "%")
    sentences = [f"Your body was in clear view in {share} of the clip. So nothing was counted and nothing was judged."]
    if exercise is not None and exercise.coaching is not None:
        sentences.append(_sentence(exercise.coaching.camera))
    else:
        sentences.append(CAMERA_PLACE)
    sentences.extend(CAMERA_HELP)
    return Verdict("You could not be seen well enough.", tuple(sentences), "unsure")


def _another_exercise(result: SetResult, exercise: Exercise | None) -> Verdict:
    name = exercise_name(result, exercise)
    sentences = ["You were seen, but the start position never matched. So nothing was counted and nothing was judged."]
    others = [r for r in result.recognised if r.exercise != result.exercise]
    if others:
        best = max(others, key=lambda r: r.confidence)
        sentences.append(f"It looks more like this: {spell(best.exercise).lower()}.")
    if exercise is not None and exercise.coaching is not None:
        sentences.append(_sentence(exercise.coaching.setup.say))
    else:
        sentences.append("Look at the start position again, hold it for a moment, then begin.")
    return Verdict(f"This was not the exercise “{name}”.", tuple(sentences), "unsure")


def _test_headline(result: SetResult) -> tuple[str, Tone]:
    test = result.test
    assert test is not None
    value = number(test.value, test.unit)
    name = spell(test.name)
    if test.valid:
        return f"{name}: {value}.", "good"
    said = f"{name}: {value}, but" if value != MISSING else f"{name}:"
    return f"{said} this try does not count. {_sentence(test.why)}".strip(), "unsure"


def _hold_headline(holds: Sequence[Hold]) -> tuple[str, Tone]:
    longest = max(h.held_s for h in holds)
    if len(holds) == 1:
        return f"Held for {number(longest, 's')}.", "good"
    return f"{len(holds)} holds, the longest {number(longest, 's')}.", "good"


def _count_headline(result: SetResult, exercise: Exercise | None) -> tuple[str, Tone]:
    one, many = NOUNS.get(result.exercise, ("repetition", "repetitions"))
    attempts, counted = len(result.repetitions), result.counted
    if attempts == 0:
        return f"No {one} was seen." if one != "repetition" else "No repetition was seen.", "unsure"
    if counted == attempts:
        return (f"1 {one}, and it counts." if attempts == 1 else f"{attempts} {many}, all counted."), "good"
    if counted == 0:
        return ("1 try, and it did not count." if attempts == 1 else f"{attempts} tries, none counted."), "unsure"
    return f"{counted} of {attempts} {many} counted.", "good"


def _reasons(repetitions: Sequence[Repetition]) -> list[str]:
    small = sum("too_small" in r.why_not for r in repetitions)
    other = sum("not_that_movement" in r.why_not and "too_small" not in r.why_not for r in repetitions)
    said = []
    if small:
        said.append(f"{plural(small, 'try was', 'tries were')} too small to count.")
    if other:
        said.append(f"{plural(other, 'try was', 'tries were')} another movement.")
    return said


def _target(result: SetResult) -> list[str]:
    counted = [r for r in result.repetitions if r.counted]
    met = sum(r.meets_dose for r in counted)
    if not counted:
        return []
    if met == len(counted):
        return ["It reached the target." if met == 1 else "All of them reached the target."]
    if met == 0:
        return ["It stayed below the target." if len(counted) == 1 else "None of them reached the target for range and hold yet."]
    return [f"{met} of {len(counted)} reached the target for range and hold."]


def _fault_sentences(result: SetResult, exercise: Exercise | None) -> tuple[list[str], Tone | None]:
    kinds = by_harm(result.faults, exercise)
    if kinds:
        first = kinds[0]
        faults = [f for f in result.faults if f.id == first]
        red = any(f.severity == "red" for f in faults)
        start = "One thing to change: " if red else "One small thing: "
        said = [start + _lower_first(fault_fix(first, exercise))]
        said.append(f"{fault_name(first, exercise)}{_where(faults, len(result.repetitions))}.")
        if len(kinds) > 1:
            more = plural(len(kinds) - 1, "other thing was", "other things were")
            said.append(f"{more} seen too, but change this first.")
        return said, "red" if red else "amber"
    if not result.repetitions and not result.holds and result.test is None:
        return ["You were in view, but no movement was big enough. Start again and take your time."], "unsure"
    if not result.not_judged:
        return ["No mistake was seen."], None
    unseen = len(result.not_judged)
    could = exercise is not None and exercise.coaching is not None and len(exercise.coaching.faults) > unseen
    if exercise is not None and exercise.coaching is not None and not could:
        return [
            "How well it was done could not be judged. Below is how you can check it yourself."
        ], "counted" if result.counted or result.holds else "unsure"
    things = plural(unseen, "thing", "things")
    return [f"No mistake was seen in what could be judged. {things} could not be: below is how you can check."], None


def _where(faults: Sequence[Fault], repetitions: int) -> str:
    within = {f.repetition for f in faults if f.repetition is not None and 0 <= f.repetition < repetitions}
    if not within:
        return f", {len(faults)} times" if len(faults) > 1 else ""
    if repetitions == 1:
        return ""
    if len(within) == repetitions:
        return ", in every repetition"
    if len(within) <= 3:
        names = [str(k + 1) for k in sorted(within)]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        return f", in repetition {listed}" if len(names) == 1 else f", in repetitions {listed}"
    return f", in {len(within)} of {repetitions} repetitions"


def sources(exercise: Exercise | None) -> str:
    """Where the limits come from, one sentence; empty without an exercise."""
    if exercise is None or exercise.coaching is None:
        return ""
    coaching = exercise.coaching
    numbers = [n for rule in coaching.faults for n in (rule.amber, rule.red) if n is not None]
    tags = [n.source for n in numbers] + [coaching.repetition.target.source, coaching.repetition.least.source]
    listed = ", ".join(dict.fromkeys(SOURCES.get(tag, tag) for tag in tags))
    states = {n.review for n in numbers} | {coaching.repetition.target.review, coaching.repetition.least.review}
    note = " Some of them no clinician has reviewed yet." if "unreviewed" in states else ""
    return f"Where the limits come from, as the exercise’s file names it: {listed}.{note}"


def exercise_name(result: SetResult, exercise: Exercise | None) -> str:
    """The exercise's name as a person says it."""
    return exercise.name if exercise is not None else spell(result.exercise)


def spell(slug: str) -> str:
    """An id or a name as words.

    >>> spell("hip_angle_left")
    'Hip angle left'
    """
    return _capital(slug.replace("-", " ").replace("_", " ").strip())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    # "I" and abbreviations such as "TV" keep their capital
    return text if text[1:2].isupper() or text.startswith("I ") else text[:1].lower() + text[1:]


def _sentence(text: str) -> str:
    text = _capital(text.strip())
    return text if not text or text[-1] in ".!?" else text + "."
