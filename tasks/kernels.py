"""Carts with poles, one time step at a time: compiled, lane after lane, the same bits on every machine.

Three storeys: the `advance_…` kernels walk over P × S lanes, `euler` and `runge_kutta` move one lane, the rest is arithmetic.
Units: metres, kilograms, seconds, radians, newtons. An angle is 0 upright and positive towards positive x.
"""

from __future__ import annotations

import numpy as np

from neatcore.compiled import kernel
from neatcore.interfaces import Bools, Floats, Ints
from tasks.angles.kernels import sine_cosine

GRAVITY = 9.8
CART = 1.0  # mass
LONG, SHORT = (0.1, 0.5), (0.01, 0.05)  # mass, half-length
FRICTION = 2e-6  # at the hinges of the two poles; the track has none
PUSH = 10.0  # the greatest force
TRACK = 2.4  # the cart fails beyond
STEP = 0.02  # between two decisions

LEAN_OF_ONE = np.radians(12.0)  # a single pole fails beyond
LEAN_OF_TWO = np.radians(36.0)

Pair = tuple[float, float]
One = tuple[float, float, float, float]  # x, ẋ, θ, θ̇
Two = tuple[float, float, float, float, float, float]  # x, ẋ, θ1, θ̇1, θ2, θ̇2


@kernel
def euler(state: One, force: float, dt: float, half: float = LONG[1]) -> One:
    """A cart with one pole, no friction, by the explicit Euler rule (Barto, Sutton & Anderson 1983; Florian 2007, eq. 23-24)."""
    x, speed, angle, spin = state
    mass = LONG[0]
    sine, cosine = sine_cosine(angle)
    pull = (force + mass * half * spin * spin * sine) / (CART + mass)
    turn = (GRAVITY * sine - cosine * pull) / (half * (4.0 / 3.0 - mass * cosine * cosine / (CART + mass)))
    acceleration = pull - mass * half * turn * cosine / (CART + mass)
    return x + dt * speed, speed + dt * acceleration, angle + dt * spin, spin + dt * turn


@kernel
def effective(pole: Pair, sine: float, cosine: float, spin: float, friction: float) -> Pair:
    """The force F̃ and the mass m̃ with which a pole acts on its cart (Wieland 1991)."""
    mass, half = pole
    hinge = friction * spin / (mass * half) - GRAVITY * sine
    return mass * (half * spin * spin * sine + 0.75 * cosine * hinge), mass * (1.0 - 0.75 * cosine * cosine)


@kernel
def turning(pole: Pair, sine: float, cosine: float, spin: float, cart: float, friction: float) -> float:
    """θ̈ of a pole on a cart that accelerates by `cart` (Wieland 1991)."""
    mass, half = pole
    return -0.75 / half * (cart * cosine - GRAVITY * sine + friction * spin / (mass * half))


@kernel
def slope(state: Two, force: float, friction: float) -> Two:
    """d/dt of a cart with two poles: ẍ = (F + ΣF̃) / (M + Σm̃)  (Wieland 1991)."""
    _, speed, angle1, spin1, angle2, spin2 = state
    sine1, cosine1 = sine_cosine(angle1)
    sine2, cosine2 = sine_cosine(angle2)
    force1, mass1 = effective(LONG, sine1, cosine1, spin1, friction)
    force2, mass2 = effective(SHORT, sine2, cosine2, spin2, friction)
    cart = (force + force1 + force2) / (CART + mass1 + mass2)
    turn1 = turning(LONG, sine1, cosine1, spin1, cart, friction)
    return speed, cart, spin1, turn1, spin2, turning(SHORT, sine2, cosine2, spin2, cart, friction)


@kernel
def along(s: Two, d: Two, dt: float) -> Two:
    """`s` moved along the slope `d`."""
    return s[0] + dt * d[0], s[1] + dt * d[1], s[2] + dt * d[2], s[3] + dt * d[3], s[4] + dt * d[4], s[5] + dt * d[5]


@kernel
def runge_kutta(state: Two, force: float, dt: float, friction: float) -> Two:
    """A cart with two poles after `dt` under a constant force, by the classical rule of fourth order."""
    first = slope(state, force, friction)
    second = slope(along(state, first, 0.5 * dt), force, friction)
    third = slope(along(state, second, 0.5 * dt), force, friction)
    fourth = slope(along(state, third, dt), force, friction)
    total = along(along(along(first, second, 2.0), third, 2.0), fourth, 1.0)
    return along(state, total, dt / 6.0)


@kernel
def observe(state: Floats, columns: Ints, scales: Floats, observation: Floats) -> None:
    """What a network reads of one lane: some columns of the state (D,), each divided by its scale."""
    for i in range(len(columns)):
        observation[i] = state[columns[i]] / scales[i]


@kernel
def push_of(output: float) -> float:
    """The force that an output in [0, 1] stands for: -10 N to 10 N."""
    return (min(max(output, 0.0), 1.0) - 0.5) * 2.0 * PUSH


@kernel
def advance_one_pole(
    states: Floats,
    outputs: Floats,
    living: Bools,
    steps: Ints,
    observations: Floats,
    columns: Ints,
    scales: Floats,
    discrete: bool,
    half: float,
) -> int:
    """Move the living lanes of states (P, S, 4) by a time step, in place; how many networks have a lane left.

    half: of the pole's length.
    """
    left = 0
    for p in range(states.shape[0]):
        rows_left = False
        for s in range(states.shape[1]):
            if not living[p, s]:
                continue
            lane, output = states[p, s], outputs[p, s, 0]
            force = (PUSH if output > 0.5 else -PUSH) if discrete else push_of(output)
            lane[0], lane[1], lane[2], lane[3] = euler((lane[0], lane[1], lane[2], lane[3]), force, STEP, half)
            steps[p, s] += 1
            living[p, s] = abs(lane[0]) <= TRACK and abs(lane[2]) <= LEAN_OF_ONE
            rows_left |= living[p, s]
            observe(lane, columns, scales, observations[p, s])
        left += rows_left
    return left


@kernel
def advance_two_poles(
    states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, columns: Ints, scales: Floats
) -> int:
    """Move the living lanes of states (P, S, 6 + W) by a time step, in place; how many networks have a lane left.

    The last W columns keep |x| + |ẋ| + |θ1| + |θ̇1| of the last W steps, in a ring.
    """
    left, window = 0, states.shape[2] - 6
    for p in range(states.shape[0]):
        rows_left = False
        for s in range(states.shape[1]):
            if not living[p, s]:
                continue
            lane, force = states[p, s], push_of(outputs[p, s, 0])
            state = (lane[0], lane[1], lane[2], lane[3], lane[4], lane[5])
            state = runge_kutta(state, force, 0.5 * STEP, FRICTION)
            state = runge_kutta(state, force, 0.5 * STEP, FRICTION)
            lane[0], lane[1], lane[2], lane[3], lane[4], lane[5] = state
            if window:
                lane[6 + steps[p, s] % window] = abs(lane[0]) + abs(lane[1]) + abs(lane[2]) + abs(lane[3])
            steps[p, s] += 1
            living[p, s] = abs(lane[0]) <= TRACK and abs(lane[2]) <= LEAN_OF_TWO and abs(lane[4]) <= LEAN_OF_TWO
            rows_left |= living[p, s]
            observe(lane, columns, scales, observations[p, s])
        left += rows_left
    return left
