"""The convolutional networks for which HyperGAN makes weights (Ratzlaff & Li 2019)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from hypernets.convolution import convolve, pool
from hypernets.interfaces import Applied
from hypernets.pictures import Picture, as_asked, of_pixels
from hypernets.policies import Traced
from neatcore.errors import InputError

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights
    from neatcore.interfaces import Policy


@dataclass(frozen=True)
class LeakyConvNet:
    """Convolutions by kernels of `side` × `side` without a margin, each with leaky ReLU and 2 × 2 pooling; then a perceptron.

    channels: what each convolution answers. units: of each hidden layer of the perceptron. classes: O. drop: the share of what the
    perceptron reads that is dropped in training.
    """

    picture: Picture
    side: int
    channels: tuple[int, ...]
    units: tuple[int, ...]
    classes: int
    drop: float = 0.0
    memory: int = 0
    measured: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if min(self._left) < 1:
            height, width, _ = self.picture
            raise InputError(
                f"pictures of {height} × {width} pixels are too small for {len(self.channels)} convolutions by {self.side} × "
                f"{self.side}, each halved; use target=dense, or fewer channels"
            )

    @property
    def inputs(self) -> int:
        return prod(self.picture)

    @property
    def outputs(self) -> int:
        return self.classes

    @cached_property
    def _left(self) -> tuple[int, int]:
        """Rows and columns after all convolutions."""
        rows, columns, _ = self.picture
        for _ in self.channels:
            rows, columns = (max(0, side - self.side + 1) // 2 for side in (rows, columns))
        return rows, columns

    @property
    def shapes(self) -> Shapes:
        found: dict[str, tuple[int, ...]] = {}
        for k, (wide, narrow) in enumerate(pairwise((self.picture[2], *self.channels)), 1):
            found |= {f"conv{k}.kernel": (self.side, self.side, wide, narrow), f"conv{k}.bias": (narrow,)}
        flat = prod(self._left) * (self.channels[-1] if self.channels else self.picture[2])
        for k, pair in enumerate(pairwise((flat, *self.units, self.classes)), 1):
            found |= {f"dense{k}.kernel": pair, f"dense{k}.bias": (pair[1],)}
        return found

    def initial(self, key: jax.Array, /) -> Weights:
        """Kernels as He et al. (2015) draw them, biases 0."""
        draw, shapes = jax.nn.initializers.he_normal(), self.shapes.items()
        keys = jax.random.split(key, len(shapes))
        return {name: draw(k, shape) if len(shape) > 1 else jnp.zeros(shape) for k, (name, shape) in zip(keys, shapes, strict=True)}

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, key: jax.Array | None = None, /) -> Applied:
        values = of_pixels(inputs, self.picture)
        for k in range(1, len(self.channels) + 1):  # bias and leaky ReLU after the pooling as well as before, on a quarter
            values = jax.nn.leaky_relu(pool(convolve(values, weights[f"conv{k}.kernel"], around=0)) + weights[f"conv{k}.bias"])
        values, last = values.reshape(len(values), -1), len(self.units) + 1
        if key is not None and self.drop:
            values = values * jax.random.bernoulli(key, 1.0 - self.drop, values.shape) / (1.0 - self.drop)
        for k in range(1, last + 1):
            values = values @ weights[f"dense{k}.kernel"] + weights[f"dense{k}.bias"]
            values = values if k == last else jax.nn.leaky_relu(values)
        return Applied(as_asked(values, inputs), state)

    def bind(self, weights: Stacked, /) -> Policy:
        return Traced(self, weights)
