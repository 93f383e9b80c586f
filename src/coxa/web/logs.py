"""`Log`: one JSON line a request, with nothing in it that tells who asked or what was said; and the last net for errors."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coxa.web.config import WebConfig

log = logging.getLogger("coxa.web")


class JsonLines(logging.Formatter):
    """A record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name.startswith("coxa") else _without_arguments(record),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            fields |= describe(record.exc_info[1])
        return json.dumps(fields, ensure_ascii=False, default=str)


def _without_arguments(record: logging.LogRecord) -> str:
    # What other packages put into their messages is not known to us: an address, a path with a person's number in it.
    return f"{record.name}: {str(record.msg).splitlines()[0] if isinstance(record.msg, str) and record.args else type(record.msg).__name__}"


def describe(error: BaseException | None) -> dict[str, Any]:
    """An error by its kind and place; its words may hold what a person said, so they are left out."""
    frames = traceback.extract_tb(error.__traceback__)[-6:] if error is not None else []
    return {
        "error": type(error).__name__,
        "where": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }


def write_logs(*, quiet: bool) -> None:
    """Write coxa's lines, and what the server underneath has to say, to the standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (("coxa", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.ERROR if quiet else level)


def template_of(scope: Scope) -> str:
    """The path as it is written in the code, such as `/exercises/{id}`; never the one that was asked for."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "other"


class Log:
    """Notes each request when it is over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, then note."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status: int | None = None

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close":
                status = message.get("code", 1000)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            ms = round((time.perf_counter() - began) * 1000, 1)
            fields = {"method": scope.get("method", "SOCKET"), "path": template_of(scope), "status": status, "ms": ms}
            log.info("request", extra={"fields": fields})


class Calm:
    """Answers with a calm page what nobody expected, and notes where it happened."""

    def __init__(self, app: ASGIApp, config: WebConfig) -> None:
        self.app = app
        self.config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answer if that fails."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] in ("http.response.start", "websocket.close")
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if self.config.raise_errors or scope["type"] not in ("http", "websocket"):
                raise
            log.error("failed", extra={"fields": describe(error) | {"path": template_of(scope)}})
            if started:
                return
            if scope["type"] == "http":
                from coxa.web.errors import answer

                await answer(Request(scope, receive), 500)(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1011})
