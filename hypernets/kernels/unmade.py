"""N small perceptrons with ReLU whose weights are linear in N vectors z, for few inputs each: no weight is ever made.

Letters in shapes: N networks, S lanes, K numbers of z, I and O what a layer reads and answers, one more for the bias, which is read
from a constant 1; L layers, P parts. Rows are filled up to whole vectors where they are marked, [I], and what writes a layer stands
in blocks, of so many of its K O numbers as a tile is broad: (B, I + 1, two vectors).

Operands are z (N, K), inputs (N, S, I), and for each layer what writes it. For slopes there are besides, for each layer but the
first, the same turned (K O, [I]), and at last the slopes of the outputs (N, S, O). Results are outputs (N, S, O), or the slopes of
z (N, K), and for each layer, part by part, of what writes it (P, B, I + 1 up to whole tiles, two vectors).

What a layer answers is a product of what it reads and of what writes it, for as many networks as a tile has rows, then of z. The
first of these products, (K, O) for each network, is also what the slope of z is found from.
"""

from __future__ import annotations

from typing import NamedTuple

from hypernets.kernels.frames import length, numbers, operand, operands, result, results
from hypernets.kernels.memory import LINE, Size, aligned, allocate, floats, release
from hypernets.kernels.perceptrons import copy, rectify
from hypernets.kernels.products import BLOCK, EIGHT, ONE, SINGLE, clear, eights, outer, positive, product, whole
from hypernets.kernels.tiles import BYTES, WIDTH, paired
from hypernets.kernels.turns import turn
from neatcore.compiled import kernel

PARTS = 4


class Desk(NamedTuple):
    """Where things stand in the memory of one part."""

    z: int  # (rows, eights of K)
    values: int  # what layers read and answer, (L + 1, rows, `breadth`)
    slopes: int  # of what a layer answers (rows, `breadth`)
    before: int  # of what it reads
    of_z: int  # of z, as sums that are still to be added up, (rows, eights of K, a vector)
    pairs: int  # products of z and of slopes, (rows, `stride`)
    sums: int  # products of what layers read and of what writes them, (L, rows, `stride`)
    end: int
    breadth: int
    stride: int


@kernel
def parts(_frame: int) -> int:
    return PARTS


@kernel
def answer(frame: int, part: int, rows: Size) -> None:
    high, layers, lanes, found = len(rows), depth(frame), length(operand(frame, 1), 1), result(frame, 0)
    memory = allocate(desk(frame, 0, high).end + LINE)
    here = prepared(frame, memory, high)
    last, count = here.values + BYTES * layers * high * here.breadth, length(found, 2)
    for first in range(begin_of(frame, part, high, lanes), begin_of(frame, part + 1, high, lanes), high):
        present = stage(frame, first, here, high)
        forward(frame, here, rows)
        copy((last, here.breadth, 1), (numbers(found) + BYTES * first * count, count), (present, count))
    release(memory)


@kernel
def slope(frame: int, part: int, rows: Size, tall: Size) -> None:
    high, layers, lanes, deep = len(rows), depth(frame), length(operand(frame, 1), 1), length(operand(frame, 0), 1)
    given, to, vectors = operand(frame, operands(frame) - 1), result(frame, 0), eights(deep) * WIDTH
    memory, count = allocate(desk(frame, 0, high).end + LINE), length(given, 2)
    here = prepared(frame, memory, high)
    begin, end = begin_of(frame, part, high, lanes), begin_of(frame, part + 1, high, lanes)
    if begin == end:
        for k in range(layers):
            clear(part_of(frame, k, part), part_size(frame, k))
    for first in range(begin, end, high):
        present = stage(frame, first, here, high)
        forward(frame, here, rows)
        clear(here.slopes, high * here.breadth)
        copy((numbers(given) + BYTES * first * count, count, 1), (here.slopes, here.breadth), (present, count))
        clear(here.of_z, high * vectors)
        for k in range(layers - 1, -1, -1):
            back(frame, k, part_of(frame, k, part), first > begin, here, rows, tall)
        for row in range(present):
            network, lane, ours = (first + row) // lanes, (first + row) % lanes, here.of_z + BYTES * row * vectors
            gather(numbers(to) + BYTES * network * deep, ours, here.pairs, deep, lane == 0)
    release(memory)


@kernel
def back(frame: int, layer: int, to: int, kept: bool, here: Desk, rows: Size, tall: Size) -> None:
    """The slopes of what writes a layer, which are added to those of before where they are `kept`, of z, and of what it reads."""
    high, read, answers, deep = len(rows), reads(frame, layer), answered(frame, layer), length(operand(frame, 0), 1)
    breadth, stride, blocks = here.breadth, here.stride, length(operand(frame, 2 + layer), 0)
    values, sums = here.values + BYTES * layer * high * breadth, here.sums + BYTES * layer * high * stride
    for row in range(high):
        ours, theirs = here.slopes + BYTES * row * breadth, sums + BYTES * row * stride
        outer(here.z + BYTES * row * eights(deep), ours, here.pairs + BYTES * row * stride, (deep, answers))
        for k in range(0, deep, len(EIGHT)):
            left, to_z = (theirs + BYTES * k * answers, answers, 0, WIDTH), here.of_z + BYTES * (row * eights(deep) + k) * WIDTH
            paired(EIGHT, ONE, left, (ours, 0, WIDTH), (to_z, WIDTH), (1, whole(answers) // WIDTH), True)
    tiles = (read + len(tall)) // len(tall) * len(tall)
    for block in range(blocks):
        right, there = (here.pairs + BYTES * block * BLOCK, stride), (to + BYTES * block * tiles * BLOCK, BLOCK)
        product(tall, (values, 1, breadth), right, there, (tiles, BLOCK, high), kept)
    if layer > 0:
        writer = operand(frame, 1 + depth(frame) + layer)
        right, size = (numbers(writer), length(writer, 1)), (high, length(writer, 1), length(writer, 0))
        product(rows, (here.pairs, stride, 1), right, (here.before, breadth), size, False)
        rectify(here.before, values, here.slopes, high * breadth)


@kernel
def begin_of(frame: int, part: int, rows: int, lanes: int) -> int:
    """The first row of a part, of tiles of so many rows; there is one for each lane of each network."""
    tiles = (length(operand(frame, 0), 0) * lanes + rows - 1) // rows
    return tiles * part // PARTS * rows


@kernel
def depth(frame: int) -> int:
    """How many layers there are: for outputs there are operands for each, for slopes results."""
    return results(frame) - 1 if results(frame) > 1 else operands(frame) - 2


@kernel
def reads(frame: int, layer: int) -> int:
    """What a layer reads, without the constant."""
    return length(operand(frame, 2 + layer), 1) - 1


@kernel
def answered(frame: int, layer: int) -> int:
    """What it answers."""
    if layer < depth(frame) - 1:
        return reads(frame, layer + 1)
    return length(result(frame, 0), 2) if results(frame) == 1 else length(operand(frame, operands(frame) - 1), 2)


@kernel
def desk(frame: int, begin: int, high: int) -> Desk:
    layers, deep, breadth, stride = depth(frame), length(operand(frame, 0), 1), 0, 0
    for k in range(layers):
        answers = answered(frame, k)
        breadth = max(breadth, whole(reads(frame, k) + 1), whole(answers))
        stride = max(stride, max(length(operand(frame, 2 + k), 0) * BLOCK, eights(deep) * answers) + WIDTH)
    wide = BYTES * high * breadth
    values = begin + BYTES * whole(high * eights(deep))
    slopes = values + (layers + 1) * wide
    of_z = slopes + 2 * wide
    pairs = of_z + BYTES * high * eights(deep) * WIDTH
    sums = pairs + BYTES * high * stride
    return Desk(begin, values, slopes, slopes + wide, of_z, pairs, sums, sums + BYTES * layers * high * stride, breadth, stride)


@kernel
def prepared(frame: int, memory: int, high: int) -> Desk:
    """Zeros wherever more is read than is written."""
    here = desk(frame, aligned(memory), high)
    clear(here.z, (here.pairs - here.z) // BYTES)
    for k in range(depth(frame)):
        written = length(operand(frame, 2 + k), 0) * BLOCK
        for row in range(high):
            clear(here.sums + BYTES * ((k * high + row) * here.stride + written), here.stride - written)
    return here


@kernel
def stage(frame: int, first: int, here: Desk, high: int) -> int:
    """Put z and inputs there, zeros where there are none; of how many rows."""
    all_z, inputs = operand(frame, 0), operand(frame, 1)
    lanes, deep, given = length(inputs, 1), length(all_z, 1), length(inputs, 2)
    present = min(high, length(all_z, 0) * lanes - first)
    if present < high:
        clear(here.z, high * eights(deep))
        clear(here.values, high * here.breadth)
    for row in range(present):
        source = numbers(all_z) + BYTES * ((first + row) // lanes) * deep
        copy((source, deep, 1), (here.z + BYTES * row * eights(deep), deep), (1, deep))
    copy((numbers(inputs) + BYTES * first * given, given, 1), (here.values, here.breadth), (present, given))
    return present


@kernel
def forward(frame: int, here: Desk, rows: Size) -> None:
    """What all layers read and answer, and what comes between."""
    high, layers, breadth, stride = len(rows), depth(frame), here.breadth, here.stride
    deep, values, sums = length(operand(frame, 0), 1), here.values, here.sums
    for k in range(layers):
        read, writer, answers, there = reads(frame, k), operand(frame, 2 + k), answered(frame, k), values + BYTES * high * breadth
        for row in range(high):
            floats(values)[row * breadth + read] = 1.0
        for block in range(length(writer, 0)):
            right, to = (numbers(writer) + BYTES * block * (read + 1) * BLOCK, BLOCK), (sums + BYTES * block * BLOCK, stride)
            product(rows, (values, breadth, 1), right, to, (high, BLOCK, read + 1), False)
        for row in range(high):
            left, right = here.z + BYTES * row * eights(deep), (sums + BYTES * row * stride, answers)
            product(SINGLE, (left, 0, 1), right, (there + BYTES * row * breadth, 0), (1, whole(answers), deep), False)
        if k < layers - 1:
            positive(there, high * breadth)
        values, sums = there, sums + BYTES * high * stride


@kernel
def part_of(frame: int, layer: int, part: int) -> int:
    """Where a part of the slopes of what writes a layer stands."""
    return numbers(result(frame, 1 + layer)) + BYTES * part * part_size(frame, layer)


@kernel
def part_size(frame: int, layer: int) -> int:
    found = result(frame, 1 + layer)
    return length(found, 1) * length(found, 2) * length(found, 3)


@kernel
def gather(to: int, of_z: int, spare: int, deep: int, new: bool) -> None:
    """Add up the slope of a network's z, over its lanes."""
    turn((of_z, WIDTH), (spare, whole(deep)), (deep, WIDTH))
    target, slopes = floats(to), floats(spare)
    for lane in range(1, WIDTH):
        for k in range(deep):
            slopes[k] += slopes[lane * whole(deep) + k]
    for k in range(deep):
        target[k] = slopes[k] if new else target[k] + slopes[k]
