"""Denoising: what is spoilt, errors by hand, laws, what is shown, what is told where it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng
from sklearn.datasets import load_digits

from neatcore.checks import check_task
from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats, Frames, Generalising, Ints, Named, Placed, Policy, Showable, State, Teaching
from tasks.denoising import Denoise
from tasks.restored import COLUMNS, EDGE, LEFT, SIDE, restored
from tests.tasks.files import write_mnist
from tests.tasks.policies import Sums

DIGITS = load_digits().images.reshape(-1, 64).astype(np.float32) / 16


@dataclass(frozen=True)
class Grey:
    """Networks that each answer one grey for every pixel, whatever they see."""

    greys: Floats
    outputs: int = 64

    @property
    def size(self) -> int:
        return len(self.greys)

    @property
    def inputs(self) -> int:
        return self.outputs

    def reset(self, lanes: int, /) -> State:
        return np.zeros((self.size, lanes, 0))

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        return state, np.broadcast_to(self.greys[:, None, None], (self.size, len(inputs[0]), self.outputs))

    def take(self, rows: Ints, /) -> Policy:
        return Grey(self.greys[rows], self.outputs)


def taught(task: Denoise, seed: int = 0, size: int = 10_000) -> tuple[Array, Array]:
    (batch,) = task.batches(size, default_rng(seed))
    return batch


def test_it_plays_all_its_roles() -> None:
    task = Denoise()
    assert all(isinstance(task, role) for role in (Teaching, Generalising, Showable, Named, Placed))
    assert (task.inputs, task.outputs, task.picture_shape) == (64, 64, (8, 8, 1))
    (near, far), (inputs, outputs) = task.places, task.names
    assert np.array_equal(near, far)
    assert near[[0, 7, 8, 63]].tolist() == [[-1, -1], [1, -1], [-1, pytest.approx(-5 / 7)], [1, 1]]
    assert inputs == outputs
    assert [inputs[0], inputs[9], inputs[63]] == ["1,1", "2,2", "8,8"]


def test_clean_pictures_are_the_training_digits() -> None:
    _, clean = taught(Denoise())
    assert clean.dtype == np.float32
    assert np.array_equal(np.sort(clean, axis=0), np.sort(DIGITS[200:1497], axis=0))
    few = np.concatenate([clean for _, clean in Denoise(training=7).batches(3, default_rng(0))])
    assert np.array_equal(np.sort(few, axis=0), np.sort(DIGITS[200:207], axis=0))


def test_shrunk_pixels_are_means_of_blocks() -> None:
    _, clean = taught(Denoise(shrink=4, training=1))
    assert clean[0] == pytest.approx(DIGITS[200].reshape(2, 4, 2, 4).mean(axis=(1, 3)).ravel())


def test_salt_and_pepper_spoils_its_share() -> None:
    spoilt, clean = taught(Denoise(amount=0.4))
    changed = spoilt != clean
    white, black = (spoilt == 1) & changed, (spoilt == 0) & changed
    assert np.array_equal(changed, white | black)
    assert (spoilt == 1)[clean < 1].mean() == pytest.approx(0.2, abs=0.01)
    assert (spoilt == 0)[clean > 0].mean() == pytest.approx(0.2, abs=0.01)
    assert not np.array_equal(taught(Denoise(), 1)[0], taught(Denoise(), 2)[0])


def test_masks_and_gaussian_noise() -> None:
    spoilt, clean = taught(Denoise(noise="mask", amount=0.25))
    assert np.array_equal(spoilt[spoilt > 0], clean[spoilt > 0])
    assert (spoilt == 0)[clean > 0].mean() == pytest.approx(0.25, abs=0.01)
    spoilt, clean = taught(Denoise(noise="gaussian", amount=0.2))
    assert float((spoilt - clean).std()) == pytest.approx(0.2, rel=0.01)
    assert float((spoilt - clean).mean()) == pytest.approx(0.0, abs=0.002)


def test_errors_are_those_by_hand() -> None:
    """All 200 digits kept for validation: a grey g for every pixel errs by the mean of (g - x)²."""
    greys, kept = np.array([0.0, 0.25, 1.0]), DIGITS[:200].astype(np.float64)
    evaluation = Denoise(goal=0.2).evaluate(Grey(greys), default_rng(3))
    wanted = [float(np.square(grey - kept).mean()) for grey in greys]
    assert evaluation.info["error"] == pytest.approx(wanted)
    assert -evaluation.fitness == pytest.approx(wanted)
    assert wanted == pytest.approx([0.2371, 0.1476, 0.6293], abs=5e-5)
    assert evaluation.solved is not None
    assert evaluation.solved.tolist() == [False, True, False]
    assert Denoise().evaluate(Grey(greys), default_rng(3)).solved is None


def test_who_gives_back_what_it_sees_leaves_all_of_the_error() -> None:
    identity = Sums(np.eye(64)[None])
    task = Denoise()
    assert task.evaluate(identity, default_rng(0)).info["left"] == pytest.approx([1.0], rel=1e-6)
    tested = task.generalise(identity, default_rng(0))
    assert tested["test_left"] == pytest.approx(1.0, rel=1e-6)
    # a spoilt pixel is 0 or 1, each for a share of 0.15
    kept = DIGITS[1497:].astype(np.float64)
    assert tested["test_error"] == pytest.approx(0.15 * (np.square(kept) + np.square(1 - kept)).mean(), rel=0.03)


def test_where_nothing_is_spoilt_there_is_no_share() -> None:
    task, identity = Denoise(amount=1e-300), Sums(np.eye(64)[None])
    assert np.isnan(task.evaluate(identity, default_rng(0)).info["left"]).all()
    assert np.isnan(task.generalise(identity, default_rng(0))["test_left"])
    assert "left" not in task.show(identity, default_rng(0)).caption


def test_it_keeps_the_laws_of_tasks() -> None:
    check_task(Denoise(sampled=20))


def test_what_is_shown_are_three_rows_of_pictures() -> None:
    frames = Denoise().show(Grey(np.array([0.5])), default_rng(0))
    assert isinstance(frames, Frames)
    assert frames.images.shape[0] == 1
    assert frames.images.shape[2] == LEFT + 2 * EDGE + COLUMNS * (SIDE + 6) - 6
    assert "as they were" in frames.caption
    black, grey, white = restored(np.zeros((1, 2, 2)), np.full((1, 2, 2), 0.5), np.full((1, 2, 2), 7.0))[
        [EDGE + 5, EDGE + SIDE + 11, EDGE + 2 * SIDE + 17], LEFT + EDGE + 5
    ].mean(axis=1)
    assert black < grey < white


def test_mnist_is_read_from_a_folder(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist")
    task = Denoise(data=str(tmp_path), shrink=2, sampled=5)
    assert (task.inputs, task.picture_shape) == (196, (14, 14, 1))
    check_task(task)
    assert Denoise(pictures="digits", data=str(tmp_path)).inputs == 64


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (Denoise(shrink=3), r"shrink=3 does not divide the 8 × 8 pixels of digits"),
        (Denoise(training=2000), r"training=2000 of digits is more than the 1,297 training pictures that there are"),
        (Denoise(sampled=201), r"sampled=201 of digits is more than the 200 validation pictures that there are"),
        (Denoise(pictures="mnist", data="nowhere"), r"nowhere"),
    ],
)
def test_what_cannot_be_is_told(task: Denoise, told: str) -> None:
    with pytest.raises(InputError, match=told):
        _ = task.inputs
