"""Pictures to paint: a network answers the colour of each pixel from where it stands, or all pixels at once."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, Self

import numpy as np
from numpy.random import Generator
from PIL import Image as Pillow
from pydantic import Field, model_validator

from neatcore.canvas import COLOUR, GREY, INPUTS, Canvas, Image, pixels, shades
from neatcore.errors import InputError, require
from neatcore.interfaces import Evaluation, Floats, Frames, Policy
from neatcore.parameters import Parameters, PathText

LARGEST = 1 << 16  # pixels that a network is compared at
SHOWN = (8, 16, 32, 64, 256)  # pixels of the shorter side of the pictures shown: the same network at each


class Pattern(Parameters):
    """Paint a picture: the colour of every pixel from its place, x, y and the distance d to the middle.

    Fitness: 1 - the mean squared difference of brightness, or of red, green and blue, in [0, 1]. Solved when it reaches the goal.
    With asked=whole a network reads nothing but 1 and answers all pixels at once, for encodings that draw weights: those from its
    one input to its outputs, which stand where the pixels are, are then the picture.
    """

    target: PathText = Field(description="the picture to paint: a file")
    resolution: int = Field(32, ge=2, le=256, description="pixels of the shorter side at which pictures are compared")
    colour: bool = Field(False, description="in colour: networks answer hue, saturation and brightness, and not brightness alone")
    asked: Literal["points", "whole"] = Field(
        "points", description="points: each pixel by itself, from its place; whole: all at once, a network has an output for each"
    )
    goal: float = Field(0.99, le=1, description="fitness that counts as solved")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        """What is wrong with the picture is told before anything begins."""
        _picture(self.target, self.resolution, self.colour)
        require(
            not (self.colour and self._whole), "asked=whole paints brightness alone: leave colour=true out, or write asked=points"
        )
        return self

    @property
    def inputs(self) -> int:
        return len(self.names[0])

    @property
    def outputs(self) -> int:
        return len(self.names[1])

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        return (("one",), self.behaviours) if self._whole else (INPUTS, COLOUR if self.colour else GREY)

    @property
    def places(self) -> tuple[Floats, Floats]:
        """Whole pictures: the input in the middle, an output at each pixel. Otherwise rows, the inputs at y = -1, outputs at 1."""
        if self._whole:
            return np.zeros((1, 2)), self._canvas.points()[:, :2]
        across = {1: [0.0], 3: [-1.0, 0.0, 1.0]}
        near, far = (np.array([(x, y) for x in across[count]]) for count, y in ((self.inputs, -1.0), (self.outputs, 1.0)))
        return near, far

    @property
    def behaviours(self) -> Sequence[str]:
        high, wide, *channels = self.picture.shape
        return [f"{x}, {y}{side}" for y in range(high) for x in range(wide) for side in ([" r", " g", " b"] if channels else [""])]

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        answers = _whole(policy) if self._whole else _asked(policy, self._canvas)
        painted = shades(answers).reshape(policy.size, -1)
        fitness = 1.0 - ((painted - self.picture.ravel() / 255.0) ** 2).mean(axis=1)
        return Evaluation(fitness, np.asarray(fitness >= self.goal), behaviour=painted)

    def show(self, policy: Policy, rng: Generator, /) -> Frames:  # noqa: ARG002
        """The target, then the network's picture, coarse to fine; a whole picture as it is."""
        high, wide = self.picture.shape[:2]
        full, first = _canvas(wide, high, max(SHOWN)), policy.take(np.zeros(1, np.int64))
        if self._whole:
            drawn = [self.picture, pixels(_whole(first)).reshape(high, wide)]
            told = f"the target, then what is painted, {wide} × {high} pixels"
        else:
            canvases = [_canvas(wide, high, side) for side in SHOWN]
            painted = [pixels(_asked(first, canvas)).reshape(canvas.height, canvas.width, -1) for canvas in canvases]
            drawn = [self.picture, *(image if self.colour else image[..., 0] for image in painted)]
            told = f"the target, then its pattern at {', '.join(map(str, SHOWN))} pixels"
        images = [np.asarray(Pillow.fromarray(image).convert("RGB").resize((full.width, full.height), 0)) for image in drawn]
        return Frames(np.array(images), 1.0, told)

    @property
    def _whole(self) -> bool:
        return self.asked == "whole"

    @property
    def _canvas(self) -> Canvas:
        """The pixels at which pictures are compared."""
        high, wide = self.picture.shape[:2]
        return Canvas(wide, high)

    @property
    def picture(self) -> Image:
        """The target as it is compared: (H, W), or (H, W, 3) in colour."""
        return _picture(self.target, self.resolution, self.colour)


def _whole(policy: Policy) -> Floats:
    """What P networks answer at all pixels at once, (P, S, 1)."""
    _, outputs = policy.step(policy.reset(1), np.ones((policy.size, 1, 1)))
    return outputs.swapaxes(1, 2)


def _asked(policy: Policy, canvas: Canvas) -> Floats:
    """What P networks answer at every pixel, row by row: (P, S, O)."""
    inputs = np.tile(canvas.points(), (policy.size, 1, 1))
    _, outputs = policy.step(policy.reset(canvas.size), inputs)
    return outputs


def _canvas(width: int, height: int, side: int) -> Canvas:
    """A canvas of the same aspect, `side` pixels on the shorter side."""
    shorter = min(width, height)
    return Canvas(max(side, round(width * side / shorter)), max(side, round(height * side / shorter)))


@lru_cache(maxsize=8)
def _picture(path: str, resolution: int, colour: bool) -> Image:
    """The picture in a file, on white where it is transparent, averaged down; InputError where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(path) as file:
                opaque = _on_white(file)
    except FileNotFoundError:
        raise InputError(f"there is no picture {path!r}") from None
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError):
        raise InputError(f"{path} has too many pixels for a target; make it smaller") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{path} is no picture that can be read ({type(error).__name__})") from None
    canvas = _canvas(*opaque.size, resolution)
    require(
        canvas.size <= LARGEST,
        f"{path} is {opaque.width}x{opaque.height}: at resolution {resolution} {canvas.size:,} pixels would be compared; "
        f"the most is {LARGEST:,}",
    )
    small = opaque.convert("RGB" if colour else "L").resize((canvas.width, canvas.height), Pillow.Resampling.BOX)
    result: Image = np.asarray(small)
    return result


def _on_white(file: Pillow.Image) -> Pillow.Image:
    layer = file.convert("RGBA")
    return Pillow.alpha_composite(Pillow.new("RGBA", layer.size, "white"), layer)
