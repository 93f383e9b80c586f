"""Programmes over HTTP: making one, the version that holds, and every version there was."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from coxa.care.history import Taken
from coxa.care.programme import Equipment, Goal, Kind, Programme, Weekday
from coxa.care.translate import translate
from coxa.errors import BadInput
from coxa.records import NotYours, ProgrammeRepository, ScreeningRepository
from coxa.records.programmes import KeptProgramme
from coxa.web.api.problems import signed_in_problems
from coxa.web.flow.programme import Wishes, make
from coxa.web.visitor import SignedIn

router = APIRouter(prefix="/api/v1", tags=["programmes"])
Held = Annotated[float, Field(ge=0, le=600)] | None


class ProgrammeWished(BaseModel):
    """What a programme is to be like. `follows` is the number of the version that is seen now, where one is to be replaced."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"key": "p1", "kind": "personal", "minutes": 20, "days": ["mon", "wed", "fri"], "goal": "stairs"}]},
    )

    key: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Kind = "personal"
    minutes: Annotated[int, Field(ge=5, le=180)] = 20
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    equipment: Annotated[tuple[Equipment, ...], Field(max_length=8)] = ("mat", "chair", "pillow")
    goal: Goal = "everyday"
    most: Annotated[int, Field(ge=1, le=12)] = 5
    left_s: Held = Field(default=None, description="Single-leg stance on the left leg near a support, seconds.")
    right_s: Held = None
    follows: Annotated[int, Field(ge=0, le=2**31)] | None = None


class ProgrammeVersion(BaseModel):
    """One version of the programme; `number` counts all versions of the person, `taken` are the steps that led to it."""

    number: int
    at: AwareDatetime
    programme: Programme
    taken: tuple[Taken, ...]


@router.post("/programmes", operation_id="make_programme", summary="Make a programme", responses=signed_in_problems(404, 409, unsafe=True))
def make_programme(visitor: SignedIn, wished: ProgrammeWished) -> ProgrammeVersion:
    """Make a programme from the screening and these wishes, and keep it as a new version; the same key again changes nothing."""
    screening = ScreeningRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    if screening is None:
        raise BadInput("programme: expected a completed screening, got none; answer the questions first")
    there = next((one for one in _versions(visitor) if one.key == wished.key), None)
    if there is not None:
        return _shown(there)
    latest = ProgrammeRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    number = latest.number if latest else 0
    if wished.follows is not None and wished.follows != number:
        raise HTTPException(409, f"programme: expected to follow version {number}, the latest, got {wished.follows}; read it again")
    wishes = Wishes(
        kind=wished.kind,
        minutes=wished.minutes,
        days=wished.days,
        equipment=wished.equipment,
        goal=wished.goal,
        most=wished.most,
        left_s=wished.left_s,
        right_s=wished.right_s,
    )
    return _shown(make(visitor, screening, wishes, key=wished.key))


@router.get("/programmes", operation_id="programmes", summary="Every version", responses=signed_in_problems())
def programmes(visitor: SignedIn) -> list[ProgrammeVersion]:
    """Every version there was, the first one first."""
    return [_shown(one) for one in _versions(visitor)]


@router.get("/programmes/latest", operation_id="latest_programme", summary="The version that holds", responses=signed_in_problems(404))
def latest_programme(visitor: SignedIn) -> ProgrammeVersion:
    """The version that holds now."""
    found = ProgrammeRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    if found is None:
        raise NotYours("programme: expected one, got none")
    return _shown(found)


@router.get("/programmes/{number}", operation_id="programme", summary="One version", responses=signed_in_problems(404))
def programme(visitor: SignedIn, number: Annotated[int, Path(ge=1, le=2**31)]) -> ProgrammeVersion:
    """One version, by its number."""
    found = next((one for one in _versions(visitor) if one.number == number), None)
    if found is None:
        raise NotYours("programme: expected one of this number, got none")
    return _shown(found)


def _versions(visitor: SignedIn) -> tuple[KeptProgramme, ...]:
    return ProgrammeRepository(visitor.store).versions(visitor.asker, visitor.person.id)


def _shown(kept: KeptProgramme) -> ProgrammeVersion:
    return ProgrammeVersion(number=kept.number, at=kept.at, programme=translate(kept.programme), taken=kept.taken)
