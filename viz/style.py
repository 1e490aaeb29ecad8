"""One palette in light and dark, one figure factory, one way to dress an Axes.

Lengths are in pixels of the page: a figure has 72 of them to the inch, so that a point, the unit of matplotlib's fonts and lines,
is a pixel of the SVG. PNG files carry twice as many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import accumulate

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from neatcore.errors import unknown

INCH = 72  # pixels
SMALL, LARGE = 1e-4, 1e9  # numbers between these are written without a power of ten
LETTER = 6.8  # mean pixels of a letter of 12
SHARPNESS = 2  # pixels of a PNG for each pixel of the page


@dataclass(frozen=True)
class Theme:
    """Colours by role, all different from each other, so that an SVG can name the role where a colour stands.

    weights: from strongly negative (orange) to strongly positive (blue), told apart by any colour vision; even in number.
    species: neighbours in the list contrast.
    """

    name: str
    paper: str
    ink: str
    muted: str
    faint: str
    grid: str
    accent: str
    soft: str
    second: str
    good: str
    bad: str
    weights: tuple[str, ...]
    species: tuple[str, ...]

    def roles(self) -> Iterator[tuple[str, str]]:
        """Every colour with its role: ("ink", "#…"), …, ("species-11", "#…")."""
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            if isinstance(value, str):
                yield field.name, value
            else:
                yield from ((f"{field.name}-{place}", colour) for place, colour in enumerate(value))

    def weight(self, share: float) -> str:
        """The colour of a weight that is `share` of the largest one, in [-1, 1]."""
        half = len(self.weights) // 2
        step = min(int(abs(share) * half), half - 1)
        return self.weights[half + step if share >= 0 else half - 1 - step]

    def on(self, colour: str) -> str:
        """The colour of words that lie on `colour`: paper or ink, whichever stands out more."""
        return max((self.paper, self.ink), key=lambda words: _contrast(words, colour))

    def species_colour(self, species: int) -> str:
        """The colour of a species, the same in every picture."""
        return self.species[species % len(self.species)]


def _contrast(first: str, second: str) -> float:
    """Between two colours "#rrggbb", from 1 to 21 (WCAG 2.2, with a plain power for the screen's response)."""
    low, high = sorted(map(_luminance, (first, second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = ((part / 255.0) ** 2.2 for part in bytes.fromhex(colour[1:]))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


LIGHT = Theme(
    name="light",
    paper="#fdfcf9",
    ink="#1d232a",
    muted="#646d76",
    faint="#cfd3d6",
    grid="#eae8e3",
    accent="#0f69a6",
    soft="#d2e2ed",
    second="#bc4d15",
    good="#14785c",
    bad="#b3263d",
    weights=("#b1420e", "#cd6b3b", "#df9a74", "#eccab5", "#bdd5e8", "#82b2d7", "#4087bf", "#0c5999"),
    species=(
        *("#3d6f9e", "#e0a458", "#6fb3a8", "#c9635c", "#93aed0", "#d9c27e"),
        *("#8c6d9b", "#b7c98b", "#5b6c9c", "#e39a86", "#4f8f7b", "#c79bb5"),
    ),
)
DARK = Theme(
    name="dark",
    paper="#14181d",
    ink="#e8eaec",
    muted="#9aa4ae",
    faint="#414a53",
    grid="#262c33",
    accent="#62b5ea",
    soft="#20394c",
    second="#f1925a",
    good="#4dc4a1",
    bad="#ef7180",
    weights=("#ff9d5d", "#cf7842", "#9c5d37", "#6b4631", "#2c5070", "#34709f", "#4893d2", "#7dc4ff"),
    species=(
        *("#5a8fc2", "#d49a4e", "#5ba69b", "#cd6f67", "#7c97b8", "#c3ac62"),
        *("#9a7cac", "#9cb173", "#6c7cb2", "#d48b75", "#4a967f", "#b987a6"),
    ),
)
THEMES: Mapping[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK)}


def theme_of(theme: str | Theme) -> Theme:
    """The theme of that name; InputError names the nearest one."""
    if isinstance(theme, Theme):
        return theme
    if theme not in THEMES:
        raise unknown("theme", theme, THEMES)
    return THEMES[theme]


@dataclass(frozen=True)
class Margins:
    """Room around the Axes, in pixels. On the right stand the names of the lines."""

    left: float = 46
    right: float = 68
    bottom: float = 40
    top: float = 28


BARE = Margins(0, 0, 0, 0)


def figure(theme: str | Theme, width: float, height: float, margins: Margins = BARE) -> Figure:
    """An empty Figure of `width` × `height` pixels on the theme's paper; its Axes leave the margins free."""
    result = Figure(figsize=(width / INCH, height / INCH), dpi=INCH * SHARPNESS, facecolor=theme_of(theme).paper)
    result.subplots_adjust(
        left=margins.left / width,
        right=1 - margins.right / width,
        bottom=margins.bottom / height,
        top=1 - margins.top / height,
    )
    return result


def plot_figure(theme: str | Theme, width: float, height: float, margins: Margins | None = None) -> tuple[Figure, Axes]:
    """A Figure with one Axes and room around it for axis labels and the names of lines."""
    result = figure(theme, width, height, margins or Margins())
    return result, result.add_subplot()


def extent(ax: Axes) -> tuple[float, float]:
    """Width and height of an Axes in pixels."""
    box = ax.get_position()
    width, height = ax.get_figure(root=True).get_size_inches() * INCH  # type: ignore[union-attr]
    return float(box.width * width), float(box.height * height)


def dress(ax: Axes, theme: Theme, x: str = "", y: str = "", *, whole: bool = False) -> None:
    """A quiet Axes: no box, faint horizontal lines, the y label flat above the axis, as many ticks as there is room for.

    whole: only whole numbers on the y axis.
    """
    width, height = extent(ax)
    ax.set_facecolor(theme.paper)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(theme.faint)
    ax.tick_params(axis="y", length=0, pad=5, labelsize=12, labelcolor=theme.muted)
    ax.tick_params(axis="x", length=3, pad=5, labelsize=12, labelcolor=theme.muted, color=theme.faint)
    ax.set_axisbelow(True)
    ax.grid(axis="y", color=theme.grid, linewidth=1)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=max(2, int(width / 70)), steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    ax.yaxis.set_major_locator(
        MaxNLocator(nbins=max(2, int(height / 38)), steps=[1, 2, 2.5, 5, 10], integer=whole, min_n_ticks=1 if whole else 2)
    )
    ax.yaxis.set_major_formatter(Numbers())
    ax.set_xlabel(x, color=theme.muted, fontsize=12, labelpad=5)
    note(ax, y, theme)


class Numbers(ScalarFormatter):
    """Ticks with a separator of thousands, and very large and small ones each with its power of ten."""

    def __init__(self) -> None:
        super().__init__(useOffset=False)
        self.set_scientific(False)

    def format_ticks(self, values: list[float]) -> list[str]:
        most = float(np.abs(values).max(initial=0.0))
        if most and not SMALL <= most < LARGE:
            return [short(value) for value in values]
        texts: list[str] = super().format_ticks(values)
        return [re.sub(r"\d{4,}(?=\.|$)", lambda found: f"{int(found[0]):,}", text, count=1) for text in texts]


def short(number: float) -> str:
    """Four digits, with a separator of thousands, and with a power of ten where it is very large or small."""
    size = abs(number)
    plain = size == 0 or SMALL <= size < LARGE
    text = (f"{number:,.0f}" if size >= 10_000 else f"{number:.4g}") if plain else f"{number:.3e}"
    text = re.sub(r"\.?0*e([+-])0*", lambda found: "e" + found[1].strip("+"), text)
    return text.replace("-", "−")


def make_room(drawing: Figure) -> None:
    """Move the left edge of a figure's only Axes so that its ticks fit."""
    shown = [ax for ax in drawing.axes if ax.axison]
    if len(shown) != 1 or shown[0] is not drawing.axes[0]:
        return
    low, high = sorted(shown[0].get_ylim())
    ticks = [tick for tick in shown[0].get_yticks() if low <= tick <= high]
    labels = [each.get_text() for each in shown[0].get_yticklabels() if each.get_text()]
    labels = labels or shown[0].yaxis.get_major_formatter().format_ticks(ticks)
    width = float(drawing.get_figwidth()) * INCH
    wanted = (LETTER * max(map(len, labels), default=0) + 9) / width
    if wanted > shown[0].get_position().x0:
        drawing.subplots_adjust(left=wanted)


def note(ax: Axes, words: str, theme: Theme) -> None:
    """A few words above the Axes, at its left edge."""
    ax.annotate(words, (0, 1), (0, 11), xycoords="axes fraction", textcoords="offset points", color=theme.muted, fontsize=12)


def name_ends(ax: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write names where lines end, right of the Axes or, where they are too long for the margin, above the lines' ends.

    ends: (y, name, colour). Names that would touch are pushed apart.
    """
    width, height = extent(ax)
    start = ax.get_xlim()[0]
    upwards = ax.transData - ax.transAxes  # also right where the axis is logarithmic
    box = ax.get_position()
    margin = (1 - box.x1) / box.width * width
    outside = LETTER * max(len(name) for _, name, _ in ends) + 7 <= margin
    place, side = ((7.0, 0.0), "left") if outside else ((0.0, 10.0), "right")
    ordered = sorted(ends)
    levels = [float(upwards.transform((start, y))[1]) * height for y, _, _ in ordered]
    heights = spread(levels, [14.0] * (len(ordered) - 1))
    above = max(0.0, heights[-1] - height - 4)  # of many that end high up
    heights = [each - above for each in heights]
    for level, (_, name, colour) in zip(heights, ordered):
        text = ax.annotate(name, (1, 0), (place[0], level + place[1]), xycoords="axes fraction", textcoords="offset points")
        text.set(color=colour, fontsize=12, va="center", ha=side)


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to those `wanted`, in the same order, with at least `gaps` between neighbours.

    Least squares by pooling adjacent violators (Barlow & others 1972, isotonic regression), after the gaps are taken out.
    """
    offsets = [0.0, *accumulate(gaps)]
    pools: list[tuple[float, int]] = []  # mean and number of members
    for place, offset in zip(wanted, offsets):
        mean, count = place - offset, 1
        while pools and pools[-1][0] > mean:
            other, members = pools.pop()
            mean, count = (mean * count + other * members) / (count + members), count + members
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(flat, offsets)]
