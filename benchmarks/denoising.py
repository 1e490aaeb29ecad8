"""The denoising autoencoder of DPPN (Fernando et al. 2016): 157,684 weights that a small CPPN paints, evolved and taught, against
as many learnt directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Annotated, Any, cast

import numpy as np
import typer
from matplotlib.figure import Figure
from numpy.random import default_rng
from PIL import Image

from benchmarks.command import run
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import COLOURS, Row, Variant, bands, command_of, courses, curves, run_all, seeds_of, spread
from neatcore.files import load_genome, save
from neatcore.genome import Genome
from neatcore.interfaces import Frames, Generalising, Generation
from runner.session import Parts, assemble, turns
from substrates.hyperneat import HyperNeat
from substrates.networks import Synapses
from viz.fields import fields_figure
from viz.style import LIGHT, Margins, dress, figure

NAME, PRESET = "denoising", "fernando2016"
SEEDS, GENERATIONS, EVERY = 10, 24, 4
POPULATION, STEPS = 8, 25
RADIUS = 0.3  # of a compact field: 4 pixels
DIRECT, LAMARCK, BALDWIN, NONE = "direct", "lamarckian", "baldwinian", "none"
PAINTED = (LAMARCK, BALDWIN, NONE)
NAMES = (DIRECT, *PAINTED)
SHOWN = f"{NAME}-{LAMARCK}-1"  # the champion whose pictures are on the page
CLOSE, FEWER = 1.1, 500  # what is to be reached: loss within 10 % of the direct network's, with so many times fewer parameters


def variants(population: int = POPULATION, steps: int = STEPS, words: Sequence[str] = ()) -> list[Variant]:
    """The direct network takes as many steps a generation as all genomes of a population together."""
    pictures = ("pictures=mnist", "sampled=500", *words)
    direct = ("encoding=dense", "search=gradient", "hidden=[100]", "activation=sigmoid", "batch=64", "rate=0.003")
    evolved = (f"population={population}", "radius=0.15")
    found = [Variant(DIRECT, "denoise", "", (*direct, f"steps={population * steps}", *pictures))]
    for name in PAINTED:
        lessons = () if name == NONE else (f"learning.steps={steps}",)
        found.append(Variant(name, "denoise", PRESET, (f"gradient={name}", *evolved, *lessons, *pictures)))  # later words win
    return found


def attempt(kept: Path | None, variant: Variant, seed: int, generations: int) -> list[Row]:
    """The course of one run: figures of the champion of every few generations. What the page shows is saved in `kept`."""
    settings = variant.settings(generations)
    parts = assemble(settings, seed)
    rows: list[Row] = []
    seconds = processor = 0.0
    begun, worked = perf_counter(), process_time()
    for each in islice(turns(parts, settings.run, parts.task), generations):
        if (each.number + 1) % EVERY and each.number + 1 < generations and each.number:
            continue
        seconds, processor = seconds + perf_counter() - begun, processor + process_time() - worked
        times = {"seconds": round(seconds, 1), "processor": round(processor, 1)}
        rows.append({"variant": variant.name, "seed": seed, "generation": each.number + 1, **figures(parts, each), **times})
        begun, worked = perf_counter(), process_time()
    if kept and f"{NAME}-{variant.name}-{seed}" == SHOWN and isinstance(each.champion, Genome):
        save(kept / f"{SHOWN}.npz", each.champion)
    return rows


def figures(parts: Parts, each: Generation[Any]) -> Row:
    """What is told of a generation: its champion on validation and test pictures, its size, how local its first layer is."""
    champion, encoding = each.champion, parts.encoding
    policy = parts.model.bind(encoding.decode([champion]))
    tested = cast(Generalising, parts.task).generalise(policy, default_rng(0))
    painted = isinstance(champion, Genome)
    compact, scale = fields_of(encoding, champion) if isinstance(encoding, HyperNeat) else ("", "")
    return {
        "evaluations": each.evaluations,
        "validation": f"{float(each.evaluation.info['error'][each.best]):.5f}",
        "test": f"{tested['test_error']:.5f}",
        "left": f"{tested['test_left']:.4f}",
        "parameters": int(champion.links["enabled"].sum()) if painted else len(champion),
        "hidden": champion.hidden if painted else "",
        "weights": encoding.substrate.links + biases(encoding) if isinstance(encoding, HyperNeat) else len(champion),
        "compact": compact,
        "scale": scale,
    }


def biases(encoding: HyperNeat) -> int:
    """How many biases a painted network has."""
    return sum(len(sheet) for sheet in encoding.substrate.sheets if sheet.role != "input") if encoding.config.biases else 0


def fields_of(encoding: HyperNeat, champion: Genome) -> tuple[str, str]:
    """Of the hidden neurons' fields in the first layer: which share of their squared weights, less each field's median, lies within
    `RADIUS` of their middle; and how far from the picture's middle these middles lie, for neurons 1 away from it. Nothing where all
    weights of a field are alike."""
    pair = encoding.substrate.projections[0]
    pixels, neurons = (encoding.substrate.sheets[place].points[:, :2] for place in (pair.source, pair.target))
    weights = encoding.decode([champion]).weights[0][0].astype(np.float64)  # (S, T)
    energy = np.square(weights - np.median(weights, axis=0))
    total = energy.sum(axis=0)
    if not total.all():
        return "", ""
    energy /= total
    middles = energy.T @ pixels
    near = np.linalg.norm(pixels[:, None] - middles[None], axis=-1) <= RADIUS
    scale = float((middles * neurons).sum() / (neurons * neurons).sum())
    return f"{float((energy * near).sum(axis=0).mean()):.4f}", f"{scale:.4f}"


# --- the page -----------------------------------------------------------------------------------------------------------


def tests(rows: Sequence[Row], variant: str) -> list[float]:
    """Mean squared error on the test pictures at the end of every run."""
    return [float(course[-1]["test"]) for course in courses(rows, variant, "generation")]


def early(rows: Sequence[Row], each: int) -> list[float]:
    """The same of direct networks in the first row after as many steps as `each`."""
    return [
        float(next(row for row in course if int(row["evaluations"]) >= each)["test"])
        for course in courses(rows, DIRECT, "generation")
    ]


def picture(rows: Sequence[Row], steps: int) -> Figure:
    """Test error over the steps of all genomes; and, of every Lamarckian champion, over how far its fields are drawn together."""
    drawing = figure(LIGHT, 940, 350, Margins(left=44, right=60))
    course, ends = drawing.subplots(1, 2, gridspec_kw={"wspace": 0.55, "width_ratios": (1.5, 1)})
    found = {}
    for name in NAMES:
        evaluations, errors = curves(rows, name, "evaluations", "test")
        found[name] = [(1 if name == DIRECT else steps) * count for count in evaluations], errors
    bands(course, found, "steps of all genomes together", "test error, logarithmic", yscale="log", xlim=(0, None))
    ticks = (0.02, 0.03, 0.05, 0.1, 0.2)
    course.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    course.minorticks_off()
    last = [row for row in lasts(rows, LAMARCK) if row["scale"]]
    scales, left = ([float(row[column]) for row in last] for column in ("scale", "test"))
    dress(ends, LIGHT, "middles of fields, in units of their neurons' places", f"test error, {LAMARCK}")
    ends.scatter(scales, left, color=COLOURS[1], s=34, linewidths=0, alpha=0.8)
    near = CLOSE * float(np.median(tests(rows, DIRECT)))
    ends.axhline(near, color=LIGHT.muted, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    ends.annotate("10 %", (1.02, near), xycoords=("axes fraction", "data"), color=LIGHT.muted, fontsize=12, va="center")
    return drawing


def lasts(rows: Sequence[Row], variant: str) -> list[Row]:
    """How each run of a variant ended."""
    return [course[-1] for course in courses(rows, variant, "generation")]


def overview(rows: Sequence[Row]) -> str:
    """A row for each variant."""
    lines = []
    for name in NAMES:
        last = lasts(rows, name)
        if last:
            errors, ratio = tests(rows, name), [int(row["weights"]) / int(row["parameters"]) for row in last]
            fields = [[float(row[column]) for row in last if row[column]] for column in ("compact", "scale")]
            lines.append(
                (
                    name,
                    len(last),
                    spread([float(row["parameters"]) for row in last], 0) if name != DIRECT else f"{int(last[0]['parameters']):,}",
                    f"{min(ratio):,.0f}",
                    spread(errors, 4),
                    f"{100 * np.median([float(row['left']) for row in last]):.1f}",
                    *(spread(values) if values else "" for values in fields),
                    f"{np.median([float(row['processor']) for row in last]):.0f}",
                )
            )
    columns = ("weights", "runs", "parameters", "fewer by", "test error", "% left", "compact", "scale", "processor, s")
    return table(columns, lines)


def pictures(kept: Path, folder: Path, words: Sequence[str]) -> list[str]:
    """The first layer of the Lamarckian champion of seed 1, and what it makes of test pictures, where its genome is kept."""
    path = kept / f"{SHOWN}.npz"
    if not path.exists():
        return []
    variant = next(each for each in variants(words=words) if each.name == LAMARCK)
    parts, genome = assemble(variant.settings(1), 1), load_genome(path)
    synapses = parts.encoding.decode([genome])
    shown: Frames = parts.task.show(parts.model.bind(synapses), default_rng(0))  # type: ignore[attr-defined]
    Image.fromarray(shown.images[0]).save(folder / f"{NAME}-restored.png", optimize=True)
    fields = write_figure(
        folder / f"{NAME}-fields.svg", fields_figure(first_layer(synapses)), "Receptive fields of the hidden neurons"
    )
    return [
        f"The Lamarckian champion of seed 1, {shown.caption}:\n\n![Spoilt, given back, as they were]({NAME}-restored.png)",
        f"How its 100 hidden neurons read the picture:\n\n{fields}",
    ]


def first_layer(synapses: Synapses) -> Synapses:
    """The same network without what follows its first projection, for a picture of that alone."""
    substrate = synapses.substrate
    alone = replace(substrate, projections=substrate.projections[:1])
    return Synapses(alone, synapses.weights[:1], synapses.biases)


def result(rows: Sequence[Row], folder: Path, generations: int, population: int, steps: int, words: Sequence[str] = ()) -> Result:
    """The page, its figures written to `folder`."""
    medians = {name: float(np.median(tests(rows, name))) for name in NAMES if courses(rows, name, "generation")}
    last = lasts(rows, LAMARCK)
    ratio = min(int(row["weights"]) / int(row["parameters"]) for row in last)
    line = generations * steps
    headline = (
        f"Test error after {population * line:,} steps, median of {len(last)} runs: "
        f"{', '.join(f'{name} {value:.4f}' for name, value in medians.items())}; {int(last[0]['weights']):,} weights from at most "
        f"{max(int(row['parameters']) for row in last):,} parameters, {ratio:,.0f} times fewer."
    )
    parts = [
        write_figure(folder / f"{NAME}.svg", picture(rows, steps), "Test error over steps, and over the scale of fields"),
        overview(rows),
        reached(rows, medians, ratio, line),
        notes(generations, population, steps),
        *pictures(folder, folder, words),
        "To repeat a run, with the folder of MNIST in $NEATCORE_DATA:\n\n"
        + "\n".join(f"    {each.command(1, generations)}" for each in variants(population, steps, words)),
        f"All runs, every {EVERY} generations: [{NAME}.csv]({NAME}.csv).",
    ]
    title = "Denoising: a CPPN that paints an autoencoder, evolved and taught"
    return Result(NAME, title, headline, command_of(NAME, seeds=(seeds_of(rows), SEEDS)), "\n\n".join(parts))


def reached(rows: Sequence[Row], medians: dict[str, float], ratio: float, line: int) -> str:
    """What was to be reached, and whether it is."""
    missing = [name for name in NAMES if name not in medians]
    ordered = not missing and medians[LAMARCK] < medians[BALDWIN] < medians[NONE]
    told = f"not run yet: {', '.join(missing)}" if missing else "yes" if ordered else "no"
    quick = float(np.median(early(rows, line)))
    close, same = medians[LAMARCK] / medians[DIRECT], medians[LAMARCK] / quick
    found = tests(rows, LAMARCK)
    within = f"{sum(error <= CLOSE * medians[DIRECT] for error in found)} of {len(found)} runs within"
    lines = [
        ("Lamarckian error over the direct one's", "at most 1.10", f"{close:.2f}; {within}", close <= CLOSE),
        (f"over the direct one's after {line:,} steps, those of a line of descent", "at most 1.10", f"{same:.2f}", same <= CLOSE),
        ("weights for a parameter", "at least 500", f"{ratio:,.0f}", ratio >= FEWER),
        ("median errors", f"{LAMARCK} < {BALDWIN} < {NONE}", told, ordered),
    ]
    states = ["reached" if met else "open" if "not run" in found else "missed" for _, _, found, met in lines]
    return table(("", "to reach", "found", ""), [(*row[:3], state) for row, state in zip(lines, states)])


def notes(generations: int, population: int, steps: int) -> str:
    """How it was done."""
    numbers = {"population": population, "steps": steps, "together": population * steps, "line": generations * steps}
    return NOTES.format(generations=generations, radius=RADIUS, pixels=RADIUS * 27 / 2, **numbers).strip()


NOTES = """
Pictures of MNIST are spoilt: 30 % of the pixels are set to 0 or 1. The error is the mean squared error of a pixel over the 10,000
test pictures, of the champion of the last generation; `% left` is its share of the error of the spoilt pictures. The network has
784 inputs, 100 hidden neurons on a grid of 10 × 10, 784 outputs, and biases: 157,684 weights. Direct, all of them are learnt by
Adam at 0.003 from batches of 64, {together} steps a generation. Painted, a CPPN has them all from the places of both ends, (x, y)
and the distance from the middle, with an output for each layer and for each layer's biases; `parameters` are its enabled links.

{population} genomes a generation, {generations} generations, the same settings for all three. Lamarckian: each genome takes
{steps} steps down the gradient of the same batches before it is evaluated, and its offspring inherit what it learnt; Baldwinian:
they do not. None: nothing is learnt, and its place in the figure is that of the others after as many generations. A line of descent
has {line:,} steps.

The paper's rates and lengths are not known here, and its claim is looser: about 200 parameters reconstruct comparably. The first
genomes are no blank either: `locality=xy` gives each layer's output a bump over target - source, whose width, height and place
learning moves and evolution builds on. `compact` is the share of a hidden neuron's squared weights, less their median, within
{radius} ({pixels:.0f} pixels) of their middle. `scale` is where these middles lie, in units of their neurons' places: 1 where each
neuron reads the picture at its own place, as all do at first. Digits lie in the middle of the picture and its border is nearly
always dark: learning draws the fields together to two thirds, and both layers alike. The run of seed 2, where they stayed apart,
has the largest error; in its champion, looked at by hand, the first layer's weights also enter the second's bump.
"""


def main(
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each variant")] = SEEDS,
    generations: Annotated[int, typer.Option(help="generations of a run")] = GENERATIONS,
    workers: Annotated[int, typer.Option(help="processes, one run each")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated. $NEATCORE_DATA holds MNIST."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = variants()
    rows = run_all(partial(attempt, folder), chosen, range(1, seeds + 1), generations, folder / f"{NAME}.csv", workers)
    result(rows, folder, generations, POPULATION, STEPS).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
