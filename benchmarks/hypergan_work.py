"""The pictures and the three kinds of networks of `benchmarks.hypergan`, and how each is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, cast

import jax
import numpy as np
from numpy.random import default_rng

from benchmarks.variants import Variant
from hypernets.ensembles import Ensemble, each
from hypernets.flat import Flat
from hypernets.gradient import Gradient, GradientConfig
from hypernets.hypergan import HyperGan, HyperGanConfig
from hypernets.hypergan.targets import LeakyConvNet
from neatcore.files import npz, read_npz
from runner.directory import runs_root, slug
from runner.disk import write_bytes
from runner.networks import Drawn
from runner.session import Parts, assemble
from tasks.images import Images

if TYPE_CHECKING:
    from hypernets.interfaces import Stacked
    from hypernets.losses import Figures, Loss

NETWORKS, ATTACKED = 100, 200  # asked what pictures are; drawn in all, so that 100 others can be attacked
GENERATED, APART, DROPPED = "HyperGAN", "trained apart", "dropout"
KINDS = GENERATED, APART, DROPPED
APARTS, DROP, RATE, BATCH = 10, 0.5, 1e-3, 128  # networks trained apart; share dropped; Adam's rate and pictures a step for both
LATE, SLOWER = 0.75, 0.1  # share of the steps after which the rate, of all, is multiplied


def drawn(variant: Variant) -> tuple[int, int]:
    """The networks of a step of HyperGAN, and the pictures that all of them see."""
    settings = variant.settings(1)
    return cast(HyperGanConfig, settings.encoding).networks, cast(GradientConfig, settings.search).batch


@dataclass(frozen=True)
class Collection:
    """Pictures to be told apart: what they are called, the task with its words, the paper's accuracies in %, of so many HyperGAN
    networks together, and of dropout, and after how many steps HyperGAN is usually measured."""

    title: str
    task: str
    words: tuple[str, ...]
    published: Mapping[int, float]
    dropout: float
    steps: int

    @property
    def variants(self) -> tuple[Variant, ...]:
        return tuple(Variant(name, self.task, "ratzlaff2019", self.words) for name in KINDS)

    @property
    def a_step(self) -> Mapping[str, tuple[int, int]]:
        """Networks of which each step has the gradient, and pictures, of each kind."""
        return {GENERATED: drawn(self.variants[0]), APART: (APARTS, BATCH), DROPPED: (1, BATCH)}


COLLECTIONS = {
    "mnist": Collection("MNIST", "mnist", (), {1: 98.64, 5: 98.75, 10: 99.22, 100: 99.31}, 98.73, 20_000),
    "mnist-5000": Collection(
        "5,000 pictures of MNIST", "mnist", ("training=5000",), {1: 96.69, 5: 97.24, 10: 97.33, 100: 97.71}, 95.58, 2_500
    ),
    "cifar-5": Collection(
        "five classes of CIFAR-10", "cifar10", ("classes=5",), {1: 84.50, 5: 85.51, 10: 85.54, 100: 85.81}, 84.00, 20_000
    ),
    "cifar-10": Collection("CIFAR-10", "cifar10", (), {1: 76.32, 5: 76.84, 10: 77.52, 100: 77.71}, 72.75, 20_000),
}


@dataclass(frozen=True)
class Apart(Flat):
    """z: the weights of networks that learn from the same examples, each alone."""

    network: Ensemble

    def cost(self, z: jax.Array, loss: Loss, inputs: jax.Array, targets: jax.Array, _key: jax.Array) -> tuple[jax.Array, Figures]:
        outputs = each(self.network.network, self.generate(z), inputs)
        losses, figures = jax.vmap(lambda own: loss(own, targets))(outputs)
        return losses.sum(), {name: values.mean() for name, values in {"loss": losses, **figures}.items()}


@dataclass(frozen=True)
class Work:
    """One seed's settings, and how many steps HyperGAN takes."""

    variant: Variant
    seed: int
    steps: int

    @cached_property
    def parts(self) -> Parts:
        """Of HyperGAN, which all have their pictures from, and the kind of network."""
        words = f"drops=[{round(LATE * self.steps)}]", f"factors=[{SLOWER}]"
        return assemble(replace(self.variant, words=(*self.variant.words, *words)).settings(1), self.seed)

    @property
    def task(self) -> Images:
        return cast(Images, self.parts.task)

    @property
    def network(self) -> LeakyConvNet:
        return cast(LeakyConvNet, cast(HyperGan, self.parts.encoding).network)

    @property
    def gradients(self) -> int:
        """How many gradients of a network on a batch HyperGAN's steps are worth."""
        return self.steps * prod(drawn(self.variant)) // BATCH

    @property
    def kept(self) -> Path:
        """Where the networks are kept, so that they can be measured again."""
        words = "-".join((self.variant.name, self.variant.task, *self.variant.words, str(self.steps), str(self.seed)))
        return runs_root() / f"hypergan-{slug(words)}.npz"

    def made(self) -> tuple[Drawn, dict[str, float]]:
        """Networks of the variant's kind, trained, and what is measured of that; from where they were kept, if they were."""
        if self.kept.exists():
            arrays = read_npz(self.kept)
            told, numbers = arrays.pop("told").tolist(), arrays.pop("numbers").tolist()
            return Drawn(self.task, self.network, arrays), dict(zip(told, numbers, strict=True))
        begun, worked = perf_counter(), process_time()
        drawn, learnt = {GENERATED: self.generated, APART: self.apart, DROPPED: self.dropped}[self.variant.name]()
        figures = {f"training {name}": value for name, value in learnt.items()}
        figures |= {"seconds": perf_counter() - begun, "processor": process_time() - worked}
        write_bytes(self.kept, npz({**drawn.weights, "told": np.array(list(figures)), "numbers": np.array([*figures.values()])}))
        return drawn, figures

    def generated(self) -> tuple[Drawn, dict[str, float]]:
        """Networks of HyperGAN, and figures of its training."""
        search, generator = cast(Gradient, self.parts.search), cast(HyperGan, self.parts.encoding)
        figures = descend(search, self.steps, self.parts.rng) | held()
        return Drawn(self.task, generator.network, generator.sample(search.genomes[0], ATTACKED, self.seed)), figures

    def apart(self) -> tuple[Drawn, dict[str, float]]:
        """Networks of the same kind, each trained alone, with as many gradients of a network on a batch as HyperGAN's."""
        network, ensemble = self.network, Ensemble(self.network, APARTS, probabilities=True)
        weights, figures = self.learnt(Apart(ensemble), self.gradients // APARTS)
        return Drawn(self.task, network, {name: array[0] for name, array in weights.items()}), figures

    def dropped(self) -> tuple[Drawn, dict[str, float]]:
        """Networks that are one network with half of what its matrix reads left out, each another half (Gal & Ghahramani 2016). It
        has as much work as HyperGAN."""
        network = replace(self.network, drop=DROP)
        learnt, figures = self.learnt(Flat(network), self.gradients)
        one = Drawn(self.task, network, learnt)
        kernel = one.weights["dense1.kernel"]
        kept = default_rng(self.seed).random((ATTACKED, kernel.shape[1], 1)) >= DROP
        weights = {name: np.repeat(array, ATTACKED, axis=0) for name, array in one.weights.items()}
        return Drawn(self.task, one.network, weights | {"dense1.kernel": (kernel * kept / (1 - DROP)).astype(np.float32)}), figures

    def learnt(self, flat: Flat, steps: int) -> tuple[Stacked, dict[str, float]]:
        """The weights of `flat` after so many steps, and figures of the last."""
        config = GradientConfig(rate=RATE, batch=BATCH, drops=(round(LATE * steps),), factors=(SLOWER,))
        rng = default_rng(self.seed)
        search = Gradient(config, flat.space, rng)
        search.follow(flat, flat.network, cast(Any, self.task))
        figures = descend(search, steps, rng)
        return flat.decode(search.genomes), figures


def held() -> dict[str, float]:
    """The most memory that this process has held on its device, in GB of 10⁹ bytes; nothing where the device does not tell."""
    told = jax.devices()[0].memory_stats()
    return {"GB": told["peak_bytes_in_use"] / 1e9} if told else {}


def descend(search: Gradient, steps: int, rng: np.random.Generator) -> dict[str, float]:
    """Figures of the last fiftieth of so many steps, and how many they were."""
    search.config = search.config.model_copy(update={"steps": max(1, steps // 50)})
    done = 0
    while done < steps:
        done += search.advance(rng)
    return {**search.figures, "steps": done}
