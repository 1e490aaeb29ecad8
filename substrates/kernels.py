"""Compiled: from answers of CPPNs to weights, and sums over the links of layered networks, in float32.

Sums run in the order of the sources, whatever stands beside them: the same bits for any population, any lanes, any machine, and
for both ways of storing weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from neatcore.compiled import kernel
from neatcore.interfaces import Array, Ints

Single = NDArray[np.float32]

ZERO, ONE = float32(0), float32(1)


class Links(NamedTuple):
    """The weights of P networks that are not 0, source by source: starts (P · S + 1), and of each link its target and weight."""

    starts: Ints
    targets: NDArray[np.int32]
    weights: Single


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
def heard(values: Array, chosen: Ints) -> int:
    """Write the places of the values that are not 0; returns how many."""
    count = 0
    for s in range(len(values)):
        chosen[count] = s
        count += values[s] != ZERO
    return count


@kernel
def gather(weights: Single, values: Array, chosen: Ints, count: int, sums: Single) -> None:
    """sums (T,) += Σ value · weights (S, T) of the chosen sources, in their order, four at a time."""
    targets, fours = len(sums), count - count % 4
    for k in range(0, fours, 4):
        one, two, three, four = weights[chosen[k]], weights[chosen[k + 1]], weights[chosen[k + 2]], weights[chosen[k + 3]]
        a, b = float32(values[chosen[k]]), float32(values[chosen[k + 1]])
        c, d = float32(values[chosen[k + 2]]), float32(values[chosen[k + 3]])
        for t in range(targets):
            sums[t] = (((sums[t] + a * one[t]) + b * two[t]) + c * three[t]) + d * four[t]
    for k in range(fours, count):
        one, a = weights[chosen[k]], float32(values[chosen[k]])
        for t in range(targets):
            sums[t] += a * one[t]


@kernel
def project(weights: Single, rows: Ints, values: Array, sums: Single) -> None:
    """sums (R, L, T) += what the networks `rows` of weights (P, S, T) make of values (R, L, S); sources at 0 cost nothing."""
    chosen = np.empty(weights.shape[1] + 1, np.int64)
    for r in range(sums.shape[0]):
        for lane in range(sums.shape[1]):
            count = heard(values[r, lane], chosen)
            gather(weights[rows[r]], values[r, lane], chosen, count, sums[r, lane])


@kernel
def sparse(weights: Single, links: int) -> Links:
    """The weights (P, S, T) that are not 0, of which there are so many."""
    size, sources, targets = weights.shape
    found = Links(np.zeros(size * sources + 1, np.int64), np.empty(links, np.int32), np.empty(links, np.float32))
    count = 0
    for p in range(size):
        for s in range(sources):
            for t in range(targets):
                if weights[p, s, t] != ZERO:
                    found.targets[count], found.weights[count] = t, weights[p, s, t]
                    count += 1
            found.starts[p * sources + s + 1] = count
    return found


@kernel
def project_sparse(links: Links, rows: Ints, values: Array, sums: Single) -> None:
    """The same of links: a link that is not there costs nothing either."""
    sources = values.shape[2]
    for r in range(sums.shape[0]):
        for lane in range(sums.shape[1]):
            for s in range(sources):
                value, source = float32(values[r, lane, s]), rows[r] * sources + s
                if value != ZERO:
                    for k in range(links.starts[source], links.starts[source + 1]):
                        sums[r, lane, links.targets[k]] += value * links.weights[k]
