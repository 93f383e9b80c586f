"""The diary: written once, folded into sessions, and read as the history by which the next step is decided."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from kept import STARTS, ZONE, Clock, do_session, patient, programme, session_events

from coxa.body import Recording
from coxa.care import progression
from coxa.care.history import ExerciseDone, Form, History, Session, check
from coxa.errors import BadInput
from coxa.motion.result import SetResult
from coxa.records import DiaryRepository, Store
from coxa.records.events import (
    ActivityScore,
    Event,
    ExercisePain,
    Fell,
    MorningPain,
    RepetitionDone,
    SessionStarted,
    SetDone,
    SomethingNew,
    Stopped,
    TestValue,
    Withdrawn,
    read_event,
)

AT = datetime(2026, 11, 3, 9, 0, tzinfo=ZoneInfo(ZONE))
RESULT = SetResult(
    exercise="bridge", source="live", frames=10, duration_s=1.0, seen=1.0, status="judged", side="both", view="side", posture="supine",
    repetitions=(), holds=(), faults=(), not_judged=(), recognised=(), test=None, engine="test",
)  # fmt: skip


def test_a_second_write_with_the_same_key_changes_nothing_and_returns_the_first(store: Store, clock: Clock) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    first = diary.record(asker, asker.person_id, MorningPain(on=date(2026, 11, 3), pain=2), key="m")
    clock.on(seconds=5)
    assert diary.record(asker, asker.person_id, MorningPain(on=date(2026, 11, 3), pain=9), key="m") == first
    assert diary.events(asker, asker.person_id) == (first,)


def test_the_same_key_of_two_people_are_two_entries(store: Store) -> None:
    diary = DiaryRepository(store)
    for asker in (patient(store, planned=False), patient(store, planned=False)):
        diary.record(asker, asker.person_id, Fell(on=STARTS), key="k")
        assert len(diary.events(asker, asker.person_id)) == 1


def test_a_session_is_what_its_events_come_to(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    do_session(store, asker, "s", session_events(["bridge", "clamshell"]), AT)
    (kept,) = diary.sessions(asker, asker.person_id)
    done = [ExerciseDone(exercise=name, sets=1, repetitions=(3,), after="same", effort=4, form=Form()) for name in ("bridge", "clamshell")]
    assert kept.session == Session(at=AT, pain_before=3, exercises=tuple(done), finished=True)
    assert diary.open_session(asker, asker.person_id) is None


def test_the_log_is_read_from_where_the_reader_has_come_to(store: Store) -> None:
    asker, other, diary = patient(store), patient(store), DiaryRepository(store)
    for key in ("s", "t"):
        for one in (asker, other):  # their numbers stand between each other
            do_session(store, one, f"{key}-{one.person_id[:4]}", session_events(["bridge"]), AT)
    log = diary.events(asker, asker.person_id)
    for since in (0, log[0].number, log[4].number, log[-1].number, log[-1].number + 100):
        for limit in (1, 3, None):
            found = diary.events(asker, asker.person_id, since=since, limit=limit)
            assert found == tuple(one for one in log if one.number > since)[:limit]
    repetitions = tuple(one for one in log if one.event.kind == "repetition")
    assert diary.events(asker, asker.person_id, kind="repetition", since=repetitions[1].number) == repetitions[2:]


def test_a_session_is_found_by_its_key_by_whom_it_belongs_to(store: Store) -> None:
    asker, other, diary = patient(store), patient(store), DiaryRepository(store)
    for key in ("s", "t"):
        do_session(store, asker, key, session_events(["bridge"]), AT)
    for kept in diary.sessions(asker, asker.person_id):
        assert diary.session(asker, asker.person_id, kept.key) == kept
    assert diary.session(asker, asker.person_id, "u") is None
    assert diary.session(other, other.person_id, "s") is None


def test_events_of_a_session_may_come_in_any_order_and_twice(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    do_session(store, asker, "s", session_events(["bridge", "clamshell"]), AT)
    wanted = diary.sessions(asker, asker.person_id)[0].session
    events = list(enumerate(session_events(["bridge", "clamshell"])))
    late = AT + timedelta(hours=5)
    shuffled = events + events[::2]
    random.Random(1).shuffle(shuffled)
    for number, event in shuffled:
        moment = late + timedelta(seconds=10 * number)
        diary.record(asker, asker.person_id, event, key=f"t.{number}", session_key="t", at=moment)
    found = {kept.key: kept for kept in diary.sessions(asker, asker.person_id)}
    assert found["t"].session == wanted.model_copy(update={"at": late})


def test_a_set_that_was_cut_off_is_worth_its_counted_repetitions(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    events: list[Event] = [SessionStarted(pain_before=1)]
    events += [RepetitionDone(exercise="bridge", set_number=1, counted=number != 1) for number in range(4)]
    do_session(store, asker, "s", events, AT)
    kept = diary.open_session(asker, asker.person_id)
    assert kept is not None
    assert kept.session.exercises[0].repetitions == (3,)
    assert not kept.session.finished


def test_both_legs_of_a_set_add_up(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    sets = [SetDone(exercise="clamshell", set_number=1, repetitions=10, side="left", form=Form(done=10, judged=8, faulty=2))]
    events: list[Event] = [SessionStarted(pain_before=1), *sets]
    events += [RepetitionDone(exercise="clamshell", set_number=1, side="right")] * 4
    do_session(store, asker, "s", events, AT)
    (done,) = diary.sessions(asker, asker.person_id)[0].session.exercises
    assert (done.sets, done.repetitions, done.form) == (1, (14,), Form(done=14, judged=8, faulty=2))


def test_a_correction_counts_and_what_it_corrects_stays_in_the_log(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    do_session(store, asker, "s", [SessionStarted(pain_before=3)], AT)
    diary.record(asker, asker.person_id, SessionStarted(pain_before=5), key="c", session_key="s", at=AT, corrects="s.0")
    assert diary.sessions(asker, asker.person_id)[0].session.pain_before == 5
    assert [kept.key for kept in diary.events(asker, asker.person_id)] == ["s.0", "c"]
    diary.record(asker, asker.person_id, Withdrawn(), key="w", corrects="c")
    assert diary.sessions(asker, asker.person_id) == ()


def test_pain_that_stops_an_exercise_reaches_the_rules(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    name = programme().exercises[0].exercise
    told = Stopped(reason="it-hurts", exercise=name, pain=7, pain_kind="sharp", place="groin")
    do_session(store, asker, "s", [SessionStarted(pain_before=2), told], AT)
    history = diary.history(asker, asker.person_id, AT.date())
    assert history is not None
    (done,) = history.sessions[0].exercises
    assert (done.stop, done.kind, done.pain_after) == ("it-hurts", "sharp", 7)
    assert {d.exercise: d.step for d in progression.review(history).decisions}[name] in ("stop_now", "refer")


def test_a_history_is_the_same_as_one_written_by_hand(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    names = [planned.exercise for planned in programme().exercises]
    pains = [5, 4, 4, 3, 3, 2]
    for day, pain in enumerate(pains):
        at = datetime(2026, 10, 12 + day, 9, 0, tzinfo=ZoneInfo(ZONE))
        do_session(store, asker, f"s{day}", session_events(names, pain=pain), at)
        diary.record(asker, asker.person_id, MorningPain(on=at.date() + timedelta(days=1), pain=pain), key=f"m{day}")
    diary.record(asker, asker.person_id, ActivityScore(on=STARTS, name="stairs", score=4), key="a")
    diary.record(asker, asker.person_id, TestValue(on=STARTS, test="chair-stand", value=11, unit="stands"), key="t")
    history = diary.history(asker, asker.person_id, date(2026, 10, 18))
    assert history is not None
    by_hand = History.model_validate(history.model_dump(mode="json"))
    assert progression.review(by_hand) == progression.review(history)
    assert [session.pain_before for session in history.sessions] == pains
    assert len(history.mornings) == 6
    assert (history.activities[0].score, history.tests[0].value) == (4, 11)


def test_a_history_of_a_day_leaves_out_what_came_later(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    for day in range(3):
        do_session(store, asker, f"s{day}", [SessionStarted(pain_before=day)], AT + timedelta(days=day))
    diary.record(asker, asker.person_id, SomethingNew(), key="n", at=AT + timedelta(days=2))
    history = diary.history(asker, asker.person_id, AT.date() + timedelta(days=1))
    assert history is not None
    check(history)
    assert [session.pain_before for session in history.sessions] == [0, 1]
    assert history.something_new == ()


def test_of_two_entries_for_one_morning_the_later_counts(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    for key, pain in (("a", 2), ("b", 6)):
        diary.record(asker, asker.person_id, MorningPain(on=AT.date(), pain=pain), key=key)
    history = diary.history(asker, asker.person_id, AT.date())
    assert history is not None
    check(history)
    assert [morning.pain for morning in history.mornings] == [6]


def test_two_sessions_at_the_same_instant_do_not_contradict_each_other(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    for key, pain in (("phone", 2), ("laptop", 4)):
        do_session(store, asker, key, [SessionStarted(pain_before=pain)], AT)
    history = diary.history(asker, asker.person_id, AT.date())
    assert history is not None
    check(history)
    assert {session.pain_before for session in history.sessions} == {2, 4}


def test_a_session_at_night_belongs_to_the_persons_own_day(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    do_session(store, asker, "s", [SessionStarted(pain_before=2)], datetime(2026, 11, 2, 23, 30, tzinfo=UTC))
    history = diary.history(asker, asker.person_id, date(2026, 11, 3))
    assert history is not None
    assert history.sessions[0].at.date() == date(2026, 11, 3)


def test_without_a_programme_there_is_no_history(store: Store) -> None:
    asker = patient(store, planned=False)
    assert DiaryRepository(store).history(asker, asker.person_id, STARTS) is None


def test_a_set_keeps_its_result_and_its_landmarks_to_the_bit(store: Store) -> None:
    asker, diary = patient(store), DiaryRepository(store)
    image = np.random.default_rng(1).random((5, 33, 3)).astype(np.float32)
    clip = Recording(np.arange(5) / 30, image, image, np.ones((5, 33), np.float32), 640, 480, 30.0)
    do_session(store, asker, "s", [SessionStarted(pain_before=2)], AT)
    for key, landmarks in (("with", clip), ("without", None)):
        event = SetDone(exercise="bridge", set_number=1, repetitions=4)
        diary.record(asker, asker.person_id, event, key=key, session_key="s", at=AT, result=RESULT, landmarks=landmarks)
    first, second = diary.sets(asker, asker.person_id, session_key="s")
    assert (first.landmarks, second.landmarks) == (True, False)
    assert first.result == {**RESULT.to_json(), **{k: [] for k in ("repetitions", "holds", "faults", "not_judged", "recognised")}}
    back = diary.landmarks(asker, asker.person_id, first.number)
    assert back is not None
    assert np.array_equal(back.image, clip.image)
    assert diary.landmarks(asker, asker.person_id, second.number) is None
    assert diary.forget_landmarks(asker, asker.person_id) == 1
    assert diary.landmarks(asker, asker.person_id, first.number) is None


@pytest.mark.parametrize(
    ("event", "options", "words"),
    [
        (MorningPain(on=STARTS, pain=1), {"session_key": "s"}, "expected no session key"),
        (SessionStarted(pain_before=1), {}, "expected the key of its session"),
        (MorningPain(on=STARTS, pain=1), {"corrects": "nothing"}, "expected the key of an entry"),
        (MorningPain(on=STARTS, pain=1), {"at": datetime(2026, 11, 3)}, "time with its zone"),
        (MorningPain(on=STARTS, pain=1), {"at": datetime(2027, 11, 3, tzinfo=UTC)}, "expected a time up to now"),
        (ExercisePain(exercise="bridge", after="same"), {"session_key": "s", "result": RESULT}, "set-done only"),
        (Withdrawn(), {}, "the entry to take back"),
        (MorningPain(on=STARTS, pain=1), {"key": ""}, "expected keys of 1 to 100"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_leaves_nothing(
    store: Store, event: Event, options: dict[str, object], words: str
) -> None:
    asker, diary = patient(store, planned=False), DiaryRepository(store)
    with pytest.raises(BadInput, match=words) as refused:
        diary.record(asker, asker.person_id, event, **{"key": "k", **options})  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
    assert diary.events(asker, asker.person_id) == ()


@pytest.mark.parametrize("document", [{"kind": "morning", "on": "2026-11-03", "pain": 11}, {"kind": "walk"}, {}, None, {"kind": "fall"}])
def test_an_event_that_is_none_is_refused_in_one_line(document: object) -> None:
    with pytest.raises(BadInput) as refused:
        read_event(document)
    assert "\n" not in str(refused.value)
