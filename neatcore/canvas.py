"""Pictures as functions of place: pixels to coordinates, and outputs of networks to colours. Knows nothing of networks.

Coordinates and colours are Picbreeder's (Secretan et al. 2011), but for the scale of the distance: see `DISTANCE`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Floats

Image = NDArray[np.uint8]  # (H, W) grey, or (H, W, 3) red, green, blue

INPUTS = ("x", "y", "d")
GREY, COLOUR = ("ink",), ("hue", "saturation", "brightness")  # outputs, in this order
DISTANCE = 1.4  # times √(x² + y²): the published picture of the skull fits this to three digits, and not √2
LARGEST = 1 << 30  # bytes of a finished picture


@dataclass(frozen=True)
class Canvas:
    """A grid of square pixels; its shorter side spans [-1, 1], its longer one accordingly more. x grows to the right, y down.

    A coordinate is that of a pixel's middle, (2i - (N - 1)) / N. corners: the middles of the first and the last pixel of
    the shorter side lie on -1 and 1 instead, (2i - (N - 1)) / (N - 1).
    """

    width: int
    height: int
    corners: bool = False

    def __post_init__(self) -> None:
        least = 2 if self.corners else 1
        require(min(self.width, self.height) >= least, f"a picture of {self.width}x{self.height} pixels has no room")

    @property
    def size(self) -> int:
        """How many pixels."""
        return self.width * self.height

    def points(self, first: int = 0, last: int | None = None) -> Floats:
        """x, y and d (n, 3) of the pixels first … last, counted row by row."""
        places = np.arange(first, self.size if last is None else last)
        down = places // self.width
        across = places - down * self.width
        span = min(self.width, self.height) - self.corners
        x, y = (2.0 * across - (self.width - 1)) / span, (2.0 * down - (self.height - 1)) / span
        return np.stack([x, y, DISTANCE * np.sqrt(x * x + y * y)], axis=-1)

    def check_memory(self, channels: int, pictures: int = 1) -> None:
        """InputError, with the memory that it would take, where so many pictures are larger than can be handled."""
        need = self.size * channels * pictures
        words = f"{pictures:,} pictures" if pictures > 1 else "a picture"
        require(
            need <= LARGEST,
            f"{words} of {self.width}x{self.height} pixels would take {_readable(need)} of memory; "
            f"the most is {_readable(LARGEST)}",
        )


def parse_size(words: str, *, corners: bool = False) -> Canvas:
    """`1024` or `800x600` as a canvas."""
    found = re.fullmatch(r"(\d{1,12})(?:[xX×](\d{1,12}))?", words.strip(), re.ASCII)
    if not found or not int(found[1]) or (found[2] and not int(found[2])):
        raise InputError(f"size {words!r} is none; write the pixels of a side, such as 1024, or width and height, such as 800x600")
    return Canvas(int(found[1]), int(found[2] or found[1]), corners)


def shades(outputs: Array) -> Array:
    """Outputs (…, 1) as brightness (…), or (…, 3) as red, green, blue (…, 3), all in [0, 1]."""
    return np.minimum(np.abs(outputs[..., 0]), 1.0) if outputs.shape[-1] == 1 else _shades_of_hues(outputs)


def pixels(outputs: Array) -> Image:
    """The same in whole steps from 0 to 255."""
    return np.asarray(shades(outputs) * 255.0 + 0.5).astype(np.uint8)


def _shades_of_hues(outputs: Array) -> Array:
    """Hue (o₀ + 1) mod 1, saturation s = o₁ cut to [0, 1], brightness v = |o₂| cut at 1, as red, green, blue.

    The hexagon of hues (Smith 1978): a channel is v - v s · clip(min(k, 4 - k), 0, 1), k = (n + 6 hue) mod 6, n = 5, 3, 1.
    """
    hue, saturation = np.mod(outputs[..., 0] + 1.0, 1.0), np.clip(outputs[..., 1], 0.0, 1.0)
    value = np.minimum(np.abs(outputs[..., 2]), 1.0)
    channels = []
    for n in (5.0, 3.0, 1.0):
        k = np.mod(n + 6.0 * hue, 6.0)
        channels.append(value - value * saturation * np.clip(np.minimum(k, 4.0 - k), 0.0, 1.0))
    return np.stack(channels, axis=-1)


def _readable(size: int) -> str:
    """Bytes in words."""
    number, units = float(size), ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while number >= 1024 and len(units) > 1:
        number, units = number / 1024, units[1:]
    return f"{number:.3g} {units[0]}" if number < 1000 else f"{number:,.0f} {units[0]}"
