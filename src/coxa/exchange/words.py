"""What a report says in plain words: the verdict, the names of mistakes and every label of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from coxa.exercises import catalogue
from coxa.exercises.coaching import FaultRule
from coxa.exercises.model import Exercise
from coxa.locales import SOURCE, Words, current, mark, ngettext, pgettext, point
from coxa.locales import gettext as _
from coxa.motion.result import Fault, FaultId, Hold, Repetition, SetResult, Severity

#: "counted": done and counted, but how well could not be judged; green would claim too much.
Tone = Literal["good", "counted", "amber", "red", "unsure"]

#: One thing done, many things done: how a set is counted aloud, by exercise id.
NOUNS: dict[str, tuple[str, str]] = {
    "bridge": (mark("bridge"), mark("bridges")),
    "single-leg-bridge": (mark("bridge"), mark("bridges")),
    "clamshell": (mark("clamshell"), mark("clamshells")),
    "squat": (mark("squat"), mark("squats")),
    "side-lying-abduction": (mark("leg lift"), mark("leg lifts")),
    "standing-abduction": (mark("side kick"), mark("side kicks")),
    "standing-extension": (mark("back kick"), mark("back kicks")),
    "hip-flexor-stretch": (mark("stretch"), mark("stretches")),
    "single-leg-stance": (mark("stand on one leg"), mark("stands on one leg")),
}

#: The order of harm when no exercise says it: name of the mistake, and what to do instead.
FAULTS: dict[FaultId, tuple[str, str]] = {
    "back-arches": (mark("The lower back arches"), mark("Keep the small of your back quiet and your ribs down.")),
    "rolls-back": (mark("The hips roll back"), mark("Keep your hips stacked, one above the other.")),
    "pelvis-hikes": (mark("The hip hitches up"), mark("Keep your waist long and lift only the leg.")),
    "pelvis-drops": (mark("The hip drops"), mark("Keep both sides of your pelvis level.")),
    "over-lift": (mark("The hips go too high"), mark("Stop when shoulders, hips and knees make one line.")),
    "range-too-big": (mark("The leg goes too far"), mark("Make the movement smaller and stop before your back joins in.")),
    "lift-too-big": (mark("The lift is too big"), mark("Lift less. A small lift is enough.")),
    "trunk-leans-to-stance": (mark("The body leans to the standing leg"), mark("Stand tall and let only the leg move.")),
    "trunk-leans-forward": (mark("The body leans forward"), mark("Keep your chest up and your body tall.")),
    "trunk-leans-back": (mark("The body leans back"), mark("Keep your body tall and your ribs over your hips.")),
    "trunk-turns": (mark("The body turns"), mark("Keep your chest and hips facing the same way.")),
    "knees-in": (mark("The knees fall in"), mark("Keep your knees over your feet.")),
    "knees-out": (mark("The knees drift out"), mark("Keep your knees as wide as your hips.")),
    "uneven": (mark("One side is higher"), mark("Keep both sides of your hips level.")),
    "sags": (mark("The hips sink during the hold"), mark("Keep your hips up until you mean to come down.")),
    "bounces": (mark("Bouncing in the stretch"), mark("Ease in, then stay still and breathe.")),
    "feet-part": (mark("The feet come apart"), mark("Keep your feet together and open only the knees.")),
    "knee-bends": (mark("The knee bends"), mark("Keep the knee of the moving leg long.")),
    "other-leg-moves": (mark("The other leg moves"), mark("Keep the resting leg still.")),
    "too-fast": (mark("The movement is too fast"), mark("Slow down: about two seconds up and two seconds down.")),
    "lift-too-small": (mark("The lift is small"), mark("Lift a little more, if it does not hurt.")),
}

#: Tests by name, and why a try has no value.
TESTS: Words[str] = Words({
    "single-leg-stance": mark("Single leg stance"),
    "chair-stand": mark("Chair stand"),
    "timed-up-and-go": mark("Timed up and go"),
})  # fmt: skip
WHY_NO_VALUE = (
    mark("no stand was seen"),
    mark("the person could not be seen"),
    mark("the start position was not seen"),
    mark("no hold of a second or more was seen"),
    mark("the arms were used; with arms crossed on the chest every stand counts"),
)

MISSING = "–"
SEVERITY: Words[Severity] = Words({"amber": mark("slight"), "red": mark("clear")})
SIDES: Words[str] = Words({"left": mark("left"), "right": mark("right"), "both": mark("both sides"), "unknown": mark("not known")})
VIEWS: Words[str] = Words(
    {
        "front": mark("from the front"),
        "side": mark("from the side"),
        "diagonal": mark("at an angle"),
        "feet-end": mark("from the feet"),
        "raised": mark("from the front, raised"),
        "unknown": mark("not known"),
    }
)
WHY_NOT: Words[str] = Words({"too_small": mark("too small to count"), "not_that_movement": mark("another movement")})
WHY_NOT_JUDGED: Words[str] = Words(
    {
        "view": mark("It does not show from where the camera stood."),
        "not_visible": mark("The points it needs were hidden or out of the picture."),
        "not_tested": mark("It has not been tested yet how well a camera sees this, so coxa does not judge it."),
        "never_visible": mark("A camera cannot see this at all."),
    }
)
UNITS = {"deg": "°", "degrees": "°", "°": "°", "%": " %", "percent": " %", "": ""}

#: What the drawn signal is, by its name in the exercise's file.
SIGNALS: Words[str] = Words(
    {
        "trunk_thigh": mark("Angle between body and thigh"),
        "leg_abduction": mark("Leg out to the side"),
        "leg_lift": mark("Lift of the leg"),
        "foot_lift": mark("Lift of the foot"),
        "knee_opening": mark("Opening of the knees"),
        "knee_gap_ratio": mark("Gap between the knees"),
        "knee_flexion": mark("Bend of the knee"),
        "thigh_extension": mark("Leg out to the back"),
        "rear_thigh": mark("Back thigh, from upright"),
        "hip_height": mark("Height of the hips"),
    }
)

SOURCES: Words[str] = Words({"ours": mark("our own tests"), "OK": mark("general knowledge"), "CALC": mark("geometry")})

#: Every label of the page.
PAGE: Words[str] = Words(
    {
        "report": mark("Movement report"),
        "facts": mark("In figures"),
        "counted": mark("Counted"),
        "range": mark("Typical range"),
        "held": mark("Time held"),
        "tempo": mark("Up and down"),
        "seen": mark("You were seen in"),
        "camera": mark("Camera"),
        "side": mark("Side"),
        "signal": mark("The whole set"),
        "bands_note": mark("Each shaded band is one repetition. A hatched band did not count."),
        "marks_note": mark("The marks below the line show when a mistake was seen, and how bad it was."),
        "frames": mark("Key moments"),
        "frames_note": mark("Solid lines are points that were seen well. Dashed lines are guesses: the point was hidden or at the edge."),
        "clip": mark("The clip with the skeleton drawn in"),
        "clip_open": mark("Open the clip on its own"),
        "clip_missing": mark("Your browser does not show this clip. You find it beside this page as"),
        "table": mark("Every repetition"),
        "holds": mark("Every hold"),
        "nr": mark("No."),
        "start": mark("Start"),
        "hold": mark("Hold"),
        "up": mark("Up"),
        "down": mark("Down"),
        "counts": mark("Counted"),
        "mistakes": mark("What was seen"),
        "reach": mark("Range"),
        "working": mark("the one working"),
        "uncounted": mark("did not count"),
        "end": mark("End"),
        "yes": mark("yes"),
        "no": mark("no"),
        "no_fault": mark("no mistake seen"),
        "unjudged_row": mark("not judged"),
        "outside": mark("Outside the repetitions"),
        "in_holds": mark("Seen in the holds"),
        "below_target": mark("below target"),
        "not_judged": mark("What could not be judged"),
        "not_judged_note": mark("This does not mean that all was well. You can do these checks yourself."),
        "unjudged": mark("Not judged:"),
        "self_check": mark("Check it yourself"),
        "small_print": mark("Small print"),
        "start_frame": mark("Start position"),
        "middle_frame": mark("What the camera saw"),
        "peak_frame": mark("Repetition {n}, furthest point"),
        "worst_frame": mark("{name}, clearest moment"),
        "skeleton_alt": mark("{what}: the person at {when} with the skeleton drawn over the picture"),
        "plain_alt": mark("{what}: the skeleton alone at {when}"),
    }
)

SMALL_PRINT = (
    mark("This is a guide for training. It is not a medical device and gives no diagnosis."),
    mark("Angles come from an ordinary camera and may be off by 5 to 7 degrees."),
    mark("A repetition that shows a mistake still counts. Pain counts more than any figure here: if it hurts more, stop."),
)

CAMERA_PLACE = mark("Stand the camera still, 1.5 to 2.5 metres away.")
CAMERA_HELP = (
    mark("Your whole body, head and feet too, should stay in the picture all the time, with light on you and not behind you."),
    mark("Be alone in the picture. If somebody helps you, let them stay out of view."),
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
    return point(text) + (UNITS[unit] if unit in UNITS else f" {pgettext('unit', unit)}")


def clock(seconds: float) -> str:
    """A moment of the clip: seconds below one minute, then minutes and seconds.

    >>> clock(3.24), clock(75.0)
    ('3.2 s', '1:15 min')
    """
    if seconds != seconds:
        return MISSING
    if round(seconds, 1) < 60:
        return point(f"{seconds:.1f} s")
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
    return _(FAULTS[fault][0])


def fault_fix(fault: FaultId, exercise: Exercise | None = None) -> str:
    """What to do instead."""
    rule = rule_of(fault, exercise)
    if rule is not None and rule.cue:
        return _sentence(rule.cue)
    for mistake in exercise.mistakes if exercise else ():
        if mistake.fault == fault:
            return _sentence(mistake.fix)
    return _(FAULTS[fault][1])


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
    held = []
    if result.holds and result.repetitions:
        held = [_("Held for {time}.").format(time=number(sum(h.held_s for h in result.holds), "s"))]
    counts = [*held, *_reasons(result.repetitions), *_target(result)]
    # what to change comes before how much it was; if there is nothing to change, the other way round
    sentences = (*said, *counts) if result.faults else (*counts, *said)
    return Verdict(headline, sentences, fault_tone or tone)


def _cannot_see(result: SetResult, exercise: Exercise | None) -> Verdict:
    share = number(100 * result.seen, "%")
    sentences = [
        _("Your body was in clear view in {share} of the clip. So nothing was counted and nothing was judged.").format(share=share)
    ]
    if exercise is not None and exercise.coaching is not None:
        sentences.append(_sentence(exercise.coaching.camera))
    else:
        sentences.append(_(CAMERA_PLACE))
    sentences.extend(_(help) for help in CAMERA_HELP)
    return Verdict(_("You could not be seen well enough."), tuple(sentences), "unsure")


def _another_exercise(result: SetResult, exercise: Exercise | None) -> Verdict:
    if not result.exercise:
        return Verdict(
            _("This exercise was not recognised."),
            (
                _("You were seen, but the movement is none that is known here. So nothing was counted and nothing was judged."),
                _("Choose the exercise yourself and show the clip again."),
            ),
            "unsure",
        )
    name = exercise_name(result, exercise)
    sentences = [_("You were seen, but the start position never matched. So nothing was counted and nothing was judged.")]
    others = [r for r in result.recognised if r.exercise != result.exercise]
    if others:
        best = max(others, key=lambda r: r.confidence)
        sentences.append(_("It looks more like this: {exercise}.").format(exercise=_lower_first(_known_name(best.exercise))))
    if exercise is not None and exercise.coaching is not None:
        sentences.append(_sentence(exercise.coaching.setup.say))
    else:
        sentences.append(_("Look at the start position again, hold it for a moment, then begin."))
    return Verdict(_("This was not the exercise “{exercise}”.").format(exercise=name), tuple(sentences), "unsure")


def _test_headline(result: SetResult) -> tuple[str, Tone]:
    test = result.test
    assert test is not None
    value = number(test.value, test.unit)
    name = TESTS[test.name] if test.name in TESTS else spell(test.name)
    if test.valid:
        return f"{name}: {value}.", "good"
    known = _("{test}: {value}, but this try does not count.") if value != MISSING else _("{test}: this try does not count.")
    return f"{known.format(test=name, value=value)} {_sentence(_(test.why))}".strip(), "unsure"


def _hold_headline(holds: Sequence[Hold]) -> tuple[str, Tone]:
    longest = max(h.held_s for h in holds)
    if len(holds) == 1:
        return _("Held for {time}.").format(time=number(longest, "s")), "good"
    return _("{n} holds, the longest {time}.").format(n=len(holds), time=number(longest, "s")), "good"


def _count_headline(result: SetResult, exercise: Exercise | None) -> tuple[str, Tone]:
    one, many = (_(noun) for noun in NOUNS.get(result.exercise, (mark("repetition"), mark("repetitions"))))
    attempts, counted = len(result.repetitions), result.counted
    if attempts == 0:
        return _("No {one} was seen.").format(one=one, many=many), "unsure"
    tone: Tone = "good"
    if counted == attempts:
        said = ngettext("1 {one}, and it counts.", "{n} {many}, all counted.", attempts)
    elif counted == 0:
        said, tone = ngettext("1 try, and it did not count.", "{n} tries, none counted.", attempts), "unsure"
    else:
        said = _("{counted} of {n} {many} counted.")
    return said.format(one=one, many=many, n=attempts, counted=counted), tone


def _reasons(repetitions: Sequence[Repetition]) -> list[str]:
    small = sum("too_small" in r.why_not for r in repetitions)
    other = sum("not_that_movement" in r.why_not and "too_small" not in r.why_not for r in repetitions)
    said = []
    if small:
        said.append(ngettext("{n} try was too small to count.", "{n} tries were too small to count.", small).format(n=small))
    if other:
        said.append(ngettext("{n} try was another movement.", "{n} tries were another movement.", other).format(n=other))
    return said


def _target(result: SetResult) -> list[str]:
    counted = [r for r in result.repetitions if r.counted]
    met = sum(r.meets_dose for r in counted)
    if not counted:
        return []
    if met == len(counted):
        return [_("It reached the target.") if met == 1 else _("All of them reached the target.")]
    if met == 0:
        return [_("It stayed below the target.") if len(counted) == 1 else _("None of them reached the target for range and hold yet.")]
    return [_("{met} of {n} reached the target for range and hold.").format(met=met, n=len(counted))]


def _fault_sentences(result: SetResult, exercise: Exercise | None) -> tuple[list[str], Tone | None]:
    kinds = by_harm(result.faults, exercise)
    if kinds:
        first = kinds[0]
        faults = [f for f in result.faults if f.id == first]
        red = any(f.severity == "red" for f in faults)
        start = _("One thing to change: {fix}") if red else _("One small thing: {fix}")
        said = [start.format(fix=_lower_first(fault_fix(first, exercise)))]
        said.append(f"{fault_name(first, exercise)}{_where(faults, len(result.repetitions))}.")
        if len(kinds) > 1:
            more = len(kinds) - 1
            others = ngettext(
                "{n} other thing was seen too, but change this first.", "{n} other things were seen too, but change this first.", more
            )
            said.append(others.format(n=more))
        return said, "red" if red else "amber"
    if not result.repetitions and not result.holds and result.test is None:
        return [_("You were in view, but no movement was big enough. Start again and take your time.")], "unsure"
    if not result.not_judged:
        return [_("No mistake was seen.")], None
    unseen = len(result.not_judged)
    could = exercise is not None and exercise.coaching is not None and len(exercise.coaching.faults) > unseen
    if exercise is not None and exercise.coaching is not None and not could:
        said = [_("How well it was done could not be judged. Below is how you can check it yourself.")]
        return said, "counted" if result.counted or result.holds else "unsure"
    rest = ngettext(
        "No mistake was seen in what could be judged. {n} thing could not be: below is how you can check.",
        "No mistake was seen in what could be judged. {n} things could not be: below is how you can check.",
        unseen,
    )
    return [rest.format(n=unseen)], None


def _where(faults: Sequence[Fault], repetitions: int) -> str:
    within = {f.repetition for f in faults if f.repetition is not None and 0 <= f.repetition < repetitions}
    if not within:
        return _(", {n} times").format(n=len(faults)) if len(faults) > 1 else ""
    if repetitions == 1:
        return ""
    if len(within) == repetitions:
        return _(", in every repetition")
    if len(within) <= 3:
        names = [str(k + 1) for k in sorted(within)]
        listed = names[0] if len(names) == 1 else _("{first} and {last}").format(first=", ".join(names[:-1]), last=names[-1])
        return ngettext(", in repetition {listed}", ", in repetitions {listed}", len(names)).format(listed=listed)
    return _(", in {n} of {all} repetitions").format(n=len(within), all=repetitions)


def sources(exercise: Exercise | None) -> str:
    """Where the limits come from, one sentence; empty without an exercise."""
    if exercise is None or exercise.coaching is None:
        return ""
    coaching = exercise.coaching
    numbers = [n for rule in coaching.faults for n in (rule.amber, rule.red) if n is not None]
    tags = [n.source for n in numbers] + [coaching.repetition.target.source, coaching.repetition.least.source]
    listed = ", ".join(dict.fromkeys(SOURCES.get(tag, tag) for tag in tags))
    states = {n.review for n in numbers} | {coaching.repetition.target.review, coaching.repetition.least.review}
    note = " " + _("Some of them have not been reviewed by a clinician yet.") if "unreviewed" in states else ""
    return _("Where the limits come from, as the exercise’s file names it: {listed}.").format(listed=listed) + note


def exercise_name(result: SetResult, exercise: Exercise | None) -> str:
    """The exercise's name as a person says it; that there is none, where none was recognised."""
    if exercise is None and not result.exercise:
        return _("Exercise not recognised")
    return exercise.name if exercise is not None else spell(result.exercise)


def _known_name(id: str) -> str:
    """An exercise's name by its id; the id as words where the catalogue has it not."""
    return catalogue.load(id).name if id in catalogue.ids() else spell(id)


def spell(slug: str) -> str:
    """An id or a name as words.

    >>> spell("hip_angle_left")
    'Hip angle left'
    """
    return _capital(slug.replace("-", " ").replace("_", " ").strip())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    # "I" and abbreviations such as "TV" keep their capital, and in another language any word may have to
    return text if current() != SOURCE or text[1:2].isupper() or text.startswith("I ") else text[:1].lower() + text[1:]


def _sentence(text: str) -> str:
    text = _capital(text.strip())
    return text if not text or text[-1] in ".!?" else text + "."
