"""Convolution and max pooling of pictures (S, H, W, C), in forms that are fast on the CPU as well.

XLA's own are used on other devices. On the CPU they are slow: products of patches with few columns fill no registers, the slope of
a kernel is summed over all pictures at once, far beyond the cache, and in loops convolutions are slower still.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from hypernets.kernels.calls import usable
from hypernets.kernels.convolving import convolved, slope
from hypernets.kernels.pooling import pooled, shared
from hypernets.kernels.tiles import WIDTH

LAYOUT = ("NHWC", "HWIO", "NHWC")


def convolve(images: jax.Array, kernel: jax.Array, stride: int = 1, around: int | None = None) -> jax.Array:
    """Images (S, H, W, C) by a kernel (f, f, C, O), with so many zeros around them; by default as many as keep their size, f odd.

    (S, ⌈H' / stride⌉, ⌈W' / stride⌉, O), where H' = H + 2 around − f + 1.
    """
    margin = kernel.shape[0] // 2 if around is None else around
    fits = min(images.shape[1:3]) + 2 * margin >= len(kernel)
    if stride == 1 and fits and usable(images, kernel):
        return _tiled(images, kernel, margin)
    sides = ((margin, margin), (margin, margin))
    return jax.lax.conv_general_dilated(images, kernel, (stride, stride), sides, dimension_numbers=LAYOUT)


def pool(images: jax.Array) -> jax.Array:
    """The largest of every 2 × 2 pixels: (S, H / 2, W / 2, C); an odd last row or column is left out.

    Where several are largest, each gets an equal share of the gradient.
    """
    count, height, width, channels = images.shape
    if usable(images):
        return _pooled(images)
    even = images[:, : height // 2 * 2, : width // 2 * 2]
    return even.reshape(count, height // 2, 2, width // 2, 2, channels).max((2, 4))


# --- by kernels of our own ----------------------------------------------------------------------------------------------


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def _tiled(images: jax.Array, kernel: jax.Array, around: int) -> jax.Array:
    return _within(_framed(images, around), kernel)


def _forward(images: jax.Array, kernel: jax.Array, around: int) -> tuple[jax.Array, Any]:
    framed = _framed(images, around)
    return _within(framed, kernel), (framed, kernel)


def _backward(around: int, kept: Any, slopes: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The slope of the images is a convolution too, by the kernel seen from its other end."""
    framed, kernel = kept
    turned = jnp.flip(kernel, (0, 1)).swapaxes(2, 3)
    to_images = _within(_framed(slopes, len(kernel) - 1 - around), turned)
    return to_images, slope(framed, _filled(slopes))[..., : kernel.shape[-1]]


_tiled.defvjp(_forward, _backward)


def _within(images: jax.Array, kernel: jax.Array) -> jax.Array:
    return convolved(images, _filled(kernel))[..., : kernel.shape[-1]]


def _framed(images: jax.Array, around: int) -> jax.Array:
    """With so many zeros around; where it is negative, as many pixels less."""
    return jax.lax.pad(images, jnp.float32(0), ((0, 0, 0), (around, around, 0), (around, around, 0), (0, 0, 0)))


def _filled(array: jax.Array) -> jax.Array:
    """With zeros to whole vectors along the last axis."""
    return jnp.pad(array, (*((0, 0) for _ in array.shape[:-1]), (0, -array.shape[-1] % WIDTH)))


@jax.custom_vjp
def _pooled(images: jax.Array) -> jax.Array:
    return pooled(images)


def _pooled_forward(images: jax.Array) -> tuple[jax.Array, Any]:
    largest = pooled(images)
    return largest, (images, largest)


def _pooled_backward(kept: Any, slopes: jax.Array) -> tuple[jax.Array]:
    images, largest = kept
    return (shared(images, largest, slopes),)


_pooled.defvjp(_pooled_forward, _pooled_backward)
