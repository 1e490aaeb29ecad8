"""Multilayer perceptrons that JAX computes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import jax
import jax.numpy as jnp
from pydantic import Field

from hypernets.flat import Flat
from hypernets.interfaces import Applied
from hypernets.perceptron import perceptron
from hypernets.policies import Traced
from neatcore.parameters import Parameters, Size

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights
    from neatcore.interfaces import Policy

ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}


class DenseConfig(Parameters):
    """A multilayer perceptron with linear outputs, whose weights are learnt directly."""

    hidden: tuple[Size, ...] = Field((64,), description="units of each hidden layer; [] for none")
    activation: Literal["relu", "tanh", "sigmoid"] = Field("relu", description="activation of hidden layers")


@dataclass(frozen=True)
class Dense:
    """A multilayer perceptron with linear outputs; sizes: inputs, units of each hidden layer, outputs."""

    sizes: tuple[int, ...]
    activation: str = "relu"
    memory: int = 0
    measured: frozenset[str] = frozenset()

    @property
    def inputs(self) -> int:
        return self.sizes[0]

    @property
    def outputs(self) -> int:
        return self.sizes[-1]

    @property
    def shapes(self) -> Shapes:
        pairs = list(enumerate(pairwise(self.sizes), 1))
        return {f"dense{k}.kernel": pair for k, pair in pairs} | {f"dense{k}.bias": (pair[1],) for k, pair in pairs}

    def initial(self, key: jax.Array, /) -> Weights:
        """Kernels as He et al. (2015) draw them, biases 0."""
        draw = jax.nn.initializers.he_normal()
        keys = jax.random.split(key, len(self.shapes))
        shapes = self.shapes.items()
        return {name: draw(k, shape) if len(shape) > 1 else jnp.zeros(shape) for k, (name, shape) in zip(keys, shapes, strict=True)}

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, _key: jax.Array | None = None, /) -> Applied:
        symbols = jnp.issubdtype(inputs.dtype, jnp.integer)
        values, last = jax.nn.one_hot(inputs, self.inputs) if symbols else inputs, len(self.sizes) - 1
        if self.activation == "relu":
            parts = (weights[f"dense{k}.{part}"] for k in range(1, last + 1) for part in ("kernel", "bias"))
            return Applied(perceptron(values, *parts), state)
        for k in range(1, last + 1):
            values = values @ weights[f"dense{k}.kernel"] + weights[f"dense{k}.bias"]
            values = values if k == last else ACTIVATIONS[self.activation](values)
        return Applied(values, state)

    def bind(self, weights: Stacked, /) -> Policy:
        return Traced(self, weights, batched=True)


def dense(config: DenseConfig, inputs: int, outputs: int) -> tuple[Flat, Dense]:
    """The perceptron for so many inputs and outputs, and its weights as z."""
    network = Dense((inputs, *config.hidden, outputs), config.activation)
    return Flat(network), network
