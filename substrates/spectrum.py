"""Cosines over arrays of any dimension: in which order their coefficients come, and the array that a few of them draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from math import prod

import numpy as np
from scipy.fft import idctn

from neatcore.errors import require
from neatcore.interfaces import Floats, Ints

EDGES, LONGER = "edges", "longer"  # orders of coefficients


def places(shape: Sequence[int], count: int, order: str = EDGES) -> Ints:
    """Where the first `count` coefficients stand in an array of that shape, (count, D): from low frequencies to high.

    Diagonal by diagonal, of places whose indices have the same sum; within a diagonal from both ends inwards by turns, as in
    Koutník, Gomez & Schmidhuber 2010. edges: a diagonal of a matrix begins in the first row. longer: it begins at the end of
    the longer side. A diagonal of more than two dimensions is walked so in the order of its indices.
    """
    require(0 <= count <= prod(shape), f"{count} coefficients for an array of {prod(shape)} numbers")
    axes = sorted(range(len(shape)), key=lambda axis: shape[axis]) if order == LONGER else list(range(len(shape)))
    sides = [shape[axis] for axis in axes]
    walk = (place for total in range(sum(sides) - len(sides) + 1) for place in _inwards(list(_diagonal(sides, total))))
    found = np.array(list(islice(walk, count)), np.int64).reshape(count, len(shape))
    return found[:, np.argsort(axes)]


def _diagonal(sides: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    """All places whose indices add up to `total`, in the order of the indices."""
    if len(sides) == 1:
        yield (total,)
        return
    rest = sum(sides[1:]) - len(sides) + 1  # the most that the other indices can add up to
    for index in range(max(0, total - rest), min(sides[0] - 1, total) + 1):
        yield from ((index, *others) for others in _diagonal(sides[1:], total - index))


def _inwards(walk: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """First, last, second, last but one, …: for a matrix (max(0, i + 1 - w) + j / 2, min(i, w - 1) - j / 2) for even j, and
    (min(i, h - 1) - ⌊j / 2⌋, max(0, i + 1 - h) + ⌊j / 2⌋) for odd j, on the diagonal i of h × w."""
    for place in range(len(walk)):
        yield walk[place // 2] if place % 2 == 0 else walk[-1 - place // 2]


def drawn(coefficients: Floats, where: Ints, shape: Sequence[int]) -> Floats:
    """The arrays (P, *shape) that coefficients (P, C) at the places `where` (C, D) draw: the inverse of the orthonormal DCT-II."""
    spectra = np.zeros((len(coefficients), *shape))
    spectra[:, *where.T] = coefficients
    axes = tuple(range(1, spectra.ndim))
    arrays: Floats = idctn(spectra, type=2, norm="ortho", axes=axes, overwrite_x=True)
    return arrays
