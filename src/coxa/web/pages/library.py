"""The library: all exercises, found by words and filters; one exercise in full; and the pictures of each."""

from __future__ import annotations

from typing import Any, Literal, get_args

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from coxa.exercises import catalogue
from coxa.exercises.coaching import FaultRule
from coxa.exercises.model import Exercise
from coxa.exercises.search import PURPOSES, Wanted, choose
from coxa.exercises.terms import REGION_WORDS, Posture
from coxa.exercises.words import POSTURES, describe_dose, describe_source, describe_whom
from coxa.exercises.words import PURPOSES as PURPOSE_WORDS
from coxa.locales import SOURCE, Words, current, mark
from coxa.locales import gettext as _
from coxa.web import pictures
from coxa.web.page import page
from coxa.web.visitor import Maybe, config_of

router = APIRouter(include_in_schema=False)
#: What one has at home, as the catalogue names it.
THINGS: Words[str] = Words({
    "none": mark("nothing but the floor"), "chair": mark("a chair"), "band": mark("a band"), "step": mark("a step"),
    "pillow": mark("a pillow"), "weight": mark("a weight"),
})  # fmt: skip
PLACES: Words[str] = Words({
    "floor": mark("on the floor"), "lying": mark("lying"), "kneeling": mark("kneeling"), "standing": mark("standing"),
    "sitting": mark("sitting"),
})  # fmt: skip
LEVELS = ("1", "2", "3", "4", "5")


@router.get("/exercises")
def library(
    request: Request, visitor: Maybe, q: str = "", position: str = "", purpose: str = "", region: str = "", equipment: str = "",
    level: str = "",
) -> Response:  # fmt: skip
    """All exercises, or those that have all that was asked for."""
    wanted = Wanted(
        text=q.strip()[:100],
        position=_known(position, (*PLACES, *get_args(Posture))),
        purpose=_known(purpose, PURPOSES),
        region=_known(region, tuple(REGION_WORDS)),
        equipment=_known(equipment, tuple(THINGS)),
        level=_known(level, LEVELS),
    )
    found = choose(wanted)
    order = sorted(found, key=lambda e: (e.level, e.name.casefold()))
    return page(
        request, "library.html", visitor, here="library", exercises=[_card(e) for e in order], wanted=wanted, total=len(catalogue.ids()),
        positions=list(PLACES.items()), purposes=[(p, PURPOSE_WORDS[p]) for p in PURPOSES], things=list(THINGS.items()), levels=LEVELS,
        regions=[(id, _(words)) for id, words in REGION_WORDS.items()],
    )  # fmt: skip


@router.get("/exercises/{id}")
def exercise(request: Request, visitor: Maybe, id: str) -> Response:
    """One exercise in full."""
    if id not in catalogue.ids():
        raise HTTPException(404)
    e = catalogue.load(id)
    drawn = tuple(e.movement.faults) if e.movement else ()
    return page(
        request, "exercise.html", visitor, here="library", exercise=e, drawn=drawn, has_picture=e.movement is not None,
        has_camera_picture=e.movement is not None and e.coaching is not None,
        position_words=POSTURES[e.posture], purposes=[PURPOSE_WORDS[p] for p in e.purpose],
        doses=[(describe_dose(d), d.note, d.source, describe_source(d.source)) for d in e.doses],
        cautions=[(describe_whom(c), c) for c in e.cautions], blocks=[(describe_whom(b), b) for b in e.blocks],
        easier=_named(e.easier), harder=_named(e.harder), judged=_judged(e), needs=_needs(e),
        alt=_("{name}: {position}").format(name=e.name, position=e.position),
    )  # fmt: skip


@router.get("/exercises/{id}/{kind}.svg")
async def picture(request: Request, id: str, kind: str, side: str = "left", mistake: str | None = None) -> Response:
    """A picture: still, loop or camera; with `mistake`, the mistake beside the right way."""
    known: dict[str, pictures.Kind] = {"still": "still", "loop": "loop", "camera": "camera"}
    if kind not in known:
        raise HTTPException(404)
    return await _drawn(request, id, known[kind], side, mistake)


@router.get("/exercises/{id}/figure.glb")
async def figure(request: Request, id: str, side: str = "left", mistake: str | None = None) -> Response:
    """The moving figure in three dimensions; with `mistake`, doing it wrong."""
    return await _drawn(request, id, "figure", side, mistake)


async def _drawn(request: Request, id: str, kind: pictures.Kind, side: str, mistake: str | None) -> Response:
    leg: Literal["left", "right"] = "right" if side == "right" else "left"
    # Only where the camera stands is told in figures; the others hold no words but their title, which the page's own text says.
    language = current() if kind == "camera" else SOURCE
    wanted = pictures.Wanted(id, kind, leg, mistake, language)
    if not wanted.exists():
        raise HTTPException(404)
    return await pictures.answer(request, pictures_of(request), wanted)


def pictures_of(request: Request) -> pictures.Pictures:
    """The pictures of the app that answers."""
    state = request.app.state
    if not hasattr(state, "pictures"):
        state.pictures = pictures.Pictures(config_of(request).folder / "pictures")
    found: pictures.Pictures = state.pictures
    return found


def _known(value: str, known: tuple[str, ...]) -> str:
    """A filter's value; one that there is not filters nothing."""
    return value if value in known else ""


def _card(e: Exercise) -> dict[str, Any]:
    return {
        "id": e.id, "name": e.name, "why": e.why, "position": POSTURES[e.posture], "level": e.level, "drawn": e.movement is not None,
        "clinician_only": e.clinician_only, "off": e.default_off, "camera": e.guided_by == "camera",
        "purposes": [PURPOSE_WORDS[p] for p in e.purpose],
    }  # fmt: skip


def _named(ids: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(id, catalogue.load(id).name) for id in ids if id in catalogue.ids()]


def _needs(e: Exercise) -> list[str]:
    things = []
    for x in e.equipment:
        home = _("{thing} (at home: {instead})").format(thing=x.name, instead=x.at_home) if x.at_home else x.name
        things.append(home if x.needed else _("{thing}, if you like").format(thing=home))
    return things


def _judged(e: Exercise) -> list[tuple[str, bool, str]]:
    """Each mistake, whether a camera can judge it from somewhere, and what the person can do themselves."""
    if e.coaching is None:
        return []
    names = {m.fault: m.name for m in e.mistakes if m.fault}
    return [(names[rule.fault], _is_judged(rule), rule.self_check) for rule in e.coaching.faults if rule.fault in names]


def _is_judged(rule: FaultRule) -> bool:
    return "judged" in rule.views.values()
