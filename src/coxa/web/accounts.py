"""Accounts: passwords, signing in with one, making one; no HTTP."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from coxa.errors import BadInput
from coxa.records import PeopleRepository, Store
from coxa.records.asker import Role
from coxa.records.people import Person

SHORTEST, LONGEST = 10, 1000

#: Each check takes 64 MB for a moment; a crowd at the door waits its turn.
_AT_ONCE = BoundedSemaphore(2)
_HASHER = PasswordHash((Argon2Hasher(),))


def hash_password(password: str, email: str = "") -> str:
    """The hash of a new password, with Argon2id.

    Raises
    ------
    BadInput
        If it is too short, too long, or the address itself.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"password: expected {SHORTEST} to {LONGEST} characters, got {len(password)}; three words make a good one")
    if email and password.strip().lower() == email.strip().lower():
        raise BadInput("password: expected something other than the e-mail address, got that; three words make a good one")
    with _AT_ONCE:
        return _HASHER.hash(password)


def right_account(store: Store, email: str, password: str) -> Person | None:
    """Whose address and password these are; None if they are nobody's. It takes as long either way."""
    try:
        account = PeopleRepository(store).account(email)
    except BadInput:
        account = None
    with _AT_ONCE:
        right = _HASHER.verify(password[:LONGEST], account.password_hash if account else _nobodys())
    return account.person if account is not None and right and not account.closed else None


def make_account(
    store: Store, *, email: str, password: str, role: Role, zone: str, language: str, name: str = "", local: Person | None = None
) -> Person:
    """A new account, or one for a person who had none and keeps their diary.

    Raises
    ------
    BadInput
        If the address is none or has an account, or the password will not do.
    """
    hashed = hash_password(password, email)
    return PeopleRepository(store).create_account(
        email=email,
        password_hash=hashed,
        role=role,
        zone=zone,
        language=language,
        name=name.strip()[:200],
        person_id=local.id if local else None,
    )


def change_password(store: Store, person: Person, password: str) -> None:
    """A new password; everybody who is signed in under this account is signed out.

    Raises
    ------
    BadInput
        If the password will not do.
    """
    PeopleRepository(store).set_password_hash(person.asker, hash_password(password, person.email or ""))


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(24))
