"""A robot in its maze as a drawn scene. In scenes y grows up, in mazes down."""

from __future__ import annotations

from typing import Any

import numpy as np

from neatcore.interfaces import Floats, Ints, Scene, Shape
from tasks.maze.robots import Robot
from tasks.maze.world import World

RATE = 25.0  # frames a second
MOVING, RESTING = 120, 20  # frames: of the drive, and of its end
CORNERS = 120  # of a trail, at most
MARGIN = 0.03  # around the maze, in parts of its width
FLIP = np.array([1.0, -1.0])


def upright(points: Any) -> Floats:
    """Points (…, 2) of a maze as those of a scene."""
    flipped: Floats = np.asarray(points, np.float64) * FLIP
    return flipped


def ground(world: World, caption: str = "") -> Scene:
    """The maze without a robot: walls, the start in orange, the goal in green, waypoints."""
    (left, right), (top, bottom) = world.box
    width, margin = right - left, MARGIN * (right - left)
    shapes = [Shape("disc", upright([[world.start]]), 0.012 * width, "second")]
    if len(world.path):
        shapes.append(Shape("disc", upright(world.path[None]), 0.006 * width, "faint"))
    shapes.append(Shape("disc", upright([[world.goal]]), max(world.near, 0.015 * width), "good"))
    shapes += [Shape("line", upright(wall.reshape(1, 2, 2)), 0.006 * width, "ink") for wall in world.walls]
    return Scene(shapes, (left - margin, right + margin), (-bottom - margin, -top + margin), RATE, caption)


def drive_scene(world: World, radius: float, states: Floats, rays: Floats, told: str) -> Scene:
    """A drive through the maze: states (T, 6), and where the rangefinders' rays end (T, R, 2)."""
    frames = np.linspace(0, len(states) - 1, min(MOVING, len(states))).round().astype(np.int64)
    frames = np.concatenate([frames, np.full(RESTING, len(states) - 1)])
    still = ground(world, told)
    width = world.box[0][1] - world.box[0][0]
    shapes = [*still.shapes, *drive_shapes(states, rays, frames, radius, 0.006 * width)]
    return Scene(shapes, still.x, still.y, RATE, told)


def drive_shapes(states: Floats, rays: Floats, frames: Ints, radius: float, line: float) -> list[Shape]:
    """The robot at the times `frames`, its trail, of the width `line`, and its rays."""
    places = upright(states[:, :2])
    turns = np.radians(states[frames, 2])
    noses = places[frames] + radius * upright(np.stack([np.cos(turns), np.sin(turns)], axis=1))
    robot = places[frames][:, None]
    beams = [np.stack([places[frames], upright(rays[frames, i])], axis=1) for i in range(rays.shape[1])]
    return [
        *(Shape("line", beam, 0.5 * line, "faint") for beam in beams),
        Shape("line", places[trail(len(states), frames)], line, "accent"),
        Shape("disc", robot, radius, "accent"),
        Shape("line", np.concatenate([robot, noses[:, None]], axis=1), 1.6 * line, "ink"),
    ]


def rays_of(body: Robot, states: Floats, observations: Floats) -> Floats:
    """Where the rays of a robot in `states` (T, 6) end (T, R, 2), from what it saw (T, R + …)."""
    reach, offset, scale, _ = body.sensors
    lengths = np.minimum(observations[:, : len(body.angles)] * scale + offset, reach)
    turns = np.radians(states[:, [2]] + np.array(body.angles))
    ends: Floats = states[:, None, :2] + lengths[..., None] * np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    return ends


def trail(length: int, frames: Ints) -> Ints:
    """The times (frames, corners) of a line behind the robot: none beyond its own time."""
    corners = np.unique(np.linspace(0, length - 1, min(CORNERS, length)).round().astype(np.int64))
    return np.minimum(corners, frames[:, None])
