"""Species: who belongs to which, how long each has stood still, and how many offspring it may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from neatcore.genome import LINK, Genes, Genomes, gather, starts
from neatcore.interfaces import Array, Floats, Ints
from neatcore.neat.config import NeatConfig
from neatcore.neat.distances import kernels

HISTORY = np.dtype([("id", np.int64), ("born", np.int64), ("best", np.float64), ("improved", np.int64), ("examined", np.int64)])


@dataclass(frozen=True, eq=False)
class Species:
    """K species side by side.

    history (K,): records of the id, the first generation, the highest fitness ever, the generation in which it was reached, and
    that in which a champion was last examined (-1: never).
    members (P,): rows of the population, species by species, the fittest of each first; starts (K + 1,): where each begins.
    links, link_starts (K + 1,): the links that stand for each species in the next generation, end to end.
    """

    history: Array
    members: Ints
    starts: Ints
    links: Genes
    link_starts: Ints

    @classmethod
    def none(cls, links: np.dtype[np.void] = LINK) -> Species:
        """None yet, of genomes with such links."""
        nobody = np.empty(0, np.int64)
        return cls(np.empty(0, HISTORY), nobody, starts(nobody), np.empty(0, links), starts(nobody))

    def __len__(self) -> int:
        return len(self.history)

    @property
    def sizes(self) -> Ints:
        """Members (K,) of each."""
        return np.diff(self.starts)

    @property
    def champions(self) -> Ints:
        """The row (K,) of the fittest member of each."""
        champions: Ints = self.members[self.starts[:-1]]
        return champions

    @property
    def waiting(self) -> Ints:
        """Rows of the champions of species whose best fitness has risen since a champion of theirs was examined."""
        waiting: Ints = self.champions[self.history["examined"] < self.history["improved"]]
        return waiting

    def noted(self, rows: Ints, generation: int) -> Species:
        """The same, with the generation noted where the champion, one of `rows`, was examined."""
        history = self.history.copy()
        history["examined"][np.isin(self.champions, rows)] = generation
        return Species(history, self.members, self.starts, self.links, self.link_starts)


def speciate(population: Genomes, species: Species, threshold: float, config: NeatConfig) -> Ints:
    """The species (P,) of each genome: a place in `species`, or beyond for those that found new ones (2002, section 3.3)."""
    if not config.speciation:
        return np.zeros(len(population), np.int64)
    c = kernels.Coefficients(config.excess, config.disjoint, config.difference, config.size_rule == "paper")
    return kernels.assign(population.links, population.link_starts, species.links, species.link_starts, threshold, c)


def update(
    species: Species,
    population: Genomes,
    placed: Ints,
    fitness: Floats,
    generation: int,
    next_id: int,
    config: NeatConfig,
    rng: Generator,
) -> Species:
    """The species of this generation, with new ones after those that live on; those without members are gone."""
    order, counts = np.lexsort((-fitness, placed)), np.bincount(placed, minlength=len(species))
    chosen = (rng.random(len(counts)) * counts).astype(np.int64) if config.representative == "random" else np.zeros_like(counts)
    present = np.flatnonzero(counts)
    first = starts(counts[present])
    places, link_starts = gather(population.link_starts, order[first[:-1] + chosen[present]])
    history = _continued(species.history, present, generation, next_id)
    best = fitness[order[first[:-1]]]
    rose = best > history["best"]
    history["best"][rose], history["improved"][rose] = best[rose], generation
    return Species(history, order, first, population.links.take(places), link_starts)


def _continued(history: Array, present: Ints, generation: int, next_id: int) -> Array:
    """The records of the species `present`; those beyond the end of `history` are new."""
    old = present[present < len(history)]
    result = np.empty(len(present), HISTORY)
    result[: len(old)] = history[old]
    new = result[len(old) :]
    new["id"], new["born"] = np.arange(next_id, next_id + len(new)), generation
    new["best"], new["improved"], new["examined"] = -np.inf, generation, -1
    return result


def means(species: Species, fitness: Floats) -> Floats:
    """The mean fitness (K,) of each one's members."""
    sums: Floats = np.add.reduceat(fitness[species.members], species.starts[:-1])
    return sums / species.sizes


def allowed(species: Species, fitness: Floats, generation: int, improved: int, config: NeatConfig) -> Floats:
    """The factor (K,) on each one's share of offspring: 1, or less where it stagnates (2002, section 4.1).

    improved: the generation in which the best fitness of the whole population last rose.
    """
    champions = fitness[species.champions]
    if generation - improved > config.population_stagnation:
        factors = np.zeros(len(species))
        factors[np.argsort(-champions, kind="stable")[:2]] = 1.0
        return factors
    stale = generation - species.history["improved"] >= config.stagnation
    if config.protect_best:
        stale[np.argmax(champions)] = False
    return np.where(stale, config.stagnation_factor, 1.0)


def shares(species: Species, fitness: Floats, factors: Floats) -> Floats:
    """Each species' claim (K,) on offspring: the sum of its members' shared fitness, f / size (2002, section 3.3).

    Where a fitness is negative all are raised by the lowest, so that claims are never below 0.
    """
    raised = fitness - min(0.0, float(fitness.min()))
    claims: Floats = factors * means(species, raised)
    if not claims.sum() > 0:
        claims = np.where(factors > 0, factors, 0.0) if np.any(factors > 0) else np.ones(len(species))
        claims = claims * species.sizes
    return claims


def allot(claims: Floats, total: int) -> Ints:
    """Whole numbers (K,) in proportion to `claims` that sum to `total`: largest remainders round up, ties to the first."""
    exact = claims / claims.max()
    exact = exact / exact.sum() * total
    whole: Ints = np.floor(exact).astype(np.int64)
    left = total - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:left]] += 1
    return whole


def told(species: Species, fitness: Floats, generation: int) -> list[dict[str, Any]]:
    """Each species in plain numbers, as a run records it."""
    best, mean = fitness[species.champions].tolist(), means(species, fitness).tolist()
    return [
        {"id": id_, "size": size, "best": top, "mean": middle, "age": generation - born, "stale": generation - improved}
        for (id_, born, _, improved, _), size, top, middle in zip(
            species.history.tolist(), species.sizes.tolist(), best, mean, strict=True
        )
    ]


def to_arrays(species: Species) -> dict[str, Array]:
    """Plain arrays from which `from_arrays` makes the same species again."""
    return {name: array.copy() for name, array in vars(species).items()}


def from_arrays(state: Mapping[str, Array]) -> Species:
    """The species that `to_arrays` wrote."""
    return Species(**{name: array.copy() for name, array in state.items()})
