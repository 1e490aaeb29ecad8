"""What became of a genome from one generation to the next, in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from neatcore.activations import NAMES
from neatcore.genome import Genes, Genome
from runner.ancestry import Ancestor
from runner.display import count

SPELT = 2  # genes of a kind that are named; more are counted


def changes(line: Sequence[Ancestor]) -> list[tuple[Ancestor, str]]:
    """The ancestors, the oldest first, that differ from their mothers, and how; the first of all is where it began."""
    steps = [(line[0], "the first of the line")]
    for mother, child in pairwise(line):
        words = change(mother.genome, child.genome)
        if words:
            steps.append((child, f"{words} (crossed)" if child.crossed else words))
    return steps


def change(mother: Genome, child: Genome) -> str:
    """What makes a child differ from its mother; empty where nothing does."""
    told = [
        *_listed("+", "node", [_node(gene) for gene in _only(child.nodes, mother.nodes)]),
        *_listed("−", "node", [_node(gene) for gene in _only(mother.nodes, child.nodes)]),
        *_listed("+", "link", [_link(gene) for gene in _only(child.links, mother.links)]),
        *_listed("−", "link", [_link(gene) for gene in _only(mother.links, child.links)]),
    ]
    before, after = _shared(mother.nodes, child.nodes)
    told += [f"node {_node(gene)}" for gene in after[before["activation"] != after["activation"]]]
    before, after = _shared(mother.links, child.links)
    for word, switched in (("on", after["enabled"] > before["enabled"]), ("off", after["enabled"] < before["enabled"])):
        told += [f"{words} {word}" for words in _listed("", "link", [_link(gene) for gene in after[switched]])]
    told += _ruled(mother, child)
    weights = int(np.count_nonzero(before["weight"] != after["weight"]))
    return ", ".join([*told, *([count(weights, "weight")] if weights else [])])


def _ruled(mother: Genome, child: Genome) -> list[str]:
    """Links that follow another rule of plasticity, and rules of other rates."""
    if mother.rules is None or child.rules is None:
        return []
    before, after = _shared(mother.links, child.links)
    moved = after[before["rule"] != after["rule"]]
    links = _listed("", "link", [f"{_link(gene)} to rule {gene['rule']}" for gene in moved])
    rates = np.flatnonzero((mother.rules != child.rules).any(axis=1)) if mother.rules.shape == child.rules.shape else ()
    return [*links, *(f"rates of rule {rule}" for rule in rates)]


def _keys(genes: Genes) -> Genes:
    """What genes are matched by: the first column."""
    keys: Genes = genes[(genes.dtype.names or ())[0]]
    return keys


def _only(genes: Genes, others: Genes) -> Genes:
    """The genes that have no match among the others."""
    found: Genes = genes[~np.isin(_keys(genes), _keys(others))]
    return found


def _shared(left: Genes, right: Genes) -> tuple[Genes, Genes]:
    """The genes of each that have a match in the other, in the same order."""
    return left[np.isin(_keys(left), _keys(right))], right[np.isin(_keys(right), _keys(left))]


def _node(gene: Genes) -> str:
    return f"{gene['id']} ({NAMES[int(gene['activation'])].replace('_', ' ')})"


def _link(gene: Genes) -> str:
    return f"{gene['source']} → {gene['target']}"


def _listed(sign: str, noun: str, genes: Sequence[str]) -> list[str]:
    """+link 1 → 5 for each of a few, +7 links for many."""
    return [f"{sign}{noun} {gene}" for gene in genes] if len(genes) <= SPELT else [f"{sign}{count(len(genes), noun)}"]
