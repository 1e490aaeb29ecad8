"""Texts and drawings that trained networks make up: each step reads what was drawn from the step before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.random import Generator

from hypernets.interfaces import Network, Weights
from hypernets.mixtures import PIECES, Mixture
from neatcore.errors import require
from neatcore.interfaces import Floats, Ints
from neatcore.memory import available

HOTTEST = 1e6  # temperature; beyond, all symbols are as likely as can be told
POINT = 3  # numbers of a drawing's point: an offset, and whether the pen is lifted after it


def sample_text(
    network: Network,
    weights: Weights,
    length: int,
    rng: Generator,
    *,
    temperature: float = 1.0,
    prime: Sequence[int] = (0,),
    count: int = 1,
) -> Ints:
    """Symbols (count, length) that go on after those of `prime`, each drawn from softmax(logits / temperature).

    count: so many times, each by chances of its own. A temperature of 0 takes the likeliest each time.
    """
    _check(network, length, temperature, count)
    require(len(prime) > 0, "prime has no symbol: one must be read before others can be drawn")
    wrong = [symbol for symbol in prime if not 0 <= symbol < network.inputs]
    require(not wrong, f"prime has symbol {(wrong or [0])[0]}, of a network that knows 0 to {network.inputs - 1}")
    read = jnp.tile(jnp.asarray(prime, jnp.int32)[:, None], (1, count))
    return np.asarray(_texts(network, length, weights, read, _key(rng), temperature).T, np.int64)


def sample_strokes(
    network: Network, weights: Weights, length: int, rng: Generator, *, temperature: float = 1.0, count: int = 1
) -> Floats:
    """`count` drawings of `length` points each, (count, length, 3), in units of the training data; see `Mixture.draw`."""
    _check(network, length, temperature, count)
    fits = network.inputs == POINT and network.outputs % PIECES == 1
    require(fits, f"a network of {network.inputs} inputs and {network.outputs} outputs draws no points: it needs 3 and 1 + 6 M")
    return np.asarray(_drawings(network, (length, count), weights, _key(rng), temperature).swapaxes(0, 1), np.float64)


def _check(network: Network, length: int, temperature: float, count: int) -> None:
    require(length > 0 and count > 0, f"length is {length} and count {count}; draw at least 1")
    require(0 <= temperature <= HOTTEST, f"temperature is {temperature}; it must be at least 0 and at most {HOTTEST:g}")
    needed, there = 16 * count * (length + network.memory + network.outputs), available()
    told = f"{count:,} times {length:,} take {needed / 1e9:,.1f} GB, and {there / 1e9:,.1f} GB are free"
    require(needed < there, f"{told}: choose a smaller length or count")


def _key(rng: Generator) -> jax.Array:
    return jax.random.key(int(rng.integers(2**31)))


@partial(jax.jit, static_argnums=(0, 1))
def _texts(network: Any, length: int, weights: Weights, prime: jax.Array, key: jax.Array, temperature: float) -> jax.Array:
    """Symbols (length, S) after those of `prime` (T, S)."""
    begun = network.apply(weights, jnp.zeros((prime.shape[1], network.memory)), prime)

    def step(before: tuple[jax.Array, jax.Array], key: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        state, logits = before
        drawn = jnp.argmax(logits + temperature * jax.random.gumbel(key, logits.shape), -1)
        applied = network.apply(weights, state, drawn[None])
        return (applied.state, applied.outputs[0]), drawn

    return jax.lax.scan(step, (begun.state, begun.outputs[-1]), jax.random.split(key, length))[1]


@partial(jax.jit, static_argnums=(0, 1))
def _drawings(network: Any, size: tuple[int, int], weights: Weights, key: jax.Array, temperature: float) -> jax.Array:
    """Points (length, S, 3); the first is drawn after (0, 0, 0)."""

    def step(before: tuple[jax.Array, jax.Array], key: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        state, point = before
        applied = network.apply(weights, state, point)
        drawn = Mixture.of(applied.outputs).draw(key, jnp.asarray(temperature))
        return (applied.state, drawn), drawn

    start = jnp.zeros((size[1], network.memory)), jnp.zeros((size[1], POINT))
    return jax.lax.scan(step, start, jax.random.split(key, size[0]))[1]
