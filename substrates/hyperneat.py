"""HyperNEAT: a CPPN, asked about the two ends of a link, answers its weight (Stanley, D'Ambrosio & Gauci 2009)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neatcore.errors import require
from neatcore.genome import Genome, Genomes
from neatcore.interfaces import Floats, GraphSpace
from substrates.config import Shape, SubstrateConfig
from substrates.expression import Expression, LinkExpression, Threshold, Whole
from substrates.geometry import Projection, Substrate
from substrates.layouts import lay_out
from substrates.networks import SubstrateModel, Synapses, check_room
from substrates.questions import GAUCI, LocalConfig, check_cppns
from substrates.seeds import AXES, local, near

Single = NDArray[np.float32]

DPPN = ("linear", ("logistic", "tanh", "relu", "sine", "absolute", "gaussian"))  # activations of outputs, and of hidden nodes
BATCH = 1 << 26  # answers at a time beyond which genomes are asked in turn, so that answers and weights are not all in memory


class HyperNeatConfig(LocalConfig, SubstrateConfig):
    """HyperNEAT: a CPPN paints the weights of a substrate."""

    rule: Literal["threshold", "leo", "all"] = Field(
        "threshold",
        description="which links there are: those whose answer is beyond the threshold, those that a link "
        "expression output wants, or all, of weight reach · answer",
    )
    threshold: float = Field(0.2, ge=0, lt=1, description="rule=threshold: answers within ± this are no link")
    reach: float = Field(3.0, gt=0, le=1e6, description="weights lie within ± this; rule=all: what answers are multiplied by")
    middle: bool = Field(False, description="each end also has its distance from the middle, √(x² + y²), as a coordinate")
    sheet_outputs: Literal["one", "each"] = Field(
        "one", description="CPPN outputs: one for all weights, one for all biases; or each pair of sheets, each sheet its own"
    )

    @property
    def expression(self) -> Expression:
        if self.rule == "all":
            return Whole(self.reach)
        return LinkExpression(self.reach) if self.rule == "leo" else Threshold(self.threshold, self.reach)


def _other(name: str, default: Any) -> Any:
    """The same option with another default."""
    return Field(default, description=HyperNeatConfig.model_fields[name].description)


class CppnConfig(HyperNeatConfig):
    """A CPPN paints every weight and bias of a substrate, without a bound: what gradients can follow (Fernando et al. 2016)."""

    hidden: tuple[Shape, ...] = _other("hidden", ((10, 10),))
    rule: Literal["threshold", "leo", "all"] = _other("rule", "all")
    reach: float = Field(0.3, gt=0, le=1e6, description=HyperNeatConfig.model_fields["reach"].description)
    middle: bool = _other("middle", True)
    biases: bool = _other("biases", True)
    activation: str = _other("activation", "logistic")
    readout: str = _other("readout", "logistic")


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
        axes = [*AXES[: self.substrate.dimensions], *["d"] * self.config.middle]
        inputs = self.config.names_for(axes)
        pairs = [f" {self.substrate.title(pair)}" for pair in self.substrate.projections] if self.each else [""]
        sheets = [f" {sheet.name}" for sheet in self.substrate.sheets if sheet.role != "input"] if self.each else [""]
        outputs = [f"weight{pair}" for pair in pairs] + [f"express{pair}" for pair in pairs] * self.expression.gated
        return inputs, outputs + [f"bias{sheet}" for sheet in sheets] * self.config.biases

    @cached_property
    def space(self) -> GraphSpace:
        (inputs, outputs), (output, hidden) = self.names, DPPN if self.config.rule == "all" else GAUCI
        bare = GraphSpace(len(inputs), len(outputs), self.config.bias != 0, False, output, hidden)
        if not self.config.locality:
            return bare
        dimensions = self.substrate.dimensions + self.config.middle
        seed, first = (local, self.groups) if self.expression.gated else (near, 0)
        driven = range(first, first + self.groups)
        return seed(bare, self.config.locality, dimensions, self.config.radius, driven, self.config.bias)

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
        some = max(1, BATCH // (links * outputs))
        if outputs == 1 and some >= len(population):
            return self.expression.weights(np.ascontiguousarray(self._asked(population, source, target)[:, 0]), None)
        weights = np.empty((len(population), len(source), len(target)), np.float32)
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
        return self.answers(population, source, target).swapaxes(2, 3)

    def answers(self, genomes: Sequence[Genome], source: Floats, target: Floats) -> Single:
        """What P CPPNs answer for all pairs of two sheets of points, (P, O, T, S), before any rule."""
        return self.config.answers(genomes, self.seen(source), self.seen(target))

    def outputs_of(self, pair: int) -> tuple[int, int]:
        """Places of the outputs that paint a pair of sheets: the weight, and what gates it, -1 for none."""
        group = pair if self.each else 0
        return group, self.groups + group if self.expression.gated else -1

    def seen(self, points: Floats) -> Floats:
        """The coordinates of points (N, D) as the CPPN reads them, of each end of a link."""
        if not self.config.middle:
            return points
        return np.concatenate([points, np.linalg.norm(points[:, :2], axis=1, keepdims=True)], axis=1)


def hyperneat(
    config: HyperNeatConfig, inputs: int, outputs: int, places: tuple[Floats, Floats] | None = None
) -> tuple[HyperNeat, SubstrateModel]:
    """HyperNEAT and its model for networks of so many inputs and outputs, which stand at `places` if the task says so."""
    substrate = lay_out(config, inputs, outputs, places, told_apart=config.sheet_outputs == "each")
    rules = "rule=leo, whose output decides which links there are, or rule=all"
    config.check_locality(substrate.dimensions, rules, allowed=config.rule != "threshold")
    require(not (config.middle and config.distance), "distance=true does not go with middle=true, which is one more coordinate")
    check_room(1, substrate)
    return HyperNeat(substrate, config, config.expression), SubstrateModel(config)
