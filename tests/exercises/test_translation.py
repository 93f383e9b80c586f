"""Every text of the catalogue and of coxa itself can be said in another language, and in German is."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coxa import locales, settings
from coxa.cli.exercises import app
from coxa.errors import BadInput
from coxa.exercises import catalogue, coaching
from coxa.exercises.model import Exercise
from coxa.exercises.movement import Movement
from coxa.exercises.terms import Number, Part, Range
from coxa.exercises.translate import TEXTS, texts, translate, untranslated
from coxa.exercises.words import describe_dose, describe_whom

ROOT = Path(__file__).parents[2]
GERMAN = locales.FOLDER / "de"
IDS = catalogue.ids()
every_file = pytest.mark.parametrize("name", [*sorted(p.name for p in GERMAN.glob("*.po")), *(f"exercises/{id}.po" for id in IDS)])
pytestmark = pytest.mark.skipif(not (GERMAN / "words.po").exists(), reason="the translators' files are not part of a built package")


@pytest.fixture(scope="session")
def tool() -> ModuleType:
    """`scripts/messages.py`, which gathers what there is to translate."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    return module


@pytest.fixture(scope="session")
def wanted(tool: ModuleType) -> dict[str, Any]:
    """Everything there is to translate, by file."""
    found = tool.gather()
    assert isinstance(found, dict)
    return found


# ------------------------------------------------------------------------------------------------ which fields are texts

#: Fields that hold text and are no words for a person: ids, sources, units, signals, choices out of a closed list.
NO_WORDS = {
    "id", "posture", "side", "purpose", "easier", "harder", "sources", "source", "guided_by", "fault", "conditions", "regions",
    "only_if", "exercise", "change", "unit", "review", "views", "key_fault", "signal", "kind", "unless", "bias", "evidence",
    "postures", "clock", "measures",
}  # fmt: skip


def parts(kind: type[Part]) -> set[type[Part]]:
    """A part's class and those of all parts inside it."""
    found = {kind}
    for hint in get_type_hints(kind).values():
        stack = [hint]
        while stack:
            item = stack.pop()
            stack += get_args(item)
            if isinstance(item, type) and issubclass(item, Part) and item not in found:
                found |= parts(item)
    return found


def test_every_field_that_holds_text_is_either_translated_or_known_to_be_none() -> None:
    machine = {Movement, coaching.RepetitionRule, Number, Range, coaching.Evidence}
    for part in parts(Exercise) - {p for kind in machine for p in parts(kind)}:
        for name, hint in get_type_hints(part).items():
            if (part, name) == (coaching.TestRule, "name"):
                continue  # a test's id; `exchange.words` has the words
            if "str" in re.findall(r"\w+", str(hint)) and name in part.model_fields and name not in NO_WORDS:
                assert name in TEXTS.get(part, ()), f"{part.__name__}.{name}: translate it (TEXTS), or say that it is no text (NO_WORDS)"


@pytest.mark.parametrize("id", IDS)
def test_translating_changes_words_and_nothing_else(id: str) -> None:
    english, german = catalogue.load(id, "en"), catalogue.load(id, "de")
    marked = translate_with(english, "x")
    assert {text for _, text in texts(marked)} == {"x"}
    # put the English words back, one after the other: then nothing may differ
    words = iter([text for _, text in texts(english)])
    assert restore(german, words) == english
    assert Exercise.model_validate(german.model_dump()) == german


def translate_with(exercise: Exercise, text: str) -> Exercise:
    from coxa.exercises.translate import _say

    return _say(exercise, exercise.id, lambda _, __: text)


def restore(exercise: Exercise, words: Any) -> Exercise:
    from coxa.exercises.translate import _say

    return _say(exercise, exercise.id, lambda _, __: next(words))


# ------------------------------------------------------------------------------------------------ German


@every_file
def test_german_has_every_message_and_none_is_fuzzy(name: str, tool: ModuleType, wanted: dict[str, Any]) -> None:
    have = tool.read(GERMAN / name)
    for message in wanted[name]:
        if not message.id:
            continue
        got = have.get(message.id, message.context)
        assert got is not None, f"{name} lacks {message.context}: {message.id}; run make messages"
        assert not got.fuzzy, f"{name}: look at the German of {message.context}: {message.id}, and take the mark 'fuzzy' away"
        assert any(got.string), f"{name}: no German for {message.context}: {message.id}"
        assert all(got.string), f"{name}: no German for {message.context}: {message.id}"


@every_file
def test_german_keeps_placeholders_and_the_spaces_at_both_ends(name: str, tool: ModuleType) -> None:
    for message in tool.read(GERMAN / name):
        if not message.id or not all(message.string):
            continue
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        meant = message.id if isinstance(message.id, tuple) else (message.id,)
        for text in said:
            for original in meant:
                if isinstance(message.id, str) or name.startswith("exercises/"):
                    assert placeholders(text) == placeholders(original), (original, text)
            assert placeholders(text) <= {p for original in meant for p in placeholders(original)}, (meant, text)
            assert (text[0] == " ", text[-1] == " ") == (meant[0][0] == " ", meant[0][-1] == " "), (meant, text)


def placeholders(text: str) -> set[str]:
    # a sentence may say {one} where the other language says {many}: both come with every count
    return {"{one}" if p == "{many}" else p for p in re.findall(r"\{\w+\}", text)}


@every_file
def test_no_message_is_left_over(name: str, tool: ModuleType, wanted: dict[str, Any]) -> None:
    for message in tool.read(GERMAN / name):
        assert not message.id or wanted[name].get(message.id, message.context) is not None, f"{name}: {message.id}; run make messages"
    assert {str(path.relative_to(GERMAN)) for path in GERMAN.rglob("*.po")} == set(wanted)


def test_the_compiled_messages_are_those_of_the_files(tool: ModuleType) -> None:
    import compile_messages

    compiled = (GERMAN / "LC_MESSAGES" / "coxa.mo").read_bytes()
    assert compiled == compile_messages.compile_language(GERMAN), "run make setup"


@pytest.mark.parametrize("id", IDS)
def test_nothing_of_an_exercise_stays_english(id: str) -> None:
    assert untranslated(catalogue.load(id, "en"), "de") == []


@every_file
def test_german_speaks_to_the_person_as_sie(name: str, tool: ModuleType) -> None:
    for message in tool.read(GERMAN / name):
        for text in (message.string,) if isinstance(message.string, str) else message.string:
            assert not re.search(r"\b(du|dich|dir|dein\w*|euch|euer\w*)\b", text), text


@pytest.mark.parametrize("id", IDS)
def test_german_sentences_end_as_the_english_ones_do_and_cues_stay_short(id: str) -> None:
    english, german = catalogue.load(id, "en"), catalogue.load(id, "de")
    for (context, original), (_, text) in zip(texts(english), texts(german), strict=True):
        if original and original[-1] in ".?":
            assert text[-1] in ".?", (context, text)
        else:
            assert not text.endswith("."), (context, text)
        if context.endswith(".cue"):
            assert len(text.split()) <= 10, text


@pytest.mark.parametrize("id", IDS)
def test_german_keeps_every_number(id: str) -> None:
    english, german = catalogue.load(id, "en"), catalogue.load(id, "de")
    for (context, original), (_, text) in zip(texts(english), texts(german), strict=True):
        assert numbers(original) == numbers(text), (context, original, text)


def numbers(text: str) -> list[str]:
    return sorted(n.replace(",", ".") for n in re.findall(r"\d+(?:[.,]\d+)?", text))


# ------------------------------------------------------------------------------------------------ how a language is chosen


def test_an_exercise_is_loaded_in_a_language_and_english_stays_as_its_file_writes_it() -> None:
    assert catalogue.load("bridge", "de").name == "Brücke"
    assert catalogue.load("bridge", "en").name == catalogue.load("bridge").name == "Bridge"
    assert catalogue.load("bridge", "de-AT") == catalogue.load("bridge", "de") == translate(catalogue.load("bridge", "en"), "de")


def test_the_setting_chooses_and_an_inner_choice_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings.Settings(language="de")
    monkeypatch.setattr(settings, "settings", lambda: chosen)
    assert locales.current() == "de"
    assert catalogue.load("bridge").name == "Brücke"
    with locales.speaking("en"):
        assert catalogue.load("bridge").name == "Bridge"
        with locales.speaking(None):
            assert locales.current() == "en"
    assert locales.current() == "de"


def test_a_setting_that_coxa_does_not_speak_is_refused_with_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings.Settings(language="fr")
    monkeypatch.setattr(settings, "settings", lambda: chosen)
    with pytest.raises(BadInput, match="COXA_LANGUAGE: expected one of en, de, got 'fr'"):
        catalogue.load("bridge")


def test_a_language_that_was_not_compiled_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locales, "FOLDER", tmp_path)
    locales.translations.cache_clear()
    try:
        with pytest.raises(BadInput, match="run make setup"):
            locales.translations("de")
    finally:
        locales.translations.cache_clear()


@given(st.text(max_size=60))
def test_what_has_no_translation_is_said_as_it_stands(text: str) -> None:
    with locales.speaking("de"):
        assert locales.gettext(f"¤{text}") == f"¤{text}"
        assert locales.pgettext("nowhere", f"¤{text}") == f"¤{text}"
        assert locales.gettext("") == ""


def test_a_clinics_own_text_is_not_replaced_by_ours() -> None:
    own = catalogue.load("bridge", "en").model_copy(update={"why": "As we say it here."})
    german = translate(own, "de")
    assert german.why == "As we say it here."
    assert german.name == "Brücke"


def test_doses_conditions_and_decimals_follow_the_language() -> None:
    bridge = catalogue.load("bridge", "de")
    with locales.speaking("de"):
        assert describe_dose(bridge.doses[1]) == "10 bis 15 Wiederholungen, 3 s halten, 3 bis 4 Tage in der Woche"
        assert describe_whom(bridge.cautions[0]) == "Schmerzen im unteren Rücken, oder Kreuzschmerzen"
        assert locales.point("2.5") == "2,5"


@pytest.mark.parametrize("command", [["list"], ["show", "bridge"], ["show", "bridge", "--evidence"]])
def test_list_and_show_speak_german_when_asked(command: list[str]) -> None:
    shown = CliRunner().invoke(app, [*command, "--language", "de"], env={"COLUMNS": "120"})
    assert shown.exit_code == 0
    assert "Brücke" in shown.stdout
    again = CliRunner().invoke(app, command, env={"COLUMNS": "120"})
    assert "Brücke" not in again.stdout, "the language of one command must not stay for the next"


def test_the_setting_reaches_the_command_line() -> None:
    import os

    code = "from coxa.cli import main; import sys; sys.argv = ['coxa', 'exercises', 'show', 'bridge', '--json']; main()"
    environment = {**os.environ, "COXA_LANGUAGE": "de_AT.UTF-8"}
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environment)
    assert '"name": "Brücke"' in shown.stdout


# ------------------------------------------------------------------------------------------------ gathering


def test_gathering_again_changes_no_file(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    shutil.copytree(GERMAN, tmp_path / "de", ignore=shutil.ignore_patterns("LC_MESSAGES"))
    monkeypatch.setattr(tool, "LOCALES", tmp_path)
    tool.update(tmp_path / "de")
    for path in sorted(GERMAN.rglob("*.po")):
        assert (tmp_path / path.relative_to(locales.FOLDER)).read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), path.name


def test_a_text_whose_english_changed_waits_as_fuzzy_and_one_said_elsewhere_is_known(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    from babel.messages.catalog import Catalog

    monkeypatch.setattr(tool, "LOCALES", tmp_path)
    before, now = Catalog(), Catalog()
    before.add("Lift slowly and hold.", "Langsam heben und halten.", context="a.steps")
    before.add("Rest.", "Ausruhen.", context="a.tips")
    now.add("Lift slowly, then hold.", context="a.steps")
    other = Catalog()
    other.add("Rest.", context="b.tips")
    (tmp_path / "de" / "exercises").mkdir(parents=True)
    tool.write(before, tmp_path / "de" / "exercises" / "a.po")
    monkeypatch.setattr(tool, "gather", lambda: {"exercises/a.po": now, "exercises/b.po": other})
    tool.update(tmp_path / "de")
    changed = tool.read(tmp_path / "de" / "exercises" / "a.po").get("Lift slowly, then hold.", "a.steps")
    assert changed.fuzzy
    assert changed.string == "Langsam heben und halten."
    assert tool.read(tmp_path / "de" / "exercises" / "b.po").get("Rest.", "b.tips").string == "Ausruhen."
    assert list(tool.missing(tmp_path / "de")) == ["exercises/a.po: a.steps: Lift slowly, then hold."]


def test_an_areas_words_have_their_own_file_and_bring_their_translations(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import compile_messages

    here = ("exercises", "drawing", "words.py")
    code = tmp_path / "src" / "coxa"
    for at, text in ((here, '_("A green mat."); _("Rest.")'), (("said.py",), '_("Rest.")')):
        code.joinpath(*at).parent.mkdir(parents=True, exist_ok=True)
        code.joinpath(*at).write_text(text, encoding="utf-8")
    monkeypatch.setattr(tool, "SOURCE", code)
    monkeypatch.setattr(tool, "LOCALES", tmp_path)
    found = tool.gather()
    assert [m.id for m in found["drawing.po"] if m.id] == ["A green mat."]
    assert found["words.po"].get("Rest.") is not None
    assert "web.po" not in found

    (tmp_path / "de").mkdir()
    before = type(found["words.po"])()
    before.add("A green mat.", "Eine grüne Matte.")
    tool.write(before, tmp_path / "de" / "words.po")
    tool.update(tmp_path / "de")
    assert tool.read(tmp_path / "de" / "drawing.po").get("A green mat.").string == "Eine grüne Matte."
    assert tool.read(tmp_path / "de" / "words.po").get("A green mat.") is None
    assert "Eine grüne Matte.".encode() in compile_messages.compile_language(tmp_path / "de")


def test_set_up_compiles_again_when_a_translation_changes_or_the_compiled_file_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "scripts" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "STAMPS", tmp_path / "stamps")
    compiled = tmp_path / "src/coxa/locales/de/LC_MESSAGES/coxa.mo"
    compiled.parent.mkdir(parents=True)
    (tmp_path / "src/coxa/locales/de/words.po").touch()
    compiled.touch()
    set_up.stamp("messages", "a")
    assert set_up.is_done("messages", "a")
    assert not set_up.is_done("messages", "b")
    compiled.unlink()
    assert not set_up.is_done("messages", "a")
