"""The weights of a network by name: kernels of convolutions and readers of pictures as small pictures, others as matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from neatcore.errors import require
from neatcore.interfaces import Array, Floats
from viz.fields import means
from viz.sheets import Sketch, Tint, edges
from viz.style import SHARPNESS, Theme, theme_of

WIDTH, TALLEST = 720.0, 300.0  # pixels of the figure, and of one part
EDGE, HEAD, BETWEEN = 8.0, 34.0, 16.0
CELL = 14.0  # pixels of a weight, at most
ACROSS, MOST = 32, 16  # small pictures in a row, and rows of them
STRIPES = 16  # of a wide matrix, at most
SHOWN = 8  # arrays in a figure


def weights_figure(
    weights: Mapping[str, Array],
    *,
    embeddings: Mapping[str, Array] | None = None,
    pixels: Sequence[int] = (),
    several: bool = False,
    theme: str | Theme = "light",
) -> Figure:
    """The arrays of one network that have rows and columns. Orange negative, blue positive, each to its own scale.

    embeddings: by name (tiles, numbers), what a hypernetwork writes weights of; they come first. pixels: height, width and channels
    of the pictures that the first array reads; its readers are then shown as pictures. several: the first axis is of networks; of
    each array a row for every network is shown.
    """
    parts = {name: array for name, array in weights.items() if array.ndim - several in (2, 4)}
    require(parts, "there are no weight matrices to draw")
    tone, shown = theme_of(theme), list(parts.items())[:SHOWN]
    as_cells = _rows if several else _image
    images = [_Image(name, array.shape, *as_cells(array, pixels if k == 0 else ())) for k, (name, array) in enumerate(shown)]
    images = [*([_embedded(embeddings)] if embeddings else []), *images]
    sides = [_side(image.cells.shape) for image in images]
    heights = [side * image.cells.shape[0] / image.cells.shape[1] for side, image in zip(sides, images)]
    sketch = Sketch(tone, WIDTH, 2 * EDGE + sum(HEAD + height + BETWEEN for height in heights) + (18 if len(parts) > SHOWN else 0))
    top = EDGE
    for image, side, height in zip(images, sides, heights):
        largest = float(np.nanmax(np.abs(image.cells)))
        sketch.words(EDGE, top + 6, f"{image.name}   {' × '.join(map(str, image.shape))}", size=13, quiet=False)
        sketch.words(EDGE, top + 22, f"{image.words}; the largest size is {largest:.3g}", size=10.5)
        small = means(image.cells, -(-max(image.cells.shape) // int(max(side, height) * SHARPNESS)))
        _left(sketch, Tint(tone, largest, links=False)(small), top + HEAD + height / 2, max(side, height))
        top += HEAD + height + BETWEEN
    if len(parts) > SHOWN:
        sketch.words(EDGE, top + 6, f"{len(parts) - SHOWN} more arrays are not shown", size=10.5)
    return sketch.done()


class _Image(NamedTuple):
    """An array as cells, NaN between small pictures, and how to read it."""

    name: str
    shape: Sequence[int]
    cells: Floats
    words: str


def _embedded(embeddings: Mapping[str, Array]) -> _Image:
    """Embeddings side by side, a cell between those of different weights."""
    columns = [np.asarray(array, np.float64).T for array in embeddings.values()]
    gap = np.full((len(columns[0]), 1), np.nan)
    table = np.concatenate([part for column in columns for part in (gap, column)][1:], axis=1)
    names = list(embeddings)
    of = f"of {names[0]}" if len(names) == 1 else f"of {len(names)} arrays in turn"
    cells, words = _striped(table, f"a column for each tile {of}, a row for each number")
    return _Image("embeddings", (sum(column.shape[1] for column in columns), len(table)), cells, words)


def _side(shape: Sequence[int]) -> float:
    """How broad an image is: as large as there is room for, its cells of whole pixels where a cell has one at all."""
    high, wide = shape
    side = wide * _room(high, wide)
    return max(1, int(side * SHARPNESS / wide)) * wide / SHARPNESS if wide <= side * SHARPNESS else side


def _left(sketch: Sketch, colours: Array, y: float, side: float) -> None:
    """Cells at the left edge."""
    left, right, _, _ = edges(colours.shape[:2], 0.0, y, side)
    sketch.image(colours, EDGE + (right - left) / 2, y, side)


def _image(array: Array, pixels: Sequence[int]) -> tuple[Floats, str]:
    """An array as cells, NaN between small pictures, and how to read it."""
    if array.ndim == 4:  # (height, width, in, out)
        tiles = np.asarray(array, np.float64).transpose(2, 3, 0, 1)
        if tiles.shape[0] == 1:
            return _mosaic(_folded(tiles[0])), "a picture for each output channel"
        return _mosaic(tiles[:MOST, :ACROSS]), "a row for each input channel, a column for each output channel"
    if len(pixels) == 3 and array.shape[0] == pixels[0] * pixels[1] * pixels[2]:
        fields = np.asarray(array, np.float64).T.reshape(-1, *pixels).mean(axis=-1)[: 3 * ACROSS]
        return _mosaic(_folded(fields, ACROSS // 2)), "for each unit, how it reads the picture"
    if array.shape[0] > array.shape[1]:
        return _striped(np.asarray(array, np.float64).T, "a column for each unit that is read, a row for each that reads")
    return _striped(np.asarray(array, np.float64), "a row for each unit that is read, a column for each that reads")


def _striped(table: Floats, words: str) -> tuple[Floats, str]:
    """A matrix in as many stripes, one below the other and equally wide, as make its cells largest."""
    high, wide = table.shape
    count = max(range(1, min(wide, STRIPES) + 1), key=lambda stripes: _room(stripes * (high + 1) - 1, -(-wide // stripes)))
    if count == 1:
        return table, words
    stripe = -(-wide // count)
    filled = np.full((high, count * stripe), np.nan)
    filled[:, :wide] = table
    return _mosaic(filled.reshape(high, count, 1, stripe).transpose(1, 2, 0, 3)), f"{words}; in {count} stripes"


def _room(high: int, wide: int) -> float:
    """Pixels that a cell can be broad and high."""
    return min((WIDTH - 2 * EDGE) / wide, CELL, TALLEST / high)


def _rows(arrays: Array, pixels: Sequence[int]) -> tuple[Floats, str]:
    """Arrays of several networks as cells, a row for each: the same weights stand below each other."""
    stacked = np.asarray(arrays, np.float64)[:MOST]
    if stacked.ndim == 5:  # (network, height, width, in, out)
        return _mosaic(stacked[:, :, :, 0].transpose(0, 3, 1, 2)[:, :ACROSS]), "a row for each network: kernels of the first input"
    if len(pixels) == 3 and stacked.shape[1] == pixels[0] * pixels[1] * pixels[2]:
        fields = stacked.transpose(0, 2, 1).reshape(*stacked.shape[::2], *pixels).mean(axis=-1)
        return _mosaic(fields[:, : ACROSS // 2]), "a row for each network: how its first units read the picture"
    return _mosaic(stacked.transpose(0, 2, 1)[None, :, :, :ACROSS].reshape(1, len(stacked), stacked.shape[2], -1)), (
        "a picture for each network: a row for each unit that reads, a column for each of the first units that are read"
    )


def _folded(tiles: Floats, across: int = ACROSS) -> Floats:
    """Small pictures (K, h, w) in rows of so many: (R, C, h, w), the last row filled with NaN."""
    columns = min(across, len(tiles))
    rows = -(-len(tiles) // columns)
    filled = np.full((rows * columns, *tiles.shape[1:]), np.nan)
    filled[: len(tiles)] = tiles
    return filled.reshape(rows, columns, *tiles.shape[1:])


def _mosaic(tiles: Floats) -> Floats:
    """Small pictures (R, C, h, w) side by side, a cell apart."""
    rows, columns, high, wide = tiles.shape
    spaced = np.full((rows, columns, high + 1, wide + 1), np.nan)
    spaced[:, :, :-1, :-1] = tiles
    image: Floats = spaced.transpose(0, 2, 1, 3).reshape(rows * (high + 1), columns * (wide + 1))[:-1, :-1]
    return image
