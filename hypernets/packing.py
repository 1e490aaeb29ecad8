"""Named arrays as one vector, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights


@dataclass(frozen=True)
class Packing:
    """Arrays of these names and shapes, one after another, each row by row."""

    shapes: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, shapes: Shapes) -> Packing:
        return cls(tuple((name, tuple(shape)) for name, shape in shapes.items()))

    @property
    def size(self) -> int:
        """How many numbers they are."""
        return sum(prod(shape) for _, shape in self.shapes)

    def without(self, names: Collection[str]) -> Packing:
        """The others."""
        return Packing(tuple((name, shape) for name, shape in self.shapes if name not in names))

    def pack(self, arrays: Weights) -> jax.Array:
        """The vector (n,)."""
        if not self.shapes:
            return jnp.zeros(0)
        return jnp.concatenate([jnp.ravel(arrays[name]) for name, _ in self.shapes])

    def unpack(self, vector: jax.Array) -> dict[str, jax.Array]:
        """The arrays in a vector (n,)."""
        sizes = [prod(shape) for _, shape in self.shapes]  # the gradient of one split is one concatenation, that of n slices n sums
        parts = jax.lax.split(vector, sizes) if sizes else ()
        return {name: part.reshape(shape) for (name, shape), part in zip(self.shapes, parts, strict=True)}

    def stack(self, vectors: Sequence[Floats]) -> Stacked:
        """The arrays in P vectors, each with P as its first axis; InputError unless every vector has n numbers."""
        table: Array = np.array(vectors, np.float32)
        if table.ndim != 2 or table.shape[1] != self.size:
            raise InputError(f"genomes of shape {table.shape} for networks of {self.size} numbers")
        ends = np.cumsum([prod(shape) for _, shape in self.shapes])[:-1]
        parts = np.split(table, ends, axis=1)
        return {name: part.reshape(-1, *shape) for (name, shape), part in zip(self.shapes, parts, strict=True)}
