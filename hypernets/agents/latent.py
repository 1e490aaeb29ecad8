"""The latent space of a fitted generator as Z: a few numbers stand for a network that is much like those that were learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from hypernets.agents.bodies import Body, differences
from hypernets.agents.vae import Fitted, Vae
from hypernets.interfaces import Applied
from hypernets.reading import read_generator
from neatcore.errors import InputError
from neatcore.interfaces import Floats, Policy, VectorSpace
from neatcore.parameters import Parameters, PathText, Size
from neatcore.perceptron import PerceptronPolicy

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights

MAKE = "make one with: neatcore train agents task=cartpole"


class LatentConfig(Parameters):
    """Points in the latent space of a generator of networks. encoding=RUN sets all of it."""

    generator: PathText = Field("", description="the file of the generator: a champion of a run of `train agents`")
    ends: tuple[int, int] = Field((4, 1), description="inputs and outputs of the networks that it makes")
    hidden: tuple[Size, ...] = Field((16,), description="units of their hidden layers")
    pairs: bool = Field(True, description="whether it makes two outputs for each, of which the larger acts")
    widths: tuple[Size, ...] = Field((256, 128), description="units of the autoencoder's hidden layers")
    latent: int = Field(32, ge=1, le=10_000, description="numbers that stand for a network")


@dataclass(frozen=True)
class Acting:
    """A perceptron of tanh units with outputs in [0, 1], of any weights."""

    sizes: tuple[int, ...]
    memory: int = 0
    measured: frozenset[str] = frozenset()

    @property
    def inputs(self) -> int:
        return self.sizes[0]

    @property
    def outputs(self) -> int:
        return self.sizes[-1]

    @property
    def shapes(self) -> Shapes:
        return {f"layer{k}": (self.sizes[k - 1] + 1, self.sizes[k]) for k in range(1, len(self.sizes))}

    def initial(self, key: jax.Array, /) -> Weights:
        keys = jax.random.split(key, len(self.shapes))
        return {name: jax.random.normal(k, shape) for k, (name, shape) in zip(keys, self.shapes.items(), strict=True)}

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, _key: jax.Array | None = None, /) -> Applied:
        values, last = inputs, len(self.sizes) - 1
        for k in range(1, last + 1):
            matrix = weights[f"layer{k}"]
            values = values @ matrix[:-1] + matrix[-1]
            values = jax.nn.sigmoid(values) if k == last else jnp.tanh(values)
        return Applied(values, state)

    def bind(self, weights: Stacked, /) -> Policy:
        return PerceptronPolicy(tuple(np.asarray(weights[name], np.float64) for name in self.shapes), "tanh")


@dataclass(frozen=True, eq=False)
class Latent:
    """z (L,) is a point in the latent space of a generator, which makes the weights of a network of it."""

    body: Body
    fitted: Fitted

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(self.fitted.vae.latent)

    @property
    def counts(self) -> Mapping[str, int]:
        return {"trained": self.fitted.vae.latent, "weights": self.body.size}

    @cached_property
    def numbers(self) -> Stacked:
        """The generator's own, as JAX has them; plain, since what is first asked for while JAX traces must not stay with it."""
        return {name: np.asarray(array, np.float32) for name, array in self.fitted.numbers.items()}

    def initial(self, key: jax.Array, /) -> jax.Array:
        return jax.random.normal(key, (self.fitted.vae.latent,))

    def generate(self, z: jax.Array, /) -> Weights:
        numbers = {name: jnp.asarray(array) for name, array in self.numbers.items()}
        vector = numbers["mean"] + numbers["deviation"] * self.fitted.vae.decode(numbers, z)
        found, begin = {}, 0
        for k, shape in enumerate(self.body.flat.shapes, 1):
            end = begin + shape[0] * shape[1]
            found[f"layer{k}"], begin = vector[begin:end].reshape(shape), end
        last = f"layer{len(found)}"
        return found | {last: found[last][:, 1::2] - found[last][:, 0::2]} if self.body.pairs else found

    def keep(self, z: jax.Array, _measured: Weights, /) -> jax.Array:
        return z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        table = np.array(genomes, np.float64)
        if table.ndim != 2 or table.shape[1] != self.space.size:
            raise InputError(f"genomes of shape {table.shape} for a latent space of {self.space.size} numbers")
        made = np.concatenate([self.fitted.make(row[None]) for row in table])  # alone, so that none depends on the others
        matrices = list(self.body.flat.decode(list(made)).matrices)
        if self.body.pairs:
            matrices[-1] = differences(matrices[-1])
        return {f"layer{k}": matrix for k, matrix in enumerate(matrices, 1)}


def latent(config: LatentConfig, inputs: int, outputs: int) -> tuple[Latent, Acting]:
    """The latent space of the generator in a file, and the networks made of it; InputError where they do not fit the task."""
    (first, last), hidden = config.ends, config.hidden
    body = Body(first, hidden, last, config.pairs)
    vae = Vae(body.size, config.widths, config.latent)
    vector = read_generator(config.generator, config.ends, (inputs, outputs), vae.packing.size, MAKE)
    return Latent(body, Fitted.of(vae, vector)), Acting((inputs, *hidden, outputs))
