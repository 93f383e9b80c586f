"""Events of many people written in one go: each as if by itself, all of them kept when it returns."""

from __future__ import annotations

from kept import Clock, clinician, patient, session_events

from coxa.errors import BadInput
from coxa.records import Asker, DiaryRepository, NotYours, Store
from coxa.records.diary import Entry
from coxa.records.events import Event, Kept, MorningPain, RepetitionDone, SessionStarted, SetDone


def entry(asker: Asker, event: Event, key: str, session_key: str | None = "s") -> Entry:
    return Entry(asker, asker.person_id, event, key, session_key=session_key)


def test_a_session_written_in_one_go_is_the_same_as_one_written_event_by_event(store: Store, clock: Clock) -> None:
    diary, one, other = DiaryRepository(store), patient(store), patient(store)
    events = session_events(["bridge", "clamshell"])
    for number, event in enumerate(events):
        diary.record(one, one.person_id, event, key=f"k{number}", session_key="s")
    found = diary.record_all([entry(other, event, f"k{number}") for number, event in enumerate(events)])
    assert all(isinstance(row, Kept) for row in found)
    assert [row.session for row in diary.sessions(one, one.person_id)] == [row.session for row in diary.sessions(other, other.person_id)]


def test_an_entry_that_is_refused_keeps_none_of_the_others_out(store: Store, clock: Clock) -> None:
    diary, anna, berta = DiaryRepository(store), patient(store), clinician(store)
    bridge = RepetitionDone(exercise="bridge", set_number=1)
    found = diary.record_all(
        [
            entry(anna, SessionStarted(pain_before=2), "a"),
            entry(anna, bridge, "b", session_key=None),
            Entry(berta, anna.person_id, bridge, "c", session_key="s"),
            entry(anna, SetDone(exercise="bridge", set_number=1, repetitions=1), "d\x00"),
            Entry(anna, "nobody", bridge, "e", session_key="s"),
            entry(anna, bridge, "f"),
        ]
    )
    assert [type(one) for one in found] == [Kept, BadInput, NotYours, BadInput, NotYours, Kept]
    assert [row.key for row in diary.events(anna, anna.person_id)] == ["a", "f"]
    assert diary.sessions(anna, anna.person_id)[0].session.exercises[0].repetitions == (1,)


def test_the_same_key_twice_in_one_go_is_written_once(store: Store, clock: Clock) -> None:
    diary, anna = DiaryRepository(store), patient(store)
    day = clock.at.date()
    found = diary.record_all([entry(anna, MorningPain(on=day, pain=pain), "m", None) for pain in (1, 5)])
    assert [one.event.pain for one in found if isinstance(one, Kept) and isinstance(one.event, MorningPain)] == [1, 1]
    assert len(diary.events(anna, anna.person_id)) == 1


def test_entries_of_many_people_go_to_their_own_diaries(store: Store, clock: Clock) -> None:
    diary, people = DiaryRepository(store), [patient(store, planned=False) for _ in range(3)]
    diary.record_all([entry(one, SessionStarted(pain_before=k), "a") for k, one in enumerate(people)])
    assert [diary.sessions(one, one.person_id)[0].session.pain_before for one in people] == [0, 1, 2]
