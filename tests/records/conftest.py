"""A fresh database for each test, in SQLite and in PostgreSQL; the same tests hold for both."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kept import Clock
from sqlalchemy import create_engine, text

from coxa.records import Store

Addresses = Callable[[], str]


def postgresql_programs() -> Path | None:
    """The folder of PostgreSQL's programs, newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


def other_user() -> dict[str, Any]:
    """PostgreSQL does not run as root: who runs it then."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {"user": 65534, "group": 65534, "extra_groups": []}


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """A throw-away PostgreSQL, reached through a socket in its own folder; the address of its first database."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    # Short, for a socket's path may not be long; not in pytest's folder, which is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="coxa-pg-", dir="/tmp"))
    who = other_user()
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        run: dict[str, Any] = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 120}
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "coxa", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"], **run, **who
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off -c max_connections=200"
        subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **run, **who)
        try:
            yield f"postgresql+psycopg://coxa@/postgres?host={folder}"
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **{**run, "check": False}, **who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Addresses]:
    """Makes the address of an empty database, a new one with each call."""
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / uuid4().hex / 'coxa.sqlite'}"
        return
    server = request.getfixturevalue("cluster")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"t{uuid4().hex}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return str(server).replace("/postgres?", f"/{name}?")

    yield make
    # Dropping them one by one takes longer than throwing the cluster away.
    engine.dispose()


@pytest.fixture
def address(addresses: Addresses) -> str:
    return addresses()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(address: str, clock: Clock) -> Iterator[Store]:
    opened = Store.open(address, clock=clock)
    yield opened
    opened.close()
