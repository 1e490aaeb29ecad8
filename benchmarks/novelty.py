"""Novelty search against fitness, and against random selection, in the two mazes of Lehman & Stanley (2011)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from matplotlib.figure import Figure

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.sample import grouped
from benchmarks.trials import evolving
from benchmarks.variants import (
    COLOURS,
    Row,
    Variant,
    command_of,
    fewer,
    figures_of,
    greater,
    more_solved,
    of,
    run_all,
    seeds_of,
    solved_curves,
    times,
)
from tasks.maze import Maze
from viz.charts import draw_chart, draw_places
from viz.style import LIGHT, Margins, dress, figure, note

NAME, PRESET = "novelty", "lehman2011"
MAZES, REWARDS = ("hard", "medium"), ("novelty", "fitness", "random")
PAPER = ("reward=novelty", "archive_threshold=6", "archive_floor=0.25")  # figures of the authors' program
VARIANTS = tuple(
    Variant(f"{maze}, {reward}", f"maze:{maze}", PRESET, PAPER if reward == "novelty" else (f"reward={reward}",))
    for reward in REWARDS
    for maze in MAZES
)
GENERATIONS, SEEDS = 1000, 20  # of 250 networks
PUBLISHED = {  # runs solved of runs; evaluations on average
    "hard, novelty": ("39 of 40", ""),
    "hard, fitness": ("3 of 40", ""),
    "medium, novelty": ("", "18,274"),
    "medium, fitness": ("", "56,334"),
}
DRAWN = 40  # generations whose ends are drawn


def attempt(variant: Variant, seed: int, generations: int) -> list[Row]:
    """One run until it is solved."""
    best = 0.0
    for generation in islice(evolving(variant.settings(generations), seed), generations):
        best = max(best, figures_of(generation)["fitness"])
        if generation.solved:
            break
    row = {"variant": variant.name, "seed": seed, "solved": int(generation.solved), "evaluations": generation.evaluations}
    return [{**row, "best": best, "hidden": generation.champion.hidden, "archive": generation.report.get("archive", 0)}]


# --- the page -----------------------------------------------------------------------------------------------------------


def picture(rows: Sequence[Row], budget: int) -> Figure:
    """The share of runs solved over evaluations, a panel for each maze, a curve for each reward."""
    drawing = figure(LIGHT, 720, 300, Margins(right=76, top=40))
    for ax, maze in zip(drawing.subplots(1, len(MAZES), gridspec_kw={"wspace": 0.5}), MAZES, strict=True):
        dress(ax, LIGHT, "evaluations", f"{maze} maze: runs solved, %")
        solved_curves(ax, rows, {reward: f"{maze}, {reward}" for reward in REWARDS}, COLOURS, budget)
    return drawing


def ends_picture(generations: int) -> Figure:
    """Where networks came to in the hard maze: of one run told novelty, and of one told fitness."""
    chosen = [variant for variant in VARIANTS if variant.name in ("hard, novelty", "hard, fitness")]
    drawing = figure(LIGHT, 720, 390, Margins(left=4, right=4, bottom=4, top=32))
    for ax, variant in zip(drawing.subplots(1, 2, gridspec_kw={"wspace": 0.06}), chosen, strict=True):
        draw_chart(Maze(maze="hard").chart, ax, theme=LIGHT)
        turns = list(islice(evolving(variant.settings(generations), 1), generations))
        places = [turn.evaluation.behaviour for turn in turns if turn.evaluation.behaviour is not None]
        moments = np.repeat(np.arange(len(places), dtype=np.float64), [len(each) for each in places])
        draw_places(np.concatenate(places), moments, ax, theme=LIGHT)
        note(ax, f"told {variant.name.partition(', ')[2]}", LIGHT)
    return drawing


def overview(rows: Sequence[Row]) -> str:
    lines = []
    for maze in MAZES:
        for reward in REWARDS:
            name = f"{maze}, {reward}"
            solved, published = of(rows, name, "solved"), PUBLISHED.get(name, ("", ""))
            if solved:
                every, found = of(rows, name, "evaluations"), times(rows, name)
                middle, mean = grouped(float(np.median(found))) if found else "–", grouped(float(np.mean(every)))
                cells = (f"{sum(solved):.0f} of {len(solved)}", published[0] or "–", middle, mean, published[1] or "–")
                lines.append((name, *cells))
    return table(("maze, told", "solved", "2011", "median of the solved", "mean of all", "2011, mean"), lines)


def compared(rows: Sequence[Row], maze: str) -> str:
    """Novelty against fitness in one maze, in words."""
    one, other = (of(rows, f"{maze}, {reward}", "solved") for reward in ("novelty", "fitness"))
    if not one or not other:
        return f"{maze}: not both have been run"
    solved = more_solved(one, other)
    faster = greater(of(rows, f"{maze}, fitness", "evaluations"), of(rows, f"{maze}, novelty", "evaluations"))
    return f"{maze}: more runs solved, p = {solved:.2g} (Fisher); fewer evaluations, p = {faster:.2g} (Mann–Whitney)"


def result(rows: Sequence[Row], folder: Path, generations: int) -> Result:
    """The page, its figures written to `folder`."""
    found = [
        f"{variant.name} {sum(solved):.0f} of {len(solved)}" for variant in VARIANTS if (solved := of(rows, variant.name, "solved"))
    ]
    headline = f"Runs solved: {'; '.join(found)}. In 2011: hard, novelty 39 of 40; hard, fitness 3 of 40."
    drawn = min(DRAWN, generations)
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows, 250 * generations), "Runs solved over evaluations"),
        overview(rows),
        f"A run ends when it is solved, or after {grouped(250 * generations)} evaluations; mean of all counts those that were not "
        f"solved with all of theirs, as does the paper as far as is known. {fewer(rows, VARIANTS)}".strip(),
        f"One-sided tests, novelty against fitness: {'; '.join(compared(rows, maze) for maze in MAZES)}.",
        f"Where the {grouped(250 * drawn)} networks of the first {drawn} generations came to in the hard maze, of seed 1, early "
        "ones orange, late ones blue:",
        write_figure(folder / f"{NAME}-ends.svg", ends_picture(drawn), "Ends of networks in the hard maze"),
        NOTES.strip(),
        "To repeat a run:\n\n" + "\n".join(f"    {variant.command(1, generations)}" for variant in VARIANTS),
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    command = command_of(NAME, generations=(generations, GENERATIONS), seeds=(seeds_of(rows), SEEDS))
    return Result(NAME, "Novelty search in the mazes of 2011", headline, command, "\n\n".join(parts))


NOTES = """
What differs from 2011: generations of 250 instead of a steady state; the sixth rangefinder, which looks back, is read, where the
authors' program overwrites it with a radar; networks are computed whole in each step, where theirs pass a signal one link further.
Rates of mutation are those of the paper as they are remembered, not checked: 0.5 % for a node, 10 % for a link, weights by up
to 0.8.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each")] = SEEDS,
    generations: Annotated[int, typer.Option(help="generations of 250 networks, at most")] = GENERATIONS,
    workers: Annotated[int, typer.Option(help="processes")] = 2,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    rows = run_all(attempt, VARIANTS, range(1, seeds + 1), generations, folder / f"{NAME}.csv", workers)
    result(rows, folder, generations).write(folder, packages=("scipy",))


if __name__ == "__main__":
    run(main)
