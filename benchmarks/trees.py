"""Speed of ES-HyperNEAT: growing a network out of a CPPN's pattern, beside as many bare questions to the same CPPN; in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.command import run
from benchmarks.cppn import LINKS, NODES, cppn
from benchmarks.race import Watch
from benchmarks.results import FOLDER, Result, table
from benchmarks.sample import grouped, significant
from neatcore.cppn import query
from substrates.evolvable import EsHyperNeatConfig, es_hyperneat

NAME = "trees"
INPUTS, OUTPUTS = 3, 1
DEPTHS = ((2, 3), (3, 4), (3, 5))
PEER = {(2, 3): (0.275, ""), (3, 4): (5.0, "152,000"), (3, 5): (60.0, "1,030,000")}  # pureples: seconds, questions


@dataclass(frozen=True)
class Measured:
    """Medians over turns, in seconds of the processor. asked: questions really asked, and those that the paper's procedure asks."""

    depths: tuple[int, int]
    hidden: int
    links: int
    asked: tuple[int, int]
    grown: float
    bare: float


def measure(depths: tuple[int, int], rounds: int) -> Measured:
    """Growing, and the bare questions that the paper's procedure comes to; the turn before the first is not counted."""
    encoding, _ = es_hyperneat(EsHyperNeatConfig(initial=depths[0], maximum=depths[1], iterations=3), INPUTS, OUTPUTS)
    genome = cppn(NODES, LINKS)
    genome.links["weight"] *= 3  # a pattern with something to tell
    grown = encoding.grow([genome])
    points = np.random.default_rng(1).uniform(-1, 1, (int(grown.asked[0, 1]), genome.inputs)).astype(np.float32)
    ours, bare = [], []
    for _ in range(rounds + 1):
        with Watch() as watch:
            encoding.decode([genome])
        ours.append(watch.cpu)
        with Watch() as watch:
            query([genome], points)
        bare.append(watch.cpu)
    network = grown.networks[0]
    asked = (int(grown.asked[0, 0]), int(grown.asked[0, 1]))
    return Measured(depths, network.hidden, len(network.links), asked, *(float(np.median(each[1:])) for each in (ours, bare)))


def result(found: Sequence[Measured], rounds: int) -> Result:
    """The page."""
    rows = []
    for each in found:
        seconds, questions = PEER[each.depths]
        rows.append(
            (
                f"{each.depths[0]} to {each.depths[1]}",
                grouped(each.hidden),
                grouped(each.links),
                grouped(each.asked[1]),
                grouped(each.asked[0]),
                f"{1e3 * each.grown:.2f}",
                f"{1e3 * each.bare:.2f}",
                significant(each.grown / each.bare),
                f"{seconds} s" + (f", {questions} questions" if questions else ""),
            )
        )
    columns = (
        "levels",
        "hidden neurons",
        "links",
        "questions of the paper's procedure",
        "really asked",
        "growing, ms",
        "as many bare questions, ms",
        "ratio",
        "pureples, published",
    )
    last = found[-1]
    headline = (
        f"A network of {grouped(last.hidden)} hidden neurons and {grouped(last.links)} links grows in {1e3 * last.grown:.0f} ms, "
        f"{significant(last.grown / last.bare)} times as long as the bare questions to its CPPN."
    )
    body = f"""{table(columns, rows)}

A CPPN of {NODES} computing nodes and {LINKS} links, {INPUTS} inputs and {OUTPUTS} output of the network, three rounds of hidden
neurons. Contestants take turns on one thread, {rounds} each; milliseconds of the processor, medians. Growing is all of decoding:
trees, links, the network packed. Questions of the paper's procedure are counted as it asks them, anew for every side of a cell;
here what a tree knows is looked up, so fewer are asked. The bare questions are as many as the procedure's, at random points, by the
same evaluator. The figures of pureples are for another CPPN on another machine, and tell the order of magnitude alone."""
    return Result(NAME, "Speed of ES-HyperNEAT's trees", headline, f"python -m benchmarks.{NAME}", body)


def main(
    rounds: Annotated[int, typer.Option(help="turns")] = 15,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Compare growing networks with bare questions to the CPPN."""
    result([measure(depths, rounds) for depths in DEPTHS], rounds).write(folder, loaded=True)


if __name__ == "__main__":
    run(main)
