"""What keeps the networks that HyperGAN draws apart: batch normalisation, or not, and the activation of mixer and generators. On
scikit-learn's digits, small enough that every course takes a minute."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import jax
import jax.numpy as jnp
import numpy as np
import typer
from matplotlib.figure import Figure

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import Row, Variant, command_of, courses, curves, run_all, seeds_of, strands
from hypernets.gradient import Gradient
from hypernets.hypergan import HyperGan
from hypernets.uncertainty import accuracy, difference, groups, lengths, probabilities
from runner.networks import Drawn, pictures_of, pixels_of
from runner.session import assemble
from viz.style import LIGHT, Margins, plot_figure

NAME = "collapse"
SEEDS, STEPS, EVERY, NETWORKS = 3, 2000, 200, 100
WORDS = ("target=dense", "hidden=[32]", "batch=64", "rate=3e-5")
NORMED, NORMED_RELU, BARE_ELU, BARE = "normalised, ELU", "normalised, ReLU", "ELU", "ReLU"


def _variant(name: str, normalise: bool, activation: str) -> Variant:
    return Variant(name, "digits", "ratzlaff2019", (*WORDS, f"normalise={str(normalise).lower()}", f"activation={activation}"))


VARIANTS = (
    _variant(NORMED, True, "elu"),
    _variant(NORMED_RELU, True, "relu"),
    _variant(BARE_ELU, False, "elu"),
    _variant(BARE, False, "relu"),
)
NAMES = tuple(variant.name for variant in VARIANTS)


def attempt(variant: Variant, seed: int, steps: int) -> list[Row]:
    """The course of one run: how alike 100 networks are, and what they know, one by one and together."""
    parts = assemble(variant.settings(1), seed)
    search, generator = cast(Gradient, parts.search), cast(HyperGan, parts.encoding)
    search.config = search.config.model_copy(update={"steps": min(EVERY, steps)})
    rows: list[Row] = []
    while True:
        drawn = Drawn(parts.task, generator.network, generator.sample(search.genomes[0], NETWORKS, seed))
        place = {"variant": variant.name, "seed": seed, "step": search.steps}
        rows.append(place | _measured(drawn) | {"shared": round(shared(generator, search.z, seed), 4)})
        if search.steps >= steps:
            return rows
        search.advance(parts.rng)


def shared(generator: HyperGan, z: jax.Array, seed: int) -> float:
    """How much of the generators' last hidden layers h is the same for all draws: |E h|² / E |h|², the mean over layers."""
    arrays = generator.packing.unpack(z)
    codes = generator.mix(z, generator.noise(jax.random.key(seed), generator.config.codes))
    shares = []
    for k, layer in enumerate(generator.layers):
        part = generator.parts[f"writer.{layer}"]
        own = {name: arrays[f"writer.{layer}.{name}"] for name in part.shapes}
        h = part.features(own, codes[:, k], len(codes))
        shares.append(float(jnp.square(h.mean(axis=0)).sum() / jnp.square(h).sum(axis=1).mean()))
    return float(np.mean(shares))


def _measured(drawn: Drawn) -> Row:
    examples, white = pictures_of(drawn)
    inside = probabilities(drawn.answers(pixels_of(examples, white, drawn.task.inputs)))
    right = groups(accuracy, inside, examples.labels, (1, NETWORKS))
    found = {size: 100 * float(values.mean()) for size, values in right.items()}
    layers = lengths(drawn.weights).values()
    return {
        "one": round(found[1], 3),
        "all": round(found[NETWORKS], 3),
        "differ": round(100 * difference(inside), 3),
        "cosine": round(float(np.mean([layer.cosine for layer in layers])), 4),
        "varied": round(100 * float(np.mean([layer.deviation / layer.mean for layer in layers])), 3),
    }


# --- the page -----------------------------------------------------------------------------------------------------------


def picture(rows: Sequence[Row]) -> Figure:
    """The mean cosine between two networks over steps, of every run; the mean of a variant bold."""
    drawing, ax = plot_figure(LIGHT, 640, 340, Margins(left=44, right=130))
    found = {name: curves(rows, name, "step", "cosine") for name in NAMES}
    strands(ax, found, "steps", "mean cosine between two networks", ylim=(0, 1.03))
    return drawing


def overview(rows: Sequence[Row]) -> str:
    """A row for each variant, of the last step but for what is shared at first: medians over seeds, the least and the greatest."""
    lines = []
    for name in NAMES:
        found = courses(rows, name, "step")
        if found:
            wanted = ((-1, "one"), (-1, "all"), (-1, "differ"), (-1, "cosine"), (-1, "varied"), (0, "shared"), (-1, "shared"))
            cells = [_range([float(course[moment][column]) for course in found]) for moment, column in wanted]
            lines.append((name, len(found), *cells))
    columns = (
        "mixer and generators",
        "runs",
        "one network, %",
        f"{NETWORKS} together, %",
        "answers that differ, %",
        "cosine",
        "length, ± %",
        "shared at first",
        "shared at last",
    )
    return table(columns, lines)


def _range(values: Sequence[float]) -> str:
    return f"{np.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def result(rows: Sequence[Row], folder: Path) -> Result:
    """The page, its figure written to `folder`."""
    ends = {name: [float(course[-1]["cosine"]) for course in courses(rows, name, "step")] for name in NAMES}
    steps, runs = max(int(row["step"]) for row in rows), max(map(len, ends.values()))
    said = ", ".join(f"{name} {np.median(values):.2f}" for name, values in ends.items() if values)
    headline = f"Cosine between two drawn networks after {steps:,} steps, median of {runs} runs: {said}."
    repeat = "\n".join(f"    {variant.command(1, 1).replace('neatcore run', 'neatcore train')}" for variant in VARIANTS)
    made_by = command_of(NAME, seeds=(seeds_of(rows), SEEDS), steps=(steps, STEPS))
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows), "Cosine between drawn networks over steps"),
        overview(rows),
        NOTES.strip(),
        f"To look at one of them (a generation is a pass):\n\n{repeat}",
        f"All runs, every {EVERY}th step: [{NAME}.csv]({NAME}.csv).",
    ]
    return Result(NAME, "HyperGAN: what keeps drawn networks apart", headline, made_by, "\n\n".join(parts))


NOTES = """
Perceptrons of 64, 32, 10 units for scikit-learn's digits; at each step 8 are drawn, which see the same 64 pictures. *answers that
differ*: of two networks, on test pictures. *length, ±*: the deviation of the length of a layer's weights, as a share of it, the
paper's measure of diversity; a mean over layers, as is the cosine.

A generator's weights are linear in its last hidden layer, h. What a step teaches one network moves another by the product of
their two h. *shared* is how much of that product is the same for any two draws, |E h|² / E |h|². Of normal numbers it is a third
for ReLU, and a twenty-fifth for ELU; without normalisation it grows as training goes. The more is shared, the more all networks
learn alike; their common part outgrows the rest, and cosines come to 1. The paper's text has ReLU, the authors' first program
normalisation and ELU.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each variant")] = SEEDS,
    steps: Annotated[int, typer.Option(help="steps of a run")] = STEPS,
    workers: Annotated[int, typer.Option(help="processes, one run each")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated."""
    rows = run_all(attempt, VARIANTS, range(1, seeds + 1), steps, folder / f"{NAME}.csv", workers)
    result(rows, folder).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
