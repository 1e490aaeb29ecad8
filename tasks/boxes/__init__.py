"""Visual discrimination: two boxes in a field, and a network that points at the larger one."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from pydantic import Field, field_validator

from neatcore.errors import InputError
from neatcore.interfaces import Evaluation, Floats, Frames, Ints, Policy
from neatcore.parameters import Parameters
from tasks.asking import HELD, ask, parts
from tasks.boxes.field import CELLS, VisualField, training
from tasks.boxes.picture import picture

LARGEST = 165  # pixels along a side: 27,225 inputs and as many outputs
NEAR = 30  # squared distance in cells beyond which an answer earns nothing
ENOUGH = 0.95  # of what can be earned counts as solved
SHOWN = 12  # trials


class Boxes(Parameters):
    """Point at the middle of the larger of two boxes in a visual field (Stanley, D'Ambrosio & Gauci 2009).

    Inputs: the pixels, row by row; outputs: as many, and the place of the largest is the answer, the first of equals.
    Fitness: 10 + Σ max(0, 30 - d²) over 75 trials, with d the distance from the target in cells, eleven to a side at every
    resolution. Solved at 95 % of 75 · 30. This is the form of the authors' program; the paper speaks of squared distances alone.
    """

    resolution: int = Field(11, ge=CELLS, le=LARGEST, description="pixels along a side of the field: an odd multiple of 11")
    steps: int = HELD

    @field_validator("resolution")
    @classmethod
    def _odd_multiple(cls, resolution: int) -> int:
        if resolution % (2 * CELLS) != CELLS:
            nearest = min(range(CELLS, LARGEST + 1, 2 * CELLS), key=lambda valid: abs(valid - resolution))
            raise InputError(f"resolution={resolution} is no odd multiple of {CELLS}; the nearest is {nearest}")
        return resolution

    @property
    def inputs(self) -> int:
        return self.resolution**2

    @property
    def outputs(self) -> int:
        return self.resolution**2

    @property
    def places(self) -> tuple[Floats, Floats]:
        """x and y in [-1, 1], the same for the field and for the answer; y grows down."""
        points = self.field.points()
        return points, points

    @property
    def field(self) -> VisualField:
        return VisualField(self.resolution // CELLS)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        """Behaviour: the places answered, in cells, trial by trial."""
        pixels, targets = training(self.field.block)
        places = self._answered(policy, pixels)
        squares = ((places - targets) ** 2).sum(axis=2)  # whole numbers of pixels: sums are exact
        most = NEAR * self.field.block**2
        score = np.maximum(0, most - squares).sum(axis=1)
        fitness = 10.0 + score / self.field.block**2
        solved = np.asarray(score >= ENOUGH * most * len(targets))
        distance = np.sqrt(squares).mean(axis=1) / self.field.block
        return Evaluation(fitness, solved, places.reshape(len(places), -1) / self.field.block, {"distance": distance})

    def generalise(self, policy: Policy, rng: Generator, /) -> dict[str, float]:  # noqa: ARG002 nothing is left to chance
        """The mean distance from the target over all legal placements, as `generalisation`.

        In cells, as the distance of the trials: an eleventh of a field width at every resolution.
        """
        placements = self.field.placements()
        squares = [self._squares(policy, placements[part]) for part in parts(len(placements), self.inputs)]
        distance = float(np.sqrt(np.concatenate(squares)).mean()) / self.field.block
        return {"generalisation": distance}

    def show(self, policy: Policy, rng: Generator, /) -> Frames:
        """Some of the trials, drawn from `rng`."""
        pixels, _ = training(self.field.block)
        trials = np.sort(rng.choice(len(pixels), SHOWN, replace=False))
        first = policy.take(np.zeros(1, np.int64))
        outputs = ask(first, pixels[trials], self.steps)[0]
        images = [picture(self.field, *trial) for trial in zip(self.field.trials()[trials], outputs, strict=True)]
        caption = "left the field, right how strongly each place is answered: a frame around the big box, a dot at the strongest"
        return Frames(np.array(images), 1.0, f"{SHOWN} trials; {caption}")

    def _answered(self, policy: Policy, pixels: Floats) -> Ints:
        """The places answered (P, S, 2), x and y in pixels."""
        largest = ask(policy, pixels, self.steps).argmax(axis=2)
        return np.stack([largest % self.resolution, largest // self.resolution], axis=2)

    def _squares(self, policy: Policy, placements: Ints) -> Ints:
        """Squared distances (S,) of the first network's answers from the middles of the big boxes, in pixels."""
        squares: Ints = ((self._answered(policy, self.field.draw(placements))[0] - placements[:, 2:]) ** 2).sum(axis=1)
        return squares
