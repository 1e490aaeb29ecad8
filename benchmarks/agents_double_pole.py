"""Generators of networks that balance two poles on one cart: fitted to networks along runs of CMA-ES, then searched themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Annotated, Any

import numpy as np
import typer
from numpy.random import default_rng

from benchmarks.agents import fitted, line_figures, pair
from benchmarks.command import run
from benchmarks.latent import by_chance, searched
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.sample import grouped
from benchmarks.trials import evolving
from benchmarks.variants import Row, Variant, command_of, greater, of, run_all, seeds_of
from neatcore.errors import InputError
from neatcore.files import read_npz, save
from neatcore.interfaces import Floats, Generation
from neatcore.loop import evolve
from runner.agents import Embedding
from runner.directory import runs_root
from runner.disk import write_text
from runner.session import assemble
from runner.settings import Settings
from viz.agents import densities_figure

NAME = "agents_double_pole"
PAGE = "agents-double-pole"
SEED, PASSES, MADE, SEEDS, BUDGET = 1, 40, 1000, 10, 10_000
LASTS = 1000  # steps of an episode for which networks are collected
HIDDEN, WIDTHS, LATENT = (4,), (128, 64), 16
SIZES = ("networks=20000", "runs=16", "kept=4", "hidden=[4]", "widths=[128, 64]", f"latent={LATENT}")
KINDS = {"aligned": (), "as they were": ("align=false",)}
ANGLES = (4.0, 12.0)  # degrees by which the long pole leans at first; the generator knows the first
METHODS = ("latent space", "weights", "z by chance", "learnt networks", "learnt normal")
TOLD = METHODS[0], METHODS[1], METHODS[4]  # in one line


def kept() -> Path:
    return runs_root() / f"{NAME}-networks.npz"


def generator() -> Path:
    return runs_root() / f"{NAME}-generator.npz"


def fits() -> list[Variant]:
    return [Variant(name, "agents:double-pole", "chang2019", (*SIZES, *words)) for name, words in KINDS.items()]


def fit(variant: Variant, seed: int, passes: int) -> list[Row]:
    """A row for each group of networks; what concerns the whole embedding stands in the row of all."""
    begun = process_time()
    found = fitted(variant, seed, passes, kept())
    rows: list[Row] = [{"variant": variant.name, "seed": seed, **made.row} for made in found.made(MADE, seed)]
    figures = {**known(found, seed), "processor": round(process_time() - begun)}
    if variant.name == next(iter(KINDS)):
        save(generator(), found.search.genomes[0])
        groups = {each.group: (each.theirs, each.made) for each in found.made(MADE, seed)}
        write_figure(runs_root() / f"{PAGE}.svg", densities_figure(groups, "steps that both poles stand"), LABEL)
    return [row | (figures if row["group"] == "all" else dict.fromkeys(figures, "")) for row in rows]


def known(found: Embedding, seed: int) -> dict[str, float]:
    """Lines from the worst quarter to the best, and how well fitness is predicted from embeddings."""
    from hypernets.agents.studies import between, knowledge

    rng, names = default_rng(seed), [name.replace("–", "-") for name in found.collection.names]
    ends = (found.chosen(names[0], "from", rng), found.chosen(names[3], "to", rng))
    figures = line_figures(between(found.collection, found.all, found.task, ends, seed))
    told = knowledge(found.collection, found.all.embed(found.collection.vectors), rng)
    figures |= {"r2": told.linear, "r2_squares": told.squares, "r2_weights": told.weights, "r2_aligned": told.aligned}
    return {name: round(float(value), 3) for name, value in figures.items()}


def searches() -> list[Variant]:
    """Methods on each angle; the latent space is that of the aligned networks' generator."""
    known = (f"generator={generator()}", "ends=[6, 1]", "hidden=[4]", "pairs=false", "widths=[128, 64]", f"latent={LATENT}")
    latent: tuple[str, ...] = ("encoding=latent", "search=cma", *known)
    words = dict.fromkeys(METHODS, latent) | dict.fromkeys((METHODS[1], METHODS[4]), ("encoding=mlp", "hidden=[4]", "search=cma"))
    return [
        Variant(f"{angle:g}°, {method}", "double-pole", "", (*words[method], f"angle={angle:g}"))
        for angle in ANGLES
        for method in METHODS
    ]


def solve(variant: Variant, seed: int, budget: int) -> list[Row]:
    """One run until it is solved, or has evaluated so many networks."""
    method = variant.name.partition(", ")[2]
    if method in METHODS[2:4]:
        return [by_chance(variant, seed, budget, kept() if method == METHODS[3] else None)]
    return [searched(variant, seed, budget, normal_course if method == METHODS[4] else evolving)]


@dataclass(frozen=True)
class Normal:
    """z (n,) of N(0, I) becomes weights of a normal distribution like that of learnt networks: a generator without training."""

    encoding: Any  # of networks as vectors of their weights
    mean: Floats
    root: Floats

    @property
    def space(self) -> Any:
        return self.encoding.space

    def decode(self, genomes: Sequence[Floats], /) -> Any:
        return self.encoding.decode([self.mean + self.root @ genome for genome in genomes])


def normal_course(settings: Settings, seed: int) -> Iterator[Generation[Any]]:
    """The generations of a search on weights that begins with draws from that distribution, of aligned networks."""
    from hypernets.agents.bodies import Body, aligned
    from hypernets.agents.studies import moments

    parts = assemble(settings, seed)
    encoding = Normal(parts.encoding, *moments(aligned(Body(6, HIDDEN, 1), read_npz(kept())["weights"])))
    return evolve(parts.search, encoding, parts.model, parts.task, parts.rng)


# --- the page -----------------------------------------------------------------------------------------------------------

LABEL = "Steps that networks of each group hold both poles, and those that its generator made"


def result(fitted_rows: Sequence[Row], runs: Sequence[Row], folder: Path, passes: int, budget: int) -> Result:
    """The page; its figure, drawn when the first variant ran, is taken from where networks are kept."""
    drawn = runs_root() / f"{PAGE}.svg"
    if drawn.exists():
        write_text(folder / drawn.name, drawn.read_text(encoding="utf-8"))
    whole = next(row for row in fitted_rows if row["group"] == "all")
    medians = [f"{angle:g}° " + ", ".join(f"{method} {_median(runs, angle, method)}" for method in TOLD) for angle in ANGLES]
    headline = (
        f"Networks drawn from the generator of all {int(whole['networks']):,} hold both poles for {float(whole['made_mean']):.0f} "
        f"steps of {LASTS:,} in the mean, those it was fitted to {float(whole['theirs_mean']):.0f}; median evaluations until "
        f"{LASTS * 100:,} are held, by the first lean: {'; '.join(medians)}."
    )
    body = [
        groups_table(fitted_rows),
        NOTES.strip().format(passes=passes, hidden=HIDDEN[0], latent=LATENT, lasts=LASTS, made=MADE),
        f"![{LABEL}]({PAGE}.svg)",
        "## Lines, and what the embedding knows\n\n" + studies_table(fitted_rows),
        STUDIES.strip(),
        "## Evolution in the latent space\n\n" + searches_table(runs),
        tests(runs) + SEARCHES.strip().format(budget=grouped(budget)),
        f"All figures: [{PAGE}.csv]({PAGE}.csv), [{PAGE}-runs.csv]({PAGE}-runs.csv).",
    ]
    command = command_of(NAME, passes=(passes, PASSES), seeds=(seeds_of(runs), SEEDS), budget=(budget, BUDGET))
    return Result(PAGE, "Agent embeddings of networks that balance two poles", headline, command, "\n\n".join(body))


def _median(runs: Sequence[Row], angle: float, method: str) -> str:
    found = of(runs, f"{angle:g}°, {method}", "evaluations")
    return grouped(float(np.median(found))) if found else "–"


def groups_table(rows: Sequence[Row]) -> str:
    lines = [
        (
            row["variant"],
            row["group"],
            f"{int(row['networks']):,}",
            *(pair(row, name) for name in ("theirs", "made", "posterior", "normal")),
            f"{float(row['middle']):.0f}",
            row["variety"],
        )
        for row in rows
    ]
    head = ("networks", "group", "number", "steps", "generated", "generated, own z", "normal", "mean network", "variety")
    return table(head, lines)


def studies_table(rows: Sequence[Row]) -> str:
    columns = {
        "bend_latent": "bend, latent",
        "bend_learnt_ends": "bend from learnt ends",
        "bend_weights": "bend, weights",
        "bend_aligned": "bend, aligned",
        "from_learnt": "worst, learnt",
        "from_made": "made again",
        "to_learnt": "best, learnt",
        "to_made": "made again ",
    }
    known = {"r2": "R²", "r2_squares": "R², squares", "r2_weights": "R², weights", "r2_aligned": "R², aligned"}
    lines = [
        (row["variant"], *(f"{float(row[key]):.0f}" for key in columns), *(f"{float(row[key]):.2f}" for key in known))
        for row in rows
        if row["group"] == "all"
    ]
    return table(("networks", *columns.values(), *known.values()), lines)


def searches_table(runs: Sequence[Row]) -> str:
    lines = []
    for variant in searches():
        solved, times = of(runs, variant.name, "solved"), of(runs, variant.name, "evaluations")
        if solved:
            low, middle, high = (grouped(float(value)) for value in np.percentile(times, (25, 50, 75)))
            first = [f"{np.mean(of(runs, variant.name, f'first_{what}')):,.0f}" for what in ("median", "best")]
            lines.append((variant.name, f"{sum(solved):.0f} of {len(solved)}", middle, f"{low} to {high}", *first))
    head = ("lean, method", "solved", "median evaluations", "quartiles", "first generation, mean of runs: median steps", "best")
    return table(head, lines)


def tests(runs: Sequence[Row]) -> str:
    """The latent space against each other method, in words."""
    said = []
    for angle in ANGLES:
        latent, *others = (of(runs, f"{angle:g}°, {method}", "evaluations") for method in METHODS)
        if latent and all(others):
            each = [f"than {name} p = {greater(times, latent):.2g}" for name, times in zip(METHODS[1:], others, strict=True)]
            said.append(f"{angle:g}°: {', '.join(each)}")
    return f"One-sided Mann–Whitney tests that the latent space needs fewer evaluations: {'; '.join(said)}. " if said else ""


NOTES = """
Networks are 6-{hidden}-1 with tanh units, `kept` along sixteen runs of CMA-ES side by side, which begin anew when they have
solved the task or are a hundred generations old. Groups are quarters of the networks by fitness: the steps, of at most {lasts:,},
that both poles stand, the long one leaning by 4° at first. `generated` are {made:,} networks of z from N(0, I), {latent} numbers,
`own z` as many of a normal distribution like that of the group's embeddings. Each generator takes {passes} passes over its
networks. `normal` and `mean network` are controls that nothing was fitted for: as many weights of a normal distribution with the
group's mean and so much of its covariance that they are as varied as what is generated; and the one network whose weights are the
mean. `variety` is the variance of generated weights as a share of that of the networks fitted to; near 0 the generator makes
always the same network.
"""
STUDIES = """
Bends are of two hundred pairs of networks, one of the worst quarter, one of the best: the mean distance of steps along the line
from the straight line between its own ends, and for the latent space also from that between the networks as they were learnt.
Columns of ends: the mean steps of the networks as they were, and as the generator makes them again. R²: steps predicted from
embeddings of networks that were kept back from the prediction, though not from the embedding, by a line, with squares and
products; and by a line from their weights, as they were and with hidden units aligned.
"""
SEARCHES = """
A run has solved the task when both poles stand for 100,000 steps, or ends after {budget} evaluations. What it took to learn the
networks and to fit the generator is not counted. `weights`: CMA-ES on the weights of the same network, from N(0, I). `learnt
normal`: the same on z of which weights are a linear function, so that N(0, I) becomes a normal distribution with mean and
covariance of the learnt networks, their hidden units aligned: a generator without training, of as many numbers as weights.
"""


def main(
    passes: Annotated[int, typer.Option(help="passes of every generator over its networks")] = PASSES,
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each search")] = SEEDS,
    budget: Annotated[int, typer.Option(help="evaluations of a search, at most")] = BUDGET,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; networks and runs that are there already are not made again."""
    fitted_rows = run_all(fit, fits(), [SEED], passes, folder / f"{PAGE}.csv", 1)
    if not generator().exists():
        raise InputError(f"there is no generator in {generator()}; delete {folder / f'{PAGE}.csv'} to make it again")
    runs = run_all(solve, searches(), range(1, seeds + 1), budget, folder / f"{PAGE}-runs.csv", 1)
    result(fitted_rows, runs, folder, passes, budget).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
