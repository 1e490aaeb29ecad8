"""A substrate in space: its sheets as lines, rings and tilted planes, its strongest links between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from neatcore.interfaces import Array, Floats
from substrates.geometry import Sheet, Substrate
from substrates.networks import Synapses
from viz.fields import matrices, strongest
from viz.sheets import flat, kind_of
from viz.style import LETTER, Theme, extent, figure, theme_of

WIDTH = 720.0
STRONGEST = 300  # links
LEAN, DEPTH = 0.34, 0.42  # of a tilted plane: how far its back stands to the right, and how high it looks
GAP = 1.25  # between tilted planes
NAMED = 14  # neurons in a row, of which names are written
GOLDEN = 0.6180339887  # multiples of it are spread evenly over [0, 1) (Weyl 1916)


@dataclass(frozen=True)
class View:
    """Where neurons are on the page, sheet by sheet (N, 2), right and up; outlines (K, 2) of the planes they lie in."""

    places: Sequence[Floats]
    outlines: Sequence[Floats | None]
    tilted: bool


def space_figure(
    synapses: Synapses,
    *,
    names: tuple[Sequence[str] | None, Sequence[str] | None] = (None, None),
    theme: str | Theme = "light",
    width: float = WIDTH,
) -> Figure:
    """A Figure of the substrate, as high as it needs."""
    view = view_of(synapses.substrate)
    everything = _everything(view)
    wide, high = np.ptp(everything, axis=0)
    scale = min((width - 190) / max(float(wide), 1e-9), 560 / max(float(high), 1e-9))
    result = figure(theme, width, min(max(float(high) * scale, 120) + 74, 660))
    draw_space(synapses, result.add_subplot(), names=names, theme=theme)
    return result


def draw_space(
    synapses: Synapses,
    ax: Axes,
    *,
    names: tuple[Sequence[str] | None, Sequence[str] | None] = (None, None),
    theme: str | Theme = "light",
) -> Axes:
    """The neurons of the first network and its strongest links: width and colour by weight. The unit becomes the Axes' pixel."""
    tone, substrate = theme_of(theme), synapses.substrate
    width, height = extent(ax)
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal", facecolor=tone.paper)
    ax.set_axis_off()
    view = _fitted(view_of(substrate), width, height)
    for outline in view.outlines:  # behind all links, whose colours would else differ
        if outline is not None:
            ax.add_patch(Polygon(outline, facecolor=tone.grid, alpha=0.55, edgecolor=tone.faint, linewidth=0.8, zorder=1))
    counts = _draw_links(synapses, view, ax, tone)
    for place, places in enumerate(view.places):
        size = min(6.0, max(1.4, 90 / len(places) ** 0.5 / (2.4 if view.tilted else 1.0)))
        role = substrate.sheets[place].role
        face = {"input": tone.paper, "hidden": tone.muted, "output": tone.ink}[role]
        edge = tone.muted if role == "hidden" else tone.ink
        dots = ax.plot(*places.T, "o", mfc=face, mec=edge, ms=size, mew=min(1.0, size / 3), zorder=3)
        dots[0].set_gid(f"sheet-{place}")
    _write_names(substrate, view, ax, tone, names)
    ax.text(10, 12, counts, color=tone.muted, fontsize=10.5, va="center")
    return ax


def strongest_links(synapses: Synapses, most: int = STRONGEST) -> tuple[Array, Array, Array, Array]:
    """Projection, target, source and weight of the first network's strongest links, weak ones first; equal ones spread evenly."""
    rows, values = [], []
    for place, weights in enumerate(matrices(synapses)):
        targets, sources = np.nonzero(weights)
        rows.append(np.stack([np.full(len(targets), place), targets, sources], axis=1))
        values.append(weights[targets, sources])
    table, sizes = np.concatenate(rows), np.concatenate(values)
    scattered = np.arange(len(table)) * GOLDEN % 1.0
    order = np.lexsort((scattered, np.abs(sizes)))[-most:]
    return (*table[order].T, sizes[order])


def _draw_links(synapses: Synapses, view: View, ax: Axes, tone: Theme) -> str:
    """The links, and how many of them there are in words."""
    projections, targets, sources, weights = strongest_links(synapses)
    pairs = synapses.substrate.projections
    lines, colours, widths = [], [], []
    shares = weights / strongest(synapses)
    crowd = min(1.0, max(0.3, (45 / max(len(weights), 1)) ** 0.5))
    for projection, target, source, share in zip(projections.tolist(), targets.tolist(), sources.tolist(), shares.tolist()):
        pair = pairs[projection]
        lines.append(_course(view.places[pair.source][source], view.places[pair.target][target]))
        colours.append(tone.weight(share))
        widths.append(max(0.5, crowd * (0.5 + 2.8 * abs(share))))
    ax.add_collection(LineCollection(lines, colors=colours, linewidths=widths, alpha=0.75, zorder=2, gid="links"))
    there = int(synapses.expressed()[0])
    return f"all {there:,} links" if there <= len(weights) else f"the {len(weights):,} strongest of {there:,} links"


def _course(start: Floats, end: Floats) -> Floats:
    """A straight line; a loop for a neuron that reads itself."""
    if np.abs(start - end).max() > 1e-9:
        return np.array([start, end])
    turn = np.linspace(0, 2 * np.pi, 20)
    return np.stack([7 * np.sin(turn), 7 - 7 * np.cos(turn)], axis=1) + start


# --- how a substrate is seen -------------------------------------------------------------------------------------------


def view_of(substrate: Substrate) -> View:
    """Flat where sheets of two dimensions lie beside each other; else each a plane of its own, tilted; a cube is seen aslant."""
    sheets = substrate.sheets
    if substrate.dimensions == 2 and not any(_overlap(one, other) for one, other in combinations(sheets, 2)):
        return View([sheet.points for sheet in sheets], [None] * len(sheets), False)
    heights = _heights(substrate)
    if heights is None:
        return View([_tilted(sheet.points[:, :2], sheet.points[:, 2]) for sheet in sheets], [None] * len(sheets), True)
    places = [_tilted(_down(sheet), np.full(len(sheet), height)) for sheet, height in zip(sheets, heights)]
    square = np.array([(-1.12, -1.12), (1.12, -1.12), (1.12, 1.12), (-1.12, 1.12)])
    slim = substrate.dimensions == 1
    outlines = [None if slim else _tilted(square, np.full(4, height)) for height in heights]
    return View(places, outlines, True)


def _overlap(one: Sheet, other: Sheet) -> bool:
    """Whether two sheets cannot be told apart on one plane: they share a place, or a grid covers the other."""
    if not set(map(tuple, one.points.tolist())).isdisjoint(map(tuple, other.points.tolist())):
        return True
    boxes = [(sheet.points.min(axis=0), sheet.points.max(axis=0)) for sheet in (one, other)]
    crossing = all(boxes[0][0] <= boxes[1][1]) and all(boxes[1][0] <= boxes[0][1])
    return bool(crossing) and "grid" in (kind_of(one), kind_of(other))


def _heights(substrate: Substrate) -> list[float] | None:
    """Of each sheet's plane; None where sheets of three dimensions are no planes one above the other."""
    sheets = substrate.sheets
    if substrate.dimensions > 3:  # a cube with a depth
        return None
    if substrate.dimensions < 3:
        return [GAP * place for place in range(len(sheets))]
    last = [sheet.points[:, -1] for sheet in sheets]
    if any(np.ptp(each) > 1e-9 for each in last) or len({round(float(each[0]), 6) for each in last}) < len(last):
        return None
    order = np.argsort(np.argsort([float(each[0]) for each in last]))
    return [GAP * float(place) for place in order]


def _down(sheet: Sheet) -> Floats:
    """Places within a sheet; of a grid with its first row at the back, as pictures of it have it on top."""
    places = flat(sheet)
    return places * (1, -1) if kind_of(sheet) == "grid" else places


def _tilted(points: Floats, heights: Floats) -> Floats:
    x, y = points[:, 0], points[:, 1] if points.shape[1] > 1 else np.zeros(len(points))
    return np.stack([x + LEAN * y, DEPTH * y + heights], axis=1)


def _everything(view: View) -> Floats:
    return np.concatenate([*view.places, *(outline for outline in view.outlines if outline is not None)])


def _fitted(view: View, width: float, height: float) -> View:
    """The same in pixels, in the middle of the Axes, with room for names and a line of words below."""
    everything = _everything(view)
    low, high = everything.min(axis=0), everything.max(axis=0)
    span = np.maximum(high - low, 1e-9)
    scale = min((width - 190) / span[0], (height - 74) / span[1])
    corner = np.array([width / 2, 28 + (height - 28) / 2]) - scale * (low + high) / 2
    places = [scale * places + corner for places in view.places]
    return View(places, [None if outline is None else scale * outline + corner for outline in view.outlines], view.tilted)


def _write_names(
    substrate: Substrate, view: View, ax: Axes, tone: Theme, names: tuple[Sequence[str] | None, Sequence[str] | None]
) -> None:
    """Of sheets, to their left; in small rows of inputs and outputs also of the neurons, below and above."""
    given: Mapping[str, Sequence[str] | None] = {"input": names[0], "output": names[1]}
    taken: list[tuple[float, float]] = []
    for place, (sheet, places) in enumerate(zip(substrate.sheets, view.places)):
        outline, mine, beside = view.outlines[place], given.get(sheet.role), 12.0
        if kind_of(sheet) == "row" and mine and len(mine) == len(sheet) <= NAMED and not view.tilted:
            away, beside = (12 if sheet.role == "output" else -12), 16 + 0.5 * LETTER * len(mine[0])
            for neuron, name in zip(places.tolist(), mine):
                ax.text(neuron[0], neuron[1] + away, name, color=tone.ink, fontsize=10.5, ha="center", va="center", zorder=20)
        if kind_of(sheet) == "ring" and not view.tilted:
            x, y = (places[len(places) // 8] + np.array([10, 8])).tolist()
            words = ax.text(x, y, sheet.name, ha="left", va="bottom")
        else:
            left, low = (float(edge) for edge in (places if outline is None else outline).min(axis=0))
            x, y = left - beside, low if outline is not None else float(places[places[:, 0].argmin(), 1])
            y -= 15 * sum(abs(x - other[0]) < 60 and abs(y - other[1]) < 15 for other in taken)
            taken.append((x, y))
            words = ax.text(x, y, sheet.name, ha="right", va="center" if outline is None else "bottom")
        words.set(color=tone.muted, fontsize=12, zorder=20, bbox={"facecolor": tone.paper, "alpha": 0.75, "linewidth": 0, "pad": 1})
