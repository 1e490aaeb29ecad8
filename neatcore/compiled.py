"""The one place where the options of compiled kernels are decided."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import cfunc, njit, types
from numba.core.errors import NumbaError
from numba.extending import intrinsic

from neatcore.activations import OWN
from neatcore.errors import InputError
from neatcore.interfaces import Ints

LARGEST = 1e6  # unbounded activations end here, so that a recurrent network cannot overflow
_NO_PLACES = np.empty(0, np.int64)
F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile on first use and keep the result on disk. No fastmath, no threads inside: the same bits everywhere.

    The interpreter lock is released while a kernel runs, so threads over chunks of a population run side by side.
    """
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))


def own_rows(*, single: bool = False) -> Ints:
    """Where the registered activations stand in memory, compiled for rows of float64 or, if `single`, float32; see `call`."""
    return _places(tuple(OWN.items()), types.float32 if single else types.float64) if OWN else _NO_PLACES


@cache
def _places(functions: tuple[tuple[str, Callable[[float], float]], ...], number: Any) -> Ints:
    return np.array([_row(name, function, number).address for name, function in functions], np.int64)


@cache  # also keeps the compiled code alive
def _row(name: str, function: Callable[[float], float], number: Any) -> Any:
    """A scalar function as one over a row of numbers, in place."""
    scalar = njit(error_model="numpy")(function)

    def row(values: Any, lanes: int) -> None:
        for s in range(lanes):
            y = scalar(values[s])
            y = y if y > -LARGEST else -LARGEST  # also where y is not a number
            values[s] = y if y < LARGEST else LARGEST

    try:
        return cfunc(types.void(types.CPointer(number), types.intp))(row)  # type: ignore[no-untyped-call]
    except NumbaError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise InputError(f"the activation {name!r} cannot be compiled: {reason}") from None


def _call(_typing: Any, _address: Any, _row: Any, _lanes: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        function = builder.inttoptr(arguments[0], ir.FunctionType(ir.VoidType(), [word, word]).as_pointer())
        builder.call(function, arguments[1:])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


# in kernels: call(address, row.ctypes.data, lanes) runs a function of `own_rows` over a row
call = cast(Callable[[int, int, int], None], intrinsic(_call))


def _wide(_typing: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        set.add(
            builder.function.attributes, '"prefer-vector-width"="512"'
        )  # of LLVM; its binding knows only attributes without a value
        return context.get_dummy_value()

    return types.void(), generate


# in kernels: wide() lets the loops of this function use the widest vectors there are; LLVM by itself stops at half of AVX-512's
wide = cast(Callable[[], None], intrinsic(_wide))


def _apart(_typing: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), generate


# in kernels: apart() keeps this function from being copied to where it is called, which large ones take long to compile by
apart = cast(Callable[[], None], intrinsic(_apart))
