"""The search: ask for genomes, tell their fitness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from neatcore.activations import NAMES, codes_of
from neatcore.errors import InputError, require
from neatcore.genome import HIDDEN, Genome, Genomes, copied
from neatcore.interfaces import Array, Floats, GraphSpace, Ints, Space
from neatcore.neat import reproduction, species
from neatcore.neat.config import NeatConfig, fitted
from neatcore.neat.innovations import Innovations
from neatcore.neat.start import first_population
from neatcore.prefixes import within

LARGEST = 1e300  # fitness, of which sums and differences are finite
OLDEST = np.iinfo(np.int64).max  # no link has this innovation number


class Neat:
    """NEAT as ask and tell.

        neat = Neat(NeatConfig(), GraphSpace(inputs=2, outputs=1), rng)
        while neat.generation < 100:
            genomes = neat.ask()
            neat.tell(fitness_of(genomes))

    generation: how many generations have been told. The population is what `ask` last returned. mothers, fathers (P,): the rows
    of its parents in the population before; -1 in the first one, and for the father where there was no crossover.
    """

    def __init__(self, config: NeatConfig, space: Space, rng: Generator) -> None:
        if not isinstance(space, GraphSpace):
            raise InputError(
                f"search=neat needs genomes that are graphs, this encoding has vectors of {space.size} numbers; "
                "use search=cma, or encoding=direct"
            )
        config = fitted(config, space)
        self.config, self.space, self.rng = config, space, rng
        self.generation = 0
        self.population = first_population(config, space, rng)
        self.mothers = self.fathers = np.full(len(self.population), -1)
        self.innovations = Innovations.of(self.population)
        self.species = species.Species.none(self.population.links.dtype)
        self.threshold = config.threshold
        self.fitness: Floats | None = None  # of `population`; None while it waits to be told
        self.best, self.improved = -np.inf, 0
        self.next_species = 0
        self.births: list[int] = []  # the next innovation number as each of the last `young` generations was bred

    def ask(self) -> Genomes:
        """The genomes to evaluate; after `tell`, the next generation."""
        if self.fitness is not None:
            self.population = self._offspring(self.fitness)
            self.fitness = None
        return self.population

    def inherit(self, learnt: Sequence[Genome], /) -> Genomes:
        """Go on with what the population has learnt: the same genes, with other weights, cut to ± weight_limit."""
        require(self.fitness is None, "nothing is inherited after tell; ask for the next generation first")
        population, links = Genomes.of(learnt), self.population.links
        same = np.array_equal(population.nodes, self.population.nodes) and len(population.links) == len(links)
        same = same and all(np.array_equal(population.links[name], links[name]) for name in ("innovation", "enabled"))
        require(same, "what was learnt has other genes than the population; learning changes weights alone")
        kept = copied(links)
        kept["weight"] = np.clip(population.links["weight"], -self.config.weight_limit, self.config.weight_limit)
        self.population = self.population.with_links(kept)
        return self.population

    def tell(self, fitness: Floats, /) -> None:
        """Take the fitness (P,) of the population and sort it into species."""
        fitness = np.array(fitness, np.float64)
        require(fitness.shape == (len(self.population),), f"fitness has shape {fitness.shape}, not ({len(self.population)},)")
        wrong = np.flatnonzero(~np.isfinite(fitness))
        require(len(wrong) == 0, f"fitness of genomes {wrong[:5].tolist()} is not finite")
        beyond = np.flatnonzero(np.abs(fitness) > LARGEST)
        require(len(beyond) == 0, f"fitness of genomes {beyond[:5].tolist()} is beyond ±{LARGEST:g}: no sums can be made")
        require(self.fitness is None, "told twice; ask for the next generation first")
        placed = species.speciate(self.population, self.species, self.threshold, self.config)
        self.species = species.update(
            self.species, self.population, placed, fitness, self.generation, self.next_species, self.config, self.rng
        )
        self.next_species = max(self.next_species, int(self.species.history["id"][-1]) + 1)
        if fitness.max() > self.best:
            self.best, self.improved = float(fitness.max()), self.generation
        self.fitness = fitness
        self.generation += 1

    def nominees(self) -> Ints:
        """All rows (P,) in the order in which to examine: champions of species that have risen since they were last examined
        come first, then all others, the fittest of each first (NEAT C++ 1.2, pole2_epoch)."""
        require(self.fitness is not None, "nothing to examine before tell")
        fitness = np.asarray(self.fitness)
        later = np.ones(len(fitness), np.bool_)
        later[self.species.waiting] = False
        return np.lexsort((-fitness, later))

    def examined(self, rows: Ints, /) -> None:
        """Take note that the genomes `rows` have been examined."""
        self.species = self.species.noted(rows, self.generation - 1)

    def _offspring(self, fitness: Floats) -> Genomes:
        config, rng = self.config, self.rng
        self._move_threshold()
        if config.innovation_scope == "generation":
            self.innovations.forget()
        factors = species.allowed(self.species, fitness, self.generation - 1, self.improved, config)
        if self.generation - 1 - self.improved > config.population_stagnation:
            self.improved = self.generation - 1
        claims = species.shares(self.species, fitness, factors)
        offspring = species.allot(claims, config.population)
        rules = reproduction.rules_of(config, self.space.recurrent, self._age())
        litter = reproduction.brood(self.population, fitness, self.species, offspring, rules, rng)
        self.mothers, self.fathers = litter.parents.mothers, litter.parents.fathers
        return reproduction.raised(litter, self.innovations, config, rng, self.population.rules)

    def _age(self) -> int:
        """The innovation number from which on links are young, once a further generation is counted."""
        young = self.config.young
        if not young:
            return OLDEST
        first = self.births[-young] if len(self.births) >= young else 0
        self.births = [*self.births, self.innovations.next_link][-young:]
        return first

    def _move_threshold(self) -> None:
        target, step = self.config.target_species, self.config.threshold_step
        if target and len(self.species) != target:
            lowest = min(step, self.threshold)
            self.threshold = max(lowest, self.threshold + (step if len(self.species) > target else -step))

    def report(self) -> dict[str, Any]:
        """Species (id, size, best, mean, age, stale), the threshold, and hidden nodes and enabled links: mean and fittest."""
        require(self.fitness is not None, "nothing to report before tell")
        fitness, genomes = np.asarray(self.fitness), self.population
        champion = genomes[int(np.argmax(fitness))]
        return {
            "species": species.told(self.species, fitness, self.generation - 1),
            "threshold": self.threshold,
            "hidden_mean": float(np.count_nonzero(genomes.nodes["kind"] == HIDDEN) / len(genomes)),
            "hidden_best": champion.hidden,
            "links_mean": float(np.count_nonzero(genomes.links["enabled"]) / len(genomes)),
            "links_best": int(np.count_nonzero(champion.links["enabled"])),
        }

    def state(self) -> dict[str, Array]:
        """Everything, as plain arrays; reading it changes nothing."""
        p = self.population
        return {
            "counters": np.array([self.generation, self.improved, self.next_species], np.int64),
            "scalars": np.array([self.best, self.threshold]),
            "births": np.array(self.births, np.int64),
            "fitness": np.empty(0) if self.fitness is None else self.fitness.copy(),
            "mothers": self.mothers.copy(),
            "fathers": self.fathers.copy(),
            "activations": np.array(NAMES),
            "nodes": p.nodes.copy(),
            "links": p.links.copy(),
            "node_starts": p.node_starts.copy(),
            "link_starts": p.link_starts.copy(),
            **({} if p.rules is None else {"rules": p.rules.copy()}),
            **{f"species.{name}": value for name, value in species.to_arrays(self.species).items()},
            **{f"innovations.{name}": value for name, value in self.innovations.state().items()},
        }

    def restore(self, state: Mapping[str, Array], /) -> None:
        """Continue from `state`; the random generator's state is its owner's to restore."""
        self.generation, self.improved, self.next_species = state["counters"].tolist()
        self.best, self.threshold = state["scalars"].tolist()
        self.births = state["births"].tolist()
        self.mothers, self.fathers = state["mothers"].copy(), state["fathers"].copy()
        self.fitness = state["fitness"].copy() if len(state["fitness"]) else None
        tables = ("nodes", "links", "node_starts", "link_starts", "rules")
        self.population = Genomes(**{name: state[name].copy() for name in tables if name in state})
        nodes = self.population.nodes
        nodes["activation"] = codes_of(nodes["activation"], state["activations"].tolist())
        self.species = species.from_arrays(within("species.", state))
        self.innovations = Innovations.restored(within("innovations.", state))

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Begin with the population of `state`, perhaps of another task: it is evaluated, and sorted into species anew from this
        search's own threshold. The next population has this search's own size."""
        self.restore(state)
        self.threshold = self.config.threshold
        self.fitness, self.species = None, species.Species.none(self.population.links.dtype)
        self.mothers = self.fathers = np.full(len(self.population), -1)
        self.best, self.improved = -np.inf, self.generation
