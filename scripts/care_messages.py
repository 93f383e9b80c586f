"""What care says to a person, for `messages.py`: the sentences of its data files, and those in its code.

A context names the file and the row, such as `screening.injury-cannot-stand`; for the code it is the module, such as
`care.screening`. What a sentence in the code puts in becomes a placeholder, named after what stands there.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator

from compile_messages import LOCALES

from coxa.care.rules import RULES
from coxa.care.thresholds import thresholds

FOLDER = LOCALES.parent / "care"
#: The modules whose sentences are translated.
MODULES = (
    "change", "choice", "course", "dosing", "findings", "layout", "licensed", "outcomes", "pain", "planner", "progression", "screening",
    "selection", "source_programmes", "summary",
)  # fmt: skip
#: Names under which a sentence stands, and functions that are handed one.
NAMES = {"words", "until", "who", "always", "where"}
CALLS = {"add", "append", "_hit", "_reason"}


def care_texts() -> Iterator[tuple[str, str, str]]:
    """Each sentence as (file, context, English), in the order of the files."""
    for file in ("screening", "danger", "limits", "course", "planner", "source_programmes", "outcomes", "thresholds"):
        place = f"src/coxa/care/data/{file}.toml"
        content = tomllib.loads((FOLDER / "data" / f"{file}.toml").read_text(encoding="utf-8"))
        for context, text in dict.fromkeys(_texts(content, file)):
            yield place, context, text
    for module in MODULES:
        source = (FOLDER / f"{module}.py").read_text(encoding="utf-8")
        for text in dict.fromkeys(_sentences(ast.parse(source))):
            yield f"src/coxa/care/{module}.py", f"care.{module}", text
    for rule in RULES:
        yield "src/coxa/care/rules.py", "rules", rule.when
    for unit in dict.fromkeys(threshold.unit for threshold in thresholds()):
        yield "src/coxa/care/data/thresholds.toml", "unit", unit


def _texts(part: object, context: str) -> Iterator[tuple[str, str]]:
    """The sentences below one table of a data file, whose ids make the context."""
    if isinstance(part, list):
        for item in part:
            yield from _texts(item, context)
    if not isinstance(part, dict):
        return
    name = next((str(part[key]) for key in ("linkId", "id", "code", "exercise", "rule", "day") if key in part), "")
    # a question's context is its id alone, whatever section it stands in
    inside = context if name in ("", "coxa-screening") else f"{context.partition('.')[0] if 'linkId' in part else context}.{name}"
    for key, value in part.items():
        spoken = ("title", "text", "display", "words", *(("name",) if context.startswith("outcomes") else ()))
        if key in spoken and isinstance(value, str):
            yield inside, value
        elif key in ("do", "until"):
            yield from ((f"{inside}.{key}", text) for text in ([value] if isinstance(value, str) else value))
        elif key == "goal_words":
            yield from ((f"{inside}.goal.{goal}", text) for goal, text in value.items())
        else:
            yield from _texts(value, f"{inside}.{key}" if key == "phase" else inside)


def _sentences(tree: ast.AST) -> Iterator[str]:
    """Sentences in code: bound to `words` or `until`, or handed to what collects them; alternatives each."""
    assigned = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Constant)]
    fixed: dict[str, str] = {}
    for one in assigned:
        if isinstance(one.value, ast.Constant):
            fixed |= {target.id: str(one.value.value) for target in one.targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        named = isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in NAMES for t in node.targets)
        if isinstance(node, ast.Assign | ast.keyword) and (named or getattr(node, "arg", None) in NAMES):
            found = [node.value]
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "do_now" for t in node.targets):
            found = node.value.elts if isinstance(node.value, ast.List) else []
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLS:
            found = [a for a in node.args if isinstance(a, ast.Constant | ast.JoinedStr)]
        elif isinstance(node, ast.Return) and node.value is not None:
            found = [node.value]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            rows = [part for one in node.value.values for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
            found = [part for part in rows if isinstance(part, ast.Constant) and str(part.value).endswith(".")]
        for value in found:
            for text in _alternatives(value, fixed):
                if " " in text.strip() and text.strip("{} ")[:1]:
                    yield text


def _alternatives(value: ast.expr, fixed: dict[str, str]) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _alternatives(value.body, fixed)
        yield from _alternatives(value.orelse, fixed)
    elif isinstance(value, ast.Subscript) and isinstance(value.value, ast.Dict):
        for one in value.value.values:
            yield from _alternatives(one, fixed)
    elif isinstance(value, ast.JoinedStr):
        yield _template(value, fixed)


def _template(sentence: ast.JoinedStr, fixed: dict[str, str]) -> str:
    said, names = "", list[str]()
    for part in sentence.values:
        if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id.isupper():
            said += fixed[part.value.id]
        elif isinstance(part, ast.FormattedValue):
            inner = [n for n in ast.walk(part.value) if isinstance(n, ast.Name | ast.Attribute)]
            name = (inner[0].attr if isinstance(inner[0], ast.Attribute) else inner[0].id).lower() if inner else "value"
            while name in names:
                name += "_2"
            names.append(name)
            said += f"{{{name}}}"
        elif isinstance(part, ast.Constant):
            said += str(part.value)
    return said


if __name__ == "__main__":
    for _, where, text in care_texts():
        print(f"{where}\t{text}")
