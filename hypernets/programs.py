"""Feed-forward genomes as programs for one compiled function: padded arrays, so that genomes of any structure share it.

A program adds up links, a few at a time: forward those into a node, after which its activation is applied; backward those out of
it, by which the gradient comes back. Slots are those of `Nets`: inputs 0 … I - 1, the bias I, then the computing nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import NDArray

from hypernets.activations import check_codes
from neatcore.cppn import prepare
from neatcore.genome import Genome
from neatcore.interfaces import Array, Ints

Indices = NDArray[np.int32]

AT_ONCE = 4  # links added up in a step
SMALLEST = 16  # slots of the smallest program


@dataclass(frozen=True)
class Steps:
    """count (): how many are taken of T. slots (T,): the sum to which a step adds. others (T, AT_ONCE): the ends of its links that
    it reads. links (T, AT_ONCE): whose weights. last (T,): whether the sum is complete then."""

    count: Indices
    slots: Indices
    others: Indices
    links: Indices
    last: Array


@dataclass(frozen=True)
class Program:
    """A genome's structure.

    codes (M,): the activation of each slot. outputs (O,): their slots. answers (M,): 1 + the output that a slot is, or 0.
    heard (W,): which links any output hears; the weights of a genome's L links are padded to W.
    """

    forward: Steps
    backward: Steps
    codes: Indices
    outputs: Indices
    answers: Indices
    heard: Array


jax.tree_util.register_dataclass(Steps, ["count", "slots", "others", "links", "last"], [])
jax.tree_util.register_dataclass(Program, ["forward", "backward", "codes", "outputs", "answers", "heard"], [])


def program(genome: Genome, inputs: int) -> Program:
    """The program of a feed-forward genome; InputError where it has other inputs, a cycle, or an activation that JAX does not know.

    Sizes are powers of 2: programs of up to M slots and 4 M links have the same shapes.
    """
    numbered = genome.links.copy()
    numbered["weight"] = np.arange(len(numbered))
    nets = prepare([Genome(genome.nodes, numbered)], inputs).nets
    check_codes(nets.activations)
    first = inputs + 1
    slots, links = first + len(nets.activations), nets.weights.astype(np.int32)
    size = room(slots, len(genome.links))
    targets = first + np.repeat(np.arange(len(nets.activations)), np.diff(nets.link_starts))
    backwards = np.lexsort((-targets, -nets.sources))
    answers = np.zeros(size, np.int32)
    answers[nets.output_slots[0]] = 1 + np.arange(nets.output_slots.shape[1])
    return Program(
        _steps(np.arange(first, slots), targets, nets.sources, links, size),
        _steps(np.arange(slots)[::-1], nets.sources[backwards], targets[backwards], links[backwards], size),
        np.pad(nets.activations, (first, size - slots)).astype(np.int32),
        nets.output_slots[0].astype(np.int32),
        answers,
        np.isin(np.arange(4 * size), links),
    )


def room(slots: int, links: int) -> int:
    """M, of a program for so many slots and links."""
    size = SMALLEST
    while size < slots or 4 * size <= links:
        size *= 2
    return size


def padded(weights: Array, program: Program) -> Array:
    """The weights (L,) of a genome's links as a program takes them (W,)."""
    return np.pad(np.asarray(weights, np.float32), (0, len(program.heard) - len(weights)))


def _steps(owners: Ints, owned: Ints, others: Ints, links: Indices, size: int) -> Steps:
    """Steps for each of `owners` in turn; links come grouped by owner (owned), in the same order."""
    unused = 4 * size - 1  # no genome has so many links
    place = np.zeros(size, np.int64)
    place[owners] = np.arange(len(owners))
    counts = np.bincount(place[owned], minlength=len(owners))
    chunks = np.maximum(1, -(-counts // AT_ONCE))
    ends, starts = np.cumsum(chunks), np.cumsum(counts) - counts
    within = np.arange(len(owned)) - starts[place[owned]]
    rows, columns = (ends - chunks)[place[owned]] + within // AT_ONCE, within % AT_ONCE
    read, weighed = np.zeros((2 * size, AT_ONCE), np.int32), np.full((2 * size, AT_ONCE), unused, np.int32)
    read[rows, columns], weighed[rows, columns] = others, links
    slots, last = np.zeros(2 * size, np.int32), np.zeros(2 * size, np.bool_)
    slots[: ends[-1]], last[ends - 1] = np.repeat(owners, chunks), True
    return Steps(np.array(ends[-1], np.int32), slots, read, weighed, last)
