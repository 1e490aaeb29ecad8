"""Small tasks with examples, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.random import Generator

from neatcore.interfaces import Array, Evaluation, Policy

COUNT = 40


class Sides:
    """On which side of a line a point lies: learnt by any perceptron."""

    inputs, outputs = 2, 2
    loss, carries = "cross-entropy", False

    def __init__(self) -> None:
        self.points = np.random.default_rng(5).normal(size=(2 * COUNT, 2)).astype(np.float32)
        self.sides = (self.points @ np.array([1.0, -2.0]) > 0.3).astype(np.int64)

    def batches(self, size: int, rng: Generator) -> Iterator[tuple[Array, Array]]:
        order = rng.permutation(COUNT)
        for begin in range(0, COUNT, size):
            rows = order[begin : begin + size]
            yield self.points[rows], self.sides[rows]

    def evaluate(self, policy: Policy, rng: Generator) -> Evaluation:
        return Evaluation(self._right(policy, slice(COUNT, COUNT + 20)))

    def generalise(self, policy: Policy, rng: Generator) -> dict[str, float]:
        return {"accuracy": float(self._right(policy, slice(COUNT + 20, None))[0])}

    def _right(self, policy: Policy, rows: slice) -> Array:
        points = np.broadcast_to(self.points[rows], (policy.size, *self.points[rows].shape))
        _, outputs = policy.step(policy.reset(points.shape[1]), points.astype(np.float64))
        return np.asarray((outputs.argmax(-1) == self.sides[rows]).mean(axis=1))


class Counting:
    """Which of three symbols comes next, 0 1 2 0 1 2 …, over two lanes that go on from batch to batch."""

    inputs, outputs = 3, 3
    loss, carries = "cross-entropy", True

    def batches(self, size: int, rng: Generator) -> Iterator[tuple[Array, Array]]:
        text = np.arange(25)[:, None] + np.arange(size)
        for begin in range(0, 24, 4):
            yield text[begin : begin + 4] % 3, text[begin + 1 : begin + 5] % 3

    def evaluate(self, policy: Policy, rng: Generator) -> Evaluation:
        return Evaluation(np.zeros(policy.size))


def as_file(folder: Path) -> str:
    """`Sides` as a file of a user's own: the reference of the task."""
    path = folder / "sides.py"
    path.write_text("from tests.hypernets.teaching import Sides as Base\n\n\nclass Sides(Base):\n    pass\n", encoding="utf-8")
    return str(path)
