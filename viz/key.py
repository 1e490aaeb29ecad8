"""The key below a drawn network: what its colours, dashes and curves stand for; only what occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from neatcore.activations import NAMES
from neatcore.genome import HIDDEN, OUTPUT, Genome
from viz.glyphs import Pen
from viz.style import Theme

ROW = 20.0  # pixels
SIGN = 24.0  # pixels of a sign, before its words
LETTER = 6.6  # mean pixels of a letter
Sign = Callable[[Axes, Theme, float, float], None]


def draw_key(genome: Genome, recurrent: frozenset[int], ax: Axes, tone: Theme, *, disabled: bool) -> None:
    """Write the key into the bottom left corner of an Axes whose unit is the pixel."""
    signs = list(_signs(genome, recurrent, disabled=disabled))
    places = _flow([words for words, _ in signs], ax.get_xlim()[1])
    rows = places[-1][1]
    for (words, sign), (x, row) in zip(signs, places):
        y = (rows - row + 0.5) * ROW
        sign(ax, tone, x, y)
        ax.text(x + SIGN, y, words, color=tone.muted, fontsize=11.5, va="center_baseline")


def key_height(genome: Genome, recurrent: frozenset[int], width: float, *, disabled: bool) -> float:
    """Pixels that the key takes in an Axes of that width."""
    places = _flow([words for words, _ in _signs(genome, recurrent, disabled=disabled)], width)
    return (places[-1][1] + 1) * ROW


def _signs(genome: Genome, recurrent: frozenset[int], *, disabled: bool) -> Iterator[tuple[str, Sign]]:
    enabled = genome.links["enabled"]
    weights = genome.links["weight"][enabled]
    for sign, word in ((1, "positive"), (-1, "negative")):
        reach = float(np.max(sign * weights, initial=0))
        if reach > 0:
            yield f"{word} weight, up to {sign * reach:+.2g}".replace("-", "−"), partial(_line, share=0.99 * sign, dashes="-")
    if recurrent:
        yield "recurrent", partial(_line, share=0.0, dashes=(0, (3, 1.6)))
    if plastic_links(genome):
        yield "plastic", _bead
    if disabled and not enabled.all():
        yield "disabled", partial(_line, share=0.0, dashes=(0, (1, 2)))
    for activation in np.unique(genome.nodes["activation"][np.isin(genome.nodes["kind"], (OUTPUT, HIDDEN))]).tolist():
        yield NAMES[activation], partial(_curve, activation=activation)


def _line(ax: Axes, tone: Theme, x: float, y: float, *, share: float, dashes: str | tuple[float, tuple[float, ...]]) -> None:
    colour, width = (tone.weight(share), 3.0) if share else (tone.muted, 1.4)
    ax.plot([x, x + SIGN - 7], [y, y], color=colour, linewidth=width, linestyle=dashes)


def _bead(ax: Axes, tone: Theme, x: float, y: float) -> None:
    _line(ax, tone, x, y, share=0.0, dashes="-")
    ax.plot(x + (SIGN - 7) / 2, y, "o", markersize=5.5, markerfacecolor=tone.paper, markeredgecolor=tone.muted, markeredgewidth=1.4)


def plastic_links(genome: Genome) -> frozenset[int]:
    """The innovation numbers of enabled links whose rule has a learning rate."""
    if genome.rules is None:
        return frozenset()
    moves = genome.rules[genome.links["rule"]].any(axis=1) & genome.links["enabled"]
    return frozenset(genome.links["innovation"][moves].tolist())


def _curve(ax: Axes, tone: Theme, x: float, y: float, *, activation: int) -> None:
    Pen(ax, tone, 8).node(x + 8, y, HIDDEN, activation)


def _flow(words: list[str], width: float) -> list[tuple[float, int]]:
    """Left edge and row of each sign, wrapped at `width`."""
    places, x, row = [], 0.0, 0
    for word in words:
        room = SIGN + LETTER * len(word) + 14
        if x > 0 and x + room > width:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += room
    return places
