"""`SettingsRepository`: what each person has set: voice, speed, size, contrast, side, reminders."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from coxa.errors import BadInput
from coxa.records.asker import Asker, allow
from coxa.records.store import Store
from coxa.records.tables import PreferenceRow

#: A setting is a word or a number, not a store of its own.
LONGEST = 4_000


class SettingsRepository:
    """Settings by name; what they mean is known to whoever sets them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def all(self, asker: Asker, person_id: str) -> dict[str, Any]:
        """Every setting of a person."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            rows = work.scalars(select(PreferenceRow).where(PreferenceRow.person_id == person_id))
            return {row.name: row.value for row in rows}

    def change(self, asker: Asker, person_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Set these, leave the others; all that hold now.

        Raises
        ------
        BadInput
            If a name or a value is too long, or a value is none that JSON can hold.
        NotYours
        """
        for name, value in changes.items():
            try:
                size = len(json.dumps(value, allow_nan=False))
            except (TypeError, ValueError) as error:
                raise BadInput(f"setting {name}: expected a value that JSON can hold, got {type(value).__name__}") from error
            if not 1 <= len(name) <= 64 or size > LONGEST:
                raise BadInput(f"setting {name[:64]}: expected a name up to 64 and a value up to {LONGEST} characters, got {size}")
        with self.store.write() as work:
            allow(work, asker, person_id, own_only=True)
            for name, value in changes.items():
                work.merge(PreferenceRow(person_id=person_id, name=name, value=value, changed_at=self.store.now()))
        return self.all(asker, person_id)
