"""A sheet of pictures, with what a network takes each of them for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from neatcore.canvas import Image
from neatcore.interfaces import Ints

COLUMNS, ROWS = 7, 4
CELLS = COLUMNS * ROWS
SIDE, WIDTH, HEIGHT = 64, 80, 108  # pixels: at most of a picture, of its cell
FRAME = 2
PAPER, INK, FAINT, BAD = (20, 24, 29), (232, 234, 236), (139, 148, 158), (239, 113, 128)  # dark: it stands on light pages too


def sheet(pictures: NDArray[np.uint8], answers: Ints, labels: Ints, names: Sequence[str]) -> Image:
    """(H, W, 3): up to CELLS pictures (S, H, W, 1 or 3), the answer under each; a mistake is framed, and told what it is."""
    drawn = Pillow.new("RGB", (COLUMNS * WIDTH, ROWS * HEIGHT), PAPER)
    brush = ImageDraw.Draw(drawn)
    for place, (picture, answer, label) in enumerate(zip(pictures, answers, labels, strict=True)):
        large = _enlarged(picture)
        middle, top = place % COLUMNS * WIDTH + WIDTH // 2, place // COLUMNS * HEIGHT + 8
        corner = middle - large.width // 2, top + SIDE - large.height
        if answer != label:
            ends = (*(edge - FRAME for edge in corner), corner[0] + large.width + FRAME - 1, top + SIDE + FRAME - 1)
            brush.rectangle(ends, fill=BAD)
        drawn.paste(large, corner)
        _write(brush, (middle, top + SIDE + 5), names[answer], INK if answer == label else BAD)
        if answer != label:
            _write(brush, (middle, top + SIDE + 17), f"is {names[label]}", FAINT)
    result: Image = np.asarray(drawn)
    return result


def _enlarged(picture: NDArray[np.uint8]) -> Pillow.Image:
    height, width, channels = picture.shape
    times = max(1, SIDE // max(height, width))
    pixels = Pillow.fromarray(picture[..., 0] if channels == 1 else picture).convert("RGB")
    return pixels.resize((width * times, height * times), Pillow.Resampling.NEAREST)


def _write(brush: ImageDraw.ImageDraw, place: tuple[int, int], words: str, colour: tuple[int, int, int]) -> None:
    brush.text(place, words, colour, ImageFont.load_default(11), anchor="ma")
