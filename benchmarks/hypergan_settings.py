"""HyperGAN on MNIST with other settings than the preset's: fewer networks and more pictures a step; nothing in common at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.command import run
from benchmarks.hypergan import PLAN, Measured, attempt
from benchmarks.hypergan_work import COLLECTIONS, GENERATED
from benchmarks.results import FOLDER, Result, table
from benchmarks.variants import Row, Variant, command_of, run_all, seeds_of

NAME = "hypergan-settings"
STEPS, SEEDS = 5000, 3
MNIST = COLLECTIONS["mnist"]
SETTINGS: dict[str, tuple[str, ...]] = {
    "the preset": (),
    "8 networks, 128 pictures": ("networks=8", "batch=128"),
    "8 networks, 128 pictures, nothing in common": ("networks=8", "batch=128", "common=0"),
}


def measured(variant: Variant, seed: int, steps: int) -> list[Row]:
    """All that is measured of HyperGAN with one setting."""
    return [{**row, "variant": variant.name} for row in attempt(replace(variant, name=GENERATED), seed, steps, [PLAN])]


def result(rows: Sequence[Row], steps: int) -> Result:
    """The page."""
    found, lines, said = Measured(rows, MNIST), [], []
    cosines = [measure for measure in dict.fromkeys(row["measure"] for row in rows) if measure.startswith("cosine ")]
    for name, words in SETTINGS.items():
        one, many = (found.cell(name, f"accuracy {size}") for size in (1, 100))
        alike = ", ".join(found.cell(name, measure) for measure in cosines)
        told = [found.cell(name, f"detected {method} 0.1", 1) for method in ("fgsm", "pgd")]
        runs = len(found.all(name, "accuracy 1"))
        lines.append((name, " ".join(words), runs, one, many, alike, found.cell(name, "strange told", 3), *told))
        said.append(f"{name} {one} and {many} %")
    head = ("", "words", "runs", "one network, %", "100 together, %", "cosines", "letters, ROC area", "FGSM told, %", "PGD told, %")
    headline = f"One network and 100 together after {steps:,} steps: {'; '.join(said)}."
    body = f"{table(head, lines)}\n\n{NOTES.strip()}\n\nAll numbers: [{NAME}.csv]({NAME}.csv)."
    return Result(
        NAME,
        "HyperGAN on MNIST: settings",
        headline,
        command_of("hypergan_settings", steps=(steps, STEPS), seeds=(seeds_of(rows), SEEDS)),
        body,
    )


NOTES = """
All have the same work: gradients of 8 networks on 128 pictures, or of 32 on 32. *cosines*: between two drawn networks, of the
layers' weights. *told*: changed pictures, ε = 0.1, of which fresh networks doubt more than of 95 % of the untouched, as in
[HyperGAN on MNIST](hypergan.md). All figures are of test pictures; the preset was chosen by them, so that those of the preset, here
and there, are a little in its favour.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each setting")] = SEEDS,
    steps: Annotated[int, typer.Option(help="of each run")] = STEPS,
    workers: Annotated[int, typer.Option(help="processes; each uses all cores")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated. It reads $NEATCORE_DATA."""
    variants = [Variant(name, MNIST.task, "ratzlaff2019", words) for name, words in SETTINGS.items()]
    rows = run_all(measured, variants, range(1, seeds + 1), steps, folder / f"{NAME}.csv", workers)
    result(rows, steps).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
