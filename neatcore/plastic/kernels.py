"""Compiled: networks whose weights change while they live (Stanley, Bryant & Miikkulainen 2003).

A lane's weights are its own. Letters in shapes: M nodes that compute, K links that enter them, of the largest network.
State (P, M + K, S): of each network first the values of its nodes, then, with no gap, the weights of its links.
"""

from __future__ import annotations

import numpy as np

from neatcore.activations import BUILT_IN
from neatcore.compiled import kernel
from neatcore.compiled import own_rows as own_rows
from neatcore.interfaces import Floats, Ints
from neatcore.nets.columns import Nets
from neatcore.nets.kernels import activate, activate_own, load
from neatcore.plastic.columns import PlasticNets

Manner = tuple[float, int, bool]  # value of the bias, passes a step, whether weights change as in the author's program
ABOVE = 2.0  # the author's program: how far beyond its own size a weight reaches for what it loses


@kernel
def grown(size: float, excites: bool, rate1: float, rate2: float, x: float, y: float, most: float, by_author: bool) -> float:
    """|w| in [0, most] after its link carried x and its target answered y, both in [0, 1].

    A weight that excites grows where both are active and shrinks where the source is alone; one that inhibits, the other way round.
    """
    top = min(size + ABOVE, most) if by_author else most
    if excites:
        change = rate1 * (most - size) * x * y + rate2 * top * x * (y - 1.0)  # (2003; NEAT C++, hebbian)
    elif by_author:
        change = rate2 * (most - size) * x * (1.0 - y) - rate1 * (top + ABOVE) * x * y  # (NEAT C++, hebbian)
    else:
        change = rate1 * (most - size) * x * (1.0 - y) - rate2 * most * x * y  # (2003)
    return min(max(size + change, 0.0), most)


@kernel
def begin(nets: Nets, rows: Ints, state: Floats) -> None:
    """The state before the first step of the networks `rows`: nodes at 0, links at the weights of their genes."""
    _, node_starts, _, link_starts, _, weights, _ = nets
    state[:] = 0.0
    for p in range(len(rows)):
        first, last = node_starts[rows[p]], node_starts[rows[p] + 1]
        for k in range(link_starts[first], link_starts[last]):
            state[p, last - first + k - link_starts[first], :] = weights[k]


@kernel
def sum_up(own: Floats, slot: int, shift: int, values: Floats, sources: Ints, first: int, last: int) -> None:
    """Row `slot` of a network's state = Σ weight · value of the source, lane by lane, over the links first … last, in their order.

    The weights of link k are row k + shift.
    """
    for s in range(own.shape[1]):
        own[slot, s] = 0.0
    for k in range(first, last):
        for s in range(own.shape[1]):
            own[slot, s] += own[k + shift, s] * values[sources[k], s]


@kernel
def learn(
    own: Floats, slot: int, shift: int, values: Floats, nets: Nets, n: int, rates: Floats, most: float, by_author: bool
) -> None:
    """Change the weights of the links that enter node n, which answers what row `slot` says, in place; signs are those of genes."""
    _, _, _, link_starts, sources, weights, _ = nets
    for k in range(link_starts[n], link_starts[n + 1]):
        if rates[k, 0] == 0.0 and rates[k, 1] == 0.0:
            continue
        excites = weights[k] >= 0.0
        sign = 1.0 if excites else -1.0
        for s in range(own.shape[1]):
            x, y = values[sources[k], s], own[slot, s]
            own[k + shift, s] = sign * grown(abs(own[k + shift, s]), excites, rates[k, 0], rates[k, 1], x, y, most, by_author)


@kernel
def step(plastic: PlasticNets, rows: Ints, manner: Manner, inputs: Floats, outputs: Floats, state: Floats, own: Ints) -> None:
    """Networks `rows`, a pass like that of the recurrent ones; after it each link learns from what it carried and what came of it.

    inputs (P, S, I), outputs (P, S, O), state as above, updated in place.
    """
    nets, rates, _, most = plastic
    bias, passes, by_author = manner
    _, node_starts, activations, link_starts, sources, _, output_slots = nets
    lanes, sensors, widest = inputs.shape[1], inputs.shape[2], 0
    for net in rows:
        widest = max(widest, node_starts[net + 1] - node_starts[net])
    values = np.empty((sensors + 1 + widest, lanes))
    for p in range(len(rows)):
        first, last = node_starts[rows[p]], node_starts[rows[p] + 1]
        shift = last - first - link_starts[first]
        load(values, inputs[p], 0, lanes, bias)
        for _ in range(passes):
            for n in range(last - first):
                for s in range(lanes):
                    values[sensors + 1 + n, s] = state[p, n, s]
            for n in range(first, last):
                sum_up(state[p], n - first, shift, values, sources, link_starts[n], link_starts[n + 1])
                if activations[n] < BUILT_IN:
                    activate(activations[n], state[p], n - first, lanes)
                else:
                    activate_own(activations[n] - BUILT_IN, own, state[p], n - first, lanes)
                learn(state[p], n - first, shift, values, nets, n, rates, most[rows[p]], by_author)
        for o in range(outputs.shape[2]):
            for s in range(lanes):
                outputs[p, s, o] = state[p, output_slots[rows[p], o] - sensors - 1, s]
