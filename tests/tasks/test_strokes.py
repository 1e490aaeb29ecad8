"""Drawings to predict: batches that end in NaN, the density of whole drawings, laws."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neatcore.checks import check_task
from neatcore.errors import InputError
from neatcore.interfaces import Array, Generalising, Named, Teaching
from tasks.data.strokes import Drawings
from tasks.likelihood import mixture_density
from tasks.registry import find_task
from tasks.strokes import Strokes
from tests.tasks.files import stroke_arrays, write_strokes
from tests.tasks.policies import Leaky, Still

RNG = np.random.default_rng


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(write_strokes(tmp_path / "walks.npz", stroke_arrays(40)))


def drawing(drawings: Drawings, k: int) -> Array:
    return drawings.points[drawings.starts[k] : drawings.starts[k + 1]]


def lanes(batches: list[tuple[Array, Array]]) -> list[tuple[Array, Array]]:
    """Each drawing of the batches: its points and those that came next, without what is behind its end."""
    found = []
    for points, due in batches:
        for s in range(points.shape[1]):
            there = ~np.isnan(due[:, s]).any(axis=1)
            assert (np.diff(there.astype(int)) <= 0).all()  # NaN only at the end
            assert np.isnan(due[~there, s]).all()
            assert (points[~there, s] == 0).all()
            found.append((points[there, s], due[there, s]))
    return found


def test_batches_have_every_drawing_once_and_nan_after_its_end(file: str) -> None:
    task = Strokes(file=file)
    batches = list(task.batches(16, RNG(0)))
    assert [points.shape for points, _ in batches] == [(32, 16, 3), (32, 16, 3), (32, 8, 3)]
    assert all(points.dtype == due.dtype == np.float32 for points, due in batches)
    training = task.sketches.training
    wanted = {drawing(training, k).astype(np.float32).tobytes() for k in range(len(training))}
    found = {np.concatenate([points, due[-1:]]).tobytes() for points, due in lanes(batches)}
    assert found == wanted
    assert len(found) == 40


def test_what_is_due_is_the_point_that_comes_next(file: str) -> None:
    for points, due in lanes(list(Strokes(file=file).batches(16, RNG(0)))):
        assert (points[0] == 0).all()
        assert (points[1:] == due[:-1]).all()
        assert due[-1, 2] == 1


def test_long_drawings_are_cut(file: str) -> None:
    whole, cut = Strokes(file=file), Strokes(file=file, longest=4)
    for (long, then), (short, soon) in zip(lanes(list(whole.batches(9, RNG(3)))), lanes(list(cut.batches(9, RNG(3)))), strict=True):
        assert len(short) == min(4, len(long))
        assert (short == long[:4]).all()
        assert (soon == then[:4]).all()
    assert {points.shape[0] for points, _ in cut.batches(9, RNG(0))} == {4}
    policy = Leaky(RNG(0).normal(size=(1, 121, 4)))
    assert cut.evaluate(policy, RNG(0)).fitness == whole.evaluate(policy, RNG(0)).fitness  # measured on whole ones


def test_short_drawings_are_not_taught(file: str) -> None:
    every, few = Strokes(file=file), Strokes(file=file, shortest=6)
    lengths = every.sketches.training.lengths
    taught = [len(points) for points, _ in lanes(list(few.batches(9, RNG(0))))]
    assert sorted(taught) == sorted(length for length in lengths.tolist() if length >= 6)
    assert 0 < len(taught) < len(lengths)
    policy = Leaky(RNG(0).normal(size=(1, 121, 4)))
    assert few.evaluate(policy, RNG(0)).fitness == every.evaluate(policy, RNG(0)).fitness  # measured on all
    with pytest.raises(InputError, match=f"shortest=9999 leaves out all drawings; the longest has {lengths.max()} points"):
        next(Strokes(file=file, shortest=9999).batches(9, RNG(0)))


def test_augmented_drawings_are_stretched_by_up_to_a_tenth(file: str) -> None:
    plain, other = Strokes(file=file), Strokes(file=file, augment=True)
    factors = []
    one, two = lanes(list(plain.batches(40, RNG(2)))), lanes(list(other.batches(40, RNG(2))))
    for (points, due), (stretched, soon) in zip(one, two, strict=True):
        assert (stretched[:, 2] == points[:, 2]).all()
        ratio = (soon[:, 0] / due[:, 0]).mean()
        assert stretched[:, 0] == pytest.approx(points[:, 0] * ratio, rel=1e-5)
        factors.append(ratio)
    assert 0.9 <= min(factors) < 0.94
    assert 1.06 < max(factors) <= 1.1
    again = lanes(list(other.batches(40, RNG(2))))
    assert all((a == b).all() for (a, _), (b, _) in zip(two, again, strict=True))


@pytest.mark.parametrize("parameters", [{}, {"validated": 7}])
def test_fitness_is_the_mean_log_density_of_a_point(parameters: dict[str, Any], file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    task = Strokes(file=file, mixtures=2, **parameters)
    answers = RNG(0).normal(size=(3, 13))
    validation = task.sketches.validation
    drawings = [drawing(validation, k)[1:] for k in range(task.validated or len(validation))]
    density = np.array([[mixture_density(row, points).sum() for points in drawings] for row in answers])
    for part in (1 << 17, 500):
        monkeypatch.setattr("tasks.asking.PART", part)
        found = task.evaluate(Still(answers), RNG(0))
        assert found.fitness == pytest.approx(density.sum(axis=1) / sum(map(len, drawings)))
        assert found.info["nats"] == pytest.approx(-density.mean(axis=1))


def test_drawings_of_unlike_length_are_measured_with_memory(file: str) -> None:
    """As one drawing after the other would be."""
    task = Strokes(file=file, mixtures=1)
    policy = Leaky(RNG(1).normal(scale=0.3, size=(2, 7, 4)))
    test, total = task.sketches.test, 0.0
    for k in range(len(test)):
        points, state = drawing(test, k), policy.reset(1)
        for now, then in pairwise(points):
            state, outputs = policy.step(state, np.tile(now, (2, 1, 1)))
            total += float(mixture_density(outputs[0, 0], then))
    assert task.generalise(policy, RNG(0)) == pytest.approx({"nats": -total / len(test)})


def test_it_keeps_the_laws_of_a_task(file: str) -> None:
    task = Strokes(file=file, mixtures=3)
    check_task(task)
    check_task(task, Leaky(RNG(0).normal(size=(5, 19, 4))))
    for role in (Teaching, Named, Generalising):
        assert isinstance(task, role)
    assert (task.loss, task.carries) == ("mixture-density", False)
    assert (task.inputs, task.outputs, Strokes(file=file).outputs) == (3, 19, 121)


def test_a_drawing_of_one_point_is_not_measured_and_one_of_two_is_enough(tmp_path: Path) -> None:
    two, lone = np.array([[0, 0, 0], [3, 5, 1]]), np.array([[0, 0, 1]])
    arrays = {f"{part}_points": two for part in ("train", "valid", "test")}
    arrays |= {f"{part}_offsets": np.array([0, 2]) for part in ("train", "valid", "test")}
    whole = Strokes(file=str(write_strokes(tmp_path / "two.npz", arrays)), validated=1)
    arrays |= {"valid_points": np.concatenate([lone, two]), "valid_offsets": np.array([0, 1, 3])}
    more = Strokes(file=str(write_strokes(tmp_path / "more.npz", arrays)), validated=1)
    found = [float(task.evaluate(Still(np.zeros((1, task.outputs)), task.inputs), RNG(0)).fitness[0]) for task in (whole, more)]
    assert found[0] == found[1]
    assert np.isfinite(found[0])


def test_any_network_has_a_finite_fitness(file: str) -> None:
    answers = np.stack([np.full(13, value) for value in (-1e300, 1e300)])
    assert np.isfinite(Strokes(file=file, mixtures=2).evaluate(Still(answers), RNG(0)).fitness).all()


def test_names_stand_in_the_order_of_the_density(file: str) -> None:
    """The mean of the second component in y is what its name says."""
    task = Strokes(file=file, mixtures=3)
    names = list(task.names[1])
    outputs = np.zeros(19)
    outputs[names.index("π2")] = 50.0
    outputs[names.index("μy2")] = 4.0
    outputs[names.index("σy2")] = outputs[names.index("σx2")] = -5.0
    outputs[names.index("pen")] = 50.0
    sharp = 2 * 5.0 - np.log(2 * np.pi)
    assert mixture_density(outputs, np.array([0.0, 4.0, 0.0])) == pytest.approx(sharp)


def test_drawings_by_their_name(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(file).parent)
    kind = find_task("strokes:walks.npz")
    assert kind.reference == f"strokes:{file}"
    assert kind.make(mixtures=1) == Strokes(file=file, mixtures=1)


def test_published_drawings_have_few_sizes_of_batches(data: Path) -> None:
    task = Strokes(file=str(data / "strokes" / "omniglot_flat.npz"))
    batches = list(task.batches(64, RNG(0)))
    assert {points.shape[0] for points, _ in batches} <= {64, 96, 128, 160}
    assert sum(points.shape[1] for points, _ in batches) == 30_000
    standard = np.zeros((1, 121))  # every component a standard normal, a coin for the pen
    found = task.evaluate(Still(standard), RNG(0))
    validation = task.sketches.validation
    points = np.concatenate([drawing(validation, k)[1:] for k in range(1000)])
    assert found.fitness == pytest.approx([-np.log(4 * np.pi) - (points[:, :2] ** 2).sum(axis=1).mean() / 2])
