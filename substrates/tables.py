"""Which weights of a substrate stand together in one matrix, and back from matrices to the weights of links and biases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np

from neatcore.errors import InputError, require
from neatcore.interfaces import Floats
from substrates.geometry import Substrate
from substrates.networks import Single, Synapses

BIAS = -1  # in place of a pair of sheets


@dataclass(frozen=True)
class Table:
    """Weights (T, R): a row for each neuron of the sheet `target`, a column for each that it reads, pair of sheets after pair.

    pairs: the places of the projections, or BIAS for a column of biases.
    """

    target: int
    pairs: tuple[int, ...]

    def widths(self, substrate: Substrate) -> list[int]:
        """How many columns each pair has."""
        return [1 if pair == BIAS else substrate.size_of(substrate.projections[pair])[0] for pair in self.pairs]

    def size(self, substrate: Substrate) -> tuple[int, int]:
        """T, R."""
        return len(substrate.sheets[self.target]), sum(self.widths(substrate))


@dataclass(frozen=True)
class Matrix:
    """Tables end to end, row by row, and the shape in which the numbers are transformed, of one dimension or more."""

    title: str
    tables: tuple[Table, ...]
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many weights there are."""
        return prod(self.shape)


def matrices(substrate: Substrate, grouping: str, transform: str, biases: bool) -> list[Matrix]:
    """The matrices of a substrate. InputError where the grouping or the transform does not suit it.

    grouping: one, layer or pair. transform: vector, matrix or sheets, the dimensions of an array.
    """
    if transform == "sheets" and grouping != "pair":
        raise InputError(
            f"matrices={grouping} does not go with transform=sheets, whose arrays join two sheets; write matrices=pair"
        )
    groups = GROUPINGS[grouping](substrate, biases)
    return [Matrix(title, tables, _shape(substrate, tables, transform)) for title, tables in groups.items()]


def _shape(substrate: Substrate, tables: Sequence[Table], transform: str) -> tuple[int, ...]:
    sizes = [table.size(substrate) for table in tables]
    if transform == "vector":
        return (sum(rows * columns for rows, columns in sizes),)
    if transform == "sheets":
        ends = [tables[0].target, *(substrate.projections[pair].source for pair in tables[0].pairs if pair != BIAS)]
        return tuple(side for end in ends for side in substrate.sheets[end].shape)
    widths = {columns for _, columns in sizes}
    require(
        len(widths) == 1,
        f"matrices=one: layers that read {' and '.join(map(str, sorted(widths)))} values are no rectangle; "
        "write matrices=layer, wiring=full or transform=vector",
    )
    return sum(rows for rows, _ in sizes), widths.pop()


Groups = dict[str, tuple[Table, ...]]


def _layers(substrate: Substrate, biases: bool) -> Groups:
    """A matrix for each sheet that reads: all that its neurons read, their biases last."""
    groups: Groups = {}
    for place, sheet in enumerate(substrate.sheets):
        read = [number for number, pair in enumerate(substrate.projections) if pair.target == place]
        if read:
            names = [substrate.sheets[substrate.projections[number].source].name for number in read] + ["bias"] * biases
            groups[f"{', '.join(names)} → {sheet.name}"] = (Table(place, (*read, *[BIAS] * biases)),)
    return groups


def _one(substrate: Substrate, biases: bool) -> Groups:
    """All layers below each other: of a fully recurrent network n × (inputs + n + 1), Ψ1 of 2010."""
    return {"all weights": tuple(table for tables in _layers(substrate, biases).values() for table in tables)}


def _pairs(substrate: Substrate, biases: bool) -> Groups:
    """A matrix for each pair of sheets, and one for the biases of each sheet."""
    groups: Groups = {substrate.title(pair): (Table(pair.target, (number,)),) for number, pair in enumerate(substrate.projections)}
    read = sorted({pair.target for pair in substrate.projections}) if biases else []
    return groups | {f"bias → {substrate.sheets[place].name}": (Table(place, (BIAS,)),) for place in read}


GROUPINGS: Mapping[str, Callable[[Substrate, bool], Groups]] = {"one": _one, "layer": _layers, "pair": _pairs}


def synapses_of(substrate: Substrate, found: Sequence[Matrix], numbers: Sequence[Floats]) -> Synapses:
    """The networks whose matrices have these numbers (P, *shape)."""
    networks = len(numbers[0])
    weights = [np.empty((networks, *substrate.size_of(pair)), np.float32) for pair in substrate.projections]
    biases: list[Single] = [np.zeros((networks, len(sheet) * (sheet.role != "input")), np.float32) for sheet in substrate.sheets]
    biased = False
    for matrix, array in zip(found, numbers, strict=True):
        for table, rows in zip(matrix.tables, apart(substrate, matrix, array), strict=True):
            ends = np.cumsum([0, *table.widths(substrate)])
            for pair, (first, last) in zip(table.pairs, pairwise(ends)):
                if pair == BIAS:
                    biases[table.target][:], biased = rows[:, :, first], True
                else:
                    weights[pair][:] = rows[:, :, first:last].transpose(0, 2, 1)
    return Synapses(substrate, tuple(weights), tuple(biases) if biased else ())


def apart(substrate: Substrate, matrix: Matrix, array: Floats) -> list[Floats]:
    """The tables (P, T, R) of a matrix."""
    flat, sizes = array.reshape(len(array), -1), [table.size(substrate) for table in matrix.tables]
    parts = np.split(flat, np.cumsum([rows * columns for rows, columns in sizes])[:-1], axis=1)
    return [part.reshape(-1, *size) for part, size in zip(parts, sizes)]
