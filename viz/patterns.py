"""Pictures that CPPNs paint: what each node holds, sheets of pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from neatcore.activations import NAMES
from neatcore.canvas import COLOUR, GREY, INPUTS
from neatcore.errors import require
from neatcore.genome import BIAS, INPUT, OUTPUT, Genome
from neatcore.interfaces import Array
from viz.geometry import Drawing
from viz.layout import Layout, lay_out
from viz.style import Theme, extent, figure, theme_of

TILE = 84.0  # pixels of the shorter side of a node's picture
WORDS = 28.0  # two lines below it
EDGE = 24.0  # around everything
ASIDE = 40.0  # between the outputs and the finished picture
PICTURE = 2.4  # times as large as a node's picture is the finished one
GAP = 10.0  # between the pictures of a sheet


def features_figure(genome: Genome, maps: Mapping[int, Array], picture: Array, *, theme: str | Theme = "light") -> Figure:
    """What every node of a network holds, in layers from the inputs on, and the finished picture at the end.

    maps: (H, W) by node id. In each, orange is below zero and blue above; the largest size is written below.
    """
    tone, layout = theme_of(theme), lay_out(genome)
    missing = set(layout.places) - set(maps)
    require(not missing, f"there is no map of node {min(missing, default=0)}")
    wide = TILE * max(1.0, picture.shape[1] / picture.shape[0])
    high = TILE * max(1.0, picture.shape[0] / picture.shape[1])
    step, unit = wide + 44, high + WORDS + 12
    low, top = _reach(layout, unit, high)
    width = 2 * EDGE + (layout.layers - 1) * step + wide + ASIDE + PICTURE * wide
    height = 2 * EDGE + max(top - low, PICTURE * high + WORDS)
    result = figure(tone, width, height)
    ax = result.add_subplot()
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal", facecolor=tone.paper)
    ax.set_axis_off()
    drawing = Drawing(layout, False, (EDGE + wide / 2, (height - low - top) / 2), step, unit, (0, width, 0, height))
    _draw_links(genome, drawing, ax, tone)
    for node in genome.nodes.tolist():
        _draw_map(ax, drawing.node(node[0]), (wide, high), maps[node[0]], _words(genome, node), tone)
    room = EDGE + WORDS + PICTURE * high / 2, height - EDGE - PICTURE * high / 2
    answers = [drawing.node(node)[1] for node in genome.nodes["id"][genome.nodes["kind"] == OUTPUT].tolist()]
    start = width - EDGE - PICTURE * wide, float(np.clip(np.mean(answers), *room))
    _draw_picture(ax, start, (PICTURE * wide, PICTURE * high), picture, tone)
    return result


def _reach(layout: Layout, unit: float, high: float) -> tuple[float, float]:
    """Lowest and highest pixel of pictures, their words and bent links, where height 0 is at 0."""
    nodes = [place[1] * unit for place in layout.places.values()]
    bends = [place[1] * unit for path in layout.bends.values() for place in path]
    return min(min(nodes) - high / 2 - WORDS, *bends, 0.0), max(max(nodes) + high / 2, *bends, 0.0)


def sheet_figure(
    pictures: Sequence[Array], words: Sequence[str], *, columns: int = 0, side: float = 128, theme: str | Theme = "light"
) -> Figure:
    """Pictures (H, W) or (H, W, 3) of one size in rows, each with its words below; about as wide as high unless `columns`."""
    tone = theme_of(theme)
    require(len(pictures) > 0 and len(words) == len(pictures), f"{len(words)} words for {len(pictures)} pictures")
    columns = columns or min(len(pictures), max(1, round((1.6 * len(pictures)) ** 0.5)))
    rows = -(-len(pictures) // columns)
    high = side * pictures[0].shape[0] / pictures[0].shape[1]
    below = 18.0 if any(words) else 0.0
    width, height = columns * (side + GAP) + GAP, rows * (high + below + GAP) + GAP
    result = figure(tone, width, height)
    draw_sheet(pictures, words, columns, result.add_subplot(), theme=tone)
    return result


def draw_sheet(pictures: Sequence[Array], words: Sequence[str], columns: int, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The same on an Axes, whose unit becomes its pixel."""
    tone, (width, height) = theme_of(theme), extent(ax)
    side = (width - GAP) / columns - GAP
    high, below = side * pictures[0].shape[0] / pictures[0].shape[1], 18.0 if any(words) else 0.0
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal", facecolor=tone.paper)
    ax.set_axis_off()
    for place, (picture, word) in enumerate(zip(pictures, words, strict=True)):
        left = GAP + place % columns * (side + GAP)
        top = height - GAP - place // columns * (high + below + GAP)
        _show(ax, picture, (left, left + side, top - high, top), tone)
        ax.text(left + side / 2, top - high - 4, word, color=tone.muted, fontsize=10, ha="center", va="top")
    return ax


@cache
def diverging(theme: Theme) -> LinearSegmentedColormap:
    """From the strongest negative weight's colour through the paper to the strongest positive one's."""
    half = len(theme.weights) // 2
    stops = [theme.weights[0], theme.weights[half - 2], theme.paper, theme.weights[half + 1], theme.weights[-1]]
    return LinearSegmentedColormap.from_list(f"weights-{theme.name}", stops)


def _words(genome: Genome, node: tuple[int, int, int]) -> str:
    """A node's name, or its number and its function."""
    number, kind, activation = node
    if kind == BIAS:
        return "bias"
    if kind == INPUT:
        place = int(np.count_nonzero((genome.nodes["kind"] == INPUT) & (genome.nodes["id"] < number)))
        return INPUTS[place] if place < len(INPUTS) else f"input {place + 1}"
    name = NAMES[activation].replace("_", " ")
    if kind != OUTPUT:
        return f"{number}: {name}"
    outputs = genome.nodes["id"][genome.nodes["kind"] == OUTPUT].tolist()
    titles = {len(names): names for names in (GREY, COLOUR)}.get(len(outputs))
    return f"{titles[outputs.index(number)] if titles else number}: {name}"


def _draw_map(ax: Axes, middle: tuple[float, float], size: tuple[float, float], values: Array, words: str, tone: Theme) -> None:
    """One node: its values from orange to blue, and below its words and the largest size of a value."""
    (x, y), (wide, high) = middle, size
    largest = float(np.abs(values).max())
    scale = largest or 1.0
    box = (x - wide / 2, x + wide / 2, y - high / 2, y + high / 2)
    ax.imshow(values, cmap=diverging(tone), vmin=-scale, vmax=scale, extent=box, interpolation="antialiased", zorder=4)
    ax.add_patch(Rectangle((box[0], box[2]), wide, high, facecolor="none", edgecolor=tone.muted, linewidth=0.8, zorder=5))
    behind = {"facecolor": tone.paper, "alpha": 0.8, "linewidth": 0, "pad": 0.5}  # words stand out from the links they cross
    ax.text(x, box[2] - 4, words, color=tone.ink, fontsize=9, ha="center", va="top", zorder=5, bbox=behind)
    ax.text(x, box[2] - 16, f"±{largest:.3g}", color=tone.muted, fontsize=8, ha="center", va="top", zorder=5, bbox=behind)


def _draw_picture(ax: Axes, start: tuple[float, float], size: tuple[float, float], picture: Array, tone: Theme) -> None:
    """The finished picture, right of `start`."""
    (left, middle), (wide, high) = start, size
    _show(ax, picture, (left, left + wide, middle - high / 2, middle + high / 2), tone)
    ax.text(left + wide / 2, middle - high / 2 - 6, "picture", color=tone.ink, fontsize=11, ha="center", va="top")


def _draw_links(genome: Genome, drawing: Drawing, ax: Axes, tone: Theme) -> None:
    """The enabled links behind the pictures, strong ones last and wide."""
    links = genome.links[genome.links["enabled"]]
    sizes = np.abs(links["weight"])
    largest = float(sizes.max(initial=0)) or 1.0
    for innovation, source, target, weight, _ in links[np.argsort(sizes, kind="stable")].tolist():
        path = drawing.link(innovation, source, target)
        stroke = PathPatch(path, facecolor="none", edgecolor=tone.weight(weight / largest), capstyle="butt")
        stroke.set(linewidth=0.8 + 2.4 * abs(weight) / largest, gid=f"link-{innovation}", zorder=2)
        ax.add_patch(stroke)


def _show(ax: Axes, picture: Array, box: tuple[float, float, float, float], tone: Theme) -> None:
    """A picture in left, right, bottom and top, with a thin frame: white ones end somewhere too."""
    ax.imshow(picture, cmap="gray", vmin=0, vmax=255, extent=box, interpolation="antialiased")
    left, right, bottom, top = box
    ax.add_patch(Rectangle((left, bottom), right - left, top - bottom, facecolor="none", edgecolor=tone.faint, linewidth=0.8))
