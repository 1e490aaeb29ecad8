"""The task of making networks for another task, and poles of other lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from neatcore.checks import check_task
from neatcore.errors import InputError
from neatcore.interfaces import Floats, Ints, Policy, State
from tasks.agents import Agents
from tasks.control import CartPole
from tasks.registry import find_task
from tests.tasks.policies import Linear


@dataclass(frozen=True)
class Spread:
    """P distributions of linear policies around their middles (P, 1, 5)."""

    middles: Floats

    @property
    def size(self) -> int:
        return len(self.middles)

    inputs, outputs = 4, 1

    def reset(self, lanes: int, /) -> State:
        return Linear(self.middles).reset(lanes)

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        return Linear(self.middles).step(state, inputs)

    def take(self, rows: Ints, /) -> Policy:
        return Spread(self.middles[rows])

    def draw(self, row: int, count: int, rng: Generator, /) -> Policy:
        return Linear(self.middles[row] + rng.normal(0, 0.5, (count, 1, 5)))


def test_it_keeps_the_laws_of_a_task() -> None:
    kind = find_task("agents:cartpole")
    assert kind.reference == "agents:cartpole"
    check_task(kind.make(drawn=3))


def test_fitness_is_the_mean_of_networks_that_are_drawn() -> None:
    task = Agents(options={"episodes": 2, "steps": 80}, drawn=30)
    middles = default_rng(0).normal(size=(3, 1, 5))
    found = task.evaluate(Spread(middles), default_rng(1))
    seeds = default_rng(1).integers(2**63, size=2)
    for row in range(3):
        drawn = Spread(middles).draw(row, 30, default_rng(seeds[0]))
        theirs = CartPole(episodes=2, steps=80).evaluate(drawn, default_rng(seeds[1])).fitness
        assert found.fitness[row] == theirs.mean()
        assert found.info["deviation"][row] == theirs.std()
    rows = np.array([2, 0])
    assert np.array_equal(task.evaluate(Spread(middles).take(rows), default_rng(1)).fitness, found.fitness[rows])


def test_it_is_as_the_task_that_it_is_for() -> None:
    task = Agents(of="double-pole")
    assert (task.inputs, task.outputs, task.names) == (6, 1, find_task("double-pole").make().names)  # type: ignore[attr-defined]
    assert task.simulation is None
    assert Agents().simulation == CartPole(steps=200).simulation
    with pytest.raises(InputError, match="write agents:xor"):
        assert Agents(of="agents:xor").inputs


def test_a_longer_pole_falls_more_slowly() -> None:
    """On a heavy cart, a pole's angle grows like cosh(√(3 g / 4 l) t)."""
    policy = Linear(np.zeros((1, 1, 5)))
    lasted = [CartPole(pole=pole, episodes=50).evaluate(policy, default_rng(0)).fitness[0] for pole in (0.2, 1.0, 4.0)]
    assert lasted[0] < lasted[1] < lasted[2]


def test_a_continuous_force_has_no_simulation_and_a_pole_is_drawn_as_long_as_it_is() -> None:
    assert CartPole(force="continuous").simulation is None
    scene = CartPole(pole=3.0).show(Linear(np.zeros((1, 1, 5))), default_rng(0))
    hinge, tip = next(shape for shape in scene.shapes if shape.colour == "accent").points[0]
    assert np.hypot(*(tip - hinge)) == pytest.approx(3.0)
    assert scene.y[1] > 3
