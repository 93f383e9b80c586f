"""`PeopleRepository`: people with and without an account, and who looks after whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Work

from coxa.errors import BadInput
from coxa.records.asker import Asker, NotYours, Role, allow
from coxa.records.audit import note_action
from coxa.records.store import Store, zone_of
from coxa.records.tables import AccountRow, CareLinkRow, PersonRow, SignInRow


@dataclass(frozen=True)
class Person:
    """Somebody who is kept; `role` is None for the person at this computer, who has no account."""

    id: str
    name: str
    zone: str
    language: str
    created_at: datetime
    role: Role | None
    email: str | None

    @property
    def asker(self) -> Asker:
        """This person as the one who asks."""
        return Asker(self.id, self.role or "patient")


@dataclass(frozen=True)
class Account:
    """What signing in needs: the hash is checked by whoever asks for it."""

    person: Person
    password_hash: str
    closed: bool


class PeopleRepository:
    """People. Who signs in is looked up before there is an asker; everything else is scoped."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def create_local(self, *, zone: str, language: str = "en", name: str = "") -> Person:
        """A person without an account, at this computer.

        Raises
        ------
        BadInput
            If there is no such zone.
        """
        with self.store.write() as work:
            return _person(work, self._add(work, name, zone, language))

    def local(self) -> tuple[Person, ...]:
        """The people at this computer, without an account; the one who came first stands first."""
        with self.store.read() as work:
            query = (
                select(PersonRow).outerjoin(AccountRow).where(AccountRow.person_id.is_(None)).order_by(PersonRow.created_at, PersonRow.id)
            )
            return tuple(_person(work, row) for row in work.scalars(query))

    def create_account(
        self, *, email: str, password_hash: str, role: Role, zone: str, language: str = "en", name: str = "", person_id: str | None = None
    ) -> Person:
        """A person with an account; with `person_id`, one for a local person, whose diary then stays theirs.

        Raises
        ------
        BadInput
            If the address has an account already, or there is no such zone.
        NotYours
            If `person_id` is not that of a local person.
        """
        address = _address(email)
        try:
            with self.store.write() as work:
                if person_id is not None:
                    row = work.get(PersonRow, person_id)
                    if row is None or work.get(AccountRow, person_id) is not None:
                        raise NotYours("person: expected one without an account, got none; sign in")
                    row.name = name or row.name
                else:
                    row = self._add(work, name, zone, language)
                values = {"person_id": row.id, "email": address, "password_hash": password_hash, "role": role}
                work.add(AccountRow(**values, created_at=self.store.now()))
                work.flush()
                return _person(work, row)
        except IntegrityError as error:
            raise BadInput("e-mail: expected an address without an account, got one that has one; sign in") from error

    def account(self, email: str) -> Account | None:
        """The account of an address, for signing in; capitals do not matter."""
        with self.store.read() as work:
            row = work.scalar(select(AccountRow).where(AccountRow.email == _address(email)))
            person = work.get(PersonRow, row.person_id) if row else None
            return Account(_person(work, person), row.password_hash, row.closed_at is not None) if row and person else None

    def get(self, asker: Asker, person_id: str) -> Person:
        """One person.

        Raises
        ------
        NotYours
        """
        with self.store.read() as work:
            return _person(work, allow(work, asker, person_id))

    def change(self, asker: Asker, person_id: str, **changes: str) -> Person:
        """Change name, zone or language; what is already in the diary keeps the zone in which it happened."""
        if unknown := set(changes) - {"name", "zone", "language"}:
            raise BadInput(f"person: expected name, zone or language, got {', '.join(sorted(unknown))}")
        if "zone" in changes:
            zone_of(changes["zone"])
        with self.store.write() as work:
            row = allow(work, asker, person_id, own_only=True)
            for name, value in changes.items():
                setattr(row, name, value)
            return _person(work, row)

    def set_password_hash(self, asker: Asker, password_hash: str) -> None:
        """Change the asker's own password hash; every sign-in of theirs ends."""
        with self.store.write() as work:
            row = work.get(AccountRow, asker.person_id)
            if row is None:
                raise NotYours("account: expected one of yours, got none; make one first")
            row.password_hash = password_hash
            work.execute(delete(SignInRow).where(SignInRow.person_id == asker.person_id))
            note_action(work, self.store.now(), asker, asker.person_id, "account.password")

    def link(self, asker: Asker, clinician_id: str) -> None:
        """The asker lets a clinician look after them; only the person can do this."""
        with self.store.write() as work:
            allow(work, asker, asker.person_id)
            account = work.get(AccountRow, clinician_id)
            if account is None or account.role != "clinician" or account.closed_at is not None or clinician_id == asker.person_id:
                raise NotYours("clinician: expected the account of a clinician, got none; ask them for a new invitation")
            if work.scalar(_link(asker.person_id, clinician_id)) is None:
                values: dict[str, Any] = {"person_id": asker.person_id, "clinician_id": clinician_id}
                work.add(CareLinkRow(**values, since=self.store.now()))
                note_action(work, self.store.now(), asker, asker.person_id, "care.link")

    def unlink(self, asker: Asker, person_id: str, clinician_id: str) -> None:
        """End it; the person and the clinician each can. The clinician sees nothing of the person from then on."""
        with self.store.write() as work:
            allow(work, asker, person_id)
            row = work.scalar(_link(person_id, clinician_id))
            if row is None or asker.person_id not in (person_id, clinician_id):
                raise NotYours("clinician: expected one who looks after this person, got none; nothing to end")
            row.until = self.store.now()
            note_action(work, self.store.now(), asker, person_id, "care.unlink")

    def patients(self, asker: Asker) -> tuple[Person, ...]:
        """The people linked to the asker, by name; none unless the asker is a clinician."""
        if asker.role != "clinician":
            return ()
        with self.store.read() as work:
            query = (
                select(PersonRow)
                .join(CareLinkRow, CareLinkRow.person_id == PersonRow.id)
                .where(CareLinkRow.clinician_id == asker.person_id, CareLinkRow.until.is_(None))
                .order_by(func.lower(PersonRow.name), PersonRow.id)
            )
            return tuple(_person(work, row) for row in work.scalars(query))

    def clinicians(self, asker: Asker, person_id: str) -> tuple[Person, ...]:
        """Who looks after a person now."""
        with self.store.read() as work:
            allow(work, asker, person_id)
            query = (
                select(PersonRow)
                .join(CareLinkRow, CareLinkRow.clinician_id == PersonRow.id)
                .where(CareLinkRow.person_id == person_id, CareLinkRow.until.is_(None))
                .order_by(func.lower(PersonRow.name), PersonRow.id)
            )
            return tuple(_person(work, row) for row in work.scalars(query))

    def _add(self, work: Work, name: str, zone: str, language: str) -> PersonRow:
        zone_of(zone)
        row = PersonRow(name=name[:200], zone=zone, language=language, created_at=self.store.now())
        work.add(row)
        work.flush()
        return row


def _link(person_id: str, clinician_id: str) -> Any:
    return select(CareLinkRow).where(
        CareLinkRow.person_id == person_id, CareLinkRow.clinician_id == clinician_id, CareLinkRow.until.is_(None)
    )


def _person(work: Work, row: PersonRow) -> Person:
    account = work.get(AccountRow, row.id)
    role: Any = account.role if account else None
    return Person(row.id, row.name, row.zone, row.language, row.created_at, role, account.email if account else None)


def _address(email: str) -> str:
    address = email.strip().lower()
    if not 3 <= len(address) <= 254 or "@" not in address:
        raise BadInput(f"e-mail: expected an address such as anna@example.org, got {email[:60]!r}")
    return address
