"""One exercise on a terminal: its page for a reader, and the table of what stands behind each number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table

from coxa.exercises.coaching import FaultRule
from coxa.exercises.evidence import Claim, claims
from coxa.exercises.model import Block, Caution, Exercise
from coxa.exercises.words import PURPOSES, REVIEWS, describe_dose, describe_number, describe_source, describe_trust, describe_whom
from coxa.locales import Words, mark
from coxa.locales import gettext as _

GROUPS = Words({
    "dose": mark("How much"),
    "mistake": mark("Common mistakes"),
    "care": mark("For whom"),
    "variation": mark("Easier and harder"),
    "limit": mark("What the camera goes by"),
})  # fmt: skip
SEEN = Words({"judged": mark("judged"), "not_tested": mark("not tested"), "view": mark("cannot show it")})


def exercise(e: Exercise) -> Iterator[RenderableType]:
    """The parts of an exercise's page, from what to do first to how it is measured last.

    Every part is one column, so that a sentence reads on whatever the width.
    """
    yield Panel(f"[bold]{escape(e.name)}[/bold]   [dim]{e.id}[/dim]\n{escape(e.why)}", box=box.ROUNDED, expand=False)
    if e.clinician_only:
        yield f"[yellow]{_('Only with a clinician’s guidance.')}[/yellow]"
    if e.why_off:
        yield f"[yellow]{escape(e.why_off)}[/yellow]"
    yield _facts(e)
    yield _heading(_("How to do it"))
    yield _list([escape(step) for step in e.steps], numbered=True)
    yield Padding(f"[bold]{_('What you should feel:')}[/bold] {escape(e.feel)}", (1, 1, 0, 1))
    if e.tips:
        yield _heading(_("Tips"))
        yield _list(map(escape, e.tips))
    yield _heading(_("In daily life"))
    yield Padding(escape(e.daily_life), (0, 1))
    yield _heading(_("How much, as each source says"))
    yield _list(f"[bold]{escape(describe_dose(d))}[/bold] {_tag(d.source)}" + _below(d.note) for d in e.doses)
    if e.mistakes:
        yield _heading(_("Common mistakes"))
        yield _list(
            f"[bold]{escape(m.name)}[/bold] {_tag(m.source)}\n{escape(m.why)}\n[green]→[/green] {escape(m.fix)}" for m in e.mistakes
        )
    if e.cautions:
        yield _heading(_("Take care"))
        yield _list(_care(c, f"{c.text} {c.reason}") for c in e.cautions)
    if e.blocks:
        yield _heading(_("Not for you at present, if"))
        yield _list(_care(b, b.reason) for b in e.blocks)
    if e.prerequisites:
        yield _heading(_("First"))
        yield _list(
            _("{exercise} for {least} on each side; from age 70 {least_from_age_70}, with support.").format(
                exercise=_called(p.exercise), least=describe_number(p.least), least_from_age_70=describe_number(p.least_from_age_70)
            )
            + _below(p.reason)
            for p in e.prerequisites
        )
    if ways := [*_ways(e)]:
        yield _heading(_("Easier and harder"))
        yield _list(ways)
    yield from _camera(e)


def evidence(e: Exercise) -> Iterator[RenderableType]:
    """Each number and statement of an exercise with its source and review state, then the sources spelled out."""
    yield f"\n[bold]{escape(e.name)}[/bold]   [dim]{e.id}[/dim]"
    found = claims(e)
    for group in dict.fromkeys(claim.group for claim in found):
        yield _heading(GROUPS[group])
        yield _claims([claim for claim in found if claim.group == group])
    yield _heading(_("Sources"))
    sources = Table.grid(padding=(0, 2), pad_edge=True)
    for source in dict.fromkeys(claim.source for claim in found):
        sources.add_row(f"[bold]{source}[/bold]", escape(describe_source(source)))
    yield sources


def _claims(found: list[Claim]) -> Table:
    numbers = found[0].group in ("dose", "limit")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    # a statement is long and its subject short; with numbers it is the other way round
    named = found[0].group != "mistake"  # a mistake says itself what it is
    if named:
        table.add_column(_("What"), ratio=3 if numbers else 2)
    table.add_column(_("Value") if numbers else _("What it says"), ratio=2 if numbers else 3)
    table.add_column(_("Source"), no_wrap=True)
    table.add_column(_("Review"), min_width=10)
    for c in found:
        colour = {"sourced": "green", "reviewed": "green", "unreviewed": "yellow"}[c.review]
        table.add_row(*([escape(c.what)] if named else []), escape(c.value), c.source, f"[{colour}]{REVIEWS[c.review]}[/{colour}]")
    return table


def _facts(e: Exercise) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column()
    things = []
    for x in e.equipment:
        home = _("{thing} (at home: {instead})").format(thing=x.name, instead=x.at_home) if x.at_home else x.name
        things.append(home if x.needed else _("{thing}, if you like").format(thing=home))
    rows = {
        _("Also called"): ", ".join(e.aliases),
        _("Start position"): e.position,
        _("You need"): "; ".join(things) or _("nothing"),
        _("For"): ", ".join(PURPOSES[p] for p in e.purpose),
        _("Trains"): ", ".join(e.muscles),
        _("Level"): _("{level} of 5").format(level=e.level),
        _("Sources"): ", ".join(e.sources),
    }
    for label, text in rows.items():
        if text:
            facts.add_row(label, escape(text))
    return facts


def _ways(e: Exercise) -> Iterator[str]:
    for v in e.variations:
        label = _("Easier:") if v.change == "easier" else _("Harder:")
        yield f"{label} [bold]{escape(v.name)}[/bold] {_tag(v.source)}{_below(v.how)}"
    yield from (f"{_('Easier exercise:')} {_called(id)}" for id in e.easier)
    yield from (f"{_('Harder exercise:')} {_called(id)}" for id in e.harder)


def _camera(e: Exercise) -> Iterator[RenderableType]:
    if e.coaching is None or e.guided_by == "timer":
        yield _heading(_("Without a camera"))
        yield Padding(escape(e.why_no_camera), (0, 1))
    if e.coaching is None:
        return
    yield _heading(_("With a camera"))
    yield Padding(escape(e.coaching.camera), (0, 1))
    yield Padding(f"[italic]{escape(describe_trust(e.coaching))}[/italic]", (1, 1, 0, 1))
    rule = e.coaching.repetition
    target = _("A repetition should reach {target}; less than {least} does not count.")
    yield Padding(target.format(target=_sourced(rule.target), least=_sourced(rule.least)), (1, 1, 0, 1))
    if e.coaching.hold:
        yield Padding(_("The hold should be {hold}.").format(hold=_sourced(e.coaching.hold.target)), (0, 1, 1, 1))
    names = {m.fault: m.name for m in e.mistakes if m.fault}
    yield _list(
        f"[bold]{escape(names.get(f.fault, f.fault))}[/bold] [dim]({f.fault})[/dim]\n{_limits(f)}{_below(f.self_check)}"
        for f in e.coaching.faults
    )


def _limits(rule: FaultRule) -> str:
    limits = [f"{name} {_sourced(n)}" for name, n in ((_("amber"), rule.amber), (_("red"), rule.red)) if n is not None]
    views = ", ".join(f"{view}: {SEEN[how]}" for view, how in rule.views.items()) or _("no camera can see it")
    return " · ".join([*limits, views])


def _sourced(number: object) -> str:
    from coxa.exercises.terms import Number, Range

    assert isinstance(number, Number | Range)
    return f"{describe_number(number)} {_tag(number.source)}"


def _care(item: Caution | Block, text: str) -> str:
    who = describe_whom(item)
    return (f"[bold]{escape(who)}:[/bold] " if who else "") + f"{escape(text)} {_tag(item.source)}"


def _called(id: str) -> str:
    """Another exercise's name and id; the id alone where a clinic's file names one that is not there."""
    from coxa.exercises import catalogue

    return f"{escape(catalogue.load(id).name)} [dim]({id})[/dim]" if id in catalogue.ids() else id


def _tag(source: str) -> str:
    return f"[dim]({source})[/dim]"


def _below(text: str) -> str:
    return f"\n{escape(text)}" if text else ""


def _heading(text: str) -> str:
    return f"\n[bold cyan]{text}[/bold cyan]"


def _list(texts: Iterable[str], *, numbered: bool = False) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column()
    for number, text in enumerate(texts, 1):
        grid.add_row(f" {number}." if numbered else " •", text)
    return grid
