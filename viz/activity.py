"""A network at work from inside: what its neurons hold, sheet by sheet, at some moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Array
from substrates.geometry import Sheet, Substrate
from viz.fields import EDGE, WIDTH
from viz.sheets import Sketch, Tint, as_image, draw_ground, draw_sheet, kind_of
from viz.style import Theme, theme_of

LEFT, TOP, GAP = 96.0, 24.0, 10.0


@dataclass(frozen=True)
class Moment:
    """What the neurons hold, (N,) of each sheet; `title` says when."""

    title: str
    values: Sequence[Array]


def activity_figure(substrate: Substrate, moments: Sequence[Moment], *, theme: str | Theme = "light") -> Figure:
    """A column a moment, a row a sheet, the inputs on top. Every sheet has a scale of its own, written beside it."""
    tone = theme_of(theme)
    require(len(moments) > 0, "there is no moment to draw")
    step = (WIDTH - LEFT - EDGE) / max(len(moments), 4)
    side = step - GAP
    heights = [side * _tall(sheet) + GAP for sheet in substrate.sheets]
    sketch = Sketch(tone, WIDTH, 2 * EDGE + TOP + sum(heights))
    for column, moment in enumerate(moments):
        sketch.words(LEFT + (column + 0.5) * step, EDGE + 8, moment.title, size=10.5, ha="center")
    top = EDGE + TOP
    for place, (sheet, height) in enumerate(zip(substrate.sheets, heights)):
        table = np.array([moment.values[place] for moment in moments], np.float64)
        tint, words = scale_of(table, tone)
        middle = top + (height - GAP) / 2
        sketch.words(LEFT - 8, middle - 7, sheet.name, quiet=False, ha="right")
        sketch.words(LEFT - 8, middle + 8, words, size=10, ha="right")
        for column, values in enumerate(table):
            box = LEFT + (column + 0.5) * step, middle, side
            draw_sheet(sketch, sheet, values, box, tint, sized=False)
            draw_ground(sketch, sheet, box, sized=False)
        top += height
    return sketch.done()


def scale_of(values: Array, tone: Theme) -> tuple[Tint, str]:
    """Colours for all values of a sheet, and their range in words: around 0 where there are signs, else from the least on."""
    low, high = float(values.min()), float(values.max())
    if low < 0 < high:
        most = max(-low, high)
        return Tint(tone, most, links=False), f"±{most:.3g}"
    words = _short(low) if low == high else f"{_short(low)} … {_short(high)}"
    return Tint(tone, high - low or 1.0, links=False, low=high if high <= 0 else low), words


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", "−") if abs(value) >= 0.0005 else "0"


def _tall(sheet: Sheet) -> float:
    """Height over width of a sheet's picture."""
    if kind_of(sheet) not in ("grid", "row"):
        return 1.0
    high, wide = as_image(sheet, np.zeros(len(sheet))).shape
    return min(1.0, max(high / wide, 0.3)) if kind_of(sheet) == "grid" else 0.3
