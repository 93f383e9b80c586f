"""Back-up and restore: one file that holds every table, the same from SQLite and from PostgreSQL.

A zip of `manifest.json` (schema, revision, rows and digest of each table) and one file of JSON lines a table, so that a
back-up outlives the database it was made from, and moves from the one to the other.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, LargeBinary, MetaData, Table, func, insert, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from coxa import __version__
from coxa.errors import BadInput
from coxa.files import written_whole
from coxa.records.migrate import head, upgrade
from coxa.records.store import Store, connect
from coxa.records.tables import Base
from coxa.records.whole import plain

SCHEMA = "coxa.backup/1"
_MANIFEST = "manifest.json"
_AT_ONCE = 500


@dataclass(frozen=True)
class Backup:
    """What a back-up holds: when it was made, the revision, and how many rows of each table."""

    made_at: datetime
    revision: str
    rows: dict[str, int]


def back_up(store: Store, path: str | Path) -> Backup:
    """Write everything that is kept into one file, as it stood at one moment; the app may go on meanwhile.

    Parameters
    ----------
    store : Store
    path : str or Path
        The file; an older one of that name is replaced when the new one is whole. Only its owner may read it.

    Returns
    -------
    Backup

    Raises
    ------
    BadInput
        If the file cannot be written.
    """
    path = Path(path)
    with written_whole(path, "the back-up", private=True) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        made = _dump(store, archive)
    return made


def restore(store: Store, path: str | Path, *, replace: bool = False) -> Backup:
    """Put a back-up into the database: all of it, or nothing.

    Parameters
    ----------
    store : Store
    path : str or Path
        A file that `back_up` wrote, by this coxa or an older one.
    replace : bool
        Whether what is in the database now may go.

    Returns
    -------
    Backup

    Raises
    ------
    BadInput
        If it is no back-up, or a damaged one, or a newer coxa made it, or the database is not empty; nothing is changed then.
    """
    path = Path(path)
    with tempfile.TemporaryDirectory(prefix="coxa-restore-") as folder:
        # By way of a database of the back-up's own revision: the migrations bring it up to date.
        between = connect(URL.create("sqlite", database=str(Path(folder) / "between.sqlite")))
        try:
            with _opened(path) as archive:
                manifest = _read_manifest(archive, path)
                upgrade(between, manifest.revision)
                try:
                    with between.execution_options(coxa_writes=True).begin() as connection:
                        _load(connection, archive, path, manifest.rows)
                except (ValueError, TypeError, SQLAlchemyError) as error:
                    # What the database says of it holds what people said.
                    raise BadInput(f"{path}: expected rows that a database of coxa takes, got others; take another back-up") from error
            upgrade(between)
            with between.connect() as source, store.write() as work:
                _copy(source, work.connection(), replace=replace)
        finally:
            between.dispose()
    return manifest


# ------------------------------------------------------------------------------------------------ writing the file


def _dump(store: Store, archive: zipfile.ZipFile) -> Backup:
    tables: dict[str, dict[str, Any]] = {}
    made_at = store.now()
    engine = store.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            digest, count = hashlib.sha256(), 0
            # A stream of rows, so that years of landmarks need no memory.
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(select(table).order_by(*table.primary_key.columns))
            with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
                for row in rows.mappings():
                    values = {name: plain(value) for name, value in row.items()}
                    line = json.dumps(values, separators=(",", ":"), sort_keys=True).encode() + b"\n"
                    file.write(line)
                    digest.update(line)
                    count += 1
            tables[table.name] = {"rows": count, "sha256": digest.hexdigest()}
    manifest = {"schema": SCHEMA, "coxa": __version__, "made_at": made_at.isoformat(), "revision": head(), "tables": tables}
    archive.writestr(_MANIFEST, json.dumps(manifest, indent=2))
    return Backup(made_at, head(), {name: table["rows"] for name, table in tables.items()})


# ------------------------------------------------------------------------------------------------ reading it


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise BadInput(f"{path}: expected a back-up, found no such file; check the name") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(f"{path}: expected a back-up that coxa made, got something else or a part of one; take another") from error


def _read_manifest(archive: zipfile.ZipFile, path: Path) -> Backup:
    """The manifest, once every table has been found whole."""
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        if manifest["schema"] != SCHEMA:
            raise BadInput(f"{path}: expected a back-up of schema {SCHEMA}, got {str(manifest['schema'])[:40]}; update coxa")
        made = Backup(
            datetime.fromisoformat(manifest["made_at"]),
            str(manifest["revision"]),
            {str(name): int(table["rows"]) for name, table in manifest["tables"].items()},
        )
        for name, table in manifest["tables"].items():
            digest = hashlib.sha256()
            with archive.open(f"{name}.jsonl") as file:
                while part := file.read(1 << 20):
                    digest.update(part)
            if digest.hexdigest() != table["sha256"]:
                raise BadInput(f"{path}: expected the rows of {name} as they were written, got others; the file is damaged, take another")
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise BadInput(f"{path}: expected a whole back-up that coxa made, got one that is damaged or none; take another") from error
    return made


def _load(connection: Connection, archive: zipfile.ZipFile, path: Path, rows: dict[str, int]) -> None:
    metadata = MetaData()
    metadata.reflect(connection)
    there = {table.name: table for table in metadata.sorted_tables if table.name != "alembic_version"}
    if set(there) != set(rows):
        raise BadInput(f"{path}: expected the tables {', '.join(sorted(there))}, got {', '.join(sorted(rows)) or 'none'}; take another")
    for name, table in there.items():
        with archive.open(f"{name}.jsonl") as file:
            lines = (_values(table, json.loads(line), path) for line in file)
            count = _insert(connection, table, lines)
        if count != rows[name]:
            raise BadInput(f"{path}: expected {rows[name]} rows of {name}, got {count}; the file is damaged, take another")


def _values(table: Table, row: dict[str, Any], path: Path) -> dict[str, Any]:
    if set(row) != set(table.c.keys()):
        raise BadInput(f"{path}: expected the columns of {table.name} of that revision, got others; take another back-up")
    found = dict(row)
    for column in table.columns:
        value = row[column.name]
        if value is None:
            continue
        if isinstance(column.type, DateTime):
            found[column.name] = datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
        elif isinstance(column.type, LargeBinary):
            found[column.name] = base64.b64decode(value, validate=True)
    return found


def _copy(source: Connection, target: Connection, *, replace: bool) -> None:
    if target.dialect.name == "postgresql":
        target.execute(text("LOCK TABLE people IN ACCESS EXCLUSIVE MODE"))
    tables = Base.metadata.sorted_tables
    if not replace and any(target.scalar(select(func.count()).select_from(table)) for table in tables):
        raise BadInput("restore: expected an empty database, got one with data; give --replace to let that data go, or another COXA_DATA")
    for table in reversed(tables):
        target.execute(table.delete())
    for table in tables:
        rows = source.execution_options(yield_per=_AT_ONCE).execute(select(table))
        _insert(target, table, (dict(row) for row in rows.mappings()))
        numbered = table.autoincrement_column
        if target.dialect.name == "postgresql" and numbered is not None:
            # The next number comes after the last one that was restored.
            target.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{numbered.name}'), "
                    f"COALESCE(MAX({numbered.name}), 1), MAX({numbered.name}) IS NOT NULL) FROM {table.name}"
                )
            )


def _insert(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> int:
    """Insert the rows; how many there were."""
    count = 0
    while several := list(islice(rows, _AT_ONCE)):
        connection.execute(insert(table), several)
        count += len(several)
    return count
