"""The cells of a quadtree or octree over the space [-1, 1]^Q, as arrays."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from neatcore.interfaces import Ints

if TYPE_CHECKING:
    from substrates.trees.kernels import Pyramid


def cells_of(depth: int, axes: int) -> int:
    """How many cells the levels 1 … depth have together."""
    return sum(1 << (axes * level) for level in range(1, depth + 1))


def room_of(cells: int, axes: int, dimensions: int) -> int:
    """Bytes of a tree of so many cells, in a space of so many dimensions, as `kernels.room_for` makes it, and of its pyramid."""
    tree = 56 + 2 * axes * (4 * dimensions + 12)
    return cells * (tree + 4 * dimensions + 8 * axes)


@cache
def pyramid_of(depth: int, dimensions: int, level: tuple[int, float] | None = None) -> Pyramid:
    """The levels 1 … depth of a tree; level: a coordinate that all cells share, and its value."""
    from substrates.trees.kernels import Pyramid

    centres, spacing, beside, starts = [], [], [], [0]
    axes = [axis for axis in range(dimensions) if level is None or axis != level[0]]
    for number in range(1, depth + 1):
        side, indices = 1 << number, _indices(number, len(axes))
        centres.append((2 * indices + 1) / side - 1)
        spacing.append(np.full(len(indices), 2 / side))
        beside.append(_beside(indices, side, starts[-1]))
        starts.append(starts[-1] + len(indices))
    across = np.full((dimensions, starts[-1]), level[1] if level else 0, np.float32)
    across[axes] = np.concatenate(centres).T
    steps, sides = np.concatenate(spacing).astype(np.float32), np.concatenate(beside)
    return Pyramid(np.array(starts), across, np.array(axes), steps, sides)


def _indices(level: int, axes: int) -> Ints:
    """Along each axis, which cell of a level in Morton order it is (N, Q): bit b of axis a is bit b · Q + a of the order."""
    order = np.arange(1 << (axes * level))
    bits = [[(order >> (bit * axes + axis) & 1) << bit for bit in range(level)] for axis in range(axes)]
    return np.array([np.sum(each, axis=0) for each in bits]).T


def _beside(indices: Ints, side: int, start: int) -> Ints:
    """The cells below and above along each axis (N, 2 Q), from `start` on; -1 outside."""
    axes = indices.shape[1]
    place = np.full((side,) * axes, -1, np.int64)
    place[tuple(indices.T)] = start + np.arange(len(indices))
    found = []
    for axis in range(axes):
        for step in (-1, 1):
            moved = indices.copy()
            moved[:, axis] += step
            inside = (moved[:, axis] >= 0) & (moved[:, axis] < side)
            found.append(np.where(inside, place[tuple(np.clip(moved, 0, side - 1).T)], -1))
    return np.stack(found, axis=1).astype(np.int32)
