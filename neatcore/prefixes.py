"""Arrays by name, of several parts in one dictionary: the names of each part begin with a word of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

A = TypeVar("A")


def named(prefix: str, arrays: Mapping[str, A]) -> dict[str, A]:
    """The same under names that begin with `prefix`."""
    return {f"{prefix}{name}": array for name, array in arrays.items()}


def within(prefix: str, arrays: Mapping[str, A]) -> dict[str, A]:
    """Those whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
