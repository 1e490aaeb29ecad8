"""A robot on a course of walls and places to come to in their order: compiled, lane after lane, the same bits everywhere.

A lane's state is that of mazes: x, y, heading, speed, turn, and how many places it has come to.
"""

from __future__ import annotations

from neatcore.compiled import kernel
from neatcore.interfaces import Bools, Floats, Ints
from tasks.maze.kernels import Drive, Sensors, look, move, steer, within

REACHED = 5  # column
Track = tuple[Floats, Floats, Sensors, Floats, bool]  # as a maze's view, with all goals (K, 2), and whether radars tell of them
Rules = tuple[Drive, float, float]  # how the robot moves, its radius, how near a goal counts as reached


@kernel
def sense(lane: Floats, track: Track, seen: Floats) -> None:
    """The rangefinders, and in which quarter the next goal is: ahead, right, behind, left; in place."""
    walls, angles, sensors, goals, told = track
    look(lane, (walls, angles, sensors, goals[min(int(lane[REACHED]), len(goals) - 1)]), seen)
    if not told:
        seen[len(angles) :] = 0.0


@kernel
def observe(states: Floats, track: Track, observations: Floats) -> None:
    """What all lanes of states (P, S, 6) sense (P, S, R + 4), in place."""
    for p in range(states.shape[0]):
        for s in range(states.shape[1]):
            sense(states[p, s], track, observations[p, s])


@kernel
def advance(states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, track: Track, rules: Rules) -> int:
    """Move the living lanes by a time step, in place; how many networks have a lane left. A lane ends at its last goal."""
    drive, radius, near = rules
    left = 0
    for p in range(states.shape[0]):
        row_left = False
        for s in range(states.shape[1]):
            if not living[p, s]:
                continue
            lane = states[p, s]
            steer(lane, outputs[p, s], drive)
            move(lane, track[0], radius, drive[0])
            lane[REACHED] += within(lane, track[3][int(lane[REACHED])], near)
            steps[p, s] += 1
            living[p, s] = lane[REACHED] < len(track[3])
            row_left |= living[p, s]
            sense(lane, track, observations[p, s])
        left += row_left
    return left
