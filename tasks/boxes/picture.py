"""A trial of the boxes as a picture: the field, and beside it the answer as a heat map."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from neatcore.canvas import Image
from neatcore.interfaces import Floats, Ints
from tasks.boxes.field import VisualField

PANEL = 330  # pixels along a side, or the nearest multiple of the field's
MARGIN, GAP = 8, 24
SHARPER = 3  # marks are drawn so many times too large and averaged down, which smooths their edges
PAPER = (20, 24, 29)  # dark, so that it stands on a light page as on a dark one
SEEN = (232, 234, 236)
RIGHT, WRONG = (77, 196, 161), (241, 146, 90)
HEAT = np.array([[27, 33, 40], [25, 62, 96], [22, 107, 158], [92, 170, 214], [205, 230, 242]], np.float64)  # from low to high


def picture(field: VisualField, placement: Ints, outputs: Floats) -> Image:
    """(H, W, 3): the field with both boxes, and outputs (N²,) from their least to their largest, with the answer marked.

    A frame surrounds the big box; the dot of the answer is green inside of the middle cell, orange elsewhere.
    """
    pixel = max(1, round(PANEL / field.side))
    size = pixel * field.side
    seen = np.where(field.draw(placement[None]).reshape(field.side, -1, 1) > 0, SEEN, HEAT[0])
    span = float(np.ptp(outputs)) or 1.0
    heat = _tint((outputs - outputs.min()) / span).reshape(field.side, field.side, 3)
    drawn = Pillow.new("RGB", (2 * (size + MARGIN) + GAP, size + 2 * MARGIN), PAPER)
    drawn.paste(_tiles(seen, pixel), (MARGIN, MARGIN))
    marked = _marked(_tiles(heat, pixel), field, placement[2:], int(outputs.argmax()), pixel)
    drawn.paste(marked, (MARGIN + size + GAP, MARGIN))
    result: Image = np.asarray(drawn)
    return result


def _tint(shares: Floats) -> Floats:
    """Colours (…, 3) of shares in [0, 1]."""
    steps = np.linspace(0.0, 1.0, len(HEAT))
    return np.stack([np.interp(shares, steps, HEAT[:, channel]) for channel in range(3)], axis=-1)


def _tiles(colours: Floats, pixel: int) -> Pillow.Image:
    """Colours (N, N, 3) as tiles of `pixel` by `pixel`, with a line of paper between large ones."""
    tiles = np.round(colours).astype(np.uint8).repeat(pixel, axis=0).repeat(pixel, axis=1)
    for line in range(pixel // 10):
        tiles[line::pixel] = tiles[:, line::pixel] = PAPER
    return Pillow.fromarray(tiles)


def _marked(panel: Pillow.Image, field: VisualField, target: Ints, answer: int, pixel: int) -> Pillow.Image:
    """The panel with a frame around the big box and a dot at the answer."""
    large = panel.resize((panel.width * SHARPER, panel.height * SHARPER), Pillow.Resampling.NEAREST)
    brush, unit = ImageDraw.Draw(large), pixel * SHARPER
    left, top = ((target - field.big) * unit).tolist()
    right, bottom = ((target + field.big + 1) * unit).tolist()
    brush.rectangle((left, top, right, bottom), outline=RIGHT, width=3 * SHARPER)
    place = np.array([answer % field.side, answer // field.side])
    x, y = ((place + 0.5) * unit).tolist()
    near = bool((abs(place - target) <= field.small).all())
    for colour, radius in ((PAPER, 0.36), (RIGHT if near else WRONG, 0.27)):
        reach = radius * field.block * unit
        brush.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    return large.reduce(SHARPER)
