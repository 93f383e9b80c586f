"""What care says can be said in German; decisions stay in English until they are shown."""

from __future__ import annotations

import pytest

from coxa import locales
from coxa.care.danger import danger_signs
from coxa.care.questionnaire import screening_questions
from coxa.care.screening import screen
from coxa.care.translate import say, translate

pytestmark = pytest.mark.skipif(not (locales.FOLDER / "de" / "LC_MESSAGES" / "coxa.mo").exists(), reason="the words are not compiled")


def test_every_question_is_asked_in_german_under_the_same_id() -> None:
    english, german = screening_questions(), translate(screening_questions(), "de")
    assert list(english.questions) == list(german.questions)
    for id, question in english.questions.items():
        assert german.questions[id].text != question.text, id
        assert [o.code for o in german.questions[id].answerOption] == [o.code for o in question.answerOption]


def test_every_danger_sign_says_in_german_what_to_do() -> None:
    for row in danger_signs():
        assert translate(row.reason, "de").words != row.words, row.id
        assert all(say(step, "de") != step for step in row.do), row.id


def test_english_stays_the_very_same_value_and_german_changes_words_only() -> None:
    result = screen({"hot-or-feverish": True})
    assert translate(result, "en") is result
    german = translate(result, "de")
    assert german.model_copy(update={"reasons": result.reasons, "do_now": result.do_now}) == result
    assert translate(german, "de") == german


def test_a_sentence_with_a_name_in_it_keeps_the_name() -> None:
    assert say("It is the next step after this one: Xyz.", "de") == "Das ist der nächste Schritt nach dieser Übung: Xyz."
    assert say("Another one fits better: Xyz.", "de") == "Eine andere passt besser: Xyz."
