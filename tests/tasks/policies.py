"""Small policies for tests, written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neatcore.interfaces import Array, Floats, Ints, Policy, State


@dataclass(frozen=True)
class Linear:
    """P networks of one layer: outputs 0.5 + w·x + b, cut to [0, 1]. weights (P, O, I + 1), the bias last."""

    weights: Floats

    @property
    def size(self) -> int:
        return len(self.weights)

    @property
    def inputs(self) -> int:
        return len(self.weights[0, 0]) - 1

    @property
    def outputs(self) -> int:
        return len(self.weights[0])

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        return state, np.clip(0.5 + affine(self.weights, inputs), 0.0, 1.0)

    def take(self, rows: Ints, /) -> Policy:
        return Linear(self.weights[rows])


@dataclass(frozen=True)
class Leaky:
    """The same with a memory: outputs follow 0.5 + w·x + b with a delay, and depend on all inputs since the reset."""

    weights: Floats

    @property
    def size(self) -> int:
        return len(self.weights)

    @property
    def inputs(self) -> int:
        return len(self.weights[0, 0]) - 1

    @property
    def outputs(self) -> int:
        return len(self.weights[0])

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, self.outputs))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        state = 0.5 * state + affine(self.weights, inputs)
        return state, np.clip(0.5 + state, 0.0, 1.0)

    def take(self, rows: Ints, /) -> Policy:
        return Leaky(self.weights[rows])


@dataclass(frozen=True)
class Difference:
    """One network with weights (2, I): outputs 0.5 + w₀·x + w₁·(x - x of the step before), cut to [0, 1]; it feels speeds."""

    weights: Floats
    size = 1
    outputs = 1

    @property
    def inputs(self) -> int:
        return len(self.weights[0])

    def reset(self, lanes: int, /) -> State:
        return np.full((1, lanes, self.inputs), np.nan)

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        before = np.where(np.isnan(state), inputs, state)
        answer = 0.5 + inputs @ self.weights[0] + (inputs - before) @ self.weights[1]
        return inputs.copy(), np.clip(answer, 0.0, 1.0)[..., None]

    def take(self, rows: Ints, /) -> Policy:
        assert rows.tolist() == [0]
        return self


def affine(weights: Floats, inputs: Floats) -> Array:
    """w·x + b (P, S, O), summed input by input: a matrix product may sum in an order that depends on P."""
    total = np.repeat(weights[:, None, :, -1], inputs.shape[1], axis=1)
    for i in range(inputs.shape[2]):
        total += weights[:, None, :, i] * inputs[:, :, i, None]
    return total


def random_linear(size: int, inputs: int, outputs: int = 1, *, seed: int = 0, scale: float = 1.0) -> Linear:
    """`size` networks with normal weights."""
    return Linear(np.random.default_rng(seed).normal(scale=scale, size=(size, outputs, inputs + 1)))


@dataclass(frozen=True)
class Sums:
    """P networks of one layer without a bias: outputs f(w·x). weights (P, O, I); f is the identity unless said otherwise."""

    weights: Floats
    squash: Callable[[Floats], Floats] = np.positive

    @property
    def size(self) -> int:
        return len(self.weights)

    @property
    def inputs(self) -> int:
        return len(self.weights[0, 0])

    @property
    def outputs(self) -> int:
        return len(self.weights[0])

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        return state, self.squash(np.stack([x @ w.T for x, w in zip(inputs, self.weights, strict=True)]))

    def take(self, rows: Ints, /) -> Policy:
        return Sums(self.weights[rows], self.squash)


@dataclass(frozen=True)
class Still:
    """P networks that answer the same at every step: answers (P, O)."""

    answers: Floats
    inputs: int = 3

    @property
    def size(self) -> int:
        return len(self.answers)

    @property
    def outputs(self) -> int:
        return int(self.answers.shape[1])

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        assert inputs.shape[2] == self.inputs
        return state, np.repeat(self.answers[:, None], inputs.shape[1], axis=1)

    def take(self, rows: Ints, /) -> Policy:
        return Still(self.answers[rows], self.inputs)


def sigmoid(x: Floats) -> Floats:
    """With the slope of NEAT, 4.9."""
    values: Floats = 1.0 / (1.0 + np.exp(-4.9 * x))
    return values


def weight_of(output: Floats) -> Floats:
    """HyperNEAT's weight of a CPPN's output: none up to 0.2, then growing to 3 (2009)."""
    return np.sign(output) * 3.0 * np.maximum(np.abs(output) - 0.2, 0.0) / 0.8


@dataclass(frozen=True)
class Reflex:
    """One network that is a function of its inputs (1, S, I)."""

    function: Callable[[Floats], Floats]
    inputs: int
    outputs: int
    size: int = 1

    def reset(self, lanes: int, /) -> State:
        return np.zeros((1, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        return state, self.function(inputs)

    def take(self, rows: Ints, /) -> Reflex:
        assert rows.tolist() == [0]
        return self
