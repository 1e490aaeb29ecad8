"""Networks that JAX computes as policies of neatcore."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from neatcore.interfaces import Array, Floats, Ints, State

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked, Weights


@dataclass(frozen=True, eq=False)
class Traced:
    """P networks, computed one after another: JAX is slow on the CPU where convolutions of different weights are batched."""

    network: Network
    weights: Stacked

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
        return self._each(state, [np.asarray(rows, np.float32) for rows in inputs])

    def unroll(self, state: State, symbols: Array, /) -> tuple[State, Floats]:
        """The same symbols (T, S) for every network: the state after the last step, and outputs (P, T, S, O)."""
        return self._each(state, [symbols] * self.size)

    def take(self, rows: Ints, /) -> Traced:
        return Traced(self.network, {name: array[rows] for name, array in self.weights.items()})

    def _each(self, state: State, inputs: list[Array]) -> tuple[State, Floats]:
        answer, after, outputs = _answer(self.network), [], []
        for p in range(self.size):
            weights = {name: jnp.asarray(array[p]) for name, array in self.weights.items()}
            remembered, found = answer(weights, state[p], inputs[p])
            after.append(np.asarray(remembered))
            outputs.append(np.asarray(found, np.float64))
        return np.stack(after), np.stack(outputs)


@lru_cache(maxsize=32)
def _answer(network: Any) -> Any:
    """One step of a `Network`, compiled."""

    def answer(weights: Weights, state: jax.Array, inputs: jax.Array) -> tuple[jax.Array, jax.Array]:
        applied = network.apply(weights, state, inputs)
        return applied.state, applied.outputs

    return jax.jit(answer)
