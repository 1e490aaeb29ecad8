"""Networks that JAX computes as policies of neatcore."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from hypernets.blocks import SMALL, in_blocks
from neatcore.interfaces import Array, Floats, Ints, State
from neatcore.stepping import fitting, fitting_state

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked, Weights


@dataclass(frozen=True, eq=False)
class Traced:
    """P networks, computed one after another: JAX is slow on the CPU where convolutions of different weights are batched.

    batched: the network has no convolutions. Where lanes are few and networks small, they are then computed in blocks.
    """

    network: Network
    weights: Stacked
    batched: bool = False

    @property
    def size(self) -> int:
        return len(next(iter(self.weights.values())))

    @property
    def inputs(self) -> int:
        return self.network.inputs

    @property
    def outputs(self) -> int:
        return self.network.outputs

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, self.network.memory), np.float32)

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        inputs = fitting(self, inputs)
        state = fitting_state(state, self, inputs, self.network.memory)
        if not self.size:
            return state, np.empty((0, inputs.shape[1], self.outputs))
        return self._each(state, [np.asarray(rows, np.float32) for rows in inputs])

    def unroll(self, state: State, symbols: Array, /) -> tuple[State, Floats]:
        """The same symbols (T, S) for every network: the state after the last step, and outputs (P, T, S, O)."""
        if not self.size:
            return state, np.empty((0, *symbols.shape, self.outputs))
        return self._each(state, [symbols] * self.size)

    def take(self, rows: Ints, /) -> Traced:
        return Traced(self.network, {name: array[rows] for name, array in self.weights.items()}, self.batched)

    def _each(self, state: State, inputs: list[Array]) -> tuple[State, Floats]:
        if self._small(inputs):
            after, outputs = in_blocks(_answer_block(self.network), dict(self.weights), state, np.stack(inputs))
            return after, outputs.astype(np.float64)
        answer, after, outputs = _answer(self.network), [], []
        for p in range(self.size):
            weights = {name: jnp.asarray(array[p]) for name, array in self.weights.items()}
            remembered, found = answer(weights, state[p], inputs[p])
            after.append(np.asarray(remembered))
            outputs.append(np.asarray(found, np.float64))
        return np.stack(after), np.stack(outputs)

    def _small(self, inputs: list[Array]) -> bool:
        """Whether one network takes so few products that the call of JAX would take longer."""
        if not (self.batched and inputs):
            return False
        lanes = inputs[0].size // (self.inputs if np.issubdtype(inputs[0].dtype, np.floating) else 1)
        return lanes * sum(int(array[0].size) for array in self.weights.values()) <= SMALL


@lru_cache(maxsize=32)
def _answer(network: Any) -> Any:
    """One step of a `Network`, compiled."""
    return jax.jit(partial(_applied, network))


@lru_cache(maxsize=32)
def _answer_block(network: Any) -> Any:
    """The same of many networks, (P, …) of everything."""
    return jax.jit(jax.vmap(partial(_applied, network)))


def _applied(network: Any, weights: Weights, state: jax.Array, inputs: jax.Array) -> tuple[jax.Array, jax.Array]:
    applied = network.apply(weights, state, inputs)
    return applied.state, applied.outputs
