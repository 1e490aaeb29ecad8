"""What a CPPN is asked about a link: the coordinates of both ends, and more as configured."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from neatcore.cppn import query_sheets
from neatcore.errors import InputError, require
from neatcore.genome import INPUT, OUTPUT, Genome, Genomes
from neatcore.interfaces import Floats
from neatcore.parameters import Parameters
from substrates.seeds import AXES, axes_named

Single = NDArray[np.float32]

GAUCI = ("signed_sigmoid", ("signed_sigmoid", "sine", "gaussian", "ramp"))  # activations of outputs, and of hidden nodes
MANY = 1 << 22  # pairs from which on all processors take part


class QuestionsConfig(Parameters):
    """What CPPNs of links read."""

    delta: bool = Field(False, description="the CPPN also reads the differences of the coordinates, target - source")
    distance: bool = Field(False, description="the CPPN also reads the distance of both ends")
    biases: bool = Field(False, description="further CPPN outputs paint a bias for every neuron, asked with the source at 0")
    bias: float = Field(1.0, ge=-1e6, le=1e6, description="value of the CPPN's bias node; 0 leaves the node out")

    def names_for(self, axes: Sequence[str]) -> list[str]:
        """What the CPPN's inputs are called, where an end has these coordinates."""
        names = [f"{axis}{end}" for end in "12" for axis in axes]
        return names + [f"Δ{axis}" for axis in axes] * self.delta + ["distance"] * self.distance

    def answers(self, genomes: Sequence[Genome], source: Floats, target: Floats) -> Single:
        """What P CPPNs answer for all pairs of two sheets of points (S, D), (T, D): (P, O, T, S)."""
        threads = (os.cpu_count() or 1) if len(genomes) * len(source) * len(target) >= MANY else 1
        return query_sheets(genomes, source, target, delta=self.delta, distance=self.distance, bias=self.bias, threads=threads)


class LocalConfig(QuestionsConfig):
    """How near the neurons are that the first CPPNs link, besides."""

    locality: str = Field(
        "", description="axes along which first networks link near neurons only, such as x or xy; not with rule=threshold or band"
    )
    radius: float = Field(0.5, gt=0, description="how near that is")

    @field_validator("locality")
    @classmethod
    def _axes(cls, locality: str) -> str:
        return axes_named(locality)

    def check_locality(self, dimensions: int, rules: str, *, allowed: bool) -> None:
        """InputError where neurons have no such axis, a rule other than `rules` is chosen, or there is no bias node."""
        for axis in self.locality:
            there = AXES[:dimensions]
            require(axis in there, f"locality={self.locality!r}: the substrate has no axis {axis}, only {', '.join(there)}")
        require(not self.locality or allowed, f"locality needs {rules}")
        require(not self.locality or self.bias != 0, "locality needs the CPPN's bias node; leave out bias=0")


def check_cppns(population: Genomes, names: tuple[Sequence[str], Sequence[str]]) -> None:
    """InputError where a genome has not the inputs and outputs of those names."""
    for kind, wanted in zip((INPUT, OUTPUT), names):
        counts = np.add.reduceat(population.nodes["kind"] == kind, population.node_starts[:-1], dtype=np.int64)
        wrong = np.flatnonzero(counts != len(wanted))
        if len(wrong):
            what, found = ("inputs", "outputs")[kind == OUTPUT], counts[wrong[0]]
            asked = f"genome {wrong[0]} has {found} {what}; a CPPN of this substrate has {len(wanted)}: {', '.join(wanted)}"
            raise InputError(f"{asked}, as its sheets and keys such as sheet_outputs, rule and bias decide")
