"""One genome whose structure stays, and the weights of its links as z: a CPPN that evolution left, or any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from hypernets.painting import Painting
from hypernets.programs import Program, program
from hypernets.substrate import SubstrateNetwork
from neatcore.errors import InputError, require
from neatcore.files import load_genome
from neatcore.genome import Genome, copied
from neatcore.interfaces import Floats, VectorSpace
from neatcore.parameters import PathText
from substrates.hyperneat import CppnConfig, hyperneat

if TYPE_CHECKING:
    from hypernets.interfaces import Stacked, Weights


class GivenConfig(CppnConfig):
    """The link weights of one CPPN, which paints a substrate; its structure stays."""

    genome: PathText = Field("", description="the file of the genome, such as a champion of a run with encoding=cppn")


@dataclass(frozen=True, eq=False)
class Given:
    """z is the weights of a genome's links (L,), in the order of their innovation numbers."""

    painting: Painting
    genome: Genome

    @cached_property
    def program(self) -> Program:
        return program(self.genome, self.painting.encoding.space.inputs)

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(len(self.genome.links))

    @property
    def counts(self) -> Mapping[str, int]:
        """trained: links that an output hears."""
        weights = sum(int(np.prod(shape)) for shape in self.painting.network.shapes.values())
        return {"trained": int(self.program.heard.sum()), "weights": weights}

    def initial(self, _key: jax.Array, /) -> jax.Array:
        """The genome's own weights."""
        return jnp.asarray(self.genome.links["weight"], jnp.float32)

    def generate(self, z: jax.Array, /) -> Weights:
        return self.painting.weights(self.program, z, self.painting.places)

    def keep(self, z: jax.Array, _measured: Weights, /) -> jax.Array:
        return z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        """As HyperNEAT decodes the genomes that have these weights; InputError where there are more or fewer than links."""
        synapses = self.painting.encoding.decode([self.with_weights(z) for z in genomes])
        found = {f"kernel{place}": array for place, array in enumerate(synapses.weights)}
        return found | {f"bias{place}": array for place, array in enumerate(synapses.biases) if array.shape[1]}

    def with_weights(self, z: Floats) -> Genome:
        """The genome with the weights z (L,)."""
        require(np.shape(z) == (len(self.genome.links),), f"{np.size(z)} weights for {len(self.genome.links)} links")
        links = copied(self.genome.links)
        links["weight"] = z
        return Genome(self.genome.nodes, links)


def given(
    config: GivenConfig, inputs: int, outputs: int, places: tuple[Floats, Floats] | None = None
) -> tuple[Given, SubstrateNetwork]:
    """The weights of a genome file as z, and the network that they paint; InputError where the genome does not fit."""
    if not config.genome:
        raise InputError("which genome? for example: genome=latest, the champion of a run, or genome=FILE.npz")
    encoding, _ = hyperneat(config, inputs, outputs, places)
    found = Given(Painting(encoding), load_genome(config.genome))
    found.decode([found.genome.links["weight"]])
    return found, found.painting.network
