"""`Movement`: the key poses from which an exercise is drawn, animated and simulated."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from coxa.exercises.terms import Part, Posture, View

JOINTS = ("hip_flexion", "hip_abduction", "hip_rotation", "knee_flexion")  # each with _working, _other, _left or _right
SPINE = ("trunk_flexion", "trunk_lateral", "pelvis_tilt", "pelvis_obliquity", "pelvis_roll")
CONTACTS = ("shoulder", "knee", "foot")  # each with _working, _other, _left or _right


class Key(Part):
    """A pose of the mannequin: joint angles in degrees by name; what is not named stays as in the base pose.

    Positive is flexion, abduction and outward rotation at the hip (extension is negative flexion), knee bending, trunk or
    pelvis tipping forward, trunk towards the working side, working side of the pelvis up, and pelvis rolling backward.
    Legs are measured against the pelvis: when only the trunk leans forward by 10°, pelvis_tilt and both hips gain 10°.
    """

    angles: dict[str, float]

    @field_validator("angles")
    @classmethod
    def known_joints(cls, angles: dict[str, float]) -> dict[str, float]:
        known = {*SPINE, *(f"{joint}_{side}" for joint in JOINTS for side in ("working", "other", "left", "right"))}
        if unknown := sorted(set(angles) - known):
            raise ValueError(f"unknown joint angle {', '.join(unknown)}")
        return angles


class Movement(Part):
    """Key poses from which pictures, animations and the simulated person are drawn.

    `base` names a base posture of `coxa.body.mannequin.poses`; `start` and `peak` change joint angles of it.
    `fixed` names the contacts that stay where they are. A variant for each mistake adds to the peak its own angles
    for each unit (of the mistake's limits) by which it exceeds the clean peak; haste and bouncing have no angles of their own.
    """

    base: Posture
    start: Key
    peak: Key
    fixed: tuple[str, ...]
    working: Literal["one-side", "both"] = "one-side"
    faults: dict[str, Key] = Field(default_factory=dict)
    camera: View = "front"

    @field_validator("fixed")
    @classmethod
    def known_contacts(cls, fixed: tuple[str, ...]) -> tuple[str, ...]:
        known = {f"{contact}_{side}" for contact in CONTACTS for side in ("working", "other", "left", "right")}
        if unknown := sorted(set(fixed) - known):
            raise ValueError(f"unknown contact {', '.join(unknown)}")
        return fixed
