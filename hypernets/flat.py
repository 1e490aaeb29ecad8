"""The weights themselves as z, one after another: what every generator is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax

from hypernets.packing import Packing
from neatcore.interfaces import Floats, VectorSpace

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked, Weights


@dataclass(frozen=True)
class Flat:
    """z is the weights of a network, in the order of its shapes."""

    network: Network

    @property
    def packing(self) -> Packing:
        return Packing.of(self.network.shapes)

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(self.packing.size, scale=0.1)

    @property
    def counts(self) -> Mapping[str, int]:
        trained = self.packing.without(self.network.measured).size
        return {"trained": trained, "weights": trained}

    def initial(self, key: jax.Array, /) -> jax.Array:
        return self.packing.pack(self.network.initial(key))

    def generate(self, z: jax.Array, /) -> Weights:
        return self.packing.unpack(z)

    def keep(self, z: jax.Array, measured: Weights, /) -> jax.Array:
        return self.packing.pack({**self.packing.unpack(z), **measured}) if measured else z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        return self.packing.stack(genomes)
