"""Sums over the first axis, which XLA takes several times as long for.

Operands are some (P, ...), all with as many P, results their sums (...).
"""

from __future__ import annotations

import jax

from hypernets.kernels.calls import called
from hypernets.kernels.frames import length, numbers, operand, result, results
from hypernets.kernels.memory import floats
from hypernets.kernels.tiles import BYTES
from neatcore.compiled import kernel, wide

PARTS = 4


def added(*arrays: jax.Array) -> tuple[jax.Array, ...]:
    """The sums (...) of arrays (P, ...) in single precision, in the order of the first axis whatever the number of threads."""
    return called(add_up, parts, [array.shape[1:] for array in arrays], *(array.reshape(len(array), -1) for array in arrays))


@kernel
def parts(_frame: int) -> int:
    return PARTS


@kernel
def add_up(frame: int, part: int) -> None:
    for k in range(results(frame)):
        given, to = operand(frame, k), numbers(result(frame, k))
        size = length(given, 1)
        begin, end = size * part // PARTS, size * (part + 1) // PARTS
        for row in range(1, length(given, 0)):
            first = numbers(given) if row == 1 else to
            add(first + BYTES * begin, numbers(given) + BYTES * (row * size + begin), to + BYTES * begin, end - begin)


@kernel
def add(one: int, other: int, to: int, count: int) -> None:
    wide()
    left, right, found = floats(one), floats(other), floats(to)
    for k in range(count):
        found[k] = left[k] + right[k]
