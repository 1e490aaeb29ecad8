"""A robot in a maze of line segments, one time step at a time: compiled, lane after lane, the same bits on every machine.

Letters in shapes: W walls, R rangefinders, K waypoints. A wall is x1, y1, x2, y2. Angles are degrees, from the x axis towards the
y axis; mazes are drawn with y growing down, so that a larger angle is further to the right of the robot.

A lane's state: x, y, heading, speed, turn (degrees a step), waypoints passed.
"""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel
from neatcore.interfaces import Bools, Floats, Ints
from tasks.angles.kernels import direction

STATE = 6
Sensors = tuple[float, float, float, float]  # a ray's length; what is taken from it, divides it, and below which it reads 0
Drive = tuple[bool, float, float, float, float]  # accelerates; greatest speed, greatest turn, gain of either; seconds a step
View = tuple[Floats, Floats, Sensors, Floats]  # walls (W, 4); cosine and sine of the rangefinders' angles (R, 2); the goal (2,)
Rules = tuple[
    Drive, float, float, Floats, float
]  # the robot's radius; how near the goal counts; waypoints (K, 2), how near they do


@kernel
def crossing(ax: float, ay: float, bx: float, by: float, dx: float, dy: float) -> float:
    """How far from the origin a ray in the unit direction (dx, dy) meets the segment from a to b; inf where it does not."""
    left, right = dx * ay - dy * ax, dx * by - dy * bx  # of the ray, which side each end is on
    if left * right > 0.0:
        return np.inf
    along, beyond = dx * ax + dy * ay, dx * bx + dy * by
    if left == right:  # the segment lies along the ray
        if along * beyond < 0.0:
            return 0.0
        return min(along, beyond) if along >= 0.0 and beyond >= 0.0 else np.inf
    distance = along + (beyond - along) * (left / (left - right))
    return distance if distance >= 0.0 else np.inf


@kernel
def gap(x: float, y: float, wall: Floats) -> float:
    """The squared distance from a point to a wall."""
    ax, ay, bx, by = wall[0] - x, wall[1] - y, wall[2] - x, wall[3] - y
    ex, ey = bx - ax, by - ay
    square = ex * ex + ey * ey
    share = -(ax * ex + ay * ey) / square if square > 0.0 else 0.0
    share = min(max(share, 0.0), 1.0)
    px, py = ax + share * ex, ay + share * ey
    return float(px * px + py * py)


@kernel
def free(x: float, y: float, radius: float, walls: Floats) -> bool:
    """Whether a robot at (x, y) touches no wall."""
    for w in range(len(walls)):
        wall = walls[w]
        aside = min(wall[0], wall[2]) - x > radius or x - max(wall[0], wall[2]) > radius
        if aside or min(wall[1], wall[3]) - y > radius or y - max(wall[1], wall[3]) > radius:
            continue  # most walls are far away, which is cheap to see
        if gap(x, y, wall) < radius * radius:
            return False
    return True


@kernel
def look(lane: Floats, view: View, seen: Floats) -> None:
    """What the robot sees, in place: its rangefinders (R,), then whether the goal is ahead, right, behind, left."""
    walls, angles, sensors, goal = view
    x, y = lane[0], lane[1]
    cosine, sine = direction(lane[2])
    reach, offset, scale, least = sensors
    for i in range(len(angles)):
        dx, dy = cosine * angles[i, 0] - sine * angles[i, 1], sine * angles[i, 0] + cosine * angles[i, 1]
        nearest = reach
        for w in range(len(walls)):
            nearest = min(nearest, crossing(walls[w, 0] - x, walls[w, 1] - y, walls[w, 2] - x, walls[w, 3] - y, dx, dy))
        value = (nearest - offset) / scale
        seen[i] = min(value, 1.0) if value > least else 0.0
    gx, gy, first = goal[0] - x, goal[1] - y, len(angles)
    ahead, right = cosine * gx + sine * gy, cosine * gy - sine * gx
    one, two = ahead + right, ahead - right  # their signs tell the four quarters apart, each with its first border
    seen[first] = 1.0 if (one >= 0.0 and two > 0.0) or (one == 0.0 and two == 0.0) else 0.0
    seen[first + 1] = 1.0 if one > 0.0 and two <= 0.0 else 0.0
    seen[first + 2] = 1.0 if one <= 0.0 and two < 0.0 else 0.0
    seen[first + 3] = 1.0 if one < 0.0 and two >= 0.0 else 0.0


@kernel
def clipped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


@kernel
def steer(lane: Floats, outputs: Floats, drive: Drive) -> None:
    """Speed, turn and heading of a step, in place, from outputs that are cut to [0, 1].

    Accelerating, two outputs push turn and speed, and the robot turns after it has moved (Lehman & Stanley 2011). Otherwise three
    outputs are left, forward and right, and it turns before (Risi & Stanley 2012). Here only the latter's heading changes.
    """
    accelerates, speed, turn, gain, dt = drive
    if accelerates:
        lane[4] = clipped(lane[4] + gain * (clipped(outputs[0], 0.0, 1.0) - 0.5), -turn, turn)
        lane[3] = clipped(lane[3] + gain * (clipped(outputs[1], 0.0, 1.0) - 0.5), -speed, speed)
        return
    lane[3] = speed * clipped(outputs[1], 0.0, 1.0) * dt
    lane[4] = turn * (clipped(outputs[2], 0.0, 1.0) - clipped(outputs[0], 0.0, 1.0)) * dt
    lane[2] += lane[4]


@kernel
def move(lane: Floats, walls: Floats, radius: float, accelerates: bool) -> None:
    """A step ahead, in place; one that would touch a wall is not taken."""
    cosine, sine = direction(lane[2])
    x, y = lane[0] + lane[3] * cosine, lane[1] + lane[3] * sine
    if free(x, y, radius, walls):
        lane[0], lane[1] = x, y
    if accelerates:
        lane[2] += lane[4]


@kernel
def within(lane: Floats, place: Floats, near: float) -> bool:
    dx, dy = lane[0] - place[0], lane[1] - place[1]
    return bool(dx * dx + dy * dy < near * near)


@kernel
def observe(states: Floats, view: View, observations: Floats) -> None:
    """What all lanes of states (P, S, 6) see (P, S, R + 4), in place."""
    for p in range(states.shape[0]):
        for s in range(states.shape[1]):
            look(states[p, s], view, observations[p, s])


@kernel
def advance(states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, view: View, rules: Rules) -> int:
    """Move the living lanes of states (P, S, 6) by a time step, in place; how many networks have a lane left.

    A lane ends when its robot is at the goal. A waypoint counts once those before it do.
    """
    drive, radius, near, waypoints, close = rules
    left = 0
    for p in range(states.shape[0]):
        row_left = False
        for s in range(states.shape[1]):
            if not living[p, s]:
                continue
            lane = states[p, s]
            steer(lane, outputs[p, s], drive)
            move(lane, view[0], radius, drive[0])
            while lane[5] < len(waypoints) and within(lane, waypoints[int(lane[5])], close):
                lane[5] += 1.0
            steps[p, s] += 1
            living[p, s] = not within(lane, view[3], near)
            row_left |= living[p, s]
            look(lane, view, observations[p, s])
        left += row_left
    return left
