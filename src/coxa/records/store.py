"""`Store`: one open database, brought up to date when it is opened."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, StatementError
from sqlalchemy.orm import Session

from coxa.errors import BadInput, NotInstalled
from coxa.records.tables import Base

#: Connections that are kept open, and those that are made beside them while there are many requests at once: making one anew takes
#: longer than most of what is asked.
POOL, POOL_MORE = 20, 20
#: How long a writer waits for another one, in milliseconds.
BUSY_MS = 15_000
NOT_PLAIN = "text: expected plain characters, got one that cannot be kept, such as NUL; leave it out"
#: NUL as JSON writes it: after an even number of backslashes, or it would be a backslash and letters.
_NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

#: The session of the block of `reading` that this thread is in.
_SHARED: ContextVar[Session | None] = ContextVar("coxa_reading", default=None)


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


class Store:
    """One open database; every repository is given one. Threads may share it.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        As `Store.open` makes it.
    clock : callable
        Says what time it is, in UTC.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self.engine = engine
        self.now = clock
        self._writer = engine.execution_options(coxa_writes=True)

    @classmethod
    def open(cls, url: str | None = None, data: Path | None = None, clock: Callable[[], datetime] = utc_now) -> Store:
        """Open the database, make it where there is none, and bring it up to date.

        Parameters
        ----------
        url : str, optional
            `sqlite:///path`, or `postgresql://user@host/name`; else the setting, else a file in the data folder.
        data : Path, optional
            The data folder; else the setting, else the user's own on this system.
        clock : callable

        Returns
        -------
        Store

        Raises
        ------
        BadInput
            One line: it cannot be opened, it is no database, or a newer coxa made it.
        NotInstalled
            If PostgreSQL is asked for and its driver is not there.
        """
        from coxa.records.migrate import upgrade

        address = database_url(url, data)
        engine = connect(address)
        try:
            upgrade(engine)
        except (DBAPIError, sqlite3.Error) as error:
            engine.dispose()
            cause = str(getattr(error, "orig", error)).strip().splitlines()[0]
            shown = address.render_as_string(hide_password=True)
            raise BadInput(f"{shown}: expected a database that coxa may read and write, got: {cause}; check COXA_DATABASE") from error
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, clock)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that reads one consistent state; inside `reading`, the one that is shared there."""
        shared = _SHARED.get()
        if shared is not None and shared.bind is self.engine:
            yield shared
            return
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever is read inside, by whichever repository, is read of one state, and a row that is asked for twice only once.

        A page asks a dozen times for the same person. Where something is written inside, what is read after it is read anew.
        """
        if (outer := _SHARED.get()) is not None and outer.bind is self.engine:
            yield
            return
        with Session(self.engine, expire_on_commit=False) as session:
            before = _SHARED.set(session)
            try:
                yield
            finally:
                _SHARED.reset(before)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is kept whole when the block ends, and not at all when it fails."""
        try:
            with self.refusing(), Session(self._writer, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            shared = _SHARED.get()
            if shared is not None and shared.bind is self.engine:
                # It holds on to the state before; what it knows is out of date.
                shared.close()
                shared.info.clear()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Turn what the database refuses for its content into `BadInput`."""
        try:
            yield
        except (DataError, UnicodeEncodeError) as error:
            raise BadInput(NOT_PLAIN) from error
        except StatementError as error:
            if isinstance(error.orig, BadInput):
                raise error.orig from error
            if isinstance(error.orig, ValueError):
                raise BadInput("value: expected text, finite numbers and times with their zone, got something else") from error
            raise

    def insert_once(self, session: Session, table: type[Base], key: tuple[str, ...], values: dict[str, Any]) -> bool:
        """Insert a row unless one with the same key columns is there; say whether it was inserted."""
        return self.insert_new(session, table, key, values) is not None

    def insert_new(self, session: Session, table: type[Base], key: tuple[str, ...], values: dict[str, Any]) -> Any:
        """The same; the new row's primary key, or None where one is there."""
        return session.execute(_insert(self.engine.dialect.name, table, key), values).scalar()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@cache
def _insert(dialect: str, table: type[Base], key: tuple[str, ...]) -> Any:
    # Made once, and on the table itself: every repetition of everybody comes this way.
    plain: Any = table.__table__
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    return insert(plain).on_conflict_do_nothing(index_elements=list(key)).returning(inspect(table).primary_key[0])


def database_url(url: str | None = None, data: Path | None = None) -> URL:
    """Where the database is: as given, else by the settings; the folder of a file is made.

    Raises
    ------
    BadInput
        If it is neither SQLite nor PostgreSQL, or its folder cannot be made.
    """
    from coxa.settings import data_folder, settings

    given = url or (None if data is not None else settings().database)
    if given is None:
        address = URL.create("sqlite", database=str((data or data_folder()) / "coxa.sqlite"))
    else:
        try:
            address = make_url(given)
        except ArgumentError as error:
            raise BadInput("COXA_DATABASE: expected sqlite:///path or postgresql://user@host/name, got no such address") from error
    backend = address.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not address.database or address.database == ":memory:":
        raise BadInput(f"COXA_DATABASE: expected sqlite:///path or postgresql://user@host/name, got {backend}; give one of these")
    folder = Path(address.database).parent
    try:
        # What is kept here is nobody else's on this computer.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Neither where others may look into the folder; SQLite gives the files beside it the same rights.
        with suppress(FileExistsError):
            os.close(os.open(address.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise BadInput(
            f"{folder}: expected a folder that can be made and written, got {error.strerror}; set COXA_DATA to another"
        ) from error
    return address


def connect(address: URL) -> Engine:
    """An engine for this address, with what SQLite needs to be safe and quick."""
    try:
        engine = create_engine(
            address,
            pool_pre_ping=address.get_backend_name() == "postgresql",
            pool_size=POOL,
            max_overflow=POOL_MORE,
            # The one used last comes first: it still holds what was read.
            pool_use_lifo=True,
            json_serializer=_json,
            # Reads the same as Python's own, in half the time; a diary is thousands of documents.
            json_deserializer=from_json,
        )
    except ModuleNotFoundError as error:
        raise NotInstalled(f"PostgreSQL needs the package {error.name}; install coxa[postgresql]") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "before_cursor_execute", _refuse_nul)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin by itself, and too late: a reader that turns writer cannot wait for its turn.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",  # what was confirmed outlives a power cut too
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased is overwritten
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("coxa_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _json(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if _NUL_IN_JSON.search(written):
        raise BadInput(NOT_PLAIN)
    return written


def _refuse_nul(_c: object, _cursor: object, _statement: str, parameters: Any, _context: object, _many: bool) -> None:
    # PostgreSQL refuses it by itself; SQLite would keep what then cannot move.
    for row in parameters if isinstance(parameters, list) else [parameters]:
        for value in row.values() if isinstance(row, dict) else row:
            if isinstance(value, str) and "\x00" in value:
                raise BadInput(NOT_PLAIN)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises
    ------
    BadInput
        If there is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"zone: expected a time zone such as Europe/Berlin, got {name!r}; look it up in your system's settings") from error
