"""Sessions and sets over HTTP: what was done, what was seen, and the landmarks where they were kept."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Header, Path, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from coxa.body import Recording
from coxa.care.history import Session
from coxa.records import DiaryRepository, NotYours
from coxa.records.diary import KeptSession, KeptSet, landmarks_file
from coxa.web.api.problems import signed_in_problems
from coxa.web.visitor import SignedIn

router = APIRouter(prefix="/api/v1", tags=["sessions"])
PARQUET = "application/vnd.apache.parquet"
Key = Annotated[str, Path(min_length=1, max_length=100)]
Number = Annotated[int, Path(ge=1, le=2**62)]


class SessionKept(BaseModel):
    """One session, as its events come to; `ended_at` is null while it goes on, or where it broke off."""

    key: str
    session: Session
    ended_at: AwareDatetime | None


class SetKept(BaseModel):
    """One set that was watched; `result` is a `coxa.set-result/1` (`coxa schema set-result`)."""

    number: int
    session_key: str
    exercise: str
    at: AwareDatetime
    result: dict[str, Any]
    landmarks: bool = Field(description="Whether the landmarks were kept.")


class Landmarks(BaseModel):
    """The landmarks of a set, one row a frame: MediaPipe's 33 points; null where a point was not seen."""

    time_s: list[float]
    image: list[list[list[float | None]]] = Field(description="x, y in widths and heights of the picture, z in widths.")
    world: list[list[list[float | None]]] = Field(description="Metres, from between the hips: right, down, away from the camera.")
    visibility: list[list[float]]
    width: int
    height: int
    fps: float
    source: str


@router.get("/sessions", operation_id="sessions", summary="The sessions", responses=signed_in_problems())
def sessions(visitor: SignedIn, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[SessionKept]:
    """The sessions, the latest first."""
    return [_session(one) for one in DiaryRepository(visitor.store).sessions(visitor.asker, visitor.person.id, limit=limit)]


@router.get("/sessions/{key}", operation_id="session", summary="One session", responses=signed_in_problems(404))
def session(visitor: SignedIn, key: Key) -> SessionKept:
    """One session, by its key."""
    found = DiaryRepository(visitor.store).session(visitor.asker, visitor.person.id, key)
    if found is None:
        raise NotYours("session: expected one of this person, got none")
    return _session(found)


@router.get("/sets", operation_id="sets", summary="The sets that were watched", responses=signed_in_problems())
def sets(
    visitor: SignedIn,
    session_key: Annotated[str | None, Query(max_length=100)] = None,
    exercise: Annotated[str | None, Query(max_length=64)] = None,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="Only those with a lower number.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[SetKept]:
    """The sets that were watched and count, the latest first."""
    rows = DiaryRepository(visitor.store).sets(
        visitor.asker, visitor.person.id, session_key=session_key, exercise=exercise, before=before, limit=limit
    )
    return [_set(one) for one in rows]


@router.get("/sets/{number}", operation_id="set", summary="One set", responses=signed_in_problems(404))
def one_set(visitor: SignedIn, number: Number) -> SetKept:
    """One set, by its number."""
    rows = DiaryRepository(visitor.store).sets(visitor.asker, visitor.person.id, number=number)
    if not rows:
        raise NotYours("set: expected one of this person, got none")
    return _set(rows[0])


@router.get(
    "/sets/{number}/landmarks",
    operation_id="landmarks",
    summary="The landmarks of a set",
    response_model=Landmarks,
    responses=signed_in_problems(404)
    | {
        200: {
            "description": "As JSON, or as the Parquet file itself.",
            "content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def landmarks(visitor: SignedIn, number: Number, accept: Annotated[str, Header()] = "application/json") -> Any:
    """The landmarks, where the person asked to keep them; as Parquet where `Accept` names it."""
    found = await run_in_threadpool(DiaryRepository(visitor.store).landmarks, visitor.asker, visitor.person.id, number)
    if found is None:
        raise NotYours("landmarks: expected a set whose landmarks were kept, got none")
    if PARQUET in accept:
        return Response(await run_in_threadpool(landmarks_file, found), media_type=PARQUET)
    return await run_in_threadpool(_arrays, found)


def _arrays(recording: Recording) -> Landmarks:
    return Landmarks(
        time_s=recording.time_s.tolist(),
        image=_nulls(recording.image),
        world=_nulls(recording.world),
        visibility=recording.visibility.tolist(),
        width=recording.width,
        height=recording.height,
        fps=recording.fps,
        source=recording.source,
    )


def _nulls(points: Any) -> list[list[list[float | None]]]:
    # JSON has no NaN.
    found: Any = np.where(np.isnan(points), None, points.astype(object))
    rows: list[list[list[float | None]]] = found.tolist()
    return rows


def _session(kept: KeptSession) -> SessionKept:
    return SessionKept(key=kept.key, session=kept.session, ended_at=kept.ended_at)


def _set(kept: KeptSet) -> SetKept:
    return SetKept(
        number=kept.number,
        session_key=kept.session_key,
        exercise=kept.exercise,
        at=kept.at,
        result=kept.result,
        landmarks=kept.landmarks,
    )
