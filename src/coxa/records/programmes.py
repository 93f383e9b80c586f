"""`ProgrammeRepository`: each version of a person's programme, with what it was made from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

from sqlalchemy import select
from sqlalchemy.orm import Session as Work

from coxa.care.history import Taken
from coxa.care.programme import Profile, Programme
from coxa.records.asker import Asker, allow
from coxa.records.audit import note_action
from coxa.records.store import Store, zone_of
from coxa.records.tables import PersonRow, ProgrammeRow


@dataclass(frozen=True)
class KeptProgramme:
    """One version; `number` counts the versions that were kept, from 1, over all programmes of the person."""

    number: int
    key: str
    at: datetime
    made_by: str | None
    profile: Profile
    programme: Programme
    taken: tuple[Taken, ...]


class ProgrammeRepository:
    """Programmes are never changed: a change is a further version."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @overload
    def save(
        self, asker: Asker, person_id: str, profile: Profile, programme: Programme, *, key: str, taken: Sequence[Taken] = ()
    ) -> KeptProgramme: ...

    @overload
    def save(
        self, asker: Asker, person_id: str, profile: Profile, programme: Programme, *, key: str, taken: Sequence[Taken] = (), follows: int
    ) -> KeptProgramme | None: ...

    def save(
        self,
        asker: Asker,
        person_id: str,
        profile: Profile,
        programme: Programme,
        *,
        key: str,
        taken: Sequence[Taken] = (),
        follows: int | None = None,
    ) -> KeptProgramme | None:
        """Keep a version; the person's own, or one that a clinician prescribes.

        Parameters
        ----------
        asker : Asker
        person_id : str
        profile : Profile
            What it was made from.
        programme : Programme
        key : str
            A second save with the same key changes nothing and returns the first.
        taken : sequence of Taken
            The steps of the review that led to it (`coxa.care.progression.steps_taken`).
        follows : int, optional
            The number of the version that it was made from.

        Returns
        -------
        KeptProgramme or None
            None where it follows a version that is no longer the latest: look again, and decide anew.

        Raises
        ------
        NotYours
        """
        with self.store.write() as work:
            person = allow(work, asker, person_id)
            # Two versions saved at once do not get the same number.
            work.execute(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update())
            newest = latest_row(work, person_id)
            there = work.scalar(select(ProgrammeRow).where(ProgrammeRow.person_id == person_id, ProgrammeRow.key == key))
            if there is None and follows is not None and (newest.number if newest else 0) != follows:
                return None
            values = {
                "person_id": person_id,
                "number": newest.number + 1 if newest else 1,
                "key": key,
                "at": self.store.now(),
                "zone": person.zone,
                "made_by": asker.person_id,
                "profile": profile.model_dump(mode="json"),
                "programme": programme.model_dump(mode="json"),
                "taken": [one.model_dump(mode="json") for one in taken],
            }
            if self.store.insert_once(work, ProgrammeRow, ("person_id", "key"), values) and asker.person_id != person_id:
                note_action(work, self.store.now(), asker, person_id, "programme.save")
            row = work.scalar(select(ProgrammeRow).where(ProgrammeRow.person_id == person_id, ProgrammeRow.key == key))
            assert row is not None
            return read_version(row)

    def latest(self, asker: Asker, person_id: str) -> KeptProgramme | None:
        """The version that holds now."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            row = latest_row(work, person_id)
            return _read_once(work, row) if row else None

    def versions(self, asker: Asker, person_id: str, keys: Collection[str] | None = None) -> tuple[KeptProgramme, ...]:
        """Every version, or only those kept under these keys; the first one first."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            query = select(ProgrammeRow).where(ProgrammeRow.person_id == person_id).order_by(ProgrammeRow.number)
            rows = work.scalars(query if keys is None else query.where(ProgrammeRow.key.in_(keys)))
            return tuple(_read_once(work, row) for row in rows)


def latest_row(work: Work, person_id: str) -> ProgrammeRow | None:
    """The row of the version that holds now."""
    return work.scalar(select(ProgrammeRow).where(ProgrammeRow.person_id == person_id).order_by(ProgrammeRow.number.desc()).limit(1))


def _read_once(work: Work, row: ProgrammeRow) -> KeptProgramme:
    """The same version, where this session has read it before: a version is never changed."""
    known: dict[tuple[str, int], KeptProgramme] = work.info.setdefault("versions", {})
    key = (row.person_id, row.number)
    if key not in known:
        known[key] = read_version(row)
    return known[key]


def read_version(row: ProgrammeRow) -> KeptProgramme:
    """The row as values, its time in the person's zone."""
    return KeptProgramme(
        number=row.number,
        key=row.key,
        at=row.at.astimezone(zone_of(row.zone)),
        made_by=row.made_by,
        profile=Profile.model_validate(row.profile),
        programme=Programme.model_validate(row.programme),
        taken=tuple(Taken.model_validate(one) for one in row.taken),
    )
