"""Rules of plasticity in genomes: drawn, handed on, mutated (after the traits of NEAT C++; Stanley, Bryant & Miikkulainen 2003)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from neatcore.genome import RATES, RULED, Genomes, copied
from neatcore.interfaces import Bools, Floats, Ints
from neatcore.neat import kernels
from neatcore.neat.breeding.kernels import Parents
from neatcore.neat.config import NeatConfig


def ruled(population: Genomes, rules: int, rng: Generator) -> Genomes:
    """Genomes with so many rules besides that of fixed weights, at rates uniform in [0, 1], and a rule for each link, any alike."""
    rates = np.zeros((len(population), rules + 1, len(RATES)))
    rates[:, 1:] = rng.random((len(population), rules, len(RATES)))
    links = np.empty(len(population.links), RULED)
    for name in population.links.dtype.names or ():
        links[name] = population.links[name]
    links["rule"] = drawn(len(links), rates, rng)
    return population.with_rules(links, rates)


def drawn(count: int, rates: Floats, rng: Generator) -> Ints:
    """A rule for each of so many links."""
    return rng.integers(0, rates.shape[1], count)


def inherited(rates: Floats, parents: Parents) -> Floats:
    """The rules of children (C, R, 2): halfway between those of their parents, rule by rule, or those of the mother alone."""
    fathers = np.where(parents.fathers < 0, parents.mothers, parents.fathers)
    return np.asarray((rates[parents.mothers] + rates[fathers]) / 2.0)


def mutated(children: Genomes, mutable: Bools, config: NeatConfig, rng: Generator) -> Genomes:
    """With the rates of one rule changed, or one link that follows another rule, in those that may mutate, by the shares of each.

    Each rate of the rule changes with even odds, by up to ± rate_power, and stays in [0, 1].
    """
    if children.rules is None:
        return children
    rows = np.flatnonzero(mutable & (rng.random(len(children)) < config.mutate_rates))
    rates, links = children.rules.copy(), copied(children.links)
    steps = rng.uniform(-config.rate_power, config.rate_power, (len(rows), len(RATES)))
    chosen, changed = rng.integers(1, rates.shape[1], len(rows)), rng.random((len(rows), len(RATES))) < 0.5
    rates[rows, chosen] = np.clip(rates[rows, chosen] + np.where(changed, steps, 0.0), 0.0, 1.0)
    rows = np.flatnonzero(mutable & (rng.random(len(children)) < config.change_rule))
    places = kernels.choose(np.ones(len(links), np.int64), children.link_starts, rows, rng)
    links["rule"][places[places >= 0]] = drawn(len(rows), rates, rng)[places >= 0]
    return children.with_rules(links, rates)
