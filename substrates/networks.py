"""Networks on substrates: their weights (Θ), the model (M), and the policy that computes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neatcore.activations import code_of
from neatcore.interfaces import Array, Floats, Ints, Policy, State
from substrates.config import SubstrateConfig
from substrates.geometry import Substrate

Single = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Synapses:
    """The weights of P networks on one substrate.

    weights: of each projection (P, T, S), 0 where a link is not expressed. biases: of each sheet (P, N), or () for none.
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


@dataclass(frozen=True)
class SubstrateModel:
    """Layers of neurons; recurrent where the substrate is, and then neurons keep their values between steps."""

    config: SubstrateConfig

    def bind(self, weights: Synapses, /) -> Policy:
        return SubstratePolicy(weights, self.config, np.arange(weights.size))


@dataclass(frozen=True, eq=False)
class SubstratePolicy:
    """The networks `rows` of `synapses`. Feed-forward ones have no state, recurrent ones the values of all neurons (P, N, S)."""

    synapses: Synapses
    config: SubstrateConfig
    rows: Ints

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
        substrate = self.synapses.substrate
        neurons = sum(map(len, substrate.sheets)) if substrate.recurrent else 0
        return np.zeros((self.size, neurons, lanes), np.float32)

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        values = self.activations(state, inputs)
        if self.synapses.substrate.recurrent:
            state = np.concatenate(values, axis=1, dtype=np.float32, casting="same_kind")
        roles = [sheet.role for sheet in self.synapses.substrate.sheets]
        outputs = np.concatenate([value for value, role in zip(values, roles) if role == "output"], axis=1)
        return state, np.ascontiguousarray(outputs.swapaxes(1, 2), np.float64)

    def take(self, rows: Ints, /) -> SubstratePolicy:
        return SubstratePolicy(self.synapses, self.config, self.rows[rows])

    def activations(self, state: State, inputs: Floats, /) -> list[Array]:
        """What all neurons hold after a step from `state`, sheet by sheet, (P, N, S): what pictures show. Outputs are float64."""
        substrate = self.synapses.substrate
        if not substrate.recurrent:
            values = self._loaded(inputs)
            for place in range(len(substrate.sheets)):
                if substrate.sheets[place].role != "input":
                    values[place] = self._computed(place, values)
            return values
        ends = np.cumsum([len(sheet) for sheet in substrate.sheets])[:-1]
        values = np.split(state, ends, axis=1)
        for _ in range(self.config.passes):
            held = [fresh if len(fresh) else old for fresh, old in zip(self._loaded(inputs), values)]
            held = [np.ascontiguousarray(value, np.float32) for value in held]
            values = [
                held[place] if sheet.role == "input" else self._computed(place, held)
                for place, sheet in enumerate(substrate.sheets)
            ]
        return values

    def _loaded(self, inputs: Floats) -> list[Array]:
        """Input sheets with their share of the inputs (P, S, I) as (P, N, S), the others empty."""
        loaded: list[Array] = []
        first = 0
        for sheet in self.synapses.substrate.sheets:
            last = first + len(sheet) * (sheet.role == "input")
            share = np.ascontiguousarray(inputs[:, :, first:last].swapaxes(1, 2), np.float32)
            loaded.append(share if sheet.role == "input" else np.empty(0, np.float32))
            first = last
        return loaded

    def _computed(self, place: int, values: list[Array]) -> Array:
        """What the neurons of one sheet make of all values: sums over its projections, then its activation."""
        from substrates import kernels

        synapses, sheet = self.synapses, self.synapses.substrate.sheets[place]
        lanes = next(value.shape[2] for value in values if value.ndim == 3)
        sums = np.zeros((self.size, len(sheet), lanes), np.float32)
        if synapses.biases and synapses.biases[place].size:
            sums += synapses.biases[place][self.rows][:, :, None]
        for weights, projection in zip(synapses.weights, synapses.substrate.projections):
            if projection.target == place:
                kernels.project(weights, self.rows, values[projection.source], sums)
        return _activated(sums, self.config.output_activation if sheet.role == "output" else self.config.activation, sheet.role)


def _activated(sums: Single, activation: str, role: str) -> Array:
    """Sums (P, N, S) through an activation; of outputs in double precision, so that large sums still differ."""
    if role == "output":
        from neatcore.nets.kernels import activate_rows, own_rows

        values: Array = sums.astype(np.float64)
        activate_rows(code_of(activation), values.reshape(-1, values.shape[2]), own_rows())
        return values
    from neatcore.cppn import kernels

    kernels.activate_rows(code_of(activation), sums.reshape(-1, sums.shape[2]), kernels.own_rows(single=True))
    return sums
