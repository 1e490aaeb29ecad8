"""Networks drawn from a run's generator: kept as arrays, and tried on what the generator has not seen, alone and together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neatcore.errors import InputError, require
from neatcore.files import load, npz
from neatcore.genome import Genome
from neatcore.interfaces import Floats, Ints, Pictorial, Task
from neatcore.memory import available
from runner import agents
from runner.directory import find_run
from runner.disk import write_bytes
from runner.settings import file_layer, resolve
from runner.tables import print_table
from tasks.data.pictures import Examples
from tasks.data.pictures import outliers as letters
from tasks.images import Images

if TYPE_CHECKING:
    from hypernets.interfaces import Network, Stacked

SIZES = (1, 5, 10, 100)  # networks that answer together (Ratzlaff & Li 2019, table 2)
LETTERS = (28, 28, 1)
LANES = 500  # pictures that are asked at a time
COLLAPSED, PARALLEL = 0.01, 0.99  # spread below which, cosine above which draws are as good as one network


@dataclass(frozen=True)
class Drawn:
    """N networks for a task."""

    task: Task
    network: Network
    weights: Stacked

    @property
    def spread(self) -> float:
        """How far they are apart, as a share of their size; see `hypernets.hypergan.spread`."""
        from hypernets.hypergan import spread

        return float(spread({name: np.asarray(array) for name, array in self.weights.items()}))  # type: ignore[misc]

    def part(self, rows: slice) -> Drawn:
        """Some of them."""
        return Drawn(self.task, self.network, {name: array[rows] for name, array in self.weights.items()})

    def answers(self, pixels: Floats) -> Floats:
        """Logits (N, S, C) of pictures (S, I)."""
        policy = self.network.bind(self.weights)
        found = []
        for begin in range(0, len(pixels), LANES):
            lanes = pixels[begin : begin + LANES]
            found.append(policy.step(policy.reset(len(lanes)), np.broadcast_to(lanes, (policy.size, *lanes.shape)))[1])
        return np.concatenate(found, axis=1)


def draw(reference: str, count: int, seed: int = 0, champion: str = "best", other: str = "") -> Drawn:
    """So many networks from a run's champion; InputError where the run has no generator to draw from. other: kinds of runs that
    would do as well, for the error."""
    from hypernets.hypergan import HyperGanConfig, hypergan

    run = find_run(reference)
    settings = resolve(layers=[file_layer(run.config)])
    task, config = settings.task, settings.encoding
    if not isinstance(config, HyperGanConfig) or settings.run.encoding != "hypergan":  # others are of one network
        raise InputError(
            f"run {run.name} has encoding={settings.run.encoding}, from which no networks for pictures are drawn; make one with: "
            f"neatcore train digits model=hypergan{other}"
        )
    generator, _ = hypergan(config, task.inputs, task.outputs, task.picture_shape if isinstance(task, Pictorial) else None)
    z = load(run.champion(champion))
    assert not isinstance(z, Genome)
    needed, there = 8 * count * generator.counts["weights"], available()
    require(needed < there, f"{count:,} networks take {needed / 1e9:,.1f} GB, and {there / 1e9:,.1f} GB are free: draw fewer")
    return Drawn(task, generator.network, generator.sample(z, count, seed))


def sample_networks(
    reference: str, count: int, seed: int, champion: str, out: Path | None, *, evaluate: bool, outliers: Path | None
) -> Path:
    """Draw networks and write them to an .npz file, an array for each weight by name, networks first; say what they are worth.

    Of a run of `train agents` so many from each generator, which are tried on their task and drawn as a picture.
    """
    run = find_run(reference)
    require(evaluate or outliers is None, "--outliers is of what networks are tried on: add --evaluate")
    if agents.encoding_of(run) == agents.NAME:
        require(
            not evaluate,
            "--evaluate is of networks that tell pictures apart; those of `train agents` are tried on their task anyway",
        )
        require(
            champion == "best", f"--champion {champion} is of one network; those of `train agents` are drawn from its generators"
        )
        return agents.save_agents(run, count, seed, out)
    path = out or run.media / f"networks-{count}.npz"
    require(path.suffix == ".npz", f"networks are written as .npz, not as {path.name!r}")
    drawn = draw(reference, count, seed, champion, other=", or: neatcore train agents task=cartpole")
    if outliers:
        pictures_of(drawn, str(outliers))  # before anything is computed: whether it is there
    write_bytes(path, npz(drawn.weights))
    if evaluate:
        print_evaluation(drawn, str(outliers) if outliers else None)
    warning = collapse(drawn)
    if warning:
        print(warning)
    return path


# --- how good they are --------------------------------------------------------------------------------------------------


def pictures_of(drawn: Drawn, outliers: str | None = None) -> tuple[Examples, float]:
    """Test pictures of the run's task, or letters of notMNIST in the folder `outliers`, and what is full brightness.

    InputError where the task has no pictures, or pictures of another size than the letters.
    """
    task = drawn.task
    if not isinstance(task, Images):
        raise InputError(f"task {type(task).__name__} has no test pictures, on which networks are tried")
    if outliers is None:
        return task.examples.test, task.examples.white
    size = " × ".join(map(str, task.picture_shape))
    require(task.picture_shape == LETTERS, f"the letters are 28 × 28 × 1 pixels, this task's pictures {size}: leave out --outliers")
    try:
        return letters(outliers), 255.0
    except InputError as error:
        raise InputError(str(error).replace("--data", "--outliers")) from error


def strangers_of(drawn: Drawn, outliers: str | None) -> Iterator[tuple[str, Examples, float]]:
    """What networks were not taught, in words, its pictures, and what is full brightness: other classes, letters of a folder."""
    if isinstance(drawn.task, Images) and drawn.task.strange:
        yield "other classes", drawn.task.strange, drawn.task.examples.white
    if outliers is not None:
        yield "letters", *pictures_of(drawn, outliers)


def pixels_of(examples: Examples, white: float, inputs: int) -> Floats:
    """Pictures as networks read them (S, I)."""
    found: Floats = examples.pictures.reshape(-1, inputs) / white
    return found


def print_evaluation(drawn: Drawn, outliers: str | None) -> None:
    """Tables on the screen: accuracy and calibration by how many answer together, diversity by layer, doubt about outliers."""
    from hypernets.uncertainty import difference, entropy, lengths, probabilities, separation

    examples, white = pictures_of(drawn)
    inside = probabilities(drawn.answers(pixels_of(examples, white, drawn.task.inputs)))
    head = ("networks", "accuracy %", "±", "calibration error %")
    print_table(head, list(_accuracies(inside, examples.labels)), right=head)
    if len(inside) > 1:
        print(f"two networks take {100 * difference(inside):.2f} % of the pictures for different things")
    print()
    shown = [
        (name, f"{each.mean:.2f}", f"{each.deviation:.2f}", f"{each.cosine:.3f}") for name, each in lengths(drawn.weights).items()
    ]
    columns = ("layer", "length", "±", "cosine between two")
    print_table(columns, shown, right=columns[1:])
    for name, strange, bright in strangers_of(drawn, outliers):
        outside = probabilities(drawn.answers(pixels_of(strange, bright, drawn.task.inputs)))
        known, strangers = entropy(inside), entropy(outside)
        print(f"\nentropy: of test pictures {np.median(known):.3g} nats, of {name} {np.median(strangers):.3g} (medians)")
        print(f"area under the ROC curve of telling {name} by it: {separation(known, strangers):.3f}")


def collapse(drawn: Drawn) -> str:
    """A warning where all networks are as good as one, or differ in the length of their weights alone; else nothing."""
    from hypernets.uncertainty import lengths

    if len(next(iter(drawn.weights.values()))) < 2:
        return ""
    spread, cosine = drawn.spread, float(np.mean([each.cosine for each in lengths(drawn.weights).values()]))
    if spread < COLLAPSED:
        return (
            f"collapsed: the networks differ by {100 * spread:.2g} % of their size, so that they are one and the same in practice"
        )
    if cosine > PARALLEL:
        return f"collapsed in direction: the networks' weights differ in length, hardly in direction (mean cosine {cosine:.4f})"
    return ""


def _accuracies(inside: Floats, labels: Ints) -> Iterator[Sequence[str]]:
    from hypernets.uncertainty import accuracy, calibration_error, groups

    right, errors = (groups(measure, inside, labels, SIZES) for measure in (accuracy, calibration_error))
    for size, values in right.items():
        yield str(size), f"{100 * values.mean():.2f}", f"{100 * values.std():.2f}", f"{100 * errors[size].mean():.2f}"
