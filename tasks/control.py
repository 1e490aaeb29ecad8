"""Carts with poles to balance: one pole, two poles, two poles without their velocities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import radians
from typing import Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.interfaces import Bools, Evaluation, Floats, Ints, Policy, Scene, Simulation, Verdict
from neatcore.parameters import Parameters
from tasks.lockstep import Outcome, System, film, run
from tasks.scenes import cart_scene

SHOWN = 500  # steps of 0.02 s in a drawn episode
WINDOW = 100  # steps over which Gruau's fitness wants the system calm
SCALES = (2.4, 2.0, 0.21, 2.0)  # by which a single pole's x, ẋ, θ, θ̇ are divided for the network
GRID = (0.05, 0.25, 0.5, 0.75, 0.95)  # where in the range of each variable the generalisation test starts


@dataclass(frozen=True)
class Cart:
    """A cart with one or two poles as a system: what a network reads are `columns` of the state over their `scales`."""

    columns: Ints
    scales: Floats
    poles: int
    discrete: bool = False
    half: float = 0.5  # of the length of a single pole

    def observe(self, states: Floats, /) -> Floats:
        return states[..., self.columns] / self.scales

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        from tasks import kernels

        if self.poles == 1:
            push = (self.columns, self.scales, self.discrete, self.half)
            return kernels.advance_one_pole(states, outputs, living, steps, observations, *push)
        return kernels.advance_two_poles(states, outputs, living, steps, observations, self.columns, self.scales)


class CartPole(Parameters):
    """Keep one pole upright on a cart (Barto, Sutton & Anderson 1983).

    The figures are those of gymnasium's CartPole-v1.
    Inputs: x/2.4, ẋ/2, θ/0.21, θ̇/2. Fitness: the mean number of steps. Solved when every episode lasts.
    """

    force: Literal["discrete", "continuous"] = Field(
        "discrete", description="±10 N by whether the output exceeds 0.5, or (output - 0.5) · 20 N"
    )
    steps: int = Field(500, ge=1, description="time steps of 0.02 s in an episode")
    episodes: int = Field(5, ge=1, le=10_000, description="episodes, the same for every network of a generation")
    spread: float = Field(0.05, ge=0, le=0.2, description="each variable starts between -spread and spread (m, rad, per s)")
    pole: float = Field(1.0, ge=0.05, le=100, description="metres from the hinge to the tip of the pole, which weighs 0.1 kg")

    @property
    def inputs(self) -> int:
        return 4

    @property
    def outputs(self) -> int:
        return 1

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        return ("x", "ẋ", "θ", "θ̇"), ("force",)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        starts = rng.uniform(-self.spread, self.spread, (self.episodes, 4))
        outcome = run(policy, self._system, _for_each(policy, starts), self.steps)
        mean = outcome.steps.mean(axis=1)
        return Evaluation(mean, np.asarray(outcome.living.all(axis=1)), info={"steps": mean})

    def show(self, policy: Policy, rng: Generator, /) -> Scene:
        states = film(policy, self._system, rng.uniform(-self.spread, self.spread, 4), min(self.steps, SHOWN))
        return cart_scene(states[:, 0], states[:, 2:3], (self.pole,))

    @property
    def simulation(self) -> Simulation | None:
        """The cart in numbers, where a network chooses between two pushes."""
        from tasks import kernels

        if self.force != "discrete":
            return None
        cart = {"gravity": kernels.GRAVITY, "cart": kernels.CART, "mass": kernels.LONG[0], "half": self.pole / 2}
        rules = {"push": kernels.PUSH, "track": kernels.TRACK, "lean": float(kernels.LEAN_OF_ONE), "step": kernels.STEP}
        return Simulation("cart-pole", SCALES, self.steps, self.spread, cart | rules)

    @property
    def _system(self) -> System:
        return Cart(np.arange(4), np.array(SCALES), poles=1, discrete=self.force == "discrete", half=self.pole / 2)


class DoublePole(Parameters):
    """Keep a long and a short pole upright on one cart (Wieland 1991).

    The set-up is that of Stanley & Miikkulainen 2002, 4.2.
    Inputs: x/4.8, ẋ/2, θ1/0.52, θ̇1/2, θ2/0.52, θ̇2/2. Fitness: the number of steps. Solved when the episode lasts.
    """

    angle: float = Field(4.0, gt=-36, lt=36, description="degrees by which the long pole leans at the start")
    steps: int = Field(100_000, ge=1, description="time steps of 0.02 s to last")

    @property
    def inputs(self) -> int:
        return 6

    @property
    def outputs(self) -> int:
        return 1

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        return ("x", "ẋ", "θ1", "θ̇1", "θ2", "θ̇2"), ("force",)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 every episode starts alike
        outcome = run(policy, self._system, _for_each(policy, _leaning(self.angle)[None]), self.steps)
        steps = outcome.steps[:, 0]
        return Evaluation(steps.astype(np.float64), outcome.living[:, 0], info={"steps": steps})

    def show(self, policy: Policy, rng: Generator, /) -> Scene:  # noqa: ARG002
        states = film(policy, self._system, _leaning(self.angle), min(self.steps, SHOWN))
        return cart_scene(states[:, 0], states[:, [2, 4]])

    @property
    def _system(self) -> System:
        return Cart(np.arange(6), np.array([4.8, 2.0, 0.52, 2.0, 0.52, 2.0]), poles=2)


class DoublePoleHidden(Parameters):
    """Keep two poles upright without being told a velocity (Gruau, Whitley & Pyeatt 1996).

    Inputs: x/4.8, θ1/0.52, θ2/0.52. Fitness: Gruau's, which wants the system calm, over `steps`. A champion of each
    generation is then examined: solved when it lasts `endurance` steps and passes `passes` of 625 other starts.
    """

    angle: float = Field(4.0, gt=0, lt=36, description="degrees by which the long pole leans at the start")
    steps: int = Field(1_000, ge=1, description="time steps of 0.02 s over which fitness is taken, and of each other start")
    endurance: int = Field(100_000, ge=1, description="time steps that a solution must last")
    passes: int = Field(200, ge=0, le=625, description="other starts, of 625, that a solution must last `steps` from")

    @property
    def inputs(self) -> int:
        return 3

    @property
    def outputs(self) -> int:
        return 1

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        return ("x", "θ1", "θ2"), ("force",)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 every episode starts alike
        start = np.append(_leaning(self.angle), np.zeros(WINDOW))
        outcome = run(policy, self._system, _for_each(policy, start[None]), self.steps)
        return Evaluation(damping_fitness(outcome, self.steps), info={"steps": outcome.steps[:, 0]})

    def examine(self, policy: Policy, rng: Generator, /) -> Verdict:  # noqa: ARG002 every examination is alike
        """How long the network lasts, and, where that is long enough, how many of the other starts it passes (-1: not tested)."""
        long = run(policy, self._system, _leaning(self.angle)[None, None], self.endurance)
        if not long.living[0, 0]:
            return Verdict(False, {"endurance": int(long.steps[0, 0]), "generalisation": -1})
        passed = int(run(policy, self._system, other_starts()[None], self.steps).living.sum())
        return Verdict(passed >= self.passes, {"endurance": self.endurance, "generalisation": passed})

    def show(self, policy: Policy, rng: Generator, /) -> Scene:  # noqa: ARG002
        states = film(policy, self._system, _leaning(self.angle), min(self.steps, SHOWN))
        return cart_scene(states[:, 0], states[:, [2, 4]])

    @property
    def _system(self) -> System:
        return Cart(np.array([0, 2, 4]), np.array([4.8, 0.52, 0.52]), poles=2)


def damping_fitness(outcome: Outcome, limit: int) -> Floats:
    """0.1 · t/limit + 0.9 · f2 with f2 = 0.75 / Σ (|x| + |ẋ| + |θ1| + |θ̇1|) over the last 100 steps, 0 where t ≤ 100.

    Gruau, Whitley & Pyeatt 1996. One lane a network; the sum's terms are the last columns of its state.
    """
    steps = outcome.steps[:, 0]
    unrest = outcome.states[:, 0, -WINDOW:].sum(axis=1)
    calm = np.zeros(len(steps))
    np.divide(0.75, unrest, out=calm, where=steps > WINDOW)
    return 0.1 * steps / limit + 0.9 * calm


def other_starts() -> Floats:
    """The 625 starts (625, 6) of the generalisation test (Gruau, Whitley & Pyeatt 1996)."""
    v = np.stack(np.meshgrid(GRID, GRID, GRID, GRID, indexing="ij"), axis=-1).reshape(-1, 4)
    starts = np.zeros((len(v), 6))
    starts[:, :4] = v * (4.32, 2.70, 0.12566304, 0.30019504) - (2.16, 1.35, 0.06283152, 0.15009752)
    return starts


def _leaning(angle: float) -> Floats:
    """The state (6,) at rest in which only the long pole leans, by `angle` degrees."""
    return np.array([0.0, 0.0, radians(angle), 0.0, 0.0, 0.0])


def _for_each(policy: Policy, starts: Floats) -> Floats:
    """The starts (S, D) of one network as those (P, S, D) of all."""
    return np.tile(starts, (policy.size, 1, 1))
