"""The live session: one page, led by its script; and the worker that keeps it within reach without the server."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from coxa.web.assets import FRONT
from coxa.web.errors import MustSignIn
from coxa.web.page import page
from coxa.web.visitor import Maybe
from coxa.web.words import front_words

router = APIRouter(include_in_schema=False)
#: What the pose model runs on in the browser: faults were shown to hold on the processor, not yet on graphics cards.
DELEGATE = "CPU"


@router.get("/session")
def session(request: Request, visitor: Maybe) -> Response:
    """The session's page; its script asks for today's plan, leads, and writes the diary. To try it, nobody need be known."""
    if visitor is None and "try" not in request.query_params:
        raise MustSignIn
    words, person = json.dumps(front_words(), ensure_ascii=False), visitor.person.id if visitor else ""
    return page(request, "session.html", visitor, nav=False, words=words, person=person, delegate=DELEGATE)


@router.get("/sw.js")
def service_worker() -> Response:
    """The service worker, at the root so that it may serve every page; asked for anew each time, since it decides what is kept."""
    path = FRONT / "sw.js"
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="text/javascript", headers={"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"})
