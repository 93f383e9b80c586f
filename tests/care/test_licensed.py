"""Licensed questionnaires: read from a clinic's own file, scored as it says, nothing bundled and nothing guessed. These are made up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coxa.care import licensed
from coxa.care.licensed import compared, read_scale, score
from coxa.errors import BadInput

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"


def option(code: str, weight: float | None, url: str = ORDINAL) -> dict[str, Any]:
    coding: dict[str, Any] = {"code": code, "display": code}
    if weight is not None:
        coding["extension"] = [{"url": url, "valueDecimal": weight}]
    return {"valueCoding": coding}


def questionnaire(items: int = 4, url: str = ORDINAL, weighted: bool = True) -> dict[str, Any]:
    questions = [
        {
            "linkId": f"q{i}",
            "type": "choice",
            "text": f"Question {i}",
            "answerOption": [option(code, value if weighted else None, url) for value, code in enumerate(("none", "some", "much"))],
        }
        for i in range(1, items + 1)
    ]
    return {
        "resourceType": "Questionnaire",
        "id": "made-up",
        "title": "Made-up scale",
        "copyright": "Nobody",
        "item": [{"linkId": "g", "type": "group", "item": questions}, {"linkId": "t", "type": "text", "text": "Anything else?"}],
    }


def response(*codes: str) -> dict[str, Any]:
    items = [{"linkId": f"q{i}", "answer": [{"valueCoding": {"code": code}}]} for i, code in enumerate(codes, 1)]
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [{"linkId": "g", "item": items}]}


@pytest.mark.parametrize("url", [ORDINAL, WEIGHT])
def test_weights_are_added_up(url: str) -> None:
    scale = read_scale(questionnaire(url=url))
    found = score(scale, response("none", "some", "much", "much"))
    assert (found.value, found.low, found.high, found.answered, found.better) == (5, 0, 8, 4, None)
    assert scale.copyright == "Nobody"


@given(values=st.lists(st.integers(0, 2), min_size=4, max_size=4))
def test_a_table_of_weights_does_the_same_as_ordinal_values(values: list[int]) -> None:
    codes = ("none", "some", "much")
    answers = {f"q{i}": codes[value] for i, value in enumerate(values, 1)}
    table = {"better": "lower", "weights": {f"q{i}": {"none": 0, "some": 1, "much": 2} for i in range(1, 5)}}
    by_table = score(read_scale(questionnaire(weighted=False), table), answers)
    assert by_table.value == score(read_scale(questionnaire()), answers).value == sum(values)
    assert by_table.better == "lower"


def test_a_contained_value_set_holds_weights_too() -> None:
    document = questionnaire(items=1, weighted=False)
    document["item"][0]["item"][0] = {"linkId": "q1", "type": "choice", "answerValueSet": "#answers"}
    concept = [{"code": "a", "extension": [{"url": ORDINAL, "valueDecimal": 3}]}]
    document["contained"] = [{"resourceType": "ValueSet", "id": "answers", "compose": {"include": [{"concept": concept}]}}]
    assert score(read_scale(document), {"q1": "a"}).value == 3


def test_a_number_counts_as_it_is() -> None:
    document = {
        "resourceType": "Questionnaire",
        "title": "N",
        "item": [{"linkId": "a", "type": "integer"}, {"linkId": "b", "type": "decimal"}],
    }
    found = score(read_scale(document), {"a": 3, "b": 1.5})
    assert (found.value, found.low) == (4.5, None)


def test_rescaled_as_the_clinic_says_and_the_direction_is_stated() -> None:
    worst_first = read_scale(questionnaire(), {"better": "higher", "rescale": [100, 0]})
    assert score(worst_first, response("none", "none", "none", "none")).value == 100
    assert score(worst_first, response("much", "much", "much", "much")).value == 0
    assert score(worst_first, response("some", "some", "some", "some")).value == 50


def test_a_nomogram_is_looked_up_and_a_gap_in_it_is_said() -> None:
    scale = read_scale(questionnaire(), {"better": "lower", "table": {"0": 0, "1": 9.5, "8": 100}})
    assert score(scale, response("none", "none", "none", "some")).value == 9.5
    with pytest.raises(BadInput, match="has no line for 2"):
        score(scale, response("none", "none", "some", "some"))


def test_items_left_out_stop_the_score_unless_the_scoring_allows_them() -> None:
    with pytest.raises(BadInput, match=r"expected 100% of 4 items answered, got 3; open are q4"):
        score(read_scale(questionnaire()), response("some", "some", "some"))
    half = read_scale(questionnaire(), {"better": "lower", "least_answered": 0.5})
    assert score(half, response("much", "much", "much")).value == 8
    with pytest.raises(BadInput, match="got 1"):
        score(half, response("much"))


def test_a_part_of_the_items_is_a_scale_of_its_own() -> None:
    part = read_scale(questionnaire(), {"better": "lower", "items": ["q1", "q3"], "method": "mean"})
    found = score(part, response("much", "none", "some", "none"))
    assert (found.value, found.of, found.high) == (1.5, 2, 2)


def test_change_matters_only_as_the_clinic_states_it() -> None:
    plain = read_scale(questionnaire())
    first, now = (score(plain, response(*codes)) for codes in (("much",) * 4, ("none",) * 4))
    found = compared(plain, first, now)
    assert (found.change, found.beyond_error, found.matters) == (-8, None, None)
    assert "not stated" in found.reason.words
    stated = read_scale(questionnaire(), {"better": "lower", "error": 3, "matters": 4, "source": "P92"})
    assert compared(stated, first, now).matters is True
    assert "better" in compared(stated, first, now).reason.words
    assert compared(stated, now, first).reason.words.startswith("Made-up scale: worse")


@pytest.mark.parametrize(
    ("document", "scoring", "says"),
    [
        ({"resourceType": "Patient"}, None, "expected a FHIR R4 Questionnaire, got Patient"),
        ([], None, "expected a FHIR R4 Questionnaire, got list"),
        (questionnaire(weighted=False), None, "expected answers with an ordinal value or item weight, got none"),
        (questionnaire(), {"items": ["q9"], "better": "lower"}, "no weights for q9"),
        (questionnaire(), {}, "scoring: better: field required"),
        (questionnaire(), {"better": "up"}, "scoring: better: .*got 'up'"),
        ({"resourceType": "Questionnaire", "item": 3}, None, "expected `item` to be a list of objects, got int"),
        ({"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "integer"}] * 2}, None, "got a twice"),
    ],
)
def test_a_questionnaire_that_cannot_be_scored_is_refused_in_one_line(document: object, scoring: object, says: str) -> None:
    with pytest.raises(BadInput, match=says) as error:
        read_scale(document, scoring)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"q1": "lots", "q2": "none", "q3": "none", "q4": "none"}, "q1: expected one of none, some, much, got lots"),
        (3, "expected a QuestionnaireResponse or an object"),
        ({"resourceType": "QuestionnaireResponse", "item": [{"linkId": "q1", "answer": [{}]}]}, "q1: expected valueCoding"),
        (
            {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "q1", "answer": [{"valueString": "none"}] * 2}]},
            "q1: expected one answer, got more",
        ),
    ],
)
def test_answers_that_are_none_are_refused_in_one_line(answers: object, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        score(read_scale(questionnaire()), answers)


def test_no_licensed_questionnaire_is_bundled() -> None:
    folder = Path(licensed.__file__).parent
    name = re.compile(r"\b(hoos|lefs|hagos|ihot)", re.IGNORECASE)
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".json", ".toml", ".py", ".xml")]
    assert files
    assert [path.name for path in files if name.search(path.stem)] == []
    assert [path.name for path in files if path.suffix != ".py" and name.search(path.read_text(encoding="utf-8"))] == []
