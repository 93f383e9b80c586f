"""Guards that stand before every handler, as plain ASGI: host, origin, forms' tokens, size and pace of bodies, headers."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coxa.web.config import LOOPBACK_NAMES, WebConfig, is_loopback
from coxa.web.csrf import FIELD, HEADER, SIGN_IN_COOKIE, VISIT_COOKIE, cookies_of, is_valid, visit_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: The most a request may bring, and how long it may take to bring it.
MOST_BYTES = 5_000_000
MOST_FIELDS = 2000
BODY_S = 20.0
#: Pages that run the pose model.
WASM_PATHS = ("/session", "/front/")


def policy(path: str) -> str:
    """The content security policy of a path.

    >>> "wasm" in policy("/today"), "wasm" in policy("/session"), "unsafe-inline" in policy("/session")
    (False, True, False)
    """
    script = "script-src 'self' 'wasm-unsafe-eval'" if path.startswith(WASM_PATHS) else "script-src 'self'"
    return (
        f"default-src 'none'; {script}; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
        "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def answers_to(config: WebConfig, host: str) -> bool:
    """Whether this server answers under a host name, given as in the header Host.

    >>> answers_to(WebConfig(), "localhost:8000"), answers_to(WebConfig(), "evil.example:8000")
    (True, False)
    """
    name = _parts(f"//{host}").hostname or ""
    if name in LOOPBACK_NAMES or is_loopback(name) or name in config.hosts:
        return True
    return name == config.host.lower()


def same_origin(scope: Scope, headers: Headers) -> bool:
    """Whether the request comes from a page of this very address, or from no page at all."""
    origin = headers.get("origin")
    if origin is None or origin == "null":
        # A browser says itself where a request comes from; a program outside a browser says nothing.
        site = headers.get("sec-fetch-site")
        return site in ("same-origin", "none") if origin or site else True
    given = _parts(origin)
    schemes = {"ws": "http", "wss": "https"}
    return given.netloc.lower() == headers.get("host", "").lower() and given.scheme == schemes.get(scope["scheme"], scope["scheme"])


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")  # a bracket that stands open: no address of ours


class Refused(Exception):
    """The request is not let in."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Security:
    """Lets in what is addressed to this server, comes from its own pages, and is of a bearable size; adds the headers."""

    def __init__(self, app: ASGIApp, config: WebConfig) -> None:
        self.app = app
        self.config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(scope, message)
            await send(message)

        headers = Headers(scope=scope)
        try:
            if not answers_to(self.config, headers.get("host", "")):
                raise Refused(421, "")
            if scope["method"] not in SAFE:
                receive = await self._checked(scope, headers, receive)
        except Refused as refused:
            from coxa.web.errors import answer

            await answer(Request(scope, receive), refused.status, refused.detail)(scope, receive, dressed)
            return
        await self.app(scope, receive, dressed)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        # Browsers do not hold sockets to the origin by themselves, and always name it.
        from_page = headers.get("origin") is not None and same_origin(scope, headers)
        by_token = headers.get("origin") is None and headers.get("authorization", "").lower().startswith("bearer ")
        if answers_to(self.config, headers.get("host", "")) and (from_page or by_token):
            await self.app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "origin"})

    async def _checked(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        if not same_origin(scope, headers):
            raise Refused(403, "")
        body = await self._body(headers, receive)
        if not await self._is_meant(scope, headers, body):
            raise Refused(403, "")
        return _replay(body, receive)

    async def _is_meant(self, scope: Scope, headers: Headers, body: bytes) -> bool:
        """Whether the request was meant by the one in whose name it comes: by its token, or because no cookie speaks for it."""
        if headers.get("authorization", "").lower().startswith("bearer "):
            return True
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if SIGN_IN_COOKIE not in cookies_of(scope) and kind == "application/json":
            # No other site's page can send this without asking first, and there is nothing of anybody's to abuse.
            return True
        token = headers.get(HEADER.decode())
        if token is None and kind == "application/x-www-form-urlencoded":
            try:
                fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
            except ValueError as error:
                raise Refused(400, "") from error
            token = next(iter(fields.get(FIELD, ())), None)
        elif token is None and kind == "multipart/form-data":
            try:
                async with Request(scope, _replay(body, _nothing)).form(max_fields=MOST_FIELDS) as form:
                    field = form.get(FIELD)
                    token = field if isinstance(field, str) else None
            except (HTTPException, MultiPartException) as error:
                raise Refused(400, "") from error
        return is_valid(scope, self.config.secret, token)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise Refused(400, "")
        if int(length) > MOST_BYTES:
            raise Refused(413, "")
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(400, "")
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > MOST_BYTES:
                        raise Refused(413, "")
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError as error:
            raise Refused(408, "") from error

    def _dress(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        secure = scope["scheme"] == "https"
        for name, value in {
            "Content-Security-Policy": policy(scope["path"]),
            # Not no-referrer: under that, browsers send forms with the origin "null".
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        }.items():
            headers.setdefault(name, value)
        if secure and self.config.trusted_proxies:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        visit = visit_of(scope)
        if visit.used and visit.fresh:
            headers.append("Set-Cookie", f"{VISIT_COOKIE}={visit.basis}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        message: dict[str, Any] = {"type": "http.request", "body": body, "more_body": False}
        return message

    return replayed
