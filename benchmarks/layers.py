"""Sums over the links of layered networks: the kernel of substrates beside numpy's matrix product, contestants in turn."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.random import default_rng
from rich.console import Console

from benchmarks.race import Watch
from benchmarks.results import FOLDER, Result, table, write_csv
from benchmarks.sample import grouped, significant
from substrates import kernels
from substrates.expression import Single
from substrates.networks import FEW


@dataclass(frozen=True)
class Layer:
    """So many networks with two sheets of so many neurons, asked in so many lanes; shares of values and of links that are not 0."""

    networks: int
    neurons: int
    lanes: int
    values: float = 1.0
    links: float = 1.0


LAYERS = (
    *(Layer(300, 121, 75, values, links) for values, links in ((1, 1), (0.08, 1), (1, 0.02))),
    *(Layer(1, 3025, 75, values, links) for values, links in ((1, 1), (0.08, 1), (1, 0.02))),
    Layer(1, 3025, 1),
    Layer(1, 3025, 1, 0.08),
)


def main(
    rounds: Annotated[int, typer.Option(help="turns of both")] = 9,
    shrink: Annotated[int, typer.Option(help="neurons and networks divided by this")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Compare the speed of layers with numpy's matrix product."""
    told = Console(highlight=False).print
    found: list[tuple[Layer, list[Watch], list[Watch]]] = []
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"  # more wait for each other where other work has a core
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # whose numpy reads that
        for layer in LAYERS:
            small = Layer(-(-layer.networks // shrink), -(-layer.neurons // shrink), layer.lanes, layer.values, layer.links)
            found.append((small, *fresh.submit(race, small, rounds).result()))
            told(f"{small}: {ratio(*found[-1][1:]):.2f} times numpy's seconds")
    rows = [
        {**asdict(layer), "contestant": name, "round": turn, **asdict(watch)}
        for layer, ours, numpys in found
        for name, watches in (("neatcore", ours), ("numpy", numpys))
        for turn, watch in enumerate(watches, 1)
    ]
    write_csv(folder / "layers.csv", rows)
    result(found).write(folder, loaded=True)


def contestants(layer: Layer) -> tuple[Callable[[], Single], Callable[[], Single]]:
    """The kernel, dense or over the links one by one as a policy would have it, and numpy; both compute (P, S, T) in float32."""
    rng, square = default_rng(0), (layer.networks, layer.neurons, layer.neurons)
    weights = (rng.normal(size=square) * (rng.random(square) < layer.links)).astype(np.float32)
    shape = (layer.networks, layer.lanes, layer.neurons)
    values = (rng.random(shape) * (rng.random(shape) < layer.values)).astype(np.float32)
    rows, count = np.arange(layer.networks), int(np.count_nonzero(weights))
    links = kernels.sparse(weights, count) if layer.links < FEW else None

    def ours() -> Single:
        sums = np.zeros(shape, np.float32)
        if links:
            kernels.project_sparse(links, rows, values, sums)
        else:
            kernels.project(weights, rows, values, sums)
        return sums

    return ours, lambda: np.matmul(values, weights)


def race(layer: Layer, rounds: int) -> tuple[list[Watch], list[Watch]]:
    """Turns of both, A B A B; the first is not counted, and they must agree in it, but for rounding."""
    ours, numpys = contestants(layer)
    np.testing.assert_allclose(ours(), numpys(), atol=0.02)
    times: tuple[list[Watch], list[Watch]] = ([], [])
    for _ in range(rounds):
        for contestant, kept in zip((ours, numpys), times):
            with Watch() as watch:
                contestant()
            kept.append(watch)
    return times


def ratio(ours: Sequence[Watch], numpys: Sequence[Watch]) -> float:
    """How many times numpy's seconds of the processor: the median over the turns."""
    return float(np.median([a.cpu / b.cpu for a, b in zip(ours, numpys)]))


def result(found: Sequence[tuple[Layer, list[Watch], list[Watch]]]) -> Result:
    """The page about all of it."""
    dense = [ratio(a, b) for layer, a, b in found if layer.values * layer.links == 1]
    sparse = [ratio(a, b) for layer, a, b in found if layer.values * layer.links < 1]
    headline = (
        f"Dense layers take {significant(min(dense))} to {significant(max(dense))} times as long as numpy's matrix product, "
        f"layers with few links or few active sources {significant(min(sparse))} to {significant(max(sparse))} times."
    )
    rows = [
        [
            grouped(layer.networks),
            f"{grouped(layer.neurons)} → {grouped(layer.neurons)}",
            layer.lanes,
            f"{layer.values:.0%}",
            f"{layer.links:.0%}",
            *(significant(1e3 * float(np.median([watch.cpu for watch in watches]))) for watches in (a, b)),
            significant(ratio(a, b)),
        ]
        for layer, a, b in found
    ]
    columns = ("networks", "neurons", "lanes", "values on", "links", "neatcore, ms", "numpy, ms", "× numpy's time")
    body = f"""Sums over all links between two sheets of neurons, in float32, for so many networks and lanes side by side.
`values on` is the share of sources that are not 0 (8 %: a small and a big box in a field of 11 × 11), `links` the share of links
that are expressed. Medians of {len(found[0][1])} turns: milliseconds of the processor, on one thread each. numpy hands the
product to BLAS.

{table(columns, rows)}

Why not BLAS, then: it adds up in an order that depends on the machine, on the shape of the whole and on how many threads it has,
so that a network's outputs would change in their last bits with the population or the lanes beside it. The kernel adds in the
order of the sources, always: a network's outputs are the same bits in any company and on any x86-64 machine. Since the order is
known, it may skip what is 0, a source that is off or a link that is not expressed. And it fuses no multiplication with an
addition, since not every machine can; that is most of what a dense layer pays.

All turns: [layers.csv](layers.csv)."""
    return Result("layers", "Layers of substrates beside numpy", headline, "python -m benchmarks.layers", body)


if __name__ == "__main__":
    typer.run(main)
