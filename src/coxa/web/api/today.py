"""The session of the day, the words that lead through it, and what is said when it is over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from coxa.records import NotYours
from coxa.web.api.problems import signed_in_problems
from coxa.web.flow.after import After, after_session
from coxa.web.flow.documents import Today, TodayExercise
from coxa.web.flow.today import exchanged, today_of
from coxa.web.visitor import Maybe, SignedIn

router = APIRouter(prefix="/api/v1", tags=["today"])
Slug = Annotated[str, Path(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, examples=["clamshell"])]
Key = Annotated[str, Path(min_length=1, max_length=100, examples=["session-2026-11-20-a1"])]


@router.get("/today", operation_id="today", summary="The session of today", responses=signed_in_problems())
def today(visitor: SignedIn) -> Today:
    """Everything that leads through today's session, also without a connection: exercises, doses, pictures, words and rules."""
    return today_of(visitor, visitor.preferences)


@router.get(
    "/today/exercises/{exercise}",
    operation_id="today_exercise",
    summary="An easier or harder exercise in the place of one of today",
    responses=signed_in_problems(404),
)
def today_exercise(
    visitor: SignedIn, exercise: Slug, instead_of: Annotated[str, Query(max_length=64, examples=["side-lying-abduction"])]
) -> TodayExercise:
    """One of the `easier` or `harder` neighbours of an exercise of today, with its own dose for this person."""
    found = exchanged(visitor, exercise, instead_of, visitor.preferences)
    if found is None:
        raise NotYours("exercise: expected one that is offered in the place of another, got none")
    return found


@router.get(
    "/words",
    operation_id="words",
    summary="The words of the session in the person's language",
    responses=signed_in_problems(),
    response_description="Message in English to message in the language spoken, for what the page's script says.",
)
def words(_visitor: Maybe) -> dict[str, str]:
    """The words that the page's script shows and says, each by its English text; needs nobody signed in."""
    from coxa.web.words import FRONT

    return dict(FRONT)


@router.get(
    "/after/{session_key}", operation_id="after", summary="What went well, and one thing for tomorrow", responses=signed_in_problems(404)
)
def after(visitor: SignedIn, session_key: Key) -> After:
    """What is said when a session is over, and what has changed in the programme because of it."""
    return after_session(visitor, session_key)
