"""Wide residual networks (Zagoruyko & Komodakis 2016), as Ha, Dai & Le (2016, section 4.2) count them: shortcuts without weights,
biases in the convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal

import jax
import jax.numpy as jnp
from pydantic import Field, field_validator

from hypernets.convolution import convolve
from hypernets.flat import Flat
from hypernets.interfaces import Applied
from hypernets.pictures import Picture, as_asked, flattened, needed, of_pixels
from hypernets.policies import Traced
from neatcore.errors import InputError
from neatcore.parameters import Parameters

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights
    from neatcore.interfaces import Policy

STEM = 16  # channels of the first convolution
SMALL = 1e-5  # added to a variance


def check_depth(depth: int) -> int:
    """InputError where blocks do not share out evenly among the three groups."""
    if depth < 10 or (depth - 4) % 6:
        near = max(10, round((depth - 4) / 6) * 6 + 4)
        raise InputError(f"a residual network of depth {depth}; it must be 6 n + 4, such as {near}")
    return depth


class WrnConfig(Parameters):
    """A wide residual network, whose weights are learnt directly."""

    depth: int = Field(40, le=1000, description="layers: 6 n + 4, with n blocks in each of three groups")
    width: int = Field(1, ge=1, le=64, description="times 16, 32 and 64 channels")
    momentum: float = Field(0.9, ge=0, lt=1, description="share of the old in running means and variances after a step")

    @field_validator("depth")
    @classmethod
    def _whole(cls, depth: int) -> int:
        return check_depth(depth)


class Wrn401Config(WrnConfig):
    """The wide residual network of depth 40 and width 1, whose weights are learnt directly."""

    depth: Literal[40] = Field(40, description="layers")
    width: Literal[1] = Field(1, description="times 16, 32 and 64 channels")


class Wrn402Config(WrnConfig):
    """The wide residual network of depth 40 and width 2, whose weights are learnt directly."""

    depth: Literal[40] = Field(40, description="layers")
    width: Literal[2] = Field(2, description="times 16, 32 and 64 channels")


@dataclass(frozen=True)
class Block:
    """A residual block: its name, the channels that it reads and answers, and the stride of its first convolution."""

    name: str
    reads: int
    channels: int
    stride: int


@dataclass(frozen=True)
class WideResNet:
    """A convolution; three groups of blocks of normalisation, ReLU, convolution, twice; normalisation, ReLU, mean over all pixels
    (8 × 8 of CIFAR-10); a matrix to the classes."""

    picture: Picture
    classes: int
    depth: int = 40
    width: int = 1
    momentum: float = 0.9
    memory: int = 0

    @property
    def inputs(self) -> int:
        return prod(self.picture)

    @property
    def outputs(self) -> int:
        return self.classes

    @property
    def blocks(self) -> Iterator[Block]:
        reads = STEM
        for group in range(3):
            channels = STEM * self.width << group
            for place in range((self.depth - 4) // 6):
                yield Block(f"group{group + 1}.block{place + 1}", reads, channels, 2 if group and not place else 1)
                reads = channels

    @property
    def shapes(self) -> Shapes:
        shapes: dict[str, tuple[int, ...]] = _convolution("conv", self.picture[2], STEM)
        reads = STEM
        for block in self.blocks:
            reads = block.channels
            shapes |= _norm(f"{block.name}.norm1", block.reads) | _convolution(f"{block.name}.conv1", block.reads, reads)
            shapes |= _norm(f"{block.name}.norm2", reads) | _convolution(f"{block.name}.conv2", reads, reads)
        return shapes | _norm("norm", reads) | {"dense.kernel": (reads, self.classes), "dense.bias": (self.classes,)}

    @property
    def measured(self) -> frozenset[str]:
        return frozenset(name for name in self.shapes if name.endswith((".mean", ".variance")))

    def initial(self, key: jax.Array, /) -> Weights:
        """Kernels and the matrix as He et al. (2015) draw them, gains and variances 1, biases and means 0."""
        draw = jax.nn.initializers.he_normal()
        keys = jax.random.split(key, len(self.shapes))
        first = {}
        for k, (name, shape) in zip(keys, self.shapes.items(), strict=True):
            ones = name.endswith((".gain", ".variance"))
            first[name] = draw(k, shape) if len(shape) > 1 else jnp.full(shape, 1.0 if ones else 0.0)
        return first

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, key: jax.Array | None = None, /) -> Applied:
        """Normalised by the means and variances of the batch in training, with a key, and by the running ones without."""
        norms = Norms(weights, self.momentum, training=key is not None)
        values = _convolve(weights, "conv", of_pixels(inputs, self.picture))
        for block in self.blocks:
            inner = jax.nn.relu(norms.normalised(values, f"{block.name}.norm1"))
            inner = _convolve(weights, f"{block.name}.conv1", inner, block.stride)
            inner = jax.nn.relu(norms.normalised(inner, f"{block.name}.norm2"))
            values = _shortcut(values, block) + _convolve(weights, f"{block.name}.conv2", inner)
        means = jax.nn.relu(norms.normalised(values, "norm")).mean((1, 2))
        outputs = means @ weights["dense.kernel"] + weights["dense.bias"]
        return Applied(as_asked(outputs, inputs), state, norms.measured)

    def bind(self, weights: Stacked, /) -> Policy:
        return Traced(self, weights)


class Norms:
    """Batch normalisation (Ioffe & Szegedy 2015) of one pass through a network; `measured` fills up with new running values."""

    def __init__(self, weights: Weights, momentum: float, *, training: bool) -> None:
        self.weights, self.momentum, self.training = weights, momentum, training
        self.measured: dict[str, jax.Array] = {}

    def normalised(self, values: jax.Array, name: str) -> jax.Array:
        """Values (N, H, W, C), each channel with mean 0 and variance 1, times its gain, plus its bias."""
        mean, variance = self.weights[f"{name}.mean"], self.weights[f"{name}.variance"]
        if self.training:
            old, (mean, variance) = (mean, variance), (values.mean((0, 1, 2)), values.var((0, 1, 2)))
            for kind, before, now in zip(("mean", "variance"), old, (mean, variance), strict=True):
                self.measured[f"{name}.{kind}"] = self.momentum * before + (1.0 - self.momentum) * now
        scale = self.weights[f"{name}.gain"] * jax.lax.rsqrt(jnp.maximum(variance, 0.0) + SMALL)
        return (values - mean) * scale + self.weights[f"{name}.bias"]


def _convolution(name: str, reads: int, channels: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.kernel": (3, 3, reads, channels), f"{name}.bias": (channels,)}


def _norm(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.{part}": (channels,) for part in ("gain", "bias", "mean", "variance")}


def _convolve(weights: Weights, name: str, values: jax.Array, stride: int = 1) -> jax.Array:
    return convolve(values, weights[f"{name}.kernel"], stride) + weights[f"{name}.bias"]


def _shortcut(values: jax.Array, block: Block) -> jax.Array:
    """Every so many pixels, and channels of zeros for those that are added (He et al. 2016, option A)."""
    return jnp.pad(values[:, :: block.stride, :: block.stride], ((0, 0), (0, 0), (0, 0), (0, block.channels - block.reads)))


def wrn(config: WrnConfig, _inputs: int, outputs: int, picture: Picture | None) -> tuple[Flat, WideResNet]:
    """The network for pictures of that shape, and its weights as z."""
    network = wide_resnet(needed(picture, "encoding=wrn"), outputs, config.depth, config.width, config.momentum)
    return Flat(network), network


def wide_resnet(picture: Picture, outputs: int, depth: int, width: int, momentum: float = 0.9) -> WideResNet:
    """InputError where pictures are too small for it."""
    flattened(picture, 2, 1)
    return WideResNet(picture, outputs, depth, width, momentum)
