"""Small data sets in the formats of the published ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neatcore.interfaces import Array

RNG = np.random.default_rng


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes((0, 0, 8, array.ndim)) + sizes + array.tobytes()


def write_idx(path: Path, array: Array, *, packed: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = idx_bytes(array.astype(np.uint8))
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def write_mnist(folder: Path, training: int = 120, test: int = 30, seed: int = 0) -> tuple[Array, Array]:
    """Four files of random pictures; the training pictures and labels that they hold. Two pixels of a picture say which it is."""
    rng, kept = RNG(seed), []
    for name, count in (("t10k", test), ("train", training)):
        pictures, labels = rng.integers(256, size=(count, 28, 28)), rng.integers(10, size=count)
        pictures[:, 0, 0], pictures[:, 0, 1] = np.divmod(np.arange(count), 256)
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", pictures)
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", labels)
        kept = [pictures, labels]
    return kept[0], kept[1]


def cifar_bytes(pictures: Array, labels: Array) -> bytes:
    """Records of a label and three planes, pixel by pixel."""
    records = bytearray()
    for picture, label in zip(pictures, labels, strict=True):
        records.append(int(label))
        for channel in range(3):
            for y in range(32):
                records.extend(int(picture[y, x, channel]) for x in range(32))
    return bytes(records)


def write_cifar(folder: Path, each: int = 8, seed: int = 0) -> tuple[Array, Array]:
    """Six files of random pictures; what the five for training hold."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures, labels = RNG(seed).integers(256, size=(6, each, 32, 32, 3)), RNG(seed).integers(10, size=(6, each))
    names = [*(f"data_batch_{k}.bin" for k in range(1, 6)), "test_batch.bin"]
    for name, batch, classes in zip(names, pictures, labels, strict=True):
        (folder / name).write_bytes(cifar_bytes(batch, classes))
    return pictures[:5].reshape(-1, 32, 32, 3), labels[:5].ravel()


def stroke_arrays(drawings: int = 12, *, begun: bool = True, seed: int = 0) -> dict[str, Array]:
    """Random walks of 2 to 9 points, with an end of the pen each; begun: they begin with a point that does not move."""
    rng, arrays = RNG(seed), {}
    for part in ("train", "valid", "test"):
        lengths = rng.integers(2, 10, drawings)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        points = np.concatenate([rng.integers(-60, 61, (starts[-1], 2)), rng.integers(2, size=(starts[-1], 1))], axis=1)
        points[points[:, 0] == 0, 0] = 7
        points[starts[1:] - 1, 2] = 1
        if begun:
            points[starts[:-1]] = 0
        arrays |= {f"{part}_points": points.astype(np.int16), f"{part}_offsets": starts.astype(np.int32)}
    return arrays


def write_strokes(path: Path, arrays: dict[str, Array]) -> Path:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path
