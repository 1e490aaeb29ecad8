"""The noise of a trained HyperGAN as genomes: its laws, what it refuses, and that evolution finds better networks than chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.gradient import Gradient, GradientConfig
from hypernets.hypergan import HyperGanConfig, hypergan
from hypernets.hypergan.latent import HyperGanLatentConfig, hypergan_latent
from neatcore.cma import Cma, CmaConfig
from neatcore.errors import InputError
from neatcore.files import save
from neatcore.genome import LINK, NODE, OUTPUT, Genome
from neatcore.loop import descend, evolve
from tasks.images import Digits
from tests.hypernets.laws import check_generator, check_policies

SIZES = {"noise": 8, "code": 6, "units": (16,), "hidden": (8,), "networks": 4, "codes": 16, "matching": 5, "answering": 2}
PICTURE = (8, 8, 1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> HyperGanLatentConfig:
    """A HyperGAN that has learnt digits for three passes."""
    task, path = Digits(), tmp_path_factory.mktemp("made") / "made.npz"
    encoding, model = hypergan(HyperGanConfig(**SIZES), task.inputs, task.outputs, PICTURE)  # type: ignore[arg-type]
    search = Gradient(GradientConfig(rate=0.003, batch=50), encoding.space, default_rng(0))
    search.follow(encoding, model, task)
    for generation in descend(search, encoding, model, task, default_rng(0)):
        if generation.number == 2:
            break
    save(path, search.genomes[0])
    return HyperGanLatentConfig(generator=str(path), ends=(64, 10), picture=PICTURE, **SIZES)  # type: ignore[arg-type]


def test_laws(trained: HyperGanLatentConfig) -> None:
    encoding, network = hypergan_latent(trained, 64, 10, PICTURE)
    check_generator(encoding, network)
    check_policies(encoding, network, [default_rng(k).normal(size=8) for k in range(3)])
    assert encoding.counts == {"trained": 8, "weights": 64 * 8 + 8 + 8 * 10 + 10}


def test_a_genome_is_the_network_that_the_generator_draws_of_that_noise(trained: HyperGanLatentConfig) -> None:
    encoding, _ = hypergan_latent(trained, 64, 10, PICTURE)
    noise = encoding.drawing.noise(jax.random.key(5), 3)
    drawn = encoding.drawing.sample(encoding.trained, 3, seed=5)
    found = encoding.decode(list(np.asarray(noise, np.float64)))
    for name, array in drawn.items():
        np.testing.assert_allclose(found[name], array, atol=1e-6)


def test_evolution_finds_better_networks_than_chance_draws(trained: HyperGanLatentConfig) -> None:
    """Its best beats the best of as many draws, its median theirs."""
    task = Digits(fitness="likelihood")
    encoding, network = hypergan_latent(trained, 64, 10, PICTURE)
    search, rng = Cma(CmaConfig(), encoding.space, default_rng(1)), default_rng(1)
    best = -np.inf
    for generation in evolve(search, encoding, network, task, rng):
        best = max(best, float(generation.evaluation.fitness.max()))
        if generation.number == 59:
            break
    drawn = list(default_rng(2).normal(size=(generation.evaluations, 8)))
    by_chance = task.evaluate(network.bind(encoding.decode(drawn)), default_rng(3)).fitness
    assert best > by_chance.max()
    assert np.median(generation.evaluation.fitness) > np.median(by_chance)


def test_noise_has_a_gradient(trained: HyperGanLatentConfig) -> None:
    task = Digits()
    encoding, network = hypergan_latent(trained, 64, 10, PICTURE)
    search = Gradient(GradientConfig(rate=0.1, batch=200), encoding.space, default_rng(0))
    search.follow(encoding, network, task)
    losses = []
    for generation in descend(search, encoding, network, task, default_rng(0)):
        losses.append(generation.report["loss"])
        if generation.number == 3:
            break
    assert losses[-1] < losses[0]


def test_what_does_not_fit_is_named(trained: HyperGanLatentConfig, tmp_path: Path) -> None:
    def refused(match: str, ends: tuple[int, int] = (64, 10), picture: Any = PICTURE, **changes: object) -> None:
        with pytest.raises(InputError, match=match):
            hypergan_latent(trained.model_copy(update=changes), *ends, picture)

    save(tmp_path / "graph.npz", Genome(np.array([(0, OUTPUT, 0)], NODE), np.zeros(0, LINK)))
    refused("which generator", generator="")
    refused("makes networks of 64 inputs and 10 outputs; this task needs 4 inputs and 1 output", ends=(4, 1), picture=None)
    refused("is for pictures of 8 × 8 × 1 pixels; this task has inputs that are no pictures", picture=None)
    refused("numbers, a generator with these options", code=7)
    refused("holds a genome of nodes and links", generator=str(tmp_path / "graph.npz"))
    encoding, _ = hypergan_latent(trained, 64, 10, PICTURE)
    with pytest.raises(InputError, match=r"genomes of shape \(1, 2\) for noise of 8 numbers"):
        encoding.decode([np.zeros(2)])
