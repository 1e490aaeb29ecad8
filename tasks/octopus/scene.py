"""The octopus arm as a drawn scene."""

from __future__ import annotations

import numpy as np

from neatcore.interfaces import Floats, Scene, Shape

EDGE = 1.0  # between what moves and the end of the world
WIDTHS = np.linspace(0.95, 0.5, 10)  # with which compartments are filled


def arm_scene(states: Floats, goal: tuple[float, float], radius: float, rate: float) -> Scene:
    """The arm of states (T, 84) over time: its compartments, the way of its tip, and the food, green where it is reached."""
    points = states[:, 2:82].reshape(len(states), 10, 2, 4)[..., :2]  # (T, 10, 2, 2): dorsal, ventral
    base = 0.5 * np.stack([-states[:, 83], states[:, 82]], axis=1)  # half a width across
    pairs = np.concatenate([np.stack([base, -base], axis=1)[:, None], points], axis=1)  # (T, 11, 2, 2)
    middles, outline = pairs.mean(axis=2), np.concatenate([pairs[:, :, 0], pairs[:, ::-1, 1], pairs[:, :1, 0]], axis=1)
    tips = middles[:, -1]
    ways = np.stack([tips[np.minimum(np.arange(len(tips)), frame)] for frame in range(len(tips))])
    arrived = float(np.hypot(*(tips[-1] - np.array(goal)))) <= radius
    shapes = [
        Shape("disc", np.array([[goal]]), radius, "good" if arrived else "second"),
        *(Shape("line", middles[:, place : place + 2], width, "faint") for place, width in enumerate(WIDTHS.tolist())),
        *(Shape("line", pairs[:, place], 0.06, "ink") for place in range(1, 10)),
        Shape("line", outline, 0.09, "ink"),
        Shape("line", ways, 0.09, "accent"),
        Shape("disc", np.zeros((1, 1, 2)), 0.2, "ink"),
    ]
    told = f"the tip arrives after {(len(states) - 1) / rate:.1f} s" if arrived else "the tip does not arrive"
    seen = np.concatenate([outline.reshape(-1, 2), np.array(goal) + radius * np.array([[-1, -1], [1, 1]])])
    (left, low), (right, high) = seen.min(axis=0) - EDGE, seen.max(axis=0) + EDGE
    return Scene(shapes, (float(left), float(right)), (float(low), float(high)), rate, told)
