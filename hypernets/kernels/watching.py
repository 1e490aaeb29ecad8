"""Steps of a HyperLSTM and their slopes, on all of its lanes: a part of the lanes goes through all steps while it is in the cache.

Letters in shapes: T steps, S lanes, N and U units of main and hyper cell, E numbers of an embedding, of which there are twelve,
K = 4 N + 4 U sums, H = 2 N + 2 U numbers remembered, P parts.

Operands, of which slopes have the last ones too: what is read of inputs (T, S, K), the state (S, H); matrices for h (N, K), for ĥ
(U, 4 U), for embeddings (U, 12 E); scales (12, E, N); constants: biases of main cell (4 N), hyper cell (4 U) and embeddings
(12 E), and where there is layer normalisation gain and shift of the main cell (5 N each) and of the hyper cell (5 U each); the
matrices and scales turned; states (T, S, H) and sums (T, S, K), which the steps answered; the slopes of the states; and where there
is dropout, masks (T, S, N + U). Matrices stand in panels (`gates.multiply`).
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import jax

from hypernets.kernels.calls import called
from hypernets.kernels.frames import length, numbers, operand, operands, result
from hypernets.kernels.gates import (
    GATES,
    NORMS,
    ONE,
    WHOLE,
    ZERO,
    Cell,
    Rows,
    add,
    add_up,
    answer,
    copy,
    multiply,
    part,
    row,
    slope,
    whole,
)
from hypernets.kernels.memory import Size, allocate, floats, release
from hypernets.kernels.tiles import BYTES, HELD, WIDTH, tile
from neatcore.compiled import apart, kernel, wide

PROJECTED, STATE, RECURRENT, HYPER, EMBED, SCALES, CONSTANTS = range(7)
RECURRENT_TURNED, HYPER_TURNED, EMBED_TURNED, SCALES_TURNED, STATES, SUMS, SLOPES = range(7, 14)
TO_PROJECTED, TO_SUMS, TO_EMBEDDED, TO_SCALES, TO_CONSTANTS, TO_STATE = range(6)
KINDS, SCALED = 3, 12
LINE = 64  # bytes


@kernel
def lanes_of_part(lanes: int) -> int:
    """As many as a tile of two vectors has rows, or fewer, so that the parts are even in number. Every third number is enough, of
    which each has to be compiled."""
    pairs = (lanes + HELD - 1) // HELD
    wanted = (lanes + 2 * pairs - 1) // (2 * pairs)
    return min(HELD // 2, wanted + (2 - wanted) % 3)


def steps(operands: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
    """All states (T, S, H), and sums (T, S, K): W_h h, and what the gates of the hyper cell sum up."""
    projected, state = operands[PROJECTED], operands[STATE]
    shapes = [(len(projected), *state.shape), projected.shape]
    return called(answers, parts, shapes, *operands, sizes=(lanes_of_part(len(state)),))


def slopes(operands: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
    """Slopes of what was read of inputs (T, S, K), of the sums of h (T, S, K) and of the embeddings (T, S, 12 E); of the scales
    (P, 12, E, N) and the constants (P, …) in parts; of the state (S, H)."""
    projected, state, scales = (operands[k] for k in (PROJECTED, STATE, SCALES))
    (_, across, deep, broad), lanes = scales.shape, len(state)
    count = ceil(lanes / lanes_of_part(lanes))
    shapes = [
        projected.shape,
        projected.shape,
        (*projected.shape[:2], SCALED * deep),
        (count, SCALED, deep, across * broad),
        (count, len(operands[CONSTANTS])),
        state.shape,
    ]
    tall = max(rows for rows in range(1, HELD // 2 + 1) if deep % rows == 0)
    return called(slopes_of, parts, shapes, *operands, sizes=(lanes_of_part(lanes), tall))


class Sizes(NamedTuple):
    """T, S, N, U, E; the first of a part's lanes, and how many it has."""

    steps: int
    all_lanes: int
    units: int
    hyper: int
    deep: int
    first: int
    lanes: int


class Room(NamedTuple):
    """Where a part's numbers are while it goes through its steps."""

    main: Cell
    watching: Cell
    h: Rows
    hyper_h: Rows
    c: Rows
    hyper_c: Rows
    sums: Rows
    embedded: Rows
    scales: Rows  # for h, for inputs, and the bias, each for four gates


class Slopes(NamedTuple):
    """The same of slopes."""

    h: Rows
    hyper_h: Rows
    c: Rows
    hyper_c: Rows
    gates: Rows
    sums: Rows
    embedded: Rows
    one: Rows  # of one kind of scale of one gate
    few: Rows  # of one embedding
    spare: Rows


@kernel
def parts(frame: int) -> int:
    lanes = length(operand(frame, STATE), 0)
    return ceil(lanes / lanes_of_part(lanes))


@kernel
def sizes_of(frame: int, index: int, high: int) -> Sizes:
    projected, scales = operand(frame, PROJECTED), operand(frame, SCALES)
    lanes, first = length(projected, 1), index * high
    units, hyper = length(operand(frame, RECURRENT), 1), length(operand(frame, HYPER), 1)
    return Sizes(length(projected, 0), lanes, units, hyper, length(scales, 2), first, min(high, lanes - first))


@kernel
def panels(frame: int, index: int) -> int:
    return numbers(operand(frame, index))


@kernel
def panels_of(frame: int, index: int, one: int) -> int:
    """Of one of many matrices."""
    many = operand(frame, index)
    return numbers(many) + BYTES * one * length(many, 1) * length(many, 2) * length(many, 3)


@kernel
def at(buffer: int, step: int, size: Sizes) -> Rows:
    """A part's lanes at one step of a (T, S, …)."""
    columns = length(buffer, 2)
    return Rows(numbers(buffer) + BYTES * (step * size.all_lanes + size.first) * columns, columns)


@kernel
def of_state(buffer: int, size: Sizes) -> Rows:
    """A part's lanes of a state (S, H)."""
    columns = length(buffer, 1)
    return Rows(numbers(buffer) + BYTES * size.first * columns, columns)


@kernel
def before(frame: int, step: int, size: Sizes) -> Rows:
    """The state before a step, where those after all steps are given."""
    return of_state(operand(frame, STATE), size) if step == 0 else at(operand(frame, STATES), step - 1, size)


@kernel
def masks_at(frame: int, step: int, size: Sizes, last: int) -> tuple[Rows, Rows]:
    """Of main and hyper cell. last: which operand is the last of those that are always there."""
    if operands(frame) == last + 1:
        return Rows(0, 0), Rows(0, 0)
    masks = at(operand(frame, last + 1), step, size)
    return masks, part(masks, size.units)


@kernel
def constants(frame: int) -> int:
    return numbers(operand(frame, CONSTANTS))


@kernel
def after_biases(size: Sizes) -> int:
    """Where gains begin among the constants; biases are of main cell, hyper cell, embeddings."""
    return GATES * (size.units + size.hyper) + SCALED * size.deep


# --- memory of a part ---------------------------------------------------------------------------------------------------


@kernel
def reserved(size: Sizes, high: int) -> int:
    """Bytes that are enough for all that is taken below."""
    units, hyper = whole(size.units), whole(size.hyper)
    cells = (GATES + NORMS + 4) * (units + hyper) + 4 * (WIDTH + NORMS)
    sums, embedded = whole(GATES * (size.units + size.hyper)), whole(SCALED * size.deep)
    columns = cells + (SCALED + GATES + 4) * units + 4 * hyper + 2 * (sums + embedded) + whole(size.deep)
    return BYTES * ((high + WIDTH) * columns + WIDTH) + LINE


@kernel
def take(place: int, high: int, columns: int) -> tuple[Rows, int]:
    """Rows of whole vectors, and where the next may stand."""
    stride = whole(columns)
    return Rows(place, stride), place + BYTES * high * stride


@kernel
def cell_at(place: int, units: int, high: int, normed: bool, gain: int, ones: int) -> tuple[Cell, int]:
    gates, place = take(place, high, GATES * units)
    even, place = take(place, high, NORMS * units)
    scales, place = take(place, NORMS, high)
    bent, place = take(place, high, units)
    spare, place = take(place, high, units)
    totals, place = take(place, high, WIDTH)
    others, place = take(place, high, WIDTH)
    return Cell(units, normed, gates, even, scales, bent, spare, totals, others, gain, gain + BYTES * NORMS * units, ones), place


@kernel
def room_at(place: int, high: int, frame: int, size: Sizes) -> tuple[Room, int]:
    ones, place = take(place, 1, WIDTH)
    for k in range(WIDTH):
        floats(ones.address)[k] = WHOLE
    gain = constants(frame) + BYTES * after_biases(size)
    normed = length(operand(frame, CONSTANTS), 0) > after_biases(size)
    main, place = cell_at(place, size.units, high, normed, gain, ones.address)
    watching, place = cell_at(place, size.hyper, high, normed, gain + BYTES * 2 * NORMS * size.units, ones.address)
    h, place = take(place, high, size.units)
    hyper_h, place = take(place, high, size.hyper)
    c, place = take(place, high, size.units)
    hyper_c, place = take(place, high, size.hyper)
    sums, place = take(place, high, GATES * (size.units + size.hyper))
    embedded, place = take(place, high, SCALED * size.deep)
    scales, place = take(place, high, SCALED * whole(size.units))
    return Room(main, watching, h, hyper_h, c, hyper_c, sums, embedded, scales), place


@kernel
def slopes_at(place: int, high: int, size: Sizes) -> Slopes:
    h, place = take(place, high, size.units)
    hyper_h, place = take(place, high, size.hyper)
    c, place = take(place, high, size.units)
    hyper_c, place = take(place, high, size.hyper)
    gates, place = take(place, high, GATES * size.units)
    sums, place = take(place, high, GATES * (size.units + size.hyper))
    embedded, place = take(place, high, SCALED * size.deep)
    one, place = take(place, high, size.units)
    few, place = take(place, high, size.deep)
    spare, place = take(place, high, size.hyper)
    return Slopes(h, hyper_h, c, hyper_c, gates, sums, embedded, one, few, spare)


@kernel
def memory_for(size: Sizes, high: int) -> int:
    """As much as is taken above. Zeros, where there are rows that no lane fills, since strange numbers are slow."""
    bytes_ = reserved(size, high)
    memory = allocate(bytes_)
    for k in range(bytes_ // BYTES if size.lanes < high else 0):
        floats(memory)[k] = ZERO
    return memory


# --- forwards -----------------------------------------------------------------------------------------------------------


@kernel
def answers(frame: int, index: int, high: Size) -> None:
    size = sizes_of(frame, index, len(high))
    memory = memory_for(size, len(high))
    room, _ = room_at((memory + LINE - 1) // LINE * LINE, len(high), frame, size)
    n, u, lanes = size.units, size.hyper, size.lanes
    copy(of_state(operand(frame, STATE), size), room.h, lanes, n)
    copy(part(of_state(operand(frame, STATE), size), 2 * n), room.hyper_h, lanes, u)
    old = of_state(operand(frame, STATE), size)
    for step in range(size.steps):
        new, sums = at(result(frame, 0), step, size), at(result(frame, 1), step, size)
        projected, (mask, hyper_mask) = at(operand(frame, PROJECTED), step, size), masks_at(frame, step, size, CONSTANTS)
        multiply(high, room.h, panels(frame, RECURRENT), room.sums, GATES * (n + u), n)
        multiply(high, room.hyper_h, panels(frame, HYPER), room.watching.gates, GATES * u, u)
        watch(frame, size, room, projected)
        copy(room.sums, sums, lanes, GATES * (n + u))
        copy(part(room.sums, GATES * n), room.watching.gates, lanes, GATES * u)
        to_c, to_h = part(new, 2 * n + u), part(new, 2 * n)
        answer(high, room.watching, hyper_mask, part(old, 2 * n + u), to_c, to_h, lanes)
        copy(to_h, room.hyper_h, lanes, u)
        scale(high, frame, size, room, room.sums, projected)
        answer(high, room.main, mask, part(old, n), part(new, n), new, lanes)
        copy(new, room.h, lanes, n)
        old = new
    release(memory)


@kernel
def watch(frame: int, size: Sizes, room: Room, projected: Rows) -> None:
    """All that the hyper cell's gates sum up, beside W_h h: of h, of inputs, of ĥ, and the bias."""
    apart()
    wide()
    bias = floats(constants(frame) + BYTES * GATES * size.units)
    for lane in range(size.lanes):
        sums, own = row(part(room.sums, GATES * size.units), lane), row(room.watching.gates, lane)
        read = row(part(projected, GATES * size.units), lane)
        for k in range(GATES * size.hyper):
            sums[k] += read[k] + own[k] + bias[k]


@kernel
def scale(high: Size, frame: int, size: Sizes, room: Room, sums: Rows, projected: Rows) -> None:
    """From ĥ to what the main cell's gates sum up: d_h ⊙ W_h h + d_x ⊙ W_x x + d_b + b_0 (Ha, Dai & Le 2016, eqs. 7, 8 and 11)."""
    apart()
    wide()
    n, deep, columns = size.units, size.deep, whole(size.units)
    multiply(high, room.hyper_h, panels(frame, EMBED), room.embedded, SCALED * deep, size.hyper)
    bias = constants(frame) + BYTES * GATES * (n + size.hyper)
    add(Rows(bias, 0), room.embedded, size.lanes, SCALED * deep)
    for one in range(SCALED):
        to = part(room.scales, one * columns)
        multiply(high, part(room.embedded, one * deep), panels_of(frame, SCALES, one), to, n, deep)
    for gate in range(GATES):
        bias_0 = floats(constants(frame) + BYTES * gate * n)
        for lane in range(size.lanes):
            of_h, of_x = row(part(sums, gate * n), lane), row(part(projected, gate * n), lane)
            d_h, d_x = row(part(room.scales, gate * columns), lane), row(part(room.scales, (GATES + gate) * columns), lane)
            d_b, to_sum = row(part(room.scales, (2 * GATES + gate) * columns), lane), row(part(room.main.gates, gate * n), lane)
            for k in range(n):
                to_sum[k] = d_h[k] * of_h[k] + d_x[k] * of_x[k]
            for k in range(n):
                to_sum[k] += d_b[k] + bias_0[k]


# --- back ---------------------------------------------------------------------------------------------------------------


@kernel
def slopes_of(frame: int, index: int, high: Size, tall: Size) -> None:
    """From the last step to the first; what each computed within is computed again, but for the products with h and ĥ."""
    size = sizes_of(frame, index, len(high))
    memory = memory_for(size, len(high))
    room, place = room_at((memory + LINE - 1) // LINE * LINE, len(high), frame, size)
    back = slopes_at(place, len(high), size)
    n, u, deep, lanes = size.units, size.hyper, size.deep, size.lanes
    clear(to_scale(frame, index, 0), SCALED * deep)
    to_constants = numbers(result(frame, TO_CONSTANTS)) + BYTES * index * length(result(frame, TO_CONSTANTS), 1)
    clear(Rows(to_constants, length(result(frame, TO_CONSTANTS), 1)), 1)
    clear(back.h, lanes)
    clear(back.c, lanes)
    clear(back.hyper_h, lanes)
    clear(back.hyper_c, lanes)
    to_gain = to_constants + BYTES * after_biases(size)
    to_hyper_gain = to_gain + BYTES * 2 * NORMS * n
    for step in range(size.steps - 1, -1, -1):
        old, new = before(frame, step, size), at(operand(frame, STATES), step, size)
        projected, sums = at(operand(frame, PROJECTED), step, size), at(operand(frame, SUMS), step, size)
        given, (mask, hyper_mask) = at(operand(frame, SLOPES), step, size), masks_at(frame, step, size, SLOPES)
        add(given, back.h, lanes, n)
        add(part(given, n), back.c, lanes, n)
        add(part(given, 2 * n), back.hyper_h, lanes, u)
        add(part(given, 2 * n + u), back.hyper_c, lanes, u)
        copy(part(new, 2 * n), room.hyper_h, lanes, u)
        scale(high, frame, size, room, sums, projected)
        answer(high, room.main, mask, part(old, n), room.c, room.h, lanes)
        shift = to_gain + BYTES * NORMS * n
        slope(high, room.main, mask, part(old, n), back.h, back.c, back.gates, to_gain, shift, lanes)
        add_up(back.gates, to_constants, lanes, GATES * n)
        to_projected = at(result(frame, TO_PROJECTED), step, size)
        scale_back(high, tall, frame, index, size, room, back, (sums, projected, to_projected))
        copy(back.embedded, at(result(frame, TO_EMBEDDED), step, size), lanes, SCALED * deep)
        add_up(back.embedded, to_constants + BYTES * GATES * (n + u), lanes, SCALED * deep)
        multiply(high, back.embedded, panels(frame, EMBED_TURNED), back.spare, u, SCALED * deep)
        add(back.spare, back.hyper_h, lanes, u)
        copy(part(sums, GATES * n), room.watching.gates, lanes, GATES * u)
        hyper_c, hyper_sums = part(old, 2 * n + u), part(back.sums, GATES * n)
        answer(high, room.watching, hyper_mask, hyper_c, room.hyper_c, room.hyper_h, lanes)
        shift = to_hyper_gain + BYTES * NORMS * u
        slope(
            high,
            room.watching,
            hyper_mask,
            hyper_c,
            back.hyper_h,
            back.hyper_c,
            hyper_sums,
            to_hyper_gain,
            shift,
            lanes,
        )
        add_up(hyper_sums, to_constants + BYTES * GATES * n, lanes, GATES * u)
        copy(hyper_sums, part(to_projected, GATES * n), lanes, GATES * u)
        copy(back.sums, at(result(frame, TO_SUMS), step, size), lanes, GATES * (n + u))
        multiply(high, hyper_sums, panels(frame, HYPER_TURNED), back.hyper_h, u, GATES * u)
        multiply(high, back.sums, panels(frame, RECURRENT_TURNED), back.h, n, GATES * (n + u))
    to_state = of_state(result(frame, TO_STATE), size)
    copy(back.h, to_state, lanes, n)
    copy(back.c, part(to_state, n), lanes, n)
    copy(back.hyper_h, part(to_state, 2 * n), lanes, u)
    copy(back.hyper_c, part(to_state, 2 * n + u), lanes, u)
    release(memory)


@kernel
def to_scale(frame: int, index: int, one: int) -> Rows:
    """Where a part puts the slopes of one of the scales; those of the others come after it."""
    found = result(frame, TO_SCALES)
    deep, columns = length(found, 2), length(found, 3)
    return Rows(numbers(found) + BYTES * (index * SCALED + one) * deep * columns, columns)


@kernel
def clear(rows: Rows, count: int) -> None:
    """So many rows."""
    apart()
    wide()
    for k in range(count):
        numbers = row(rows, k)
        for j in range(rows.stride):
            numbers[j] = ZERO


@kernel
def scale_back(
    high: Size, tall: Size, frame: int, index: int, size: Sizes, room: Room, back: Slopes, known: tuple[Rows, Rows, Rows]
) -> None:
    """From the slopes of the main cell's gates to those of W_h h, W_x x, the scales and the embeddings.

    known: W_h h, W_x x, and where the slope of W_x x is to be put."""
    apart()
    wide()
    sums, projected, to_projected = known
    n, deep, columns = size.units, size.deep, whole(size.units)
    for one in range(SCALED):
        gate = one % GATES
        factor = sums if one < GATES else projected
        for lane in range(size.lanes):
            given, to, of = row(part(back.gates, gate * n), lane), row(back.one, lane), row(part(factor, gate * n), lane)
            if one < 2 * GATES:
                for k in range(n):
                    to[k] = given[k] * of[k]
                moved = row(part(back.sums if one < GATES else to_projected, gate * n), lane)
                d = row(part(room.scales, one * columns), lane)
                for k in range(n):
                    moved[k] = given[k] * d[k]
            else:
                for k in range(n):
                    to[k] = given[k]
        multiply(high, back.one, panels_of(frame, SCALES_TURNED, one), back.few, deep, n)
        copy(back.few, part(back.embedded, one * deep), size.lanes, deep)
        outer(tall, size.lanes, part(room.embedded, one * deep), back.one, to_scale(frame, index, one), (deep, columns))


@kernel
def outer(tall: Size, lanes: int, left: Rows, right: Rows, to: Rows, size: tuple[int, int]) -> None:
    """Add the sum over lanes of products of numbers of `left` and `right`. size: rows, a multiple of `tall`, and columns."""
    apart()
    for first in range(0, size[0], len(tall)):
        here = left.address + BYTES * first, 1, 0, left.stride
        for column in range(0, size[1], WIDTH):
            there = to.address + BYTES * (first * to.stride + column), to.stride
            tile(tall, ONE, here, (right.address + BYTES * column, 0, right.stride), there, (1, lanes), True)
