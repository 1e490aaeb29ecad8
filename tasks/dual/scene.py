"""The hallway and the open field side by side, as a chart and as a drawn scene. In scenes y grows up, on courses down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from neatcore.interfaces import Floats, Scene, Shape
from tasks.dangerous.scene import life_shapes
from tasks.dual.courses import FIELD, HALLWAY, NEAR, ROBOT
from tasks.maze.scene import MOVING, RATE, RESTING, drive_shapes, rays_of, upright

HIGH = 336.0  # of either picture
ROOM = 40.0  # left and right of a course
GAP = 24.0  # between both
LINE = 2.4
EDGE = ROBOT.radius


def _limits() -> tuple[Floats, Floats]:
    """The left and right limits of both courses (2, 2), and their middles' y (2,), in scenes."""
    points = [upright(np.concatenate([course.walls.reshape(-1, 2), course.goals, [course.start]])) for course in (HALLWAY, FIELD)]
    sides = np.array([[each[:, 0].min() - ROOM, each[:, 0].max() + ROOM] for each in points])
    return sides, np.array([(each[:, 1].min() + each[:, 1].max()) / 2 for each in points])


SIDES, MIDDLES = _limits()
LEFTS = np.array([0.0, SIDES[0, 1] - SIDES[0, 0] + GAP])  # where each picture begins
SHIFTS = np.stack([LEFTS - SIDES[:, 0], -MIDDLES], axis=1)
RIGHT = float(LEFTS[1] + SIDES[1, 1] - SIDES[1, 0])


def placed(course: int, points: Floats) -> Floats:
    """Points (…, 2) of the hallway, 0, or of the field, 1, on the chart; at the edge of the field where they are beyond it."""
    moved: Floats = upright(kept(points) if course else points) + SHIFTS[course]
    return moved


def kept(points: Floats) -> Floats:
    """Points (…, 2) of the field, none beyond its picture."""
    middle = -MIDDLES[1]
    inside: Floats = np.clip(points, (SIDES[1, 0] + EDGE, middle - HIGH / 2 + EDGE), (SIDES[1, 1] - EDGE, middle + HIGH / 2 - EDGE))
    return inside


def courses_chart() -> Scene:
    """Both courses without a robot: starts orange, goals green, and a faint line in the order in which food appears."""
    stations = np.concatenate([[FIELD.start], FIELD.goals])
    shapes = [
        *_hallway(),
        *(Shape("line", placed(1, _between(one, other))[None], 1.5, "faint") for one, other in pairwise(stations)),
        *(Shape("disc", placed(1, FIELD.goals[None, [number]]), 0.6 * NEAR, "good") for number in range(len(FIELD.goals))),
        Shape("disc", placed(1, np.array([[FIELD.start]])), 5.0, "second"),
        *_frames(),
    ]
    return Scene(shapes, (-4.0, RIGHT + 4.0), (-HIGH / 2 - 4.0, HIGH / 2 + 4.0), RATE)


def courses_scene(drives: Sequence[Floats], observations: Sequence[Floats]) -> Scene:
    """Drives (T, 6) of one robot on both courses, and what it sensed (T, I). A robot that leaves the picture waits at its edge."""
    longest = max(len(drive) for drive in drives) - 1
    frames = np.concatenate([np.linspace(0, longest, MOVING).round().astype(np.int64), np.full(RESTING, longest)])
    hallway, field = drives[0], np.concatenate([kept(drives[1][:, :2]), drives[1][:, 2:]], axis=1)
    rays = rays_of(ROBOT, hallway, observations[0])
    shapes = [
        *_hallway(),
        *_moved(drive_shapes(hallway, rays, np.minimum(frames, len(hallway) - 1), ROBOT.radius, LINE), 0),
        *_moved(life_shapes(field, np.minimum(frames, len(field) - 1), FIELD.goals, NEAR, "good"), 1),
        *_frames(),
    ]
    return replace(courses_chart(), shapes=shapes, caption=_told(drives))


def _between(one: Floats, other: Floats) -> Floats:
    """The line from one disc to the other, without what they cover (2, 2)."""
    ahead = (other - one) * (0.6 * NEAR / float(np.hypot(*(other - one))))
    return np.stack([one + ahead, other - ahead])


def _hallway() -> list[Shape]:
    return [
        Shape("disc", placed(0, np.array([[HALLWAY.start]])), 5.0, "second"),
        Shape("disc", placed(0, HALLWAY.goals[None]), 0.6 * NEAR, "good"),
        *(Shape("line", placed(0, wall.reshape(1, 2, 2)), LINE, "ink") for wall in HALLWAY.walls),
    ]


def _frames() -> list[Shape]:
    """A line around each picture."""
    top, bottom = HIGH / 2, -HIGH / 2
    rights = (float(LEFTS[1]) - GAP, RIGHT)
    corners = [[(x, bottom), (right, bottom), (right, top), (x, top), (x, bottom)] for x, right in zip(LEFTS.tolist(), rights)]
    return [Shape("line", np.array([each]), 1.5, "faint") for each in corners]


def _moved(shapes: Sequence[Shape], course: int) -> list[Shape]:
    return [replace(shape, points=shape.points + SHIFTS[course]) for shape in shapes]


def _told(drives: Sequence[Floats]) -> str:
    hallway, field = drives
    distance = float(np.hypot(*(hallway[-1, :2] - HALLWAY.goals[0])))
    through = f"at its end after {len(hallway) - 1} steps" if hallway[-1, 5] else f"{distance:.0f} from its end"
    return f"left: the hallway, {through}; right: food, {int(field[-1, 5])} of {len(FIELD.goals)} eaten"
