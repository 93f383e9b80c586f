"""The web room in German: every word has its translation, and no page shows or says a sentence of English."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from german_walk import Shown, Words, walk
from midway import HERE, Clock

from coxa import locales
from coxa.web.app import create_app
from coxa.web.config import WebConfig
from coxa.web.words import FRONT, front_words

ROOT = Path(__file__).resolve().parents[2]
GERMAN = locales.FOLDER / "de"
#: What the front says the same way in both languages.
SAME = {"{n} kg", "Start", "Pause", "Name"}
#: Short words that stand in no German sentence; two of them together are a sentence of English.
ENGLISH = r"\b(the|and|you|your|with|of|is|are|not|for|was|been|this|that|or|from|on|to|by|it|has|have|please|day|week|yes|when|how|what)\b"
pytestmark = pytest.mark.skipif(not (GERMAN / "words.po").exists(), reason="the translators' files are not part of a built package")


@pytest.fixture(scope="module")
def tool() -> Iterator[Any]:
    """`scripts/messages.py`, which gathers what there is to translate."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield importlib.import_module("messages")
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Every page as a German visitor meets it."""
    clock = Clock()
    app = create_app(WebConfig(data=tmp_path_factory.mktemp("german")), clock=clock)
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 50_000), follow_redirects=False) as client:
        return walk(app, client, clock)


def test_nothing_of_the_web_room_is_missing_or_fuzzy(tool: Any) -> None:
    assert [line for line in tool.missing(GERMAN) if line.startswith("web.po")] == []


def test_templates_are_gathered_with_counts_and_contexts(tool: Any) -> None:
    web = tool.gather()["web.po"]
    assert web.get("A hip that hurts can learn to move well again.") is not None
    assert web.get("%(num)s exercise") is not None
    assert isinstance(web.get("%(num)s exercise").id, tuple)
    assert web.get("At least %(n)s characters. Three words that do not belong together make a good one.") is not None


def test_the_same_placeholders_stand_in_both_languages(tool: Any) -> None:
    for message in tool.read(GERMAN / "web.po"):
        pairs = zip(*(one if isinstance(one, tuple) else (one,) for one in (message.id, message.string)), strict=True)
        for english, german in pairs:
            if message.id:
                assert re.findall(r"%\(\w+\)s|%%", english) == re.findall(r"%\(\w+\)s|%%", german), english
                assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", german)), english


def test_the_front_says_everything_in_german() -> None:
    with locales.speaking("de"):
        german = front_words()
    assert {word for word, said in german.items() if said == word} <= SAME
    assert set(german) == set(FRONT)


def test_no_page_shows_a_sentence_whose_german_is_known(tool: Any, shown: Shown) -> None:
    known: dict[str, str] = {}
    for file in ("web.po", "words.po", *(f"exercises/{path.name}" for path in sorted(GERMAN.glob("exercises/*.po")))):
        for message in tool.read(GERMAN / file):
            for english in message.id if isinstance(message.id, tuple) else (message.id,):
                if english and english not in (message.string, *(message.string or ())) and len(english.split()) > 2:
                    # of a message with figures or names in it, its longest part
                    part = max(re.split(r"\{\w+\}|%\(\w+\)s", english), key=len).strip()
                    if len(part.split()) > 2:
                        known[part] = english
    assert len(known) > 2000
    any_of = re.compile("|".join(rf"(?<!\w){re.escape(part)}(?!\w)" for part in sorted(known, key=len, reverse=True)))
    said = "\n".join(sorted({" ".join(words.split()) for html in shown.values() for words in without_front(html)} - TYPED))
    found = sorted({match[0] for match in any_of.finditer(said)})
    assert not found, found


def test_no_page_shows_a_sentence_that_reads_as_english(shown: Shown) -> None:
    found = {}
    for name, html in shown.items():
        for words in without_front(html):
            if len(re.findall(ENGLISH, words)) >= 2 and not re.search(r"\b(der|die|das|und|Sie|ist|nicht|ein|eine)\b", words):
                found[" ".join(words.split())] = name
    assert {words: name for words, name in found.items() if words not in TYPED} == {}


def test_every_way_through_the_pages_was_walked(shown: Shown) -> None:
    assert len(shown) > 100
    titles = {match[1] for html in shown.values() if (match := re.search(r"<title>(.*?)</title>", html))}
    assert all(title.endswith(" · coxa") for title in titles)
    assert len(titles) > 25


#: What the people of these tests have typed themselves.
TYPED = {"Climbing stairs", "Putting on socks", "Walking for half an hour", "yes", "seventy", "nothing"}


def without_front(html: str) -> list[str]:
    """What the page shows; of the words it hands to a script, the translations only."""
    texts = []
    for words in Words(html).said:
        if words.startswith("{") and words.endswith("}"):
            texts += [str(one) for one in json.loads(unescape(words)).values()]
        else:
            texts.append(words)
    return texts
