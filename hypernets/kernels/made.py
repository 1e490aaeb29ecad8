"""N small perceptrons with ReLU whose weights are linear in N vectors z, for many inputs each: weights are made in the cache.

Letters in shapes: as in `unmade`; besides T weights of a network, of which B blocks are made at a time, each two vectors broad.
Operands are z (N, K), inputs (N, S, I), what writes the weights (B, K, two vectors), and how broad layers are (L + 1), from inputs to
outputs. For slopes there are besides what writes the weights the other way round, (T, [K]), and at last the slopes of the outputs
(N, S, O). Results are outputs (N, S, O), or the slopes of z (N, K), and part by part those of what writes the weights
(P, B, K up to eights, two vectors).

Weights are made of as many networks as a tile has rows, and each of these reads its inputs while they are there. A layer's stand as
(I + 1, O), the last layer's first, as that is the order in which slopes are found: whole vectors may then be written beyond a
layer's end. What layers read and answer, and the slopes of that, stand with lanes last, (I, [S]), so that a layer's answers need not
be whole vectors.
"""

from __future__ import annotations

import numpy as np

from hypernets.kernels.frames import length, numbers, operand, operands, result
from hypernets.kernels.memory import Size, floats
from hypernets.kernels.perceptrons import copy, rectify
from hypernets.kernels.products import EIGHT, clear, eights, positive, product, whole
from hypernets.kernels.tiles import BYTES, WIDTH
from hypernets.kernels.turns import turn
from hypernets.kernels.unmade import begin_of
from neatcore.compiled import kernel

BLOCK = 2 * WIDTH


@kernel
def answer(frame: int, part: int, rows: Size, high: Size, low: Size) -> None:
    lanes, outputs, layers, stride, found = length(operand(frame, 1), 1), broad(frame, depth(frame)), depth(frame), space(frame), result(frame, 0)
    z, weights = np.zeros(len(rows) * eights(length(operand(frame, 0), 1)), np.float32), np.empty(len(rows) * stride, np.float32)
    values, spare = constants(frame), np.zeros(flat(frame), np.float32)
    last = values.ctypes.data + BYTES * layers * room(frame)
    for first in range(begin_of(frame, part, len(rows), 1), begin_of(frame, part + 1, len(rows), 1), len(rows)):
        present = stage(frame, first, z, weights, rows)
        for row in range(present):
            forward(frame, first + row, weights.ctypes.data + BYTES * row * stride, values, spare, high, low)
            turn((last, whole(lanes)), (spare.ctypes.data, outputs), (outputs, lanes))
            count = lanes * outputs
            copy((spare.ctypes.data, 0, 1), (numbers(found) + BYTES * (first + row) * count, 0), (1, count))


@kernel
def slope(frame: int, part: int, rows: Size, high: Size, low: Size, tall: Size) -> None:
    lanes, stride, count, given = length(operand(frame, 1), 1), space(frame), len(rows), operand(frame, 5)
    deep, turned, outputs = length(operand(frame, 0), 1), operand(frame, 4), broad(frame, depth(frame))
    z, of_z = np.zeros(count * eights(deep), np.float32), np.empty(count * whole(deep), np.float32)
    weights, found = np.empty(count * stride, np.float32), np.zeros(count * stride, np.float32)
    values, spare, slopes = constants(frame), np.zeros(flat(frame), np.float32), np.zeros(3 * room(frame), np.float32)
    to = result(frame, 1)
    size = length(to, 1) * length(to, 2) * length(to, 3)
    clear(numbers(to) + BYTES * part * size, size)
    for first in range(begin_of(frame, part, count, 1), begin_of(frame, part + 1, count, 1), count):
        present = stage(frame, first, z, weights, rows)
        if present < count:
            clear(found.ctypes.data, len(found))
        for row in range(present):
            forward(frame, first + row, weights.ctypes.data + BYTES * row * stride, values, spare, high, low)
            all_of_it = lanes * outputs
            copy((numbers(given) + BYTES * (first + row) * all_of_it, 0, 1), (spare.ctypes.data, 0), (1, all_of_it))
            back(frame, weights.ctypes.data + BYTES * row * stride, found.ctypes.data + BYTES * row * stride, values, spare, slopes, high, low, tall)
        right, all_of_it = (numbers(turned), length(turned, 1)), (count, length(turned, 1), length(turned, 0))
        product(rows, (found.ctypes.data, stride, 1), right, (of_z.ctypes.data, whole(deep)), all_of_it, False)
        copy((of_z.ctypes.data, whole(deep), 1), (numbers(result(frame, 0)) + BYTES * first * deep, deep), (present, deep))
        left, there = (z.ctypes.data, 1, eights(deep)), numbers(to) + BYTES * part * size
        for block in range(length(to, 1)):
            right = found.ctypes.data + BYTES * block * BLOCK, stride
            product(EIGHT, left, right, (there + BYTES * block * eights(deep) * BLOCK, BLOCK), (eights(deep), BLOCK, count), True)


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
def flat(frame: int) -> int:
    """Room for the inputs or the outputs of one network as they come, and for what is read beyond."""
    return max(broad(frame, 0), broad(frame, depth(frame))) * whole(length(operand(frame, 1), 1)) + WIDTH


@kernel
def space(frame: int) -> int:
    """For all weights of one network, and what is written beyond."""
    return length(operand(frame, 2), 0) * BLOCK + WIDTH


@kernel
def constants(frame: int) -> np.ndarray:
    """Memory for what layers read and answer, with the constants that they read."""
    apart, lanes = room(frame), whole(length(operand(frame, 1), 1))
    values = np.zeros((depth(frame) + 1) * apart, np.float32)
    for k in range(depth(frame)):
        begin = k * apart + broad(frame, k) * lanes
        values[begin : begin + lanes] = 1.0
    return values


@kernel
def stage(frame: int, first: int, z: np.ndarray, weights: np.ndarray, rows: Size) -> int:
    """The weights of as many networks as there are rows, network by network; of how many there are any."""
    all_z, panels, stride = operand(frame, 0), operand(frame, 2), space(frame)
    deep = length(all_z, 1)
    present = min(len(rows), length(all_z, 0) - first)
    if present < len(rows):
        clear(z.ctypes.data, len(z))
    copy((numbers(all_z) + BYTES * first * deep, deep, 1), (z.ctypes.data, eights(deep)), (present, deep))
    for block in range(length(panels, 0)):
        right, to = numbers(panels) + BYTES * block * deep * BLOCK, weights.ctypes.data + BYTES * block * BLOCK
        product(rows, (z.ctypes.data, eights(deep), 1), (right, BLOCK), (to, stride), (len(rows), BLOCK, deep), False)
    return present


@kernel
def forward(frame: int, network: int, weights: int, values: np.ndarray, spare: np.ndarray, high: Size, low: Size) -> None:
    """What all layers of one network read and answer in `values`."""
    inputs, layers, here = operand(frame, 1), depth(frame), values.ctypes.data
    lanes, read = length(inputs, 1), length(inputs, 2)
    across = whole(lanes)
    copy((numbers(inputs) + BYTES * network * lanes * read, 0, 1), (spare.ctypes.data, 0), (1, lanes * read))
    turn((spare.ctypes.data, read), (here, across), (lanes, read))
    constant = floats(here + BYTES * read * across)
    for lane in range(across):
        constant[lane] = 1.0
    for k in range(layers):
        weights += BYTES * (broad(frame, k) + 1) * broad(frame, k + 1)
    for k in range(layers):
        read, answers, there = broad(frame, k), broad(frame, k + 1), here + BYTES * room(frame)
        weights -= BYTES * (read + 1) * answers
        fitted(high, low, (weights, 1, answers), (here, across), (there, across), (answers, across, read + 1))
        if k < layers - 1:
            positive(there, answers * across)
        here = there


@kernel
def back(
    frame: int, weights: int, found: int, values: np.ndarray, given: np.ndarray, slopes: np.ndarray, high: Size, low: Size, tall: Size
) -> None:
    """The slopes of all weights of one network, from those of its outputs."""
    layers, lanes, apart = depth(frame), length(operand(frame, 1), 1), BYTES * room(frame)
    across, answers = whole(lanes), broad(frame, layers)
    ours, before, turned = slopes.ctypes.data, slopes.ctypes.data + apart, slopes.ctypes.data + 2 * apart
    right = given.ctypes.data, answers
    turn(right, (ours, across), (lanes, answers))
    for k in range(layers - 1, -1, -1):
        read, answers, here = broad(frame, k), broad(frame, k + 1), values.ctypes.data + k * apart
        product(tall, (here, across, 1), right, (found, answers), (read + 1, whole(answers), lanes), False)
        if k > 0:
            fitted(high, low, (weights, answers, 1), (ours, across), (before, across), (read, across, answers))
            rectify(before, here, ours, read * across)
            right = turned, whole(read)
            turn((ours, across), right, (read, lanes))
        weights, found = weights + BYTES * (read + 1) * answers, found + BYTES * (read + 1) * answers
    clear(found, WIDTH)


@kernel
def fitted(
    high: Size, low: Size, left: tuple[int, int, int], right: tuple[int, int], to: tuple[int, int], size: tuple[int, int, int]
) -> None:
    """A product in tiles that have no more rows than it has."""
    if size[0] >= len(high):
        product(high, left, right, to, size, False)
    else:
        product(low, left, right, to, size, False)
