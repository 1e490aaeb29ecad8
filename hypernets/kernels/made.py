"""N small perceptrons with ReLU whose weights are linear in N vectors z, for many inputs each: weights are made in the cache.

Letters in shapes: as in `unmade`; besides T weights of a network, of which B blocks are made at a time, each two vectors broad.
Operands are z (N, K), inputs (N, S, I), what writes the weights (B, [K], two vectors), and how broad layers are (L + 1), from
inputs to outputs; for slopes besides those of the outputs (N, S, O). Results are outputs (N, S, O), or the slopes of z (N, K), and
part by part those of what writes the weights (P, B, K up to eights, two vectors).

Weights are made of some networks at a time, and each of these reads its inputs while they are there. A layer's stand as (I + 1, O),
the last layer's first, as that is the order in which slopes are found: whole vectors may then be written beyond a layer's end. What
layers read and answer, and the slopes of that, stand with lanes last, (I, [S]), so that answers need not be whole vectors.
"""

from __future__ import annotations

from typing import NamedTuple

from hypernets.kernels.frames import length, numbers, operand, result
from hypernets.kernels.memory import LINE, Size, aligned, allocate, floats, release
from hypernets.kernels.perceptrons import copy, rectify
from hypernets.kernels.products import BLOCK, EIGHT, clear, eights, positive, product, whole
from hypernets.kernels.tiles import BYTES, WIDTH
from hypernets.kernels.turns import turn
from hypernets.kernels.unmade import begin_of
from neatcore.compiled import kernel

TILES = 2  # as many times as many networks as a tile has rows have their weights at once


class Desk(NamedTuple):
    """Where things stand in the memory of one part."""

    values: int  # what layers read and answer, (L + 1, I + 1, [S])
    spare: int  # inputs or outputs, (S, I) or (S, O), as they come
    slopes: int  # of what a layer answers (O, [S])
    before: int  # of what it reads (I, [S])
    turned: int  # of what it answers (S, [O])
    z: int  # (networks, eights of K)
    weights: int  # (networks, `stride`)
    found: int  # their slopes
    of_z: int  # (networks, [K])
    writers: int  # what writes the weights, the other way round (T, [K])
    end: int
    stride: int  # from network to network


@kernel
def answer(frame: int, part: int, rows: Size, high: Size, low: Size) -> None:
    lanes, layers, count, found = length(operand(frame, 1), 1), depth(frame), TILES * len(rows), result(frame, 0)
    outputs, memory = broad(frame, layers), allocate(desk(frame, 0, count, high, False).end + LINE)
    here = prepared(frame, memory, count, high, False)
    for first in range(begin_of(frame, part, count, 1), begin_of(frame, part + 1, count, 1), count):
        present = stage(frame, first, here, rows)
        for row in range(present):
            forward(frame, first + row, here.weights + BYTES * row * here.stride, here, high, low)
            turn((here.values + BYTES * layers * room(frame), whole(lanes)), (here.spare, outputs), (outputs, lanes))
            size = lanes * outputs
            copy((here.spare, 0, 1), (numbers(found) + BYTES * (first + row) * size, 0), (1, size))
    release(memory)


@kernel
def slope(frame: int, part: int, rows: Size, high: Size, low: Size) -> None:
    given, to, count, deep = operand(frame, 4), result(frame, 1), TILES * len(rows), length(operand(frame, 0), 1)
    memory, size = allocate(desk(frame, 0, count, high, True).end + LINE), length(given, 1) * length(given, 2)
    here = prepared(frame, memory, count, high, True)
    begin, end = begin_of(frame, part, count, 1), begin_of(frame, part + 1, count, 1)
    there = numbers(to) + BYTES * part * length(to, 1) * length(to, 2) * BLOCK
    if begin == end:
        clear(there, length(to, 1) * length(to, 2) * BLOCK)
    for first in range(begin, end, count):
        present = stage(frame, first, here, rows)
        if present < count:
            clear(here.found, count * here.stride)
        for row in range(present):
            weights, found = here.weights + BYTES * row * here.stride, here.found + BYTES * row * here.stride
            forward(frame, first + row, weights, here, high, low)
            copy((numbers(given) + BYTES * (first + row) * size, 0, 1), (here.spare, 0), (1, size))
            back(frame, weights, found, here, high, low)
        across, all_of_it = whole(deep), (count, whole(deep), length(to, 1) * BLOCK)
        product(rows, (here.found, here.stride, 1), (here.writers, across), (here.of_z, across), all_of_it, False)
        copy((here.of_z, across, 1), (numbers(result(frame, 0)) + BYTES * first * deep, deep), (present, deep))
        for block in range(length(to, 1)):
            right, target = (here.found + BYTES * block * BLOCK, here.stride), there + BYTES * block * eights(deep) * BLOCK
            product(EIGHT, (here.z, 1, eights(deep)), right, (target, BLOCK), (eights(deep), BLOCK, count), first > begin)
    release(memory)


@kernel
def depth(frame: int) -> int:
    """How many layers there are."""
    return length(operand(frame, 3), 0) - 1


@kernel
def broad(frame: int, layer: int) -> int:
    """What a layer reads, without the constant; after the last layer, what that answers."""
    return int(floats(numbers(operand(frame, 3)))[layer])


@kernel
def room(frame: int) -> int:
    """For what a layer reads, with the constant, in whole blocks."""
    most = 0
    for k in range(depth(frame) + 1):
        most = max(most, whole(broad(frame, k) + 1))
    return most * whole(length(operand(frame, 1), 1))


@kernel
def beyond(frame: int, high: Size) -> int:
    """How many numbers beyond the last weight of a network are written, by tiles that are higher and broader than layers."""
    most = end = 0
    for k in range(depth(frame)):
        reads, answers = broad(frame, k) + 1, broad(frame, k + 1)
        end += reads * answers
        most = max(most, max(reads, len(high)) * answers + WIDTH - end)
    return length(operand(frame, 2), 0) * BLOCK - end + whole(most)


@kernel
def desk(frame: int, begin: int, count: int, high: Size, sloped: bool) -> Desk:
    """What answers need stands first."""
    deep, lanes, blocks = length(operand(frame, 0), 1), whole(length(operand(frame, 1), 1)), length(operand(frame, 2), 0)
    apart, stride = BYTES * room(frame), blocks * BLOCK + whole(beyond(frame, high))
    spare = begin + (depth(frame) + 1) * apart
    slopes = spare + BYTES * (max(broad(frame, 0), broad(frame, depth(frame))) * lanes + WIDTH)
    z = slopes + 3 * apart
    weights = z + BYTES * whole(count * eights(deep))
    found = weights + BYTES * count * stride
    of_z = found + BYTES * count * stride
    writers = of_z + BYTES * count * whole(deep)
    end = writers + BYTES * blocks * BLOCK * whole(deep) if sloped else found
    return Desk(begin, spare, slopes, slopes + apart, slopes + 2 * apart, z, weights, found, of_z, writers, end, stride)


@kernel
def prepared(frame: int, memory: int, count: int, high: Size, sloped: bool) -> Desk:
    """Zeros where what is not there is read, the constants, and what writes the weights turned."""
    here, lanes, panels = desk(frame, aligned(memory), count, high, sloped), whole(length(operand(frame, 1), 1)), operand(frame, 2)
    clear(here.values, (here.weights - here.values) // BYTES)
    for k in range(1, depth(frame)):
        fill(here.values + BYTES * (k * room(frame) + broad(frame, k) * lanes), lanes)
    if sloped:
        for block in range(length(panels, 0)):
            begin = BYTES * block * length(panels, 1) * BLOCK
            turn((numbers(panels) + begin, BLOCK), (here.writers + begin, length(panels, 1)), (length(panels, 1), BLOCK))
    return here


@kernel
def fill(address: int, count: int) -> None:
    """Ones."""
    values = floats(address)
    for k in range(count):
        values[k] = 1.0


@kernel
def stage(frame: int, first: int, here: Desk, rows: Size) -> int:
    """The weights of so many networks, network by network; of how many there are any."""
    all_z, panels, count = operand(frame, 0), operand(frame, 2), TILES * len(rows)
    deep, size = length(all_z, 1), BYTES * BLOCK * length(panels, 1)
    across, present = eights(deep), min(count, length(all_z, 0) - first)
    if present < count:
        clear(here.z, count * across)
    copy((numbers(all_z) + BYTES * first * deep, deep, 1), (here.z, across), (present, deep))
    for block in range(length(panels, 0)):
        right, to = (numbers(panels) + block * size, BLOCK), (here.weights + BYTES * block * BLOCK, here.stride)
        product(rows, (here.z, across, 1), right, to, (count, BLOCK, deep), False)
    return present


@kernel
def forward(frame: int, network: int, weights: int, here: Desk, high: Size, low: Size) -> None:
    """What all layers of one network read and answer."""
    inputs, layers, values = operand(frame, 1), depth(frame), here.values
    lanes, read = length(inputs, 1), length(inputs, 2)
    across = whole(lanes)
    copy((numbers(inputs) + BYTES * network * lanes * read, 0, 1), (here.spare, 0), (1, lanes * read))
    turn((here.spare, read), (values, across), (lanes, read))
    fill(values + BYTES * read * across, across)
    for k in range(layers):
        weights += BYTES * (broad(frame, k) + 1) * broad(frame, k + 1)
    for k in range(layers):
        read, answers, there = broad(frame, k), broad(frame, k + 1), values + BYTES * room(frame)
        weights -= BYTES * (read + 1) * answers
        fitted(high, low, (weights, 1, answers), (values, across), (there, across), (answers, across, read + 1))
        if k < layers - 1:
            positive(there, answers * across)
        values = there


@kernel
def back(frame: int, weights: int, found: int, here: Desk, high: Size, low: Size) -> None:
    """The slopes of all weights of one network, from those of its outputs, which are in `spare`."""
    layers, lanes, apart = depth(frame), length(operand(frame, 1), 1), BYTES * room(frame)
    across, answers = whole(lanes), broad(frame, layers)
    right = here.spare, answers
    turn(right, (here.slopes, across), (lanes, answers))
    for k in range(layers - 1, -1, -1):
        read, answers, values = broad(frame, k), broad(frame, k + 1), here.values + k * apart
        rows = max(read + 1, len(high))
        product(high, (values, across, 1), right, (found, answers), (rows, whole(answers), lanes), False)
        if k > 0:
            fitted(high, low, (weights, answers, 1), (here.slopes, across), (here.before, across), (read, across, answers))
            rectify(here.before, values, here.slopes, read * across)
            right = here.turned, whole(read)
            turn((here.slopes, across), right, (read, lanes))
        weights, found = weights + BYTES * (read + 1) * answers, found + BYTES * (read + 1) * answers
    clear(found, beyond(frame, high))


@kernel
def fitted(
    high: Size, low: Size, left: tuple[int, int, int], right: tuple[int, int], to: tuple[int, int], size: tuple[int, int, int]
) -> None:
    """A product in tiles that have no more rows than it has."""
    if size[0] >= len(high):
        product(high, left, right, to, size, False)
    else:
        product(low, left, right, to, size, False)
