"""Pictures to tell apart: digits, MNIST, Fashion-MNIST, CIFAR-10."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.errors import require
from neatcore.interfaces import Array, Bools, Evaluation, Floats, Frames, Policy
from neatcore.parameters import Parameters, PathText
from tasks.asking import parts
from tasks.data.augment import augmented
from tasks.data.pictures import Examples, Pictures, load, strangers
from tasks.likelihood import log_softmax
from tasks.sheets import CELLS, sheet

DIGITS = tuple("0123456789")
CLOTHING = ("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRIED = 1000  # test pictures among which mistakes are looked for, to be shown
DATA: str = Field("", description="folder that holds the data set; without, $NEATCORE_DATA or a cache, into which it is downloaded")


class Images(Parameters):
    """What the tasks of this file have in common: pictures of ten classes or fewer, and the largest output as the answer.

    Inputs: pixels in [0, 1], row by row, the channels of a pixel side by side; outputs count as logits. Networks are compared on
    the pictures kept for validation, or on some of the training pictures.
    """

    augment: bool = Field(False, description="teach pictures that are shifted anew each time; of cifar10 also mirrored")
    training: int = Field(0, ge=0, description="teach so many of the training pictures, the first ones; 0: all")
    classes: int = Field(0, ge=0, le=10, description="teach and ask the first so many classes only, at least 2; 0: all")
    sampled: int = Field(
        0, ge=0, description="evaluate on so many training pictures, drawn each generation; 0: on all kept for validation"
    )
    fitness: Literal["accuracy", "likelihood"] = Field(
        "accuracy", description="the share of right answers, or the mean log probability of the right class, by softmax"
    )
    goal: float = Field(1.0, gt=0, le=1, description="accuracy on the validation pictures that counts as solved")

    source: ClassVar[str]
    labels: ClassVar[Sequence[str]] = DIGITS
    margin: ClassVar[int] = 1  # black pixels around a picture, from which one of its size is cut
    mirrored: ClassVar[bool] = False
    loss: ClassVar[str] = "cross-entropy"
    carries: ClassVar[bool] = False

    @property
    def folder(self) -> str:
        """Where the user says that the data set lies; nothing where it is not said."""
        return ""

    @property
    def examples(self) -> Pictures:
        """The data set, of the classes that are taught; InputError where it cannot be read."""
        require(self.classes != 1, "classes=1 leaves nothing to tell apart; use at least 2, or 0 for all")
        found = load(self.source, self.folder, self.classes)
        taught = found.training.cut(slice(self.training or None))
        for name, wanted, most in (("training", self.training, len(found.training)), ("sampled", self.sampled, len(taught))):
            require(wanted <= most, f"{name}={wanted} of {self.source} is more than the {most:,} training pictures that there are")
        return replace(found, training=taught)

    @property
    def strange(self) -> Examples | None:
        """Test pictures of the classes that are not taught, if any."""
        return strangers(self.source, self.folder, self.classes) if 0 < self.classes < len(self.labels) else None

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """As it stands in the files, so that what is wrong with them is told before a run begins."""
        return self.examples.shape

    @property
    def inputs(self) -> int:
        return prod(self.picture_shape)

    @property
    def outputs(self) -> int:
        return self.classes or len(self.labels)

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """Pixels by row and column from 1, and their channel where there are several."""
        height, width, channels = self.picture_shape
        colours = ("",) if channels == 1 else (" red", " green", " blue")
        pixels = [f"{y},{x}{colour}" for y in range(1, height + 1) for x in range(1, width + 1) for colour in colours]
        return pixels, self.labels[: self.outputs]

    @property
    def places(self) -> tuple[Floats, Floats]:
        """x and y in [-1, 1], y growing down, and the channel where there are several; classes in a row, in the middle."""
        height, width, channels = self.picture_shape
        sides = (np.linspace(-1.0, 1.0, count) for count in (height, width, channels))
        y, x, z = (axis.ravel() for axis in np.meshgrid(*sides, indexing="ij"))
        row = np.linspace(-1.0, 1.0, self.outputs)
        nothing = np.zeros_like(row)
        near, far = np.stack([x, y, z], axis=1), np.stack([row, nothing, nothing], axis=1)
        return (near, far) if channels > 1 else (near[:, :2], far[:, :2])

    def batches(self, size: int, rng: Generator, /) -> Iterator[tuple[Array, Array]]:
        """Pixels (S, I) float32 and classes (S,)."""
        examples, white = self.examples.training, self.examples.white
        order = rng.permutation(len(examples))
        for first in range(0, len(order), size):
            rows = order[first : first + size]
            pictures = examples.pictures[rows]
            if self.augment:
                pictures = augmented(pictures, self.margin, self.mirrored, rng)
            yield pictures.reshape(len(rows), -1).astype(np.float32) / np.float32(white), examples.labels[rows].astype(np.int32)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        """Info: accuracy, and the cross-entropy in nats, of the pictures that fitness is of."""
        examples = self.examples
        if self.sampled:
            rows = rng.choice(len(examples.training), self.sampled, replace=False)
            asked = Examples(examples.training.pictures[rows], examples.training.labels[rows])
        else:
            asked = examples.validation
        right, likelihood = self._answers(policy, asked)
        accuracy, mean = right.mean(axis=1), likelihood.mean(axis=1)
        fitness = accuracy if self.fitness == "accuracy" else mean
        return Evaluation(fitness, self._solved(policy, accuracy), info={"accuracy": accuracy, "cross_entropy": -mean})

    def generalise(self, policy: Policy, rng: Generator, /) -> dict[str, float]:  # noqa: ARG002 all test pictures are asked
        """Accuracy and cross-entropy on the test pictures."""
        right, likelihood = self._answers(_first(policy), self.examples.test)
        return {"accuracy": float(right.mean()), "cross_entropy": -float(likelihood.mean())}

    def show(self, policy: Policy, rng: Generator, /) -> Frames:
        """Two sheets: some test pictures with the network's answers; and of a larger number those it gets wrong."""
        test = self.examples.test
        rows = rng.permutation(len(test))[:TRIED]
        tried = Examples(test.pictures[rows], test.labels[rows])
        answers = np.concatenate([outputs[0].argmax(axis=1) for _, outputs in self._asked(_first(policy), tried)])
        wrong = np.flatnonzero(answers != tried.labels)
        shown = [np.arange(min(CELLS, len(rows))), *([wrong[:CELLS]] if len(wrong) else [])]
        bright = (tried.pictures * (255.0 / self.examples.white)).astype(np.uint8)
        sheets = [sheet(bright[cells], answers[cells], tried.labels[cells], self.labels) for cells in shown]
        told = f"{len(wrong):,} of {len(rows):,} test pictures are mistaken"
        caption = f"test pictures and what the network takes them for; {told}, of which the second sheet shows some"
        return Frames(np.stack(sheets), 0.25, caption if len(wrong) else f"{caption.partition(';')[0]}; {told}")

    def _solved(self, policy: Policy, accuracy: Floats) -> Bools:
        """Whether networks reach the goal; where they were asked only a sample, those that do are asked all validation pictures."""
        solved = np.asarray(accuracy >= self.goal)
        rows = np.flatnonzero(solved)
        if self.sampled and len(rows):
            right, _ = self._answers(policy.take(rows), self.examples.validation)
            solved[rows] = right.mean(axis=1) >= self.goal
        return solved

    def _answers(self, policy: Policy, examples: Examples) -> tuple[Bools, Floats]:
        """Whether each answer is right, and the log probability of the right class, both (P, S)."""
        right, likelihood = [], []
        for part, outputs in self._asked(policy, examples):
            right.append(outputs.argmax(axis=2) == examples.labels[part])
            likelihood.append(log_softmax(outputs, examples.labels[part]))
        return np.concatenate(right, axis=1), np.concatenate(likelihood, axis=1)

    def _asked(self, policy: Policy, examples: Examples) -> Iterator[tuple[slice, Floats]]:
        """Outputs (P, S, O), part by part: pictures are unpacked to numbers only there, and once for all networks."""
        white = self.examples.white
        for part in parts(len(examples), self.inputs):
            pixels = examples.pictures[part].reshape(-1, self.inputs) / white
            _, outputs = policy.step(policy.reset(len(pixels)), np.broadcast_to(pixels, (policy.size, *pixels.shape)))
            yield part, outputs


class Stored(Images):
    """Pictures from files."""

    data: PathText = DATA

    @property
    def folder(self) -> str:
        return self.data


class Digits(Images):
    """Tell handwritten digits apart, 8 × 8 pixels (Alpaydın & Kaynak 1998); they come with scikit-learn, without a download."""

    source: ClassVar[str] = "digits"


class Mnist(Stored):
    """Tell handwritten digits apart, 28 × 28 pixels (LeCun, Cortes & Burges 1998)."""

    source: ClassVar[str] = "mnist"


class FashionMnist(Stored):
    """Tell ten kinds of clothing apart, 28 × 28 pixels (Xiao, Rasul & Vollgraf 2017)."""

    source: ClassVar[str] = "fashion-mnist"
    labels: ClassVar[Sequence[str]] = CLOTHING


class Cifar10(Stored):
    """Tell ten kinds of things apart, 32 × 32 pixels in colour (Krizhevsky 2009)."""

    source: ClassVar[str] = "cifar10"
    labels: ClassVar[Sequence[str]] = THINGS
    margin: ClassVar[int] = 2
    mirrored: ClassVar[bool] = True


def _first(policy: Policy) -> Policy:
    return policy.take(np.zeros(1, np.int64))
