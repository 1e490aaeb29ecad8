"""Toy regression: a curve through few noisy points, where what counts is also what networks say beyond them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.random import Generator, default_rng
from pydantic import Field

from neatcore.interfaces import Array, Curve, Evaluation, Floats, Policy
from neatcore.parameters import Parameters
from tasks.asking import ask

BEYOND = 1.5  # reaches to which curves are drawn and tested
PLACES = 241  # x at which a network is asked, the outer ones beyond the points


class ToyRegression(Parameters):
    """Learn y = x³ from 20 noisy points (Hernández-Lobato & Adams 2015; Ratzlaff & Li 2019).

    Input: x in units of its deviation, reach / √3; output: y in units of the deviation of x³, reach³ / √7. Fitness: minus the
    root of the mean squared distance from x³ between -reach and reach, where no network is told the curve itself.
    """

    points: int = Field(20, ge=1, le=100_000, description="points to learn from, drawn evenly between -reach and reach")
    reach: float = Field(4.0, gt=0, le=1e6, description="the largest x of a point")
    noise: float = Field(3.0, ge=0, description="deviation of y from x³")
    seed: int = Field(0, ge=0, description="of the points")
    goal: float = Field(0.0, ge=0, description="distance from the curve that counts as solved; 0: never")

    loss: ClassVar[str] = "squared"
    carries: ClassVar[bool] = False
    inputs: ClassVar[int] = 1
    outputs: ClassVar[int] = 1
    names: ClassVar[tuple[Sequence[str], Sequence[str]]] = (("x",), ("y",))

    @property
    def units(self) -> tuple[float, float]:
        """The deviations of x and of x³, for x even between -reach and reach."""
        return self.reach / 3**0.5, self.reach**3 / 7**0.5

    @property
    def taught(self) -> Floats:
        """The points (N, 2), always the same of a seed."""
        return _points(self.points, self.reach, self.noise, self.seed)

    def batches(self, size: int, rng: Generator, /) -> Iterator[tuple[Array, Array]]:
        """x and y (S, 1) float32, in their units."""
        scaled = (self.taught[rng.permutation(self.points)] / self.units).astype(np.float32)
        for first in range(0, self.points, size):
            rows = scaled[first : first + size]
            yield rows[:, :1], rows[:, 1:]

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 the curve is the same for all
        """Info: error, the distance that fitness is minus of, in units of y."""
        error = self._distance(policy, beyond=False)
        return Evaluation(-error, error <= self.goal if self.goal else None, info={"error": error})

    def generalise(self, policy: Policy, rng: Generator, /) -> dict[str, float]:  # noqa: ARG002 the curve is the same for all
        """The distance from the curve beyond the points, up to half as far again."""
        return {"error_beyond": float(self._distance(policy.take(np.zeros(1, np.int64)), beyond=True)[0])}

    def show(self, policy: Policy, rng: Generator, /) -> Curve:  # noqa: ARG002 the curve is the same for all
        """What the first network answers."""
        return self.curve(policy.take(np.zeros(1, np.int64)))

    def curve(self, policy: Policy, /) -> Curve:
        """What all networks answer, as far as `BEYOND` reaches."""
        (unit, height), x = self.units, self._asked
        answers = height * ask(policy, x[:, None] / unit)[..., 0]
        return Curve(x, x**3, self.taught, answers, "the points, the curve that they are from, and what is learnt of them")

    @property
    def _asked(self) -> Floats:
        return np.linspace(-BEYOND * self.reach, BEYOND * self.reach, PLACES)

    def _distance(self, policy: Policy, *, beyond: bool) -> Floats:
        """Root mean squared distance from the curve (P,), among the points or beyond them."""
        found = self.curve(policy)
        chosen = (np.abs(found.places) > self.reach) == beyond
        squares = np.ascontiguousarray(np.square(found.answers - found.truth)[:, chosen])
        distance: Floats = np.sqrt(squares.mean(axis=1))  # added up in one order, however many networks there are
        return distance


@lru_cache(maxsize=8)
def _points(count: int, reach: float, noise: float, seed: int) -> Floats:
    """Points (N, 2) that nobody can write to: they are shared."""
    rng = default_rng(seed)
    x = rng.uniform(-reach, reach, count)
    found: Floats = np.stack([x, x**3 + noise * rng.standard_normal(count)], axis=1)
    found.flags.writeable = False
    return found
