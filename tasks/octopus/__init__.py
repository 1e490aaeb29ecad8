"""The octopus arm: reach for food with an arm of ten compartments, whose thirty muscles and base a network drives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from pydantic import Field, field_validator

from neatcore.errors import InputError
from neatcore.interfaces import Bools, Evaluation, Floats, Ints, Policy, Scene
from neatcore.parameters import Parameters
from tasks.lockstep import film, run
from tasks.octopus.scene import arm_scene

INPUTS, OUTPUTS = 82, 32
STEP = 0.1  # seconds of a decision


@dataclass(frozen=True)
class Arm:
    """An arm in the water as a system; it ends where its tip arrives."""

    goal: Floats
    radius: float

    @property
    def scales(self) -> Floats:
        """Angles are read over π, speeds of the base over 2, places over 10 and velocities over 5."""
        return np.array([np.pi, 2.0, *[10.0, 10.0, 5.0, 5.0] * 20])

    def observe(self, states: Floats, /) -> Floats:
        return states[..., :INPUTS] / self.scales

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        from tasks.octopus import kernels

        left: int = kernels.advance(states, outputs, living, steps, observations, self.scales, self.goal, self.radius)
        return left


class Octopus(Parameters):
    """Reach for food with an octopus arm of ten compartments (Yekutieli et al. 2005; Koutník, Gomez & Schmidhuber 2010).

    Inputs: angle and speed of the base, place and velocity of 20 points. Outputs: 30 muscles, left, right. Fitness: 1 less the
    time and the distance that it took. Solved when the tip arrives from every start.
    """

    goal: tuple[float, float] = Field((4.0, 6.0), description="where the food lies, in lengths of a compartment; the arm has ten")
    radius: float = Field(0.5, gt=0, le=5, description="how near to it the tip has to come")
    steps: int = Field(200, ge=1, le=100_000, description="decisions of 0.1 s in an episode")
    starts: tuple[float, ...] = Field((-60.0, 0.0, 60.0), description="degrees in which the straight arm points at the start")

    @field_validator("starts")
    @classmethod
    def _within_reach(cls, starts: tuple[float, ...]) -> tuple[float, ...]:
        if not starts or any(abs(start) > 135 for start in starts):
            raise InputError("must be one angle or more, each from -135 to 135 degrees, such as [-60, 0, 60]")
        return starts

    @property
    def inputs(self) -> int:
        return INPUTS

    @property
    def outputs(self) -> int:
        return OUTPUTS

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        points = [f"{side}{pair}" for pair in range(1, 11) for side in ("dorsal ", "ventral ")]
        muscles = [f"{muscle} {place}" for place in range(1, 11) for muscle in ("dorsal", "transversal", "ventral")]
        read = [f"{what} {point}" for point in points for what in ("x", "y", "ẋ", "ẏ")]
        return ("angle", "turning", *read), (*muscles, "left", "right")

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 every episode starts alike
        first = np.array([straight(start) for start in self.starts])
        outcome = run(policy, self._system, np.tile(first, (policy.size, 1, 1)), self.steps)
        share = self.distances(outcome.states) / np.maximum(self.distances(first), 1e-9)
        fitness = (1.0 - outcome.steps / self.steps * share).mean(axis=1)
        info = {"distance": self.distances(outcome.states).mean(axis=1), "steps": outcome.steps.mean(axis=1)}
        return Evaluation(fitness, np.asarray(~outcome.living.any(axis=1)), info=info)

    def distances(self, states: Floats) -> Floats:
        """Of the tips of states (…, 84) from the food."""
        tips = tip_of(states)
        away: Floats = np.sqrt(np.square(tips - np.array(self.goal)).sum(axis=-1))
        return away

    def show(self, policy: Policy, rng: Generator, /) -> Scene:
        """From one of the starts."""
        start = self.starts[int(rng.integers(len(self.starts)))]
        states = film(policy, self._system, straight(start), self.steps)
        return arm_scene(states, self.goal, self.radius, 1.0 / STEP)

    @property
    def _system(self) -> Arm:
        return Arm(np.array(self.goal), self.radius)


def straight(degrees: float) -> Floats:
    """The state (84,) of an arm at rest that points straight in a direction, counter-clockwise from the right."""
    from tasks.octopus.kernels import HALVES

    angle = float(np.radians(degrees))
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    points = np.zeros((20, 4))
    for pair in range(1, 11):
        for side in range(2):
            points[2 * (pair - 1) + side, :2] = pair * along + (1 - 2 * side) * HALVES[pair] * across
    return np.concatenate([[angle, 0.0], points.ravel(), along])


def points_of(states: Floats) -> Floats:
    """Places of the twenty points of states (…, 84), pair by pair, dorsal first: (…, 10, 2, 2)."""
    return states[..., 2:82].reshape(*states.shape[:-1], 10, 2, 4)[..., :2]


def tip_of(states: Floats) -> Floats:
    """The middle of the last pair, (…, 2)."""
    tips: Floats = points_of(states)[..., -1, :, :].mean(axis=-2)
    return tips
