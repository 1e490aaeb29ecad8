"""Weights as matrices, a row a target neuron and a column a source neuron, with how often each strength occurs."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neatcore.interfaces import Array
from substrates.geometry import Projection, Substrate
from substrates.networks import Synapses
from viz.fields import BETWEEN, EDGE, FOOT, HEAD, MOST, WIDTH, head, key, left_out, matrices, means, strongest
from viz.sheets import Sketch, Tint
from viz.style import INCH, Theme, dress, theme_of

SIDE = 440.0  # pixels of a matrix, at most
CELLS = 440  # rows or columns beyond which neighbours are averaged
CELL = 26.0  # pixels of a cell, at most
LEFT = 34.0  # room for the words beside it
HISTOGRAM = 150.0  # pixels high
BINS = 24
FEW = 40  # links, fewer of which need no histogram


def matrix_figure(synapses: Synapses, *, theme: str | Theme = "light") -> Figure:
    """The weights of the first network, projection by projection; grey is no link. Beside each its histogram of links' weights."""
    tone, substrate = theme_of(theme), synapses.substrate
    shown = substrate.projections[:MOST]
    tables = matrices(synapses)[:MOST]
    sizes = [_size(weights) for weights in tables]
    counted = [weights.size >= FEW for weights in tables]
    heights = [max(high + 22.0, HISTOGRAM + 54.0 if many else 0.0) for (high, _), many in zip(sizes, counted)]
    sketch = Sketch(tone, WIDTH, 2 * EDGE + FOOT + sum(HEAD + height + BETWEEN for height in heights))
    tint, top = Tint(tone, strongest(synapses)), EDGE
    for pair, (high, wide), height, many, weights in zip(shown, sizes, heights, counted, tables):
        step = -(-max(weights.shape) // CELLS)
        head(sketch, top, substrate.title(pair), _details(weights, step))
        left, right, upper, lower = sketch.image(
            tint(means(weights, step)), EDGE + LEFT + wide / 2, top + HEAD + high / 2, max(high, wide)
        )
        _name_sides(sketch, substrate, pair, (left, right, upper, lower))
        if many:
            place = WIDTH - EDGE - 165, top + HEAD + 26, 160.0, HISTOGRAM
            draw_histogram(weights, _axes(sketch, *place), tint, theme=tone)
        top += HEAD + height + BETWEEN
    key(sketch, tint, top + FOOT / 2, left_out(substrate))
    return sketch.done()


def draw_histogram(weights: Array, ax: Axes, tint: Tint, *, theme: str | Theme = "light") -> Axes:
    """How many links have which weight; what is not a link is left out."""
    tone = theme_of(theme)
    edges = np.linspace(-tint.largest, tint.largest, BINS + 1)
    counts, _ = np.histogram(weights[weights != 0], edges)
    middles = (edges[1:] + edges[:-1]) / 2
    colours = tint(middles) / 255.0
    ax.bar(middles, counts, width=0.86 * (edges[1] - edges[0]), color=colours, linewidth=0)
    dress(ax, tone, "weight", "links", whole=True)
    ax.set(xlim=(-1.02 * tint.largest, 1.02 * tint.largest), ylim=(0, max(1, counts.max()) * 1.04))
    return ax


def _size(weights: Array) -> tuple[float, float]:
    """Height and width of a matrix in pixels."""
    rows, columns = weights.shape
    cell = min(CELL, SIDE / max(rows, columns))
    return max(2.0, cell * rows), max(2.0, cell * columns)


def _details(weights: Array, step: int) -> str:
    share = np.count_nonzero(weights) / weights.size
    words = f"{np.count_nonzero(weights):,} of {weights.size:,} links, {100 * share:.3g} %"
    return words if step == 1 else f"{words}.  Each cell is the mean of {step} × {step} weights, no link counting as 0"


def _name_sides(sketch: Sketch, substrate: Substrate, pair: Projection, box: tuple[float, float, float, float]) -> None:
    """The source sheet below, the target sheet to the left, with how many neurons they have."""
    left, _, upper, lower = box
    source, target = substrate.sheets[pair.source], substrate.sheets[pair.target]
    sketch.words(left, lower + 10, f"from {source.name}, {len(source):,}", size=10.5)
    tall = lower - upper > 70
    text = f"to {target.name}, {len(target):,}" if tall else f"{len(target):,}"
    place = {"rotation": 90, "va": "bottom"} if tall else {"va": "center"}
    sketch.ax.text(
        left - 6, lower if tall else (upper + lower) / 2, text, fontsize=10.5, ha="right", color=sketch.tone.muted, **place
    )


def _axes(sketch: Sketch, left: float, top: float, width: float, height: float) -> Axes:
    """Axes in a place of a sketch."""
    wide, high = sketch.figure.get_size_inches() * INCH
    return sketch.figure.add_axes((left / wide, 1 - (top + height) / high, width / wide, height / high))
