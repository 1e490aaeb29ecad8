"""Laws of generators, for tests to assert of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.random import default_rng


def differ(one: Any, other: Any) -> float:
    """The largest difference of two dictionaries of arrays."""
    return max(float(np.abs(np.asarray(one[name]) - np.asarray(other[name])).max()) for name in one)


def check_generator(generator: Any, network: Any, z: jax.Array | None = None) -> None:
    """Shapes are the network's, many genomes decode as each alone does, the slope is the central difference's, `keep` keeps."""
    first = generator.initial(jax.random.key(1)) if z is None else z
    assert first.shape == (generator.space.size,)
    assert {name: array.shape for name, array in generator.generate(first).items()} == dict(network.shapes)
    check_decode(generator, first)
    check_slope(generator, network, first)
    assert np.array_equal(generator.keep(first, {}), first)


def check_decode(generator: Any, first: jax.Array) -> None:
    genomes = list(np.asarray(first, np.float64) + default_rng(0).normal(0, 0.1, (3, len(first))))
    many = generator.decode(genomes)
    for place, genome in enumerate(genomes):
        alone = generator.decode([genome])
        assert all(np.array_equal(many[name][place], alone[name][0]) for name in network_names(many))
    together = jax.jit(jax.vmap(generator.generate))(jnp.asarray(np.array(genomes), jnp.float32))
    assert differ(together, many) < 1e-4


def network_names(weights: Any) -> list[str]:
    assert weights
    return list(weights)


def check_slope(generator: Any, network: Any, z: jax.Array) -> None:
    """The gradient is the central difference, in double precision, for a loss that every output enters."""
    with jax.enable_x64():
        z = jnp.asarray(np.asarray(z), jnp.float64)
        rng = default_rng(3)
        inputs, wanted = jnp.asarray(rng.random((4, network.inputs))), jnp.asarray(rng.normal(size=(4, network.outputs)))

        def loss(z: jax.Array) -> jax.Array:
            outputs = network.apply(generator.generate(z), jnp.zeros((4, network.memory)), inputs).outputs
            return jnp.square(outputs - wanted).mean()

        check_gradient(loss, z)


def check_gradient(loss: Callable[[jax.Array], jax.Array], z: jax.Array) -> None:
    """The gradient is the central difference, along itself and along others: one that lacks some parts has the right length along
    itself. In double precision."""
    with jax.enable_x64():
        loss = jax.jit(loss)
        slope = np.asarray(jax.jit(jax.grad(loss))(z))
        length, step, rng = float(np.linalg.norm(slope)), 1e-6, default_rng(4)
        assert length > 0
        for direction in (slope, *rng.normal(size=(3, len(z)))):
            along = direction / np.linalg.norm(direction)
            central = (float(loss(z + step * along)) - float(loss(z - step * along))) / (2 * step)
            np.testing.assert_allclose(central, slope @ along, rtol=1e-4, atol=1e-5 * length)


def check_policies(encoding: Any, network: Any, genomes: Any, lanes: int = 5) -> None:
    """A policy computes what `apply` does. Other networks do not matter, other lanes in the last digits alone."""
    inputs = default_rng(0).random((len(genomes), lanes, network.inputs))
    policy = network.bind(encoding.decode(genomes))
    _, outputs = policy.step(policy.reset(lanes), inputs)
    scale = np.abs(outputs).max()
    assert scale > 0

    @jax.jit
    def applied(z: jax.Array, inputs: jax.Array) -> jax.Array:
        return network.apply(encoding.generate(z), jnp.zeros((lanes, network.memory)), inputs).outputs

    for place, genome in enumerate(genomes):
        wanted = applied(jnp.asarray(genome, jnp.float32), jnp.asarray(inputs[place], jnp.float32))
        np.testing.assert_allclose(outputs[place], wanted, atol=1e-5 * scale)
    _, alone = policy.step(policy.reset(1), inputs[:, :1])
    np.testing.assert_allclose(alone, outputs[:, :1], atol=1e-5 * scale)
    rows = np.arange(len(genomes))[::-1]
    _, turned = policy.take(rows).step(policy.reset(lanes)[rows], inputs[rows])
    assert np.array_equal(turned, outputs[rows])
    _, anew = network.bind(encoding.decode([genomes[row] for row in rows])).step(policy.reset(lanes), inputs[rows])
    assert np.array_equal(anew, turned)
