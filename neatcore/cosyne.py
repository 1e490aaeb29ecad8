"""CoSyNE: a population for every number of the genome, mixed anew every generation (Gomez, Schmidhuber & Miikkulainen 2008)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.interfaces import Array, Bools, Floats, Space
from neatcore.parameters import Parameters
from neatcore.vectors import told, vectors


class CosyneConfig(Parameters):
    """Cooperative synapse neuroevolution (Gomez, Schmidhuber & Miikkulainen 2008)."""

    population: int = Field(40, ge=4, le=1_000_000, description="genomes")
    offspring: float = Field(
        0.25, gt=0, le=0.5, description="share of the fittest that breed, and of the others that their young replace"
    )
    mutate: float = Field(0.3, ge=0, le=1, description="probability that a number of a young genome is disturbed")
    power: float = Field(0.3, ge=0, description="scale of that Cauchy noise, in units of the encoding's scale")
    permute: Literal["fitness", "all", "none"] = Field(
        "fitness", description="which numbers change genomes: the worse their genomes the likelier, all, or none"
    )


class Cosyne:
    """CoSyNE as ask and tell over vectors; fitness is maximised. Row j of the population (P, n) is genome j; a column is the
    population of one number, whose members change their genomes."""

    def __init__(self, config: CosyneConfig, space: Space, rng: Generator) -> None:
        self.config, self.space, self.rng = config, vectors(space, "cosyne"), rng
        reach = self.space.scale * np.sqrt(3.0)  # a uniform distribution of that standard deviation
        first = rng.uniform(-reach, reach, (config.population, self.space.size))
        self.population: Floats = self.space.mean + first

    def ask(self) -> list[Floats]:
        """The genomes (n,) to evaluate; the same ones until they are told."""
        return list(self.population)

    def tell(self, fitness: Floats, /) -> None:
        """Fitness (P,) of the genomes. The young take the places of the worst; then numbers change their genomes."""
        fitness = told(fitness, len(self.population))
        order = np.argsort(-fitness, kind="stable")
        young = max(1, int(self.config.offspring * len(order)))
        children = self._bred(self.population[order[: max(2, young)]], young)
        chances = self._chances(fitness[order])
        chances[-young:] = 0.0  # the young are evaluated as they were bred
        marked = self.rng.random(self.population.shape) < chances[:, None]
        self.population = permuted(np.concatenate([self.population[order[:-young]], children]), marked, self.rng)

    def _chances(self, fitness: Floats) -> Floats:
        """How likely the numbers of each genome change it (P,): of the fittest never, of the least fit always."""
        if self.config.permute != "fitness":
            return np.full(len(fitness), float(self.config.permute == "all"))
        span = fitness.max() - fitness.min()
        shares = (fitness - fitness.min()) / span if span > 0 else np.zeros(len(fitness))
        chances: Floats = 1.0 - shares ** (1.0 / self.space.size)  # (2008, algorithm 1)
        return chances

    def _bred(self, parents: Floats, count: int) -> Floats:
        """Genomes from two parents each, cut at one place, and disturbed."""
        rng, size = self.rng, self.space.size
        mothers = rng.integers(len(parents), size=count)
        fathers = (mothers + rng.integers(1, len(parents), size=count)) % len(parents)
        cuts = rng.integers(size + 1, size=count)
        children = np.where(np.arange(size) < cuts[:, None], parents[mothers], parents[fathers])
        noise = self.config.power * self.space.scale * rng.standard_cauchy(children.shape)
        bred: Floats = children + np.where(rng.random(children.shape) < self.config.mutate, noise, 0.0)
        return bred

    def report(self) -> dict[str, Any]:
        """How far the members of a number's population lie apart: their standard deviation, the median over numbers."""
        return {"spread": float(np.median(self.population.std(axis=0)))}

    def state(self) -> dict[str, Array]:
        return {"population": self.population.copy()}

    def restore(self, state: Mapping[str, Array], /) -> None:
        self.population = state["population"].copy()

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Begin with the genomes of `state`, perhaps of another task: the first of them, or all and some of the first population,
        where this search has fewer or more."""
        theirs: Floats = state["population"]
        self.population = np.concatenate([theirs, self.population[len(theirs) :]])[: self.config.population].copy()


def permuted(population: Floats, marked: Bools, rng: Generator) -> Floats:
    """The population (P, n) with the marked members of every column in a random order among their places."""
    here = np.argsort(~marked, axis=0, kind="stable")  # the marked places first, in order
    there = np.argsort(np.where(marked, rng.random(population.shape), 2.0), axis=0, kind="stable")  # the same, shuffled
    mixed = population.copy()
    np.put_along_axis(mixed, here, np.take_along_axis(population, there, axis=0), axis=0)
    return mixed
