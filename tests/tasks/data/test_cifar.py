"""CIFAR-10's binary version: planes become pixels, from files or from the archive; what is damaged is told."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest

from neatcore.errors import InputError
from tasks.data import cifar
from tasks.data.cifar import RECORD, parse, read_cifar
from tests.tasks.files import RNG, cifar_bytes, write_cifar


@pytest.mark.parametrize("home", ["", "cifar10", "cifar-10-batches-bin", "cifar10/cifar-10-batches-bin"])
def test_files_are_found_and_read(home: str, tmp_path: Path) -> None:
    pictures, labels = write_cifar(tmp_path / home)
    (found, classes), (tests, _) = read_cifar(str(tmp_path))
    assert (found == pictures).all()
    assert (classes == labels).all()
    assert tests.shape == (8, 32, 32, 3)


def archive(folder: Path, *left_out: str) -> Path:
    """The archive as it is published, but for some of its files."""
    write_cifar(folder / "cifar-10-batches-bin")
    path = folder / "packed" / "cifar-10-binary.tar.gz"
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as tar:
        for file in sorted((folder / "cifar-10-batches-bin").iterdir()):
            if file.name not in left_out:
                tar.add(file, f"cifar-10-batches-bin/{file.name}")
    return path


def test_the_archive_is_the_same(tmp_path: Path) -> None:
    archive(tmp_path)
    (unpacked, labels), (tests, classes) = read_cifar(str(tmp_path))
    (packed, same), (again, too) = read_cifar(str(tmp_path / "packed"))
    assert (packed == unpacked).all()
    assert (same == labels).all()
    assert (again == tests).all()
    assert (too == classes).all()


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path, "data_batch_3.bin")
    with pytest.raises(InputError, match=r"cifar-10-binary.tar.gz has not all of cifar10: no data_batch_3.bin"):
        read_cifar(str(path.parent))
    (tmp_path / "cifar-10-batches-bin" / "test_batch.bin").unlink()
    with pytest.raises(InputError, match=r"cifar-10-batches-bin has not all of cifar10: no test_batch.bin"):
        read_cifar(str(tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"there is no cifar-10-binary.tar.gz of cifar10 in .*cifar10 or .*--data DIR"):
        read_cifar(str(tmp_path / "empty"))


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"no archive", whole[:1000] + b"\0" * 100 + whole[1100:]):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"cifar-10-binary.tar.gz( is damaged| has not all)"):
            read_cifar(str(path.parent))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "here is damaged: 0 bytes are no number of records of 3,073 bytes"),
        (b"\0" * (2 * RECORD - 1), "here is damaged: 6,145 bytes"),
        (b"\x0b" + b"\0" * (RECORD - 1), "here is no file of CIFAR-10: it has a label 11, beyond 9"),
    ],
)
def test_files_that_are_damaged_are_told(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(content, "here")


def test_records_are_read_plane_by_plane() -> None:
    pictures, labels = RNG(1).integers(256, size=(3, 32, 32, 3)), np.array([7, 0, 9])
    found, classes = parse(cifar_bytes(pictures, labels), "here")
    assert (found == pictures).all()
    assert classes.tolist() == [7, 0, 9]
    assert len(cifar_bytes(pictures, labels)) == 3 * RECORD == 3 * (1 + 3 * cifar.SIDE**2)
