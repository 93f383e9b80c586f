"""`DiaryRepository`: each event written when it happens, once; and the `History` that they come to."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Work

from coxa.body import Recording, read_recording, write_recording
from coxa.care.history import History, Session
from coxa.errors import BadInput, CoxaError
from coxa.motion.result import SetResult
from coxa.records.asker import Asker, NotYours, allow
from coxa.records.audit import note_action
from coxa.records.events import (
    BY_CLINICIAN,
    Event,
    InSession,
    Kept,
    SetDone,
    read_event,
)
from coxa.records.fold import fold
from coxa.records.history import folded_session, history_of
from coxa.records.store import Store
from coxa.records.tables import EventRow, LandmarksRow, PersonRow, ProgrammeRow, ScreeningRow, SessionRow, SetRow

#: A clock may be a little ahead of this one; more is an error that would spoil the diary.
CLOCK_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class KeptSession:
    """One session: its key, the folded session, when it ended (None: broken off, or still going on)."""

    key: str
    session: Session
    ended_at: datetime | None


@dataclass(frozen=True)
class KeptSet:
    """One set that was watched; `number` asks for its landmarks."""

    number: int
    session_key: str
    exercise: str
    at: datetime
    result: dict[str, Any]
    landmarks: bool


@dataclass(frozen=True)
class Entry:
    """One event to write, as `DiaryRepository.record` takes it; `landmarks` may be those of `landmarks_file` already."""

    asker: Asker
    person_id: str
    event: Event
    key: str
    at: datetime | None = None
    session_key: str | None = None
    corrects: str | None = None
    result: SetResult | dict[str, Any] | None = None
    landmarks: Recording | bytes | None = None


class DiaryRepository:
    """The diary of each person: a log of events to which is only ever added."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def record(
        self,
        asker: Asker,
        person_id: str,
        event: Event,
        *,
        key: str,
        at: datetime | None = None,
        session_key: str | None = None,
        corrects: str | None = None,
        result: SetResult | dict[str, Any] | None = None,
        landmarks: Recording | bytes | None = None,
    ) -> Kept:
        """Write one event; when this returns, it is kept.

        Parameters
        ----------
        asker : Asker
            The person; a clinician may write tests, the pain mode and steps taken.
        person_id : str
        event : Event
        key : str
            One for each thing that happened, made by whoever saw it happen. A second write with the same key changes nothing.
        at : datetime, optional
            When it happened, with its zone; else now.
        session_key : str, optional
            The session to which it belongs; what happens in a session needs one.
        corrects : str, optional
            The key of the entry for which this stands in.
        result : SetResult or dict, optional
            What was seen of the set, with `SetDone`.
        landmarks : Recording, optional
            With `SetDone`, where the person asked to keep them.

        Returns
        -------
        Kept
            What stands in the log under this key: on a second write, the first one.

        Raises
        ------
        BadInput
            One line: a time without zone or in the future, an event of a session without its session, a correction of nothing.
        NotYours
        """
        entry = Entry(asker, person_id, event, key, at, session_key, corrects, result, landmarks)
        moment = self._checked(entry)
        parquet = landmarks_file(landmarks) if isinstance(landmarks, Recording) else landmarks
        with self.store.write() as work:
            self._lock(work, [entry])
            kept, is_new = self._write(work, entry, moment, parquet)
            if is_new and kept.session_key is not None:
                self._renew(work, person_id, kept.session_key)
            return kept

    def record_all(self, entries: Sequence[Entry]) -> list[Kept | CoxaError]:
        """Write the events of many people in one go; when this returns, what is not an error is kept.

        Parameters
        ----------
        entries : sequence of Entry
            In the order in which they happened.

        Returns
        -------
        list of Kept or CoxaError
            For each entry what `record` would return or raise; one that is refused keeps none of the others out.
        """
        found: list[Kept | CoxaError] = []
        touched: dict[tuple[str, str], None] = {}
        with self.store.write() as work:
            self._lock(work, entries)
            for entry in entries:
                try:
                    moment = self._checked(entry)
                    parquet = landmarks_file(entry.landmarks) if isinstance(entry.landmarks, Recording) else entry.landmarks
                    with self.store.refusing(), work.begin_nested():
                        kept, is_new = self._write(work, entry, moment, parquet)
                except CoxaError as error:
                    found.append(error)
                    continue
                found.append(kept)
                if is_new and kept.session_key is not None:
                    touched[entry.person_id, kept.session_key] = None
            for person_id, session_key in touched:
                self._renew(work, person_id, session_key)
        return found

    def _checked(self, entry: Entry) -> datetime:
        """When the event happened; what is wrong with the entry itself is refused before anything is written."""
        event, key, session_key = entry.event, entry.key, entry.session_key
        moment = self._moment(entry.at)
        if not 1 <= len(key) <= 100 or (session_key is not None and not 1 <= len(session_key) <= 100):
            raise BadInput(f"event {event.kind}: expected keys of 1 to 100 characters, got {len(key)} and {len(session_key or '')}")
        inside = isinstance(event, InSession)
        if inside != (session_key is not None) and event.kind != "withdrawn":
            wanted = "the key of its session" if inside else "no session key"
            raise BadInput(f"event {event.kind}: expected {wanted}, got {session_key!r}")
        if (entry.result is not None or entry.landmarks is not None) and not isinstance(event, SetDone):
            raise BadInput(f"event {event.kind}: expected a result or landmarks with set-done only; leave them out")
        if event.kind == "withdrawn" and entry.corrects is None:
            raise BadInput("event withdrawn: expected the key of the entry to take back, got none; give corrects")
        return moment

    def _lock(self, work: Work, entries: Sequence[Entry]) -> None:
        """On PostgreSQL two events of one session wait for each other here; SQLite has one writer anyway."""
        if self.store.engine.dialect.name == "postgresql":
            # In one order everywhere, so that two batches never wait for each other.
            people = sorted({entry.person_id for entry in entries})
            work.execute(select(PersonRow.id).where(PersonRow.id.in_(people)).order_by(PersonRow.id).with_for_update())

    def _write(self, work: Work, entry: Entry, moment: datetime, parquet: bytes | None) -> tuple[Kept, bool]:
        """The entry as it stands in the log, and whether it was written just now."""
        asker, person_id, event, key, session_key = entry.asker, entry.person_id, entry.event, entry.key, entry.session_key
        person = allow(work, asker, person_id)
        if asker.person_id != person_id and event.kind not in BY_CLINICIAN:
            raise NotYours(f"event {event.kind}: expected the person to write it; a clinician may write {', '.join(sorted(BY_CLINICIAN))}")
        if entry.corrects is not None:
            old = _row(work, person_id, entry.corrects)
            if old is None or entry.corrects == key:
                raise BadInput(
                    f"event {event.kind}: expected the key of an entry to correct, got {entry.corrects!r}; look it up in the diary"
                )
            session_key = old.session_key if event.kind == "withdrawn" else session_key
        values = {
            "person_id": person_id,
            "key": key,
            "kind": event.kind,
            "session_key": session_key,
            "at": moment,
            "zone": person.zone,
            "recorded_at": (recorded_at := self.store.now()),
            "recorded_by": asker.person_id,
            "corrects": entry.corrects,
            "body": event.model_dump(mode="json"),
        }
        number = self.store.insert_new(work, EventRow, ("person_id", "key"), values)
        if number is None:
            row = _row(work, person_id, key)
            assert row is not None
            return _kept(row), False
        if entry.result is not None:
            document = entry.result.to_json() if isinstance(entry.result, SetResult) else entry.result
            assert isinstance(event, SetDone)
            work.add(SetRow(event_id=number, person_id=person_id, session_key=session_key, exercise=event.exercise, result=document))
        if parquet is not None:
            work.add(LandmarksRow(event_id=number, person_id=person_id, parquet=parquet))
        if asker.person_id != person_id:
            note_action(work, self.store.now(), asker, person_id, f"diary.{event.kind}")
        work.flush()
        kept = Kept(
            number=number,
            key=key,
            session_key=session_key,
            at=moment.astimezone(UTC),
            zone=person.zone,
            recorded_at=recorded_at,
            recorded_by=asker.person_id,
            corrects=entry.corrects,
            event=event,
        )
        return kept, True

    def state(self, asker: Asker, person_id: str) -> tuple[int, int, int]:
        """What has to change before `history` can: the last event's number, the programme's version, the last screening completed."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            event = select(func.max(EventRow.id)).where(EventRow.person_id == person_id)
            version = select(func.max(ProgrammeRow.number)).where(ProgrammeRow.person_id == person_id)
            screened = select(func.max(ScreeningRow.id)).where(ScreeningRow.person_id == person_id, ScreeningRow.completed_at.is_not(None))
            row = work.execute(select(event.scalar_subquery(), version.scalar_subquery(), screened.scalar_subquery())).one()
            return row[0] or 0, row[1] or 0, row[2] or 0

    def events(
        self, asker: Asker, person_id: str, *, session_key: str | None = None, kind: str | None = None, since: int = 0,
        limit: int | None = None,
    ) -> tuple[Kept, ...]:  # fmt: skip
        """The log, oldest first, corrected entries among it; of one session, of one kind, after a number, or the first so many."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            return tuple(_events(work, person_id, session_key=session_key, kind=kind, since=since, limit=limit))

    def sessions(self, asker: Asker, person_id: str, *, limit: int | None = None) -> tuple[KeptSession, ...]:
        """The sessions, the latest first."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            rows = select(SessionRow).where(SessionRow.person_id == person_id).order_by(SessionRow.at.desc(), SessionRow.key).limit(limit)
            return tuple(_session(row) for row in work.scalars(rows))

    def session(self, asker: Asker, person_id: str, key: str) -> KeptSession | None:
        """The session of this key; None where there is none."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            row = work.get(SessionRow, (person_id, key))
            return _session(row) if row is not None else None

    def open_session(self, asker: Asker, person_id: str) -> KeptSession | None:
        """The latest session, where it has not ended: to go on with, or to end."""
        latest = self.sessions(asker, person_id, limit=1)
        return latest[0] if latest and latest[0].ended_at is None else None

    def sets(
        self, asker: Asker, person_id: str, *, session_key: str | None = None, exercise: str | None = None, number: int | None = None,
        before: int | None = None, limit: int | None = None,
    ) -> tuple[KeptSet, ...]:  # fmt: skip
        """The sets that were watched and count, oldest first.

        Parameters
        ----------
        asker : Asker
        person_id : str
        session_key, exercise, number : optional
            Only those of this session, of this exercise, or the one of this number.
        before : int, optional
            Only those with a lower number.
        limit : int, optional
            The latest so many, and the latest first.
        """
        with self.store.read() as work:
            allow(work, asker, person_id)
            query = (
                select(SetRow, EventRow.at, EventRow.key, LandmarksRow.event_id)
                .join(EventRow, EventRow.id == SetRow.event_id)
                .outerjoin(LandmarksRow, LandmarksRow.event_id == SetRow.event_id)
                .where(SetRow.person_id == person_id)
            )
            # By number where a page of them is asked for: so the next page goes on where this one ends.
            newest = (SetRow.event_id.desc(),)
            query = query.order_by(*(newest if limit is not None else (EventRow.at, EventRow.id))).limit(limit)
            if number is not None:
                query = query.where(SetRow.event_id == number)
            if before is not None:
                query = query.where(SetRow.event_id < before)
            if session_key is not None:
                query = query.where(SetRow.session_key == session_key)
            if exercise is not None:
                query = query.where(SetRow.exercise == exercise)
            corrected = select(EventRow.corrects).where(EventRow.person_id == person_id, EventRow.corrects.is_not(None))
            query = query.where(EventRow.key.not_in(corrected))
            return tuple(
                KeptSet(row.event_id, row.session_key, row.exercise, at, row.result, landmarks is not None)
                for row, at, _, landmarks in work.execute(query)
            )

    def landmarks(self, asker: Asker, person_id: str, number: int) -> Recording | None:
        """The landmarks of a set, by its `KeptSet.number`; None where they were not kept."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            row = work.get(LandmarksRow, number)
            if row is None or row.person_id != person_id:
                return None
            parquet = row.parquet
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "set.parquet"
            file.write_bytes(parquet)
            return read_recording(file)

    def forget_landmarks(self, asker: Asker, person_id: str) -> int:
        """Erase every kept recording of landmarks of a person; how many there were."""
        with self.store.write() as work:
            allow(work, asker, person_id, own_only=True)
            gone = work.execute(delete(LandmarksRow).where(LandmarksRow.person_id == person_id).returning(LandmarksRow.event_id))
            return len(gone.all())

    def history(self, asker: Asker, person_id: str, today: date) -> History | None:
        """Everything that a decision about the next step looks at, as it stood at the end of that day.

        Parameters
        ----------
        asker : Asker
        person_id : str
        today : date
            In the person's zone; what is later is left out.

        Returns
        -------
        History or None
            None while there is no programme. Where two entries speak of the same morning, activity or day, the later one counts.
        """
        with self.store.read() as work:
            allow(work, asker, person_id)
            return history_of(work, person_id, today)

    def _moment(self, at: datetime | None) -> datetime:
        now = self.store.now()
        if at is None:
            return now
        if at.tzinfo is None:
            raise BadInput(f"at: expected a time with its zone, such as 2026-11-03T08:00:00+01:00, got {at.isoformat()}")
        if at > now + CLOCK_AHEAD:
            raise BadInput(f"at: expected a time up to now, {now.isoformat()}, got {at.isoformat()}; set the clock of that device")
        return at

    def _renew(self, work: Work, person_id: str, session_key: str) -> None:
        folded = fold(_events(work, person_id, session_key=session_key))
        row = work.get(SessionRow, (person_id, session_key))
        if folded is None:
            if row is not None:
                work.delete(row)
            return
        session = folded.session
        if row is None:
            row = SessionRow(person_id=person_id, key=session_key)
            work.add(row)
        row.at, row.zone, row.pain_before = session.at, str(session.at.tzinfo), session.pain_before
        row.ended_at, row.finished, row.stop = folded.ended_at, session.finished, session.stop
        row.document = session.model_dump(mode="json")


# ------------------------------------------------------------------------------------------------ rows and values


def _row(work: Work, person_id: str, key: str) -> EventRow | None:
    return work.scalar(select(EventRow).where(EventRow.person_id == person_id, EventRow.key == key))


def _events(
    work: Work, person_id: str, *, session_key: str | None = None, kind: str | None = None, since: int = 0, limit: int | None = None
) -> list[Kept]:
    query = select(EventRow.__table__).where(EventRow.person_id == person_id).order_by(EventRow.id).limit(limit)
    if session_key is not None:
        query = query.where(EventRow.session_key == session_key)
    if kind is not None:
        query = query.where(EventRow.kind == kind)
    if since:
        query = query.where(EventRow.id > since)
    return [_kept(row) for row in work.execute(query)]


def _kept(row: Any) -> Kept:
    return Kept(
        number=row.id,
        key=row.key,
        session_key=row.session_key,
        at=row.at,
        zone=row.zone,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        corrects=row.corrects,
        event=read_event(row.body, f"diary entry {row.key}"),
    )


def _session(row: SessionRow) -> KeptSession:
    return KeptSession(row.key, folded_session(row.at, row.zone, row.document), row.ended_at)


def landmarks_file(recording: Recording) -> bytes:
    """A recording of landmarks as the Parquet file that is kept."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "set.parquet"
        write_recording(recording, file)
        return file.read_bytes()
