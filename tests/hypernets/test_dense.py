from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.blocks import BLOCK
from hypernets.dense import DenseConfig, dense
from hypernets.packing import Packing
from hypernets.policies import Traced
from hypernets.static import StaticHypernet
from neatcore.checks import check_encoding
from neatcore.errors import InputError
from neatcore.interfaces import Counted


def test_a_perceptron_is_what_numpy_says() -> None:
    encoding, network = dense(DenseConfig(hidden=(5,), activation="tanh"), 3, 2)
    rng = default_rng(0)
    genomes = list(rng.normal(size=(4, encoding.space.size)))
    weights = encoding.decode(genomes)
    inputs = rng.normal(size=(4, 7, 3))
    policy = network.bind(weights)
    _, outputs = policy.step(policy.reset(7), inputs)
    hidden = np.tanh(np.einsum("psi,pio->pso", inputs, weights["dense1.kernel"]) + weights["dense1.bias"][:, None])
    wanted = np.einsum("psi,pio->pso", hidden, weights["dense2.kernel"]) + weights["dense2.bias"][:, None]
    np.testing.assert_allclose(outputs, wanted, atol=1e-5)


def test_it_keeps_the_laws_of_encodings_and_policies() -> None:
    encoding, network = dense(DenseConfig(hidden=(5,)), 3, 2)
    genomes = list(default_rng(0).normal(size=(4, encoding.space.size)))
    check_encoding(encoding, network, genomes)


def test_bits_of_a_small_network_depend_neither_on_its_place_in_a_block_nor_on_the_others() -> None:
    _, network = dense(DenseConfig(hidden=(33, 5), activation="tanh"), 3, 2)
    hyper = StaticHypernet(network, ("dense1.kernel", "dense2.kernel"))
    rng, count = default_rng(0), 2 * BLOCK + 7
    genomes = list(rng.normal(size=(count, hyper.space.size)))
    inputs = rng.normal(size=(count, 6, 3))
    weights = hyper.decode(genomes)
    policy = network.bind(weights)
    outputs = policy.step(policy.reset(6), inputs)[1]
    assert outputs.shape == (count, 6, 2)
    for rows in ([5], [BLOCK], [count - 1], list(rng.permutation(count))):
        anew = hyper.decode([genomes[row] for row in rows])
        assert all(np.array_equal(anew[name], weights[name][rows]) for name in weights)
        some = policy.take(np.array(rows))
        assert np.array_equal(some.step(some.reset(6), inputs[rows])[1], outputs[rows])


def test_small_networks_in_blocks_answer_as_they_do_alone() -> None:
    encoding, network = dense(DenseConfig(hidden=(16,), activation="sigmoid"), 3, 2)
    weights = encoding.decode(list(default_rng(1).normal(size=(3, encoding.space.size))))
    inputs, alone = default_rng(2).normal(size=(3, 4, 3)), Traced(network, weights)
    policy = network.bind(weights)
    np.testing.assert_allclose(policy.step(policy.reset(4), inputs)[1], alone.step(alone.reset(4), inputs)[1], atol=1e-6)
    symbols = np.array([[0, 2], [1, 1]])
    unrolled = policy.unroll(policy.reset(2), symbols)[1]
    assert unrolled.shape == (3, 2, 2, 2)
    np.testing.assert_allclose(unrolled, alone.unroll(alone.reset(2), symbols)[1], atol=1e-6)


def test_weights_survive_packing() -> None:
    encoding, network = dense(DenseConfig(hidden=(5, 4)), 3, 2)
    z = encoding.initial(jax.random.key(0))
    assert z.shape == (encoding.space.size,)
    weights = encoding.generate(z)
    assert {name: array.shape for name, array in weights.items()} == network.shapes
    assert np.array_equal(encoding.packing.pack(weights), z)
    stacked = encoding.decode([np.asarray(z, np.float64)])
    assert all(np.array_equal(stacked[name][0], weights[name]) for name in weights)


def test_symbols_stand_for_one_hot_vectors() -> None:
    encoding, network = dense(DenseConfig(hidden=(5,)), 3, 2)
    weights, nothing = encoding.generate(encoding.initial(jax.random.key(0))), jnp.zeros((4, 0))
    symbols = jnp.array([[0, 2, 1, 1], [2, 2, 0, 1]])
    written = network.apply(weights, nothing, jax.nn.one_hot(symbols, 3)).outputs
    assert np.array_equal(network.apply(weights, nothing, symbols).outputs, written)


def test_it_counts_its_parameters() -> None:
    encoding, _ = dense(DenseConfig(hidden=(5,)), 3, 2)
    assert isinstance(encoding, Counted)
    assert encoding.counts == {"trained": 3 * 5 + 5 + 5 * 2 + 2, "weights": 32}


def test_vectors_of_another_length_are_told() -> None:
    with pytest.raises(InputError, match=r"shape \(2, 5\) for networks of 6 numbers"):
        Packing.of({"a": (2, 3)}).stack([np.zeros(5), np.zeros(5)])


def test_first_weights_are_drawn_as_he_says() -> None:
    encoding, _ = dense(DenseConfig(hidden=(400,)), 300, 2)
    weights = encoding.generate(encoding.initial(jax.random.key(1)))
    assert float(jnp.std(weights["dense1.kernel"])) == pytest.approx(np.sqrt(2 / 300), rel=0.02)
    assert not weights["dense1.bias"].any()
