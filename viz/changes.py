"""A text, and under every character how far the weights of the network that reads it moved there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Array, Floats
from viz.sheets import Sketch, Tint
from viz.style import Theme, theme_of

COLUMNS, EDGE = 72, 8.0  # characters in a line; pixels around
CELL, LETTER, STRIP, BETWEEN = 9.8, 17.0, 5.0, 9.0  # pixels: width of a character, its height, a gate's strip, the space below
HEAD = 34.0
FULL = 98.0  # the percentile of changes that has the strongest colour
NEW_LINE = "↵"


def changes_figure(
    symbols: Sequence[str], changes: Floats, gates: Sequence[str], *, columns: int = COLUMNS, theme: str | Theme = "light"
) -> Figure:
    """Characters in lines, and under each a strip for each gate, the stronger the more its matrix changed there.

    symbols: T characters. changes: (T, G). gates: a letter for each.
    """
    require(len(symbols) == len(changes), f"{len(symbols)} characters, and changes of {len(changes)}")
    require(len(symbols) > 0, "there is no text to show changes along")
    require(changes.shape[1] == len(gates), f"{len(gates)} names for {changes.shape[1]} gates")
    high, rows = LETTER + STRIP * len(gates) + BETWEEN, -(-len(symbols) // columns)
    sketch = Sketch(theme_of(theme), 2 * EDGE + CELL * columns, 2 * EDGE + HEAD + high * rows)
    full = float(np.percentile(changes, FULL)) or 1.0
    tint = Tint(sketch.tone, full, links=False)
    _key(sketch, tint, full, gates)
    for row in range(rows):
        line = slice(row * columns, (row + 1) * columns)
        _line(sketch, symbols[line], tint(changes[line]), EDGE + HEAD + row * high)
    return sketch.done()


def _line(sketch: Sketch, symbols: Sequence[str], colours: Array, top: float) -> None:
    """One line of characters and the strips under them; colours: (K, G, 4)."""
    for place, symbol in enumerate(symbols):
        x = EDGE + CELL * (place + 0.5)
        shown = NEW_LINE if symbol == "\n" else symbol
        sketch.ax.text(
            x,
            top + LETTER / 2,
            shown,
            color=sketch.tone.faint if symbol == "\n" else sketch.tone.ink,
            fontsize=12,
            family="monospace",
            ha="center",
            va="center",
            parse_math=False,
        )
        for gate, colour in enumerate(colours[place]):
            _box(sketch, x - CELL / 2, top + LETTER + gate * STRIP, CELL, STRIP - 0.8, colour)


def _box(sketch: Sketch, left: float, top: float, width: float, height: float, colour: Array) -> None:
    corners = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
    sketch.polygon(np.array(corners), colour)


def _key(sketch: Sketch, tint: Tint, full: float, gates: Sequence[str]) -> None:
    """What the colours mean."""
    steps = 32
    for place in range(steps):
        _box(sketch, EDGE + place * 3.0, EDGE + 6, 3.0, 10.0, tint(np.array([full * place / (steps - 1)]))[0])
    order = f"; from the top: gates {', '.join(gates)}" if len(gates) > 1 else ""
    words = f"0 to {full:.2g}: change of recurrent weights at this character, as a share of their norm{order}"
    sketch.words(EDGE + steps * 3.0 + 8, EDGE + 11, words, size=10.5)
