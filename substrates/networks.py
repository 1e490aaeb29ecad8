"""Networks on substrates: their weights (Θ), the model (M), and the policy that computes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neatcore.activations import code_of
from neatcore.errors import require
from neatcore.interfaces import Array, Floats, Ints, Policy, State
from neatcore.memory import available
from neatcore.stepping import fitting, fitting_state
from substrates.config import SubstrateConfig
from substrates.geometry import Substrate

if TYPE_CHECKING:
    from substrates.kernels import Links

Single = NDArray[np.float32]

FEW = 1 / 32  # share of links below which going through them one by one is quicker than whole rows


@dataclass(frozen=True, eq=False)
class Synapses:
    """The weights of P networks on one substrate.

    weights: of each projection (P, S, T), 0 where a link is not expressed. biases: of each sheet (P, N), or () for none.
    """

    substrate: Substrate
    weights: tuple[Single, ...]
    biases: tuple[Single, ...] = ()

    @property
    def size(self) -> int:
        """P."""
        return len(self.weights[0])

    def expressed(self) -> Ints:
        """How many links each network has (P,)."""
        return np.asarray(sum(np.count_nonzero(weights, axis=(1, 2)) for weights in self.weights), np.int64)


def check_room(networks: int, substrate: Substrate, size: int = 4) -> None:
    """Raise InputError where the links of so many networks, `size` bytes each, are more than the memory that there is."""
    wanted, there = float(size) * networks * substrate.links, available()
    many = f"{networks:,} networks" if networks > 1 else "a network"
    require(
        wanted <= there,
        f"{many} of {substrate.links:,} possible links would take {wanted / 1e9:,.1f} GB of memory; {there / 1e9:,.1f} are free",
    )


@dataclass(frozen=True)
class SubstrateModel:
    """Layers of neurons; recurrent where the substrate is, and then neurons keep their values between steps."""

    config: SubstrateConfig

    def bind(self, weights: Synapses, /) -> Policy:
        return SubstratePolicy(weights, self.config, np.arange(weights.size), tuple(map(_links, weights.weights)))


def _links(weights: Single) -> Links | None:
    """The links of a projection one by one, where they are few."""
    from substrates import kernels

    count = int(np.count_nonzero(weights))
    return kernels.sparse(weights, count) if count < FEW * weights.size else None


@dataclass(frozen=True, eq=False)
class SubstratePolicy:
    """The networks `rows` of `synapses`. Feed-forward ones have no state, recurrent ones the values of all neurons (P, S, N).

    links: of each projection, where they are few.
    """

    synapses: Synapses
    config: SubstrateConfig
    rows: Ints
    links: tuple[Links | None, ...]

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def inputs(self) -> int:
        return self.synapses.substrate.inputs

    @property
    def outputs(self) -> int:
        return self.synapses.substrate.outputs

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, self._kept), np.float32)

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        substrate, inputs = self.synapses.substrate, fitting(self, inputs)
        state = fitting_state(state, self, inputs, self._kept)
        values = self.activations(state, inputs)
        if substrate.recurrent:
            state = np.concatenate(values, axis=2, dtype=np.float32, casting="same_kind")
        answers = [value for value, sheet in zip(values, substrate.sheets) if sheet.role == "output"]
        return state, answers[0] if len(answers) == 1 else np.concatenate(answers, axis=2)

    def take(self, rows: Ints, /) -> SubstratePolicy:
        return SubstratePolicy(self.synapses, self.config, self.rows[rows], self.links)

    @property
    def _kept(self) -> int:
        """How many values of neurons stand in the state."""
        substrate = self.synapses.substrate
        return sum(map(len, substrate.sheets)) if substrate.recurrent else 0

    def activations(self, state: State, inputs: Floats, /) -> list[Array]:
        """What all neurons hold after a step from `state`, sheet by sheet, (P, S, N): what pictures show. Outputs are float64."""
        sheets, fresh = self.synapses.substrate.sheets, loaded(self.synapses.substrate, inputs)
        if not self.synapses.substrate.recurrent:
            values = list(fresh)
            for place, sheet in enumerate(sheets):
                if sheet.role != "input":
                    values[place] = self._computed(place, values)
            return values
        values = np.split(state, np.cumsum([len(sheet) for sheet in sheets])[:-1], axis=2)
        for _ in range(self.config.passes):
            held = [new if sheet.role == "input" else old for sheet, new, old in zip(sheets, fresh, values)]
            values = [held[n] if sheet.role == "input" else self._computed(n, held) for n, sheet in enumerate(sheets)]
        return values

    def _computed(self, place: int, values: Sequence[Array]) -> Array:
        """What the neurons of one sheet make of all values: sums over its projections, then its activation."""
        from substrates import kernels

        synapses, sheet = self.synapses, self.synapses.substrate.sheets[place]
        sums = np.zeros((self.size, values[0].shape[1], len(sheet)), np.float32)
        if synapses.biases:
            sums += synapses.biases[place][self.rows][:, None]
        for weights, links, projection in zip(synapses.weights, self.links, synapses.substrate.projections):
            if projection.target != place:
                continue
            if links:
                kernels.project_sparse(links, self.rows, values[projection.source], sums)
            else:
                kernels.project(weights, self.rows, values[projection.source], sums)
        return activated(sums, self.config.readout if sheet.role == "output" else self.config.activation, sheet.role)


def loaded(substrate: Substrate, inputs: Floats) -> list[Array]:
    """Input sheets with their share of the inputs (P, S, I), the others empty."""
    found: list[Array] = []
    first = 0
    for sheet in substrate.sheets:
        last = first + len(sheet) * (sheet.role == "input")
        found.append(inputs[:, :, first:last])
        first = last
    return found


def activated(sums: Single, activation: str, role: str) -> Array:
    """Sums (P, S, N) through an activation; of outputs in double precision, so that large sums still differ."""
    if role == "output":
        from neatcore.nets.kernels import activate_rows, own_rows

        values: Array = sums.astype(np.float64)
        activate_rows(code_of(activation), values.reshape(len(values), prod(values.shape[1:])), own_rows())
        return values
    from neatcore.cppn import kernels

    kernels.activate_rows(code_of(activation), sums.reshape(len(sums), prod(sums.shape[1:])), kernels.own_rows(single=True))
    return sums
