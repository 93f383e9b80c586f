"""Records: what is kept: people, screenings, programmes, the diary, notes, consents, audit; in SQLite or PostgreSQL.

Must not know HTTP. May import `coxa.body`, `coxa.exercises`, `coxa.motion`, `coxa.capture` and `coxa.care`. Start with
`Store` (one open database), `Asker` (who asks; every query is scoped to them) and `DiaryRepository` (each event written
when it happens; `history` builds from them what `coxa.care` decides by).
"""

from coxa.records.asker import Asker, NotYours
from coxa.records.audit import AuditRepository
from coxa.records.diary import DiaryRepository
from coxa.records.notes import AppointmentRepository, ConsentRepository, NoteRepository
from coxa.records.people import PeopleRepository
from coxa.records.preferences import SettingsRepository
from coxa.records.programmes import ProgrammeRepository
from coxa.records.screenings import ScreeningRepository
from coxa.records.signins import SignInRepository
from coxa.records.store import Store

__all__ = [
    "AppointmentRepository", "Asker", "AuditRepository", "ConsentRepository", "DiaryRepository", "NotYours", "NoteRepository",
    "PeopleRepository", "ProgrammeRepository", "ScreeningRepository", "SettingsRepository", "SignInRepository", "Store",
]  # fmt: skip
