"""Memory by address in compiled code: words of 8 bytes, a counter that threads share, functions. Addresses count bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from neatcore.compiled import kernel

WORD = ir.IntType(64)
Size = tuple[int, ...]  # a number that is known when a kernel is compiled: as many zeros
Written = tuple[Any, Callable[..., Any]]


def _writing(write: Callable[..., Any]) -> Callable[..., Any]:
    """`write` (builder, *words), as numba asks for it."""

    def generate(context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        found = write(builder, *words)
        return context.get_dummy_value() if found is None else found

    return generate


def _at(builder: Any, address: Any) -> Any:
    return builder.inttoptr(address, WORD.as_pointer())


def _word(_typing: Any, _address: Any) -> Written:
    return types.int64(types.int64), _writing(lambda builder, address: builder.load(_at(builder, address)))


def _place(_typing: Any, _address: Any, _value: Any) -> Written:
    def write(builder: Any, address: Any, value: Any) -> None:
        builder.store(value, _at(builder, address))

    return types.void(types.int64, types.int64), _writing(write)


def _add(_typing: Any, _address: Any, _value: Any) -> Written:
    def write(builder: Any, address: Any, value: Any) -> Any:
        return builder.atomic_rmw("add", _at(builder, address), value, "seq_cst")

    return types.int64(types.int64, types.int64), _writing(write)


def _call(_typing: Any, _function: Any, _argument: Any) -> Written:
    def write(builder: Any, function: Any, argument: Any) -> Any:
        return builder.call(builder.inttoptr(function, ir.FunctionType(WORD, [WORD]).as_pointer()), [argument])

    return types.int64(types.int64, types.int64), _writing(write)


def _allocate(_typing: Any, _size: Any) -> Written:
    def generate(context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        return builder.ptrtoint(context.nrt.allocate(builder, words[0]), WORD)

    return types.int64(types.int64), generate


def _release(_typing: Any, _address: Any) -> Written:
    def generate(context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        context.nrt.free(builder, builder.inttoptr(words[0], ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64), generate


def _floats(_typing: Any, _address: Any) -> Written:
    pointer = types.CPointer(types.float32)  # type: ignore[no-untyped-call]
    return pointer(types.int64), _writing(lambda builder, address: builder.inttoptr(address, ir.FloatType().as_pointer()))


word = cast(Callable[[int], int], intrinsic(_word))
place = cast(Callable[[int, int], None], intrinsic(_place))
add = cast(Callable[[int, int], int], intrinsic(_add))  # answers what was there; no two threads add at a time
call = cast(Callable[[int, int], int], intrinsic(_call))  # a function of C by its address
allocate = cast(Callable[[int], int], intrinsic(_allocate))
release = cast(Callable[[int], None], intrinsic(_release))
floats = cast(Callable[[int], Any], intrinsic(_floats))  # numbers of 4 bytes, to be indexed
LINE = 64  # bytes of memory that the processor reads at once


@kernel
def aligned(address: int) -> int:
    """Where the next line begins."""
    return (address + LINE - 1) // LINE * LINE
