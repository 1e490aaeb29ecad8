"""Batches that are not what a task's loss takes: each mistake is told, none is learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from hypernets.batches import checked, lanes_of
from hypernets.losses import LOSSES, loss_of
from neatcore.errors import InputError, TaskError

X, XX = np.zeros((5, 2), np.float32), np.zeros((4, 5, 2), np.float32)
CLASSES, SYMBOLS = np.arange(5) % 3, np.arange(20).reshape(4, 5) % 2


@dataclass(frozen=True)
class Teacher:
    """Two inputs, three outputs."""

    loss: Any = "cross-entropy"
    inputs, outputs, carries = 2, 3, False

    def batches(self, _size: int, _rng: Any, /) -> Any: ...


@pytest.mark.parametrize(
    ("loss", "batch"),
    [
        ("cross-entropy", (X, CLASSES)),
        ("cross-entropy", [X.tolist(), CLASSES.tolist()]),
        ("cross-entropy", (XX, SYMBOLS)),
        ("cross-entropy", (SYMBOLS, SYMBOLS)),
        ("squared", (X, np.ones((5, 3)))),
        ("squared", (SYMBOLS, np.ones((4, 5, 3), int))),
        ("mixture-density", (XX, np.full((4, 5, 3), np.nan))),
        ("squared", (X[:0], np.ones((0, 3)))),
    ],
)
def test_what_fits_comes_back_as_arrays(loss: str, batch: Any) -> None:
    found = checked(Teacher(loss), batch)
    assert all(np.array_equal(one, other, equal_nan=loss != "cross-entropy") for one, other in zip(found, batch, strict=True))
    assert all(isinstance(part, np.ndarray) for part in found)


@pytest.mark.parametrize(
    ("loss", "batch", "message"),
    [
        ("squared", X, "teaches in batches of a ndarray; yield inputs and targets, a pair of arrays"),
        ("squared", (X, X, X), "in batches of 3 things"),
        ("squared", (X, [[1.0], [1.0, 2.0]]), "teaches targets that are no array"),
        ("squared", (X > 0, CLASSES), "teaches inputs of bool; they must be numbers"),
        ("squared", (X, np.array(["a"] * 5)), "teaches targets of <U1"),
        ("squared", (X[:, :1], CLASSES), r"inputs of shape \(5, 1\), not \(S, 2\), or \(T, S, 2\) of sequences"),
        ("squared", (X[0], CLASSES), r"inputs of shape \(2,\)"),
        ("squared", (X * np.nan, CLASSES), "inputs that are not finite"),
        ("squared", (CLASSES, CLASSES), r"symbols of shape \(5,\), not \(T, S\): whole numbers are symbols"),
        ("squared", (SYMBOLS + 7, SYMBOLS), "symbols 7 … 8, of 2 inputs: whole numbers are symbols"),
        ("squared", (X, np.ones(5)), r"targets of shape \(5,\); of these inputs and loss=squared they are \(5, 3\)"),
        ("squared", (X, np.full((5, 3), np.inf)), "targets that are not finite"),
        ("mixture-density", (XX, np.ones((4, 5, 2))), r"they are \(4, 5, 3\)"),
        (
            "cross-entropy",
            (X, CLASSES[:, None]),
            r"targets of shape \(5, 1\); of these inputs and loss=cross-entropy they are \(5,\)",
        ),
        ("cross-entropy", (X, CLASSES[:4]), r"targets of shape \(4,\)"),
        ("cross-entropy", (X, CLASSES * 1.0), "targets of float64; of loss=cross-entropy they are classes, whole numbers"),
        ("cross-entropy", (X, CLASSES + 1), "teaches classes 1 … 3; for its 3 outputs they are 0 … 2"),
    ],
)
def test_what_does_not_fit_is_told(loss: str, batch: Any, message: str) -> None:
    with pytest.raises(TaskError, match=f"task Teacher teaches.*{message}|task Teacher {message}"):
        checked(Teacher(loss), batch)


def test_a_loss_is_known_by_its_name() -> None:
    assert all(loss_of(Teacher(name)) is loss for name, loss in LOSSES.items())
    with pytest.raises(InputError, match="unknown loss of task Teacher: 'squard'; did you mean 'squared'"):
        loss_of(Teacher("squard"))
    with pytest.raises(InputError, match="task Teacher has loss None; it must be one of: cross-entropy, squared"):
        loss_of(Teacher(None))


def test_lanes_are_counted_of_numbers_and_of_symbols() -> None:
    assert [lanes_of(inputs) for inputs in (X, XX, SYMBOLS)] == [5, 5, 5]
