"""The words an exercise's file is written in: sources, views, postures, conditions, and numbers that name their source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

# S000..S004 the five founding texts, P1..P143 published pages, A..D sections of the clinical notes, OK general
# knowledge without a page at hand, CALC arithmetic, ours set here and awaiting review. docs/exercises.md lists them.
Source = Annotated[str, Field(pattern=r"^(S00[0-4]|P[1-9]\d{0,2}|A[1-9]\d?|B[1-9]\d?|C[1-9]|D[0-9]|OK|CALC|ours)$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Region = Literal["front", "outer", "buttock", "thigh", "knee", "back"]
View = Literal["front", "side", "diagonal", "feet-end", "raised"]
Condition = Literal[
    "age-70-or-over", "balance-trouble", "fall-in-12-months", "femoroacetabular-impingement", "gluteal-tendinopathy",
    "hip-osteoarthritis", "hip-replacement", "hip-surgery-last-12-months", "knee-hurts-to-kneel-on", "labral-tear",
    "low-back-pain", "nerve-signs", "pain-both-sides", "painful-side-down", "severe-pain", "stress-fracture-suspected",
    "timed-up-and-go-12-s-or-more", "two-falls-in-12-months",
]  # fmt: skip
CONDITION_WORDS: dict[Condition, str] = {
    "age-70-or-over": "an age of 70 or over",
    "balance-trouble": "trouble with balance",
    "fall-in-12-months": "a fall in the last 12 months",
    "femoroacetabular-impingement": "femoroacetabular impingement (FAI)",
    "gluteal-tendinopathy": "gluteal tendinopathy (a sore outer hip tendon)",
    "hip-osteoarthritis": "hip osteoarthritis",
    "hip-replacement": "a hip replacement",
    "hip-surgery-last-12-months": "a hip operation in the last 12 months",
    "knee-hurts-to-kneel-on": "a knee that hurts to kneel on",
    "labral-tear": "a labral tear",
    "low-back-pain": "low back pain",
    "nerve-signs": "tingling, numbness or shooting pain in the leg",
    "pain-both-sides": "pain on both sides",
    "painful-side-down": "the painful side underneath",
    "severe-pain": "strong pain",
    "stress-fracture-suspected": "a stress fracture that is not yet ruled out",
    "timed-up-and-go-12-s-or-more": "a timed up and go of 12 s or more",
    "two-falls-in-12-months": "two or more falls in the last 12 months",
}
REGION_WORDS: dict[Region, str] = {
    "front": "pain at the front of the hip or in the groin",
    "outer": "pain at the outer hip",
    "buttock": "pain in the buttock",
    "thigh": "pain in the thigh",
    "knee": "pain in the knee",
    "back": "pain in the low back",
}
Posture = Literal["supine", "side-lying", "prone", "all-fours", "half-kneeling", "standing", "sitting"]


class Part(BaseModel):
    """Frozen, and an unknown key is an error that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(Part):
    """A clinical number: value, unit, where it comes from, and whether a clinician has reviewed it."""

    value: float
    unit: str
    source: Source
    review: Literal["sourced", "unreviewed", "reviewed"] = "unreviewed"


class Range(Part):
    """A pair of limits with its unit, source and review state."""

    low: float
    high: float
    unit: str
    source: Source
    review: Literal["sourced", "unreviewed", "reviewed"] = "unreviewed"

    @model_validator(mode="after")
    def in_order(self) -> Range:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        return self
