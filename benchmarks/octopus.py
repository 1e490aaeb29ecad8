"""The octopus arm with few cosines for 3,680 weights, after Koutník, Gomez & Schmidhuber (2010) and Srivastava, Schmidhuber & Gomez
(2012)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from numpy.random import default_rng

from benchmarks.command import run
from benchmarks.compressed import ALL, Setting, attempt, overview, picture, samples
from benchmarks.results import FOLDER, Result, write_figure
from benchmarks.sample import grouped
from benchmarks.variants import Row, command_of, run_all, seeds_of
from neatcore.loop import evolve
from runner.disk import write_bytes
from runner.session import assemble
from substrates.dct import Dct
from tasks.octopus import Octopus
from viz.behaviour import encode
from viz.cosines import cosines_figure
from viz.svg import png

NAME, SEEDS, LIMIT, PUBLISHED = "octopus", 20, 3_000, "20"
SETTING = Setting("octopus arm", "octopus", ("5", "10", PUBLISHED, "40", "80", ALL), LIMIT, ("search=cma",))


def draw(folder: Path, limit: int, seed: int = 1) -> tuple[str, str]:
    """Two pictures of the champion of one run with 20 coefficients, as Markdown: the arm over time, the weights."""
    parts = assemble(SETTING.variant(PUBLISHED).settings(limit), seed)
    assert isinstance(parts.encoding, Dct)
    assert isinstance(parts.task, Octopus)
    turns = islice(evolve(parts.search, parts.encoding, parts.model, parts.task, parts.rng), limit)
    for generation in turns:
        if generation.solved or generation.evaluations >= limit:
            break
    champion = generation.champion
    policy = parts.model.bind(parts.encoding.decode([champion]))
    arm, weights = f"{NAME}-arm.png", f"{NAME}-weights.png"
    write_bytes(folder / arm, encode(parts.task.show(policy, default_rng(0)), ".png"))
    write_bytes(folder / weights, png(cosines_figure(parts.encoding, champion)))
    return f"![The arm over time]({arm})", f"![Coefficients and weights]({weights})"


def result(rows: Sequence[Row], folder: Path, limit: int) -> Result:
    """The page, its pictures written to `folder`."""
    found = samples(rows, [SETTING])
    (few,) = (sample for sample in found[SETTING.name] if sample.name == PUBLISHED)
    arm, weights = draw(folder, limit)
    headline = (
        f"With {PUBLISHED} coefficients for 3,680 weights {len(few.solved)} of {few.runs} runs reach the food from every start"
    )
    headline += f", in {grouped(few.median)} evaluations (median)." if few.median < limit * 10 else "."
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(found), "Evaluations until solved over the number of coefficients"),
        "A dot is a run that was solved, a bar the median over all runs, the failed ones counted as worse than any; above, how "
        f"many were solved. A run fails after {grouped(limit)} evaluations.",
        overview(found),
        "The arm of one of them over time, and the weights that its coefficients draw:",
        arm,
        weights,
        NOTES.strip(),
        f"To repeat a run:\n\n    {SETTING.variant(PUBLISHED).command(1, limit)}",
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    command = command_of(NAME, seeds=(seeds_of(rows), SEEDS), limit=(limit, LIMIT))
    return Result(NAME, "The octopus arm", headline, command, "\n\n".join(parts))


NOTES = """
## Published

| claim | |
|---|---|
| 82 inputs, 32 controls, a fully recurrent network of 3,680 weights | author's page; the same here |
| 20 coefficients suffice | author's page; a compression of 184 : 1 |
| fewer than 10 coefficients suffice | 2012, abstract |

The simulator is this project's own: [tasks.md](../tasks.md#octopus) says what it has. Theirs, its starts and its goal were not at
hand, so that numbers of evaluations do not compare; what compares is whether so few numbers can do it. `all` are 3,680 numbers,
for which CMA-ES keeps the diagonal of its matrix alone.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each number of coefficients")] = SEEDS,
    limit: Annotated[int, typer.Option(help="evaluations after which a run has failed")] = LIMIT,
    workers: Annotated[int, typer.Option(help="processes")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    rows = run_all(attempt, SETTING.variants, range(1, seeds + 1), limit, folder / f"{NAME}.csv", workers)
    result(rows, folder, limit).write(folder, packages=("scipy", "cmaes"))


if __name__ == "__main__":
    run(main)
