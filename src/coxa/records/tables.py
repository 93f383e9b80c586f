"""The tables, one class each; everything a person owns goes when the person goes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

#: Names that are the same in every database, so that a later migration finds what it changes.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
ID, KEY, ZONE = String(32), String(100), String(64)


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept in UTC; a time without its zone is refused, for nobody knows when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with its zone, got {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Document = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {dict[str, Any]: Document, Any: Document, datetime: UtcTime(), bytes: LargeBinary()}  # noqa: RUF012


def new_id() -> str:
    """An id that nobody can guess."""
    return uuid.uuid4().hex


def _owner() -> Mapped[str]:
    return mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"), index=True)


class PersonRow(Base):
    """Somebody who is kept; without an account it is the person at this computer."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(ZONE)
    language: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class AccountRow(Base):
    """A way to sign in. The hash is the web's to make and to check."""

    __tablename__ = "accounts"

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CareLinkRow(Base):
    """A clinician who looks after a patient, from when until when."""

    __tablename__ = "care_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    clinician_id: Mapped[str] = _owner()
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class SignInRow(Base):
    """One sign-in, kept on the server; only a digest of its token."""

    __tablename__ = "sign_ins"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = _owner()
    label: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ScreeningRow(Base):
    """One screening: open until it is completed; a new one is a new row."""

    __tablename__ = "screenings"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    key: Mapped[str] = mapped_column(KEY)
    at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(ZONE)
    completed_at: Mapped[datetime | None]
    clearance: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]


class AnswerRow(Base):
    """One answer to one question; a correction is a further row, and the last one counts."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("screening_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    screening_id: Mapped[int] = mapped_column(ForeignKey("screenings.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(KEY)
    question: Mapped[str] = mapped_column(String(100))
    answer: Mapped[Any] = mapped_column(Document, nullable=True)
    at: Mapped[datetime]


class ProgrammeRow(Base):
    """One version of a person's programme, with what it was made from and the steps that led to it."""

    __tablename__ = "programmes"
    __table_args__ = (UniqueConstraint("person_id", "key"), UniqueConstraint("person_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    number: Mapped[int]
    key: Mapped[str] = mapped_column(KEY)
    at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(ZONE)
    made_by: Mapped[str | None] = mapped_column(ID, ForeignKey("people.id", ondelete="SET NULL"))
    profile: Mapped[dict[str, Any]]
    programme: Mapped[dict[str, Any]]
    taken: Mapped[Any] = mapped_column(Document)


class EventRow(Base):
    """One thing that happened, written when it happened and never changed; `corrects` names the key it stands in for."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_events_person_session", "person_id", "session_key"),
        Index("ix_events_person_kind", "person_id", "kind"),
        # What came last, and what came since: every page asks whether the diary has changed.
        Index("ix_events_person_id", "person_id", "id"),
        # Few entries correct another one, and whatever is read has to leave out those that were corrected.
        Index(
            "ix_events_person_corrects",
            "person_id",
            "corrects",
            sqlite_where=text("corrects IS NOT NULL"),
            postgresql_where=text("corrects IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(KEY)
    kind: Mapped[str] = mapped_column(String(32))
    session_key: Mapped[str | None] = mapped_column(KEY)
    at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(ZONE)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str | None] = mapped_column(ID, ForeignKey("people.id", ondelete="SET NULL"))
    corrects: Mapped[str | None] = mapped_column(KEY)
    body: Mapped[dict[str, Any]]


class SessionRow(Base):
    """One session as its events come to, renewed with each of them, so that a diary of years opens at once."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_person_at", "person_id", "at"),)

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(ZONE)
    pain_before: Mapped[int]
    ended_at: Mapped[datetime | None]
    finished: Mapped[bool]
    stop: Mapped[str | None] = mapped_column(String(32))
    document: Mapped[dict[str, Any]]


class SetRow(Base):
    """One set that was watched: its `SetResult`."""

    __tablename__ = "sets"
    __table_args__ = (
        Index("ix_sets_person_session", "person_id", "session_key"),
        Index("ix_sets_person_exercise", "person_id", "exercise"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"))
    session_key: Mapped[str] = mapped_column(KEY)
    exercise: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]]


class LandmarksRow(Base):
    """The landmarks of one set as a Parquet recording, where the person asked to keep them."""

    __tablename__ = "landmarks"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = _owner()
    parquet: Mapped[bytes]


class NoteRow(Base):
    """A clinician's note on a patient; an addendum is a further note."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    author_id: Mapped[str | None] = mapped_column(ID, ForeignKey("people.id", ondelete="SET NULL"))
    key: Mapped[str] = mapped_column(KEY)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)


class ConsentRow(Base):
    """What a person agreed to or took back; the last row for a purpose counts."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    purpose: Mapped[str] = mapped_column(String(64))
    given: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class PreferenceRow(Base):
    """One setting of one person: voice, speed, size, contrast, reminders."""

    __tablename__ = "preferences"

    person_id: Mapped[str] = mapped_column(ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(Document, nullable=True)
    changed_at: Mapped[datetime]


class AppointmentRow(Base):
    """A request for an appointment that a person made."""

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = _owner()
    key: Mapped[str] = mapped_column(KEY)
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(Text)
    wishes: Mapped[str] = mapped_column(Text)


class AuditRow(Base):
    """Who did what with whose data; without the data, so that it may outlive the person."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(ID, index=True)
    role: Mapped[str] = mapped_column(String(16))
    about_id: Mapped[str] = mapped_column(ID, index=True)
    action: Mapped[str] = mapped_column(String(64))
