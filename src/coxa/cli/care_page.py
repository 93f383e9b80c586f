"""The values of care on a terminal: what the screening comes to, the week, the next step, and the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from coxa.care.decision import Outcome as Measure
from coxa.care.decision import Review
from coxa.care.history import History
from coxa.care.programme import Planned, Programme
from coxa.care.questionnaire import screening_questions
from coxa.care.reason import Reason
from coxa.care.screening import Outcome, Screening
from coxa.care.translate import translate
from coxa.exchange import plain
from coxa.exchange.evidence import GROUPS, Entry
from coxa.exercises import catalogue
from coxa.exercises.words import REVIEWS
from coxa.locales import gettext as _
from coxa.locales import ngettext, point

#: Colours that hold on dark and on light terminals; the words alone say it too.
COLOURS: dict[Outcome, str] = {
    "emergency": "red", "urgent": "red", "clinician_first": "yellow", "incomplete": "cyan", "ready_with_care": "green", "ready": "green",
}  # fmt: skip
WIDTH = 100  # a longer line is hard to read
MOST_REASONS = 3


def screening(s: Screening) -> Iterator[RenderableType]:
    """The outcome first and alone, then what to do, why, and what to leave out."""
    yield ""
    yield banner(plain.HEADLINES[s.outcome], plain.MEANINGS[s.outcome], COLOURS[s.outcome])
    if s.do_now and s.outcome != "incomplete":
        yield heading(_("What to do now"))
        yield listed(map(escape, s.do_now), numbered=len(s.do_now) > 1)
    if s.outcome != "incomplete":
        yield heading(_("Why"))
        yield listed(map(reason, s.reasons))
    # Whoever needs help now is asked nothing more.
    if s.ask_again and s.outcome not in ("emergency", "urgent"):
        yield heading(_("Please answer"))
        questions = translate(screening_questions()).questions
        yield listed(f"{escape(questions[id].text)} {tag(id)}" for id in s.ask_again)
    if s.may_exercise and s.limits:
        yield heading(_("For now"))
        yield listed(escape(plain.LIMITS[limit]) for limit in s.limits)
    if s.contradictions and s.outcome != "emergency":
        yield heading(_("These answers do not go together"))
        texts = {id: question.text for id, question in translate(screening_questions()).questions.items()}
        yield listed(f"{escape(texts[a])} {tag(a)}\n{escape(texts[b])} {tag(b)}" for a, b in s.contradictions)
        yield Padding(_("Until you correct one of them, the more careful answer holds."), (0, 1))
    if s.letter:
        yield _letter("coxa plan PROFILE.json --letter letter.pdf")
    yield ""


def programme(p: Programme) -> Iterator[RenderableType]:
    """The week as a table, then why each exercise is there, what was left out and why, and what comes next."""
    yield ""
    count = ngettext("{n} exercise", "{n} exercises", len(p.exercises)).format(n=len(p.exercises))
    times = plain.describe_times(p.sessions_a_day)
    length = plain.describe_minutes(p.minutes_a_session)
    weeks = [ngettext("{n} week", "{n} weeks", p.weeks).format(n=p.weeks)] if p.weeks else []
    about = " · ".join([count, _("{length} a session").format(length=length), times, *weeks])
    place = plain.describe_place(p.region, p.side)
    # only the first letter: German nouns keep theirs
    aim = _("{place}. Aim now: {phase}.").format(place=place[:1].upper() + place[1:], phase=plain.PHASES[p.phase])
    yield banner(plain.KINDS[p.kind], f"{about}\n{aim}", "green")
    if p.notices:
        yield listed(map(reason, p.notices), mark_with="!")
        yield ""
    yield week(p)
    yield heading(_("Why these"))
    yield listed(f"[bold]{escape(_name(e))}[/bold]\n" + "\n".join(map(reason, e.why)) for e in p.exercises)
    if p.habits:
        yield heading(_("During the day"))
        yield listed(map(reason, p.habits))
    if p.unlocks_next:
        yield heading(_("What comes next"))
        yield listed(
            f"[bold]{escape(_called(x.exercise))}[/bold] {tag(x.exercise)}" + (f"\n{_('when:')} {escape(x.until)}" if x.until else "")
            for x in p.unlocks_next
        )
    if p.milestones:
        yield heading(_("Milestones"))
        yield listed(f"[bold]{_('day {n}').format(n=m.day)}[/bold] {escape(m.words)} {tag(m.source)}" for m in p.milestones)
    yield heading(_("Why this programme"))
    yield listed(map(reason, p.reasons))
    if p.left_out:
        yield heading(_("Left out"))
        yield left_out(p)
    yield Padding(_(plain.STOP_RULE), (1, 1, 0, 1))
    yield ""


def no_programme(s: Screening, p: Programme) -> Iterator[RenderableType]:
    """What to do where the screening does not allow exercise: the screening's page, and that there is no plan yet."""
    yield from screening(s)
    if s.may_exercise:
        yield heading(_("No exercise can be planned now"))
        yield listed(map(reason, p.reasons))
        if p.left_out:
            yield left_out(p)
    else:
        yield Padding(_("There is no plan yet, so that nothing is done too early."), (0, 1, 1, 1))


def week(p: Programme) -> Table:
    """Which exercise on which day, in the order of a session."""
    wide = console().width >= 90
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1) if wide else (0, 1, 0, 0))
    table.add_column("", justify="right", style="dim")
    table.add_column(_("Exercise"), min_width=18, ratio=3)
    table.add_column(_("How much"), min_width=16, ratio=3)
    for day in plain.WEEKDAYS:
        table.add_column(plain.DAY_SHORT[day][: 3 if wide else 2], justify="center", no_wrap=True)
    if wide:
        table.add_column(_("min"), justify="right", no_wrap=True)
    before = ""
    for number, e in enumerate(p.exercises, 1):
        if e.position != before and number > 1:
            table.add_section()
        before = e.position
        side = f" [dim]{plain.SIDES[e.side]}[/dim]" if e.side != "both" else ""
        dots = ["●" if day in e.days else "[dim]·[/dim]" for day in plain.WEEKDAYS]
        minutes = [str(max(1, round(e.minutes)))] if wide else []
        how = " · ".join(part for part in (plain.describe_dose(e.dose), plain.describe_way(e.exercise, e.dose)) if part)
        table.add_row(str(number), f"[bold]{escape(_name(e))}[/bold]{side}", escape(how), *dots, *minutes)
    return table


def left_out(p: Programme) -> Table:
    """What is not in the programme and the first reason why not; exercises with the same one stand together."""
    groups: dict[tuple[tuple[Reason, ...], str], list[str]] = {}
    for x in p.left_out:
        groups.setdefault((x.why[:1], x.until), []).append(_called(x.exercise))
    return listed(
        "\n".join(
            [
                f"[bold]{escape(', '.join(names))}[/bold]",
                *map(reason, why),
                *([f"[dim]{_('Until')} {escape(until)}.[/dim]"] if until else []),
            ]
        )
        for (why, until), names in groups.items()
    )


def review(r: Review, h: History) -> Iterator[RenderableType]:
    """The next step: in two sentences, then for each exercise, then the measures."""
    yield ""
    worst = r.decisions[0].step if r.decisions else "hold"
    colour = {"stop_now": "red", "refer": "yellow", "ease": "yellow", "hold": "cyan", "progress": "green", "unlock": "green"}[worst]
    overall = [d for d in r.decisions if d.exercise is None]
    title = _("Keep going") if worst in ("hold", "progress", "unlock") else plain.STEPS[overall[0].step if overall else worst]
    yield banner(title, "\n".join(r.summary), colour)
    if any(d.rescreen for d in r.decisions):
        yield Padding(_("Before the next session, please answer the screening questions again: coxa screen."), (0, 1))
    yield heading(_("The next step"))
    yield next_steps(r, h)
    if r.notices:
        yield heading(_("Good to know"))
        yield listed(map(reason, r.notices))
    if r.outcomes:
        yield heading(_("How it is going"))
        yield measures(r.outcomes)
    if r.adherence is not None:
        yield Padding(_("{share} of the planned sessions were done.").format(share=f"{r.adherence:.0%}"), (1, 1, 0, 1))
    if any(d.letter for d in r.decisions):
        yield _letter("coxa progress HISTORY.json --letter letter.pdf")
    yield ""


def next_steps(r: Review, h: History) -> Table:
    """Each decision with the reasons that decided; exercises with the same one stand together.

    A reason that holds for the whole programme is said once, and at most three are: the JSON has them all.
    """
    doses = {e.exercise: e.dose for e in h.programme.exercises}
    shared = {why for d in r.decisions if d.exercise is None for why in d.reasons}
    groups: dict[tuple[str, tuple[Reason, ...], tuple[str, ...]], list[str]] = {}
    for d in r.decisions:
        whys = d.reasons[:MOST_REASONS] if d.exercise is None else tuple(why for why in d.reasons if why not in shared)[:1]
        change = []
        if d.instead:
            change.append(_("in its place: {name}").format(name=_called(d.instead)))
        before = doses.get(d.exercise or "")
        if d.dose and d.exercise and before and d.step in ("ease", "progress"):
            if (dose := plain.describe_dose(d.dose)) != plain.describe_dose(before):
                change.append(_("new dose: {dose}").format(dose=dose))
            if (way := plain.describe_way(d.exercise, d.dose)) != plain.describe_way(d.exercise, before):
                change.append(_("from now on: {way}").format(way=way) if way else _("from now on: as at first"))
        name = _called(d.exercise) if d.exercise else _("The whole programme")
        groups.setdefault((plain.STEPS[d.step], whys, tuple(change)), []).append(name)
    return listed(
        "\n".join([
            f"[bold]{escape(', '.join(names))}[/bold]: {escape(step)}",
            *(f"→ {escape(c)}" for c in change),
            *map(reason, whys),
        ])
        for (step, whys, change), names in groups.items()
    )  # fmt: skip


def measures(outcomes: Iterable[Measure]) -> Table:
    """Each measure: first, now, the change, and whether it is more than error and matters."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in (_("Measure"), _("first"), _("now"), _("change")):
        table.add_column(name, justify="left" if name == _("Measure") else "right")
    table.add_column(_("What it means"))
    for o in outcomes:
        first, now, change = (point(f"{value:g}") if value is not None else "–" for value in (o.first, o.now, o.change))
        sign = "+" if o.change is not None and o.change > 0 else ""
        unit = f" [dim]{escape(said)}[/dim]" if (said := plain.describe_unit(o.unit)) else ""
        name = f"[bold]{escape(plain.describe_measure(o.measure))}[/bold]" + (f"\n{escape(plain.describe_what(o.what))}" if o.what else "")
        # what stands before the colon is the measure's name, which stands at the left already
        means = o.reason.words.partition(": ")[2] or o.reason.words
        table.add_row(name, first, now + unit, sign + change, f"{escape(means[:1].upper() + means[1:])} {tag(o.reason.source)}")
    return table


def evidence(found: Sequence[Entry], *, every: bool = False) -> Iterator[RenderableType]:
    """Rules and numbers by group; those of the planner and of the exercises are counted unless `every` asks for all of them."""
    for group in dict.fromkeys(e.group for e in found):
        rows = [e for e in found if e.group == group]
        yield heading(GROUPS[group])
        if group in ("planner", "exercise") and not every:
            counts = [f"{sum(e.review == state for e in rows)} {REVIEWS[state]}" for state in ("sourced", "unreviewed", "reviewed")]
            yield Padding(_("{n} in all: {counts}. --all lists them.").format(n=len(rows), counts=", ".join(counts)), (0, 1))
            continue
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column(_("What it says"), ratio=6)
        table.add_column({"danger": _("Gives"), "step": _("Gives"), "rule": _("Rule")}.get(group, _("Value")), ratio=3)
        table.add_column(_("Source"), no_wrap=True)
        table.add_column(_("Review"), min_width=10)
        for e in rows:
            value = escape(e.value)
            if e.shipped:
                instead = _("in place of {value}, by {who}").format(value=e.shipped, who=e.by)
                value = f"[bold magenta]{value}[/bold magenta]\n[magenta]{escape(instead)}[/magenta]"
            colour = "yellow" if e.review == "unreviewed" else "green"
            state = f"[magenta]{_('overridden')}[/magenta]" if e.shipped else f"[{colour}]{REVIEWS[e.review]}[/{colour}]"
            table.add_row(f"{escape(e.what)}\n[dim]{escape(e.id)}[/dim]", value, e.source, state)
        yield table
    yield heading(_("Sources"))
    sources = Table.grid(padding=(0, 2), pad_edge=True)
    shown = {e.source: e.source_says for e in found}
    for source in sorted(shown, key=lambda s: (not s.startswith("S00"), s[0], len(s), s)):
        sources.add_row(f"[bold]{source}[/bold]", escape(shown[source]))
    yield sources


# ------------------------------------------------------------------------------------------------ small parts


def console() -> Console:
    """A terminal on which no number is coloured by chance, and no line is too long to read."""
    c = Console(highlight=False)
    return c if c.width <= WIDTH else Console(highlight=False, width=WIDTH)


def banner(title: str, text: str, colour: str) -> Panel:
    """What matters most, big and calm."""
    said = Group(Text(title, style=f"bold {colour}"), Text(text))
    return Panel(said, box=box.HEAVY, border_style=colour, padding=(1, 3), expand=False)


def heading(text: str) -> str:
    return f"\n[bold cyan]{escape(text)}[/bold cyan]"


def tag(source: str) -> str:
    return f"[dim]({escape(source)})[/dim]"


def reason(r: Reason) -> str:
    """A reason with its source in brackets."""
    return f"{escape(r.words)} {tag(r.source)}"


def listed(texts: Iterable[str], *, numbered: bool = False, mark_with: str = "•") -> Table:
    """Points below each other."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column()
    for number, text in enumerate(texts, 1):
        grid.add_row(f" {number}." if numbered else f" {mark_with}", text)
    return grid


def show(parts: Iterable[RenderableType] | Sequence[RenderableType]) -> None:
    """Print the parts of a page."""
    out = console()
    for part in parts:
        out.print(part)


def _letter(command: str) -> Padding:
    return Padding(_("There is a letter to take along: {command}").format(command=f"[bold]{command}[/bold]"), (1, 1, 0, 1))


def _name(e: Planned) -> str:
    return _called(e.exercise)


def _called(id: str) -> str:
    return catalogue.load(id).name if id in catalogue.ids() else id
