"""What a task can show of a network: episodes, drawings, functions learnt, names, charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from neatcore.interfaces.seam import Floats, Policy


@dataclass(frozen=True)
class Frames:
    """Pictures of an episode: images (T, H, W, 3) uint8, shown at `rate` frames a second."""

    images: NDArray[np.uint8]
    rate: float
    caption: str = ""


@dataclass(frozen=True)
class Shape:
    """One thing in a scene over T frames. kind "line": points (T, K, 2), joined; "disc": centres (T, K, 2) of `size`.

    points of one frame, (1, K, 2), stand still. size: line width or radius, in world units. colour: one of the roles
    "ink", "faint", "accent", "second", "good", "bad"; the picture chooses the tint.
    """

    kind: str
    points: Floats
    size: float
    colour: str = "ink"


@dataclass(frozen=True)
class Scene:
    """A drawn episode: shapes over T frames in a world of x limits and y limits, at `rate` frames a second."""

    shapes: Sequence[Shape]
    x: tuple[float, float]
    y: tuple[float, float]
    rate: float
    caption: str = ""


@dataclass(frozen=True)
class Answers:
    """A function learnt: inputs (S, I), targets (S, O), outputs (S, O); `surface` (K, K) is the output over the first two
    inputs in [0, 1]² where there are two (row: second input, column: first)."""

    inputs: Floats
    targets: Floats
    outputs: Floats
    surface: Floats | None = None
    caption: str = ""


@dataclass(frozen=True)
class Curve:
    """A function of one number: what is true (K,) at places (K,), what P networks answer there (P, K), the points (N, 2) taught."""

    places: Floats
    truth: Floats
    points: Floats
    answers: Floats
    caption: str = ""


Shown = Frames | Scene | Answers | Curve


@runtime_checkable
class Showable(Protocol):
    """A task that can show a network at work."""

    def show(self, policy: Policy, rng: Generator, /) -> Shown:
        """One episode of the first network of `policy`."""
        ...


@runtime_checkable
class Curved(Protocol):
    """A task that is a function of one number, for pictures of many networks."""

    def curve(self, policy: Policy, /) -> Curve:
        """What all networks of `policy` answer."""
        ...


@runtime_checkable
class Lived(Protocol):
    """A task that shows several lives of a network, each begun anew, or one that has parts."""

    @property
    def lives(self) -> Sequence[str]:
        """What the lives are that `show` goes through, in its order."""
        ...


@runtime_checkable
class Named(Protocol):
    """A task whose inputs and outputs have names, for pictures: as many as there are inputs and outputs."""

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """Names of the inputs, names of the outputs."""
        ...


@runtime_checkable
class Charted(Protocol):
    """A task whose behaviour is a place in the plane, x and y, or several, x, y, x, y …: it can be drawn on a chart."""

    @property
    def chart(self) -> Scene:
        """What stands on the chart, unmoved, and its limits, in the units of behaviour."""
        ...

    def trace(self, policy: Policy, rng: Generator, /) -> Floats:
        """The way (T, 2) of the first network to its place; where there are several, a row of NaN parts them."""
        ...
