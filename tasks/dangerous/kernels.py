"""A robot among things that are food in one life and poison in another: compiled, lane after lane, the same bits everywhere.

A lane's state: x, y, heading, speed, turn (as in mazes), things eaten, the signal, what it signals, the world that it lives in,
the steps for which it still rests.
"""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel
from neatcore.interfaces import Bools, Floats, Ints
from tasks.angles.kernels import direction
from tasks.maze.kernels import Drive, look, steer, within

EATEN, SIGNAL, SORT, WORLD, REST = 5, 6, 7, 8, 9  # columns
Rules = tuple[Drive, float, int, int]  # how the robot moves; how near a thing is eaten; how many are; how long it rests after each


@kernel
def sense(lane: Floats, items: Floats, seen: Floats) -> None:
    """Where the next thing is, ahead, right, behind or left, then the signal, or pleasure and pain apart; in place."""
    item = items[int(lane[WORLD]), int(lane[EATEN]) % items.shape[1]]
    look(lane, (np.empty((0, 4)), np.empty((0, 2)), (1.0, 0.0, 1.0, 0.0), item), seen)
    if len(seen) == 5:
        seen[4] = lane[SIGNAL]
    else:
        seen[4], seen[5] = max(lane[SIGNAL], 0.0), max(-lane[SIGNAL], 0.0)


@kernel
def observe(states: Floats, items: Floats, observations: Floats) -> None:
    """What all lanes of states (P, S, 10) sense (P, S, I), in place. items (E, K, 2): places of things in each world."""
    for p in range(states.shape[0]):
        for s in range(states.shape[1]):
            sense(states[p, s], items, observations[p, s])


@kernel
def live(lane: Floats, outputs: Floats, items: Floats, rules: Rules) -> None:
    """A step of one robot among items (K, 2), in place: rest, or turn, drive and perhaps eat."""
    drive, near, _, rest = rules
    if lane[REST] > 0.0:
        lane[REST] -= 1.0
        lane[SIGNAL] = lane[SORT] if lane[REST] > 0.0 else 0.0
        return
    steer(lane, outputs, drive)
    cosine, sine = direction(lane[2])
    lane[0], lane[1] = lane[0] + lane[3] * cosine, lane[1] + lane[3] * sine
    eats = within(lane, items[int(lane[EATEN]) % len(items)], near)
    lane[EATEN] += eats
    lane[SIGNAL] = lane[SORT] if eats else 0.0
    lane[REST] = float(rest) if eats else 0.0


@kernel
def advance(states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, items: Floats, rules: Rules) -> int:
    """Move the living lanes by a time step, in place; how many networks have a lane left.

    The signal is felt from the step after a thing is eaten, as long as the robot rests, or once where it does not. A resting
    robot does not move, whatever it is told. A lane ends when it has eaten enough.
    """
    left = 0
    for p in range(states.shape[0]):
        row_left = False
        for s in range(states.shape[1]):
            if not living[p, s]:
                continue
            lane = states[p, s]
            live(lane, outputs[p, s], items[int(lane[WORLD])], rules)
            steps[p, s] += 1
            living[p, s] = lane[EATEN] < rules[2]
            row_left |= living[p, s]
            sense(lane, items, observations[p, s])
        left += row_left
    return left
