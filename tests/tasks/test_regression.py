"""Toy regression: the points, distances by hand, what is taught, what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.interfaces import Curve, Curved, Floats, Generalising, Ints, Named, Policy, Showable, State, Teaching
from tasks.regression import ToyRegression

UNIT, HEIGHT = 4 / 3**0.5, 64 / 7**0.5


@dataclass(frozen=True)
class Functions:
    """Networks that each answer a function of x, in the units of the task."""

    functions: tuple[Callable[[Floats], Floats], ...]
    inputs: int = 1
    outputs: int = 1

    @property
    def size(self) -> int:
        return len(self.functions)

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        return state, np.stack([f(UNIT * x) / HEIGHT for f, x in zip(self.functions, inputs, strict=True)])

    def take(self, rows: Ints, /) -> Policy:
        return Functions(tuple(self.functions[row] for row in rows))


def cubic(x: Floats) -> Floats:
    return x**3


def higher(x: Floats) -> Floats:
    return x**3 + 2 * (np.abs(x) <= 4) + 5 * (np.abs(x) > 4)


def test_it_plays_all_its_roles() -> None:
    assert all(isinstance(ToyRegression(), role) for role in (Teaching, Generalising, Showable, Named, Curved))


def test_points_are_as_many_as_wished_around_the_curve() -> None:
    x, y = ToyRegression(points=4000).taught.T
    assert (x.min() < -3.9, x.max() > 3.9, np.abs(x).max() <= 4) == (True, True, True)
    assert np.std(y - x**3) == pytest.approx(3, rel=0.05)
    assert np.mean(y - x**3) == pytest.approx(0, abs=0.15)
    assert np.array_equal(ToyRegression().taught, ToyRegression().taught)
    assert not np.array_equal(ToyRegression().taught, ToyRegression(seed=1).taught)
    exact = ToyRegression(noise=0.0, reach=2.0).taught
    assert np.array_equal(exact[:, 1], exact[:, 0] ** 3)


def test_units_are_the_deviations_of_x_and_of_its_cube() -> None:
    x = np.linspace(-3, 3, 100_001)
    assert ToyRegression(reach=3.0).units == pytest.approx((np.std(x), np.std(x**3)), rel=1e-3)


def test_all_points_are_taught_once_a_pass() -> None:
    task = ToyRegression()
    batches = list(task.batches(8, default_rng(0)))
    assert [len(x) for x, _ in batches] == [8, 8, 4]
    taught = np.concatenate([np.concatenate([UNIT * x, HEIGHT * y], axis=1) for x, y in batches])
    assert not np.allclose(taught, task.taught)
    assert np.allclose(np.sort(taught, axis=0), np.sort(task.taught, axis=0), atol=1e-4)


def test_fitness_is_minus_the_distance_from_the_curve() -> None:
    task, policy = ToyRegression(goal=1.0), Functions((cubic, higher, np.zeros_like))
    found = task.evaluate(policy, default_rng(0))
    x = np.linspace(-4, 4, 161)
    assert found.fitness == pytest.approx([0, -2, -np.sqrt(np.mean(x**6))], abs=1e-9)
    assert found.solved is not None
    assert found.solved.tolist() == [True, False, False]
    assert ToyRegression().evaluate(policy, default_rng(0)).solved is None
    beyond = [task.generalise(policy.take(np.array([row])), default_rng(0))["error_beyond"] for row in range(2)]
    assert beyond == pytest.approx([0, 5], abs=1e-9)


def test_the_curve_is_of_all_networks_and_what_is_shown_of_the_first() -> None:
    task, policy = ToyRegression(), Functions((higher, cubic))
    found, shown = task.curve(policy), task.show(policy, default_rng(0))
    assert isinstance(shown, Curve)
    assert (found.places[0], found.places[-1], found.answers.shape) == (-6, 6, (2, 241))
    assert np.allclose(found.answers[1], found.truth)
    assert np.array_equal(shown.answers, found.answers[:1])
    assert np.array_equal(found.points, task.taught)
