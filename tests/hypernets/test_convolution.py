"""Convolution and pooling against XLA's own forms: values and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hypernets.convolution import convolve, pool
from neatcore.interfaces import Array


def draw(*shape: int, seed: int = 0) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def plain(images: jax.Array, kernel: jax.Array, stride: int = 1, around: int | None = None) -> jax.Array:
    sides = ((kernel.shape[0] // 2 if around is None else around,) * 2,) * 2
    return jax.lax.conv_general_dilated(images, kernel, (stride, stride), sides, dimension_numbers=("NHWC", "HWIO", "NHWC"))


def pooled(images: jax.Array) -> jax.Array:
    return jax.lax.reduce_window(images, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def agree(one: Callable[..., Any], other: Callable[..., Any], images: jax.Array, kernel: jax.Array) -> None:
    """Values, and gradients of both arguments, of two functions."""
    found, back = jax.vjp(one, images, kernel)
    wanted, back_wanted = jax.vjp(other, images, kernel)
    slope = draw(*wanted.shape, seed=9)
    for mine, theirs in zip((found, *back(slope)), (wanted, *back_wanted(slope)), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=2e-5 * float(jnp.abs(theirs).max()), rtol=0)


SIZES = [(3, 8, 8, 5, 7), (37, 6, 9, 2, 5), (70, 28, 28, 1, 7), (40, 16, 16, 64, 3), (2, 5, 5, 3, 1)]


@pytest.mark.parametrize(("count", "height", "width", "channels", "side"), SIZES)
def test_it_is_the_convolution_of_xla(count: int, height: int, width: int, channels: int, side: int) -> None:
    agree(convolve, plain, draw(count, height, width, channels), draw(side, side, channels, 6, seed=1))


@pytest.mark.parametrize("size", [8, 7])
def test_strides(size: int) -> None:
    def two(images: jax.Array, kernel: jax.Array) -> jax.Array:
        return convolve(images, kernel, 2)

    agree(two, lambda images, kernel: plain(images, kernel, 2), draw(5, size, size, 4), draw(3, 3, 4, 6, seed=1))


@pytest.mark.parametrize("around", [0, 1, 3, 4])
@pytest.mark.parametrize("side", [4, 5])
def test_margins(side: int, around: int) -> None:
    """Also wider than the kernel, and for kernels without a middle."""
    images, kernel = draw(5, 9, 11, 3), draw(side, side, 3, 20, seed=1)
    agree(lambda *both: convolve(*both, around=around), lambda *both: plain(*both, around=around), images, kernel)


@pytest.mark.parametrize("size", [(3, 8, 8, 5), (37, 7, 10, 2), (6, 9, 9, 16), (1, 2, 2, 1)])
def test_pooling_is_that_of_xla(size: tuple[int, ...]) -> None:
    images = draw(*size)
    found, back = jax.vjp(pool, images)
    wanted, back_wanted = jax.vjp(pooled, images)
    slope = draw(*wanted.shape, seed=9)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(back(slope)[0], back_wanted(slope)[0])


def test_what_is_not_a_number_stays_so() -> None:
    """So that training notices it, wherever in its four pixels it stands."""
    for place in np.ndindex(2, 2):
        images = np.ones((1, 2, 2, 1), np.float32)
        images[0, place[0], place[1], 0] = np.nan
        assert np.isnan(pool(jnp.asarray(images))).all()


def test_a_convolution_is_the_sum_that_it_is() -> None:
    images, kernel = np.asarray(draw(2, 4, 5, 3), np.float64), np.asarray(draw(3, 3, 3, 2, seed=1), np.float64)
    wanted: Array = np.zeros((2, 4, 5, 2))
    for y in range(4):
        for x in range(5):
            for v in range(3):
                for u in range(3):
                    if 0 <= y + v - 1 < 4 and 0 <= x + u - 1 < 5:
                        wanted[:, y, x] += images[:, y + v - 1, x + u - 1] @ kernel[v, u]
    np.testing.assert_allclose(convolve(jnp.asarray(images), jnp.asarray(kernel)), wanted, atol=1e-5)


def test_equal_pixels_share_the_gradient() -> None:
    """As of `max`; what all of them get together is what one gets alone, however many there are."""
    images = jnp.asarray([[1.0, 1.0, 2.0, 0.0], [1.0, 1.0, 2.0, 0.0]]).reshape(1, 2, 4, 1)
    slope = jax.grad(lambda images: (pool(images) * jnp.asarray([4.0, 6.0]).reshape(1, 1, 2, 1)).sum())(images)
    assert slope.reshape(2, 4).tolist() == [[1.0, 1.0, 3.0, 0.0], [1.0, 1.0, 3.0, 0.0]]


def test_forms_for_other_devices_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    images, kernel = draw(3, 8, 8, 1), draw(7, 7, 1, 4, seed=1)
    here = pool(convolve(images, kernel))
    monkeypatch.setattr("hypernets.convolution.usable", lambda *_: False)
    np.testing.assert_allclose(pool(convolve(images, kernel)), here, atol=1e-5)


def test_a_kernel_larger_than_pictures_leaves_nothing() -> None:
    assert convolve(draw(2, 3, 6, 1), draw(5, 5, 1, 4), around=0).shape == (2, 0, 2, 4)
