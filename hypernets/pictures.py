"""What networks that look at pictures have in common."""

from __future__ import annotations

from math import prod

import jax

from neatcore.errors import InputError

Picture = tuple[int, int, int]  # height, width, channels


def needed(picture: Picture | None, what: str) -> Picture:
    """InputError where the task has no pictures."""
    if picture is None:
        raise InputError(f"{what} looks at pictures, and this task has none; use encoding=dense, or a task such as digits or mnist")
    return picture


def of_pixels(inputs: jax.Array, picture: Picture) -> jax.Array:
    """Pixels (S, I) or (T, S, I), row by row, as pictures (N, H, W, C)."""
    return inputs.reshape(-1, *picture)


def as_asked(outputs: jax.Array, inputs: jax.Array) -> jax.Array:
    """Outputs (N, O) in the shape in which inputs (…, I) were given."""
    return outputs.reshape(*inputs.shape[:-1], outputs.shape[-1])


def flattened(picture: Picture, halvings: int, channels: int) -> int:
    """How many numbers a picture is after being halved so often; InputError where nothing is left of it."""
    height, width, _ = picture
    sides = height >> halvings, width >> halvings
    if not all(sides):
        raise InputError(f"pictures of {height} × {width} pixels are too small to be halved {halvings} times")
    return prod(sides) * channels
