"""Denoising: pictures are spoilt, and a network gives them back as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field

from neatcore.errors import require
from neatcore.interfaces import Array, Evaluation, Floats, Frames, Policy
from neatcore.parameters import Parameters, PathText
from tasks.asking import parts
from tasks.data.pictures import Pictures, load
from tasks.images import DATA
from tasks.restored import COLUMNS, restored

Single = NDArray[np.float32]


class Denoise(Parameters):
    """Give spoilt pictures back as they were: a denoising autoencoder (Vincent et al. 2008; Fernando et al. 2016).

    Inputs: the pixels of a spoilt picture in [0, 1], row by row; outputs: as many. Fitness: minus the mean squared error of a pixel
    over pictures kept for validation, with noise that is drawn anew each generation, the same for all networks.
    """

    pictures: Literal["auto", "digits", "mnist", "fashion-mnist"] = Field(
        "auto",
        description="which: digits of 8 × 8 pixels that come with scikit-learn, or those of 28 × 28 from `data`; "
        "auto: mnist where `data` is named, else digits",
    )
    data: PathText = DATA
    shrink: int = Field(1, ge=1, le=14, description="so many by so many pixels are averaged into one")
    noise: Literal["salt", "mask", "gaussian"] = Field(
        "salt", description="what spoils a pixel: it is set to 0 or 1; set to 0; or a number with this spread is added"
    )
    amount: float = Field(0.3, gt=0, le=1, description="the share of pixels that is spoilt; the spread of gaussian")
    training: int = Field(0, ge=0, description="teach so many of the training pictures, the first ones; 0: all")
    sampled: int = Field(200, ge=1, description="pictures of those kept for validation, drawn each generation, of which fitness is")
    goal: float = Field(0.0, ge=0, description="mean squared error that counts as solved; 0: never")

    loss: ClassVar[str] = "squared"
    carries: ClassVar[bool] = False

    @property
    def _source(self) -> str:
        return self.pictures if self.pictures != "auto" else "mnist" if self.data else "digits"

    @property
    def _examples(self) -> Pictures:
        return load(self._source, self.data)

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """InputError where pictures cannot be read or are too few, or their sides are no multiple of `shrink`."""
        found = self._examples
        height, width, channels = found.shape
        fits = height % self.shrink == width % self.shrink == 0
        require(fits, f"shrink={self.shrink} does not divide the {height} × {width} pixels of {self._source}")
        for name, wanted, part in (("training", self.training, found.training), ("sampled", self.sampled, found.validation)):
            kept = "training" if name == "training" else "validation"
            require(
                wanted <= len(part),
                f"{name}={wanted} of {self._source} is more than the {len(part):,} {kept} pictures that there are",
            )
        return height // self.shrink, width // self.shrink, channels

    @property
    def inputs(self) -> int:
        height, width, _ = self.picture_shape
        return height * width

    @property
    def outputs(self) -> int:
        return self.inputs

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """Pixels by row and column from 1."""
        height, width, _ = self.picture_shape
        pixels = [f"{y},{x}" for y in range(1, height + 1) for x in range(1, width + 1)]
        return pixels, pixels

    @property
    def places(self) -> tuple[Floats, Floats]:
        """x and y in [-1, 1], the same for both ends; y grows down."""
        height, width, _ = self.picture_shape
        y, x = np.meshgrid(np.linspace(-1.0, 1.0, height), np.linspace(-1.0, 1.0, width), indexing="ij")
        points = np.stack([x.ravel(), y.ravel()], axis=1)
        return points, points

    def batches(self, size: int, rng: Generator, /) -> Iterator[tuple[Array, Array]]:
        """Spoilt and clean pixels, both (S, I) float32."""
        pictures = self._examples.training.pictures[: self.training or None]
        order = rng.permutation(len(pictures))
        for first in range(0, len(order), size):
            clean = self._clean(pictures[order[first : first + size]])
            yield self._spoilt(clean, rng), clean

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        """Info: error, and the share `left` of the error of the spoilt pictures."""
        clean, spoilt = self._drawn("validation", self.sampled, rng)
        error, before = self._errors(policy, clean, spoilt), _error_of(spoilt, clean)
        solved = error <= self.goal if self.goal else None
        return Evaluation(-error, solved, info={"error": error, "left": error / before})

    def generalise(self, policy: Policy, rng: Generator, /) -> dict[str, float]:
        """The same of all test pictures, which nothing else looks at."""
        clean, spoilt = self._drawn("test", 0, rng)
        error = float(self._errors(policy.take(np.zeros(1, np.int64)), clean, spoilt)[0])
        return {"test_error": error, "test_left": error / _error_of(spoilt, clean)}

    def show(self, policy: Policy, rng: Generator, /) -> Frames:
        """Some test pictures: spoilt, as the network gives them back, and as they were."""
        clean, spoilt = self._drawn("test", 2 * COLUMNS, rng)
        outputs = np.clip(next(self._answers(policy.take(np.zeros(1, np.int64)), spoilt, len(spoilt)))[1][0], 0.0, 1.0)
        height, width, _ = self.picture_shape
        rows = [array.reshape(-1, height, width) for array in (spoilt, outputs, clean)]
        left = float(np.square(outputs - clean).mean()) / _error_of(spoilt, clean)
        words = "test pictures: spoilt, given back, as they were"
        return Frames(restored(*rows)[None], 1.0, words if np.isnan(left) else f"{words}; {left:.0%} of the error is left")

    def _drawn(self, part: str, count: int, rng: Generator) -> tuple[Single, Single]:
        """Pictures of a part, clean and spoilt, both (S, I); count: so many of them, 0: all."""
        pictures = getattr(self._examples, part).pictures
        clean = self._clean(pictures[rng.permutation(len(pictures))[:count]] if count else pictures)
        return clean, self._spoilt(clean, rng)

    def _clean(self, pictures: NDArray[np.uint8]) -> Single:
        """Pixels (S, I) in [0, 1] of pictures (S, H, W, 1), shrunk."""
        height, width, _ = self.picture_shape
        blocks = pictures.reshape(len(pictures), height, self.shrink, width, self.shrink)
        white = self._examples.white
        clean: Single = (blocks.mean(axis=(2, 4)) / white).reshape(len(pictures), -1).astype(np.float32)
        return clean

    def _spoilt(self, clean: Single, rng: Generator) -> Single:
        """The pixels with noise; it is not cut off, so that noise is noise on black and white too."""
        if self.noise == "gaussian":
            spread: Single = np.float32(self.amount) * rng.standard_normal(clean.shape, np.float32)
            return clean + spread
        chosen = rng.random(clean.shape, np.float32) < self.amount
        other = rng.integers(0, 2, clean.shape).astype(np.float32) if self.noise == "salt" else np.float32(0)
        return np.where(chosen, other, clean)

    def _errors(self, policy: Policy, clean: Single, spoilt: Single) -> Floats:
        """Mean squared error of a pixel, of each network (P,)."""
        sums = [np.square(found - clean[part]).sum(axis=(1, 2)) for part, found in self._answers(policy, spoilt)]
        return np.asarray(np.sum(sums, axis=0) / clean.size)

    def _answers(self, policy: Policy, spoilt: Single, most: int = 0) -> Iterator[tuple[slice, Floats]]:
        """What P networks give back (P, S, I), part by part."""
        for part in [slice(0, most)] if most else parts(len(spoilt), self.inputs):
            pixels = spoilt[part].astype(np.float64)
            _, outputs = policy.step(policy.reset(len(pixels)), np.broadcast_to(pixels, (policy.size, *pixels.shape)))
            yield part, outputs


def _error_of(spoilt: Single, clean: Single) -> float:
    """What a network is to take away; NaN where no pixel was spoilt, as then there is no share of it."""
    return float(np.square(spoilt - clean).mean()) or np.nan
