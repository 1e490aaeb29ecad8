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
from neatcore.compiled import LARGEST, call, kernel
from neatcore.compiled import own_rows as own_rows
from neatcore.errors import InputError
from neatcore.interfaces import Ints
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

LANES = 512  # points computed together: the values of a dozen nodes fit into the first cache
CAP = float32(LARGEST)
ZERO, HALF, ONE, TWO, THREE = float32(0), float32(0.5), float32(1), float32(2), float32(3)

TO_INTEGER = float32(1.5 * 2**23)  # added to a number, it rounds to an integer, which the sum's low bits then hold
LOG2_E = float32(1.4426950408889634)
LN2_HIGH, LN2_LOW = float32(0.693359375), float32(-2.1219444170128554e-4)  # k · high is exact
LEAST_POWER, LARGEST_POWER = float32(-86), float32(88)
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
def exponential(x: float32) -> float32:
    """e^x for x in [-86, 88], clamped outside, to 1 eps: x = k ln 2 + r, e^x = 2^k e^r."""
    x = clamp(x, LEAST_POWER, LARGEST_POWER)
    shifted = x * LOG2_E + TO_INTEGER
    k = shifted - TO_INTEGER
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = ((((E6 * r + E5) * r + E4) * r + E3) * r + E2) * (r * r) + r + ONE
    return int32(float32(p).view(int32) + (float32(shifted).view(int32) << int32(23))).view(float32)  # k added to the exponent


@kernel
def logistic(x: float32) -> float32:
    """1 / (1 + e^-x), to 1 eps."""
    return ONE / (ONE + exponential(-x))


@kernel
def hyperbolic_tangent(x: float32) -> float32:
    """tanh x = (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x, to 1 eps."""
    decay = exponential(-TWO * abs(x))
    size = (ONE - decay) / (ONE + decay)
    return size if x >= ZERO else -size


@kernel
def sine(x: float32, lead: float32) -> float32:
    """sin(x + lead π) for x in ±65536, clamped outside, to 2 eps: x = (k - lead) π + r, ± sin r."""
    x = clamp(x, -LARGEST_ANGLE, LARGEST_ANGLE)
    shifted = (x * PER_PI + lead) + TO_INTEGER
    k = (shifted - TO_INTEGER) - lead
    r = ((x - k * PI_HIGH) - k * PI_MIDDLE) - k * PI_LOW
    q = r * r
    p = (((S9 * q + S7) * q + S5) * q + S3) * (q * r) + r
    return int32(float32(p).view(int32) ^ (float32(shifted).view(int32) << int32(31))).view(
        float32
    )  # the sign turns where k is odd


@kernel
def activate(code: int, values: Single, slot: int, lanes: int) -> None:
    """Apply one activation to a row of values (slots, LANES), in place. The switch is outside the loops, so that they vectorise."""
    if code in (SIGMOID, LOGISTIC):
        slope = float32(4.9) if code == SIGMOID else ONE
        for s in range(lanes):
            values[slot, s] = logistic(slope * values[slot, s])
    elif code in (TANH, SIGNED, STEEP):
        slope = ONE if code == TANH else HALF if code == SIGNED else float32(2.45)  # 2 / (1 + e^-x) - 1 = tanh(x / 2)
        for s in range(lanes):
            values[slot, s] = hyperbolic_tangent(slope * values[slot, s])
    elif code in (GAUSSIAN, SIGNED_GAUSSIAN):
        gain, lift = (ONE, ZERO) if code == GAUSSIAN else (TWO, -ONE)
        for s in range(lanes):
            values[slot, s] = gain * exponential(-values[slot, s] * values[slot, s]) + lift
    elif code in (SINE, COSINE):
        lead = ZERO if code == SINE else HALF
        for s in range(lanes):
            values[slot, s] = sine(values[slot, s], lead)
    else:
        activate_piece(code, values, slot, lanes)


@kernel
def activate_piece(code: int, values: Single, slot: int, lanes: int) -> None:
    """The activations without a transcendental function."""
    if code == STEP:
        for s in range(lanes):
            values[slot, s] = ONE if values[slot, s] > ZERO else ZERO
    elif code == SQUARE:
        for s in range(lanes):
            values[slot, s] = clamp(values[slot, s] * values[slot, s], ZERO, CAP)
    elif code == RAMP:
        for s in range(lanes):
            values[slot, s] = clamp(values[slot, s], -THREE, THREE) / THREE
    elif code == ABSOLUTE:
        for s in range(lanes):
            values[slot, s] = clamp(abs(values[slot, s]), ZERO, CAP)
    else:
        lowest = ZERO if code == RELU else -CAP
        for s in range(lanes):
            values[slot, s] = clamp(values[slot, s], lowest, CAP)


@kernel
def activate_own(number: int, own: Ints, values: Single, slot: int, lanes: int) -> None:
    """Apply a registered activation, by its number among `own_rows`, to a row of values (slots, S), in place."""
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
def gather(values: Single, slot: int, lanes: int, sources: Ints, weights: Single, first: int, last: int) -> None:
    """Row `slot` = Σ weight · row of the source over the links first … last, in their order; four a pass, to spare the cache."""
    fours = first + (last - first) // 4 * 4
    for s in range(lanes):
        values[slot, s] = ZERO
    for k in range(first, fours, 4):
        i, j, m, n = sources[k], sources[k + 1], sources[k + 2], sources[k + 3]
        a, b, c, d = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        for s in range(lanes):
            three = values[slot, s] + a * values[i, s] + b * values[j, s] + c * values[m, s]
            values[slot, s] = three + d * values[n, s]
    for k in range(fours, last):
        i, a = sources[k], weights[k]
        for s in range(lanes):
            values[slot, s] += a * values[i, s]


@kernel
def compute(nets: Nets, weights: Single, own: Ints, net: int, values: Single, lanes: int) -> None:
    """All nodes of one network over the lanes of a block: values (slots, LANES), whose first rows are the inputs and the bias."""
    first = nets.node_starts[net]
    for n in range(first, nets.node_starts[net + 1]):
        slot = nets.inputs + 1 + n - first
        gather(values, slot, lanes, nets.sources, weights, nets.link_starts[n], nets.link_starts[n + 1])
        if nets.activations[n] < BUILT_IN:
            activate(nets.activations[n], values, slot, lanes)
        else:
            activate_own(nets.activations[n] - BUILT_IN, own, values, slot, lanes)


@kernel
def block_of(nets: Nets, bias: float32) -> Single:
    """Values (slots, LANES) with room for the widest network, the bias set."""
    widest = 0
    for net in range(len(nets.output_slots)):
        widest = max(widest, nets.node_starts[net + 1] - nets.node_starts[net])
    values = np.zeros((nets.inputs + 1 + widest, LANES), np.float32)
    values[nets.inputs] = bias
    return values


@kernel
def keep(nets: Nets, net: int, values: Single, outputs: Single, start: int, lanes: int) -> None:
    """Write the outputs of one network over a block to outputs (P, O, Q) from point `start` on."""
    for o in range(outputs.shape[1]):
        slot = nets.output_slots[net, o]
        for s in range(lanes):
            outputs[net, o, start + s] = values[slot, s]


@kernel
def query_points(
    nets: Nets, weights: Single, own: Ints, bias: float32, points: Single, outputs: Single, first: int, last: int
) -> None:
    """Blocks first … last of outputs (P, O, Q) over points (Q, I), counted genome by genome."""
    count = outputs.shape[2]
    blocks = (count + LANES - 1) // LANES
    values = block_of(nets, bias)
    for block in range(first, last):
        net, start = block // blocks, block % blocks * LANES
        lanes = min(LANES, count - start)
        run = points[start : start + lanes]
        for i in range(nets.inputs):
            for s in range(lanes):
                values[i, s] = run[s, i]
        compute(nets, weights, own, net, values, lanes)
        keep(nets, net, values, outputs, start, lanes)


@kernel
def query_pairs(
    nets: Nets, weights: Single, own: Ints, bias: float32, sheets: Sheets, outputs: Single, first: int, last: int
) -> None:
    """Blocks first … last of outputs (P, O, T·S) over the pairs of two sheets, counted genome by genome."""
    count = outputs.shape[2]
    blocks = (count + LANES - 1) // LANES
    values = block_of(nets, bias)
    for block in range(first, last):
        net, start = block // blocks, block % blocks * LANES
        lanes = min(LANES, count - start)
        load_pairs(values, sheets, start, lanes)
        compute(nets, weights, own, net, values, lanes)
        keep(nets, net, values, outputs, start, lanes)


@kernel
def load_pairs(values: Single, sheets: Sheets, start: int, lanes: int) -> None:
    """The pairs from number `start` on as inputs: pair t · S + s joins source s to target t."""
    source, target, delta, distance = sheets
    dimensions, size = source.shape
    begin = 0
    while begin < lanes:
        t, s = (start + begin) // size, (start + begin) % size
        run = min(lanes - begin, size - s)
        for d in range(dimensions):
            load_ends(values, d, dimensions + d, begin, run, source, s, target[d, t])
        begin += run
    if delta:
        for d in range(dimensions):
            for k in range(lanes):
                values[2 * dimensions + d, k] = values[dimensions + d, k] - values[d, k]
    if distance:
        load_distance(values, (3 if delta else 2) * dimensions, dimensions, lanes)


@kernel
def load_ends(values: Single, near: int, far: int, begin: int, run: int, source: Single, first: int, there: float32) -> None:
    """One coordinate of a run of pairs of one target: sources from `first` on into row `near`, the target into row `far`."""
    starts, ends = values[near, begin : begin + run], values[far, begin : begin + run]  # slices: loops from 0 vectorise
    sources = source[near, first : first + run]
    for k in range(run):
        starts[k] = sources[k]
    for k in range(run):
        ends[k] = there


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
