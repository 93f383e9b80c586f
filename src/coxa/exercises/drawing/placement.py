"""Where the camera stands: the person, the phone, how far apart, how high, and what the lens sees."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from coxa.body.mannequin.skeleton import Floats
from coxa.errors import BadInput
from coxa.exercises.drawing.panel import SCALE, panel
from coxa.exercises.drawing.picture import MOVE, Picture, document, ruler
from coxa.exercises.drawing.props import Solid, upright
from coxa.exercises.drawing.stills import Drawn, Person
from coxa.exercises.drawing.view import View
from coxa.exercises.model import Exercise
from coxa.exercises.terms import View as CameraView
from coxa.locales import Words, mark, point
from coxa.locales import gettext as _

#: What a phone stands on at home, and how high that is, metres. Source: common furniture.
SURFACES: dict[str, float] = {"floor": 0.0, "chair": 0.45, "table": 0.75}
_NAMES = {"floor": ("floor", "Boden"), "chair": ("chair", "Stuhl"), "table": ("table", "Tisch")}
_USUAL_M = 2.0
#: Angle of view of a phone's camera to the left and right, held across and held upright.
_FOV_DEG, _FOV_UPRIGHT_DEG = 60.0, 46.0


@dataclass(frozen=True)
class Stand:
    """Where the camera stands.

    Attributes
    ----------
    view : str
    distance_m : float
        From the middle of the person.
    surfaces : tuple of str
        On which of `SURFACES` it may stand, the one to be drawn first.
    """

    view: CameraView
    distance_m: float
    surfaces: tuple[str, ...]

    @property
    def height_m(self) -> float:
        """Height of the lens above the floor: what it stands on, and a hand's breadth."""
        return SURFACES[self.surfaces[0]] + 0.12


def stand(exercise: Exercise) -> Stand:
    """Where the exercise's `[coaching]` puts the camera: its first view, and what its words say.

    Raises
    ------
    BadInput
        If the exercise is not followed by a camera.

    Examples
    --------
    >>> from coxa.exercises import catalogue
    >>> stand(catalogue.load("bridge", "en"))
    Stand(view='side', distance_m=2.0, surfaces=('floor', 'chair'))
    """
    if exercise.coaching is None:
        raise BadInput(f"draw: expected an exercise that a camera follows, got {exercise.id}, which has no [coaching]")
    text = exercise.coaching.camera
    said = re.search(r"(\d+(?:[.,]\d+)?) ?(?:m\b|met)", text, re.IGNORECASE)
    distance = float(said.group(1).replace(",", ".")) if said else _USUAL_M
    first = text.split(". ")[0]
    found = [(min(first.find(w) for w in words if w in first), name) for name, words in _NAMES.items() if any(w in first for w in words)]
    surfaces = tuple(name for _, name in sorted(found)) or ("chair",)
    return Stand(exercise.coaching.views[0], distance, surfaces)


def place_camera(exercise: Exercise, person: Person | None = None) -> Picture:
    """The camera-placement picture, seen obliquely from above.

    Parameters
    ----------
    exercise : Exercise
        One with `[movement]` and `[coaching]`.
    person : Person, optional

    Raises
    ------
    BadInput
        If either is missing.
    """
    drawn = Drawn(exercise, person or Person())
    where = stand(exercise)
    posed = drawn.posed("start")
    skin, _ = drawn.doll.points(posed)
    middle = (skin.min(axis=0) + skin.max(axis=0)) / 2 * np.array([1.0, 0.0, 1.0])
    azimuth = _azimuth(drawn, where.view)
    out = np.array([np.sin(np.radians(azimuth)), 0.0, np.cos(np.radians(azimuth))])
    if where.view == "feet-end":
        # measured from the feet
        middle = middle + out * float(((skin - middle) @ out).max())
    spot = middle + where.distance_m * out
    turn = 1.0 if drawn.person.side == "left" else -1.0
    view = View(azimuth - turn * 48.0, 33.0)
    solids = [*drawn.solids(posed), *_device(where, spot, azimuth, drawn)]
    drawing = panel(drawn.doll, posed, view, solids)

    def flat(points: Floats) -> Floats:
        return view.project(points)[..., :2]

    half = np.radians((_FOV_DEG if _lies(exercise) else _FOV_UPRIGHT_DEG) / 2)
    reach = float(((spot - skin) @ out).max()) + 0.3
    fan = [spot]
    for a in np.linspace(-half, half, 9):
        c, s = np.cos(a), np.sin(a)
        ray = -np.array([out[0] * c + out[2] * s, 0.0, -out[0] * s + out[2] * c])
        fan.append(spot + ray * reach)
    wedge = flat(np.array(fan))
    measure = flat(np.stack([spot, middle]) + np.array([0.0, 0.0, 0.0]))
    top = spot + np.array([0.0, where.height_m, 0.0])
    beside = view.axes[0] * 0.34 * (1.0 if flat(spot)[0] > flat(middle)[0] else -1.0)
    post = flat(np.stack([spot + beside, top + beside]))
    aside = float(np.sign(post[0][0] - flat(spot)[0]))
    label = post + np.array([aside * 0.46, 0.0])
    everything = np.concatenate([np.stack([drawing.low, drawing.high]), wedge, post, *([label] if where.height_m > 0.2 else [])])
    low = everything.min(axis=0) * SCALE - np.array([26.0, 16.0])
    high = everything.max(axis=0) * SCALE + np.array([26.0, 22.0])
    size = np.ceil(high - low)
    bold = float(np.clip(size[0] / 420.0, 1.0, 1.6))
    letters = 17.0 * bold

    def place(points: Floats) -> Floats:
        return points * SCALE - low

    fan_path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in place(wedge)) + "z"
    shapes = [
        f'<rect width="{size[0]:.0f}" height="{size[1]:.0f}" fill="#fff"/>',
        f'<path d="{fan_path}" fill="{MOVE}" fill-opacity=".12" stroke="{MOVE}" stroke-width="{1.2 * bold:.1f}" '
        f'stroke-dasharray="{5 * bold:.0f} {4 * bold:.0f}" stroke-linejoin="round"/>',
        f'<g transform="translate({-low[0]:.1f} {-low[1]:.1f})">{drawing.drawn(bold)}</g>',
        ruler(place(measure), point(f"{where.distance_m:g}") + " m", letters, bold),
    ]
    if where.height_m > 0.2:
        shapes.append(ruler(place(post), point(f"{where.height_m:.1f}") + " m", letters, bold, beside=aside))
    alt = _describe(exercise, where)
    return Picture(f"{exercise.id}.camera.svg", alt, document(exercise.name, alt, size[0], size[1], shapes))


def _lies(exercise: Exercise) -> bool:
    """Whether the phone is held across, as for whoever lies, rather than upright."""
    return exercise.posture not in ("standing", "half-kneeling", "sitting")


def _azimuth(drawn: Drawn, view: CameraView) -> float:
    """On which side of the person the camera stands, degrees; 0 is world +z."""
    turn = 1.0 if drawn.person.side == "left" else -1.0
    if view == "feet-end":
        posed = drawn.posed("start")
        along = (posed.joint("foot_left") + posed.joint("foot_right")) / 2 - posed.joint("head")
        return float(np.degrees(np.arctan2(along[0], along[2])))
    coaching = drawn.exercise.coaching
    diagonal = 130.0 if coaching is not None and coaching.end == "head" else 40.0
    return turn * {"front": 0.0, "side": 90.0, "diagonal": diagonal, "raised": 0.0}[view]


def _device(where: Stand, spot: Floats, azimuth: float, drawn: Drawn) -> list[Solid]:
    """A phone that looks at the person, drawn a little larger than it is, and what it stands on."""

    def stood(shape: str, size: tuple[float, float, float], on: float, turned_deg: float) -> Solid:
        half = np.array([size[0] / 2, 0.0, size[2] / 2])
        foot = spot + np.array([0.0, on, 0.0])
        thing = upright(shape, foot - half, foot + half + np.array([0.0, size[1], 0.0]), turned_deg)
        return Solid("phone" if shape == "phone" else "stand", thing.points, thing.normals, thing.triangles)

    height = SURFACES[where.surfaces[0]]
    things = []
    if where.surfaces[0] == "chair":
        things.append(stood("chair", (0.40, height, 0.40), 0.0, azimuth + 180.0))
    elif where.surfaces[0] == "table":
        things.append(stood("table", (0.90, height, 0.60), 0.0, azimuth))
    wide, tall = (0.30, 0.17) if _lies(drawn.exercise) else (0.17, 0.30)
    things.append(stood("phone", (wide, tall, 0.024), height, azimuth))
    return things


_SEEN: Words[CameraView] = Words(
    {
        # Translators: after "It is" (the camera)
        "front": mark("in front of the person"),
        # Translators: after "It is" (the camera)
        "side": mark("at the person's side"),
        # Translators: after "It is" (the camera)
        "diagonal": mark("diagonally in front of the person"),
        # Translators: after "It is" (the camera)
        "feet-end": mark("at the person's feet"),
        # Translators: after "It is" (the camera)
        "raised": mark("in front of the person, looking down"),
    }
)
# Translators: after "It is" (the camera)
_AT_THE_HEAD = mark("half-way between the person's side and head")
_ON: Words[str] = Words(
    {
        "floor": mark("on the floor"),
        "chair": mark("on a chair"),
        "table": mark("on a table"),
    }
)


def _describe(exercise: Exercise, where: Stand) -> str:
    first, *others = (_ON[name] for name in where.surfaces)
    for other in others:
        first = _("{one} or {other}").format(one=first, other=other)
    at_the_head = where.view == "diagonal" and exercise.coaching is not None and exercise.coaching.end == "head"
    text = _(
        "{name}: where the camera stands. It is {where}, about {distance} metres away, {surface}; in the picture the lens is "
        "{height} metres above the floor. A shaded fan on the floor is what it sees: the whole person."
    )
    return text.format(
        name=exercise.name, where=_(_AT_THE_HEAD) if at_the_head else _SEEN[where.view],
        distance=point(f"{where.distance_m:g}"), surface=first,
        height=point(f"{where.height_m:.1f}"),
    )  # fmt: skip
