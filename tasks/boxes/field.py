"""The visual field of the boxes: where they may stand, and what a network sees of them.

Letters in shapes: N pixels along a side, S placements. A placement is four whole numbers, x and y of the middle of the small
box and of the big one; x grows to the right, y down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from neatcore.errors import require
from neatcore.interfaces import Floats, Ints

CELLS = 11  # along a side of the field, at any resolution
CENTRES = (1, 3, 5, 7, 9)  # cells in which small boxes stand in training, both ways


@dataclass(frozen=True)
class VisualField:
    """A field of 11 by 11 cells, each of `block` by `block` pixels; block is odd, so that every cell has a middle."""

    block: int

    @property
    def side(self) -> int:
        """N."""
        return CELLS * self.block

    @property
    def small(self) -> int:
        """Pixels from the middle of the small box, a cell wide, to its edge."""
        return (self.block - 1) // 2

    @property
    def big(self) -> int:
        """Pixels from the middle of the big box, three cells wide, to its edge."""
        return (3 * self.block - 1) // 2

    @property
    def value(self) -> float:
        """What a pixel of a box is: a cell of them always adds up to 1."""
        return 1.0 / self.block**2  # (2009): (11/33)², (11/55)²

    def trials(self) -> Ints:
        """The 75 placements (75, 4) of the training set."""
        cells = [(x, y, *big) for x, y in product(CENTRES, repeat=2) for big in ((x, _far(y)), (_far(x), y), (_far(x), _far(y)))]
        return np.array(cells) * self.block + self.small

    def placements(self) -> Ints:
        """All legal placements (S, 4) whose middles stand on every `block`-th pixel, from 0 on: 7,952, 5,152 and 5,600 at
        resolutions 11, 33 and 55.

        Legal: both boxes inside the field, and at least a pixel of room between the circles around them.
        """
        small, big = self._inside(self.small), self._inside(self.big)
        table = np.stack(np.meshgrid(small, small, big, big, indexing="ij"), axis=-1).reshape(-1, 4)
        return table[apart(table) >= (self.small + 1 + self.big + 1) ** 2]

    def draw(self, placements: Ints) -> Floats:
        """The pixels (S, N²) of the placements (S, 4), row by row."""
        images = np.zeros((len(placements), self.side, self.side))
        for middle, radius in ((placements[:, :2], self.small), (placements[:, 2:], self.big)):
            require(middle.min() >= radius and middle.max() < self.side - radius, "a box reaches out of the field")
            reach = np.arange(-radius, radius + 1)
            across, down = middle[:, 0, None] + reach, middle[:, 1, None] + reach
            images[np.arange(len(images))[:, None, None], down[:, :, None], across[:, None, :]] = self.value
        return images.reshape(len(images), -1)

    def points(self) -> Floats:
        """x and y (N², 2) of the pixels in [-1, 1], row by row; the middles of the outermost stand on the border."""
        line = (np.arange(self.side) - self.side // 2) / ((self.side - 1) / 2)  # (i - N div 2) / ((N - 1) / 2)
        down, across = np.meshgrid(line, line, indexing="ij")
        return np.stack([across.ravel(), down.ravel()], axis=1)

    def _inside(self, radius: int) -> Ints:
        every = np.arange(0, self.side, self.block)
        return every[(every >= radius) & (every < self.side - radius)]


def apart(placements: Ints) -> Ints:
    """Squared distances (S,) between the middles of the two boxes, in pixels."""
    squares: Ints = ((placements[:, :2] - placements[:, 2:]) ** 2).sum(axis=1)
    return squares


def _far(v: int) -> int:
    """Half a field further on, wrapped around and kept off the border: 1, 3, 5, 7, 9 become 6, 8, 9, 1, 3."""
    return min(max((v + 5) % CELLS, 1), CELLS - 2)


@lru_cache(maxsize=4)
def training(block: int) -> tuple[Floats, Ints]:
    """The pixels (75, N²) of the training set and the middles of its big boxes (75, 2); neither can be written to."""
    trials = VisualField(block).trials()
    pixels, targets = VisualField(block).draw(trials), trials[:, 2:].copy()
    pixels.flags.writeable = targets.flags.writeable = False
    return pixels, targets
