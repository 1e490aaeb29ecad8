"""HyperLSTM against LSTM (Ha, Dai & Le 2016, 4.4) on drawings, point by point: as many parameters, as many steps; and what they
draw. The paper has handwriting; here it is characters of fifty alphabets (B. Lake and others' Omniglot), as `strokes:FILE` reads
them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from matplotlib.figure import Figure
from numpy.random import default_rng

from benchmarks.characters import EVERY, HYPER, KINDS, LN_HYPER, LSTM, course, equals, tested
from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.sample import grouped
from benchmarks.variants import Row, Variant, bands, command_of, courses, curves, run_all, seeds_of
from neatcore.files import load, save
from neatcore.interfaces import Floats
from runner.directory import runs_root
from runner.session import assemble
from viz.drawings import drawings_figure
from viz.style import LIGHT, Margins, plot_figure

NAME, PRESET, FILE = "drawings", "ha2016-strokes", "omniglot_flat.npz"
UNITS, SHARE, STEPS, SEEDS = 128, 4, 2000, 3
WORDS = ("batch=64", "rate=0.003", "decay=0.999", f"steps={EVERY}")
DRAWN, COLUMNS, TEMPERATURE, SEED = (LSTM, LN_HYPER), 12, 0.5, 1  # SEED: of the run whose drawings are shown
POINT, MIXTURES = 3, 20


def variants_of(data: Path) -> list[Variant]:
    """All networks with as many parameters as a HyperLSTM of 128 units."""
    ends = POINT, 1 + 6 * MIXTURES
    return [Variant(name, f"strokes:{data}", PRESET, (*words, *WORDS)) for name, words in equals(ends, UNITS, SHARE).items()]


def attempt(variant: Variant, seed: int, generations: int) -> list[Row]:
    """The course of one run, in nats a drawing; in training, nats a point."""
    rows, weights = course(variant, seed, generations, "nats", "loss")
    if seed == SEED:
        runs_root().mkdir(parents=True, exist_ok=True)
        save(kept(variant.name), weights)
    return rows


def kept(name: str) -> Path:
    """Where the network is that is to draw."""
    return runs_root() / f"{NAME}-{name}.npz"


# --- the page -----------------------------------------------------------------------------------------------------------


def sketches(variants: Sequence[Variant]) -> Figure:
    """A row of the test part, and one by each network that draws."""
    parts = assemble(variants[0].settings(1), SEED)
    test: Any = parts.task.sketches.test  # type: ignore[attr-defined]
    picked = default_rng(SEED).permutation(len(test))[:COLUMNS]
    rows = [test.points[test.starts[k] + 1 : test.starts[k] + 1 + test.lengths[k]] for k in picked]
    for variant in variants:
        if variant.name in DRAWN:
            rows += drawn(variant, [len(row) for row in rows[:COLUMNS]])
    return drawings_figure(rows, columns=COLUMNS, side=56)


def drawn(variant: Variant, lengths: Sequence[int]) -> list[Floats]:
    """As many drawings by a network that was kept, as long."""
    from hypernets.sampling import sample_strokes

    encoding: Any = assemble(variant.settings(1), SEED).encoding
    weights = {name: array[0] for name, array in encoding.decode([load(kept(variant.name))]).items()}
    made = sample_strokes(encoding.network, weights, max(lengths), default_rng(SEED), temperature=TEMPERATURE, count=len(lengths))
    return [drawing[:length] for drawing, length in zip(made, lengths, strict=True)]


def picture(rows: Sequence[Row]) -> Figure:
    """Validation over steps, of each network the median and the middle half of its runs."""
    drawing, ax = plot_figure(LIGHT, 640, 360, Margins(left=40, right=110))
    found = {name: curves(rows, name, "step", "validation") for name in KINDS if courses(rows, name, "step")}
    lows = [np.median(runs, axis=0) for _, runs in found.values()]
    least = min(low.min() for low in lows)
    span = max(float(low[len(low) // 4] - least) for low in lows)
    bands(ax, found, "step", "nats a drawing, validation", ylim=(least - 0.1 * span, least + 2 * span))
    return drawing


def overview(rows: Sequence[Row]) -> str:
    """A row for each network."""
    lines = []
    for name in KINDS:
        last = [each[-1] for each in courses(rows, name, "step")]
        if last:
            values = tested(rows, name)
            said = f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
            seconds = float(np.median([float(row["seconds"]) for row in last]))
            lines.append((name, last[0]["units"], grouped(int(last[0]["parameters"])), len(last), said, f"{seconds:.0f}"))
    return table(("network", "units", "parameters", "runs", "test, nats a drawing", "seconds"), lines)


def result(rows: Sequence[Row], folder: Path, variants: Sequence[Variant], steps: int) -> Result:
    """The page, its figures written to `folder`."""
    medians = {name: float(np.median(tested(rows, name))) for name in KINDS if courses(rows, name, "step")}
    runs = len(courses(rows, HYPER, "step"))
    headline = (
        f"Nats a drawing on the test part of Omniglot's characters, median of {runs} run{'s' * (runs > 1)} after {grouped(steps)} "
        f"steps: {', '.join(f'{name} {value:.2f}' for name, value in medians.items())}; the lower, the better."
    )
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows), "Nats a drawing over steps"),
        overview(rows),
        NOTES.strip(),
        "## What they draw",
    ]
    if all(kept(name).exists() for name in DRAWN if name in medians):
        write_figure(folder / f"{NAME}-drawn.svg", sketches(variants), SHOWN)
    parts += [
        f"![{SHOWN}]({NAME}-drawn.svg)",
        f"The first row was drawn by people, the others by {' and '.join(DRAWN)} of the first run, at a temperature of "
        f"{TEMPERATURE}, each as long as the one of the first row; a network does not know which is its last point.",
        f"All runs, every {EVERY}th step: [{NAME}.csv]({NAME}.csv).",
    ]
    command = command_of(NAME, steps=(steps, STEPS), seeds=(seeds_of(rows), SEEDS))
    return Result(NAME, "HyperLSTM against LSTM on drawings", headline, command, "\n\n".join(parts))


SHOWN = "Characters of the test part, and characters that networks drew"
NOTES = f"""
The line is the median of the runs, the band their middle half. All networks have one layer, and within 1 % as many parameters; all
see the same batches for a seed, of 64 of 30,000 drawings. A drawing has 31 points in the mean. The density of the next point has
{MIXTURES} Gaussians. Adam at a rate of 0.003 · 0.999^step, gradients cut to length 5; no dropout, no drawing stretched. Validation
and test are 1,000 drawings each, the test by the network of a run that was best in validation, median (least to greatest);
`seconds` are of the processor, validation left out. A density may be above 1 where points can be told narrowly, so that nats are
negative.

The paper trains to the end on handwriting, in nats a line of it, of 300 points and more: −1,055 for an LSTM of 900 units,
−1,096 with layer normalisation, −1,162 for a HyperLSTM of 900 units, −1,067 with both.
"""


def main(
    data: Annotated[Path | None, typer.Option(help=f"the drawings; strokes/{FILE} in $NEATCORE_DATA without")] = None,
    steps: Annotated[int, typer.Option(help=f"steps of a run, rounded to {EVERY}s")] = STEPS,
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each network")] = SEEDS,
    workers: Annotated[int, typer.Option(help="processes, one run each")] = 2,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    data = data or Path(os.environ.get("NEATCORE_DATA", ".")) / "strokes" / FILE
    generations, variants = max(1, round(steps / EVERY)), variants_of(data)
    rows = run_all(attempt, variants, range(1, seeds + 1), generations, folder / f"{NAME}.csv", workers)
    result(rows, folder, variants, generations * EVERY).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
