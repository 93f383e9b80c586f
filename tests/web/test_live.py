"""The live set over a real socket: it equals the analysis of the same frames, and survives what happens to connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live_client import Served, begin, cut, frames, person_doing, served, until, watched
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from coxa.capture.simulated import simulate
from coxa.errors import BadInput
from coxa.motion import analyze
from coxa.records import Asker, ConsentRepository, DiaryRepository, Store
from coxa.records.events import RepetitionDone, SetDone
from coxa.web.flow.today import KEEP_LANDMARKS
from coxa.web.live.frames import FRAME, pack
from coxa.web.live.messages import Begin
from coxa.web.live.sets import MOST_FRAMES, MOST_WAITING, LiveSet, LiveSets


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("live")) as found:
        yield found


def expected(exercise: str, recording: Any, side: Any = "auto") -> Any:
    return json.loads(json.dumps(analyze(recording, exercise, side, source="mediapipe").to_json()))


def diary_of(server: Served, session: str) -> tuple[list[str], list[str]]:
    """Keys of the repetitions and of the sets of a session."""
    rows = DiaryRepository(server.store).events(server.person.asker, server.person.id, session_key=session)
    return (
        [row.key for row in rows if isinstance(row.event, RepetitionDone)],
        [row.key for row in rows if isinstance(row.event, SetDone)],
    )


@pytest.mark.parametrize(("exercise", "view"), [("clamshell", "front"), ("bridge", "side"), ("standing-abduction", "front")])
def test_a_set_over_the_socket_equals_the_analysis_to_the_bit(server: Served, exercise: str, view: str) -> None:
    recording = person_doing(exercise, view=view)
    session = f"equal-{exercise}"
    with server.connect() as client:
        result, before = watched(client, recording, exercise, set=session, session=session)
    assert result["result"] == expected(exercise, recording)
    assert result["result"]["status"] == "judged"
    numbers = [one["number"] for one in before if one["type"] == "repetition"]
    assert numbers == list(range(1, len(result["result"]["repetitions"]) + 1))
    assert diary_of(server, session) == ([f"{session}-r{n}" for n in numbers], [session])
    states = [one for one in before if one["type"] == "state"]
    assert all(one["repetitions"] <= len(numbers) for one in states)
    assert [one["seq"] for one in states] == sorted(one["seq"] for one in states)


def test_the_mistakes_of_each_repetition_are_written_with_it(server: Served) -> None:
    done = simulate("clamshell", seed=1, view="front", side="left", repetitions=4, faults={2: {"rolls-back": 35.0}}).recording
    with server.connect() as client:
        result, _before = watched(client, done, "clamshell", set="faulty", session="faulty", side="left")
        watched(client, done, "clamshell", set="faulty-lite", session="faulty-lite", side="left", model="lite")
    expected_faults = [tuple(one["faults"]) for one in result["result"]["repetitions"]]
    assert any("rolls-back" in faults for faults in expected_faults)

    def written(session: str) -> list[tuple[str, ...]]:
        rows = DiaryRepository(server.store).events(server.person.asker, server.person.id, session_key=session)
        return [row.event.faults for row in rows if isinstance(row.event, RepetitionDone)]

    assert written("faulty") == expected_faults
    assert written("faulty-lite") == [()] * 4, "a model in which faults were not shown to hold judges none"


@pytest.mark.parametrize("cut_at", [0, 40, 150, 290])
def test_a_connection_that_is_cut_loses_nothing(server: Served, cut_at: int) -> None:
    recording, key = person_doing("clamshell", view="front"), f"cut-{cut_at}"
    with server.connect() as client:
        client.send(begin(recording, "clamshell", set=key, session=key))
        until(client, "begun")
        for data in frames(recording, 0, cut_at):
            client.send(data)
        # It breaks without a word.
        client.socket.close()
    with server.connect() as client:
        client.send(begin(recording, "clamshell", set=key, session=key))
        have = until(client, "begun")[0]["have"]
        assert -1 <= have <= cut_at - 1
        for data in frames(recording, have + 1):
            client.send(data)
        client.send('{"type": "end"}')
        result, _before = until(client, "result")
    assert result["result"] == expected("clamshell", recording)
    assert diary_of(server, key) == ([f"{key}-r{n + 1}" for n in range(len(result["result"]["repetitions"]))], [key])


def test_frames_that_are_sent_twice_count_once(server: Served) -> None:
    recording = person_doing("clamshell", view="front")
    with server.connect() as client:
        client.send(begin(recording, "clamshell", set="twice", session="twice"))
        for data in frames(recording, 0, 200):
            client.send(data)
        for data in frames(recording, 100):
            client.send(data)
        client.send('{"type": "end"}')
        result, _before = until(client, "result")
        assert result["result"] == expected("clamshell", recording)
        client.send('{"type": "end"}')
        assert until(client, "result")[0] == result
    assert diary_of(server, "twice")[1] == ["twice"]


def test_a_server_that_is_restarted_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    recording = person_doing("clamshell", view="front")
    with served(tmp_path) as first:
        person = first.person, first.token
        client = first.connect()
        client.send(begin(recording, "clamshell"))
        for data in frames(recording, 0, 250):
            client.send(data)
        until(client, "repetition")
    with pytest.raises(ConnectionClosed):
        until(client, "never")
    with served(tmp_path, person) as second, second.connect() as client:
        client.send(begin(recording, "clamshell"))
        assert until(client, "begun")[0]["have"] == -1
        for data in frames(recording):
            client.send(data)
        client.send('{"type": "end"}')
        result, _before = until(client, "result")
        assert result["result"] == expected("clamshell", recording)
        assert diary_of(second, "s1") == ([f"set-1-r{n + 1}" for n in range(len(result["result"]["repetitions"]))], ["set-1"])


def test_a_second_tab_is_told_so_and_may_take_over(server: Served) -> None:
    recording = person_doing("clamshell", view="front")
    with server.connect() as one, server.connect() as other:
        one.send(begin(recording, "clamshell", set="tab-1", session="tabs"))
        until(one, "begun")
        other.send(begin(recording, "clamshell", set="tab-2", session="tabs"))
        assert until(other, "error")[0]["code"] == "elsewhere"
        other.send(begin(recording, "clamshell", set="tab-2", session="tabs", take_over=True))
        assert until(other, "begun")[0]["have"] == -1
        assert until(one, "error")[0]["code"] == "taken-over"
        with pytest.raises(ConnectionClosed):
            until(one, "never")


def test_the_same_set_from_a_new_connection_goes_on_although_the_old_one_has_not_been_missed(server: Served) -> None:
    recording = person_doing("clamshell", view="front")
    with server.connect() as one, server.connect() as other:
        one.send(begin(recording, "clamshell", set="same", session="same"))
        for data in frames(recording, 0, 100):
            one.send(data)
        until(one, "state")
        other.send(begin(recording, "clamshell", set="same", session="same"))
        assert until(other, "begun")[0]["have"] >= 0
        until(one, "error")


BAD_FRAMES = {
    "half a frame": b"\0" * 500,
    "nothing": b"",
    "infinite": np.full(235, np.inf, "<f4").tobytes(),
    "far away": np.full(235, 1e30, "<f4").tobytes(),
}


@pytest.mark.parametrize("what", BAD_FRAMES)
def test_bad_frames_are_answered_with_one_line(server: Served, what: str) -> None:
    recording = person_doing("clamshell", view="front")
    with server.connect() as client:
        client.send(begin(recording, "clamshell", set=f"bad-{what}", session="bad"))
        until(client, "begun")
        client.send(BAD_FRAMES[what])
        detail = until(client, "error")[0]["detail"]
        assert "expected" in detail
        assert "\n" not in detail
        # The connection goes on.
        for data in frames(recording, 0, 30):
            client.send(data)
        assert until(client, "state")[0]["seq"] >= 0


BAD_WORDS = {
    "no JSON": "hello",
    "deep": "[" * 50_000,
    "a list": "[]",
    "no type": "{}",
    "another type": '{"type": "dance"}',
    "end before begin": '{"type": "end"}',
    "no such exercise": '{"type":"begin","set":"x","session":"s","exercise":"no-such","set_number":1,"width":640,"height":480}',
    "led by timer": '{"type":"begin","set":"y","session":"s","exercise":"cat-camel","set_number":1,"width":640,"height":480}',
    "a size of nothing": '{"type":"begin","set":"z","session":"s","exercise":"bridge","set_number":1,"width":0,"height":480}',
}


@pytest.mark.parametrize("what", BAD_WORDS)
def test_bad_words_are_answered_with_one_line(server: Served, what: str) -> None:
    with server.connect() as client:
        client.send(BAD_WORDS[what])
        message = until(client, "error")[0]
        assert "\n" not in message["detail"]
        assert message["detail"]
        client.send("{}")
        until(client, "error")


def test_frames_before_begin_and_a_gap_are_said(server: Served) -> None:
    recording = person_doing("clamshell", view="front")
    with server.connect() as client:
        client.send(next(frames(recording)))
        assert "begin" in until(client, "error")[0]["detail"]
        client.send(begin(recording, "clamshell", set="gap", session="gap"))
        client.send(next(frames(recording, 50)))
        gap = until(client, "error")[0]
        assert (gap["code"], gap["have"]) == ("gap", -1)


def test_time_that_runs_back_is_said_and_the_set_goes_on(server: Served) -> None:
    recording = cut(person_doing("clamshell", view="front"), 20)
    data = bytearray(pack(recording))
    data[10 * 940 + 8 : 10 * 940 + 16] = np.float64(-5.0).tobytes()
    with server.connect() as client:
        client.send(begin(recording, "clamshell", set="back", session="back"))
        for k in range(20):
            client.send(bytes(data[k * 940 : (k + 1) * 940]))
        assert "time" in until(client, "error")[0]["detail"]
        client.send('{"type": "end"}')
        assert until(client, "result")[0]["result"]["frames"] == 19


def test_another_origin_and_nobody_are_refused(server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused, server.connect(origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused, server.connect(token="nobody"):
        pass
    assert refused.value.response.status_code == 403


def test_a_newcomer_at_this_computer_may_try_and_nothing_else(server: Served) -> None:
    recording = person_doing("clamshell", view="front")
    here = f"127.0.0.1:{server.port}"
    with connect(f"ws://{here}/live", origin=f"http://{here}", compression=None) as client:  # type: ignore[arg-type]
        client.send(begin(recording, "clamshell", key="mine"))
        assert until(client, "error")[0]["code"] == "bad-input"
        result, _before = watched(client, recording, "clamshell", set="tried", session="tried", **{"try": True})
    assert len(result["result"]["repetitions"]) == len(expected("clamshell", recording)["repetitions"])


def test_the_lite_model_counts_and_judges_nothing(server: Served) -> None:
    recording = person_doing("clamshell", view="front")
    with server.connect() as client:
        result, before = watched(client, recording, "clamshell", set="lite", session="lite", model="lite")
    assert len(result["result"]["repetitions"]) == len(expected("clamshell", recording)["repetitions"])
    assert result["result"]["faults"] == []
    assert {one["why"] for one in result["result"]["not_judged"]} <= {"not_tested", "never_visible"}
    assert result["form"]["judged"] == 0
    assert result["ask_self_check"] is True
    assert not [one for one in before if one["type"] == "cue" and one["kind"] == "fault"]


def test_landmarks_are_kept_with_consent_only(server: Served) -> None:
    recording = person_doing("clamshell", view="front")
    diary, asker = DiaryRepository(server.store), server.person.asker
    for consent in (False, True):
        ConsentRepository(server.store).say(asker, KEEP_LANDMARKS, consent, "words")
        session = f"keep-{consent}"
        with server.connect() as client:
            watched(client, recording, "clamshell", set=session, session=session, keep=True)
        (kept,) = diary.sets(asker, server.person.id, session_key=session)
        assert kept.landmarks is consent
        landmarks = diary.landmarks(asker, server.person.id, kept.number)
        if consent:
            assert landmarks is not None
            assert np.array_equal(landmarks.image, recording.image, equal_nan=True)
            assert (
                analyze(landmarks, "clamshell", source="mediapipe").to_json()
                == analyze(recording, "clamshell", source="mediapipe").to_json()
            )
    ConsentRepository(server.store).say(asker, KEEP_LANDMARKS, False, "words")


def test_framing_says_what_to_do_until_the_person_is_ready(server: Served) -> None:
    recording = person_doing("bridge", view="side")
    with server.connect() as client:
        client.send(begin(recording, "bridge", set="framing", session="framing"))
        nobody = cut(recording, 10)
        data = np.frombuffer(pack(nobody), dtype="<f4").copy().reshape(10, 235)
        data[:, 4:] = np.nan
        for row in data:
            client.send(row.tobytes())
        state = until(client, "state")[0]
        assert state["framing"] == "I cannot see you yet. Step into the picture."
        assert state["signal"] is None
        assert state["ready"] is False


def test_a_stopping_server_waits_for_what_was_seen(tmp_path: Path) -> None:
    recording = person_doing("clamshell", view="front", repetitions=3)
    with served(tmp_path) as server:
        client = server.connect()
        client.send(begin(recording, "clamshell"))
        for data in frames(recording):
            client.send(data)
        until(client, "repetition")
        person, store_folder = server.person, tmp_path
    with served(store_folder, (person, "x")) as again:
        keys, sets = diary_of(again, "s1")
        assert keys[0] == "set-1-r1"
        assert sets == []
        client.close()


class Nobody:
    """Owns a set and hears nothing."""

    def displace(self) -> None:
        raise AssertionError("nobody takes it over")


def test_sets_that_are_begun_and_left_do_not_pile_up(tmp_path: Path) -> None:
    store = Store.open(data=tmp_path)
    sets, anna, berta, owner = LiveSets(store), Asker("anna"), Asker("berta"), Nobody()

    async def begin_and_leave() -> None:
        for asker, count in ((berta, 1), (anna, MOST_WAITING + 5)):
            for number in range(count):
                live = LiveSet(asker, Begin(set=f"{number}", session="s", exercise="bridge", set_number=1, width=640, height=480))
                sets.take(live, owner)
                sets.leave(live, owner)

    asyncio.run(begin_and_leave())
    kept = [number for number in range(MOST_WAITING + 5) if sets.find(anna, f"{number}") is not None]
    assert kept == list(range(5, MOST_WAITING + 5))
    assert sets.find(berta, "0") is not None
    sets.close()
    store.close()


def test_a_set_has_an_end_even_where_its_time_stands_nearly_still() -> None:
    live = LiveSet(Asker("anna"), Begin(set="1", session="s", exercise="bridge", set_number=1, width=640, height=480))
    frame = np.zeros(1, FRAME)[0]
    live.have = MOST_FRAMES
    live.push(frame)
    live.have, frame["time_s"] = MOST_FRAMES + 1, 1e-9
    with pytest.raises(BadInput, match="20 minutes"):
        live.push(frame)
