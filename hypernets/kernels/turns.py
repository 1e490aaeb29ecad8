"""Blocks of numbers turned, so that rows become columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from hypernets.kernels.products import whole
from hypernets.kernels.tiles import BYTES, HALF, VECTOR, WIDTH, WORD
from neatcore.compiled import kernel


def _turn_block(_typing: Any, _source: Any, _stride: Any, _target: Any, _across: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        source, stride, target, across = words
        rows = [builder.load(_row(builder, source, stride, k), align=BYTES) for k in range(WIDTH)]
        half = WIDTH // 2
        while half:  # blocks of this size change places with those beside them, then smaller ones within
            for k in (k for k in range(WIDTH) if not k & half):
                first, second = rows[k], rows[k + half]
                rows[k] = builder.shuffle_vector(first, second, _picked(lambda j, h=half: WIDTH + j - h if j & h else j))
                rows[k + half] = builder.shuffle_vector(first, second, _picked(lambda j, h=half: WIDTH + j if j & h else j + h))
            half //= 2
        for k, row in enumerate(rows):
            builder.store(row, _row(builder, target, across, k), align=BYTES)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), generate


def _row(builder: Any, address: Any, stride: Any, row: int) -> Any:
    return builder.inttoptr(builder.add(address, builder.mul(stride, WORD(BYTES * row))), VECTOR.as_pointer())


def _picked(place: Callable[[int], int]) -> Any:
    return ir.Constant(ir.VectorType(HALF, WIDTH), [place(j) for j in range(WIDTH)])


# turn_block(source, stride, target, across): as many rows as a vector has numbers, each a vector, from addresses so far apart
turn_block = cast(Callable[[int, int, int, int], None], intrinsic(_turn_block))


@kernel
def turn(source: tuple[int, int], target: tuple[int, int], size: tuple[int, int]) -> None:
    """Rows become columns. source, target: address, stride of rows; size: rows and columns of the source.

    Whole blocks are read and written. What is written beyond the end of a row of the target is written over by the next."""
    for row in range(whole(size[0]) - WIDTH, -1, -WIDTH):
        for column in range(0, size[1], WIDTH):
            here, there = source[0] + BYTES * (row * source[1] + column), target[0] + BYTES * (column * target[1] + row)
            turn_block(here, source[1], there, target[1])
