"""What there is to translate: `make messages` gathers it into the `.po` files; `messages.py missing de` lists what is not done.

`words.po` has coxa's own words, gathered from the code and the pages' templates; `<area>.po` those of one area of the code that
has a file of its own; `exercises/<id>.po` the texts of one exercise, in the order of its file. A text that another exercise
already says in the same field comes with that translation; one whose English changed comes with its former translation, marked
fuzzy, and is not used until somebody takes the mark away.
"""

from __future__ import annotations

import ast
import difflib
import io
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from care_messages import care_texts
from compile_messages import LOCALES, compile_all, languages
from jinja2.ext import babel_extract

from coxa.exercises import catalogue
from coxa.exercises.evidence import units
from coxa.exercises.terms import CONDITION_WORDS, REGION_WORDS
from coxa.exercises.translate import texts

SOURCE = LOCALES.parent
#: Areas of the code whose words stand in a file of their own, and their folders; all others stand in `words.po`.
AREAS = {"drawing": "src/coxa/exercises/drawing", "web": "src/coxa/web"}
#: What marks a message in the code, and how Babel reads its arguments.
FUNCTIONS: dict[str, Any] = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
#: How the templates are read: as the web room reads them. One that cannot be read stops everything, or its words would be lost.
TEMPLATES = {
    "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
}
#: Headers that say nothing here, some of which change by themselves.
DULL = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By", "Project-Id", "Report-Msgid-Bugs")
#: What a translator should know of a field, by the end of its context.
NOTES = {
    "aliases": "another name, as people say it",
    "muscles": "Latin names as physiotherapists use them",
    "cue": "said aloud during a repetition: eight words at most",
    "fixed": "praise, said aloud: a few words",
    "note": "beside a source's dose",
}


def extract_code(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, tuple[str | None, ...], list[str]]]:
    """Babel's extractor for the code. Babel's own passes over what stands inside f-strings, in Python before 3.12."""
    source = fileobj.read().decode("utf-8")
    lines = source.splitlines()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        texts = tuple(a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in call.args)
        if name in keywords and texts and texts[0] is not None:
            above = lines[call.lineno - 2].strip().removeprefix("# ") if call.lineno > 1 else ""
            yield call.lineno, name, texts, [above] if above.startswith(tuple(comment_tags)) else []


def extract_exercise(
    fileobj: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Babel's extractor for an exercise's file: each text once, its context being the exercise's id and the field."""
    exercise = catalogue.read(Path(fileobj.name))
    for context, text in dict.fromkeys(texts(exercise)):
        note = NOTES.get(context.rpartition(".")[2])
        yield 1, "pgettext", (context, text), [note] if note else []


def gather() -> dict[str, Catalog]:
    """Everything there is to translate, by the file it goes into."""
    words = Catalog(fuzzy=False)
    areas = {f"{name}.po": Catalog(fuzzy=False) for name in AREAS}
    for path in sorted(SOURCE.rglob("*.py")):
        mine = areas.get(f"{area(path)}.po", words)
        with path.open("rb") as file:
            for _, message, comments, context in extract(extract_code, file, FUNCTIONS, ("Translators:",), strip_comment_tags=True):
                place = f"src/coxa/{path.relative_to(SOURCE).as_posix()}"
                mine.add(message, locations=[(place, 1)], auto_comments=comments, context=context)
    for path in sorted(SOURCE.rglob("templates/*.html")):
        mine = areas.get(f"{area(path)}.po", words)
        with path.open("rb") as file:
            for _, message, comments, context in extract(babel_extract, file, FUNCTIONS, ("Translators:",), TEMPLATES, True):
                place = f"src/coxa/{path.relative_to(SOURCE).as_posix()}"
                mine.add(message, locations=[(place, 1)], auto_comments=comments, context=context)
    for text in (*REGION_WORDS.values(), *CONDITION_WORDS.values()):
        words.add(text, locations=[("src/coxa/exercises/terms.py", 1)])
    for place, context, text in care_texts():
        words.add(text, locations=[(place, 1)], context=context)
    found = {"words.po": words}
    for path in sorted(catalogue.FOLDER.glob("*.toml")):
        texts_of_one = found[f"exercises/{path.stem}.po"] = Catalog(fuzzy=False)
        with path.open("rb") as file:
            for _, message, comments, context in extract(extract_exercise, file, keywords={"pgettext": ((1, "c"), 2)}):
                texts_of_one.add(message, auto_comments=comments, context=context)
    for unit in sorted({u for path in sorted(catalogue.FOLDER.glob("*.toml")) for u in units(catalogue.read(path))}):
        words.add(unit, locations=[("src/coxa/exercises/catalogue", 1)], context="unit")
    for name, catalog in areas.items():
        # what is said in two places stands once, in the first of their files
        for message in [m for m in catalog if m.id and any(f.get(m.id, m.context) is not None for f in found.values())]:
            catalog.delete(message.id, message.context)
        if len(catalog):
            found[name] = catalog
    return found


def area(path: Path) -> str | None:
    """The area of the code that a file belongs to; none if its words stand in `words.po`."""
    return next((name for name, at in AREAS.items() if path.is_relative_to(SOURCE.parent.parent / at)), None)


def update(folder: Path) -> None:
    """Bring one language's files up to date; what is no longer said is dropped."""
    found = gather()
    kept = {name: read(folder / name) for name in found}
    moved = {(m.id, m.context): m for name in kept if "/" not in name for m in kept[name] if m.id}
    memory = {(m.id, field(m)): m.string for c in kept.values() for m in c if m.id and m.context and m.string and not m.fuzzy}
    for name, template in found.items():
        fresh = Catalog(locale=folder.name, project="coxa", version="", charset="utf-8", fuzzy=False, header_comment=f"# {name}")
        for wanted in template:
            if not wanted.id:
                continue
            added = fresh.add(wanted.id, locations=wanted.locations, auto_comments=wanted.auto_comments, context=wanted.context)
            # a text may come from another area's file, where the code that says it was before
            before = kept[name].get(wanted.id, wanted.context) or moved.get((wanted.id, wanted.context))
            if before is not None and any(before.string) and isinstance(before.string, tuple) == isinstance(wanted.id, tuple):
                added.string, added.flags, added.user_comments = before.string, before.flags, before.user_comments
            elif wanted.context and (wanted.id, field(wanted)) in memory:
                added.string = memory[wanted.id, field(wanted)]
            elif former := changed(wanted, kept[name], template):
                added.string, added.previous_id = former.string, [str(former.id)]
                added.flags.add("fuzzy")
        write(fresh, folder / name)
    for path in (*folder.glob("*.po"), *folder.glob("exercises/*.po")):
        if path.relative_to(folder).as_posix() not in found:
            path.unlink()


def changed(wanted: Message, before: Catalog, now: Catalog) -> Message | None:
    """The message of the same field whose English became `wanted`, if there was one."""
    gone = [m for m in before if m.id and m.context == wanted.context and wanted.context and m.string and not now.get(m.id, m.context)]
    near = difflib.get_close_matches(str(wanted.id), [str(m.id) for m in gone], n=1, cutoff=0.5)
    return next((m for m in gone if near and m.id == near[0]), None)


def field(message: Message) -> str:
    """The field that a context names, without the exercise; the same words in the same field are the same in every exercise."""
    return str(message.context).partition(".")[2] or str(message.context)


def missing(folder: Path) -> Iterator[str]:
    """What a language lacks, a line each: file, context, English."""
    for name, template in gather().items():
        have = read(folder / name)
        for wanted in template:
            got = have.get(wanted.id, wanted.context)
            if wanted.id and (got is None or got.fuzzy or not all(got.string if isinstance(got.string, tuple) else (got.string,))):
                english = wanted.id if isinstance(wanted.id, str) else " / ".join(wanted.id)
                yield f"{name}: {wanted.context + ': ' if wanted.context else ''}{english}"


def read(path: Path) -> Catalog:
    """A language's file as it is; empty when there is none."""
    if not path.exists():
        return Catalog(locale=path.relative_to(LOCALES).parts[0])
    with path.open("rb") as file:
        return read_po(file, locale=path.relative_to(LOCALES).parts[0])


def write(catalog: Catalog, path: Path) -> None:
    """Write a file, one line a text, and without dates, so that it changes only where its words do."""
    text = io.BytesIO()
    write_po(text, catalog, width=0, omit_header=False, include_lineno=False, include_previous=True)
    lines = text.getvalue().decode("utf-8").splitlines()
    dull = tuple(f'"{name}' for name in DULL)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line for line in lines if not line.startswith(dull)).strip() + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Gather into every language's files and compile them; or list what one lacks, and end with 1 if it lacks anything."""
    if arguments[:1] == ["missing"] and len(arguments) == 2 and (LOCALES / arguments[1]).is_dir():
        lines = list(missing(LOCALES / arguments[1]))
        print("\n".join(lines))
        return 1 if lines else 0
    if arguments:
        print("messages: expected nothing, or: missing LANGUAGE", file=sys.stderr)
        return 2
    for folder in languages():
        update(folder)
        print(f"{folder.name}: {sum(1 for _ in missing(folder))} texts are not translated yet")
    compile_all()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
