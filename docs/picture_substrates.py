"""Make the picture of docs/hyperneat.md: each layout's sheets, and links from some of their neurons.

   python docs/picture_substrates.py

Writes docs/images/substrates.webp. Takes some seconds.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

from neatcore.interfaces import Floats
from substrates.config import SubstrateConfig
from substrates.geometry import Sheet, Substrate
from substrates.layouts import lay_out
from viz.style import LIGHT, figure
from viz.svg import png

PANEL, TITLE = 292, 34  # pixels
COLOURS = {"input": LIGHT.accent, "hidden": LIGHT.muted, "output": LIGHT.second}


@dataclass(frozen=True)
class Panel:
    """A layout to be drawn: what it is called, its ends, its options, and the neurons of each sheet whose links are drawn."""

    title: str
    inputs: int
    outputs: int
    options: dict[str, Any]
    from_: tuple[tuple[int, ...], ...]

    def substrate(self) -> Substrate:
        return lay_out(SubstrateConfig.model_validate(self.options), self.inputs, self.outputs)


PANELS = (
    Panel("parallel, hidden=[5]", 8, 8, {"substrate": "parallel", "hidden": [5]}, ((1, 6), (2,))),
    Panel("concentric", 12, 12, {"substrate": "concentric"}, ((1, 5, 9),)),
    Panel("circular, hidden=[6]", 7, 5, {"substrate": "circular", "hidden": [6]}, ((1, 5), (1,))),
    Panel("sandwich, hidden=[[4, 4]]", 49, 49, {"substrate": "sandwich", "hidden": [[4, 4]]}, ((17,), (6,))),
    Panel("grid, dimensions=3", 27, 27, {"substrate": "grid", "dimensions": 3}, ((13,),)),
    Panel("hypercube, dimensions=3", 9, 9, {"substrate": "hypercube", "dimensions": 3}, ((0,), (13,))),
)


def seen(sheet: Sheet, title: str) -> Floats:
    """Points of a sheet on the paper (N, 2); those of three dimensions from the front, a little from above and from the right."""
    points = sheet.points
    if points.shape[1] == 2:
        return points
    x, y, z = points.T
    if title.startswith("grid"):  # two cubes in one space, drawn side by side
        x = 0.6 * x + (-1.1 if sheet.role == "input" else 1.1)
        y, z = 0.8 * y, 1.2 * z
    return np.stack([x + 0.42 * y, z + 0.28 * y], axis=1)


def draw(panel: Panel, ax: Axes) -> None:
    """Links first, neurons on top."""
    substrate = panel.substrate()
    places = [seen(sheet, panel.title) for sheet in substrate.sheets]
    for projection in substrate.projections:
        sources = panel.from_[projection.source] if projection.source < len(panel.from_) else ()
        for neuron in sources:
            ends = places[projection.target]
            lines = np.stack([np.broadcast_to(places[projection.source][neuron], ends.shape), ends], axis=1)
            colour = COLOURS[substrate.sheets[projection.source].role]
            ax.add_collection(LineCollection(list(lines), colors=colour, linewidths=0.9, alpha=0.55 if len(ends) < 30 else 0.4))
    for sheet, points in zip(substrate.sheets, places):
        size = 70 if len(sheet) < 20 else 44
        ax.scatter(*points.T, s=size, color=COLOURS[sheet.role], edgecolors=LIGHT.paper, linewidths=0.8, zorder=3)
    everywhere = np.concatenate(places)
    low, high = everywhere.min(axis=0), everywhere.max(axis=0)
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1.0) * 1.12
    ax.set_xlim(middle[0] - half, middle[0] + half)
    ax.set_ylim(middle[1] - half, middle[1] + half)
    ax.set_aspect("equal")
    ax.set_axis_off()


def layouts() -> Figure:
    """All panels, three in a row, and what the colours mean."""
    width, height = 3 * PANEL, 2 * (PANEL + TITLE) + TITLE
    result = figure(LIGHT, width, height)
    for place, panel in enumerate(PANELS):
        left, top = place % 3 * PANEL, place // 3 * (PANEL + TITLE)
        ax = result.add_axes((left / width, 1 - (top + TITLE + PANEL) / height, PANEL / width, PANEL / height))
        draw(panel, ax)
        words = {"color": LIGHT.ink, "fontsize": 13, "ha": "center", "va": "center"}
        result.text((left + PANEL / 2) / width, 1 - (top + 0.6 * TITLE) / height, panel.title, **words)  # type: ignore[arg-type]
    for place, (role, colour) in enumerate(COLOURS.items()):
        x = width / 2 + (place - 1) * 120
        result.text(x / width, 0.45 * TITLE / height, f"● {role}", color=colour, fontsize=13, ha="center", va="center")
    return result


def main() -> None:
    """WebP is smaller than PNG."""
    with Image.open(io.BytesIO(png(layouts()))) as picture:
        picture.convert("RGB").save(Path(__file__).with_name("images") / "substrates.webp", quality=78, method=6)


if __name__ == "__main__":
    main()
