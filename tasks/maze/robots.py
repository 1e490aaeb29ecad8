"""The robots that drive through mazes, as data: their size, their sensors, and what their outputs do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from neatcore.interfaces import Floats

if TYPE_CHECKING:
    from tasks.maze.kernels import Drive, Sensors

QUARTERS = ("ahead", "right", "behind", "left")  # where four radars say that the goal is


@dataclass(frozen=True)
class Robot:
    """What a robot is like.

    angles: of the rangefinders, in degrees to the right of the heading. sensors, drive: see the kernels. outputs: their names.
    places: coordinates of inputs and outputs, for encodings with geometry; the robot looks along y.
    """

    radius: float
    angles: Sequence[float]
    sensors: Sensors
    drive: Drive
    outputs: Sequence[str]
    places: tuple[Floats, Floats]

    @property
    def inputs(self) -> Sequence[str]:
        return [*(f"wall {angle:+.0f}°" for angle in self.angles), *(f"goal {side}" for side in QUARTERS)]

    @property
    def directions(self) -> Floats:
        """Cosine and sine of the rangefinders' angles (R, 2)."""
        return _directions(tuple(self.angles))


@cache
def _directions(angles: tuple[float, ...]) -> Floats:
    from tasks.angles.kernels import direction

    table = np.array([direction(angle) for angle in angles])
    table.flags.writeable = False
    return table


def _around(angles: Sequence[float], radius: float) -> list[tuple[float, float]]:
    """Places on a circle, from straight ahead, (0, 1), to the right."""
    turns = np.radians(angles)
    return [(float(x), float(y)) for x, y in np.round(radius * np.stack([np.sin(turns), np.cos(turns)], axis=1), 12)]


RANGES = (-90.0, -45.0, 0.0, 45.0, 90.0, 180.0)
LEHMAN_2011 = Robot(  # Lehman & Stanley 2011, section 4.1 and figure 2; figures of the authors' program
    radius=8.0,
    angles=RANGES,
    sensors=(100.0, 0.0, 100.0, -1.0),
    drive=(True, 3.0, 3.0, 1.0, 1.0),
    outputs=("turn", "speed"),
    places=(
        np.array([*_around(RANGES, 1.0), *_around((0.0, 90.0, 180.0, 270.0), 0.5)]),
        np.array([(1.0, 0.0), (0.0, 1.0)]),
    ),
)
FAN = tuple(np.degrees(np.linspace(-1.3398, 1.3398, 5)).tolist())
RISI_2012 = Robot(  # Risi & Stanley 2012, maze and dual task; figures of the authors' files
    radius=10.5,
    angles=FAN,
    sensors=(50.5, 10.5, 40.0, 0.25),
    drive=(False, 20.0, float(np.degrees(4.28)), 0.0, 0.099),
    outputs=("left", "forward", "right"),
    places=(
        np.array([*((x, -1.0) for x in np.linspace(-1.0, 1.0, 5)), *((x, -1.2) for x in (0.0, 0.5, 1.0, -0.5))]),
        np.array([(-1.0, 1.0), (0.0, 1.0), (1.0, 1.0)]),
    ),
)
ROBOTS: Mapping[str, Robot] = {"lehman2011": LEHMAN_2011, "risi2012": RISI_2012}
