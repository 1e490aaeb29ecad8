"""The laws that carts and poles obey, and slow simulators that agree with the kernels."""

from __future__ import annotations

import math

import gymnasium
import numpy as np
import pytest

from neatcore.interfaces import Floats
from tasks import kernels
from tasks.control import Cart, DoublePole
from tasks.lockstep import film
from tests.tasks.policies import Linear

POLES = ((0.1, 0.5), (0.01, 0.05))  # mass, half-length
STATES = np.random.default_rng(3).normal(scale=(1, 1, 0.4, 2, 0.4, 2), size=(200, 6))
BALANCING = np.array([-0.16, -0.17, -1.19, -1.22, 1.0, 0.32, 0.0])  # a linear-quadratic regulator, on the scaled inputs


def energy(state: Floats) -> float:
    """Kinetic and potential energy of a cart of 1 kg with two uniform rods, from the positions of their centres."""
    _, speed, *rest = (float(value) for value in state)
    total = 0.5 * speed**2
    for (mass, half), angle, spin in zip(POLES, rest[::2], rest[1::2], strict=True):
        sideways = speed + half * spin * math.cos(angle)
        upwards = -half * spin * math.sin(angle)
        inertia = mass * (2 * half) ** 2 / 12  # of a rod about its centre
        total += 0.5 * mass * (sideways**2 + upwards**2) + 0.5 * inertia * spin**2 + mass * 9.8 * half * math.cos(angle)
    return total


def gradient(state: Floats, step: float = 1e-6) -> Floats:
    """Of the energy, by central differences."""
    return np.array([(energy(state + step * e) - energy(state - step * e)) / (2 * step) for e in np.eye(6)])


def advance(state: Floats, seconds: float, steps: int, *, friction: float = 0.0, force: float = 0.0) -> Floats:
    moved = tuple(state)
    for _ in range(steps):
        moved = kernels.runge_kutta(moved, force, seconds / steps, friction)
    return np.array(moved)


def slow_slope(state: Floats, force: float) -> Floats:
    """Wieland's equations as printed: g = -9.8, sums over the poles."""
    _, speed, *rest = state
    gravity, forces, masses = -9.8, 0.0, 0.0
    for (m, half), angle, spin in zip(POLES, rest[::2], rest[1::2], strict=True):
        rub = 2e-6 * spin / (m * half)
        forces += m * half * spin**2 * math.sin(angle) + 0.75 * m * math.cos(angle) * (rub + gravity * math.sin(angle))
        masses += m * (1 - 0.75 * math.cos(angle) ** 2)
    cart = (force + forces) / (1.0 + masses)
    change = [speed, cart]
    for (m, half), angle, spin in zip(POLES, rest[::2], rest[1::2], strict=True):
        rub = 2e-6 * spin / (m * half)
        change += [spin, -3 / (4 * half) * (cart * math.cos(angle) + gravity * math.sin(angle) + rub)]
    return np.array(change)


def slow_step(state: Floats, output: float) -> Floats:
    """One action: two steps of 0.01 s by the rule of Runge and Kutta."""
    force = (output - 0.5) * 20
    for _ in range(2):
        a = slow_slope(state, force)
        b = slow_slope(state + 0.005 * a, force)
        c = slow_slope(state + 0.005 * b, force)
        d = slow_slope(state + 0.01 * c, force)
        state = state + 0.01 / 6 * (a + 2 * b + 2 * c + d)
    return state


def test_sine_and_cosine_agree_with_the_maths_library() -> None:
    angles = np.concatenate([np.linspace(-7, 7, 5001), np.random.default_rng(0).uniform(-1e4, 1e4, 2000)])
    found = np.array([kernels.sine_cosine(angle) for angle in angles])
    assert np.abs(found - np.stack([np.sin(angles), np.cos(angles)], axis=1)).max() < 2.3e-16


def test_power_equals_force_times_speed_less_friction() -> None:
    for state in STATES:
        change = np.array(kernels.slope(tuple(state), 7.0, 1e-2))
        power = 7.0 * state[1] - 1e-2 * (state[3] ** 2 + state[5] ** 2)
        assert gradient(state) @ change == pytest.approx(power, abs=1e-7)


def test_energy_is_conserved_without_friction_and_force() -> None:
    start = np.array([0.0, 0.3, 0.5, -0.4, -0.3, 0.8])
    drifts = [abs(energy(advance(start, 1.0, steps)) - energy(start)) for steps in (100, 1000)]
    assert drifts[0] < 1e-3
    assert drifts[1] < 1e-8


def test_friction_takes_energy() -> None:
    start = np.array([0.0, 0.0, 0.5, 0.0, 0.3, 0.0])
    assert energy(advance(start, 1.0, 1000, friction=1e-3)) < energy(start) - 1e-4


def test_the_rule_is_of_fourth_order() -> None:
    start, exact = np.array([0.1, 0.2, 0.3, 0.1, 0.2, -0.3]), 4096
    truth = advance(start, 0.32, exact, force=3.0)
    errors = [np.abs(advance(start, 0.32, steps, force=3.0) - truth).max() for steps in (64, 128, 256)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert orders == pytest.approx([4, 4], abs=0.3)


def test_a_mirrored_start_stays_mirrored() -> None:
    for state in STATES:
        there = kernels.runge_kutta(tuple(state), 4.0, 0.01, 2e-6)
        back = kernels.runge_kutta(tuple(-state), -4.0, 0.01, 2e-6)
        assert there == tuple(-x for x in back)


def test_upright_at_rest_stays_there() -> None:
    assert kernels.runge_kutta((0.0,) * 6, 0.0, 0.01, 2e-6) == (0.0,) * 6
    assert kernels.euler((0.0,) * 4, 0.0, 0.02) == (0.0,) * 4


def test_a_pole_that_leans_right_falls_right() -> None:
    _, cart, _, turn, _, short = kernels.slope((0.0, 0.0, 0.1, 0.0, 0.1, 0.0), 0.0, 0.0)
    assert turn > 0
    assert short > turn  # the short pole falls faster
    assert cart < 0  # and the cart recoils


def test_a_slow_simulator_of_two_poles_agrees() -> None:
    scales = np.array([4.8, 2.0, 0.52, 2.0, 0.52, 2.0])
    system = Cart(np.arange(6), scales, poles=2)
    state = np.array([0.2, -0.1, 0.05, 0.1, -0.02, 0.03])
    states = film(Linear(BALANCING[None, None]), system, state, 300)
    assert len(states) == 301
    for found in states:
        assert np.abs(found - state).max() < 1e-11
        state = slow_step(state, float(np.clip(0.5 + state / scales @ BALANCING[:6], 0, 1)))


def test_gymnasium_agrees_on_the_single_pole() -> None:
    environment = gymnasium.make("CartPole-v1", disable_env_checker=True)
    environment.reset(seed=4)
    state = np.array(environment.unwrapped.state)  # type: ignore[attr-defined]
    actions, done = np.random.default_rng(1).integers(2, size=500), False
    for action in actions:
        assert not done
        _, _, done, _, _ = environment.step(action)
        state = np.array(kernels.euler(tuple(state), 10.0 if action else -10.0, 0.02))
        assert np.abs(state - environment.unwrapped.state).max() < 1e-12  # type: ignore[attr-defined]
        if done:
            break
    assert done
    assert abs(state[0]) > kernels.TRACK or abs(state[2]) > kernels.LEAN_OF_ONE
    environment.close()


def test_lanes_fail_where_the_set_up_says() -> None:
    inside, outside = radians_of(35.9), radians_of(36.1)
    starts = np.zeros((5, 6))
    starts[:, 0] = (2.3999, 2.4001, 0, 0, 0)
    starts[:, 2] = (0, 0, inside, outside, 0)
    starts[:, 4] = (0, 0, 0, 0, -outside)
    states, living, steps = starts[None].copy(), np.ones((1, 5), np.bool_), np.zeros((1, 5), np.int64)
    columns = np.arange(6)
    observations, ones = np.zeros((1, 5, 6)), np.ones(6)
    states[..., 2] -= 0.001 * np.sign(states[..., 2])  # it falls about 0.001 rad in a time step
    kernels.advance_two_poles(states, np.full((1, 5, 1), 0.5), living, steps, observations, columns, ones)
    assert living.tolist() == [[True, False, True, False, False]]
    assert steps.tolist() == [[1, 1, 1, 1, 1]]
    assert np.array_equal(observations, states)


def radians_of(degrees: float) -> float:
    return degrees * math.pi / 180


def test_double_pole_starts_with_the_long_pole_leaning() -> None:
    scene = DoublePole(angle=5).show(Linear(np.zeros((1, 1, 7))), np.random.default_rng(0))
    hinge, tip = next(shape for shape in scene.shapes if shape.colour == "accent").points[0]
    assert np.arctan2(*(tip - hinge)) == pytest.approx(radians_of(5))
    assert np.hypot(*(tip - hinge)) == pytest.approx(1.0)
