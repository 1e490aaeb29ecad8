"""Files of drawings: scale and first points, and what is no such file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neatcore.errors import InputError
from tasks.data.strokes import Drawings, read_strokes
from tests.tasks.files import stroke_arrays, write_strokes


def drawing(drawings: Drawings, k: int) -> Any:
    return drawings.points[drawings.starts[k] : drawings.starts[k + 1]]


def test_offsets_are_in_units_of_the_training_part(tmp_path: Path) -> None:
    arrays = stroke_arrays()
    found = read_strokes(str(write_strokes(tmp_path / "walks.npz", arrays)))
    assert found.scale == pytest.approx(arrays["train_points"][:, :2].astype(float).std())
    for part, name in ((found.training, "train"), (found.validation, "valid"), (found.test, "test")):
        assert (part.starts == arrays[f"{name}_offsets"]).all()
        assert part.points[:, :2] * found.scale == pytest.approx(arrays[f"{name}_points"][:, :2].astype(float))
        assert (part.points[:, 2] == arrays[f"{name}_points"][:, 2]).all()
    assert (found.training.lengths == np.diff(arrays["train_offsets"]) - 1).all()


def test_a_first_point_that_does_not_move_is_put_where_there_is_none(tmp_path: Path) -> None:
    arrays = stroke_arrays(begun=False)
    arrays["train_points"][arrays["train_offsets"][3], :2] = 0
    found = read_strokes(str(write_strokes(tmp_path / "walks.npz", arrays)))
    for k, (first, last) in enumerate(zip(arrays["train_offsets"][:-1], arrays["train_offsets"][1:], strict=True)):
        points = arrays["train_points"][first:last] / np.array([found.scale, found.scale, 1.0])
        expected = points if k == 3 else np.concatenate([np.zeros((1, 3)), points])
        assert drawing(found.training, k) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"valid_offsets": None}, "has no valid_offsets; see docs/tasks.md for the layout"),
        ({"test_points": np.zeros((9, 2))}, r"test_points has shape \(9, 2\), not \(n, 3\)"),
        ({"train_points": np.full((9, 3), np.nan)}, "train_points has values that are no finite numbers"),
        ({"train_points": np.full((9, 3), "a")}, "train_points has values that are no finite numbers"),
        ({"train_points": np.full((9, 3), 2)}, "train_points has a pen that is neither down, 0, nor lifted, 1"),
        ({"train_points": np.zeros((9, 3)), "train_offsets": np.array([0, 4, 9])}, "the drawings of train_points do not move"),
        ({"valid_offsets": np.array([0])}, "valid_offsets counts no drawings"),
        ({"valid_offsets": np.array([0.0, 3.0])}, "valid_offsets counts no drawings"),
        ({"valid_offsets": np.array([0, 3, 3])}, "valid_offsets does not rise from 0 to the"),
        ({"valid_points": np.ones((2, 3)), "valid_offsets": np.array([0, 1, 2])}, "valid_points: no drawing has a second point"),
    ],
)
def test_what_are_no_drawings_is_told(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    arrays = {name: array for name, array in (stroke_arrays() | change).items() if array is not None}
    with pytest.raises(InputError, match=message):
        read_strokes(str(write_strokes(tmp_path / "walks.npz", arrays)))


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file '.*nowhere.npz' of drawings"):
        read_strokes(str(tmp_path / "nowhere.npz"))
    whole = write_strokes(tmp_path / "walks.npz", stroke_arrays(200)).read_bytes()
    objects = tmp_path / "objects.npz"
    np.savez(objects, **(stroke_arrays() | {"train_points": np.array([None, {}])}))  # type: ignore[arg-type]
    single = tmp_path / "single.npy"
    np.save(single, np.zeros((3, 3)))
    contents = {
        "text": b"no drawings",
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "holed": whole[:300] + b"\0" * 200 + whole[500:],
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.npz").write_bytes(content)
    for path in (tmp_path, objects, single, *(tmp_path / f"{name}.npz" for name in contents)):
        with pytest.raises(InputError, match=r"is no .npz of drawings that can be read \(\w+\)"):
            read_strokes(str(path))


def test_published_drawings(data: Path) -> None:
    found = read_strokes(str(data / "strokes" / "omniglot_flat.npz"))
    assert [len(part) for part in (found.training, found.validation, found.test)] == [30_000, 1_000, 1_000]
    assert found.training.points[:, :2].std() == pytest.approx(1.0)
    assert (found.training.points[found.training.starts[:-1]] == 0).all()
    assert (found.training.points[found.training.starts[1:] - 1, 2] == 1).all()
