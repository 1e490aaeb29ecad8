"""Convolution and max pooling of pictures (S, H, W, C), in forms that are fast on the CPU as well.

On the CPU, XLA is slow in three places: the gradient of a kernel, which it sums over all pictures at once, far beyond the cache;
the gradient of `reduce_window`; and pictures of few channels, whose products are too thin. Elsewhere XLA's own forms are used.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

LAYOUT = ("NHWC", "HWIO", "NHWC")
CACHE = 2**21  # bytes of pictures and slopes that the gradient of a kernel sums over at once
PARTS = 16  # at most
FEW = 4  # channels up to which a convolution and its pooling are one

Padding = tuple[tuple[int, int], tuple[int, int]]


def convolve(images: jax.Array, kernel: jax.Array, stride: int = 1) -> jax.Array:
    """Images (S, H, W, C) by a kernel (f, f, C, O), f odd: (S, ⌈H / stride⌉, ⌈W / stride⌉, O); zeros stand around the images."""
    around = kernel.shape[0] // 2
    if _plain() or stride > 1:
        return _convolved(images, kernel, ((around, around), (around, around)), stride)
    return _in_parts(images, kernel, ((around, around), (around, around)))


def convolve_and_pool(images: jax.Array, kernel: jax.Array) -> jax.Array:
    """`pool` of `convolve`: (S, H / 2, W / 2, O)."""
    if _plain() or images.shape[-1] > FEW:
        return pool(convolve(images, kernel))
    return _largest(_fourfold(images, kernel), 3)


def pool(images: jax.Array) -> jax.Array:
    """The largest of every 2 × 2 pixels: (S, H / 2, W / 2, C); an odd last row or column is left out.

    Where several are largest, each gets an equal share of the gradient.
    """
    count, height, width, channels = images.shape
    even = images[:, : height // 2 * 2, : width // 2 * 2]
    return _largest(even.reshape(count, height // 2, 2, width // 2, 2, channels), (2, 4))


def _plain() -> bool:
    return jax.default_backend() != "cpu"


def _convolved(images: jax.Array, kernel: jax.Array, padding: Padding, stride: int = 1) -> jax.Array:
    return jax.lax.conv_general_dilated(images, kernel, (stride, stride), padding, dimension_numbers=LAYOUT)


# --- the gradient of a kernel, part by part -----------------------------------------------------------------------------


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def _in_parts(images: jax.Array, kernel: jax.Array, padding: Padding) -> jax.Array:
    return _convolved(images, kernel, padding)


def _forward(images: jax.Array, kernel: jax.Array, padding: Padding) -> tuple[jax.Array, Any]:
    return _convolved(images, kernel, padding), (images, kernel)


def _backward(padding: Padding, kept: Any, slope: jax.Array) -> tuple[jax.Array, jax.Array]:
    images, kernel = kept
    # without the barrier, what the slope is made of is computed anew for every part
    slope = jax.lax.optimization_barrier(slope)  # type: ignore[no-untyped-call]
    _, to_images = jax.vjp(lambda images: _convolved(images, kernel, padding), images)
    found = jnp.zeros_like(kernel)
    size = _part(images.shape, slope.shape)
    for begin in range(0, len(images), size):
        few, slopes = images[begin : begin + size], slope[begin : begin + size]
        _, to_kernel = jax.vjp(lambda kernel, few=few: _convolved(few, kernel, padding), kernel)
        found += to_kernel(slopes)[0]
    return to_images(slope)[0], found


_in_parts.defvjp(_forward, _backward)


def _part(images: tuple[int, ...], slopes: tuple[int, ...]) -> int:
    """How many pictures fit into the cache with their slopes: 32, 16, 8 or 4, unless that makes too many parts."""
    count, height, width, channels = images
    each = 4 * height * width * (channels + slopes[-1])
    fitting = next((size for size in (32, 16, 8) if size * each <= CACHE), 4)
    return max(fitting, -(-count // PARTS))


# --- convolution and pooling in one -------------------------------------------------------------------------------------


def _fourfold(images: jax.Array, kernel: jax.Array) -> jax.Array:
    """The convolution, the four pixels that `pool` compares side by side: (S, H / 2, W / 2, 4, O).

    Blocks of 2 × 2 pixels become one pixel of four times as many channels, and a kernel shifted to each of the four becomes one
    kernel of four times as many outputs.
    """
    count, height, width, channels = images.shape
    filters, outputs = kernel.shape[0], kernel.shape[-1]
    around, rows, columns = filters // 2, height // 2, width // 2
    padded = jnp.pad(images, ((0, 0), (around, around), (around, around), (0, 0)))
    padded = padded[:, : 2 * (rows + around), : 2 * (columns + around)]
    blocks = padded.reshape(count, rows + around, 2, columns + around, 2, channels).transpose(0, 1, 3, 2, 4, 5)
    shifted = [jnp.pad(kernel, ((y, 1 - y), (x, 1 - x), (0, 0), (0, 0))) for y in (0, 1) for x in (0, 1)]
    half = around + 1
    split = jnp.stack(shifted, -2).reshape(half, 2, half, 2, channels, 4 * outputs).transpose(0, 2, 1, 3, 4, 5)
    flat = blocks.reshape(count, rows + around, columns + around, 4 * channels)
    found = _in_parts(flat, split.reshape(half, half, 4 * channels, 4 * outputs), ((0, 0), (0, 0)))
    return found.reshape(count, rows, columns, 4, outputs)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def _largest(values: jax.Array, axes: int | tuple[int, ...]) -> jax.Array:
    return values.max(axes)


def _largest_forward(values: jax.Array, axes: int | tuple[int, ...]) -> tuple[jax.Array, Any]:
    largest = values.max(axes, keepdims=True)
    return largest.squeeze(axes), (values, largest)


def _largest_backward(axes: int | tuple[int, ...], kept: Any, slope: jax.Array) -> tuple[jax.Array]:
    values, largest = kept
    chosen = values == largest
    shares = jnp.expand_dims(slope, axes) / chosen.sum(axes, keepdims=True)
    return (jnp.where(chosen, shares, 0.0),)


_largest.defvjp(_largest_forward, _largest_backward)
