"""HyperNEAT: a CPPN, asked about the two ends of a link, answers its weight (Stanley, D'Ambrosio & Gauci 2009)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from neatcore.cppn import query_sheets
from neatcore.errors import InputError, require
from neatcore.genome import INPUT, OUTPUT, Genome, Genomes
from neatcore.interfaces import Floats, GraphSpace
from substrates.config import SubstrateConfig
from substrates.expression import Expression, LinkExpression, Threshold
from substrates.geometry import Projection, Substrate
from substrates.layouts import lay_out
from substrates.networks import SubstrateModel, Synapses, check_room
from substrates.seeds import AXES, axes_named, local

Single = NDArray[np.float32]

GAUCI = ("signed_sigmoid", ("signed_sigmoid", "sine", "gaussian", "ramp"))  # activations of outputs, and of hidden nodes
MANY = 1 << 22  # pairs from which on all processors take part
BATCH = 1 << 26  # answers at a time beyond which genomes are asked in turn, where each answers more than the weight


class HyperNeatConfig(SubstrateConfig):
    """HyperNEAT: a CPPN paints the weights of a substrate."""

    rule: Literal["threshold", "leo"] = Field(
        "threshold",
        description="which links there are: those whose answer is beyond the threshold, or those that a link "
        "expression output wants",
    )
    threshold: float = Field(0.2, ge=0, lt=1, description="rule=threshold: answers within ± this are no link")
    reach: float = Field(3.0, gt=0, description="weights lie within ± this")
    delta: bool = Field(False, description="the CPPN also reads the differences of the coordinates, target - source")
    distance: bool = Field(False, description="the CPPN also reads the distance of both ends")
    sheet_outputs: Literal["one", "each"] = Field(
        "one", description="CPPN outputs: one for all weights, one for all biases; or each pair of sheets, each sheet its own"
    )
    biases: bool = Field(False, description="further CPPN outputs paint a bias for every neuron, asked with the source at 0")
    locality: str = Field("", description="rule=leo: axes along which first networks link near neurons only, such as x or xy")
    radius: float = Field(0.5, gt=0, description="how near that is")
    bias: float = Field(1.0, description="value of the CPPN's bias node; 0 leaves the node out")

    @field_validator("locality")
    @classmethod
    def _axes(cls, locality: str) -> str:
        return axes_named(locality)

    @property
    def expression(self) -> Expression:
        return LinkExpression(self.reach) if self.rule == "leo" else Threshold(self.threshold, self.reach)


@dataclass(frozen=True, eq=False)
class HyperNeat:
    """A CPPN's answers as the weights of a substrate's links.

    CPPN inputs: coordinates of the source, of the target, then, as configured, their differences and their distance. Outputs:
    the weight, one for all pairs of sheets or each its own; as many that gate links, where the expression is gated; as configured
    a bias, one for all sheets or each its own. `names` lists them.
    """

    substrate: Substrate
    config: HyperNeatConfig
    expression: Expression

    @property
    def each(self) -> bool:
        """Whether pairs of sheets have outputs of their own."""
        return self.config.sheet_outputs == "each"

    @property
    def groups(self) -> int:
        """How many weight outputs there are."""
        return len(self.substrate.projections) if self.each else 1

    @cached_property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """What the CPPN's inputs and outputs are called."""
        axes = AXES[: self.substrate.dimensions]
        inputs = [f"{axis}{end}" for end in "12" for axis in axes]
        inputs += [f"Δ{axis}" for axis in axes] * self.config.delta + ["distance"] * self.config.distance
        pairs = [f" {self.substrate.title(pair)}" for pair in self.substrate.projections] if self.each else [""]
        sheets = [f" {sheet.name}" for sheet in self.substrate.sheets if sheet.role != "input"] if self.each else [""]
        outputs = [f"weight{pair}" for pair in pairs] + [f"express{pair}" for pair in pairs] * self.expression.gated
        return inputs, outputs + [f"bias{sheet}" for sheet in sheets] * self.config.biases

    @cached_property
    def space(self) -> GraphSpace:
        inputs, outputs = self.names
        bare = GraphSpace(len(inputs), len(outputs), self.config.bias != 0, False, *GAUCI)
        if not (self.config.locality and self.expression.gated):
            return bare
        gates = range(self.groups, 2 * self.groups)
        return local(bare, self.config.locality, self.substrate.dimensions, self.config.radius, gates, self.config.bias)

    def decode(self, genomes: Sequence[Genome], /) -> Synapses:
        """The weights of P networks; InputError names a genome that does not fit, or says what memory would be needed."""
        population = Genomes.of(genomes)
        require(len(population) > 0, "there are no genomes to decode")
        check_cppns(population, self.names)
        check_room(len(population), self.substrate)
        weights = tuple(self._weights(population, place, pair) for place, pair in enumerate(self.substrate.projections))
        return Synapses(self.substrate, weights, self._biases(population))

    def _weights(self, population: Genomes, place: int, pair: Projection) -> Single:
        """Of one pair of sheets, (P, S, T)."""
        source, target = (self.substrate.sheets[end].points for end in (pair.source, pair.target))
        links, outputs = len(source) * len(target), len(self.names[1])
        if outputs == 1:
            return self.expression.weights(np.ascontiguousarray(self._asked(population, source, target)[:, 0]), None)
        weights = np.empty((len(population), len(source), len(target)), np.float32)
        some = max(1, BATCH // (links * outputs))
        for first in range(0, len(population), some):
            part = slice(first, first + some)
            weights[part] = self._expressed(self._asked(population[part], source, target), place if self.each else 0)
        return weights

    def _expressed(self, answers: Single, group: int) -> Single:
        """Answers (P, O, S, T) through the rule, those of one group of outputs."""
        gates = np.ascontiguousarray(answers[:, self.groups + group]) if self.expression.gated else None
        return self.expression.weights(np.ascontiguousarray(answers[:, group]), gates)

    def _biases(self, population: Genomes) -> tuple[Single, ...]:
        """Of the neurons of each sheet (P, N): the last outputs, asked with the source at the origin; none for inputs."""
        if not self.config.biases:
            return ()
        origin = np.zeros((1, self.substrate.dimensions))
        biases: list[Single] = []
        output = len(self.names[1]) - 1
        for sheet in reversed(self.substrate.sheets):
            if sheet.role == "input":
                biases.insert(0, np.empty((len(population), 0), np.float32))
                continue
            answers = np.ascontiguousarray(self._asked(population, origin, sheet.points)[:, output])
            biases.insert(0, self.expression.weights(answers, None)[:, 0])
            output -= self.each
        return tuple(biases)

    def _asked(self, population: Genomes, source: Floats, target: Floats) -> Single:
        """All answers, as a view (P, O, S, T)."""
        pairs = len(population) * len(source) * len(target)
        threads = (os.cpu_count() or 1) if pairs >= MANY else 1
        config = self.config
        answers = query_sheets(
            population, source, target, delta=config.delta, distance=config.distance, bias=config.bias, threads=threads
        )
        return answers.swapaxes(2, 3)


def check_cppns(population: Genomes, names: tuple[Sequence[str], Sequence[str]]) -> None:
    """InputError where a genome has not the inputs and outputs of those names."""
    for kind, wanted in zip((INPUT, OUTPUT), names):
        counts = np.add.reduceat(population.nodes["kind"] == kind, population.node_starts[:-1], dtype=np.int64)
        wrong = np.flatnonzero(counts != len(wanted))
        if len(wrong):
            what, found = ("inputs", "outputs")[kind == OUTPUT], counts[wrong[0]]
            raise InputError(
                f"genome {wrong[0]} has {found} {what}; a CPPN of this substrate has {len(wanted)}: {', '.join(wanted)}"
            )


def hyperneat(
    config: HyperNeatConfig, inputs: int, outputs: int, places: tuple[Floats, Floats] | None = None
) -> tuple[HyperNeat, SubstrateModel]:
    """HyperNEAT and its model for networks of so many inputs and outputs, which stand at `places` if the task says so."""
    substrate = lay_out(config, inputs, outputs, places, told_apart=config.sheet_outputs == "each")
    for axis in config.locality:
        require(
            AXES.index(axis) < substrate.dimensions,
            f"locality={config.locality!r}: the substrate has no axis {axis}, only {', '.join(AXES[: substrate.dimensions])}",
        )
    require(not config.locality or config.rule == "leo", "locality needs rule=leo, whose output decides which links there are")
    require(not config.locality or config.bias != 0, "locality needs the CPPN's bias node; leave out bias=0")
    check_room(1, substrate)
    return HyperNeat(substrate, config, config.expression), SubstrateModel(config)
