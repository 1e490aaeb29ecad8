"""Two lives of one robot side by side, as a drawn scene. In scenes y grows up, in worlds down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neatcore.interfaces import Floats, Ints, Scene, Shape
from tasks.maze.scene import MOVING, RATE, RESTING, trail, upright

BODY = 10.5  # the robot's radius
ROOM, GAP = 55.0, 30.0  # around a world, and between both
AWAY = 1e5  # out of sight
TINTS = ("good", "bad")


def lives_scene(lives: Sequence[Floats], items: Floats, near: float) -> Scene:
    """The states (T, 10) of the life among food and of that among poison, in a world of `items` (K, 2).

    The next thing is orange; where one has been eaten it turns green or red. A robot that leaves the picture waits at its edge.
    """
    points = np.concatenate([items, lives[0][:1, :2]])
    (left, top), (right, bottom) = points.min(axis=0) - ROOM, points.max(axis=0) + ROOM
    width, inside = right - left + GAP, ((left + BODY, top + BODY), (right - BODY, bottom - BODY))
    lives = [np.concatenate([np.clip(life[:, :2], *inside), life[:, 2:]], axis=1) for life in lives]
    longest = max(len(life) for life in lives) - 1
    frames = np.concatenate([np.linspace(0, longest, MOVING).round().astype(np.int64), np.full(RESTING, longest)])
    shapes = [
        shape
        for place, (life, tint) in enumerate(zip(lives, TINTS))
        for shape in life_shapes(life, np.minimum(frames, len(life) - 1), items, near, tint, place * width)
    ]
    frame = np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
    shapes += [Shape("line", upright(frame + np.array([aside, 0.0]))[None], 1.5, "faint") for aside in (0.0, width)]
    food, poison = (int(life[-1, 5]) for life in lives)
    told = f"left: all is food, {food} of {len(items)} eaten; right: all is poison, {poison} of {len(items)} eaten"
    return Scene(shapes, (left - 4.0, right + width + 4.0), (-bottom - 4.0, 4.0 - top), RATE, told)


def life_shapes(states: Floats, frames: Ints, items: Floats, near: float, tint: str, aside: float = 0.0) -> list[Shape]:
    """One life at the times `frames`, so far to the right: things, the trail, the robot with its nose."""
    shift = np.array([aside, 0.0])
    things, places = upright(items) + shift, upright(states[:, :2]) + shift
    eaten, turns = states[frames, 5].astype(np.int64), np.radians(states[frames, 2])
    noses = places[frames] + 1.7 * BODY * upright(np.stack([np.cos(turns), np.sin(turns)], axis=1))
    robot = places[frames][:, None]
    still = np.tile(things, (len(frames), 1, 1))
    numbers = np.arange(len(items))
    gone, ahead = eaten[:, None] > numbers, eaten[:, None] == numbers
    shown = [("faint", ~ahead & ~gone), (tint, gone & ~ahead), ("second", ahead)]
    return [
        *(Shape("disc", np.where(mask[..., None], still, AWAY), 0.7 * near, colour) for colour, mask in shown),
        Shape("line", places[trail(len(states), frames)], 3.0, "accent"),
        Shape("disc", robot, BODY, "accent"),
        Shape("line", np.concatenate([robot, noses[:, None]], axis=1), 3.5, "ink"),
    ]
