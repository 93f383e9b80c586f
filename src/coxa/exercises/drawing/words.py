"""What the pictures show, in words: alternative texts from the same poses as the drawings, in the language spoken now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coxa.body.mannequin.skeleton import Floats, Side
from coxa.exercises.drawing.marks import CLEAR_M, bent_back, leader, named_parts, pelvis_turn
from coxa.exercises.model import Exercise, Mistake
from coxa.exercises.movement import Follow, Movement
from coxa.exercises.moving import Moving
from coxa.locales import Words, mark
from coxa.locales import gettext as _

if TYPE_CHECKING:
    from coxa.exercises.drawing.stills import Drawn

#: Said after "what works:".
MUSCLE_WORDS: Words[str] = Words({
    "gluteus-maximus": mark("the buttocks"), "gluteus-medius": mark("the side of the hip"),
    "deep-rotators": mark("the deep muscles of the buttock"), "hip-flexors": mark("the front of the hip"),
    "quadriceps": mark("the front of the thigh"), "hamstrings": mark("the back of the thigh"), "adductors": mark("the inner thigh"),
    "abdominals": mark("the belly"), "low-back": mark("the low back"), "tensor-fasciae-latae": mark("the outer front of the hip"),
})  # fmt: skip
PROP_WORDS: Words[str] = Words({
    "mat": mark("a mat"), "chair": mark("a chair"), "step": mark("a step"), "band-knees": mark("a band round the knees"),
    "band-ankles": mark("a band round the ankles"), "cuff": mark("a weight cuff at the ankle"),
    "pillow-knees": mark("a pillow between the knees"), "pillow-under-knee": mark("a pillow under the knee"), "roller": mark("a roller"),
    "support": mark("a worktop to hold on to, beside the person"),
    "support-along": mark("a long worktop to hold on to, beside the person"),
    "support-front": mark("a worktop to hold on to, in front of the person"),
    "support-behind": mark("a worktop to hold on to, behind the person"),
    "line-3m": mark("a line on the floor 3 metres from the chair"),
})  # fmt: skip
#: Said after "Red marks".
PLACE_WORDS: Words[str] = Words({
    "pelvis": mark("the hips"), "low-back": mark("the low back"), "trunk": mark("the trunk"), "head": mark("the head"),
    "thigh_working": mark("the thigh of the working leg"), "thigh_other": mark("the thigh of the other leg"),
    "knee_working": mark("the knee of the working leg"), "knee_other": mark("the knee of the other leg"), "knees": mark("both knees"),
    "foot_working": mark("the foot of the working leg"), "foot_other": mark("the foot of the other leg"), "feet": mark("both feet"),
})  # fmt: skip
#: Said after "an arrow points".
WAY_WORDS: Words[str] = Words({
    "up": mark("up"), "down": mark("down"), "forward": mark("forward"), "back": mark("back"), "in": mark("inwards"),
    "out": mark("outwards"), "turn": mark("round in a turn"),
})  # fmt: skip
#: What a part of the body does, by its name.
MOVES: Words[str] = Words(
    {
        "hips": mark("the hips move {way} by about {distance} cm"),
        "left knee": mark("the left knee moves {way} by about {distance} cm"),
        "right knee": mark("the right knee moves {way} by about {distance} cm"),
        "left foot": mark("the left foot moves {way} by about {distance} cm"),
        "right foot": mark("the right foot moves {way} by about {distance} cm"),
        "low back": mark("the low back moves {way} by about {distance} cm"),
        "chest": mark("the chest moves {way} by about {distance} cm"),
        "head": mark("the head moves {way} by about {distance} cm"),
        "left hand": mark("the left hand moves {way} by about {distance} cm"),
        "right hand": mark("the right hand moves {way} by about {distance} cm"),
    }
)
#: What is only held off the floor, by its name.
_HELD: Words[str] = Words(
    {
        "left knee": mark("the left knee stays off the floor"),
        "right knee": mark("the right knee stays off the floor"),
        "left foot": mark("the left foot stays off the floor"),
        "right foot": mark("the right foot stays off the floor"),
    }
)
#: By the body's own axis, whether the way along it is positive, and whether it goes up as well.
_WAYS: Words[tuple[int, bool, bool]] = Words({
    (0, True, False): mark("to the left"), (0, False, False): mark("to the right"),
    (1, True, False): mark("towards the head"), (1, False, False): mark("towards the feet"),
    (2, True, False): mark("forward"), (2, False, False): mark("back"),
    (0, True, True): mark("up and to the left"), (0, False, True): mark("up and to the right"),
    (1, True, True): mark("up and towards the head"), (1, False, True): mark("up and towards the feet"),
    (2, True, True): mark("up and forward"), (2, False, True): mark("up and back"),
})  # fmt: skip
#: By the pelvis' own axis and whether it turns about it positively.
_TURNS: Words[tuple[int, bool]] = Words(
    {
        (0, True): mark("the pelvis tips forward, by about {degrees} degrees"),
        (0, False): mark("the pelvis tips back, by about {degrees} degrees"),
        (1, True): mark("the pelvis turns to the left, by about {degrees} degrees"),
        (1, False): mark("the pelvis turns to the right, by about {degrees} degrees"),
        (2, True): mark("the pelvis goes up on the left side, by about {degrees} degrees"),
        (2, False): mark("the pelvis goes up on the right side, by about {degrees} degrees"),
    }
)
_DROPS: Words[Side] = Words(
    {
        "left": mark("the pelvis drops on the left side, by about {degrees} degrees"),
        "right": mark("the pelvis drops on the right side, by about {degrees} degrees"),
    }
)
_WORKING: Words[Side] = Words({
    "left": mark("The left side is drawn as the working side."), "right": mark("The right side is drawn as the working side.")
})  # fmt: skip
_WORKS: Words[Side] = Words({"left": mark("The left side is the working side."), "right": mark("The right side is the working side.")})


def describe_positions(drawn: Drawn) -> str:
    """What the picture of the key positions shows: how one starts, what moves where, what is used and what works."""
    exercise, movement, side = drawn.exercise, drawn.movement, drawn.person.side
    texts = [_first(exercise, movement)]
    for k, key in enumerate(drawn.keys[1:], start=2):
        before, after = drawn.stretch(key)
        if drawn.circling:
            way = _("the knee is led round in a circle")
        elif drawn.hips_tip:
            tilt = pelvis_turn(drawn.moving.posed, before, after)[2]
            way = _DROPS["right" if tilt > 0 else "left"].format(degrees=max(round(abs(tilt)), 2))
        elif movement.follow:
            ways = [describe_part(drawn.moving, before, after, part, side) for part in movement.follow]
            way = _listed(ways)
        else:
            way = describe_way(drawn.moving, before, after)
        texts.append(_("Position {number}: {way}.").format(number=k, way=way))
    if drawn.hips_tip:
        texts.append(_("A line across the hips shows whether they are level."))
    if "line-3m" in movement.props:
        texts.append(_("Below: from the chair to the line 3 metres away, round it and back to the chair."))
    if movement.glow:
        muscles = _listed([MUSCLE_WORDS[m] for m in movement.glow])
        texts.append(_("An orange, hatched patch marks what works: {muscles}.").format(muscles=muscles))
    if movement.working == "one-side":
        texts.append(_WORKING[side])
    return " ".join(texts)


def describe_way(moving: Moving, before: int, after: int) -> str:
    """What moves most between two frames, where to, and how far.

    The numbers are those of the drawn person, who is 1.70 m tall.
    """
    posed = moving.posed
    bent = bent_back(posed, before, after)
    if bent is not None:
        return _("the low back curves up") if bent[1] > 0 else _("the low back curves down")
    name, _segment, shift = leader(posed, before, after)
    if float(np.linalg.norm(shift)) < CLEAR_M[0]:
        turn = pelvis_turn(posed, before, after)
        axis = int(np.abs(turn).argmax())
        if abs(turn[axis]) < 1.5:
            return _("nothing moves; the muscles tighten")
        return _TURNS[axis, bool(turn[axis] > 0)].format(degrees=max(round(abs(turn[axis])), 2))
    return _moves(name, shift, posed.rotation("pelvis")[before])


def describe_part(moving: Moving, before: int, after: int, part: Follow, side: Side) -> str:
    """What a part that the catalogue names does between two frames."""
    if part == "belly":
        return _("the lower belly draws in gently; nothing else moves")
    posed = moving.posed
    name, segment = named_parts(part, side)
    shift: Floats = posed.joint(segment)[after] - posed.joint(segment)[before]
    if name in _HELD and np.linalg.norm(shift) < 0.02:
        return _HELD[name]
    return _moves(name, shift, posed.rotation("pelvis")[before])


def describe_mistake(exercise: Exercise, mistake: Mistake | None, where: str | None, arrow: str | None, fault: str, side: Side) -> str:
    """What the picture of a mistake shows: right on the left, wrong on the right, where, and which way."""
    name = mistake.name if mistake else fault.replace("-", " ")
    seen = _("{name}. Left, with a tick: the right way. Right, with a cross: {mistake}")
    texts = [seen.format(name=exercise.name, mistake=_sentence(name))]
    if where and arrow:
        leans = where in ("trunk", "head") and arrow in ("in", "out")
        marked = _("Red marks {place}, and an arrow points {way}.")
        texts.append(marked.format(place=PLACE_WORDS[where], way=_("to the side") if leans else WAY_WORDS[arrow]))
    elif where:
        texts.append(_("Red marks {place}.").format(place=PLACE_WORDS[where]))
    else:
        texts.append(_("Two red arrows show that the movement is hurried."))
    if where and where.endswith(("working", "other")):
        texts.append(_WORKS[side])
    if mistake:
        texts.append(_("Instead: {fix}").format(fix=mistake.fix))
    return " ".join(texts)


def _first(exercise: Exercise, movement: Movement) -> str:
    text = _("{name}. Position 1: {position}.").format(name=exercise.name, position=exercise.position.rstrip("."))
    if not movement.props:
        return text
    return text + " " + _("Drawn with it: {things}.").format(things=_listed([PROP_WORDS[p] for p in movement.props]))


def _moves(name: str, shift: Floats, pelvis: Floats) -> str:
    return MOVES[name].format(way=_way(shift, pelvis), distance=_rounded(float(np.linalg.norm(shift))))


def _way(shift: Floats, pelvis: Floats) -> str:
    """The main direction of a shift (3,), in words."""
    if abs(shift[1]) > 0.7 * np.linalg.norm(shift):
        return WAY_WORDS["up"] if shift[1] > 0 else WAY_WORDS["down"]
    own = pelvis.T @ shift
    axis = int(np.abs(own).argmax())
    # of whoever lies, forward is up itself
    rises = shift[1] > 0.3 * np.linalg.norm(shift) and (axis != 2 or pelvis[1, 1] > 0.7)
    return _WAYS[axis, bool(own[axis] > 0), bool(rises)]


def _rounded(metres: float) -> int:
    return max(round(metres * 20) * 5, 5)


def _listed(words: list[str]) -> str:
    # Translators: the last two of a list
    return words[0] if len(words) == 1 else _("{others} and {last}").format(others=", ".join(words[:-1]), last=words[-1])


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."
