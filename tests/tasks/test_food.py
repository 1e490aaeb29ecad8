"""Food gathering: scores known beforehand, the kernel against a slow oracle, the robots that are given up too early: none."""

from __future__ import annotations

from math import cos, hypot, pi, sin

import numpy as np
import pytest
from pydantic import ValidationError

from neatcore.checks import check_task
from neatcore.interfaces import Floats, Policy, Scene
from tasks import asking
from tasks.food import FoodGathering, directions, kernels
from tests.tasks.policies import Sums, sigmoid, weight_of

RNG = np.random.default_rng


def direct(n: int) -> Floats:
    """Weights that go to where the food is and hold back all else."""
    return np.where(np.eye(n) > 0, 3.0, -3.0)


def gaussian(task: FoodGathering) -> Floats:
    """Weights of a CPPN that sees how much further than the ring's gap an effector is from a sensor: 2 exp(-16 (d - 1/2)²) - 1."""
    inputs, outputs = task.places
    d = np.sqrt(((outputs[:, None] - inputs[None]) ** 2).sum(axis=2))
    return weight_of(2.0 * np.exp(-16.0 * (d - 0.5) ** 2) - 1.0)


def networks(*weights: Floats) -> Policy:
    return Sums(np.array(weights), sigmoid)


def oracle(task: FoodGathering, answers: Floats) -> tuple[list[bool], list[int]]:
    """Step by step with the maths library: whether each trial of one network ends at its food, and when. answers (n, n)."""
    n = task.sensors
    angles = [2 * pi * i / n for i in range(n)]
    ends: list[tuple[bool, int]] = []
    for trial in range(2 * n):
        x, y = (task.distance * f(pi * trial / n) for f in (cos, sin))
        reading, found = trial // 2, False
        for step in range(1, task.time + 1):
            along = [x * cos(angle) + y * sin(angle) for angle in angles]
            if max(along) - along[reading] > 1e-9:
                reading = along.index(max(along))
            outputs = [min(max(value, 0.0), 1.0) for value in answers[reading]]
            heading = int(np.argmax(answers[reading]))
            speed = task.speed * outputs[heading] * outputs[heading] / sum(outputs) if sum(outputs) else 0.0
            x, y = x - speed * cos(angles[heading]), y - speed * sin(angles[heading])
            found = hypot(x, y) <= task.radius + 1e-9
            ends.append((found, step))
            if found:
                break
        ends = ends[:trial] + ends[-1:]
    return [found for found, _ in ends], [steps for _, steps in ends]


@pytest.mark.parametrize(("n", "steps", "slower"), [(8, 10.5, 20.5), (16, 10, 38.5), (32, 10, 76.5), (64, 10, 143), (128, 10, 283)])
def test_known_weights(n: int, steps: float, slower: float) -> None:
    """Direct weights reach all food at once; a Gaussian of distance does too, but slows as more effectors are excited along."""
    task = FoodGathering(sensors=n)
    evaluation = task.evaluate(networks(direct(n), gaussian(task), np.zeros((n, n))), RNG(0))
    assert evaluation.info["steps"][:2].tolist() == [steps, slower]
    assert evaluation.info["collected"][:2].tolist() == [1, 1]
    assert evaluation.info["collected"][2] <= 0.0625
    assert evaluation.fitness[:2] == pytest.approx([10_000 + (1_000 - steps) * 2 * n, 10_000 + (1_000 - slower) * 2 * n])
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True, True, False]


def test_fitness_by_hand() -> None:
    """One of four answers leads anywhere. Straight ahead, 95 to go, are 10 steps of 10. From a border the robot goes one step
    aside, and then hears from another sensor, at which it stands still."""
    answers = np.zeros((4, 4))
    answers[0, 0] = 1.0
    evaluation = FoodGathering(sensors=4).evaluate(Sums(answers[None].swapaxes(1, 2)), RNG(0))
    assert evaluation.info["collected"] == 1 / 8
    assert evaluation.fitness == 10_000 / 8 + 8_000 - (10 + 7 * 1_000)
    assert evaluation.behaviour is not None
    assert evaluation.behaviour.tolist() == [[1, 0, 0, 0, 0, 0, 0, 0]]


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 9, 16, 33])
def test_the_kernel_against_the_oracle(n: int) -> None:
    """Answers from hardly better than random to nearly right, negative ones, silent ones, and ones beyond 1."""
    task = FoodGathering(sensors=n, time=120)
    rng = RNG(n)
    towards = 2 * np.cos(2 * pi * (np.arange(n)[:, None] - np.arange(n)) / n) - 1
    answers = [sigmoid(skill * towards + rng.normal(size=(n, n))) for skill in (0, 0.5, 1, 2, 4, 8)]
    answers += [rng.normal(size=(n, n)) + towards, rng.normal(size=(n, n)) - 1.5, np.zeros((n, n)), -np.ones((n, n)), 3 * towards]
    evaluation = task.evaluate(Sums(np.array(answers).swapaxes(1, 2)), RNG(0))
    headings, moves = task._plan(Sums(np.array(answers).swapaxes(1, 2)))
    eaten, steps = task._gather(headings, moves)
    for row, given in enumerate(answers):
        assert (eaten[row].tolist(), steps[row].tolist()) == oracle(task, given), row
    assert evaluation.info["collected"].tolist() == eaten.mean(axis=1).tolist()
    assert len(np.unique(evaluation.fitness)) >= 4


@pytest.mark.parametrize("n", [4, 7, 8, 13, 32])
def test_robots_given_up_for_lost_never_come_nearer(n: int) -> None:
    """Some networks lose robots; whatever the speeds, from anywhere that such a sensor reads, no step is towards the food."""
    rng, found = RNG(n), 0
    axes = directions(n)
    for _ in range(60):
        headings = rng.integers(n, size=n)
        headings = np.where(rng.random(n) < 0.5, (np.arange(n) + n // 2 + rng.integers(2, size=n)) % n, headings)
        lost = np.empty(n, np.bool_)
        kernels.mark_lost(headings, lost)
        for i in np.flatnonzero(lost).tolist():
            found += 1
            turn = 2 * pi / n * (i + rng.uniform(-0.5, 0.5))
            food, speeds = 20 * np.array([cos(turn), sin(turn)]), rng.uniform(0.1, 10, n)
            for _ in range(200):
                reading = int(np.argmax(axes @ food))
                after = food - speeds[reading] * axes[headings[reading]]
                assert np.hypot(*after) >= np.hypot(*food) - 1e-9
                food = after
    assert found > 10


@pytest.mark.parametrize("n", [3, 8, 100, 1024])
def test_the_nearest_sensor(n: int) -> None:
    axes = directions(n)
    for x, y in RNG(n).normal(size=(200, 2)).tolist():
        assert kernels.nearest(axes, n // 3, x, y) == np.argmax(axes @ (x, y))
    assert kernels.nearest(axes, 0, 0.0, 0.0) in range(n)


def test_directions_are_evenly_spread() -> None:
    turns = 2 * pi * np.arange(48) / 48
    assert directions(48) == pytest.approx(np.stack([np.cos(turns), np.sin(turns)], axis=1), abs=1e-15)


def test_rings_and_rows() -> None:
    inputs, outputs = FoodGathering(sensors=4).places
    assert inputs == pytest.approx(np.array([[0.5, 0], [0, 0.5], [-0.5, 0], [0, -0.5]]))
    assert np.array_equal(outputs, 2 * inputs)
    inputs, outputs = FoodGathering(sensors=5, layout="parallel").places
    assert inputs.tolist() == [[-1, -1], [-0.5, -1], [0, -1], [0.5, -1], [1, -1]]
    assert outputs.tolist() == [[-1, 1], [-0.5, 1], [0, 1], [0.5, 1], [1, 1]]


def test_questions_asked_in_parts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    task = FoodGathering(sensors=20)
    policy = networks(direct(20), gaussian(task), RNG(0).normal(size=(20, 20)))
    whole = task.evaluate(policy, RNG(0)).fitness
    monkeypatch.setattr(asking, "PART", 60)
    assert np.array_equal(task.evaluate(policy, RNG(0)).fitness, whole)


@pytest.mark.parametrize("layout", ["concentric", "parallel"])
@pytest.mark.parametrize("n", [2, 8, 37])
def test_it_keeps_the_laws_of_a_task(layout: str, n: int) -> None:
    check_task(FoodGathering.model_validate({"layout": layout, "sensors": n, "time": 200}))


def test_a_larger_world_is_the_same_world() -> None:
    """Distance, speed and radius in another unit."""
    policy = networks(direct(8), RNG(1).normal(size=(8, 8)) + np.eye(8))
    small, large = FoodGathering(), FoodGathering(distance=6_400, speed=640, radius=320)
    assert np.array_equal(small.evaluate(policy, RNG(0)).fitness, large.evaluate(policy, RNG(0)).fitness)


@pytest.mark.parametrize(("n", "trials"), [(2, 4), (8, 16), (9, 16), (64, 16), (100, 16)])
def test_what_is_shown(n: int, trials: int) -> None:
    """Robots leave the middle, and in the end stand at their food, green, or not."""
    task = FoodGathering(sensors=n)
    for weights in (direct(n), np.zeros((n, n))):
        scene = task.show(networks(weights), RNG(0))
        assert isinstance(scene, Scene)
        (robots,) = (shape for shape in scene.shapes if shape.colour == "ink")
        (waiting,) = (shape for shape in scene.shapes if shape.colour == "second")
        (eaten,) = (shape for shape in scene.shapes if shape.colour == "good")
        assert robots.points.shape[1:] == (trials, 2)
        assert (robots.points[0] == 0).all()
        assert np.hypot(*waiting.points[0].T) == pytest.approx(np.full(trials, 100))
        assert {len(shape.points) for shape in scene.shapes} == {1, len(robots.points)}
        arrived = np.hypot(*(robots.points[-1] - waiting.points[0]).T) <= 5
        assert np.array_equal(arrived, np.abs(eaten.points[-1]).max(axis=1) <= 100)
        assert (np.abs(eaten.points[0]) > scene.x[1]).all()
        trails = [shape for shape in scene.shapes if shape.colour in ("accent", "bad")]
        assert [shape.colour == "accent" for shape in trails] == arrived.tolist()
        assert all(np.array_equal(shape.points[:, -1], robots.points[:, k]) for k, shape in enumerate(trails))


def test_both_kinds_of_trial_are_shown() -> None:
    scene = FoodGathering(sensors=32).show(networks(direct(32)), RNG(0))
    (waiting,) = (shape for shape in scene.shapes if shape.colour == "second")
    places = np.round(np.arctan2(*waiting.points[0].T[::-1]) / (pi / 32)).astype(int) % 64
    assert len(np.unique(places)) == 16
    assert (places % 2).tolist() == [0, 1] * 8


@pytest.mark.parametrize(
    ("key", "value"),
    [("sensors", 1), ("sensors", 1_025), ("layout", "square"), ("radius", 0), ("time", 0), ("speed", -1), ("n", 8)],
)
def test_parameters_out_of_range_are_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        FoodGathering.model_validate({key: value})
