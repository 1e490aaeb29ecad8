"""The two courses of the dual task, as data: walls, a start, and places to come to in their order. y grows down, as in mazes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from neatcore.interfaces import Floats
from tasks.maze.robots import RISI_2012

NEAR = 20.0  # how near a place counts as reached
SECONDS = 0.2  # a step
STEPS = 225
UP = 270.0  # degrees: the heading at the start, which the authors' files do not tell; as in their maze
ROBOT = replace(RISI_2012, drive=(*RISI_2012.drive[:4], SECONDS))


@dataclass(frozen=True)
class Course:
    """walls (W, 4): x1, y1, x2, y2. goals (K, 2), in the order in which they are to be reached. scale: what the distance to the
    next goal is divided by."""

    walls: Floats
    start: tuple[float, float]
    goals: Floats
    scale: float

    @property
    def first(self) -> Floats:
        """The state (6,) in which the robot begins."""
        return np.array([*self.start, UP, 0.0, 0.0, 0.0])


def _table(rows: Sequence[Sequence[float]], columns: int) -> Floats:
    table = np.array(rows, np.float64).reshape(-1, columns)
    table.flags.writeable = False
    return table


# Risi & Stanley 2012; figures of a program of the authors' laboratory.
HALLWAY = Course(
    _table(
        [
            *((231, 416, 285, 417), (277, 417, 277, 340), (277, 340, 371, 341), (230, 294, 369, 295), (371, 341, 419, 341)),
            *((230, 294, 231, 426), (369, 295, 370, 165), (370, 165, 421, 166), (421, 166, 419, 341)),
        ],
        4,
    ),
    start=(255, 393),
    goals=_table([(394, 184)], 2),
    scale=650.0,
)
FIELD = Course(
    _table([], 4),
    start=(297, 604),
    goals=_table([(171, 517), (398, 475), (204, 682), (399, 629)], 2),
    scale=593.246,
)
COURSES = (HALLWAY, FIELD)
