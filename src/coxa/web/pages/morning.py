"""`/morning`: one question, the pain of this morning, and how the hip took yesterday."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from coxa.care.decision import Decision
from coxa.care.pain import Light
from coxa.errors import BadInput
from coxa.locales import Words, mark
from coxa.locales import gettext as _
from coxa.records.events import MorningPain
from coxa.web.flow import progress as flow
from coxa.web.form import Form, new_key, text
from coxa.web.page import page
from coxa.web.pages.measure import figure, told
from coxa.web.pages.progress import change_row
from coxa.web.visitor import SignedIn, Visitor, of_one_state

router = APIRouter(include_in_schema=False)

#: What the morning says of the day before: a headline and what it means; the light itself is only a colour.
LIGHTS: dict[Light, tuple[str, str]] = {
    "green": (mark("Your hip took it well"), mark("The pain is no stronger than before yesterday’s session. Go on like this.")),
    "amber": (
        mark("Your hip noticed it"),
        mark("The pain is a little more than before yesterday’s session. That happens. If it happens again, the next session gets easier."),
    ),
    "red": (
        mark("That was too much for your hip"),
        mark("The pain is clearly stronger than before yesterday’s session, or it has not gone away. Your programme gets a little easier."),
    ),
}
KINDS: Words[str] = Words({"green": mark("good"), "amber": mark("careful"), "red": mark("too much")})


@router.get("/morning")
@of_one_state
def ask(request: Request, visitor: SignedIn) -> Response:
    """The question, or what was answered today."""
    return _page(request, visitor)


@router.post("/morning")
def keep_pain(request: Request, visitor: SignedIn, form: Form) -> Response:
    """Keep the answer; a second one the same day stands in for the first."""
    try:
        pain = figure(text(form, "pain"), _("Pain"), 10, whole=True)
        if pain is None:
            raise BadInput(_("Please choose a number from 0 to 10."))
        told(visitor, {text(form, "key"): MorningPain(on=visitor.today, pain=int(pain))})
    except BadInput as error:
        return _page(request, visitor, str(error), 422)
    return RedirectResponse("/morning", 303)


def _page(request: Request, visitor: Visitor, error: str = "", status: int = 200) -> Response:
    found = flow.progress_of(visitor)
    if found is None:
        return page(request, "morning.html", visitor, status, progress=None, error=error)
    history = found.history
    said = next((morning.pain for morning in history.mornings if morning.on == history.today), None)
    yesterday = flow.yesterday(history)
    light = LIGHTS[yesterday.light] if yesterday.light else None
    newest = found.changes[0] if found.changes else None
    changed = change_row(newest) if newest and newest.on == history.today and newest.steps else None
    return page(
        request, "morning.html", visitor, status, progress=found, changed=changed, told=said, yesterday=yesterday,
        light=tuple(_(words) for words in light) if light else None, whole=_worth_saying(found.review.decisions[0]),
        error=error, key=new_key(),
    )  # fmt: skip


def _worth_saying(decision: Decision) -> Decision | None:
    return decision if decision.step in ("stop_now", "refer", "ease") else None
