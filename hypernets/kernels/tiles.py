"""The loop in which kernels do all their arithmetic: a tile of numbers in registers, which is a sum of products.

A convolution, the slope of its kernel and a product of matrices sum up the same way, and differ in where the next number stands. So
`tile` is told addresses and strides. It is written in LLVM's terms, since no loop of numba's keeps a tile in registers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any, cast

import llvmlite.binding as llvm  # type: ignore[import-untyped]
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WORD, HALF, FLOAT, BYTES = ir.IntType(64), ir.IntType(32), ir.FloatType(), 4
# numbers in a vector; vectors of a tile that fit into the registers, beside those that are multiplied
WIDTH, HELD = (16, 28) if llvm.get_host_cpu_features().get("avx512f") else (8, 12)
VECTOR = ir.VectorType(FLOAT, WIDTH)


def broad(columns: int) -> int:
    """How many vectors broad a tile is, of rows of so many numbers, a multiple of WIDTH."""
    return 2 if columns % (2 * WIDTH) == 0 else 1


def highest(columns: int) -> int:
    """How many rows such a tile has at most."""
    return HELD // broad(columns)


def _summed(broadcast: bool, *given: Any) -> tuple[Any, Callable[..., Any]]:
    """broadcast: whether a number at the left is multiplied with a whole vector at the right."""
    _, high, wide, *others, _ = given

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        words = [
            builder.extract_value(words, k) for words, kind in zip(arguments[2:6], tuples, strict=True) for k in range(kind.count)
        ]
        _write(builder, broadcast, (high.count, wide.count), *words, arguments[6])
        return _context.get_dummy_value()

    tuples = [types.UniTuple(types.int64, len(kind)) for kind in others]  # type: ignore[no-untyped-call]
    return types.void(high, wide, *tuples, types.boolean), generate


def _tile(typing: Any, high: Any, wide: Any, left: Any, right: Any, to: Any, steps: Any, kept: Any) -> Any:
    return _summed(True, typing, high, wide, left, right, to, steps, kept)


def _paired(typing: Any, high: Any, wide: Any, left: Any, right: Any, to: Any, steps: Any, kept: Any) -> Any:
    return _summed(False, typing, high, wide, left, right, to, steps, kept)


# tile(high, wide, left, right, to, steps, kept), where
#   left  = (address, from row to row of the tile, from one outer step to the next, from one inner step to the next)
#   right = (address, from one outer step to the next, from one inner step to the next), of `wide` vectors side by side
#   to    = (address, from row to row of the tile)
#   steps = (outer, inner), both at least 1
# adds left[r, i, j] · right[i, j] over all steps i, j to each row r < high of `to`, or puts the sum there unless `kept`. Strides
# count numbers of 4 bytes.
tile = cast(Callable[..., None], intrinsic(_tile))
# paired: the same, where left[r, i, j] is a vector, multiplied number by number
paired = cast(Callable[..., None], intrinsic(_paired))


def _write(builder: Any, broadcast: bool, size: tuple[int, int], *words: Any) -> None:
    """The blocks of `tile`: sums of before or zeros, then two loops, then the sums are put where they belong."""
    left, left_row, left_outer, left_inner, right, right_outer, right_inner, to, to_row, outer, inner, kept = words
    high, wide = size
    moved, vector, spread = (partial(function, builder) for function in (_moved, _vector, _spread))
    places = [(row, part) for row, part in product(range(high), range(wide))]
    fused = cgutils.get_or_insert_function(builder.module, ir.FunctionType(VECTOR, [VECTOR] * 3), f"llvm.fmuladd.v{WIDTH}f32")  # type: ignore[no-untyped-call]

    lefts = [moved(WORD(0), builder.mul(left_row, WORD(row))) for row in range(high)]
    targets = [moved(to, builder.mul(to_row, WORD(row))) for row in range(high)]
    entry, old = builder.block, builder.append_basic_block("old")
    begin, loop, next_outer, done = (builder.append_basic_block(name) for name in ("begin", "loop", "outer", "done"))
    builder.cbranch(kept, old, begin)
    builder.position_at_end(old)
    found = [_aligned(builder.load(vector(targets[row], part))) for row, part in places]
    builder.branch(begin)

    builder.position_at_end(begin)
    first = [builder.phi(VECTOR) for _ in places]
    for sums, value in zip(first, found, strict=True):
        sums.add_incoming(ir.Constant(VECTOR, [0.0] * WIDTH), entry)
        sums.add_incoming(value, old)
    builder.branch(loop)

    builder.position_at_end(loop)
    i, j, a, a_outer, b, b_outer = (builder.phi(WORD) for _ in range(6))
    sums = [builder.phi(VECTOR) for _ in places]
    rights = [_aligned(builder.load(vector(b, part))) for part in range(wide)]
    new = []
    for row in range(high):
        place = builder.add(a, lefts[row])
        one = spread(place) if broadcast else _aligned(builder.load(vector(place, 0)))
        new += [builder.call(fused, [one, rights[part], sums[row * wide + part]]) for part in range(wide)]
    j_next, a_next, b_next = builder.add(j, WORD(1)), moved(a, left_inner), moved(b, right_inner)
    builder.cbranch(builder.icmp_signed("<", j_next, inner), loop, next_outer)

    builder.position_at_end(next_outer)
    i_next, a_outer_next, b_outer_next = builder.add(i, WORD(1)), moved(a_outer, left_outer), moved(b_outer, right_outer)
    builder.cbranch(builder.icmp_signed("<", i_next, outer), loop, done)

    zero = WORD(0)
    for phi, at_first, within, after in (
        (i, zero, i, i_next),
        (j, zero, j_next, zero),
        (a, left, a_next, a_outer_next),
        (a_outer, left, a_outer, a_outer_next),
        (b, right, b_next, b_outer_next),
        (b_outer, right, b_outer, b_outer_next),
        *zip(sums, first, new, new, strict=True),
    ):
        phi.add_incoming(at_first, begin)
        phi.add_incoming(within, loop)
        phi.add_incoming(after, next_outer)

    builder.position_at_end(done)
    for (row, part), value in zip(places, new, strict=True):
        _aligned(builder.store(value, vector(targets[row], part)))


def _moved(builder: Any, address: Any, stride: Any) -> Any:
    """An address so many numbers further on."""
    return builder.add(address, builder.mul(stride, WORD(BYTES)))


def _vector(builder: Any, address: Any, part: int) -> Any:
    """A pointer to a vector of those that stand side by side."""
    return builder.inttoptr(builder.add(address, WORD(BYTES * WIDTH * part)), VECTOR.as_pointer())


def _aligned(instruction: Any) -> Any:
    """A load or store that stands at any number, not at whole vectors alone."""
    instruction.align = BYTES
    return instruction


def _spread(builder: Any, address: Any) -> Any:
    """A vector of one number, many times."""
    nothing, number = ir.Constant(VECTOR, ir.Undefined), builder.load(builder.inttoptr(address, FLOAT.as_pointer()))
    one = builder.insert_element(nothing, number, HALF(0))
    return builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(HALF, WIDTH), [0] * WIDTH))
