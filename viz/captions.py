"""Pictures with a line of words below, drawn with Pillow: fast enough for every frame of a film."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib.font_manager import findfont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from neatcore.errors import require
from neatcore.interfaces import Array
from viz.style import Theme, theme_of

LETTERS = 21  # heights of letters that a picture is wide
SMALLEST, LARGEST = 8, 28  # pixels of the height of letters
LINE = 1.8  # heights of letters in a line


def captioned(picture: Array, left: str, right: str = "", *, theme: str | Theme = "light") -> NDArray[np.uint8]:
    """A picture (H, W) or (H, W, 3) with words below it, as (h, w, 3); both sides are even, as video wants them.

    Where there is no room for all, what stands on the right is left out, and then on the left all but the last word.
    """
    require(picture.dtype == np.uint8 and picture.ndim in (2, 3), f"a picture of {picture.dtype} {picture.shape}")
    tone, (high, wide) = theme_of(theme), picture.shape[:2]
    size = min(LARGEST, max(SMALLEST, wide // LETTERS))
    line = round(LINE * size)
    page = Image.new("RGB", (wide + wide % 2, high + line + (high + line) % 2), tone.paper)
    page.paste(Image.fromarray(picture), (0, 0))
    brush, font, middle, margin = ImageDraw.Draw(page), _font(size), high + line / 2, size / 2
    brush.line([(0, high), (page.width, high)], fill=tone.faint)
    if font.getlength(left) + 2 * margin > wide:
        left = left.rpartition(" ")[2]
    brush.text((margin, middle), left, fill=tone.ink, font=font, anchor="lm")
    if margin + font.getlength(left) + size + font.getlength(right) + margin <= wide:
        brush.text((wide - margin, middle), right, fill=tone.muted, font=font, anchor="rm")
    return np.asarray(page)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """The letters of all other pictures."""
    return ImageFont.truetype(findfont("DejaVu Sans"), size)
