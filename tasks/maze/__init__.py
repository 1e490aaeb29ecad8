"""Mazes: a robot that feels walls and knows in which quarter its goal lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, field_validator, model_validator

from neatcore.errors import require
from neatcore.interfaces import Bools, Evaluation, Floats, Ints, Policy, Scene
from neatcore.parameters import Parameters
from tasks.lockstep import film, run
from tasks.maze.robots import ROBOTS, Robot
from tasks.maze.scene import drive_scene, ground, rays_of, upright
from tasks.maze.world import MAZES, World, world_of

if TYPE_CHECKING:
    from tasks.maze.kernels import Rules, View

LEAST = 0.1  # fitness (2011)
REACHED = 10.0  # fitness at the goal of a maze with waypoints (2012)


class Maze(Parameters):
    """Drive through a maze to its goal, by rangefinders and four radars (Lehman & Stanley 2011).

    Fitness: 300 less the distance to the goal in the end; of a maze with waypoints, how many were passed in order, and how near the
    next one is. Solved when the robot comes to the goal. Behaviour: where the robot is in the end.
    """

    maze: str = Field(description=f"{', '.join(MAZES)}, or a file of walls in classic text")
    steps: int = Field(0, ge=0, le=1_000_000, description="time steps of a trial; 0: as many as the maze says")
    robot: Literal["auto", "lehman2011", "risi2012"] = Field("auto", description="which robot; auto: that of the maze")

    @field_validator("maze")
    @classmethod
    def _absolute(cls, maze: str) -> str:
        """A file stays the same file wherever a run is resumed from."""
        return maze if maze in MAZES else str(Path(maze).expanduser().absolute())

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """What is wrong with the maze is told before anything begins."""
        world, radius = self.world, self.body.radius
        gaps = _gaps(world.walls, world.start)
        touched = int(np.argmin(gaps))
        require(
            gaps[touched] >= radius,
            f"the robot, of radius {radius:g}, does not fit at the start {world.start}: "
            f"wall {touched + 1} is {gaps[touched]:.3g} away ({self.maze})",
        )
        return self

    @property
    def world(self) -> World:
        return world_of(self.maze)

    @property
    def body(self) -> Robot:
        return ROBOTS[self.world.robot if self.robot == "auto" else self.robot]

    @property
    def inputs(self) -> int:
        return len(self.names[0])

    @property
    def outputs(self) -> int:
        return len(self.names[1])

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        return self.body.inputs, self.body.outputs

    @property
    def places(self) -> tuple[Floats, Floats]:
        """x to the right and y ahead of the robot, in [-1, 1]."""
        return self.body.places

    @property
    def behaviours(self) -> Sequence[str]:
        return "x", "y"

    @property
    def chart(self) -> Scene:
        return ground(self.world)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 every trial starts alike
        """Behaviour: x and y of the end, y growing up, as drawn."""
        start = np.tile(self._start, (policy.size, 1, 1))
        outcome = run(policy, self._system, start, self._steps)
        ends, solved = outcome.states[:, 0], np.asarray(~outcome.living[:, 0])
        distance = np.hypot(ends[:, 0] - self.world.goal[0], ends[:, 1] - self.world.goal[1])
        info = {"distance": distance, "steps": outcome.steps[:, 0]}
        if len(self.world.path):
            info["waypoints"] = ends[:, 5].astype(np.int64)
            return Evaluation(self._passed(ends, solved), solved, upright(ends[:, :2]), info)
        return Evaluation(np.maximum(self.world.bias - distance, LEAST), solved, upright(ends[:, :2]), info)

    def show(self, policy: Policy, rng: Generator, /) -> Scene:  # noqa: ARG002
        states = self._drive(policy)
        rays = rays_of(self.body, states, self._system.observe(states[:, None])[:, 0])
        return drive_scene(self.world, self.body.radius, states, rays, self._told(states))

    def trace(self, policy: Policy, rng: Generator, /) -> Floats:  # noqa: ARG002
        """The way (T, 2) of the first network's robot."""
        return upright(self._drive(policy)[:, :2])

    @property
    def _start(self) -> Floats:
        return np.array([*self.world.start, self.world.heading, 0.0, 0.0, 0.0])

    @property
    def _steps(self) -> int:
        return self.steps or self.world.steps

    @property
    def _system(self) -> Driving:
        return Driving(self.world, self.body)

    def _drive(self, policy: Policy) -> Floats:
        """The states (T, 6) of the first network's robot, as far as its trial goes."""
        return film(policy, self._system, self._start, self._steps)

    def _passed(self, ends: Floats, solved: Bools) -> Floats:
        """Waypoints passed and 1 - d/650 for the first that was not; 10 at the goal (Risi & Stanley 2012)."""
        targets = np.concatenate([self.world.path, [self.world.goal]])
        passed = ends[:, 5].astype(np.int64)
        ahead = targets[passed] - ends[:, :2]
        return np.where(solved, REACHED, passed + 1.0 - np.hypot(ahead[:, 0], ahead[:, 1]) / self.world.bias)

    def _told(self, states: Floats) -> str:
        distance = np.hypot(*(states[-1, :2] - self.world.goal))
        if distance < self.world.near:
            return f"the robot is at its goal after {len(states) - 1} steps"
        return f"the robot is {distance:.0f} from its goal after {len(states) - 1} steps"


@dataclass(frozen=True)
class Driving:
    """Robots in a maze, as a system of lanes."""

    world: World
    body: Robot

    @property
    def _view(self) -> View:
        return self.world.walls, self.body.directions, self.body.sensors, np.array(self.world.goal, np.float64)

    @property
    def _rules(self) -> Rules:
        return self.body.drive, self.body.radius, self.world.near, self.world.path, self.world.close

    def observe(self, states: Floats, /) -> Floats:
        from tasks.maze import kernels

        seen = np.empty((*states.shape[:2], len(self.body.inputs)))
        kernels.observe(states, self._view, seen)
        return seen

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        from tasks.maze import kernels

        return kernels.advance(states, outputs, living, steps, observations, self._view, self._rules)


def _gaps(walls: Floats, point: tuple[float, float]) -> Floats:
    """The distances from a point to all walls (W,)."""
    a, b = walls[:, :2] - point, walls[:, 2:] - point
    along = b - a
    square = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip(-(a * along).sum(axis=1) / square, 0.0, 1.0)
    nearest = a + share[:, None] * along
    gaps: Floats = np.hypot(nearest[:, 0], nearest[:, 1])
    return gaps
