"""Mazes: walls, where a robot starts, where it is to go. Three by name, others from text files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from math import hypot
from pathlib import Path

import numpy as np

from neatcore.errors import InputError, require
from neatcore.interfaces import Floats

STEPS = 400  # of a trial, where a file does not say (2011)
BIAS = 300.0  # of the fitness (2011)
MOST = 100_000  # walls of a file


@dataclass(frozen=True)
class World:
    """walls (W, 4): x1, y1, x2, y2. heading: degrees. near: how close the goal counts as reached, and `close` a waypoint (K, 2).

    bias: what the distance to the goal is taken from; with waypoints, what it is divided by.
    """

    walls: Floats
    start: tuple[float, float]
    heading: float
    goal: tuple[float, float]
    robot: str = "lehman2011"
    steps: int = STEPS
    near: float = 5.0
    bias: float = BIAS
    waypoints: Floats | Sequence[tuple[float, float]] = ()
    close: float = 20.0

    @property
    def path(self) -> Floats:
        """The waypoints as an array (K, 2)."""
        return np.array(self.waypoints, np.float64).reshape(-1, 2)

    @property
    def box(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Limits in x and in y."""
        points = np.concatenate([self.walls.reshape(-1, 2), [self.start, self.goal]])
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return (left, right), (top, bottom)


def _walls(*walls: tuple[float, float, float, float]) -> Floats:
    table = np.array(walls, np.float64)
    table.flags.writeable = False
    return table


# Lehman & Stanley 2011, figure 3; the lines are those of Joel Lehman's mazerobot (2013, MIT licence).
MEDIUM = World(
    _walls(
        *((293, 7, 289, 130), (289, 130, 6, 134), (6, 134, 8, 5), (8, 5, 292, 7), (241, 130, 58, 65), (114, 7, 73, 42)),
        *((130, 91, 107, 46), (196, 8, 139, 51), (219, 122, 182, 63), (267, 9, 214, 63), (271, 129, 237, 88)),
    ),
    start=(30, 22),
    heading=0,
    goal=(270, 100),
)
HARD = World(
    _walls(
        *((41, 5, 3, 8), (3, 8, 4, 49), (4, 49, 57, 53), (4, 49, 7, 202), (7, 202, 195, 198), (195, 198, 186, 8), (186, 8, 39, 5)),
        *((56, 54, 56, 157), (57, 106, 158, 162), (77, 201, 108, 164), (6, 80, 33, 121), (192, 146, 87, 91), (56, 55, 133, 30)),
    ),
    start=(36, 184),
    heading=0,
    goal=(31, 20),
)
# Risi & Stanley 2012, the hard maze: walls, waypoints and fitness of the authors' files.
RISI_2012 = World(
    _walls(
        *((161, 204, 250, 192), (250, 192, 240, 350), (160, 243, 196, 288), (277, 411, 311, 375), (419, 411, 422, 113)),
        *((158, 115, 159, 413), (248, 264, 359, 346), (420, 307, 315, 236), (250, 192, 313, 170)),
        *((157.6, 114.9, 422.0, 112.4), (158.5, 412.3, 418.7, 410.6)),
    ),
    start=(205, 387),
    heading=270,
    goal=(190, 151),
    robot="risi2012",
    steps=454,
    near=35.0,
    bias=650.0,
    waypoints=((297, 337), (376, 388), (379, 318), (279, 248), (328, 200), (343, 140), (260, 148)),
)
MAZES: Mapping[str, World] = {"medium": MEDIUM, "hard": HARD, "risi2012": RISI_2012}


@lru_cache(maxsize=32)
def world_of(maze: str) -> World:
    """The maze of that name, or from that file; InputError says what is wrong with it."""
    return MAZES[maze] if maze in MAZES else read(Path(maze))


def read(path: Path) -> World:
    """A maze from a text file of numbers, as the authors of 2011 write them: how many walls, start, heading, goal, then the walls,
    each two points. The later form has two numbers more in front, the second of which is the steps of a trial, and a further
    point after the goal, which is not used. InputError where there is no such file, or other than that in it."""
    if not path.is_file():
        near = get_close_matches(path.name, MAZES, n=1, cutoff=0.4)
        known = f"did you mean maze:{near[0]}?" if near else f"there are {', '.join(f'maze:{name}' for name in MAZES)}, or a file"
        raise InputError(f"there is no maze file {str(path)!r}; {known}")
    numbers = _numbers(path)
    later = len(numbers) >= 3 and len(numbers) == 10 + 4 * numbers[2]
    head = numbers[3:8] if later else numbers[1:6]
    count = numbers[2] if later else numbers[0]
    walls = numbers[10:] if later else numbers[6:]
    said = f"{path} says that it has {count:g} walls"
    require(
        len(walls) == 4 * count and 0 < count <= MOST, f"{said}, and has {max(len(walls), 0) / 4:g}: is it a maze in classic text?"
    )
    steps = int(numbers[1]) if later else STEPS
    require(steps > 0, f"{path} says that a trial has {steps} steps")
    x, y, heading, goal_x, goal_y = head
    world = World(_walls(*zip(*[iter(walls)] * 4, strict=True)), (x, y), heading, (goal_x, goal_y), steps=steps)
    (left, right), (top, bottom) = world.box
    return World(world.walls, world.start, heading, world.goal, steps=steps, bias=max(BIAS, hypot(right - left, bottom - top)))


def _numbers(path: Path) -> list[float]:
    """All numbers of a file; InputError names the line that holds something else."""
    found: list[float] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text: {error.reason} at byte {error.start}") from error
    for number, line in enumerate(lines, 1):
        for word in line.split():
            try:
                value = float(word)
            except ValueError:
                raise InputError(f"{path}:{number}: {word!r} is no number; a maze is a text of numbers") from None
            require(np.isfinite(value), f"{path}:{number}: {word!r} is not finite")
            found.append(value)
    require(len(found) >= 6, f"{path} has {len(found)} numbers; a maze has 6 and 4 for every wall")
    return found
