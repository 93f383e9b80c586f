"""`SignInRepository`: sign-ins kept on the server; whoever holds the token is that person until it ends."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from coxa.records.asker import Asker, NotYours, Role
from coxa.records.store import Store
from coxa.records.tables import AccountRow, PersonRow, SignInRow


@dataclass(frozen=True)
class SignIn:
    """One sign-in; `id` names it in a list and cannot be used to sign in."""

    id: str
    asker: Asker
    label: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class SignInRepository:
    """Sign-ins: of accounts, and of a phone that was paired with the person at this computer."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def open(self, person_id: str, *, lasts: timedelta, label: str = "") -> str:
        """A new sign-in of a person who has shown who they are; its token, which is kept nowhere else."""
        token = secrets.token_urlsafe(32)
        now = self.store.now()
        with self.store.write() as work:
            if work.get(PersonRow, person_id) is None:
                raise NotYours("sign-in: expected a person who is kept, got none; make an account first")
            work.execute(delete(SignInRow).where(SignInRow.expires_at <= now))
            row = SignInRow(token_digest=_digest(token), person_id=person_id, label=label[:100], created_at=now, seen_at=now)
            row.expires_at = now + lasts
            work.add(row)
        return token

    def find(self, token: str) -> SignIn | None:
        """The sign-in of a token; None where it has ended, has expired, or the account is closed."""
        with self.store.read() as work:
            row = work.get(SignInRow, _digest(token))
            if row is None or row.expires_at <= self.store.now():
                return None
            account = work.get(AccountRow, row.person_id)
            if account is not None and account.closed_at is not None:
                return None
            return _sign_in(row, account)

    def touch(self, token: str, *, lasts: timedelta) -> None:
        """The token was used: it lasts this long from now on."""
        with self.store.write() as work:
            row = work.get(SignInRow, _digest(token))
            now = self.store.now()
            if row is not None and row.expires_at > now:
                row.seen_at, row.expires_at = now, now + lasts

    def close(self, token: str) -> None:
        """End this sign-in."""
        with self.store.write() as work:
            work.execute(delete(SignInRow).where(SignInRow.token_digest == _digest(token)))

    def all(self, asker: Asker) -> tuple[SignIn, ...]:
        """The asker's sign-ins that hold, the latest first."""
        with self.store.read() as work:
            account = work.get(AccountRow, asker.person_id)
            mine = select(SignInRow).where(SignInRow.person_id == asker.person_id, SignInRow.expires_at > self.store.now())
            return tuple(_sign_in(row, account) for row in work.scalars(mine.order_by(SignInRow.created_at.desc())))

    def revoke(self, asker: Asker, id: str | None = None) -> None:
        """End one of the asker's sign-ins, or all of them."""
        with self.store.write() as work:
            mine = delete(SignInRow).where(SignInRow.person_id == asker.person_id)
            work.execute(mine if id is None else mine.where(SignInRow.token_digest == id))


def _sign_in(row: SignInRow, account: AccountRow | None) -> SignIn:
    role: Role = "clinician" if account is not None and account.role == "clinician" else "patient"
    return SignIn(row.token_digest, Asker(row.person_id, role), row.label, row.created_at, row.seen_at, row.expires_at)


def _digest(token: str) -> str:
    # The token has 256 random bits: a plain digest cannot be turned round.
    return hashlib.sha256(token.encode()).hexdigest()
