"""Products of small matrices, tile by tile."""

from __future__ import annotations

from math import ceil

from hypernets.kernels.memory import Size, floats
from hypernets.kernels.tiles import BYTES, HELD, WIDTH, tile
from neatcore.compiled import kernel, wide

ROWS = HELD // 2  # of a tile that is two vectors broad
BLOCK = 2 * WIDTH  # numbers of a row that a tile computes at once
SINGLE, EIGHT, ONE, TWO = (0,), (0,) * 8, (0,), (0, 0)


def height(*rows: int) -> int:
    """Of tiles that have the fewest rows beyond these. Kernels are compiled for each height, so that there is little choice."""
    return min((ROWS * 3 // 5, ROWS * 4 // 5, ROWS), key=lambda high: sum(ceil(row / high) * high for row in rows))


def lower(rows: int) -> int:
    """The height of tiles that have no more rows than that."""
    return max(high for high in (1, 2, 4, 8) if high <= min(rows, ROWS))


@kernel
def whole(count: int) -> int:
    """So many numbers, filled up to whole vectors."""
    return (count + WIDTH - 1) // WIDTH * WIDTH


@kernel
def eights(count: int) -> int:
    """Filled up to a multiple of eight."""
    return (count + 7) // 8 * 8


@kernel
def product(
    high: Size, left: tuple[int, int, int], right: tuple[int, int], to: tuple[int, int], size: tuple[int, int, int], kept: bool
) -> None:
    """A product of (rows, steps) and (steps, columns).

    left: address, strides of rows and steps; right, to: address, stride of rows; size: rows, at least those of a tile, columns, in
    whole vectors, and steps. kept: add to what is there, where rows are a multiple of a tile's; otherwise the last tiles overlap.
    """
    for begin in range(0, size[0], len(high)):
        row, column = min(begin, size[0] - len(high)), size[1]
        first = left[0] + BYTES * row * left[1], left[1], 0, left[2]
        while column > 0:
            if column >= 2 * WIDTH:
                column -= 2 * WIDTH
                here, there = (right[0] + BYTES * column, 0, right[1]), (to[0] + BYTES * (row * to[1] + column), to[1])
                tile(high, TWO, first, here, there, (1, size[2]), kept)
            else:
                column -= WIDTH
                here, there = (right[0] + BYTES * column, 0, right[1]), (to[0] + BYTES * (row * to[1] + column), to[1])
                tile(high, ONE, first, here, there, (1, size[2]), kept)


@kernel
def outer(left: int, right: int, to: int, size: tuple[int, int]) -> None:
    """All products of a number at the left and one at the right, (left, right). What is written beyond the right's end is written
    over by what comes next, so that it need not be whole vectors; there is room for eights at the left, and a vector more."""
    for row in range(0, size[0], 8):
        column = whole(size[1])
        while column > 0:
            if column >= 2 * WIDTH:
                column -= 2 * WIDTH
                here, there = (right + BYTES * column, 0, 0), (to + BYTES * (row * size[1] + column), size[1])
                tile(EIGHT, TWO, (left + BYTES * row, 1, 0, 0), here, there, (1, 1), False)
            else:
                column -= WIDTH
                here, there = (right + BYTES * column, 0, 0), (to + BYTES * (row * size[1] + column), size[1])
                tile(EIGHT, ONE, (left + BYTES * row, 1, 0, 0), here, there, (1, 1), False)


@kernel
def clear(address: int, count: int) -> None:
    """Zeros."""
    wide()
    values = floats(address)
    for k in range(count):
        values[k] = 0.0


@kernel
def positive(address: int, count: int) -> None:
    """ReLU."""
    wide()
    values = floats(address)
    for k in range(count):
        values[k] = 0.0 if values[k] < 0.0 else values[k]
