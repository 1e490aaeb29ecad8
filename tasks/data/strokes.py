"""Drawings as strokes: how far each point is from the one before, and whether the pen is lifted after it ("stroke-3")."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Floats, Ints

PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class Drawings:
    """Points (n, 3) of all drawings; drawing k goes from starts[k] to before starts[k + 1]. Offsets are in units of the scale.

    Its first point is where it begins: (0, 0, 0), or what stands first in the file if that does not move. The others follow.
    """

    points: Floats
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Ints:
        """How many points follow the first of each drawing."""
        return np.diff(self.starts) - 1


@dataclass(frozen=True)
class Sketches:
    """A file of drawings. scale: the standard deviation of the training part's offsets, by which all are divided."""

    training: Drawings
    validation: Drawings
    test: Drawings
    scale: float


@lru_cache(maxsize=4)
def read_strokes(path: str) -> Sketches:
    """The drawings of an .npz with `train_points` (n, 3), `train_offsets` (drawings + 1,), and the same for valid and test.

    InputError where it is damaged, or is something else.
    """
    arrays = _arrays(Path(path))
    parts = [_check(path, name, *(arrays[f"{name}_{what}"] for what in ("points", "offsets"))) for name in PARTS]
    scale = float(parts[0][0][:, :2].std())  # both directions together, as sketch-rnn does
    require(scale > 0, f"{path}: the drawings of train_points do not move")
    training, validation, test = (_begun(points, offsets, scale) for points, offsets in parts)
    return Sketches(training, validation, test, scale)


def _arrays(path: Path) -> dict[str, Array]:
    wanted = [f"{part}_{what}" for part in PARTS for what in ("points", "offsets")]
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
            missing = [name for name in wanted if name not in file]
            require(not missing, f"{path} has no {', '.join(missing)}; see docs/tasks.md for the layout")
            return {name: file[name] for name in wanted}
    except FileNotFoundError:
        raise InputError(f"there is no file {str(path)!r} of drawings") from None
    except InputError:
        raise
    except (OSError, EOFError, ValueError, TypeError, AttributeError, BadZipFile, zlib.error) as error:
        raise InputError(f"{path} is no .npz of drawings that can be read ({type(error).__name__})") from None


def _check(path: str, name: str, points: Array, offsets: Array) -> tuple[Floats, Ints]:
    """The same as numbers, if they are drawings."""
    where = f"{path}: {name}_points"
    require(points.ndim == 2 and points.shape[1] == 3, f"{where} has shape {points.shape}, not (n, 3)")
    require(points.dtype.kind in "iuf" and np.isfinite(points).all(), f"{where} has values that are no finite numbers")
    require(np.isin(points[:, 2], (0, 1)).all(), f"{where} has a pen that is neither down, 0, nor lifted, 1")
    require(offsets.ndim == 1 and offsets.dtype.kind in "iu" and len(offsets) > 1, f"{path}: {name}_offsets counts no drawings")
    starts = offsets.astype(np.int64)
    fits = starts[0] == 0 and starts[-1] == len(points) and (np.diff(starts) > 0).all()
    require(fits, f"{path}: {name}_offsets does not rise from 0 to the {len(points):,} points of {name}_points")
    require(np.diff(starts).max() > 1, f"{where}: no drawing has a second point")
    return points.astype(np.float64), starts


def _begun(points: Floats, starts: Ints, scale: float) -> Drawings:
    """Drawings that begin with a point that does not move: it is put before those that have none."""
    moves = (points[starts[:-1], :2] != 0).any(axis=1)
    points = np.insert(points / (scale, scale, 1.0), starts[:-1][moves], 0.0, axis=0)
    starts = starts + np.concatenate([[0], np.cumsum(moves)])
    points.flags.writeable = starts.flags.writeable = False
    return Drawings(points, starts)
