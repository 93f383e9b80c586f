"""Welcome, screening, emergency, programme, today, library and help, as a browser without script meets them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import phonenumbers
import pytest
from asking import FORM
from browsing import USUAL, Page, Values, answer_all, answers_for, look, send
from fastapi.testclient import TestClient
from icalendar import Calendar
from phonenumbers import shortnumberinfo

from coxa.care.screening import Screening
from coxa.exercises import catalogue
from coxa.records import AppointmentRepository, PeopleRepository, ProgrammeRepository, ScreeningRepository, SettingsRepository, Store
from coxa.records.people import Person
from coxa.records.programmes import KeptProgramme
from coxa.web import helplines, pictures

WISHES: Values = {
    "kind": "personal", "minutes": "25", "days": ["mon", "wed", "fri"], "equipment": ["mat", "chair"], "goal": "walk", "left": "8",
    "right": "12,5",
}  # fmt: skip


def store_of(client: TestClient) -> Store:
    return client.app.state.store  # type: ignore[attr-defined, no-any-return]


def screened(client: TestClient, person: Person) -> Screening | None:
    done = ScreeningRepository(store_of(client)).latest(person.asker, person.id)
    return done.result if done else None


def programme(client: TestClient, person: Person) -> KeptProgramme:
    kept = ProgrammeRepository(store_of(client)).latest(person.asker, person.id)
    assert kept is not None
    return kept


# ------------------------------------------------------------------------------------------------ the way in


def test_from_the_welcome_to_a_programme_without_script(client: TestClient) -> None:
    page = look(client, "/")
    assert page.html.count("medical device") == 1
    assert "/session?try=1" in page.links
    page = send(client, page, "/welcome", {"door": "me"})
    assert page.form("/screening").values["step"] == ["danger"]
    page = answer_all(client, page)
    assert page.h1 == "You can start"
    page = look(client, "/programme")
    form = page.form("/programme")
    # What was wished for while answering is there already.
    assert (form.values["minutes"], form.values["goal"], form.values["equipment"]) == (["25"], ["stairs"], ["mat", "chair"])
    page = send(client, page, "/programme", WISHES)
    assert page.h1 == "Your own programme"
    assert re.search(r'src="/exercises/[a-z-]+/loop\.svg', page.html)
    assert "Nothing is planned" in look(client, "/today").text or "exercise" in look(client, "/today").text
    # Whoever is known comes in at today.
    assert client.get("/").headers["location"] == "/today"


def test_german_is_spoken_from_the_first_click(client: TestClient) -> None:
    page = send(client, look(client, "/"), "/welcome", {"language": "de"})
    assert '<html lang="de"' in page.html
    page = send(client, page, "/welcome", {"door": "me"})
    assert "Ihr Bein" in page.text or "Sie" in page.text
    page = answer_all(client, page)
    assert page.h1 == "Sie können beginnen"
    page = send(client, look(client, "/programme"), "/programme", WISHES)
    assert page.h1 == "Ihr eigenes Programm"


def test_letters_are_as_large_as_one_asks_for(client: TestClient) -> None:
    page = send(client, look(client, "/"), "/welcome", {"text_size": "xl"})
    assert 'data-text="xl"' in page.html


# ------------------------------------------------------------------------------------------------ screening


def test_an_emergency_is_asked_about_once_and_then_stands_alone(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    page = send(client, page, "/screening", answers_for(page.form("/screening"), hot_or_feverish="yes"))
    assert page.h1 == "Is this right?"
    assert "Your hip is hot" in page.text
    page = send(client, page, "/screening", {"right": "yes"})
    assert page.h1 == "Please get help now"
    assert "tel:112" in page.links
    assert "<nav" not in page.html
    result = screened(client, person)
    assert result is not None
    assert result.outcome == "emergency"
    # No exercise from here on.
    assert look(client, "/programme").h1 == "Please get help now"
    assert "Start" not in look(client, "/today").text


def test_an_emergency_by_mistake_can_be_taken_back_once(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    page = send(client, page, "/screening", answers_for(page.form("/screening"), hot_or_feverish="yes"))
    page = send(client, page, "/screening", {"right": "no"})
    assert page.form("/screening").values["hot-or-feverish"] == ["yes"]
    page = send(client, page, "/screening", {"hot-or-feverish": "no"})
    assert page.form("/screening").values["step"] == ["you"]
    # The correction stands beside what was said first.
    repository = ScreeningRepository(store_of(client))
    key = repository.open_key(person.asker, person.id)
    assert key is not None
    said = [one.answer for one in repository.given(person.asker, person.id, key) if one.question == "hot-or-feverish"]
    assert said == [True, False]


def test_an_emergency_that_stays_is_not_asked_about_twice(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    page = send(client, page, "/screening", answers_for(page.form("/screening"), blood_flow="yes"))
    page = send(client, page, "/screening", {"right": "no"})
    page = send(client, page, "/screening")
    assert page.h1 == "Please get help now"


def test_an_urgent_answer_names_the_doctor_and_shows_no_exercise(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    page = send(client, page, "/screening", answers_for(page.form("/screening"), cancer_and_bone_pain="yes"))
    page = send(client, page, "/screening", {"right": "yes"})
    assert page.h1 == "Please see a doctor soon"
    assert "/help/letter.pdf" in page.links
    assert client.get("/programme").headers["location"] == "/screening"


def test_open_danger_questions_are_asked_again_without_alarm(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    page = send(client, page, "/screening", answers_for(page.form("/screening"), one_leg_swollen=None))
    assert page.form("/screening").values["step"] == ["danger"]
    assert "no answer yet" in page.text
    for _ in range(9):
        form = page.form("/screening")
        if form.values["step"] == ["open"]:
            break
        page = send(client, page, "/screening", answers_for(form, one_leg_swollen=None))
    assert page.h1 == "A few answers are still open"
    assert screened(client, person) is None
    page = send(client, page, "/screening", {"one-leg-swollen": "no"})
    assert page.h1 == "You can start"


def test_contradictions_are_shown_together_and_only_once(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    for _ in range(9):
        form = page.form("/screening")
        if form.values["step"] == ["together"]:
            break
        page = send(client, page, "/screening", answers_for(form, pain_now="5", pain_worst="2"))
    assert page.h1 == "These answers do not fit together"
    assert {"pain-now", "pain-worst"} <= set(page.form("/screening").fields)
    page = send(client, page, "/screening")
    assert page.h1.startswith("You can start")
    result = screened(client, person)
    assert result is not None
    assert result.contradictions == (("pain-now", "pain-worst"),)


def test_what_was_typed_stays_where_it_cannot_be_taken(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    page = send(client, page, "/screening", answers_for(page.form("/screening")))
    form = page.form("/screening")
    page = send(client, page, "/screening", {**answers_for(form), "age": "sixty", "balance-trouble": "yes"}, status=422)
    form = page.form("/screening")
    assert form.values["age"] == ["sixty"]
    assert form.values["balance-trouble"] == ["yes"]
    assert "whole number from 0 to 120" in page.text


def test_a_question_that_comes_up_by_an_answer_is_asked_on_the_same_page(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    assert "replacement-alarm" not in page.form("/screening").fields
    page = send(client, page, "/screening", answers_for(page.form("/screening"), hip_replacement="yes"))
    assert page.form("/screening").values["step"] == ["danger"]
    assert {"replacement-alarm", "replacement-new-pain"} <= page.form("/screening").fields


def test_it_goes_on_where_it_was_left(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    send(client, page, "/screening", answers_for(page.form("/screening")))
    assert look(client, "/screening").form("/screening").values["step"] == ["you"]
    assert look(client, "/").form("/screening").values["step"] == ["you"]


def test_the_way_back_leads_through_a_clinician_and_a_full_new_screening(client: TestClient, person: Person) -> None:
    page = answer_all(client, look(client, "/screening"), heart_or_dizzy="yes")
    assert page.h1 == "Please ask a doctor or physiotherapist first"
    tomorrow = (date.today() + timedelta(days=2)).isoformat()
    page = send(client, page, "/screening/clearance", {"by": "Dr. Sommer", "on": tomorrow}, status=422)
    assert page.form("/screening/clearance").values["by"] == ["Dr. Sommer"]
    assert "cannot be in the future" in page.text
    page = send(client, page, "/screening/clearance", {"by": "Dr. Sommer", "on": date.today().isoformat()})
    assert page.form("/screening").values["step"] == ["danger"]
    assert "Dr. Sommer" in page.text
    page = answer_all(client, page, heart_or_dizzy="yes")
    assert page.h1 == "You can start, with care"
    page = send(client, look(client, "/programme"), "/programme", WISHES)
    assert programme(client, person).profile.cleared_by == "Dr. Sommer"
    # The go-ahead was for what had been answered then; the next screening has its own answers.
    page = send(client, look(client, "/screening/result"), "/screening/again")
    assert answer_all(client, page).h1.startswith("You can start")
    profile = programme(client, person).profile
    assert (profile.cleared_by, profile.cleared_on) == ("", None)


def test_whether_somebody_is_a_woman_or_a_man_reaches_the_programme(client: TestClient, person: Person) -> None:
    answer_all(client, look(client, "/screening"), sex="female")
    send(client, look(client, "/programme"), "/programme", WISHES)
    assert programme(client, person).profile.sex == "female"
    answer_all(client, send(client, look(client, "/screening/result"), "/screening/again"), sex=None)
    assert programme(client, person).profile.sex is None


def test_the_body_map_and_the_list_are_the_same_answer(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    for _ in range(2):
        page = send(client, page, "/screening", answers_for(page.form("/screening")))
    html = page.html
    aims = set(re.findall(r'class="bodymap__hit[^"]*" for="([^"]+)"', html))
    assert aims == {"region-front", "region-outer", "region-thigh", "region-knee", "region-buttock"}
    assert all(f'id="{aim}"' in html for aim in aims)
    assert "style=" not in html


# ------------------------------------------------------------------------------------------------ emergency


@pytest.mark.parametrize(("country", "number"), [("AT", "144"), ("GB", "999"), ("US", "911"), ("DE", "112"), ("", "112")])
def test_the_number_of_each_country(client: TestClient, country: str, number: str) -> None:
    page = look(client, f"/emergency?country={country}")
    assert f"tel:{number}" in page.links


def test_the_country_comes_from_the_zone_then_from_the_browser() -> None:
    assert helplines.country_of("America/Toronto") == "CA"
    assert helplines.country_of("Etc/UTC", "en-AU,en;q=0.8") == "AU"
    assert helplines.country_of("Etc/UTC", "de", "de") == "DE"
    assert helplines.country_of("Europe/Berlin", "de-DE", "de", chosen="CH") == "CH"
    assert helplines.helpline("XX").emergency == "112"
    assert len({line.name for line in helplines.helplines()}) == len(helplines.helplines())


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Asia/Calcutta", "IN"), ("America/Buenos_Aires", "AR"), ("Europe/Kiev", "UA"), ("America/Indianapolis", "US"),
        ("Europe/Oslo", "NO"), ("Atlantic/Reykjavik", "IS"), ("CET", "GB"),
    ],
)  # fmt: skip
def test_a_browser_that_says_a_zones_former_name_is_in_the_same_country(zone: str, country: str) -> None:
    assert helplines.country_of(zone, "en-GB") == country


def test_the_number_is_that_of_the_country_that_was_set(client: TestClient, person: Person) -> None:
    assert {"tel:112"} == {link for path in ("/help", "/emergency") for link in look(client, path).links if link == "tel:112"}
    SettingsRepository(store_of(client)).change(person.asker, person.id, {"country": "AT"})
    for path in ("/help", "/emergency"):
        assert "tel:144" in look(client, path).links, path
    assert "tel:1450" in look(client, "/help").links


def test_a_country_that_is_not_in_the_list_is_not_taken_for_its_first(client: TestClient, person: Person) -> None:
    PeopleRepository(store_of(client)).change(person.asker, person.id, zone="Europe/Belgrade")
    options = re.findall(r'<option value="([A-Z]*)"( selected)?', look(client, "/settings").html.partition('id="country"')[2])
    assert options[0] == ("", "")
    assert not any(selected for _country, selected in options[:50])


@pytest.mark.parametrize("line", helplines.helplines(), ids=lambda line: line.country)
def test_every_number_is_one_that_the_phone_networks_know(line: helplines.Helpline) -> None:
    assert shortnumberinfo.is_emergency_number(line.emergency, line.country)
    if line.soon:
        number = phonenumbers.parse(line.soon, line.country)
        known = phonenumbers.is_valid_number(number) or shortnumberinfo.is_valid_short_number_for_region(number, line.country)
        assert known, line.soon


# ------------------------------------------------------------------------------------------------ programme and today


@pytest.fixture
def planned(client: TestClient, person: Person) -> Page:
    """The page of a programme that was just made."""
    answer_all(client, look(client, "/screening"))
    return send(client, look(client, "/programme"), "/programme", {**WISHES, "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]})


def test_the_programme_says_what_why_and_when(client: TestClient, person: Person, planned: Page) -> None:
    kept = programme(client, person)
    for row in kept.programme.exercises:
        assert catalogue.load(row.exercise).name in planned.text
        assert row.why[0].words in planned.text
    assert planned.html.count("<td") == 14
    assert kept.profile.stance.left_s == 8
    assert kept.profile.stance.right_s == 12.5
    assert kept.profile.age == 67


def test_changing_it_keeps_a_new_version_and_what_was_asked_for(client: TestClient, person: Person, planned: Page) -> None:
    page = look(client, "/programme?change=1")
    assert page.form("/programme").values["right"] == ["12.5"]
    send(client, page, "/programme", {"minutes": "10", "days": ["mon", "thu"]})
    kept = programme(client, person)
    assert kept.number == 2
    assert kept.programme.version == 2
    assert kept.profile.training_days == ("mon", "thu")
    assert kept.programme.minutes_a_session <= 10.5


def test_wrong_wishes_come_back_as_they_were_typed(client: TestClient, person: Person, planned: Page) -> None:
    page = look(client, "/programme?change=1")
    page = send(client, page, "/programme", {"minutes": "a lot", "days": None, "left": "long"}, status=422)
    assert page.form("/programme").values["minutes"] == ["a lot"]
    assert page.form("/programme").values["left"] == ["long"]
    assert "at least one day" in page.text
    assert programme(client, person).number == 1


def test_a_source_programme_longer_than_the_minutes_asks_first(client: TestClient, person: Person, planned: Page) -> None:
    page = look(client, "/programme?change=1")
    page = send(client, page, "/programme", {"kind": "twice-a-day", "minutes": "10"})
    assert "minutes a day; you have" in page.text
    assert programme(client, person).number == 1
    send(client, page, "/programme", {"full": "1"})
    assert programme(client, person).programme.kind == "twice-a-day"


def test_a_new_screening_makes_the_programme_anew(client: TestClient, person: Person, planned: Page) -> None:
    before = programme(client, person)
    page = send(client, look(client, "/today"), "/today/something-new")
    assert page.form("/screening").values["step"] == ["danger"]
    assert "may_start" not in look(client, "/today").html
    assert "safety questions are still open" in look(client, "/today").text
    answer_all(client, look(client, "/screening"), floor="no")
    after = programme(client, person)
    assert after.number == before.number + 1
    assert "no-floor" in after.profile.screening.limits
    assert after.profile.minutes_a_day == before.profile.minutes_a_day


def test_today_names_what_is_planned_and_starts_it(client: TestClient, person: Person, planned: Page) -> None:
    page = look(client, "/today")
    assert "/session" in page.links
    assert all(
        catalogue.load(row.exercise).name in page.text for row in programme(client, person).programme.exercises if len(row.days) == 7
    )


def test_the_calendar_file_has_the_time_that_was_chosen(client: TestClient, person: Person, planned: Page) -> None:
    answer = client.get("/programme/calendar.ics", params={"at": "07:15"})
    assert answer.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    assert len(events) == 7
    assert {event.decoded("dtstart").strftime("%H:%M") for event in events} == {"07:15"}
    wrong = client.get("/programme/calendar.ics", params={"at": ["07:15", "soon"]})
    assert wrong.status_code == 422
    assert "choose different times" in wrong.text


def test_the_sheet_is_a_pdf(client: TestClient, person: Person, planned: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object) -> dict[str, object]:
        return {}

    monkeypatch.setattr("coxa.web.pages.programme.drawn_for", none)
    answer = client.get("/programme/sheet.pdf?large=1")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["cache-control"] == "private, no-store"


# ------------------------------------------------------------------------------------------------ library and pictures


def test_the_library_has_every_exercise_and_finds_some(client: TestClient) -> None:
    page = look(client, "/exercises")
    assert {f"/exercises/{id}" for id in catalogue.ids()} <= set(page.links)
    page = look(client, "/exercises?q=bridge&level=2")
    assert "1 exercise" in page.text or "2 exercises" in page.text
    assert "/exercises/clamshell" not in page.links
    assert "Try another word" in look(client, "/exercises?q=hovercraft").text
    # A filter that there is not filters nothing.
    assert len(look(client, "/exercises?position=upside-down").links) == len(look(client, "/exercises").links)


@pytest.mark.parametrize("id", ["clamshell", "cat-camel", "timed-up-and-go", "iliotibial-band-stretch"])
def test_an_exercise_in_full(client: TestClient, id: str) -> None:
    page, e = look(client, f"/exercises/{id}"), catalogue.load(id)
    assert page.h1 == e.name
    assert all(step in page.text for step in (*e.steps, e.feel, e.daily_life))
    assert all(m.name in page.text and m.fix in page.text for m in e.mistakes)
    assert "style=" not in page.html


def test_no_such_exercise_and_no_such_picture(client: TestClient) -> None:
    wrong = ("hovercraft", "hovercraft/still.svg", "clamshell/moon.svg", "cat-camel/camera.svg", "clamshell/still.svg?mistake=upside-down")
    for path in (f"/exercises/{rest}" for rest in wrong):
        assert client.get(path).status_code == 404, path


def test_a_picture_is_drawn_once_and_kept(client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawn: list[pictures.Wanted] = []

    def draw(wanted: pictures.Wanted) -> bytes:
        drawn.append(wanted)
        return b"<svg xmlns='http://www.w3.org/2000/svg'/>" + b" " * 2000

    monkeypatch.setattr(pictures, "draw", draw)
    monkeypatch.setattr(pictures, "DRAWN", tmp_path / "nothing drawn by set-up")
    first = client.get("/exercises/bridge/loop.svg", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-type"].startswith("image/svg+xml")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["content-security-policy"] == pictures.POLICY
    again = client.get("/exercises/bridge/loop.svg", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    plain = client.get("/exercises/bridge/loop.svg", headers={"Accept-Encoding": "identity"})
    assert plain.content == first.content
    assert len(drawn) == 1
    client.get("/exercises/bridge/loop.svg?side=right")
    assert [one.side for one in drawn] == ["left", "right"]


def test_pictures_are_drawn_ahead_and_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[pictures.Wanted] = []

    def draw(wanted: pictures.Wanted) -> bytes:
        drawn.append(wanted)
        return b"<svg/>"

    monkeypatch.setattr(pictures, "draw", draw)
    monkeypatch.setattr(pictures, "DRAWN", tmp_path / "nothing drawn by set-up")
    monkeypatch.setattr("coxa.web.pictures.signal.signal", lambda *_: None)
    monkeypatch.setattr("coxa.web.pictures.os.nice", lambda _: 0)
    pictures._draw_missing(tmp_path)
    assert drawn == list(pictures.pages_ask_for())
    pictures._draw_missing(tmp_path)
    assert len(drawn) == len(set(drawn))


def test_the_name_of_a_picture_changes_with_what_it_shows(tmp_path: Path) -> None:
    names = {
        pictures.Wanted("bridge", "still").name, pictures.Wanted("bridge", "still", "right").name, pictures.Wanted("bridge", "loop").name,
        pictures.Wanted("clamshell", "still").name, pictures.Wanted("clamshell", "still", mistake="rolls-back").name,
    }  # fmt: skip
    assert len(names) == 5
    data = pictures.draw(pictures.Wanted("clamshell", "still", mistake="rolls-back"))
    assert data.startswith(b"<svg")
    assert b"<script" not in data


# ------------------------------------------------------------------------------------------------ help


def test_the_letter_and_the_request(client: TestClient, person: Person, planned: Page) -> None:
    assert client.get("/help/letter.pdf").content.startswith(b"%PDF")
    page = look(client, "/help")
    page = send(client, page, "/help/appointment", {"address": "nobody", "wishes": "Please & soon"}, status=422)
    assert page.form("/help/appointment").values["address"] == ["nobody"]
    day = (date.today() + timedelta(days=9)).isoformat()
    page = send(
        client, page, "/help/appointment", {"address": "praxis@example.org", "day": day, "time": "09:30", "wishes": "Please & soon"}
    )
    mail = next(link for link in page.links if link.startswith("mailto:"))
    assert mail.startswith("mailto:praxis@example.org?subject=")
    assert "Please%20%26%20soon" in mail
    kept = AppointmentRepository(store_of(client)).all(person.asker, person.id)
    assert [one.address for one in kept] == ["praxis@example.org"]
    file = next(link for link in page.links if link.startswith("/help/appointment.ics"))
    event = Calendar.from_ical(client.get(file).text).walk("VEVENT")[0]
    assert event.decoded("dtstart").strftime("%Y-%m-%d %H:%M") == f"{day} 09:30"
    assert "praxis@example.org" in str(event["attendee"])


def test_a_request_cannot_smuggle_a_second_address(client: TestClient, person: Person) -> None:
    page = look(client, "/help")
    for address in ("a@b.org,c@d.org", "a@b.org\nbcc: c@d.org", "a b@c.org", ""):
        send(client, page, "/help/appointment", {"address": address}, status=422)


@pytest.mark.parametrize("wishes", ["2026-13-45 10:00\nsoon", "2026-12-05 99:99\nsoon", "9999-12-31 10:00\nsoon"])
def test_a_request_that_begins_with_no_day_of_this_century_is_words(client: TestClient, person: Person, wishes: str) -> None:
    AppointmentRepository(store_of(client)).ask(person.asker, address="a@b.org", reason="x", wishes=wishes, key="odd")
    assert "soon" in look(client, "/help/appointment?key=odd").text
    assert client.get("/help/appointment.ics?key=odd").headers["location"] == "/help"
    send(client, look(client, "/help"), "/help/appointment", {"address": "a@b.org", "day": "9999-12-31"}, status=422)


# ------------------------------------------------------------------------------------------------ whoever is not known


MINE = ("/screening", "/screening/result", "/programme", "/today", "/help", "/help/letter.pdf", "/programme/sheet.pdf")


@pytest.mark.parametrize("path", MINE)
def test_strangers_are_led_to_the_door(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_another_person_sees_nothing_of_it(client: TestClient, person: Person, planned: Page) -> None:
    from asking import sign_in_as

    from coxa.records import PeopleRepository

    key = AppointmentRepository(store_of(client)).ask(person.asker, address="a@b.org", reason="x", key="mine").key
    other = PeopleRepository(store_of(client)).create_local(zone="Europe/Berlin")
    client.cookies.clear()
    sign_in_as(client, other)
    assert client.get(f"/help/appointment?key={key}").headers["location"] == "/help"
    assert client.get("/programme").headers["location"] == "/screening"
    assert client.get("/programme/sheet.pdf").status_code == 404


def test_a_form_without_its_token_changes_nothing(client: TestClient, person: Person) -> None:
    answer = client.post("/screening", data={"step": "danger", "hot-or-feverish": "no"}, headers=FORM)
    assert answer.status_code == 403
    assert ScreeningRepository(store_of(client)).open_key(person.asker, person.id) is None


def test_the_card_of_the_app(client: TestClient) -> None:
    card = client.get("/manifest.webmanifest").json()
    assert card["start_url"] == "/"
    assert all(client.get(icon["src"]).status_code == 200 for icon in card["icons"])


def test_usual_answers_are_answers() -> None:
    from coxa.care.questionnaire import screening_questions

    assert set(USUAL) <= set(screening_questions().questions)


def test_a_programme_that_was_made_in_one_language_is_shown_in_another(client: TestClient, person: Person) -> None:
    client.cookies.set("coxa_language", "de")
    answer_all(client, look(client, "/screening"))
    send(client, look(client, "/programme"), "/programme", WISHES)
    kept = programme(client, person)
    german = look(client, "/programme").text
    client.cookies.set("coxa_language", "en")
    english = look(client, "/programme").text
    for row in kept.programme.exercises:
        for reason in row.why:
            assert reason.words in english
            assert reason.words not in german
    for one in (*kept.programme.habits, *kept.programme.reasons):
        assert one.words in english
        assert one.words not in german


def test_a_form_that_is_sent_twice_counts_once(client: TestClient, person: Person) -> None:
    page = look(client, "/screening")
    for _ in range(12):
        form = page.form("/screening")
        values, before = answers_for(form), page
        page = send(client, before, "/screening", values)
        again = send(client, before, "/screening", values)
        assert again.h1 == page.h1
        if page.h1 == "You can start":
            break
    assert ScreeningRepository(store_of(client)).open_key(person.asker, person.id) is None
    page = look(client, "/programme")
    send(client, page, "/programme", WISHES)
    send(client, page, "/programme", WISHES)
    assert programme(client, person).number == 1
