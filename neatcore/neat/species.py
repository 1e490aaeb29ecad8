"""Species: who belongs to which, how long each has stood still, and how many offspring it may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from neatcore.genome import LINK, Genes, Genomes, starts
from neatcore.interfaces import Array, Floats, Ints
from neatcore.neat.config import NeatConfig
from neatcore.neat.distances import kernels

NOBODY, NO_LINKS = np.empty(0, np.int64), np.empty(0, LINK)


class Species(NamedTuple):
    """members (n,): rows of the population, fittest first. representative: the links that stand for the species next time.

    best: the highest fitness it ever had, at generation `improved`. born: its first generation. examined: the generation in
    which its champion was last examined, -1 before.
    """

    id: int
    born: int
    members: Ints
    representative: Genes
    best: float
    improved: int
    examined: int = -1


def speciate(population: Genomes, species: Sequence[Species], threshold: float, config: NeatConfig) -> tuple[Ints, Ints]:
    """The species (P,) of each genome: a place in `species` or beyond it; and the rows that found new ones (2002, section 3.3)."""
    if not config.speciation:
        return np.zeros(len(population), np.int64), np.zeros(0 if species else 1, np.int64)
    known = [s.representative for s in species]
    tables = np.concatenate([population.links[:0], *known], dtype=LINK)
    return kernels.assign(
        population.links, population.link_starts, tables, starts([len(k) for k in known]), threshold, coefficients(config)
    )


def coefficients(config: NeatConfig) -> kernels.Coefficients:
    """The coefficients of the distance."""
    return kernels.Coefficients(config.excess, config.disjoint, config.difference, config.size_rule == "paper")


def update(
    species: Sequence[Species],
    population: Genomes,
    placed: Ints,
    founders: Ints,
    fitness: Floats,
    generation: int,
    next_id: int,
    config: NeatConfig,
    rng: Generator,
) -> list[Species]:
    """The species of this generation: members, best fitness, representatives; those without members are gone."""
    links, ends = population.links, population.link_starts
    born = [Species(next_id + n, generation, NOBODY, links[:0], -np.inf, generation) for n in range(len(founders))]
    order = np.lexsort((-fitness, placed))
    counts = np.bincount(placed, minlength=len(species) + len(born))
    first = starts(counts)
    chosen = (rng.random(len(counts)) * counts).astype(np.int64) if config.representative == "random" else np.zeros_like(counts)
    present = np.flatnonzero(counts)
    begin = first[present]
    stand, best = order[begin + chosen[present]], fitness[order[begin]]
    columns = (present, begin, begin + counts[present], ends[stand], ends[stand + 1], best)
    result = []
    for place, start, stop, low, high, top in zip(*(column.tolist() for column in columns), strict=True):
        old = species[place] if place < len(species) else born[place - len(species)]
        improved = generation if top > old.best else old.improved
        result.append(Species(old.id, old.born, order[start:stop], links[low:high], max(top, old.best), improved, old.examined))
    return result


def waiting(species: Sequence[Species]) -> Ints:
    """Rows of the champions of species whose best fitness has risen since a champion of theirs was examined."""
    return np.array([s.members[0] for s in species if s.examined < s.improved], np.int64)


def noted(species: Sequence[Species], rows: Ints, generation: int) -> list[Species]:
    """The species, with a note of the generation in those whose champion is one of `rows`."""
    seen = set(rows.tolist())
    return [s._replace(examined=generation) if int(s.members[0]) in seen else s for s in species]


def means(species: Sequence[Species], fitness: Floats) -> Floats:
    """The mean fitness (species,) of each one's members."""
    sizes = np.array([len(s.members) for s in species])
    sums: Floats = np.add.reduceat(fitness[np.concatenate([s.members for s in species])], starts(sizes)[:-1])
    result: Floats = sums / sizes
    return result


def allowed(species: Sequence[Species], fitness: Floats, generation: int, improved: int, config: NeatConfig) -> Floats:
    """The factor (species,) on each one's share of offspring: 1, or less where it stagnates (2002, section 4.1).

    improved: the generation in which the best fitness of the whole population last rose.
    """
    champions = np.array([fitness[s.members[0]] for s in species])
    if generation - improved > config.population_stagnation:
        factors = np.zeros(len(species))
        factors[np.argsort(-champions, kind="stable")[:2]] = 1.0
        return factors
    stale = np.array([generation - s.improved >= config.stagnation for s in species])
    if config.protect_best:
        stale[np.argmax(champions)] = False
    return np.array([config.stagnation_factor if stands else 1.0 for stands in stale], np.float64)


def shares(species: Sequence[Species], fitness: Floats, factors: Floats) -> Floats:
    """Each species' claim (species,) on offspring: the sum of its members' shared fitness, f / size (2002, section 3.3).

    Where a fitness is negative all are raised by the lowest, so that claims are never below 0.
    """
    raised = fitness - min(0.0, float(fitness.min()))
    claims: Floats = factors * means(species, raised)
    if not claims.sum() > 0:
        claims = np.where(factors > 0, factors, 0.0) if np.any(factors > 0) else np.ones(len(species))
        claims = claims * np.array([len(s.members) for s in species], np.float64)
    return claims


def allot(claims: Floats, total: int) -> Ints:
    """Whole numbers (species,) in proportion to `claims` that sum to `total`: largest remainders round up, ties to the first."""
    exact = claims / claims.max()
    exact = exact / exact.sum() * total
    whole: Ints = np.floor(exact).astype(np.int64)
    left = total - int(whole.sum())
    whole[np.argsort(-(exact - whole), kind="stable")[:left]] += 1
    return whole


def to_arrays(species: Sequence[Species]) -> dict[str, Array]:
    """Plain arrays from which `from_arrays` makes the same species again."""
    return {
        "ids": np.array([(s.id, s.born, s.improved, s.examined) for s in species], np.int64).reshape(-1, 4),
        "best": np.array([s.best for s in species]),
        "members": np.concatenate([np.empty(0, np.int64), *(s.members for s in species)]),
        "member_starts": starts([len(s.members) for s in species]),
        "representatives": np.concatenate([NO_LINKS, *(s.representative for s in species)], dtype=LINK),
        "representative_starts": starts([len(s.representative) for s in species]),
    }


def from_arrays(state: Mapping[str, Array]) -> list[Species]:
    """The species that `to_arrays` wrote."""
    members = np.split(state["members"], state["member_starts"][1:-1])
    representatives = np.split(state["representatives"], state["representative_starts"][1:-1])
    rows = zip(state["ids"].tolist(), state["best"].tolist(), members, representatives, strict=False)
    return [Species(id_, born, m, r, best, improved, examined) for (id_, born, improved, examined), best, m, r in rows]
