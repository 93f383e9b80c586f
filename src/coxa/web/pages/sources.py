"""`/sources`: what the letters and numbers behind a sentence stand for."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from coxa.exercises.words import SECTIONS, SOURCES
from coxa.web.page import page
from coxa.web.visitor import Maybe

router = APIRouter(include_in_schema=False)


@router.get("/sources")
def show(request: Request, visitor: Maybe) -> Response:
    """Every source by its tag; also for whoever is not signed in."""
    return page(request, "sources.html", visitor, founding=dict(SOURCES), sections=dict(SECTIONS))
