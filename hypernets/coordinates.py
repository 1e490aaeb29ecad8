"""A hypernetwork that reads where two neurons stand and answers the weight between them (Ha, Dai & Le 2016, appendix A.1): what a
CPPN is in HyperNEAT, trained by gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import jax
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hypernets.decoding import decode
from hypernets.dense import Dense
from hypernets.packing import Packing
from hypernets.pictures import Picture, needed
from neatcore.interfaces import Array, Floats, VectorSpace
from neatcore.parameters import Parameters, Size

if TYPE_CHECKING:
    from hypernets.interfaces import Stacked, Weights

GENERATED = "dense1.kernel"


class CoordinateConfig(Parameters):
    """A hypernetwork that reads the places of a pixel and of a hidden unit, and writes the weight between them (Ha et al. 2016)."""

    grid: tuple[Size, Size] = Field((16, 16), description="rows and columns of hidden units")
    units: tuple[Size, ...] = Field((25, 25), min_length=1, description="units of each hidden layer of the hypernetwork")


@dataclass(frozen=True)
class CoordinateHypernet:
    """z: the weights of a perceptron with ReLU from (x, y) of a pixel and (x, y) of a hidden unit to the weight between them, and
    the other weights of the network, as they are. Of pictures in colour it reads the channel as well."""

    picture: Picture
    grid: tuple[int, int]
    outputs: int
    units: tuple[int, ...] = (25, 25)

    @cached_property
    def network(self) -> Dense:
        """Pixels, a sheet of hidden units with ReLU, outputs."""
        height, width, channels = self.picture
        return Dense((height * width * channels, self.grid[0] * self.grid[1], self.outputs))

    @cached_property
    def writer(self) -> Dense:
        """The hypernetwork."""
        return Dense((4 + (self.picture[2] > 1), *self.units, 1))

    @cached_property
    def packing(self) -> Packing:
        kept = {name: shape for name, shape in self.network.shapes.items() if name != GENERATED}
        return Packing.of({f"hyper.{name}": shape for name, shape in self.writer.shapes.items()} | kept)

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(self.packing.size, scale=0.1)

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            "trained": self.packing.size,
            "weights": Packing.of(self.network.shapes).size,
            "generated": self.network.sizes[0] * self.network.sizes[1],
            "hypernetwork": Packing.of(self.writer.shapes).size,
        }

    @cached_property
    def places(self) -> tuple[Array, Array]:
        """(x, y), in colour (x, y, channel), of the pixels (I, 2 or 3), and (x, y) of the hidden units (H, 2), in [-1, 1]."""
        height, width, channels = self.picture
        y, x, c = np.meshgrid(_spread(height), _spread(width), _spread(channels), indexing="ij")
        v, u = np.meshgrid(_spread(self.grid[0]), _spread(self.grid[1]), indexing="ij")
        pixels = [x, y] if channels == 1 else [x, y, c]
        return np.stack(pixels, -1).reshape(-1, len(pixels)), np.stack([u, v], -1).reshape(-1, 2)

    def initial(self, key: jax.Array, /) -> jax.Array:
        """As He et al. (2015) say, both of the hypernetwork and of the weights that it does not write."""
        of_network, of_writer = jax.random.split(key)
        hyper = {f"hyper.{name}": array for name, array in self.writer.initial(of_writer).items()}
        return self.packing.pack({**self.network.initial(of_network), **hyper})

    def generate(self, z: jax.Array, /) -> Weights:
        arrays = self.packing.unpack(z)
        return {name: self._written(arrays) if name == GENERATED else arrays[name] for name in self.network.shapes}

    def keep(self, z: jax.Array, _measured: Weights, /) -> jax.Array:
        return z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        return decode(self, genomes)

    def _written(self, arrays: Weights) -> jax.Array:
        """The matrix (I, H): for each unit what is answered, less its mean over the pixels, divided by √I.

        Neighbouring pixels get like weights. Were their mean left in, a unit would above all weigh how bright a picture is, and a
        few steps would leave all units silent for all pictures. The divisor keeps steps of the hypernetwork small beside the
        weights. What the first layer makes of a pixel, and of a unit, is computed once and added up in pairs.
        """
        pixels, units = self.places
        kernel, bias = arrays["hyper.dense1.kernel"], arrays["hyper.dense1.bias"]
        of_pixels, of_units = pixels @ kernel[: pixels.shape[1]], units @ kernel[pixels.shape[1] :]
        values = of_pixels[:, None] + of_units + bias
        for k, _ in enumerate(pairwise(self.writer.sizes[1:]), 2):
            values = jax.nn.relu(values) @ arrays[f"hyper.dense{k}.kernel"] + arrays[f"hyper.dense{k}.bias"]
        matrix: jax.Array = values[..., 0]
        centred: jax.Array = (matrix - matrix.mean(axis=0)) / self.network.inputs**0.5
        return centred


def _spread(count: int) -> NDArray[np.float32]:
    """Places from -1 to 1, at equal distances; one alone stands at 0."""
    return np.linspace(-1.0 if count > 1 else 0.0, 1.0, count, dtype=np.float32)


def coordinate_hypernet(
    config: CoordinateConfig, _inputs: int, outputs: int, picture: Picture | None
) -> tuple[CoordinateHypernet, Dense]:
    """The hypernetwork and the perceptron whose first layer it writes."""
    generator = CoordinateHypernet(needed(picture, "encoding=coordinate-hypernet"), config.grid, outputs, config.units)
    return generator, generator.network
