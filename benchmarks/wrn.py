"""CIFAR-10 with the wide residual networks of Ha, Dai & Le (2016, section 4.2): kernels learnt directly, or written by a static
hypernetwork. The whole course is for a GPU; on a processor this takes the first few hundred steps.

Both learn as in the paper: hypernetworks by Adam, weights of their own by SGD with Nesterov momentum. A shorter course has the
paper's learning rates for the same shares of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Annotated, cast

import typer
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter
from numpy.random import default_rng

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import COLOURS, Row, Variant, command_of, run_all
from neatcore.interfaces import Counted, Descending, Generalising
from neatcore.loop import descend
from runner.session import assemble
from viz.style import LIGHT, Margins, dress, figure, name_ends

NAME = "wrn"
WHOLE, LONG = 672_000, 5_000  # steps of the paper, and from which a course says something of the errors
STEPS, EVERY, BATCH = 200, 20, 32
PAPER = {  # error in per cent, parameters
    "wrn-40-1": (6.73, "0.563 M"),
    "hyper-wrn-40-1": (8.02, "0.097 M"),
    "wrn-40-2": (5.66, "2.236 M"),
    "hyper-wrn-40-2": (7.23, "0.148 M"),
}
SHORT = ("wrn-40-1", "hyper-wrn-40-1")  # what a processor can begin


def variants(steps: int, batch: int) -> list[Variant]:
    """The networks to train: all of them where the course is a long one."""
    words = ("augment=true", f"steps={every(steps)}", f"batch={batch}")
    return [
        Variant(name, "cifar10", "ha2016-cifar10", (f"encoding={name}", *rates(name, steps), *words))
        for name in (PAPER if steps >= LONG else SHORT)
    ]


def rates(name: str, steps: int) -> tuple[str, ...]:
    """The optimiser and its rates: Adam with 0.002, 0.001, 0.0002, 0.00005 for a quarter each of the course; of direct networks SGD
    with 0.1 and a fifth of it, four times, for a fifth each. (2016, appendix A.3.2) With SGD the penalty is that of Zagoruyko &
    Komodakis (2016)."""
    if name.startswith("hyper"):
        return (f"drops=[{steps // 4},{steps // 2},{3 * steps // 4}]",)
    drops = ",".join(str(part * steps // 5) for part in range(1, 5))
    return "optimizer=sgd", "rate=0.1", "penalty=0.0005", f"drops=[{drops}]", "factors=[0.2,0.2,0.2,0.2]"


def every(steps: int) -> int:
    """Steps between two rows."""
    return EVERY if steps < LONG else 1000


def attempt(variant: Variant, seed: int, generations: int) -> list[Row]:
    """The course of one run, and at its end the test error of the network that did best in validation."""
    parts = assemble(variant.settings(generations), seed)
    search, tested = cast("Descending[object]", parts.search), cast(Generalising, parts.task)
    counts = cast(Counted, parts.encoding).counts
    rows: list[Row] = []
    best, champion, begun = -1.0, None, perf_counter()
    for each in islice(descend(search, parts.encoding, parts.model, parts.task, parts.rng), generations):
        accuracy = float(each.evaluation.fitness[0])
        if accuracy > best:
            best, champion = accuracy, each.champion
        figures = {"step": each.evaluations, "loss": round(each.report["loss"], 4), "validation": round(100 - 100 * accuracy, 2)}
        size = {"parameters": counts["trained"], "weights": counts["weights"], "seconds": round(perf_counter() - begun, 1)}
        rows.append({"variant": variant.name, "seed": seed, **figures, **size, "test": ""})
    found = tested.generalise(parts.model.bind(parts.encoding.decode([champion])), default_rng(0))
    rows[-1]["test"] = round(100 - 100 * found["accuracy"], 2)
    return rows


# --- the page -----------------------------------------------------------------------------------------------------------


def course(rows: Sequence[Row], variant: str) -> list[Row]:
    """The rows of the first run of a variant, by step."""
    return sorted((row for row in rows if row["variant"] == variant and int(row["seed"]) == 1), key=lambda row: int(row["step"]))


def picture(rows: Sequence[Row]) -> Figure:
    """The loss over steps, and below it, of a long course, the error in validation."""
    found = {name: course(rows, name) for name in PAPER}
    steps = max(int(row["step"]) for row in rows)
    told = {"loss": f"training loss, mean of {every(steps):,} steps"}
    told |= {"validation": "error on the pictures kept for validation, %"} if steps >= LONG else {}
    drawing = figure(LIGHT, 640, 40 + 240 * len(told), Margins(left=40, right=130))
    for place, (column, label) in enumerate(told.items(), 1):
        ax, ends = drawing.add_subplot(len(told), 1, place), []
        for (name, own), colour in zip(found.items(), COLOURS):
            if own:
                values = [float(row[column]) for row in own]
                ax.plot([int(row["step"]) for row in own], values, color=colour, linewidth=2)
                ends.append((values[-1], name, colour))
        dress(ax, LIGHT, "steps" if place == len(told) else "", label)
        ax.set_ylim(0)
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        name_ends(ax, ends)
    drawing.subplots_adjust(hspace=0.32)
    return drawing


def result(rows: Sequence[Row], folder: Path, steps: int, batch: int) -> Result:
    """The page, its figure written to `folder`."""
    lines, losses, errors = [], [], []
    for name, (error, size) in PAPER.items():
        found = course(rows, name)
        if not found:
            lines.append((name, size, "–", "–", "–", "–", "–", f"{error:.2f}", "open"))
            continue
        first, last = float(found[0]["loss"]), float(found[-1]["loss"])
        losses.append(f"{name} from {first:.2f} to {last:.2f}")
        errors.append(f"{name} {float(found[-1]['test']):.2f} % ({error:.2f})")
        best = f"{min(float(row['validation']) for row in found):.2f}"
        tested = f"{float(found[-1]['test']):.2f}"
        share = f"{int(found[-1]['step']) / WHOLE:.2%}"
        parameters, taken = f"{int(found[-1]['parameters']):,}", f"{float(found[-1]['seconds']):.0f}"
        lines.append((name, size, parameters, f"{first:.2f} to {last:.2f}", taken, best, tested, f"{error:.2f}", share))
    long = steps >= LONG
    begun = f"Begun only, {steps} of {WHOLE:,} steps: the loss goes, of {'; of '.join(losses)}. The paper's errors stay open."
    reached = f"Test errors after {steps:,} of the paper's {WHOLE:,} steps, published ones in brackets: {', '.join(errors)}."
    columns = (
        *("network", "published size", "parameters", "loss", "seconds", "validation error %", "test error %"),
        *("published error %", "share of the steps"),
    )
    body = "\n\n".join(
        (
            write_figure(folder / f"{NAME}.svg", picture(rows), "Learning curves"),
            table(columns, lines),
            note(steps, batch),
            "To go on by yourself:\n\n" + "\n".join(f"    {whole_course(name)}" for name in PAPER),
            f"All rows: [{NAME}.csv]({NAME}.csv).",
        )
    )
    title = "CIFAR-10: wide residual networks whose kernels are written"
    command = command_of(NAME, steps=(steps, STEPS), batch=(batch, BATCH))
    return Result(NAME, title, reached if long else begun, command, body)


def whole_course(name: str) -> str:
    """The command of a whole course, which is that of the preset but for what direct networks have."""
    own = () if name.startswith("hyper") else rates(name, WHOLE)
    return " ".join((f"neatcore train cifar10 model={name}", *own, "augment=true"))


ERRORS = """
Each network was trained once, with the paper's learning rates for the same shares of the course. *validation error*: the least of
those on the curve; the test error is of that network.
"""
LOSSES = """
They show that the networks learn and that their sizes are the paper's, and say nothing of the errors that they reach.
"""


def note(steps: int, batch: int) -> str:
    said = (ERRORS if steps >= LONG else LOSSES).strip()
    return f"""The paper trains each network for {WHOLE:,} steps of 128 pictures, which is work for a GPU. Here are {steps:,} of
{batch} pictures. {said} The whole course is `python -m benchmarks.wrn --steps {WHOLE} --batch 128`."""


def main(
    steps: Annotated[int, typer.Option(help="steps of each network")] = STEPS,
    batch: Annotated[int, typer.Option(help="pictures a step")] = BATCH,
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each network")] = 1,
    workers: Annotated[int, typer.Option(help="processes; each uses all cores")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs in the CSV file already are not repeated. $NEATCORE_DATA holds CIFAR-10."""
    kinds = variants(steps, batch)
    rows = run_all(attempt, kinds, range(1, seeds + 1), -(-steps // every(steps)), folder / f"{NAME}.csv", workers)
    result(rows, folder, steps, batch).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
