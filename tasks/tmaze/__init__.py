"""The T-maze: the better of two rewards lies in one arm, until it lies in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.random import Generator
from pydantic import Field, model_validator

from neatcore.errors import require
from neatcore.interfaces import Array, Bools, Evaluation, Floats, Ints, Policy, Scene, Verdict
from neatcore.parameters import Parameters
from tasks.lockstep import film, run
from tasks.tmaze.scene import life_scene

SHARE = 0.95  # of what the best policy gets, from which on the maze counts as solved
EXAMINED = 20  # schedules
HIGH, LOW, CRASH = 1.0, 0.2, -0.4
COLOURS = {  # (5, C): of nothing, of the high reward in either colour, of the low one
    "linear": np.array([[0.0], [HIGH], [HIGH], [LOW], [LOW]]),
    "xor": np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0]]),
}


class TMaze(Parameters):
    """Find out in which arm of a T the high reward lies, and find out again when it has moved (after Risi & Stanley 2010).

    A robot goes up the stem, turns left or right, and sees at the arm's end the colour of its reward: 1 or 0.2. A wall that it
    drives into costs 0.4 and ends the trial. The high reward changes sides once in a while. Fitness: mean reward of a trial.
    Solved at 95 % of what the best policy gets, over 20 schedules of changes.
    """

    trials: int = Field(100, ge=2, le=10_000, description="trials of a life; weights and memory last from one to the next")
    switches: int = Field(1, ge=0, le=100, description="how often the high reward changes sides, at even distances")
    jitter: int = Field(15, ge=0, le=1000, description="by how many trials a change comes earlier or later, at most")
    hall: int = Field(3, ge=1, le=100, description="cells from the start to the junction, and from there to an arm's end")
    signature: Literal["linear", "xor"] = Field(
        "linear",
        description="what tells rewards: one colour, the reward itself; or two, of which the high one shows either, the low "
        "one both or none",
    )
    schedules: int = Field(8, ge=1, le=1000, description="lives of an evaluation, drawn anew each generation")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        apart = self.trials // (self.switches + 1)
        most = (self.switches + 1) * (2 * self.jitter + 1)
        require(
            self.jitter < apart / 2 or self.switches == 0,
            f"{self.switches} switches in {self.trials} trials, {apart} apart, leave no room for jitter={self.jitter}; "
            f"take at most {max((apart - 1) // 2, 0)}, or {most} trials",
        )
        return self

    @property
    def inputs(self) -> int:
        return len(self.names[0])

    @property
    def outputs(self) -> int:
        return 3

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        felt = ("colour",) if self.signature == "linear" else ("colour 1", "colour 2")
        return ("wall left", "wall ahead", "wall right", *felt), ("left", "ahead", "right")

    @property
    def places(self) -> tuple[Floats, Floats]:
        """x to the right and y ahead of the robot, in [-1, 1]; the colour below."""
        row = np.array([(-1.0, 0.0), (0.0, 0.0), (1.0, 0.0)])
        felt = [(0.0, -1.0)] if self.signature == "linear" else [(-0.5, -1.0), (0.5, -1.0)]
        return np.concatenate([row, felt]), row

    @property
    def behaviours(self) -> Sequence[str]:
        return "left", "right"

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        """Behaviour: the shares of trials that ended left and right; the rest ended at a wall. info: those at a wall."""
        ends, _ = self._lived(policy, self.drawn(self.schedules, rng))
        shares = ends[..., [7, 8]].mean(axis=1) / self.trials
        return Evaluation(ends[..., 6].mean(axis=1) / self.trials, None, shares, {"crashed": 1.0 - shares.sum(axis=1)})

    def examine(self, policy: Policy, rng: Generator, /) -> Verdict:
        """The one network's score over further schedules, as a share of the best policy's."""
        ends, sides = self._lived(policy, self.drawn(EXAMINED, rng))
        share = float(ends[0, :, 6].mean() / best_score(sides).mean())
        return Verdict(share >= SHARE, {"share_of_best": share})

    def show(self, policy: Policy, rng: Generator, /) -> Scene:
        """A life of the first network: some trials step by step, all of them as dots."""
        sides = self.drawn(1, rng)
        return life_scene(film(policy, self._system(sides), _start(1)[0], self._steps), sides[0], self.hall)

    def drawn(self, schedules: int, rng: Generator) -> Array:
        """Where the high reward is, 1 right and -1 left, in each trial of so many schedules (E, N); as many begin right as left.

        signature=xor: 2 and -2 where rewards have the second of their two colours.
        """
        first = np.where(np.arange(schedules) % 2 == rng.integers(2), 1, -1)
        middles = self.trials * np.arange(1, self.switches + 1) // (self.switches + 1)
        changes = middles + rng.integers(-self.jitter, self.jitter + 1, (schedules, self.switches))
        passed = (changes[:, None, :] <= np.arange(self.trials)[None, :, None]).sum(axis=2)
        sides = (first[:, None] * np.where(passed % 2 == 0, 1, -1)).astype(np.int64)
        return sides * rng.integers(1, 3, sides.shape) if self.signature == "xor" else sides

    def _lived(self, policy: Policy, sides: Array) -> tuple[Floats, Array]:
        """Last states (P, E, 10) of lives by schedules, and these."""
        outcome = run(policy, self._system(sides), np.tile(_start(len(sides)), (policy.size, 1, 1)), self._steps)
        return outcome.states, sides

    @property
    def _steps(self) -> int:
        """More than a life can have: every step goes on by a cell, or ends a trial."""
        return self.trials * (2 * self.hall + 1)

    def _system(self, sides: Array) -> Halls:
        return Halls(sides, self.hall, COLOURS[self.signature])


@dataclass(frozen=True)
class Halls:
    """Robots in T-shaped halls, as a system of lanes; sides (E, N)."""

    sides: Array
    hall: int
    colours: Floats

    def observe(self, states: Floats, /) -> Floats:
        from tasks.tmaze import kernels

        seen = np.empty((*states.shape[:2], 3 + self.colours.shape[1]))
        kernels.observe(states, self.hall, self.colours, seen)
        return seen

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        from tasks.tmaze import kernels

        world = (self.sides, self.hall, self.colours, (HIGH, LOW, CRASH))
        return kernels.advance(states, np.ascontiguousarray(outputs, np.float64), living, steps, observations, world)


def best_score(sides: Array) -> Floats:
    """What the best policy gets under each schedule (E,): all that is high, but the low reward in the trial of every change, and in
    the first trial the mean of both, since nothing tells where to begin."""
    changes = np.count_nonzero(np.diff(np.sign(sides), axis=1), axis=1)
    score: Floats = HIGH * (sides.shape[1] - 1.0 - changes) + LOW * changes + (HIGH + LOW) / 2.0
    return score


def _start(schedules: int) -> Floats:
    """The first state (E, 10) of a life by each schedule."""
    states = np.zeros((schedules, 10))
    states[:, 9] = np.arange(schedules)
    return states
