"""Compiled: substrates whose links have weights of their own in every lane, and change them; in float32.

Letters in shapes: P networks, L lanes, S sources, T targets, K = S · T links of a pair of sheets, link s · T + t joining s to t;
G networks of a population, of which `rows` (P,) are computed. state (P, L, …): the weights as they are now, those of this pair of
sheets from place `first` on. born (G, K): as they were at birth, 0 where there is no link.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from neatcore.compiled import kernel
from neatcore.cppn.kernels import LANES, Cppns, block_of, clamp, compute
from neatcore.interfaces import Bools, Ints
from substrates.kernels import beyond

Single = NDArray[np.float32]
ZERO = float32(0)


class Rule(NamedTuple):
    """Of the iterated model: within ± threshold an answer is no change, one of 1 is `pace`; weights stay within ± limit."""

    threshold: float32
    pace: float32
    limit: float32


@kernel
def project(state: Single, first: int, rows: Ints, modulates: Bools, which: bool, values: Single, sums: Single) -> None:
    """sums (P, L, T) += Σ value · weight over the sources (P, L, S) in their order; only links that modulate, or only the others.

    modulates (G, K). Order and bits are those of networks of fixed weights.
    """
    targets = sums.shape[2]
    for p in range(len(rows)):
        for lane in range(values.shape[1]):
            for s in range(values.shape[2]):
                value = values[p, lane, s]
                if value != ZERO:
                    for t in range(targets):
                        if modulates[rows[p], s * targets + t] == which:
                            sums[p, lane, t] += value * state[p, lane, first + s * targets + t]


@kernel
def moved(weight: float32, trait: Single, x: float32, y: float32, gain: float32, limit: float32) -> float32:
    """A weight within ± limit after its link carried x and its target answered y. trait: rate, A, B, C, D (Risi & Stanley 2010)."""
    change = trait[0] * (trait[1] * x * y + trait[2] * x + trait[3] * y + trait[4])
    return clamp(weight + gain * change, -limit, limit)


@kernel
def adapt(
    state: Single, first: int, rows: Ints, born: Single, traits: Single, pre: Single, post: Single, gains: Single, limit: float32
) -> None:
    """Change the weights of links that there are, in place. traits (G, K, 5), pre (P, L, S), post and gains (P, L, T)."""
    targets = post.shape[2]
    for p in range(len(rows)):
        for k in range(born.shape[1]):
            if born[rows[p], k] == ZERO or traits[rows[p], k, 0] == ZERO:
                continue
            s, t = k // targets, k % targets
            for lane in range(state.shape[1]):
                weight, x, y = state[p, lane, first + k], pre[p, lane, s], post[p, lane, t]
                state[p, lane, first + k] = moved(weight, traits[rows[p], k], x, y, gains[p, lane, t], limit)


@kernel
def load(values: Single, coordinates: Single, own: Single, first: int, pre: Single, post: Single, start: int, lanes: int) -> None:
    """What a CPPN reads about the links from number `start` on, counted lane by lane of one network: coordinates, x, y, weight.

    values (inputs, …), coordinates (C, K), own (L, …): one network of the state, pre (L, S), post (L, T).
    """
    (count, links), targets = coordinates.shape, post.shape[1]
    for q in range(lanes):
        lane, k = (start + q) // links, (start + q) % links
        for c in range(count):
            values[c, q] = coordinates[c, k]
        values[count, q] = pre[lane, k // targets]
        values[count + 1, q] = post[lane, k % targets]
        values[count + 2, q] = own[lane, first + k]


@kernel
def iterate(
    cppns: Cppns, rows: Ints, coordinates: Single, state: Single, first: int, pre: Single, post: Single, rule: Rule
) -> None:
    """Ask each network's CPPN about all its links, in all lanes, and add what it answers to their weights, in place.

    (Risi & Stanley 2010, the iterated model)
    """
    values, links = block_of(cppns), coordinates.shape[1]
    for p in range(len(rows)):
        points = state.shape[1] * links
        for start in range(0, points, LANES):
            lanes = min(LANES, points - start)
            load(values, coordinates, state[p], first, pre[p], post[p], start, lanes)
            compute(cppns, rows[p], values, lanes, cppns.nets.inputs)
            answers = values[cppns.nets.output_slots[rows[p], 0]]
            for q in range(lanes):
                lane, k = (start + q) // links, first + (start + q) % links
                change = beyond(answers[q], rule.threshold, rule.pace)
                state[p, lane, k] = clamp(state[p, lane, k] + change, -rule.limit, rule.limit)
