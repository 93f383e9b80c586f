"""The animation without three dimensions: an SVG that shows one drawing after another, for ever."""

from __future__ import annotations

import numpy as np

from coxa.body.mannequin.skeleton import Floats
from coxa.exercises.drawing.panel import SCALE, Panel, panel
from coxa.exercises.drawing.picture import Picture, document
from coxa.exercises.drawing.stills import Drawn, Person
from coxa.exercises.drawing.words import describe_positions
from coxa.exercises.model import Exercise

FPS = 10.0
#: Poses whose joints are nearer than this share one drawing: a still hold costs one, and the way back those of the way there.
_ALIKE_M = 0.014
#: More drawings make the file too heavy for a page.
_MOST = 22
_MARGIN = 12.0


def animate(exercise: Exercise, person: Person | None = None) -> Picture:
    """The exercise as an endless animated SVG.

    Whoever has asked their device for less motion sees the peak, at rest.

    Parameters
    ----------
    exercise : Exercise
    person : Person, optional

    Raises
    ------
    BadInput
        If the exercise has no `[movement]`.
    """
    drawn = Drawn(exercise, person or Person(), fps=FPS)
    posed = drawn.moving.posed
    alike = _ALIKE_M
    shown, order = _sorted_out(posed.origins, alike)
    while len(shown) > _MOST:
        alike *= 1.15
        shown, order = _sorted_out(posed.origins, alike)
    panels = [_frame(drawn, k) for k in shown]
    low = np.min([p.low for p in panels], axis=0) * SCALE - _MARGIN
    high = np.max([p.high for p in panels], axis=0) * SCALE + _MARGIN
    size = np.ceil(high - low)
    bold = float(np.clip(size[0] / 260.0, 1.0, 1.5))
    period = len(order) / FPS
    rest = order[drawn.moving.key_frames["peak"]]
    rules, shapes = [], [f'<rect width="{size[0]:.0f}" height="{size[1]:.0f}" fill="#fff"/>']
    for k, drawing in enumerate(panels):
        name = f"{exercise.id}-{k}"
        rules.append(f"@keyframes {name}{{{_times(order, k)}}}")
        still = "" if k == rest else ";visibility:hidden"
        style = f"animation:{name} {period:g}s step-end infinite{still}"
        shapes.append(f'<g class="coxa-frame" style="{style}" transform="translate({-low[0]:.1f} {-low[1]:.1f})">{drawing.drawn(bold)}</g>')
    calm = "@media (prefers-reduced-motion:reduce){.coxa-frame{animation:none!important}}"
    alt = describe_positions(drawn)
    data = document(exercise.name, alt, size[0], size[1], shapes, bold=bold, style=f"<style>{''.join(rules)}{calm}</style>")
    return Picture(f"{exercise.id}.loop.svg", alt, data)


def _frame(drawn: Drawn, frame: int) -> Panel:
    posed = drawn.moving.posed[frame]
    return panel(drawn.doll, posed, drawn.view, drawn.solids(posed, drawn.moving.props, frame), glow=drawn.glow, plain=True)


def _sorted_out(origins: Floats, alike: float) -> tuple[list[int], list[int]]:
    """Which frames to draw, and for every frame the number of the drawing that stands for it."""
    shown: list[int] = []
    order = []
    for k in range(len(origins)):
        gaps = [float(np.abs(origins[k] - origins[s]).max()) for s in shown]
        if gaps and min(gaps) < alike:
            order.append(int(np.argmin(gaps)))
        else:
            order.append(len(shown))
            shown.append(k)
    return shown, order


def _times(order: list[int], drawing: int) -> str:
    """When a drawing is seen, as the steps of a CSS animation."""
    steps = []
    for k, number in enumerate(order):
        if k == 0 or (number == drawing) != (order[k - 1] == drawing):
            steps.append(f"{100 * k / len(order):.4g}%{{visibility:{'visible' if number == drawing else 'hidden'}}}")
    return "".join(steps)
