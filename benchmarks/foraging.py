"""Food gathering of Stanley, D'Ambrosio & Gauci (2009): evolved with 8 sensors in two layouts, asked again with up to 128, and
evolved on from one number of sensors to the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import COLOURS, Row, Variant, command_of, figures_of, run_all, seeds_of, spread
from neatcore.interfaces import Generation
from neatcore.loop import evolve
from runner.scaling import evaluated
from runner.session import Parts, assemble
from runner.settings import Settings
from viz.style import LIGHT, Margins, dress, figure

NAME, TASK = "foraging", "food-gathering"
LAYOUTS = ("concentric", "parallel")
VARIANTS = tuple(
    Variant(f"{layout}, distance" if extra else layout, TASK, "stanley2009", (f"task.layout={layout}", *extra))
    for layout in LAYOUTS
    for extra in ((), ("encoding.distance=true",))
)
GENERATIONS, SEEDS = 100, 20  # generations with 8 sensors; a quarter as many at every further number
SENSORS = (8, 16, 32, 64, 128)
ASKED, EVOLVED = "asked again", "evolved on"


def attempt(variant: Variant, seed: int, generations: int) -> list[Row]:
    """One run with 8 sensors, its fittest genome asked again with more, and its population evolved on, doubling by doubling."""
    settings = variant.settings(generations)
    parts = assemble(settings, seed)
    best = _fittest(parts, generations)
    rows = [_row(variant, seed, how, SENSORS[0], figures_of(best)) for how in (ASKED, EVOLVED)]
    for sensors in SENSORS[1:]:
        found = evaluated(assemble(_with(settings, sensors), seed), best.champion)
        rows.append(_row(variant, seed, ASKED, sensors, {"fitness": found.fitness, **found.info}))
        state, parts = parts.search.state(), assemble(_with(settings, sensors), seed)
        parts.search.adopt(state)  # type: ignore[attr-defined]
        rows.append(_row(variant, seed, EVOLVED, sensors, figures_of(_fittest(parts, generations // 4))))
    return rows


def _fittest(parts: Parts, generations: int) -> Generation[Any]:
    """The generation with the fittest champion of so many."""
    turns = islice(evolve(parts.search, parts.encoding, parts.model, parts.task, parts.rng), generations)
    return max(turns, key=lambda generation: float(generation.evaluation.fitness[generation.best]))


def _with(settings: Settings, sensors: int) -> Settings:
    task = settings.task.model_copy(update={"sensors": sensors})  # type: ignore[attr-defined]
    return Settings(settings.run, task, settings.search, settings.encoding, {})


def _row(variant: Variant, seed: int, how: str, sensors: int, figures: dict[str, float]) -> Row:
    return {"variant": variant.name, "seed": seed, "how": how, "sensors": sensors, **figures}


# --- the page -----------------------------------------------------------------------------------------------------------


def of(rows: Sequence[Row], variant: str, how: str, sensors: int, column: str) -> list[float]:
    """A column of all runs."""
    return [float(row[column]) for row in rows if (row["variant"], row["how"], int(row["sensors"])) == (variant, how, sensors)]


def picture(rows: Sequence[Row], how: str) -> Figure:
    """The share of food collected and the steps a trial over the number of sensors, for both layouts."""
    drawing = figure(LIGHT, 680, 310, Margins(right=20, top=36))
    collected, steps = drawing.subplots(1, 2, gridspec_kw={"wspace": 0.28})
    _over_sensors(collected, rows, how, "collected", "share of food collected")
    _over_sensors(steps, rows, how, "steps", "steps a trial, logarithmic")
    collected.set_ylim(0, 1.05)
    steps.set_yscale("log")
    collected.legend(frameon=False, labelcolor=LIGHT.muted, loc="lower left")
    return drawing


def _over_sensors(ax: Axes, rows: Sequence[Row], how: str, column: str, y: str) -> None:
    places = range(len(SENSORS))
    for variant, colour in zip(VARIANTS, COLOURS):
        runs = np.array([of(rows, variant.name, how, sensors, column) for sensors in SENSORS])
        low, middle, high = np.percentile(runs, (25, 50, 75), axis=1)
        ax.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0)
        ax.plot(places, middle, color=colour, linewidth=2, marker="o", markersize=4, label=variant.name)
    dress(ax, LIGHT, "sensors", y)
    ax.set_xticks(places, [str(sensors) for sensors in SENSORS])


def overview(rows: Sequence[Row]) -> str:
    lines = []
    for variant in VARIANTS:
        for how in (ASKED, EVOLVED):
            for sensors in SENSORS:
                collected, steps = (of(rows, variant.name, how, sensors, column) for column in ("collected", "steps"))
                whole = sum(share == 1.0 for share in collected)
                lines.append((variant.name, how, sensors, len(collected), spread(collected, 3), whole, spread(steps, 1)))
    return table(("variant", "how", "sensors", "runs", "collected", "all of it", "steps a trial"), lines)


def share(rows: Sequence[Row], variant: str, how: str) -> str:
    """How many runs collect all food with the most sensors."""
    collected = of(rows, variant, how, SENSORS[-1], "collected")
    return f"{sum(each == 1.0 for each in collected)} of {len(collected)}"


def result(rows: Sequence[Row], folder: Path, generations: int) -> Result:
    """The page, its figures written to `folder`."""
    found = [
        f"{variant.name} " + " and ".join(f"{share(rows, variant.name, how)} {how}" for how in (ASKED, EVOLVED))
        for variant in VARIANTS
    ]
    headline = f"Runs that collect all food with {SENSORS[-1]} sensors, of genomes evolved with {SENSORS[0]}: {'; '.join(found)}."
    parts = [
        f"The fittest genome after {generations} generations with {SENSORS[0]} sensors, asked again with more, without evolution:",
        write_figure(folder / f"{NAME}-asked.svg", picture(rows, ASKED), "Food and steps over sensors, asked again"),
        f"The population evolved on, {generations // 4} generations at each number of sensors:",
        write_figure(folder / f"{NAME}-evolved.svg", picture(rows, EVOLVED), "Food and steps over sensors, evolved on"),
        overview(rows),
        "Median (middle half) over runs; `all of it` counts runs that collect every piece of food.",
        NOTES.strip(),
        "To repeat a run:\n\n" + "\n".join(f"    {variant.command(1, generations)}" for variant in VARIANTS),
        f"All runs: [{NAME}.csv]({NAME}.csv).",
    ]
    command = command_of(NAME, seeds=(seeds_of(rows), SEEDS), generations=(generations, GENERATIONS))
    return Result(NAME, "Food gathering: one genome, 8 to 128 sensors", headline, command, "\n\n".join(parts))


NOTES = """
The task is a reconstruction: speed law, food places and the time term of the fitness are recalled, not checked against
the paper, and documented with the task. Food lies on the axis of every sensor and on every border between two.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each layout")] = SEEDS,
    generations: Annotated[int, typer.Option(help="generations at each number of sensors")] = GENERATIONS,
    workers: Annotated[int, typer.Option(help="processes")] = 2,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    rows = run_all(attempt, VARIANTS, range(1, seeds + 1), generations, folder / f"{NAME}.csv", workers)
    result(rows, folder, generations).write(folder, packages=("scipy",))


if __name__ == "__main__":
    run(main)
