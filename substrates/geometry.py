"""Where neurons stand: sheets of points, and which sheets are joined. Knows nothing of weights or of CPPNs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from neatcore.errors import require
from neatcore.interfaces import Floats

ROLES = ("input", "hidden", "output")
DIMENSIONS = 4  # at most


@dataclass(frozen=True, eq=False)
class Sheet:
    """Neurons of one role at points (N, D). shape: how they are arranged for pictures, rows first; (N,) for a row or a ring."""

    name: str
    role: str
    points: Floats
    shape: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class Projection:
    """All possible links from one sheet to another, by their places among the sheets."""

    source: int
    target: int


@dataclass(frozen=True, eq=False)
class Substrate:
    """Sheets of neurons in D-dimensional space, and the pairs of sheets whose neurons may be linked.

    Inputs come first, outputs last, each in the order in which a task counts them. A substrate is recurrent where a
    projection leads from a sheet to itself or to one before it. `check_substrate` says what is valid.
    """

    sheets: tuple[Sheet, ...]
    projections: tuple[Projection, ...]

    @property
    def dimensions(self) -> int:
        return int(self.sheets[0].points.shape[1])

    @property
    def inputs(self) -> int:
        return sum(len(sheet) for sheet in self.sheets if sheet.role == "input")

    @property
    def outputs(self) -> int:
        return sum(len(sheet) for sheet in self.sheets if sheet.role == "output")

    @property
    def recurrent(self) -> bool:
        return any(projection.source >= projection.target for projection in self.projections)

    @property
    def links(self) -> int:
        """How many links there are at most."""
        return sum(prod(self.size_of(projection)) for projection in self.projections)

    def size_of(self, projection: Projection) -> tuple[int, int]:
        """S, T: neurons of the source, of the target."""
        return len(self.sheets[projection.source]), len(self.sheets[projection.target])

    def title(self, projection: Projection) -> str:
        """`input → hidden 1`."""
        return f"{self.sheets[projection.source].name} → {self.sheets[projection.target].name}"


def check_substrate(substrate: Substrate) -> None:
    """Raise InputError unless the sheets are well formed, of one dimension, in order, and each but the inputs is linked to."""
    sheets = substrate.sheets
    require(len(sheets) > 0, "a substrate needs an input and an output sheet; it has none")
    for sheet in sheets:
        require(sheet.role in ROLES, f"sheet {sheet.name!r}: role {sheet.role!r} is none of {', '.join(ROLES)}")
        require(
            sheet.points.ndim == 2 and sheet.points.size > 0,
            f"sheet {sheet.name!r}: points of shape {sheet.points.shape}, not (N, D) with at least one",
        )
        require(np.isfinite(sheet.points).all(), f"sheet {sheet.name!r} has a coordinate that is not finite")
        require(prod(sheet.shape) == len(sheet), f"sheet {sheet.name!r}: {len(sheet)} neurons cannot have the shape {sheet.shape}")
        same = sheet.points.shape[1] == substrate.dimensions
        require(
            same,
            f"sheet {sheet.name!r} has {sheet.points.shape[1]} coordinates a neuron, "
            f"sheet {sheets[0].name!r} {substrate.dimensions}",
        )
    require(substrate.dimensions <= DIMENSIONS, f"neurons have {substrate.dimensions} coordinates; {DIMENSIONS} is the most")
    ranks = [ROLES.index(sheet.role) for sheet in sheets]
    require(ranks == sorted(ranks), "sheets must come in the order inputs, hidden, outputs")
    for role in ("input", "output"):
        require(any(sheet.role == role for sheet in sheets), f"a substrate needs an {role} sheet")
    _check_projections(substrate)


def _check_projections(substrate: Substrate) -> None:
    sheets = substrate.sheets
    for projection in substrate.projections:
        ends = (projection.source, projection.target)
        require(all(0 <= end < len(sheets) for end in ends), f"a projection joins sheet {max(ends)}; there are {len(sheets)}")
        require(substrate.projections.count(projection) == 1, f"two projections join {substrate.title(projection)}")
        target = sheets[projection.target]
        require(target.role != "input", f"projection {substrate.title(projection)} ends at an input sheet")
    entered = {projection.target for projection in substrate.projections}
    for place, sheet in enumerate(sheets):
        if sheet.role != "input":
            require(place in entered, f"no projection ends at sheet {sheet.name!r}")


# --- points -------------------------------------------------------------------------------------------------------------


def grid(*sizes: int) -> Floats:
    """A grid in [-1, 1]ᴰ with so many neurons along each axis, (N, D); the first axis runs fastest: x, then y, then z.

    Coordinates are (i - (n - 1) / 2) / ((n - 1) / 2), the middle where n = 1 (Stanley, D'Ambrosio & Gauci 2009).
    """
    require(len(sizes) > 0 and all(size >= 1 for size in sizes), f"a grid of {' × '.join(map(str, sizes)) or 'no'} neurons")
    axes = [np.linspace(-1.0, 1.0, size) if size > 1 else np.zeros(1) for size in sizes]
    return np.stack([axis.ravel() for axis in np.meshgrid(*reversed(axes), indexing="ij")[::-1]], axis=1)


def ring(count: int, radius: float = 1.0) -> Floats:
    """`count` neurons evenly on a circle, counter-clockwise from (radius, 0) on; (N, 2)."""
    require(count >= 1, f"a ring of {count} neurons")
    angles = 2 * np.pi * np.arange(count) / count
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def row(count: int, y: float) -> Floats:
    """`count` neurons at the height y, evenly over x in [-1, 1]; (N, 2)."""
    return np.stack([grid(count)[:, 0], np.full(count, y)], axis=1)


def lifted(points: ArrayLike, height: float) -> Floats:
    """Points (N, D) with a further coordinate, the same for all."""
    table = np.asarray(points, np.float64)
    return np.concatenate([table, np.full((len(table), 1), height)], axis=1)


# --- wiring -------------------------------------------------------------------------------------------------------------


def wire(roles: Sequence[str], wiring: str) -> tuple[Projection, ...]:
    """Which sheets are joined. layers: each to the next, inputs and outputs each taken as one layer. skip: each to all later
    ones. recurrent: layers, and each hidden sheet to itself. full: every sheet to every hidden and output sheet.
    """
    first, hidden, last = ([place for place, role in enumerate(roles) if role == wanted] for wanted in ROLES)
    require(wiring != "recurrent" or hidden, "wiring=recurrent needs a hidden sheet; wiring=full links outputs back, too")
    layers = [first, *([place] for place in hidden), last]
    if wiring == "full":
        joined = [(source, target) for source in range(len(roles)) for target in [*hidden, *last]]
    elif wiring == "skip":
        joined = [
            (source, target)
            for place, layer in enumerate(layers)
            for later in layers[place + 1 :]
            for source in layer
            for target in later
        ]
    else:
        joined = [(source, target) for one, other in pairwise(layers) for source in one for target in other]
        joined += [(place, place) for place in hidden if wiring == "recurrent"]
    return tuple(Projection(*pair) for pair in joined)
