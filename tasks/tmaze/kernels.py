"""A robot in a T-shaped hall, trial after trial: compiled, lane after lane, whole numbers but for rewards.

The stem goes up from (0, 0) to the junction (0, h), the arms from there to (±h, h). A lane's state: x, y, heading (0 up, 1 right,
2 down, 3 left), the colour that is seen, the trial, whether it is over, the score, trials that ended left and right, the schedule.
"""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel
from neatcore.interfaces import Array, Bools, Floats, Ints

X, Y, HEADING, COLOUR, TRIAL, OVER, SCORE, LEFT, RIGHT, SCHEDULE = range(10)
Rewards = tuple[float, float, float]  # high, low, of a crash
World = tuple[Array, int, Floats, Rewards]  # sides (E, N) of the high reward in N trials; cells of the hall; colours (5, C)


@kernel
def free(x: float, y: float, hall: int) -> bool:
    """Whether there is no wall."""
    return bool((x == 0.0 and 0.0 <= y <= hall) or (y == hall and abs(x) <= hall))


@kernel
def ahead(x: float, y: float, heading: float) -> tuple[float, float]:
    """The next cell in a direction, which is taken modulo 4."""
    turn = heading - 4.0 * np.floor(heading / 4.0)
    if turn == 0.0:
        return x, y + 1.0
    if turn == 1.0:
        return x + 1.0, y
    return (x, y - 1.0) if turn == 2.0 else (x - 1.0, y)


@kernel
def sense(lane: Floats, hall: int, colours: Floats, seen: Floats) -> None:
    """Walls to the left, ahead and to the right, then the colours of what lies here; in place."""
    for turn in range(3):
        x, y = ahead(lane[X], lane[Y], lane[HEADING] + turn - 1.0)
        seen[turn] = 0.0 if free(x, y, hall) else 1.0
    kind = int(lane[COLOUR])
    for c in range(colours.shape[1]):
        seen[3 + c] = colours[kind, c]


@kernel
def observe(states: Floats, hall: int, colours: Floats, observations: Floats) -> None:
    """What all lanes of states (P, S, 10) sense (P, S, I), in place. colours (5, C): of nothing, two of high, two of low."""
    for p in range(states.shape[0]):
        for s in range(states.shape[1]):
            sense(states[p, s], hall, colours, observations[p, s])


@kernel
def drive(lane: Floats, outputs: Floats, side: int, hall: int, rewards: Rewards) -> None:
    """Turn as the largest output says, the first of equals, and go on by a cell, in place.

    side: above 0 where high is right; 1 or -1 where rewards have their first colour, 2 or -2 where they have their second.
    """
    heading = lane[HEADING] + np.argmax(outputs) - 1.0
    x, y = ahead(lane[X], lane[Y], heading)
    if not free(x, y, hall):
        lane[SCORE] += rewards[2]
        lane[OVER] = 1.0
        return
    lane[X], lane[Y], lane[HEADING] = x, y, heading
    if abs(x) == hall:
        high = (x > 0.0) == (side > 0)
        lane[SCORE] += rewards[0] if high else rewards[1]
        lane[COLOUR] = (0.0 if high else 2.0) + abs(side)
        lane[RIGHT if x > 0.0 else LEFT] += 1.0
        lane[OVER] = 1.0


@kernel
def advance(states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, world: World) -> int:
    """Move the living lanes by a time step, in place; how many networks have a lane left.

    After a trial there is one step in which the robot sees where it came to; what it answers there moves nothing, and the next
    trial begins.
    """
    sides, hall, colours, rewards = world
    left = 0
    for p in range(states.shape[0]):
        row_left = False
        for s in range(states.shape[1]):
            if not living[p, s]:
                continue
            lane = states[p, s]
            if lane[OVER] > 0.0:
                lane[X], lane[Y], lane[HEADING], lane[COLOUR], lane[OVER] = 0.0, 0.0, 0.0, 0.0, 0.0
                lane[TRIAL] += 1.0
            else:
                drive(lane, outputs[p, s], sides[int(lane[SCHEDULE]), int(lane[TRIAL])], hall, rewards)
            steps[p, s] += 1
            living[p, s] = lane[TRIAL] < sides.shape[1]
            row_left |= living[p, s]
            sense(lane, hall, colours, observations[p, s])
        left += row_left
    return left
