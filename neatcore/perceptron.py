"""A fixed multilayer perceptron whose weights are one flat vector: the plainest encoding there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field

from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats, Ints, Policy, State, VectorSpace
from neatcore.parameters import Parameters, Size
from neatcore.stepping import fitting, fitting_state


class MlpConfig(Parameters):
    """A multilayer perceptron, every layer with biases; sigmoid outputs."""

    hidden: tuple[Size, ...] = Field((8,), description="units of each hidden layer; [] for none")
    activation: Literal["tanh", "relu"] = Field("tanh", description="activation of hidden layers")
    scale: float = Field(1.0, gt=0, description="standard deviation of the first weights")


@dataclass(frozen=True)
class Layers:
    """Weights of P perceptrons: one (P, fan_in + 1, fan_out) array a layer, the bias in the last row."""

    matrices: tuple[Floats, ...]


@dataclass(frozen=True)
class FlatVector:
    """Cuts a vector into layers, first layer first, row by row."""

    sizes: tuple[int, ...]
    scale: float = 1.0

    @property
    def shapes(self) -> list[tuple[int, int]]:
        return [(fan_in + 1, fan_out) for fan_in, fan_out in pairwise(self.sizes)]

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(sum(rows * columns for rows, columns in self.shapes), scale=self.scale)

    def decode(self, genomes: Sequence[Floats], /) -> Layers:
        """P vectors (n,) as layers; InputError where n is not the number of weights."""
        table = np.array(genomes, np.float64)
        if table.ndim != 2 or table.shape[1] != self.space.size:
            raise InputError(f"genomes of shape {table.shape} for networks of {self.space.size} weights")
        ends = np.cumsum([rows * columns for rows, columns in self.shapes])[:-1]
        parts = np.split(table, ends, axis=1)
        return Layers(tuple(part.reshape(-1, *shape) for part, shape in zip(parts, self.shapes, strict=True)))


@dataclass(frozen=True)
class Perceptron:
    """A multilayer perceptron with sigmoid outputs."""

    activation: str = "tanh"

    def bind(self, weights: Layers, /) -> Policy:
        return PerceptronPolicy(weights.matrices, self.activation)


@dataclass(frozen=True)
class PerceptronPolicy:
    """P perceptrons; no state."""

    matrices: tuple[Floats, ...]
    activation: str

    @property
    def size(self) -> int:
        return len(self.matrices[0])

    @property
    def inputs(self) -> int:
        return int(self.matrices[0].shape[1]) - 1

    @property
    def outputs(self) -> int:
        return int(self.matrices[-1].shape[2])

    def reset(self, lanes: int, /) -> State:
        return np.empty((self.size, 0, lanes))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        values: Array = fitting(self, inputs)
        state = fitting_state(state, self, values, 0, lanes_last=True)
        for matrix in self.matrices[:-1]:
            values = _affine(values, matrix)
            values = np.tanh(values) if self.activation == "tanh" else np.maximum(values, 0.0)
        return state, 1.0 / (1.0 + np.exp(-np.clip(_affine(values, self.matrices[-1]), -700, 700)))

    def take(self, rows: Ints, /) -> PerceptronPolicy:
        return PerceptronPolicy(tuple(matrix[rows] for matrix in self.matrices), self.activation)


def _affine(values: Floats, matrix: Floats) -> Floats:
    """values (P, S, I) through matrices (P, I + 1, O), summed in a fixed order whatever P and S are."""
    sums: Floats = np.einsum("psi,pio->pso", values, matrix[:, :-1]) + matrix[:, -1:]
    return sums


def mlp(config: MlpConfig, inputs: int, outputs: int) -> tuple[FlatVector, Perceptron]:
    """The flat vector and its perceptron for networks of so many inputs and outputs."""
    return FlatVector((inputs, *config.hidden, outputs), config.scale), Perceptron(config.activation)
