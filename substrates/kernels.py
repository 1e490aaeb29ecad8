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

BLOCK = 128  # targets computed together: their links from some thousand sources stay in the second cache
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
def busy(values: Array) -> bool:
    """Whether more than a quarter of the values (L, S) are not 0, by every eighth lane."""
    lanes, sources = values.shape
    count = 0
    for lane in range(0, lanes, 8):
        for s in range(sources):
            count += values[lane, s] != ZERO
    return bool(4 * count > (lanes + 7) // 8 * sources)


@kernel
def gather_four(weights: Single, values: Single, sums: Single) -> None:
    """sums (4, T) += Σ value · weights (S, T) over the sources, in their order, of four lanes (4, S) at once."""
    a, b, c, d = values[0], values[1], values[2], values[3]
    one, two, three, four = sums[0], sums[1], sums[2], sums[3]
    sources, targets = weights.shape
    fours = sources - sources % 4
    for k in range(0, fours, 4):
        v, w, x, y = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        a0, a1, a2, a3 = a[k], a[k + 1], a[k + 2], a[k + 3]
        b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
        c0, c1, c2, c3 = c[k], c[k + 1], c[k + 2], c[k + 3]
        d0, d1, d2, d3 = d[k], d[k + 1], d[k + 2], d[k + 3]
        for t in range(targets):
            one[t] = (((one[t] + a0 * v[t]) + a1 * w[t]) + a2 * x[t]) + a3 * y[t]
            two[t] = (((two[t] + b0 * v[t]) + b1 * w[t]) + b2 * x[t]) + b3 * y[t]
            three[t] = (((three[t] + c0 * v[t]) + c1 * w[t]) + c2 * x[t]) + c3 * y[t]
            four[t] = (((four[t] + d0 * v[t]) + d1 * w[t]) + d2 * x[t]) + d3 * y[t]
    for k in range(fours, sources):
        for j in range(4):
            for t in range(targets):
                sums[j, t] += values[j, k] * weights[k, t]


@kernel
def project_busy(weights: Single, values: Array, sums: Single) -> None:
    """`project` of one network whose values (L, S) are seldom 0: a block of targets stays in the cache for all lanes.

    Rows of a block are filled up to whole vectors; what stands there is never read.
    """
    (sources, targets), lanes = weights.shape, len(sums)
    width = min(BLOCK, (targets + 15) // 16 * 16)
    block, four = np.zeros((sources, width), np.float32), np.zeros((4, width), np.float32)
    heard_by = np.zeros(((lanes + 3) // 4 * 4, sources), np.float32)
    heard_by[:lanes] = values
    for first in range(0, targets, width):
        count = min(width, targets - first)
        block[:, :count] = weights[:, first : first + count]
        for lane in range(0, lanes, 4):
            some = min(4, lanes - lane)
            four[:some, :count] = sums[lane : lane + some, first : first + count]
            gather_four(block, heard_by[lane : lane + 4], four)
            sums[lane : lane + some, first : first + count] = four[:some, :count]


@kernel
def project(weights: Single, rows: Ints, values: Array, sums: Single) -> None:
    """sums (R, L, T) += what the networks `rows` of weights (P, S, T) make of values (R, L, S); where most of them are 0, those
    cost nothing. Values are finite: adding 0 changes no bit, so all ways give the same."""
    chosen = np.empty(weights.shape[1] + 1, np.int64)
    for r in range(sums.shape[0]):
        if sums.shape[1] >= 4 and busy(values[r]):
            project_busy(weights[rows[r]], values[r], sums[r])
            continue
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
