"""Pictures that are other ones each time they are taught."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from neatcore.interfaces import Ints


def augmented(pictures: NDArray[np.uint8], margin: int, mirrored: bool, rng: Generator) -> NDArray[np.uint8]:
    """Pictures (S, H, W, C) as they are cut at random places out of larger ones, with `margin` black pixels around; half of them
    mirrored left to right where asked for."""
    count, height, width, _ = pictures.shape
    padded = np.pad(pictures, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
    corners: Ints = rng.integers(2 * margin + 1, size=(2, count, 1))
    down, across = corners[0] + np.arange(height), corners[1] + np.arange(width)
    if mirrored:
        turned = rng.random(count) < 0.5
        across[turned] = across[turned, ::-1]
    cut: NDArray[np.uint8] = padded[np.arange(count)[:, None, None], down[:, :, None], across[:, None, :]]
    return cut
