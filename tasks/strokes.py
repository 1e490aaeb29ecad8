"""Drawings to predict, point by point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.errors import InputError
from neatcore.interfaces import Array, Evaluation, Floats, Ints, Policy
from neatcore.parameters import Parameters, PathText
from tasks.asking import parts
from tasks.data.strokes import Drawings, Sketches, read_strokes
from tasks.likelihood import PIECES, mixture_density

ROUND = 32  # batches have a multiple of so many steps, so that there are few sizes
STRETCH = 0.1


class Strokes(Parameters):
    """Predict the next point of a drawing (Graves 2013).

    Inputs: the point before, Δx, Δy and whether the pen was lifted after it; outputs: the parameters of a density of the next one,
    see `mixture_density`. Fitness: the mean log density of a point, in nats, over the drawings kept for validation.
    """

    file: PathText = Field("", description="an .npz of drawings; docs/tasks.md has the layout")
    mixtures: int = Field(20, ge=1, le=1000, description="Gaussians of a density; each takes 6 outputs")
    augment: bool = Field(False, description="teach drawings that are up to 10 % wider, narrower, higher or lower, anew each time")
    shortest: int = Field(1, ge=1, le=100_000, description="points of a drawing from which it is taught; shorter ones are left out")
    longest: int = Field(250, ge=1, le=100_000, description="points of a drawing that are taught; longer ones are cut there")
    validated: int = Field(0, ge=0, description="drawings that fitness is measured on, the first kept for validation; 0: all")

    loss: ClassVar[str] = "mixture-density"
    carries: ClassVar[bool] = False

    @property
    def sketches(self) -> Sketches:
        """The drawings; InputError where they cannot be read."""
        return read_strokes(self.file)

    @property
    def inputs(self) -> int:
        """As it stands in the file, so that what is wrong with it is told before a run begins."""
        self._taught()
        return int(self.sketches.training.points.shape[1])

    @property
    def outputs(self) -> int:
        return 1 + PIECES * self.mixtures

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        pieces = [f"{piece}{k}" for piece in ("π", "μx", "μy", "σx", "σy", "ρ") for k in range(1, self.mixtures + 1)]
        return ("Δx", "Δy", "lifted"), ("pen", *pieces)

    def _taught(self) -> Ints:
        """The drawings that are long enough."""
        lengths = self.sketches.training.lengths
        taught = np.flatnonzero(lengths >= self.shortest)
        if not len(taught):
            raise InputError(f"shortest={self.shortest} leaves out all drawings; the longest has {lengths.max()} points to learn")
        return taught

    def batches(self, size: int, rng: Generator, /) -> Iterator[tuple[Array, Array]]:
        """Points (T, S, 3) float32 and those that came next (T, S, 3), NaN after a drawing's end, where inputs are 0."""
        drawings = self.sketches.training
        order = rng.permutation(self._taught())
        for first in range(0, len(order), size):
            rows = order[first : first + size]
            steps = max(1, -(-int(drawings.lengths[rows].max()) // ROUND)) * ROUND
            points, due = _laid(drawings, rows, min(steps, self.longest))
            if self.augment:
                stretched = rng.uniform(1 - STRETCH, 1 + STRETCH, (len(rows), 2))
                points[..., :2] *= stretched
                due[..., :2] *= stretched
            yield points.astype(np.float32), due.astype(np.float32)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        """Info: nats, the mean of minus the log density of a whole drawing, as it is published; lower is better."""
        drawings = self.sketches.validation
        rows = np.flatnonzero(drawings.lengths)[: self.validated] if self.validated else np.arange(len(drawings))
        return self._measured(policy, drawings, rows)

    def generalise(self, policy: Policy, rng: Generator, /) -> dict[str, float]:  # noqa: ARG002
        """Nats a drawing of the test part."""
        test = self.sketches.test
        found = self._measured(policy.take(np.zeros(1, np.int64)), test, np.arange(len(test)))
        return {"nats": float(found.info["nats"][0])}

    def _measured(self, policy: Policy, drawings: Drawings, rows: Ints) -> Evaluation:
        """Of these drawings, whole. Those of like length are walked side by side, as lanes wait for the longest."""
        rows = rows[np.argsort(drawings.lengths[rows], kind="stable")]
        total, count = np.zeros(policy.size), int(drawings.lengths[rows].sum())
        for part in parts(len(rows), self.outputs * PIECES):
            total += _walked(policy, *_laid(drawings, rows[part], int(drawings.lengths[rows[part]].max())))
        return Evaluation(total / count, info={"nats": -total / len(rows)})


def _laid(drawings: Drawings, rows: Ints, steps: int) -> tuple[Floats, Floats]:
    """The first points (T, S, 3) of those drawings, 0 after the end, and the next points (T, S, 3), NaN after the end."""
    times = np.arange(steps)[:, None]
    there = times < drawings.lengths[rows]
    places = np.where(there, drawings.starts[rows] + times, 0)
    return np.where(there[..., None], drawings.points[places], 0.0), np.where(there[..., None], drawings.points[places + 1], np.nan)


def _walked(policy: Policy, points: Floats, due: Floats) -> Floats:
    """The log density (P,) of all points that are due, NaN left out."""
    state, total = policy.reset(points.shape[1]), np.zeros((policy.size, points.shape[1]))
    for now, then in zip(points, due, strict=True):
        state, outputs = policy.step(state, np.broadcast_to(now, (policy.size, *now.shape)))
        total += np.where(np.isnan(then[:, 0]), 0.0, mixture_density(outputs, then))
    summed: Floats = total.sum(axis=1)
    return summed
