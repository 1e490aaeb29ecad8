"""The perceptrons of which HyperGAN's mixer and generators are made."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Weights

# An activation, and the mean of its square over N(0, 1).
ACTIVATIONS = {"relu": (jax.nn.relu, 0.5), "elu": (jax.nn.elu, 0.6449)}
NEGLIGIBLE = 1e-5  # added to variances (Ioffe & Szegedy 2015)


@dataclass(frozen=True)
class Part:
    """A perceptron with linear outputs. sizes: inputs, units of each hidden layer, outputs.

    normed: what each hidden unit is given has mean 0 and variance 1 over many draws, then a scale and a shift that are learnt
    (batch normalisation, Ioffe & Szegedy 2015).
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    normed: bool = False

    @property
    def hidden(self) -> int:
        """How many hidden layers there are."""
        return len(self.sizes) - 2

    @property
    def last(self) -> str:
        """The name of the last layer's kernel."""
        return f"dense{self.hidden + 1}.kernel"

    @property
    def shift(self) -> str:
        """The name of its bias."""
        return f"dense{self.hidden + 1}.bias"

    @property
    def shapes(self) -> Shapes:
        pairs = dict(enumerate(pairwise(self.sizes), 1))
        found: dict[str, tuple[int, ...]] = {f"dense{k}.kernel": pair for k, pair in pairs.items()}
        for k, (_, wide) in pairs.items():
            names = [f"norm{k}.scale", f"norm{k}.shift"] if self.normed and k <= self.hidden else [f"dense{k}.bias"]
            found |= dict.fromkeys(names, (wide,))
        return found

    def initial(self, key: jax.Array) -> Weights:
        """Kernels as He et al. (2015) draw them for ReLU, so that outputs of N(0, 1) have twice the activation's mean square as
        variance, where hidden units are normalised; scales 1, all else 0."""
        draw, shapes = jax.nn.initializers.he_normal(), self.shapes.items()
        keys = jax.random.split(key, len(shapes))
        plain = {name: jnp.ones(shape) if name.endswith("scale") else jnp.zeros(shape) for name, shape in shapes}
        return plain | {name: draw(k, shape) for k, (name, shape) in zip(keys, shapes, strict=True) if len(shape) > 1}

    def features(self, weights: Weights, inputs: jax.Array, among: int) -> jax.Array:
        """The last hidden layer (N, H) of inputs (N, I); means and variances are those of the first `among` inputs."""
        activate, _ = ACTIVATIONS[self.activation]
        for k in range(1, self.hidden + 1):
            inputs = inputs @ weights[f"dense{k}.kernel"]
            if self.normed:
                mean, variance = inputs[:among].mean(axis=0), inputs[:among].var(axis=0)
                inputs = (inputs - mean) * jax.lax.rsqrt(variance + NEGLIGIBLE)
                inputs = inputs * weights[f"norm{k}.scale"] + weights[f"norm{k}.shift"]
            else:
                inputs = inputs + weights[f"dense{k}.bias"]
            inputs = activate(inputs)
        return inputs

    def outputs(self, weights: Weights, features: jax.Array) -> jax.Array:
        """The outputs (N, O) of the last hidden layer (N, H)."""
        return features @ weights[self.last] + weights[self.shift]
