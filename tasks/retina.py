"""The left and right retina: two problems side by side, which a modular network solves apart (Kashtan & Alon 2005)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.interfaces import Answers, Bools, Evaluation, Floats, Policy
from neatcore.parameters import Parameters
from tasks.asking import HELD, ask

COLUMNS = (-1.0, -1 / 3, 1 / 3, 1.0)  # x of the pixels
ROWS = (1.0, -1.0)  # y


class Retina(Parameters):
    """Tell of each half of a retina of 4 × 2 pixels whether it shows an object (Risi & Stanley 2012).

    All 256 patterns are asked. Fitness: 1000 / (1 + E²), E the sum of |error| over patterns and both outputs, read as 2 o - 1,
    beside targets of ±1. Solved when all answers are on the right side.
    """

    objects: Literal["kashtan", "inverse"] = Field(
        "kashtan",
        description="what an object is: kashtan (three pixels or more, or one or two in the outer column alone), or inverse (the "
        "same with pixels on and off exchanged)",
    )
    on: float = Field(3.0, gt=0, description="what a pixel that is on is read as; one that is off, the opposite")
    steps: int = HELD

    @property
    def inputs(self) -> int:
        return len(COLUMNS) * len(ROWS)

    @property
    def outputs(self) -> int:
        return 2

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """Pixels row by row."""
        return [f"{row} {column}" for row in ("top", "bottom") for column in range(1, 5)], ["left", "right"]

    @property
    def places(self) -> tuple[Floats, Floats]:
        """Pixels at z = -1, the outputs at z = 1, each in the middle of its half along x."""
        pixels = [(x, y, -1.0) for y in ROWS for x in COLUMNS]
        return np.array(pixels), np.array([(-2 / 3, 0.0, 1.0), (2 / 3, 0.0, 1.0)])

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        patterns, objects = retinas(self.objects)
        answers = ask(policy, self.on * patterns, self.steps)
        errors = np.abs(answers - objects).sum(axis=(1, 2)) * 2
        right = (answers > 0.5) == objects
        info = {"error": errors, "right": right.mean(axis=(1, 2))}
        return Evaluation(1000 / (1 + errors**2), np.asarray(right.all(axis=(1, 2))), info=info)

    def show(self, policy: Policy, rng: Generator, /) -> Answers:  # noqa: ARG002
        patterns, objects = retinas(self.objects)
        first = policy.take(np.zeros(1, np.int64))
        return Answers(self.on * patterns, objects.astype(np.float64), ask(first, self.on * patterns, self.steps)[0].copy())


@cache
def retinas(objects: str) -> tuple[Floats, Bools]:
    """All patterns (256, 8) of pixels on, 1, and off, -1, the inverse ones in reverse order; and whether their left and right
    halves show objects (256, 2). Never to be written to."""
    pixels = np.array(list(product((False, True), repeat=8)))
    seen = (pixels if objects == "kashtan" else ~pixels).reshape(-1, 2, 4)
    found = np.stack([is_object(seen[:, :, :2]), is_object(seen[:, :, ::-1][:, :, :2])], axis=1)
    patterns = np.where(pixels, 1.0, -1.0)
    patterns.flags.writeable = found.flags.writeable = False
    return patterns, found


def is_object(halves: Bools) -> Bools:
    """Whether halves (N, 2, 2), their outer column first, show an object: three pixels on or more, or some, all of them outer."""
    outer, inner = halves[:, :, 0].sum(axis=1), halves[:, :, 1].sum(axis=1)
    return np.asarray((outer + inner >= 3) | ((outer > 0) & (inner == 0)))
