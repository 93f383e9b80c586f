"""Locales: the languages coxa speaks, and the words of each.

`<language>/words.po` holds coxa's own words, `<language>/<area>.po` those of one area of the code,
`<language>/exercises/<id>.po` those of one exercise; set-up and the wheel's build compile them into
`<language>/LC_MESSAGES/coxa.mo`. English stands in the code and in the catalogue itself.

May be imported everywhere; imports only `coxa.errors` and `coxa.settings`. Start with `gettext` and `speaking`.
"""

from __future__ import annotations

import difflib
import gettext as standard
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeVar

from coxa.errors import BadInput

FOLDER = Path(__file__).parent
DOMAIN = "coxa"
SOURCE = "en"  # the language that code and catalogue are written in

Key = TypeVar("Key")

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@cache
def available() -> tuple[str, ...]:
    """The languages there are, English first.

    >>> available()[0]
    'en'
    """
    return (SOURCE, *sorted(path.name for path in FOLDER.iterdir() if (path / "words.po").exists() or (path / "LC_MESSAGES").exists()))


def check(language: str, where: str = "language") -> str:
    """The language's code as coxa writes it; a country or an encoding behind it is left out.

    Parameters
    ----------
    language
        Such as "de", "de-AT" or "de_DE.UTF-8".
    where
        The option or setting that named it, for the message.

    Raises
    ------
    BadInput
        When coxa does not speak it.

    Examples
    --------
    >>> check("de_AT.UTF-8")
    'de'
    """
    code = language.strip().replace("-", "_").split("_")[0].split(".")[0].lower()
    if code in available():
        return code
    near = difflib.get_close_matches(code, available(), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    raise BadInput(f"{where}: expected one of {', '.join(available())}, got '{language}'{meant}")


def current() -> str:
    """The language spoken now: that of the innermost `speaking`, else the setting's."""
    spoken = _spoken.get()
    if spoken is None:
        from coxa.settings import settings

        spoken = check(settings().language, "COXA_LANGUAGE")
    return spoken


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak another language inside a `with` block, in this thread or task only; None changes nothing.

    >>> with speaking("de"):
    ...     current()
    'de'
    """
    token = _spoken.set(check(language) if language is not None else _spoken.get())
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def translations(language: str) -> standard.NullTranslations:
    """The compiled words of one language.

    Raises
    ------
    BadInput
        When they were not compiled.
    """
    if language == SOURCE:
        return standard.NullTranslations()
    try:
        return standard.translation(DOMAIN, FOLDER, [language])
    except OSError as error:
        raise BadInput(f"language '{language}': expected its compiled words in {FOLDER / language}; run make setup") from error


def gettext(message: str) -> str:
    """A message in the language spoken now; as it stands where there is no translation."""
    return translations(current()).gettext(message) if message else message


def ngettext(one: str, many: str, n: float) -> str:
    """A message that counts: `one` or `many`, in the form the language uses for `n`."""
    # 0.5 and 1.5 take the plural in every language here, as 2 does
    return translations(current()).ngettext(one, many, int(n) if n == int(n) else 2)


def pgettext(context: str, message: str) -> str:
    """A message that means different things in different places, told apart by its context."""
    return translations(current()).pgettext(context, message) if message else message


def point(number: str) -> str:
    """A number as text, with the decimal sign of the language spoken now.

    >>> with speaking("de"):
    ...     point("2.5")
    '2,5'
    """
    # Translators: the decimal sign, a comma or a point
    return number.replace(".", pgettext("decimal sign", "."))


def mark(message: str) -> str:
    """Mark a message for the translators and leave it as it is; `gettext` it where it is shown."""
    return message


class Words(Mapping[Key, str]):
    """Messages by key, each looked up in the language spoken now.

    >>> sides = Words({"left": mark("left")})
    >>> sides["left"]
    'left'
    """

    def __init__(self, messages: Mapping[Key, str]) -> None:
        self._messages = messages

    def __getitem__(self, key: Key) -> str:
        return gettext(self._messages[key])

    def __iter__(self) -> Iterator[Key]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)
