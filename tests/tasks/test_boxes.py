"""The boxes: sets counted, scores of answers known beforehand, resolutions that mean the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from pydantic import ValidationError

from neatcore.checks import check_task
from neatcore.interfaces import Floats, Frames, Ints, Policy, State
from tasks import asking
from tasks.boxes import Boxes
from tasks.boxes.field import VisualField, apart, training
from tests.tasks.policies import Sums, weight_of

RNG = np.random.default_rng
STEPS = {1: 6, 3: 8, 5: 9, 7: 1, 9: 3}  # where the big box stands for each place of the small one


def offsets(task: Boxes) -> tuple[Floats, Floats]:
    """x and y of every input as seen from every output: (O, I) both."""
    inputs, outputs = task.places
    return inputs[None, :, 0] - outputs[:, None, 0], inputs[None, :, 1] - outputs[:, None, 1]


def gaussian(task: Boxes, a: float = 2.0) -> Floats:
    """Weights (1, O, I) of a CPPN that sees distances alone."""
    x, y = offsets(task)
    return weight_of(np.exp(-((a * x) ** 2) - (a * y) ** 2))[None]


@dataclass(frozen=True)
class Told:
    """P networks that answer given places (P, S), whatever they see."""

    places: Ints
    inputs: int = 121
    outputs: int = 121

    @property
    def size(self) -> int:
        return len(self.places)

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        return state, np.eye(self.outputs)[np.broadcast_to(self.places, inputs.shape[:2])]

    def take(self, rows: Ints, /) -> Policy:
        return Told(self.places[rows])


class Late(Sums):
    """Networks that answer nothing before their third step."""

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        taken = (state if state.shape[2] else np.zeros((*state.shape[:2], 1))) + 1
        return taken, super().step(state, inputs)[1] * (taken >= 3)


def test_the_75_trials() -> None:
    trials = VisualField(1).trials()
    expected = {
        (x, y, *big) for x, y in product((1, 3, 5, 7, 9), repeat=2) for big in ((x, STEPS[y]), (STEPS[x], y), (STEPS[x], STEPS[y]))
    }
    assert len(trials) == len(expected) == 75
    assert {tuple(trial) for trial in trials.tolist()} == expected


@pytest.mark.parametrize(("block", "small", "big"), [(1, 0, 1), (3, 1, 4), (5, 2, 7), (7, 3, 10)])
def test_fields_scale(block: int, small: int, big: int) -> None:
    field, coarse = VisualField(block), VisualField(1)
    assert (field.side, field.small, field.big, field.value) == (11 * block, small, big, 1 / block**2)
    assert (field.trials() // block == coarse.trials()).all()
    drawn = field.draw(field.trials()).reshape(75, 11, block, 11, block)
    assert drawn.sum(axis=(2, 4)).reshape(75, -1) == pytest.approx(coarse.draw(coarse.trials()))
    assert np.allclose(np.unique(drawn), [0, field.value])


@pytest.mark.parametrize(("block", "count"), [(1, 7_952), (3, 5_152), (5, 5_600)])
def test_legal_placements_are_as_many_as_published(block: int, count: int) -> None:
    field = VisualField(block)
    placements = field.placements()
    assert len(placements) == len(np.unique(placements, axis=0)) == count
    for part in np.array_split(placements, 8):  # both boxes whole and apart: no pixel is counted twice
        assert field.draw(part).sum(axis=1) == pytest.approx(np.full(len(part), 10.0))
    legal = {tuple(placement) for placement in placements.tolist()}
    trials = field.trials()
    assert apart(trials).min() >= (field.small + field.big + 2) ** 2
    if block == 1:
        assert {tuple(trial) for trial in trials.tolist()} <= legal


def test_a_box_is_drawn_where_it_stands() -> None:
    image = VisualField(1).draw(np.array([[2, 5, 8, 1]])).reshape(11, 11)
    expected = np.zeros((11, 11))
    expected[5, 2] = 1
    expected[0:3, 7:10] = 1
    assert np.array_equal(image, expected)
    with pytest.raises(ValueError, match="a box reaches out of the field"):
        VisualField(1).draw(np.array([[2, 5, 10, 1]]))


def test_places_are_the_published_grid() -> None:
    inputs, outputs = Boxes().places
    assert np.array_equal(inputs, outputs)
    assert inputs[:3].tolist() == [[-1.0, -1.0], [-0.8, -1.0], pytest.approx([-0.6, -1.0])]
    assert inputs[60].tolist() == [0, 0]
    assert inputs[-1].tolist() == [1, 1]
    assert np.abs(Boxes(resolution=55).places[0]).max() == 1


def test_constant_answers_score_what_guessing_is_worth() -> None:
    """Over all 121 places the mean is the expectation of a random guess, the largest the best constant answer."""
    evaluation = Boxes().evaluate(Told(np.arange(121)[:, None]), RNG(0))
    targets = training(1)[1]
    squares = [((np.array([place % 11, place // 11]) - targets) ** 2).sum(axis=1) for place in range(121)]
    assert evaluation.fitness.tolist() == [10 + sum(max(0, 30 - int(square)) for square in each) for each in squares]
    assert evaluation.fitness.mean() == pytest.approx(645, abs=0.5)
    assert evaluation.fitness.max() == 979
    assert evaluation.info["distance"].mean() == pytest.approx(5.54, abs=0.005)
    assert np.sqrt(np.mean(squares)) == pytest.approx(6.13, abs=0.005)
    assert evaluation.behaviour is not None
    assert evaluation.behaviour.shape == (121, 150)
    assert (evaluation.behaviour[13] == np.tile([2, 1], 75)).all()


@pytest.mark.parametrize("a", [0.5, 1.0, 2.0, 5.0])
def test_a_gaussian_of_distance_is_right_every_time(a: float) -> None:
    task = Boxes()
    flat = weight_of(np.exp(-((a * offsets(task)[0]) ** 2)))[None]  # blind to y
    evaluation = task.evaluate(Sums(np.concatenate([gaussian(task, a), flat])), RNG(0))
    assert evaluation.fitness.tolist() == [2_260, 785]
    assert evaluation.info["distance"][0] == 0
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True, False]


def test_always_the_small_box() -> None:
    """A pixel is worth itself less half of its neighbours: most where it stands alone."""
    x, y = offsets(Boxes())
    near = (np.abs(x) < 0.25) & (np.abs(y) < 0.25)
    lonely = np.where(near, -0.5, 0.0) + 1.5 * np.eye(121)
    evaluation = Boxes().evaluate(Sums(lonely[None]), RNG(0))
    assert evaluation.fitness.tolist() == [250]
    assert (evaluation.behaviour == VisualField(1).trials()[:, :2].ravel()).all()


def test_solved_begins_at_95_percent() -> None:
    """Answers three cells to the side of a few targets; each costs 9 of the 2,250, of which 112.5 may be missing."""
    x, y = training(1)[1].T
    aside = np.where(x < 5, x + 3, x - 3)
    places = [y * 11 + np.where(np.arange(75) < wrong, aside, x) for wrong in (0, 12, 13)]
    evaluation = Boxes().evaluate(Told(np.array(places)), RNG(0))
    assert evaluation.fitness.tolist() == [2_260, 2_260 - 108, 2_260 - 117]
    assert evaluation.info["distance"] == pytest.approx([0, 36 / 75, 39 / 75])
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [True, True, False]


@pytest.mark.parametrize("resolution", [11, 33])
def test_generalisation_is_over_all_placements(resolution: int) -> None:
    task = Boxes(resolution=resolution)
    assert task.generalise(Sums(gaussian(task)), RNG(0)) == {"generalisation": 0}


def test_generalisation_is_in_cells_at_any_resolution(monkeypatch: pytest.MonkeyPatch) -> None:
    """Always the middle: the mean distance of the big boxes from it, and the same whatever is asked together."""
    for resolution in (11, 33):
        task, middle = Boxes(resolution=resolution), (resolution**2) // 2
        network = Sums(np.eye(resolution**2)[[middle]][:, :, None].repeat(resolution**2, axis=2))
        big = VisualField(resolution // 11).placements()[:, 2:]
        expected = np.sqrt(((big - resolution // 2) ** 2).sum(axis=1)).mean() * 11 / resolution
        for part in (1 << 17, 1 << 23):
            monkeypatch.setattr(asking, "PART", part)
            assert task.generalise(network, RNG(0))["generalisation"] == pytest.approx(expected, rel=1e-12)


def test_trials_are_held_for_steps() -> None:
    network = Late(gaussian(Boxes()))
    first = Boxes().evaluate(Told(np.zeros((1, 1), np.int64)), RNG(0)).fitness
    assert Boxes(steps=2).evaluate(network, RNG(0)).fitness == first
    assert Boxes(steps=3).evaluate(network, RNG(0)).fitness == 2_260


@pytest.mark.parametrize("resolution", [11, 33])
def test_it_keeps_the_laws_of_a_task(resolution: int) -> None:
    task = Boxes(resolution=resolution)
    check_task(task, Sums(RNG(1).normal(size=(3, task.outputs, task.inputs))))


@pytest.mark.parametrize("resolution", [11, 33, 55])
def test_what_is_shown(resolution: int) -> None:
    """The field left, the answer right: brightest and marked green in the middle of the big box."""
    task = Boxes(resolution=resolution)
    shown = task.show(Sums(gaussian(task)), RNG(0))
    assert isinstance(shown, Frames)
    assert shown.images.shape == (12, 346, 700, 3)
    assert len({image.tobytes() for image in shown.images}) == 12
    trials = VisualField(resolution // 11).trials()[np.sort(RNG(0).choice(75, 12, replace=False))]
    pixel = 330 // resolution
    for image, (small_x, small_y, x, y) in zip(shown.images, trials.tolist(), strict=True):
        left, right = image[8:-8, 8:338], image[8:-8, 362:-8]
        at = [(round((v + 0.5) * pixel), round((u + 0.5) * pixel)) for u, v in ((small_x, small_y), (x, y))]
        assert all(left[place].min() > 200 for place in at)
        assert right[at[1]].tolist() == [77, 196, 161]


def test_a_wrong_answer_is_marked_orange() -> None:
    shown = Boxes().show(Told(np.zeros((1, 1), np.int64)), RNG(0))
    assert all(image[8 + 15, 362 + 15].tolist() == [241, 146, 90] for image in shown.images)


@pytest.mark.parametrize(("resolution", "nearest"), [(12, 11), (22, 11), (35, 33), (50, 55), (66, 55)])
def test_resolutions_that_are_none(resolution: int, nearest: int) -> None:
    with pytest.raises(ValidationError, match=f"resolution={resolution} is no odd multiple of 11; the nearest is {nearest}"):
        Boxes(resolution=resolution)
