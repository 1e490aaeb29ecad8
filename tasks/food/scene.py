"""Walks to food as a drawn scene: several trials of one robot, all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neatcore.interfaces import Bools, Floats, Ints, Scene, Shape

RATE = 25.0  # frames a second
MOVING, RESTING = 100, 25  # frames: of the walks, and of their end
LOST = 200  # steps that are shown where no food is reached
FEW = 64  # sensors that are drawn as such
LIMITS = 1.3  # how far the world reaches, in food distances


@dataclass(frozen=True)
class Walks:
    """What one robot did in R trials: where the food was (R, 2), the robot after every step (R, T, 2), whether it reached the food
    and how many steps it took, both (R,)."""

    foods: Floats
    paths: Floats
    eaten: Bools
    steps: Ints

    @property
    def shown(self) -> int:
        """Steps until the last food that is reached."""
        last = int(self.steps[self.eaten].max()) if self.eaten.any() else LOST
        return int(min(last, self.paths.shape[1] - 1))


def food_scene(walks: Walks, axes: Floats, distance: float, radius: float) -> Scene:
    """The walks in a world around the start, with the sensors on their `axes` (n, 2); food turns green when it is reached."""
    frames = np.minimum(np.linspace(0.0, 1.0, MOVING + RESTING) * (MOVING + RESTING) / MOVING, 1.0) * walks.shown
    places = _at(walks.paths, np.minimum(frames[:, None], walks.steps))  # (frames, R, 2)
    reached = walks.eaten & (frames[:, None] >= walks.steps)
    away = np.full_like(places, 10.0 * LIMITS * distance)  # out of sight
    food = np.broadcast_to(walks.foods, places.shape)
    shapes = [
        *_ground(axes, distance),
        Shape("disc", walks.foods[None], radius, "second"),
        *_trails(walks, frames, 0.015 * distance),
        Shape("disc", np.where(reached[..., None], food, away), radius, "good"),
        Shape("disc", places, 0.025 * distance, "ink"),
    ]
    limits = -LIMITS * distance, LIMITS * distance
    return Scene(shapes, limits, limits, RATE, _told(walks))


def _told(walks: Walks) -> str:
    if not walks.eaten.any():
        return f"{len(walks.eaten)} walks from the middle, none of which reaches its food"
    return f"{walks.eaten.sum()} of {len(walks.eaten)} walks from the middle reach their food, in {walks.shown} steps at most"


def _ground(axes: Floats, distance: float) -> list[Shape]:
    """The circle on which food lies, and the sensors with their axes where they are few enough to tell apart."""
    turns = np.linspace(0.0, 2.0 * np.pi, 181)
    circle = distance * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    shapes = [Shape("line", circle[None], 0.006 * distance, "faint")]
    if len(axes) <= FEW:
        spokes = [np.stack([0.16 * axis, 0.9 * axis]) * distance for axis in axes]
        shapes += [Shape("line", spoke[None], 0.006 * distance, "faint") for spoke in spokes]
        shapes.append(Shape("disc", 0.16 * distance * axes[None], 0.016 * distance, "faint"))
    return shapes


def _trails(walks: Walks, frames: Floats, width: float) -> list[Shape]:
    """A line behind each robot; red where it will never arrive."""
    trails = []
    for path, eaten, steps in zip(walks.paths, walks.eaten, walks.steps, strict=True):
        corners = np.unique(np.linspace(0, min(int(steps), walks.shown), MOVING).astype(np.int64))
        times = np.minimum(corners, np.minimum(frames[:, None], steps))  # (frames, corners): none beyond its time
        trails.append(Shape("line", _at(path[None], times[..., None])[:, :, 0], width, "accent" if eaten else "bad"))
    return trails


def _at(paths: Floats, times: Floats) -> Floats:
    """Where robots (R, T, 2) are at fractional times (…, R): (…, R, 2)."""
    before = np.minimum(times.astype(np.int64), paths.shape[1] - 2)
    share = (times - before)[..., None]
    rows = np.arange(len(paths))
    between: Floats = (1.0 - share) * paths[rows, before] + share * paths[rows, before + 1]
    return between
