"""`keep`: entries of the diary as a page or a program sends them, each kept by itself, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coxa.errors import CoxaError
from coxa.locales import gettext as _
from coxa.records import DiaryRepository, NotYours
from coxa.records.events import Event, Kept
from coxa.web.flow.moving_on import move_on, moves
from coxa.web.flow.progress import Whose


@dataclass(frozen=True)
class Entry:
    """One entry to keep: its key, when it happened, to which session it belongs, and what it corrects."""

    key: str
    event: Event
    at: datetime | None = None
    session_key: str | None = None
    corrects: str | None = None


@dataclass(frozen=True)
class Refusal:
    """One entry that was not kept, and why."""

    key: str
    detail: str


def keep(visitor: Whose, entries: Sequence[Entry]) -> tuple[list[Kept], list[Refusal]]:
    """Keep what can be kept, and let the programme move on where that follows.

    Parameters
    ----------
    visitor
        Whose diary it is; `coxa.web.visitor.Visitor`.
    entries : sequence of Entry
        In the order in which they happened. An entry whose key is kept already changes nothing.

    Returns
    -------
    kept, refused
        One of both for each entry; a refused one keeps none of the others out.
    """
    diary = DiaryRepository(visitor.store)
    kept: list[Kept] = []
    refused: list[Refusal] = []
    asks: str | None = None
    for entry in entries:
        try:
            one = diary.record(
                visitor.asker,
                visitor.person.id,
                entry.event,
                key=entry.key,
                at=entry.at,
                session_key=entry.session_key,
                corrects=entry.corrects,
            )
        except NotYours:
            refused.append(Refusal(entry.key, _("This is not yours to write.")))
            continue
        except CoxaError as error:
            refused.append(Refusal(entry.key, " ".join(str(error).split())))
            continue
        kept.append(one)
        if moves(one.event):
            asks = one.key
    if asks is not None:
        # Once for all of them: what is sent after an evening offline is looked at as a whole.
        move_on(visitor, asks)
    return kept, refused
