"""`/settings/data`: all that is kept of a person: to read, to take along, to erase."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from coxa.exchange import plain
from coxa.exchange.plain import describe_moment
from coxa.exchange.words import MISSING
from coxa.exercises import catalogue
from coxa.locales import gettext as _
from coxa.records import (
    AppointmentRepository,
    AuditRepository,
    ConsentRepository,
    DiaryRepository,
    NoteRepository,
    PeopleRepository,
    ProgrammeRepository,
    ScreeningRepository,
)  # fmt: skip
from coxa.records.store import zone_of
from coxa.records.whole import erase, export
from coxa.web.flow import progress as flow
from coxa.web.form import Form, text
from coxa.web.page import page
from coxa.web.pages.settings import LANGUAGES
from coxa.web.visitor import SignedIn, Visitor, of_one_state, sign_out

router = APIRouter(include_in_schema=False)

#: So many of the latest entries are on the page; the file has all of them.
SHOWN = 30


@router.get("/settings/data")
@of_one_state
def show(request: Request, visitor: SignedIn, deleted: str = "") -> Response:
    """All that is kept, to read."""
    return page(request, "data.html", visitor, deleted=deleted if deleted.isdecimal() else "", **_all(visitor))


@router.post("/settings/data")
def delete_landmarks(visitor: SignedIn) -> Response:
    """Delete every kept recording of the body's points; what was counted and judged stays."""
    gone = DiaryRepository(visitor.store).forget_landmarks(visitor.asker, visitor.person.id)
    return RedirectResponse(f"/settings/data?deleted={gone}", 303)


@router.get("/settings/export.json")
def take_along(visitor: SignedIn) -> Response:
    """All that is kept, as a file."""
    body = json.dumps(export(visitor.store, visitor.asker, visitor.person.id), ensure_ascii=False, indent=1)
    name = f"coxa-{visitor.today.isoformat()}.json"
    return Response(
        body, media_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    )


@router.get("/settings/erase")
@of_one_state
def ask_erase(request: Request, visitor: SignedIn) -> Response:
    """The first question before everything is erased."""
    return page(request, "erase.html", visitor, word=erase_word(), typed="", error="", sure=False)


@router.post("/settings/erase")
def erase_everything(request: Request, visitor: SignedIn, form: Form) -> Response:
    """The second question, then the end of it: the word is asked with both."""
    typed, word = text(form, "word", 60), erase_word()
    if typed.casefold() != word.casefold():
        error = _("Nothing was erased. To erase everything, please type the word {word}.").format(word=word)
        return page(request, "erase.html", visitor, 422, word=word, typed=typed, error=error, sure=False)
    if text(form, "sure") != "yes":
        return page(request, "erase.html", visitor, word=word, typed=typed, error="", sure=True)
    erase(visitor.store, visitor.asker, visitor.person.id)
    flow.forget(visitor)
    response = RedirectResponse("/", 303)
    sign_out(request, response)
    return response


def erase_word() -> str:
    """What has to be written before everything is erased."""
    # Translators: a word in capitals that a person types to confirm
    return _("ERASE")


def _all(visitor: Visitor) -> dict[str, Any]:
    store, asker, person, zone = visitor.store, visitor.asker, visitor.person, zone_of(visitor.zone)
    found = flow.progress_of(visitor)
    history = found.history if found else None
    screening = ScreeningRepository(store).latest(asker, person.id)
    clinicians = PeopleRepository(store).clinicians(asker, person.id)
    you = [
        (_("Name"), person.name or MISSING),
        (_("E-mail"), person.email or _("no account")),
        (_("Language"), LANGUAGES.get(person.language, person.language)),
        (_("Time zone"), person.zone),
        (_("Kept since"), describe_moment(person.created_at, zone)),
        (_("Who looks after you"), ", ".join(one.name for one in clinicians) or _("nobody")),
    ]
    counts = [
        (_("Sessions"), len(history.sessions) if history else 0),
        (_("Mornings"), len(history.mornings) if history else 0),
        (_("Tests"), len(history.tests) if history else 0),
        (_("Activity scores"), len(history.activities) if history else 0),
        (_("Versions of your programme"), len(ProgrammeRepository(store).versions(asker, person.id))),
    ]
    sessions = [] if history is None else sorted(history.sessions, key=lambda one: one.at, reverse=True)[:SHOWN]
    return {
        "you": you,
        "counts": counts,
        "screening": (plain.HEADLINES[screening.result.outcome], describe_moment(screening.completed_at, zone)) if screening else None,
        "sessions": [
            (describe_moment(one.at, zone), one.pain_before, ", ".join(_name(done.exercise) for done in one.exercises) or MISSING)
            for one in sessions
        ],
        "mornings": []
        if history is None
        else [(plain.describe_date(one.on), one.pain) for one in sorted(history.mornings, key=lambda one: one.on, reverse=True)[:SHOWN]],
        "preferences": sorted((name, json.dumps(value, ensure_ascii=False)) for name, value in visitor.preferences.items()),
        "consents": [(describe_moment(one.at, zone), one.words, one.given) for one in ConsentRepository(store).all(asker, person.id)],
        "notes": [(describe_moment(one.at, zone), one.text) for one in NoteRepository(store).all(asker, person.id)],
        "appointments": [
            (describe_moment(one.at, zone), one.address, one.reason) for one in AppointmentRepository(store).all(asker, person.id)
        ],
        "audit": [
            (describe_moment(one.at, zone), one.action, _("you") if one.actor_id == person.id else one.role)
            for one in AuditRepository(store).about(asker, person.id, limit=SHOWN)
        ],
        "shown": SHOWN,
    }


def _name(exercise: str) -> str:
    return catalogue.load(exercise).name if exercise in catalogue.ids() else exercise
