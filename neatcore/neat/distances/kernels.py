"""Compiled: distances between genomes, and the species that follow from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neatcore.compiled import kernel
from neatcore.genome import Genes
from neatcore.interfaces import Ints

SMALL = 20  # genomes with fewer genes are not normalised by size in the distance (2002, section 3.3)


class Coefficients(NamedTuple):
    """c1, c2, c3 of the distance, and whether the first two are divided by the genome's size."""

    excess: float
    disjoint: float
    difference: float
    by_size: bool


@kernel
def distance(a: Genes, b: Genes, c: Coefficients, limit: float) -> float:
    """Compatibility distance of two link tables: c1 E/N + c2 D/N + c3 W̄ (2002, eq. 1); one walk along both.

    Where disjoint genes alone make it `limit` or more, the walk ends early and returns `limit`.
    """
    larger = max(len(a), len(b))
    size = float(larger) if c.by_size and larger >= SMALL else 1.0
    i, j, matching, apart, unmatched = 0, 0, 0, 0.0, 0
    while i < len(a) and j < len(b):
        left, right = a[i].innovation, b[j].innovation
        if left == right:
            apart += abs(a[i].weight - b[j].weight)
            matching += 1
        else:
            unmatched += 1
            if c.disjoint * unmatched >= limit * size:
                return limit
        i += left <= right
        j += right <= left
    beyond = len(a) - i + len(b) - j
    mean = apart / matching if matching else 0.0
    return (c.excess * beyond + c.disjoint * unmatched) / size + c.difference * mean


@kernel
def assign(links: Genes, starts: Ints, known: Genes, known_starts: Ints, threshold: float, c: Coefficients) -> Ints:
    """The species (P,) of each genome: the first whose representative is closer than `threshold`, else a new one.

    Representatives 0 … K - 1 are given; later ones are genomes of the population.
    """
    size, given = len(starts) - 1, len(known_starts) - 1
    species = np.empty(size, np.int64)
    founders = np.empty(size, np.int64)
    new = 0
    for p in range(size):
        genes = links[starts[p] : starts[p + 1]]
        found = -1
        for s in range(given + new):
            if s < given:
                other = known[known_starts[s] : known_starts[s + 1]]
            else:
                other = links[starts[founders[s - given]] : starts[founders[s - given] + 1]]
            if distance(genes, other, c, threshold) < threshold:
                found = s
                break
        if found < 0:
            found = given + new
            founders[new] = p
            new += 1
        species[p] = found
    return species
