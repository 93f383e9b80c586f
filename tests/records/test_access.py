"""Who may see and write what: a grid of askers and repositories; and what sign-ins, links and accounts hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from kept import ZONE, Clock, answers, clinician, patient, profile, programme

from coxa.care.screening import Clearance
from coxa.errors import BadInput
from coxa.records import (
    AppointmentRepository,
    Asker,
    AuditRepository,
    ConsentRepository,
    DiaryRepository,
    NoteRepository,
    NotYours,
    PeopleRepository,
    ProgrammeRepository,
    ScreeningRepository,
    SettingsRepository,
    SignInRepository,
    Store,
)
from coxa.records.events import MorningPain, PainMode, TestValue
from coxa.records.whole import erase, export

DAY = date(2026, 11, 3)
Does = Callable[[Store, Asker, str], object]
SCREENED = "screened"

READS: dict[str, Does] = {
    "person": lambda s, a, p: PeopleRepository(s).get(a, p),
    "clinicians": lambda s, a, p: PeopleRepository(s).clinicians(a, p),
    "events": lambda s, a, p: DiaryRepository(s).events(a, p),
    "sessions": lambda s, a, p: DiaryRepository(s).sessions(a, p),
    "open session": lambda s, a, p: DiaryRepository(s).open_session(a, p),
    "sets": lambda s, a, p: DiaryRepository(s).sets(a, p),
    "landmarks": lambda s, a, p: DiaryRepository(s).landmarks(a, p, 1),
    "history": lambda s, a, p: DiaryRepository(s).history(a, p, DAY),
    "programme": lambda s, a, p: ProgrammeRepository(s).latest(a, p),
    "versions": lambda s, a, p: ProgrammeRepository(s).versions(a, p),
    "screening": lambda s, a, p: ScreeningRepository(s).latest(a, p),
    "open screening": lambda s, a, p: ScreeningRepository(s).open_key(a, p),
    "answers": lambda s, a, p: ScreeningRepository(s).answers(a, p, SCREENED),
    "given": lambda s, a, p: ScreeningRepository(s).given(a, p, SCREENED),
    "notes": lambda s, a, p: NoteRepository(s).all(a, p),
    "consents": lambda s, a, p: ConsentRepository(s).all(a, p),
    "appointments": lambda s, a, p: AppointmentRepository(s).all(a, p),
    "settings": lambda s, a, p: SettingsRepository(s).all(a, p),
    "write programme": lambda s, a, p: ProgrammeRepository(s).save(a, p, profile(), programme(), key="k"),
    "write test": lambda s, a, p: DiaryRepository(s).record(
        a, p, TestValue(on=DAY, test="strength", value=4, unit="grade"), key=f"t-{a.role}"
    ),
    "write mode": lambda s, a, p: DiaryRepository(s).record(a, p, PainMode(mode="monitored", by="Berta"), key=f"m-{a.role}"),
    "note action": lambda s, a, p: AuditRepository(s).note(a, p, "letter.print"),
}
OWN: dict[str, Does] = {
    "change": lambda s, a, p: PeopleRepository(s).change(a, p, name="Anna B"),
    "write morning": lambda s, a, p: DiaryRepository(s).record(a, p, MorningPain(on=DAY, pain=1), key=f"w-{a.role}"),
    "begin screening": lambda s, a, p: ScreeningRepository(s).begin(a, p, key="new"),
    "answer": lambda s, a, p: ScreeningRepository(s).answer(a, p, "open", {"age": 50}, key="k"),
    "complete": lambda s, a, p: ScreeningRepository(s).complete(a, p, SCREENED),
    "settings": lambda s, a, p: SettingsRepository(s).change(a, p, {"voice": "off"}),
    "audit": lambda s, a, p: AuditRepository(s).about(a, p),
    "forget landmarks": lambda s, a, p: DiaryRepository(s).forget_landmarks(a, p),
    "export": lambda s, a, p: export(s, a, p),
    "erase": lambda s, a, p: erase(s, a, p),
}


def prepared(store: Store) -> tuple[Asker, Asker, Asker, Asker]:
    """A patient with a screening, another patient, the patient's clinician, another clinician."""
    anna, other, berta, stranger = patient(store), patient(store), clinician(store), clinician(store, "carl@example.org")
    PeopleRepository(store).link(anna, berta.person_id)
    for key in (SCREENED, "open"):
        ScreeningRepository(store).begin(anna, anna.person_id, key=key)
    ScreeningRepository(store).answer(anna, anna.person_id, SCREENED, answers(), key="a")
    return anna, other, berta, stranger


@pytest.mark.parametrize("does", [*READS, *(f"own {name}" for name in OWN)])
def test_a_patient_sees_their_own_a_clinician_those_linked_and_nobody_else_anything(store: Store, does: str) -> None:
    anna, other, berta, stranger = prepared(store)
    own = does.startswith("own ")
    act = OWN[does[4:]] if own else READS[does]
    pretends = Asker(other.person_id, "clinician")
    for asker in (other, stranger, pretends, Asker("nobody", "clinician"), *([berta] if own else [])):
        with pytest.raises(NotYours):
            act(store, asker, anna.person_id)
    if not own:
        act(store, berta, anna.person_id)
    act(store, anna, anna.person_id)


def test_a_clinician_sees_nothing_once_the_link_has_ended(store: Store) -> None:
    anna, _, berta, _ = prepared(store)
    people = PeopleRepository(store)
    assert [one.id for one in people.patients(berta)] == [anna.person_id]
    assert [one.id for one in people.clinicians(anna, anna.person_id)] == [berta.person_id]
    people.unlink(anna, anna.person_id, berta.person_id)
    assert people.patients(berta) == ()
    with pytest.raises(NotYours):
        DiaryRepository(store).sessions(berta, anna.person_id)
    people.link(anna, berta.person_id)
    assert len(people.patients(berta)) == 1


def test_only_a_clinician_can_be_linked(store: Store) -> None:
    anna, other, _, _ = prepared(store)
    with pytest.raises(NotYours):
        PeopleRepository(store).link(anna, other.person_id)


def test_what_a_clinician_does_is_in_the_audit_of_the_person(store: Store) -> None:
    anna, _, berta, _ = prepared(store)
    NoteRepository(store).write(berta, anna.person_id, "Stronger on the left.", key="n")
    NoteRepository(store).write(berta, anna.person_id, "Again.", key="n")
    READS["write mode"](store, berta, anna.person_id)
    told = [(one.actor_id, one.action) for one in AuditRepository(store).about(anna, anna.person_id)]
    assert told == [(berta.person_id, "diary.mode"), (berta.person_id, "note.write"), (anna.person_id, "care.link")]
    assert [note.text for note in NoteRepository(store).all(anna, anna.person_id)] == ["Stronger on the left."]


def test_a_patient_cannot_write_a_note(store: Store) -> None:
    anna, *_ = prepared(store)
    with pytest.raises(NotYours):
        NoteRepository(store).write(anna, anna.person_id, "x", key="n")


def test_the_monitored_mode_reaches_the_history(store: Store) -> None:
    anna, _, berta, _ = prepared(store)
    READS["write mode"](store, berta, anna.person_id)
    history = DiaryRepository(store).history(anna, anna.person_id, date(2026, 11, 20))
    assert history is not None
    assert (history.mode, history.mode_by) == ("monitored", "Berta")


def test_an_address_has_one_account_whatever_its_capitals(store: Store) -> None:
    people = PeopleRepository(store)
    clinician(store, "Berta@Example.org")
    account = people.account(" berta@example.ORG ")
    assert account is not None
    assert account.person.role == "clinician"
    assert not account.closed
    with pytest.raises(BadInput, match="has one"):
        clinician(store)
    assert people.account("nobody@example.org") is None


def test_a_local_person_keeps_the_diary_when_an_account_is_made(store: Store) -> None:
    anna, people = patient(store), PeopleRepository(store)
    assert [one.id for one in people.local()] == [anna.person_id]
    made = people.create_account(email="anna@example.org", password_hash="x", role="patient", zone=ZONE, person_id=anna.person_id)
    assert made.id == anna.person_id
    assert made.name == "Anna"
    assert ProgrammeRepository(store).latest(made.asker, made.id) is not None
    assert people.local() == ()
    with pytest.raises(NotYours):
        people.create_account(email="x@example.org", password_hash="x", role="patient", zone=ZONE, person_id=anna.person_id)


def test_a_sign_in_holds_until_it_expires_or_is_revoked(store: Store, clock: Clock) -> None:
    berta, sign_ins = clinician(store), SignInRepository(store)
    token = sign_ins.open(berta.person_id, lasts=timedelta(hours=1), label="laptop")
    found = sign_ins.find(token)
    assert found is not None
    assert found.asker == berta
    assert sign_ins.find(token + "x") is None
    clock.on(seconds=3000)
    sign_ins.touch(token, lasts=timedelta(hours=1))
    clock.on(seconds=3000)
    assert sign_ins.find(token) is not None
    clock.on(seconds=600)
    assert sign_ins.find(token) is None
    first, second = (sign_ins.open(berta.person_id, lasts=timedelta(hours=1)) for _ in range(2))
    (one, _) = sign_ins.all(berta)
    sign_ins.revoke(berta, one.id)
    assert [sign_ins.find(token) is None for token in (first, second)].count(True) == 1
    PeopleRepository(store).set_password_hash(berta, "new")
    assert sign_ins.all(berta) == ()


def test_a_token_is_kept_nowhere(store: Store) -> None:
    berta = clinician(store)
    token = SignInRepository(store).open(berta.person_id, lasts=timedelta(hours=1))
    assert token not in str(export(store, berta, berta.person_id))
    assert all(token != one.id for one in SignInRepository(store).all(berta))


def test_settings_and_consents_hold_what_was_said_last(store: Store) -> None:
    anna = patient(store)
    settings, consents = SettingsRepository(store), ConsentRepository(store)
    settings.change(anna, anna.person_id, {"voice": "off", "size": 1.5})
    assert settings.change(anna, anna.person_id, {"voice": None}) == {"voice": None, "size": 1.5}
    with pytest.raises(BadInput):
        settings.change(anna, anna.person_id, {"x": "y" * 5000})
    assert not consents.given(anna, anna.person_id, "landmarks")
    for given in (True, False, True):
        consents.say(anna, "landmarks", given, "Keep the landmarks of my sets.")
        assert consents.given(anna, anna.person_id, "landmarks") is given
    assert len(consents.all(anna, anna.person_id)) == 3


def test_an_appointment_is_asked_for_once(store: Store) -> None:
    anna, appointments = patient(store), AppointmentRepository(store)
    for reason in ("pain at night", "another"):
        appointments.ask(anna, address="praxis@example.org", reason=reason, key="k")
    assert [one.reason for one in appointments.all(anna, anna.person_id)] == ["pain at night"]


def test_an_unknown_zone_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="Europe/Berlin"):
        PeopleRepository(store).create_local(zone="Mars/Base")


def test_corrections_of_a_screening_are_kept_beside_what_they_correct(store: Store, clock: Clock) -> None:
    anna, screenings = patient(store), ScreeningRepository(store)
    me = anna.person_id
    screenings.begin(anna, me, key="s")
    screenings.begin(anna, me, key="s")
    screenings.answer(anna, me, "s", answers(hot_or_feverish=True), key="1")
    clock.on(seconds=5)
    for _ in range(2):
        now = screenings.answer(anna, me, "s", {"hot-or-feverish": False, "also": ["knee"], "age": None}, key="2")
    assert now["hot-or-feverish"] is False
    assert now["also"] == ("knee",)
    assert "age" not in now
    given = screenings.given(anna, me, "s")
    assert [one.answer for one in given if one.question == "hot-or-feverish"] == [True, False]
    assert [one.answer for one in given if one.question == "age"] == [45, None]
    assert screenings.open_key(anna, me) == "s"
    assert screenings.complete(anna, me, "s").result.outcome == "incomplete"
    assert screenings.open_key(anna, me) is None
    with pytest.raises(BadInput, match="begin a new one"):
        screenings.answer(anna, me, "s", {"age": 45}, key="3")


def test_the_latest_screening_is_the_one_the_history_goes_by(store: Store, clock: Clock) -> None:
    anna, screenings = patient(store), ScreeningRepository(store)
    for key, changes in (("one", {}), ("two", {"hot_or_feverish": True})):
        clock.on(seconds=60)
        screenings.begin(anna, anna.person_id, key=key)
        screenings.answer(anna, anna.person_id, key, answers(**changes), key="a")
        done = screenings.complete(anna, anna.person_id, key, Clearance(by="Dr. Berg", on=DAY))
        assert screenings.complete(anna, anna.person_id, key) == done
        history = DiaryRepository(store).history(anna, anna.person_id, date(2026, 11, 20))
        assert history is not None
        assert history.profile.screening == done.result
        assert history.screened_at == done.completed_at
    assert done.result.outcome in ("urgent", "emergency")
    before = DiaryRepository(store).history(anna, anna.person_id, date(2026, 11, 19))
    assert before is not None
    assert before.profile.screening == profile().screening


def test_versions_of_a_programme_stay(store: Store) -> None:
    anna, programmes = patient(store), ProgrammeRepository(store)
    changed = programme().model_copy(update={"version": 2})
    for _ in range(2):
        programmes.save(anna, anna.person_id, profile(), changed, key="second")
    first, second = programmes.versions(anna, anna.person_id)
    assert (first.number, second.number, first.programme, second.programme) == (1, 2, programme(), changed)
    assert programmes.latest(anna, anna.person_id) == second
