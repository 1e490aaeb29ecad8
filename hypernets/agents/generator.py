"""Generators of agents behind the seam: z is all numbers of an autoencoder, and what it makes is a distribution of networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np
from numpy.random import Generator
from pydantic import Field

from hypernets.agents.bodies import Body
from hypernets.agents.vae import MEASURED, Fitted, Vae
from neatcore.interfaces import Floats, Ints, Policy, Simulation, State, VectorSpace
from neatcore.parameters import Parameters, Size
from neatcore.perceptron import PerceptronPolicy

if TYPE_CHECKING:
    from hypernets.interfaces import Stacked, Weights


class AgentsConfig(Parameters):
    """A generator of networks for a task, and the networks that it learns from."""

    hidden: tuple[Size, ...] = Field((16,), min_length=1, description="units of each hidden layer of the networks, all tanh")
    widths: tuple[Size, ...] = Field(
        (256, 128), description="units of each hidden layer of the autoencoder, from the weights inwards"
    )
    latent: int = Field(32, ge=1, le=10_000, description="numbers that stand for a network")
    align: bool = Field(
        True, description="bring hidden units of every network into one order and sign first, which changes nothing"
    )


@dataclass(frozen=True)
class Agents:
    """z (n,) is all numbers of an autoencoder of weight vectors."""

    vae: Vae
    align: bool = True

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(self.vae.packing.size, scale=0.1)

    @property
    def counts(self) -> Mapping[str, int]:
        """trained: numbers of encoder and decoder. weights: of a network that is made."""
        return {"trained": self.vae.packing.without(MEASURED).size, "weights": self.vae.size}

    def initial(self, key: jax.Array, /) -> jax.Array:
        return self.vae.packing.pack(self.vae.initial(key))

    def generate(self, z: jax.Array, /) -> Weights:
        return self.vae.packing.unpack(z)

    def keep(self, z: jax.Array, _measured: Weights, /) -> jax.Array:
        return z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        return self.vae.packing.stack(genomes)


@dataclass(frozen=True)
class Crowds:
    """What P generators make, as policies."""

    body: Body
    vae: Vae

    def bind(self, weights: Stacked, /) -> Policy:
        rows = range(len(weights["mean"]))
        fitted = [Fitted(self.vae, {name: np.float64(array[p]) for name, array in weights.items()}) for p in rows]  # type: ignore[misc]
        return Crowd(self.body, tuple(fitted))


@dataclass(frozen=True, eq=False)
class Crowd:
    """P generators. Each acts as the network at the middle of its latent space, and can draw others."""

    body: Body
    generators: tuple[Fitted, ...]

    @property
    def size(self) -> int:
        return len(self.generators)

    @property
    def inputs(self) -> int:
        return self.body.inputs

    @property
    def outputs(self) -> int:
        return self.body.outputs

    @property
    def _middle(self) -> PerceptronPolicy:
        nothing = np.zeros((1, self.generators[0].vae.latent))
        return self.body.bind(np.concatenate([each.make(nothing) for each in self.generators]))

    def reset(self, lanes: int, /) -> State:
        return np.empty((self.size, 0, lanes))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        if not self.size:
            return state, np.empty((0, np.shape(inputs)[1], self.outputs))
        return self._middle.step(state, inputs)

    def take(self, rows: Ints, /) -> Crowd:
        return Crowd(self.body, tuple(self.generators[row] for row in rows))

    def draw(self, row: int, count: int, rng: Generator, /) -> Policy:
        return self.body.bind(self.generators[row].draw(count, rng))


def agents(config: AgentsConfig, inputs: int, outputs: int, simulation: Simulation | None) -> tuple[Agents, Crowds]:
    """The generator for a task's networks: with two outputs for each where the task's physics is known, as REINFORCE wants."""
    body = Body(inputs, config.hidden, outputs, pairs=simulation is not None)
    vae = Vae(body.size, config.widths, config.latent)
    return Agents(vae, config.align), Crowds(body, vae)
