"""`Asker`: who asks; a patient sees their own data, a clinician that of the people linked to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coxa.errors import CoxaError
from coxa.records.tables import CareLinkRow, PersonRow

Role = Literal["patient", "clinician"]


class NotYours(CoxaError):
    """It is not there, or not for the one who asks; which of the two is not said."""


@dataclass(frozen=True)
class Asker:
    """Who asks, and as what. The person at this computer without an account asks as a patient."""

    person_id: str
    role: Role = "patient"


def allow(session: Session, asker: Asker, person_id: str, *, own_only: bool = False) -> PersonRow:
    """The person, where the asker may see them.

    Parameters
    ----------
    session : sqlalchemy.orm.Session
    asker : Asker
    person_id : str
        Whose data it is.
    own_only : bool
        Whether only the person may do this, and no clinician.

    Returns
    -------
    PersonRow

    Raises
    ------
    NotYours
        Where there is no such person, or it is somebody else's data.
    """
    person = session.get(PersonRow, person_id)
    # A session forgets the rows that nobody holds, and inside `Store.reading` this one is asked for again and again.
    session.info[PersonRow, person_id] = person
    if person is not None and (asker.person_id == person_id or (not own_only and looks_after(session, asker, person_id))):
        return person
    raise NotYours("expected a person whose data you may see, got none; sign in as that person, or ask them to link you")


def looks_after(session: Session, asker: Asker, person_id: str) -> bool:
    """Whether the asker is a clinician to whom the person is linked now."""
    if asker.role != "clinician":
        return False
    links = select(CareLinkRow.id).where(
        CareLinkRow.person_id == person_id, CareLinkRow.clinician_id == asker.person_id, CareLinkRow.until.is_(None)
    )
    return session.scalar(links.limit(1)) is not None
