"""The dual task: one network drives through a hallway by its rangefinders, and to food in the open by its radars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.interfaces import Bools, Evaluation, Floats, Ints, Policy, Scene
from neatcore.parameters import Parameters
from tasks.dual.courses import COURSES, NEAR, ROBOT, STEPS, Course
from tasks.dual.scene import courses_chart, courses_scene, placed
from tasks.lockstep import film, run

if TYPE_CHECKING:
    from tasks.dual.kernels import Rules, Track


class DualTask(Parameters):
    """Drive through a hallway, and gather food in the open, with one network for both (Risi & Stanley 2012).

    Fitness: of each task how many of its places were reached, the hallway's end or four pieces of food, and how near the next one
    is; the sum of both, 2 at most. Solved when both are 1. Behaviour: where the robot is at the end of each; at the edge of the
    chart where it has left that in the open.

    All sensors work in both tasks: in the hallway the radars tell where its end is, across walls; in the open the rangefinders
    find no wall and read 1. With radars=food those read 0 in the hallway, which is then driven by rangefinders alone.
    """

    radars: Literal["both", "food"] = Field("both", description="where the four radars work: in both tasks, or for food only")
    steps: int = Field(STEPS, ge=1, le=100_000, description="time steps of each task")

    @property
    def inputs(self) -> int:
        return len(ROBOT.inputs)

    @property
    def outputs(self) -> int:
        return len(ROBOT.outputs)

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        return ROBOT.inputs, ROBOT.outputs

    @property
    def places(self) -> tuple[Floats, Floats]:
        """Rows: radars at y = -1.2, rangefinders at -1, outputs at 1."""
        return ROBOT.places

    @property
    def behaviours(self) -> Sequence[str]:
        return "hallway x", "hallway y", "food x", "food y"

    @property
    def lives(self) -> Sequence[str]:
        """What `show` goes through."""
        return "the hallway", "food in the open"

    @property
    def chart(self) -> Scene:
        return courses_chart()

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 every trial starts alike
        """Behaviour: x and y of both ends, as on the chart. info: fitness of each task, and how much food was eaten."""
        ends = np.stack([self._ends(policy, system) for system in self._systems], axis=1)
        parts = np.stack([scored(course, ends[:, place]) for place, course in enumerate(COURSES)], axis=1)
        info = {"hallway": parts[:, 0], "food": parts[:, 1], "eaten": ends[:, 1, 5].astype(np.int64)}
        places = np.concatenate([placed(place, ends[:, place, :2]) for place in range(len(COURSES))], axis=1)
        return Evaluation(parts.sum(axis=1), (parts == 1.0).all(axis=1), places, info)

    def show(self, policy: Policy, rng: Generator, /) -> Scene:  # noqa: ARG002
        """Both tasks side by side."""
        drives = self._drives(policy)
        observations = [system.observe(states[:, None])[:, 0] for system, states in zip(self._systems, drives, strict=True)]
        return courses_scene(drives, observations)

    def trace(self, policy: Policy, rng: Generator, /) -> Floats:  # noqa: ARG002
        """The way (T, 2) of the first network's robot in the hallway, a row of NaN, then that in the open."""
        hallway, field = (placed(place, states[:, :2]) for place, states in enumerate(self._drives(policy)))
        return np.concatenate([hallway, np.full((1, 2), np.nan), field])

    def _ends(self, policy: Policy, system: Driving) -> Floats:
        """The states (P, 6) in which the robots of a course end."""
        start = np.tile(system.course.first, (policy.size, 1, 1))
        return run(policy, system, start, self.steps).states[:, 0]

    def _drives(self, policy: Policy) -> list[Floats]:
        """The states (T, 6) of the first network's robot on each course."""
        return [film(policy, system, system.course.first, self.steps) for system in self._systems]

    @property
    def _systems(self) -> list[Driving]:
        return [Driving(course, told) for course, told in zip(COURSES, (self.radars == "both", True), strict=True)]


def scored(course: Course, ends: Floats) -> Floats:
    """Goals reached, and 1 - d / scale for the next, by how many goals there are; 1 where all are (Risi & Stanley 2012)."""
    total = len(course.goals)
    reached = ends[:, 5].astype(np.int64)
    ahead = course.goals[np.minimum(reached, total - 1)] - ends[:, :2]
    return np.where(reached == total, 1.0, (reached + 1.0 - np.hypot(ahead[:, 0], ahead[:, 1]) / course.scale) / total)


@dataclass(frozen=True)
class Driving:
    """Robots on a course, as a system of lanes. told: whether radars tell where the next goal is."""

    course: Course
    told: bool

    @property
    def _track(self) -> Track:
        return self.course.walls, ROBOT.directions, ROBOT.sensors, self.course.goals, self.told

    @property
    def _rules(self) -> Rules:
        return ROBOT.drive, ROBOT.radius, NEAR

    def observe(self, states: Floats, /) -> Floats:
        from tasks.dual import kernels

        seen = np.empty((*states.shape[:2], len(ROBOT.inputs)))
        kernels.observe(states, self._track, seen)
        return seen

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        from tasks.dual import kernels

        return kernels.advance(states, outputs, living, steps, observations, self._track, self._rules)
