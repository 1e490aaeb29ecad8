"""Speed of CPPN queries: the sandwich of 55 × 55 sheets beside numpy and neat-python, contestants in turn; memory; cost by size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from benchmarks.plain import Network, neat_python, numpy_blocks, numpy_whole
from benchmarks.race import Watch
from benchmarks.results import FOLDER, Result, table, write_csv
from benchmarks.sample import Sample, grouped, significant
from neatcore.activations import code_of
from neatcore.cppn import Single, query, query_sheets
from neatcore.genome import BIAS, HIDDEN, INPUT, LINK, NODE, OUTPUT, Genome

SIDE, INPUTS = 55, 4
BLOCKS = (1_024, 4_096, 16_384, 32_768)  # points a block, for numpy
FUNCTIONS = ("signed_sigmoid", "sine", "gaussian", "ramp")  # of hidden nodes, in turn (Stanley, D'Ambrosio & Gauci 2009)
NODES, LINKS = 7, 22
SIZES = ((2, 8), (4, 13), (7, 22), (7, 44), (14, 44), (14, 88), (28, 88), (28, 176))  # computing nodes, links
OURS, STORED = "neatcore, 2 threads", "neatcore, 2 threads, stored points"
ALONE = "neatcore, 1 thread"
WHOLE, PRODUCTS = "numpy, whole arrays", "numpy, whole arrays, sums by BLAS"
PEER = "neat-python, a call a link"
SMALL = (11, 33)  # sides of the sheets that others were measured with
OTHERS = (("pureples", "135", "12,500"), ("MultiNEAT", "5", "470"), ("TensorNEAT on a processor", "9.4", "850 to 1,270"))
SAMPLE = 100_000  # links that neat-python is asked about
Contestant = Callable[[], Single]


def cppn(nodes: int, links: int) -> Genome:
    """A CPPN of so many computing nodes, the last of them the output; the links nearest along the order of nodes, alternating."""
    order = [*range(INPUTS + 1), *range(INPUTS + 2, INPUTS + 1 + nodes), INPUTS + 1]
    kinds = [INPUT] * INPUTS + [BIAS, OUTPUT] + [HIDDEN] * (nodes - 1)
    names = ["linear"] * (INPUTS + 1) + ["signed_sigmoid"] + [FUNCTIONS[n % len(FUNCTIONS)] for n in range(nodes - 1)]
    genes = np.array([(i, kind, code_of(name)) for i, (kind, name) in enumerate(zip(kinds, names))], NODE)
    pairs = [(j - step, j) for step in range(1, len(order)) for j in range(INPUTS + 1, len(order)) if j >= step][:links]
    weights = np.random.default_rng(1).uniform(-2, 2, len(pairs))
    rows = [(k, order[i], order[j], weight, True) for k, ((i, j), weight) in enumerate(zip(pairs, weights))]
    return Genome(genes, np.array(rows, LINK))


def sheet(side: int) -> Single:
    """A grid (side², 2) over [-1, 1]²."""
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)


def pairs(side: int) -> Single:
    """All pairs of two sheets (side⁴, 4), written out."""
    points = sheet(side)
    return np.hstack([np.tile(points, (len(points), 1)), np.repeat(points, len(points), 0)])


def main(
    rounds: Annotated[int, typer.Option(help="turns of every contestant")] = 7,
    side: Annotated[int, typer.Option(help="neurons along each side of both sheets")] = SIDE,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Compare the speed of CPPN queries with numpy and with neat-python (pip install neat-python)."""
    told = Console(highlight=False).print
    times = race(contestants(cppn(NODES, LINKS), side), rounds, told)
    asked = one_by_one(side)
    times[PEER] = [Watch(asked, asked)]
    small = [small_sheets(size, rounds) for size in SMALL]
    costs = [cost(nodes, links, side, rounds) for nodes, links in SIZES]
    memory = peak(side)
    rows = [{"contestant": name, "round": k, **asdict(turn)} for name, found in times.items() for k, turn in enumerate(found, 1)]
    write_csv(folder / "cppn.csv", rows)
    result(times, memory, costs, small, side).write(folder, packages=("neat-python",), loaded=True)


def contestants(genome: Genome, side: int) -> dict[str, Contestant]:
    """Who answers for all pairs: this project, and numpy with whole arrays and in blocks, on one thread and on two."""
    points, sheets, network = pairs(side), sheet(side), Network.of(genome)
    columns = np.ascontiguousarray(points.T)
    blocks: dict[str, Contestant] = {_blocks(size): partial(numpy_blocks, network, columns, size) for size in BLOCKS}
    return {
        OURS: partial(query_sheets, [genome], sheets, sheets, threads=2),
        ALONE: partial(query_sheets, [genome], sheets, sheets),
        STORED: partial(query, [genome], points, threads=2),
        WHOLE: partial(numpy_whole, network, columns),
        PRODUCTS: partial(numpy_blocks, network, columns, columns.shape[1]),
        **blocks,
        f"{_blocks(BLOCKS[2])}, 2 threads": partial(halves, network, columns, BLOCKS[2]),
    }


def _blocks(size: int) -> str:
    return f"numpy, blocks of {grouped(size)}"


def halves(network: Network, columns: Single, size: int) -> Single:
    """numpy on two threads, each with half of the points."""
    parts = np.array_split(columns, 2, axis=1)
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(lambda part: numpy_blocks(network, part, size), parts)))


def race(contestants: Mapping[str, Contestant], rounds: int, told: Callable[[str], None]) -> dict[str, list[Watch]]:
    """Every turn, A B C A B C; the turn before the first is not counted, and all must agree in it."""
    wanted = next(iter(contestants.values()))().ravel()
    for contestant in contestants.values():
        np.testing.assert_allclose(contestant().ravel(), wanted, atol=1e-4)
    times: dict[str, list[Watch]] = {name: [] for name in contestants}
    for turn in range(1, rounds + 1):
        for name, contestant in contestants.items():
            with Watch() as watch:
                contestant()
            times[name].append(watch)
        told(f"round {turn} of {rounds}: " + ", ".join(f"{name} {found[-1].wall:.3f} s" for name, found in times.items()))
    return times


def one_by_one(side: int) -> float:
    """Seconds in which neat-python's network is asked about all pairs, of which a part is asked."""
    return neat_python(Network.of(cppn(NODES, LINKS)), pairs(side)[:SAMPLE]) * side**4 / min(SAMPLE, side**4)


def small_sheets(side: int, rounds: int) -> dict[str, float]:
    """Median seconds of the contestants for smaller sheets, in turns, and of neat-python's network, asked once."""
    every = contestants(cppn(NODES, LINKS), side)
    times = race({name: every[name] for name in (OURS, ALONE, WHOLE, PRODUCTS)}, rounds, lambda _: None)
    return {name: float(np.median(seconds(found))) for name, found in times.items()} | {PEER: one_by_one(side)}


def cost(nodes: int, links: int, side: int, rounds: int) -> tuple[int, int, float]:
    """Nodes, links, and the median nanoseconds of the processor for a query of such a CPPN."""
    genome, points, spent = cppn(nodes, links), sheet(side), []
    for _ in range(rounds + 1):
        with Watch() as watch:
            query_sheets([genome], points, points)
        spent.append(watch.cpu)
    return nodes, links, 1e9 * float(np.median(spent[1:])) / side**4


def peak(side: int) -> float:
    """What a query on two threads adds to the memory of a process at its peak, in bytes (Linux).

    The process is a fresh one: memory that another task had freed would be used again, and not be seen.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(_peak, side).result()


def _peak(side: int) -> float:
    genome, points = cppn(NODES, LINKS), sheet(side)
    query_sheets([genome], points[:100], points[:100], threads=2)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is what is used now
    before = _status("VmRSS")
    answers = query_sheets([genome], points, points, threads=2)
    return _status("VmHWM") - before + 0.0 * answers.size


def _status(field: str) -> float:
    """A field of this process's status, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024.0 * next(float(line.split()[1]) for line in lines if line.startswith(field))


def result(
    times: Mapping[str, Sequence[Watch]],
    memory: float,
    costs: Sequence[tuple[int, int, float]],
    small: Sequence[Mapping[str, float]],
    side: int,
) -> Result:
    """The page about all of it."""
    whole, best = fastest(times, (WHOLE, PRODUCTS)), fastest(times, [_blocks(size) for size in BLOCKS])
    headline = (
        f"{significant(side**4 / np.median(seconds(times[OURS])) / 1e6)} million queries a second on two threads: "
        f"{significant(ratio(times, OURS, whole))} times numpy in the better way with whole arrays, "
        f"{significant(ratio(times, OURS, best))} times numpy in the best blocks for the cache, on one thread."
    )
    rows = [
        [name, *_figures(found, side), significant(ratio(times, name, whole)), significant(ratio(times, name, best))]
        for name, found in times.items()
    ]
    columns = (
        "contestant",
        "milliseconds",
        "middle half",
        "million queries/s",
        "CPU ns a query",
        "× whole arrays",
        "× best blocks",
    )
    body = f"""A CPPN of {NODES} computing nodes and {LINKS} links answers for all {grouped(side**4)} pairs of two sheets of
{side} × {side} neurons. Contestants take turns, {len(times[OURS])} each; figures are medians, ratios (×) medians of the turns'
ratios; processor time is that of all threads. Everything is float32. numpy works on whole arrays, a node at a time and
in place, every weighted sum a link at a time or one product by BLAS, of which the faster counts (× whole arrays); or, which takes
more care, through blocks of points that fit the second cache, in buffers that are used again, sums by BLAS. Its coordinates lie
ready, and making them is not counted. neat-python's network is asked about {grouped(min(SAMPLE, side**4))} links, and
the time scaled. Wanted: 15 times numpy, on two cores.

Runs of the same code on a quiet machine gave 12.7, 13.3 (this page) and 14.5 times numpy on one day and up to 24 times on another:
our own time moved little, 23 to 28 ms; numpy's went from 300 to 690 ms, with what the memory cost it. So the 15 times are at the
mark, not safely reached.

{table(columns, rows)}

Memory: at its peak a query on two threads adds {memory / 1e6:.1f} MB to a process, {memory / (4 * side**4):.2f} times the
answers themselves. Wanted: 1.2 times.

## Cost by size

Processor time of one thread; a query costs about so much for each node and each link, whatever their number.

{table(("nodes", "links", "ns a query", "ns a query, fitted"), _fitted(costs))}

## Smaller sheets, and other programs

Milliseconds for all pairs of two sheets: the programs above, medians of the same run. The programs marked so are *not* of this
run: they were measured on another day on two shared cores, right to a factor of about 2, with a CPPN of 6 nodes.

{table(("program", *(f"{size} × {size}" for size in SMALL), "measured"), _programs(small))}

All turns: [cppn.csv](cppn.csv)."""
    return Result("cppn", "CPPN queries beside numpy", headline, "python -m benchmarks.cppn", body)


def fastest(times: Mapping[str, Sequence[Watch]], names: Sequence[str]) -> str:
    """Of some contestants, the one with the smallest median."""
    return min(names, key=lambda name: float(np.median(seconds(times[name]))))


def seconds(turns: Sequence[Watch]) -> list[float]:
    """By the clock."""
    return [turn.wall for turn in turns]


def ratio(times: Mapping[str, Sequence[Watch]], name: str, base: str) -> float:
    """How many times faster than `base`: the median over the turns."""
    return float(np.median([b.wall / a.wall for a, b in zip(times[name], times[base])]))


def _figures(turns: Sequence[Watch], side: int) -> list[str]:
    sample = Sample.of([1e3 * turn.wall for turn in turns])
    return [
        significant(sample.median),
        f"{significant(sample.q25)} to {significant(sample.q75)}",
        significant(side**4 / sample.median / 1e3),
        significant(1e9 * float(np.median([turn.cpu for turn in turns])) / side**4),
    ]


def _programs(small: Sequence[Mapping[str, float]]) -> list[list[str]]:
    """A row for each contestant of the smaller sheets, and for each program that was measured elsewhere."""
    ours = [[name, *(significant(1e3 * found[name]) for found in small), "in this run"] for name in small[0]]
    return ours + [[*other, "on another day"] for other in OTHERS]


def _fitted(costs: Sequence[tuple[int, int, float]]) -> list[list[str]]:
    """Each size with its cost, and what a sum in proportion to nodes and links would cost."""
    sizes, spent = np.array([each[:2] for each in costs], float), np.array([each[2] for each in costs])
    terms = np.column_stack([np.ones(len(sizes)), sizes])
    wanted = terms @ np.linalg.lstsq(terms / spent[:, None], np.ones(len(spent)))[0]
    return [[str(n), str(k), f"{found:.2f}", f"{fit:.2f}"] for (n, k, found), fit in zip(costs, wanted)]


if __name__ == "__main__":
    typer.run(main)
