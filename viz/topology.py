"""A network drawn in layers: weights by colour and width, activations as small curves, recurrent links as dashed arcs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch, Polygon
from matplotlib.path import Path

from neatcore.errors import InputError
from neatcore.genome import BIAS, INPUT, OUTPUT, Genome
from viz.geometry import Drawing, arrow_head, fit, level, middle_of
from viz.glyphs import Pen
from viz.key import draw_key, key_height, plastic_links
from viz.layout import lay_out
from viz.style import LETTER, Margins, Theme, extent, figure, theme_of

DASHED = (0, (3, 1.6))
DOTTED = (0, (1, 2))
MOST = 300  # enabled links that are drawn of one network
Dashes = str | tuple[float, tuple[float, ...]]


@dataclass(frozen=True)
class Stroke:
    """How a link is drawn. order: which links lie on top of which."""

    colour: str
    width: float
    dashes: Dashes
    order: float

    def draw(self, ax: Axes, path: Path, gid: str) -> None:
        patch = PathPatch(path, facecolor="none", edgecolor=self.colour, linewidth=self.width, zorder=self.order)
        patch.set(linestyle=self.dashes, capstyle="butt", gid=gid)
        ax.add_patch(patch)


def draw_network(
    genome: Genome,
    ax: Axes,
    *,
    names_in: Sequence[str] | None = None,
    names_out: Sequence[str] | None = None,
    theme: str | Theme = "light",
    disabled: bool = False,
    upwards: bool = False,
    key: bool = True,
) -> Axes:
    """Draw a genome's network, inputs on the left (or, `upwards`, at the bottom) and outputs opposite.

    Every link has the gid "link-3", "recurrent-3" or "disabled-3" by its innovation number, every node "node-3" by its id. Links
    that are not enabled are left out unless `disabled`, and of more than `MOST` enabled ones all but the strongest. The unit of
    the Axes becomes its pixel.
    """
    genome = strongest(genome)
    tone, layout, names = theme_of(theme), lay_out(genome), _names(genome, names_in, names_out)
    width, height = extent(ax)
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal", facecolor=tone.paper)
    ax.set_axis_off()
    floor = key_height(genome, layout.recurrent, width, disabled=disabled) if key else 0.0
    drawing = fit(layout, names, width, height, floor, upwards=upwards)
    if disabled:
        _draw_disabled(genome, drawing, ax, tone)
    _draw_enabled(genome, drawing, ax, tone)
    pen = Pen(ax, tone, drawing.radius)
    for node, kind, activation in genome.nodes.tolist():
        pen.node(*drawing.node(node), kind, activation, f"node-{node}")
    _write_names(drawing, ax, names, tone)
    if key:
        draw_key(genome, layout.recurrent, ax, tone, disabled=disabled)
    return ax


def network_figure(
    genome: Genome,
    *,
    names_in: Sequence[str] | None = None,
    names_out: Sequence[str] | None = None,
    theme: str | Theme = "light",
    width: float = 720,
    upwards: bool = False,
) -> Figure:
    """A Figure of the network, as high as it needs."""
    genome = strongest(genome)
    layout = lay_out(genome)
    low, high = layout.span
    height = min(max(150 + 54 * layout.layers if upwards else 90 + 48 * (high - low), 200), 640)
    names = _names(genome, names_in, names_out)
    if upwards and not level(names, layout, width):  # names stand upright, at both ends
        height += 2 * LETTER * max(map(len, names.values()))
    result = figure(theme, width, height, Margins(4, 4, 4, 4))
    draw_network(genome, result.add_subplot(), names_in=names_in, names_out=names_out, theme=theme, upwards=upwards)
    return result


def strongest(genome: Genome) -> Genome:
    """The genome with no more than its `MOST` strongest enabled links."""
    sizes = np.where(genome.links["enabled"], np.abs(genome.links["weight"]), -1.0)
    if np.count_nonzero(sizes >= 0) <= MOST:
        return genome
    return Genome(genome.nodes, np.sort(genome.links[np.argsort(-sizes, kind="stable")[:MOST]], order="innovation"), genome.rules)


def _names(genome: Genome, names_in: Sequence[str] | None, names_out: Sequence[str] | None) -> dict[int, str]:
    """What stands beside inputs, bias and outputs, by node id."""
    result = {node: "bias" for node, kind, _ in genome.nodes.tolist() if kind == BIAS}
    for what, kind, letter, given in (("input", INPUT, "x", names_in), ("output", OUTPUT, "y", names_out)):
        ids = genome.nodes["id"][genome.nodes["kind"] == kind].tolist()
        if given is not None and len(given) != len(ids):
            raise InputError(f"{len(given)} names for the {len(ids)} {what}s of the genome: {', '.join(given)}")
        result |= zip(ids, given if given is not None else [f"{letter}{place + 1}" for place in range(len(ids))])
    return result


def _draw_disabled(genome: Genome, drawing: Drawing, ax: Axes, tone: Theme) -> None:
    stroke = Stroke(tone.faint, 1.2, DOTTED, 1)
    for innovation, source, target, _, enabled, *_ in genome.links.tolist():
        if not enabled:
            ends = [drawing.node(source), drawing.node(target)]
            stroke.draw(ax, drawing.arc(source, target) if source == target else drawing.run(ends), f"disabled-{innovation}")


def _draw_enabled(genome: Genome, drawing: Drawing, ax: Axes, tone: Theme) -> None:
    """The enabled links, strong ones last; recurrent ones dashed, those that do not lead forwards with an arrow head, those whose
    weight changes within a lifetime with a bead."""
    links = genome.links[genome.links["enabled"]]
    sizes = np.abs(links["weight"])
    largest = float(sizes.max(initial=0)) or 1.0
    crowd = min(1.0, max(0.45, (40 / max(len(links), 1)) ** 0.5))  # many links are drawn thinner
    plastic = plastic_links(genome)
    for innovation, source, target, weight, *_ in links[np.argsort(sizes, kind="stable")].tolist():
        colour, width = tone.weight(weight / largest), max(0.7, crowd * (0.8 + 3.0 * abs(weight) / largest))
        recurrent, forwards = innovation in drawing.layout.recurrent, innovation in drawing.layout.bends
        path = drawing.link(innovation, source, target)
        stroke = Stroke(colour, width, DASHED if recurrent else "-", 2 if forwards else 3)
        stroke.draw(ax, path, f"{'recurrent' if recurrent else 'link'}-{innovation}")
        if not forwards:
            ax.add_patch(Polygon(arrow_head(path, 5 + 1.5 * width), facecolor=colour, linewidth=0, zorder=4))
        if innovation in plastic:
            bead = Circle(middle_of(path), 1.2 + width, facecolor=tone.paper, edgecolor=colour, linewidth=1.4, zorder=4)
            bead.set_gid(f"bead-{innovation}")
            ax.add_patch(bead)


def _write_names(drawing: Drawing, ax: Axes, names: dict[int, str], tone: Theme) -> None:
    """The names of inputs, bias and outputs, outside; left out where they would touch."""
    size = min(12.0, 0.95 * drawing.unit)
    if size < 6:
        return
    turn = 0 if level(names, drawing.layout, ax.get_xlim()[1]) else 90
    for node, name in names.items():
        x, y = drawing.node(node)
        last = drawing.layout.places[node][0] > 0
        away = (drawing.radius + 6) * (1 if last else -1)
        if drawing.upwards:
            text = ax.text(x, y + away, name, ha="center", va="bottom" if last else "top", rotation=turn)
        else:
            text = ax.text(x + away, y, name, ha="left" if last else "right", va="center")
        text.set(color=tone.ink, fontsize=size)
