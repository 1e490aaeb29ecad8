"""What experiments have in common: variants, runs that are kept in a CSV file, their columns and courses, curves, the test that
tells two samples apart, the command that makes a page again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter
from scipy.stats import fisher_exact, mannwhitneyu

from benchmarks.results import read_csv, write_csv
from benchmarks.trials import evolving
from neatcore.errors import require
from neatcore.interfaces import Generation
from runner.pools import processes
from runner.settings import Settings, preset_layers, resolve
from viz.style import LIGHT, dress, name_ends

Row = dict[str, Any]
COLOURS = (LIGHT.accent, LIGHT.second, LIGHT.good, LIGHT.ink)


@dataclass(frozen=True)
class Variant:
    """A way of solving a task: its name, its preset, if any, and words as on the command line."""

    name: str
    task: str
    preset: str
    words: tuple[str, ...] = ()

    def settings(self, generations: int) -> Settings:
        words = [*self.words, f"generations={generations}"]
        return resolve(self.task, words, preset_layers(self.preset, self.task) if self.preset else ())

    def command(self, seed: int, generations: int) -> str:
        """The command that repeats one run."""
        preset = ["--preset", self.preset] if self.preset else []
        said = " ".join([self.task, *preset, *self.words])
        return f"neatcore run {said} generations={generations} --seed {seed}"


class Attempt(Protocol):
    """One run: the rows that it leaves, of a variant, a seed and so many generations. A function at the top of a module."""

    def __call__(self, variant: Variant, seed: int, generations: int, /) -> list[Row]: ...


def bests(settings: Settings, seed: int, generations: int) -> Iterator[tuple[Generation[Any], Generation[Any]]]:
    """Every generation of a run, and beside it the one that has had the best champion so far: the fittest that solves the task, or
    the fittest where none has."""
    best: Generation[Any] | None = None
    for generation in islice(evolving(settings, seed), generations):
        if best is None or _worth(generation) > _worth(best):
            best = generation
        yield generation, best


def _worth(generation: Generation[Any]) -> tuple[bool, float]:
    return generation.solved, float(generation.evaluation.fitness[generation.best])


def figures_of(generation: Generation[Any]) -> dict[str, float]:
    """Fitness of a generation's champion, and what the task says of it."""
    info = {name: float(column[generation.best]) for name, column in generation.evaluation.info.items()}
    return {"fitness": float(generation.evaluation.fitness[generation.best]), **info}


def run_all(
    attempt: Attempt, variants: Sequence[Variant], seeds: Sequence[int], generations: int, path: Path, workers: int
) -> list[Row]:
    """The rows of all runs; those that `path` holds already are not run again. A run's rows are written as it ends, with so many
    generations as their budget. InputError where `path` holds runs of another one, which no page can tell of together."""
    rows: list[Row] = list(read_csv(path))
    others = {row.get("budget") for row in rows} - {str(generations)}
    require(
        not others, f"{path} holds runs with a budget of {', '.join(map(str, others))}, not {generations}: name another --folder"
    )
    have = {(row["variant"], int(row["seed"])) for row in rows}
    wanted = [(variant, seed) for variant in variants for seed in seeds if (variant.name, seed) not in have]
    if wanted:
        with processes(workers) as pool:
            for future in as_completed([pool.submit(attempt, variant, seed, generations) for variant, seed in wanted]):
                rows += [{**row, "budget": generations} for row in future.result()]
                print(f"{rows[-1]['variant']}, seed {rows[-1]['seed']}", flush=True)
                write_csv(path, sorted(rows, key=lambda row: (_order(variants, row), int(row["seed"]))))
    return read_csv(path)


def _order(variants: Sequence[Variant], row: Mapping[str, Any]) -> int:
    return [variant.name for variant in variants].index(row["variant"])


def courses(rows: Sequence[Row], variant: str, moment: str) -> list[list[Row]]:
    """The rows of a variant, run by run in the order of their seeds, each by the column `moment`, such as the generation."""
    chosen = [row for row in rows if row["variant"] == variant]
    seeds = sorted({int(row["seed"]) for row in chosen})
    return [sorted((r for r in chosen if int(r["seed"]) == seed), key=lambda r: int(r[moment])) for seed in seeds]


def of(rows: Sequence[Row], variant: str, column: str) -> list[float]:
    """A column of all runs of a variant."""
    return [float(row[column]) for row in rows if row["variant"] == variant]


def times(rows: Sequence[Row], variant: str) -> list[float]:
    """The evaluations of the runs that were solved, the fewest first."""
    runs = zip(of(rows, variant, "evaluations"), of(rows, variant, "solved"), strict=True)
    return sorted(evaluations for evaluations, solved in runs if solved)


def solved_curves(
    ax: Axes, rows: Sequence[Row], variants: Mapping[str, str], colours: Sequence[str], budget: float, *, named: bool = True
) -> None:
    """The share of runs solved, in %, over evaluations up to `budget`, for variants by the name that they have on the chart."""
    ends = []
    for (name, variant), colour in zip(variants.items(), colours):
        found, runs = times(rows, variant), of(rows, variant, "solved")
        if runs:
            share = 100.0 * np.arange(len(found) + 1) / len(runs)
            ax.step([0.0, *found, budget], [*share, share[-1]], where="post", color=colour, linewidth=2, label=name)
            ends.append((float(share[-1]), name, colour))
    ax.set(xlim=(0, budget), ylim=(0, 104))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if named and ends:
        name_ends(ax, ends)


def held(course: Sequence[Row], places: Sequence[int], column: str) -> list[float]:
    """A column of a run at each of the generations; the last value where the run has ended."""
    return [float([row for row in course if int(row["generation"]) <= place][-1][column]) for place in places]


def fewer(rows: Sequence[Row], variants: Sequence[Variant]) -> str:
    """Which variants have been run less often than others, in words."""
    counts = {variant.name: len({row["seed"] for row in rows if row["variant"] == variant.name}) for variant in variants}
    short = [f"{name} ({count})" for name, count in counts.items() if 0 < count < max(counts.values())]
    return f"Run less often than the others: {', '.join(short)}." if short else ""


def command_of(name: str, **options: tuple[object, object]) -> str:
    """The command that makes a page again. options: value and default of each by name; those at their default are left out."""
    said = [f"--{option} {value}" for option, (value, usual) in options.items() if value != usual]
    return " ".join([f"python -m benchmarks.{name}", *said])


def seeds_of(rows: Sequence[Row]) -> int:
    """How many seeds were run, of the variant with the most."""
    return max((int(row["seed"]) for row in rows), default=0)


def greater(one: Sequence[float], other: Sequence[float]) -> float:
    """p of a one-sided Mann-Whitney test that `one` is not greater than `other`."""
    return float(mannwhitneyu(one, other, alternative="greater").pvalue)


def more_solved(one: Sequence[float], other: Sequence[float]) -> float:
    """p of Fisher's one-sided exact test that runs, of each of which is said whether it was solved, are not solved more often in
    `one` than in `other`."""
    return float(fisher_exact([[sum(each), len(each) - sum(each)] for each in (one, other)], alternative="greater").pvalue)


def spread(values: Sequence[float], digits: int = 2) -> str:
    """`median (first quartile to third)`."""
    low, middle, high = np.percentile(values, (25, 50, 75))
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def curves(rows: Sequence[Row], variant: str, moment: str, column: str) -> tuple[list[float], list[list[float]]]:
    """Of a variant the moments (n,) of its runs, and a column of each (R, n), for `bands`, `strands`; empty where it has none."""
    found = courses(rows, variant, moment)
    places = [float(row[moment]) for row in found[0]] if found else []
    return places, [[float(row[column]) for row in course] for course in found]


Curves = Mapping[str, tuple[Sequence[float], Sequence[Sequence[float]]]]  # name → (places (n,), runs (R, n))


def strands(ax: Axes, curves: Curves, x: str, y: str, **axes: Any) -> Axes:
    """Every run of each group as a thin line, their mean as a bold one; groups without runs are left out. axes: what is set of
    them, such as ylim, before the groups' names come to where their lines end."""
    ends = []
    for (name, (places, runs)), colour in zip(curves.items(), COLOURS):
        if len(runs):
            values = np.array(runs, np.float64)
            ax.plot(places, values.T, color=colour, linewidth=1, alpha=0.4)
            ax.plot(places, values.mean(axis=0), color=colour, linewidth=2.2)
            ends.append((float(values[:, -1].mean()), name, colour))
    return _named(ax, ends, x, y, axes)


def bands(ax: Axes, curves: Curves, x: str, y: str, **axes: Any) -> Axes:
    """The median over runs of each group as a line, the middle half as a band; else as `strands`."""
    ends = []
    for (name, (places, runs)), colour in zip(curves.items(), COLOURS):
        if len(runs):
            low, middle, high = np.percentile(np.array(runs, np.float64), (25, 50, 75), axis=0)
            ax.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0)
            ax.plot(places, middle, color=colour, linewidth=2, label=name)
            ends.append((float(middle[-1]), name, colour))
    return _named(ax, ends, x, y, {"xmargin": 0} | axes)


def _named(ax: Axes, ends: Sequence[tuple[float, str, str]], x: str, y: str, axes: Mapping[str, Any]) -> Axes:
    dress(ax, LIGHT, x, y)
    ax.set(**axes)
    if ends:
        name_ends(ax, ends)
    return ax
