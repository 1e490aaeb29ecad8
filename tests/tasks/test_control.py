"""Controllers written by hand balance; fitness is what the papers say."""

from __future__ import annotations

from itertools import product
from typing import Literal

import numpy as np
import pytest
from pydantic import ValidationError

from neatcore.interfaces import Floats, Policy, Scene
from tasks.control import CartPole, DoublePole, DoublePoleHidden, damping_fitness, other_starts
from tasks.lockstep import Outcome, film
from tests.tasks.policies import Difference, Linear

RNG = np.random.default_rng  # a shorter name for what every call gets
ONE = np.array([0.5, 0.4, 4.0, 2.5, 0.0])  # pushes towards where the pole leans and moves
TWO = np.array([-0.16, -0.17, -1.19, -1.22, 1.0, 0.32, 0.0])  # linear-quadratic regulators, found offline
HIDDEN = np.array([[-0.16, -1.19, 1.0], [-20.4, -15.86, 4.16]])


def networks(*weights: Floats) -> Linear:
    return Linear(np.array(weights)[:, None])


@pytest.mark.parametrize("force", ["discrete", "continuous"])
def test_a_controller_balances_one_pole(force: Literal["discrete", "continuous"]) -> None:
    evaluation = CartPole(force=force, episodes=20).evaluate(networks(ONE, -ONE), RNG(1))
    assert evaluation.fitness[0] == 500
    assert evaluation.fitness[1] < 60
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True, False]


def test_one_pole_falls_at_once_under_a_constant_push() -> None:
    """Steps counted by hand-written arithmetic: the explicit rule with sine and cosine of the maths library."""
    x, speed, angle, spin, steps = 0.0, 0.0, 0.0, 0.0, 0
    while abs(x) <= 2.4 and abs(angle) <= np.radians(12):
        pull = (10 + 0.05 * spin**2 * np.sin(angle)) / 1.1
        turn = (9.8 * np.sin(angle) - np.cos(angle) * pull) / (0.5 * (4 / 3 - 0.1 * np.cos(angle) ** 2 / 1.1))
        x, speed = x + 0.02 * speed, speed + 0.02 * (pull - 0.05 * turn * np.cos(angle) / 1.1)
        angle, spin, steps = angle + 0.02 * spin, spin + 0.02 * turn, steps + 1
    evaluation = CartPole(spread=0, episodes=1).evaluate(networks(np.array([0, 0, 0, 0, 1.0])), RNG(0))
    assert evaluation.fitness.tolist() == [steps]


def test_a_controller_balances_two_poles() -> None:
    evaluation = DoublePole(steps=5_000).evaluate(networks(0 * TWO, TWO, -TWO), RNG(0))
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [False, True, False]
    assert evaluation.fitness[1] == evaluation.info["steps"][1] == 5_000
    assert evaluation.fitness[[0, 2]].max() < 100


def test_failing_in_the_very_last_step_is_no_solution() -> None:
    steps = int(DoublePole().evaluate(networks(0 * TWO), RNG(0)).fitness[0])
    last = DoublePole(steps=steps).evaluate(networks(0 * TWO), RNG(0))
    before = DoublePole(steps=steps - 1).evaluate(networks(0 * TWO), RNG(0))
    assert last.solved is not None
    assert before.solved is not None
    assert (last.solved[0], before.solved[0]) == (False, True)


def test_a_controller_solves_two_poles_without_velocities() -> None:
    verdict = DoublePoleHidden(endurance=3_000).examine(Difference(HIDDEN), RNG(0))
    assert verdict.solved
    assert verdict.info["endurance"] == 3_000
    assert 500 < verdict.info["generalisation"] < 625


def test_too_few_starts_passed_is_no_solution() -> None:
    assert not DoublePoleHidden(endurance=1_000, passes=625).examine(Difference(HIDDEN), RNG(0)).solved


def test_a_network_that_falls_early_is_not_tested_on_other_starts() -> None:
    policy = networks(np.zeros(4))
    steps = DoublePoleHidden().evaluate(policy, RNG(0)).info["steps"][0]
    verdict = DoublePoleHidden().examine(policy, RNG(0))
    assert (verdict.solved, verdict.info) == (False, {"endurance": steps, "generalisation": -1})


def test_damping_fitness_is_gruaus() -> None:
    """Against a direct transcription, from the states of an episode."""
    task, policy = DoublePoleHidden(endurance=1), Difference(HIDDEN * 0.9)
    start = np.append([0, 0, np.radians(4), 0, 0, 0], np.zeros(100))
    states = film(policy, task._system, start, 1_000)[1:]
    unrest = [sum(abs(value) for value in state[:4]) for state in states]
    t = len(states)
    assert t == 1_000
    expected = 0.1 * t / 1000 + 0.9 * 0.75 / sum(unrest[-100:])
    assert task.evaluate(policy, RNG(0)).fitness[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("steps", "expected"), [(40, 0.004), (100, 0.01), (101, 0.0101 + 0.9 * 0.75 / 5), (1000, 0.1 + 0.135)])
def test_damping_counts_after_a_hundred_steps(steps: int, expected: float) -> None:
    states = np.full((1, 1, 106), 0.05)
    outcome = Outcome(states, np.zeros((1, 1), np.bool_), np.full((1, 1), steps))
    assert damping_fitness(outcome, 1_000)[0] == pytest.approx(expected)


def test_the_625_starts_are_the_published_grid() -> None:
    starts = other_starts()
    assert starts.shape == (625, 6)
    assert (starts[:, 4:] == 0).all()
    steps = (0.05, 0.25, 0.5, 0.75, 0.95)
    ranges = ((4.32, 2.16), (2.70, 1.35), (0.12566304, 0.06283152), (0.30019504, 0.15009752))
    expected = {
        tuple(round(v * span - low, 12) for v, (span, low) in zip(vs, ranges, strict=True)) for vs in product(steps, repeat=4)
    }
    assert {tuple(round(float(value), 12) for value in start[:4]) for start in starts} == expected
    assert starts[312, :4] == pytest.approx(np.zeros(4))


@pytest.mark.parametrize("task", [CartPole(), DoublePole(), DoublePoleHidden()], ids=str)
def test_a_drawn_episode_moves_smoothly(task: CartPole | DoublePole | DoublePoleHidden) -> None:
    policies: dict[int, Policy] = {4: networks(ONE), 6: networks(TWO), 3: Difference(HIDDEN)}
    scene = task.show(policies[task.inputs], RNG(0))
    assert isinstance(scene, Scene)
    lengths = {len(shape.points) for shape in scene.shapes}
    assert lengths == {1, 251}  # ten seconds, and what stands still
    assert 25 <= scene.rate <= 50
    for shape in scene.shapes:
        assert np.abs(np.diff(shape.points, axis=0)).max(initial=0) < 0.1
        assert (shape.points[..., 0] >= scene.x[0]).all()
        assert (shape.points[..., 0] <= scene.x[1]).all()
        assert (shape.points[..., 1] <= scene.y[1]).all()


@pytest.mark.parametrize(("key", "value"), [("steps", 0), ("angle", 36.0), ("angle", float("nan")), ("speed", 1)])
def test_parameters_out_of_range_are_refused(key: str, value: float) -> None:
    with pytest.raises(ValidationError, match=key):
        DoublePole.model_validate({key: value})
