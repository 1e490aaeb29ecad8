"""The convolutional network for MNIST of Ha, Dai & Le (2016, section 4.1), for pictures of any size."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal

import jax
from pydantic import Field

from hypernets.convolution import convolve, pool
from hypernets.flat import Flat
from hypernets.interfaces import Applied
from hypernets.pictures import Picture, as_asked, flattened, needed, of_pixels
from hypernets.policies import Traced
from neatcore.parameters import Parameters

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights
    from neatcore.interfaces import Policy

SIDE = 7  # of a kernel
CHANNELS = 16
NARROW = 0.01  # deviation of the notebook's first kernels

First = Literal["he", "normal"]


class ConvConfig(Parameters):
    """Two convolutions with pooling and a matrix (Ha, Dai & Le 2016), whose weights are learnt directly."""

    initial: First = Field(
        "he",
        description="first weights: he (He et al. 2015), or normal (of deviation 0.01, and an orthogonal matrix: the notebook)",
    )


@dataclass(frozen=True)
class ConvNet:
    """Twice a convolution to 16 channels with kernels of 7 × 7, ReLU and 2 × 2 pooling; then a matrix to the classes."""

    picture: Picture
    classes: int
    first: First = "he"
    memory: int = 0
    measured: frozenset[str] = frozenset()

    @property
    def inputs(self) -> int:
        return prod(self.picture)

    @property
    def outputs(self) -> int:
        return self.classes

    @property
    def shapes(self) -> Shapes:
        return {
            "conv1.kernel": (SIDE, SIDE, self.picture[2], CHANNELS),
            "conv1.bias": (CHANNELS,),
            "conv2.kernel": (SIDE, SIDE, CHANNELS, CHANNELS),
            "conv2.bias": (CHANNELS,),
            "dense.kernel": (flattened(self.picture, 2, CHANNELS), self.classes),
            "dense.bias": (self.classes,),
        }

    def initial(self, key: jax.Array, /) -> Weights:
        """As He et al. (2015) say, or as in the authors' notebook; biases 0."""
        he, narrow = jax.nn.initializers.he_normal(), jax.nn.initializers.truncated_normal(NARROW)
        kernel, matrix = (he, he) if self.first == "he" else (narrow, jax.nn.initializers.orthogonal())
        draw = {1: jax.nn.initializers.zeros, 2: matrix, 4: kernel}
        keys = jax.random.split(key, len(self.shapes))
        return {name: draw[len(shape)](k, shape) for k, (name, shape) in zip(keys, self.shapes.items(), strict=True)}

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, _key: jax.Array | None = None, /) -> Applied:
        values = of_pixels(inputs, self.picture)
        for layer in ("conv1", "conv2"):  # bias and ReLU go after the pooling as well as before, on a quarter of the numbers
            values = jax.nn.relu(pool(convolve(values, weights[f"{layer}.kernel"])) + weights[f"{layer}.bias"])
        flat = values.reshape(len(values), -1)
        return Applied(as_asked(flat @ weights["dense.kernel"] + weights["dense.bias"], inputs), state)

    def bind(self, weights: Stacked, /) -> Policy:
        return Traced(self, weights)


def conv(config: ConvConfig, _inputs: int, outputs: int, picture: Picture | None) -> tuple[Flat, ConvNet]:
    """The network for pictures of that shape, and its weights as z."""
    network = ConvNet(needed(picture, "encoding=conv"), outputs, config.initial)
    return Flat(network), network
