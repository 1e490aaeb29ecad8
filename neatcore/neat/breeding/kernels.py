"""Compiled: the children of a generation, from the choice of parents to the proposal of new genes.

One call: what is done to a population is little, and would cost less than the calls that ask for it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from neatcore.compiled import kernel
from neatcore.genome import Tables
from neatcore.interfaces import Bools, Floats, Ints
from neatcore.neat.kernels import BOTH, Change, Couples, Crossing, breed, choose_split, mutate_weights, propose_links


class Rates(NamedTuple):
    """Of choosing parents, crossing and mutating; as in `NeatConfig`."""

    survival: float
    champion_size: int
    interspecies: float
    mutate_only: float
    smaller: bool
    both: bool
    by_fitness: bool
    averaging: float
    mate_only: float
    add_node: float
    add_link: float
    mutate_weights: float
    exclusive: bool


class Growing(NamedTuple):
    """How genomes grow: are older links split first, may links from the bias be split; weights of new links are uniform within
    ± power, and so many of those must close a cycle; does a split link stay, with half its weight."""

    older: bool
    split_bias: bool
    power: float
    cyclic_share: float
    halve: bool


class Rules(NamedTuple):
    """All that decides what becomes of parents."""

    rates: Rates
    crossing: Crossing
    change: Change
    growing: Growing


class Parents(NamedTuple):
    """mothers, fathers (C,): rows of the population, father -1 where there is no crossover. untouched (C,): champions' copies."""

    mothers: Ints
    fathers: Ints
    untouched: Bools


class Splits(NamedTuple):
    """Links to be split: the rows (S,) of their genomes, their places in the flat table, draws in [0, 1) for the new nodes."""

    rows: Ints
    places: Ints
    draws: Floats


class Joins(NamedTuple):
    """Links to be added: the rows (J,) of their genomes, the nodes (J, 2) that they join, their weights."""

    rows: Ints
    pairs: Ints
    weights: Floats


class Litter(NamedTuple):
    """Children that lack their new genes: whose they are, which may mutate (C,), the splits and links that they are to get."""

    children: Tables
    parents: Parents
    mutable: Bools
    splits: Splits
    joins: Joins


@kernel
def pick(members: Ints, starts: Ints, kind: int, survival: float, draw: float) -> int:
    """One of the fittest members of a species, by a draw in [0, 1)."""
    size = starts[kind + 1] - starts[kind]
    pool = min(size, int(survival * size + 1))
    return int(members[starts[kind] + int(draw * pool)])


@kernel
def choose_parents(members: Ints, starts: Ints, offspring: Ints, rates: Rates, rng: Generator) -> Parents:
    """Parents of every child, species by species: the champion's copy first, then draws from the fittest members."""
    kinds, size = len(offspring), np.sum(offspring)
    for_mother, away, draws = rng.random(size), rng.integers(1, max(2, kinds), size), rng.random((3, size))
    mothers, fathers, untouched = np.empty(size, np.int64), np.full(size, -1), np.zeros(size, np.bool_)
    c = 0
    for kind in range(kinds):
        for n in range(offspring[kind]):
            mothers[c] = pick(members, starts, kind, rates.survival, for_mother[c])
            other = (kind + away[c]) % kinds if draws[0, c] < rates.interspecies else kind
            if n == 0 and offspring[kind] > rates.champion_size:
                mothers[c], untouched[c] = members[starts[kind]], True
            elif draws[2, c] >= rates.mutate_only:
                fathers[c] = pick(members, starts, other, rates.survival, draws[1, c])
            c += 1
    return Parents(mothers, fathers, untouched)


@kernel
def cross(genomes: Tables, parents: Parents, fitness: Floats, rules: Rules, rng: Generator) -> Tables:
    """Children before mutation. A genome crossed with itself is copied."""
    size = len(parents.mothers)
    averaging = (rng.random(size) < rules.rates.averaging).astype(np.int64)
    fathers, fitter, shares = parents.fathers.copy(), np.zeros(size, np.int64), np.full(size, 0.5)
    for c in range(size):
        mother, father = parents.mothers[c], fathers[c]
        if mother == father:
            fathers[c] = -1
        elif father >= 0:
            fitter[c] = np.sign(fitness[mother] - fitness[father])
            if fitter[c] == 0 and rules.rates.smaller:
                fitter[c] = 1 if links_of(genomes, mother) <= links_of(genomes, father) else -1
            fitter[c] = BOTH if rules.rates.both else fitter[c]
            if rules.rates.by_fitness:
                shares[c] = share_of(fitness[mother], fitness[father])
    return Tables(*breed(genomes, Couples(parents.mothers, fathers, fitter, shares, averaging), rules.crossing, rng))


@kernel
def share_of(hers: float, his: float) -> float:
    """The mother's part of the fitness of both; half where that means nothing, as with negative fitness."""
    total = hers + his
    return hers / total if min(hers, his) >= 0.0 and total > 0.0 else 0.5


@kernel
def links_of(genomes: Tables, row: int) -> int:
    """How many links a genome has."""
    return int(genomes.link_starts[row + 1] - genomes.link_starts[row])


@kernel
def choose_changes(parents: Parents, rates: Rates, rng: Generator) -> Bools:
    """Marks (4, C): may the child mutate, is a link split, is one added, do weights change."""
    size = len(parents.mothers)
    draws, marks = rng.random((4, size)), np.zeros((4, size), np.bool_)
    for c in range(size):
        crossed = parents.fathers[c] >= 0 and parents.fathers[c] != parents.mothers[c]
        if parents.untouched[c] or (crossed and draws[0, c] < rates.mate_only):
            continue
        splits = draws[1, c] < rates.add_node
        adds = draws[2, c] < rates.add_link and not (splits and rates.exclusive)
        weights = draws[3, c] < rates.mutate_weights and not ((splits or adds) and rates.exclusive)
        marks[0, c], marks[1, c], marks[2, c], marks[3, c] = True, splits, adds, weights
    return marks


@kernel
def split(genomes: Tables, rows: Ints, growing: Growing, rng: Generator) -> Splits:
    """Disable, or halve, a link of each of `rows` that has one to split, in place."""
    places = choose_split(genomes, rows, growing.older, growing.split_bias, rng)
    draws, found = rng.random(len(rows)), places >= 0
    for place in places:
        if place >= 0 and growing.halve:
            genomes.links[place].weight /= 2.0
        elif place >= 0:
            genomes.links[place].enabled = False
    return Splits(rows[found], places[found], draws[found])


@kernel
def join(genomes: Tables, rows: Ints, recurrent: bool, growing: Growing, rng: Generator) -> Joins:
    """Find two nodes to join, and a weight, for each of `rows` that has room."""
    pairs = propose_links(genomes, rows, recurrent, growing.cyclic_share, rng)
    weights = rng.uniform(-growing.power, growing.power, len(rows))
    found = pairs[:, 0] >= 0
    return Joins(rows[found], pairs[found], weights[found])


@kernel
def bear(genomes: Tables, fitness: Floats, members: Ints, starts: Ints, offspring: Ints, rules: Rules, rng: Generator) -> Litter:
    """The children of a generation: parents chosen and crossed, weights changed, and where new genes are to go.

    members, starts: rows of the population, species by species, the fittest first; offspring: how many each species has.
    """
    parents = choose_parents(members, starts, offspring, rules.rates, rng)
    children = cross(genomes, parents, fitness, rules, rng)
    marks = choose_changes(parents, rules.rates, rng)
    mutate_weights(children.links, children.link_starts, np.flatnonzero(marks[3]), rules.change, rng)
    splits = split(children, np.flatnonzero(marks[1]), rules.growing, rng)
    joins = join(children, np.flatnonzero(marks[2]), rules.crossing.recurrent, rules.growing, rng)
    return Litter(children, parents, marks[0], splits, joins)
