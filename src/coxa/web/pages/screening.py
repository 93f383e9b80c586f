"""The screening: one section a page, danger signs first; what it comes to; and the page for an emergency."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from coxa.care.questionnaire import Answer, Question, Section, screening_questions
from coxa.care.translate import translate
from coxa.errors import BadInput
from coxa.exchange import plain
from coxa.locales import current
from coxa.locales import gettext as _
from coxa.records.store import zone_of
from coxa.web import helplines
from coxa.web.flow import screening as flow
from coxa.web.flow.programme import renew
from coxa.web.form import Form, text
from coxa.web.page import page
from coxa.web.visitor import Maybe, SignedIn, Visitor, zone_here

router = APIRouter(include_in_schema=False)
PAGE = "/screening"
#: Whole numbers that are chosen from a row, and not written.
ROW_MOST = 10
#: What led here from a session, by the reason of the stop, and what the page then says.
WHY = {"cannot-get-up": "floor", "floor": "floor", "unwell": "unwell", "chest-pain": "unwell"}


@router.get(PAGE)
def ask(request: Request, visitor: SignedIn, section: str = "", check: str = "", open: str = "", again: str = "") -> Response:
    """What is to be answered next; or, asked for by its id, a section to change."""
    screened = flow.load(visitor)
    if screened.key is None and not again and flow.latest(visitor) is not None:
        return RedirectResponse(f"{PAGE}/result", 303)
    wanted = screened.section(section)
    if wanted is not None and (screened.seen or wanted.linkId == "danger"):
        return _section(request, visitor, screened, wanted, check=bool(check), open_only=bool(open))
    step, found = screened.next()
    if step == "section" and found is not None:
        return _section(request, visitor, screened, found, check=bool(check))
    if step == "complete":
        return _completed(visitor, screened)
    return _between(request, visitor, screened, step)


@router.post(PAGE)
def answer(request: Request, visitor: SignedIn, form: Form) -> Response:
    """The answers of one page."""
    screened = flow.load(visitor)
    if text(form, "of", 100) != (screened.key or ""):
        # Sent twice, or from a page that was left open: what it answered has been answered.
        return RedirectResponse(PAGE, 303)
    step, checked = text(form, "step"), bool(text(form, "check"))
    if step == "check":
        if text(form, "right") == "yes" and screened.grave:
            return _completed(visitor, screened)
        return RedirectResponse(f"{PAGE}?section={_home(screened.grave_answers()) or 'danger'}&check=1", 303)
    section = screened.section(step)
    if section is not None:
        shown: tuple[Question, ...] = screened.asked(section)
    elif step == "open":
        shown = screened.missing()
    else:
        shown = tuple(dict.fromkeys(question for pair in screened.pairs() for question in pair))
    answers, problems = flow.read_section(form, shown)
    if problems:
        typed = {question.linkId: text(form, question.linkId, 60) for question in shown if question.linkId in problems}
        given: dict[str, Any] = {**screened.answers, **answers, **typed}
        if section is not None:
            return _section(request, visitor, screened, section, problems=problems, given=given, check=checked, status=422)
        return _between(request, visitor, screened, "open" if step == "open" else "together", problems=problems, given=given, status=422)
    screened = flow.keep(visitor, screened, answers)
    left = [q for q in screened.missing(section) if q.linkId in screened.seen] if section is not None else []
    if section is not None and left and not text(form, "again") and not screened.grave:
        return RedirectResponse(f"{PAGE}?section={section.linkId}&open=1{'&check=1' if checked else ''}", 303)
    upcoming, _found = screened.next(checked=checked)
    if upcoming == "complete" or (step == "together" and upcoming == "together"):
        return _completed(visitor, screened)
    return RedirectResponse(PAGE, 303)


@router.post(f"{PAGE}/again")
def begin_again(visitor: SignedIn) -> Response:
    """A full new screening."""
    flow.begin_again(visitor)
    return RedirectResponse(PAGE, 303)


@router.get(f"{PAGE}/result")
def result(request: Request, visitor: SignedIn) -> Response:
    """What the answers come to."""
    return _result(request, visitor)


@router.post(f"{PAGE}/clearance")
def clearance(request: Request, visitor: SignedIn, form: Form) -> Response:
    """The way back: who said that the person may exercise, and when; then a full new screening."""
    try:
        cleared = flow.read_clearance(form, visitor.today)
    except BadInput as error:
        return _result(request, visitor, problem=str(error), typed={"by": text(form, "by", 200), "on": text(form, "on", 20)}, status=422)
    flow.begin_again(visitor, cleared)
    return RedirectResponse(PAGE, 303)


@router.get("/emergency")
def emergency(request: Request, visitor: Maybe, country: str | None = None, why: str = "") -> Response:
    """What to do and whom to call, and nothing else."""
    if country is None:
        zone = visitor.zone if visitor is not None else zone_here(request)
        chosen = (visitor.preferences.get("country") or "") if visitor is not None else ""
        country = helplines.country_of(zone, request.headers.get("accept-language", ""), current(), chosen=chosen)
    completed = flow.latest(visitor) if visitor is not None and not why else None
    found = translate(completed.result) if completed is not None and completed.result.outcome == "emergency" else None
    return page(
        request, "emergency.html", visitor, nav=False, line=helplines.helpline(country), lines=helplines.helplines(),
        everywhere=helplines.answers_everywhere(), screening=found, why=WHY.get(why, ""),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the pages


def _section(
    request: Request, visitor: Visitor, screened: flow.Screened, section: Section, *, check: bool = False, open_only: bool = False,
    problems: dict[str, str] | None = None, given: dict[str, Any] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    sections = screened.questions.item
    place = [one.linkId for one in sections].index(section.linkId)
    shown = screened.asked(section)
    # What came up only through other answers of this page, and what still has no answer, is led to.
    fresh = {q.linkId for q in shown if q.linkId not in screened.seen} if any(q.linkId in screened.seen for q in shown) else set()
    left = {q.linkId for q in screened.missing(section)} if open_only else set()
    waiting = visitor.preferences.get(flow.CLEARANCE)
    return page(
        request, "screening.html", visitor, status=status, nav=False, section=section, questions=shown, given=given or screened.answers,
        problems=problems or {}, flagged=left | fresh, fresh=bool(fresh), check=check, again=open_only, number=place + 1,
        total=len(sections), before=sections[place - 1].linkId if place else "", first=place == 0, row_most=ROW_MOST, cleared=waiting,
        of=screened.key or "",
    )  # fmt: skip


def _between(
    request: Request, visitor: Visitor, screened: flow.Screened, step: str, *, problems: dict[str, str] | None = None,
    given: dict[str, Any] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    asked = {"check": screened.grave_answers(), "open": screened.missing()}.get(step, ())
    return page(
        request, f"screening-{step}.html", visitor, status=status, nav=False, questions=asked, pairs=screened.pairs(),
        given=given or screened.answers, problems=problems or {}, flagged=set(), row_most=ROW_MOST, said=_said(screened.answers),
        of=screened.key or "",
        homes={q.linkId: section.text for section in screened.questions.item for q in section.item},
    )  # fmt: skip


def _said(answers: Any) -> dict[str, str]:
    questions = flow.questions_now().questions
    return {id: flow.in_words(questions[id], answer) for id, answer in answers.items()}


def _completed(visitor: Visitor, screened: flow.Screened) -> Response:
    done = flow.complete(visitor, screened)
    renew(visitor, done)
    return RedirectResponse("/emergency" if done.result.outcome == "emergency" else f"{PAGE}/result", 303)


def _result(
    request: Request, visitor: Visitor, *, problem: str = "", typed: dict[str, Answer] | None = None, status: int = 200
) -> Response:  # fmt: skip
    completed = flow.latest(visitor)
    if completed is None:
        return RedirectResponse(PAGE, 303)
    found = translate(completed.result)
    chosen = visitor.preferences.get("country") or ""
    country = helplines.country_of(visitor.zone, request.headers.get("accept-language", ""), current(), chosen=chosen)
    before = completed.clearance
    answered = completed.completed_at.astimezone(zone_of(visitor.zone)).date()
    typed = typed or {"by": before.by if before else "", "on": ""}
    questions = flow.questions_now().questions
    texts = {id: (flow.in_full(q), flow.in_words(q, completed.answers.get(id))) for id, q in questions.items()}
    return page(
        request, "screening-result.html", visitor, status=status, nav=found.may_exercise, here="programme", screening=found,
        headline=plain.HEADLINES[found.outcome], meaning=plain.MEANINGS[found.outcome],
        limits=[plain.LIMITS[limit] for limit in found.limits], answered_on=plain.describe_date(answered),
        pairs=[(texts[a], texts[b]) for a, b in found.contradictions], line=helplines.helpline(country), problem=problem, typed=typed,
        today=visitor.today.isoformat(), title=_("What your answers mean"),
    )  # fmt: skip


def _home(questions: tuple[Question, ...]) -> str:
    """The section in which the first of these questions stands."""
    ids = {question.linkId for question in questions}
    return next((s.linkId for s in screening_questions().item for q in s.item if q.linkId in ids), "")
