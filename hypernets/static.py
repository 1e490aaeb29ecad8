"""The static hypernetwork of Ha, Dai & Le (2016, section 3.1): embeddings of layers, and a small network that writes kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, prod
from typing import TYPE_CHECKING, Literal

import jax
import jax.numpy as jnp
import numpy as np

from hypernets.decoding import decode
from hypernets.packing import Packing
from hypernets.tiling import Tiling, Writer
from neatcore.interfaces import Array, Floats, VectorSpace

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked, Weights

NARROW = 0.01  # deviation of the notebook's weights, and the mean of its embeddings
GAIN = 2.0  # what ReLU halves

First = Literal["hyperfan-in", "hyperfan-out", "normal"]


@dataclass(frozen=True)
class StaticHypernet:
    """z: embeddings of the weights that are generated, the writers' weights, and the network's other weights as they are.

    generated: names of matrices and kernels. Kernels of one window share a writer, matrices too. constant_norm: writers read the
    cosine and sine of an embedding, residual: what they write is added to weights that are trained besides; both after Gonzalez
    Ortiz, Guttag & Dalca (2024).
    """

    network: Network
    generated: tuple[str, ...]
    embedding: int = 4
    hidden: int = 4
    basic: int = 16
    first: First = "hyperfan-in"
    constant_norm: bool = False
    residual: bool = False

    @cached_property
    def tilings(self) -> Mapping[str, Tiling]:
        shapes = self.network.shapes
        return {name: Tiling(tuple(shapes[name]), self.basic) for name in self.generated}

    @cached_property
    def writers(self) -> Mapping[tuple[int, ...], Writer]:
        """By the window of the kernels that they write."""
        reads = 2 * self.embedding if self.constant_norm else self.embedding
        windows = dict.fromkeys(tiling.window for tiling in self.tilings.values())
        return {window: Writer(window, self.basic, reads, self.hidden) for window in windows}

    @cached_property
    def embeddings(self) -> Packing:
        """Those of all tiles: they stand first in z."""
        return Packing.of({f"embedding.{name}": (tiling.count, self.embedding) for name, tiling in self.tilings.items()})

    @cached_property
    def packing(self) -> Packing:
        shapes: dict[str, tuple[int, ...]] = dict(self.embeddings.shapes)
        for writer in self.writers.values():
            shapes |= writer.shapes
        kept = {name: shape for name, shape in self.network.shapes.items() if name not in self.tilings or self.residual}
        return Packing.of(shapes | kept)

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(self.packing.size, scale=0.1)

    @property
    def counts(self) -> Mapping[str, int]:
        measured = self.network.measured
        return {
            "trained": self.packing.without(measured).size,
            "weights": Packing.of(self.network.shapes).without(measured).size,
            "generated": sum(prod(tiling.shape) for tiling in self.tilings.values()),
            "embeddings": self.embeddings.size,
        }

    def initial(self, key: jax.Array, /) -> jax.Array:
        """Generated weights begin with a variance of 2 / fan-in or 2 / fan-out, or as in the authors' notebook.

        With `residual` the first network is the one that would be trained directly.
        """
        of_network, of_writers, of_embeddings = jax.random.split(key, 3)
        ordinary = self.network.initial(of_network)
        arrays = {**ordinary, **self._first_writers(of_writers), **self._first_embeddings(of_embeddings)}
        if self.residual:
            written = self._written(arrays)
            arrays |= {name: ordinary[name] - written[name] for name in self.tilings}
        return self.packing.pack(arrays)

    def generate(self, z: jax.Array, /) -> Weights:
        arrays = self.packing.unpack(z)
        written = self._written(arrays)
        if self.residual:
            written = {name: arrays[name] + change for name, change in written.items()}
        return {name: written[name] if name in written else arrays[name] for name in self.network.shapes}

    def embedded(self, genome: Floats, /) -> dict[str, Array]:
        """The embeddings (tiles, numbers) of each kernel."""
        arrays = self.embeddings.unpack(jnp.asarray(genome[: self.embeddings.size], jnp.float32))
        return {name: np.asarray(arrays[f"embedding.{name}"]) for name in self.tilings}

    def keep(self, z: jax.Array, measured: Weights, /) -> jax.Array:
        return self.packing.pack({**self.packing.unpack(z), **measured}) if measured else z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        return decode(self, genomes)

    def _written(self, arrays: Weights) -> dict[str, jax.Array]:
        """The kernels that writers make of the embeddings; those of one window all at once."""
        found: dict[str, jax.Array] = {}
        for window, writer in self.writers.items():
            mine = {name: tiling for name, tiling in self.tilings.items() if tiling.window == window}
            tiles = writer.write(arrays, self._read(jnp.concatenate([arrays[f"embedding.{name}"] for name in mine])))
            begin = 0
            for name, tiling in mine.items():
                found[name] = self._share(tiling) * tiling.join(tiles[begin : begin + tiling.count])
                begin += tiling.count
        return found

    def _share(self, tiling: Tiling) -> float:
        """What tells a kernel's fan from those of the writer's others, where embeddings of constant norm cannot."""
        return (self._fan(tiling.window) / self._fan_of(tiling)) ** 0.5 if self.constant_norm and self.first != "normal" else 1.0

    def _read(self, embeddings: jax.Array) -> jax.Array:
        """What writers read of embeddings (N, n)."""
        if not self.constant_norm:
            return embeddings
        angles = 0.5 * jnp.pi * embeddings
        return jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], axis=1)  # (2024): of constant norm

    # --- first values -------------------------------------------------------------------------------------------------------

    def _first_writers(self, key: jax.Array) -> dict[str, jax.Array]:
        """Biases 0. The hidden numbers get variance 1, which is the fan-in rule for their inputs."""
        first: dict[str, jax.Array] = {}
        for k, writer in zip(jax.random.split(key, len(self.writers)), self.writers.values(), strict=True):
            inner, outer = (f"{writer.name}.{layer}.kernel" for layer in ("inner", "outer"))
            keys = dict(zip((inner, outer), jax.random.split(k), strict=True))
            heard = 0.5 if self.constant_norm else 1.0  # mean square of a number that a writer reads
            deviations = {inner: (writer.reads * heard) ** -0.5, outer: (GAIN / (self._fan(writer.window) * writer.hidden)) ** 0.5}
            for name, shape in writer.shapes.items():
                if name not in keys:
                    first[name] = jnp.zeros(shape)
                elif self.first == "normal":
                    first[name] = NARROW * jax.random.truncated_normal(keys[name], -2.0, 2.0, shape)
                else:
                    first[name] = deviations[name] * jax.random.normal(keys[name], shape)
        return first

    def _first_embeddings(self, key: jax.Array) -> dict[str, jax.Array]:
        """Around 0; wider for kernels of a smaller fan than others of the same writer, since one weight matrix serves them all."""
        first = {}
        for k, (name, tiling) in zip(jax.random.split(key, len(self.tilings)), self.tilings.items(), strict=True):
            shape = (tiling.count, self.embedding)
            if self.constant_norm:
                drawn = jax.random.uniform(k, shape)
            elif self.first == "normal":
                drawn = NARROW + jax.random.truncated_normal(k, -2.0, 2.0, shape)
            else:
                drawn = (self._fan(tiling.window) / self._fan_of(tiling)) ** 0.5 * jax.random.normal(k, shape)
            first[f"embedding.{name}"] = drawn
        return first

    def _fan(self, window: tuple[int, ...]) -> float:
        """The fan for which a writer's weights are drawn: the geometric mean over all tiles that it makes."""
        fans = [(log(self._fan_of(tiling)), tiling.count) for tiling in self.tilings.values() if tiling.window == window]
        return exp(sum(fan * count for fan, count in fans) / sum(count for _, count in fans))

    def _fan_of(self, tiling: Tiling) -> int:
        return tiling.fan_out if self.first == "hyperfan-out" else tiling.fan_in


@dataclass(frozen=True, eq=False)
class Embeddings:
    """z is the embeddings of a static hypernetwork alone; the rest is that of a fixed z of it, `rest` (n,)."""

    whole: StaticHypernet
    rest: jax.Array

    @property
    def space(self) -> VectorSpace:
        return VectorSpace(self.whole.embeddings.size)

    @property
    def counts(self) -> Mapping[str, int]:
        return {**self.whole.counts, "trained": self.space.size}

    def initial(self, _key: jax.Array, /) -> jax.Array:
        return self.rest[: self.space.size]

    def generate(self, z: jax.Array, /) -> Weights:
        return self.whole.generate(jnp.concatenate([z, self.rest[self.space.size :]]))

    def embedded(self, genome: Floats, /) -> dict[str, Array]:
        return self.whole.embedded(genome)

    def keep(self, z: jax.Array, _measured: Weights, /) -> jax.Array:
        """What is measured belongs to the rest, which stays as it was trained."""
        return z

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        return decode(self, genomes)
