"""What care says, in another language: decisions are made and kept in English, and translated where they are shown.

A sentence finds its translation by its English words, a sentence with numbers or names in it by its template. So screening
and planning know no language, and what was saved in English is shown in whatever language is spoken when it is opened.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

from coxa import locales
from coxa.care.decision import Review
from coxa.care.programme import LeftOut, Milestone
from coxa.care.questionnaire import Option, Question, Questionnaire, Section
from coxa.care.reason import Reason
from coxa.care.screening import Screening

#: Fields that a person reads.
TEXTS: dict[type[BaseModel], tuple[str, ...]] = {
    Reason: ("words",),
    Screening: ("do_now",),
    LeftOut: ("until",),
    Milestone: ("words",),
    Review: ("summary",),
    Questionnaire: ("title",),
    Section: ("text",),
    Question: ("text",),
    Option: ("display",),
}
#: What the contexts of care's messages begin with: a data file's name, or "care" for what stands in the code.
ROOMS = ("screening", "danger", "limits", "course", "planner", "source_programmes", "outcomes", "care")
#: What care says of an exercise in the exercise's own words, where it was planned in English and is shown in another language.
OF_EXERCISES = (
    "name", "why", "daily_life", "why_off", "blocks.reason", "prerequisites.reason", "equipment.name", "equipment.at_home",
)  # fmt: skip

M = TypeVar("M", bound=BaseModel)


def translate(value: M, language: str | None = None) -> M:
    """A value of care, such as a screening, a programme or the questionnaire, with its words in another language.

    Parameters
    ----------
    value
        In English; what has no translation stays as it is.
    language
        One of `coxa.locales.available()`; else the language spoken now.

    Raises
    ------
    BadInput
        When coxa does not speak the language.

    Examples
    --------
    >>> translate(Reason(rule="C1.perthes", words="See a doctor today.", source="OK"), "de").words
    'Lassen Sie sich heute ärztlich untersuchen.'
    """
    code = locales.check(language) if language is not None else locales.current()
    return value if code == locales.SOURCE else _said(value, code)


def say(text: str, language: str | None = None) -> str:
    """One sentence of care in another language; as it stands where there is no translation.

    >>> say("See a doctor today.", "en")
    'See a doctor today.'
    """
    code = locales.check(language) if language is not None else locales.current()
    return text if code == locales.SOURCE else _say(text, code)


def _said(value: M, language: str) -> M:
    changed: dict[str, Any] = {}
    texts = TEXTS.get(type(value), ())
    for name in type(value).model_fields:
        old = getattr(value, name)
        if name in texts:
            changed[name] = _say(old, language) if isinstance(old, str) else tuple(_say(text, language) for text in old)
        elif isinstance(old, BaseModel):
            changed[name] = _said(old, language)
        elif isinstance(old, tuple) and any(isinstance(item, BaseModel) for item in old):
            changed[name] = tuple(_said(item, language) if isinstance(item, BaseModel) else item for item in old)
    if not changed:
        return value
    copy = value.model_copy(update=changed)
    # what was worked out from the English words comes along with a copy
    for name in set(copy.__dict__) - set(type(value).model_fields):
        del copy.__dict__[name]
    return copy


def _say(text: str, language: str) -> str:
    whole, templates = _sentences(language)
    if text in whole:
        return whole[text]
    for pattern, template in templates:
        if found := pattern.fullmatch(text):
            # a part may be a sentence of its own
            return template.format(**{name: _say(part, language) for name, part in found.groupdict().items()})
    if "; " in text:  # several conditions in one line
        return "; ".join(_say(part, language) for part in text.split("; "))
    names = text.split(", ")
    return ", ".join(whole[name] for name in names) if all(name in whole for name in names) else text


@cache
def _sentences(language: str) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """Translations by their English; those with placeholders by a pattern, the one with the most words of its own first."""
    known: dict[Any, Any] = getattr(locales.translations(language), "_catalog", {})
    whole: dict[str, str] = {}
    templates: list[tuple[int, re.Pattern[str], str]] = []
    for key, said in known.items():
        context, between, text = key.partition("\x04") if isinstance(key, str) else ("", "", "")
        room, _, rest = context.partition(".")
        if not between or (room not in ROOMS and rest not in OF_EXERCISES):
            continue
        parts = re.split(r"\{(\w+)\}", text)
        if len(parts) == 1:
            whole[text] = said
            continue
        pattern = "".join(f"(?P<{part}>.*?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
        templates.append((len("".join(parts[::2])), re.compile(pattern), said))
    return whole, [(pattern, said) for _, pattern, said in sorted(templates, key=lambda row: -row[0])]
