"""`ScreeningRepository`: the answers as they are given, corrections beside them, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Work

from coxa.care.questionnaire import Answer, read_answers
from coxa.care.screening import Clearance, Screening, screen
from coxa.errors import BadInput
from coxa.records.asker import Asker, NotYours, allow
from coxa.records.store import Store, zone_of
from coxa.records.tables import AnswerRow, ScreeningRow


@dataclass(frozen=True)
class Given:
    """One answer as it was given; None takes an earlier one back."""

    question: str
    answer: Any
    at: datetime


@dataclass(frozen=True)
class Completed:
    """A screening that was completed."""

    key: str
    completed_at: datetime
    zone: str
    result: Screening
    answers: dict[str, Answer]
    clearance: Clearance | None


class ScreeningRepository:
    """Screenings: each one open until it is completed. An answer is never erased; the last one to a question counts."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def begin(self, asker: Asker, person_id: str, *, key: str) -> None:
        """Open a screening; with a key that is there already, nothing happens."""
        with self.store.write() as work:
            person = allow(work, asker, person_id, own_only=True)
            values = {"person_id": person_id, "key": key, "at": self.store.now(), "zone": person.zone}
            self.store.insert_once(work, ScreeningRow, ("person_id", "key"), values)

    def answer(self, asker: Asker, person_id: str, screening_key: str, answers: Mapping[str, Any], *, key: str) -> dict[str, Answer]:
        """Keep answers, or corrections of them; None takes one back.

        Parameters
        ----------
        asker : Asker
        person_id : str
        screening_key : str
            A screening that is open.
        answers : mapping
            As JSON gives them, by question id.
        key : str
            A second write with the same key changes nothing.

        Returns
        -------
        dict
            All answers that count now.

        Raises
        ------
        BadInput
            An id that is no question, a value that is no answer, or a screening that is completed.
        NotYours
        """
        checked = read_answers(answers)
        with self.store.write() as work:
            row = self._open(work, asker, person_id, screening_key)
            for question in answers:
                said = checked.get(question)
                one = f"{key[:90]}#{list(answers).index(question)}"
                values = {
                    "person_id": person_id,
                    "screening_id": row.id,
                    "key": one,
                    "question": question,
                    "answer": list(said) if isinstance(said, tuple) else said,
                    "at": self.store.now(),
                }
                # Unchanged ones too: only so does a late second write of this one find that it has been kept.
                self.store.insert_once(work, AnswerRow, ("screening_id", "key"), values)
            return _answers(work, row.id)

    def answers(self, asker: Asker, person_id: str, screening_key: str) -> dict[str, Answer]:
        """The answers that count now."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            return _answers(work, _row(work, person_id, screening_key).id)

    def given(self, asker: Asker, person_id: str, screening_key: str) -> tuple[Given, ...]:
        """Each answer and each correction of it, oldest first."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            row = _row(work, person_id, screening_key)
            rows = work.scalars(select(AnswerRow).where(AnswerRow.screening_id == row.id).order_by(AnswerRow.id))
            found: list[Given] = []
            said: dict[str, Any] = {}
            for one in rows:
                if one.question not in said or said[one.question] != one.answer:
                    found.append(Given(one.question, one.answer, one.at))
                said[one.question] = one.answer
            return tuple(found)

    def complete(self, asker: Asker, person_id: str, screening_key: str, clearance: Clearance | None = None) -> Completed:
        """Weigh the answers and close the screening; a second call changes nothing and returns the first.

        Raises
        ------
        NotYours
        """
        with self.store.write() as work:
            allow(work, asker, person_id, own_only=True)
            row = _row(work, person_id, screening_key, lock=True)
            if row.completed_at is None:
                row.result = screen(_answers(work, row.id), clearance).model_dump(mode="json")
                row.clearance = clearance.model_dump(mode="json") if clearance else None
                row.completed_at = self.store.now()
            return _completed(work, row)

    def latest(self, asker: Asker, person_id: str) -> Completed | None:
        """The screening that was completed last."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            return latest_completed(work, person_id)

    def open_key(self, asker: Asker, person_id: str) -> str | None:
        """The key of the latest screening, where it has not been completed."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            row = work.scalar(select(ScreeningRow).where(ScreeningRow.person_id == person_id).order_by(ScreeningRow.id.desc()).limit(1))
            return row.key if row is not None and row.completed_at is None else None

    def _open(self, work: Work, asker: Asker, person_id: str, screening_key: str) -> ScreeningRow:
        allow(work, asker, person_id, own_only=True)
        row = _row(work, person_id, screening_key, lock=True)
        if row.completed_at is not None:
            raise BadInput(f"screening {screening_key}: expected one that is open, got one that is completed; begin a new one")
        return row


def latest_completed(work: Work, person_id: str) -> Completed | None:
    """The screening that was completed last."""
    query = select(ScreeningRow).where(ScreeningRow.person_id == person_id, ScreeningRow.completed_at.is_not(None))
    row = work.scalar(query.order_by(ScreeningRow.completed_at.desc(), ScreeningRow.id.desc()).limit(1))
    return _completed(work, row) if row is not None else None


def latest_result(work: Work, person_id: str) -> tuple[datetime, Screening] | None:
    """When the screening that was completed last was, in the person's zone, and what it came to; without its answers."""
    query = select(ScreeningRow.completed_at, ScreeningRow.zone, ScreeningRow.result).where(
        ScreeningRow.person_id == person_id, ScreeningRow.completed_at.is_not(None)
    )
    row = work.execute(query.order_by(ScreeningRow.completed_at.desc(), ScreeningRow.id.desc()).limit(1)).first()
    if row is None or row.completed_at is None:
        return None
    return row.completed_at.astimezone(zone_of(row.zone)), Screening.model_validate(row.result)


def _completed(work: Work, row: ScreeningRow) -> Completed:
    assert row.completed_at is not None
    known: dict[int, Completed] = work.info.setdefault("screenings", {})
    if row.id not in known:  # a page asks for it several times, and what is completed is never changed
        known[row.id] = _read_completed(work, row, row.completed_at)
    return known[row.id]


def _read_completed(work: Work, row: ScreeningRow, completed_at: datetime) -> Completed:
    return Completed(
        key=row.key,
        completed_at=completed_at,
        zone=row.zone,
        result=Screening.model_validate(row.result),
        answers=_answers(work, row.id),
        clearance=Clearance.model_validate(row.clearance) if row.clearance else None,
    )


def _row(work: Work, person_id: str, key: str, *, lock: bool = False) -> ScreeningRow:
    query = select(ScreeningRow).where(ScreeningRow.person_id == person_id, ScreeningRow.key == key)
    row = work.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotYours(f"screening {key}: expected one of this person, got none; begin a new one")
    return row


def _answers(work: Work, screening_id: int) -> dict[str, Answer]:
    rows = work.scalars(select(AnswerRow).where(AnswerRow.screening_id == screening_id).order_by(AnswerRow.id))
    said = {row.question: row.answer for row in rows}
    return {question: tuple(answer) if isinstance(answer, list) else answer for question, answer in said.items() if answer is not None}
