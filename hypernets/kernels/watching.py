"""Steps of a HyperLSTM and their slopes, on all of its lanes: a part of the lanes goes through all steps while it is in the cache.

Letters in shapes, and operands: `rooms`.
"""

from __future__ import annotations

from math import ceil

import jax

from hypernets.kernels.calls import called
from hypernets.kernels.frames import length, numbers, operand, result
from hypernets.kernels.gates import (
    GATES,
    NORMS,
    ONE,
    ZERO,
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
from hypernets.kernels.memory import Size, floats, release
from hypernets.kernels.rooms import (
    CONSTANTS,
    EMBED,
    EMBED_TURNED,
    HYPER,
    HYPER_TURNED,
    PROJECTED,
    RECURRENT,
    RECURRENT_TURNED,
    SCALED,
    SCALES,
    SCALES_TURNED,
    SLOPES,
    STATE,
    STATES,
    SUMS,
    TO_CONSTANTS,
    TO_EMBEDDED,
    TO_PROJECTED,
    TO_SCALES,
    TO_STATE,
    TO_SUMS,
    Room,
    Sizes,
    Slopes,
    after_biases,
    at,
    before,
    constants,
    lanes_of_part,
    masks_at,
    memory_for,
    of_state,
    panels,
    panels_of,
    parts,
    room_at,
    sizes_of,
    slopes_at,
)
from hypernets.kernels.tiles import BYTES, HELD, WIDTH, tile
from neatcore.compiled import apart, kernel, wide


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


# --- forwards -----------------------------------------------------------------------------------------------------------


@kernel
def answers(frame: int, index: int, high: Size) -> None:
    size = sizes_of(frame, index, len(high))
    memory, place = memory_for(frame, size, len(high))
    room, _ = room_at(place, len(high), frame, size)
    n, u, lanes = size.units, size.hyper, size.lanes
    old = of_state(operand(frame, STATE), size)
    copy(old, room.h, lanes, n)
    copy(part(old, 2 * n), room.hyper_h, lanes, u)
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
    memory, place = memory_for(frame, size, len(high))
    room, place = room_at(place, len(high), frame, size)
    back, _ = slopes_at(place, len(high), size)
    n, u, lanes, to_state = size.units, size.hyper, size.lanes, of_state(result(frame, TO_STATE), size)
    clear(to_scale(frame, index, 0), SCALED * size.deep)
    clear(Rows(to_constants(frame, index), length(result(frame, TO_CONSTANTS), 1)), 1)
    state = (back.h, 0, n), (back.c, n, n), (back.hyper_h, 2 * n, u), (back.hyper_c, 2 * n + u, u)
    for slopes, _, _ in state:
        clear(slopes, lanes)
    for step in range(size.steps - 1, -1, -1):
        for slopes, begin, columns in state:
            add(part(at(operand(frame, SLOPES), step, size), begin), slopes, lanes, columns)
        main_back(high, tall, frame, index, size, room, back, step)
        watch_back(high, frame, index, size, room, back, step)
        copy(back.sums, at(result(frame, TO_SUMS), step, size), lanes, GATES * (n + u))
        multiply(high, part(back.sums, GATES * n), panels(frame, HYPER_TURNED), back.hyper_h, u, GATES * u)
        multiply(high, back.sums, panels(frame, RECURRENT_TURNED), back.h, n, GATES * (n + u))
    for slopes, begin, columns in state:
        copy(slopes, part(to_state, begin), lanes, columns)
    release(memory)


@kernel
def main_back(high: Size, tall: Size, frame: int, index: int, size: Sizes, room: Room, back: Slopes, step: int) -> None:
    """From h and c to the sums of the main cell, to its old c, and through the scales to the embeddings."""
    apart()
    n, lanes, old = size.units, size.lanes, before(frame, step, size)
    projected, sums = at(operand(frame, PROJECTED), step, size), at(operand(frame, SUMS), step, size)
    mask, _ = masks_at(frame, step, size, SLOPES)
    copy(part(at(operand(frame, STATES), step, size), 2 * n), room.hyper_h, lanes, size.hyper)
    scale(high, frame, size, room, sums, projected)
    answer(high, room.main, mask, part(old, n), room.c, room.h, lanes)
    to_biases = to_constants(frame, index)
    to_gain = to_biases + BYTES * after_biases(size)
    to_shift = to_gain + BYTES * NORMS * n
    slope(high, room.main, mask, part(old, n), back.h, back.c, back.gates, to_gain, to_shift, lanes)
    add_up(back.gates, to_biases, lanes, GATES * n)
    scale_back(high, tall, frame, index, size, room, back, (sums, projected, at(result(frame, TO_PROJECTED), step, size)))
    copy(back.embedded, at(result(frame, TO_EMBEDDED), step, size), lanes, SCALED * size.deep)
    add_up(back.embedded, to_biases + BYTES * GATES * (n + size.hyper), lanes, SCALED * size.deep)


@kernel
def watch_back(high: Size, frame: int, index: int, size: Sizes, room: Room, back: Slopes, step: int) -> None:
    """From embeddings, ĥ and ĉ to the sums of the hyper cell and to its old ĉ."""
    apart()
    n, u, lanes = size.units, size.hyper, size.lanes
    c, sums = part(before(frame, step, size), 2 * n + u), part(back.sums, GATES * n)
    _, mask = masks_at(frame, step, size, SLOPES)
    multiply(high, back.embedded, panels(frame, EMBED_TURNED), back.spare, u, SCALED * size.deep)
    add(back.spare, back.hyper_h, lanes, u)
    copy(part(at(operand(frame, SUMS), step, size), GATES * n), room.watching.gates, lanes, GATES * u)
    answer(high, room.watching, mask, c, room.hyper_c, room.hyper_h, lanes)
    to_biases = to_constants(frame, index)
    to_gain = to_biases + BYTES * (after_biases(size) + 2 * NORMS * n)
    to_shift = to_gain + BYTES * NORMS * u
    slope(high, room.watching, mask, c, back.hyper_h, back.hyper_c, sums, to_gain, to_shift, lanes)
    add_up(sums, to_biases + BYTES * GATES * n, lanes, GATES * u)
    copy(sums, part(at(result(frame, TO_PROJECTED), step, size), GATES * n), lanes, GATES * u)


@kernel
def to_constants(frame: int, index: int) -> int:
    """Where a part puts the slopes of the constants."""
    found = result(frame, TO_CONSTANTS)
    return numbers(found) + BYTES * index * length(found, 1)


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
