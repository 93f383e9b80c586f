"""`/healthz`: whether this server works, for whatever watches over it; nothing about anybody."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """How the server is."""

    status: Literal["ok", "failing"]
    database: Literal["ok", "failing"]
    version: str


@router.get("/healthz", responses={503: {"model": Health}})
def health(request: Request) -> Health:
    """Whether the server and its database answer."""
    try:
        with request.app.state.store.read() as work:
            work.connection().exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        failing = Health(status="failing", database="failing", version=version("coxa"))
        return JSONResponse(failing.model_dump(), 503)  # type: ignore[return-value]
    return Health(status="ok", database="ok", version=version("coxa"))
