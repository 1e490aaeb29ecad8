"""How the cost of a generation grows with the population and with the size of genomes: evaluation, species, reproduction apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Annotated

import numpy as np
import typer
from numpy.random import default_rng
from rich.console import Console

from benchmarks import figures
from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_csv, write_figure
from benchmarks.sample import grouped, significant
from neatcore.files import save
from neatcore.genome import Genome, Genomes
from neatcore.interfaces import Floats
from neatcore.neat import Neat, NeatConfig
from neatcore.neat.breeding import kernels
from neatcore.neat.innovations import Innovations
from neatcore.neat.mutation import grow, halves, joined
from neatcore.neat.start import template
from neatcore.nets import DirectConfig, direct
from tasks.boolean import Parity

PHASES = ("evaluation", "species", "reproduction")
POPULATIONS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
LINKS = (4, 8, 16, 32, 64, 125, 250, 500, 1_000, 2_000)
POPULATION, SIZE = 150, 16  # what stays the same while the other grows
TASK = Parity(bits=3)  # eight patterns; its smallest network has four links


@dataclass(frozen=True)
class Cost:
    """Median milliseconds of the processor for each phase of a generation, and how many species there were."""

    population: int
    links: int
    evaluation: float
    species: float
    reproduction: float
    kinds: int


def main(
    generations: Annotated[int, typer.Option(help="generations measured at each size, after two that are not")] = 7,
    most: Annotated[int, typer.Option(help="leave out larger populations, and genomes of a tenth as many links")] = 20_000,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Measure how the cost of a generation grows with population and genome size."""
    populations = [size for size in POPULATIONS if size <= most]
    sizes = [size for size in LINKS if size <= most / 10]
    cost(50, SIZE, 2)  # compiles
    told = Console(highlight=False).print
    costs: dict[str, list[Cost]] = {"population": [], "links": []}
    for population in populations:
        costs["population"].append(cost(population, SIZE, generations))
        told(f"population {population}: {costs['population'][-1]}")
    for links in sizes:
        costs["links"].append(cost(POPULATION, links, generations))
        told(f"links {links}: {costs['links'][-1]}")
    write_csv(folder / "growth.csv", [{"grows": grows, **vars(each)} for grows, found in costs.items() for each in found])
    result(costs, generations, folder).write(folder, loaded=True)


def ancestor(links: int, seed: int = 0) -> Genome:
    """A genome with so many links, or one more, grown by mutation from the smallest: a split link to every two new ones."""
    space, rng = direct(DirectConfig(), TASK.inputs, TASK.outputs)[0].space, default_rng(seed)
    innovations, one = Innovations(1_000_000, 1_000_000), np.zeros(1, np.int64)
    growing = kernels.Growing(older=False, split_bias=False, power=1.0, cyclic_share=0.0, halve=False)
    grown = Genomes.of([template(NeatConfig(), space)])
    while len(grown.links) < links:
        if rng.random() < 1 / 3:
            splits = kernels.split(grown.tables, one, growing, rng)
            grown = grow(grown, halves(grown, splits, innovations, {"sigmoid": 1.0}))
        else:
            grown = grow(grown, joined(kernels.join(grown.tables, one, False, growing, rng), innovations))
    return grown[0]


def cost(population: int, links: int, generations: int) -> Cost:
    """Time generations of a population that descends from one genome of so many links."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ancestor.npz"
        save(path, ancestor(links))
        config = NeatConfig(population=population, start=str(path))
        encoding, model = direct(DirectConfig(), TASK.inputs, TASK.outputs)
        rng = default_rng(1)
        search = Neat(config, encoding.space, rng)
    times = []
    for _ in range(generations + 2):
        genomes = search.ask()
        begun = process_time()
        fitness = TASK.evaluate(model.bind(encoding.decode(genomes)), rng).fitness
        evaluated = process_time()
        search.tell(fitness)
        told = process_time()
        search.ask()
        times.append((evaluated - begun, told - evaluated, process_time() - told))
    evaluation, species, reproduction = (1e3 * np.median(times[2:], axis=0)).tolist()
    return Cost(population, links, evaluation, species, reproduction, len(search.species))


def exponent(sizes: Sequence[float], milliseconds: Sequence[float]) -> float:
    """The power of the size with which the time grows, over the larger half of the sizes: the slope of a log-log line."""
    half = min(len(sizes) // 2, len(sizes) - 2)
    return float(np.polyfit(np.log(sizes[half:]), np.log(milliseconds[half:]), 1)[0])


def result(costs: Mapping[str, Sequence[Cost]], generations: int, folder: Path) -> Result:
    """The page about growth, its figure written to `folder`."""
    panels: dict[str, tuple[Sequence[float], dict[str, Floats]]] = {}
    powers: dict[str, dict[str, float]] = {}
    for grows, found in costs.items():
        sizes = [float(getattr(each, grows)) for each in found]
        phases = {phase: np.array([getattr(each, phase) for each in found]) for phase in PHASES}
        panels[{"population": "genomes in the population", "links": "links of a genome"}[grows]] = (sizes, phases)
        powers[grows] = {phase: exponent(sizes, phases[phase].tolist()) for phase in PHASES}
    picture = write_figure(
        folder / "growth.svg", figures.growth(panels), "Milliseconds of a generation over population and genome size"
    )
    parts = [
        picture,
        f"Median milliseconds of processor time over {generations} generations on {TASK.bits}-bit parity, all genomes descending "
        "from one that was grown by mutation. Evaluation packs and runs the networks on eight patterns; species sorts the "
        "population by distance and finds its champions; reproduction selects, crosses and mutates.",
        *(f"## {_title(grows)}\n\n{_powers(powers[grows])}\n\n{_table(found)}" for grows, found in costs.items()),
        "All figures: [growth.csv](growth.csv).",
    ]
    largest = costs["population"][-1]
    total = largest.evaluation + largest.species + largest.reproduction
    headline = f"A generation of {grouped(largest.population)} genomes of {SIZE} links takes {significant(total)} ms."
    return Result("growth", "How the cost of a generation grows", headline, "python -m benchmarks.growth", "\n\n".join(parts))


def _title(grows: str) -> str:
    return f"With the population, at {SIZE} links" if grows == "population" else f"With the genome, at population {POPULATION}"


def _powers(powers: Mapping[str, float]) -> str:
    listed = ", ".join(f"{phase} with the power {power:.2f}" for phase, power in powers.items())
    return f"Over the larger half of the sizes time grows so: {listed}."


def _table(costs: Sequence[Cost]) -> str:
    columns = ("population", "links", *(f"{phase}, ms" for phase in PHASES), "species found")
    rows = [
        (grouped(each.population), grouped(each.links), *(significant(getattr(each, phase)) for phase in PHASES), each.kinds)
        for each in costs
    ]
    return table(columns, rows)


if __name__ == "__main__":
    run(main)
