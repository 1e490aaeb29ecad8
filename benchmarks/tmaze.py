"""The T-maze after Risi & Stanley (2010): adaptive HyperNEAT in its models, and networks whose weights are fixed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from matplotlib.figure import Figure
from numpy.random import default_rng

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
from runner.session import assemble
from runner.settings import Settings
from tasks.tmaze import SHARE
from viz.style import LIGHT, Margins, dress, figure

NAME, TASK, PRESET = "tmaze", "t-maze", "risi2010"
MODULATED, ABC, ITERATED, HEBBIAN, STATIC, RECURRENT = "abc, modulated", "abc", "iterated", "hebbian", "static", "recurrent NEAT"
VARIANTS = (
    Variant(MODULATED, TASK, PRESET, ("modulated=true",)),
    Variant(ABC, TASK, PRESET),
    Variant(ITERATED, TASK, PRESET, ("synapses=iterated",)),
    Variant(HEBBIAN, TASK, PRESET, ("synapses=hebbian",)),
    Variant(STATIC, TASK, PRESET, ("encoding=hyperneat",)),
    Variant(RECURRENT, TASK, "stanley2002", ("encoding.recurrent=true", "population=300")),
)
GENERATIONS, SEEDS = 150, 20  # of 300 networks
AGAIN = 50  # times 20 schedules: in how many the best networks are tried afterwards, so that luck does not count
TINTS = (*COLOURS, LIGHT.bad, LIGHT.muted)


def attempt(variant: Variant, seed: int, generations: int) -> list[Row]:
    """One run until it is solved; the network that solves it, or else the fittest there was, tried on many more schedules."""
    settings = variant.settings(generations)
    for generation, best in bests(settings, seed, generations):  # noqa: B007 the last ones count
        if generation.solved:
            break
    row = {"variant": variant.name, "seed": seed, "solved": int(generation.solved), "evaluations": generation.evaluations}
    return [{**row, "best": figures_of(best)["fitness"], "share": share(settings, best.champion), "hidden": best.champion.hidden}]


def share(settings: Settings, champion: Any) -> float:
    """Of the best policy's score, over many schedules."""
    parts = assemble(settings, 0)
    policy, rng = parts.model.bind(parts.encoding.decode([champion])), default_rng(0)
    found = [parts.task.examine(policy, rng).info["share_of_best"] for _ in range(AGAIN)]  # type: ignore[attr-defined]
    return round(float(np.mean(found)), 6)


# --- the page -----------------------------------------------------------------------------------------------------------


def picture(rows: Sequence[Row], budget: int) -> Figure:
    """The share of runs solved over evaluations, and the score of each run's best network."""
    drawing = figure(LIGHT, 940, 310, Margins(right=60, top=36))
    solved, scores = drawing.subplots(1, 2, gridspec_kw={"wspace": 0.5})
    dress(solved, LIGHT, "evaluations", "runs solved, %")
    solved_curves(solved, rows, {variant.name: variant.name for variant in VARIANTS}, TINTS, budget)
    for place, (variant, colour) in enumerate(zip(VARIANTS, TINTS)):
        found = of(rows, variant.name, "share")
        scores.scatter(place + 0.12 * np.sin(2.4 * np.arange(len(found))), found, color=colour, s=24, linewidths=0, alpha=0.8)
    dress(scores, LIGHT, "", "score of the best network, as a share of the best policy's")
    scores.set_xticks(range(len(VARIANTS)), [variant.name.replace(", ", ",\n").replace(" ", "\n") for variant in VARIANTS])
    scores.axhline(SHARE, color=LIGHT.muted, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    scores.annotate("solved", (1.02, SHARE), xycoords=("axes fraction", "data"), color=LIGHT.muted, fontsize=12, va="center")
    scores.set(xlim=(-0.5, len(VARIANTS) - 0.5))
    return drawing


def overview(rows: Sequence[Row]) -> str:
    lines = []
    for variant in VARIANTS:
        solved = of(rows, variant.name, "solved")
        if solved:
            soon = times(rows, variant.name)
            middle = grouped(float(np.median(soon))) if soon else "–"
            lines.append((variant.name, f"{sum(solved):.0f} of {len(solved)}", middle, spread(of(rows, variant.name, "share"), 3)))
    return table(("networks", "solved", "median evaluations of the solved", "share of the best policy's score"), lines)


def compared(rows: Sequence[Row], one: str, other: str) -> str:
    """The scores of two kinds of networks, in words."""
    if not of(rows, one, "share") or not of(rows, other, "share"):
        return f"{one} and {other}, not both of which have been run"
    return f"{one} against {other}, p = {greater(of(rows, one, 'share'), of(rows, other, 'share')):.2g}"


def result(rows: Sequence[Row], folder: Path, generations: int) -> Result:
    """The page, its figure written to `folder`."""
    found = [f"{each.name} {sum(solved):.0f} of {len(solved)}" for each in VARIANTS if (solved := of(rows, each.name, "solved"))]
    pairs = ((MODULATED, STATIC), (ABC, STATIC), (ITERATED, STATIC), (HEBBIAN, STATIC), (MODULATED, ABC), (MODULATED, RECURRENT))
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows, 300 * generations), "Runs solved over evaluations, and scores"),
        overview(rows),
        "A run ends when the network that is examined gets 95 % of the best policy's score over 20 schedules, or after "
        f"{grouped(300 * generations)} evaluations. Its best network is then tried on {grouped(20 * AGAIN)} more: medians, "
        "quartiles. A network that always turns to the same side gets 0.6 of a trial's reward on average, 0.607 of the best score.",
        f"One-sided tests of that score (Mann–Whitney): {'; '.join(compared(rows, *pair) for pair in pairs)}.",
        NOTES.strip(),
        "To repeat a run:\n\n" + "\n".join(f"    {variant.command(1, generations)}" for variant in VARIANTS),
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    command = command_of(NAME, generations=(generations, GENERATIONS), seeds=(seeds_of(rows), SEEDS))
    headline = f"Runs solved: {'; '.join(found)}."
    return Result(NAME, "The T-maze", headline, command, "\n\n".join(parts))


NOTES = """
Rates of success of 2010 are not known. Static networks are those of HyperNEAT on the same substrate. The recurrent ones are of
NEAT and have fixed weights: they are there since the lesson of 2003 is that memory may do without learning.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each")] = SEEDS,
    generations: Annotated[int, typer.Option(help="generations of 300 networks, at most")] = GENERATIONS,
    workers: Annotated[int, typer.Option(help="processes")] = 2,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    rows = run_all(attempt, VARIANTS, range(1, seeds + 1), generations, folder / f"{NAME}.csv", workers)
    result(rows, folder, generations).write(folder, packages=("scipy",))


if __name__ == "__main__":
    run(main)
