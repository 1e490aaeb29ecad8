"""Between networks and the spaces of gymnasium: what a network reads of an observation, which action its outputs mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import Space, spaces

from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Floats

WIDEST = 1e3  # a bound beyond this says nothing of the values to expect


@dataclass(frozen=True)
class Reader:
    """How observations of a space become inputs (I,): laid out flat, then times `scale` plus `shift`."""

    space: Space[Any]
    scale: Floats
    shift: Floats

    @property
    def inputs(self) -> int:
        return len(self.scale)

    def read(self, observations: Sequence[Any] | Array) -> Floats:
        """The inputs (S, I) of S observations; ValueError where the environment answers with what its space does not say."""
        plain = isinstance(self.space, spaces.Box)
        flat = np.asarray(observations if plain else [spaces.flatten(self.space, each) for each in observations])
        flat = flat.reshape(len(flat), -1)
        if flat.shape[1] != self.inputs:
            raise ValueError(f"an observation of {flat.shape[1]} numbers, where its space has {self.inputs}")
        found: Floats = flat * self.scale + self.shift
        if np.isnan(found).any():
            raise ValueError("an observation that is no number (NaN)")
        return found


def reader(space: Space[Any], scaling: str, name: str) -> Reader:
    """The reader of the observations of the environment `name`. Discrete ones are one-hot; tuples and dictionaries are joined.

    scaling "bounds" maps dimensions with finite bounds up to 1e3 to [-1, 1] and leaves the others; "none" leaves all.
    """
    try:
        flat = spaces.flatten_space(space)
    except NotImplementedError:
        flat = None
    if not isinstance(flat, spaces.Box):
        raise InputError(f"gym:{name}: observations of {space} cannot be laid out as a fixed number of inputs")
    low, high = flat.low.astype(np.float64), flat.high.astype(np.float64)
    usual = (np.abs(low) <= WIDEST) & (np.abs(high) <= WIDEST) & (low < high)
    if scaling == "none" or not isinstance(space, spaces.Box):  # a one-hot input is best left as it is
        usual[:] = False
    low, high = np.where(usual, low, -1.0), np.where(usual, high, 1.0)
    return Reader(space, 2.0 / (high - low), -(high + low) / (high - low))


@dataclass(frozen=True)
class Actor:
    """How outputs (…, O) become actions: `decode(outputs)[…]` is the action of a lane."""

    outputs: int
    decode: Callable[[Floats], Array]


def actor(space: Space[Any], name: str) -> Actor:
    """The actor for the actions of the environment `name`.

    Discrete: the greatest of n outputs, the first of equals. MultiDiscrete: the same for each part. MultiBinary: whether an
    output exceeds 0.5. Box: low + output · (high - low), outputs cut to [0, 1].
    """
    if isinstance(space, spaces.Discrete):
        first = int(space.start)
        return Actor(int(space.n), lambda outputs: first + outputs.argmax(axis=-1))
    if isinstance(space, spaces.MultiDiscrete):
        return _choices(space)
    if isinstance(space, spaces.MultiBinary):
        return Actor(
            int(np.prod(space.shape)), lambda outputs: (outputs > 0.5).reshape(outputs.shape[:-1] + space.shape).astype(np.int8)
        )
    if isinstance(space, spaces.Box):
        return _box(space, name)
    raise InputError(f"gym:{name}: no network output can mean an action of {space}")


def _choices(space: spaces.MultiDiscrete) -> Actor:
    sizes = space.nvec.ravel()
    cuts = np.cumsum(sizes)[:-1]
    lowest = space.start.ravel()

    def decode(outputs: Floats) -> Array:
        parts = [part.argmax(axis=-1) for part in np.split(outputs, cuts, axis=-1)]
        chosen: Array = lowest + np.stack(parts, axis=-1)
        return chosen.reshape(outputs.shape[:-1] + space.shape).astype(space.dtype)

    return Actor(int(sizes.sum()), decode)


def _box(space: spaces.Box, name: str) -> Actor:
    require(space.is_bounded(), f"gym:{name}: an action of {space} has infinite bounds, which no output in [0, 1] can span")
    low, high = space.low.astype(np.float64), space.high.astype(np.float64)

    def decode(outputs: Floats) -> Array:
        shares = np.clip(outputs, 0.0, 1.0).reshape(outputs.shape[:-1] + space.shape)
        return np.clip(low + shares * (high - low), low, high).astype(space.dtype)

    return Actor(int(np.prod(space.shape)), decode)
