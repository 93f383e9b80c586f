"""The diary over HTTP: entries are sent in batches, each is kept by itself and once; the log can be read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from coxa.records import DiaryRepository
from coxa.records.events import Event, Kept
from coxa.web.api.problems import signed_in_problems
from coxa.web.flow.diary import Entry, keep
from coxa.web.visitor import SignedIn

router = APIRouter(prefix="/api/v1", tags=["diary"])
MOST_ENTRIES = 500
Key = Annotated[str, Field(min_length=1, max_length=100)]


class Unread(BaseModel):
    """An entry that could not be read."""

    key: str
    detail: str


class DiaryEntry(BaseModel):
    """One thing that happened.

    `key` is made by whoever saw it happen, and is its own: sent again, it changes nothing. `at` is when it happened, with its zone;
    else now. What happens in a session names it by `session_key`. `corrects` is the key of an entry that this one stands in for.
    """

    model_config = ConfigDict(extra="forbid")

    key: Key
    at: AwareDatetime | None = None
    session_key: Key | None = None
    corrects: Key | None = None
    event: Annotated[Event, Field(discriminator="kind")]


def _read(value: Any, read: ValidatorFunctionWrapHandler) -> DiaryEntry | Unread:
    # One entry that is wrong must not keep the others out.
    try:
        entry: DiaryEntry = read(value)
        return entry
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        key = value.get("key") if isinstance(value, dict) else None
        return Unread(key=key[:100] if isinstance(key, str) else "", detail=f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}"[:500])


class DiaryRequest(BaseModel):
    """Entries in the order in which they happened."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "entries": [
                        {
                            "key": "s1-start",
                            "at": "2026-11-20T09:00:00+01:00",
                            "session_key": "s1",
                            "event": {"kind": "session-started", "pain_before": 2, "planned": ["clamshell", "bridge"]},
                        },
                        {"key": "m-2026-11-20", "event": {"kind": "morning", "on": "2026-11-20", "pain": 1}},
                    ]
                }
            ]
        },
    )

    entries: Annotated[list[Annotated[DiaryEntry, WrapValidator(_read)]], Field(max_length=MOST_ENTRIES)]


class KeptEntry(BaseModel):
    """An entry that is kept, by its number in the log."""

    key: str
    number: int


class RefusedEntry(BaseModel):
    """An entry that was not kept, and why."""

    key: str
    detail: str


class DiaryAnswer(BaseModel):
    """What became of each entry; what is in `kept` outlives the server."""

    kept: list[KeptEntry]
    refused: list[RefusedEntry]


@router.post("/diary", operation_id="keep_diary", summary="Keep entries of the diary", responses=signed_in_problems(unsafe=True))
def keep_diary(visitor: SignedIn, request: DiaryRequest) -> DiaryAnswer:
    """Keep entries, each by itself and once; after a session, a stop, a morning or something new the programme moves on."""
    unread: list[Unread] = [one for one in request.entries if isinstance(one, Unread)]
    entries = [
        Entry(key=one.key, event=one.event, at=one.at, session_key=one.session_key, corrects=one.corrects)
        for one in request.entries
        if not isinstance(one, Unread)
    ]
    kept, refused = keep(visitor, entries)
    return DiaryAnswer(
        kept=[KeptEntry(key=one.key, number=one.number) for one in kept],
        refused=[
            *(RefusedEntry(key=one.key, detail=one.detail) for one in unread),
            *(RefusedEntry(key=one.key, detail=one.detail) for one in refused),
        ],
    )


@router.get("/diary", operation_id="read_diary", summary="The log of the diary", responses=signed_in_problems())
def read_diary(
    visitor: SignedIn,
    session_key: Annotated[str | None, Query(max_length=100)] = None,
    kind: Annotated[str | None, Query(max_length=32, examples=["morning"])] = None,
    since: Annotated[int, Query(ge=0, le=2**62, description="Only entries with a higher number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> list[Kept]:
    """Entries of the log, oldest first, corrected ones among them."""
    diary = DiaryRepository(visitor.store)
    return list(diary.events(visitor.asker, visitor.person.id, session_key=session_key, kind=kind, since=since, limit=limit))
