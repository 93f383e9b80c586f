"""The live session's page: its words are complete, it is let in whom it should, and its worker may serve every page."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from coxa.records.people import Person
from coxa.web.assets import FRONT as BUILT
from coxa.web.words import FRONT, front_words

SCRIPTS = Path(__file__).resolve().parents[2] / "web" / "src"


def asked_for() -> set[str]:
    """Every message that the script asks for by a literal."""
    found: set[str] = set()
    for path in SCRIPTS.glob("*.ts"):
        text = path.read_text()
        found |= {json.loads(f'"{one}"') for one in re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', text)}
        for table in re.findall(r"const (?:KINDS|PLACES): .*? = \[(.*?)\n\];", text, re.S):
            found |= set(re.findall(r'\["[^"]*", "([^"]*)"\]', table))
    return found


def test_the_script_asks_for_no_word_that_is_not_there_and_none_is_left_over() -> None:
    assert asked_for() == set(FRONT)


def test_the_page_brings_its_words_and_its_worker_serves_every_page(client: TestClient, person: Person) -> None:
    answer = client.get("/session")
    assert answer.status_code == 200
    assert "'wasm-unsafe-eval'" in answer.headers["content-security-policy"]
    words = re.search(r'data-words="([^"]*)"', answer.text)
    assert words is not None
    assert json.loads(unescape(words[1])) == front_words()
    assert f'data-person="{person.id}"' in answer.text
    if not (BUILT / "sw.js").exists():
        pytest.skip("the web front is not built; run make setup")
    worker = client.get("/sw.js")
    assert worker.headers["service-worker-allowed"] == "/"
    assert worker.headers["cache-control"] == "no-cache"


def test_nobody_has_a_session_but_may_try_one(client: TestClient) -> None:
    assert client.get("/session").status_code == 303
    assert client.get("/session?try=1").status_code == 200
