"""Substrates that learn: their genes' share (Θ), the model (M), and the policy that computes them, lane by lane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from neatcore.cppn import Packed
from neatcore.interfaces import Array, Bools, Floats, Ints, Policy, State
from neatcore.stepping import fitting, fitting_state
from substrates.adaptive.config import AdaptiveConfig
from substrates.geometry import Sheet
from substrates.networks import Synapses, activated, loaded

Single = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Learning:
    """P networks on one substrate, as they are born, and how they learn.

    traits: of each projection rate, A, B, C and D of its links (P, K, 5); none for the iterated model, which asks `cppns` about the
    `coordinates` (C, K) of each projection. modulates: which links (P, K) gate learning, of each projection.
    """

    born: Synapses
    traits: tuple[Single, ...]
    modulates: tuple[Bools, ...]
    cppns: Packed
    coordinates: tuple[Single, ...]


@dataclass(frozen=True)
class AdaptiveModel:
    """Layers of neurons whose links change."""

    config: AdaptiveConfig

    def bind(self, weights: Learning, /) -> Policy:
        return AdaptivePolicy(weights, self.config, np.arange(weights.born.size))


@dataclass(frozen=True, eq=False)
class AdaptivePolicy:
    """The networks `rows`. State (P, L, N + K): values of all neurons, in recurrent substrates alone, then all weights."""

    learning: Learning
    config: AdaptiveConfig
    rows: Ints

    @property
    def size(self) -> int:
        return len(self.rows)

    @property
    def inputs(self) -> int:
        return self.learning.born.substrate.inputs

    @property
    def outputs(self) -> int:
        return self.learning.born.substrate.outputs

    def reset(self, lanes: int, /) -> State:
        """Every lane begins with the weights of birth."""
        weights = [born[self.rows].reshape(self.size, 1, born[0].size) for born in self.learning.born.weights]
        whole = np.concatenate([np.zeros((self.size, 1, self._kept), np.float32), *weights], axis=2)
        return np.repeat(whole, lanes, axis=1)

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        substrate, inputs = self.learning.born.substrate, fitting(self, inputs)
        state = fitting_state(state, self, inputs, self._kept + sum(born[0].size for born in self.learning.born.weights))
        sheets, fresh = substrate.sheets, loaded(substrate, inputs)
        values = list(fresh)
        if substrate.recurrent:
            values = np.split(state[:, :, : self._kept], np.cumsum([len(sheet) for sheet in sheets])[:-1], axis=2)
            for _ in range(self.config.passes):
                held = [new if sheet.role == "input" else old for sheet, new, old in zip(sheets, fresh, values)]
                values = [held[n] if sheet.role == "input" else self._computed(n, held, state) for n, sheet in enumerate(sheets)]
                self._learn(held, values, state)
            state[:, :, : self._kept] = np.concatenate(values, axis=2)
        else:
            for place, sheet in enumerate(sheets):
                if sheet.role != "input":
                    values[place] = self._computed(place, values, state)
            self._learn(values, values, state)
        answers = [value for value, sheet in zip(values, sheets) if sheet.role == "output"]
        return state, answers[0] if len(answers) == 1 else np.concatenate(answers, axis=2)

    def take(self, rows: Ints, /) -> AdaptivePolicy:
        return AdaptivePolicy(self.learning, self.config, self.rows[rows])

    @property
    def _kept(self) -> int:
        """How many values of neurons stand in the state."""
        substrate = self.learning.born.substrate
        return sum(map(len, substrate.sheets)) if substrate.recurrent else 0

    @property
    def _firsts(self) -> Iterator[int]:
        """Where the weights of each projection begin in the state."""
        return accumulate((born[0].size for born in self.learning.born.weights), initial=self._kept)

    def _sums(self, place: int, values: Sequence[Array], state: State, *, modulating: bool) -> Single:
        """What reaches the neurons of one sheet (P, L, N): through the links that modulate, or through all others."""
        from substrates.adaptive import kernels

        born = self.learning.born
        sums = np.zeros((self.size, values[0].shape[1], len(born.substrate.sheets[place])), np.float32)
        if born.biases and not modulating:
            sums += born.biases[place][self.rows][:, None]
        for first, modulates, pair in zip(self._firsts, self.learning.modulates, born.substrate.projections):
            if pair.target == place:
                kernels.project(state, first, self.rows, modulates, modulating, _single(values[pair.source]), sums)
        return sums

    def _computed(self, place: int, values: Sequence[Array], state: State) -> Array:
        """What the neurons of one sheet make of all values."""
        sheet = self.learning.born.substrate.sheets[place]
        sums = self._sums(place, values, state, modulating=False)
        return activated(sums, self.config.readout if sheet.role == "output" else self.config.activation, sheet.role)

    def _learn(self, before: Sequence[Array], after: Sequence[Array], state: State) -> None:
        """Change all weights by what the sources held before and what the targets answered."""
        from substrates.adaptive import kernels

        born, limit = self.learning.born, float32(self.config.limit)
        cppns = self.learning.cppns.chosen(None, self.config.bias) if self.config.synapses == "iterated" else None
        gains = {pair.target: self._gains(pair.target, before, state) for pair in born.substrate.projections} if not cppns else {}
        for n, (first, pair) in enumerate(zip(self._firsts, born.substrate.projections)):
            pre, post = _single(before[pair.source]), _single(after[pair.target])
            if cppns:
                rule = kernels.Rule(float32(self.config.threshold), float32(self.config.pace), limit)
                kernels.iterate(cppns, self.rows, self.learning.coordinates[n], state, first, pre, post, rule)
            else:
                genes = born.weights[n].reshape(born.size, -1)
                kernels.adapt(state, first, self.rows, genes, self.learning.traits[n], pre, post, gains[pair.target], limit)

    def _gains(self, place: int, before: Sequence[Array], state: State) -> Single:
        """What gates the learning of each neuron's links (P, L, N): the tanh of what modulates it, or 1."""
        if not self.config.modulated:
            size = len(self.learning.born.substrate.sheets[place])
            return np.ones((self.size, before[0].shape[1], size), np.float32)
        return activated(self._sums(place, before, state, modulating=True), "tanh", "hidden")

    # --- to be watched

    def weights(self, state: State, /) -> Floats:
        """The weights (K, L) of the first network's links that can change, as of `state`, in the order of `links`."""
        places = np.concatenate([first + chosen for first, chosen in zip(self._firsts, self._plastic)])
        return np.asarray(state[0, :, places], np.float64)

    def links(self, inputs: Sequence[str], outputs: Sequence[str], /) -> list[str]:
        """These links as source → target; hidden neurons are called by their sheet and number."""
        substrate = self.learning.born.substrate
        names = _names(substrate.sheets, inputs, outputs)
        found = []
        for pair, chosen in zip(substrate.projections, self._plastic):
            targets = len(substrate.sheets[pair.target])
            found += [f"{names[pair.source][k // targets]} → {names[pair.target][k % targets]}" for k in chosen.tolist()]
        return found

    @property
    def _plastic(self) -> list[Ints]:
        """Of each projection, which links of the first network can change."""
        born, row = self.learning.born, self.rows[0]
        if self.config.synapses == "iterated":
            return [np.arange(weights[0].size) for weights in born.weights]
        pairs = zip(born.weights, self.learning.traits, strict=True)
        return [np.flatnonzero((weights[row].ravel() != 0) & (traits[row, :, 0] != 0)) for weights, traits in pairs]


def _single(values: Array) -> Single:
    """Values as kernels take them, of one kind and one layout."""
    return np.ascontiguousarray(values, np.float32)


def _names(sheets: Sequence[Sheet], inputs: Sequence[str], outputs: Sequence[str]) -> list[list[str]]:
    """What the neurons of each sheet are called."""
    given = {"input": iter(inputs), "output": iter(outputs)}
    return [[next(given.get(sheet.role, own)) for _ in range(len(sheet))] for sheet in sheets for own in [_numbered(sheet)]]


def _numbered(sheet: Sheet) -> Iterator[str]:
    """Names of hidden neurons."""
    return (f"{sheet.name}.{n}" for n in range(1, len(sheet) + 1))
