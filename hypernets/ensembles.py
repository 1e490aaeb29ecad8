"""Many networks that answer the same inputs, and together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from hypernets.interfaces import Applied
from hypernets.policies import Traced

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Shapes, Stacked, Weights
    from neatcore.interfaces import Policy


TOGETHER = 16  # networks that an accelerator answers for at a time


def each(network: Network, weights: Weights, inputs: jax.Array) -> jax.Array:
    """What N networks answer to the same inputs (S, I), (N, S, O); weights have N as their first axis. Without a state.

    Some at a time, and in the gradient again, so that the values of those alone are in memory: on the CPU one, which is fastest
    there.
    """
    state = jnp.zeros((len(inputs), network.memory))
    answer = jax.checkpoint(lambda own: network.apply(own, state, inputs).outputs)
    together = None if jax.default_backend() == "cpu" else TOGETHER
    found: jax.Array = jax.lax.map(answer, dict(weights), batch_size=together)
    return found


@dataclass(frozen=True)
class Ensemble:
    """`count` networks that answer together: the mean of their probabilities, as logits, or of their outputs as they are."""

    network: Network
    count: int
    probabilities: bool
    memory: int = 0
    measured: frozenset[str] = frozenset()

    @property
    def inputs(self) -> int:
        return self.network.inputs

    @property
    def outputs(self) -> int:
        return self.network.outputs

    @property
    def shapes(self) -> Shapes:
        return {name: (self.count, *shape) for name, shape in self.network.shapes.items()}

    def initial(self, key: jax.Array, /) -> Weights:
        return jax.vmap(self.network.initial)(jax.random.split(key, self.count))

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, _key: jax.Array | None = None, /) -> Applied:
        return Applied(together(each(self.network, weights, inputs), self.probabilities), state)

    def bind(self, weights: Stacked, /) -> Policy:
        return Traced(self, weights)


def together(outputs: jax.Array, probabilities: bool) -> jax.Array:
    """The answer of N networks (N, S, O) as one: the log of the mean of their softmax, or the mean of what they say."""
    if not probabilities:
        return outputs.mean(axis=0)
    return jax.nn.logsumexp(jax.nn.log_softmax(outputs), axis=0) - jnp.log(len(outputs))
