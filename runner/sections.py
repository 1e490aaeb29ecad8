"""Further parts of a report: a pattern at several resolutions, and a champion asked at other values of a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from neatcore.canvas import Canvas
from neatcore.genome import Genome
from neatcore.patterns import paint
from runner.scaling import Scaled, cells
from viz.page import figure_block, picture, themes
from viz.patterns import sheet_figure
from viz.report import Section
from viz.svg import png

SIDES = (16, 64, 512)  # pixels of a pattern's pictures


def pattern_section(champion: Genome, theme: str = "auto") -> Section:
    """The champion's pattern, coarse to fine."""
    pictures = [paint(champion, Canvas(side, side)) for side in SIDES]
    words = [f"{side} × {side}" for side in SIDES]
    drawn = {tone.name: png(sheet_figure(pictures, words, columns=len(SIDES), side=220, theme=tone)) for tone in themes(theme)}
    label = f"The champion's pattern at {SIDES[0]}, {SIDES[1]} and {SIDES[2]} pixels a side"
    block = figure_block({"": picture(drawn, "png", label)}, f"{label}. Nothing is enlarged: the network is asked at every pixel.")
    return Section("At any resolution", "A network of place has no pixels of its own.", block)


def scaling_section(rows: Sequence[Scaled]) -> Section:
    """The champion at other values of a parameter, as a table."""
    head, *lines = cells(rows)
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    words = f"The champion asked again at another {rows[0].parameter}, without further evolution: the same genome, more neurons."
    return Section("Scaling", words, f'<table class="figures"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>')
