"""Compiled: from answers of CPPNs to weights, and sums over the links of layered networks, in float32.

Sums run in the order of the sources, whatever stands beside them: the same bits for any population, any lanes and any machine.
"""

from __future__ import annotations

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from neatcore.compiled import kernel
from neatcore.interfaces import Ints

Single = NDArray[np.float32]

LANES = 128  # lanes computed together: the values of a thousand sources stay in the second cache
ZERO, ONE = float32(0), float32(1)


@kernel
def within_one(x: float32) -> float32:
    """x cut to [-1, 1]; -1 where it is not a number."""
    x = x if x > -ONE else -ONE
    return x if x < ONE else ONE


@kernel
def beyond(answer: float32, threshold: float32, reach: float32) -> float32:
    """0 within ± threshold; from there on linear, up to ± reach at ± 1 (Stanley, D'Ambrosio & Gauci 2009)."""
    size = within_one(abs(answer)) - threshold
    if size <= ZERO:
        return ZERO
    weight = reach * size / (ONE - threshold)
    return weight if answer > ZERO else -weight


@kernel
def express_beyond(answers: Single, threshold: float32, reach: float32) -> None:
    """The threshold rule over answers (P, n), in place."""
    for p in range(answers.shape[0]):
        for k in range(answers.shape[1]):
            answers[p, k] = beyond(answers[p, k], threshold, reach)


@kernel
def express_where(answers: Single, gates: Single, reach: float32) -> None:
    """answers (P, n) = reach · answer where the gate is above 0, else 0, in place (Verbancsics & Stanley 2011)."""
    for p in range(answers.shape[0]):
        for k in range(answers.shape[1]):
            answers[p, k] = reach * within_one(answers[p, k]) if gates[p, k] > ZERO else ZERO


@kernel
def expressed(weights: Single, chosen: Ints) -> int:
    """Write the places of the weights of one neuron that are not 0; returns how many."""
    count = 0
    for s in range(len(weights)):
        chosen[count] = s
        count += weights[s] != ZERO
    return count


@kernel
def gather(weights: Single, chosen: Ints, count: int, values: Single, first: int, sums: Single) -> None:
    """sums (n,) += Σ weight · value over the chosen sources, in their order, four at a time: lanes `first` on of values (S, L)."""
    lanes, fours = len(sums), count - count % 4
    last = first + lanes
    for k in range(0, fours, 4):
        i, j, m, n = chosen[k], chosen[k + 1], chosen[k + 2], chosen[k + 3]
        a, b, c, d = weights[i], weights[j], weights[m], weights[n]
        one, two, three, four = values[i, first:last], values[j, first:last], values[m, first:last], values[n, first:last]
        for s in range(lanes):
            sums[s] = ((sums[s] + a * one[s]) + b * two[s] + c * three[s]) + d * four[s]
    for k in range(fours, count):
        a, one = weights[chosen[k]], values[chosen[k], first:last]
        for s in range(lanes):
            sums[s] += a * one[s]


@kernel
def project(weights: Single, rows: Ints, values: Single, sums: Single) -> None:
    """sums (R, T, L) += what the networks `rows` of weights (P, T, S) make of values (R, S, L); links of weight 0 cost nothing."""
    size, targets, lanes = sums.shape
    chosen = np.empty(weights.shape[2] + 1, np.int64)
    for r in range(size):
        for first in range(0, lanes, LANES):
            last = min(first + LANES, lanes)
            for t in range(targets):
                count = expressed(weights[rows[r], t], chosen)
                gather(weights[rows[r], t], chosen, count, values[r], first, sums[r, t, first:last])


@kernel
def scatter(genes: Ints, strengths: Single, weights: Single) -> None:
    """weights (n,)[genes] = strengths."""
    for k in range(len(genes)):
        weights[genes[k]] = strengths[k]
