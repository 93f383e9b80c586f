"""The screening over HTTP: the questions, the answers as they are given, and what they come to."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from coxa.care.questionnaire import Answer, Questionnaire, screening_questions
from coxa.care.screening import Clearance, Screening, contradictions
from coxa.care.translate import translate
from coxa.errors import BadInput
from coxa.records import NotYours, ScreeningRepository
from coxa.records.screenings import Completed
from coxa.web.api.problems import problems, signed_in_problems
from coxa.web.flow import programme as programmes
from coxa.web.flow.screening import questions_now
from coxa.web.visitor import SignedIn, Visitor

router = APIRouter(prefix="/api/v1", tags=["screening"])
Key = Annotated[str, Field(min_length=1, max_length=100)]
KeyInPath = Annotated[str, Path(min_length=1, max_length=100, examples=["s-2026-11-20"])]
#: A JSON value that may be an answer; which one, the question says.
Said = bool | int | str | list[str] | None


class ScreeningBegun(BaseModel):
    """The key of a new screening, made by whoever begins it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"key": "s-2026-11-20"}]})

    key: Key


class AnswersGiven(BaseModel):
    """Answers by question id, or corrections of them; null takes one back. `key` makes a second sending change nothing."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"key": "page-1", "answers": {"hot-or-feverish": False, "age": 67}}]}
    )

    key: Annotated[str, Field(min_length=1, max_length=90)]
    answers: Annotated[dict[str, Said], Field(max_length=200)]


class Completion(BaseModel):
    """With a clinician's go-ahead, if there is one: who gave it, and when."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"clearance": {"by": "Dr Example", "on": "2026-11-12"}}, {}]})

    clearance: Clearance | None = None


class OpenScreening(BaseModel):
    """A screening with the answers that count now; `missing` have to be answered before anything can be said."""

    key: str
    answers: dict[str, Answer]
    missing: tuple[str, ...]
    contradictions: tuple[tuple[str, str], ...] = Field(description="Pairs of questions whose answers do not go together.")


class CompletedScreening(BaseModel):
    """A screening that was completed, and what it came to."""

    key: str
    completed_at: AwareDatetime
    result: Screening
    answers: dict[str, Answer]
    clearance: Clearance | None


@router.get("/questionnaire", operation_id="questionnaire", summary="The screening questions", responses=problems())
def questionnaire() -> Questionnaire:
    """The questions in the order in which they are asked, shaped as a FHIR R4 Questionnaire, in the language spoken."""
    return questions_now()


@router.post("/screenings", operation_id="begin_screening", summary="Begin a screening", responses=signed_in_problems(unsafe=True))
def begin_screening(visitor: SignedIn, begun: ScreeningBegun) -> OpenScreening:
    """Begin a screening; the same key again changes nothing."""
    ScreeningRepository(visitor.store).begin(visitor.asker, visitor.person.id, key=begun.key)
    return _open(visitor, begun.key)


@router.get("/screenings/latest", operation_id="latest_screening", summary="What was completed last", responses=signed_in_problems(404))
def latest_screening(visitor: SignedIn) -> CompletedScreening:
    """The screening that was completed last: the one that counts."""
    found = ScreeningRepository(visitor.store).latest(visitor.asker, visitor.person.id)
    if found is None:
        raise NotYours("screening: expected one that was completed, got none")
    return _completed(found)


@router.get("/screenings/{key}", operation_id="screening", summary="The answers of a screening", responses=signed_in_problems(404))
def screening(visitor: SignedIn, key: KeyInPath) -> OpenScreening:
    """The answers that count now."""
    return _open(visitor, key)


@router.post(
    "/screenings/{key}/answers", operation_id="answer_screening", summary="Give answers", responses=signed_in_problems(404, unsafe=True)
)
def answer_screening(visitor: SignedIn, key: KeyInPath, given: AnswersGiven) -> OpenScreening:
    """Keep answers, or corrections of them; nothing is erased."""
    answers: dict[str, Any] = dict(given.answers)
    ScreeningRepository(visitor.store).answer(visitor.asker, visitor.person.id, key, answers, key=given.key)
    return _open(visitor, key)


@router.post(
    "/screenings/{key}/complete",
    operation_id="complete_screening",
    summary="Weigh the answers",
    responses=signed_in_problems(404, unsafe=True),
)
def complete_screening(visitor: SignedIn, key: KeyInPath, completion: Completion) -> CompletedScreening:
    """Weigh the answers and close the screening; a programme that is there is made anew for the body as it is now."""
    clearance = completion.clearance
    if clearance is not None:
        _check(clearance, visitor.today)
    done = ScreeningRepository(visitor.store).complete(visitor.asker, visitor.person.id, key, clearance)
    programmes.renew(visitor, done)
    return _completed(done)


def _check(clearance: Clearance, today: date) -> None:
    if not clearance.by.strip() or len(clearance.by) > 200:
        raise BadInput(f"clearance: expected the name of who gave it, of up to 200 characters, got {len(clearance.by)} characters")
    if not 0 <= (today - clearance.on).days <= 366:
        raise BadInput(f"clearance: expected a day within the last year, got {clearance.on.isoformat()}; ask for a new one")


def _open(visitor: Visitor, key: str) -> OpenScreening:
    answers = ScreeningRepository(visitor.store).answers(visitor.asker, visitor.person.id, key)
    return OpenScreening(key=key, answers=answers, missing=screening_questions().missing(answers), contradictions=contradictions(answers))


def _completed(done: Completed) -> CompletedScreening:
    return CompletedScreening(
        key=done.key, completed_at=done.completed_at, result=translate(done.result), answers=done.answers, clearance=done.clearance
    )
