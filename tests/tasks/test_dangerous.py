"""Dangerous foraging: the ceiling without memory, scores known beforehand, and the kernel against a slow oracle."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, pi, sin

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.checks import check_task
from neatcore.interfaces import Array, Evaluation, Floats, Ints, Scene
from tasks.dangerous import ITEMS, NEAR, START, DangerousForaging, arranged

RNG = default_rng


@dataclass(frozen=True)
class Table:
    """Networks without memory: an answer (P, 12, 3) for each quarter, and in each for no signal, food and poison."""

    answers: Floats

    @property
    def size(self) -> int:
        return len(self.answers)

    inputs, outputs = 5, 3

    def reset(self, lanes: int, /) -> Array:
        return np.zeros((self.size, lanes))

    def step(self, state: Array, inputs: Floats, /) -> tuple[Array, Floats]:
        question = 4 * (np.rint(inputs[..., 4]).astype(np.int64) % 3) + np.argmax(inputs[..., :4], axis=2)
        return state, self.answers[np.arange(self.size)[:, None], question]

    def take(self, rows: Ints, /) -> Table:
        return Table(self.answers[rows])


@dataclass(frozen=True)
class Taster:
    """Networks that drive to the next thing, until they have tasted poison; a greedy one never minds."""

    greedy: Ints  # (P,)
    inputs, outputs = 5, 3

    @property
    def size(self) -> int:
        return len(self.greedy)

    def reset(self, lanes: int, /) -> Array:
        return np.zeros((self.size, lanes))

    def step(self, state: Array, inputs: Floats, /) -> tuple[Array, Floats]:
        hurt = np.maximum(state, inputs[..., 4] < 0)
        eats = (hurt == 0) | (self.greedy[:, None] > 0)
        return hurt, DRIVE[np.argmax(inputs[..., :4], axis=2)] * eats[..., None]

    def take(self, rows: Ints, /) -> Taster:
        return Taster(self.greedy[rows])


DRIVE = np.array([[0.0, 1.0, 0.0], [0.0, 0.3, 1.0], [0.0, 0.3, 1.0], [1.0, 0.3, 0.0]])  # left, forward, right, by the quarter


def test_a_learner_that_tastes_once_solves_it_and_one_that_eats_all_does_not() -> None:
    found = DangerousForaging(steps=400).evaluate(Taster(np.array([0, 1])), RNG(0))
    assert found.fitness.tolist() == pytest.approx([0.775, 0.1])
    assert found.solved is not None
    assert found.solved.tolist() == [True, False]
    assert found.behaviour is not None
    np.testing.assert_allclose(found.behaviour, [[1.0, 0.25], [1.0, 1.0]])


def test_without_memory_both_lives_are_the_same() -> None:
    """So 0.1 is the most that can be: whatever the signal makes of the outputs, the robot rests while it is felt."""
    answers = RNG(1).random((400, 12, 3)) ** 2
    answers[:100, :, 1] = 1.0
    answers[:50, :4] = DRIVE
    found = DangerousForaging(worlds=3).evaluate(Table(answers), RNG(0))
    food, poison = found.info["food"], found.info["poison"]
    assert np.array_equal(food, poison)
    assert food.max() > 3
    assert found.fitness.max() <= 0.1 + 1e-12
    np.testing.assert_allclose(found.fitness, 0.025 * food)


def test_a_robot_that_turns_while_it_feels_the_signal_can_keep_the_taste_in_its_heading() -> None:
    """rest=0: no network here remembers, and yet some tell food from poison."""
    answers = np.tile(np.concatenate([DRIVE, DRIVE, DRIVE])[None], (300, 1, 1))
    answers[:, 2] = 0.0  # whatever lies behind is left alone
    answers[:, 4:] = RNG(2).random((300, 8, 3))
    rests, turns = (DangerousForaging(worlds=1, rest=rest).evaluate(Table(answers), RNG(0)).fitness for rest in (1, 0))
    assert rests.max() <= 0.1 + 1e-12
    assert turns.max() > 0.5


def oracle(outputs: Floats, items: Floats, rest: int) -> list[tuple[float, float, int, float]]:
    """x, y, things eaten and signal after each step of a life among food, by the maths library."""
    x, y, heading = START[0], START[1], START[2] * pi / 180
    eaten, resting, signal, told = 0, 0, 0.0, []
    for left, forward, right in outputs:
        if resting:
            resting -= 1
            signal = float(resting > 0)
        else:
            heading += 4.28 * 0.2 * (right - left)
            x, y = x + 20 * 0.2 * forward * cos(heading), y + 20 * 0.2 * forward * sin(heading)
            signal = 0.0
            if hypot(x - items[eaten % 4][0], y - items[eaten % 4][1]) < NEAR:
                eaten, resting, signal = eaten + 1, rest, 1.0
        told.append((x, y, eaten, signal))
    return told


@pytest.mark.parametrize("rest", [1, 3])
def test_lives_go_as_step_by_step(rest: int) -> None:
    task = DangerousForaging(worlds=2, rest=rest)
    system = task._system
    states = task._starts[None].copy()
    living, steps = np.ones((1, 4), np.bool_), np.zeros((1, 4), np.int64)
    seen, rng = system.observe(states), RNG(4)
    wanted, found = [], []
    for _ in range(200):  # drive towards things, with a little noise
        outputs = np.clip(DRIVE[np.argmax(seen[..., :4], axis=2)] + rng.normal(0, 0.05, (1, 4, 3)), 0, 1)
        wanted.append(outputs[0])
        system.advance(states, outputs, living, steps, seen)
        found.append(np.column_stack([states[0][:, [0, 1, 5]], seen[0][:, 4]]))
    for lane, world in ((0, 0), (2, 1)):
        length = int(steps[0, lane])
        slow = oracle(np.array(wanted)[:length, lane], arranged(2)[world], rest)
        np.testing.assert_allclose(np.array(found)[:length, lane], slow, atol=1e-9)
        assert slow[-1][2] >= 3


def test_signals_may_be_two_inputs() -> None:
    one, two = DangerousForaging(), DangerousForaging(signals="two")
    states = one._starts[:2][None].copy()
    states[0, :, 6] = (1.0, -1.0)
    assert one._system.observe(states)[0, :, 4].tolist() == [1.0, -1.0]
    assert two._system.observe(states)[0, :, 4:].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert [len(task.names[0]) for task in (one, two)] == [5, 6] == [len(task.places[0]) for task in (one, two)]


def test_worlds_are_always_the_same_and_begin_with_that_of_the_authors() -> None:
    assert arranged(1).tolist() == [[list(item) for item in ITEMS]]
    assert np.array_equal(arranged(8)[:3], arranged(3))
    assert len(np.unique(arranged(8).reshape(-1, 2), axis=0)) == 32


def test_laws_and_the_scene() -> None:
    task = DangerousForaging(worlds=2, steps=400)
    check_task(task, Taster(np.array([0, 1, 0, 1, 1])))
    shown = task.show(Taster(np.array([0])), RNG(0))
    assert isinstance(shown, Scene)
    assert shown.caption == "left: all is food, 4 of 4 eaten; right: all is poison, 1 of 4 eaten"
    inside = [shape for shape in shown.shapes if shape.colour == "accent"]
    assert len(inside) == 4
    for shape in inside:
        assert shape.points[..., 0].min() > shown.x[0]
        assert shape.points[..., 0].max() < shown.x[1]


def test_evaluations_are_plain() -> None:
    found = DangerousForaging(worlds=1).evaluate(Taster(np.array([0])), RNG(0))
    assert isinstance(found, Evaluation)
    assert set(found.info) == {"food", "poison"}
