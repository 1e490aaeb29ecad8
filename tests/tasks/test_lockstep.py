"""Running lanes together changes nothing for any of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neatcore.interfaces import Floats, Policy, Task
from tasks.boolean import Parity, Xor
from tasks.control import Cart, CartPole, DoublePole, DoublePoleHidden
from tasks.gym import Gym
from tasks.lockstep import film, run
from tests.tasks.policies import Leaky, Linear, random_linear

SYSTEM = Cart(np.arange(6), np.array([4.8, 2.0, 0.52, 2.0, 0.52, 2.0]), poles=2)
TASKS: list[Task] = [
    Xor(),
    Parity(bits=4, steps=3),
    CartPole(),
    CartPole(force="continuous", episodes=9, steps=200),
    DoublePole(steps=2_000),
    DoublePoleHidden(endurance=2_000),
    Gym(id="CartPole-v1", episodes=3),
    Gym(id="MountainCarContinuous-v0", steps=20),
]


def starts(networks: int, lanes: int) -> Floats:
    return np.tile(np.random.default_rng(2).uniform(-0.05, 0.05, (lanes, 6)), (networks, 1, 1))


def near_balance(size: int, kind: Callable[[Floats], Policy], noise: float) -> Policy:
    """Networks about a controller that balances, so that some fall early, some late and some never."""
    known = np.array([-0.16, -0.17, -1.19, -1.22, 1.0, 0.32, 0.0])
    return kind(known * np.random.default_rng(7).normal(1.0, noise, (size, 1, 7)))


@pytest.mark.parametrize("kind", [Linear, Leaky])
def test_no_lane_feels_another(kind: Callable[[Floats], Policy]) -> None:
    policy, states = near_balance(40, kind, 0.4), starts(40, 3)
    together = run(policy, SYSTEM, states, 400)
    assert len(np.unique(together.steps)) > 20
    for p in range(40):
        alone = run(policy.take(np.array([p])), SYSTEM, states[p : p + 1], 400)
        assert np.array_equal(alone.states[0], together.states[p])
        assert np.array_equal(alone.steps[0], together.steps[p])
        assert np.array_equal(alone.living[0], together.living[p])
        single = run(policy.take(np.array([p])), SYSTEM, states[p : p + 1, 1:2], 400)
        assert np.array_equal(single.states[0, 0], together.states[p, 1])


def test_the_starts_are_left_alone_and_ended_lanes_stand_still() -> None:
    policy, states = near_balance(10, Linear, 0.4), starts(10, 2)
    before = states.copy()
    short, long = run(policy, SYSTEM, states, 100), run(policy, SYSTEM, states, 300)
    assert np.array_equal(states, before)
    ended = ~short.living
    assert 0 < ended.sum() < ended.size
    assert np.array_equal(short.states[ended], long.states[ended])
    assert (short.steps[short.living] == 100).all()


def test_a_film_shows_the_first_network_from_start_to_end() -> None:
    policy, start = near_balance(5, Linear, 2.0), starts(1, 1)[0, 0]
    outcome = run(policy.take(np.array([0])), SYSTEM, start[None, None], 50)
    states = film(policy, SYSTEM, start, 50)
    assert len(states) == outcome.steps[0, 0] + 1
    assert np.array_equal(states[0], start)
    assert np.array_equal(states[-1], outcome.states[0, 0])


@pytest.mark.parametrize("task", TASKS, ids=str)
@pytest.mark.parametrize("kind", [Linear, Leaky])
def test_fitness_does_not_depend_on_who_else_is_evaluated(task: Task, kind: Callable[[Floats], Policy]) -> None:
    policy = kind(random_linear(23, task.inputs, task.outputs, seed=1).weights)
    whole = task.evaluate(policy, np.random.default_rng(5)).fitness
    assert whole.shape == (23,)
    assert np.isfinite(whole).all()
    for rows in (np.arange(23)[::-1], np.array([4]), np.array([20, 3, 3, 11])):
        assert np.array_equal(task.evaluate(policy.take(rows), np.random.default_rng(5)).fitness, whole[rows])
