"""The handout: a tagged PDF that a screen reader can read, with everything on it, in any size of print."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pypdf import PdfReader
from somebody import APART, programme, row, screening

from coxa import locales
from coxa.care.programme import PlannedDose
from coxa.errors import CoxaError
from coxa.exchange import handout as paper
from coxa.exchange import plain
from coxa.exchange.handout import Picture, concerns, handout
from coxa.exercises import catalogue
from coxa.exercises.drawing import stills

LONG_NAME = "Frau Prof. Dr. Anna-Katharina Müller-Lüdenscheidt-Größenbergstraße"


@cache
def drawn(id: str) -> Picture:
    picture = stills.positions(catalogue.load(id))
    return paper.picture_of(picture.data.decode(), picture.alt)


def read(**options: Any) -> PdfReader:
    """The handout of a bridge and pelvic tilts, read again."""
    p = options.pop("programme", programme())
    s = options.pop("screening", screening())
    pictures = options.pop("pictures", {"bridge": drawn("bridge"), "pelvic-tilts": drawn("pelvic-tilts")})
    return PdfReader(io.BytesIO(handout(p, s, pictures, **options)))


def text(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def nodes(pdf: PdfReader) -> Iterator[Any]:
    """Every element of the structure tree."""

    def walk(node: Any) -> Iterator[Any]:
        node = node.get_object()
        if isinstance(node, list):
            for item in node:
                yield from walk(item)
        elif isinstance(node, dict):
            yield node
            if "/K" in node:
                yield from walk(node["/K"])

    return walk(pdf.trailer["/Root"]["/StructTreeRoot"])


def kinds(pdf: PdfReader) -> list[str]:
    return [str(node["/S"]) for node in nodes(pdf) if "/S" in node]


@pytest.mark.parametrize("options", [{}, {"large": True}, {"compact": True}, {"large": True, "compact": True}])
def test_it_is_tagged_and_says_its_title_its_language_and_what_its_pictures_show(options: dict[str, bool]) -> None:
    pdf = read(**options)
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Your hip exercises"
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
    alts = [str(node["/Alt"]) for node in nodes(pdf) if node.get("/S") == "/Figure"]
    assert sorted(alts) == sorted([drawn("bridge").alt, drawn("pelvic-tilts").alt])
    assert {"/H1", "/H2", "/L", "/Table", "/TH"} <= set(kinds(pdf))


def test_every_exercise_has_a_page_with_its_steps_its_dose_and_its_days() -> None:
    pdf = read()
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    for number, planned in enumerate(programme().exercises, 1):
        e = catalogue.load(planned.exercise)
        (own,) = [page for page in pages if page.startswith(f"{number}. {e.name}")]
        for wanted in (e.name, e.why, *e.steps, e.feel, plain.describe_dose(planned.dose), plain.describe_days(planned.days)):
            assert " ".join(wanted.split()) in own, wanted


def test_the_pages_are_numbered_and_are_as_many_as_they_say() -> None:
    pdf = read()
    assert len(pdf.pages) == 1 + len(programme().exercises) + 1  # the week, a page each, the diary
    for number, page in enumerate(pdf.pages, 1):
        assert f"Page {number} of {len(pdf.pages)}" in page.extract_text()


def test_the_stop_rule_stands_on_the_first_page_and_the_diary_on_the_last() -> None:
    pdf = read()
    first, last = (" ".join(page.extract_text().split()) for page in (pdf.pages[0], pdf.pages[-1]))
    assert plain.STOP_RULE in first
    for wanted in ("Your diary", "Week 1", "Week 2", "Pain before", "Pain after", "Next morning", "12/10", "25/10"):
        assert wanted in last


def test_cautions_are_those_for_this_person_and_no_others() -> None:
    e = next(e for e in catalogue.all_exercises() if any(c.conditions or c.regions for c in e.cautions))
    for mine in (screening(), screening(region="front", regions=("front",), conditions=("low-back-pain",))):
        said = text(read(programme=programme(row(e.id)), screening=mine, pictures={}))
        for caution in e.cautions:
            assert (" ".join(caution.text.split()) in said) == concerns(caution, mine)


def test_limits_notices_and_habits_are_on_it() -> None:
    why = programme().reasons
    p = programme(notices=why, habits=(why[0].model_copy(update={"words": "Stand up without your hands."}),))
    said = text(read(programme=p, screening=screening(limits=("no-kneeling", "support-always"))))
    for wanted in (why[0].words, "Stand up without your hands.", plain.LIMITS["no-kneeling"], plain.LIMITS["support-always"]):
        assert wanted in said


def test_large_print_is_large_and_loses_nothing() -> None:
    small, large = read(), read(large=True)
    sizes = []

    def note(content: str, _cm: Any, matrix: list[float], _font: Any, size: float) -> None:
        if content.strip():
            sizes.append(abs(size * matrix[3]))

    for page in large.pages[:3]:
        page.extract_text(visitor_text=note)
    body = sorted(sizes)[len(sizes) // 2]
    assert body >= 17
    for planned in programme().exercises:
        assert all(" ".join(step.split()) in text(large) for step in catalogue.load(planned.exercise).steps)
    assert len(large.pages) > len(small.pages)


def test_german_and_long_names_come_out_whole() -> None:
    with locales.speaking("de"):
        pdf = read(name=LONG_NAME)
        said = text(pdf)
        assert pdf.trailer["/Root"]["/Lang"] == "de"
        assert catalogue.load("bridge").name in said
        assert catalogue.load("bridge").name != catalogue.load("bridge", "en").name
    assert LONG_NAME in said
    assert "�" not in said


def test_a_name_is_a_name_and_never_an_instruction() -> None:
    name = '#read("paper.typ") $x$ *b* <a> \\ "q" @x'
    assert name in text(read(name=name, pictures={}))


@pytest.mark.parametrize("compact", [False, True])
def test_twelve_exercises_and_many_times_a_day_fit_on_their_pages(compact: bool) -> None:
    often = PlannedDose(sets=3, repetitions=15, hold_s=10, per_side=True, times_a_day=3)
    rows = [row(id, dose=often, days=APART) for id in catalogue.ids()[:12]]
    pdf = read(programme=programme(*rows, sessions_a_day=3), pictures={}, compact=compact)
    said = text(pdf)
    assert all(catalogue.load(r.exercise).name in said for r in rows)


def test_each_exercise_of_the_catalogue_takes_one_page() -> None:
    """Without its picture it leaves at least a third of the page free, which is what a picture takes."""
    exercises = catalogue.all_exercises()
    pdf = read(programme=programme(*(row(e.id) for e in exercises)), pictures={}, screening=screening())
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]

    starts = [n for k, e in enumerate(exercises, 1) for n, page in enumerate(pages) if page.startswith(f"{k}. {e.name}")]
    assert starts == list(range(starts[0], starts[0] + len(exercises)))


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a handout must not open a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    assert handout(programme(), screening(), {}).startswith(b"%PDF-")
    for template in paper.TEMPLATES.glob("*.typ"):
        assert "@preview" not in template.read_text(encoding="utf-8")


def test_the_same_programme_gives_the_same_file() -> None:
    assert handout(programme(), screening(), {}) == handout(programme(), screening(), {})


def test_an_exercise_is_drawn_on_the_side_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(stills, "positions", lambda e, person: seen.append((e.id, person.side)) or stills.Picture("", "alt", b"<svg/>"))
    told: list[str] = []
    p = programme(row("clamshell", side="right"), row("bridge"))
    assert set(paper.pictures(p, told.append)) == {"clamshell", "bridge"}
    assert seen == [("clamshell", "right"), ("bridge", "left")]
    assert told == ["Clamshell", "Bridge"]


def test_a_page_that_cannot_be_set_is_one_line() -> None:
    with pytest.raises(CoxaError, match=r"could not be set from handout\.typ") as error:
        handout(programme(), screening(), {"bridge": Picture("<svg", "broken")})
    assert "\n" not in str(error.value)
