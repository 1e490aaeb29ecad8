"""A life in a T-maze as a drawn scene: the hall with its robot, and below it a dot for every trial."""

from __future__ import annotations

import numpy as np

from neatcore.interfaces import Array, Floats, Ints, Scene, Shape

RATE = 12.0  # frames a second
FIRST, BEFORE, AFTER = 3, 2, 6  # trials that are shown step by step: the first, and those around the first change
RESTING = 12  # frames of the end
AWAY = 1e5  # out of sight
WIDE, HIGH_UP = 9.0, 2.6  # width of all dots, height of the hall's lower end above them
KINDS = np.array([0, 1, 1, 2, 2])  # of colours: a wall, the high reward, the low one
STEPS = ((0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0))  # by heading


def life_scene(states: Floats, sides: Array, hall: int) -> Scene:
    """States (T, 10) of one life, in which the high reward is on `sides` (N,)."""
    trial, over, trials, sides = states[:, 4].astype(np.int64), states[:, 5] > 0, len(sides), np.sign(sides)
    change = int(np.argmax(sides != sides[0])) if (sides != sides[0]).any() else 0
    chosen = (trial < FIRST) | ((trial >= change - BEFORE) & (trial < change + AFTER) & (change > 0))
    frames = np.concatenate([np.flatnonzero(chosen), np.full(RESTING, len(states) - 1)])
    ends = np.flatnonzero(over)  # the last step of each trial
    size = 0.5 * WIDE / max(2 * hall, 5)
    lift, where = np.array([0.0, HIGH_UP]), size * states[:, :2] * (1.0, 1.0)
    robot = (where[frames] + lift)[:, None]
    noses = robot + 0.45 * size * np.array(STEPS)[states[frames, 2].astype(np.int64) % 4][:, None]
    side = sides[np.minimum(trial[frames], trials - 1)]
    ripe = size * np.stack([side * hall, np.full(len(frames), hall)], axis=1)[:, None] + lift
    poor = size * np.stack([-side * hall, np.full(len(frames), hall)], axis=1)[:, None] + lift
    shapes = [
        *_hall(hall, size, lift),
        Shape("disc", ripe, 0.3 * size, "good"),
        Shape("disc", poor, 0.16 * size, "second"),
        Shape("disc", robot, 0.26 * size, "accent"),
        Shape("line", np.concatenate([robot, noses], axis=1), 0.1 * size, "ink"),
        *_dots(states, ends, frames, sides),
    ]
    top = HIGH_UP + size * (hall + 0.9)
    return Scene(shapes, (-0.5 * WIDE - 0.6, 0.5 * WIDE + 0.6), (-0.9, top), RATE, _told(states, ends, sides))


def _hall(hall: int, size: float, lift: Floats) -> list[Shape]:
    """Its walls."""
    half, far, low, up = 0.5, hall + 0.5, hall - 0.5, hall + 0.5
    left = [(-half, -half), (-half, low), (-far, low), (-far, up)]
    right = [(-x, y) for x, y in reversed(left)]
    points = np.array([*left, *right, left[0]]) * size + lift
    return [Shape("line", points[None], 0.05, "ink")]


def _dots(states: Floats, ends: Ints, frames: Ints, sides: Array) -> list[Shape]:
    """A dot for each trial, above the line where it ended right, below it where it ended left, on it where it ended at a wall."""
    x = WIDE * ((np.arange(len(ends)) + 0.5) / len(sides) - 0.5)
    colour, heading = KINDS[states[ends, 3].astype(np.int64)], np.sign(states[ends, 0]) * (states[ends, 3] > 0)
    places = np.stack([x, 0.55 + 0.55 * heading], axis=1)
    past = ends[None, :] <= frames[:, None]
    shapes = [Shape("line", np.array([[[-0.5 * WIDE, 0.55], [0.5 * WIDE, 0.55]]]), 0.02, "faint")]
    for place in np.flatnonzero(np.diff(sides)) + 1:
        at = WIDE * (place / len(sides) - 0.5)
        shapes.append(Shape("line", np.array([[[at, -0.4], [at, 1.5]]]), 0.03, "faint"))
    radius = min(0.09, 0.42 * WIDE / len(sides))
    for kind, tint in enumerate(("bad", "good", "second")):
        shown = past & (colour == kind)
        shapes.append(Shape("disc", np.where(shown[..., None], places, AWAY), radius, tint))
    return shapes


def _told(states: Floats, ends: Ints, sides: Array) -> str:
    colour = KINDS[states[ends, 3].astype(np.int64)]
    high, low, crashed = (int(np.count_nonzero(colour == kind)) for kind in (1, 2, 0))
    wall = f", {crashed} at a wall" if crashed else ""
    return f"{len(sides)} trials, dots above the line end right, below it left: {high} high rewards, {low} low{wall}"
