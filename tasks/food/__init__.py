"""Food gathering: a robot with sensors all around that walks to its food."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import pi
from typing import Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.interfaces import Bools, Evaluation, Floats, Ints, Policy, Scene
from neatcore.parameters import Parameters
from tasks.asking import HELD, ask, parts
from tasks.food.scene import Walks, food_scene

RINGS = 0.5, 1.0  # radii of the sensors' and of the effectors' ring
SHOWN = 16  # trials
LONGEST = 2000  # steps of a walk that are drawn


class FoodGathering(Parameters):
    """Walk to food that is told by the sensor nearest to it (Stanley, D'Ambrosio & Gauci 2009).

    n sensors and n effectors stand evenly around a robot that never turns. Inputs: 1 for the sensor nearest to the food, 0 for
    the others. It moves towards the effector with the largest output, at s_max · o_max · (o_max / o_tot). There are r = 2n trials:
    food on the axis of each sensor and on each border between two, where the first of the two reads at the start.
    Fitness: 10000 · f/r + (time · r - t), with f trials in which the food was reached and t steps in all. Solved at f = r.

    A reconstruction, no original program being at hand, are: the law of speed, for which outputs are cut to [0, 1]; the second
    term of fitness; where food lies; and the defaults of `speed` and `radius`.

    As inputs are one-hot and networks are asked afresh at every step, there are n different questions: each network is asked
    these once, and all its walks follow from the n answers.
    """

    sensors: int = Field(8, ge=2, le=1024, description="n, sensors and effectors each")
    layout: Literal["concentric", "parallel"] = Field(
        "concentric", description="where they stand for encodings with geometry: a ring within a ring, or two rows"
    )
    distance: float = Field(100.0, gt=0, le=1e6, description="from the start to the food")
    time: int = Field(1000, ge=1, le=1_000_000, description="steps that a trial lasts at most")
    speed: float = Field(10.0, gt=0, le=1e6, description="s_max, the greatest distance of a step")
    radius: float = Field(5.0, gt=0, le=1e6, description="how near food is eaten")
    steps: int = HELD

    @property
    def inputs(self) -> int:
        return self.sensors

    @property
    def outputs(self) -> int:
        return self.sensors

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        angles = [f"{360 * i / self.sensors:g}°" for i in range(self.sensors)]
        return angles, angles

    @property
    def places(self) -> tuple[Floats, Floats]:
        """x and y in [-1, 1]: sensors on a ring of radius 0.5 and effectors on one of radius 1, or rows at y = -1 and y = 1."""
        if self.layout == "parallel":
            row = np.linspace(-1.0, 1.0, self.sensors)
            return np.stack([row, np.full_like(row, -1.0)], axis=1), np.stack([row, np.ones_like(row)], axis=1)
        axes = directions(self.sensors)
        return RINGS[0] * axes, RINGS[1] * axes

    @property
    def behaviours(self) -> Sequence[str]:
        return [f"{axis} at {angle}" for angle in self.names[0] for axis in "xy"]

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        """Behaviour: the step that the robot takes when a sensor reads, in units of the greatest speed, sensor by sensor (2n,)."""
        headings, moves = self._plan(policy)
        eaten, steps = self._gather(headings, moves)
        trials, total = eaten.shape[1], steps.sum(axis=1)
        fitness = 10_000.0 * eaten.sum(axis=1) / trials + (self.time * trials - total)
        info = {"collected": eaten.mean(axis=1), "steps": total / trials}
        return Evaluation(fitness, np.asarray(eaten.all(axis=1)), moves.reshape(len(moves), -1) / self.speed, info)

    def show(self, policy: Policy, rng: Generator, /) -> Scene:  # noqa: ARG002
        """All trials at once, or sixteen of them evenly spread, on axes and on borders by turns."""
        _, moves = self._plan(policy.take(np.zeros(1, np.int64)))
        trials = np.arange(2 * self.sensors)
        if len(trials) > SHOWN:
            trials = np.linspace(0, len(trials), SHOWN, endpoint=False).astype(np.int64) // 2 * 2 + np.arange(SHOWN) % 2
        return food_scene(self._walks(moves[0], trials), directions(self.sensors), self.distance, self.radius)

    @property
    def _world(self) -> tuple[float, float, int]:
        return self.distance, self.radius, self.time

    def _plan(self, policy: Policy) -> tuple[Ints, Floats]:
        """By the sensor that reads: which axis each network's robot goes along (P, n), and its step (P, n, 2)."""
        from tasks.food import kernels

        n = self.sensors
        headings, moves = np.empty((policy.size, n), np.int64), np.empty((policy.size, n, 2))
        for part in parts(n, n):
            kernels.plan(ask(policy, np.eye(n)[part], self.steps), directions(n), self.speed, part.start, headings, moves)
        return headings, moves

    def _gather(self, headings: Ints, moves: Floats) -> tuple[Bools, Ints]:
        """Whether each network reached its food in each trial, and its steps: (P, 2n) both."""
        from tasks.food import kernels

        shape = (len(moves), 2 * self.sensors)
        eaten, steps = np.empty(shape, np.bool_), np.empty(shape, np.int64)
        kernels.gather(headings, moves, directions(2 * self.sensors), self._world, eaten, steps)
        return eaten, steps

    def _walks(self, moves: Floats, trials: Ints) -> Walks:
        """Every step of one network's walks in some of the trials."""
        from tasks.food import kernels

        foods = self.distance * directions(2 * self.sensors)[trials]
        paths, ends = np.zeros((len(trials), min(self.time, LONGEST) + 1, 2)), []
        axes, never = directions(self.sensors).copy(), np.zeros(self.sensors, np.bool_)
        for path, j, (x, y) in zip(paths, trials.tolist(), foods.tolist(), strict=True):
            ends.append(kernels.walk(moves, never, axes, (x, y), j // 2, self._world, path))
        eaten, steps = zip(*ends, strict=True)
        return Walks(foods, paths, np.array(eaten), np.array(steps))


@lru_cache(maxsize=16)
def directions(count: int) -> Floats:
    """`count` unit vectors (count, 2), evenly spaced from the positive x axis on; always the same array, not to be written to."""
    from tasks.angles.kernels import sine_cosine

    table = np.array([sine_cosine(2.0 * pi * i / count)[::-1] for i in range(count)])
    table.flags.writeable = False
    return table
