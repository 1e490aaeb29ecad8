"""Scenes painted as pictures, fast: drawn three times too large with Pillow and averaged down, which smooths every edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw

from neatcore.errors import require, unknown
from neatcore.interfaces import Floats, Scene, Shape
from viz.style import Theme

OVERSIZE = 3
KINDS = ("line", "disc")
COLOURS = ("ink", "faint", "accent", "second", "good", "bad")


def duration(scene: Scene) -> int:
    """How many frames a scene has; InputError where its shapes do not fit together or are unknown."""
    require(scene.x[0] < scene.x[1] and scene.y[0] < scene.y[1], f"a scene without extent: x {scene.x}, y {scene.y}")
    frames = max((len(shape.points) for shape in scene.shapes), default=1)
    for place, shape in enumerate(scene.shapes):
        if shape.kind not in KINDS:
            raise unknown(f"kind of shape {place}", shape.kind, KINDS)
        if shape.colour not in COLOURS:
            raise unknown(f"colour of shape {place}", shape.colour, COLOURS)
        fits = shape.points.ndim == 3 and shape.points.shape[2] == 2 and len(shape.points) in (1, frames)
        require(fits, f"shape {place}: points {shape.points.shape}, where ({frames}, K, 2) or (1, K, 2) is needed")
    return frames


def paint(scene: Scene, tone: Theme, width: int, times: Sequence[int]) -> Iterator[Image.Image]:
    """The scene at those frames, `width` pixels wide; both sides are even, as video wants them."""
    width -= width % 2
    scale = width / (scene.x[1] - scene.x[0])
    height = max(2, 2 * round((scene.y[1] - scene.y[0]) * scale / 2))
    corner, scale = np.array([scene.x[0], scene.y[1]]), scale * OVERSIZE
    still = Image.new("RGB", (width * OVERSIZE, height * OVERSIZE), tone.paper)
    at_rest = next((k for k, shape in enumerate(scene.shapes) if len(shape.points) > 1), len(scene.shapes))
    for shape in scene.shapes[:at_rest]:  # what stands still behind all that moves is painted once
        _paint_shape(ImageDraw.Draw(still), shape, 0, tone, corner, scale)
    for time in times:
        picture = still.copy()
        brush = ImageDraw.Draw(picture)
        for shape in scene.shapes[at_rest:]:
            _paint_shape(brush, shape, time if len(shape.points) > 1 else 0, tone, corner, scale)
        yield picture.reduce(OVERSIZE)


def _paint_shape(brush: ImageDraw.ImageDraw, shape: Shape, time: int, tone: Theme, corner: Floats, scale: float) -> None:
    """One shape at one time; lines have round ends and joints."""
    colour = getattr(tone, shape.colour)
    points = (shape.points[time] - corner) * (scale, -scale)
    radius = shape.size * scale / (2 if shape.kind == "line" else 1)
    if shape.kind == "line":
        brush.line([(x, y) for x, y in points], fill=colour, width=max(1, round(2 * radius)))
    for x, y in points:
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
