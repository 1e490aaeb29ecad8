"""A robot that is told which sensor is nearest to the food, compiled: the same bits on every machine.

Letters in shapes: n sensors, R = 2n trials, T steps. Trial j has its food in direction π j / n: on the axis of sensor j/2, or, j
being odd, on the border between two. `axes` (n, 2) are the directions of the sensors and of the effectors alike. Since a robot
never turns, its moves at the n readings are all that can happen.
"""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel
from neatcore.interfaces import Bools, Floats, Ints

EQUAL = 1e-11  # of the food distance: what is nearer by no more than that is as near, so that rounding decides nothing
TINY = 1e-300  # keeps 0/0 away
Pair = tuple[float, float]
World = tuple[float, float, int]  # food distance, eat radius, steps a trial


@kernel
def plan(outputs: Floats, axes: Floats, most: float, first: int, headings: Ints, moves: Floats) -> None:
    """Headings (P, n) and moves (P, n, 2), in place, from the outputs (P, S, n) to the readings of the sensors `first` and on.

    The heading is the largest output, the first of equals; for the speed along its axis outputs are cut to [0, 1].
    """
    for p in range(outputs.shape[0]):
        for i in range(outputs.shape[1]):
            best, total = 0, 0.0
            for k in range(outputs.shape[2]):
                total += min(max(outputs[p, i, k], 0.0), 1.0)
                if outputs[p, i, k] > outputs[p, i, best]:
                    best = k
            largest = min(max(outputs[p, i, best], 0.0), 1.0)
            speed = most * largest * (largest / total) if total > 0.0 else 0.0  # (2009): s_max o_max (o_max / o_tot)
            headings[p, first + i] = best
            moves[p, first + i, 0], moves[p, first + i, 1] = speed * axes[best, 0], speed * axes[best, 1]


@kernel
def nearest(axes: Floats, i: int, x: float, y: float) -> int:
    """The sensor whose axis is nearest to the direction of (x, y), found uphill along the ring from sensor i or a better guess.

    The guess is by the diamond angle, which runs from 0 to 4 around a circle and is never 0.05 off.
    """
    n = len(axes)
    best = x * axes[i, 0] + y * axes[i, 1]
    if best <= 0.0:
        share = y / (abs(x) + abs(y) + TINY)
        diamond = share if x >= 0.0 else 2.0 - share
        i = int((diamond if diamond >= 0.0 else diamond + 4.0) * 0.25 * n) % n
        best = x * axes[i, 0] + y * axes[i, 1]
    for side in (1, n - 1):
        while True:
            k = i + side if i + side < n else i + side - n
            along = x * axes[k, 0] + y * axes[k, 1]
            if along <= best:
                break
            i, best = k, along
    return i


@kernel
def walk(moves: Floats, lost: Bools, axes: Floats, food: Pair, first: int, world: World, path: Floats) -> tuple[bool, int]:
    """One trial: whether the robot reaches the food, and the steps it took; all of them where it does not.

    moves (n, 2): its step by the sensor that reads. lost (n,): see `mark_lost`. first: the sensor that reads at the start.
    path (T, 2): filled with where the robot is after 1, 2, … steps, as far as there is room.
    Beyond that a trial ends before its time where no food can be reached any more.
    """
    distance, radius, limit = world
    n, (x, y), i, step, slack = len(axes), food, first, 0, EQUAL * distance
    near = radius + slack
    fastest = np.sqrt((moves[:, 0] ** 2 + moves[:, 1] ** 2).max()) * (1.0 + EQUAL)
    while step < limit:
        if lost[i]:
            return False, limit
        left, right = i + 1 if i + 1 < n else 0, i - 1 if i > 0 else n - 1
        lx, ly = axes[left, 0] - axes[i, 0], axes[left, 1] - axes[i, 1]
        rx, ry = axes[right, 0] - axes[i, 0], axes[right, 1] - axes[i, 1]
        vx, vy = moves[i]
        reading = True
        while reading:
            step += 1
            x, y = x - vx, y - vy
            if step < len(path):
                path[step, 0], path[step, 1] = food[0] - x, food[1] - y
            square, reach = x * x + y * y, near + fastest * (limit - step)
            if square <= near * near:
                return True, step
            if square > reach * reach and step >= len(path):
                return False, limit
            reading = step < limit and x * lx + y * ly <= slack and x * rx + y * ry <= slack
        i = nearest(axes, i, x, y)
    return False, limit


@kernel
def mark_lost(headings: Ints, lost: Bools) -> None:
    """Mark the sensors (n,) at whose reading a robot is lost, in place: it will walk away from its food for ever.

    Seen from the robot, food shifts by the opposite of every move. Let a few sectors side by side, a quarter of the circle at most,
    hold the opposites of all moves that are made in them. They are a convex cone, so food in it stays in it; and vectors in it are
    never more than a quarter apart, so it never comes nearer. Angles in halves of a sector, 2n to the circle.
    """
    n = len(headings)
    for i in range(n):
        low, high, fits = -1, 1, False  # from the axis of sensor i
        while not fits and high - low <= n // 2:
            fits = True
            for k in range((low + 1) // 2, (high + 1) // 2):
                back = (2 * headings[(i + k + n) % n] + n - 2 * i) % (2 * n)
                back = back - 2 * n if back >= n else back
                edge = 1 - n % 2  # for odd n an opposite lies on a border, else in the middle of a sector
                if back - edge < low or back + edge > high:
                    low, high, fits = min(low, back - edge), max(high, back + edge), False
        lost[i] = fits


@kernel
def gather(headings: Ints, moves: Floats, foods: Floats, world: World, eaten: Bools, steps: Ints) -> None:
    """All trials of P networks: whether food was eaten and the steps it took (P, R), in place. foods (R, 2): its directions."""
    axes = foods[::2].copy()
    path, lost = np.empty((0, 2)), np.empty(len(axes), np.bool_)
    for p in range(moves.shape[0]):
        mark_lost(headings[p], lost)
        for j in range(foods.shape[0]):
            food = world[0] * foods[j, 0], world[0] * foods[j, 1]
            eaten[p, j], steps[p, j] = walk(moves[p], lost, axes, food, j // 2, world, path)
