"""Compiled: crossing and mutating genomes, aligned by innovation number, over whole populations.

Links and nodes are the flat tables of `Genomes`; genome i owns the run starts[i] … starts[i + 1].
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from neatcore.compiled import kernel
from neatcore.genome import BIAS, HIDDEN, NODE, Genes, Tables
from neatcore.interfaces import Floats, Ints


class Crossing(NamedTuple):
    """How genomes are crossed: may links close cycles, are disabled genes treated as by the author, their chance to stay so."""

    recurrent: bool
    by_author: bool
    disabled: float


class Couples(NamedTuple):
    """mothers and fathers (C,), father -1 for a plain copy; fitter, the mother's share of matching genes, averaging: (C,)."""

    mothers: Ints
    fathers: Ints
    fitter: Ints
    shares: Floats
    averaging: Ints


class Change(NamedTuple):
    """How weights change: the range of perturbations and new weights, the shares of both, the limit, the author's regimes, the
    innovation number from which on links are always perturbed."""

    power: float
    perturb: float
    replace: float
    limit: float
    by_author: bool
    adult: int


BOTH = 2  # unmatched genes of both parents
TRIES = 20  # attempts at finding a place for a new link
YOUNG, OLDER = 15, 0.7  # below so many links the oldest is split with this chance


@kernel
def joined(links: Genes, source: int, target: int) -> bool:
    """Whether a link of the table joins this pair."""
    for k in range(len(links)):
        if links[k].source == source and links[k].target == target:
            return True
    return False


@kernel
def reaches(nodes: Genes, links: Genes, skipped: Ints, start: int, goal: int) -> bool:
    """Whether a path of links, except those marked in `skipped` (L,), leads from node `start` to node `goal`."""
    marked = nodes["id"] == start
    ids = nodes["id"].copy()
    changed = True
    while changed and start != goal:
        changed = False
        for k in range(len(links)):
            if skipped[k]:
                continue
            tail, head = np.searchsorted(ids, links[k].source), np.searchsorted(ids, links[k].target)
            if marked[tail] and not marked[head]:
                if links[k].target == goal:
                    return True
                marked[head] = True
                changed = True
    return bool(start == goal)


@kernel
def recurrent_links(nodes: Genes, links: Genes) -> Ints:
    """Marks (L,): 1 for a link that closed a cycle of earlier, unmarked links when the links came in order of innovation."""
    marks = np.zeros(len(links), np.int64)
    for k in range(len(links)):
        marks[k] = reaches(nodes, links[:k], marks[:k], links[k].target, links[k].source)
    return marks


@kernel
def cross_links(a: Genes, b: Genes, fitter: int, share: float, averaging: bool, rules: Crossing, out: Genes, rng: Generator) -> int:
    """Cross two link tables into `out`; returns how many links the child has (2002, section 3.2 and figure 4).

    fitter: 1 takes unmatched genes from `a`, -1 from `b`, 0 each with even odds, `BOTH` all; only with the last two can genes of
    different numbers, one of each parent, join the same pair, and the later one is left out. share: odds of `a` for matching genes.
    """
    mixed = fitter in (0, BOTH)
    i, j, count = 0, 0, 0
    while i < len(a) or j < len(b):
        from_a = i < len(a) and (j >= len(b) or a[i].innovation <= b[j].innovation)
        from_b = j < len(b) and (i >= len(a) or b[j].innovation <= a[i].innovation)
        matched = from_a and from_b
        if matched:
            take_a = rng.random() < share
            off = not (a[i].enabled and b[j].enabled)
        else:
            take_a = from_a
            off = not (a[i].enabled if from_a else b[j].enabled)
        if matched or fitter in (BOTH, 1 if from_a else -1) or (fitter == 0 and rng.random() < 0.5):
            gene = a[i] if take_a else b[j]
            if matched or not mixed or not joined(out[:count], gene.source, gene.target):
                out[count] = gene
                if matched and averaging:
                    out[count].weight = (a[i].weight + b[j].weight) / 2.0
                keeps = rules.by_author and not (matched and averaging)
                stays_off = keeps and not gene.enabled
                redraw = off and (matched or not rules.by_author)
                out[count].enabled = not stays_off and not (redraw and rng.random() < rules.disabled)
                count += 1
        i += from_a
        j += from_b
    return count


@kernel
def aligned(a: Genes, b: Genes) -> bool:
    """Whether two link tables have the same innovation numbers, so that a child of both has the links of either."""
    if len(a) != len(b):
        return False
    for k in range(len(a)):
        if a[k].innovation != b[k].innovation:
            return False
    return True


@kernel
def cyclic(nodes: Genes, links: Genes) -> bool:
    """Whether the links close a cycle: whether some are left after those that no link leads to are taken away, again and again."""
    ids = nodes["id"].copy()
    left, tails, heads = len(links), np.searchsorted(ids, links["source"]), np.searchsorted(ids, links["target"])
    while left > 0:
        entered = np.zeros(len(ids), np.int64)
        for k in range(left):
            entered[heads[k]] = 1
        kept = 0
        for k in range(left):
            if entered[tails[k]]:
                tails[kept], heads[kept] = tails[k], heads[k]
                kept += 1
        if kept == left:
            return True
        left = kept
    return False


@kernel
def drop_cycles(nodes: Genes, links: Genes, count: int) -> int:
    """Keep, in order, the first links that close no cycle; returns how many of the first `count` are left."""
    if not cyclic(nodes, links[:count]):
        return count
    kept = 0
    none = np.zeros(count, np.int64)
    for k in range(count):
        if not reaches(nodes, links[:kept], none[:kept], links[k].target, links[k].source):
            links[kept] = links[k]
            kept += 1
    return kept


@kernel
def merge_nodes(a: Genes, b: Genes, fitter: int, out: Genes, rng: Generator) -> int:
    """The nodes of two parents by id, in `out`; of a node in both, either's with even odds. Returns how many.

    fitter: 1 leaves out nodes that only `b` has, -1 those that only `a` has, otherwise none.
    """
    i, j, count = 0, 0, 0
    while i < len(a) or j < len(b):
        from_a = i < len(a) and (j >= len(b) or a[i].id <= b[j].id)
        from_b = j < len(b) and (i >= len(a) or b[j].id <= a[i].id)
        if from_a and from_b and a[i].activation != b[j].activation:
            out[count] = a[i] if rng.random() < 0.5 else b[j]
        else:
            out[count] = a[i] if from_a else b[j]
        count += (from_a and from_b) or fitter != (-1 if from_a else 1)
        i += from_a
        j += from_b
    return count


@kernel
def drop_unlinked(nodes: Genes, count: int, links: Genes) -> int:
    """Keep the sensors, the outputs and the hidden nodes that a link touches; returns how many of the first `count`."""
    ids = nodes[:count]["id"].copy()
    linked = np.zeros(count, np.int64)
    for k in range(len(links)):
        linked[np.searchsorted(ids, links[k].source)] = 1
        linked[np.searchsorted(ids, links[k].target)] = 1
    kept = 0
    for n in range(count):
        if linked[n] or nodes[n].kind != HIDDEN:
            nodes[kept] = nodes[n]
            kept += 1
    return kept


@kernel
def breed(genomes: Tables, couples: Couples, rules: Crossing, rng: Generator) -> tuple[Genes, Genes, Ints, Ints]:
    """The children (C,) of couples, end to end; fitter and shares as in `cross_links`."""
    nodes, links, node_starts, link_starts = genomes
    mothers, fathers, fitter, shares, averaging = couples
    size = len(mothers)
    room_nodes, room_links = 0, 0
    for c in range(size):
        for parent in (mothers[c], fathers[c]):
            if parent >= 0:
                room_nodes += node_starts[parent + 1] - node_starts[parent]
                room_links += link_starts[parent + 1] - link_starts[parent]
    out_nodes, out_links = np.empty(room_nodes, NODE), np.empty(room_links, links.dtype)
    node_ends, link_ends = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.int64)
    for c in range(size):
        mother, father = mothers[c], fathers[c]
        her_nodes = nodes[node_starts[mother] : node_starts[mother + 1]]
        her_links = links[link_starts[mother] : link_starts[mother + 1]]
        child_nodes, child_links = out_nodes[node_ends[c] :], out_links[link_ends[c] :]
        if father < 0:
            count_nodes, count_links = len(her_nodes), len(her_links)
            child_nodes[:count_nodes] = her_nodes
            child_links[:count_links] = her_links
        else:
            his_nodes = nodes[node_starts[father] : node_starts[father + 1]]
            his_links = links[link_starts[father] : link_starts[father + 1]]
            count_links = cross_links(her_links, his_links, fitter[c], shares[c], averaging[c] == 1, rules, child_links, rng)
            count_nodes = merge_nodes(her_nodes, his_nodes, fitter[c], child_nodes, rng)
            if fitter[c] in (0, BOTH) and not aligned(her_links, his_links):
                if not rules.recurrent:
                    count_links = drop_cycles(child_nodes[:count_nodes], child_links, count_links)
                count_nodes = drop_unlinked(child_nodes, count_nodes, child_links[:count_links])
        node_ends[c + 1], link_ends[c + 1] = node_ends[c] + count_nodes, link_ends[c] + count_links
    return out_nodes[: node_ends[size]], out_links[: link_ends[size]], node_ends, link_ends


@kernel
def mutate_weights(links: Genes, starts: Ints, rows: Ints, rules: Change, rng: Generator) -> None:
    """Change the weights of the genomes `rows` in place: perturb each by ± power, or draw it anew within ± power, or leave it.

    The author: per genome with even odds a severe regime (70 % perturbed, 20 % new), else all perturbed, but in genomes of ten
    links or more the newest fifth only half perturbed, a fifth new (NEAT C++ 1.2, link_weights). Young links are always perturbed.
    """
    for row in rows:
        severe = rules.by_author and rng.random() < 0.5
        count = starts[row + 1] - starts[row]
        for k in range(starts[row], starts[row + 1]):
            changed, renewed = rules.perturb, rules.replace
            if severe:
                changed, renewed = 0.7, 0.2
            elif rules.by_author:
                newest = count >= 10 and k - starts[row] > 0.8 * count
                changed, renewed = (0.5, 0.2) if newest else (1.0, 0.0)
            if links[k].innovation >= rules.adult:
                changed, renewed = 1.0, 0.0
            draw = rng.random()
            if draw < changed:
                links[k].weight += rng.uniform(-rules.power, rules.power)
            elif draw < changed + renewed:
                links[k].weight = rng.uniform(-rules.power, rules.power)
            links[k].weight = min(max(links[k].weight, -rules.limit), rules.limit)


@kernel
def propose_links(genomes: Tables, rows: Ints, recurrent: bool, cyclic_share: float, rng: Generator) -> Ints:
    """Pairs (R, 2) of nodes that a new link may join in the genomes `rows`; -1, -1 where none was found in `TRIES` draws."""
    nodes, links, node_starts, link_starts = genomes
    pairs = np.full((len(rows), 2), -1)
    for r in range(len(rows)):
        table = nodes[node_starts[rows[r]] : node_starts[rows[r] + 1]]
        genes = links[link_starts[rows[r]] : link_starts[rows[r] + 1]]
        sensors = 0
        for n in range(len(table)):
            sensors += table[n].kind <= BIAS
        must_close = recurrent and rng.random() < cyclic_share
        marks = recurrent_links(table, genes) if recurrent else np.zeros(len(genes), np.int64)
        for _ in range(TRIES):
            target = table[nth_computing(table, rng.integers(0, len(table) - sensors))].id
            if must_close:
                loop = rng.random() < 0.5
                source = target if loop else table[nth_computing(table, rng.integers(0, len(table) - sensors))].id
            else:
                source = table[rng.integers(0, len(table))].id
            if joined(genes, source, target):
                continue
            if reaches(table, genes, marks, target, source) == must_close:
                pairs[r, 0], pairs[r, 1] = source, target
                break
    return pairs


@kernel
def nth_computing(nodes: Genes, n: Any) -> int:
    """The place of the n-th node that is neither input nor bias."""
    for place in range(len(nodes)):
        if nodes[place].kind > BIAS:
            if n == 0:
                return place
            n -= 1
    return -1


@kernel
def choose(eligible: Ints, starts: Ints, rows: Ints, rng: Generator) -> Ints:
    """For each of `rows` a place in the flat table, drawn evenly from its marked ones; -1 where none is marked."""
    places = np.full(len(rows), -1)
    for r in range(len(rows)):
        seen = 0
        for k in range(starts[rows[r]], starts[rows[r] + 1]):
            if eligible[k]:
                seen += 1
                if rng.random() * seen < 1.0:
                    places[r] = k
    return places


@kernel
def choose_split(genomes: Tables, rows: Ints, older: bool, split_bias: bool, rng: Generator) -> Ints:
    """For each of `rows` the place of an enabled link to split, in the flat table; -1 where there is none.

    Each is as likely; but with `older`, in genomes of fewer than `YOUNG` links, the oldest is taken with a chance of `OLDER`,
    else the next one, and so on, perhaps none (after NEAT C++ 1.2, mutate_add_node). Links from the bias only with `split_bias`.
    """
    nodes, links, node_starts, link_starts = genomes
    places = np.full(len(rows), -1)
    for r in range(len(rows)):
        ids = nodes[node_starts[rows[r]] : node_starts[rows[r] + 1]]["id"].copy()
        first, last, seen = link_starts[rows[r]], link_starts[rows[r] + 1], 0
        walks = older and last - first < YOUNG
        for k in range(first, last):
            source = node_starts[rows[r]] + np.searchsorted(ids, links[k].source)
            if not links[k].enabled or (nodes[source].kind == BIAS and not split_bias):
                continue
            seen += 1
            if rng.random() < (OLDER if walks else 1.0 / seen):
                places[r] = k
                if walks:
                    break
    return places


@kernel
def splice(table: Genes, keys: Ints, starts: Ints, rows: Ints, genes: Genes, new_keys: Ints, out: Genes) -> Ints:
    """Write to `out` the tables of all genomes with each of `genes` in the genome of the same place in `rows`, where its key
    belongs; rows and, within a row, keys ascend. Returns the new starts (P + 1)."""
    ends = np.zeros(len(starts), np.int64)
    cursor, g = 0, 0
    for p in range(len(starts) - 1):
        for k in range(starts[p], starts[p + 1]):
            while g < len(genes) and rows[g] == p and new_keys[g] < keys[k]:
                out[cursor] = genes[g]
                cursor += 1
                g += 1
            out[cursor] = table[k]
            cursor += 1
        while g < len(genes) and rows[g] == p:
            out[cursor] = genes[g]
            cursor += 1
            g += 1
        ends[p + 1] = cursor
    return ends


@kernel
def places_of(keys: Ints, starts: Ints, rows: Ints, wanted: Ints) -> Ints:
    """Where in the flat, per genome sorted `keys` each `wanted` key belongs in the genome of the same place in `rows`."""
    places = np.empty(len(rows), np.int64)
    for r in range(len(rows)):
        first = starts[rows[r]]
        places[r] = first + np.searchsorted(keys[first : starts[rows[r] + 1]], wanted[r])
    return places
