"""Write api.md from the API's own description; with `--examples`, first ask a made-up person's server for real answers."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from coxa.web.api.description import EXAMPLES, TAGS, describe
from coxa.web.app import create_app
from coxa.web.config import WebConfig

PAGE = Path(__file__).resolve().parent / "api.md"
#: When the made-up person of the examples lives.
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ID = "8c7d1f0e5b0a4c0c9f5a3d1b2e4f6a7b"
#: So many members of a list, and so many characters of an example on the page.
MOST_MEMBERS, MOST_SHOWN = 2, 1600
HEAD = """# The API

What the pages do, for programs: the same diary, the same rules. `docs/write_api.py` writes this page from the API's own description at
`/api/v1/openapi.json`, and a test compares it.

## Signing in

`POST /api/v1/sign-ins` answers with a token; send it as `Authorization: Bearer TOKEN`. At the computer on which coxa runs, and with no
account asked for, an empty body signs in the person at this computer. A page's script is signed in by its cookie, and sends the page's
token in `X-CSRF-Token` with everything that changes something.

## What always holds

- Errors are `application/problem+json` (RFC 9457) with one line in `detail`: what was expected, what came, what to do.
- Every request may also be answered with 400 (not readable) or 421 (another host name); one that changes something also with 403 (no
  token, or another site's page), 408 (too slow) or 413 (over 5 MB).
- What is somebody else's answers 404, as what is not there.
- Keys are made by whoever sees a thing happen. Sent again, they change nothing: after a lost connection, send everything again.
- Texts are in the language of `Accept-Language`, or of the cookie `coxa_language`.

Sets are watched over [the live socket](live.md).
"""


def description() -> dict[str, Any]:
    """The description, without a server."""
    with tempfile.TemporaryDirectory() as folder:
        return describe(create_app(WebConfig(data=Path(folder))))


def page() -> str:
    """The page as it should read."""
    found = description()
    parts = [HEAD.rstrip()]
    for tag, words in TAGS.items():
        parts.append(f"## {words.rstrip('.')}")
        for path, item in found["paths"].items():
            for method, operation in item.items():
                if operation["tags"] == [tag]:
                    parts.append(_operation(method, path, operation, found))
    return "\n\n".join(parts) + "\n"


def _operation(method: str, path: str, operation: dict[str, Any], whole: dict[str, Any]) -> str:
    lines = [f"### `{method.upper()} {path}`", "", " ".join(operation["description"].split())]
    if "security" not in operation:
        lines[-1] += " Needs nobody signed in."
    rows = [
        f"| `{one['name']}` | {one['in']} | {'yes' if one.get('required') else ''} | {one.get('description', '')} |"
        for one in operation.get("parameters", ())
        if one["in"] != "header"
    ]
    if rows:
        lines += ["", "| parameter | in | needed | |", "|---|---|---|---|", *rows]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        name = body["schema"]["$ref"].rsplit("/", 1)[1]
        lines += ["", f"Body, `{name}`:", ""]
        lines += _fenced((whole["components"]["schemas"][name].get("examples") or [{}])[0])
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if status.startswith("2") and "application/json" in content:
            lines += ["", f"Answer {status}:", "", *_fenced(content["application/json"].get("example"))]
        elif status.startswith("2"):
            lines += ["", f"Answer {status}: {', '.join(f'`{kind}`' for kind in content) or 'nothing'}."]
    others = [
        status for status in operation["responses"] if not status.startswith("2") and status not in ("400", "403", "408", "413", "421")
    ]
    if others:
        lines += ["", f"Else: {', '.join(others)}."]
    return "\n".join(lines)


def _fenced(example: Any) -> list[str]:
    text = json.dumps(example, ensure_ascii=False, indent=1)
    shown = text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN].rsplit("\n", 1)[0] + "\n..."
    return ["```json", *shown.split("\n"), "```"]


# ------------------------------------------------------------------------------------------------ examples


def gather() -> dict[str, Any]:
    """Real answers, by operation, of a server that a made-up person uses; shortened, and with the same ids each time."""
    from fastapi.testclient import TestClient

    from coxa.care.questionnaire import screening_questions

    well = dict.fromkeys(screening_questions().dangers, False) | {
        "age": 67, "acute-injury": False, "heart-or-dizzy": False, "surgery-12-months": False, "falls-12-months": 0,
        "balance-trouble": False, "region": "outer", "side": "left", "pain-now": 2, "limps-or-limits": False, "nerve-signs": False,
        "floor": True, "kneel": True, "lie-on-left": True, "lie-on-right": True, "weight-on-leg": True, "pregnancy-pelvic-pain": False,
    }  # fmt: skip
    clock = [NOW]
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(WebConfig(data=Path(folder)), clock=lambda: clock[0])
        with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000)) as client:

            def ask(operation: str, method: str, path: str, body: Any = None, **query: str) -> Any:
                response = client.request(method, f"/api/v1{path}", json=body, params=query)
                assert response.is_success, (operation, response.text)
                found[operation] = response.json() if response.content else None
                clock[0] += timedelta(seconds=20)
                return found[operation]

            client.headers["Authorization"] = f"Bearer {ask('sign_in', 'POST', '/sign-ins', {})['token']}"
            client.cookies.clear()
            ask("change_me", "PATCH", "/me", {"name": "Anna", "zone": "Europe/Berlin"})
            ask("me", "GET", "/me")
            ask("questionnaire", "GET", "/questionnaire")
            ask("begin_screening", "POST", "/screenings", {"key": "s-2026-11-20"})
            ask("answer_screening", "POST", "/screenings/s-2026-11-20/answers", {"key": "page-1", "answers": well})
            ask("screening", "GET", "/screenings/s-2026-11-20")
            ask("complete_screening", "POST", "/screenings/s-2026-11-20/complete", {})
            ask("latest_screening", "GET", "/screenings/latest")
            ask("make_programme", "POST", "/programmes", {"key": "p1", "goal": "stairs"})
            for operation, path in (("latest_programme", "/latest"), ("programmes", ""), ("programme", "/1")):
                ask(operation, "GET", f"/programmes{path}")
            ask("change_settings", "PATCH", "/settings", {"voice_rate": 0.8, "text_size": "xl"})
            ask("settings", "GET", "/settings")
            ask("say_consent", "POST", "/consents", {"purpose": "landmarks", "given": True})
            ask("consents", "GET", "/consents")
            ask("ask_appointment", "POST", "/appointments", {"key": "a1", "address": "praxis@example.org", "reason": "hip", "wishes": ""})
            ask("appointments", "GET", "/appointments")
            today = ask("today", "GET", "/today")
            first = next(one for one in today["exercises"] if one["easier"] or one["harder"])
            other = (first["easier"] + first["harder"])[0]["id"]
            ask("today_exercise", "GET", f"/today/exercises/{other}", instead_of=first["id"])
            _session(app, client, first["id"], ask)
            for operation in ("sessions", "sets", "progress", "history", "tests", "habits", "exercises", "words", "export", "try"):
                ask(operation, "GET", f"/{operation}")
            ask("session", "GET", "/sessions/s1")
            ask("after", "GET", "/after/s1")
            number = found["sets"][0]["number"]
            ask("set", "GET", f"/sets/{number}")
            ask("landmarks", "GET", f"/sets/{number}/landmarks")
            ask("exercise", "GET", "/exercises/clamshell")
            ask("read_diary", "GET", "/diary")
            ask("sign_ins", "GET", "/sign-ins")
    person, token = found["me"]["id"], found["sign_in"]["token"]
    text = json.dumps({name: _short(name, answer) for name, answer in sorted(found.items())}, ensure_ascii=False, indent=1)
    signed = found["sign_ins"][0]["id"]
    return json.loads(text.replace(person, ID).replace(token, "bXktdG9rZW4").replace(signed, "ab" * 32))


def _session(app: Any, client: Any, exercise: str, ask: Any) -> None:
    from coxa.capture.simulated import simulate
    from coxa.motion import analyze
    from coxa.records import DiaryRepository, PeopleRepository
    from coxa.records.events import SetDone

    entries = [
        {"key": "s1-start", "session_key": "s1", "event": {"kind": "session-started", "pain_before": 2}},
        {"key": "m1", "event": {"kind": "morning", "on": "2026-11-20", "pain": 2}},
    ]
    ask("keep_diary", "POST", "/diary", {"entries": entries})
    person = next(iter(PeopleRepository(app.state.store).local()))
    recording = simulate("clamshell", seed=1, view="front", repetitions=2).recording
    event = SetDone(exercise="clamshell", set_number=1, repetitions=2, side="left")
    result = analyze(recording, "clamshell", source="mediapipe")
    DiaryRepository(app.state.store).record(
        person.asker, person.id, event, key="s1-set", session_key="s1", result=result, landmarks=recording
    )
    last = [{"key": "s1-end", "session_key": "s1", "event": {"kind": "session-ended"}}]
    assert client.post("/api/v1/diary", json={"entries": last}).json()["refused"] == []


def _short(operation: str, answer: Any) -> Any:
    if operation in ("today", "try"):
        day = answer if operation == "today" else answer["today"]
        day["exercises"] = day["exercises"][:1]
        tables = day["rules"]["during"]
        day["rules"]["during"] = {name: {"none": tables[name]["none"]} for name in list(tables)[:1]}
        return answer
    if operation == "landmarks":
        return {name: value[:1] if isinstance(value, list) else value for name, value in answer.items()}
    if operation == "words":
        return dict(list(answer.items())[:3])
    if operation == "export":
        return {name: value for name, value in answer.items() if not isinstance(value, list)}
    return [_members(one) for one in answer[:MOST_MEMBERS]] if isinstance(answer, list) else _members(answer)


def _members(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _members(inner) for name, inner in value.items()}
    # Pairs stay pairs; what is longer is an example of itself.
    return [_members(one) for one in (value if len(value) <= MOST_MEMBERS else value[:MOST_MEMBERS])] if isinstance(value, list) else value


if __name__ == "__main__":
    if "--examples" in sys.argv:
        EXAMPLES.write_text(json.dumps(gather(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        from coxa.web.api import description as described

        described.examples.cache_clear()
    PAGE.write_text(page(), encoding="utf-8")
