"""Dangerous foraging: the same things are food in one life and poison in another, and only a taste tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.random import Generator, default_rng
from pydantic import Field

from neatcore.interfaces import Bools, Evaluation, Floats, Ints, Policy, Scene
from neatcore.parameters import Parameters
from tasks.dangerous.scene import lives_scene
from tasks.lockstep import film, run
from tasks.maze.robots import QUARTERS, RISI_2012

if TYPE_CHECKING:
    from tasks.dangerous.kernels import Rules

START = (297.0, 604.0, 270.0)  # x, y as in mazes, y growing down; heading up
ITEMS = ((171.0, 517.0), (398.0, 475.0), (204.0, 682.0), (399.0, 629.0))  # of the first world, in the order in which they appear
NEAR = 20.0  # how near a thing is eaten
SECONDS = 0.2  # a step
PENALTY = 0.9  # what a life among poison takes, in parts of what one among food gives
SORTS = (1.0, -1.0)  # what is signalled: food, poison
AREA = ((160.0, 410.0), (465.0, 690.0))  # x and y of things of further worlds
APART = 60.0  # and how far, at least, from the one before and from the start


class DangerousForaging(Parameters):
    """Two lives among things that are all food or all poison: taste one, then eat on or keep away (after Stanley et al. 2003).

    A robot turns and drives; four radars tell in which quarter the next thing is, a signal what was just eaten: 1 for food, -1 for
    poison. Fitness: the share of the four things that are eaten in the life among food, less 0.9 times the share in the one among
    poison, on average over worlds. At best 0.775: one must be tasted. Solved at that in every world.

    While it feels the signal the robot rests. So a network without memory drives the same way in both lives, and cannot come
    beyond 0.1, with all things eaten in both. With rest=0 it turns while it feels it, and its heading can remember the taste.
    """

    worlds: int = Field(8, ge=1, le=100, description="arrangements of the four things; each is lived in twice")
    signals: Literal["one", "two"] = Field("one", description="the signal is one input, or pleasure and pain are two")
    rest: int = Field(1, ge=0, le=1000, description="steps for which the robot rests, and feels the signal, after it has eaten")
    steps: int = Field(250, ge=1, le=100_000, description="time steps of a life")

    @property
    def inputs(self) -> int:
        return len(self.names[0])

    @property
    def outputs(self) -> int:
        return len(self.names[1])

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        felt = ("signal",) if self.signals == "one" else ("pleasure", "pain")
        return (*(f"thing {side}" for side in QUARTERS), *felt), RISI_2012.outputs

    @property
    def places(self) -> tuple[Floats, Floats]:
        """x to the right and y ahead of the robot, in [-1, 1]; the signal in its middle."""
        felt = [(0.0, 0.0)] if self.signals == "one" else [(-0.2, 0.0), (0.2, 0.0)]
        return np.array([(0.0, 0.5), (0.5, 0.0), (0.0, -0.5), (-0.5, 0.0), *felt]), RISI_2012.places[1].copy()

    @property
    def behaviours(self) -> Sequence[str]:
        return "food", "poison"

    @property
    def lives(self) -> Sequence[str]:
        """What the lanes of `show` are."""
        return "a life among food", "a life among poison"

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 all lives begin alike
        """Behaviour: the shares of food and of poison that are eaten. info: things eaten in a life, on average."""
        outcome = run(policy, self._system, np.tile(self._starts, (policy.size, 1, 1)), self.steps)
        eaten = outcome.states[..., 5].reshape(policy.size, self.worlds, len(SORTS))
        shares = eaten.mean(axis=1) / len(ITEMS)
        best = (eaten[..., 0] == len(ITEMS)) & (eaten[..., 1] == 1)
        info = {"food": eaten[..., 0].mean(axis=1), "poison": eaten[..., 1].mean(axis=1)}
        return Evaluation(shares[:, 0] - PENALTY * shares[:, 1], best.all(axis=1), shares, info)

    def show(self, policy: Policy, rng: Generator, /) -> Scene:  # noqa: ARG002
        """Both lives of the first network in the first world."""
        lives = [film(policy, self._system, start, self.steps) for start in self._starts[: len(SORTS)]]
        return lives_scene(lives, arranged(1)[0], NEAR)

    @property
    def _starts(self) -> Floats:
        """The first state (S, 10) of each life: of each world, food first."""
        return np.array([[*START, 0.0, 0.0, 0.0, 0.0, sort, world, 0.0] for world in range(self.worlds) for sort in SORTS])

    @property
    def _system(self) -> Living:
        return Living(arranged(self.worlds), self.inputs, self.rest)


@dataclass(frozen=True)
class Living:
    """Robots among things (E, K, 2), as a system of lanes."""

    items: Floats
    inputs: int
    rest: int

    @property
    def _rules(self) -> Rules:
        accelerates, speed, turn, gain, _ = RISI_2012.drive
        return (accelerates, speed, turn, gain, SECONDS), NEAR, len(ITEMS), self.rest

    def observe(self, states: Floats, /) -> Floats:
        from tasks.dangerous import kernels

        seen = np.empty((*states.shape[:2], self.inputs))
        kernels.observe(states, self.items, seen)
        return seen

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        from tasks.dangerous import kernels

        return kernels.advance(states, outputs, living, steps, observations, self.items, self._rules)


@lru_cache(maxsize=32)
def arranged(worlds: int) -> Floats:
    """Where the things of so many worlds lie (E, K, 2): the first as in the authors' file, others at random, always the same."""
    rng, (low, high) = default_rng(2003), np.array(AREA).T
    places = np.empty((worlds, len(ITEMS), 2))
    places[0] = ITEMS
    for world in places[1:]:
        before = np.array(START[:2])
        for item in world:
            item[:] = rng.uniform(low, high)
            while np.hypot(*(item - before)) < APART:
                item[:] = rng.uniform(low, high)
            before = item
    places.flags.writeable = False
    return places
