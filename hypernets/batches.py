"""What batches of examples must be, so that a task's mistake is told before anything is learnt from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from neatcore.errors import TaskError
from neatcore.interfaces import Array, Teaching

POINT = 3  # numbers of a point of a drawing


def without_examples(task: object) -> TaskError:
    """The error of a task whose batches are none."""
    return TaskError(f"task {type(task).__name__} has no examples: its batches are none")


def checked(task: Teaching, batch: Any) -> tuple[Array, Array]:
    """Inputs and targets as arrays; TaskError where they are not what `Teaching` says, for the task's loss and its numbers of
    inputs and outputs."""
    name = f"task {type(task).__name__}"
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        found = f"{len(batch)} things" if isinstance(batch, (tuple, list)) else f"a {type(batch).__name__}"
        raise TaskError(f"{name} teaches in batches of {found}; yield inputs and targets, a pair of arrays")
    inputs, targets = (_numbers(part, f"{name} teaches {what}") for part, what in zip(batch, ("inputs", "targets"), strict=True))
    examples = _examples_of(task, inputs, name)
    _check_targets(task, targets, examples, name)
    return inputs, targets


def lanes_of(inputs: Array) -> int:
    """How many examples, or lanes of a sequence, a batch has."""
    return int(inputs.shape[-2] if inputs.dtype.kind == "f" else inputs.shape[-1])


def _numbers(part: Any, what: str) -> Array:
    try:
        array = np.asarray(part)
    except ValueError as error:
        raise TaskError(f"{what} that are no array: {error}") from error
    if array.dtype.kind not in "iuf":
        raise TaskError(f"{what} of {array.dtype}; they must be numbers, float32 or whole ones")
    return array


def _examples_of(task: Teaching, inputs: Array, name: str) -> tuple[int, ...]:
    """How many steps, of sequences, and how many examples or lanes there are: (S,) or (T, S)."""
    count: int = task.inputs  # type: ignore[attr-defined]
    if inputs.dtype.kind == "f":
        if inputs.ndim not in (2, 3) or inputs.shape[-1] != count:
            raise TaskError(f"{name} teaches inputs of shape {inputs.shape}, not (S, {count}), or (T, S, {count}) of sequences")
        if not np.isfinite(inputs).all():
            raise TaskError(f"{name} teaches inputs that are not finite")
        return inputs.shape[:-1]
    advice = "whole numbers are symbols; numbers to be read as they are must be float32"
    if inputs.ndim != 2:
        raise TaskError(f"{name} teaches symbols of shape {inputs.shape}, not (T, S): {advice}")
    if inputs.size and not 0 <= inputs.min() <= inputs.max() < count:
        raise TaskError(f"{name} teaches symbols {inputs.min()} … {inputs.max()}, of {count} inputs: {advice}")
    return inputs.shape


def _check_targets(task: Teaching, targets: Array, examples: tuple[int, ...], name: str) -> None:
    """TaskError where targets do not fit the examples, or the loss."""
    count: int = task.outputs  # type: ignore[attr-defined]
    wanted = {"cross-entropy": examples, "squared": (*examples, count), "mixture-density": (*examples, POINT)}[task.loss]
    if targets.shape != wanted:
        raise TaskError(f"{name} teaches targets of shape {targets.shape}; of these inputs and loss={task.loss} they are {wanted}")
    if task.loss == "squared" and not np.isfinite(targets).all():
        raise TaskError(f"{name} teaches targets that are not finite")
    if task.loss != "cross-entropy":
        return
    if targets.dtype.kind == "f":
        raise TaskError(f"{name} teaches targets of {targets.dtype}; of loss={task.loss} they are classes, whole numbers")
    if targets.size and not 0 <= targets.min() <= targets.max() < count:
        found = f"{targets.min()} … {targets.max()}"
        raise TaskError(f"{name} teaches classes {found}; for its {count} outputs they are 0 … {count - 1}")
