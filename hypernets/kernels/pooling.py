"""The largest of every 2 × 2 pixels of pictures (S, H, W, C), and its slope."""

from __future__ import annotations

import jax
import numpy as np

from hypernets.kernels.calls import called
from hypernets.kernels.convolving import FEW, image_parts
from hypernets.kernels.frames import length, numbers, operand, result
from hypernets.kernels.memory import floats
from hypernets.kernels.tiles import BYTES
from neatcore.compiled import kernel, wide


def pooled(images: jax.Array) -> jax.Array:
    """(S, H / 2, W / 2, C); an odd last row or column is left out."""
    count, height, width, channels = images.shape
    (found,) = called(pool, image_parts, [(count, height // 2, width // 2, channels)], images)
    return found


def shared(images: jax.Array, largest: jax.Array, slopes: jax.Array) -> jax.Array:
    """The slope (S, H, W, C) of the images, where those of the pooled are given: equal shares for the largest pixels."""
    (found,) = called(share, image_parts, [images.shape], images, largest, slopes)
    return found


@kernel
def pool(frame: int, part: int) -> None:
    wide()
    images, found = operand(frame, 0), result(frame, 0)
    count, height, width, channels = length(images, 0), length(images, 1), length(images, 2), length(images, 3)
    rows, columns, row = height // 2, width // 2, width * channels
    for image in range(part * FEW, min((part + 1) * FEW, count)):
        for y in range(rows):
            top = floats(numbers(images) + BYTES * (image * height + 2 * y) * row)
            to = floats(numbers(found) + BYTES * (image * rows + y) * columns * channels)
            for x in range(columns):
                for c in range(channels):
                    k = 2 * x * channels + c
                    to[x * channels + c] = larger(larger(top[k], top[k + channels]), larger(top[row + k], top[row + k + channels]))


@kernel
def larger(one: float, other: float) -> float:
    """Not a number where one of them is none."""
    return one if (one >= other) | (one != one) else other


@kernel
def share(frame: int, part: int) -> None:
    wide()
    images, largest, slopes, found = operand(frame, 0), operand(frame, 1), operand(frame, 2), result(frame, 0)
    count, height, width, channels = length(images, 0), length(images, 1), length(images, 2), length(images, 3)
    rows, columns, row = height // 2, width // 2, width * channels
    for image in range(part * FEW, min((part + 1) * FEW, count)):
        for y in range(height):
            to = floats(numbers(found) + BYTES * (image * height + y) * row)
            for k in range(row if y >= 2 * rows else 0):
                to[k] = 0.0
            for k in range(2 * columns * channels, row):
                to[k] = 0.0
        for y in range(rows):
            here = BYTES * (image * height + 2 * y) * row
            there = BYTES * (image * rows + y) * columns * channels
            top, to = floats(numbers(images) + here), floats(numbers(found) + here)
            most, slope = floats(numbers(largest) + there), floats(numbers(slopes) + there)
            for x in range(columns):
                for c in range(channels):
                    k, j = 2 * x * channels + c, x * channels + c
                    first, second = top[k] == most[j], top[k + channels] == most[j]
                    third, fourth = top[row + k] == most[j], top[row + k + channels] == most[j]
                    one = slope[j] / (np.float32(first) + np.float32(second) + np.float32(third) + np.float32(fourth))
                    to[k] = one if first else np.float32(0.0)
                    to[k + channels] = one if second else np.float32(0.0)
                    to[row + k] = one if third else np.float32(0.0)
                    to[row + k + channels] = one if fourth else np.float32(0.0)
