"""The one place where the options of compiled kernels are decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile on first use and keep the result on disk. No fastmath, no threads inside: the same bits everywhere.

    The interpreter lock is released while a kernel runs, so threads over chunks of a population run side by side.
    """
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))
