"""Dangerous foraging after Stanley, Bryant & Miikkulainen (2003): plastic networks, recurrent ones of fixed weights,
and ones without memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from matplotlib.figure import Figure

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.sample import grouped
from benchmarks.variants import (
    COLOURS,
    Row,
    Variant,
    bests,
    command_of,
    figures_of,
    greater,
    of,
    run_all,
    seeds_of,
    solved_curves,
    spread,
    times,
)
from neatcore.genome import Genome
from runner.session import assemble
from runner.settings import Settings
from viz.style import LIGHT, Margins, dress, figure

NAME, TASK, PRESET = "dangerous", "dangerous-foraging", "stanley2003"
PLASTIC, STRAIGHT, RECURRENT, BLIND = "plastic", "plastic, no cycles", "recurrent", "feed-forward"
VARIANTS = (
    Variant(PLASTIC, TASK, PRESET),
    Variant(STRAIGHT, TASK, PRESET, ("encoding.recurrent=false",)),
    Variant(RECURRENT, TASK, PRESET, ("encoding=direct", "encoding.recurrent=true")),
    Variant(BLIND, TASK, PRESET, ("encoding=direct",)),
)
GENERATIONS, SEEDS = 100, 20  # of 150 networks
EVERYWHERE = 100  # worlds in which champions are tried afterwards, those that they evolved in among them
CEILING, PERFECT = 0.1, 0.775


def attempt(variant: Variant, seed: int, generations: int) -> list[Row]:
    """One run until it is solved, and its best champion tried in worlds that it has not lived in."""
    settings, parted = variant.settings(generations), 0
    for generation, best in bests(settings, seed, generations):
        if not parted and figures_of(best)["fitness"] > CEILING + 1e-9:
            parted = generation.evaluations
        if generation.solved:
            break
    told = figures_of(best)
    row = {"variant": variant.name, "seed": seed, "solved": int(generation.solved), "evaluations": generation.evaluations}
    row |= {"beyond": parted, "best": told["fitness"], "food": told["food"], "poison": told["poison"]}
    return [{**row, "elsewhere": elsewhere(settings, best.champion, told["fitness"]), "hidden": best.champion.hidden}]


def elsewhere(settings: Settings, champion: Genome, fitness: float) -> float:
    """The fitness of a champion in the worlds that it did not evolve in."""
    own: int = settings.sections["task"]["worlds"]
    task = settings.task.model_copy(update={"worlds": EVERYWHERE})  # type: ignore[attr-defined]
    parts = assemble(Settings(settings.run, task, settings.search, settings.encoding, {}), 0)
    whole: float = float(task.evaluate(parts.model.bind(parts.encoding.decode([champion])), parts.rng).fitness[0])
    beyond: float = round((EVERYWHERE * whole - own * fitness) / (EVERYWHERE - own), 6)
    return beyond


# --- the page -----------------------------------------------------------------------------------------------------------


def picture(rows: Sequence[Row], budget: int) -> Figure:
    """The share of runs solved over evaluations, and how good the best network of each run was, where it evolved and elsewhere."""
    drawing = figure(LIGHT, 760, 310, Margins(right=120, top=36))
    solved, best = drawing.subplots(1, 2, gridspec_kw={"wspace": 0.62})
    dress(solved, LIGHT, "evaluations", "runs solved, %")
    solved_curves(solved, rows, {variant.name: variant.name for variant in VARIANTS}, COLOURS, budget)
    for place, (variant, colour) in enumerate(zip(VARIANTS, COLOURS)):
        for column, shift, marker in (("best", -0.14, "o"), ("elsewhere", 0.14, "x")):
            found = of(rows, variant.name, column)
            apart = place + shift + 0.06 * np.sin(2.4 * np.arange(len(found)))
            best.scatter(apart, found, color=colour, marker=marker, s=22, linewidths=0 if marker == "o" else 1.2, alpha=0.8)
    dress(best, LIGHT, "", "best fitness of each run (•), and in other worlds (×)")
    best.set_xticks(range(len(VARIANTS)), [variant.name.replace(", ", "\n").replace("-", "-\n") for variant in VARIANTS])
    for level, words in ((CEILING, "without memory"), (PERFECT, "perfect")):
        best.axhline(level, color=LIGHT.muted, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        best.annotate(words, (1.02, level), xycoords=("axes fraction", "data"), color=LIGHT.muted, fontsize=12, va="center")
    best.set(xlim=(-0.5, len(VARIANTS) - 0.5), ylim=(-0.05, 0.82))
    return drawing


def overview(rows: Sequence[Row]) -> str:
    lines = []
    for variant in VARIANTS:
        solved = of(rows, variant.name, "solved")
        if solved:
            best, other = (of(rows, variant.name, column) for column in ("best", "elsewhere"))
            soon = times(rows, variant.name)
            middle = grouped(float(np.median(soon))) if soon else "–"
            beyond = sum(each > 0 for each in of(rows, variant.name, "beyond"))
            lines.append((variant.name, f"{sum(solved):.0f} of {len(solved)}", beyond, middle, spread(best, 3), spread(other, 3)))
    head = ("networks", "solved", "beyond 0.1", "median evaluations of the solved", "best fitness", "in other worlds")
    return table(head, lines)


def compared(rows: Sequence[Row], one: str, other: str) -> str:
    """Two kinds of networks, in words: by evaluations, those of unsolved runs being all that they had, and by best fitness."""
    if not of(rows, one, "best") or not of(rows, other, "best"):
        return f"{one} and {other}: not both have been run"
    fewer = greater(of(rows, other, "evaluations"), of(rows, one, "evaluations"))
    better, abroad = (greater(of(rows, one, column), of(rows, other, column)) for column in ("best", "elsewhere"))
    return f"{one} against {other}: fewer evaluations, p = {fewer:.2g}; better, p = {better:.2g}; in other worlds, p = {abroad:.2g}"


def result(rows: Sequence[Row], folder: Path, generations: int) -> Result:
    """The page, its figure written to `folder`."""
    found = [
        f"{variant.name} {sum(solved):.0f} of {len(solved)}" for variant in VARIANTS if (solved := of(rows, variant.name, "solved"))
    ]
    pairs = ((PLASTIC, RECURRENT), (RECURRENT, BLIND), (PLASTIC, BLIND), (STRAIGHT, PLASTIC))
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows, 150 * generations), "Runs solved over evaluations, and best fitness"),
        overview(rows),
        f"A run ends when it is solved in all eight worlds, or after {grouped(150 * generations)} evaluations. Medians, quartiles. "
        f"The last column is the best network tried in {EVERYWHERE - 8} worlds in which it did not evolve.",
        f"One-sided tests (Mann–Whitney). {'. '.join(compared(rows, *pair).capitalize() for pair in pairs)}.",
        NOTES.strip(),
        "To repeat a run:\n\n" + "\n".join(f"    {variant.command(1, generations)}" for variant in VARIANTS),
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    command = command_of(NAME, generations=(generations, GENERATIONS), seeds=(seeds_of(rows), SEEDS))
    headline = f"Runs solved: {'; '.join(found)}. Without memory 0.1 is the most that can be; 0.775 is perfect."
    return Result(NAME, "Dangerous foraging", headline, command, "\n\n".join(parts))


NOTES = """
The set-up of 2003 is not known exactly; this is a relative of it, as [plastic.md](../plastic.md#dangerous-foraging) tells. The
finding of the paper was that recurrent networks of fixed weights solve the task too, and can do it better than adaptive ones. All
kinds have the same rates of mutation; plastic ones mutate their rules besides.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each")] = SEEDS,
    generations: Annotated[int, typer.Option(help="generations of 150 networks, at most")] = GENERATIONS,
    workers: Annotated[int, typer.Option(help="processes")] = 2,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    rows = run_all(attempt, VARIANTS, range(1, seeds + 1), generations, folder / f"{NAME}.csv", workers)
    result(rows, folder, generations).write(folder, packages=("scipy",))


if __name__ == "__main__":
    run(main)
