"""The figures of the benchmarks: data in, a Figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

from benchmarks.sample import grouped
from neatcore.interfaces import Floats
from viz.style import LETTER, LIGHT, Margins, dress, figure, name_ends, plot_figure

BINS = 20
THOUSANDS = FuncFormatter(lambda value, _: grouped(value))
Marks = Mapping[str, float]  # what stands where, on the axis of evaluations


def histogram(evaluations: Sequence[int], marks: Marks) -> Figure:
    """How many runs took how many evaluations, and where the means lie: ours first, then the published ones."""
    picture, ax = plot_figure(LIGHT, 640, 280, Margins(right=30, top=30 + 16 * len(marks)))
    end = max(*evaluations, *marks.values()) * 1.04
    ax.hist(evaluations, bins=BINS, range=(0, end), color=LIGHT.soft, edgecolor=LIGHT.paper, label="runs")
    for place, (name, value) in enumerate(marks.items()):
        colour = (LIGHT.accent, LIGHT.second, LIGHT.muted)[min(place, 2)]
        ax.axvline(value, color=colour, linewidth=1.6, linestyle="-" if place == 0 else (0, (4, 2)))
        height = 12 + 16 * (len(marks) - 1 - place)
        words = f"{name} {grouped(value)}"
        side = "left" if value < 0.75 * end else "right"
        ax.annotate(
            words, (value, 1), (0, height), xycoords=("data", "axes fraction"), textcoords="offset points", color=colour, ha=side
        )
    ax.set_xlim(0, end)
    dress(ax, LIGHT, "evaluations until solved", "runs", whole=True)
    ax.xaxis.set_major_formatter(THOUSANDS)
    return picture


def strips(groups: Mapping[str, Sequence[int]], published: Marks) -> Figure:
    """A row of dots for each group, one a run, with the mean as a bar and the published mean as a diamond; logarithmic."""
    picture, ax = plot_figure(
        LIGHT, 640, 60 + 46 * len(groups), Margins(left=24 + LETTER * max(map(len, groups)), right=24, top=30)
    )
    for row, (name, evaluations) in enumerate(groups.items()):
        spread = row + 0.22 * np.sin(2.4 * np.arange(len(evaluations)))  # apart, the same way each time
        ax.scatter(evaluations, spread, s=16, color=LIGHT.accent, alpha=0.55, linewidths=0)
        if len(evaluations):
            mean = float(np.mean(evaluations))
            ax.plot([mean, mean], [row - 0.36, row + 0.36], color=LIGHT.ink, linewidth=2)
        if name in published:
            ax.scatter([published[name]], [row], marker="D", s=44, color=LIGHT.second, zorder=3)
    dress(ax, LIGHT, "evaluations until solved, logarithmic", "dots: solved runs; bar: their mean; diamond: the published mean")
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter(THOUSANDS)
    ax.minorticks_off()
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_yticks(range(len(groups)), list(groups))
    ax.grid(visible=False, axis="y")
    return picture


def growth(panels: Mapping[str, tuple[Sequence[float], Mapping[str, Floats]]]) -> Figure:
    """Milliseconds of each phase over a size, both logarithmic: a panel for each kind of size."""
    width, margins = 390, Margins(left=52, right=92)
    picture = figure(LIGHT, width * len(panels), 300)
    for place, (label, (sizes, phases)) in enumerate(panels.items()):
        left, inner = place * width + margins.left, width - margins.left - margins.right
        box = (left / (width * len(panels)), margins.bottom / 300, inner / (width * len(panels)), 1 - (40 + margins.bottom) / 300)
        _log_log(picture.add_axes(box), label, sizes, phases)
    return picture


def _log_log(ax: Axes, label: str, sizes: Sequence[float], phases: Mapping[str, Floats]) -> None:
    colours = (LIGHT.accent, LIGHT.second, LIGHT.good)
    for (name, milliseconds), colour in zip(phases.items(), colours):
        ax.plot(sizes, milliseconds, color=colour, linewidth=2, marker="o", markersize=3.5, label=name)
    dress(ax, LIGHT, label, "ms a generation, logarithmic")
    for axis, set_scale in ((ax.xaxis, ax.set_xscale), (ax.yaxis, ax.set_yscale)):
        set_scale("log")
        axis.set_major_locator(LogLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    ax.minorticks_off()
    _name_log_ends(ax, [(float(values[-1]), name, colour) for (name, values), colour in zip(phases.items(), colours)])


def _name_log_ends(ax: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """As `name_ends`, which reckons in linear heights: on axes laid over these, from 0 to 1."""
    low, high = np.log10(ax.get_ylim())
    over = ax.get_figure(root=True).add_axes(ax.get_position().bounds, frameon=False, xticks=[], yticks=[])  # type: ignore[union-attr]
    over.set_ylim(0, 1)
    name_ends(over, [((np.log10(y) - low) / (high - low), name, colour) for y, name, colour in ends])
