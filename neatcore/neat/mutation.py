"""Structural mutation of whole populations: a kernel proposes, `Innovations` numbers, whole-array operations insert.

What grows is returned as `Growth`, so that all new genes of a generation go in at once, with `grow`. The other functions take a
population and the rows to mutate; rows where nothing fits stay as they were.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from neatcore.activations import code_of
from neatcore.genome import HIDDEN, NODE, Genes, Genomes, copied, starts
from neatcore.interfaces import Bools, Floats, Ints
from neatcore.neat import kernels
from neatcore.neat.breeding.kernels import Joins, Splits
from neatcore.neat.innovations import Innovations

Placed = tuple[int, tuple[Any, ...]]  # the row of a genome, and a gene that it gets


class Growth(NamedTuple):
    """New genes, each with the row of the genome that gets it."""

    nodes: list[Placed]
    links: list[Placed]


def joined(joins: Joins, innovations: Innovations, rules: Ints | None = None) -> Growth:
    """Links between nodes that had none (2002, figure 3); each follows the one of `rules` in its place, if genomes have rules."""
    ruled: list[tuple[int, ...]] = [()] * len(joins.rows) if rules is None else [(rule,) for rule in rules.tolist()]
    rows = zip(joins.rows.tolist(), joins.pairs.tolist(), joins.weights.tolist(), ruled, strict=True)
    return Growth([], [(row, (innovations.link(a, b), a, b, weight, True, *rule)) for row, (a, b), weight, rule in rows])


def halves(
    population: Genomes, splits: Splits, innovations: Innovations, odds: dict[str, float], *, halved: bool = False
) -> Growth:
    """What takes the place of split links: a node, an in-link of weight 1, an out-link of the old weight (2002, figure 3).

    halved: the link has stayed with half its weight, and the out-link gets half of that (Gauci's code). Both follow its rule.
    """
    growth = Growth([], [])
    ids, first = population.nodes["id"], population.node_starts
    activations, genes = activations_of(odds, splits.draws).tolist(), population.links.take(splits.places).tolist()
    for row, gene, activation in zip(splits.rows.tolist(), genes, activations, strict=True):
        split, source, target, weight, _, *rule = gene
        node = innovations.node(split, ids[first[row] : first[row + 1]].tolist())
        growth.nodes.append((row, (node, HIDDEN, activation)))
        growth.links.append((row, (innovations.link(source, node), source, node, 1.0, True, *rule)))
        growth.links.append((row, (innovations.link(node, target), node, target, weight / 2 if halved else weight, True, *rule)))
    return growth


def grow(population: Genomes, *growths: Growth) -> Genomes:
    """With all these genes where their ids and innovation numbers belong."""
    nodes, links = (sorted(chain.from_iterable(parts)) for parts in zip(*growths, strict=True))
    grown = population.with_nodes(*_insert(population.nodes, population.node_starts, nodes, NODE))
    return grown.with_links(*_insert(population.links, population.link_starts, links, population.links.dtype))


def switch_links(population: Genomes, rows: Ints, eligible: Bools, rng: Generator) -> Genomes:
    """Enable a disabled link, or disable an enabled one: one of the `eligible` links in each row."""
    places = kernels.choose(eligible.astype(np.int64), population.link_starts, rows, rng)
    links = copied(population.links)
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
    drawn = activations_of(odds, rng.random(len(rows)))
    nodes = copied(population.nodes)
    nodes["activation"][places[places >= 0]] = drawn[places >= 0]
    return population.with_nodes(nodes, population.node_starts)


def activations_of(odds: dict[str, float], draws: Floats) -> Ints:
    """Codes of activations by their odds, from draws in [0, 1)."""
    steps = np.cumsum(list(odds.values()))
    codes = np.array([code_of(name) for name in odds], np.int64)
    drawn: Ints = codes[np.searchsorted(steps, draws * steps[-1], side="right")]
    return drawn


def _insert(table: Genes, first: Ints, placed: list[Placed], dtype: np.dtype[np.void]) -> tuple[Genes, Ints]:
    if not placed:
        return table, first
    rows, genes = np.array([row for row, _ in placed]), np.array([gene for _, gene in placed], dtype)
    key, out = genes.dtype.names[0], np.empty(len(table) + len(genes), dtype)  # type: ignore[index]
    return out, kernels.splice(table, table[key], first, rows, genes, genes[key], out)
