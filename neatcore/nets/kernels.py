"""Compiled: packing genomes into columns, and computing packed networks.

Scalars at the top, then rows of lanes, then populations. Activations use arithmetic only, so that their bits depend neither on the
machine's maths library nor on its instruction set.
"""

from __future__ import annotations

import numpy as np

from neatcore.activations import BUILT_IN
from neatcore.compiled import LARGEST, call, kernel
from neatcore.compiled import own_rows as own_rows
from neatcore.errors import InputError
from neatcore.genome import BIAS, INPUT, OUTPUT, Genes, Tables
from neatcore.interfaces import Floats, Ints
from neatcore.nets.columns import Nets

LINEAR, SIGMOID, LOGISTIC, TANH, RELU, GAUSSIAN, SINE, ABSOLUTE, STEP, COSINE, SQUARE, RAMP, SIGNED, STEEP, SIGNED_GAUSSIAN = range(
    BUILT_IN
)
LANES = 256  # lanes computed together: a block of node values stays in the first cache

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
PI = 3.141592653589793
PI_PARTS = (4 * 7.85398125648498535156e-1, 4 * 3.77489470793079817668e-8, 4 * 2.69515142907905952645e-15)  # k · part is exact


@kernel
def exponential(x: float) -> float:
    """e^x for x in [-708, 708], clamped outside: x = k ln 2 + r, e^x = 2^k e^r, e^r by its Taylor series to r^13."""
    x = min(max(x, -708.0), 708.0)
    k = np.floor(x * LOG2_E + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = 1 / 6227020800.0
    p = p * r + 1 / 479001600.0
    p = p * r + 1 / 39916800.0
    p = p * r + 1 / 3628800.0
    p = p * r + 1 / 362880.0
    p = p * r + 1 / 40320.0
    p = p * r + 1 / 5040.0
    p = p * r + 1 / 720.0
    p = p * r + 1 / 120.0
    p = p * r + 1 / 24.0
    p = p * r + 1 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    power: float = np.int64((np.int64(k) + 1023) << 52).view(np.float64)
    return float(p * power)


@kernel
def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + exponential(-x))


@kernel
def hyperbolic_tangent(x: float) -> float:
    """tanh x = (1 - e^-2|x|) / (1 + e^-2|x|), with the sign of x."""
    decay = exponential(-2.0 * abs(x))
    size = (1.0 - decay) / (1.0 + decay)
    return size if x >= 0.0 else -size


@kernel
def sine(x: float, lead: float) -> float:
    """sin(x + lead π): x = (n - lead) π + r, ± sin r, sin r by its Taylor series to r^21."""
    n = np.floor(x / PI + lead + 0.5)
    k = n - lead
    r = ((x - k * PI_PARTS[0]) - k * PI_PARTS[1]) - k * PI_PARTS[2]
    r = min(max(r, -2.0), 2.0)  # π/2 at most, but beyond some 1e9 nothing is left of x's phase
    q = r * r
    p = 1 / 51090942171709440000.0
    p = p * q - 1 / 121645100408832000.0
    p = p * q + 1 / 355687428096000.0
    p = p * q - 1 / 1307674368000.0
    p = p * q + 1 / 6227020800.0
    p = p * q - 1 / 39916800.0
    p = p * q + 1 / 362880.0
    p = p * q - 1 / 5040.0
    p = p * q + 1 / 120.0
    p = p * q - 1 / 6.0
    p = (p * q) * r + r
    odd = n - 2.0 * np.floor(n * 0.5)
    return float(-p if odd > 0.5 else p)


@kernel
def activate(code: int, values: Floats, slot: int, lanes: int) -> None:
    """Apply one activation to a row of values (slots, S), in place. The switch is outside the loops, so that they vectorise."""
    if code in (SIGMOID, LOGISTIC):
        slope = 4.9 if code == SIGMOID else 1.0
        for s in range(lanes):
            values[slot, s] = logistic(slope * values[slot, s])
    elif code in (TANH, SIGNED, STEEP):
        slope = 1.0 if code == TANH else 0.5 if code == SIGNED else 2.45  # 2 / (1 + e^-x) - 1 = tanh(x / 2)
        for s in range(lanes):
            values[slot, s] = hyperbolic_tangent(slope * values[slot, s])
    elif code in (GAUSSIAN, SIGNED_GAUSSIAN):
        gain, lift = (1.0, 0.0) if code == GAUSSIAN else (2.0, -1.0)
        for s in range(lanes):
            values[slot, s] = gain * exponential(-values[slot, s] * values[slot, s]) + lift
    elif code in (SINE, COSINE):
        lead = 0.0 if code == SINE else 0.5
        for s in range(lanes):
            values[slot, s] = sine(values[slot, s], lead)
    else:
        activate_piece(code, values, slot, lanes)


@kernel
def activate_piece(code: int, values: Floats, slot: int, lanes: int) -> None:
    """The activations without a transcendental function."""
    if code == STEP:
        for s in range(lanes):
            values[slot, s] = 1.0 if values[slot, s] > 0.0 else 0.0
    elif code == SQUARE:
        for s in range(lanes):
            values[slot, s] = min(values[slot, s] * values[slot, s], LARGEST)
    elif code == RAMP:
        for s in range(lanes):
            values[slot, s] = min(max(values[slot, s], -3.0), 3.0) / 3.0
    else:
        lowest = 0.0 if code == RELU else -LARGEST
        for s in range(lanes):
            x = abs(values[slot, s]) if code == ABSOLUTE else values[slot, s]
            values[slot, s] = min(max(x, lowest), LARGEST)


@kernel
def activate_own(number: int, own: Ints, values: Floats, slot: int, lanes: int) -> None:
    """Apply a registered activation, by its number among `own_rows`, to a row of values (slots, S), in place."""
    if number >= len(own):
        raise InputError("a network has an activation that is not registered in this process")
    row = values[slot, :lanes].copy()
    call(own[number], row.ctypes.data, lanes)
    values[slot, :lanes] = row


@kernel
def activate_rows(code: int, values: Floats, own: Ints) -> None:
    """Apply one activation, built in or registered, to all rows of values (R, S), in place."""
    for r in range(len(values)):
        if code < BUILT_IN:
            activate(code, values, r, values.shape[1])
        else:
            activate_own(code - BUILT_IN, own, values, r, values.shape[1])


@kernel
def gather(target: Floats, slot: int, lanes: int, values: Floats, sources: Ints, weights: Floats, first: int, last: int) -> None:
    """Row `slot` of target = Σ weight · value of the source, over the links first … last, in their order."""
    for s in range(lanes):
        target[slot, s] = 0.0
    for k in range(first, last):
        weight, source = weights[k], sources[k]
        for s in range(lanes):
            target[slot, s] += weight * values[source, s]


@kernel
def load(values: Floats, inputs: Floats, first: int, last: int, bias: float) -> None:
    """Write lanes first … last of inputs (S, I) and the bias into the first rows of values (slots, S)."""
    for i in range(inputs.shape[1]):
        for s in range(first, last):
            values[i, s - first] = inputs[s, i]
    for s in range(last - first):
        values[inputs.shape[1], s] = bias


@kernel
def step_forward(nets: Nets, rows: Ints, bias: float, inputs: Floats, outputs: Floats, own: Ints) -> None:
    """Feed-forward networks `rows`: inputs (P, S, I) to outputs (P, S, O), node by node over blocks of lanes."""
    _, node_starts, activations, link_starts, sources, weights, output_slots = nets
    lanes, sensors = inputs.shape[1], inputs.shape[2]
    widest = 0
    for net in rows:
        widest = max(widest, node_starts[net + 1] - node_starts[net])
    values = np.empty((sensors + 1 + widest, min(lanes, LANES)))
    for p in range(len(rows)):
        first, last = node_starts[rows[p]], node_starts[rows[p] + 1]
        for s0 in range(0, lanes, LANES):
            s1 = min(s0 + LANES, lanes)
            load(values, inputs[p], s0, s1, bias)
            for n in range(first, last):
                slot = sensors + 1 + n - first
                gather(values, slot, s1 - s0, values, sources, weights, link_starts[n], link_starts[n + 1])
                if activations[n] < BUILT_IN:
                    activate(activations[n], values, slot, s1 - s0)
                else:
                    activate_own(activations[n] - BUILT_IN, own, values, slot, s1 - s0)
            for o in range(outputs.shape[2]):
                for s in range(s1 - s0):
                    outputs[p, s0 + s, o] = values[output_slots[rows[p], o], s]


@kernel
def step_recurrent(
    nets: Nets, rows: Ints, bias: float, inputs: Floats, outputs: Floats, state: Floats, passes: int, own: Ints
) -> None:
    """Recurrent networks `rows`: in each pass every node reads what the nodes held after the pass before.

    inputs (P, S, I), outputs (P, S, O), state (P, M, S): the values of up to M computing nodes, updated in place.
    """
    _, node_starts, activations, link_starts, sources, weights, output_slots = nets
    lanes, sensors = inputs.shape[1], inputs.shape[2]
    values = np.empty((sensors + 1 + state.shape[1], lanes))
    for p in range(len(rows)):
        first, last = node_starts[rows[p]], node_starts[rows[p] + 1]
        load(values, inputs[p], 0, lanes, bias)
        for _ in range(passes):
            for n in range(last - first):
                for s in range(lanes):
                    values[sensors + 1 + n, s] = state[p, n, s]
            for n in range(first, last):
                gather(state[p], n - first, lanes, values, sources, weights, link_starts[n], link_starts[n + 1])
                if activations[n] < BUILT_IN:
                    activate(activations[n], state[p], n - first, lanes)
                else:
                    activate_own(activations[n] - BUILT_IN, own, state[p], n - first, lanes)
        for o in range(outputs.shape[2]):
            for s in range(lanes):
                outputs[p, s, o] = state[p, output_slots[rows[p], o] - sensors - 1, s]


@kernel
def place_of(nodes: Genes, key: int) -> int:
    """Where the node `key` stands in a genome's nodes, sorted by id; it is there."""
    low, high = 0, len(nodes)
    while low < high:
        middle = (low + high) // 2
        if nodes[middle].id < key:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def enabled_links(nodes: Genes, links: Genes, tails: Ints, heads: Ints, strengths: Floats) -> int:
    """Write the places of both ends and the weight of every enabled link; returns how many there are."""
    count = 0
    for k in range(len(links)):
        if links[k].enabled:
            tails[count], heads[count] = place_of(nodes, links[k].source), place_of(nodes, links[k].target)
            strengths[count] = links[k].weight
            count += 1
    return count


@kernel
def mark_needed(nodes: Genes, tails: Ints, heads: Ints, needed: Ints) -> None:
    """needed (N,): 1 for outputs and for every node from which a link path leads to one, else 0."""
    for n in range(len(nodes)):
        needed[n] = nodes[n].kind == OUTPUT
    changed = True
    while changed:
        changed = False
        for k in range(len(tails)):
            if needed[heads[k]] and not needed[tails[k]]:
                needed[tails[k]] = 1
                changed = True


@kernel
def find_levels(tails: Ints, heads: Ints, needed: Ints, levels: Ints) -> bool:
    """levels (N,): the longest link path between needed nodes that ends at each; False where the links close a cycle."""
    levels[:] = 0
    for _ in range(len(levels) + 1):
        changed = False
        for k in range(len(tails)):
            a, b = tails[k], heads[k]
            if needed[a] and needed[b] and levels[b] <= levels[a]:
                levels[b] = levels[a] + 1
                changed = True
        if not changed:
            return True
    return False


@kernel
def assign_slots(nodes: Genes, needed: Ints, levels: Ints, sensors: int, slots: Ints, order: Ints) -> int:
    """slots (N,): inputs first, then the bias, then needed nodes by level, then by id; -1 for the rest.

    order: the places of the needed computing nodes in the order of their slots. Returns how many there are.
    """
    count, sensor, deepest = 0, 0, 0
    for n in range(len(nodes)):
        slots[n] = -1
        if nodes[n].kind == INPUT:
            slots[n] = sensor
            sensor += 1
        elif nodes[n].kind == BIAS:
            slots[n] = sensors
        deepest = max(deepest, levels[n])
    for level in range(deepest + 1):
        for n in range(len(nodes)):
            if levels[n] == level and needed[n] and nodes[n].kind > BIAS:
                slots[n] = sensors + 1 + count
                order[count] = n
                count += 1
    return count


@kernel
def sort_links(
    heads: Ints, tails: Ints, strengths: Floats, slots: Ints, first: int, begin: int, sources: Ints, weights: Floats, ends: Ints
) -> None:
    """Write the links into the nodes of slots `first` and above, node by node, in the links' order, from place `begin` on.

    ends (nodes,): where the links of each node end in the columns. Counted first, then laid down: time in proportion to links.
    """
    ends[:] = 0
    for k in range(len(heads)):
        if slots[heads[k]] >= first:
            ends[slots[heads[k]] - first] += 1
    for n in range(len(ends)):
        begin, ends[n] = begin + ends[n], begin
    for k in range(len(heads)):
        n = slots[heads[k]] - first
        if n >= 0:
            sources[ends[n]], weights[ends[n]] = slots[tails[k]], strengths[k]
            ends[n] += 1


@kernel
def fits(nodes: Genes, sensors: int, answers: int) -> bool:
    """Whether a genome has so many inputs and outputs."""
    inputs, outputs = 0, 0
    for n in range(len(nodes)):
        inputs += nodes[n].kind == INPUT
        outputs += nodes[n].kind == OUTPUT
    return bool(inputs == sensors and outputs == answers)


@kernel
def pack(genomes: Tables, sensors: int, answers: int, recurrent: bool) -> tuple[Nets, int]:
    """Genomes as `Nets`, and the first genome that does not fit or closes a cycle where it must not (-1: none)."""
    nodes, links, node_starts, link_starts = genomes
    size = len(node_starts) - 1
    starts, activations = np.zeros(size + 1, np.int64), np.empty(len(nodes), np.int64)
    ends, sources = np.zeros(len(nodes) + 1, np.int64), np.empty(len(links), np.int64)
    weights, output_slots = np.empty(len(links)), np.empty((size, answers), np.int64)
    most_nodes, most_links = np.max(np.diff(node_starts)), np.max(np.diff(link_starts))
    marks = np.empty((4, most_nodes), np.int64)  # needed, level, slot, order
    pairs, strengths = np.empty((2, most_links), np.int64), np.empty(most_links)
    for p in range(size):
        table, genes = nodes[node_starts[p] : node_starts[p + 1]], links[link_starts[p] : link_starts[p + 1]]
        count = len(table)
        needed, levels, slots, order = marks[0, :count], marks[1, :count], marks[2, :count], marks[3, :count]
        if not fits(table, sensors, answers):
            return Nets(sensors, starts, activations, ends, sources, weights, output_slots), p
        enabled = enabled_links(table, genes, pairs[0], pairs[1], strengths)
        tails, heads = pairs[0, :enabled], pairs[1, :enabled]
        mark_needed(table, tails, heads, needed)
        levels[:] = 0
        if not recurrent and not find_levels(tails, heads, needed, levels):
            return Nets(sensors, starts, activations, ends, sources, weights, output_slots), p
        computing = assign_slots(table, needed, levels, sensors, slots, order)
        first = starts[p]
        starts[p + 1] = first + computing
        own = ends[first + 1 : first + 1 + computing]
        sort_links(heads, tails, strengths, slots, sensors + 1, ends[first], sources, weights, own)
        answer = 0
        for n in range(count):
            if table[n].kind == OUTPUT:
                output_slots[p, answer] = slots[n]
                answer += 1
        for n in range(computing):
            activations[first + n] = table[order[n]].activation
    total = starts[size]
    used = ends[total]
    nets = Nets(sensors, starts, activations[:total], ends[: total + 1], sources[:used], weights[:used], output_slots)
    return nets, -1
