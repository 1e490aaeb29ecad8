"""Searches around behaviour over their generations: how new networks were and had to be, how many cells have an elite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from viz.progress import column, frame, line, thin
from viz.style import Theme, dress, name_ends, theme_of


def plot_novelty(metrics: Sequence[Mapping[str, Any]], ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The greatest novelty of each generation, the mean, and how new one must be to join the archive: its threshold."""
    tone = theme_of(theme)
    keys = ("generation", "novelty_best", "novelty_mean", "archive_threshold")
    generation, best, mean, threshold = thin([column(metrics, key) for key in keys])
    curves = (("best", best, tone.second, 2.0), ("mean", mean, tone.accent, 1.2), ("to join", threshold, tone.good, 1.2))
    for name, values, colour, width in curves:
        line(ax, generation, values, colour, width, name)
    frame(ax, generation, [best, mean, threshold], zero=True)
    dress(ax, tone, "generation", f"novelty; {metrics[-1]['archive']:,} behaviours are in the archive")
    name_ends(ax, [(float(values[-1]), name, colour) for name, values, colour, _ in curves])
    return ax


def plot_coverage(metrics: Sequence[Mapping[str, Any]], ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The share of cells that have an elite, in %."""
    tone = theme_of(theme)
    generation, coverage = thin([column(metrics, key) for key in ("generation", "coverage")])
    line(ax, generation, 100.0 * coverage, tone.accent, 2.0, "coverage")
    frame(ax, generation, [100.0 * coverage], zero=True)
    dress(ax, tone, "generation", f"cells with an elite, %; there are {metrics[-1]['elites']:,} elites")
    return ax
