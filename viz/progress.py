"""A run over its generations: fitness, complexity, step size. Several runs over evaluations.

Metrics are the records of a run, one mapping a generation, as `metrics.jsonl` holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator

from neatcore.errors import InputError, require
from neatcore.interfaces import Floats
from viz.species import plot_species
from viz.style import Margins, Theme, dress, figure, name_ends, theme_of

__all__ = [
    "comparison_figure",
    "plot_comparison",
    "plot_complexity",
    "plot_fitness",
    "plot_lesson",
    "plot_loss",
    "plot_species",
    "plot_step_size",
    "plot_success",
]

Metrics = Sequence[Mapping[str, Any]]
DECADES = 300  # a best fitness so many times the usual median is drawn on a logarithmic scale
COLUMNS = 400  # a curve has no more points than this: more than a screen shows


def column(metrics: Metrics, key: str) -> Floats:
    """One value of every generation; InputError where there is none."""
    require(len(metrics) > 0, "there are no metrics to plot: the list of generations is empty")
    for place, record in enumerate(metrics):
        if key not in record:
            raise InputError(f"generation {place} of the metrics has no {key!r}; it has {', '.join(map(repr, record))}")
    return np.array([record[key] for record in metrics], np.float64)


def plot_fitness(metrics: Metrics, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """Fitness over generations: the best, the median, and the middle half of the population as a band."""
    tone = theme_of(theme)
    generation, best, median, low, high = thin([column(metrics, k) for k in ("generation", "best", "median", "q25", "q75")])
    several = bool(np.any(low != best))
    if several:
        ax.fill_between(generation, low, high, color=tone.soft, linewidth=0, label="middle half")
        line(ax, generation, median, tone.accent, 1.2, "median")
    line(ax, generation, best, tone.second, 2, "best")
    _mark_solution(metrics, ax, tone)
    wide = min(low.min(), best.min()) > 0 and best.max() > DECADES * np.median(median)
    frame(ax, generation, [low, high, best])
    dress(ax, tone, "generation", "fitness, logarithmic" if wide else "fitness")
    if wide:
        _logarithmic(ax, float(best.max() / low.min()))
        ax.set_ylim(0.8 * low.min(), 1.25 * best.max())
    if several:
        name_ends(ax, [(float(best[-1]), "best", tone.second), (float(median[-1]), "median", tone.accent)])
    return ax


def plot_loss(metrics: Metrics, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The mean loss over the training examples of each generation that has one, logarithmic where it spans more than a decade."""
    tone = theme_of(theme)
    metrics = [record for record in metrics if record.get("loss", 0.0) is not None and record.get("fitted", True)]
    generation, loss = thin([column(metrics, "generation"), column(metrics, "loss")])
    line(ax, generation, loss, tone.accent, 2, "loss")
    wide = loss.min() > 0 and loss.max() > 10 * loss.min()
    frame(ax, generation, [] if wide else [loss])
    dress(ax, tone, "generation", "loss, logarithmic" if wide else "loss")
    if wide:
        _logarithmic(ax, float(loss.max() / loss.min()))
    return ax


def plot_lesson(metrics: Metrics, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """What genomes learn in their lifetime: the median loss before the first step and before the last, the gain shaded."""
    tone = theme_of(theme)
    lessons = [record["lesson"] for record in metrics]
    generation, first, last = thin([column(metrics, "generation"), *(column(lessons, key) for key in ("first", "last"))])
    ax.fill_between(generation, last, first, color=tone.soft, linewidth=0, label="learnt")
    line(ax, generation, first, tone.accent, 1.2, "at birth")
    line(ax, generation, last, tone.second, 2, "learnt")
    wide = last.min() > 0 and max(first.max(), last.max()) > 3 * min(first.min(), last.min())
    frame(ax, generation, [] if wide else [first, last])
    dress(ax, tone, "generation", "median loss, logarithmic" if wide else "median loss")
    if wide:
        _logarithmic(ax, float(first.max() / last.min()))
    name_ends(ax, [(float(first[-1]), "at birth", tone.accent), (float(last[-1]), "learnt", tone.second)])
    return ax


def plot_complexity(metrics: Metrics, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """Hidden nodes and links over generations, of the fittest of each (bold) and of the population's mean (thin)."""
    tone = theme_of(theme)
    generation = column(metrics, "generation")
    drawn: list[Floats] = []
    ends: list[tuple[float, str, str]] = []
    for name, colour in (("links", tone.accent), ("hidden", tone.second)):
        x, mean, best = thin([generation, column(metrics, f"{name}_mean"), column(metrics, f"{name}_best")])
        line(ax, x, mean, colour, 1, f"{name}, mean", linestyle=(0, (3, 2)))
        line(ax, x, best, colour, 2, f"{name}, champion", drawstyle="steps-mid")
        drawn += [mean, best]
        ends.append((float(best[-1]), name, colour))
    frame(ax, generation, drawn, zero=True)
    dress(ax, tone, "generation", "of the fittest of each generation; dashed: mean", whole=True)
    name_ends(ax, ends)
    return ax


def plot_step_size(metrics: Metrics, ax: Axes, *, theme: str | Theme = "light") -> Axes:
    """The step size σ of an evolution strategy over generations, on a logarithmic scale."""
    tone = theme_of(theme)
    generation, sigma = thin([column(metrics, "generation"), column(metrics, "sigma")])
    line(ax, generation, sigma, tone.accent, 2, "σ")
    dress(ax, tone, "generation", "step size σ, logarithmic")
    _logarithmic(ax, float(sigma.max() / sigma.min()))
    frame(ax, generation, [])
    return ax


def comparison_figure(
    groups: Mapping[str, Sequence[Metrics]], *, counted: str = "evaluations", theme: str | Theme = "light"
) -> Figure:
    """Both of the plots below side by side; what their lines are stands beneath, since names of settings are long.

    counted: what the record's evaluations are, such as steps. Of steps of which none solved anything, the second plot is left out.
    """
    told = counted != "steps" or any(solved_after(run) is not None for runs in groups.values() for run in runs)
    tone, wide, high, key = theme_of(theme), 1440, 340, 22 * len(groups) + 8
    drawing = figure(tone, wide, high + key, Margins(right=24, bottom=50 + key))
    places = drawing.subplots(1, 1 + told, squeeze=False, gridspec_kw={"wspace": 0.12})[0]
    for ax, plot in zip(places, (plot_comparison, plot_success)):
        plot(groups, ax, theme=tone, names=False).set_xlabel(counted)
    for place, ((name, runs), colour) in enumerate(zip(groups.items(), _group_colours(tone))):
        y = 1 - (high + 22 * place) / (high + key)
        drawing.add_artist(Line2D([46 / wide, 66 / wide], [y, y], color=colour, linewidth=2))
        solved = sum(solved_after(run) is not None for run in runs)
        words = f"{name}: {solved} of {len(runs)} {'run' if len(runs) == 1 else 'runs'} solved" if told else name
        drawing.text(74 / wide, y, words, color=tone.ink, fontsize=12, va="center")
    return drawing


def plot_comparison(groups: Mapping[str, Sequence[Metrics]], ax: Axes, *, theme: str | Theme = "light", names: bool = True) -> Axes:
    """Best fitness so far over evaluations, several runs a group: their median, and their middle half as a band.

    A run that has ended keeps its last value. names: at the ends of the lines.
    """
    tone = theme_of(theme)
    budget = _budget(groups)
    drawn: list[Floats] = []
    ends: list[tuple[float, str, str]] = []
    for (name, runs), colour in zip(groups.items(), _group_colours(tone)):
        x = budget[budget >= max(column(run, "evaluations")[0] for run in runs)]
        low, middle, high = np.percentile([_best_so_far(run, x) for run in runs], (25, 50, 75), axis=0)
        ax.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        line(ax, x, middle, colour, 2, name)
        ends.append((float(middle[-1]), name, colour))
        drawn += [low, high]
    frame(ax, budget, drawn)
    dress(ax, tone, "evaluations", "best fitness so far: median and middle half of the runs")
    if names:
        name_ends(ax, ends)
    return ax


def plot_success(groups: Mapping[str, Sequence[Metrics]], ax: Axes, *, theme: str | Theme = "light", names: bool = True) -> Axes:
    """The share of the runs that are solved after so many evaluations. names: at the ends of the lines."""
    tone = theme_of(theme)
    limit = _budget(groups)[-1]
    ends = []
    for (name, runs), colour in zip(groups.items(), _group_colours(tone)):
        times = np.sort([time for time in map(solved_after, runs) if time is not None])
        x = np.concatenate([[0], times, [limit]])
        y = np.concatenate([[0], np.arange(1, len(times) + 1), [len(times)]]) / len(runs)
        ax.step(x, 100 * y, where="post", color=colour, linewidth=2, label=name)
        ends.append((float(100 * y[-1]), f"{name}, {len(times)}/{len(runs)}", colour))
    ax.set_ylim(0, 103)
    ax.set_xlim(0, limit)
    dress(ax, tone, "evaluations", "runs solved, %")
    if names:
        name_ends(ax, ends)
    return ax


def solved_after(metrics: Metrics) -> int | None:
    """How many evaluations a run took to be solved, where it was."""
    return next((int(record["evaluations"]) for record in metrics if record.get("solved")), None)


def _logarithmic(ax: Axes, ratio: float) -> None:
    """A logarithmic y axis with readable ticks for values that span `ratio`."""
    ax.set_yscale("log")
    decades = np.log10(ratio)
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 3 else (1,)) if decades > 1 else MaxNLocator(4))
    ax.yaxis.set_major_formatter(lambda x, _: f"{x:,.0f}" if x >= 1000 else f"{x:.3g}")
    ax.minorticks_off()


def line(ax: Axes, x: Floats, y: Floats, colour: str, width: float, label: str, **look: Any) -> None:
    """A line; a single generation is a dot."""
    marker = "o" if len(x) == 1 else ""
    ax.plot(x, y, color=colour, linewidth=width, label=label, solid_joinstyle="round", marker=marker, markersize=5, **look)


def frame(ax: Axes, x: Floats, curves: Iterable[Floats], *, zero: bool = False) -> None:
    """Limits around the curves, with some air even where nothing varies."""
    ax.set_xlim(x[0], x[-1]) if x[-1] > x[0] else ax.set_xlim(x[0] - 0.5, x[0] + 0.5)
    values = np.concatenate([*curves, np.empty(0)])
    if len(values):
        low, high = (0.0 if zero else float(values.min())), float(values.max())
        air = 0.06 * (high - low) or max(0.5 * abs(high), 0.5)
        ax.set_ylim(low if zero else low - air, high + air)


def thin(columns: Sequence[Floats]) -> list[Floats]:
    """The same places of every column, no more than `COLUMNS`; the first and the last are among them."""
    count = len(columns[0])
    places = np.unique(np.linspace(0, count - 1, min(count, COLUMNS)).round().astype(int))
    return [values[places] for values in columns]


def _mark_solution(metrics: Metrics, ax: Axes, tone: Theme) -> None:
    """A ring around the first generation that is solved."""
    found = next((record for record in metrics if record.get("solved")), None)
    if found:
        place = [found["generation"]], [found["best"]]
        ax.scatter(*place, s=80, facecolors="none", edgecolors=tone.good, linewidths=1.6, label="solved", clip_on=False, zorder=5)


def _budget(groups: Mapping[str, Sequence[Metrics]]) -> Floats:
    """Evaluations at which to compare: from the first generation's to the longest run's."""
    require(len(groups) > 0, "there are no runs to compare")
    for name, runs in groups.items():
        require(len(runs) > 0, f"there are no runs in the group {name!r}")
    ends = [column(run, "evaluations") for runs in groups.values() for run in runs]
    return np.linspace(min(e[0] for e in ends), max(e[-1] for e in ends), COLUMNS)


def _best_so_far(metrics: Metrics, x: Floats) -> Floats:
    """Best fitness after each number of evaluations `x`, none of which is before the run's first generation."""
    best = np.maximum.accumulate(column(metrics, "best"))
    return best[np.searchsorted(column(metrics, "evaluations"), x, side="right") - 1]


def _group_colours(tone: Theme) -> Iterator[str]:
    """Of one group after another; after the last colour the first again."""
    return cycle([tone.accent, tone.second, tone.good, tone.bad, tone.muted, *tone.species])
