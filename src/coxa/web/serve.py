"""`serve`: the app on its sockets: for this computer, for the network, or for a phone beside it; and a graceful end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import uvicorn
from fastapi import FastAPI

from coxa.errors import BadInput
from coxa.web import pictures
from coxa.web.app import create_app
from coxa.web.config import WebConfig, is_loopback
from coxa.web.logs import write_logs
from coxa.web.network import Certificate, kept_certificate, lan_addresses, lan_names
from coxa.web.ready import settle

#: The phone's port is the computer's plus this: 8443 beside 8000.
PHONE_PORT_ADDED = 443
#: How long a set that is being watched has to end, once the server is asked to stop.
CLOSING_S = 5.0
STOP_S = 10


def serve(config: WebConfig, *, say: Callable[[str], None] = print, open_browser: Callable[[str], object] | None = None) -> None:
    """Serve until the process is asked to stop.

    Parameters
    ----------
    config : WebConfig
    say : callable
        Takes each line that is said to the person who started the server.
    open_browser : callable, optional
        Is given the address once the server answers.

    Raises
    ------
    BadInput
        If a port is taken or may not be used, or there is no network for a phone.
    """
    config, certificate = _for_network(config)
    host = "127.0.0.1" if config.phone else config.host
    sockets = [bind(host, config.port)]
    try:
        if certificate is not None:
            port = config.port + PHONE_PORT_ADDED if config.port else 0
            sockets.append(bind("0.0.0.0" if is_loopback(config.host) else config.host, port))
    except BadInput:
        sockets[0].close()
        raise
    config = replace(config, port=sockets[0].getsockname()[1])
    app = create_app(config)
    servers = [_server(app, None)]
    if certificate is not None:
        app.state.phone_address = f"https://{phone_host(config, certificate)}:{sockets[1].getsockname()[1]}"
        app.state.fingerprint = certificate.fingerprint
        servers.append(_server(app, certificate))

    def ready() -> None:
        address = address_of(config)
        say(f"coxa is at {address} (Ctrl-C ends it)")
        threading.Thread(target=settle, args=(app.state.warming,), daemon=True).start()
        for line in _remarks(app, config):
            say(line)
        if open_browser is not None:
            # Somebody is about to look: by the time a picture is asked for, it is there, even where an exercise is a clinic's own.
            threading.Thread(target=pictures.warm, args=(config.folder / "pictures",), daemon=True).start()
            # A browser may take seconds to come back, or never does.
            threading.Thread(target=open_browser, args=(address,), daemon=True).start()

    try:
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(_run(app, servers, sockets, ready))
    finally:
        for one in sockets:
            one.close()
    failed = next((server for server in servers if not server.started), None)
    if failed is not None:
        raise BadInput(f"coxa up: expected to start, got {app.state.failure}")
    if app.state.warming.is_alive():
        # All is closed and written; what is still being compiled cannot be interrupted, and nobody needs it any more.
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def address_of(config: WebConfig) -> str:
    """The address that the person is told."""
    host = "127.0.0.1" if config.phone or config.host in ("0.0.0.0", "::") else config.host
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


def phone_host(config: WebConfig, certificate: Certificate) -> str:
    """The address of this computer that a phone is sent to."""
    return config.host if not is_loopback(config.host) and config.host != "0.0.0.0" else certificate.hosts[0]


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises
    ------
    BadInput
        One line: the port is taken or may not be used, or there is no such address here.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(2048)
        made.setblocking(False)
    except (OSError, OverflowError) as error:
        made.close()
        number = getattr(error, "errno", None)
        if number == errno.EADDRINUSE:
            other = port + 1 if port < 65_000 else 8000
            said = f"expected a free port, got one in use; if coxa runs already, open it in a browser, else: coxa up --port {other}"
            raise BadInput(f"--port {port}: {said}") from error
        if number == errno.EACCES:
            raise BadInput(f"--port {port}: expected a port you may use, got one of the system's; take one from 1024 on") from error
        if isinstance(error, OverflowError):
            raise BadInput(f"--port {port}: expected 1 to 65535, got another number; take one from 1024 on") from error
        raise BadInput(
            f"--host {host}: expected an address of this computer, got: {error}; leave it out for this computer alone"
        ) from error
    return made


class Server(uvicorn.Server):
    """One of the servers of this process; signals are taken in one place for all of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


def _server(app: FastAPI, certificate: Certificate | None) -> Server:
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            # Who the visitor is behind a proxy is decided by the app, by COXA_PROXY; the server would believe this computer.
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_S,
            # A frame of landmarks does not get smaller by compression, only later.
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=2_000_000,
            # The quicker httptools takes a head of any length, and time that grows with its square.
            http="h11",
            h11_max_incomplete_event_size=65_536,
            # The database is opened once for all servers, in `_run`.
            lifespan="off",
            ssl_certfile=str(certificate.file) if certificate else None,
            ssl_keyfile=str(certificate.key) if certificate else None,
        )
    )


async def _run(app: FastAPI, servers: list[Server], sockets: list[socket.socket], ready: Callable[[], None]) -> None:
    app.state.failure = "no answer"
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
    async with app.router.lifespan_context(app):
        running = [asyncio.create_task(server.serve([one])) for server, one in zip(servers, sockets, strict=True)]
        while not all(server.started for server in servers) and not any(task.done() for task in running):
            await asyncio.sleep(0.01)
        if all(server.started for server in servers):
            ready()
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([stopping, *running], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            await end_live(app)
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*running)


async def end_live(app: FastAPI, within_s: float = CLOSING_S) -> None:
    """Tell what is being watched that the server stops, and wait until it has ended, but not for ever."""
    app.state.closing.set()
    until = asyncio.get_running_loop().time() + within_s
    while app.state.live and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.02)


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _for_network(config: WebConfig) -> tuple[WebConfig, Certificate | None]:
    """With the names under which the network knows this computer, and the certificate where a phone is to come."""
    wide = config.host in ("0.0.0.0", "::")
    if not (wide or config.phone):
        return config, None
    own = lan_addresses() if wide or is_loopback(config.host) else (config.host,)
    if not own and config.phone:
        raise BadInput("--phone: expected a local network, got none; join the network that the phone is in, and try again")
    config = replace(config, hosts=(*config.hosts, *own, *lan_names()))
    return config, kept_certificate(config.folder, (*own, *lan_names())) if config.phone else None


def _remarks(app: FastAPI, config: WebConfig) -> Iterator[str]:
    """What else the person who started the server should know."""
    if config.phone:
        yield from _phone_lines(app)
    elif config.sign_in and not config.trusted_proxies:
        yield "Others on the network reach it without encryption, and their browsers give no camera: see docs/deploy.md"


def _phone_lines(app: FastAPI) -> Iterator[str]:
    import io

    import segno

    from coxa.records import PeopleRepository
    from coxa.web.pairing import LASTS, address_with, shown
    from coxa.web.visitor import machine_zone

    people = PeopleRepository(app.state.store)
    person = next(iter(people.local()), None) or people.create_local(zone=machine_zone())
    code = app.state.pairings.code(person.id)
    drawn = io.StringIO()
    segno.make(address_with(app.state.phone_address, code), error="l").terminal(drawn, compact=True)
    yield f"For a phone in the same network: point its camera at this square, or open {app.state.phone_address}/pair"
    yield drawn.getvalue().rstrip()
    minutes = int(LASTS.total_seconds() // 60)
    yield f"The code {shown(code)} works once, for {minutes} minutes. The phone will warn of the certificate: that is expected."


def start(config: WebConfig, *, quiet: bool, browser: bool, say: Callable[[str], None]) -> None:
    """`coxa up`: with logs, and a browser where there is one."""
    write_logs(quiet=quiet)
    serve(config, say=say, open_browser=_opener() if browser else None)


def _opener() -> Callable[[str], object] | None:
    import webbrowser

    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return None
    # Without a display there are at most browsers in text, which would take over the terminal.
    return None if type(found) is webbrowser.GenericBrowser else found.open
