"""Runs that are killed at random moments and resumed, against the same runs left alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from numpy.random import default_rng
from rich.console import Console

from benchmarks.command import run
from benchmarks.ordeal import Ordeal, ordeal
from benchmarks.results import FOLDER, Result, table, write_csv

COMMON = ("stop_when_solved=false", "checkpoint_seconds=0.05", "--seed", "4", "--quiet")
RUNS: dict[str, tuple[str, ...]] = {
    "NEAT on xor": ("xor", "population=300", "generations=3000", *COMMON),
    "CMA-ES on xor": ("xor", "search=cma", "encoding=mlp", "population=50", "generations=400", *COMMON),
}


def main(
    kills: Annotated[int, typer.Option(help="kills of each run")] = 20,
    seconds: Annotated[float, typer.Option(help="each kill comes at a random moment within so many seconds of work")] = 0.5,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Kill runs with SIGKILL at random moments, resume them, and compare them with runs that were left alone."""
    ordeals = {}
    for name, words in RUNS.items():
        with TemporaryDirectory() as scratch:
            ordeals[name] = ordeal(Path(scratch), words, kills, seconds, default_rng(1))
        Console(highlight=False).print(
            f"{name}: {ordeals[name].met} of {kills} kills met it at work; survived: {ordeals[name].survived}"
        )
    rows = [
        {"run": name, "kills": each.kills, "met": each.met, "file": file, "same": same}
        for name, each in ordeals.items()
        for file, same in each.files.items()
    ]
    write_csv(folder / "killing.csv", rows)
    result(ordeals, seconds).write(folder)


def result(ordeals: Mapping[str, Ordeal], seconds: float) -> Result:
    """The page about killed runs."""
    survived = sum(each.survived for each in ordeals.values())
    kills = sum(each.met for each in ordeals.values())
    rows = [
        (name, each.kills, each.met, len(each.files), sum(each.files.values()), ", ".join(map(str, each.reached)))
        for name, each in ordeals.items()
    ]
    columns = ("run", "kills", "at work", "files compared", "the same", "generations reached at each kill")
    body = "\n\n".join(
        [
            table(columns, rows),
            f"Each kill is a SIGKILL at a random moment within {seconds:g} s of the first generation that the process wrote; "
            "then the run is resumed. What is compared in the end, byte for byte, with the run that nobody touched: the metrics "
            "of every generation, every champion, and the last checkpoint, which holds the population, the species and the state "
            "of the random generator.",
            "The runs: " + "; ".join(f"`neatcore run {' '.join(words)}`" for words in RUNS.values()) + ".",
            "All files: [killing.csv](killing.csv).",
        ]
    )
    headline = f"{survived} of {len(ordeals)} runs ended the same to the byte after {kills} kills at work."
    return Result("killing", "Runs that are killed and resumed", headline, "python -m benchmarks.killing", body)


if __name__ == "__main__":
    run(main)
