"""Structural mutation of whole populations: a kernel proposes, `Innovations` numbers, whole-array operations insert.

Each function takes a population and the rows to mutate; rows where nothing fits stay as they were. What grows is returned as
`Growth`, so that all new genes of a generation go in at once, with `grow`.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from neatcore.activations import code_of
from neatcore.genome import HIDDEN, LINK, NODE, Genes, Genomes, starts
from neatcore.interfaces import Bools, Ints
from neatcore.neat import kernels
from neatcore.neat.innovations import Innovations


class Growth(NamedTuple):
    """New genes, each with the row of the genome that gets it."""

    node_rows: list[int]
    nodes: list[tuple[int, ...]]
    link_rows: list[int]
    links: list[tuple[Any, ...]]


def new_links(
    population: Genomes, rows: Ints, innovations: Innovations, power: float, recurrent: bool, cyclic_share: float, rng: Generator
) -> Growth:
    """A link of random weight within ± power between two nodes that had none (2002, figure 3), for each row that has room."""
    pairs = kernels.propose_links(population.tables, rows, recurrent, cyclic_share, rng)
    weights = rng.uniform(-power, power, len(rows))
    found = pairs[:, 0] >= 0
    links = [
        (innovations.link(source, target), source, target, weight, True)
        for (source, target), weight in zip(pairs[found].tolist(), weights[found].tolist(), strict=True)
    ]
    return Growth([], [], rows[found].tolist(), links)


class Splitting(NamedTuple):
    """How links are split: odds of the new node's activation; rather an older link; links from the bias too; halve, not disable."""

    odds: dict[str, float]
    older: bool = False
    bias: bool = False
    halve: bool = False


def split_links(
    population: Genomes, rows: Ints, innovations: Innovations, rules: Splitting, rng: Generator
) -> tuple[Genomes, Growth]:
    """The population with a link of each row disabled, and what replaces it: a node, an in-link of weight 1, an out-link of the
    old weight (2002, figure 3). Halved, the link stays with half its weight, and the out-link gets half of that (Gauci's code).
    """
    if not len(rows):
        return population, Growth([], [], [], [])
    places = kernels.choose_split(population.tables, rows, rules.older, rules.bias, rng)
    activations = draw_activations(rules.odds, len(rows), rng)[places >= 0].tolist()
    rows, places = rows[places >= 0], places[places >= 0]
    growth = Growth(rows.tolist(), [], np.repeat(rows, 2).tolist(), [])
    ids, first = population.nodes["id"], population.node_starts
    for row, gene, activation in zip(growth.node_rows, population.links[places].tolist(), activations, strict=True):
        split, source, target, weight, _ = gene
        node = innovations.node(split, ids[first[row] : first[row + 1]].tolist())
        growth.nodes.append((node, HIDDEN, activation))
        growth.links.append((innovations.link(source, node), source, node, 1.0, True))
        growth.links.append((innovations.link(node, target), node, target, weight / 4 if rules.halve else weight, True))
    links = population.links.copy()
    if rules.halve:
        links["weight"][places] /= 2
    else:
        links["enabled"][places] = False
    return population.with_links(links), growth


def grow(population: Genomes, *growths: Growth) -> Genomes:
    """With all these genes where their ids and innovation numbers belong."""
    node_rows, nodes, link_rows, links = (list(chain.from_iterable(parts)) for parts in zip(*growths, strict=True))
    grown = population.with_nodes(*_insert(population.nodes, population.node_starts, node_rows, np.array(nodes, NODE)))
    return grown.with_links(*_insert(population.links, population.link_starts, link_rows, np.array(links, LINK)))


def switch_links(population: Genomes, rows: Ints, eligible: Bools, rng: Generator) -> Genomes:
    """Enable a disabled link, or disable an enabled one: one of the `eligible` links in each row."""
    places = kernels.choose(eligible.astype(np.int64), population.link_starts, rows, rng)
    links = population.links.copy()
    links["enabled"][places[places >= 0]] ^= True
    return population.with_links(links)


def switchable(population: Genomes) -> Bools:
    """Links (L,) that may be switched: those off, and those on whose source has another enabled link out of it."""
    links = population.links
    owner = np.repeat(np.arange(len(population)), population.link_counts)
    keys = np.stack([owner, links["source"]], axis=1)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    enabled_of_source = np.bincount(group, weights=links["enabled"], minlength=1)[group]
    return ~links["enabled"] | (enabled_of_source > 1)


def delete_links(population: Genomes, rows: Ints, rng: Generator) -> Genomes:
    """Without one random link in each row, and without the hidden nodes that this leaves unlinked."""
    everywhere = np.ones(len(population.links), np.int64)
    places = kernels.choose(everywhere, population.link_starts, rows, rng)
    gone = places[places >= 0]
    counts = population.link_counts
    counts[rows[places >= 0]] -= 1
    links = np.delete(population.links, gone)
    return drop_unlinked(population.with_links(links, starts(counts)))


def drop_unlinked(population: Genomes) -> Genomes:
    """Without hidden nodes that no link touches."""
    p = population
    owner = np.repeat(np.arange(len(p)), p.link_counts)
    linked = p.nodes["kind"] != HIDDEN
    for end in ("source", "target"):
        linked[kernels.places_of(p.nodes["id"], p.node_starts, owner, p.links[end])] = True
    kept = np.add.reduceat(linked, p.node_starts[:-1]) if len(p) else np.zeros(0)
    return p.with_nodes(p.nodes[linked], starts(kept))


def change_activations(population: Genomes, rows: Ints, odds: dict[str, float], rng: Generator) -> Genomes:
    """Another activation, drawn by the odds, for one hidden node in each row."""
    places = kernels.choose((population.nodes["kind"] == HIDDEN).astype(np.int64), population.node_starts, rows, rng)
    drawn = draw_activations(odds, len(rows), rng)
    nodes = population.nodes.copy()
    nodes["activation"][places[places >= 0]] = drawn[places >= 0]
    return population.with_nodes(nodes, population.node_starts)


def draw_activations(odds: dict[str, float], count: int, rng: Generator) -> Ints:
    """Codes (count,) of activations drawn by their odds."""
    steps = np.cumsum(list(odds.values()))
    codes = np.array([code_of(name) for name in odds], np.int64)
    drawn: Ints = codes[np.searchsorted(steps, rng.random(count) * steps[-1], side="right")]
    return drawn


def _insert(table: Genes, first: Ints, rows: list[int], genes: Genes) -> tuple[Genes, Ints]:
    if len(genes) == 0:
        return table, first
    key = genes.dtype.names[0]  # type: ignore[index]
    owners = np.array(rows)
    order = np.lexsort((genes[key], owners))
    genes, out = genes[order], np.empty(len(table) + len(genes), table.dtype)
    return out, kernels.splice(table, table[key], first, owners[order], genes, genes[key], out)
