"""An arm of ten compartments in the plane, compiled: point masses, muscles between them, and water that cannot be squeezed.

Points come in pairs, dorsal and ventral, of which the first is held by a base that turns. A compartment lies between two pairs;
along each side it has a longitudinal muscle, and across its far end a transversal one. Potentials: passive springs at their rest,
active springs towards `SLACK` of their rest, and the square of what a compartment's area lacks. All else is friction.
Units: lengths of a compartment, seconds, masses of a point. A point (22, 4) is x, y and its velocity; a lane of states is the
base's angle, its speed, the twenty free points, and the cosine and sine of the angle.
"""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel
from neatcore.interfaces import Bools, Floats, Ints

COMPARTMENTS = 10
POINTS = 2 * COMPARTMENTS + 2
STATE = 4 * COMPARTMENTS * 2 + 4
WIDE, NARROW = 0.5, 0.25  # half the width at the base, and at the tip
HALVES = np.linspace(WIDE, NARROW, COMPARTMENTS + 1)
LONG = np.sqrt(1.0 + np.diff(HALVES) ** 2)  # longitudinal muscles at rest
AREAS = HALVES[1:] + HALVES[:-1]

PASSIVE, ACTIVE = 4.0, 20.0  # stiffness of muscles at the base, in proportion to the width
SLACK = 0.4  # of its rest: the length at which an active muscle no longer pulls
BULK = 1000.0  # stiffness of a compartment's area
INNER = 0.5  # friction inside a muscle
ALONG, ACROSS = 0.05, 0.6  # drag of the water along the arm and across it
TORQUE, BEARING = 4.0, 2.0  # of the base: what turns it, and its friction
FURTHEST = 2.4  # radians to either side
SUBSTEPS, STEP = 10, 0.01  # of 0.01 s each to a decision
FARTHEST = 2.0 * COMPARTMENTS  # from the base, for a point of an arm that the time step can follow


@kernel
def load(lane: Floats, points: Floats) -> None:
    """Write the points (22, 4) of a state (84,); the first pair stands with the base, and moves with it."""
    cosine, sine, spin = lane[STATE - 2], lane[STATE - 1], lane[1]
    for side in range(2):
        across = HALVES[0] if side == 0 else -HALVES[0]
        points[side, 0], points[side, 1] = -across * sine, across * cosine
        points[side, 2], points[side, 3] = -spin * across * cosine, -spin * across * sine
    for k in range(2, POINTS):
        for column in range(4):
            points[k, column] = lane[2 + 4 * (k - 2) + column]


@kernel
def muscle(
    points: Floats, forces: Floats, a: int, b: int, rest: float, strength: float, activation: float, friction: float
) -> None:
    """Add the pull of a muscle between two points: passive, active and inner friction."""
    dx, dy = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
    length = np.sqrt(dx * dx + dy * dy) + 1e-12
    dx, dy = dx / length, dy / length
    parting = dx * (points[b, 2] - points[a, 2]) + dy * (points[b, 3] - points[a, 3])
    tension = PASSIVE * strength * (length - rest) + friction * INNER * parting
    tension += ACTIVE * strength * activation * max(length - SLACK * rest, 0.0)
    forces[a, 0] += tension * dx
    forces[a, 1] += tension * dy
    forces[b, 0] -= tension * dx
    forces[b, 1] -= tension * dy


@kernel
def press(points: Floats, forces: Floats, i: int) -> None:
    """Add the pressure of compartment i: BULK times the area that it lacks, on each corner along the gradient of the area."""
    corners = (2 * i + 1, 2 * i + 3, 2 * i + 2, 2 * i)  # counter-clockwise where the arm points right
    area = 0.0
    for k in range(4):
        one, two = corners[k], corners[(k + 1) % 4]
        area += 0.5 * (points[one, 0] * points[two, 1] - points[two, 0] * points[one, 1])
    pressure = BULK * (AREAS[i] - area)
    for k in range(4):
        before, here, after = corners[(k + 3) % 4], corners[k], corners[(k + 1) % 4]
        forces[here, 0] += 0.5 * pressure * (points[after, 1] - points[before, 1])
        forces[here, 1] += 0.5 * pressure * (points[before, 0] - points[after, 0])


@kernel
def drag(points: Floats, forces: Floats, i: int, friction: float) -> None:
    """Add the drag on pair i, which is larger across the arm than along it."""
    dx = points[2 * i, 0] + points[2 * i + 1, 0] - points[2 * i - 2, 0] - points[2 * i - 1, 0]
    dy = points[2 * i, 1] + points[2 * i + 1, 1] - points[2 * i - 2, 1] - points[2 * i - 1, 1]
    length = np.sqrt(dx * dx + dy * dy) + 1e-12
    dx, dy = dx / length, dy / length
    for k in range(2 * i, 2 * i + 2):
        along = points[k, 2] * dx + points[k, 3] * dy
        forces[k, 0] -= friction * (ACROSS * points[k, 2] + (ALONG - ACROSS) * along * dx)
        forces[k, 1] -= friction * (ACROSS * points[k, 3] + (ALONG - ACROSS) * along * dy)


@kernel
def feel(points: Floats, forces: Floats, activations: Floats, friction: float) -> None:
    """The forces (22, 2) on all points; activations (30,): of each compartment dorsal, transversal, ventral, in [0, 1]."""
    forces[:] = 0.0
    for i in range(COMPARTMENTS):
        strength = HALVES[i + 1] / WIDE
        muscle(points, forces, 2 * i, 2 * i + 2, LONG[i], strength, activations[3 * i], friction)
        muscle(points, forces, 2 * i + 2, 2 * i + 3, 2.0 * HALVES[i + 1], strength, activations[3 * i + 1], friction)
        muscle(points, forces, 2 * i + 1, 2 * i + 3, LONG[i], strength, activations[3 * i + 2], friction)
        press(points, forces, i)
        drag(points, forces, i + 1, friction)


@kernel
def turn_base(lane: Floats, torque: float, dt: float, friction: float) -> None:
    """Move the base by a time step; its direction is turned by arithmetic alone, tan(δ / 2) ≈ δ / 2 + δ³ / 24."""
    lane[1] += dt * (torque - friction * BEARING * lane[1])
    angle = lane[0] + dt * lane[1]
    if abs(angle) > FURTHEST:
        angle = min(max(angle, -FURTHEST), FURTHEST)
        lane[1] = 0.0
    delta = angle - lane[0]
    t = 0.5 * delta + delta * delta * delta / 24.0
    c, s = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
    cosine, sine = lane[STATE - 2], lane[STATE - 1]
    lane[0], lane[STATE - 2], lane[STATE - 1] = angle, c * cosine - s * sine, s * cosine + c * sine


@kernel
def move(lane: Floats, activations: Floats, torque: float, dt: float, friction: float, points: Floats, forces: Floats) -> None:
    """One time step of a state (84,), in place: new velocities from the forces, new places from these (symplectic Euler)."""
    load(lane, points)
    feel(points, forces, activations, friction)
    turn_base(lane, torque, dt, friction)
    for k in range(2, POINTS):
        at = 2 + 4 * (k - 2)
        lane[at + 2] += dt * forces[k, 0]
        lane[at + 3] += dt * forces[k, 1]
        lane[at] += dt * lane[at + 2]
        lane[at + 1] += dt * lane[at + 3]


@kernel
def torn(lane: Floats) -> bool:
    """Whether a point of a state (84,) is where no arm reaches: forces had outgrown the time step."""
    for at in range(2, STATE - 2, 4):
        if not (abs(lane[at]) <= FARTHEST and abs(lane[at + 1]) <= FARTHEST):
            return True
    return False


@kernel
def hold(lane: Floats, before: Floats) -> None:
    """Put a state (84,) back to what it was, at rest."""
    lane[:] = before
    lane[1] = 0.0
    for at in range(2, STATE - 2, 4):
        lane[at + 2] = lane[at + 3] = 0.0


@kernel
def distance_to(lane: Floats, goal: Floats) -> float:
    """From the middle of the last pair to the goal."""
    at = 2 + 4 * (POINTS - 4)
    dx, dy = 0.5 * (lane[at] + lane[at + 4]) - goal[0], 0.5 * (lane[at + 1] + lane[at + 5]) - goal[1]
    return float(np.sqrt(dx * dx + dy * dy))


@kernel
def advance(
    states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, scales: Floats, goal: Floats, radius: float
) -> int:
    """Move the living lanes of states (P, S, 84) by a decision, in place; how many networks have a lane that has not arrived.

    outputs (P, S, 32): the activations, then what turns the base left and what turns it right; cut to [0, 1]. An arm that would be
    torn stays where it was, at rest.
    """
    points, forces, activations = np.empty((POINTS, 4)), np.empty((POINTS, 2)), np.empty(3 * COMPARTMENTS + 2)
    before = np.empty(STATE)
    left = 0
    for p in range(states.shape[0]):
        rows_left = False
        for s in range(states.shape[1]):
            if not living[p, s]:
                continue
            lane = states[p, s]
            before[:] = lane
            for k in range(len(activations)):
                activations[k] = min(max(outputs[p, s, k], 0.0), 1.0)
            torque = TORQUE * (activations[3 * COMPARTMENTS] - activations[3 * COMPARTMENTS + 1])
            for _ in range(SUBSTEPS):
                move(lane, activations, torque, STEP, 1.0, points, forces)
            if torn(lane):
                hold(lane, before)
            steps[p, s] += 1
            living[p, s] = distance_to(lane, goal) > radius
            rows_left |= living[p, s]
            for k in range(observations.shape[2]):
                observations[p, s, k] = lane[k] / scales[k]
        left += rows_left
    return left
