"""`Screened`: how far somebody is with the screening questions, and what comes next; what the answers mean is `coxa.care`'s to say."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal

from starlette.datastructures import FormData

from coxa.care.danger import condition_parts, danger_signs
from coxa.care.questionnaire import Answer, Question, Questionnaire, Section, screening_questions
from coxa.care.screening import Clearance, Outcome, contradictions, screen
from coxa.care.translate import translate
from coxa.errors import BadInput
from coxa.locales import current
from coxa.locales import gettext as _
from coxa.records import ScreeningRepository, SettingsRepository
from coxa.records.screenings import Completed
from coxa.web.form import text, texts
from coxa.web.visitor import Visitor

#: Whoever needs help now is asked nothing more.
GRAVE: tuple[Outcome, ...] = ("emergency", "urgent")
#: The setting in which a clinician's go-ahead waits for the screening that follows it.
CLEARANCE = "clearance"
#: A question of fewer letters needs its section’s words beside it.
SHORT = 32
Next = Literal["section", "check", "open", "together", "complete"]


@dataclass(frozen=True)
class Screened:
    """How far an open screening is.

    Attributes
    ----------
    key : str or None
        The open screening's; None before its first answer.
    answers : dict
        What counts now.
    seen : frozenset of str
        The ids of the questions that were shown and sent, with or without an answer.
    """

    key: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()

    @property
    def questions(self) -> Questionnaire:
        """The questions, in the language spoken now."""
        return questions_now()

    def section(self, id: str) -> Section | None:
        """A section by its id."""
        return next((section for section in self.questions.item if section.linkId == id), None)

    def asked(self, section: Section) -> tuple[Question, ...]:
        """The questions of a section that matter, given the answers so far."""
        ids = set(screening_questions().asked(self.answers))
        return tuple(question for question in section.item if question.linkId in ids)

    def missing(self, section: Section | None = None) -> tuple[Question, ...]:
        """The questions, of a section or of all, without which nothing can be said, and that have no answer."""
        ids = set(screening_questions().missing(self.answers))
        found = section.item if section is not None else tuple(self.questions.questions.values())
        return tuple(question for question in found if question.linkId in ids)

    def unseen(self) -> Section | None:
        """The first section with a question that was not shown yet."""
        for section in self.questions.item:
            if any(question.linkId not in self.seen for question in self.asked(section)):
                return section
        return None

    @property
    def grave(self) -> bool:
        """Whether the answers so far ask for help now."""
        return screen(self.answers).outcome in GRAVE

    def grave_answers(self) -> tuple[Question, ...]:
        """The questions whose answers ask for help now."""
        rows = [row for row in danger_signs() if row.tier in GRAVE and row.holds(self.answers)]
        ids = {condition_parts(c)[1] for row in rows for together in row.when if _all_hold(together, self.answers) for c in together}
        found = self.questions.questions
        return tuple(found[id] for id in found if id in ids)

    def pairs(self) -> tuple[tuple[Question, Question], ...]:
        """The answers that do not go together."""
        found = self.questions.questions
        return tuple((found[a], found[b]) for a, b in contradictions(self.answers))

    def next(self, *, checked: bool = False) -> tuple[Next, Section | None]:
        """What to show.

        Parameters
        ----------
        checked : bool
            Whether "Is this right?" has been asked about the answers as they stand.
        """
        if self.grave:
            return ("complete" if checked else "check"), None
        section = self.unseen()
        if section is not None:
            return "section", section
        if screen(self.answers).outcome == "incomplete":
            return "open", None
        return ("together" if self.pairs() else "complete"), None


def _all_hold(together: Iterable[str], answers: Mapping[str, Answer]) -> bool:
    from coxa.care.danger import condition_holds

    return all(condition_holds(condition, answers) for condition in together)


# ------------------------------------------------------------------------------------------------ kept and read


def load(visitor: Visitor) -> Screened:
    """The visitor's open screening; an empty one where there is none."""
    repository = ScreeningRepository(visitor.store)
    key = repository.open_key(visitor.asker, visitor.person.id)
    if key is None:
        return Screened()
    answers = repository.answers(visitor.asker, visitor.person.id, key)
    given = repository.given(visitor.asker, visitor.person.id, key)
    return Screened(key, answers, frozenset(one.question for one in given))


def keep(visitor: Visitor, screened: Screened, answers: Mapping[str, Any]) -> Screened:
    """Write answers, opening a screening where there is none; None says that a question was shown and left open."""
    repository = ScreeningRepository(visitor.store)
    key = screened.key or f"web-{uuid.uuid4().hex}"
    if screened.key is None:
        repository.begin(visitor.asker, visitor.person.id, key=key)
    repository.answer(visitor.asker, visitor.person.id, key, answers, key=uuid.uuid4().hex)
    return load(visitor)


def complete(visitor: Visitor, screened: Screened) -> Completed:
    """Weigh the answers and close the screening; a clinician's go-ahead that waits for it goes with it."""
    repository, settings = ScreeningRepository(visitor.store), SettingsRepository(visitor.store)
    if screened.key is None:
        raise BadInput("screening: expected answers, got none; answer the questions first")
    waiting = visitor.preferences.get(CLEARANCE)
    clearance = Clearance.model_validate(waiting) if waiting else None
    done = repository.complete(visitor.asker, visitor.person.id, screened.key, clearance)
    if clearance is not None:
        settings.change(visitor.asker, visitor.person.id, {CLEARANCE: None})
    return done


def latest(visitor: Visitor) -> Completed | None:
    """The screening that was completed last."""
    return ScreeningRepository(visitor.store).latest(visitor.asker, visitor.person.id)


def begin_again(visitor: Visitor, clearance: Clearance | None = None) -> None:
    """Open a full new screening; with a clinician's go-ahead, that holds for it."""
    if clearance is not None:
        waiting = {CLEARANCE: clearance.model_dump(mode="json")}
        SettingsRepository(visitor.store).change(visitor.asker, visitor.person.id, waiting)
    ScreeningRepository(visitor.store).begin(visitor.asker, visitor.person.id, key=f"web-{uuid.uuid4().hex}")


# ------------------------------------------------------------------------------------------------ what came with a form


def read_section(form: FormData, questions: Iterable[Question]) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers of a form.

    Parameters
    ----------
    form : FormData
    questions : iterable of Question
        Those that were shown.

    Returns
    -------
    answers, problems : dict, dict
        By question id. An answer of None: left open. A problem: what is wrong with what was typed, for the person.
    """
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for question in questions:
        id = question.linkId
        said = text(form, id)
        if question.type == "boolean":
            answers[id] = {"yes": True, "no": False}.get(said)
        elif question.type == "integer":
            answers[id], wrong = _whole(said, question)
            if wrong:
                problems[id] = wrong
        else:
            codes = {option.code for option in question.answerOption}
            chosen = [code for code in texts(form, id) if code in codes]
            answers[id] = (chosen or None) if question.repeats else (chosen[0] if chosen else None)
    return answers, problems


def _whole(said: str, question: Question) -> tuple[int | None, str]:
    if not said:
        return None, ""
    low, high = question.minValue or 0, question.maxValue or 9999
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None
    if number is None or not low <= number <= high:
        return None, _("Please write a whole number from {low} to {high}; you typed “{said}”.").format(low=low, high=high, said=said[:40])
    return number, ""


def read_clearance(form: FormData, today: date) -> Clearance:
    """Who said that the person may exercise, and when.

    Raises
    ------
    BadInput
        One line for the person: what is missing.
    """
    by, on = text(form, "by", 200), text(form, "on", 20)
    if not by:
        raise BadInput(_("Please write who saw you: the name of the doctor or physiotherapist."))
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise BadInput(_("Please write the day on which you were seen, such as {day}.").format(day=today.isoformat())) from error
    if day > today:
        raise BadInput(_("The day on which you were seen cannot be in the future."))
    if (today - day).days > 366:
        raise BadInput(_("That was more than a year ago. Please ask a doctor or physiotherapist again."))
    return Clearance(by=by, on=day)


def questions_now() -> Questionnaire:
    """The questions, in the language spoken now."""
    return _questions(current())


@cache
def _questions(language: str) -> Questionnaire:
    # They come with coxa and do not change; a page of answers asks for them at each of fifty.
    return translate(screening_questions(), language)


def in_full(question: Question) -> str:
    """A question as it stands on its own: one that only its section explains is said with it.

    >>> [in_full(q) for q in screening_questions().questions.values() if q.linkId in ("pain-now", "floor")][0]
    'How strong it is: 0 is no pain, 10 the worst you can think of. Now?'
    """
    section = next((s for s in questions_now().item for q in s.item if q.linkId == question.linkId), None)
    if section is None or len(question.text) > SHORT:
        return question.text
    return f"{section.text}. {question.text}"


def in_words(question: Question, answer: Answer | None) -> str:
    """An answer as the person reads it."""
    if answer is None:
        return _("no answer")
    if isinstance(answer, bool):
        return _("Yes") if answer else _("No")
    shown = {option.code: option.display for option in question.answerOption}
    if isinstance(answer, tuple):
        return ", ".join(shown.get(code, code) for code in answer)
    return shown.get(str(answer), str(answer))
