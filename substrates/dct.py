"""Weights as sums of cosines: a genome is the first coefficients of their discrete cosine transform (Koutník, Gomez &
Schmidhuber 2010)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator

from neatcore.errors import InputError, require
from neatcore.interfaces import Floats, Ints, VectorSpace
from substrates.config import SubstrateConfig
from substrates.geometry import Substrate
from substrates.layouts import lay_out
from substrates.networks import SubstrateModel, Synapses, check_room
from substrates.spectrum import drawn, places
from substrates.tables import Matrix, matrices, synapses_of

BYTES = 24  # that a weight takes at most while it is decoded: as a coefficient, as it is transformed, and in float32


class DctConfig(SubstrateConfig):
    """Weights as sums of few cosines: coefficients of the discrete cosine transform of weight matrices."""

    coefficients: str | int | tuple[int, ...] = Field(
        "all",
        description="the lowest frequencies that a matrix is made of: so many of each matrix, as [4, 2] of each its own, or all",
    )
    matrices: Literal["layer", "one", "pair"] = Field(
        "layer",
        description="which weights are transformed together: layer (all that a sheet reads, its biases last), one (all layers "
        "below each other), pair (each pair of sheets, and the biases of each sheet)",
    )
    transform: Literal["matrix", "vector", "sheets"] = Field(
        "matrix",
        description="dimensions of the transform: matrix (two), vector (one, row after row), sheets (those of both sheets' grids)",
    )
    order: Literal["edges", "longer"] = Field(
        "edges",
        description="of coefficients, by diagonals from both edges inwards: beginning in the first row, or at the longer side",
    )
    biases: bool = Field(True, description="neurons have biases, among the weights that are transformed")
    scale: float = Field(1.0, gt=0, description="standard deviation of the first weights")

    @field_validator("coefficients", mode="before")
    @classmethod
    def _counts(cls, value: Any) -> Any:
        counts = value if isinstance(value, (list, tuple)) else [value]
        whole = all(isinstance(count, int) and not isinstance(count, bool) and count >= 1 for count in counts)
        if value != "all" and not (whole and counts):
            raise InputError("must be a whole number from 1, such as 4, a list of them, such as [4, 2], or all")
        return value


@dataclass(frozen=True, eq=False)
class Dct:
    """Vectors of coefficients: those of each matrix one after the other, each from low frequencies to high."""

    substrate: Substrate
    matrices: Sequence[Matrix]
    lengths: Sequence[int]
    config: DctConfig

    @cached_property
    def places(self) -> list[Ints]:
        """Where the coefficients of each matrix stand in its transform, (C, D)."""
        pairs = zip(self.matrices, self.lengths, strict=True)
        return [places(matrix.shape, length, self.config.order) for matrix, length in pairs]

    @property
    def weights(self) -> int:
        """How many weights, with the biases, a network has."""
        return sum(matrix.size for matrix in self.matrices)

    @property
    def counts(self) -> Mapping[str, int]:
        return {"trained": sum(self.lengths), "weights": self.weights}

    @property
    def space(self) -> VectorSpace:
        """Coefficients; the fewer there are, the larger they begin, so that the first weights are as large as `scale` says."""
        count = sum(self.lengths)
        return VectorSpace(count, scale=self.config.scale * (self.weights / count) ** 0.5)

    def decode(self, genomes: Sequence[Floats], /) -> Synapses:
        """P vectors (n,) as the weights of P networks; InputError where n is not the number of coefficients."""
        table = np.array(genomes, np.float64)
        if table.ndim != 2 or table.shape[1] != sum(self.lengths):
            raise InputError(f"genomes of shape {table.shape} for networks of {sum(self.lengths)} coefficients")
        check_room(len(table), self.substrate, BYTES)
        return synapses_of(self.substrate, self.matrices, self.drawn(table))

    def drawn(self, table: Floats) -> list[Floats]:
        """The matrices (P, *shape) that genomes (P, n) draw."""
        parts = [table[:, first:last] for first, last in pairwise(np.cumsum([0, *self.lengths]))]
        return [drawn(part, where, matrix.shape) for part, where, matrix in zip(parts, self.places, self.matrices, strict=True)]


def lengths_of(coefficients: str | int | Sequence[int], found: Sequence[Matrix]) -> list[int]:
    """How many coefficients each matrix has. InputError where there are more than weights, or a list of another length.

    A single number is for each matrix, and means all of a matrix that has fewer weights; the largest must have as many.
    """
    sizes = [matrix.size for matrix in found]
    if isinstance(coefficients, str):
        return sizes
    if isinstance(coefficients, int):
        largest = found[int(np.argmax(sizes))]
        _check(coefficients, largest, str(coefficients))
        return [min(coefficients, size) for size in sizes]
    said, titles = str(list(coefficients)), ", ".join(matrix.title for matrix in found)
    require(
        len(coefficients) == len(found),
        f"coefficients={said} are for {len(coefficients)} matrices; there are {len(found)}: {titles}",
    )
    for count, matrix in zip(coefficients, found):
        _check(count, matrix, said)
    return list(coefficients)


def _check(count: int, matrix: Matrix, said: str) -> None:
    require(
        count <= matrix.size,
        f"coefficients={said}: the matrix {matrix.title} has {matrix.size:,} weights, {count:,} coefficients are more than that; "
        f"write at most {matrix.size}, or all",
    )


def dct(config: DctConfig, inputs: int, outputs: int, places: tuple[Floats, Floats] | None = None) -> tuple[Dct, SubstrateModel]:
    """The encoding and its model for networks of so many inputs and outputs, which stand at `places` if the task says so."""
    substrate = lay_out(config, inputs, outputs, places, told_apart=True)
    found = matrices(substrate, config.matrices, config.transform, config.biases)
    lengths = lengths_of(config.coefficients, found)
    check_room(1, substrate, BYTES)
    return Dct(substrate, found, lengths, config), SubstrateModel(config)
