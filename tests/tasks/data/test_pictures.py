"""Labelled pictures: parts that share nothing, the published files where they are there, and files that do not belong together."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from neatcore.errors import InputError
from tasks.data import pictures
from tasks.data.folder import VARIABLE
from tasks.data.pictures import CHECKSUMS, load, outliers
from tests.tasks.files import write_cifar, write_idx, write_mnist


def test_the_first_pictures_are_kept_for_validation(tmp_path: Path) -> None:
    whole, labels = write_mnist(tmp_path / "mnist")
    found = load("mnist", str(tmp_path))
    assert (len(found.training), len(found.validation), len(found.test)) == (110, 10, 30)
    assert found.shape == (28, 28, 1)
    assert (np.concatenate([found.validation.pictures, found.training.pictures])[..., 0] == whole).all()
    assert (np.concatenate([found.validation.labels, found.training.labels]) == labels).all()
    assert not found.training.pictures.flags.writeable


def test_cifar_keeps_a_tenth(tmp_path: Path) -> None:
    whole, _ = write_cifar(tmp_path, each=8)
    found = load("cifar10", str(tmp_path))
    assert (len(found.training), len(found.validation), len(found.test)) == (36, 4, 8)
    assert (found.training.pictures == whole[4:]).all()
    assert found.shape == (32, 32, 3)


def test_digits_come_in_three_parts_that_make_the_whole() -> None:
    found = load("digits", "")
    parts = (found.validation, found.training, found.test)
    assert [len(part) for part in parts] == [200, 1297, 300]
    assert found.shape == (8, 8, 1)
    assert found.white == 16 == found.training.pictures.max()
    from sklearn.datasets import load_digits

    whole = load_digits()
    assert (np.concatenate([part.pictures for part in parts])[..., 0] == whole.images).all()
    assert (np.concatenate([part.labels for part in parts]) == whole.target).all()


def test_unpacked_files_and_other_spellings_are_read(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist")
    for path in sorted((tmp_path / "mnist").iterdir()):
        path.with_name(path.name.removesuffix(".gz").replace("-idx", ".idx")).write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    assert len(load("mnist", str(tmp_path)).training) == 110


def test_the_variable_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, count in (("one", 120), ("two", 240)):
        write_mnist(tmp_path / place / "fashion-mnist", training=count)
        monkeypatch.setenv(VARIABLE, str(tmp_path / place))
        assert len(load("fashion-mnist", "").training) == count * 11 // 12


def test_another_data_sets_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mnist(tmp_path)
    checksum = sha256((tmp_path / "train-labels-idx1-ubyte.gz").read_bytes()).hexdigest()
    assert len(load("mnist", str(tmp_path)).training) == 110  # a checksum that nobody knows is no mistake
    monkeypatch.setitem(pictures.OWNERS, checksum, "mnist")
    with pytest.raises(InputError, match=r"train-labels-idx1-ubyte.gz is mnist's, not fashion-mnist's; name another folder"):
        load("fashion-mnist", str(tmp_path))


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((24, 8, 8)), np.zeros(24), "are 8 × 8 pixels, those of mnist 28 × 28"),
        (np.zeros((24, 28, 28)), np.zeros(23), r"train-labels-idx1-ubyte.gz has 23 labels for 24 pictures"),
        (np.zeros((24, 28, 28)), np.full(24, 10), "has no labels from 0 to 9"),
        (np.zeros((0, 28, 28)), np.zeros(0), "has no labels from 0 to 9"),
        (np.zeros((11, 28, 28)), np.zeros(11), "11 pictures are too few to learn from"),
    ],
)
def test_what_does_not_belong_together_is_told(images: object, labels: object, message: str, tmp_path: Path) -> None:
    write_mnist(tmp_path)
    write_idx(tmp_path / "train-images-idx3-ubyte.gz", np.asarray(images))
    write_idx(tmp_path / "train-labels-idx1-ubyte.gz", np.asarray(labels))
    with pytest.raises(InputError, match=message):
        load("mnist", str(tmp_path))


def test_outliers_are_a_test_set_alone(tmp_path: Path) -> None:
    write_mnist(tmp_path / "notmnist", test=40)
    for path in (tmp_path / "notmnist").glob("train-*"):
        path.unlink()
    assert outliers(str(tmp_path)).pictures.shape == (40, 28, 28, 1)


@pytest.mark.parametrize(
    ("name", "first", "counts"),
    [
        ("mnist", [5, 0, 4, 1, 9, 2, 1, 3, 1, 4], [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("fashion-mnist", [9, 0, 0, 3, 0, 2, 7, 2, 5, 5], [6000] * 10),
    ],
)
def test_the_published_files(name: str, first: list[int], counts: list[int], data: Path) -> None:
    found = load(name, str(data))
    assert (len(found.training), len(found.validation), len(found.test)) == (55_000, 5_000, 10_000)
    assert found.validation.labels[:10].tolist() == first
    assert (np.bincount(found.training.labels) + np.bincount(found.validation.labels)).tolist() == counts
    for file, checksum in CHECKSUMS[name].items():
        assert sha256((data / name / f"{file}.gz").read_bytes()).hexdigest() == checksum


def test_published_letters(data: Path) -> None:
    found = outliers(str(data))
    assert np.bincount(found.labels).tolist() == [1000] * 10
