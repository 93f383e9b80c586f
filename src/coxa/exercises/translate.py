"""An exercise's words in another language: which fields are words, and where each finds its translation.

A text's context is the exercise's id and the field, such as `bridge.mistakes.why`: the same English may so be said
differently in two exercises, and a text that moves within its list keeps its translation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from coxa import locales
from coxa.exercises.coaching import Check, Coaching, FaultRule, SetUp, TestRule
from coxa.exercises.model import Block, Caution, Dose, Equipment, Exercise, Mistake, Prerequisite, Variation
from coxa.exercises.terms import Part

#: The fields of each part that a person reads or hears, in the order in which a translator meets them.
TEXTS: dict[type[Part], tuple[str, ...]] = {
    Exercise: ("name", "aliases", "why", "position", "muscles", "steps", "feel", "tips", "daily_life", "why_off", "why_no_camera"),
    Equipment: ("name", "at_home"),
    Dose: ("note",),
    Mistake: ("name", "why", "fix"),
    Caution: ("text", "reason"),
    Block: ("reason",),
    Prerequisite: ("reason",),
    Variation: ("name", "how"),
    Coaching: ("camera",),
    SetUp: ("say",),
    Check: ("say",),
    FaultRule: ("cue", "fixed", "self_check"),
    TestRule: ("zero_if",),
}

P = TypeVar("P", bound=Part)
Say = Callable[[str, str], str]  # context and text to the text in another language


def texts(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Every text of an exercise with its context, in the order of its file.

    Examples
    --------
    >>> from coxa.exercises import catalogue
    >>> next(texts(catalogue.load("bridge", "en")))
    ('bridge.name', 'Bridge')
    """
    found: list[tuple[str, str]] = []

    def keep(context: str, text: str) -> str:
        found.append((context, text))
        return text

    _say(exercise, exercise.id, keep)
    return iter(found)


def translate(exercise: Exercise, language: str) -> Exercise:
    """The exercise with its words in another language; English where a translation is missing. Numbers stay as they are.

    Parameters
    ----------
    exercise
        In English, as its file writes it.
    language
        One of `coxa.locales.available()`.

    Raises
    ------
    BadInput
        When coxa does not speak the language.

    Examples
    --------
    >>> from coxa.exercises import catalogue
    >>> translate(catalogue.load("bridge", "en"), "de").name
    'Brücke'
    """
    language = locales.check(language)
    if language == locales.SOURCE:
        return exercise
    return _say(exercise, exercise.id, locales.translations(language).pgettext)


def untranslated(exercise: Exercise, language: str) -> list[tuple[str, str]]:
    """The texts, with their contexts, for which a language has no translation, each once."""
    words = locales.translations(locales.check(language))
    # asked with a count, the table shows whether it has the text; without, a text that reads the same in both languages would hide it
    known = getattr(words, "_catalog", {})
    return list(dict.fromkeys((context, text) for context, text in texts(exercise) if f"{context}\x04{text}" not in known))


def _say(part: P, context: str, say: Say) -> P:
    """The part with every text said anew, and the parts inside it."""
    own = TEXTS.get(type(part), ())
    changed: dict[str, Any] = {}
    for name in (*own, *(name for name in type(part).model_fields if name not in own)):
        value = getattr(part, name)
        where = f"{context}.{name}"
        if name in own:
            if isinstance(value, tuple):
                changed[name] = tuple(say(where, text) for text in value)
            elif value:
                changed[name] = say(where, value)
        elif isinstance(value, Part):
            changed[name] = _say(value, where, say)
        elif isinstance(value, tuple) and value and isinstance(value[0], Part):
            changed[name] = tuple(_say(item, where, say) for item in value)
    return part.model_copy(update=changed)
