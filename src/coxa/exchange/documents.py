"""Documents that come in as JSON: answers, profiles and histories, checked at the door and refused in one line."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from coxa.care.history import ExerciseDone, History, Session
from coxa.care.programme import Profile
from coxa.care.questionnaire import Answer, Answers, answers_schema, read_answers
from coxa.care.screening import Clearance, Screening, screen
from coxa.errors import BadInput
from coxa.exercises import catalogue

V = TypeVar("V", bound=BaseModel)
Row = TypeVar("Row")

#: More than any diary of a year holds, and little enough for any machine.
LARGEST_BYTES = 20_000_000


def read_json(path: Path) -> Any:
    """A JSON document from a file, or from the standard input for "-".

    Raises
    ------
    BadInput
        When it cannot be read, is not JSON, or says one thing twice and differently.
    """
    try:
        data = sys.stdin.buffer.read(LARGEST_BYTES + 1) if str(path) == "-" else _read(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot read it: {error.strerror}; check the name") from error
    if len(data) > LARGEST_BYTES:
        raise BadInput(f"{path}: expected at most {LARGEST_BYTES // 1_000_000} MB of JSON, got more")
    where = named(path)
    if not data.strip():
        raise BadInput(f"{where}: expected a JSON document, got nothing")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found and found[key] != value:
                raise BadInput(f"{where}: '{key}' stands there twice, with {_short(found[key])} and {_short(value)}; keep the right one")
            found[key] = value
        return found

    def no_number(text: str) -> Any:
        raise BadInput(f"{where}: expected numbers, got {text}")

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=no_number)
    except UnicodeDecodeError as error:
        raise BadInput(f"{where}: expected JSON in UTF-8, got other bytes at position {error.start}") from error
    except json.JSONDecodeError as error:
        raise BadInput(f"{where}: expected JSON, but line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise BadInput(f"{where}: expected a JSON document, got brackets within brackets without end") from error


def named(path: Path) -> str:
    """The document's name, for messages.

    >>> named(Path("-"))
    'standard input'
    """
    return "standard input" if str(path) == "-" else str(path)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears only when it is whole.

    Raises
    ------
    BadInput
        When it cannot be written there.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise BadInput(f"{path}: cannot write it: {error.strerror}; name another file or folder") from error


def read_profile(document: object, where: str = "profile", today: date | None = None) -> Profile:
    """A profile from JSON; its `screening` may be left out and `answers` given, which are then screened.

    Parameters
    ----------
    document
        As `coxa schema profile` describes it.
    where
        The file's name, for the message.
    today
        Dates after it are refused; None checks none.

    Raises
    ------
    BadInput
        One line: what was expected, what came, where.
    """
    if not isinstance(document, Mapping):
        raise BadInput(f"{where}: expected an object as in coxa schema profile, got {_short(document)}")
    fields = dict(document)
    if "answers" in fields and "screening" in fields:
        raise BadInput(f"{where}: expected either screening or answers, got both; leave one out")
    if "answers" not in fields and "screening" not in fields:
        raise BadInput(f"{where}: expected screening (what coxa screen --json prints) or answers, got neither")
    cleared = _clearance(fields, where, today)
    if "answers" in fields:
        answers = read_answers(fields.pop("answers"), f"{where}: answers")
        _same(fields, "age", answers, "age", where)
        _same(fields, "falls_12_months", answers, "falls-12-months", where)
        _same(fields, "sex", answers, "sex", where)
        fields["screening"] = screen(answers, cleared).model_dump(mode="json")
    profile = read_value(Profile, fields, where)
    for name in ("enabled", "refused"):
        _known(getattr(profile, name), f"{where}: {name}")
    if both := sorted(set(profile.enabled) & set(profile.refused)):
        raise BadInput(f"{where}: {both[0]} stands in both enabled and refused; keep one")
    return profile


def read_screening(document: object, where: str = "answers") -> Screening:
    """Answers in, result out; a document with `answers` and a clinician's go-ahead (`cleared_by`, `cleared_on`) too."""
    if isinstance(document, Mapping) and isinstance(document.get("answers"), Mapping):
        fields = dict(document)
        answers = read_answers(fields.pop("answers"), where)
        cleared = _clearance(fields, where, None)
        if extra := sorted(set(fields) - {"cleared_by", "cleared_on"}):
            raise BadInput(f"{where}: expected answers, cleared_by and cleared_on, got '{extra[0]}'")
        return screen(answers, cleared)
    return screen(read_answers(document, where))


def read_history(document: object, where: str = "history") -> History:
    """A diary from JSON, checked for what cannot be: days to come, and two entries that contradict each other.

    Raises
    ------
    BadInput
        One line; also for a diary with no entry at all.
    """
    if not isinstance(document, Mapping):
        raise BadInput(f"{where}: expected an object as in coxa schema history, got {_short(document)}")
    fields = dict(document)
    if "profile" in fields:
        fields["profile"] = read_profile(fields["profile"], f"{where}: profile").model_dump(mode="json")
    history = read_value(History, fields, where)
    check_history(history, where)
    return history


def check_history(history: History, where: str = "history") -> None:
    """Refuse a diary that is empty, runs ahead of its day, names unknown exercises, or contradicts itself."""
    diary = (history.sessions, history.mornings, history.activities, history.tests, history.changes, history.falls)
    if not any(diary) and not history.something_new:
        raise BadInput(f"{where}: expected a diary with at least one session, morning or test, got an empty one; coxa plan makes the plan")
    for number, session in enumerate(history.sessions):
        name = f"{where}: sessions.{number}"
        if session.at.tzinfo is None:
            raise BadInput(f"{name}.at: expected a time with its zone, such as {session.at.isoformat()}+01:00, got none")
        _not_ahead(session.at.date(), history.today, f"{name}.at")
        _known([done.exercise for done in session.exercises], f"{name}.exercises")
        for place, done in enumerate(session.exercises):
            _hangs_together(done, f"{name}.exercises.{place}")
    for kind in ("mornings", "activities", "tests", "changes", "falls"):
        for number, row in enumerate(getattr(history, kind)):
            _not_ahead(row.on, history.today, f"{where}: {kind}.{number}.on")
    for number, day in enumerate(history.something_new):
        _not_ahead(day, history.today, f"{where}: something_new.{number}")
    _agree(history.sessions, lambda s: s.at.timestamp(), lambda s: _told(s), f"{where}: sessions", lambda s: s.at.isoformat())
    _agree(history.mornings, lambda m: m.on, lambda m: m.pain, f"{where}: mornings", lambda m: str(m.on))
    _agree(history.activities, lambda a: (a.name, a.on), lambda a: a.score, f"{where}: activities", lambda a: f"{a.name}, {a.on}")
    _agree(history.changes, lambda c: c.on, lambda c: c.score, f"{where}: changes", lambda c: str(c.on))


def read_value(model: type[V], document: object, where: str) -> V:
    """A value of that model; the first thing that is wrong with it, and how many more there are, in one line.

    Examples
    --------
    >>> from coxa.care.programme import Stance
    >>> read_value(Stance, {"left": 4}, "stance")
    Traceback (most recent call last):
    coxa.errors.BadInput: stance: expected no field 'left'; did you mean left_s?
    """
    try:
        # read strictly, as JSON: a number in quotation marks is not taken for a number
        return model.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False)
        more = f"; and {len(found) - 1} more" if len(found) > 1 else ""
        raise BadInput(f"{where}: {_explain(model, found[0])}{more}") from error


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of a profile, with `answers` in place of `screening`."""
    schema = Profile.model_json_schema()
    schema["properties"]["answers"] = {**answers_schema(), "description": "answers to the screening questions, in place of screening"}
    schema["required"] = [name for name in schema["required"] if name not in ("screening", "age")]
    schema["oneOf"] = [{"required": ["screening", "age"]}, {"required": ["answers"]}]
    return schema


# ------------------------------------------------------------------------------------------------ what cannot be


def _hangs_together(done: ExerciseDone, where: str) -> None:
    if done.pain_after is not None and done.after in ("same", "less"):
        raise BadInput(f"{where}: after is '{done.after}' and pain_after is given; it is asked only after 'more', so leave one out")
    if done.repetitions and len(done.repetitions) != done.sets:
        raise BadInput(f"{where}: expected one number of repetitions for each of {done.sets} sets, got {len(done.repetitions)}")
    if done.form.judged > done.form.done:
        raise BadInput(f"{where}.form: expected judged to be at most done ({done.form.done}), got {done.form.judged}")
    if done.form.faulty > done.form.judged:
        raise BadInput(f"{where}.form: expected faulty to be at most judged ({done.form.judged}), got {done.form.faulty}")


def _told(session: Session) -> Hashable:
    return session.model_dump_json(exclude={"at"})


def _agree(
    rows: Iterable[Row], key: Callable[[Row], Hashable], value: Callable[[Row], Hashable], where: str, name: Callable[[Row], str]
) -> None:
    found: dict[Hashable, Hashable] = {}
    for row in rows:
        if found.setdefault(key(row), value(row)) != value(row):
            raise BadInput(f"{where}: two entries for {name(row)} contradict each other; keep the right one")


def _not_ahead(day: date, today: date, where: str) -> None:
    # A traveller's evening can be the next day elsewhere, so the day is compared, never the hour.
    if day > today:
        raise BadInput(f"{where}: expected a day up to {today.isoformat()}, which is today, got {day.isoformat()}; correct the date")


def _known(ids: Iterable[str], where: str) -> None:
    for id in ids:
        if id not in catalogue.ids():
            near = catalogue.nearest_names(id)
            meant = f"did you mean {' or '.join(near)}?" if near else "coxa exercises list has the ids"
            raise BadInput(f"{where}: expected the id of an exercise, got '{id}'; {meant}")


def _clearance(fields: Mapping[str, Any], where: str, today: date | None) -> Clearance | None:
    by, on = fields.get("cleared_by") or "", fields.get("cleared_on")
    if bool(by) != bool(on):
        raise BadInput(f"{where}: cleared_by and cleared_on need each other: who said that you may exercise, and when")
    if not by:
        return None
    cleared = read_value(Clearance, {"by": by, "on": on}, f"{where}: cleared_by and cleared_on")
    if today is not None:
        _not_ahead(cleared.on, today, f"{where}: cleared_on")
    return cleared


def _same(fields: dict[str, Any], name: str, answers: Answers, question: str, where: str) -> None:
    """Take a number from the answers where the profile does not have it; where both do, they must be the same."""
    told: Answer | None = answers.get(question)
    if told is None:
        return
    if fields.setdefault(name, told) != told:
        raise BadInput(f"{where}: {name} is {_short(fields[name])} and the answer to '{question}' is {told}; correct one of them")


def _explain(model: type[BaseModel], detail: Any) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    here = f"{key}: " if key else ""
    if detail["type"] == "extra_forbidden":
        place = _fields_at(model, detail["loc"][:-1])
        near = difflib.get_close_matches(str(detail["loc"][-1]), place, 1, 0.5)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(place)}" if place else "look for a slip in its name"
        return f"expected no field '{key}'; {meant}"
    if detail["type"] == "missing":
        return f"{here}expected a value, got none"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{here}expected {message[:1].lower() + message[1:]}, got {_short(detail['input'])}"


def _fields_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """The names of the fields at a place within a model; empty where it is not a model."""
    schema = model.model_json_schema()
    at: dict[str, Any] = schema
    for part in loc:
        at = at.get("items", {}) if isinstance(part, int) else at.get("properties", {}).get(part, {})
        at = next((option for option in at.get("anyOf", ()) if option.get("type") != "null"), at)
        if "$ref" in at:
            at = schema["$defs"][at["$ref"].rsplit("/", 1)[1]]
    return tuple(at.get("properties", ()))


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_BYTES + 1)


def _short(value: object) -> str:
    text = " ".join((json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else repr(value)).split())
    return text if len(text) <= 60 else text[:57] + "..."
