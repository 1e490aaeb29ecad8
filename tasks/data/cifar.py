"""CIFAR-10's binary version: records of a label and the red, green and blue planes of a picture (Krizhevsky 2009)."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neatcore.errors import InputError, require
from neatcore.interfaces import Ints
from tasks.data.folder import Source, locate, look
from tasks.data.idx import unpacked

SIDE, CHANNELS, CLASSES = 32, 3, 10
RECORD = 1 + CHANNELS * SIDE * SIDE
HOMES = ("cifar-10-batches-bin", "cifar10", "cifar10/cifar-10-batches-bin")
TRAINING = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = ("test_batch.bin",)
ARCHIVE = Source(
    "cifar10",
    ("cifar10",),
    ("cifar-10-binary.tar.gz",),
    "md5:c32a1d4ab5d03f1284b67883e8d87530",
    ("https://www.cs.toronto.edu/~kriz/",),
)

Labelled = tuple[NDArray[np.uint8], Ints]


def read_cifar(given: str) -> tuple[Labelled, Labelled]:
    """Training and test pictures (N, 32, 32, 3) with their labels (N,), from .bin files in a folder, or from the archive."""
    paths = {name: look(Source("cifar10", HOMES, (name,)), given) for name in (*TRAINING, *TEST)}
    batches = {name: parse(path.read_bytes(), str(path)) for name, path in paths.items() if path}
    place = next((path.parent for path in paths.values() if path), None)
    if place is None:
        place = locate(ARCHIVE, given)
        batches = dict(_unpacked(place))
    missing = [name for name in paths if name not in batches]
    require(not missing, f"{place} has not all of cifar10: no {', '.join(missing)}")
    return _joined([batches[name] for name in TRAINING]), _joined([batches[name] for name in TEST])


def parse(content: bytes, where: str) -> Labelled:
    """One file's pictures and labels; InputError where it is none, or breaks off."""
    count, rest = divmod(len(content), RECORD)
    require(count and not rest, f"{where} is damaged: {len(content):,} bytes are no number of records of {RECORD:,} bytes")
    records = np.frombuffer(content, np.uint8).reshape(count, RECORD)
    labels = records[:, 0].astype(np.int64)
    require(labels.max() < CLASSES, f"{where} is no file of CIFAR-10: it has a label {labels.max()}, beyond {CLASSES - 1}")
    planes = records[:, 1:].reshape(count, CHANNELS, SIDE, SIDE)
    return planes.transpose(0, 2, 3, 1), labels


def _unpacked(archive: Path) -> Iterator[tuple[str, Labelled]]:
    """The archive's batches by name. It is unpacked as a whole, which also checks its checksum."""
    try:
        with tarfile.open(fileobj=BytesIO(unpacked(archive))) as tar:
            for member in tar:
                name = Path(member.name).name
                if name in (*TRAINING, *TEST) and (file := tar.extractfile(member)):
                    yield name, parse(file.read(), f"{name} of {archive}")
    except tarfile.TarError as error:
        raise InputError(f"{archive} is damaged: it cannot be unpacked ({error})") from None


def _joined(batches: list[Labelled]) -> Labelled:
    return np.concatenate([pictures for pictures, _ in batches]), np.concatenate([labels for _, labels in batches])
