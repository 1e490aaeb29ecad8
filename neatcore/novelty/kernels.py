"""Distances between behaviours, compiled: sums are taken in order, so that the bits are the same on every machine.

Letters in shapes: P networks, B numbers of a behaviour, A behaviours in the archive, k neighbours.
"""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel
from neatcore.interfaces import Bools, Floats


@kernel
def distance(one: Floats, other: Floats) -> float:
    """Euclidean."""
    total = 0.0
    for b in range(len(one)):
        difference = one[b] - other[b]
        total += difference * difference
    return float(np.sqrt(total))


@kernel
def insert(nearest: Floats, count: int, value: float) -> int:
    """Put a distance among the `count` smallest so far, in order and in place; how many there are then."""
    size = len(nearest)
    if count == size and value >= nearest[size - 1]:
        return count
    count = min(count + 1, size)
    place = count - 1
    while place > 0 and nearest[place - 1] > value:
        nearest[place] = nearest[place - 1]
        place -= 1
    nearest[place] = value
    return count


@kernel
def sparseness(behaviour: Floats, archive: Floats, k: int, result: Floats) -> None:
    """The mean distance of each behaviour (P, B) to its k nearest neighbours in the archive (A, B) and among the others, in place.

    ρ(x) = 1/k Σ dist(x, μ_i)  (2011, eq. 1); of fewer neighbours where there are no k, 0 where there is none.
    """
    nearest = np.empty(k)
    for p in range(len(behaviour)):
        count, total = 0, 0.0
        for a in range(len(archive)):
            count = insert(nearest, count, distance(behaviour[p], archive[a]))
        for q in range(len(behaviour)):
            if q != p:
                count = insert(nearest, count, distance(behaviour[p], behaviour[q]))
        for i in range(count):
            total += nearest[i]
        result[p] = total / count if count else 0.0


@kernel
def admit(behaviour: Floats, archive: Floats, threshold: float, chosen: Bools) -> None:
    """Mark the behaviours (P, B) that go into the archive, in place: those further than the threshold from all in it, one by one,
    so that those before count too. Into an empty archive goes the first."""
    for p in range(len(behaviour)):
        chosen[p] = True
        for a in range(len(archive)):
            if distance(behaviour[p], archive[a]) <= threshold:
                chosen[p] = False
                break
        for q in range(p):
            if not chosen[p]:
                break
            if chosen[q] and distance(behaviour[p], behaviour[q]) <= threshold:
                chosen[p] = False
