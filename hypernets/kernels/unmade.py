"""N small perceptrons with ReLU whose weights are linear in N vectors z, for few inputs each: no weight is ever made.

Letters in shapes: N networks, S lanes, K numbers of z, I and O what a layer reads and answers, one more for the bias, which is read
from a constant 1; L layers, P parts. Rows are filled up to whole vectors where they are marked: [K O].

Operands are z (N, K), inputs (N, S, I), and for each layer what writes it (I + 1, [K O]). For slopes there are besides, for each
layer, the same with z last (I + 1, [O K]), then for each but the first turned (K O, [I]), and at last the slopes of the outputs
(N, S, O). Results are outputs (N, S, O), or the slopes of z (N, K), and for each layer, part by part, of what writes it
(P, I + 1 up to eights, [K O]).

What a layer answers is a product of what it reads and of what writes it, for as many networks as a tile has rows, then of z.
"""

from __future__ import annotations

import numpy as np

from hypernets.kernels.frames import length, numbers, operand, operands, result, results
from hypernets.kernels.memory import Size, floats
from hypernets.kernels.perceptrons import copy, rectify
from hypernets.kernels.products import EIGHT, SINGLE, clear, eights, outer, positive, product, whole
from hypernets.kernels.tiles import BYTES, WIDTH
from neatcore.compiled import kernel, wide

PARTS = 4


@kernel
def parts(_frame: int) -> int:
    return PARTS


@kernel
def answer(frame: int, part: int, rows: Size) -> None:
    high, layers, lanes, breadth, found = len(rows), depth(frame), length(operand(frame, 1), 1), broadest(frame), result(frame, 0)
    z, values, sums = staged(frame, high)
    last, count = values.ctypes.data + BYTES * layers * high * breadth, length(found, 2)
    for first in range(begin_of(frame, part, high, lanes), begin_of(frame, part + 1, high, lanes), high):
        present = stage(frame, first, z, values, high)
        forward(frame, z, values, sums, rows)
        copy((last, breadth, 1), (numbers(found) + BYTES * first * count, count), (present, count))


@kernel
def slope(frame: int, part: int, rows: Size) -> None:
    high, layers, lanes, breadth = len(rows), depth(frame), length(operand(frame, 1), 1), broadest(frame)
    deep, given, to = length(operand(frame, 0), 1), operand(frame, operands(frame) - 1), result(frame, 0)
    count, stride, across = length(given, 2), across_of(frame), eights(deep)
    z, values, sums = staged(frame, high)
    pairs, slopes, before = (
        np.zeros(len(sums), np.float32),
        np.zeros(high * breadth, np.float32),
        np.zeros(high * breadth, np.float32),
    )
    of_z = np.zeros(high * whole(deep), np.float32)
    for k in range(layers):
        clear(part_of(frame, k, part), length(result(frame, 1 + k), 1) * length(result(frame, 1 + k), 2))
    for first in range(begin_of(frame, part, high, lanes), begin_of(frame, part + 1, high, lanes), high):
        present = stage(frame, first, z, values, high)
        forward(frame, z, values, sums, rows)
        if present < high:
            clear(slopes.ctypes.data, len(slopes))
        copy((numbers(given) + BYTES * first * count, count, 1), (slopes.ctypes.data, breadth), (present, count))
        clear(of_z.ctypes.data, len(of_z))
        for k in range(layers - 1, -1, -1):
            here, read, answers = values.ctypes.data + BYTES * k * high * breadth, reads(frame, k), count
            if k < layers - 1:
                answers = reads(frame, k + 1)
            for row in range(high):
                ours, theirs = z.ctypes.data + BYTES * row * across, slopes.ctypes.data + BYTES * row * breadth
                outer(ours, theirs, pairs.ctypes.data + BYTES * row * stride, (deep, answers))
            left, right = (here, 1, breadth), (pairs.ctypes.data, stride)
            columns, turned = length(result(frame, 1 + k), 2), operand(frame, 2 + layers + k)
            product(EIGHT, left, right, (part_of(frame, k, part), columns), (eights(read + 1), columns, high), True)
            left, right = (here, breadth, 1), (numbers(turned), length(turned, 1))
            product(rows, left, right, (sums.ctypes.data, stride), (high, length(turned, 1), read + 1), False)
            for row in range(high):
                left, right = (slopes.ctypes.data + BYTES * row * breadth, 0, 1), (sums.ctypes.data + BYTES * row * stride, deep)
                there = of_z.ctypes.data + BYTES * row * whole(deep), 0
                product(SINGLE, left, right, there, (1, whole(deep), answers), True)
            if k > 0:
                writer = operand(frame, 1 + 2 * layers + k)
                left, right = (pairs.ctypes.data, stride, 1), (numbers(writer), length(writer, 1))
                product(rows, left, right, (before.ctypes.data, breadth), (high, length(writer, 1), length(writer, 0)), False)
                rectify(before.ctypes.data, here, slopes.ctypes.data, len(before))
        for row in range(present):
            network, lane = (first + row) // lanes, (first + row) % lanes
            gather(numbers(to) + BYTES * network * deep, of_z, row * whole(deep), deep, lane == 0)


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
    return length(operand(frame, 2 + layer), 0) - 1


@kernel
def broadest(frame: int) -> int:
    """How far apart rows of values stand, those of all layers, with room for the constant."""
    widest = whole(last_of(frame))
    for k in range(depth(frame)):
        widest = max(widest, whole(reads(frame, k) + 1))
    return widest


@kernel
def across_of(frame: int) -> int:
    """How far apart rows of products stand, with eights of z and a vector more."""
    return eights(length(operand(frame, 0), 1)) * broadest(frame) + WIDTH


@kernel
def staged(frame: int, high: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Memory for a tile's rows: z, what layers read and answer, what comes between."""
    return (
        np.zeros(high * eights(length(operand(frame, 0), 1)), np.float32),
        np.zeros((depth(frame) + 1) * high * broadest(frame), np.float32),
        np.zeros(high * across_of(frame), np.float32),
    )


@kernel
def stage(frame: int, first: int, z: np.ndarray, values: np.ndarray, high: int) -> int:
    """Put z and inputs there, zeros where there are none; of how many rows."""
    all_z, inputs, breadth = operand(frame, 0), operand(frame, 1), broadest(frame)
    lanes, deep, given = length(inputs, 1), length(all_z, 1), length(inputs, 2)
    present = min(high, length(all_z, 0) * lanes - first)
    if present < high:
        clear(z.ctypes.data, len(z))
        clear(values.ctypes.data, high * breadth)
    for row in range(present):
        source = numbers(all_z) + BYTES * ((first + row) // lanes) * deep
        copy((source, deep, 1), (z.ctypes.data + BYTES * row * eights(deep), deep), (1, deep))
    copy((numbers(inputs) + BYTES * first * given, given, 1), (values.ctypes.data, breadth), (present, given))
    return present


@kernel
def forward(frame: int, z: np.ndarray, values: np.ndarray, sums: np.ndarray, rows: Size) -> None:
    """What all layers read and answer in `values`."""
    high, layers, breadth, stride = len(rows), depth(frame), broadest(frame), across_of(frame)
    deep, here = length(operand(frame, 0), 1), values.ctypes.data
    for k in range(layers):
        read, writer, there = reads(frame, k), operand(frame, 2 + k), here + BYTES * high * breadth
        answers = reads(frame, k + 1) if k < layers - 1 else last_of(frame)
        for row in range(high):
            floats(here)[row * breadth + read] = 1.0
        right, size = (numbers(writer), length(writer, 1)), (high, length(writer, 1), read + 1)
        product(rows, (here, breadth, 1), right, (sums.ctypes.data, stride), size, False)
        for row in range(high):
            left, right = z.ctypes.data + BYTES * row * eights(deep), (sums.ctypes.data + BYTES * row * stride, answers)
            product(SINGLE, (left, 0, 1), right, (there + BYTES * row * breadth, 0), (1, whole(answers), deep), False)
        if k < layers - 1:
            positive(there, high * breadth)
        here = there


@kernel
def last_of(frame: int) -> int:
    """How many outputs there are."""
    return length(result(frame, 0), 2) if results(frame) == 1 else length(operand(frame, operands(frame) - 1), 2)


@kernel
def part_of(frame: int, layer: int, part: int) -> int:
    """Where a part of the slopes of what writes a layer stands."""
    found = result(frame, 1 + layer)
    return numbers(found) + BYTES * part * length(found, 1) * length(found, 2)


@kernel
def gather(to: int, slopes: np.ndarray, begin: int, count: int, new: bool) -> None:
    """The slope of a network's z, over its lanes."""
    wide()
    target = floats(to)
    for k in range(count):
        target[k] = slopes[begin + k] if new else target[k] + slopes[begin + k]
