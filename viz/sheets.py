"""Sheets of neurons as small pictures: a grid as cells, a row as bars, a ring as petals, any others as dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.spatial import KDTree

from neatcore.interfaces import Array, Floats
from substrates.geometry import Sheet
from viz.patterns import diverging
from viz.style import SHARPNESS, Theme, figure

Colours = NDArray[np.uint8]  # (…, 4) red, green, blue, opacity
Box = tuple[float, float, float]  # the middle of a square, right and down, and its side, in pixels
Edges = tuple[float, float, float, float]  # left, right, top and bottom, in pixels
CORNERS = 6  # along the arc of a petal
CELL = 26.0  # pixels of a neuron's cell, at most
THIN = 12.0  # pixels of a row's height, at least
FLAT = 0.62  # height over width of a picture of bars
DOT, CROWDED, TOUCHING = 2.0, 0.1, 0.9  # of discs: the least radius, in pixels; the share that may overlap; else their width
STUB = 0.07  # of a picture's side: how long the mark of a link that is not there is


@dataclass(frozen=True)
class Tint:
    """From numbers to colours: orange below zero, blue above, as strong as `largest`. Not a number is left out.

    links: 0 is no link and has a colour of its own, so that the weakest link is told from none; else 0 is the paper.
    low: the number without colour, where there is no sign to show.
    """

    tone: Theme
    largest: float
    links: bool = True
    low: float = 0.0

    def shares(self, values: Array) -> Floats:
        """Of the largest, in [-1, 1]."""
        return np.clip((np.asarray(values, np.float64) - self.low) / (self.largest or 1.0), -1.0, 1.0)

    def __call__(self, values: Array) -> Colours:
        """Colours (…, 4) of values (…)."""
        shares, tone = self.shares(values), self.tone
        colours = np.asarray((_strengths if self.links else diverging)(tone)(0.5 + 0.5 * np.nan_to_num(shares), bytes=True))
        if self.links:
            colours[shares == 0] = _bytes(tone.grid)
        colours[np.isnan(shares)] = 0
        return colours


@cache
def _strengths(theme: Theme) -> LinearSegmentedColormap:
    """Weights' colours with a jump at 0: the faintest orange stands beside the faintest blue."""
    half, colours = len(theme.weights) // 2, theme.weights
    stops = [*zip(np.linspace(0, 0.5, half), colours[:half]), *zip(np.linspace(0.5, 1, half), colours[half:])]
    return LinearSegmentedColormap.from_list(f"links-{theme.name}", stops, N=512)


def _bytes(colour: str) -> Colours:
    return np.array([round(255 * part) for part in to_rgba(colour)], np.uint8)


class Sketch:
    """A Figure with one Axes whose unit is its pixel, y down, on which cells and polygons are gathered, to be drawn at once."""

    def __init__(self, tone: Theme, width: float, height: float) -> None:
        self.tone, self.width, self.height = tone, width, height
        self.figure: Figure = figure(tone, width, height)
        self.ax: Axes = self.figure.add_subplot()
        self.ax.set(xlim=(0, width), ylim=(height, 0), facecolor=tone.paper)
        self.ax.set_axis_off()
        self.cells = np.zeros((round(height * SHARPNESS), round(width * SHARPNESS), 4), np.uint8)
        self.polygons: list[Floats] = []
        self.fills: list[Colours] = []

    def image(self, colours: Colours, x: float, y: float, side: float) -> Edges:
        """Cells (H, W, 4) around (x, y), none blurred: as large as whole pixels allow, `side` at most."""
        found = edges(colours.shape[:2], x, y, side)
        left, right, top, bottom = (round(edge * SHARPNESS) for edge in found)
        cell = max(1, (right - left) // colours.shape[1])
        large = colours.repeat(cell, axis=0).repeat(cell, axis=1)
        room = self.cells[max(top, 0) : bottom, max(left, 0) : right]
        room[:] = large[: room.shape[0], : room.shape[1]]
        return found

    def polygon(self, points: Floats, colour: Colours) -> None:
        """A filled polygon (K, 2)."""
        self.polygons.append(points)
        self.fills.append(colour)

    def words(
        self, x: float, y: float, text: str, *, size: float = 12, quiet: bool = True, ha: str = "left", va: str = "center"
    ) -> None:
        self.ax.text(x, y, text, color=self.tone.muted if quiet else self.tone.ink, fontsize=size, ha=ha, va=va)

    def done(self) -> Figure:
        """The figure, with all that was gathered."""
        if self.cells[..., 3].any():
            box = (0, self.width, self.height, 0)
            self.ax.imshow(self.cells, extent=box, interpolation="nearest", aspect="auto", zorder=2)
            self.ax.set(xlim=(0, self.width), ylim=(self.height, 0))
        if self.polygons:
            fills = np.array(self.fills) / 255.0
            self.ax.add_collection(PolyCollection(self.polygons, facecolors=fills, linewidths=0, zorder=3), autolim=False)
        return self.figure


def edges(shape: Sequence[int], x: float, y: float, side: float) -> Edges:
    """Where an image of that shape lies around (x, y), its cells of whole pixels, `side` at most."""
    high, wide = shape
    cell = max(1, int(side * SHARPNESS / max(high, wide)))
    left, top = round(x * SHARPNESS - cell * wide / 2), round(y * SHARPNESS - cell * high / 2)
    return left / SHARPNESS, (left + cell * wide) / SHARPNESS, top / SHARPNESS, (top + cell * high) / SHARPNESS


# --- what a sheet looks like -------------------------------------------------------------------------------------------


def kind_of(sheet: Sheet) -> str:
    """grid, ring, row or dots."""
    if len(sheet.shape) > 1:
        return "grid"
    varying = np.ptp(sheet.points, axis=0) > 1e-9
    if np.count_nonzero(varying) <= 1:
        return "row"
    return "ring" if len(sheet) > 2 and not varying[2:].any() and _round(sheet.points[:, :2]) else "dots"


def _round(points: Floats) -> bool:
    """Whether points (N, 2) stand on a circle around 0, equally far from each other."""
    angles = np.sort(np.arctan2(points[:, 1], points[:, 0]))
    gaps = np.diff(angles, append=angles[0] + 2 * np.pi)
    return bool(np.ptp(np.hypot(*points.T)) < 1e-6 and np.ptp(gaps) < 1e-6)


def as_image(sheet: Sheet, values: Array) -> Array:
    """Values (N,) of a grid as an image, its first row on top; layers of a cube side by side, a column of NaN between."""
    shape = sheet.shape if len(sheet.shape) > 1 else (1, len(sheet))
    image = np.asarray(values, np.float64).reshape(shape)
    if len(shape) == 2:
        return image
    gap = np.full((shape[1], 1), np.nan)
    return np.concatenate([part for layer in image for part in (layer, gap)][:-1], axis=1)


def flat(sheet: Sheet) -> Floats:
    """Places (N, 2) of the neurons within their sheet, from its first two coordinates that differ; y up, within ±1."""
    axes = np.flatnonzero(np.ptp(sheet.points, axis=0) > 1e-9)[:2]
    places = np.zeros((len(sheet), 2))
    places[:, : len(axes)] = sheet.points[:, axes]
    return places / max(1.0, float(np.abs(places).max()))


def draw_sheet(sketch: Sketch, sheet: Sheet, values: Array, box: Box, tint: Tint, *, sized: bool = True) -> None:
    """The values (N,) of a sheet in a box. sized: bars, petals and dots are as long as the values are large."""
    kind = kind_of(sheet)
    if kind == "grid" or (kind == "row" and not sized):
        x, y, side = box
        image, side = _cells(sheet, values, side)
        sketch.image(tint(image), x, y, side)
        return
    shares, colours = tint.shares(values), tint(values)
    if kind == "row":
        _draw_bars(sketch, shares, colours, box)
    elif kind == "ring":
        _draw_petals(sketch, flat(sheet), shares if sized else np.ones_like(shares), colours, box)
    else:
        _draw_dots(sketch, flat(sheet), shares if sized else np.ones_like(shares), colours, box)


def draw_ground(sketch: Sketch, sheet: Sheet, box: Box, *, sized: bool = True) -> None:
    """A faint line, frame or ring that holds a picture together where its values have no colour."""
    x, y, side = box
    square, kind = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]), kind_of(sheet)
    if kind == "ring":
        turn = np.linspace(0, 2 * np.pi, 60)
        lines = [side * radius * np.stack([np.cos(turn), np.sin(turn)], axis=1) + (x, y) for radius in (0.22, 0.5)]
    elif kind == "grid" or (kind == "row" and not sized):
        image, side = _cells(sheet, np.zeros(len(sheet)), side)
        left, right, upper, lower = edges(image.shape, x, y, side)
        lines = [square * ((right - left) / 2, (lower - upper) / 2) + ((left + right) / 2, (upper + lower) / 2)]
    elif kind == "row":
        lines = [np.array([(x - side / 2, y), (x + side / 2, y)])]
    else:
        lines = [square * side / 2 + (x, y)]
    for line in lines:
        sketch.ax.plot(*line.T, color=sketch.tone.faint, linewidth=0.8, zorder=1 if kind == "row" and sized else 3.5)


def _cells(sheet: Sheet, values: Array, side: float) -> tuple[Array, float]:
    """The image of a sheet, and how broad it is at most. Narrow cells of a row are tall, so that they can be seen."""
    image = as_image(sheet, values)
    side = min(side, CELL * max(image.shape))
    tall = ceil(THIN * image.shape[1] / side) if kind_of(sheet) == "row" else 1
    return image.repeat(tall, axis=0), side


def _draw_bars(sketch: Sketch, shares: Floats, colours: Colours, box: Box) -> None:
    """Bars side by side, up from the middle where values are above 0."""
    x, y, side = box
    step, tall = min(side / len(shares), 0.3 * side), FLAT * side
    gap = 0.16 * step if step > 3 else 0.0
    for place, (share, colour) in enumerate(zip(shares.tolist(), colours)):
        left = x + (place - len(shares) / 2) * step + gap / 2
        top, bottom = (y - share * tall / 2, y) if share else (y - STUB * side / 3, y + STUB * side / 3)
        right = left + step - gap
        sketch.polygon(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), colour)


def _draw_petals(sketch: Sketch, places: Floats, shares: Floats, colours: Colours, box: Box) -> None:
    """Sectors around an open middle, each in its neuron's direction, outwards as far as its value is large."""
    x, y, side = box
    angles = np.arctan2(places[:, 1], places[:, 0])
    turn = np.sort(angles % (2 * np.pi))
    width = float(np.diff(turn, append=turn[0] + 2 * np.pi).min())
    across = np.linspace(-0.5, 0.5, CORNERS) * width * (0.86 if width * side > 12 else 1.0)
    for angle, share, colour in zip(angles.tolist(), np.abs(shares).tolist(), colours):
        inner, outer = 0.22 * side, side * (0.22 + max(STUB / 2, 0.28 * share))
        directions = np.stack([np.cos(angle + across), -np.sin(angle + across)], axis=1)
        outline = np.concatenate([inner * directions, outer * directions[::-1]])
        sketch.polygon(outline + np.array([x, y]), colour)


def _draw_dots(sketch: Sketch, places: Floats, shares: Floats, colours: Colours, box: Box) -> None:
    """Discs where the neurons stand, as large as their values, and small enough that hardly any hides another."""
    x, y, side = box
    most = min(0.12, 0.4 / len(places) ** 0.5) * side
    if len(places) > 1:
        nearest = float(np.quantile(KDTree(places).query(places, 2)[0][:, 1], CROWDED))
        most = max(DOT, min(most, TOUCHING * nearest * side / 4))
    circle = np.stack([np.cos(turn := np.linspace(0, 2 * np.pi, 20, endpoint=False)), np.sin(turn)], axis=1)
    for place, share, colour in zip(places * (1, -1) * (side / 2 - most), np.abs(shares).tolist(), colours):
        sketch.polygon(circle * most * max(0.3, share**0.5) + place + (x, y), colour)


def part_of(sheet: Sheet, rows: Array) -> Sheet:
    """A sheet of some of the neurons, a grid where they fill one."""
    from substrates.layouts import arranged

    return replace(sheet, points=sheet.points[rows], shape=arranged(sheet.points[rows]))
