"""The octopus arm: forces are the slope of a potential, energy, symmetry, constant area, and what a network is told."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from neatcore.checks import check_task
from neatcore.interfaces import Floats, Scene
from tasks.octopus import Octopus, kernels, points_of, straight, tip_of
from tests.tasks.policies import Still

RNG = np.random.default_rng
MUSCLE = np.arange(30) % 3  # dorsal, transversal, ventral


def corners(state: Floats) -> Floats:
    """All pairs (11, 2, 2) of a state, the base's among them."""
    base = 0.5 * np.array([[-state[83], state[82]], [state[83], -state[82]]])
    return np.concatenate([base[None], points_of(state)])


def areas(state: Floats) -> Floats:
    """Of the ten compartments, by two triangles each."""
    found = []
    for near, far in zip(corners(state), corners(state)[1:]):
        (d, v), (e, w) = near, far
        found.append(0.5 * (np.linalg.det([w - v, e - v]) + np.linalg.det([e - v, d - v])))
    return np.array(found)


def potential(state: Floats, activations: Floats) -> float:
    """In the words of the documentation, muscle by muscle."""
    pairs, total = corners(state), 0.0
    for i in range(10):
        strength, long = (0.5 - 0.025 * (i + 1)) / 0.5, np.sqrt(1 + 0.025**2)
        muscles = [(pairs[i, 0], pairs[i + 1, 0], long), (pairs[i + 1, 0], pairs[i + 1, 1], strength)]
        muscles.append((pairs[i, 1], pairs[i + 1, 1], long))
        for (one, other, rest), activation in zip(muscles, activations[3 * i : 3 * i + 3]):
            length = float(np.linalg.norm(other - one))
            total += 0.5 * 4.0 * strength * (length - rest) ** 2
            total += 0.5 * 20.0 * strength * activation * max(length - 0.4 * rest, 0.0) ** 2
        total += 0.5 * 1000.0 * (areas(state)[i] - (1.0 - 0.05 * (i + 0.5))) ** 2
    return total


def energy(state: Floats, activations: Floats) -> float:
    speeds = state[2:82].reshape(20, 4)[:, 2:]
    return potential(state, activations) + 0.5 * float(np.square(speeds).sum())


def moved(
    state: Floats, activations: Floats, steps: int, *, torque: float = 0.0, dt: float = 0.01, friction: float = 1.0
) -> Floats:
    state, points, forces = state.copy(), np.empty((22, 4)), np.empty((22, 2))
    for _ in range(steps):
        kernels.move(state, activations, torque, dt, friction, points, forces)
    return state


def disturbed(seed: int = 0) -> Floats:
    state = straight(20)
    state[2:82] += RNG(seed).normal(0, 0.05, 80)
    return state


def test_an_arm_at_rest_is_ten_long_and_stays() -> None:
    for degrees in (0, 90, -60):
        state = straight(degrees)
        assert tip_of(state) == pytest.approx(10 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]))
        np.testing.assert_allclose(moved(state, np.zeros(30), 200), state, atol=1e-9)
        np.testing.assert_allclose(areas(state), kernels.AREAS)


def test_forces_are_the_slope_of_the_potential() -> None:
    state, activations = disturbed(), RNG(1).random(30)
    points, forces = np.empty((22, 4)), np.empty((22, 2))
    kernels.load(state, points)
    kernels.feel(points, forces, activations, 0.0)
    for point in range(20):
        for axis in range(2):
            shift = np.zeros(84)
            shift[2 + 4 * point + axis] = 1e-6
            slope = (potential(state + shift, activations) - potential(state - shift, activations)) / 2e-6
            assert forces[point + 2, axis] == pytest.approx(-slope, rel=1e-5, abs=1e-4)


def test_without_friction_energy_stays_and_the_better_the_finer_the_steps() -> None:
    state, activations = disturbed(), RNG(1).random(30)
    start = energy(state, activations)
    worst = []
    for dt in (0.004, 0.002):
        now, off = state, 0.0
        for _ in range(40):
            now = moved(now, activations, round(0.1 / dt), dt=dt, friction=0.0)
            off = max(off, abs(energy(now, activations) - start))
        worst.append(off)
    assert worst[0] < 0.05 * start
    assert worst[1] < 0.6 * worst[0]


def test_friction_takes_energy_until_the_arm_rests() -> None:
    state, still = disturbed(), np.zeros(30)
    course = [energy(moved(state, still, steps), still) for steps in (0, 10, 50, 200, 3000)]
    assert all(later < earlier for earlier, later in pairwise(course))
    assert course[-1] < 1e-3 * course[0]


def mirrored(state: Floats) -> Floats:
    """Dorsal for ventral, up for down."""
    points = state[2:82].reshape(10, 2, 4)[:, ::-1] * np.array([1, -1, 1, -1])
    return np.concatenate([-state[:2], points.ravel(), state[82:83], -state[83:]])


def test_what_is_mirrored_moves_mirrored() -> None:
    state, activations = disturbed(), RNG(2).random(30)
    swapped = activations.reshape(10, 3)[:, ::-1].ravel()
    one = moved(state, activations, 300, torque=2.0)
    other = moved(mirrored(state), swapped, 300, torque=-2.0)
    np.testing.assert_allclose(mirrored(other), one, atol=1e-7)
    assert np.abs(one - state).max() > 1


def test_directions_are_alike() -> None:
    activations = RNG(3).random(30)
    one, other = (moved(straight(degrees), activations, 200) for degrees in (0, 90))
    turned = np.stack([-points_of(one)[..., 1], points_of(one)[..., 0]], axis=-1)
    np.testing.assert_allclose(points_of(other), turned, atol=1e-8)


@pytest.mark.parametrize(("muscles", "length"), [((), (9.9, 10.1)), ((0, 2), (5.5, 7.5)), ((1,), (11, 13)), ((0, 1, 2), (7, 9))])
def test_the_area_of_compartments_is_kept_and_arms_lengthen_by_thinning(
    muscles: tuple[int, ...], length: tuple[float, float]
) -> None:
    state = moved(straight(0), np.isin(MUSCLE, muscles).astype(float), 1500)
    np.testing.assert_allclose(areas(state), kernels.AREAS, rtol=0.03)
    assert length[0] < tip_of(state)[0] < length[1]


def test_one_side_bends_the_arm_to_it() -> None:
    for muscle, sign in ((0, 1), (2, -1)):
        state = moved(straight(0), np.isin(MUSCLE, muscle).astype(float), 3000)
        assert sign * tip_of(state)[1] > 1


def test_the_base_turns_within_its_limits_and_its_direction_follows_its_angle() -> None:
    state = moved(straight(0), np.zeros(30), 500, torque=4.0)
    assert state[0] == kernels.FURTHEST
    assert state[1] == 0
    assert state[82:] == pytest.approx([np.cos(state[0]), np.sin(state[0])], abs=1e-6)


# --- the task -----------------------------------------------------------------------------------------------------------


def test_it_keeps_the_laws_of_tasks() -> None:
    check_task(Octopus(steps=5))


def test_fitness_is_time_times_distance() -> None:
    still = np.zeros((1, 32))
    found = Octopus(starts=(0.0,), goal=(10.0, 3.0), steps=20).evaluate(Still(still, inputs=82), RNG(0))
    assert found.fitness == pytest.approx([0.0])  # all the time, all the distance
    assert found.info["distance"] == pytest.approx([3.0])
    assert not found.solved.any()  # type: ignore[union-attr]
    there = Octopus(starts=(0.0, 90.0), goal=(10.3, 0.0), steps=20).evaluate(Still(still, inputs=82), RNG(0))
    one = 1 - 1 / 20
    assert there.fitness == pytest.approx([one / 2])
    assert not there.solved.any()  # type: ignore[union-attr]
    bent = np.zeros((2, 32))
    bent[1, 31] = 1.0  # turned right
    x, y = tip_of(moved(straight(60), np.zeros(30), 1000, torque=-4.0))  # after a hundred decisions
    both = Octopus(starts=(60.0,), goal=(x, y), radius=0.1, steps=150).evaluate(Still(bent, inputs=82), RNG(0))
    assert both.solved is not None
    assert both.solved.tolist() == [False, True]
    assert 60 < both.info["steps"][1] <= 100
    assert both.fitness[1] > both.fitness[0]


def test_a_drawn_arm_moves_and_stays_in_the_picture() -> None:
    scene = Octopus(steps=30).show(Still(np.full((1, 32), 0.4), inputs=82), RNG(0))
    assert isinstance(scene, Scene)
    outline = next(shape for shape in scene.shapes if shape.points.shape[1] == 23)
    assert outline.points.shape == (31, 23, 2)
    for axis, limits in enumerate((scene.x, scene.y)):
        assert limits[0] < outline.points[..., axis].min() < outline.points[..., axis].max() < limits[1]
    assert np.ptp(outline.points, axis=0).max() > 0.1


@pytest.mark.parametrize(("key", "value"), [("starts", []), ("starts", [200]), ("radius", 0), ("steps", 0), ("goal", [1])])
def test_what_cannot_be_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        Octopus.model_validate({key: value})


def test_an_arm_that_would_be_torn_stays_where_it_was_at_rest() -> None:
    task = Octopus()
    states = np.tile(straight(20.0), (1, 2, 1))
    states[0, 0, 2 + 4 * 7 + 2] = 1e5  # how fast a point flies away
    before = states.copy()
    living, steps, observations = np.ones((1, 2), bool), np.zeros((1, 2), np.int64), np.zeros((1, 2, 82))
    outputs = np.full((1, 2, 32), 0.5)
    kernels.advance(states, outputs, living, steps, observations, np.ones(84), np.array(task.goal), task.radius)
    velocities = states[0, 0, 2:82].reshape(20, 4)[:, 2:]
    np.testing.assert_array_equal(points_of(states[0, 0]), points_of(before[0, 0]))
    assert not velocities.any()
    assert steps.tolist() == [[1, 1]]
    assert living.all()
    assert np.abs(points_of(states[0, 1]) - points_of(before[0, 1])).max() > 1e-4  # the other one moves
