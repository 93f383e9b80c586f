"""The letter: one page, whatever there is to say; why a clinician is asked now comes first."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from somebody import WHY, programme, row, screening

from coxa import locales
from coxa.care.decision import Decision, Outcome, Review
from coxa.care.history import History, Session
from coxa.care.programme import Profile
from coxa.care.reason import Reason
from coxa.care.screening import Limit
from coxa.care.screening import Outcome as Tier
from coxa.exchange import plain
from coxa.exchange.letter import ASKED, letter, pain_chart
from coxa.exercises import catalogue

TODAY = date(2026, 10, 26)
RISE = Reason(rule="P1.rise", words="Your pain went up from 4 to 6 within a week.", source="C1")


def history(pains: list[int]) -> History:
    first = datetime(2026, 10, 12, 9, tzinfo=UTC)
    sessions = tuple(Session(at=first + timedelta(days=n), pain_before=pain) for n, pain in enumerate(pains))
    return History(profile=Profile(screening=screening(), age=45), programme=programme(), today=TODAY, sessions=sessions)


def review(**changes: Any) -> Review:
    fields: dict[str, Any] = {
        "decisions": (Decision(exercise=None, step="refer", reasons=(RISE,), letter=True),),
        "summary": ("You did 7 sessions.", "Please ask a clinician."),
        "outcomes": (
            Outcome(measure="NPRS", unit="points", first=4, now=6, change=2, matters=True, reason=WHY[0]),
            Outcome(measure="chair-stand", unit="stands", first=9, now=8, change=-1, beyond_error=False, reason=WHY[0]),
        ),
        "adherence": 0.5,
    }
    return Review(**(fields | changes))


def read(pdf: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(pdf))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("outcome", get_args(Tier))
def test_each_outcome_says_why_a_clinician_is_asked_on_one_page(outcome: Tier) -> None:
    danger = Reason(rule="C1.vein", words="One leg that is newly swollen can be a clot.", source="OK")
    pdf, said = read(letter(screening(outcome=outcome, reasons=(danger, *WHY)), TODAY, name="Änne Groß", age=71))
    assert len(pdf.pages) == 1
    for wanted in (ASKED[outcome], danger.words, "C1.vein", "Änne Groß", "71", "26 October 2026", plain.HEADLINES[outcome]):
        assert wanted in said


def test_the_advice_that_everybody_gets_is_no_reason_for_a_letter() -> None:
    everybody = Reason(rule="B2", words="It is good to have a doctor look at it.", source="S001")
    assert everybody.words not in read(letter(screening(reasons=(*WHY, everybody)), TODAY))[1]


def test_what_was_done_and_how_it_went_stand_on_it() -> None:
    diary = history([4, 4, 5, 5, 6])
    pdf, said = read(letter(screening(), TODAY, programme=programme(), history=diary, review=review()))
    assert len(pdf.pages) == 1
    for wanted in (
        RISE.words,
        "P1.rise",
        "Bridge",
        "Pelvic tilts",
        "5 sessions",
        "50 %",
        "12 October 2026",
        "+2",
        "−1",
        "measurement error",
    ):
        assert wanted in said
    assert said.index(RISE.words) < said.index("What was found") < said.index("What was done") < said.index("Pain and function over time")


def test_a_stop_or_a_referral_comes_before_what_the_screening_found() -> None:
    stop = Decision(exercise="bridge", step="stop_now", reasons=(RISE,))
    hold = Decision(exercise="pelvic-tilts", step="hold", reasons=(Reason(rule="C4", words="Stay at this level.", source="P35"),))
    said = read(letter(screening(), TODAY, programme=programme(), history=history([4]), review=review(decisions=(stop, hold))))[1]
    assert "The exercise diary asks" in said
    assert "Stay at this level." not in said


def test_it_is_tagged_in_its_language_and_the_chart_is_told_in_words() -> None:
    pdf, _ = read(letter(screening(), TODAY, programme=programme(), history=history([4, 5, 6]), review=review()))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
    with locales.speaking("de"):
        german, _ = read(letter(screening(), TODAY, name="Jörg Süß"))
    assert german.trailer["/Root"]["/Lang"] == "de"


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))  # a letter takes half a second
@example(reasons=30, rows=30, measures=30, sessions=100, limits=set(get_args(Limit)), name="Müller-" * 20)
@given(
    reasons=st.integers(0, 30), rows=st.integers(1, 30), measures=st.integers(0, 30), sessions=st.integers(0, 120),
    limits=st.sets(st.sampled_from(get_args(Limit))), name=st.sampled_from(["", "A", "Frau Prof. Dr. Anna-Katharina " + "Müller-" * 12]),
)  # fmt: skip
def test_it_is_one_page_whatever_there_is_to_say(
    reasons: int, rows: int, measures: int, sessions: int, limits: set[Limit], name: str
) -> None:
    many = tuple(
        Reason(rule=f"P{n}.rise", words=f"{n} " + "Your pain went up, and it did not settle overnight. " * 3, source="ours")
        for n in range(reasons + 1)
    )
    wide = "Climb the stairs to the flat on the second floor with the shopping in both hands"
    outcomes = tuple(
        Outcome(measure="PSFS", what=wide, unit="points", first=1, now=2, change=1, beyond_error=True, matters=False, reason=WHY[0])
        for _ in range(measures)
    )
    p = programme(*(row(id) for id in catalogue.ids()[:rows]))
    given_review = review(decisions=(Decision(exercise=None, step="refer", reasons=many, letter=True),), outcomes=outcomes)
    diary = history([n % 11 for n in range(sessions)])
    s = screening(limits=tuple(sorted(limits)), conditions=("hip-osteoarthritis", "low-back-pain", "labral-tear"))
    pdf, said = read(letter(s, TODAY, name=name, age=99, programme=p, history=diary, review=given_review))
    assert len(pdf.pages) == 1
    assert "Date and signature" in said


def test_the_chart_says_first_last_lowest_and_highest() -> None:
    svg, alt = pain_chart([(date(2026, 10, 12), 4), (date(2026, 10, 13), 2), (date(2026, 10, 20), 6)])
    assert "4 on 12 October 2026, 6 on 20 October 2026; lowest 2, highest 6" in alt
    assert svg.count("<circle") == 3
