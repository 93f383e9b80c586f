"""The catalogue over HTTP: every exercise, with its steps, doses, mistakes and the rules by which a camera follows it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from coxa.exercises import catalogue
from coxa.exercises.model import Exercise
from coxa.records import NotYours
from coxa.web.api.problems import problems

router = APIRouter(prefix="/api/v1", tags=["exercises"])


class ExerciseShort(BaseModel):
    """An exercise in a list."""

    id: str
    name: str
    why: str
    posture: str
    level: int
    purpose: tuple[str, ...]
    guided_by: str


@router.get("/exercises", operation_id="exercises", summary="The catalogue", responses=problems(422))
def exercises(
    words: Annotated[str, Query(max_length=100, description="Only those whose names hold all of these words.")] = "",
) -> list[ExerciseShort]:
    """Every exercise, in alphabetical order of ids, in the language spoken; needs nobody signed in."""
    wanted = words.lower().split()
    found = [one for one in catalogue.all_exercises() if all(word in " ".join((one.id, one.name, *one.aliases)).lower() for word in wanted)]
    return [
        ExerciseShort(
            id=one.id, name=one.name, why=one.why, posture=one.posture, level=one.level, purpose=one.purpose, guided_by=one.guided_by
        )
        for one in found
    ]


@router.get("/exercises/{id}", operation_id="exercise", summary="One exercise", responses=problems(404, 422))
def exercise(id: Annotated[str, Path(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, examples=["clamshell"])]) -> Exercise:
    """Everything about one exercise; needs nobody signed in."""
    if id not in catalogue.ids():
        raise NotYours("exercise: expected one of the catalogue, got none")
    return catalogue.load(id)
