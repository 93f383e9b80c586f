"""How quickly the pages answer with 10,000 sessions stored, and how much a first view loads.

    python bench/pages.py [--people N] [--smoke]

Prints Markdown. A real `coxa up` process answers; requests go out on a fixed beat, whether earlier ones have been answered or
not, and each is timed from the beat, so that waiting in line counts. The server has been up for 12 s; no page is warm: whoever
asks for the first time has their diary weighed then. Every second person reads German. Each row of the table is one page; the last
is all of them.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from sqlalchemy import insert, select

from coxa.capture.simulated import simulate
from coxa.care.history import Form
from coxa.care.planner import plan_for
from coxa.care.programme import Profile
from coxa.care.progression import form_of
from coxa.motion import analyze
from coxa.records import DiaryRepository, PeopleRepository, ProgrammeRepository, ScreeningRepository, SignInRepository, Store
from coxa.records.diary import Entry
from coxa.records.events import (
    ActivityScore,
    Event,
    ExerciseEffort,
    ExercisePain,
    MorningPain,
    RepetitionDone,
    SessionEnded,
    SessionStarted,
    SetDone,
    TestValue,
)  # fmt: skip
from coxa.records.people import Person
from coxa.records.tables import Base, EventRow, PersonRow, ScreeningRow
from well import answers

TARGET_95_MS, TARGET_FIRST_KB = 50.0, 300.0
ZONE = "Europe/Berlin"
#: The people's, by turns.
LANGUAGES = ("en", "de")
PAGES = (
    "/today", "/session", "/programme", "/progress", "/progress/test", "/progress/activities", "/progress/change", "/morning", "/habits",
    "/help", "/help/appointment", "/settings", "/settings/data", "/settings/erase", "/sets", "/sets/{set}", "/exercises",
    "/exercises/bridge", "/exercises/clamshell", "/screening", "/screening/result", "/emergency", "/privacy", "/healthz",
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    people: int
    sessions: int
    rate: float
    seconds: float


#: After it answers, the server readies the live coaching beside the pages for a few seconds; this is about the hours after that.
WARM_S = 12.0
FULL = Sizes(50, 200, 20.0, 30.0)
SMOKE = Sizes(3, 6, 10.0, 2.0)


@dataclass(frozen=True)
class Asked:
    """One request: which page, how it was answered, after how long from its beat."""

    page: str
    status: int
    ms: float
    size: int
    first: bool


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


# ---------------------------------------------------------------------------------------------------- what is stored


def fill(folder: Path, sizes: Sizes) -> tuple[list[str], list[int]]:
    """People with their diaries; a sign-in and a watched set of each."""
    now = datetime.now(UTC)
    store = Store.open(data=folder)
    first = live(store, sizes.sessions, now)
    people = [first, *(copy(store, first, f"Person {n}") for n in range(2, sizes.people + 1))]
    sign_ins, diary = SignInRepository(store), DiaryRepository(store)
    tokens = [sign_ins.open(one.id, lasts=timedelta(days=1)) for one in people]
    sets = [diary.sets(one.asker, one.id, limit=1)[0].number for one in people]
    store.close()
    return tokens, sets


def live(store: Store, sessions: int, now: datetime) -> Person:
    """One person, a session a day up to yesterday, every event of it as the app writes it."""
    person = PeopleRepository(store).create_local(zone=ZONE, name="Person 1")
    screenings = ScreeningRepository(store)
    screenings.begin(person.asker, person.id, key="s")
    screenings.answer(person.asker, person.id, "s", answers(), key="a")
    done = screenings.complete(person.asker, person.id, "s")
    start = now - timedelta(days=sessions)
    profile = Profile(screening=done.result, age=45, falls_12_months=0, starts_on=start.date())
    programme = plan_for(profile)
    ProgrammeRepository(store).save(person.asker, person.id, profile, programme, key="first")
    recording = simulate("bridge", seed=1, view="side", repetitions=4).recording
    result = analyze(recording, exercise="bridge")
    ids = [one.exercise for one in programme.exercises][:3]
    diary, chance = DiaryRepository(store), Random(1)
    for day in range(sessions):
        at = start + timedelta(days=day)
        pain = max(1, 5 - day * 6 // sessions)
        events: list[Event] = [SessionStarted(pain_before=pain, planned=tuple(ids))]
        for id in ids:
            events += [RepetitionDone(exercise=id, set_number=1) for _ in range(8)]
            judged = Form(done=8, judged=6, faulty=chance.randrange(3))
            events += [SetDone(exercise=id, set_number=1, repetitions=8, form=judged), ExercisePain(exercise=id, after="same")]
            events.append(ExerciseEffort(exercise=id, effort=4))
        watched = SetDone(exercise="bridge", set_number=2, repetitions=result.counted, form=form_of(result))
        events += [watched, SessionEnded()]
        key = f"session-{day}"
        entries = [
            Entry(
                person.asker, person.id, event, key=f"{key}.{n}", session_key=key, at=at + timedelta(seconds=10 * n),
                result=result if event is watched else None,
            )
            for n, event in enumerate(events)
        ]  # fmt: skip
        local = at.date()
        beside: list[Event] = [MorningPain(on=local, pain=pain)]
        if day % 14 == 0:
            beside += [ActivityScore(on=local, name=name, score=min(10, 3 + day // 30)) for name in ("Stairs", "Socks", "Walking")]
            beside.append(TestValue(on=local, test="chair-stand", value=9 + day // 40, unit="stands"))
        entries += [Entry(person.asker, person.id, event, key=f"beside-{day}.{n}", at=at) for n, event in enumerate(beside)]
        for one in diary.record_all(entries):
            if isinstance(one, Exception):
                raise one
    return person


def copy(store: Store, of: Person, name: str) -> Person:
    """Another person with the same diary, row by row."""
    person = PeopleRepository(store).create_local(zone=ZONE, name=name)
    numbers: dict[str, dict[int, int]] = {"event_id": {}, "screening_id": {}}
    with store.write() as work:
        for table in Base.metadata.sorted_tables:
            if "person_id" not in table.c or table.name in ("sign_ins", PersonRow.__tablename__):
                continue
            rows = [dict(one) for one in work.execute(select(table).where(table.c.person_id == of.id)).mappings()]
            kept = {EventRow.__tablename__: "event_id", ScreeningRow.__tablename__: "screening_id"}.get(table.name)
            if kept and rows:
                top = work.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1)) or 0
                numbers[kept] = {one["id"]: top + place for place, one in enumerate(rows, start=1)}
            for one in rows:
                one |= {"person_id": person.id}
                if "id" in one:
                    one["id"] = numbers[kept][one["id"]] if kept else None
                for column in ("event_id", "screening_id"):
                    if column in one:
                        one[column] = numbers[column][one[column]]
                for column in ("recorded_by", "made_by"):
                    if one.get(column) == of.id:
                        one[column] = person.id
                if one.get("id", 0) is None:
                    del one["id"]
            if rows:
                work.execute(insert(table), rows)
    return person


# ---------------------------------------------------------------------------------------------------- asking


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, int]]:
    """A real `coxa up`; its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(Path(sys.executable).with_name("coxa")), "up", "--data", str(folder), "--port", str(port), "--no-browser", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 60
            while ask(port, "/healthz", "")[0] != 200:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("coxa up: expected it to answer within a minute, got nothing; run it by hand to see why")
                time.sleep(0.1)
            time.sleep(WARM_S)
            yield port, process.pid
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def processor_s(pid: int) -> float:
    """Processor time that a process has taken, seconds; where the system does not tell it, nothing."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


_KEPT = threading.local()


def ask(port: int, path: str, token: str, language: str = "en") -> tuple[int, int]:
    """Status and size of one answer, over a connection that is kept as a browser keeps it."""
    for _ in range(2):
        connection = getattr(_KEPT, "connection", None) or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        _KEPT.connection = connection
        try:
            headers = {"Accept-Encoding": "gzip", "Accept-Language": language} | ({"Cookie": f"coxa_sign_in={token}"} if token else {})
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, len(answer.read())
        except (OSError, http.client.HTTPException):
            # The server has closed it meanwhile: once more over a new one.
            connection.close()
            _KEPT.connection = None
    return 0, 0


def load(port: int, tokens: list[str], sets: list[int], sizes: Sizes) -> list[Asked]:
    """Every page by turns, as one person after another, on a fixed beat."""
    chance, count = Random(7), round(sizes.rate * sizes.seconds)
    there = [page for page in PAGES if ask(port, page.format(set=sets[0]), tokens[0])[0] != 404]
    plan = [(there[n % len(there)], chance.randrange(len(tokens))) for n in range(count)]
    chance.shuffle(plan)
    seen: set[int] = {0}
    begin = time.perf_counter() + 0.5

    def one(number: int, page: str, who: int, first: bool) -> Asked:
        beat = begin + number / sizes.rate
        time.sleep(max(0.0, beat - time.perf_counter()))
        status, size = ask(port, page.format(set=sets[who]), tokens[who], LANGUAGES[who % len(LANGUAGES)])
        return Asked(page, status, 1000 * (time.perf_counter() - beat), size, first)

    with ThreadPoolExecutor(32) as pool:
        waiting = []
        for number, (page, who) in enumerate(plan):
            waiting.append(pool.submit(one, number, page, who, who not in seen))
            seen.add(who)
        return [future.result() for future in waiting]


def first_view(port: int, token: str, path: str) -> float | None:
    """Kilobytes that a browser that was never here loads, as they come over the wire; None without a browser."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    if program is None:
        return None
    sizes: list[float] = []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
        if token:
            context.add_cookies([{"name": "coxa_sign_in", "value": token, "url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        wire: Any = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
        browser.close()
    return sum(sizes) / 1000


def report(asked: list[Asked]) -> None:
    print("\n## Answers\n")
    row("page", "requests", "median ms", "95 % ms", "slowest ms", "bytes", "status")
    row(*("---" for _ in range(7)))
    for page in [*dict.fromkeys(one.page for one in sorted(asked, key=lambda one: one.page)), ""]:
        mine = [one for one in asked if one.page == page or not page]
        ms = [one.ms for one in mine]
        status = ", ".join(str(code) for code in sorted({one.status for one in mine}))
        row(
            page or "**all**", len(mine), f"{median(ms):.1f}", f"{percentile(ms, 0.95):.1f}", f"{max(ms):.1f}",
            round(median(one.size for one in mine)), status,
        )  # fmt: skip
    first, later = [one.ms for one in asked if one.first], [one.ms for one in asked if not one.first]
    if first and later:
        print(f"\nA person's first request: median {median(first):.1f} ms. Later ones: 95 % in {percentile(later, 0.95):.1f} ms.")


def main() -> int:
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--people", type=int, default=FULL.people, help="so many people with 200 sessions each")
    asks.add_argument("--smoke", action="store_true", help="small and short, to see that it runs")
    said = asks.parse_args()
    sizes = SMOKE if said.smoke else replace(FULL, people=said.people)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        tokens, sets = fill(Path(folder), sizes)
        stored = sizes.people * sizes.sessions
        print(
            f"{stored} sessions of {sizes.people} people stored in {time.perf_counter() - began:.0f} s; {sizes.rate:g} requests/s for {sizes.seconds:g} s"
        )
        with serving(Path(folder)) as (port, pid):
            before = processor_s(pid)
            asked = load(port, tokens, sets, sizes)
            each = 1000 * (processor_s(pid) - before) / len(asked)
            report(asked)
            print(f"\nProcessor time of the server: {each:.1f} ms a request. What is far above that was waiting for a busy machine.")
            print("\n## First view, without the model\n")
            row("page", "kB", f"{TARGET_FIRST_KB:g} kB or less")
            row("---", "---", "---")
            for path, token in (("/", ""), ("/today", tokens[0]), ("/progress", tokens[0]), ("/exercises", tokens[0])):
                size = first_view(port, token, path)
                row(
                    path,
                    "no browser" if size is None else f"{size:.0f}",
                    "" if size is None else "yes" if size <= TARGET_FIRST_KB else "no",
                )
    held = percentile([one.ms for one in asked], 0.95)
    bad = [one for one in asked if one.status >= 500 or one.status == 0]
    print(f"\n95 % of {len(asked)} requests in {held:.1f} ms; asked: {TARGET_95_MS:g} ms. Failed: {len(bad)}.")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
