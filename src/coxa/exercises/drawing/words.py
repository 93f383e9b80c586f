"""What the pictures show, in words: alternative texts from the same poses as the drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coxa.body.mannequin.skeleton import Floats, Side
from coxa.exercises.drawing.marks import CLEAR_M, bent_back, leader, pelvis_turn
from coxa.exercises.model import Exercise, Mistake
from coxa.exercises.movement import Movement
from coxa.exercises.moving import Moving

if TYPE_CHECKING:
    from coxa.exercises.drawing.stills import Drawn

MUSCLE_WORDS = {
    "gluteus-maximus": "the buttocks", "gluteus-medius": "the side of the hip", "deep-rotators": "the deep muscles of the buttock",
    "hip-flexors": "the front of the hip", "quadriceps": "the front of the thigh", "hamstrings": "the back of the thigh",
    "adductors": "the inner thigh", "abdominals": "the belly", "low-back": "the low back",
    "tensor-fasciae-latae": "the outer front of the hip",
}  # fmt: skip
PROP_WORDS = {
    "mat": "a mat", "chair": "a chair", "step": "a step", "band-knees": "a band round the knees", "band-ankles": "a band round the ankles",
    "cuff": "a weight cuff at the ankle", "pillow-knees": "a pillow between the knees", "pillow-under-knee": "a pillow under the knee",
    "roller": "a roller", "support": "something firm to hold on to",
}  # fmt: skip
PLACE_WORDS = {
    "pelvis": "the hips", "low-back": "the low back", "trunk": "the trunk", "head": "the head",
    "thigh_working": "the thigh of the working leg", "thigh_other": "the thigh of the other leg",
    "knee_working": "the knee of the working leg", "knee_other": "the knee of the other leg",
    "knees": "both knees", "foot_working": "the foot of the working leg", "foot_other": "the foot of the other leg", "feet": "both feet",
}  # fmt: skip
WAY_WORDS = {
    "up": "up", "down": "down", "forward": "forward", "back": "back", "in": "inwards", "out": "outwards", "turn": "round in a turn"
}  # fmt: skip


def describe_positions(drawn: Drawn) -> str:
    """What the picture of the key positions shows: how one starts, what moves where, what is used and what works."""
    exercise, movement, side = drawn.exercise, drawn.movement, drawn.person.side
    texts = [f"{exercise.name}. Position 1: {_lowered(exercise.position)}{_with(movement)}."]
    for k, key in enumerate(drawn.keys[1:], start=2):
        way = "the knee is led round in a circle" if drawn.circling else describe_way(drawn.moving, *drawn.stretch(key))
        texts.append(f"Position {k}: {way}.")
    if movement.glow:
        texts.append(f"An orange, hatched patch marks what works: {_listed([MUSCLE_WORDS[m] for m in movement.glow])}.")
    if movement.working == "one-side":
        texts.append(f"The {side} side is drawn as the working side.")
    return " ".join(texts)


def describe_way(moving: Moving, before: int, after: int) -> str:
    """What moves most between two frames, where to, and how far.

    The numbers are those of the drawn person, who is 1.70 m tall.
    """
    posed = moving.posed
    bent = bent_back(posed, before, after)
    if bent is not None:
        return f"the low back curves {'up' if bent[1] > 0 else 'down'}"
    name, _, shift = leader(posed, before, after)
    distance = float(np.linalg.norm(shift))
    whose = "the hips move" if name == "hips" else f"the {name} moves"
    if distance < CLEAR_M[0]:
        turn = pelvis_turn(posed, before, after)
        axis = int(np.abs(turn).argmax())
        if abs(turn[axis]) < 1.5:
            return "nothing moves; the muscles tighten"
        ways = (("forward", "back"), ("to the left", "to the right"), ("up on the left side", "up on the right side"))
        verb = ("tips", "turns", "goes")[axis]
        return f"the pelvis {verb} {ways[axis][0 if turn[axis] > 0 else 1]}, by about {max(round(abs(turn[axis])), 2)} degrees"
    return f"{whose} {_way(shift, posed.rotation('pelvis')[before])} by about {_rounded(distance)} cm"


def describe_mistake(exercise: Exercise, mistake: Mistake | None, where: str | None, arrow: str | None, fault: str, side: Side) -> str:
    """What the picture of a mistake shows: right on the left, wrong on the right, where, and which way."""
    name = mistake.name if mistake else fault.replace("-", " ")
    text = f"{exercise.name}. Left, with a tick: the right way. Right, with a cross: {_sentence(name)}"
    if where:
        leans = where in ("trunk", "head") and arrow in ("in", "out")
        way = f", and an arrow points {'to the side' if leans else WAY_WORDS[arrow]}" if arrow else ""
        text += f" Red marks {PLACE_WORDS[where]}{way}."
        if where.endswith(("working", "other")):
            text += f" The {side} side is the working side."
    else:
        text += " Two red arrows show that the movement is hurried."
    return text + (f" Instead: {mistake.fix}" if mistake else "")


def _with(movement: Movement) -> str:
    used = [PROP_WORDS[p] for p in movement.props]
    return f", with {_listed(used)}" if used else ""


def _way(shift: Floats, pelvis: Floats) -> str:
    """The main direction of a shift (3,), in words."""
    if abs(shift[1]) > 0.7 * np.linalg.norm(shift):
        return "up" if shift[1] > 0 else "down"
    own = pelvis.T @ shift
    axis = int(np.abs(own).argmax())
    words = (("to the left", "to the right"), ("towards the head", "towards the feet"), ("forward", "back"))
    main = words[axis][0 if own[axis] > 0 else 1]
    lift = "up and " if shift[1] > 0.3 * np.linalg.norm(shift) and axis != 2 else ""
    return lift + main


def _rounded(metres: float) -> int:
    return max(round(metres * 20) * 5, 5)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."
