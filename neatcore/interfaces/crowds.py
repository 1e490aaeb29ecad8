"""What generators of whole networks need beyond the seam: policies that stand for many, tasks that can be simulated elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from numpy.random import Generator

from neatcore.interfaces.seam import Policy


@runtime_checkable
class Drawing(Protocol):
    """A policy each of whose P networks stands for a distribution of networks, of which it is the middle."""

    def draw(self, row: int, count: int, rng: Generator, /) -> Policy:
        """`count` networks from the distribution that network `row` stands for."""
        ...


@dataclass(frozen=True)
class Simulation:
    """The physics of a task, as numbers, for those who compute them in another way.

    name: of the system. scales: by which what a network reads is divided. steps: of an episode. spread: each variable starts
    between -spread and spread. constants: by name, SI units.
    """

    name: str
    scales: Sequence[float]
    steps: int
    spread: float
    constants: Mapping[str, float]


@runtime_checkable
class Simulated(Protocol):
    """A task whose physics is known in numbers. Each network has one output, that chooses between two actions at 0.5."""

    @property
    def simulation(self) -> Simulation | None:
        """None where its parameters are others than the numbers can tell."""
        ...
