"""What was collected: networks, how well each does, and the groups that they fall into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hypernets.agents.bodies import Body, aligned
from neatcore.interfaces import Array, Bools, Floats

GROUPS = 4
FEWEST = 20  # networks of a group that a generator is fitted to
ALL = "all"


@dataclass(frozen=True, eq=False)
class Collection:
    """Networks (N, n), aligned where wished, and as they were, and their fitness (N,).

    edges: the fitness (3,) where one group ends and the next begins. whole: fitness is a number of steps, and so are the edges.
    """

    body: Body
    vectors: Array
    raw: Array
    fitness: Floats
    edges: Floats
    whole: bool

    @classmethod
    def of(cls, body: Body, vectors: Array, fitness: Array, limit: int, align: bool) -> Collection:
        """Groups by quarters of the steps of an episode, or, where `limit` is 0, by quarters of the networks."""
        quarters = np.arange(1, GROUPS) / GROUPS
        edges = limit * quarters if limit else np.quantile(fitness, quarters)
        return cls(body, aligned(body, vectors) if align else vectors, vectors, fitness.astype(np.float64), edges, limit > 0)

    @property
    def group(self) -> Array:
        """The group (N,) of each network: an edge itself belongs to the group below."""
        return np.searchsorted(self.edges, self.fitness, side="left")

    @property
    def counts(self) -> list[int]:
        """Networks of each group."""
        found: list[int] = np.bincount(self.group, minlength=GROUPS).tolist()
        return found

    @property
    def names(self) -> list[str]:
        """Of the groups, such as 51–100, and then of all."""
        if not self.whole:
            ends = _told_apart(self.edges)
            return [*(f"to {end}" for end in ends), f"above {ends[-1]}", ALL]
        steps = [0, *(int(edge) for edge in self.edges), round(GROUPS * self.edges[0])]
        return [*(f"{low + 1}–{high}" for low, high in pairwise(steps)), ALL]

    @property
    def members(self) -> Sequence[Bools]:
        """Which networks (N,) are of each group, and then of all."""
        group = self.group
        return [*(group == k for k in range(GROUPS)), np.ones(len(group), np.bool_)]


def _told_apart(edges: Floats) -> list[str]:
    """Numbers in as few digits, four or more, as tell them apart; equal ones, between which no network is, by a mark."""
    digits = next((few for few in range(4, 17) if len({f"{edge:.{few}g}" for edge in edges}) == len(set(edges.tolist()))), 17)
    found: list[str] = []
    for edge in edges:
        text = f"{edge:.{digits}g}"
        found.append(text + "′" * sum(other.rstrip("′") == text for other in found))
    return found
