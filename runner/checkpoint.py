"""Checkpoints: everything that going on needs, in one npz with a checksum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as attribute
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from neatcore.errors import InputError, require
from neatcore.files import npz, read_npz
from neatcore.interfaces import Array
from runner.disk import replacing

KEPT = 2


@dataclass(frozen=True)
class Best:
    """The best genome so far: solving comes before fitness."""

    solved: bool
    fitness: float
    generation: int

    def beats(self, other: Best | None) -> bool:
        return other is None or (self.solved, self.fitness) > (other.solved, other.fitness)


@dataclass(frozen=True)
class Checkpoint:
    """A run between two generations.

    generation: the next one to evaluate. evaluations: so far. rng: state of the bit generator. search: state of the search.
    """

    generation: int
    evaluations: int
    rng: Mapping[str, Any]
    best: Best | None = None
    search: Mapping[str, Array] = attribute(default_factory=dict)


def write(folder: Path, checkpoint: Checkpoint) -> Path:
    """Save to `folder` and keep the last two. Changes nothing in the run."""
    path = folder / f"{checkpoint.generation:06d}.npz"
    with replacing(path) as temporary:
        temporary.write_bytes(npz(_arrays(checkpoint)))
    for old in _paths(folder)[KEPT:]:
        old.unlink()
    return path


def read(path: Path) -> Checkpoint:
    """The checkpoint in `path`; InputError where it is not what was written."""
    try:
        arrays = read_npz(path)
    except InputError as error:
        raise InputError(f"checkpoint {error}") from error
    claimed = arrays.pop("sha256", np.empty(0, np.uint8))
    require(claimed.tobytes() == _digest(arrays), f"checkpoint {path} is damaged: its checksum differs")
    header = json.loads(arrays.pop("header").tobytes())
    best = header.pop("best")
    search = {name.removeprefix("search."): array for name, array in arrays.items()}
    return Checkpoint(**header, best=Best(**best) if best else None, search=search)


def latest(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """The newest checkpoint that is whole, none where there is no file, and what is wrong with newer ones.

    InputError where there are files, but none is whole.
    """
    complaints: list[str] = []
    for path in _paths(folder):
        try:
            return read(path), complaints
        except InputError as error:
            complaints.append(str(error))
    require(not complaints, "no checkpoint can be read; start the run anew\n" + "\n".join(complaints[:1]))
    return None, complaints


def forget(folder: Path, generation: int) -> None:
    """Remove the checkpoints after `generation`: damaged ones, which must not count as the last two."""
    for path in _paths(folder):
        if int(path.stem) > generation:
            path.unlink()


def _paths(folder: Path) -> list[Path]:
    """Checkpoint files, newest first."""
    return sorted((path for path in folder.glob("*.npz") if path.stem.isdigit()), key=lambda path: int(path.stem), reverse=True)


def _arrays(checkpoint: Checkpoint) -> dict[str, Array]:
    header = {
        "generation": checkpoint.generation,
        "evaluations": checkpoint.evaluations,
        "rng": checkpoint.rng,
        "best": asdict(checkpoint.best) if checkpoint.best else None,
    }
    arrays: dict[str, Array] = {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)}
    arrays |= {f"search.{name}": array for name, array in checkpoint.search.items()}
    return arrays | {"sha256": np.frombuffer(_digest(arrays), np.uint8)}


def _digest(arrays: Mapping[str, Array]) -> bytes:
    """SHA-256 over names, types, shapes and bytes."""
    digest = sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.descr} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.digest()
