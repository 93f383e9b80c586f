"""`/privacy`: what is kept and where, in plain words."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from coxa.web.page import page
from coxa.web.visitor import Maybe

router = APIRouter(include_in_schema=False)


@router.get("/privacy")
def show(request: Request, visitor: Maybe) -> Response:
    """The page; also for whoever is not signed in."""
    return page(request, "privacy.html", visitor)
