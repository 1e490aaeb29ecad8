"""What a step of HyperGAN's training holds in memory (Ratzlaff & Li 2019: less than 1.5 GB): as planned by XLA, and measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Annotated, Any, cast

import typer

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table
from benchmarks.variants import Row, Variant, command_of
from hypernets.gradient import Gradient
from neatcore.interfaces import Counted
from runner.pools import processes
from runner.session import assemble

NAME = "step_memory"
PAGE = "hypergan-memory"
STEPS = 3
MEGA = 10**6
PUBLISHED = 1500  # MB, at most
SIZES = {
    "8 networks × 128 pictures": ("networks=8", "batch=128"),
    "32 networks × 32 pictures, as the paper": ("networks=32", "batch=32"),
}
TASKS = {"MNIST": "mnist", "CIFAR-10": "cifar10"}


def variants() -> list[Variant]:
    """The preset's sizes, for CIFAR-10 and for MNIST; the mixer's first lessons are left out, which no step of training needs."""
    return [
        Variant(f"{name}, {size}", task, "ratzlaff2019", ("matching=0", *words))
        for name, task in TASKS.items()
        for size, words in SIZES.items()
    ]


def measured(variant: Variant, steps: int) -> Row:
    """Figures of one variant, in MB of 10⁶ bytes; run in a process of its own, whose peak is that of nothing else."""
    settings = variant.settings(1)
    parts = assemble(settings, 1)
    search, counts = cast(Gradient, parts.search), cast(Counted, parts.encoding).counts
    before, planned = _peak(), search.step_bytes()
    search.config = search.config.model_copy(update={"steps": steps})
    search.advance(parts.rng)
    parameters = counts["trained"] + counts["discriminator"]
    found = {"parameters": parameters, "state": 3 * 4 * parameters / MEGA, "planned": planned / MEGA}
    return {"variant": variant.name, **found, "before": before / MEGA, "peak": _peak() / MEGA}


def _peak() -> int:
    """The most memory that this process has held, in bytes."""
    return 1024 * getrusage(RUSAGE_SELF).ru_maxrss


def result(rows: Sequence[Row], steps: int) -> Result:
    """The page."""
    paper = rows[1]
    headline = (
        f"A step on MNIST holds {paper['planned']:,.0f} MB, with the preset `ratzlaff2019`, and the whole process "
        f"{paper['peak']:,.0f} MB (the paper: less than {PUBLISHED:,} MB)."
    )
    return Result(
        PAGE, "HyperGAN: memory of a step", headline, command_of(NAME, steps=(steps, STEPS)), f"{_lines(rows)}\n\n{NOTES}"
    )


def _lines(rows: Sequence[Row]) -> str:
    head = ("", "parameters", "weights and averages, MB", "a step, MB", "process before, MB", "process, MB")
    cells = [[row["variant"], *(f"{row[key]:,.0f}" for key in list(row)[1:])] for row in rows]
    return table(head, cells)


NOTES = """
`weights and averages`: mixer, generators and discriminator, and the two averages of Adam, 4 bytes a number. `a step`: all
that one step holds at a time, as XLA plans it for the CPU: these, which it changes where they are, and what lies between. The
networks of a step are computed one after another, and in the gradient again, so that more of them need hardly more.
`process`: the most that the whole process has held after a few steps; `before`: before the first, with Python, JAX, the
pictures and first weights. A MB is 10⁶ bytes.
""".strip()


def main(
    steps: Annotated[int, typer.Option(help="steps after which the process is measured")] = STEPS,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Measure and write the page. It reads $NEATCORE_DATA."""
    rows: list[Any] = []
    for variant in variants():
        with processes(1) as pool:
            rows.append(pool.submit(measured, variant, steps).result())
        print(rows[-1], flush=True)
    result(rows, steps).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
