"""Pictures before and after: spoilt, given back, as they were, one above the other."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from neatcore.canvas import Image
from neatcore.interfaces import Array

COLUMNS = 8
SIDE, GAP, BETWEEN, LEFT, EDGE = 64, 6, 22, 74, 14  # pixels: of a picture, between two, between groups, for words, around all
PAPER, FAINT = (20, 24, 29), (139, 148, 158)  # dark: it stands on light pages too
GROUND = (44, 50, 58)  # black of the pictures, so that their borders are seen
WHITE = (240, 242, 244)
WORDS = ("spoilt", "given back", "as it was")


def restored(spoilt: Array, found: Array, clean: Array) -> Image:
    """(H, W, 3): pictures (S, H, W) in [0, 1], what is beyond is cut off, COLUMNS of them side by side."""
    groups = -(-len(clean) // COLUMNS)
    step = SIDE + GAP
    height = 2 * EDGE + groups * 3 * step - GAP + (groups - 1) * (BETWEEN - GAP)
    drawn = Pillow.new("RGB", (LEFT + 2 * EDGE + COLUMNS * step - GAP, height), PAPER)
    brush, font = ImageDraw.Draw(drawn), ImageFont.load_default(12)
    for row, (word, pictures) in enumerate(zip(WORDS, (spoilt, found, clean), strict=True)):
        for place, picture in enumerate(pictures):
            group, column = divmod(place, COLUMNS)
            top = EDGE + (3 * group + row) * step + group * (BETWEEN - GAP)
            drawn.paste(_tinted(picture), (LEFT + EDGE + column * step, top))
            if column == 0:
                brush.text((LEFT, top + SIDE // 2), word, FAINT, font, anchor="rm")
    result: Image = np.asarray(drawn)
    return result


def _tinted(picture: Array) -> Pillow.Image:
    shares = np.clip(picture, 0.0, 1.0)[..., None]
    colours = np.round(np.array(GROUND) * (1.0 - shares) + np.array(WHITE) * shares).astype(np.uint8)
    return Pillow.fromarray(colours).resize((SIDE, SIDE), Pillow.Resampling.BOX if max(picture.shape) > SIDE else 0)
