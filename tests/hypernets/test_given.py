"""The weights of one CPPN as z: what its encoding decodes, searched as a vector, followed by gradient."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.given import Given, GivenConfig, given
from hypernets.gradient import Gradient, GradientConfig
from hypernets.substrate import SubstrateNetwork
from neatcore.errors import InputError
from neatcore.files import save
from neatcore.genome import Genome
from neatcore.neat import Neat, NeatConfig
from substrates.hyperneat import CppnConfig, hyperneat
from tasks.denoising import Denoise

TASK = Denoise(shrink=4, training=40)
SMALL = ((2, 2),)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    encoding, _ = hyperneat(CppnConfig(hidden=SMALL), TASK.inputs, TASK.outputs, TASK.places)
    neat = Neat(NeatConfig(population=3, start="hidden", start_hidden=3), encoding.space, default_rng(0))
    save(tmp_path / "cppn.npz", neat.ask()[1])
    return tmp_path / "cppn.npz"


def made(path: Path) -> tuple[Given, SubstrateNetwork]:
    return given(GivenConfig(genome=str(path), hidden=SMALL), TASK.inputs, TASK.outputs, TASK.places)


def test_z_begins_as_the_genome_and_both_ways_to_its_weights_agree(path: Path) -> None:
    encoding, network = made(path)
    z = encoding.initial(jax.random.key(0))
    assert z.shape == (encoding.space.size,) == (len(encoding.genome.links),)
    assert np.array_equal(z, encoding.genome.links["weight"].astype(np.float32))
    plain, _ = hyperneat(CppnConfig(hidden=SMALL), TASK.inputs, TASK.outputs, TASK.places)
    moved = np.asarray(z, np.float64) + default_rng(0).normal(0, 0.1, len(z))
    stacked = encoding.decode([np.asarray(z, np.float64), moved])
    (whole,) = plain.decode([encoding.genome]).weights[:1]
    np.testing.assert_allclose(stacked["kernel0"][0], whole[0], atol=1e-6)
    generated = encoding.generate(jnp.asarray(moved, jnp.float32))
    assert {name: array.shape for name, array in generated.items()} == dict(network.shapes)
    for name, array in generated.items():
        np.testing.assert_allclose(array, stacked[name][1], atol=2e-5)
    weights = 4 * 4 + 4 + 4 * 4 + 4
    assert encoding.counts == {"trained": len(z), "weights": weights}


def test_the_gradient_goes_on_from_where_evolution_stopped(path: Path) -> None:
    encoding, network = made(path)
    rng = default_rng(0)
    search = Gradient(GradientConfig(rate=0.03, batch=40, steps=15), encoding.space, rng)
    search.follow(encoding, network, TASK)
    before = TASK.evaluate(network.bind(encoding.decode(search.genomes)), default_rng(1)).fitness
    assert search.advance(rng) == 15
    after = TASK.evaluate(network.bind(encoding.decode(search.genomes)), default_rng(1)).fitness
    assert after > before
    learnt = encoding.with_weights(search.genomes[0])
    assert isinstance(learnt, Genome)
    assert np.array_equal(learnt.links["innovation"], encoding.genome.links["innovation"])


def test_a_genome_that_does_not_fit_is_told(path: Path) -> None:
    with pytest.raises(InputError, match=r"which genome\? for example: genome=latest"):
        given(GivenConfig(), TASK.inputs, TASK.outputs, TASK.places)
    with pytest.raises(InputError, match="inputs"):
        given(GivenConfig(genome=str(path), hidden=SMALL, delta=True), TASK.inputs, TASK.outputs, TASK.places)
    encoding, _ = made(path)
    with pytest.raises(InputError, match=r"3 weights for \d+ links"):
        encoding.with_weights(np.zeros(3))
