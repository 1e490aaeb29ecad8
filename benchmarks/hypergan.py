"""HyperGAN on MNIST and CIFAR-10, after Ratzlaff & Li (2019): many networks of one generator, beside networks trained apart and
dropout, on equal work: how often they are right, how varied they are, how much they doubt what they do not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import typer
from matplotlib.figure import Figure
from numpy.random import default_rng

from benchmarks.command import run
from benchmarks.hypergan_work import APART, BATCH, COLLECTIONS, DROPPED, GENERATED, KINDS, NETWORKS, Collection, Work
from benchmarks.results import FOLDER, Result, table, write_figure
from benchmarks.variants import COLOURS, Row, Variant, command_of, run_all
from hypernets.uncertainty import accuracy, calibration_error, difference, entropy, groups, lengths, probabilities, separation
from neatcore.errors import unknown
from runner.attacking import Plan, against
from runner.networks import LETTERS, SIZES, Drawn, pictures_of, pixels_of, strangers_of
from tasks.data.pictures import Examples
from tasks.images import Images
from viz.style import LIGHT, Margins, dress, name_ends, plot_figure

NAME, USUAL = "hypergan", "mnist"
SEEDS = 3
PLAN = Plan(("fgsm", "pgd"), (0.01, 0.03, 0.1, 0.3), networks=5, pictures=500)
CROWDS = replace(PLAN, networks=10), replace(PLAN, networks=100, pictures=200)  # fewer pictures: it is twenty times the work
OWN = "fooled", "self_missed", "self_detected", "self_auc"  # of those that are attacked
FRESH = "fresh", "missed", "detected", "auc"  # of as many others
COLUMNS = {"fooled": "fooled", "fresh": "fresh fooled", "missed": "missed", "detected": "detected"}
COLUMNS |= {"self_missed": "self-missed", "self_detected": "self-detected"}
DIFFERENT = 0.9  # cosine of two networks below which they are said to point in different directions
STRANGE = {"mnist": "notMNIST's letters", "cifar10": "the other classes"}
PUBLISHED = {
    "conv1.kernel": ("7.49 (1.59)", "27.05 (0.31)"),
    "conv2.kernel": ("51.10 (10.62)", "160.51 (0.51)"),
    "dense1.kernel": ("22.01 (6.01)", "5.97 (0.06)"),
}


def attempt(variant: Variant, seed: int, steps: int, plans: Sequence[Plan] | None = None) -> list[Row]:
    """All that is measured of one kind of networks, a row for each number. plans: of attacks; all without."""
    drawn, figures = Work(variant, seed, steps).made()
    measured = figures | dict(measures(drawn, plans or (PLAN, *CROWDS)))
    return [{"variant": variant.name, "seed": seed, "measure": name, "value": f"{value:.6g}"} for name, value in measured.items()]


def measures(drawn: Drawn, plans: Sequence[Plan]) -> Iterator[tuple[str, float]]:
    """Accuracies, calibration, diversity, doubt about what the networks were not taught, attacks on as many as there are."""
    examples, white = pictures_of(drawn)
    whole, drawn = drawn, drawn.part(slice(NETWORKS))
    inside = probabilities(drawn.answers(pixels_of(examples, white, drawn.task.inputs)))
    for name, measure in (("accuracy", accuracy), ("calibration", calibration_error)):
        for size, values in groups(measure, inside, examples.labels, SIZES).items():
            yield f"{name} {size}", 100 * float(values.mean())
    yield "differ", 100 * difference(inside)
    for name, length in lengths(drawn.weights).items():
        yield from ((f"{what} {name}", value) for what, value in vars(length).items())
    task = cast(Images, drawn.task)
    letters = task.folder if task.picture_shape == LETTERS else None
    for _, strange, bright in strangers_of(drawn, letters):
        outside = probabilities(drawn.answers(pixels_of(strange, bright, drawn.task.inputs)))
        yield "doubt of known", float(np.median(entropy(inside)))
        yield "doubt of strange", float(np.median(entropy(outside)))
        yield "strange told", separation(entropy(inside), entropy(outside))
    for plan in plans:
        if plan.networks <= len(next(iter(whole.weights.values()))):
            yield from attacked(whole, plan, examples, white)


def attacked(drawn: Drawn, plan: Plan, examples: Examples, white: float) -> Iterator[tuple[str, float]]:
    """So many networks are attacked; they and as many others, where there are, look at the pictures."""
    rows = default_rng(0).permutation(len(examples))[: plan.pictures]
    chosen = Examples(examples.pictures[rows], examples.labels[rows])
    one, other = drawn.part(slice(plan.networks)), drawn.part(slice(plan.networks, 2 * plan.networks))
    enough = len(next(iter(other.weights.values()))) == plan.networks
    for changed in against(one, other if enough else one, chosen, pixels_of(chosen, white, drawn.task.inputs), plan):
        told = changed.told
        for what in (*OWN, *FRESH) if enough else OWN:
            yield named(what, plan, told.method, told.epsilon), getattr(told, what)


def named(what: str, plan: Plan, method: str, epsilon: float) -> str:
    """What was measured of an attack; of the usual five networks without their number."""
    return f"{what} {method} {epsilon:g}" + f" of {plan.networks}" * (plan.networks != PLAN.networks)


# --- the page -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """The numbers of all runs of a variant by what was measured."""

    rows: Sequence[Row]
    collection: Collection

    def all(self, variant: str, measure: str) -> list[float]:
        return [float(row["value"]) for row in self.rows if (row["variant"], row["measure"]) == (variant, measure)]

    def cell(self, variant: str, measure: str, digits: int = 2) -> str:
        """The mean over runs; – where nothing was measured."""
        values = self.all(variant, measure)
        return f"{round(float(np.mean(values)), digits) + 0.0:.{digits}f}" if values else "–"  # + 0.0: never −0

    @property
    def has_own(self) -> bool:
        """Whether the attacked themselves were asked too; in older runs they were not."""
        return bool(self.all(APART, f"self_auc {PLAN.methods[0]} {PLAN.epsilons[0]:g}"))

    @property
    def variants(self) -> list[str]:
        return [name for name in KINDS if any(row["variant"] == name for row in self.rows)]


def picture(found: Measured) -> Figure:
    """How well fresh networks tell changed pictures by their doubt, over the size of the change; and networks trained apart, which
    nobody has fresh ones of, by their own."""
    drawing, ax = plot_figure(LIGHT, 640, 320, Margins(left=40, right=180))
    ends = []
    series = [(name, name, "auc") for name in found.variants]
    if found.has_own:
        series.append((f"{APART}, attacked", APART, "self_auc"))
    for (name, variant, what), colour in zip(series, COLOURS):
        for method, style in (("fgsm", "-"), ("pgd", "--")):
            values = [np.mean(found.all(variant, f"{what} {method} {epsilon:g}")) for epsilon in PLAN.epsilons]
            ax.plot(range(len(values)), values, style, color=colour, linewidth=2)
            if method == "fgsm":
                ends.append((float(values[-1]), name, colour))
    dress(ax, LIGHT, "ε", "area under the ROC curve of telling changed pictures; solid FGSM, dashed PGD")
    ax.set_xticks(range(len(PLAN.epsilons)), [f"{epsilon:g}" for epsilon in PLAN.epsilons])
    name_ends(ax, ends)
    return drawing


def name_of(pictures: str, steps: int) -> str:
    """The name of page and files."""
    name = NAME if pictures == USUAL else f"{NAME}-{pictures}"
    return name if steps == COLLECTIONS[pictures].steps else f"{name}-after-{steps}"


def result(rows: Sequence[Row], folder: Path, steps: int, pictures: str = USUAL) -> Result:
    """The page, its figure written to `folder`."""
    found, name = Measured(rows, COLLECTIONS[pictures]), name_of(pictures, steps)
    paper = found.collection.published
    runs = len(found.all(GENERATED, "accuracy 1"))
    one, many = (found.cell(GENERATED, f"accuracy {size}") for size in (1, 100))
    headline = (
        f"{one} % of the test pictures by one network, {many} % by 100 together (published {paper[1]:.2f} and {paper[100]:.2f}), "
        f"after {steps:,} steps, {runs} {'run' if runs == 1 else 'runs'}."
    )
    command = command_of(NAME, pictures=(pictures, USUAL), steps=(steps, found.collection.steps), seeds=(runs, SEEDS))
    parts = [
        work_table(found),
        "## Accuracy\n\n" + accuracy_table(found),
        f"## Diversity\n\n{DIVERSITY.strip()}\n\n" + diversity_table(found),
        *differences(found),
        *doubts(found),
        "## Changed pictures\n\n" + write_figure(folder / f"{name}.svg", picture(found), "How well doubt tells changed pictures"),
        f"{CHANGED.strip()}{chr(10) + SELF.strip() if found.has_own else ''}\n\n" + attack_table(found),
        *crowds(found),
        *notes(found),
        f"All numbers: [{name}.csv]({name}.csv).",
    ]
    begun = "" if steps == found.collection.steps else f", {steps:,} steps"
    title = f"HyperGAN on {found.collection.title}{begun}: networks drawn from noise"
    return Result(name, title, headline, command, "\n\n".join(parts))


def work_table(found: Measured) -> str:
    """How long each kind was trained, and in how much memory. A gradient is that of one network on a batch of 128 pictures."""
    steps = {name: round(float(np.mean(found.all(name, "training steps")))) for name in found.variants}
    lines = []
    for name, own in steps.items():
        networks, pictures = found.collection.a_step[name]
        total = f"{own * networks * pictures // BATCH:,}"
        lines.append((name, len(found.all(name, "accuracy 1")), f"{own:,}", networks, pictures, total))
    a_step = {name: prod(sizes) for name, sizes in found.collection.a_step.items()}
    others = round(steps[APART] * a_step[APART] / a_step[GENERATED]) if APART in steps else steps[GENERATED]
    other = f"\n\nNetworks trained apart and dropout were made with `--steps {others}`." if others != steps[GENERATED] else ""
    held = found.all(GENERATED, "training GB")
    most = f"\n\nTraining HyperGAN held {max(held):.2f} GB of the GPU's memory at most." if held else ""
    head = "networks", "runs", "steps", "networks a step", "pictures", f"gradients of a network on {BATCH} pictures"
    return table(head, lines) + other + most


def accuracy_table(found: Measured) -> str:
    columns = (
        "networks",
        *(f"{name} %" for name in found.variants),
        "paper %",
        *(f"{name}: calibration" for name in found.variants),
    )
    return table(
        columns,
        [
            (
                size,
                *(found.cell(name, f"accuracy {size}") for name in found.variants),
                f"{found.collection.published[size]:.2f}",
                *(found.cell(name, f"calibration {size}") for name in found.variants),
            )
            for size in SIZES
        ],
    )


def diversity_table(found: Measured) -> str:
    layers = dict.fromkeys(row["measure"].removeprefix("cosine ") for row in found.rows if row["measure"].startswith("cosine "))
    known, lines = found.collection.title == COLLECTIONS[USUAL].title, []
    for layer in layers:
        published = PUBLISHED.get(layer, ("–", "–")) if known else ()
        numbers = [[found.cell(name, f"{what} {layer}") for what in ("mean", "deviation", "cosine")] for name in found.variants]
        cells = [f"{mean} ({deviation}), {cosine}" for mean, deviation, cosine in numbers]
        lines.append((layer, *cells, *published))
    return table(("layer", *found.variants, *(("paper: HyperGAN", "paper: trained apart") if known else ())), lines)


def differences(found: Measured) -> Iterator[str]:
    """How often two networks say different things, where that was asked."""
    said = [f"{found.cell(name, 'differ')} % ({name})" for name in found.variants if found.all(name, "differ")]
    if said:
        yield f"Two networks take {', '.join(said)} of the test pictures for different things."


def doubts(found: Measured) -> Iterator[str]:
    """A part about doubt, where there is anything to be doubted."""
    if not found.all(GENERATED, "strange told"):
        return
    strange = STRANGE[found.collection.task]
    lines = [
        (name, *(found.cell(name, measure, 3) for measure in ("doubt of known", "doubt of strange", "strange told")))
        for name in found.variants
    ]
    text = f"Median entropy, in nats, of what all networks say together, of test pictures and of {strange};\n"
    text += f"and the area under the ROC curve of telling {strange} by it."
    yield f"## Doubt about {strange}\n\n{text}\n\n" + table(("networks", "test pictures", strange, "ROC area"), lines)


def attack_table(found: Measured) -> str:
    """Of the usual attacks."""
    columns = {what: told for what, told in COLUMNS.items() if found.has_own or what in ("fooled", "fresh", "detected")}
    lines = [(name, *cells) for name in found.variants for cells in attack_rows(found, name, PLAN, columns)]
    return table(("networks", "method", "ε", *columns.values()), lines)


def attack_rows(found: Measured, name: str, plan: Plan, columns: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Method, size and figures of every attack of a plan on networks of a kind."""
    for method, epsilon in product(plan.methods, plan.epsilons):
        yield method, f"{epsilon:g}", *(found.cell(name, named(what, plan, method, epsilon), 1) for what in columns)


def crowds(found: Measured) -> Iterator[str]:
    """A part about attacks on larger crowds, where there were such."""
    asked = [
        (name, plan)
        for name, plan in product(found.variants, CROWDS)
        if found.all(name, named("fooled", plan, plan.methods[0], plan.epsilons[0]))
    ]
    if asked:
        lines = [(name, plan.networks, *cells) for name, plan in asked for cells in attack_rows(found, name, plan, COLUMNS)]
        others = " and ".join(f"{plan.networks} (of {plan.pictures} pictures)" for plan in CROWDS)
        told = f"The same of {others} attacked networks, and as many fresh ones where there are."
        yield f"## Larger crowds\n\n{told}\n\n" + table(("networks", "attacked", "method", "ε", *COLUMNS.values()), lines)


def notes(found: Measured) -> Iterator[str]:
    steps = [float(np.mean(found.all(name, "training steps") or [0])) for name in (DROPPED, GENERATED)]
    work = "dropout as much alone" if steps[0] > 2 * steps[1] else "dropout as many steps, of one network each"
    yield NOTES.format(dropout=f"{found.collection.dropout:.2f}", work=work).strip()
    cosines = [float(row["value"]) for row in found.rows if row["variant"] == GENERATED and row["measure"].startswith("cosine ")]
    if max(cosines) < DIFFERENT:
        yield KEPT.strip()


NOTES = """
HyperGAN is the preset `ratzlaff2019`. Networks trained apart learn side by side from the same pictures, each alone. Dropout is one
network with half of what its matrix reads dropped, in training and when it is asked, which makes as many networks of it as one
likes (published for it: {dropout} %). For all, the last quarter of the steps is at a tenth of the rate. Networks trained apart have
as much work as HyperGAN together, {work}.
"""
KEPT = """
Drawn networks point in different directions (cosines below 1), and many know more than one: the generator has not collapsed.
[What keeps them apart](collapse.md) is batch normalisation with ELU. Lengths say little: they vary too where all draws are one
network.
"""
DIVERSITY = """
Length of a layer's weights, mean and deviation over networks, and the mean cosine between two. Networks trained apart have channels
in orders of their own, so that their cosines say nothing of what they do.
"""
SELF = """
Missed: pictures that the fresh ones mistake without such doubt. Self-: the same of the attacked themselves, whom one must ask who
has trained a few networks and has no fresh ones.
"""
CHANGED = f"""
{PLAN.networks} networks are attacked together, {PLAN.networks} fresh ones are asked about the {PLAN.pictures} pictures. In %:
pictures that the attacked told rightly and mistake now, and those of them that the fresh ones mistake, some of which they would
mistake unchanged; pictures of which the fresh ones doubt more than of 95 % of the untouched.
"""


def main(
    pictures: Annotated[str, typer.Option(help=f"{', '.join(COLLECTIONS)}")] = USUAL,
    seeds: Annotated[int, typer.Option(help="seeds 1 … N of each variant")] = SEEDS,
    steps: Annotated[
        int | None, typer.Option(help="of HyperGAN, by default as many as its page has; what others take follows from it")
    ] = None,
    workers: Annotated[int, typer.Option(help="processes; each uses all cores")] = 1,
    folder: Annotated[Path, typer.Option(help="where results are written")] = FOLDER,
) -> None:
    """Run the experiment and write its page; runs that are in the CSV file already are not repeated, and networks that were kept,
    in the folder of runs, are not trained again. It reads $NEATCORE_DATA."""
    if pictures not in COLLECTIONS:
        raise unknown("pictures", pictures, COLLECTIONS)
    collection = COLLECTIONS[pictures]
    steps = collection.steps if steps is None else steps
    path = folder / f"{name_of(pictures, steps)}.csv"
    rows = run_all(attempt, collection.variants, range(1, seeds + 1), steps, path, workers)
    result(rows, folder, steps, pictures).write(folder, packages=("jax", "optax"))


if __name__ == "__main__":
    run(main)
