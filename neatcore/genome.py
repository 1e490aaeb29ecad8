"""Genomes: two sorted tables of gene records, and populations of them in four flat arrays.

A genome is edited as records and evaluated as columns. `Genomes` keeps a population's tables end to end, so that kernels and
whole-array operations reach every gene at once; `genomes[i]` is a view of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from neatcore.activations import NAMES, code_of
from neatcore.errors import InputError, InputTypeError, require
from neatcore.interfaces import Floats, GraphSpace, Ints

INPUT, BIAS, OUTPUT, HIDDEN = 0, 1, 2, 3
KINDS = ("input", "bias", "output", "hidden")

NODE = np.dtype([("id", np.int64), ("kind", np.int8), ("activation", np.int16)])
LINK = np.dtype(
    [("innovation", np.int64), ("source", np.int64), ("target", np.int64), ("weight", np.float64), ("enabled", np.bool_)]
)
RULED = np.dtype([*((name, LINK[name]) for name in LINK.names or ()), ("rule", np.int8)])  # where links have a rule of plasticity
RATES = ("eta1", "eta2")  # of a rule
Genes = NDArray[np.void]


@dataclass(frozen=True, eq=False)
class Genome:
    """One network as genes.

    nodes: records (id, kind, activation), sorted by id. links: records (innovation, source, target, weight, enabled), sorted
    by innovation number. Where weights change within a lifetime links also name their `rule`, a row of `rules` (R, 2): two
    learning rates in [0, 1], both 0 in the first. `check_genome` says what is valid.
    """

    nodes: Genes
    links: Genes
    rules: Floats | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Genome):
            return NotImplemented
        same = np.array_equal(self.nodes, other.nodes) and np.array_equal(self.links, other.links)
        if self.rules is None or other.rules is None:
            return same and self.rules is other.rules
        return same and np.array_equal(self.rules, other.rules)

    __hash__ = None  # type: ignore[assignment]

    @property
    def inputs(self) -> int:
        return int(np.count_nonzero(self.nodes["kind"] == INPUT))

    @property
    def outputs(self) -> int:
        return int(np.count_nonzero(self.nodes["kind"] == OUTPUT))

    @property
    def hidden(self) -> int:
        return int(np.count_nonzero(self.nodes["kind"] == HIDDEN))

    def __str__(self) -> str:
        hidden = f"{self.hidden} hidden node{'' if self.hidden == 1 else 's'}"
        rows = [f"{hidden}, {np.count_nonzero(self.links['enabled'])} of {len(self.links)} links enabled"]
        rows += [f"  node {n['id']:>4}  {KINDS[n['kind']]:<6} {NAMES[n['activation']]}" for n in self.nodes]
        for k in self.links:
            joined = f"{k['source']:>4} → {k['target']:<4}"
            ruled = "" if self.rules is None else f"  rule {k['rule']}" if k["rule"] else "  fixed"
            rows.append(f"  link {k['innovation']:>4}  {joined} {k['weight']:+.4f}{ruled}{'' if k['enabled'] else '  off'}")
        for number, rates in enumerate(self.rules if self.rules is not None else ()):
            if number:
                rows.append(f"  rule {number:>4}  {', '.join(f'η{n} {rate:.4f}' for n, rate in enumerate(rates, 1))}")
        return "\n".join(rows)


class Tables(NamedTuple):
    """A population as kernels take it: genes of all genomes end to end, and where each genome's begin (P + 1)."""

    nodes: Genes
    links: Genes
    node_starts: Ints
    link_starts: Ints


@dataclass(frozen=True, eq=False)
class Genomes(Sequence[Genome]):
    """P genomes end to end: nodes of genome i are nodes[node_starts[i]:node_starts[i + 1]], links likewise.

    rules (P, R, 2), where weights change within a lifetime: all genomes have as many.
    """

    nodes: Genes
    links: Genes
    node_starts: Ints
    link_starts: Ints
    rules: Floats | None = None

    @classmethod
    def of(cls, genomes: Sequence[Genome]) -> Genomes:
        """`genomes` end to end; a `Genomes` is returned as it is."""
        if isinstance(genomes, Genomes):
            return genomes
        for place, genome in enumerate(genomes):
            if not isinstance(genome, Genome):
                raise InputTypeError(f"genome {place} is a {type(genome).__name__}, not a Genome")
        rules = _stacked([genome.rules for genome in genomes])
        dtype = LINK if rules is None else RULED
        return cls(
            np.concatenate([np.empty(0, NODE), *(g.nodes for g in genomes)], dtype=NODE),
            np.concatenate([np.empty(0, dtype), *(g.links for g in genomes)], dtype=dtype),
            starts([len(g.nodes) for g in genomes]),
            starts([len(g.links) for g in genomes]),
            rules,
        )

    def __len__(self) -> int:
        return len(self.node_starts) - 1

    @overload
    def __getitem__(self, place: int) -> Genome: ...
    @overload
    def __getitem__(self, place: slice) -> Genomes: ...
    def __getitem__(self, place: int | slice) -> Genome | Genomes:
        if isinstance(place, slice):
            return self.take(np.arange(len(self))[place])
        if not -len(self) <= place < len(self):
            raise IndexError(f"genome {place} of {len(self)}")
        place = int(place) % len(self)
        return Genome(
            self.nodes[self.node_starts[place] : self.node_starts[place + 1]],
            self.links[self.link_starts[place] : self.link_starts[place + 1]],
            None if self.rules is None else self.rules[place],
        )

    def __iter__(self) -> Iterator[Genome]:
        return (self[i] for i in range(len(self)))

    def take(self, rows: Ints) -> Genomes:
        """Copies of the genomes in `rows`, in that order."""
        nodes, node_starts = gather(self.node_starts, rows)
        links, link_starts = gather(self.link_starts, rows)
        rules = None if self.rules is None else self.rules[rows]
        return Genomes(self.nodes.take(nodes), self.links.take(links), node_starts, link_starts, rules)

    def with_nodes(self, nodes: Genes, node_starts: Ints) -> Genomes:
        """The same links, other nodes."""
        return Genomes(nodes, self.links, node_starts, self.link_starts, self.rules)

    def with_links(self, links: Genes, link_starts: Ints | None = None) -> Genomes:
        """The same nodes, other links; as many for each genome where no starts are given."""
        return Genomes(self.nodes, links, self.node_starts, self.link_starts if link_starts is None else link_starts, self.rules)

    def with_rules(self, links: Genes, rules: Floats | None) -> Genomes:
        """The same nodes and as many links, which name other rules."""
        return Genomes(self.nodes, links, self.node_starts, self.link_starts, rules)

    @property
    def tables(self) -> Tables:
        return Tables(self.nodes, self.links, self.node_starts, self.link_starts)

    @property
    def link_counts(self) -> Ints:
        return np.diff(self.link_starts)


def _stacked(tables: Sequence[Floats | None]) -> Floats | None:
    """The rules of all genomes (P, R, 2); InputError where only some have rules, or not as many."""
    rules = [table for table in tables if table is not None]
    if not rules:
        return None
    same = len(rules) == len(tables) and len({table.shape for table in rules}) == 1
    require(same, "some genomes have rules of plasticity and others have none, or not as many")
    return np.stack(rules)


def copied(genes: Genes) -> Genes:
    """A copy, by whole records; numpy goes field by field and takes ten times as long, as does `genes[places]` beside `take`."""
    whole = np.dtype((np.void, genes.itemsize))
    copy: Genes = genes.view(whole).copy().view(genes.dtype)
    return copy


def starts(counts: Any) -> Ints:
    """Offsets (n + 1,) of n runs of these lengths laid end to end."""
    result = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=result[1:])
    return result


def gather(offsets: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The flat places of the runs `rows`, end to end, and the offsets of the result."""
    counts = offsets[rows + 1] - offsets[rows]
    result = starts(counts)
    places = np.arange(result[-1]) + np.repeat(offsets[rows] - result[:-1], counts)
    return places, result


def node_table(space: GraphSpace, output: str = "sigmoid") -> Genes:
    """The nodes every genome of `space` has: inputs 0…, then the bias, then the outputs."""
    kinds = [INPUT] * space.inputs + [BIAS] * space.bias + [OUTPUT] * space.outputs
    linear, activation = code_of("linear"), code_of(output)
    return np.array([(i, kind, activation if kind == OUTPUT else linear) for i, kind in enumerate(kinds)], NODE)


def check_genome(genome: Genome, *, recurrent: bool = True) -> None:
    """Raise InputError unless `genome` is valid; with `recurrent` off, links on or off must not close a cycle."""
    nodes, links = genome.nodes, genome.links
    for name, table, dtype in (("nodes", nodes, NODE), ("links", links, LINK if genome.rules is None else RULED)):
        require(getattr(table, "dtype", None) == dtype, f"the {name} of a genome must be a table of {dtype.names}")
    _sorted(nodes["id"], "nodes are not sorted by id, or one is there twice: id")
    _sorted(links["innovation"], "links are not sorted by innovation number, or one is there twice: innovation")
    require(len(nodes) == 0 or nodes["id"][0] >= 0, "a node has a negative id")
    _each(np.isin(nodes["kind"], range(len(KINDS))), nodes["id"], "unknown kind of node", "node")
    _each((nodes["activation"] >= 0) & (nodes["activation"] < len(NAMES)), nodes["id"], "unknown activation", "node")
    require(genome.outputs > 0, "a genome needs an output node")
    require(np.count_nonzero(nodes["kind"] == BIAS) <= 1, "a genome has at most one bias node")
    _each(np.isin(links["source"], nodes["id"]), links["innovation"], "the source is no node of this genome", "link")
    _each(np.isin(links["target"], nodes["id"]), links["innovation"], "the target is no node of this genome", "link")
    sensors = nodes["id"][nodes["kind"] <= BIAS]
    _each(~np.isin(links["target"], sensors), links["innovation"], "a link ends at an input or the bias", "link")
    _each(np.isfinite(links["weight"]), links["innovation"], "the weight is not finite", "link")
    pairs = set(zip(links["source"].tolist(), links["target"].tolist(), strict=True))
    require(len(pairs) == len(links), "two links join the same pair of nodes")
    if genome.rules is not None:
        _check_rules(genome.rules, links)
    if not recurrent:
        require(not has_cycle(genome), "the links close a cycle, in a genome that must be feed-forward")


def _check_rules(rules: Floats, links: Genes) -> None:
    """A table of learning rates whose first row is 0, in which every link has its row."""
    fits = rules.ndim == 2 and rules.shape[1] == len(RATES) and len(rules) > 0
    require(fits, f"the rules of a genome have shape {rules.shape}, not (R, {len(RATES)})")
    wrong = np.flatnonzero(~((rules >= 0) & (rules <= 1)).all(axis=1))
    require(len(wrong) == 0, f"rule {wrong[0] if len(wrong) else 0} has a learning rate outside [0, 1]")
    require(not rules[0].any(), f"rule 0 leaves weights as they are; its learning rates are {rules[0].tolist()}, not 0")
    _each((links["rule"] >= 0) & (links["rule"] < len(rules)), links["innovation"], f"its rule is not one of {len(rules)}", "link")


def has_cycle(genome: Genome) -> bool:
    """Whether the links, enabled or not, close a cycle."""
    remaining = list(zip(genome.links["source"].tolist(), genome.links["target"].tolist(), strict=True))
    while remaining:
        targets = {target for _, target in remaining}
        kept = [link for link in remaining if link[0] in targets]
        if len(kept) == len(remaining):
            return True
        remaining = kept
    return False


def _sorted(keys: Ints, message: str) -> None:
    wrong = np.flatnonzero(np.diff(keys) <= 0)
    if len(wrong):
        raise InputError(f"{message} {keys[wrong[0] + 1]} follows {keys[wrong[0]]}")


def _each(valid: NDArray[np.bool_], keys: Ints, message: str, kind: str) -> None:
    if not np.all(valid):
        raise InputError(f"{kind} {keys[np.flatnonzero(~valid)[0]]}: {message}")
