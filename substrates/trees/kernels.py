"""Compiled: quadtrees and octrees over what a CPPN answers for the links of one neuron (Risi & Stanley 2012).

A tree is the cells of a pyramid that are there; they are asked for level by level, in blocks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from neatcore.compiled import kernel
from neatcore.cppn.kernels import LANES, WIDTH, ZERO, Cppns, block_of, compute, load_distance
from neatcore.interfaces import Bools, Floats, Ints

Single = NDArray[np.float32]


class Pyramid(NamedTuple):
    """The cells of a quadtree (Q = 2) or octree (Q = 3), level by level, each in Morton order: cell m of a level has 2^Q children
    on the next, those from 2^Q · m on.

    starts (levels + 1): the first cell of each level, and the end. centres (D, C). spacing (C,): from a cell to those beside it.
    beside (C, 2 Q): the cells beside it, below and above along each axis; -1 outside the space.
    """

    starts: Ints
    centres: Single
    spacing: Single
    beside: Ints


class Rules(NamedTuple):
    """initial, maximum: levels; division, variance, band: thresholds; rounds: how often hidden neurons are looked for from hidden
    ones; gated: whether the CPPN's second output gates links; upward: whether links between hidden neurons must rise along the
    last coordinate; delta, distance: what the CPPN also reads."""

    initial: int
    maximum: int
    division: float
    variance: float
    band: float
    rounds: int
    gated: bool
    upward: bool
    delta: bool
    distance: bool


class World(NamedTuple):
    """What networks grow in: patterns, rules, cells, and the ends that the task gives: inputs (I, D), outputs (O, D)."""

    cppns: Cppns
    rules: Rules
    pyramid: Pyramid
    inputs: Single
    outputs: Single


class Root(NamedTuple):
    """Where a tree begins: the neuron at `end` (D,) of network `net`, and whether links leave it."""

    net: int
    end: Single
    outgoing: bool


class Tree(NamedTuple):
    """Room for one tree of C cells.

    weights, gates (C,): what the CPPN answered, NaN for cells that are not there. sums, squares, leaves (C,): of the weights of the
    leaves below. open (C,): whether links may come from below. chosen (C,): cells picked. points (D, 2 Q C), answers (2, 2 Q C): a
    batch of questions. near (C, 2 Q): weights beside the chosen cells. block: of the CPPN. asked (1,): points so far.
    """

    weights: Single
    gates: Single
    sums: Floats
    squares: Floats
    leaves: Floats
    open: Bools
    chosen: Ints
    points: Single
    answers: Single
    near: Single
    block: Single
    asked: Ints


@kernel
def room_for(cppns: Cppns, pyramid: Pyramid) -> Tree:
    """Room for a tree of that pyramid."""
    cells, sides = pyramid.beside.shape
    batch = cells * sides
    return Tree(
        np.empty(cells, np.float32),
        np.empty(cells, np.float32),
        np.empty(cells),
        np.empty(cells),
        np.empty(cells),
        np.empty(cells, np.bool_),
        np.empty(cells, np.int64),
        np.empty((len(pyramid.centres), batch), np.float32),
        np.empty((2, batch), np.float32),
        np.empty((cells, sides), np.float32),
        block_of(cppns),
        np.zeros(1, np.int64),
    )


# --- questions ----------------------------------------------------------------------------------------------------------


@kernel
def ask(world: World, root: Root, tree: Tree, count: int) -> None:
    """tree.answers = the weight, and where links are gated the gate, for links between the root and the first points."""
    cppns, rules, block, dimensions = world.cppns, world.rules, tree.block, len(root.end)
    inputs = cppns.nets.inputs
    near, far = (0, dimensions) if root.outgoing else (dimensions, 0)
    fixed = inputs if root.outgoing or rules.delta or rules.distance else dimensions
    for first in range(0, count, LANES):
        lanes = min(LANES, count - first)
        width = (lanes + WIDTH - 1) // WIDTH * WIDTH
        for d in range(dimensions):
            block[near + d, :width] = root.end[d]
            some, row = tree.points[d, first : first + lanes], block[far + d]
            for k in range(lanes):
                row[k] = some[k]
        if rules.delta:
            for d in range(dimensions):
                for k in range(lanes):
                    block[2 * dimensions + d, k] = block[dimensions + d, k] - block[d, k]
        if rules.distance:
            load_distance(block, inputs - 1, dimensions, lanes)
        compute(cppns, root.net, block, lanes, fixed)
        for output in range(1 + rules.gated):
            found, kept = block[cppns.nets.output_slots[root.net, output]], tree.answers[output, first : first + lanes]
            for k in range(lanes):
                kept[k] = found[k]
    tree.asked[0] += count


@kernel
def put(pyramid: Pyramid, tree: Tree, cell: int, place: int) -> None:
    """The middle of a cell becomes point `place`."""
    for d in range(len(pyramid.centres)):
        tree.points[d, place] = pyramid.centres[d, cell]


@kernel
def take(rules: Rules, tree: Tree, cell: int, place: int) -> None:
    """What was answered at point `place` becomes the cell's."""
    tree.weights[cell] = tree.answers[0, place]
    tree.gates[cell] = tree.answers[1, place] if rules.gated else float32(1)


# --- trees --------------------------------------------------------------------------------------------------------------


@kernel
def variance_of(tree: Tree, first: int, count: int) -> float:
    """Population variance of the weights of `count` cells from `first` on."""
    total = squares = 0.0
    for cell in range(first, first + count):
        total += tree.weights[cell]
        squares += tree.weights[cell] * float(tree.weights[cell])
    mean = total / count
    return squares / count - mean * mean


@kernel
def divide(world: World, root: Root, tree: Tree) -> None:
    """Division and initialisation: whole levels at first, then the children of cells between which the weight varies."""
    rules, pyramid = world.rules, world.pyramid
    starts = pyramid.starts
    twig, whole = 1 << (pyramid.beside.shape[1] // 2), starts[rules.initial]
    for cell in range(whole):
        put(pyramid, tree, cell, cell)
    ask(world, root, tree, whole)
    for cell in range(whole):
        take(rules, tree, cell, cell)
    tree.weights[whole:] = np.nan
    for level in range(rules.initial, rules.maximum):
        count = 0
        for first in range(starts[level - 1], starts[level], twig):
            if not np.isnan(tree.weights[first]) and variance_of(tree, first, twig) > rules.division:
                below = starts[level] + (first - starts[level - 1]) * twig
                for cell in range(below, below + twig * twig):
                    put(pyramid, tree, cell, count)
                    tree.chosen[count] = cell
                    count += 1
        if count == 0:
            return
        ask(world, root, tree, count)
        for place in range(count):
            take(rules, tree, tree.chosen[place], place)


@kernel
def gather_leaves(pyramid: Pyramid, tree: Tree) -> None:
    """Sums over the leaves below each cell, from the deepest level up."""
    starts, twig = pyramid.starts, 1 << (pyramid.beside.shape[1] // 2)
    for level in range(len(starts) - 2, -1, -1):
        for cell in range(starts[level], starts[level + 1]):
            if np.isnan(tree.weights[cell]):
                continue
            weight, below = float(tree.weights[cell]), starts[level + 1] + (cell - starts[level]) * twig
            if below == len(tree.weights) or below > len(tree.weights) or np.isnan(tree.weights[below]):
                tree.sums[cell], tree.squares[cell], tree.leaves[cell] = weight, weight * weight, 1.0
                continue
            total = squares = leaves = 0.0
            for child in range(below, below + twig):
                total += tree.sums[child]
                squares += tree.squares[child]
                leaves += tree.leaves[child]
            tree.sums[cell], tree.squares[cell], tree.leaves[cell] = total, squares, leaves


@kernel
def prune(rules: Rules, pyramid: Pyramid, tree: Tree) -> int:
    """Pruning: the cells above which the weight varies and below which it does not become tree.chosen; returns how many."""
    starts, twig, count = pyramid.starts, 1 << (pyramid.beside.shape[1] // 2), 0
    for level in range(len(starts) - 1):
        for cell in range(starts[level], starts[level + 1]):
            tree.open[cell] = False
            if np.isnan(tree.weights[cell]) or (level > 0 and not tree.open[starts[level - 1] + (cell - starts[level]) // twig]):
                continue
            mean = tree.sums[cell] / tree.leaves[cell]
            varies = tree.squares[cell] / tree.leaves[cell] - mean * mean >= rules.variance
            tree.open[cell] = varies and tree.leaves[cell] > 1
            if not tree.open[cell] and tree.gates[cell] > ZERO:
                tree.chosen[count] = cell
                count += 1
    return count


@kernel
def look_beside(world: World, root: Root, tree: Tree, count: int) -> None:
    """tree.near = the weights a cell's width away from the chosen cells; the CPPN is asked where no cell of the tree stands."""
    pyramid = world.pyramid
    sides, wanted = pyramid.beside.shape[1], 0
    for k in range(count):
        cell = tree.chosen[k]
        for side in range(sides):
            other = pyramid.beside[cell, side]
            tree.near[k, side] = tree.weights[other] if other >= 0 else np.nan
            if np.isnan(tree.near[k, side]):
                put(pyramid, tree, cell, wanted)
                step = pyramid.spacing[cell]
                tree.points[side // 2, wanted] += step if side % 2 else -step
                wanted += 1
    ask(world, root, tree, wanted)
    place = 0
    for k in range(count):
        for side in range(sides):
            if np.isnan(tree.near[k, side]):
                tree.near[k, side] = tree.answers[0, place]
                place += 1


@kernel
def extract(world: World, root: Root, tree: Tree) -> int:
    """Pruning and extraction: tree.chosen becomes the cells to link with; returns how many.

    A cell is in a band where the weight differs from those on both sides, along one axis at least.
    """
    rules, pyramid = world.rules, world.pyramid
    gather_leaves(pyramid, tree)
    count, found = prune(rules, pyramid, tree), 0
    look_beside(world, root, tree, count)
    for k in range(count):
        weight, band = tree.weights[tree.chosen[k]], ZERO
        for axis in range(pyramid.beside.shape[1] // 2):
            below, above = abs(weight - tree.near[k, 2 * axis]), abs(weight - tree.near[k, 2 * axis + 1])
            band = max(band, min(below, above))
        if band > rules.band:
            tree.chosen[found] = tree.chosen[k]
            found += 1
    return found
