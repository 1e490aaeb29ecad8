"""Blocks of numbers turned, so that rows become columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from hypernets.kernels.products import whole
from hypernets.kernels.tiles import BYTES, FLOAT, HALF, VECTOR, WIDTH, WORD
from neatcore.compiled import kernel

FOUR = ir.VectorType(FLOAT, 4)


def _turn_block(_typing: Any, _source: Any, _stride: Any, _target: Any, _across: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, _signature: Any, words: Any) -> Any:
        source, stride, target, across = words
        rows = []
        for k in range(WIDTH):  # fours are put where they belong as they are loaded, which spares half of the shuffles
            starts = [_at(builder, source, stride, k % 4 + four) for four in range(0, WIDTH, 4)]
            moved = [builder.add(start, WORD(BYTES * (k // 4 * 4))) for start in starts]
            rows.append(
                _joined(builder, [builder.load(builder.inttoptr(place, FOUR.as_pointer()), align=BYTES) for place in moved])
            )
        for half in (2, 1):  # then blocks of this size change places with those beside them
            for k in (k for k in range(WIDTH) if not k & half):
                first, second = rows[k], rows[k + half]
                rows[k] = _shuffled(builder, first, second, [WIDTH + j - half if j & half else j for j in range(WIDTH)])
                rows[k + half] = _shuffled(builder, first, second, [WIDTH + j if j & half else j + half for j in range(WIDTH)])
        for k, row in enumerate(rows):
            builder.store(row, builder.inttoptr(_at(builder, target, across, k), VECTOR.as_pointer()), align=BYTES)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), generate


def _at(builder: Any, address: Any, stride: Any, row: int) -> Any:
    return builder.add(address, builder.mul(stride, WORD(BYTES * row)))


def _joined(builder: Any, parts: list[Any]) -> Any:
    while len(parts) > 1:
        places = range(2 * parts[0].type.count)
        parts = [_shuffled(builder, one, two, places) for one, two in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def _shuffled(builder: Any, first: Any, second: Any, places: Sequence[int]) -> Any:
    return builder.shuffle_vector(first, second, ir.Constant(ir.VectorType(HALF, len(places)), list(places)))


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
