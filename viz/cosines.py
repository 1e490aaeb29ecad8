"""Weight matrices beside the few coefficients of cosines that draw them."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from neatcore.interfaces import Array, Floats, Ints
from substrates.dct import Dct
from substrates.tables import Matrix, apart
from viz.fields import BETWEEN, EDGE, HEAD, MOST, WIDTH, head, means
from viz.sheets import Sketch, Tint
from viz.style import SHARPNESS, Theme, theme_of

LEFT, RIGHT, GAP = 190.0, 470.0, 28.0  # pixels of both pictures, at most, and between them
NARROW = 170.0  # that the words below coefficients need
TALLEST = 300.0
CELL = 24.0  # pixels of a number, at most
UNDER = 20.0  # room for the words below
ACROSS = 8  # coefficients in a line, where they have no rows and columns of their own


def cosines_figure(encoding: Dct, genome: Floats, *, theme: str | Theme = "light") -> Figure:
    """For each matrix, on the left its coefficients, lowest frequencies first, on the right the weights that they draw."""
    tone = theme_of(theme)
    places = [where[:, _long(matrix)] for matrix, where in zip(encoding.matrices, encoding.places)]
    shown = list(zip(encoding.matrices, places, encoding.drawn(genome[None])))[:MOST]
    ends = np.cumsum([0, *encoding.lengths])
    parts = [genome[first : first + len(where)] for first, (_, where, _) in zip(ends, shown)]
    spectra = [_fitted(spectrum(part, where), LEFT) for part, (_, where, _) in zip(parts, shown)]
    pictures = [_fitted(picture(encoding, matrix, array), RIGHT) for matrix, _, array in shown]
    heights = [max(left.shape[0] * one, right.shape[0] * other) + UNDER for (left, one), (right, other) in zip(spectra, pictures)]
    wide = max(NARROW, *(left.shape[1] * cell for left, cell in spectra))
    left_out = len(encoding.matrices) - len(shown)
    sketch = Sketch(tone, WIDTH, 2 * EDGE + sum(HEAD + height + BETWEEN for height in heights) + UNDER * (left_out > 0))
    top = EDGE
    for (matrix, where, _), left, right, height in zip(shown, spectra, pictures, heights):
        head(sketch, top, matrix.title, _details(matrix, where))
        _cells(sketch, *left, (EDGE, top + HEAD), "coefficients")
        _cells(sketch, *right, (EDGE + wide + GAP, top + HEAD), "weights")
        top += HEAD + height + BETWEEN
    if left_out > 0:
        sketch.words(EDGE, top + 6, f"{left_out} more matrices are not shown", size=10.5)
    return sketch.done()


def _long(matrix: Matrix) -> list[bool]:
    """Which axes of a matrix count: of two grids or rows of which one is a single neuron, those of the other."""
    sides = [side > 1 for side in matrix.shape]
    return sides if len(matrix.shape) > 2 and sum(sides) == 2 else [True] * len(sides)


def spectrum(coefficients: Floats, where: Ints) -> Floats:
    """The coefficients of a matrix at their places, NaN where there is none; others in their order, line after line."""
    if where.shape[1] == 2:
        table = np.full(where.max(axis=0) + 1, np.nan)
        table[tuple(where.T)] = coefficients
        return table
    lines = np.full((-(-len(coefficients) // ACROSS), min(ACROSS, len(coefficients))), np.nan)
    lines.ravel()[: len(coefficients)] = coefficients
    return lines


def picture(encoding: Dct, matrix: Matrix, array: Floats) -> Floats:
    """The weights of one network (1, *shape) as rows and columns.

    Of a matrix as they stand; of a grid and a single neuron the grid; of two grids a small picture of the one for every neuron of
    the other, NaN between; of a vector a row for each neuron that reads, layers below each other. A single column lies.
    """
    if len(matrix.shape) == 2:
        standing: Floats = array[0]
        return standing.T if matrix.shape[1] == 1 else standing
    if not all(_long(matrix)):
        grid: Floats = array[0].squeeze()
        return grid
    if len(matrix.shape) == 4:
        rows, columns, high, wide = matrix.shape
        spaced = np.full((rows, columns, high + 1, wide + 1), np.nan)
        spaced[:, :, :-1, :-1] = array[0]
        tiled: Floats = spaced.transpose(0, 2, 1, 3).reshape(rows * (high + 1), columns * (wide + 1))
        return tiled[:-1, :-1]
    tables = [table[0] for table in apart(encoding.substrate, matrix, array)]
    widest = max(table.shape[1] for table in tables)
    stacked = np.full((sum(len(table) + 1 for table in tables), widest), np.nan)
    top = 0
    for table in tables:
        stacked[top : top + len(table), : table.shape[1]] = table
        top += len(table) + 1
    return stacked[:-1]


def _details(matrix: Matrix, where: Ints) -> str:
    sides = " × ".join(map(str, matrix.shape))
    size = f"{sides} = {matrix.size:,}" if len(matrix.shape) > 1 else f"{matrix.size:,}"
    return f"{len(where):,} coefficient{'s' * (len(where) > 1)} for {size} weight{'s' * (matrix.size > 1)}"


def _fitted(values: Floats, room: float) -> tuple[Floats, float]:
    """Values, neighbours averaged where they are smaller than a pixel, and the pixels of a cell, whole ones in a file."""
    step = -(-max(values.shape[0] / TALLEST, values.shape[1] / room) // SHARPNESS) if max(values.shape) > SHARPNESS * room else 1
    small = means(values, int(max(1, step)))
    cell = min(CELL, room / small.shape[1], TALLEST / small.shape[0])
    return small, max(1, int(cell * SHARPNESS)) / SHARPNESS


def _cells(sketch: Sketch, values: Array, cell: float, corner: tuple[float, float], what: str) -> None:
    """Cells from a top left corner on, framed, and below them what they are and how large."""
    (high, wide), (left, top) = values.shape, corner
    tint = Tint(sketch.tone, float(np.nanmax(np.abs(values))) or 1.0, links=False)
    sketch.image(tint(values), left + cell * wide / 2, top + cell * high / 2, cell * max(high, wide))
    if cell >= 8:
        rows, columns = np.nonzero(~np.isnan(values))
        corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
        frames = (np.stack([columns, rows], axis=1)[:, None] + corners) * cell + (left, top)
        sketch.ax.add_collection(LineCollection(list(frames), colors=sketch.tone.grid, linewidths=0.6, zorder=3), autolim=False)
    sketch.words(left, top + cell * high + 12, f"{what}, within ±{tint.largest:.3g}", size=10.5)
