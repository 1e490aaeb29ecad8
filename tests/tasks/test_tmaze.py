"""The T-maze: scores known beforehand, the hall against a picture of it, schedules, and what solves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import default_rng
from pydantic import ValidationError

from neatcore.checks import check_task
from neatcore.interfaces import Array, Floats, Ints, Scene
from tasks.tmaze import TMaze, best_score, kernels

RNG = default_rng
AHEAD, LEFT, RIGHT = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Drivers:
    """Networks by hand. kinds: 0 always left, 1 always right, 2 goes where it last got the high reward, 3 straight on."""

    kinds: Ints
    inputs, outputs = 4, 3

    @property
    def size(self) -> int:
        return len(self.kinds)

    def reset(self, lanes: int, /) -> Array:
        return np.zeros((self.size, lanes))  # 1: to the right

    def step(self, state: Array, inputs: Floats, /) -> tuple[Array, Floats]:
        low = (inputs[..., 3] > 0) & (inputs[..., 3] < 0.5)
        state = np.where(low, 1.0 - state, state)
        right = np.select([self.kinds == 0, self.kinds == 1, self.kinds == 2], [0.0, 1.0, 0.5])[:, None]
        right = np.where(right == 0.5, state, right)
        junction = (inputs[..., 1] > 0) & (inputs[..., 0] == 0) & (self.kinds[:, None] < 3)
        turn = np.where(right[..., None] > 0, RIGHT, LEFT)
        return state, np.where(junction[..., None], turn, AHEAD)

    def take(self, rows: Ints, /) -> Drivers:
        return Drivers(self.kinds[rows])


def test_scores_of_drivers_by_hand() -> None:
    """One that stays on a side gets each reward half of the time; who goes back when it was low loses a trial a change."""
    found = TMaze(jitter=0, schedules=2).evaluate(Drivers(np.arange(4)), RNG(0))
    assert found.fitness.tolist() == pytest.approx([0.6, 0.6, (98 + 99 + 2 * 0.2 + 0.2) / 200, -0.4])
    np.testing.assert_allclose(found.behaviour, [[1, 0], [0, 1], [0.5 - 0.01 + 0.01, 0.5], [0, 0]], atol=0.011)
    np.testing.assert_allclose(found.info["crashed"], [0, 0, 0, 1])


def test_who_learns_solves_it_and_who_stays_does_not() -> None:
    task = TMaze()
    verdicts = [task.examine(Drivers(np.array([kind])), RNG(1)) for kind in range(4)]
    assert [verdict.solved for verdict in verdicts] == [False, False, True, False]
    assert verdicts[2].info["share_of_best"] == pytest.approx(1.0, abs=0.003)


def test_the_best_score_is_what_a_learner_gets_over_all_schedules() -> None:
    task = TMaze(trials=60, switches=2, jitter=5, schedules=40)
    sides = task.drawn(40, RNG(3))
    ends, _ = task._lived(Drivers(np.array([2])), sides)
    assert float(ends[0, :, 6].mean()) == pytest.approx(float(best_score(sides).mean()))


@pytest.mark.parametrize(("switches", "jitter"), [(0, 0), (1, 15), (3, 12)])
def test_schedules_change_as_often_and_where_they_should(switches: int, jitter: int) -> None:
    task = TMaze(switches=switches, jitter=jitter)
    sides = task.drawn(200, RNG(0))
    assert set(np.unique(sides)) == {-1, 1}
    assert sides[:, 0].sum() == 0
    changes = [np.flatnonzero(np.diff(row)) + 1 for row in sides]
    assert {len(each) for each in changes} == {switches}
    for n in range(switches):
        places = np.array([each[n] for each in changes])
        middle = 100 * (n + 1) // (switches + 1)
        assert (places.min(), places.max()) == (middle - jitter, middle + jitter)


def test_the_hall_has_the_walls_that_it_is_drawn_with() -> None:
    picture = ["#########", "#.......#", "####.####", "####.####", "####.####", "#########"]
    for row, line in enumerate(picture):
        for column, mark in enumerate(line):
            assert kernels.free(float(column - 4), float(4 - row), 3) == (mark == "."), (row, column)


def test_what_is_seen_on_the_way() -> None:
    task, sides = TMaze(trials=2, switches=0, jitter=0), np.array([[-1, -1]])
    system, states = task._system(sides), np.zeros((1, 1, 10))
    living, steps, seen = np.ones((1, 1), np.bool_), np.zeros((1, 1), np.int64), task._system(sides).observe(np.zeros((1, 1, 10)))
    told = [seen[0, 0].tolist()]
    for move in (AHEAD, AHEAD, AHEAD, RIGHT, AHEAD, AHEAD, LEFT, AHEAD, RIGHT):
        system.advance(states, move[None, None], living, steps, seen)
        told.append(seen[0, 0].tolist())
    hall, junction = [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]
    assert told == [hall, hall, hall, junction, hall, hall, [1.0, 1.0, 1.0, 0.2], hall, hall, hall]
    assert states[0, 0, [4, 5, 6]].tolist() == [1.0, 1.0, pytest.approx(-0.2)]  # the last move ended the second trial at a wall
    assert living[0, 0]
    system.advance(states, AHEAD[None, None], living, steps, seen)
    assert not living[0, 0]


def test_two_colours_tell_by_their_difference_alone() -> None:
    """Each colour is there as often with the high reward as with the low one."""
    task = TMaze(signature="xor")
    assert (task.inputs, len(task.places[0])) == (5, 5)
    sides = task.drawn(100, RNG(0))
    assert set(np.unique(sides)) == {-2, -1, 1, 2}
    assert best_score(sides) == pytest.approx(best_score(np.sign(sides)))
    for colour in (1, 2):
        states = np.zeros((1, 2, 10))
        states[0, :, 3] = (colour, 2 + colour)
        high, low = task._system(sides).observe(states)[0, :, 3:]
        assert high.sum() == 1
        assert low.sum() in (0, 2)
    states = np.zeros((1, 1, 10))
    states[0, 0, :3] = (2, 3, 1)
    for side, kind in ((1, 1), (2, 2), (-1, 3), (-2, 4)):
        lane = states[0, 0].copy()
        kernels.drive(lane, AHEAD, side, 3, (1.0, 0.2, -0.4))
        assert lane[3] == kind


def test_laws_the_scene_and_limits() -> None:
    task = TMaze(trials=30, jitter=5)
    check_task(task, Drivers(np.array([0, 2, 3, 2, 1])))
    scene = task.show(Drivers(np.array([2])), RNG(0))
    assert isinstance(scene, Scene)
    assert scene.caption.startswith("30 trials, dots above the line end right, below it left: 2")
    assert "wall" not in scene.caption
    assert "30 at a wall" in TMaze(trials=30, jitter=5).show(Drivers(np.array([3])), RNG(0)).caption
    with pytest.raises(ValidationError, match="leave no room for jitter=15; take at most 5, or 248 trials"):
        TMaze(switches=7)
    assert TMaze(switches=7, trials=248).drawn(2, RNG(0)).shape == (2, 248)
