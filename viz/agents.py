"""Pictures of many networks: how long those of a group last beside those that were made, lines between them, a map of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from neatcore.interfaces import Array, Floats
from viz.style import Margins, Theme, dress, figure, name_ends, note, plot_figure, theme_of

BINS = 40
BROAD = 0.02  # of the range: the deviation of a density's kernel
COMMON = 99.0  # % of all networks; the best may lie far above
MOST, MANY = 12_000, 1000  # networks on a map; how many they must be that single ones far off are left out
WIDTH = 720
SHADED = 2  # curves whose middle half is shaded; a third would hide the others


@dataclass(frozen=True, eq=False)
class Curve:
    """Fitness (K, P) along lines of P pairs of networks, and its name."""

    name: str
    fitness: Floats


def densities_figure(groups: Mapping[str, tuple[Floats, Floats]], words: str, *, theme: str | Theme = "light") -> Figure:
    """A panel for each group: histogram and density of the fitness of its networks, and of those that were made. A few that lie far
    above all others are in the last bar."""
    tone = theme_of(theme)
    drawing = figure(tone, WIDTH, 66 + 92 * len(groups), Margins(left=92, right=20, top=34, bottom=40))
    range_, most = _range(groups), max(float(values.max()) for pair in groups.values() for values in pair)
    words += "; all beyond are in the last bar" if most > range_[1] else ""
    panels = np.atleast_1d(drawing.subplots(len(groups), 1, sharex=True, gridspec_kw={"hspace": 0.34}))
    for place, (ax, (name, (theirs, made))) in enumerate(zip(panels, groups.items(), strict=True)):
        for values, colour, label in ((theirs, tone.accent, "networks of the group"), (made, tone.second, "made by its generator")):
            share = np.full(len(values), 100.0 / len(values))
            shown = np.minimum(values, range_[1])
            ax.hist(shown, bins=BINS, range=range_, weights=share, color=colour, alpha=0.28, linewidth=0)
            x, y = density(shown, range_)
            ax.plot(x, 100.0 * y * (range_[1] - range_[0]) / BINS, color=colour, linewidth=1.8, label=label)
            ax.axvline(float(values.mean()), color=colour, linewidth=1.2, linestyle=(0, (3, 2)))
        dress(ax, tone, words if ax is panels[-1] else "")
        ax.set(xlim=range_, yticks=[])
        ax.annotate(
            name, (0, 0.5), (-12, 0), "axes fraction", "offset points", color=tone.ink, fontsize=13, ha="right", va="center"
        )
        if not place:
            _legend(ax, tone)
    return drawing


def _range(groups: Mapping[str, tuple[Floats, Floats]]) -> tuple[float, float]:
    everything = np.concatenate([values for pair in groups.values() for values in pair])
    most, nearly = float(everything.max()), float(np.percentile(everything, COMMON))
    return 0.0 if everything.min() >= 0 else float(everything.min()), nearly if 1.5 * abs(nearly) < most else most


def _legend(ax: Axes, tone: Theme) -> None:
    """Which colour is which, above the first panel."""
    for left, words, colour in ((0, "networks of the group", tone.accent), (170, "made by its generator", tone.second)):
        ax.annotate(words, (0, 1), (left, 12), "axes fraction", "offset points", color=colour, fontsize=12)
    ax.annotate("dashed: means", (0, 1), (350, 12), "axes fraction", "offset points", color=tone.muted, fontsize=12)


def density(values: Floats, range_: tuple[float, float], places: int = 240) -> tuple[Floats, Floats]:
    """A normal kernel's density of values within a range, at places (K,): what would lie beyond an end is folded back."""
    low, high = range_
    x = np.linspace(low, high, places)
    width = BROAD * (high - low)
    counts, edges = np.histogram(values, bins=400, range=range_)
    middles, y = (edges[1:] + edges[:-1]) / 2, np.zeros(places)
    for centres in (middles, 2 * low - middles, 2 * high - middles):
        y += np.exp(-0.5 * np.square((x[:, None] - centres) / width)) @ counts
    return x, y / (len(values) * width * np.sqrt(2 * np.pi))


def lines_figure(shares: Floats, curves: Sequence[Curve], ends: tuple[str, str], y: str, *, theme: str | Theme = "light") -> Figure:
    """Mean fitness on the way from networks to others and beyond, of two the middle half shaded; dashed: straight between ends."""
    tone = theme_of(theme)
    drawing, ax = plot_figure(tone, WIDTH, 340, Margins(left=46, right=130, top=30, bottom=44))
    names = []
    ax.axvspan(0, 1, color=tone.grid, alpha=0.6, linewidth=0, zorder=0)
    for place, (curve, colour) in enumerate(zip(curves, (tone.accent, tone.second, tone.good))):
        low, high = np.percentile(curve.fitness, (25, 75), axis=1)
        mean = curve.fitness.mean(axis=1)
        if curve.fitness.shape[1] > 3 and place < SHADED:
            ax.fill_between(shares, low, high, color=colour, alpha=0.13, linewidth=0)
        ax.plot(shares, mean, color=colour, linewidth=2.2, label=curve.name)
        first, last = (float(np.interp(end, shares, mean)) for end in (0.0, 1.0))
        ax.plot([0, 1], [first, last], color=colour, linewidth=1.2, linestyle=(0, (4, 3)))
        names.append((float(mean[-1]), curve.name, colour))
    dress(ax, tone, f"0: {ends[0]}; 1: {ends[1]}; beyond: as far again", y)
    ax.set(xlim=(float(shares[0]), float(shares[-1])), ylim=(0, None))
    ax.set_xticks(np.arange(np.ceil(shares[0]), shares[-1] + 0.1, 0.5))
    name_ends(ax, names)
    return drawing


def map_figure(places: Floats, fitness: Floats, words: str, *, theme: str | Theme = "light") -> Figure:
    """Networks (N, 2) in the plane of their embeddings, by fitness (N,): the least orange, the greatest blue."""
    tone = theme_of(theme)
    drawing, ax = plot_figure(tone, WIDTH, 400, Margins(left=14, right=14, top=34, bottom=40))
    shown: Array = np.linspace(0, len(places) - 1, min(MOST, len(places))).astype(np.int64)
    colours = LinearSegmentedColormap.from_list("fitness", tone.weights)
    x, y = places[shown].T
    dots = ax.scatter(
        x, y, c=fitness[shown], cmap=colours, s=min(40.0, max(5.0, 20_000 / len(x))), alpha=0.75, linewidths=0, rasterized=True
    )
    dress(ax, tone, "along what predicts fitness, in the latent space", "")
    note(ax, words, tone)
    low, high = np.percentile(places, (0.1, 99.9) if len(places) > MANY else (0, 100), axis=0)
    room = 0.04 * (high - low)
    ax.set(xlim=(low[0] - room[0], high[0] + room[0]), ylim=(low[1] - room[1], high[1] + room[1]), yticks=[])
    bar = ax.inset_axes((0.74, 1.035, 0.2, 0.02))
    bar.imshow(np.linspace(0, 1, 64)[None], cmap=colours, aspect="auto")
    bar.set_axis_off()
    least, most = dots.get_clim()
    for left, value, side in ((0.73, least, "right"), (0.95, most, "left")):
        ax.annotate(f"{value:,.0f}", (left, 1.045), xycoords="axes fraction", color=tone.muted, fontsize=12, ha=side, va="center")
    return drawing
