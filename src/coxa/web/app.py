"""`create_app`: the whole app, from its configuration."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib import import_module

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from coxa.records import Store
from coxa.records.store import utc_now
from coxa.web import assets, errors
from coxa.web.api import description
from coxa.web.compress import Compress
from coxa.web.config import WebConfig
from coxa.web.language import Language
from coxa.web.limits import Limits
from coxa.web.live.sets import LiveSets
from coxa.web.live.socket import end_when_closing
from coxa.web.logs import Calm, Log
from coxa.web.pairing import Pairings
from coxa.web.ready import get_ready
from coxa.web.security import Security

#: The modules that hold a `router`, each answering its own part; the order is that of matching.
ROUTERS: tuple[str, ...] = (
    "coxa.web.health",
    "coxa.web.signin",
    "coxa.web.pairing",
    "coxa.web.api.today",
    "coxa.web.api.diary",
    "coxa.web.api.me",
    "coxa.web.api.screening",
    "coxa.web.api.programmes",
    "coxa.web.api.exercises",
    "coxa.web.api.sessions",
    "coxa.web.api.progress",
    "coxa.web.api.trying",
    "coxa.web.live.socket",
    "coxa.web.pages.progress",
    "coxa.web.pages.measure",
    "coxa.web.pages.morning",
    "coxa.web.pages.habits",
    "coxa.web.pages.settings",
    "coxa.web.pages.data",
    "coxa.web.pages.replay",
    "coxa.web.pages.privacy",
    "coxa.web.pages.sources",
    "coxa.web.pages.welcome",
    "coxa.web.pages.screening",
    "coxa.web.pages.programme",
    "coxa.web.pages.today",
    "coxa.web.pages.session",
    "coxa.web.pages.library",
    "coxa.web.pages.help",
)


def create_app(config: WebConfig | None = None, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The app, ready to be served.

    Parameters
    ----------
    config : WebConfig, optional
    clock : callable
        Says what time it is, in UTC.

    Returns
    -------
    FastAPI
        While it runs, `app.state.store` is the open database, `app.state.config` the configuration, `app.state.closing` an
        `asyncio.Event` that is set when the server is about to stop, and `app.state.live` the set of what must end cleanly
        before it does: whoever holds a live set adds itself and takes itself out.
    """
    config = config or WebConfig()
    guards = [
        Middleware(Log),
        Middleware(Language),
        Middleware(Security, config=config),
        Middleware(Compress),
        Middleware(Calm, config=config),
    ]
    if config.trusted_proxies:
        guards.insert(0, Middleware(ProxyHeadersMiddleware, trusted_hosts=list(config.trusted_proxies)))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.closing = asyncio.Event()
        app.state.live = set()
        app.state.store = await run_in_threadpool(Store.open, config.database, config.data, clock)
        app.state.sets = LiveSets(app.state.store)
        # A thread that the end does not wait for: after an installation, compiling takes minutes.
        app.state.warming = threading.Thread(target=get_ready, name="coxa-warm", daemon=True)
        app.state.warming.start()
        ending = asyncio.create_task(end_when_closing(app))
        try:
            yield
        finally:
            ending.cancel()
            await run_in_threadpool(app.state.sets.close)
            app.state.store.close()

    app = FastAPI(
        title="coxa",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=guards,
    )
    app.state.config = config
    app.state.limits = Limits()
    app.state.pairings = Pairings(clock)
    errors.install(app)
    for name in ROUTERS:
        app.include_router(import_module(name).router)
    app.router.routes.extend(assets.routes())
    description.install(app)
    return app
