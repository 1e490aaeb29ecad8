"""Fixed topology: every possible link of a substrate is a gene, and a genome's weights are used as they are.

With inputs linked straight to outputs this is P-NEAT, the perceptron NEAT that Stanley, D'Ambrosio & Gauci (2009) compare with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neatcore.errors import InputError, require
from neatcore.genome import LINK, Genes, Genome, Genomes
from neatcore.interfaces import Floats, GraphSpace
from substrates.config import SubstrateConfig
from substrates.geometry import Substrate
from substrates.layouts import lay_out
from substrates.networks import SubstrateModel, Synapses, check_room
from substrates.seeds import whole


class FixedConfig(SubstrateConfig):
    """Networks of fixed topology: a gene for every possible link of a substrate; nothing is added."""


@dataclass(frozen=True, eq=False)
class Fixed:
    """Genomes whose links are those of a substrate; geometry plays no part."""

    substrate: Substrate
    config: SubstrateConfig

    @cached_property
    def space(self) -> GraphSpace:
        return whole(self.substrate, self.config.readout, self.config.activation)

    def decode(self, genomes: Sequence[Genome], /) -> Synapses:
        """The weights of P genomes; InputError names one whose links are not those of the substrate. Disabled links are 0."""
        population = Genomes.of(genomes)
        require(len(population) > 0, "there are no genomes to decode")
        links = self._links(population)
        strengths = np.where(links["enabled"], links["weight"], 0.0).astype(np.float32)
        sizes = [self.substrate.size_of(projection) for projection in self.substrate.projections]
        parts = np.split(strengths, np.cumsum([sources * targets for sources, targets in sizes])[:-1], axis=1)
        weights = tuple(np.ascontiguousarray(part).reshape(-1, *size) for part, size in zip(parts, sizes))
        return Synapses(self.substrate, weights)

    def _links(self, population: Genomes) -> Genes:
        """The genes of all genomes (P, L)."""
        wanted = self.space.seed.links if self.space.seed else np.empty(0, LINK)
        counts = population.link_counts
        wrong = np.flatnonzero(counts != len(wanted))
        if not len(wrong):
            table = population.links.reshape(len(population), -1)
            same = (table["source"] == wanted["source"]) & (table["target"] == wanted["target"])
            wrong = np.flatnonzero(~same.all(axis=1))
        if len(wrong):
            raise InputError(f"genome {wrong[0]}, of {counts[wrong[0]]} links, has not the {len(wanted)} of the substrate")
        return table


def fixed(
    config: FixedConfig, inputs: int, outputs: int, places: tuple[Floats, Floats] | None = None
) -> tuple[Fixed, SubstrateModel]:
    """The encoding and its model for networks of so many inputs and outputs."""
    substrate = lay_out(config, inputs, outputs, places, told_apart=True)
    check_room(1, substrate, LINK.itemsize)
    return Fixed(substrate, config), SubstrateModel(config)
