"""Innovation numbers: the same structural mutation gets the same number, within a generation or within a run."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import numpy as np

from neatcore.genome import Genomes
from neatcore.interfaces import Array


@dataclass
class Innovations:
    """Numbers of links by (source, target), ids of nodes by (split link, how often it had been split in that genome).

    The next number is the first of the scope plus how many the scope has seen: nothing is counted on the side.
    """

    first_link: int
    first_node: int
    links: dict[tuple[int, int], int] = field(default_factory=dict)
    nodes: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, population: Genomes) -> Innovations:
        """That know the links of a first population; what is new gets numbers and ids after all of its own."""
        links, latest = population.links, int(population.nodes["id"].max(initial=-1))
        pairs = zip(links["source"].tolist(), links["target"].tolist(), strict=True)
        known = dict(zip(pairs, links["innovation"].tolist(), strict=True))
        return cls(int(links["innovation"].max(initial=-1)) + 1 - len(known), latest + 1, known)

    @property
    def next_link(self) -> int:
        """The innovation number that the next new link gets."""
        return self.first_link + len(self.links)

    def link(self, source: int, target: int) -> int:
        """The innovation number of a link from `source` to `target`."""
        return self.links.setdefault((source, target), self.next_link)

    def node(self, split: int, present: Container[int]) -> int:
        """The id of the node that splits link `split` in a genome with the nodes `present`; never one of those."""
        again = 0
        while (node := self.nodes.setdefault((split, again), self.first_node + len(self.nodes))) in present:
            again += 1
        return node

    def forget(self) -> None:
        """Begin a new scope: numbers go on, mutations made so far are not recognised again."""
        self.first_link = self.next_link
        self.first_node += len(self.nodes)
        self.links.clear()
        self.nodes.clear()

    def state(self) -> dict[str, Array]:
        return {
            "first": np.array([self.first_link, self.first_node], np.int64),
            "links": np.array([(*key, number) for key, number in self.links.items()], np.int64).reshape(-1, 3),
            "nodes": np.array([(*key, number) for key, number in self.nodes.items()], np.int64).reshape(-1, 3),
        }

    @classmethod
    def restored(cls, state: Mapping[str, Array]) -> Innovations:
        first_link, first_node = state["first"].tolist()
        links = {(a, b): number for a, b, number in state["links"].tolist()}
        nodes = {(a, b): number for a, b, number in state["nodes"].tolist()}
        return cls(first_link, first_node, links, nodes)
