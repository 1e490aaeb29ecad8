"""Reproduction: who begets whom, and what happens to each child."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from neatcore.genome import Genomes, starts
from neatcore.interfaces import Bools, Floats, Ints
from neatcore.neat import kernels, mutation
from neatcore.neat.config import NeatConfig
from neatcore.neat.innovations import Innovations
from neatcore.neat.species import Species


@dataclass(frozen=True)
class Parents:
    """mothers, fathers (C,): rows of the population, father -1 where there is no crossover. untouched (C,): champions' copies."""

    mothers: Ints
    fathers: Ints
    untouched: Bools


def choose_parents(species: Species, offspring: Ints, config: NeatConfig, rng: Generator) -> Parents:
    """Parents of every child, species by species: the champion's copy first, then draws from the fittest members."""
    members, first = species.members, species.starts[:-1]
    pools = (config.survival * species.sizes + 1).astype(np.int64)
    kinds = np.repeat(np.arange(len(species)), offspring)

    def draw(of: Ints) -> Ints:
        drawn: Ints = members[first[of] + (rng.random(len(of)) * pools[of]).astype(np.int64)]
        return drawn

    mothers = draw(kinds)
    strangers = (kinds + rng.integers(1, max(2, len(species)), len(kinds))) % len(species)
    fathers = draw(np.where(rng.random(len(kinds)) < config.interspecies, strangers, kinds))
    fathers[rng.random(len(kinds)) < config.mutate_only] = -1
    heirs = starts(offspring)[:-1][offspring > config.champion_size]
    mothers[heirs], fathers[heirs] = members[first[kinds[heirs]]], -1
    untouched = np.zeros(len(kinds), np.bool_)
    untouched[heirs] = True
    return Parents(mothers, fathers, untouched)


def cross(population: Genomes, parents: Parents, fitness: Floats, recurrent: bool, config: NeatConfig, rng: Generator) -> Genomes:
    """Children before mutation. A genome crossed with itself is copied."""
    mothers = parents.mothers
    fathers = np.where(parents.fathers == mothers, -1, parents.fathers)
    fitter = np.sign(fitness[mothers] - fitness[fathers]).astype(np.int64)
    if config.equal_fitness == "smaller":
        sizes = population.link_counts
        fitter = np.where(fitter == 0, np.where(sizes[mothers] <= sizes[fathers], 1, -1), fitter)
    averaging = (rng.random(len(mothers)) < config.averaging).astype(np.int64)
    rules = kernels.Crossing(recurrent, config.disabled_rule == "author", config.inherit_disabled)
    return Genomes(*kernels.breed(population.tables, mothers, fathers, fitter, averaging, rules, rng))


def mutate(
    children: Genomes, parents: Parents, innovations: Innovations, recurrent: bool, config: NeatConfig, rng: Generator
) -> Genomes:
    """Mutate all children but the champions' copies and, by `mate_only`, some of those that were crossed. Changes `children`."""
    c = config
    crossed = (parents.fathers >= 0) & (parents.fathers != parents.mothers)
    open_ = ~parents.untouched & ~(crossed & (rng.random(len(children)) < c.mate_only))

    def some(share: float) -> Bools:
        drawn: Bools = open_ & (rng.random(len(children)) < share)
        return drawn

    splits = some(c.add_node)
    adds = some(c.add_link) & ~(splits & c.exclusive)
    weights = some(c.mutate_weights) & ~((splits | adds) & c.exclusive)
    rules = kernels.Change(c.power, c.perturb, c.replace, c.weight_limit, c.weight_rule == "author")
    kernels.mutate_weights(children.links, children.link_starts, np.flatnonzero(weights), rules, rng)
    older = c.split_rule == "older"
    children, halves = mutation.split_links(children, np.flatnonzero(splits), innovations, c.activations, older, c.split_bias, rng)
    added = mutation.new_links(children, np.flatnonzero(adds), innovations, c.new_power, recurrent, c.recurrent_links, rng)
    children = mutation.grow(children, halves, added)
    if c.toggle:
        children = mutation.switch_links(children, np.flatnonzero(some(c.toggle)), mutation.switchable(children), rng)
    if c.reenable:
        children = mutation.switch_links(children, np.flatnonzero(some(c.reenable)), ~children.links["enabled"], rng)
    if c.delete_link:
        children = mutation.delete_links(children, np.flatnonzero(some(c.delete_link)), rng)
    if c.change_activation:
        children = mutation.change_activations(children, np.flatnonzero(some(c.change_activation)), c.activations, rng)
    return children
