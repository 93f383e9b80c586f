"""Trying it without a camera: a simulated person does an exercise with one mistake, as the frames that a camera would give."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from coxa.exercises import catalogue
from coxa.records import NotYours
from coxa.web.api.problems import problems
from coxa.web.flow.documents import Today, TodayExercise
from coxa.web.flow.today import today_of
from coxa.web.flow.trying import DEFAULT, Show, default_day, show_of, shown
from coxa.web.visitor import Maybe

router = APIRouter(prefix="/api/v1", tags=["try"])
FRAMES = "application/octet-stream"
DAY_S = 24 * 3600


class Trial(BaseModel):
    """What the simulated person does, and where its frames are."""

    exercise: TodayExercise
    today: Today
    width: int
    height: int
    fps: float
    mistake: str | None = Field(description="The mistake that is made, by its id.")
    frames: str = Field(description="The address of the frames: 940 bytes each, as the live socket takes them.")


@router.get("/try", operation_id="try", summary="A set of a simulated person", responses=problems(422))
def trial(visitor: Maybe) -> Trial:
    """The first exercise of today that the simulated person can do with a mistake that the camera may name, else the clamshell."""
    today = today_of(visitor, visitor.preferences) if visitor is not None else default_day()
    exercise = next((one for one in today.exercises if one.coached and shown(one.id)), None)
    if exercise is None:
        today = default_day()
        exercise = next(one for one in today.exercises if one.id == DEFAULT)
    show = show_of(exercise.id)
    bout = exercise.bouts[0].model_copy(update={"side": show.side})
    exercise = exercise.model_copy(
        update={"bouts": (bout,), "sets": 1, "repetitions": show.repetitions, "repetitions_most": None, "done_bouts": 0, "over": False}
    )
    return Trial(
        exercise=exercise,
        today=today,
        width=show.recording.width,
        height=show.recording.height,
        fps=show.recording.fps,
        mistake=show.mistake,
        frames=f"/api/v1/try/{exercise.id}",
    )


@router.get(
    "/try/{exercise}",
    operation_id="try_frames",
    summary="The frames of a simulated person",
    response_class=Response,
    responses=problems(404, 422)
    | {200: {"description": "Frames back to back.", "content": {FRAMES: {"schema": {"type": "string", "format": "binary"}}}}},
)
def frames(exercise: Annotated[str, Path(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, examples=["clamshell"])]) -> Response:
    """The frames of a whole set, 940 bytes each."""
    if exercise not in catalogue.ids() or not shown(exercise):
        raise NotYours("exercise: expected one that the simulated person can do, got none")
    show: Show = show_of(exercise)
    return Response(show.frames, media_type=FRAMES, headers={"Cache-Control": f"private, max-age={DAY_S}"})
