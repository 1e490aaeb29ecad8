"""Compiled: populations of CPPNs over blocks of points, in float32.

Scalars at the top, then rows of lanes, then blocks of points. Arithmetic only, no fastmath: the same bits on every instruction
set. Errors are in units of eps = 2^-23; clamps are comparisons that fail for what is not a number, so that none comes out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32, int32
from numpy.typing import NDArray

from neatcore.activations import BUILT_IN
from neatcore.compiled import LARGEST, call, kernel, wide
from neatcore.compiled import own_rows as own_rows
from neatcore.errors import InputError
from neatcore.interfaces import Bools, Ints
from neatcore.nets.columns import Nets
from neatcore.nets.kernels import (
    ABSOLUTE,
    COSINE,
    GAUSSIAN,
    LOGISTIC,
    RAMP,
    RELU,
    SIGMOID,
    SIGNED,
    SIGNED_GAUSSIAN,
    SINE,
    SQUARE,
    STEEP,
    STEP,
    TANH,
)

Single = NDArray[np.float32]

LANES = 768  # points computed together, at most: the values of a dozen nodes fit into the first cache
WIDTH = 32  # rows are computed in multiples of it, so that no point is computed alone: what is beyond the last point is not read
LINE = 16  # numbers in a line of the cache
CAP = float32(LARGEST)
ZERO, HALF, ONE, TWO, THREE = float32(0), float32(0.5), float32(1), float32(2), float32(3)
THIRD = float32(1 / 3)

TO_INTEGER = float32(1.5 * 2**23)  # added to a number, it rounds to an integer, which the sum's low bits then hold
LOG2_E = float32(1.4426950408889634)
LN2 = float32(0.6931471805599453)
LAST_POWER = float32(86)
E2, E3, E4, E5, E6 = (  # e^r = 1 + r + E2 r² …, minimax on ±0.354, relative error 0.03 eps
    float32(0.49999994),
    float32(0.16666509),
    float32(0.04166853),
    float32(0.008370135),
    float32(0.0013811663),
)
PER_PI = float32(0.3183098861837907)
PI_HIGH, PI_MIDDLE, PI_LOW = float32(201 / 64), float32(253 / 2**18), float32(2.5351817e-6)  # k · high, k · middle are exact
LARGEST_ANGLE = float32(65536)
S3, S5, S7, S9 = (  # sin r = r + S3 r³ …, minimax on ±1.62, error 0.06 eps
    float32(-0.16666654),
    float32(0.008332953),
    float32(-0.00019802079),
    float32(2.590272e-6),
)


class Cppns(NamedTuple):
    """Networks to be asked.

    nets: packed, the links of each node from the bias, then the last input … the first, then nodes. weights (L,): theirs.
    needed (N,): the nodes to compute. own: as `own_rows`. bias: the value of the bias node.
    """

    nets: Nets
    weights: Single
    needed: Bools
    own: Ints
    bias: float32


class Sheets(NamedTuple):
    """Two sheets whose pairs are points: source (D, S), target (D, T); whether a point also has the delta and the distance."""

    source: Single
    target: Single
    delta: bool
    distance: bool


@kernel
def clamp(x: float32, low: float32, high: float32) -> float32:
    """x within [low, high]; low where x is not a number."""
    x = x if x > low else low
    return x if x < high else high


@kernel
def decay(y: float32) -> float32:
    """e^-y for y in [0, 86], and e^-86 beyond, to 1 eps of 1: -y = k ln 2 + r, e^-y = 2^k e^r."""
    y = y if y < LAST_POWER else LAST_POWER
    shifted = TO_INTEGER - y * LOG2_E
    k = shifted - TO_INTEGER
    r = k * -LN2 - y
    p = ((((E6 * r + E5) * r + E4) * r + E3) * r + E2) * (r * r) + r + ONE
    return int32(float32(p).view(int32) + (float32(shifted).view(int32) << int32(23))).view(float32)  # k added to the exponent


@kernel
def logistic(x: float32) -> float32:
    """1 / (1 + e^-x), to 1 eps of 1."""
    part = decay(abs(x))
    return (ONE if x >= ZERO else part) / (ONE + part)


@kernel
def hyperbolic_tangent(x: float32, twice: float32) -> float32:
    """tanh(twice · x / 2) = (1 - e^-|twice · x|) / (1 + e^-|twice · x|) with the sign of x, to 1 eps of 1; twice > 0."""
    part = decay(abs(x) * twice)
    size = (ONE - part) / (ONE + part)
    return size if x >= ZERO else -size


@kernel
def sine_of(x: float32, shifted: float32, k: float32) -> float32:
    """± sin r for x = k π + r, minus where k is odd; the low bits of `shifted` hold k, or the integer next to it."""
    r = ((x - k * PI_HIGH) - k * PI_MIDDLE) - k * PI_LOW
    q = r * r
    p = (((S9 * q + S7) * q + S5) * q + S3) * (q * r) + r
    return int32(float32(p).view(int32) ^ (float32(shifted).view(int32) << int32(31))).view(float32)


@kernel
def sine(x: float32) -> float32:
    """sin x for x in ±65536, clamped outside, to 2 eps."""
    x = clamp(x, -LARGEST_ANGLE, LARGEST_ANGLE)
    shifted = x * PER_PI + TO_INTEGER
    return sine_of(x, shifted, shifted - TO_INTEGER)


@kernel
def cosine(x: float32) -> float32:
    """cos x = sin(x + π / 2), as `sine`."""
    x = clamp(x, -LARGEST_ANGLE, LARGEST_ANGLE)
    shifted = (x * PER_PI + HALF) + TO_INTEGER
    return sine_of(x, shifted, (shifted - TO_INTEGER) - HALF)


@kernel
def activate(code: int, values: Single, slot: int, lanes: int) -> None:
    """Apply one activation to a row of values (slots, LANES), in place. The switch is outside the loops, so that they vectorise."""
    wide()
    if code in (SIGMOID, LOGISTIC):
        slope = float32(4.9) if code == SIGMOID else ONE
        for s in range(lanes):
            values[slot, s] = logistic(slope * values[slot, s])
    elif code in (TANH, SIGNED, STEEP):
        twice = TWO if code == TANH else ONE if code == SIGNED else float32(4.9)  # 2 / (1 + e^-x) - 1 = tanh(x / 2)
        for s in range(lanes):
            values[slot, s] = hyperbolic_tangent(values[slot, s], twice)
    elif code == GAUSSIAN:
        for s in range(lanes):
            values[slot, s] = decay(values[slot, s] * values[slot, s])
    elif code == SIGNED_GAUSSIAN:
        for s in range(lanes):
            values[slot, s] = TWO * decay(values[slot, s] * values[slot, s]) - ONE
    elif code == SINE:
        for s in range(lanes):
            values[slot, s] = sine(values[slot, s])
    elif code == COSINE:
        for s in range(lanes):
            values[slot, s] = cosine(values[slot, s])
    else:
        activate_piece(code, values, slot, lanes)


@kernel
def activate_piece(code: int, values: Single, slot: int, lanes: int) -> None:
    """The activations without a transcendental function."""
    wide()
    if code == STEP:
        for s in range(lanes):
            values[slot, s] = ONE if values[slot, s] > ZERO else ZERO
    elif code == SQUARE:
        for s in range(lanes):
            values[slot, s] = clamp(values[slot, s] * values[slot, s], ZERO, CAP)
    elif code == RAMP:
        for s in range(lanes):
            values[slot, s] = clamp(values[slot, s], -THREE, THREE) * THIRD
    elif code == ABSOLUTE:
        for s in range(lanes):
            values[slot, s] = clamp(abs(values[slot, s]), ZERO, CAP)
    else:
        lowest = ZERO if code == RELU else -CAP
        for s in range(lanes):
            values[slot, s] = clamp(values[slot, s], lowest, CAP)


@kernel
def activate_own(number: int, own: Ints, values: Single, slot: int, lanes: int) -> None:
    """Apply a registered activation, by its number among `own_rows`, to a row of values (slots, LANES), in place."""
    if number >= len(own):
        raise InputError("a network has an activation that is not registered in this process")
    row = values[slot, :lanes].copy()
    call(own[number], row.ctypes.data, lanes)
    values[slot, :lanes] = row


@kernel
def activate_rows(code: int, values: Single, own: Ints) -> None:
    """Apply one activation, built in or registered, to all rows of values (R, S), in place."""
    for r in range(len(values)):
        if code < BUILT_IN:
            activate(code, values, r, values.shape[1])
        else:
            activate_own(code - BUILT_IN, own, values, r, values.shape[1])


@kernel
def needed_nodes(nets: Nets) -> Bools:
    """Which nodes (N,) are outputs, or have a link path to one."""
    needed = np.zeros(len(nets.activations), np.bool_)
    for net in range(len(nets.output_slots)):
        first = nets.node_starts[net] - nets.inputs - 1  # of the slots of its nodes, the first that is not a sensor's
        for slot in nets.output_slots[net]:
            needed[first + slot] = True
        for n in range(nets.node_starts[net + 1] - 1, nets.node_starts[net] - 1, -1):
            if needed[n]:
                for source in nets.sources[nets.link_starts[n] : nets.link_starts[n + 1]]:
                    if source > nets.inputs:
                        needed[first + source] = True
    return needed


@kernel
def begin(values: Single, slot: int, lanes: int, total: float32, sources: Ints, weights: Single, first: int, last: int) -> None:
    """Row `slot` = total + Σ weight · row of the source over the one to four links first … last, in their order, in one pass."""
    wide()
    count, second, third, end = last - first, min(first + 1, last - 1), min(first + 2, last - 1), last - 1
    i, j, m, n = sources[first], sources[second], sources[third], sources[end]
    a, b, c, d = weights[first], weights[second], weights[third], weights[end]
    if count == 1:
        for s in range(lanes):
            values[slot, s] = total + a * values[i, s]
    elif count == 2:
        for s in range(lanes):
            values[slot, s] = total + a * values[i, s] + b * values[j, s]
    elif count == 3:
        for s in range(lanes):
            values[slot, s] = total + a * values[i, s] + b * values[j, s] + c * values[m, s]
    else:
        for s in range(lanes):
            values[slot, s] = total + a * values[i, s] + b * values[j, s] + c * values[m, s] + d * values[n, s]


@kernel
def add_four(values: Single, slot: int, lanes: int, sources: Ints, weights: Single, k: int) -> None:
    """Add weight · row of the source of the four links from k on, in their order, to row `slot`, in one pass."""
    wide()
    i, j, m, n = sources[k], sources[k + 1], sources[k + 2], sources[k + 3]
    a, b, c, d = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
    for s in range(lanes):
        values[slot, s] = values[slot, s] + a * values[i, s] + b * values[j, s] + c * values[m, s] + d * values[n, s]


@kernel
def fill(values: Single, slot: int, lanes: int, total: float32) -> None:
    """Row `slot` = total."""
    wide()
    for s in range(lanes):
        values[slot, s] = total


@kernel
def compute(cppns: Cppns, net: int, values: Single, lanes: int, fixed: int) -> None:
    """The needed nodes of one network over the lanes of a block: values (slots, LANES), whose first rows are inputs and bias.

    The rows from `fixed` to the bias hold one value each, which is read from their first lane alone.
    """
    nets, weights, needed, own, _ = cppns
    inputs, node_starts, activations, link_starts, sources, _, _ = nets
    first, width = node_starts[net], (lanes + WIDTH - 1) // WIDTH * WIDTH
    for n in range(first, node_starts[net + 1]):
        if needed[n]:
            slot, k, last, total = inputs + 1 + n - first, link_starts[n], link_starts[n + 1], ZERO
            while k < last and fixed <= sources[k] <= inputs:
                total += weights[k] * values[sources[k], 0]
                k += 1
            rest = last - (last - k - 1) // 4 * 4
            if k == last:
                fill(values, slot, width, total)
            else:
                begin(values, slot, width, total, sources, weights, k, rest)
                for four in range(rest, last, 4):
                    add_four(values, slot, width, sources, weights, four)
            if activations[n] < BUILT_IN:
                activate(activations[n], values, slot, width)
            else:
                activate_own(activations[n] - BUILT_IN, own, values, slot, lanes)


@kernel
def block_of(cppns: Cppns) -> Single:
    """Values (slots, LANES) with room for the widest network, the bias set; rows begin where a line of the cache does."""
    starts = cppns.nets.node_starts
    slots = cppns.nets.inputs + 1 + np.max(starts[1:] - starts[:-1])
    room = np.zeros(slots * LANES + LINE, np.float32)
    begin = -(room.ctypes.data // room.itemsize) % LINE
    values = room[begin : begin + slots * LANES].reshape(slots, LANES)
    values[cppns.nets.inputs] = cppns.bias
    return values


@kernel
def place(outputs: Single, block: int) -> tuple[int, int, int, int]:
    """Network, row, first point and number of points of a block of outputs (P, O, R, C): rows are cut evenly."""
    rows, count = outputs.shape[2], outputs.shape[3]
    pieces = (count + LANES - 1) // LANES
    row, piece = block // pieces, block % pieces
    start = count * piece // pieces
    return row // rows, row % rows, start, count * (piece + 1) // pieces - start


@kernel
def keep(nets: Nets, net: int, values: Single, outputs: Single, row: int, start: int, lanes: int) -> None:
    """Write the outputs of one network over a block to outputs (P, O, R, C), from point `start` of a row on."""
    for o in range(outputs.shape[1]):
        found, kept = values[nets.output_slots[net, o]], outputs[net, o, row, start : start + lanes]
        for s in range(lanes):
            kept[s] = found[s]


@kernel
def query_points(cppns: Cppns, points: Single, outputs: Single, first: int, last: int) -> None:
    """Blocks first … last of outputs (P, O, 1, Q) over points (Q, I), counted genome by genome."""
    values, inputs = block_of(cppns), cppns.nets.inputs
    for block in range(first, last):
        net, row, start, lanes = place(outputs, block)
        run = points[start : start + lanes]
        for i in range(inputs):
            for s in range(lanes):
                values[i, s] = run[s, i]
        compute(cppns, net, values, lanes, inputs)
        keep(cppns.nets, net, values, outputs, row, start, lanes)


@kernel
def query_pairs(cppns: Cppns, sheets: Sheets, outputs: Single, first: int, last: int) -> None:
    """Blocks first … last of outputs over the pairs of two sheets, counted genome by genome.

    Outputs (P, O, T, S), or (P, O, 1, T · S) where blocks would be short; where a block has one target, that is read once.
    """
    values, dimensions = block_of(cppns), len(sheets.source)
    alone = outputs.shape[2] == sheets.target.shape[1] and not sheets.delta and not sheets.distance
    fixed = dimensions if alone else cppns.nets.inputs
    for block in range(first, last):
        net, row, start, lanes = place(outputs, block)
        load_pairs(values, sheets, row * outputs.shape[3] + start, lanes, fixed)
        compute(cppns, net, values, lanes, fixed)
        keep(cppns.nets, net, values, outputs, row, start, lanes)


@kernel
def load_pairs(values: Single, sheets: Sheets, start: int, lanes: int, fixed: int) -> None:
    """The pairs from number `start` on as inputs: pair t · S + s joins source s to target t. Of rows from `fixed` on one lane."""
    source, target, delta, distance = sheets
    dimensions, size = source.shape
    begin = 0
    while begin < lanes:
        t, s = (start + begin) // size, (start + begin) % size
        run = min(lanes - begin, size - s)
        for d in range(dimensions):
            starts, sources = values[d, begin : begin + run], source[d, s : s + run]  # slices: loops from 0 vectorise
            for k in range(run):
                starts[k] = sources[k]
            values[dimensions + d, begin : begin + (run if dimensions + d < fixed else 1)] = target[d, t]
        begin += run
    if delta:
        for d in range(dimensions):
            for k in range(lanes):
                values[2 * dimensions + d, k] = values[dimensions + d, k] - values[d, k]
    if distance:
        load_distance(values, (3 if delta else 2) * dimensions, dimensions, lanes)


@kernel
def load_distance(values: Single, row: int, dimensions: int, lanes: int) -> None:
    """Row `row` = the distance between the ends of each pair, whose coordinates are the first 2 · dimensions rows."""
    for k in range(lanes):
        values[row, k] = ZERO
    for d in range(dimensions):
        for k in range(lanes):
            step = values[dimensions + d, k] - values[d, k]
            values[row, k] += step * step
    for k in range(lanes):
        values[row, k] = np.sqrt(values[row, k])
