"""Perceptrons with ReLU: one at a time, and many by kernels."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import hypernets.perceptron
from hypernets.perceptron import perceptron

SIZES = [(8, 32, 32, 2), (4, 3), (19, 37, 5, 70, 1), (16, 16, 16), (1, 1, 1)]


def draw(*shape: int, seed: int = 0) -> jax.Array:
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def plain(inputs: jax.Array, *weights: jax.Array) -> jax.Array:
    for k in range(0, len(weights), 2):
        inputs = inputs @ weights[k] + weights[k + 1]
        inputs = inputs if k == len(weights) - 2 else jnp.maximum(inputs, 0)
    return inputs


def arrays(count: int, lanes: int, sizes: tuple[int, ...]) -> list[jax.Array]:
    """Inputs and weights of so many perceptrons."""
    weights = [draw(count, *shape, seed=k) for k, pair in enumerate(pairwise(sizes), 1) for shape in (pair, pair[1:])]
    return [draw(count, lanes, sizes[0]), *weights]


def close(found: Any, wanted: Any) -> None:
    for mine, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5 * float(jnp.abs(theirs).max()), rtol=0)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("count", "lanes"), [(1, 1), (9, 1), (3, 29), (21, 32)])
def test_many_are_what_each_is(count: int, lanes: int, sizes: tuple[int, ...]) -> None:
    """Outputs and all slopes."""
    given = arrays(count, lanes, sizes)
    found, back = jax.vjp(jax.vmap(perceptron), *given)
    wanted, back_wanted = jax.vjp(jax.vmap(plain), *given)
    slope = draw(*wanted.shape, seed=99)
    close([found, *back(slope)], [wanted, *back_wanted(slope)])


def test_inputs_may_be_shared_and_maps_nested() -> None:
    inputs, *weights = arrays(12, 5, (6, 20, 3))
    nested = [array.reshape(3, 4, *array.shape[1:]) for array in weights]

    def mapped(one: Any) -> Any:
        return jax.vmap(lambda *inner: jax.vmap(one, (None, *(0 for _ in inner)))(inputs[0], *inner))(*nested)

    close([mapped(perceptron)], [mapped(plain)])


def test_a_slope_may_be_mapped() -> None:
    """As for the gradients of single networks."""
    given = arrays(7, 4, (3, 10, 2))

    def slopes(one: Any) -> Any:
        return jax.vmap(jax.grad(lambda weights, inputs: jnp.square(one(inputs, *weights)).sum()))(given[1:], given[0])

    close(slopes(perceptron), slopes(plain))


def test_what_is_not_a_number_stays_so() -> None:
    given = arrays(3, 2, (4, 8, 2))
    given[2] = given[2].at[1, 3].set(jnp.nan)
    assert np.isnan(jax.vmap(perceptron)(*given)).all((1, 2)).tolist() == [False, True, False]


def test_kernels_are_for_many_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """One network, and large ones, are left to XLA."""
    asked = []

    def listening(*given: Any) -> bool:
        asked.append(given[0].shape)
        return False

    monkeypatch.setattr(hypernets.perceptron, "usable", listening)
    given = arrays(2, 300, (4, 60, 2))
    close([jax.vmap(perceptron)(*given)], [jax.vmap(plain)(*given)])
    assert not asked  # 300 lanes of 60 units are too many
    given = arrays(2, 3, (4, 60, 2))
    close([jax.vmap(perceptron)(*given)], [jax.vmap(plain)(*given)])
    assert asked == [(3, 4)]
    assert "neatcore" not in jax.jit(perceptron).lower(*(array[0] for array in given)).as_text()
