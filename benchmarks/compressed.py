"""Weights as few cosines, after Koutník, Gomez & Schmidhuber (2010): how many evaluations poles take to balance, over the number
of coefficients that draw the weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.sample import grouped
from benchmarks.trials import evolving
from benchmarks.variants import Row, Variant, command_of, run_all, seeds_of
from neatcore.interfaces import Counted, Floats
from runner.session import assemble
from viz.style import LIGHT, Margins, dress, figure

NAME, PRESET, SEEDS, LIMIT = "compressed", "koutnik2010", 20, 10_000
ALL = "all"
TITLE = "evaluations until solved, logarithmic; above, how many runs were"


@dataclass(frozen=True)
class Setting:
    """A task, a network, a search, and the numbers of coefficients to compare. limit: evaluations after which a run has failed."""

    name: str
    task: str
    coefficients: tuple[str, ...]
    limit: int
    words: tuple[str, ...]

    def variant(self, coefficients: str) -> Variant:
        return Variant(f"{self.name}: {coefficients}", self.task, PRESET, (*self.words, f"coefficients={coefficients}"))

    @property
    def variants(self) -> list[Variant]:
        return [self.variant(each) for each in self.coefficients]


POLE = ("task.force=continuous", "task.steps=10000", "biases=false", "wiring=layers")
PAIRS = ("search=cma", "matrices=pair", "biases=false")
SETTINGS = (
    Setting("one pole, CMA-ES", "cartpole", ("1", "2", ALL), 5_000, ("search=cma", *POLE)),
    Setting("one pole, SNES", "cartpole", ("1", "2", ALL), 5_000, ("search=snes", *POLE)),
    Setting("one pole, CoSyNE", "cartpole", ("1", "2", ALL), 5_000, ("search=cosyne", *POLE)),
    Setting(
        "two poles, one neuron", "double-pole", ("1", "2", "4", "5", ALL), 5_000, ("search=cma", "biases=false", "wiring=layers")
    ),
    Setting("two poles, four neurons", "double-pole", ("1", "2", "4", "5", "8", "16", ALL), 5_000, (*PAIRS, "hidden=[3]")),
    Setting(
        "two poles without velocities",
        "double-pole-no-velocity",
        ("1", "2", "4", "8", "16", ALL),
        10_000,
        (*PAIRS, "hidden=[5]"),
    ),
)
LIMITS = {variant.name: setting.limit for setting in SETTINGS for variant in setting.variants}


def attempt(variant: Variant, seed: int, limit: int) -> list[Row]:
    """One run until it is solved or its evaluations, `limit` at most, are over."""
    settings, most, best = variant.settings(limit), min(limit, LIMITS.get(variant.name, limit)), -np.inf
    encoding = assemble(settings, seed).encoding
    counts = encoding.counts if isinstance(encoding, Counted) else {"trained": 0, "weights": 0}
    for generation in evolving(settings, seed):
        best = max(best, float(generation.evaluation.fitness.max()))
        if generation.solved or generation.evaluations >= most:
            break
    return [
        {
            "variant": variant.name,
            "seed": seed,
            "coefficients": counts["trained"],
            "weights": counts["weights"],
            "solved": generation.solved,
            "evaluations": generation.evaluations,
            "generations": generation.number + 1,
            "best": round(best, 6),
        }
    ]


# --- the page -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """The runs of a variant: evaluations of those that were solved, how many there were, and the numbers that they searched."""

    name: str
    solved: Floats
    runs: int
    searched: int
    weights: int

    @classmethod
    def of(cls, rows: Sequence[Row], setting: Setting, coefficients: str) -> Sample:
        mine = [row for row in rows if row["variant"] == setting.variant(coefficients).name]
        solved = np.array([float(row["evaluations"]) for row in mine if str(row["solved"]) == "True"])
        searched, weights = (int(mine[0][key]) if mine else 0 for key in ("coefficients", "weights"))
        return cls(coefficients, solved, len(mine), searched, weights)

    @property
    def median(self) -> float:
        """Over all runs; infinite where half of them or more failed."""
        failed = np.full(self.runs - len(self.solved), np.inf)
        middle = np.sort(np.concatenate([self.solved, failed]))[[(self.runs - 1) // 2, self.runs // 2]] if self.runs else [np.inf]
        return float(np.mean(middle))


def samples(rows: Sequence[Row], settings: Sequence[Setting] = SETTINGS) -> dict[str, list[Sample]]:
    """Of every setting that has been run."""
    found = {setting.name: [Sample.of(rows, setting, each) for each in setting.coefficients] for setting in settings}
    return {name: some for name, some in found.items() if any(sample.runs for sample in some)}


def picture(found: dict[str, list[Sample]]) -> Figure:
    """A panel for each setting: a dot for each solved run, a bar at the median, and the share that was solved."""
    names = list(found)
    lines, across = -(-len(names) // 3), min(3, len(names))
    drawing = figure(LIGHT, 760 if across > 1 else 420, 62 + 230 * lines, Margins(left=54, right=14, top=62))
    drawing.text(0.01, 1 - 8 / (62 + 230 * lines), TITLE, fontsize=12, color=LIGHT.muted, va="top")
    panels = drawing.subplots(lines, across, squeeze=False, gridspec_kw={"wspace": 0.32, "hspace": 0.62})
    for ax in panels.ravel()[len(names) :]:
        ax.set_axis_off()
    for name, ax in zip(names, panels.ravel()):
        _panel(ax, found[name])
        ax.set_title(name, fontsize=12, color=LIGHT.ink, loc="left", pad=22)
    return drawing


def _panel(ax: Axes, some: Sequence[Sample]) -> None:
    dress(ax, LIGHT, "coefficients of a matrix")
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    ax.yaxis.set_minor_locator(NullLocator())
    for place, sample in enumerate(some):
        apart = place + 0.2 * np.sin(2.4 * np.arange(len(sample.solved)))
        ax.scatter(apart, sample.solved, s=12, color=LIGHT.accent, alpha=0.5, linewidths=0)
        if np.isfinite(sample.median):
            ax.plot([place - 0.34, place + 0.34], [sample.median] * 2, color=LIGHT.ink, linewidth=2)
        share = str(len(sample.solved)) if sample.runs else "–"
        ax.annotate(
            share, (place, 1), (0, 5), xycoords=("data", "axes fraction"), textcoords="offset points", ha="center", fontsize=9.5,
            color=LIGHT.muted,
        )  # fmt: skip
    ax.set_xticks(range(len(some)), [sample.name for sample in some])
    ax.set_xlim(-0.6, len(some) - 0.4)


def overview(found: dict[str, list[Sample]]) -> str:
    lines = []
    for name, some in found.items():
        for sample in some:
            median = grouped(sample.median) if np.isfinite(sample.median) else "–"
            range_ = f"{sample.solved.min():,.0f} to {sample.solved.max():,.0f}" if len(sample.solved) else "–"
            solved = f"{len(sample.solved)} of {sample.runs}"
            lines.append((name, sample.name, grouped(sample.searched), grouped(sample.weights), solved, median, range_))
    return table(("setting", "coefficients", "searched", "weights", "solved", "median", "solved runs"), lines)


def headline(found: dict[str, list[Sample]]) -> str:
    """Of every setting the fewest evaluations, and what all coefficients take."""
    told = []
    for name, some in found.items():
        best, whole = min(some, key=lambda sample: sample.median), some[-1]
        if np.isfinite(best.median):
            numbers = f"{best.name} ({grouped(best.median)})" if best is not whole else f"all ({grouped(whole.median)})"
            against = f", all {grouped(whole.median)}" if best is not whole and np.isfinite(whole.median) else ""
            told.append(f"{name} {numbers}{against}")
    return f"The numbers of coefficients with the fewest evaluations, median: {'; '.join(told)}."


def result(rows: Sequence[Row], folder: Path, limit: int) -> Result:
    """The page, its figure written to `folder`."""
    found = samples(rows)
    most = {setting: min(limit, setting.limit) for setting in SETTINGS if setting.name in found}
    commands = [setting.variant(setting.coefficients[0]).command(1, few) for setting, few in most.items()]
    limits = ", ".join(f"{grouped(few)} for {setting.name}" for setting, few in most.items())
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(found), "Evaluations until solved over the number of coefficients"),
        "A dot is a run that was solved, a bar the median over all runs, the failed ones counted as worse than any; above, how "
        f"many were solved. Runs fail after so many evaluations: {limits}.",
        overview(found),
        NOTES.strip(),
        "To repeat a run:\n\n" + "\n".join(f"    {command}" for command in commands),
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    command = command_of(NAME, seeds=(seeds_of(rows), SEEDS), limit=(limit, LIMIT))
    return Result(NAME, "Few cosines instead of weights: poles", headline(found), command, "\n\n".join(parts))


NOTES = """
## What is compared

`all` coefficients are the direct encoding, turned by an orthonormal matrix: the same networks, the same number of numbers. *One
pole* and *two poles, one neuron* are one sigmoid neuron without bias, 4 and 6 weights. The other two are fully recurrent, with a
matrix for each pair of sheets (`matrices=pair`); a matrix of fewer weights than coefficients has all of its own.
One pole lasts 10,000 steps from five starts, two poles 100,000 steps; without velocities as in
[double-pole-no-velocity](double-pole-no-velocity.md).

## Published

| claim | here |
|---|---|
| one pole, one neuron: one bit is enough, a matrix of one positive number (author's page) | one coefficient is enough |
| the search has "dramatically" fewer dimensions, and takes significantly fewer evaluations (2010, abstract) | the table above |
| evaluations of each task (2010) | the tables of the paper were not at hand |

The set-up of the paper's networks and its scaling of coefficients are not known here; the transform is orthonormal.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each number of coefficients")] = SEEDS,
    limit: Annotated[int, typer.Option(help="evaluations after which a run has failed, where that is fewer than usual")] = LIMIT,
    workers: Annotated[int, typer.Option(help="processes")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    variants = [variant for setting in SETTINGS for variant in setting.variants]
    rows = run_all(attempt, variants, range(1, seeds + 1), limit, folder / f"{NAME}.csv", workers)
    result(rows, folder, limit).write(folder, packages=("scipy", "cmaes"))


if __name__ == "__main__":
    run(main)
