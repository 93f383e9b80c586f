"""`LicensedScale`: a questionnaire that a clinic has the right to use, read from its FHIR file and scored; none is bundled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from coxa.care.decision import Outcome
from coxa.care.reason import Reason, Value
from coxa.errors import BadInput

#: Where FHIR keeps the weight of an answer: R4's ordinal value, its older name, and R5's item weight.
WEIGHTS = tuple(
    f"http://hl7.org/fhir/StructureDefinition/{name}"
    for name in ("ordinalValue", "questionnaire-ordinalValue", "iso21090-CO-value", "itemWeight")
)
Answers = Mapping[str, str | float]


class Scoring(Value):
    """How a clinic says that a questionnaire is scored; everything but `better` may be left out.

    `weights` holds what the questionnaire itself does not say: for each item, answer code to number. `items` are those that
    count. `table` turns the raw sum into the score (a nomogram). `rescale` stretches what is possible to a range, the first number
    standing for the lowest raw value. `least_answered` is the share of items without which there is no score; those left out
    then count as the mean of the others. `error` and `matters` are in points of the score.
    """

    better: Literal["higher", "lower"]
    method: Literal["sum", "mean"] = "sum"
    items: tuple[str, ...] = ()
    weights: dict[str, dict[str, float]] = Field(default_factory=dict)
    table: dict[str, float] = Field(default_factory=dict)
    rescale: tuple[float, float] | None = None
    least_answered: Annotated[float, Field(gt=0, le=1)] = 1.0
    error: Annotated[float, Field(ge=0)] | None = None
    matters: Annotated[float, Field(ge=0)] | None = None
    source: str = ""


class Item(Value):
    """One item that counts: its text as the file has it, and the weight of each answer; none where the answer is a number."""

    id: str
    text: str
    weights: dict[str, float] = Field(default_factory=dict)


class LicensedScale(Value):
    """A questionnaire that can be scored; `copyright` is what its file says, to be shown with it."""

    id: str
    title: str
    copyright: str
    items: tuple[Item, ...]
    scoring: Scoring | None = None


class Score(Value):
    """One score: of how many items, and the lowest and highest that are possible where that is known."""

    scale: str
    value: float
    answered: int
    of: int
    low: float | None = None
    high: float | None = None
    better: Literal["higher", "lower"] | None = None


def read_scale(questionnaire: object, scoring: object = None, where: str = "questionnaire") -> LicensedScale:
    """A scale from a FHIR R4 Questionnaire, with a clinic's scoring where there is one.

    Parameters
    ----------
    questionnaire
        The Questionnaire resource as JSON. The weight of an answer is read from its ordinal value or item weight, on the
        option, its coding, or the concept of a contained value set.
    scoring
        An object as `Scoring`; without it the weights are added up, and which way is better is not known.
    where
        Names the input in errors.

    Raises
    ------
    BadInput
        One line: what was expected, what came, where.
    """
    if not isinstance(questionnaire, Mapping) or questionnaire.get("resourceType") != "Questionnaire":
        came = questionnaire.get("resourceType") if isinstance(questionnaire, Mapping) else type(questionnaire).__name__
        raise BadInput(f"{where}: expected a FHIR R4 Questionnaire, got {came}")
    table = _scoring(scoring, where)
    extra = table.weights if table else {}
    items: list[Item] = []
    for item in _leaves(questionnaire.get("item"), where):
        id = str(item.get("linkId") or "")
        weights = extra.get(id) or _weights(item, questionnaire)
        if weights or item.get("type") in ("integer", "decimal", "quantity"):
            items.append(Item(id=id, text=str(item.get("text") or ""), weights=weights))
    ids = [item.id for item in items]
    if len(set(ids)) != len(ids):
        raise BadInput(f"{where}: expected every linkId once, got {next(id for id in ids if ids.count(id) > 1)} twice")
    wanted = table.items if table and table.items else tuple(ids)
    if unknown := sorted(set(wanted) - set(ids)):
        raise BadInput(f"{where}: no weights for {', '.join(unknown)}; add them to `weights` of the scoring")
    if not wanted:
        raise BadInput(f"{where}: expected answers with an ordinal value or item weight, got none; give a scoring with `weights`")
    return LicensedScale(
        id=str(questionnaire.get("url") or questionnaire.get("id") or ""),
        title=str(questionnaire.get("title") or questionnaire.get("name") or "Questionnaire"),
        copyright=str(questionnaire.get("copyright") or ""),
        items=tuple(item for item in items if item.id in wanted),
        scoring=table,
    )


def score(scale: LicensedScale, answers: object, where: str = "answers") -> Score:
    """Score one set of answers.

    Parameters
    ----------
    scale
    answers
        A FHIR R4 QuestionnaireResponse, or an object of linkId to code or number.
    where
        Names the input in errors.

    Raises
    ------
    BadInput
        When an answer is none of the item's, or too few items have one.

    Examples
    --------
    >>> item = Item(id="q1", text="", weights={"a": 0, "b": 4})
    >>> score(LicensedScale(id="x", title="X", copyright="", items=(item,)), {"q1": "b"}).value
    4.0
    """
    given = _given(answers, where)
    rule = scale.scoring
    found = [_number(item, given[item.id], where) for item in scale.items if item.id in given]
    least = rule.least_answered if rule else 1.0
    if len(found) < least * len(scale.items) or not found:
        missing = ", ".join(item.id for item in scale.items if item.id not in given)
        raise BadInput(f"{where}: expected {least:.0%} of {len(scale.items)} items answered, got {len(found)}; open are {missing}")
    mean = fmean(found)
    sums = rule is None or rule.method == "sum"
    raw = sum(found) if sums and len(found) == len(scale.items) else mean * len(scale.items) if sums else mean
    low, high = _bounds(scale, sums)
    if rule is not None and rule.table:
        raw, low, high = _looked_up(rule.table, raw, where), min(rule.table.values()), max(rule.table.values())
    elif rule is not None and rule.rescale is not None:
        if low is None or high is None or low == high:
            raise BadInput(f"{where}: `rescale` needs the lowest and highest weight of every item; add them to `weights`")
        start, end = rule.rescale
        raw = start + (raw - low) / (high - low) * (end - start)
        low, high = min(start, end), max(start, end)
    return Score(
        scale=scale.title, value=round(float(raw), 2), answered=len(found), of=len(scale.items), low=low, high=high,
        better=rule.better if rule else None,
    )  # fmt: skip


def compared(scale: LicensedScale, first: Score, now: Score) -> Outcome:
    """The first score against the one now, by the error and the change that matters which the clinic's scoring states."""
    rule = scale.scoring
    change = round(now.value - first.value, 2)
    beyond = None if rule is None or rule.error is None else abs(change) > rule.error
    matters = None if rule is None or rule.matters is None else abs(change) >= rule.matters and beyond is not False
    words = _words(scale.title, rule, change, beyond, matters)
    return Outcome(
        measure=scale.title, unit="points", first=first.value, now=now.value, change=change, beyond_error=beyond, matters=matters,
        reason=Reason(rule="C7", words=words, source=rule.source if rule and rule.source else "ours"),
    )  # fmt: skip


def _words(name: str, rule: Scoring | None, change: float, beyond: bool | None, matters: bool | None) -> str:
    if rule is None:
        return f"{name}: changed by {change:+g}. Which way is better is not stated."
    if change == 0:
        return f"{name}: the same as at first."
    better = (change > 0) is (rule.better == "higher")
    if matters:
        return f"{name}: better than at first, by enough to matter." if better else f"{name}: worse than at first, by enough to matter."
    if beyond is False:
        if better:
            return f"{name}: better than at first, within what the measure varies by."
        return f"{name}: worse than at first, within what the measure varies by."
    if rule.matters is None and beyond is None:
        return f"{name}: better than at first." if better else f"{name}: worse than at first."
    if better:
        return f"{name}: better than at first, by less than what matters."
    return f"{name}: worse than at first, by less than what matters."


def _scoring(document: object, where: str) -> Scoring | None:
    if document is None:
        return None
    try:
        return Scoring.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        came = "" if first["type"] == "missing" else f", got {' '.join(repr(first['input']).split())[:60]}"
        raise BadInput(f"{where}: scoring: {place}: {first['msg'][:1].lower()}{first['msg'][1:]}{came}") from error


def _leaves(items: object, where: str) -> Iterator[Mapping[str, Any]]:
    for item in _objects(items, where):
        if item.get("type") not in ("group", "display"):
            yield item
        if item.get("item"):
            yield from _leaves(item["item"], where)


def _objects(items: object, where: str) -> list[Mapping[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise BadInput(f"{where}: expected `item` to be a list of objects, got {type(items).__name__}")
    return items


def _weights(item: Mapping[str, Any], questionnaire: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for option in item.get("answerOption") or ():
        coding = option.get("valueCoding") or {}
        code = coding.get("code") or option.get("valueString") or option.get("valueInteger")
        weight = _weight(coding) if _weight(coding) is not None else _weight(option)
        if code is not None and weight is not None:
            found[str(code)] = weight
    name = str(item.get("answerValueSet") or "")
    for contained in questionnaire.get("contained") or ():
        if name and name in (f"#{contained.get('id')}", contained.get("url")):
            groups = [
                *(contained.get("compose") or {}).get("include", ()),
                {"concept": (contained.get("expansion") or {}).get("contains", ())},
            ]
            for concept in (concept for group in groups for concept in group.get("concept") or ()):
                weight = _weight(concept)
                if weight is not None:
                    found[str(concept.get("code"))] = weight
    return found


def _weight(element: Mapping[str, Any]) -> float | None:
    for extension in element.get("extension") or ():
        if extension.get("url") in WEIGHTS and isinstance(extension.get("valueDecimal"), int | float):
            return float(extension["valueDecimal"])
    return None


def _given(answers: object, where: str) -> dict[str, object]:
    if not isinstance(answers, Mapping):
        raise BadInput(f"{where}: expected a QuestionnaireResponse or an object of linkId and answer, got {type(answers).__name__}")
    if answers.get("resourceType") != "QuestionnaireResponse":
        return {str(id): answer for id, answer in answers.items() if answer is not None}
    found: dict[str, object] = {}

    def walk(items: object) -> None:
        for item in _objects(items, where):
            values = item.get("answer") or []
            id = str(item.get("linkId"))
            if len(values) > 1 or (values and id in found):
                raise BadInput(f"{where}: {id}: expected one answer, got more")
            if values:
                found[id] = _value(values[0], id, where)
                walk(values[0].get("item") or [])
            walk(item.get("item") or [])

    walk(answers.get("item") or [])
    return found


def _value(answer: Mapping[str, Any], id: str, where: str) -> object:
    for key in ("valueInteger", "valueDecimal", "valueString"):
        if key in answer:
            return answer[key]
    if isinstance(answer.get("valueCoding"), Mapping):
        return answer["valueCoding"].get("code")
    if isinstance(answer.get("valueQuantity"), Mapping):
        return answer["valueQuantity"].get("value")
    raise BadInput(
        f"{where}: {id}: expected valueCoding, valueInteger, valueDecimal or valueQuantity, got {', '.join(answer) or 'nothing'}"
    )


def _number(item: Item, answer: object, where: str) -> float:
    if item.weights:
        if str(answer) not in item.weights:
            raise BadInput(f"{where}: {item.id}: expected one of {', '.join(item.weights)}, got {answer}")
        return item.weights[str(answer)]
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise BadInput(f"{where}: {item.id}: expected a number, got {answer}")
    return float(answer)


def _bounds(scale: LicensedScale, sums: bool) -> tuple[float | None, float | None]:
    if not all(item.weights for item in scale.items):
        return None, None
    total = sum if sums else fmean
    return (
        float(total([min(item.weights.values()) for item in scale.items])),
        float(total([max(item.weights.values()) for item in scale.items])),
    )


def _looked_up(table: Mapping[str, float], raw: float, where: str) -> float:
    if f"{raw:g}" not in table:
        raise BadInput(f"{where}: the scoring's table has no line for {raw:g}; it needs one for each possible sum")
    return table[f"{raw:g}"]
