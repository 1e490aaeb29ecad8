"""The dual task: hand-made drivers, scores known beforehand, and every step against a slow oracle."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import atan2, cos, degrees, hypot, pi, radians, sin

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.checks import check_task
from neatcore.interfaces import Evaluation, Floats, Policy, Scene
from tasks.dual import Driving, DualTask, scored
from tasks.dual.courses import COURSES, FIELD, HALLWAY, NEAR, Course
from tasks.dual.scene import placed
from tests.tasks.policies import Reflex, random_linear
from tests.tasks.test_maze import meeting

FAN = np.linspace(-1.3398, 1.3398, 5)


def reflex(function: Callable[[Floats], Floats]) -> Policy:
    return Reflex(function, 9, 3)


def steered(turn: Floats) -> Floats:
    """Full speed ahead, turning to the right by so much."""
    return np.stack([np.clip(-turn, 0, 1), np.ones_like(turn), np.clip(turn, 0, 1)], axis=-1)


def by_radar(seen: Floats) -> Floats:
    quarter = np.argmax(seen[..., 5:], axis=-1)
    return steered(np.select([quarter == 3, quarter > 0], [-1.0, 1.0], 0.0))


def by_walls(seen: Floats) -> Floats:
    return steered(seen[..., 4] - seen[..., 0])


def by_both(seen: Floats) -> Floats:
    inside = (seen[..., :5] < 1).any(axis=-1, keepdims=True)
    return np.where(inside, by_walls(seen), by_radar(seen))


@pytest.mark.parametrize("radars", ["both", "food"])
def test_each_task_needs_a_sense_of_its_own_and_one_driver_has_both(radars: str) -> None:
    task = DualTask(radars=radars)
    told = [task.evaluate(reflex(each), default_rng(0)) for each in (by_radar, by_walls, by_both)]
    done = [[each.info[part][0] == 1.0 for part in ("hallway", "food")] for each in told]
    assert done == [[False, True], [True, False], [True, True]]
    assert [each.solved.tolist() for each in told if each.solved is not None] == [[False], [False], [True]]
    assert told[2].fitness.tolist() == [2.0]
    assert told[2].info["eaten"].tolist() == [4]


def test_standing_still_scores_the_distances_at_the_start() -> None:
    found = DualTask(steps=30).evaluate(reflex(lambda seen: np.zeros((*seen.shape[:2], 3))), default_rng(0))
    hallway = 1 - hypot(255 - 394, 393 - 184) / 650
    food = (1 - hypot(297 - 171, 604 - 517) / 593.246) / 4
    assert (found.info["hallway"][0], found.info["food"][0]) == pytest.approx((hallway, food))
    assert found.fitness == pytest.approx(hallway + food)


def test_scores_of_given_ends() -> None:
    ends = np.zeros((3, 6))
    ends[:, :2], ends[:, 5] = [FIELD.goals[2] + (30, 40), FIELD.start, (0, 0)], [2, 0, 4]
    assert scored(FIELD, ends) == pytest.approx([(3 - 50 / 593.246) / 4, (1 - hypot(126, 87) / 593.246) / 4, 1])


def gap(x: float, y: float, wall: Floats) -> float:
    """The distance from a point to a wall."""
    along = wall[2:] - wall[:2]
    share = float(np.clip(((x, y) - wall[:2]) @ along / (along @ along), 0, 1))
    return hypot(*(wall[:2] + share * along - (x, y)))


def oracle(course: Course, outputs: Floats) -> list[list[float]]:
    """x, y, goals reached and all readings after each step, by the maths library."""
    (x, y), heading, reached, told = course.start, 1.5 * pi, 0, []
    for left, forward, right in outputs:
        heading += 4.28 * 0.2 * (right - left)
        there = x + 20 * 0.2 * forward * cos(heading), y + 20 * 0.2 * forward * sin(heading)
        if all(gap(*there, wall) >= 10.5 for wall in course.walls):
            x, y = there
        reached += hypot(x - course.goals[reached][0], y - course.goals[reached][1]) < 20
        if reached == len(course.goals):
            return [*told, [x, y, reached]]
        ranges = [min([50.5, *(meeting((x, y), degrees(heading + angle), wall) for wall in course.walls)]) for angle in FAN]
        ranges = [min((each - 10.5) / 40, 1) for each in ranges]
        goal = course.goals[reached]
        quarter = int(((degrees(atan2(goal[1] - y, goal[0] - x) - heading) + 45) % 360) // 90)
        told.append([x, y, reached, *(each if each > 0.25 else 0.0 for each in ranges), *np.eye(4)[quarter]])
    return told


@pytest.mark.parametrize("course", COURSES, ids=["hallway", "field"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drives_go_as_step_by_step(course: Course, seed: int) -> None:
    system, rng = Driving(course, told=True), default_rng(seed)
    states, living, steps = course.first[None, None].copy(), np.ones((1, 1), np.bool_), np.zeros((1, 1), np.int64)
    seen = system.observe(states)
    wanted, found = [], []
    while living[0, 0] and steps[0, 0] < 500:  # by radar, with some noise: against walls in the hallway
        outputs = np.clip(by_radar(seen) + rng.normal(0, 0.3, (1, 1, 3)), 0, 1)
        wanted.append(outputs[0, 0])
        system.advance(states, outputs, living, steps, seen)
        found.append([*states[0, 0, [0, 1, 5]], *seen[0, 0]])
    slow = oracle(course, np.array(wanted))
    assert len(slow) == len(found)
    stood = sum(one[:2] == other[:2] for one, other in pairwise(found))
    assert (stood > 5) if len(course.walls) else (slow[-1][2] == 4)
    for one, other in zip(slow, found, strict=True):
        assert other[: len(one)] == pytest.approx(one, abs=1e-8)


def test_radars_can_be_told_of_food_alone() -> None:
    states = HALLWAY.first[None, None]
    both, without = (Driving(HALLWAY, told).observe(states)[0, 0] for told in (True, False))
    assert both.tolist() == [*without[:5], 1, 0, 0, 0]
    assert without[5:].tolist() == [0, 0, 0, 0]
    assert Driving(FIELD, told=True).observe(FIELD.first[None, None])[0, 0].tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 1]


def test_the_robot_fits_through_the_hallway() -> None:
    """The corridor is wide enough for the robot everywhere on the straight lines between its corners."""
    corners = np.array([HALLWAY.start, (254, 318), (394, 318), HALLWAY.goals[0]])
    for one, other in pairwise(corners):
        for share in np.linspace(0, 1, 50):
            assert min(gap(*(one + share * (other - one)), wall) for wall in HALLWAY.walls) > 10.5


@pytest.mark.parametrize("radars", ["both", "food"])
def test_it_keeps_the_laws_of_a_task(radars: str) -> None:
    task = DualTask(radars=radars)
    check_task(task, random_linear(8, 9, 3, scale=2.0))
    inputs, outputs = task.places
    assert len(np.unique(inputs, axis=0)) == 9
    assert (inputs[:5, 1].tolist(), inputs[5:, 1].tolist(), outputs[:, 1].tolist()) == ([-1.0] * 5, [-1.2] * 4, [1.0] * 3)


def test_what_is_shown_is_what_was_driven() -> None:
    task, policy = DualTask(), reflex(by_both)
    scene, way, found = (
        task.show(policy, default_rng(0)),
        task.trace(policy, default_rng(0)),
        task.evaluate(policy, default_rng(0)),
    )
    assert isinstance(scene, Scene)
    assert isinstance(way, np.ndarray)
    assert isinstance(found, Evaluation)
    assert scene.caption.startswith("left: the hallway, at its end after ")
    assert scene.caption.endswith("; right: food, 4 of 4 eaten")
    (cut,) = np.flatnonzero(np.isnan(way[:, 0]))
    assert found.behaviour is not None
    assert found.behaviour[0].tolist() == [*way[cut - 1], *way[-1]]
    robots = [shape for shape in scene.shapes if shape.kind == "disc" and shape.colour == "accent"]
    for robot, ends in zip(robots, ((way[0], way[cut - 1]), (way[cut + 1], way[-1])), strict=True):
        assert robot.points[[0, -1], 0] == pytest.approx(np.array(ends))
    for shape in (*scene.shapes, *task.chart.shapes):
        near = shape.points[np.abs(shape.points[..., 0]) < 1e4]
        assert near[:, 0].min() >= scene.x[0]
        assert near[:, 0].max() <= scene.x[1]
        assert np.abs(near[:, 1]).max() <= scene.y[1]


def test_the_chart_keeps_distances() -> None:
    for place, course in enumerate(COURSES):
        ends = placed(place, np.array([course.start, course.goals[0]]))
        assert hypot(*(ends[1] - ends[0])) == pytest.approx(hypot(*(course.goals[0] - course.start)))
        assert atan2(*(ends[1] - ends[0])) == pytest.approx(atan2(*((course.goals[0] - course.start) * (1, -1))))


def test_a_robot_that_drives_away_is_kept_at_the_edge_of_the_field() -> None:
    task = DualTask()
    away = reflex(lambda seen: np.broadcast_to([0.0, 1.0, 0.0], (*seen.shape[:2], 3)).copy())
    found, way, field = task.evaluate(away, default_rng(0)), task.trace(away, default_rng(0)), task._drives(away)[1]
    assert field[-1, :2] == pytest.approx((297, 604 - 225 * 4))
    assert found.info["food"][0] == pytest.approx((1 - hypot(126, 604 - 225 * 4 - 517) / 593.246) / 4)
    assert found.info["food"][0] < 0
    assert found.behaviour is not None
    assert found.behaviour[0, 2:].tolist() == way[-1].tolist()
    assert way[-1, 1] == pytest.approx(task.chart.y[1] - 4 - 10.5)


def test_a_place_is_reached_within_twenty() -> None:
    """Straight up at full speed, from so far below the end of a course without walls."""
    course = Course(np.empty((0, 4)), (0.0, 0.0), np.array([[0.0, -60.0]]), 650.0)
    for distance, steps in ((60, 11), (59, 10)):
        system = Driving(Course(course.walls, (0.0, distance - 60.0), course.goals, 650.0), told=True)
        states, living, taken = system.course.first[None, None].copy(), np.ones((1, 1), np.bool_), np.zeros((1, 1), np.int64)
        seen = system.observe(states)
        while living[0, 0]:
            system.advance(states, np.array([[[0.0, 1.0, 0.0]]]), living, taken, seen)
        assert taken[0, 0] == steps
        assert abs(states[0, 0, 1] + 60) < NEAR
        assert radians(states[0, 0, 2]) == pytest.approx(1.5 * pi)
