"""Drawings made of strokes, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Floats
from viz.style import Theme, extent, figure, theme_of

GAP = 14.0  # pixels around a drawing, half of them its own
WIDTH = 1.6  # of a line


def drawings_figure(drawings: Sequence[Floats], *, columns: int = 0, side: float = 96, theme: str | Theme = "light") -> Figure:
    """Drawings (n, 3) in rows, each as large as its cell allows; about as wide as high unless `columns`."""
    tone = theme_of(theme)
    require(len(drawings) > 0, "there is no drawing to show")
    columns = columns or min(len(drawings), max(1, round((1.6 * len(drawings)) ** 0.5)))
    rows = -(-len(drawings) // columns)
    result = figure(tone, columns * (side + GAP) + GAP, rows * (side + GAP) + GAP)
    draw_drawings(drawings, columns, result.add_subplot(), theme=tone)
    return result


def draw_drawings(drawings: Sequence[Floats], columns: int, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The same on an Axes, whose unit becomes its pixel, y down.

    A drawing (n, 3) begins at (0, 0), pen down; each point is an offset from the one before, and 1 where the pen is lifted then.
    """
    tone, (width, height) = theme_of(theme), extent(ax)
    side = (width - GAP) / columns - GAP
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal", facecolor=tone.paper)
    ax.set_axis_off()
    for place, drawing in enumerate(drawings):
        row, column = divmod(place, columns)
        middle = np.array([column, row]) * (side + GAP) + GAP + side / 2
        lines = LineCollection(_fitted(strokes(drawing), middle, side), colors=tone.ink, linewidths=WIDTH, capstyle="round")
        ax.add_collection(lines, autolim=False)
    return ax


def strokes(drawing: Floats) -> list[Floats]:
    """The lines (k, 2) of a drawing (n, 3), in its own units; a stroke of one point is two at the same place."""
    require(drawing.ndim == 2 and drawing.shape[1] == 3, f"a drawing has shape {drawing.shape}, not (n, 3)")
    places = np.concatenate([np.zeros((1, 2)), np.cumsum(drawing[:, :2], axis=0)])
    ends = 1 + np.flatnonzero(drawing[:, 2] > 0.5)
    parts = [part for part in np.split(places, ends + 1) if len(part)]
    return [part if len(part) > 1 else np.repeat(part, 2, axis=0) for part in parts]


def _fitted(lines: Sequence[Floats], middle: Floats, side: float) -> list[Floats]:
    """The same lines around `middle`, `side` pixels long and high at most, all of one scale."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side / (max(high - low) or 1.0)
    return [(line - (low + high) / 2) * scale + middle for line in lines]
