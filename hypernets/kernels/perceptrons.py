"""N small perceptrons with ReLU, each with weights and inputs of its own: outputs and slopes.

Operands are inputs (N, S, I), then for each layer a matrix (N, I', O') and a bias (N, O'), and at last, for slopes, those of the
outputs (N, S, O). Of one network all fits into the cache, so that nothing between its layers is ever written to memory.
"""

from __future__ import annotations

from math import ceil

import jax
import numpy as np

from hypernets.kernels.calls import called
from hypernets.kernels.frames import length, numbers, operand, operands, result
from hypernets.kernels.memory import Size, floats
from hypernets.kernels.products import whole
from hypernets.kernels.tiles import BYTES, HELD, WIDTH, tile
from neatcore.compiled import kernel, wide

FEW = 8  # networks of a part
ONE = (0,)  # vectors broad
NOTHING = np.float32(0.0)


def answered(inputs: jax.Array, *weights: jax.Array) -> tuple[jax.Array]:
    """Outputs (N, S, O)."""
    shape = (*inputs.shape[:2], weights[-1].shape[-1])
    (found,) = called(answer, network_parts, [shape], inputs, *weights, sizes=(_high(inputs.shape[1]),))
    return (found,)


def to_weights(inputs: jax.Array, *others: jax.Array) -> tuple[jax.Array, ...]:
    """The slopes of all matrices and biases."""
    weights = others[:-1]
    sizes = _high(inputs.shape[1]), min(_high(matrix.shape[1]) for matrix in weights[::2])
    return called(slope_of_weights, network_parts, [array.shape for array in weights], inputs, *others, sizes=sizes)


def to_inputs(inputs: jax.Array, *others: jax.Array) -> tuple[jax.Array]:
    """The slopes of the inputs."""
    (found,) = called(slope_of_inputs, network_parts, [inputs.shape], inputs, *others, sizes=(_high(inputs.shape[1]),))
    return (found,)


def _high(rows: int) -> int:
    """Of tiles of which so many rows are whole numbers, or nearly."""
    return ceil(rows / ceil(rows / HELD))


@kernel
def network_parts(frame: int) -> int:
    return (length(operand(frame, 0), 0) + FEW - 1) // FEW


@kernel
def answer(frame: int, part: int, high: Size) -> None:
    layers, lanes, outputs = depth(frame), length(operand(frame, 0), 1), result(frame, 0)
    breadth, spare = broadest(frame), room(frame)
    values = np.empty(layers * lanes * breadth, np.float32)
    last = values.ctypes.data + BYTES * (layers - 1) * lanes * breadth
    for network in range(part * FEW, min((part + 1) * FEW, length(outputs, 0))):
        forward(frame, network, values.ctypes.data, spare.ctypes.data, high)
        size = lanes, length(outputs, 2)
        copy((last, breadth, 1), (numbers(outputs) + BYTES * network * size[0] * size[1], size[1]), size)


@kernel
def slope_of_weights(frame: int, part: int, high: Size, tall: Size) -> None:
    """From the last layer to the first: the slopes of its matrix, of its bias, and of what lies before it."""
    layers, inputs = depth(frame), operand(frame, 0)
    lanes, breadth, spare = length(inputs, 1), broadest(frame), room(frame)
    values, sums = np.empty(layers * lanes * breadth, np.float32), room(frame)
    sloping, before = np.empty(lanes * breadth, np.float32), np.empty(lanes * breadth, np.float32)
    for network in range(part * FEW, min((part + 1) * FEW, length(inputs, 0))):
        forward(frame, network, values.ctypes.data, spare.ctypes.data, high)
        last_slopes(frame, network, sloping, breadth)
        for k in range(layers - 1, -1, -1):
            matrix, bias = result(frame, 2 * k), result(frame, 2 * k + 1)
            reads, answers = length(matrix, 1), length(matrix, 2)
            add_up(sloping, floats(numbers(bias) + BYTES * network * answers), (lanes, answers), breadth)
            left, stride = read_by(frame, network, values.ctypes.data, k)
            to, columns = numbers(matrix) + BYTES * network * reads * answers, whole(answers)
            there = to if columns == answers else sums.ctypes.data
            multiply(tall, (left, 1, stride), (sloping.ctypes.data, breadth), (there, columns), (reads, columns, lanes))
            if columns != answers:
                copy((there, columns, 1), (to, answers), (reads, answers))
            if k > 0:
                turn(frame, network, k, spare.ctypes.data)
                move_back(k, frame, sloping, before, spare.ctypes.data, high)
                rectify(
                    before.ctypes.data, values.ctypes.data + BYTES * (k - 1) * lanes * breadth, sloping.ctypes.data, len(before)
                )


@kernel
def slope_of_inputs(frame: int, part: int, high: Size) -> None:
    layers, inputs, found = depth(frame), operand(frame, 0), result(frame, 0)
    lanes, breadth, spare = length(inputs, 1), broadest(frame), room(frame)
    values = np.empty(layers * lanes * breadth, np.float32)
    sloping, before = np.empty(lanes * breadth, np.float32), np.empty(lanes * breadth, np.float32)
    for network in range(part * FEW, min((part + 1) * FEW, length(inputs, 0))):
        forward(frame, network, values.ctypes.data, spare.ctypes.data, high)
        last_slopes(frame, network, sloping, breadth)
        for k in range(layers - 1, -1, -1):
            turn(frame, network, k, spare.ctypes.data)
            move_back(k, frame, sloping, before, spare.ctypes.data, high)
            if k > 0:
                rectify(
                    before.ctypes.data, values.ctypes.data + BYTES * (k - 1) * lanes * breadth, sloping.ctypes.data, len(before)
                )
        size = lanes, length(inputs, 2)
        copy((before.ctypes.data, breadth, 1), (numbers(found) + BYTES * network * size[0] * size[1], size[1]), size)


# --- one network --------------------------------------------------------------------------------------------------------


@kernel
def depth(frame: int) -> int:
    """How many layers there are."""
    return (operands(frame) - 1) // 2


@kernel
def broadest(frame: int) -> int:
    """How far apart rows of values stand, those of all layers."""
    widest = whole(length(operand(frame, 0), 2))
    for k in range(depth(frame)):
        widest = max(widest, whole(length(operand(frame, 1 + 2 * k), 2)))
    return widest


@kernel
def room(frame: int) -> np.ndarray:
    """For any one matrix, either way round, in whole vectors."""
    most = 0
    for k in range(depth(frame)):
        matrix = operand(frame, 1 + 2 * k)
        reads, answers = length(matrix, 1), length(matrix, 2)
        most = max(most, max(reads * whole(answers), answers * whole(reads)))
    return np.zeros(most, np.float32)


@kernel
def read_by(frame: int, network: int, values: int, layer: int) -> tuple[int, int]:
    """What a layer reads: address and stride of rows."""
    inputs = operand(frame, 0)
    lanes, reads = length(inputs, 1), length(inputs, 2)
    if layer == 0:
        return numbers(inputs) + BYTES * network * lanes * reads, reads
    breadth = broadest(frame)
    return values + BYTES * (layer - 1) * lanes * breadth, breadth


@kernel
def forward(frame: int, network: int, values: int, spare: int, high: Size) -> None:
    """What all layers answer, one after another in `values`."""
    lanes, layers, breadth = length(operand(frame, 0), 1), depth(frame), broadest(frame)
    for k in range(layers):
        matrix, bias = operand(frame, 1 + 2 * k), operand(frame, 2 + 2 * k)
        reads, answers = length(matrix, 1), length(matrix, 2)
        right, columns = numbers(matrix) + BYTES * network * reads * answers, whole(answers)
        if columns != answers:
            copy((right, answers, 1), (spare, columns), (reads, answers))
            right = spare
        left, stride = read_by(frame, network, values, k)
        to = values + BYTES * k * lanes * breadth
        multiply(high, (left, stride, 1), (right, columns), (to, breadth), (lanes, columns, reads))
        finish(to, numbers(bias) + BYTES * network * answers, (lanes, answers), breadth, k < layers - 1)


@kernel
def finish(values: int, biases: int, size: tuple[int, int], breadth: int, rectified: bool) -> None:
    """Add the bias, and have ReLU."""
    wide()
    bias, least = floats(biases), NOTHING if rectified else np.float32(-np.inf)
    for lane in range(size[0]):
        row = floats(values + BYTES * lane * breadth)
        for o in range(size[1]):
            value = row[o] + bias[o]
            row[o] = least if value < least else value


@kernel
def last_slopes(frame: int, network: int, to: np.ndarray, breadth: int) -> None:
    slopes = operand(frame, operands(frame) - 1)
    size = length(slopes, 1), length(slopes, 2)
    copy((numbers(slopes) + BYTES * network * size[0] * size[1], size[1], 1), (to.ctypes.data, breadth), size)


@kernel
def add_up(slopes: np.ndarray, to: np.ndarray, size: tuple[int, int], breadth: int) -> None:
    """The sum over lanes."""
    wide()
    for o in range(size[1]):
        to[o] = NOTHING
    for lane in range(size[0]):
        for o in range(size[1]):
            to[o] += slopes[lane * breadth + o]


@kernel
def turn(frame: int, network: int, layer: int, to: int) -> None:
    """A matrix with rows as columns, in whole vectors."""
    matrix = operand(frame, 1 + 2 * layer)
    reads, answers = length(matrix, 1), length(matrix, 2)
    copy((numbers(matrix) + BYTES * network * reads * answers, 1, answers), (to, whole(reads)), (answers, reads))


@kernel
def move_back(layer: int, frame: int, slopes: np.ndarray, to: np.ndarray, turned: int, high: Size) -> None:
    """The slopes of what a layer reads."""
    matrix, breadth, lanes = operand(frame, 1 + 2 * layer), broadest(frame), length(operand(frame, 0), 1)
    reads, answers = length(matrix, 1), length(matrix, 2)
    left, right = (slopes.ctypes.data, breadth, 1), (turned, whole(reads))
    multiply(high, left, right, (to.ctypes.data, breadth), (lanes, whole(reads), answers))


@kernel
def rectify(slopes: int, values: int, to: int, count: int) -> None:
    """Where ReLU answered more than 0."""
    wide()
    slope, value, found = floats(slopes), floats(values), floats(to)
    for k in range(count):
        found[k] = slope[k] if value[k] > NOTHING else NOTHING


@kernel
def copy(source: tuple[int, int, int], target: tuple[int, int], size: tuple[int, int]) -> None:
    """source: address, strides of rows and columns; target: address, stride of rows; size: rows, columns."""
    wide()
    for row in range(size[0]):
        old, new = floats(source[0] + BYTES * row * source[1]), floats(target[0] + BYTES * row * target[1])
        for column in range(size[1]):
            new[column] = old[column * source[2]]


@kernel
def multiply(
    high: Size, left: tuple[int, int, int], right: tuple[int, int], to: tuple[int, int], size: tuple[int, int, int]
) -> None:
    """A product of (rows, steps) and (steps, columns), columns whole vectors. left: address, strides of rows and steps; right, to:
    address, stride of rows; size: rows, columns, steps."""
    for begin in range(0, size[0], len(high)):
        row = min(begin, size[0] - len(high))
        for column in range(0, size[1], WIDTH):
            tile(
                high,
                ONE,
                (left[0] + BYTES * row * left[1], left[1], 0, left[2]),
                (right[0] + BYTES * column, 0, right[1]),
                (to[0] + BYTES * (row * to[1] + column), to[1]),
                (1, size[2]),
                False,
            )
