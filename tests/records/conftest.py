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
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c autovacuum=off"
        subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **run, **who)
        try:
            yield f"postgresql+psycopg://coxa@/postgres?host={folder}"
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **{**run, "check": False}, **who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def free() -> list[str]:
    """Databases that are empty again: making one anew for each test takes longer."""
    return []


EMPTY = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def addresses(request: pytest.FixtureRequest, tmp_path: Path, free: list[str]) -> Iterator[Addresses]:
    """Makes the address of an empty database, another one with each call."""
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / uuid4().hex / 'coxa.sqlite'}"
        return
    server = str(request.getfixturevalue("cluster"))
    used: list[str] = []

    def make() -> str:
        if free:
            used.append(free.pop())
            return used[-1]
        name = f"t{uuid4().hex}"
        run(server, f"CREATE DATABASE {name}")
        used.append(server.replace("/postgres?", f"/{name}?"))
        return used[-1]

    yield make
    for one in used:
        run(one, *EMPTY)
        free.append(one)


def run(address: str, *statements: str) -> None:
    """Run these, each by itself."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
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
