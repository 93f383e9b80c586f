"""`Compress`: makes public answers smaller; what is one person's alone is sent as it is, so that its size tells nothing."""

from __future__ import annotations

import gzip

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Below this, a packet is a packet.
LEAST_BYTES = 1000
KINDS = ("text/", "image/svg+xml", "application/json", "application/javascript", "application/manifest+json", "model/gltf-binary")


class Compress:
    """Compresses whole answers that are marked public and are not compressed yet."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; hold the answer's start back until its body is known to be whole."""
        if scope["type"] != "http" or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
            return
        start: Message | None = None

        async def smaller(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_shrink(message):
                start = message
                return
            if start is not None and message["type"] == "http.response.body":
                body = message.get("body", b"")
                headers = MutableHeaders(scope=start)
                headers.add_vary_header("Accept-Encoding")
                if not message.get("more_body", False) and len(body) >= LEAST_BYTES:
                    body = await run_in_threadpool(gzip.compress, body, 6, mtime=0)
                    message = {**message, "body": body}
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(body))
                    if (tag := headers.get("etag")) and not tag.startswith("W/"):
                        headers["ETag"] = f"W/{tag}"
                first, start = start, None
                await send(first)
            await send(message)

        await self.app(scope, receive, smaller)


def _may_shrink(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    kind = headers.get("content-type", "")
    return (
        message["status"] == 200
        and headers.get("cache-control", "").startswith("public")
        and "content-encoding" not in headers
        and kind.startswith(KINDS)
    )
