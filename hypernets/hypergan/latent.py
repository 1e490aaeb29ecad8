"""The noise of a trained HyperGAN as Z: a few hundred numbers stand for one of the networks that it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from hypernets.blocks import in_blocks
from hypernets.hypergan import HyperGan, hypergan
from hypernets.hypergan.config import HyperGanConfig
from hypernets.reading import read_generator
from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Floats, VectorSpace
from neatcore.parameters import PathText

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked, Weights
    from hypernets.pictures import Picture

MAKE = "make one with: neatcore train digits model=hypergan"


class HyperGanLatentConfig(HyperGanConfig):
    """The noise of a generator that was trained with model=hypergan, and all else as it was there. encoding=RUN sets all of it."""

    generator: PathText = Field("", description="the file of the generator: a champion of a run with model=hypergan")
    ends: tuple[int, int] = Field((64, 10), description="inputs and outputs of the networks that it makes")
    picture: tuple[int, ...] = Field((), description="height, width and channels of the pictures that they read; [] for none")


@dataclass(frozen=True, eq=False)
class Noise:
    """z (n,) is noise, of which a trained generator draws one network."""

    drawing: HyperGan
    trained: Floats

    @property
    def space(self) -> VectorSpace:
        """As wide as the normal distribution that the generator was trained on."""
        return VectorSpace(self.drawing.config.noise)

    @property
    def counts(self) -> Mapping[str, int]:
        return {"trained": self.space.size, "weights": self.drawing.counts["weights"]}

    @cached_property
    def numbers(self) -> Array:
        """The generator's own, as JAX has them; plain, since what is first asked for while JAX traces must not stay with it."""
        return np.asarray(self.trained, np.float32)

    @cached_property
    def _draw(self) -> Any:
        return partial(jax.jit(self.drawing.draw), jnp.asarray(self.numbers))

    def initial(self, key: jax.Array, /) -> jax.Array:
        return self.drawing.noise(key, 1)[0]

    def generate(self, z: jax.Array, /) -> Weights:
        return {name: array[0] for name, array in self.drawing.draw(jnp.asarray(self.numbers), z[None]).items()}

    def keep(self, z: jax.Array, _measured: Weights, /) -> jax.Array:
        return z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        table = np.array(genomes, np.float32)
        if table.ndim != 2 or table.shape[1] != self.space.size:
            raise InputError(f"genomes of shape {table.shape} for noise of {self.space.size} numbers")
        found: Stacked = in_blocks(self._draw, table)
        return found


def hypergan_latent(config: HyperGanLatentConfig, inputs: int, outputs: int, picture: Picture | None) -> tuple[Noise, Network]:
    """The noise of the generator in a file, and the networks drawn of it; InputError where they do not fit the task."""
    reads = tuple(config.picture) or None
    drawing, _ = hypergan(config, *config.ends, reads)  # type: ignore[arg-type]
    trained = read_generator(config.generator, config.ends, (inputs, outputs), drawing.space.size, MAKE)
    require(reads == picture, f"the generator {config.generator} is for {_pixels(reads)}; this task has {_pixels(picture)}")
    return Noise(drawing, trained), drawing.network


def _pixels(picture: Sequence[int] | None) -> str:
    return f"pictures of {' × '.join(map(str, picture))} pixels" if picture else "inputs that are no pictures"
