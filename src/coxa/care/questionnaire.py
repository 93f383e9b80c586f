"""`Questionnaire`: the screening questions, which of them matter for these answers, and whether an answer is one."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from coxa.care.reason import Value
from coxa.errors import BadInput

FILE = Path(__file__).with_name("data") / "screening.toml"

#: Answers by question id: yes or no, a whole number, one code, or several codes.
Answer = bool | int | str | tuple[str, ...]
Answers = Mapping[str, Answer]


class Option(Value):
    """One answer to choose: its code and what the person reads."""

    code: str
    display: str


class Condition(Value):
    """When a question matters: an earlier answer compared with a value, as FHIR's enableWhen."""

    question: str
    operator: Literal["=", "!=", ">", "<", ">=", "<="]
    answerBoolean: bool | None = None
    answerInteger: int | None = None


class Question(Value):
    """One question, shaped as an item of a FHIR R4 Questionnaire."""

    linkId: str
    type: Literal["boolean", "integer", "choice"]
    text: str
    required: bool = False
    repeats: bool = False
    minValue: int | None = None
    maxValue: int | None = None
    answerOption: tuple[Option, ...] = ()
    enableWhen: tuple[Condition, ...] = ()
    enableBehavior: Literal["all", "any"] = "all"


class Section(Value):
    """Questions shown on one screen."""

    linkId: str
    type: Literal["group"]
    text: str
    item: tuple[Question, ...]


class Questionnaire(Value):
    """All questions in the order in which they are asked; danger signs first."""

    id: str
    version: str
    title: str
    item: tuple[Section, ...] = Field(min_length=1)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by its id, in order."""
        return {question.linkId: question for section in self.item for question in section.item}

    @cached_property
    def dangers(self) -> tuple[str, ...]:
        """The ids of the danger questions, which stand on the first screen."""
        return tuple(question.linkId for question in self.item[0].item)

    def asked(self, answers: Answers) -> tuple[str, ...]:
        """The ids of the questions that matter, given these answers; danger questions always do."""
        return tuple(id for id, question in self.questions.items() if _matters(question, answers))

    def missing(self, answers: Answers) -> tuple[str, ...]:
        """The danger questions and the required ones that matter and have no answer."""
        return tuple(
            id for id in self._must if id not in answers and (not self.questions[id].enableWhen or _matters(self.questions[id], answers))
        )

    @cached_property
    def _must(self) -> tuple[str, ...]:
        return tuple(id for id, question in self.questions.items() if id in self.dangers or question.required)


@cache
def screening_questions() -> Questionnaire:
    """The screening questionnaire as it ships.

    >>> screening_questions().dangers[0]
    'injury-cannot-stand'
    """
    return Questionnaire.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))


def read_answers(document: object, where: str = "answers") -> dict[str, Answer]:
    """Answers from JSON: ids with values, or a FHIR R4 QuestionnaireResponse.

    An answer of null is the same as none.

    Raises
    ------
    BadInput
        One line: which question, what was expected, what came.
    """
    if not isinstance(document, Mapping):
        raise BadInput(f"{where}: expected an object of question ids and answers, got {_short(document)}")
    if document.get("resourceType") == "QuestionnaireResponse":
        document = _from_fhir(document, where)
    questions = screening_questions().questions
    found: dict[str, Answer] = {}
    for id, value in document.items():
        if id not in questions:
            near = difflib.get_close_matches(str(id), questions, 2)
            meant = f"did you mean {' or '.join(near)}?" if near else "coxa schema answers lists them"
            raise BadInput(f"{where}: expected the id of a question, got '{id}'; {meant}")
        if value is not None:
            found[id] = _checked(questions[id], value, where)
    return found


def answers_schema() -> dict[str, Any]:
    """The JSON Schema of the answers."""
    properties: dict[str, Any] = {}
    for id, question in screening_questions().questions.items():
        one: dict[str, Any] = {"type": "boolean"} if question.type == "boolean" else {"type": "integer"}
        if question.type == "choice":
            one = {"enum": [option.code for option in question.answerOption]}
        if question.minValue is not None:
            one["minimum"] = question.minValue
        if question.maxValue is not None:
            one["maximum"] = question.maxValue
        properties[id] = {"description": question.text, **({"type": "array", "items": one} if question.repeats else one)}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _matters(question: Question, answers: Answers) -> bool:
    tests = [_holds(condition, answers) for condition in question.enableWhen]
    return (all if question.enableBehavior == "all" else any)(tests) if tests else True


def _holds(condition: Condition, answers: Answers) -> bool:
    if condition.question not in answers:
        return False
    given = answers[condition.question]
    wanted = condition.answerBoolean if condition.answerBoolean is not None else condition.answerInteger
    if condition.operator in ("=", "!="):
        return (given == wanted) is (condition.operator == "=")
    if not isinstance(given, int) or not isinstance(wanted, int):
        return False
    return {">": given > wanted, "<": given < wanted, ">=": given >= wanted, "<=": given <= wanted}[condition.operator]


def _checked(question: Question, value: object, where: str) -> Answer:
    name = f"{where}: {question.linkId}"
    if question.type == "boolean":
        if not isinstance(value, bool):
            raise BadInput(f"{name}: expected true or false, got {_short(value)}")
        return value
    if question.type == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadInput(f"{name}: expected a whole number, got {_short(value)}")
        low, high = question.minValue, question.maxValue
        if (low is not None and value < low) or (high is not None and value > high):
            raise BadInput(f"{name}: expected a whole number from {low} to {high}, got {value}")
        return value
    codes = tuple(option.code for option in question.answerOption)
    chosen = tuple(value) if question.repeats and isinstance(value, list | tuple) else (value,)
    if question.repeats and not isinstance(value, list | tuple):
        raise BadInput(f"{name}: expected a list of {', '.join(codes)}, got {_short(value)}")
    for code in chosen:
        if code not in codes:
            raise BadInput(f"{name}: expected {'some' if question.repeats else 'one'} of {', '.join(codes)}, got {_short(code)}")
    return tuple(str(code) for code in dict.fromkeys(chosen)) if question.repeats else str(value)


def _from_fhir(document: Mapping[str, Any], where: str) -> dict[str, object]:
    found: dict[str, object] = {}
    questions = screening_questions().questions

    def walk(items: object) -> None:
        if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
            raise BadInput(f"{where}: expected `item` to be a list of objects, as in a QuestionnaireResponse, got {_short(items)}")
        for item in items:
            if "item" in item:
                walk(item["item"])
            given = item.get("answer") or []
            values = [_fhir_value(answer, where) for answer in given]
            for answer in given:
                if "item" in answer:  # FHIR lets a question stand below the answer that brought it up
                    walk(answer["item"])
            id = str(item.get("linkId"))
            if values and id in questions and not questions[id].repeats and len(values) > 1:
                raise BadInput(f"{where}: {id}: expected one answer, got {len(values)}")
            if values and id in found:
                raise BadInput(f"{where}: {id}: expected it once, got it twice; keep the answer that is right")
            if values:
                found[id] = values if id in questions and questions[id].repeats else values[0]

    if document.get("status") == "entered-in-error":
        raise BadInput(f"{where}: expected a response that holds, got one with status entered-in-error; ask again")
    walk(document.get("item") or [])
    return found


def _fhir_value(answer: object, where: str) -> object:
    if isinstance(answer, Mapping):
        for key in ("valueBoolean", "valueInteger", "valueString"):
            if key in answer:
                return answer[key]
        if isinstance(answer.get("valueCoding"), Mapping):
            return answer["valueCoding"].get("code")
    raise BadInput(f"{where}: expected valueBoolean, valueInteger or valueCoding in an answer, got {_short(answer)}")


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
