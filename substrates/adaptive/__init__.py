"""Adaptive HyperNEAT: a CPPN paints how a substrate's links learn (Risi & Stanley 2010)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from neatcore.cppn import Packed, prepare
from neatcore.errors import require
from neatcore.genome import Genome, Genomes
from neatcore.interfaces import Floats, GraphSpace
from substrates.adaptive.config import AdaptiveConfig
from substrates.adaptive.networks import AdaptiveModel, Learning, Single
from substrates.expression import Threshold
from substrates.geometry import Projection, Substrate
from substrates.layouts import lay_out
from substrates.networks import Synapses, check_room
from substrates.questions import GAUCI, check_cppns
from substrates.seeds import AXES

FELT = ("x", "y", "w")  # what the CPPN of the iterated model reads besides: values of both ends, and the weight


@dataclass(frozen=True, eq=False)
class AdaptiveHyperNeat:
    """A CPPN's answers as weights at birth, and as rules of learning; `names` lists what it reads and answers."""

    substrate: Substrate
    config: AdaptiveConfig

    @property
    def iterated(self) -> bool:
        return self.config.synapses == "iterated"

    @cached_property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """What the CPPN's inputs and outputs are called."""
        inputs = self.config.names_for(AXES[: self.substrate.dimensions])
        outputs = [*self.config.answered, *["bias"] * self.config.biases]
        return [*inputs, *FELT * self.iterated], outputs

    @cached_property
    def space(self) -> GraphSpace:
        inputs, outputs = self.names
        return GraphSpace(len(inputs), len(outputs), self.config.bias != 0, False, *GAUCI)

    def decode(self, genomes: Sequence[Genome], /) -> Learning:
        """P networks that learn; InputError names a genome that does not fit, or says what memory would be needed."""
        population = Genomes.of(genomes)
        require(len(population) > 0, "there are no genomes to decode")
        check_cppns(population, self.names)
        check_room(len(population), self.substrate, 4 * (1 + len(self.names[1])))
        packed = prepare(population, len(self.names[0]))
        found = [self._asked(packed, self._ends(pair)) for pair in self.substrate.projections]
        expression, limit = Threshold(self.config.threshold, self.config.reach), self.config.limit
        sizes = [self.substrate.size_of(pair) for pair in self.substrate.projections]
        born = tuple(
            np.clip(expression.weights(each[:, 0].copy(), None), -limit, limit).reshape(-1, *size)
            for each, size in zip(found, sizes, strict=True)
        )
        biases = self._biases(packed, expression) if self.config.biases else ()
        traits = () if self.iterated else tuple(self._traits(each) for each in found)
        modulates = tuple(each[:, 6] > 0 if self.config.modulated else np.zeros(each[:, 0].shape, np.bool_) for each in found)
        return Learning(Synapses(self.substrate, born, biases), traits, modulates, packed, self._coordinates)

    def _traits(self, answers: Single) -> Single:
        """Rate, A, B, C and D (P, K, 5) of all links, from what was answered (P, O, K), cut to [-1, 1]."""
        traits = np.zeros((len(answers), answers.shape[2], 5), np.float32)
        traits[..., 0] = self.config.rate * np.clip(answers[:, 1], -1.0, 1.0)
        if self.config.synapses == "hebbian":
            traits[..., 1] = 1.0
        else:
            count = 4 if self.config.modulated else 3
            traits[..., 1 : 1 + count] = np.clip(answers[:, 2 : 2 + count], -1.0, 1.0).swapaxes(1, 2)
        return traits

    def _biases(self, packed: Packed, expression: Threshold) -> tuple[Single, ...]:
        """Of the neurons of each sheet (P, N): the last output, asked with the source at the origin; none for inputs."""
        origin, biases = np.zeros((1, self.substrate.dimensions)), []
        for sheet in self.substrate.sheets:
            asked = self._asked(packed, self._pairs(origin, sheet.points))[:, -1].copy()
            biases.append(expression.weights(asked, None) if sheet.role != "input" else asked[:, :0])
        return tuple(biases)

    def _asked(self, packed: Packed, pairs: Single) -> Single:
        """What the CPPNs answer (P, O, K) about pairs (K, C); where they also read what is felt, nothing is, and weights are 0."""
        felt = np.zeros((len(pairs), len(FELT) * self.iterated), np.float32)
        return packed.query(np.concatenate([pairs, felt], axis=1), bias=self.config.bias)

    @cached_property
    def _coordinates(self) -> tuple[Single, ...]:
        """Of each pair of sheets what the CPPN reads about the places of its links (C, K)."""
        return tuple(np.ascontiguousarray(self._ends(pair).T) for pair in self.substrate.projections)

    def _ends(self, pair: Projection) -> Single:
        return self._pairs(*(self.substrate.sheets[end].points for end in (pair.source, pair.target)))

    def _pairs(self, source: Floats, target: Floats) -> Single:
        """All links between two sheets of points (S, D), (T, D), source by source, as the CPPN reads their places (K, C)."""
        near, far = np.repeat(source, len(target), axis=0), np.tile(target, (len(source), 1))
        step = far - near
        parts = [near, far, *[step] * self.config.delta, *[np.linalg.norm(step, axis=1, keepdims=True)] * self.config.distance]
        return np.concatenate(parts, axis=1).astype(np.float32)


def adaptive_hyperneat(
    config: AdaptiveConfig, inputs: int, outputs: int, places: tuple[Floats, Floats] | None = None
) -> tuple[AdaptiveHyperNeat, AdaptiveModel]:
    """Adaptive HyperNEAT and its model for networks of so many inputs and outputs, which stand at `places` if the task says so."""
    substrate = lay_out(config, inputs, outputs, places, told_apart=False)
    require(
        not config.modulated or config.synapses == "abc",
        f"modulated=true goes with synapses=abc, not with synapses={config.synapses}",
    )
    check_room(1, substrate)
    return AdaptiveHyperNeat(substrate, config), AdaptiveModel(config)
