"""The experiments of Stanley & Miikkulainen 2002, against the figures that they and the author's own code gave.

Trials are kept in docs/results/EXPERIMENT.csv as they end; a second call goes on where the first stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from matplotlib.figure import Figure
from rich.console import Console

from benchmarks import figures
from benchmarks.command import run
from benchmarks.experiments import EXPERIMENTS, Experiment, Published, Variant
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.sample import Sample, grouped
from benchmarks.trials import Trial, kept, run_all
from neatcore.errors import unknown

COLUMNS = (
    "source",
    "runs",
    "solved",
    "evaluations",
    "sd",
    "median",
    "middle half",
    "hidden nodes",
    "enabled links",
    "generalisation",
)
UNKNOWN = "–"
Groups = Mapping[Variant, Sequence[Trial]]


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help="experiments: " + ", ".join(EXPERIMENTS) + "; all where none is named")
    ] = None,
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each variant; 0: as many as the experiment wants")] = 0,
    workers: Annotated[int, typer.Option(help="processes")] = 2,
    fresh: Annotated[bool, typer.Option("--fresh", help="run finished seeds again")] = False,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiments of Stanley & Miikkulainen 2002 and compare with the published figures."""
    for name in names or EXPERIMENTS:
        if name not in EXPERIMENTS:
            raise unknown("experiment", name, EXPERIMENTS)
        experiment = EXPERIMENTS[name]
        path, count = folder / f"{name}.csv", seeds or experiment.seeds
        for trial in run_all(experiment, path, range(1, count + 1), workers, fresh):
            Console(highlight=False).print(told(trial))
        result(experiment, kept(experiment, path), folder).write(folder)


def told(trial: Trial) -> str:
    """A trial in one line."""
    end = "solved" if trial.solved else "not solved"
    return f"{trial.variant}, seed {trial.seed}: {end} after {grouped(trial.evaluations)} evaluations, {trial.hidden} hidden nodes"


def result(experiment: Experiment, trials: Sequence[Trial], folder: Path) -> Result:
    """The page about an experiment, its figure written to `folder`."""
    groups = {variant: [trial for trial in trials if trial.variant == variant.name] for variant in experiment.variants}
    commands = [experiment.command(variant, group[0].seed) for variant, group in groups.items() if group]
    parts = [
        write_figure(folder / f"{experiment.name}.svg", picture(groups), f"Evaluations until solved: {experiment.title}"),
        comparison(groups),
        "Evaluations are means over the solved runs, ± half of the 95 % confidence interval; sd, median and middle half are of the "
        "same runs. Hidden nodes and links, those enabled, are means over their solutions.",
        experiment.notes.strip(),
        "To repeat a run:\n\n" + "\n".join(f"    {command}" for command in commands),
        f"All runs: [{experiment.name}.csv]({experiment.name}.csv).",
    ]
    command = f"python -m benchmarks.fidelity {experiment.name}"
    return Result(experiment.name, experiment.title, headline(groups), command, "\n\n".join(parts))


def headline(groups: Groups) -> str:
    """What was found, in one line."""
    found = []
    for variant, group in groups.items():
        solved = [trial.evaluations for trial in group if trial.solved]
        mean = grouped(Sample.of(solved).mean) if solved else "none"
        name = f"{variant.name} " if len(groups) > 1 else ""
        paper = f"{grouped(variant.published[0].evaluations)}; " if variant.published else ""
        found.append(f"{name}{mean} ({paper}{len(solved)} of {len(group)} solved)")
    return f"Mean evaluations to a solution, in brackets as published: {', '.join(found)}."


def comparison(groups: Groups) -> str:
    """One table: each variant here, and as published; without columns that say nothing."""
    rows = [
        [variant.name, *row]
        for variant, trials in groups.items()
        for row in (ours(trials), *(theirs(published) for published in variant.published))
    ]
    columns = ("variant", *COLUMNS)
    telling = [place for place in range(len(columns)) if len({row[place] for row in rows} - {UNKNOWN}) > (place == 0)]
    return table([columns[place] for place in telling], [[row[place] for place in telling] for row in rows])


def ours(trials: Sequence[Trial]) -> list[str]:
    """The row of the table that tells of these trials."""
    solved = [trial for trial in trials if trial.solved]
    if not solved:
        return ["here", str(len(trials)), "0", *[UNKNOWN] * (len(COLUMNS) - 3)]
    cost = Sample.of([trial.evaluations for trial in solved])
    tested = [trial.generalisation for trial in solved if trial.generalisation >= 0]
    return [
        "here",
        str(len(trials)),
        str(len(solved)),
        f"{grouped(cost.mean)} ± {grouped(cost.margin)}",
        grouped(cost.sd),
        grouped(cost.median),
        f"{grouped(cost.q25)} to {grouped(cost.q75)}",
        grouped(Sample.of([trial.hidden for trial in solved]).mean, 2),
        grouped(Sample.of([trial.links for trial in solved]).mean, 2),
        grouped(Sample.of(tested).mean) if tested else UNKNOWN,
    ]


def theirs(published: Published) -> list[str]:
    """The row of the table that tells what was published."""
    p = published
    counts = [UNKNOWN if value is None else str(value) for value in (p.runs, p.solved)]
    costs = [UNKNOWN if value is None else grouped(value) for value in (p.evaluations, p.sd, p.median)]
    sizes = [UNKNOWN if value is None else grouped(value, 2) for value in (p.hidden, p.links)]
    return [p.source, *counts, *costs, UNKNOWN, *sizes, UNKNOWN if p.generalisation is None else grouped(p.generalisation)]


def picture(groups: Groups) -> Figure:
    """A histogram of one variant, or rows of dots of several."""
    costs = {variant: [trial.evaluations for trial in group if trial.solved] for variant, group in groups.items()}
    if len(groups) > 1:
        published = {variant.name: variant.published[0].evaluations for variant in groups if variant.published}
        return figures.strips({variant.name: values for variant, values in costs.items()}, published)
    ((variant, values),) = costs.items()
    marks = {"mean here": Sample.of(values).mean} if values else {}
    return figures.histogram(values, marks | {p.source.partition(",")[0]: p.evaluations for p in variant.published})


if __name__ == "__main__":
    run(main)
