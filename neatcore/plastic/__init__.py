"""The plastic encoding: a genome is its network, and rules of its links change their weights while the network lives.

After Stanley, Bryant & Miikkulainen 2003. Weights are part of a lane's state, so that every life begins with those of the genes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import Field

from neatcore.errors import InputError
from neatcore.genome import LINK, Genome, Genomes
from neatcore.interfaces import Floats, GraphSpace, Ints, Policy, State
from neatcore.nets import pack
from neatcore.nets.columns import Nets
from neatcore.parameters import Parameters
from neatcore.plastic.columns import PlasticNets
from neatcore.stepping import fitting, fitting_state


class PlasticConfig(Parameters):
    """A network of genes whose links have rules by which their weights change."""

    rules: int = Field(3, ge=1, le=100, description="rules of a genome that change weights, besides the one that leaves them fixed")
    formula: Literal["author", "paper"] = Field(
        "author", description="how weights change: as in the author's program, or the paper"
    )
    largest: float = Field(
        5.0, gt=0, description="W: weights stay within ± this, or ± the largest weight of the network's genes where that is more"
    )
    recurrent: bool = Field(True, description="links may close cycles; off: only weights remember more than the last few steps")
    passes: int = Field(
        1, ge=1, le=100, description="passes a step; a signal crosses one link a pass, and weights change after each"
    )
    bias: float = Field(1.0, ge=-1e6, le=1e6, description="value of the bias node; 0 leaves the node out")


@dataclass(frozen=True)
class Plastic:
    """Genomes with rules are networks; decoding packs them."""

    space: GraphSpace
    largest: float

    def decode(self, genomes: Sequence[Genome], /) -> PlasticNets:
        """Pack P genomes; InputError names one that does not fit."""
        population = Genomes.of(genomes)
        if population.rules is None or population.rules.shape[1] != self.space.rules + 1:
            found = 0 if population.rules is None else population.rules.shape[1] - 1
            raise InputError(f"genomes have {found} rules of plasticity, not {self.space.rules}; other encodings have none")
        nets, places = self._packed(population)
        owners = np.repeat(np.arange(len(population)), population.link_counts)[places]
        links = population.links.take(places)
        weights, ends = links["weight"].copy(), np.stack([links["source"], links["target"]], axis=1)
        rates = population.rules[owners, links["rule"]]
        largest = np.full(len(population), self.largest)
        np.maximum.at(largest, owners, np.abs(weights))
        return PlasticNets(nets._replace(weights=weights), rates, ends, largest)

    def _packed(self, population: Genomes) -> tuple[Nets, Ints]:
        """Networks, and which gene each of their links is: packed with the places of genes instead of weights."""
        numbered = np.empty(len(population.links), LINK)  # without rules: then the kernel that packs is the same
        for name in LINK.names or ():
            numbered[name] = population.links[name]
        numbered["weight"] = np.arange(len(numbered))
        nets = pack(population.with_links(numbered), self.space)
        return nets, nets.weights.astype(np.int64)


@dataclass(frozen=True)
class PlasticModel:
    """Networks of nodes and links that learn."""

    config: PlasticConfig

    def bind(self, weights: PlasticNets, /) -> Policy:
        return PlasticPolicy(weights, self.config, np.arange(len(weights.largest)))


@dataclass(frozen=True)
class PlasticPolicy:
    """The networks `rows`. State: values of nodes and weights of links (P, M + K, S), see the kernels."""

    plastic: PlasticNets
    config: PlasticConfig
    rows: Ints
    widest: int = field(init=False)

    def __post_init__(self) -> None:
        nets = self.plastic.nets
        counts = np.diff(nets.node_starts)[self.rows] + np.diff(nets.link_starts[nets.node_starts])[self.rows]
        object.__setattr__(self, "widest", int(counts.max(initial=0)))

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def inputs(self) -> int:
        return self.plastic.nets.inputs

    @property
    def outputs(self) -> int:
        return int(self.plastic.nets.output_slots.shape[1])

    def reset(self, lanes: int, /) -> State:
        from neatcore.plastic import kernels

        state = np.empty((self.size, self.widest, lanes))
        kernels.begin(self.plastic.nets, self.rows, state)
        return state

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        from neatcore.plastic import kernels

        inputs = fitting(self, inputs)
        state = fitting_state(state, self, inputs, self.widest, lanes_last=True)
        outputs, config = np.empty((*inputs.shape[:2], self.outputs)), self.config
        manner = config.bias, config.passes, config.formula == "author"
        kernels.step(self.plastic, self.rows, manner, inputs, outputs, state, kernels.own_rows())
        return state, outputs

    def take(self, rows: Ints, /) -> PlasticPolicy:
        return PlasticPolicy(self.plastic, self.config, self.rows[rows])

    def weights(self, state: State, /) -> Floats:
        """The weights (K, S) of the first network's plastic links as of `state`, in the order of `links`."""
        nodes, _, chosen = self._first
        return np.asarray(state[0, nodes + chosen])

    def links(self, inputs: Sequence[str], outputs: Sequence[str], /) -> list[str]:
        """These links as source → target; hidden nodes are called by their id."""
        _, first, chosen = self._first
        names = dict(enumerate([*inputs, *["bias"] * (self.config.bias != 0), *outputs]))
        pairs = self.plastic.ends[first + chosen].tolist()
        return [" → ".join(names.get(end, f"node {end}") for end in pair) for pair in pairs]

    @property
    def _first(self) -> tuple[int, int, Ints]:
        """Of the first network: how many nodes compute, where its links begin, and which of them are plastic."""
        nets = self.plastic.nets
        start, end = nets.node_starts[self.rows[0] : self.rows[0] + 2].tolist()
        first, last = int(nets.link_starts[start]), int(nets.link_starts[end])
        return end - start, first, np.flatnonzero(self.plastic.rates[first:last].any(axis=1))


def plastic(config: PlasticConfig, inputs: int, outputs: int) -> tuple[Plastic, PlasticModel]:
    """The plastic encoding and its model for networks of so many inputs and outputs."""
    space = GraphSpace(inputs, outputs, bias=config.bias != 0, recurrent=config.recurrent, rules=config.rules)
    return Plastic(space, config.largest), PlasticModel(config)
