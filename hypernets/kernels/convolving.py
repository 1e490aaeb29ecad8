"""Convolutions of pictures, and the slopes of their kernels. Letters as in `hypernets.convolution`; O is a multiple of WIDTH."""

from __future__ import annotations

from math import ceil

import jax

from hypernets.kernels.calls import called
from hypernets.kernels.frames import length, numbers, operand, result
from hypernets.kernels.memory import Size
from hypernets.kernels.tiles import BYTES, WIDTH, broad, highest, tile
from neatcore.compiled import kernel

FEW = 4  # pictures of a part
PARTS = 16  # of the slope of a kernel, which are summed up at last


def convolved(images: jax.Array, filters: jax.Array) -> jax.Array:
    """Images (S, H, W, C) by filters (f, f, C, O), within their edges: (S, H − f + 1, W − f + 1, O)."""
    count, height, width, _ = images.shape
    side, _, _, outputs = filters.shape
    rows, columns = height - side + 1, width - side + 1
    high = ceil(columns / ceil(columns / highest(outputs)))
    shape = (count, rows, columns, outputs)
    (found,) = called(convolve, image_parts, [shape], images, filters, sizes=(high, broad(outputs)))
    return found


def slope(images: jax.Array, slopes: jax.Array) -> jax.Array:
    """The slope of the filters (f, f, C, O), where those of the convolved images are (S, H − f + 1, W − f + 1, O)."""
    (count, height, _, channels), (_, rows, _, outputs) = images.shape, slopes.shape
    side = height - rows + 1
    high = next(high for high in range(highest(outputs), 0, -1) if side * channels % high == 0)
    shape = (min(count, PARTS), side, side, channels, outputs)
    (found,) = called(sum_slopes, slope_parts, [shape], images, slopes, sizes=(high, broad(outputs)))
    return sum(found[1:], found[0])  # in this order; XLA's own sum has another for every number of threads


@kernel
def image_parts(frame: int) -> int:
    return (length(operand(frame, 0), 0) + FEW - 1) // FEW


@kernel
def convolve(frame: int, part: int, high: Size, wide: Size) -> None:
    """A sum over rows of the filters, and over what lies side by side in them: f pixels of C channels."""
    images, filters, found = operand(frame, 0), operand(frame, 1), result(frame, 0)
    count, height, width, channels = length(images, 0), length(images, 1), length(images, 2), length(images, 3)
    side, rows, columns, outputs = length(filters, 0), length(found, 1), length(found, 2), length(found, 3)
    across = side * channels
    for image in range(part * FEW, min((part + 1) * FEW, count)):
        for y in range(rows):
            for begin in range(0, columns, len(high)):
                x = min(begin, columns - len(high))
                for o in range(0, outputs, len(wide) * WIDTH):
                    left = numbers(images) + BYTES * ((image * height + y) * width + x) * channels
                    to = numbers(found) + BYTES * (((image * rows + y) * columns + x) * outputs + o)
                    tile(
                        high,
                        wide,
                        (left, channels, width * channels, 1),
                        (numbers(filters) + BYTES * o, across * outputs, outputs),
                        (to, outputs),
                        (side, across),
                        False,
                    )


@kernel
def slope_parts(frame: int) -> int:
    return length(result(frame, 0), 0)


@kernel
def sum_slopes(frame: int, part: int, high: Size, wide: Size) -> None:
    """A sum over pixels, for tiles of what lies side by side in a row of the filters."""
    images, slopes, found = operand(frame, 0), operand(frame, 1), result(frame, 0)
    count, height, width, channels = length(images, 0), length(images, 1), length(images, 2), length(images, 3)
    rows, columns, outputs = length(slopes, 1), length(slopes, 2), length(slopes, 3)
    parts, side = length(found, 0), length(found, 1)
    across = side * channels
    first, last = part * count // parts, (part + 1) * count // parts
    for image in range(first, last):
        for y in range(side):
            for begin in range(0, across, len(high)):
                for o in range(0, outputs, len(wide) * WIDTH):
                    left = numbers(images) + BYTES * ((image * height + y) * width * channels + begin)
                    right = numbers(slopes) + BYTES * (image * rows * columns * outputs + o)
                    to = numbers(found) + BYTES * (((part * side + y) * across + begin) * outputs + o)
                    tile(
                        high,
                        wide,
                        (left, 1, width * channels, channels),
                        (right, columns * outputs, outputs),
                        (to, outputs),
                        (rows, columns),
                        image > first,
                    )
