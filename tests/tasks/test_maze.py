"""Mazes: sensors against plain geometry, robots that pass no wall, mirrored mazes, drives known beforehand, wrong files."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import atan2, cos, degrees, hypot, inf, radians, sin
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from pydantic import ValidationError

from neatcore.checks import check_task
from neatcore.errors import InputError
from neatcore.interfaces import Floats, Policy, Scene
from tasks.lockstep import film
from tasks.maze import Driving, Maze, kernels
from tasks.maze.robots import ROBOTS
from tasks.maze.world import MAZES, World, read, world_of
from tests.tasks.policies import Linear, random_linear

CLASSIC = "4\n30 40\n90\n70 80\n0 0 100 0\n100 0 100 100\n100 100 0 100\n0 100 0 0\n"


def meeting(origin: tuple[float, float], angle: float, wall: Floats) -> float:
    """How far away a ray meets a wall, by Cramer's rule on origin + t·d = a + u·(b - a)."""
    d = cos(radians(angle)), sin(radians(angle))
    a, e = wall[:2] - origin, wall[2:] - wall[:2]
    matrix = np.array([[d[0], -e[0]], [d[1], -e[1]]])
    if abs(np.linalg.det(matrix)) < 1e-12:
        return inf
    t, u = np.linalg.solve(matrix, a)
    return float(t) if t >= 0 and -1e-12 <= u <= 1 + 1e-12 else inf


def random_places(world: World, count: int, rng: Generator) -> Floats:
    """States (count, 6) all over a maze, some of them touching walls."""
    (left, right), (top, bottom) = world.box
    states = np.zeros((count, 6))
    states[:, :3] = rng.uniform((left, top, -400), (right, bottom, 800), (count, 3))
    return states


@pytest.mark.parametrize("maze", MAZES)
def test_sensors_are_plain_geometry(maze: str) -> None:
    task = Maze(maze=maze)
    reach, offset, scale, least = task.body.sensors
    states = random_places(task.world, 60, default_rng(1))
    seen = Driving(task.world, task.body).observe(states[:, None])[:, 0]
    for (x, y, heading), readings in zip(states[:, :3].tolist(), seen, strict=True):
        for angle, reading in zip(task.body.angles, readings):
            distance = min(reach, *(meeting((x, y), heading + angle, wall) for wall in task.world.walls))
            value = min((distance - offset) / scale, 1.0)
            assert reading == pytest.approx(value if value > least else 0.0, abs=1e-9)
        bearing = (degrees(atan2(task.world.goal[1] - y, task.world.goal[0] - x)) - heading) % 360
        assert readings[len(task.body.angles) :].tolist() == [float(int((bearing + 45) // 90) % 4 == side) for side in range(4)]


@pytest.mark.parametrize(
    ("wall", "angle", "distance"),
    [
        ((10, -5, 10, 5), 0, 10),  # straight ahead
        ((10, 0, 10, 5), 0, 10),  # its end
        ((10, 1, 10, 5), 0, inf),  # just beside
        ((-10, -5, -10, 5), 0, inf),  # behind
        ((5, 0, 9, 0), 0, 5),  # along the ray
        ((-5, 0, 9, 0), 0, 0),  # from behind to before
        ((-9, 0, -5, 0), 0, inf),  # along the ray, behind
        ((5, 1, 9, 1), 0, inf),  # parallel
        ((3, 3, 3, 3), 45, hypot(3, 3)),  # a point
        ((0, 7, 7, 0), 45, 7 / 2**0.5),
    ],
)
def test_rays_and_walls(wall: tuple[float, ...], angle: float, distance: float) -> None:
    d = (1.0, 0.0) if angle == 0 else (2**-0.5, 2**-0.5)
    assert kernels.crossing(*map(float, wall), *d) == pytest.approx(distance)


def test_directions_are_cosines_and_sines_and_exact_at_quarter_turns() -> None:
    angles = np.concatenate([default_rng(0).uniform(-1e4, 1e4, 500), np.arange(-720, 721, 45.0)])
    found = np.array([kernels.direction(angle) for angle in angles])
    turns = np.radians(np.mod(angles, 360))
    assert found == pytest.approx(np.stack([np.cos(turns), np.sin(turns)], axis=1), abs=2e-14)
    assert [kernels.direction(float(angle)) for angle in (0, 90, 180, 270, -90)] == [(1, 0), (0, 1), (-1, 0), (0, -1), (0, -1)]


@pytest.mark.parametrize("maze", MAZES)
def test_the_gap_to_a_wall_is_that_to_its_nearest_point(maze: str) -> None:
    shares = np.linspace(0, 1, 2001)[:, None]
    for x, y in random_places(MAZES[maze], 20, default_rng(2))[:, :2].tolist():
        for wall in MAZES[maze].walls:
            points = wall[:2] + shares * (wall[2:] - wall[:2])
            nearest = float(np.hypot(*(points - (x, y)).T).min())
            assert nearest - 0.1 <= kernels.gap(x, y, wall) ** 0.5 <= nearest + 1e-9


def ways(task: Maze, policy: Policy) -> list[Floats]:
    return [task._drive(policy.take(np.array([row]))) for row in range(policy.size)]


def crosses(one: Floats, other: Floats, wall: Floats) -> bool:
    """Whether a step between two places crosses a wall."""

    def side(a: Floats, b: Floats, c: Floats) -> float:
        return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    a, b = wall[:2], wall[2:]
    return side(one, other, a) * side(one, other, b) < 0 and side(a, b, one) * side(a, b, other) < 0


@pytest.mark.parametrize("maze", MAZES)
def test_no_robot_comes_nearer_to_a_wall_than_it_is_large_or_through_one(maze: str) -> None:
    task = Maze(maze=maze)
    policy = random_linear(12, task.inputs, task.outputs, scale=3.0)
    moved = 0
    for way in ways(task, policy):
        places = way[:, :2]
        for wall in task.world.walls:
            gaps = [kernels.gap(x, y, wall) for x, y in places.tolist()]
            assert min(gaps) >= task.body.radius**2 - 1e-9
            assert not any(crosses(one, other, wall) for one, other in pairwise(places))
        moved += len(np.unique(places, axis=0)) > 20
    assert moved >= 5


def constant(*outputs: float, inputs: int) -> Policy:
    """A network that always answers the same."""
    weights = np.zeros((1, len(outputs), inputs + 1))
    weights[0, :, -1] = np.array(outputs) - 0.5
    return Linear(weights)


def test_full_speed_ahead_until_the_wall() -> None:
    """From x = 10 towards a wall at 200: 0.5 faster every step, 3 at most, and no step that would come nearer than 8."""
    world = World(np.array([[200.0, -50, 200, 50]]), (10, 0), 0, (100, 40))
    way = film(constant(0.5, 1.0, inputs=10), Driving(world, ROBOTS["lehman2011"]), np.array([10.0, 0, 0, 0, 0, 0]), 100)
    assert way[:7, 0].tolist() == [10, 10.5, 11.5, 13, 15, 17.5, 20.5]
    assert way[-1].tolist() == [20.5 + 57 * 3, 0, 0, 3, 0, 0]
    assert np.diff(way[:, 0]).max() == 3


def test_turning_is_after_moving_in_one_robot_and_before_it_in_the_other() -> None:
    walls = np.array([[1e3, 0, 1e3, 1]])
    world = World(walls, (0, 0), 0, (500, 0))
    way = film(constant(1.0, 1.0, inputs=10), Driving(world, ROBOTS["lehman2011"]), np.zeros(6), 3)
    assert way[1].tolist() == [0.5, 0, 0.5, 0.5, 0.5, 0]
    assert way[2, :2] == pytest.approx([0.5 + cos(radians(0.5)), sin(radians(0.5))])
    other = ROBOTS["risi2012"]
    way = film(constant(0.0, 1.0, 1.0, inputs=9), Driving(world, other), np.zeros(6), 2)
    turn = degrees(4.28 * 0.099)
    assert way[1, 2:5] == pytest.approx([turn, 20 * 0.099, turn])
    assert way[1, :2] == pytest.approx([1.98 * cos(radians(turn)), 1.98 * sin(radians(turn))])


def mirrored(task: Maze) -> World:
    """The maze with up and down exchanged."""
    world = task.world
    return replace(
        world,
        walls=np.ascontiguousarray(world.walls * (1, -1, 1, -1)),
        start=(world.start[0], -world.start[1]),
        heading=-world.heading,
        goal=(world.goal[0], -world.goal[1]),
    )


@pytest.mark.parametrize("maze", ["medium", "hard"])
def test_in_a_mirrored_maze_a_mirrored_robot_goes_the_mirrored_way_to_the_bit(maze: str) -> None:
    task = Maze(maze=maze)
    plain = random_linear(6, task.inputs, task.outputs, scale=2.0)
    order = [4, 3, 2, 1, 0, 5, 6, 9, 8, 7, 10]  # left and right change places; then the bias
    weights = plain.weights[:, :, order].copy()
    weights[:, 0] *= -1  # turning: 0.5 + w·x turns to the right, 0.5 - w·x as much to the left
    system, start = Driving(mirrored(task), task.body), task._start * (1, -1, -1, 1, 1, 1)
    for row in range(plain.size):
        there = film(plain.take(np.array([row])), Driving(task.world, task.body), task._start, 400)
        mirror = film(Linear(weights[[row]]), system, start, 400)
        assert mirror == pytest.approx(there * (1, -1, -1, 1, -1, 1), abs=1e-6)
        assert np.array_equal(mirror[:30, :2], there[:30, :2] * (1, -1))


def test_a_quarter_turn_of_everything_changes_no_reading() -> None:
    task = Maze(maze="hard")
    world, turn = task.world, np.array([[0.0, 1.0], [-1.0, 0.0]])
    walls = np.concatenate([world.walls[:, :2] @ turn, world.walls[:, 2:] @ turn], axis=1)
    goal = np.array(world.goal) @ turn
    turned = replace(world, walls=np.ascontiguousarray(walls), goal=(float(goal[0]), float(goal[1])))
    states = random_places(world, 100, default_rng(3))
    other = states.copy()
    other[:, :2], other[:, 2] = states[:, :2] @ turn, states[:, 2] + 90
    seen = Driving(world, task.body).observe(states[:, None])
    assert Driving(turned, task.body).observe(other[:, None]) == pytest.approx(seen, abs=1e-9)


def test_a_robot_at_its_goal_stays_there_and_solves_the_maze(tmp_path: Path) -> None:
    task = Maze(maze=str(classic(tmp_path, CLASSIC.replace("90\n", "0\n").replace("70 80", "75 40"))))
    evaluation = task.evaluate(constant(0.5, 1.0, inputs=10), default_rng(0))
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True]
    assert evaluation.behaviour is not None
    assert evaluation.behaviour.tolist() == [
        [70.5, -40.0]
    ]  # 0.5, 1, 1.5, 2, 2.5 and then 3 a step, until it is nearer than 5 to 75
    assert evaluation.fitness.tolist() == [300 - 4.5]
    assert evaluation.info["steps"].tolist() == [16]


def test_fitness_never_falls_below_a_tenth(tmp_path: Path) -> None:
    wide = CLASSIC.replace("100", "1000").replace("70 80", "900 900")
    task = Maze(maze=str(classic(tmp_path, wide)))
    evaluation = task.evaluate(constant(0.5, 0.5, inputs=10), default_rng(0))
    assert evaluation.fitness == pytest.approx(hypot(1000, 1000) - hypot(870, 860))
    assert Maze(maze="medium").evaluate(constant(0.5, 0.5, inputs=10), default_rng(0)).fitness == pytest.approx(
        300 - hypot(240, 78)
    )


def test_waypoints_count_in_order() -> None:
    task = Maze(maze="risi2012")
    path = task.world.path
    ends = np.zeros((4, 6))
    ends[:, :2] = [path[0] + (30, 40), path[3], path[6], task.world.goal]
    ends[:, 5] = [0, 3, 6, 7]
    solved = np.array([False, False, False, True])
    assert task._passed(ends, solved) == pytest.approx([1 - 50 / 650, 4, 7, 10])


def test_a_waypoint_out_of_order_is_passed_by() -> None:
    """A straight drive past the second waypoint and then the first leaves the second one ahead."""
    world = replace(world_of("medium"), walls=np.array([[0.0, 99, 1, 99]]), waypoints=((60, 0), (30, 0)), close=5.0)
    way = film(constant(0.5, 1.0, inputs=10), Driving(world, ROBOTS["lehman2011"]), np.zeros(6), 60)
    assert way[-1, 0] > 100
    assert way[-1, 5] == 1


@pytest.mark.parametrize("maze", MAZES)
@pytest.mark.parametrize("robot", ROBOTS)
def test_it_keeps_the_laws_of_a_task(maze: str, robot: str) -> None:
    task = Maze(maze=maze, robot=robot, steps=60)
    check_task(task)
    inputs, outputs = task.places
    assert max(np.abs(inputs).max(), np.abs(outputs).max()) <= (1.2 if robot == "risi2012" else 1)
    assert len(np.unique(inputs, axis=0)) == len(inputs)


@pytest.mark.parametrize("maze", ["hard", "risi2012"])
def test_what_is_shown_is_what_was_driven(maze: str) -> None:
    task = Maze(maze=maze)
    policy = random_linear(1, task.inputs, task.outputs, scale=2.0)
    scene, way = task.show(policy, default_rng(0)), task.trace(policy, default_rng(0))
    assert isinstance(scene, Scene)
    (robot,) = (shape for shape in scene.shapes if shape.kind == "disc" and len(shape.points) > 1)
    assert robot.points[0, 0].tolist() == way[0].tolist()
    assert robot.points[-1, 0].tolist() == way[-1].tolist()
    evaluation = task.evaluate(policy, default_rng(0))
    assert evaluation.behaviour is not None
    assert evaluation.behaviour[0].tolist() == way[-1].tolist()
    beams = [shape for shape in scene.shapes if shape.colour == "faint" and len(shape.points) > 1]
    reach = task.body.sensors[0]
    assert len(beams) == len(task.body.angles)
    assert max(np.hypot(*(beam.points[:, 1] - beam.points[:, 0]).T).max() for beam in beams) <= reach + 1e-9
    walls = [shape.points[0].tolist() for shape in task.chart.shapes if shape.kind == "line"]
    assert walls == [[[x1, -y1], [x2, -y2]] for x1, y1, x2, y2 in task.world.walls.tolist()]


def classic(folder: Path, text: str) -> Path:
    path = folder / "room.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_both_forms_of_a_file_are_read(tmp_path: Path) -> None:
    world = read(classic(tmp_path, CLASSIC))
    assert (world.start, world.heading, world.goal, world.steps, len(world.walls)) == ((30, 40), 90, (70, 80), 400, 4)
    later = CLASSIC.replace("4\n30", "0\n250\n4\n30", 1).replace("70 80\n", "70 80\n1 2\n")
    again = read(classic(tmp_path, later))
    assert again.steps == 250
    assert np.array_equal(again.walls, world.walls)
    assert (again.start, again.heading, again.goal) == (world.start, world.heading, world.goal)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CLASSIC.replace("4\n30", "5\n30", 1), r"room.txt says that it has 5 walls, and has 4"),
        (CLASSIC.replace("70 80", "70 up"), r"room.txt:4: 'up' is no number"),
        (CLASSIC.replace("70 80", "70 nan"), r"room.txt:4: 'nan' is not finite"),
        (CLASSIC.replace("30 40", "30 4"), r"the robot, of radius 8, does not fit at the start \(30.0, 4.0\): wall 1 is 4 away"),
        ("1 2 3", "has 3 numbers; a maze has 6 and 4 for every wall"),
        ("0\n-1\n1\n30 40\n0\n70 80\n1 2\n0 0 9 0\n", "a trial has -1 steps"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises((InputError, ValidationError), match=message):
        Maze(maze=str(classic(tmp_path, text)))


def test_a_maze_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(ValidationError, match=r"there is no maze file .*/hrd'; did you mean maze:hard\?"):
        Maze(maze="hrd")


@pytest.mark.parametrize("name", ["medium", "hard"])
def test_the_walls_are_those_of_the_published_files(name: str, data: Path) -> None:
    published, own = read(data / "mazes" / f"mazerobot_{name}_maze.txt"), MAZES[name]
    assert np.array_equal(published.walls, own.walls)
    assert (published.start, published.heading, published.goal) == (own.start, own.heading, own.goal)
