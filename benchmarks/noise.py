"""Evolution in the noise of a trained HyperGAN, beside draws by chance, evolution of the same network's weights, and NEAT: what is
the best network worth after so many evaluations? On scikit-learn's digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer
from matplotlib.figure import Figure
from numpy.random import default_rng

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import Row, Variant, command_of, courses, curves, greater, run_all, seeds_of, strands
from neatcore.files import save
from neatcore.interfaces import Floats
from neatcore.loop import evolve
from runner.session import assemble
from viz.style import LIGHT, Margins, plot_figure

NAME = "noise"
SEEDS, BUDGET, EVERY, CROWD = 20, 3000, 250, 25
TRAINED = ("model=hypergan", "target=dense", "hidden=[32]", "noise=32", "units=[128,128]", "batch=64", "rate=0.0003")
PASSES = 20
SOUGHT, CHANCE, WEIGHTS, NEAT = "noise, CMA-ES", "noise by chance", "weights, SNES", "NEAT"
SOLVED = 80.0  # % of the test pictures
TOLD = "fitness=likelihood"
VARIANTS = (
    Variant(SOUGHT, "digits", "", ("search=cma", f"population={CROWD}", TOLD)),
    Variant(CHANCE, "digits", "", ("search=cma", f"population={CROWD}", TOLD)),
    Variant(WEIGHTS, "digits", "", ("encoding=dense", "hidden=[32]", "search=snes", f"population={CROWD}", TOLD)),
    Variant(NEAT, "digits", "", ("encoding=direct", "search=neat", f"population={CROWD}", TOLD)),
)
NAMES = tuple(variant.name for variant in VARIANTS)
UNIT = 100.0


def generator(seed: int, folder: Path) -> tuple[str, ...]:
    """The words by which a run searches the noise of a HyperGAN that was trained with this seed."""
    words = tuple(word for word in TRAINED if not word.startswith("model="))
    parts = assemble(Variant("", "digits", "ratzlaff2019", words).settings(PASSES), seed)
    for _ in range(PASSES):
        parts.search.advance(parts.rng)  # type: ignore[attr-defined]
    path = folder / "generator.npz"
    save(path, parts.search.genomes[0])  # type: ignore[attr-defined]
    options = (word for word in words if word.split("=")[0] in ("target", "hidden", "noise", "units"))
    return "encoding=hypergan-latent", f"generator={path}", "ends=[64,10]", "picture=[8,8,1]", *options


def attempt(variant: Variant, seed: int, budget: int) -> list[Row]:
    """The course of one run: the test accuracy of the network that was fittest in validation so far."""
    with TemporaryDirectory() as folder:
        more = () if variant.name in (WEIGHTS, NEAT) else generator(seed, Path(folder))
        parts = assemble(Variant(variant.name, "digits", "", (*more, *variant.words)).settings(1), seed)
        rows: list[Row] = []
        best, champion = -np.inf, None
        for evaluations, genomes, fitness in _crowds(parts, seed, drawn=variant.name == CHANCE):
            if fitness.max() > best:
                best, champion = float(fitness.max()), genomes[int(fitness.argmax())]
            if evaluations == CROWD or evaluations % EVERY == 0:
                policy = parts.model.bind(parts.encoding.decode([champion]))
                tested = parts.task.generalise(policy, default_rng(0))["accuracy"]  # type: ignore[attr-defined]
                figures = {"fitness": round(best, 5), "test": round(UNIT * tested, 3)}
                rows.append({"variant": variant.name, "seed": seed, "evaluations": evaluations} | figures)
            if evaluations >= budget:
                return rows
    raise AssertionError("evolution does not end by itself")


def _crowds(parts: Any, seed: int, *, drawn: bool) -> Iterator[tuple[int, Sequence[Floats], Floats]]:
    """Evaluations so far, a generation's genomes and their fitness; of draws by chance as many at a time."""
    if not drawn:
        for generation in evolve(parts.search, parts.encoding, parts.model, parts.task, parts.rng):
            yield generation.evaluations, generation.genomes, generation.evaluation.fitness
    rng, count = default_rng(seed), 0
    while True:
        genomes, count = list(rng.normal(size=(CROWD, parts.encoding.space.size))), count + CROWD
        yield count, genomes, parts.task.evaluate(parts.model.bind(parts.encoding.decode(genomes)), rng).fitness


# --- the page -----------------------------------------------------------------------------------------------------------


def ends(rows: Sequence[Row], variant: str, column: str = "test") -> list[float]:
    return [float(course[-1][column]) for course in courses(rows, variant, "evaluations")]


def picture(rows: Sequence[Row]) -> Figure:
    """Test accuracy over evaluations, of every run; the mean of a variant bold."""
    drawing, ax = plot_figure(LIGHT, 640, 340, Margins(left=40, right=130))
    found = {name: curves(rows, name, "evaluations", "test") for name in NAMES}
    strands(ax, found, "evaluations", "test accuracy of the fittest network so far, %; bold: mean of the runs")
    return drawing


def result(rows: Sequence[Row], folder: Path) -> Result:
    """The page, its figure written to `folder`."""
    budget, runs = max(int(row["evaluations"]) for row in rows), seeds_of(rows)
    medians = {name: float(np.median(ends(rows, name))) for name in NAMES if ends(rows, name)}
    said = ", ".join(f"{name} {value:.1f} %" for name, value in medians.items())
    tests = [
        f"{SOUGHT} against {other}: test accuracy p = {greater(ends(rows, SOUGHT), ends(rows, other)):.2g}, fitness "
        f"p = {greater(ends(rows, SOUGHT, 'fitness'), ends(rows, other, 'fitness')):.2g}"
        for other in (CHANCE, WEIGHTS, NEAT)
        if other in medians
    ]
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows), "Test accuracy over evaluations"),
        _overview(rows),
        f"One-sided Mann-Whitney tests. {'; '.join(tests)}.",
        NOTES.strip(),
        f"All runs, every {EVERY} evaluations: [{NAME}.csv]({NAME}.csv).",
    ]
    made_by = command_of(NAME, seeds=(runs, SEEDS), budget=(budget, BUDGET))
    headline = f"Test accuracy of the fittest network after {budget:,} evaluations, median of {runs} runs: {said}."
    return Result(NAME, "Evolution in the noise of a HyperGAN", headline, made_by, "\n\n".join(parts))


def _overview(rows: Sequence[Row]) -> str:
    lines = []
    for name in NAMES:
        found = courses(rows, name, "evaluations")
        if found:
            quarters = np.percentile(ends(rows, name), (50, 25, 75))
            first, fitness = (np.median([float(each[0]["test"]) for each in found]), np.median(ends(rows, name, "fitness")))
            middle, low, high = quarters
            at_end = f"{middle:.1f} ({low:.1f} to {high:.1f})"
            lines.append((name, len(found), f"{first:.1f}", at_end, f"{fitness:.3f}", _solved(found)))
    return table(
        ("search", "runs", f"test after {CROWD}, %", "test at the end, %", "fitness", f"evaluations to {SOLVED:g} %"), lines
    )


def _solved(found: Sequence[Sequence[Row]]) -> str:
    """After how many evaluations the test accuracy is first so high, median, and in how many runs it is."""
    firsts = [next((int(row["evaluations"]) for row in course if float(row["test"]) >= SOLVED), None) for course in found]
    solved = [first for first in firsts if first is not None]
    return f"{np.median(solved):,.0f} ({len(solved)} of {len(found)})" if solved else f"none of {len(found)}"


NOTES = f"""
Networks of 64, 32, 10 units, but NEAT's, which begin without hidden nodes, every input linked to every output. For each seed a
HyperGAN is trained anew, {PASSES} passes with
`{" ".join(TRAINED)}`; its noise has 32 numbers, the network 2,410. Fitness is the mean log
probability of the right class on the validation pictures. *Noise by chance* draws as many networks of the generator, and keeps the
fittest. Evaluations do not count what taught the generator, which has seen the training pictures; evolution never sees them. Those
to {SOLVED:g} % are looked up after the first {CROWD} and after every {EVERY}. NEAT has {CROWD} networks a generation like the
others; with its usual 150 it came to 51, 29 and 26 % (`neatcore run digits search=neat population=150 fitness=likelihood
generations=20`, seeds 1 to 3).

What evolution gains on the 200 validation pictures it loses on others: a network that fits them better than any draw by chance
tells fewer test pictures. They are too few to choose by for long.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each variant")] = SEEDS,
    budget: Annotated[int, typer.Option(help="evaluations of a run")] = BUDGET,
    workers: Annotated[int, typer.Option(help="processes, one run each")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    rows = run_all(attempt, VARIANTS, range(1, seeds + 1), budget, folder / f"{NAME}.csv", workers)
    result(rows, folder).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
