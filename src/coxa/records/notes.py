"""Notes of clinicians, consents, and requests for an appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coxa.errors import BadInput
from coxa.records.asker import Asker, NotYours, allow, looks_after
from coxa.records.audit import note_action
from coxa.records.store import Store
from coxa.records.tables import AppointmentRow, ConsentRow, NoteRow


@dataclass(frozen=True)
class Note:
    """What a clinician wrote about a person; the person may read it."""

    key: str
    author_id: str | None
    at: datetime
    text: str


@dataclass(frozen=True)
class Consent:
    """What a person agreed to, or took back, in which words."""

    purpose: str
    given: bool
    words: str
    at: datetime


@dataclass(frozen=True)
class Appointment:
    """A request for an appointment, as it was written."""

    key: str
    at: datetime
    address: str
    reason: str
    wishes: str


class NoteRepository:
    """Notes: a clinician writes them, and they stay as they are; an addendum is a further note."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def write(self, asker: Asker, person_id: str, text: str, *, key: str) -> Note:
        """Keep a note; a second write with the same key changes nothing and returns the first."""
        if not text.strip() or len(text) > 20_000:
            raise BadInput(f"note: expected a text of 1 to 20000 characters, got {len(text)}")
        with self.store.write() as work:
            allow(work, asker, person_id)
            if not looks_after(work, asker, person_id):
                raise NotYours("note: expected a clinician who looks after this person, got somebody else; sign in as one")
            values = {"person_id": person_id, "author_id": asker.person_id, "key": key, "at": self.store.now(), "text": text}
            if self.store.insert_once(work, NoteRow, ("person_id", "key"), values):
                note_action(work, self.store.now(), asker, person_id, "note.write")
            row = work.scalar(select(NoteRow).where(NoteRow.person_id == person_id, NoteRow.key == key))
            assert row is not None
            return Note(row.key, row.author_id, row.at, row.text)

    def all(self, asker: Asker, person_id: str) -> tuple[Note, ...]:
        """Every note on a person, the latest first."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            rows = work.scalars(select(NoteRow).where(NoteRow.person_id == person_id).order_by(NoteRow.id.desc()))
            return tuple(Note(row.key, row.author_id, row.at, row.text) for row in rows)


class ConsentRepository:
    """Consents: each yes and each no is kept with its words; the last one for a purpose counts."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def say(self, asker: Asker, purpose: str, given: bool, words: str) -> None:
        """The asker agrees, or takes it back."""
        if not 1 <= len(purpose) <= 64:
            raise BadInput(f"consent: expected a purpose of 1 to 64 characters, got {len(purpose)}")
        with self.store.write() as work:
            allow(work, asker, asker.person_id)
            work.add(ConsentRow(person_id=asker.person_id, purpose=purpose, given=given, words=words, at=self.store.now()))

    def given(self, asker: Asker, person_id: str, purpose: str) -> bool:
        """Whether a person agrees now; nothing said means no."""
        return next((one.given for one in self.all(asker, person_id) if one.purpose == purpose), False)

    def all(self, asker: Asker, person_id: str) -> tuple[Consent, ...]:
        """Every yes and no of a person, the latest first."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            rows = work.scalars(select(ConsentRow).where(ConsentRow.person_id == person_id).order_by(ConsentRow.id.desc()))
            return tuple(Consent(row.purpose, row.given, row.words, row.at) for row in rows)


class AppointmentRepository:
    """Requests for an appointment that a person made."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def ask(self, asker: Asker, *, address: str, reason: str, wishes: str = "", key: str) -> Appointment:
        """Keep the asker's request; a second one with the same key changes nothing and returns the first."""
        if not 1 <= len(address) <= 254:
            raise BadInput(f"appointment: expected an address of 1 to 254 characters, got {len(address)}")
        with self.store.write() as work:
            allow(work, asker, asker.person_id)
            values = {"person_id": asker.person_id, "key": key, "at": self.store.now(), "address": address, "reason": reason}
            self.store.insert_once(work, AppointmentRow, ("person_id", "key"), {**values, "wishes": wishes})
            query = select(AppointmentRow).where(AppointmentRow.person_id == asker.person_id, AppointmentRow.key == key)
            row = work.scalar(query)
            assert row is not None
            return Appointment(row.key, row.at, row.address, row.reason, row.wishes)

    def all(self, asker: Asker, person_id: str) -> tuple[Appointment, ...]:
        """Every request of a person, the latest first."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            rows = work.scalars(select(AppointmentRow).where(AppointmentRow.person_id == person_id).order_by(AppointmentRow.id.desc()))
            return tuple(Appointment(row.key, row.at, row.address, row.reason, row.wishes) for row in rows)
