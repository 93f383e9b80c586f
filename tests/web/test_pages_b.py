"""Progress, measures, morning, habits, settings, data, sets and privacy, as a browser without script meets them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from midway import FORM, HERE, Clock, begin, live_through, session, sign_in_as, visitor, watch_set, watched
from sqlalchemy import func, select

from coxa.care import progression
from coxa.care.decision import Review
from coxa.care.history import History
from coxa.records import AuditRepository, ConsentRepository, DiaryRepository, PeopleRepository, SettingsRepository, SignInRepository
from coxa.records.tables import Base, EventRow, PersonRow
from coxa.web import charts
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from coxa.web.flow import progress as flow
from coxa.web.visitor import LASTS

MINE = (
    "/progress", "/progress/test", "/progress/activities", "/progress/change", "/morning", "/habits", "/settings", "/settings/data",
    "/settings/erase", "/sets", "/privacy", "/sources",
)  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Anna after 24 days; nothing in these tests changes her."""
    clock = Clock()
    app = create_app(WebConfig(data=tmp_path_factory.mktemp("lived"), raise_errors=True), clock=clock)
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50_000), follow_redirects=False) as client:
        person = live_through(app.state.store, clock)
        sign_in_as(client, person)
        yield SimpleNamespace(client=client, store=app.state.store, person=person, clock=clock, app=app)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Any]:
    """Anna on her first day, to be changed."""
    clock = Clock()
    app = create_app(WebConfig(data=tmp_path / "data", raise_errors=True), clock=clock)
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50_000), follow_redirects=False) as client:
        person = begin(app.state.store)
        sign_in_as(client, person)
        yield SimpleNamespace(client=client, store=app.state.store, person=person, clock=clock, app=app)


def words(html: str) -> str:
    """The text of a page, as one reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def hidden(html: str, form: str = "") -> dict[str, str]:
    """The hidden fields of the first form that holds some text."""
    found = next(one for one in re.findall(r"<form.*?</form>", html, re.S) if form in one)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found))


def send(world: Any, path: str, form: str = "", page: str = "", **fields: str) -> Any:
    """Fill in a form of a page and send it."""
    html = world.client.get(page or path).text
    return world.client.post(path, data=hidden(html, form) | fields, headers=FORM)


# ---------------------------------------------------------------------------------------------------- every page


@pytest.mark.parametrize("path", MINE)
def test_page_stands_and_breaks_no_policy(lived: Any, path: str) -> None:
    answer = lived.client.get(path)
    assert answer.status_code == 200
    assert "<h1" in answer.text
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)", answer.text)
    ids = re.findall(r'\sid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids)), f"{path}: an id stands twice"


@pytest.mark.parametrize("path", MINE)
def test_page_speaks_german_and_names_its_language(lived: Any, path: str) -> None:
    answer = lived.client.get(path, headers={"Accept-Language": "de"})
    assert answer.status_code == 200
    assert '<html lang="de"' in answer.text


@pytest.mark.parametrize("path", [one for one in MINE if one not in ("/privacy", "/sources")])
def test_page_is_for_somebody_who_is_signed_in(lived: Any, path: str) -> None:
    stranger = TestClient(lived.app, base_url=HERE, client=("127.0.0.1", 50_001), follow_redirects=False)
    assert stranger.get(path).status_code == 303


def test_privacy_is_for_everybody(lived: Any) -> None:
    stranger = TestClient(lived.app, base_url=HERE, client=("127.0.0.1", 50_001), follow_redirects=False)
    assert "never leaves the device" in words(stranger.get("/privacy").text)


@pytest.mark.parametrize("path", ["/progress", "/morning", "/habits", "/sets", "/settings", "/settings/data"])
def test_page_stands_without_a_programme(fresh: Any, path: str) -> None:
    sign_in_as(fresh.client, PeopleRepository(fresh.store).create_local(zone="Europe/Berlin"))
    answer = fresh.client.get(path)
    assert answer.status_code == 200
    assert "<h1" in answer.text


# ---------------------------------------------------------------------------------------------------- progress


def test_progress_says_what_care_says(lived: Any) -> None:
    text = words(lived.client.get("/progress").text)
    me = visitor(lived.store, lived.person)
    history = DiaryRepository(lived.store).history(lived.person.asker, lived.person.id, me.today)
    assert history is not None
    review = progression.review(history)
    for sentence in review.summary:
        assert sentence in text
    for outcome in review.outcomes:
        # Under the measure's name, which is not said twice.
        _name, colon, rest = outcome.reason.words.partition(": ")
        assert (rest[0].upper() + rest[1:] if colon else outcome.reason.words) in text
    for decision in review.decisions:
        for reason in decision.reasons:
            assert " ".join(reason.words.split()) in text
    assert "2.5 stands" in text  # C7: what the chair stand varies by on its own


def test_the_tables_hold_the_diary(lived: Any) -> None:
    history = flow.progress_of(visitor(lived.store, lived.person)).history  # type: ignore[union-attr]
    rows = {row.on: row.values for row in flow.pain_series(history).rows}
    for one in history.sessions:
        assert rows[one.at.date()]["before"] == one.pain_before
    for morning in history.mornings:
        assert rows[morning.on]["morning"] == morning.pain
    text = words(lived.client.get("/progress").text)
    assert "Climbing stairs" in text
    weeks = flow.adherence_series(history)
    assert sum(week.done for week in weeks) == len(history.sessions) == 21
    assert f"You did 21 of {sum(week.planned for week in weeks)} planned sessions." in text


def test_form_counts_only_what_was_judged(lived: Any) -> None:
    history = flow.progress_of(visitor(lived.store, lived.person)).history  # type: ignore[union-attr]
    for form in flow.form_series(history):
        done = [one.form for s in history.sessions for one in s.exercises if one.exercise == form.exercise]
        assert sum(week.judged for week in form.weeks) == sum(one.judged for one in done)
        assert sum(week.judged - week.well for week in form.weeks) == sum(one.faulty for one in done)
        assert form.unjudged == sum(one.done - one.judged for one in done)


def test_each_change_of_the_programme_says_why(lived: Any) -> None:
    """The morning of day 10 was red: two levels of pain more than before the session (product decision 1)."""
    found = flow.progress_of(visitor(lived.store, lived.person))
    assert found is not None
    assert all(step.reasons for change in found.changes for step in change.steps)
    eased = next(change for change in found.changes if any(step.step == "ease" for step in change.steps))
    assert eased.on == date(2026, 3, 11)
    text = words(lived.client.get("/progress").text)
    assert "11 March 2026" in text
    assert eased.steps[0].reasons[0].words in text


def test_review_is_made_once_until_something_changes(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = progression.review

    def counted(history: History) -> Review:
        made.append(1)
        return real(history)

    monkeypatch.setattr(progression, "review", counted)
    for _ in range(3):
        assert fresh.client.get("/progress").status_code == 200
    assert len(made) == 1
    session(fresh.store, fresh.person, "one", 3, ["bridge"])
    fresh.client.get("/progress")
    assert len(made) == 2
    fresh.clock.at += timedelta(days=1)
    fresh.client.get("/progress")
    assert len(made) == 3
    fresh.client.get("/progress", headers={"Accept-Language": "de"})
    assert len(made) == 4


# ---------------------------------------------------------------------------------------------------- measures


def test_a_test_is_kept_once_however_often_it_is_sent(fresh: Any) -> None:
    fields = hidden(fresh.client.get("/progress/test").text, "single-leg-stance") | {"left": "8,5", "right": "11"}
    for _ in range(2):
        assert fresh.client.post("/progress/test", data=fields, headers=FORM).headers["location"] == "/progress?kept=test#tests"
    kept = DiaryRepository(fresh.store).events(fresh.person.asker, fresh.person.id, kind="test")
    assert [(row.event.side, row.event.value) for row in kept] == [("left", 8.5), ("right", 11.0)]  # type: ignore[union-attr]
    assert "8.5" in words(fresh.client.get("/progress").text)


def test_both_legs_of_a_test_are_kept_where_the_form_lost_its_key(fresh: Any) -> None:
    fields = hidden(fresh.client.get("/progress/test").text, "single-leg-stance") | {"left": "8.5", "right": "11", "key": ""}
    assert fresh.client.post("/progress/test", data=fields, headers=FORM).status_code == 303
    kept = DiaryRepository(fresh.store).events(fresh.person.asker, fresh.person.id, kind="test")
    assert [(row.event.side, row.event.value) for row in kept] == [("left", 8.5), ("right", 11.0)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abc", "not “abc”"),
        ("2.5", "whole number"),
        ("-1", "0 to 60"),
        ("61", "0 to 60"),
        ("", "give the result"),
        ("nan", "nan"),
        ("1e9", "1e9"),
    ],
)
def test_a_bad_test_value_keeps_what_was_typed(fresh: Any, typed: str, said: str) -> None:
    answer = send(fresh, "/progress/test", 'value="chair-stand"', value=typed)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert f'value="{typed}"' in answer.text
    assert not DiaryRepository(fresh.store).events(fresh.person.asker, fresh.person.id, kind="test")


def test_standing_tests_wait_for_a_clinician_after_a_slow_timed_up_and_go(fresh: Any) -> None:
    """Product decision 7: a timed up and go of 12 s or more."""
    assert send(fresh, "/progress/test", 'value="timed-up-and-go"', value="14").status_code == 303
    page = fresh.client.get("/progress/test").text
    assert 'value="single-leg-stance"' not in page
    assert "Not now" in words(page)
    refused = send(fresh, "/progress/change", score="1").status_code
    assert refused == 303
    fields = hidden(fresh.client.get("/progress/change").text) | {"test": "single-leg-stance", "left": "8"}
    assert fresh.client.post("/progress/test", data=fields, headers=FORM).status_code == 422


def test_activities_keep_name_and_score(fresh: Any) -> None:
    assert (
        send(
            fresh,
            "/progress/activities",
            'name="name-1"',
            **{"name-1": "Climb <stairs>", "score-1": "4", "name-2": "Garden", "score-2": "0"},
        ).status_code
        == 303
    )
    history = flow.progress_of(visitor(fresh.store, fresh.person)).history  # type: ignore[union-attr]
    assert {(one.name, one.score) for one in history.activities} == {("Climb <stairs>", 4), ("Garden", 0)}
    page = fresh.client.get("/progress").text
    assert "Climb &lt;stairs&gt;" in page
    assert "Climb <stairs>" not in page


@pytest.mark.parametrize(
    "fields",
    [
        {"name-1": "Stairs"},
        {"score-1": "3"},
        {},
        {"name-1": "Stairs", "score-1": "11"},
        {"name-1": "a", "score-1": "1", "name-2": "A", "score-2": "2"},
        {"name-1": "x" * 201, "score-1": "1"},
    ],
)
def test_bad_activities_keep_what_was_typed(fresh: Any, fields: dict[str, str]) -> None:
    answer = send(fresh, "/progress/activities", 'name="name-1"', **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if "name-1" in fields:
        assert f'value="{fields["name-1"]}"' in answer.text
    assert not DiaryRepository(fresh.store).events(fresh.person.asker, fresh.person.id, kind="activity")


def test_overall_change_is_kept(fresh: Any) -> None:
    assert send(fresh, "/progress/change", score="9").status_code == 422
    assert send(fresh, "/progress/change", score="-3").status_code == 303
    history = flow.progress_of(visitor(fresh.store, fresh.person)).history  # type: ignore[union-attr]
    assert [one.score for one in history.changes] == [-3]


# ---------------------------------------------------------------------------------------------------- morning, habits


@pytest.mark.parametrize(
    ("pain", "headline", "moved"),
    [("3", "Your hip took it well", False), ("4", "Your hip noticed it", False), ("5", "That was too much for your hip", True)],
)
def test_morning_says_the_light_and_moves_the_programme_on(fresh: Any, pain: str, headline: str, moved: bool) -> None:
    """Product decision 1: not above green, +1 amber, +2 red; red eases one level."""
    session(fresh.store, fresh.person, "one", 3, ["bridge"])
    fresh.clock.at += timedelta(days=1)
    assert "Before yesterday’s session you said 3 out of 10." in words(fresh.client.get("/morning").text)
    assert send(fresh, "/morning", 'name="pain"', pain=pain).headers["location"] == "/morning"
    text = words(fresh.client.get("/morning").text)
    assert headline in text
    found = flow.progress_of(visitor(fresh.store, fresh.person))
    assert found is not None
    assert [one.pain for one in found.history.mornings] == [int(pain)]
    assert (len(found.changes) == 2) is moved
    assert ("Your programme changed because of your diary" in text) is moved


def test_morning_can_be_corrected(fresh: Any) -> None:
    for pain in ("5", "2"):
        assert send(fresh, "/morning", 'name="pain"', pain=pain).status_code == 303
    history = flow.progress_of(visitor(fresh.store, fresh.person)).history  # type: ignore[union-attr]
    assert [one.pain for one in history.mornings] == [2]


@pytest.mark.parametrize("pain", ["", "11", "x"])
def test_morning_asks_again(fresh: Any, pain: str) -> None:
    assert send(fresh, "/morning", 'name="pain"', pain=pain).status_code == 422


def test_habit_is_ticked_and_the_tick_taken_back(fresh: Any) -> None:
    page = fresh.client.get("/habits").text
    assert 1 <= page.count("I did this today") <= 3
    habit = hidden(page, 'name="habit"')["habit"]
    assert send(fresh, "/habits", f'value="{habit}"').status_code == 303
    page = fresh.client.get("/habits").text
    assert page.count("Done today") == 1
    assert send(fresh, "/habits", f'value="{habit}"').status_code == 303
    assert "Done today" not in fresh.client.get("/habits").text
    assert send(fresh, "/habits", f'value="{habit}"', habit="no-such-habit").status_code == 422


# ---------------------------------------------------------------------------------------------------- settings


def test_looks_are_kept_and_shown(fresh: Any) -> None:
    answer = send(fresh, "/settings", 'value="looks"', language="de", theme="dark", text_size="xl", contrast="more")
    assert answer.status_code == 303
    page = fresh.client.get("/settings").text
    assert re.search(r'<html lang="de" data-theme="dark" data-text="xl" data-contrast="more">', page)
    assert PeopleRepository(fresh.store).get(fresh.person.asker, fresh.person.id).language == "de"


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"theme": "pink"}, {"text_size": ""}])
def test_looks_that_there_are_not_are_refused(fresh: Any, wrong: dict[str, str]) -> None:
    fields = {"language": "en", "theme": "dark", "text_size": "l", "contrast": "auto"} | wrong
    assert send(fresh, "/settings", 'value="looks"', **fields).status_code == 422
    assert not SettingsRepository(fresh.store).all(fresh.person.asker, fresh.person.id)


def test_consent_is_kept_with_its_words_and_taken_back(fresh: Any) -> None:
    consents = ConsentRepository(fresh.store)
    send(fresh, "/settings", 'value="camera"', camera="yes", keep="yes")
    assert consents.given(fresh.person.asker, fresh.person.id, "landmarks")
    send(fresh, "/settings", 'value="camera"', camera="yes")
    said = consents.all(fresh.person.asker, fresh.person.id)
    assert [one.given for one in said] == [False, True]
    assert all("no picture" in one.words for one in said)


def test_reminders_come_as_a_calendar_at_the_persons_time(fresh: Any) -> None:
    answer = send(fresh, "/settings", 'value="reminders"', reminders="yes", times="half past")
    assert answer.status_code == 422
    assert 'value="half past"' in answer.text
    assert send(fresh, "/settings", 'value="reminders"', reminders="yes", times="7:30").status_code == 303
    calendar = fresh.client.get("/settings/reminders.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "T073000" in calendar.text
    assert "BEGIN:VALARM" in calendar.text


def test_a_time_that_is_past_is_said_on_the_page_of_today_until_it_is_switched_off(fresh: Any) -> None:
    for on, times, said in (("yes", "00:00", True), ("yes", "23:59", False), ("", "00:00", False)):
        assert send(fresh, "/settings", 'value="reminders"', reminders=on, times=times).status_code == 303
        assert ("It is past 00:00" in words(fresh.client.get("/today").text)) is said, (on, times)


@pytest.mark.parametrize("first", ["left", "right"])
def test_the_leg_that_was_chosen_begins(fresh: Any, first: str) -> None:
    assert send(fresh, "/settings", 'value="body"', side=first, country="DE").status_code == 303
    today = fresh.client.get("/api/v1/today").json()
    begun = [one["bouts"][0]["side"] for one in today["exercises"] if {bout["side"] for bout in one["bouts"]} == {"left", "right"}]
    assert begun
    assert set(begun) == {first}


def test_every_sign_behind_a_sentence_is_explained(lived: Any) -> None:
    explained = set(re.findall(r'<div id="([^"]+)"', lived.client.get("/sources").text))
    named = {
        tag
        for path in ("/programme", "/progress", "/exercises/clamshell")
        for tag in re.findall(r"/sources#([^\"]+)", lived.client.get(path).text)
    }
    assert named
    assert named <= explained


def test_a_lost_phone_is_signed_out(fresh: Any) -> None:
    sign_ins = SignInRepository(fresh.store)
    token = sign_ins.open(fresh.person.id, lasts=LASTS, label="Phone")
    page = fresh.client.get("/settings").text
    assert "Phone" in page
    phone = sign_ins.find(token)
    assert phone is not None
    assert send(fresh, "/settings/sign-ins", 'name="id"', page="/settings", id=phone.id).status_code == 303
    assert sign_ins.find(token) is None
    assert fresh.client.get("/settings").status_code == 200
    assert fresh.client.post("/settings/sign-ins", data=hidden(fresh.client.get("/settings").text), headers=FORM).headers["location"] == "/"
    assert fresh.client.get("/settings").status_code == 303


# ---------------------------------------------------------------------------------------------------- data


def test_data_shows_and_hands_over_what_is_kept(lived: Any) -> None:
    text = words(lived.client.get("/settings/data").text)
    assert "Anna" in text
    assert "21" in text
    file = lived.client.get("/settings/export.json")
    assert "attachment" in file.headers["content-disposition"]
    document = json.loads(file.text)
    with lived.store.read() as work:
        events = work.scalar(select(func.count()).select_from(EventRow).where(EventRow.person_id == lived.person.id))
    assert len(document["events"]) == events
    assert document["landmarks"]
    assert any(one.action == "person.export" for one in AuditRepository(lived.store).about(lived.person.asker, lived.person.id))


def test_landmarks_are_deleted_and_the_sets_stay(fresh: Any) -> None:
    session(fresh.store, fresh.person, "one", 3, ["bridge"])
    number = watch_set(fresh.store, fresh.person, "w", "one", keep=True)
    page = fresh.client.get(f"/sets/{number}").text
    assert f'data-replay="/api/v1/sets/{number}/landmarks"' in page
    said = re.search(r"data-words='([^']+)'|data-words=\"([^\"]+)\"", page)
    assert said
    assert json.loads(unescape(said[1] or said[2]))["play"] == "Play"
    assert send(fresh, "/settings/data").headers["location"] == "/settings/data?deleted=1"
    page = fresh.client.get(f"/sets/{number}")
    assert page.status_code == 200
    assert "data-replay" not in page.text


def test_erase_asks_twice_and_then_erases(fresh: Any) -> None:
    session(fresh.store, fresh.person, "one", 3, ["bridge"])
    other = begin(fresh.store, name="Berta")
    session(fresh.store, other, "one", 3, ["bridge"])
    wrong = send(fresh, "/settings/erase", 'name="word"', word="yes please")
    assert wrong.status_code == 422
    assert 'value="yes please"' in wrong.text
    assert send(fresh, "/settings/erase", 'name="word"', word="no", sure="yes").status_code == 422
    asked = send(fresh, "/settings/erase", 'name="word"', word="erase")
    assert asked.status_code == 200
    assert "Really erase everything?" in words(asked.text)
    with fresh.store.read() as work:
        assert work.get(PersonRow, fresh.person.id) is not None
    done = fresh.client.post("/settings/erase", data=hidden(asked.text), headers=FORM)
    assert done.headers["location"] == "/"
    with fresh.store.read() as work:
        for table in Base.metadata.sorted_tables:
            if "person_id" in table.c:
                assert not work.scalar(select(func.count()).select_from(table).where(table.c.person_id == fresh.person.id)), table.name
        assert work.get(PersonRow, fresh.person.id) is None
        assert work.scalar(select(func.count()).select_from(EventRow).where(EventRow.person_id == other.id))
    assert fresh.client.get("/progress").status_code == 303


# ---------------------------------------------------------------------------------------------------- sets


def test_a_set_says_in_words_what_the_result_says(lived: Any) -> None:
    result, _recording = watched()
    page = lived.client.get("/sets").text
    number = re.search(r'href="/sets/(\d+)"', page)
    assert number
    text = words(lived.client.get(f"/sets/{number[1]}").text)
    from coxa.exchange.words import verdict
    from coxa.exercises import catalogue

    said = verdict(result, catalogue.load("bridge"))
    assert said.headline in text
    for sentence in said.sentences:
        assert sentence in text
    assert all(f" {n + 1} " in text for n in range(len(result.repetitions)))


def test_sets_come_page_by_page(fresh: Any) -> None:
    session(fresh.store, fresh.person, "one", 3, ["bridge"])
    numbers = [watch_set(fresh.store, fresh.person, f"w{n}", "one", keep=False) for n in range(30)]
    first = fresh.client.get("/sets").text
    older = re.search(r"/sets\?before=(\d+)", first)
    assert older
    second = fresh.client.get(f"/sets?before={older[1]}").text
    seen = [int(n) for page in (first, second) for n in re.findall(r'href="/sets/(\d+)"', page)]
    assert seen == sorted(numbers, reverse=True)


def test_another_persons_set_is_not_there(fresh: Any) -> None:
    other = begin(fresh.store, name="Berta")
    session(fresh.store, other, "one", 3, ["bridge"])
    number = watch_set(fresh.store, other, "w", "one", keep=True)
    assert fresh.client.get(f"/sets/{number}").status_code == 404
    assert fresh.client.get("/sets/999999").status_code == 404
    assert str(number) not in re.findall(r'href="/sets/(\d+)"', fresh.client.get("/sets").text)


# ---------------------------------------------------------------------------------------------------- charts


def test_chart_breaks_the_line_where_nothing_is_known() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in (0, 1, 2, 40, 41)]
    drawn = charts.line_chart("c", "T <1>", "It & that.", [charts.Line("a", tuple((day, 3.0) for day in days))], low=0, high=10)
    for svg in re.findall(r"<svg.*?</svg>", drawn, re.S):
        root = ElementTree.fromstring(svg)
        paths = [one.get("d", "") for one in root.iter() if "chart-line" in one.get("class", "")]
        assert [path.count("M") for path in paths] == [2]
        assert sum("chart-mark" in one.get("class", "") for one in root.iter()) == 5
        assert root.findtext("title") == "T <1>"
        assert root.findtext("desc") == "It & that."


@pytest.mark.parametrize("span", [1, 2, 6, 13, 30, 80, 200, 400, 1000])
@pytest.mark.parametrize("wide", charts.WIDTHS.values())
def test_labels_of_the_days_do_not_overlap(span: int, wide: int) -> None:
    points = tuple((date(2026, 1, 1) + timedelta(days=n), float(n % 11)) for n in range(span))
    drawn = charts.line_chart("c", "T", "S", [charts.Line("a", points)], low=0, high=10)
    svg = next(one for one in re.findall(r"<svg.*?</svg>", drawn, re.S) if f'viewBox="0 0 {wide} ' in one)
    labels = [one for one in ElementTree.fromstring(svg).iter("text") if one.get("text-anchor") == "middle"]
    spans = sorted(
        (float(one.get("x", "0")) - len(one.text or "") * 3.75, float(one.get("x", "0")) + len(one.text or "") * 3.75) for one in labels
    )
    assert labels
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert spans[0][0] >= 0
    assert spans[-1][1] <= wide


def test_lines_differ_in_shape_and_not_in_colour_alone() -> None:
    day = date(2026, 1, 1)
    lines = [charts.Line(str(n), ((day, 1.0), (day + timedelta(days=1), 2.0))) for n in range(4)]
    key = charts.legend(lines)
    shapes = re.findall(r"<(circle|rect|polygon) class=\"chart-mark[^>]*", key)
    assert shapes == ["circle", "rect", "polygon", "polygon"]
    assert len(set(re.findall(r'points="([^"]+)"', key))) == 2


@pytest.mark.parametrize("path", ["/sets/99999999999999999999", "/sets/0", "/sets?before=99999999999999999999"])
def test_a_number_that_no_set_can_have_is_refused(fresh: Any, path: str) -> None:
    assert fresh.client.get(path).status_code == 422
