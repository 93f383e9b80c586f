"""`AuditRepository`: who did what with whose data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Work

from coxa.records.asker import Asker, allow
from coxa.records.store import Store
from coxa.records.tables import AuditRow


@dataclass(frozen=True)
class Audited:
    """One line of the audit: `action` is a word such as `programme.save`, and never holds what was written."""

    at: datetime
    actor_id: str
    role: str
    about_id: str
    action: str


class AuditRepository:
    """Lines are only ever added, and outlive the person they are about: they hold ids and no data."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def note(self, asker: Asker, person_id: str, action: str) -> None:
        """Add a line; for what is done outside the repositories, such as a letter that was printed.

        Raises
        ------
        NotYours
        """
        with self.store.write() as work:
            allow(work, asker, person_id)
            note_action(work, self.store.now(), asker, person_id, action)

    def about(self, asker: Asker, person_id: str, *, limit: int = 200) -> tuple[Audited, ...]:
        """What was done by or to a person, the latest first; for that person only."""
        with self.store.read() as work:
            allow(work, asker, person_id, own_only=True)
            mine = or_(AuditRow.about_id == person_id, AuditRow.actor_id == person_id)
            rows = work.scalars(select(AuditRow).where(mine).order_by(AuditRow.id.desc()).limit(limit))
            return tuple(Audited(row.at, row.actor_id, row.role, row.about_id, row.action) for row in rows)


def note_action(work: Work, at: datetime, asker: Asker, person_id: str, action: str) -> None:
    """Add a line within the work that it is about, so that there is never one without the other."""
    work.add(AuditRow(at=at, actor_id=asker.person_id, role=asker.role, about_id=person_id, action=action))
