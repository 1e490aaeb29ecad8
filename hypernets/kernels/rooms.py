"""What a HyperLSTM's kernel reads and writes, and the memory in which a part of the lanes goes through its steps.

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

from hypernets.kernels.frames import length, numbers, operand, operands
from hypernets.kernels.gates import GATES, NORMS, WHOLE, ZERO, Cell, Rows, part, whole
from hypernets.kernels.memory import allocate, floats
from hypernets.kernels.tiles import BYTES, HELD, WIDTH
from neatcore.compiled import kernel

PROJECTED, STATE, RECURRENT, HYPER, EMBED, SCALES, CONSTANTS = range(7)
RECURRENT_TURNED, HYPER_TURNED, EMBED_TURNED, SCALES_TURNED, STATES, SUMS, SLOPES = range(7, 14)
TO_PROJECTED, TO_SUMS, TO_EMBEDDED, TO_SCALES, TO_CONSTANTS, TO_STATE = range(6)
SCALED = 12  # three kinds for four gates
LINE = 64  # bytes


@kernel
def lanes_of_part(lanes: int) -> int:
    """As many as a tile of two vectors has rows, or fewer, so that the parts are even in number. Every third number is enough, of
    which each has to be compiled."""
    pairs = (lanes + HELD - 1) // HELD
    wanted = (lanes + 2 * pairs - 1) // (2 * pairs)
    return min(HELD // 2, wanted + (2 - wanted) % 3)


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
def slopes_at(place: int, high: int, size: Sizes) -> tuple[Slopes, int]:
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
    return Slopes(h, hyper_h, c, hyper_c, gates, sums, embedded, one, few, spare), place


@kernel
def memory_for(frame: int, size: Sizes, high: int) -> tuple[int, int]:
    """New memory for all of the above, and the place in it where a room may begin: with ones.

    The rest is zeros where there are rows that no lane fills, since strange numbers are slow."""
    _, end = room_at(0, high, frame, size)
    _, end = slopes_at(end, high, size)
    memory = allocate(end + LINE)
    place = (memory + LINE - 1) // LINE * LINE
    for k in range(end // BYTES if size.lanes < high else 0):
        floats(place)[k] = ZERO
    for k in range(WIDTH):
        floats(place)[k] = WHOLE
    return memory, place
