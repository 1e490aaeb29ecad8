"""Perceptrons whose weights are linear in z: kernels against weights that are made first."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hypernets.generated import perceptrons
from neatcore.errors import InputError
from tests.hypernets.test_perceptron import close, draw, plain

SIZES = (8, 32, 32, 2)


def given(count: int, lanes: int, deep: int, sizes: tuple[int, ...]) -> tuple[jax.Array, tuple[jax.Array, ...], jax.Array]:
    """z, what writes the weights, inputs."""
    writers = [draw(deep, *shape, seed=k) / 2 for k, pair in enumerate(pairwise(sizes), 1) for shape in (pair, pair[1:])]
    return draw(count, deep), tuple(writers), draw(count, lanes, sizes[0], seed=50)


def made_first(z: jax.Array, writers: tuple[jax.Array, ...], inputs: jax.Array) -> jax.Array:
    found: jax.Array = jax.vmap(lambda z, x: plain(x, *(jnp.tensordot(z, writer, 1) for writer in writers)))(z, inputs)
    return found


@pytest.mark.parametrize(
    ("count", "lanes", "deep", "sizes"),
    [
        (1, 1, 16, SIZES),
        (61, 1, 3, (5, 20, 3)),
        (9, 2, 17, (4, 3)),
        (31, 32, 16, SIZES),
        (3, 20, 18, (11, 1, 19, 35)),
        (40, 3, 4, (10, 2)),
    ],
)
def test_outputs_and_slopes_are_those_of_weights_made_first(count: int, lanes: int, deep: int, sizes: tuple[int, ...]) -> None:
    """Parts without a network, rests of tiles, rows that are no whole vectors; the slopes of z, writers and inputs."""
    arrays = given(count, lanes, deep, sizes)
    found, back = jax.vjp(perceptrons, *arrays)
    wanted, back_wanted = jax.vjp(made_first, *arrays)
    slope = draw(*wanted.shape, seed=99)
    close([found, *jax.tree.leaves(back(slope))], [wanted, *jax.tree.leaves(back_wanted(slope))])


@pytest.mark.parametrize("lanes", [1, 32])
def test_what_is_not_a_number_stays_in_its_network(lanes: int) -> None:
    z, writers, inputs = given(20, lanes, 16, SIZES)
    slopes = jax.grad(lambda z: jnp.square(perceptrons(z, writers, inputs)).sum())(z.at[3, 2].set(jnp.nan))
    assert np.flatnonzero(np.isnan(slopes).any(1)).tolist() == [3]


def test_large_networks_are_left_to_xla() -> None:
    def text(*arrays: Any) -> str:
        return jax.jit(perceptrons).lower(*arrays).as_text()

    assert "kernels.unmade" in text(*given(2, 1, 3, (4, 20, 2)))
    assert "kernels.made" in text(*given(2, 9, 3, (4, 20, 2)))
    large = given(2, 300, 3, (4, 60, 2))  # 300 lanes of 60 units
    assert "kernels" not in text(*large)
    close([perceptrons(*large)], [made_first(*large)])


def test_shapes_that_do_not_fit_are_told() -> None:
    z, writers, inputs = given(3, 1, 5, (4, 20, 2))
    for arrays, told in (
        ((z[0], writers, inputs), r"z has shape \(5,\), not \(N, K\)"),
        ((z, writers, inputs[:2]), r"inputs have shape \(2, 1, 4\), not \(N, S, I\) with N = 3"),
        ((z, writers[:3], inputs), "there are 3 writers"),
        ((z, writers, inputs[:, :, :3]), r"layer 1 has writers of shapes \(5, 4, 20\) and \(5, 20\), not \(5, 3, O\) and \(5, O\)"),
        ((z[:, :4], writers, inputs), r"layer 1 .*, not \(4, 4, O\)"),
        ((z, (*writers[:2], *given(3, 1, 5, (9, 2))[1]), inputs), r"layer 2 .*, not \(5, 20, O\)"),
    ):
        with pytest.raises(InputError, match=told):
            perceptrons(*arrays)
