"""The networks that graph genomes stand for, as JAX computes them: for each encoding the twin with a gradient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import jax
import jax.numpy as jnp

from hypernets.cppn import query
from hypernets.painting import Painting
from hypernets.programs import Program
from neatcore.errors import InputError, require
from neatcore.nets import Direct, DirectConfig, NetworkModel
from substrates.hyperneat import HyperNeat


class Twin(Protocol):
    """What a genome's network answers, differentiable in the weights of its links."""

    @property
    def sensors(self) -> int:
        """How many inputs the genome itself has."""
        ...

    @property
    def places(self) -> Any:
        """Arrays that are the same for all genomes; given back to `answer`, so that they are no part of the compiled function."""
        ...

    def answer(self, program: Program, links: jax.Array, places: Any, inputs: jax.Array) -> jax.Array:
        """Outputs (S, O) of the network that a genome with the weights `links` (L,) makes, for inputs (S, I)."""
        ...


@dataclass(frozen=True, eq=False)
class Own:
    """A genome that is its network."""

    sensors: int
    config: DirectConfig
    places: tuple[()] = ()

    def answer(self, program: Program, links: jax.Array, places: Any, inputs: jax.Array) -> jax.Array:  # noqa: ARG002
        answers: jax.Array = query(program, links, inputs, self.config.bias)
        return answers.T


@dataclass(frozen=True, eq=False)
class Painted:
    """A genome that paints the weights of a network on a substrate."""

    painting: Painting

    @property
    def sensors(self) -> int:
        return self.painting.encoding.space.inputs

    @cached_property
    def places(self) -> Any:
        return self.painting.places

    def answer(self, program: Program, links: jax.Array, places: Any, inputs: jax.Array) -> jax.Array:
        network = self.painting.network
        weights = self.painting.weights(program, links, places)
        return network.apply(weights, jnp.zeros((len(inputs), network.memory)), inputs).outputs


def twin_of(encoding: object, model: object) -> Twin:
    """The twin of an encoding and its model; InputError where there is none."""
    if isinstance(encoding, HyperNeat):
        painting = Painting(encoding)
        require(painting.network.memory == 0, "learning within a lifetime goes through networks without memory")
        return Painted(painting)
    if isinstance(encoding, Direct) and isinstance(model, NetworkModel):
        require(
            not model.config.recurrent, "learning within a lifetime goes through feed-forward networks; leave out recurrent=true"
        )
        return Own(encoding.space.inputs, model.config)
    told = "genomes of this encoding have no weights to learn within a lifetime"
    raise InputError(f"{told}; use encoding=cppn, hyperneat or direct, and search=neat")
