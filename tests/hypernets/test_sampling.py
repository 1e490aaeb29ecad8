from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.mixtures import Mixture
from hypernets.packing import Packing
from hypernets.recurrent import HyperLstm, Lstm, Recurrent
from hypernets.sampling import sample_strokes, sample_text
from neatcore.errors import InputError

TEXT = Recurrent((HyperLstm(6, 8, 4, 2),), 6)
STROKES = Recurrent((Lstm(3, 8),), 1 + 6 * 2)


def weights_of(net: Recurrent, scale: float = 1.0) -> dict[str, jax.Array]:
    packing = Packing.of(net.shapes)
    return packing.unpack(jnp.asarray(default_rng(1).normal(scale=scale, size=packing.size), jnp.float32))


def test_without_temperature_the_likeliest_symbol_comes_each_time() -> None:
    weights, step = weights_of(TEXT), jax.jit(TEXT.apply)
    found = sample_text(TEXT, weights, 12, default_rng(0), temperature=0.0, prime=[1, 4, 2], count=2)
    state, wanted, read = jnp.zeros((1, TEXT.memory)), [], [1, 4, 2]
    for symbol in read:
        answer = step(weights, state, jnp.array([symbol]))
        state = answer.state
    for _ in range(12):
        wanted.append(int(answer.outputs[0].argmax()))
        answer = step(weights, state, jnp.array([wanted[-1]]))
        state = answer.state
    assert found.tolist() == [wanted, wanted]
    assert len(set(wanted)) > 1


def test_the_same_seed_draws_the_same_another_another() -> None:
    weights = weights_of(TEXT, 0.1)
    one, same, other = (sample_text(TEXT, weights, 40, default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    points = weights_of(STROKES, 0.1)
    one, same, other = (sample_strokes(STROKES, points, 9, default_rng(seed), count=2) for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one[0], one[1])


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_symbols_are_as_frequent_as_the_network_says(temperature: float) -> None:
    weights = {name: jnp.zeros_like(array) for name, array in weights_of(TEXT).items()}
    logits = np.array([0.0, 1.0, -1.0, 0.5, 0.2, -0.3])
    weights["head.bias"] = jnp.asarray(logits, jnp.float32)
    found = sample_text(TEXT, weights, 200, default_rng(0), temperature=temperature, count=200)
    wanted = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
    np.testing.assert_allclose(np.bincount(found.ravel(), minlength=6) / found.size, wanted, atol=0.01)


def test_each_point_is_drawn_after_the_one_before() -> None:
    """Without temperature: the middle of the likeliest component, by hand."""
    weights, step = weights_of(STROKES, 0.3), jax.jit(STROKES.apply)
    found = sample_strokes(STROKES, weights, 6, default_rng(0), temperature=0.0)
    assert found.shape == (1, 6, 3)
    state, point = jnp.zeros((1, STROKES.memory)), jnp.zeros((1, 3))
    for drawn in found[0]:
        answer = step(weights, state, point)
        mixture = Mixture.of(answer.outputs[0])
        middle = mixture.means[:, mixture.logits.argmax()]
        np.testing.assert_allclose(drawn, [*middle, mixture.pen < 0], atol=1e-5)
        state, point = answer.state, jnp.asarray(drawn[None], jnp.float32)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prime": []}, "prime has no symbol"),
        ({"prime": [2, 6]}, "prime has symbol 6, of a network that knows 0 to 5"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"count": 0}, "count 0"),
    ],
)
def test_wishes_that_cannot_be_met(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        sample_text(TEXT, weights_of(TEXT), 5, default_rng(0), **options)


def test_a_network_of_other_ends_draws_no_points() -> None:
    with pytest.raises(InputError, match="6 inputs and 6 outputs draws no points"):
        sample_strokes(TEXT, weights_of(TEXT), 5, default_rng(0))
