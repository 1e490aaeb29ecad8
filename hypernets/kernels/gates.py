"""The gates of LSTMs and their slopes, on blocks of rows, one for each lane. Gates stand in the order i, g, f, o."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hypernets.kernels.memory import Size, floats
from hypernets.kernels.tiles import BYTES, WIDTH, tile
from neatcore.compiled import apart, kernel, wide

GATES, NORMS = 4, 5  # what is normalised: the gates' sums, and c
EPSILON = np.float32(1e-3)  # of layer normalisation
ONE, TWO = (0,), (0, 0)  # vectors broad
ZERO, HALF, WHOLE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
# tanh x = x p(x²) / q(x²) within 4e-7, up to an x from which on it is nearly 1: Eigen's coefficients, the first ones last
FARTHEST = np.float32(7.90531110763549805)
P6, P5, P4, P3, P2, P1, P0 = (
    np.float32(number)
    for number in (
        -2.76076847742355e-16,
        2.00018790482477e-13,
        -8.60467152213735e-11,
        5.12229709037114e-08,
        1.48572235717979e-05,
        6.37261928875436e-04,
        4.89352455891786e-03,
    )
)
Q3, Q2, Q1, Q0 = (
    np.float32(number) for number in (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)
)


class Rows(NamedTuple):
    """Rows of numbers: where the first stands, and how many numbers rows are apart."""

    address: int
    stride: int


class Cell(NamedTuple):
    """An LSTM's lanes at one step: N units, and where their numbers are put."""

    units: int
    normed: bool  # whether there is layer normalisation
    gates: Rows  # 4 N: the gates' sums, then what they answer
    even: Rows  # 5 N: gates and c normalised, before gain and shift
    scales: Rows  # of each of these five, for each lane: what it was multiplied by for that
    bent: Rows  # N: tanh of c
    spare: Rows  # N
    totals: Rows  # sums of rows
    others: Rows
    gain: int  # where 5 N stand, for gates and c; so do shifts
    shift: int
    ones: int  # where WIDTH ones stand


@kernel
def row(rows: Rows, lane: int) -> Any:
    return floats(rows.address + BYTES * lane * rows.stride)


@kernel
def part(rows: Rows, column: int) -> Rows:
    """The same from a column on."""
    return Rows(rows.address + BYTES * column, rows.stride)


@kernel
def whole(columns: int) -> int:
    """So many columns, filled up to whole panels: one vector, or any number of two side by side."""
    broad = WIDTH if columns <= WIDTH else 2 * WIDTH
    return (columns + broad - 1) // broad * broad


@kernel
def multiply(high: Size, left: Rows, panels: int, to: Rows, columns: int, steps: int) -> None:
    """A product of (high, steps) and (steps, columns). panels: where the second stands in panels (panels, steps, columns of a
    panel), so that it is read from one end to the other. `to` has whole panels of columns."""
    apart()
    if columns <= WIDTH:
        tile(high, ONE, (left.address, left.stride, 0, 1), (panels, 0, WIDTH), (to.address, to.stride), (1, steps), False)
    else:
        for column in range(0, columns, 2 * WIDTH):
            right = panels + BYTES * column * steps
            tile(
                high,
                TWO,
                (left.address, left.stride, 0, 1),
                (right, 0, 2 * WIDTH),
                (to.address + BYTES * column, to.stride),
                (1, steps),
                False,
            )


@kernel
def tanh(x: Any) -> Any:
    x = FARTHEST if x > FARTHEST else x
    x = -FARTHEST if x < -FARTHEST else x
    s = x * x
    p = (((((P6 * s + P5) * s + P4) * s + P3) * s + P2) * s + P1) * s + P0
    return x * p / (((Q3 * s + Q2) * s + Q1) * s + Q0)


@kernel
def bend(rows: Rows, lanes: int, columns: int) -> None:
    """tanh of all."""
    apart()
    wide()
    for lane in range(lanes):
        x = row(rows, lane)
        for k in range(columns):
            x[k] = tanh(x[k])


@kernel
def squash(rows: Rows, lanes: int, columns: int) -> None:
    """1 / (1 + exp(−x)) of all, which is (1 + tanh(x / 2)) / 2."""
    apart()
    wide()
    for lane in range(lanes):
        x = row(rows, lane)
        for k in range(columns):
            x[k] = HALF * tanh(HALF * x[k]) + HALF


@kernel
def copy(rows: Rows, to: Rows, lanes: int, columns: int) -> None:
    apart()
    wide()
    for lane in range(lanes):
        old, new = row(rows, lane), row(to, lane)
        for k in range(columns):
            new[k] = old[k]


@kernel
def add(rows: Rows, to: Rows, lanes: int, columns: int) -> None:
    apart()
    wide()
    for lane in range(lanes):
        one, other = row(rows, lane), row(to, lane)
        for k in range(columns):
            other[k] += one[k]


@kernel
def add_up(rows: Rows, to: int, lanes: int, columns: int) -> None:
    """Add the sum over lanes to what is there."""
    add(rows, Rows(to, 0), lanes, columns)


# --- layer normalisation ------------------------------------------------------------------------------------------------


@kernel
def total(high: Size, rows: Rows, columns: int, to: Rows, ones: int) -> None:
    """The sum of each row, as many times as a vector has numbers."""
    apart()
    tile(high, ONE, (rows.address, rows.stride, 0, 1), (ones, 0, 0), (to.address, to.stride), (1, columns), False)


@kernel
def normalise(high: Size, cell: Cell, which: int, lanes: int) -> None:
    """N columns of `even`: mean 0, variance 1."""
    apart()
    wide()
    n, values, scales = cell.units, part(cell.even, which * cell.units), row(cell.scales, which)
    total(high, values, n, cell.totals, cell.ones)
    for lane in range(lanes):
        x, square, mean = row(values, lane), row(cell.spare, lane), row(cell.totals, lane)[0] / np.float32(n)
        for k in range(n):
            x[k] -= mean
        for k in range(n):
            square[k] = x[k] * x[k]
    total(high, cell.spare, n, cell.totals, cell.ones)
    for lane in range(lanes):
        x, scale = row(values, lane), WHOLE / np.sqrt(row(cell.totals, lane)[0] / np.float32(n) + EPSILON)
        scales[lane] = scale
        for k in range(n):
            x[k] *= scale


@kernel
def stretch(cell: Cell, which: int, to: Rows, lanes: int) -> None:
    """Gain and shift of what was normalised."""
    wide()
    n, values = cell.units, part(cell.even, which * cell.units)
    gain, shift = floats(cell.gain + BYTES * which * n), floats(cell.shift + BYTES * which * n)
    for lane in range(lanes):
        x, y = row(values, lane), row(to, lane)
        for k in range(n):
            y[k] = gain[k] * x[k] + shift[k]


@kernel
def sharpen(high: Size, cell: Cell, which: int, slopes: Rows, to_gain: int, to_shift: int, lanes: int) -> None:
    """From the slopes of what was stretched to those of what was normalised, in their place; those of gain and shift are added."""
    apart()
    wide()
    n, values, scales = cell.units, part(cell.even, which * cell.units), row(cell.scales, which)
    gain, sloping = floats(cell.gain + BYTES * which * n), floats(to_gain + BYTES * which * n)
    add_up(slopes, to_shift + BYTES * which * n, lanes, n)
    for lane in range(lanes):
        x, slope, product = row(values, lane), row(slopes, lane), row(cell.spare, lane)
        for k in range(n):
            sloping[k] += slope[k] * x[k]
        for k in range(n):
            slope[k] *= gain[k]
        for k in range(n):
            product[k] = slope[k] * x[k]
    total(high, slopes, n, cell.totals, cell.ones)
    total(high, cell.spare, n, cell.others, cell.ones)
    for lane in range(lanes):
        x, slope, scale = row(values, lane), row(slopes, lane), scales[lane]
        one, other = row(cell.totals, lane)[0] / np.float32(n), row(cell.others, lane)[0] / np.float32(n)
        for k in range(n):
            slope[k] = scale * (slope[k] - one - x[k] * other)


# --- a step -------------------------------------------------------------------------------------------------------------


@kernel
def answer(high: Size, cell: Cell, mask: Rows, old: Rows, c: Rows, h: Rows, lanes: int) -> None:
    """c and h of a step after `old`, where the gates' sums are given. mask: what the candidate is multiplied by; at 0: none."""
    apart()
    wide()
    n = cell.units
    if cell.normed:
        copy(cell.gates, cell.even, lanes, GATES * n)
        for gate in range(GATES):
            normalise(high, cell, gate, lanes)
            stretch(cell, gate, part(cell.gates, gate * n), lanes)
    squash(cell.gates, lanes, n)
    bend(part(cell.gates, n), lanes, n)
    squash(part(cell.gates, 2 * n), lanes, 2 * n)
    for lane in range(lanes):
        i, g, f = row(cell.gates, lane), row(part(cell.gates, n), lane), row(part(cell.gates, 2 * n), lane)
        before, now = row(old, lane), row(c, lane)
        if mask.address:
            kept = row(mask, lane)
            for k in range(n):
                now[k] = f[k] * before[k] + i[k] * g[k] * kept[k]
        else:
            for k in range(n):
                now[k] = f[k] * before[k] + i[k] * g[k]
    if cell.normed:
        copy(c, part(cell.even, GATES * n), lanes, n)
        normalise(high, cell, GATES, lanes)
        stretch(cell, GATES, cell.bent, lanes)
    else:
        copy(c, cell.bent, lanes, n)
    bend(cell.bent, lanes, n)
    for lane in range(lanes):
        o, bent, out = row(part(cell.gates, 3 * n), lane), row(cell.bent, lane), row(h, lane)
        for k in range(n):
            out[k] = o[k] * bent[k]


@kernel
def slope(
    high: Size,
    cell: Cell,
    mask: Rows,
    old: Rows,
    of_h: Rows,
    of_c: Rows,
    to: Rows,
    to_gain: int,
    to_shift: int,
    lanes: int,
) -> None:
    """From the slopes of h and c after `answer` to those of the gates' sums, in `to`, and of the old c, in `of_c`."""
    apart()
    wide()
    n, last = cell.units, part(to, 3 * cell.units)
    for lane in range(lanes):  # for now, of what is bent to tanh c: in the place of those of g
        o, bent, h = row(part(cell.gates, 3 * n), lane), row(cell.bent, lane), row(of_h, lane)
        bending, opening = row(part(to, n), lane), row(last, lane)
        for k in range(n):
            bending[k] = h[k] * o[k] * (WHOLE - bent[k] * bent[k])
        for k in range(n):
            opening[k] = h[k] * bent[k] * o[k] * (WHOLE - o[k])
    if cell.normed:
        sharpen(high, cell, GATES, part(to, n), to_gain, to_shift, lanes)
    add(part(to, n), of_c, lanes, n)
    for lane in range(lanes):
        i, g, f = row(cell.gates, lane), row(part(cell.gates, n), lane), row(part(cell.gates, 2 * n), lane)
        before, c = row(old, lane), row(of_c, lane)
        to_i, to_g, to_f = row(to, lane), row(part(to, n), lane), row(part(to, 2 * n), lane)
        for k in range(n):
            to_i[k] = c[k] * g[k] * i[k] * (WHOLE - i[k])
        for k in range(n):
            to_g[k] = c[k] * i[k] * (WHOLE - g[k] * g[k])
        if mask.address:
            kept = row(mask, lane)
            for k in range(n):
                to_i[k] *= kept[k]
            for k in range(n):
                to_g[k] *= kept[k]
        for k in range(n):
            to_f[k] = c[k] * before[k] * f[k] * (WHOLE - f[k])
        for k in range(n):
            c[k] *= f[k]
    if cell.normed:
        for gate in range(GATES):
            sharpen(high, cell, gate, part(to, gate * n), to_gain, to_shift, lanes)
