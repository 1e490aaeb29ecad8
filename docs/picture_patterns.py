"""Make the pictures of docs/patterns.md from genomes written by hand: motifs side by side, and what each node of one computes.

   python docs/picture_patterns.py

Writes docs/images/motifs.webp and docs/images/features.webp. Takes some seconds.
"""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from neatcore.canvas import Canvas
from neatcore.genome import Genome
from neatcore.patterns import ONE, D, X, Y, cppn, paint, values
from viz.patterns import features_figure, sheet_figure
from viz.svg import png


def wings(lean: float = 0.0) -> Genome:
    """Symmetric about the vertical, or leaning."""
    hidden = [
        ("gaussian", {X: 1.6, 7: lean}),
        ("sine", {5: 4.0, Y: 3.0, D: -2.0}),
        ("linear", {X: 1.0, Y: 0.5}),
    ]
    return cppn(("signed_gaussian", {5: 1.5, 6: 1.2, Y: 0.8, ONE: -0.7}), hidden=hidden)


def tiles(drift: float = 0.0) -> Genome:
    """The same again and again, or each a little different."""
    hidden = [("sine", {X: 12.0}), ("sine", {Y: 12.0}), ("signed_gaussian", {5: 1.3, 6: 1.3, X: drift, Y: -0.6 * drift})]
    return cppn(("signed_sigmoid", {7: 3.0, 5: 0.8, D: drift}), hidden=hidden)


def bloom() -> Genome:
    """Rings and petals in colour."""
    outputs = [
        ("linear", {8: 0.3, D: 0.5, ONE: 0.1}),
        ("signed_sigmoid", {7: 0.8, D: 0.6, ONE: 1.2}),
        ("signed_gaussian", {9: 0.6, D: 0.2}),
    ]
    hidden = [
        ("sine", {10: 3.0, ONE: 1.5}),
        ("sine", {D: 6.0, 10: 1.0}),
        ("sine", {D: 4.5, 7: 1.2, ONE: 0.4}),
        ("signed_gaussian", {11: 1.6, 12: 1.6}),
        ("absolute", {X: 1.0}),
        ("absolute", {Y: 1.0}),
    ]
    return cppn(*outputs, hidden=hidden)


def motifs() -> Figure:
    """A picture of each motif, side by side."""
    drawn = {
        "symmetry": wings(),
        "imperfect symmetry": wings(0.9),
        "repetition": tiles(),
        "with variation": tiles(0.8),
        "colour": bloom(),
    }
    pictures = [paint(genome, Canvas(320, 320)) for genome in drawn.values()]
    return sheet_figure(pictures, list(drawn), columns=len(drawn), side=160)


def features() -> Figure:
    """What each node of the coloured one computes."""
    canvas = Canvas(256, 256)
    return features_figure(bloom(), values(bloom(), canvas), paint(bloom(), canvas))


def save(name: str, drawing: Figure) -> None:
    """Smooth shades are smaller as WebP than as PNG."""
    with Image.open(io.BytesIO(png(drawing))) as picture:
        picture.convert("RGB").save(Path(__file__).with_name("images") / f"{name}.webp", quality=88, method=6)


if __name__ == "__main__":
    save("motifs", motifs())
    save("features", features())
