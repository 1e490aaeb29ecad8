"""MNIST by weights that a function of two places writes: the coordinate-input hypernetwork (Ha, Dai & Le 2016, A.1), learnt
by gradient, beside CPPNs that evolve, and the network that both write learnt directly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Annotated, cast

import numpy as np
import typer
from matplotlib.figure import Figure
from numpy.random import default_rng

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import Row, Variant, command_of, courses, curves, run_all, seeds_of, strands
from neatcore.genome import Genome
from neatcore.interfaces import Generalising
from runner.session import assemble, turns
from viz.style import LIGHT, Margins, plot_figure

NAME = "coordinates"
SEEDS, GENERATIONS = 3, 10
DIRECT, COORDINATES, EVOLVED, TAUGHT = "perceptron", "coordinate hypernetwork", "CPPN, evolved", "CPPN, evolved and taught"
PAPER = {DIRECT: 98.5, COORDINATES: 93.5}
TAUGHT_BY = ("batch=250", "decay=0.999")
PAINTED = ("hidden=[[16,16]]", "sampled=500", "fitness=likelihood")
VARIANTS = (
    Variant(DIRECT, "mnist", "ha2016-mnist", ("encoding=dense", "hidden=[256]", *TAUGHT_BY)),
    Variant(COORDINATES, "mnist", "ha2016-mnist", ("encoding=coordinate-hypernet", *TAUGHT_BY)),
    Variant(EVOLVED, "mnist", "stanley2009", (*PAINTED, "sheet_outputs=each", "readout=linear")),
    Variant(TAUGHT, "mnist", "fernando2016", (*PAINTED, "population=8", "learning.steps=25")),
)
MORE = {EVOLVED: 20, TAUGHT: 2}  # generations for every pass of the others
NAMES = tuple(variant.name for variant in VARIANTS)


def attempt(variant: Variant, seed: int, generations: int) -> list[Row]:
    """The course of one run: test accuracy of the champion of as many moments as others have passes."""
    stride = MORE.get(variant.name, 1)
    settings = variant.settings(generations * stride)
    parts = assemble(settings, seed)
    tested, rows = cast(Generalising, parts.task), []
    seconds = processor = 0.0
    begun, worked = perf_counter(), process_time()
    for each in islice(turns(parts, settings.run, parts.task), generations * stride):
        if (each.number + 1) % stride:
            continue
        seconds, processor = seconds + perf_counter() - begun, processor + process_time() - worked
        found = tested.generalise(parts.model.bind(parts.encoding.decode([each.champion])), default_rng(0))
        painted = isinstance(each.champion, Genome)
        rows.append(
            {
                "variant": variant.name,
                "seed": seed,
                "moment": (each.number + 1) // stride,
                "generation": each.number + 1,
                "evaluations": each.evaluations,
                "test": round(100 * found["accuracy"], 3),
                "parameters": int(each.champion.links["enabled"].sum()) if painted else len(each.champion),
                "seconds": round(seconds, 1),
                "processor": round(processor, 1),
            }
        )
        begun, worked = perf_counter(), process_time()
    return rows


# --- the page -----------------------------------------------------------------------------------------------------------


def picture(rows: Sequence[Row]) -> Figure:
    """Test accuracy of every run over passes, or as many moments of evolution; the mean of a variant bold."""
    drawing, ax = plot_figure(LIGHT, 640, 340, Margins(left=40, right=190))
    found = {name: curves(rows, name, "moment", "test") for name in NAMES}
    strands(ax, found, "passes, or tenths of evolution", "test accuracy, %; bold: mean of the runs", ylim=(0, 100))
    return drawing


def overview(rows: Sequence[Row]) -> str:
    lines = []
    for name in NAMES:
        found = courses(rows, name, "moment")
        if found:
            last = [course[-1] for course in found]
            means = [np.mean([float(row[column]) for row in last]) for column in ("test", "parameters", "evaluations", "processor")]
            each = " ".join(f"{float(row['test']):.2f}" for row in last)
            paper = f"{PAPER[name]} %" if name in PAPER else "–"
            lines.append((name, len(found), f"{means[0]:.2f}", each, paper, *(f"{value:,.0f}" for value in means[1:])))
    columns = ("network", "runs", "test %", "of each run", "paper", "parameters", "steps, or networks tried", "processor seconds")
    return table(columns, lines)


def result(rows: Sequence[Row], folder: Path, generations: int) -> Result:
    """The page, its figure written to `folder`."""
    said = [
        f"{name} {np.mean([float(course[-1]['test']) for course in found]):.1f} %"
        for name in NAMES
        if (found := courses(rows, name, "moment"))
    ]
    commands = [variant.command(1, generations * MORE.get(variant.name, 1)) for variant in VARIANTS]
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows), "Test accuracy over passes"),
        overview(rows),
        NOTES,
        "To repeat a run:\n\n" + "\n".join(f"    {command}" for command in commands),
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    headline = f"Test accuracy on MNIST after {generations} passes: {'; '.join(said)}."
    title = "MNIST by a function of two places: learnt, and evolved"
    command = command_of(NAME, generations=(generations, GENERATIONS), seeds=(seeds_of(rows), SEEDS))
    return Result(NAME, title, headline, command, "\n\n".join(parts))


NOTES = """
All four end in the same network: 28 × 28 pixels, a sheet of 16 × 16 hidden units, ten classes. The hypernetwork writes the 200,704
weights of its first layer with 801 parameters; the other weights, 2,826, are learnt as they are, on which the paper is silent. The
CPPNs paint all weights, those of the second layer too: the classes stand in a row, whose order means nothing, so that a pattern has
little to tell there. "Evolved" is HyperNEAT with the preset `stanley2009` and an output for each pair of sheets; "taught" has the
preset `fernando2016`, eight genomes that are taught 25 steps each and inherit what they learnt. Evolved networks are tried on 500
pictures of the training part. Parameters of a CPPN are its links.
""".strip()


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each variant")] = SEEDS,
    generations: Annotated[int, typer.Option(help="passes; evolution has some generations for each")] = GENERATIONS,
    workers: Annotated[int, typer.Option(help="processes, one run each")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated. $NEATCORE_DATA holds MNIST."""
    rows = run_all(attempt, VARIANTS, range(1, seeds + 1), generations, folder / f"{NAME}.csv", workers)
    result(rows, folder, generations).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
