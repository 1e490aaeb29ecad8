"""Evolution in the latent space of a generator of networks, against CMA-ES on weights and NEAT, on tasks that it knows or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.random import default_rng

from benchmarks.agents import SEED, generator, kept
from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.sample import grouped
from benchmarks.trials import evolving
from benchmarks.variants import COLOURS, Row, Variant, command_of, greater, of, run_all, seeds_of, solved_curves
from neatcore.errors import InputError
from neatcore.files import read_npz
from neatcore.interfaces import Evaluation, Generation
from runner.session import assemble
from runner.settings import Settings
from viz.style import LIGHT, Margins, dress, figure

if TYPE_CHECKING:
    from hypernets.agents.latent import Latent

NAME, SEEDS, BUDGET = "latent", 20, 10_000
POLES = (1.0, 4.0, 8.0)  # metres; the generator knows the first
METHODS = ("latent space", "weights", "NEAT", "z by chance", "learnt networks")
TOGETHER = 14  # evaluated before one looks whether the task is solved, where nothing is searched
TINTS = (*COLOURS, LIGHT.muted)
Course = Callable[[Settings, int], Iterator[Generation[Any]]]  # settings and a seed → the generations of a run


def words(method: str) -> tuple[str, ...]:
    """Settings of a method; the latent space is that of the generator of benchmarks.agents."""
    latent = ("encoding=latent", f"generator={generator()}", "search=cma")
    found = {
        **dict.fromkeys(("latent space", "z by chance", "learnt networks"), latent),
        "weights": ("encoding=mlp", "hidden=[16]", "search=cma"),
        "NEAT": ("search=neat", "population=150"),
    }
    return found[method]


def variants() -> list[Variant]:
    return [
        Variant(f"{pole:g} m, {method}", "cartpole", "", (*words(method), f"pole={pole:g}", "episodes=10"))
        for pole in POLES
        for method in METHODS
    ]


def attempt(variant: Variant, seed: int, budget: int) -> list[Row]:
    """One run until it is solved, or has evaluated so many networks."""
    if variant.name.endswith(METHODS[3:]):
        return [by_chance(variant, seed, budget, kept(SEED) if variant.name.endswith(METHODS[4]) else None)]
    return [searched(variant, seed, budget)]


def searched(variant: Variant, seed: int, budget: int, begin: Course = evolving) -> Row:
    """One run of a search, and how fit its first generation was."""
    for generation in begin(variant.settings(1), seed):
        if generation.solved or generation.evaluations >= budget:
            break
    first = next(islice(begin(variant.settings(1), seed), 1)).evaluation.fitness
    best = float(generation.evaluation.fitness.max())
    row = {"variant": variant.name, "seed": seed, "solved": int(generation.solved), "evaluations": generation.evaluations}
    return row | {"best": best, "first_median": float(np.median(first)), "first_best": float(first.max())}


def by_chance(variant: Variant, seed: int, budget: int, learnt: Path | None) -> Row:
    """The same without a search: networks of z from N(0, I), or those in the file `learnt`, until one solves the task."""
    parts, rng = assemble(variant.settings(1), seed), default_rng(seed)
    encoding: Latent = parts.encoding  # type: ignore[assignment]
    weights = read_npz(learnt)["weights"] if learnt else None
    found: list[Evaluation] = []
    while not (found and found[-1].solved is not None and found[-1].solved.any()) and len(found) * TOGETHER < budget:
        if weights is None:
            policy = parts.model.bind(encoding.decode(list(rng.normal(size=(TOGETHER, encoding.space.size)))))
        else:
            policy = encoding.body.bind(weights[rng.integers(len(weights), size=TOGETHER)].astype(np.float64))
        found.append(parts.task.evaluate(policy, rng))
    solved = found[-1].solved is not None and bool(found[-1].solved.any())
    row = {"variant": variant.name, "seed": seed, "solved": int(solved), "evaluations": len(found) * TOGETHER}
    first = found[0].fitness
    best = max(float(each.fitness.max()) for each in found)
    return row | {"best": best, "first_median": float(np.median(first)), "first_best": float(first.max())}


# --- the page -----------------------------------------------------------------------------------------------------------


def picture(rows: Sequence[Row], budget: int) -> Figure:
    """The share of runs solved over evaluations, a panel for each pole, a curve for each method."""
    drawing = figure(LIGHT, 940, 300, Margins(right=120, top=40))
    for ax, pole in zip(drawing.subplots(1, len(POLES), gridspec_kw={"wspace": 0.28}), POLES, strict=True):
        _curves(ax, rows, pole, budget, named=pole == POLES[-1])
    return drawing


def _curves(ax: Axes, rows: Sequence[Row], pole: float, budget: int, *, named: bool) -> None:
    dress(ax, LIGHT, "evaluations", f"pole of {pole:g} m: runs solved, %")
    solved_curves(ax, rows, {method: f"{pole:g} m, {method}" for method in METHODS}, TINTS, budget, named=named)
    ax.set_xscale("log")
    ax.set_xlim(10, budget)
    ax.set_xticks([10, 100, 1000, 10_000], ["10", "100", "1,000", "10,000"])
    ax.minorticks_off()


def overview(rows: Sequence[Row]) -> str:
    lines = []
    for variant in (f"{pole:g} m, {method}" for pole in POLES for method in METHODS):
        solved, times = of(rows, variant, "solved"), of(rows, variant, "evaluations")
        if solved:
            low, middle, high = np.percentile(times, (25, 50, 75))
            first = [f"{np.mean(of(rows, variant, f'first_{what}')):.0f}" for what in ("median", "best")]
            cells = (f"{sum(solved):.0f} of {len(solved)}", grouped(middle), f"{grouped(low)} to {grouped(high)}", *first)
            lines.append((variant, *cells))
    head = ("pole, method", "solved", "median evaluations", "quartiles", "first generation, mean of runs: median steps", "best")
    return table(head, lines)


def tested(rows: Sequence[Row], pole: float) -> str:
    """The latent space against each other method, in words."""
    latent = of(rows, f"{pole:g} m, {METHODS[0]}", "evaluations")
    others = {method: of(rows, f"{pole:g} m, {method}", "evaluations") for method in METHODS[1:]}
    said = [f"than {method} p = {greater(times, latent):.2g}" for method, times in others.items() if times]
    return f"{pole:g} m: {', '.join(said)}"


def result(rows: Sequence[Row], folder: Path, budget: int) -> Result:
    """The page, its figure written to `folder`."""
    medians = [
        f"{pole:g} m "
        + ", ".join(f"{method} {grouped(np.median(of(rows, f'{pole:g} m, {method}', 'evaluations')))}" for method in METHODS[:3])
        for pole in POLES
    ]
    headline = (
        f"Median evaluations until a pole is balanced, by its length: {'; '.join(medians)}. Drawing without a search does as well."
    )
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows, budget), "Runs solved over evaluations"),
        overview(rows),
        f"One-sided Mann–Whitney tests that the latent space needs fewer evaluations: {'; '.join(tested(rows, p) for p in POLES)}.",
        NOTES.strip().format(budget=grouped(budget), together=TOGETHER),
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    title = "Evolution in the latent space of a generator"
    command = command_of(NAME, budget=(budget, BUDGET), seeds=(seeds_of(rows), SEEDS))
    return Result(NAME, title, headline, command, "\n\n".join(parts))


NOTES = """
A network has solved the task when each of ten episodes lasts 500 steps; a run ends there, or after {budget} evaluations. The
generator was fitted to networks that balanced a pole of 1 m for at most 200 steps, by `benchmarks/agents.py`
([agents.md](agents.md)), and never saw another pole. Its 74,000 networks and their episodes are not counted: this asks what a
generator is worth once it is there. CMA-ES begins at N(0, I) in both spaces, with the population that the method chooses, 14 for
32 numbers and 17 for 97; NEAT has 150 networks. Two controls search nothing: `z by chance` draws from N(0, I), `learnt networks`
from the 74,000 themselves, {together} at a time, until one solves the task. Where
they do as well, it is what was learnt that helps, and not yet the search.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each")] = SEEDS,
    budget: Annotated[int, typer.Option(help="evaluations, at most")] = BUDGET,
    workers: Annotated[int, typer.Option(help="processes")] = 2,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    if not generator().exists():
        raise InputError(f"there is no generator in {generator()}; make it with: python -m benchmarks.agents")
    rows = run_all(attempt, variants(), range(1, seeds + 1), budget, folder / f"{NAME}.csv", workers)
    result(rows, folder, budget).write(folder, packages=("jax",))


if __name__ == "__main__":
    run(main)
