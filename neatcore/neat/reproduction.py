"""Reproduction: who begets whom, and what happens to each child."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from neatcore.genome import Genomes
from neatcore.interfaces import Bools, Floats, Ints
from neatcore.neat import mutation, rules
from neatcore.neat.breeding import kernels
from neatcore.neat.breeding.kernels import Litter
from neatcore.neat.config import NeatConfig
from neatcore.neat.innovations import Innovations
from neatcore.neat.kernels import Change, Crossing
from neatcore.neat.species import Species


def rules_of(config: NeatConfig, recurrent: bool, adult: int) -> kernels.Rules:
    """What the configuration says of parents and children, as kernels take it.

    adult: the innovation number below which links are no longer young.
    """
    c = config
    choices = {"smaller": c.equal_fitness == "smaller", "both": c.unmatched == "both", "by_fitness": c.matching == "fitness"}
    rates = kernels.Rates(**{name: getattr(c, name) for name in kernels.Rates._fields if name not in choices}, **choices)
    crossing = Crossing(recurrent, c.disabled_rule == "author", c.inherit_disabled)
    change = Change(c.power, c.perturb, c.replace, c.weight_limit, c.weight_rule == "author", adult)
    growing = kernels.Growing(c.split_rule == "older", c.split_bias, c.new_power, c.recurrent_links, c.split == "halve")
    return kernels.Rules(rates, crossing, change, growing)


def brood(
    population: Genomes, fitness: Floats, species: Species, offspring: Ints, choices: kernels.Rules, rng: Generator
) -> Litter:
    """So many children (K,) of each species, as they are before they grow."""
    return kernels.bear(population.tables, fitness, species.members, species.starts, offspring, choices, rng)


def raised(litter: Litter, innovations: Innovations, config: NeatConfig, rng: Generator, rates: Floats | None = None) -> Genomes:
    """The next generation: the children with their new genes, and with the mutations that the paper does not have.

    rates (P, R, 2): the rules of the population that the parents are of, where it has any.
    """
    children = Genomes(*litter.children, rules=None if rates is None else rules.inherited(rates, litter.parents))
    halves = mutation.halves(children, litter.splits, innovations, config.activations, halved=config.split == "halve")
    chosen = None if rates is None else rules.drawn(len(litter.joins.rows), rates, rng)
    children = mutation.grow(children, halves, mutation.joined(litter.joins, innovations, chosen))
    return rules.mutated(switched(children, litter.mutable, config, rng), litter.mutable, config, rng)


def switched(children: Genomes, mutable: Bools, config: NeatConfig, rng: Generator) -> Genomes:
    """With links switched, enabled or deleted, and activations changed, in those that may mutate, by the shares of each."""

    def some(share: float) -> Ints:
        return np.flatnonzero(mutable & (rng.random(len(children)) < share))

    c = config
    if c.toggle:
        children = mutation.switch_links(children, some(c.toggle), mutation.switchable(children), rng)
    if c.reenable:
        children = mutation.switch_links(children, some(c.reenable), ~children.links["enabled"], rng)
    if c.delete_link:
        children = mutation.delete_links(children, some(c.delete_link), rng)
    if c.change_activation:
        children = mutation.change_activations(children, some(c.change_activation), c.activations, rng)
    return children
