"""Further parts of a report: a pattern at several resolutions, and a champion asked at other values of a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from neatcore.canvas import Canvas
from neatcore.genome import Genome
from neatcore.interfaces import Array
from neatcore.patterns import paint
from runner.scaling import Scaled, cells
from viz.page import figure_block, picture, themes
from viz.patterns import sheet_figure
from viz.report import Section
from viz.svg import png
from viz.weights import weights_figure

SIDES = (16, 64, 512)  # pixels of a pattern's pictures


def pattern_section(champion: Genome, theme: str = "auto") -> Section:
    """The champion's pattern, coarse to fine."""
    pictures = [paint(champion, Canvas(side, side)) for side in SIDES]
    words = [f"{side} × {side}" for side in SIDES]
    drawn = {tone.name: png(sheet_figure(pictures, words, columns=len(SIDES), side=220, theme=tone)) for tone in themes(theme)}
    label = f"The champion's pattern at {SIDES[0]}, {SIDES[1]} and {SIDES[2]} pixels a side"
    block = figure_block({"": picture(drawn, "png", label)}, f"{label}. Nothing is enlarged: the network is asked at every pixel.")
    return Section("At any resolution", "A network of place has no pixels of its own.", block)


def weights_section(
    weights: Mapping[str, Array], embeddings: Mapping[str, Array], pixels: Sequence[int], several: bool, theme: str = "auto"
) -> Section:
    """The champion's weight matrices, by name, and what a hypernetwork writes them of."""
    drawn = {
        tone.name: png(weights_figure(weights, embeddings=embeddings, pixels=pixels, several=several, theme=tone))
        for tone in themes(theme)
    }
    count = sum(array.size for array in weights.values())
    what = "Embeddings and weight matrices" if embeddings else "Weight matrices"
    words = f"{what} by name, orange negative, blue positive, each to its own scale; biases are not shown."
    block = figure_block({"": picture(drawn, "png", words)}, words)
    return Section("The champion’s weights", f"{count:,} weights.", block)


def scaling_section(rows: Sequence[Scaled]) -> Section:
    """The champion at other values of a parameter, as a table."""
    head, *lines = cells(rows)
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    words = f"The champion asked again at another {rows[0].parameter}, without further evolution: the same genome, more neurons."
    return Section("Scaling", words, f'<table class="figures"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>')
