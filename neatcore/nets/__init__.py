"""The direct encoding: a genome is its network. Packed networks (`Nets`) and the policy that computes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic import Field

from neatcore.errors import InputError, require
from neatcore.genome import Genome, Genomes
from neatcore.interfaces import Floats, GraphSpace, Ints, Policy, State
from neatcore.nets.columns import Nets
from neatcore.parameters import Parameters
from neatcore.stepping import fitting, fitting_state


class DirectConfig(Parameters):
    """How a genome becomes a network."""

    recurrent: bool = Field(False, description="links may close cycles; nodes then keep their values between steps")
    passes: int = Field(1, ge=1, le=100, description="recurrent: passes a step; a signal crosses one link a pass")
    bias: float = Field(1.0, ge=-1e6, le=1e6, description="value of the bias node; 0 leaves the node out")


@dataclass(frozen=True)
class Direct:
    """Genomes are networks; decoding packs them. Nodes that no output hears are left out."""

    space: GraphSpace

    def decode(self, genomes: Sequence[Genome], /) -> Nets:
        """Pack P genomes; InputError names a genome that does not fit."""
        return pack(Genomes.of(genomes), self.space)


@dataclass(frozen=True)
class NetworkModel:
    """Networks of nodes and links, feed-forward or recurrent."""

    config: DirectConfig

    def bind(self, weights: Nets, /) -> Policy:
        return NetsPolicy(weights, self.config, np.arange(len(weights.output_slots)))


@dataclass(frozen=True)
class NetsPolicy:
    """The networks `rows` of `nets`. Feed-forward networks have no state, recurrent ones the values of their nodes (P, M, S)."""

    nets: Nets
    config: DirectConfig
    rows: Ints
    widest: int = field(init=False)

    def __post_init__(self) -> None:
        counts = np.diff(self.nets.node_starts)[self.rows] if self.config.recurrent else np.empty(0, np.int64)
        object.__setattr__(self, "widest", int(counts.max(initial=0)))

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def inputs(self) -> int:
        return self.nets.inputs

    @property
    def outputs(self) -> int:
        return int(self.nets.output_slots.shape[1])

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, self.widest, lanes))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        from neatcore.nets import kernels

        own, inputs = kernels.own_rows(), fitting(self, inputs)
        outputs = np.empty((*inputs.shape[:2], self.outputs))
        state = fitting_state(state, self, inputs, self.widest if self.config.recurrent else 0, lanes_last=True)
        if self.config.recurrent:
            kernels.step_recurrent(self.nets, self.rows, self.config.bias, inputs, outputs, state, self.config.passes, own)
        else:
            kernels.step_forward(self.nets, self.rows, self.config.bias, inputs, outputs, own)
        return state, outputs

    def take(self, rows: Ints, /) -> NetsPolicy:
        return NetsPolicy(self.nets, self.config, self.rows[rows])


def direct(config: DirectConfig, inputs: int, outputs: int) -> tuple[Direct, NetworkModel]:
    """The direct encoding and its model for networks of so many inputs and outputs."""
    return Direct(GraphSpace(inputs, outputs, bias=config.bias != 0, recurrent=config.recurrent)), NetworkModel(config)


def pack(genomes: Genomes, space: GraphSpace) -> Nets:
    """Genomes as `Nets`; InputError where one has other inputs or outputs, or a cycle in a feed-forward space."""
    from neatcore.nets import kernels

    require(len(genomes) > 0, "there are no genomes to decode")
    nets, fault = kernels.pack(genomes.tables, space.inputs, space.outputs, space.recurrent)
    if fault >= 0:
        raise InputError(f"genome {fault} {_misfit(genomes[fault], space)}")
    return nets


def _misfit(genome: Genome, space: GraphSpace) -> str:
    """Why a genome is no network of a space."""
    for name in ("inputs", "outputs"):
        found, wanted = getattr(genome, name), getattr(space, name)
        if found != wanted:
            return f"has {found} {name}, not {wanted}"
    return "has links that close a cycle; set recurrent=true for such networks"
