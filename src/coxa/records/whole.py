"""All that is kept of one person: handed to them, or erased."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, or_, select

from coxa.records.asker import Asker, allow
from coxa.records.audit import note_action
from coxa.records.store import Store
from coxa.records.tables import Base, PersonRow

#: What proves who somebody is goes to nobody, not even to themselves.
SECRET = frozenset({"password_hash", "token_digest"})
#: Columns that name a person to whom the row is about.
_OWNERS = ("person_id", "about_id")


def export(store: Store, asker: Asker, person_id: str) -> dict[str, Any]:
    """Everything that is kept of a person, as JSON; for that person only.

    Parameters
    ----------
    store : Store
    asker : Asker
    person_id : str

    Returns
    -------
    dict
        `schema`, then the rows of each table by its name; times in UTC, recordings of landmarks as Base64 of their Parquet file.

    Raises
    ------
    NotYours
    """
    found: dict[str, Any] = {"schema": "coxa.person/1", "made_at": store.now().isoformat(), "person_id": person_id}
    with store.write() as work:
        allow(work, asker, person_id, own_only=True)
        note_action(work, store.now(), asker, person_id, "person.export")
        work.flush()
        for table in Base.metadata.sorted_tables:
            owners = [table.c[name] == person_id for name in _owners(table)]
            if not owners:
                continue
            rows = work.execute(select(table).where(or_(*owners)).order_by(*table.primary_key.columns)).mappings()
            found[table.name] = [{name: plain(value) for name, value in row.items() if name not in SECRET} for row in rows]
    return found


def erase(store: Store, asker: Asker, person_id: str) -> None:
    """Erase a person and everything that is kept of them; that it was done stays in the audit, without a word of what it was.

    Raises
    ------
    NotYours
    """
    with store.write() as work:
        allow(work, asker, person_id, own_only=True)
        # Everything a person owns goes with them, by the foreign keys.
        work.execute(delete(PersonRow).where(PersonRow.id == person_id))
        note_action(work, store.now(), asker, person_id, "person.erase")
    if store.engine.dialect.name == "sqlite":
        # The log of the last writes still holds what was erased.
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _owners(table: Table) -> list[str]:
    return ["id"] if table.name == "people" else [name for name in _OWNERS if name in table.c]
