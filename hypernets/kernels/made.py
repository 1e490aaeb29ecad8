"""N small perceptrons with ReLU whose weights are linear in N vectors z, for many inputs each: weights are made in the cache.

Letters in shapes: as in `unmade`. Operands are z (N, K), inputs (N, S, I), and for each layer what writes it (I + 1, K, [O]). For
slopes there are besides, for each layer, the same turned, (I + 1, [O], [K]), then for each but the first turned the other way,
(O, K, [I]), and at last the slopes of the outputs (N, S, O). Results are outputs (N, S, O), or the slopes of z (N, K), and for each
layer, part by part, of what writes it (P, I + 1, K up to eights, [O]).

Weights are made of as many networks as a tile has rows, and each of these reads its inputs while they are there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hypernets.kernels.frames import length, numbers, operand, operands, result
from hypernets.kernels.memory import Size, floats
from hypernets.kernels.perceptrons import copy, rectify
from hypernets.kernels.products import EIGHT, clear, eights, positive, product, whole
from hypernets.kernels.tiles import BYTES
from hypernets.kernels.unmade import begin_of, broadest, depth, reads
from neatcore.compiled import kernel


@kernel
def answer(frame: int, part: int, rows: Size, high: Size) -> None:
    layers, lanes, stride, found = depth(frame), length(operand(frame, 1), 1), space(frame), result(frame, 0)
    z, weights = np.zeros(len(rows) * eights(length(operand(frame, 0), 1)), np.float32), np.empty(len(rows) * stride, np.float32)
    breadth, size = broadest(frame), (lanes, length(found, 2))
    values = np.zeros((layers + 1) * lanes * breadth, np.float32)
    last = values.ctypes.data + BYTES * layers * lanes * breadth
    for first in range(begin_of(frame, part, len(rows), 1), begin_of(frame, part + 1, len(rows), 1), len(rows)):
        present = stage(frame, first, z, weights, rows)
        for row in range(present):
            forward(frame, first + row, weights.ctypes.data + BYTES * row * stride, values, high)
            copy((last, breadth, 1), (numbers(found) + BYTES * (first + row) * size[0] * size[1], size[1]), size)


@kernel
def slope(frame: int, part: int, rows: Size, high: Size, tall: Size) -> None:
    layers, lanes, stride, given = depth(frame), length(operand(frame, 1), 1), space(frame), operand(frame, operands(frame) - 1)
    deep, breadth, count = length(operand(frame, 0), 1), broadest(frame), len(rows)
    z, of_z = np.zeros(count * eights(deep), np.float32), np.empty(count * whole(deep), np.float32)
    weights, found, turned = (
        np.empty(count * stride, np.float32),
        np.zeros(count * stride, np.float32),
        np.empty(count * stride, np.float32),
    )
    values, slopes = np.zeros((layers + 1) * lanes * breadth, np.float32), np.zeros(lanes * breadth, np.float32)
    before, size = np.zeros(lanes * breadth, np.float32), (lanes, length(given, 2))
    for k in range(layers):
        to_writer = result(frame, 1 + k)
        clear(part_of(frame, k, part), length(to_writer, 1) * length(to_writer, 2) * length(to_writer, 3))
    for first in range(begin_of(frame, part, count, 1), begin_of(frame, part + 1, count, 1), count):
        present = stage(frame, first, z, weights, rows)
        stage_turned(frame, z, turned, rows)
        if present < count:
            clear(found.ctypes.data, len(found))
        for row in range(present):
            forward(frame, first + row, weights.ctypes.data + BYTES * row * stride, values, high)
            clear(slopes.ctypes.data, len(slopes))
            copy((numbers(given) + BYTES * (first + row) * size[0] * size[1], size[1], 1), (slopes.ctypes.data, breadth), size)
            places = Places(found.ctypes.data + BYTES * row * stride, turned.ctypes.data + BYTES * (row + 1) * stride)
            back(frame, places, values, slopes, before, high, tall)
        clear(of_z.ctypes.data, len(of_z))
        here = found.ctypes.data
        for k in range(layers):
            panels, columns = operand(frame, 2 + layers + k), length(operand(frame, 2 + k), 2)
            right, all_of_it = (numbers(panels), length(panels, 2)), (count, length(panels, 2), (reads(frame, k) + 1) * columns)
            product(rows, (here, stride, 1), right, (of_z.ctypes.data, whole(deep)), all_of_it, True)
            to = part_of(frame, k, part)
            for _ in range(reads(frame, k) + 1):
                size_of_row = eights(deep), columns, count
                product(EIGHT, (z.ctypes.data, 1, eights(deep)), (here, stride), (to, columns), size_of_row, True)
                here, to = here + BYTES * columns, to + BYTES * eights(deep) * columns
        copy((of_z.ctypes.data, whole(deep), 1), (numbers(result(frame, 0)) + BYTES * first * deep, deep), (present, deep))


class Places(NamedTuple):
    """Where the slopes of a network's weights begin, and where its turned matrices end."""

    slopes: int
    turned: int


@kernel
def space(frame: int) -> int:
    """For all weights of one network, either way round."""
    made = turned = 0
    for k in range(depth(frame)):
        writer = operand(frame, 2 + k)
        made += length(writer, 0) * length(writer, 2)
        turned += length(writer, 2) * whole(length(writer, 0))
    return max(made, turned)


@kernel
def part_of(frame: int, layer: int, part: int) -> int:
    """Where a part of the slopes of what writes a layer stands."""
    found = result(frame, 1 + layer)
    return numbers(found) + BYTES * part * length(found, 1) * length(found, 2) * length(found, 3)


@kernel
def stage(frame: int, first: int, z: np.ndarray, weights: np.ndarray, rows: Size) -> int:
    """The weights of as many networks as there are rows, network by network, layer by layer; of how many there are any."""
    all_z, stride = operand(frame, 0), space(frame)
    deep, to = length(all_z, 1), weights.ctypes.data
    present = min(len(rows), length(all_z, 0) - first)
    if present < len(rows):
        clear(z.ctypes.data, len(z))
    copy((numbers(all_z) + BYTES * first * deep, deep, 1), (z.ctypes.data, eights(deep)), (present, deep))
    for k in range(depth(frame)):
        writer = operand(frame, 2 + k)
        columns = length(writer, 2)
        for i in range(length(writer, 0)):
            right = numbers(writer) + BYTES * i * deep * columns, columns
            product(rows, (z.ctypes.data, eights(deep), 1), right, (to, stride), (len(rows), columns, deep), False)
            to += BYTES * columns
    return present


@kernel
def stage_turned(frame: int, z: np.ndarray, turned: np.ndarray, rows: Size) -> None:
    """Their matrices but the first turned, the last layer's at the end."""
    deep, stride, layers = length(operand(frame, 0), 1), space(frame), depth(frame)
    to = turned.ctypes.data + BYTES * stride
    for k in range(layers - 1, 0, -1):
        writer = operand(frame, 1 + 2 * layers + k)
        columns = length(writer, 2)
        to -= BYTES * length(writer, 0) * columns
        for o in range(length(writer, 0)):
            right, there = (numbers(writer) + BYTES * o * deep * columns, columns), to + BYTES * o * columns
            product(rows, (z.ctypes.data, eights(deep), 1), right, (there, stride), (len(rows), columns, deep), False)


@kernel
def forward(frame: int, network: int, weights: int, values: np.ndarray, high: Size) -> None:
    """What all layers of one network read and answer in `values`."""
    inputs, layers, breadth, here = operand(frame, 1), depth(frame), broadest(frame), values.ctypes.data
    lanes, given = length(inputs, 1), length(inputs, 2)
    copy((numbers(inputs) + BYTES * network * lanes * given, given, 1), (here, breadth), (lanes, given))
    for k in range(layers):
        read, columns, there = reads(frame, k), length(operand(frame, 2 + k), 2), here + BYTES * lanes * breadth
        for lane in range(lanes):
            floats(here)[lane * breadth + read] = 1.0
        product(high, (here, breadth, 1), (weights, columns), (there, breadth), (lanes, columns, read + 1), False)
        if k < layers - 1:
            positive(there, lanes * breadth)
        here, weights = there, weights + BYTES * (read + 1) * columns


@kernel
def back(frame: int, places: Places, values: np.ndarray, slopes: np.ndarray, before: np.ndarray, high: Size, tall: Size) -> None:
    """The slopes of all weights of one network, from those of its outputs."""
    layers, breadth, lanes = depth(frame), broadest(frame), length(operand(frame, 1), 1)
    to, turned = places.slopes, places.turned
    for k in range(layers):
        to += BYTES * (reads(frame, k) + 1) * length(operand(frame, 2 + k), 2)
    for k in range(layers - 1, -1, -1):
        read, columns = reads(frame, k), length(operand(frame, 2 + k), 2)
        here = values.ctypes.data + BYTES * k * lanes * breadth
        to -= BYTES * (read + 1) * columns
        product(tall, (here, 1, breadth), (slopes.ctypes.data, breadth), (to, columns), (read + 1, columns, lanes), False)
        if k > 0:
            writer = operand(frame, 1 + 2 * layers + k)
            steps, across = length(writer, 0), length(writer, 2)
            turned -= BYTES * steps * across
            product(
                high,
                (slopes.ctypes.data, breadth, 1),
                (turned, across),
                (before.ctypes.data, breadth),
                (lanes, across, steps),
                False,
            )
            rectify(before, here, slopes)
