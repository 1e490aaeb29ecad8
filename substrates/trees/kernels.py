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
from neatcore.interfaces import Floats, Ints

Single = NDArray[np.float32]


class Pyramid(NamedTuple):
    """The cells of a quadtree (Q = 2) or octree (Q = 3), level by level, each in Morton order: cell m of a level has 2^Q children
    on the next, those from 2^Q · m on.

    starts (levels + 1): the first cell of each level, and the end. centres (D, C). axes (Q,): the coordinates along which cells are
    divided. spacing (C,): from a cell to those beside it.
    beside (C, 2 Q): the cells beside it, below and above along each axis; -1 outside the space.
    """

    starts: Ints
    centres: Single
    axes: Ints
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
    leaves below. chosen, open, pending (C,): cells picked, those below which links may be, those whose sides are not all known.
    points (D, 2 Q C), answers, gates_answered (2 Q C,): a batch of questions. near (C, 2 Q): weights beside pending cells.
    block: of the CPPN. asked (2,): points so far, and as many without known sides.
    """

    weights: Single
    gates: Single
    sums: Floats
    squares: Floats
    leaves: Floats
    chosen: Ints
    open: Ints
    pending: Ints
    points: Single
    answers: Single
    gates_answered: Single
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
        np.empty(cells, np.int64),
        np.empty(cells, np.int64),
        np.empty(cells, np.int64),
        np.empty((len(pyramid.centres), batch), np.float32),
        np.empty(batch, np.float32),
        np.empty(batch, np.float32),
        np.empty((cells, sides), np.float32),
        block_of(cppns),
        np.zeros(2, np.int64),
    )


# --- questions ----------------------------------------------------------------------------------------------------------


@kernel
def ask(world: World, root: Root, tree: Tree, points: Single, count: int, weights: Single, gates: Single) -> None:
    """weights, and where links are gated gates, of the links between the root and the first points (D, n)."""
    cppns, rules, block, dimensions = world.cppns, world.rules, tree.block, len(root.end)
    inputs, slots = cppns.nets.inputs, cppns.nets.output_slots[root.net]
    near, far = (0, dimensions) if root.outgoing else (dimensions, 0)
    fixed = inputs if root.outgoing or rules.delta or rules.distance else dimensions
    for first in range(0, count, LANES):
        lanes = min(LANES, count - first)
        width = (lanes + WIDTH - 1) // WIDTH * WIDTH
        for d in range(dimensions):
            block[near + d, :width] = root.end[d]
            copy(points[d, first : first + lanes], block[far + d])
        if rules.delta:
            for d in range(dimensions):
                for k in range(lanes):
                    block[2 * dimensions + d, k] = block[dimensions + d, k] - block[d, k]
        if rules.distance:
            load_distance(block, inputs - 1, dimensions, lanes)
        compute(cppns, root.net, block, lanes, fixed)
        copy(block[slots[0], :lanes], weights[first:])
        if rules.gated:
            copy(block[slots[1], :lanes], gates[first:])
    tree.asked[:] += count


@kernel
def copy(values: Single, to: Single) -> None:
    """The first numbers of `to` become the values."""
    for k in range(len(values)):
        to[k] = values[k]


# --- trees --------------------------------------------------------------------------------------------------------------


@kernel
def divide(world: World, root: Root, tree: Tree) -> None:
    """Division and initialisation: whole levels at first, then the children of cells between which the weight varies."""
    rules, pyramid, starts = world.rules, world.pyramid, world.pyramid.starts
    twig, whole = 1 << (pyramid.beside.shape[1] // 2), starts[rules.initial]
    ask(world, root, tree, pyramid.centres, whole, tree.weights, tree.gates)
    tree.weights[whole:] = np.nan
    for level in range(rules.initial, rules.maximum):
        count = 0
        for first in range(starts[level - 1], starts[level], twig):
            if varies(tree.weights[first : first + twig], rules.division):
                below = starts[level] + (first - starts[level - 1]) * twig
                for d in range(len(pyramid.centres)):
                    copy(pyramid.centres[d, below : below + twig * twig], tree.points[d, count:])
                tree.chosen[count // (twig * twig)] = below
                count += twig * twig
        if count == 0:
            return
        ask(world, root, tree, tree.points, count, tree.answers, tree.gates_answered)
        for place in range(0, count, twig * twig):
            below = tree.chosen[place // (twig * twig)]
            copy(tree.answers[place : place + twig * twig], tree.weights[below:])
            copy(tree.gates_answered[place : place + twig * twig], tree.gates[below:])


@kernel
def varies(weights: Single, least: float) -> bool:
    """Whether the population variance of the weights is above `least`; not where there are none."""
    total = squares = 0.0
    for weight in weights:
        total += weight
        squares += weight * float(weight)
    return squares * len(weights) - total * total > least * len(weights) ** 2


@kernel
def gather_leaves(pyramid: Pyramid, tree: Tree) -> None:
    """Sums over the leaves below each cell, from the deepest level up."""
    starts, twig = pyramid.starts, 1 << (pyramid.beside.shape[1] // 2)
    for cell in range(len(tree.weights)):
        weight = float(tree.weights[cell])
        tree.sums[cell], tree.squares[cell], tree.leaves[cell] = weight, weight * weight, 1.0
    for level in range(len(starts) - 3, -1, -1):
        for cell in range(starts[level], starts[level + 1]):
            below = starts[level + 1] + (cell - starts[level]) * twig
            if not np.isnan(tree.weights[below]):
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
    tree.open[0] = 0
    begin, end = 0, 1  # groups of siblings to look at, by their first cells
    for level in range(len(starts) - 1):
        last = end
        for place in range(begin, end):
            for cell in range(tree.open[place], tree.open[place] + twig):
                leaves = tree.leaves[cell]
                spread = tree.squares[cell] * leaves - tree.sums[cell] * tree.sums[cell]
                if leaves > 1 and spread >= rules.variance * leaves * leaves:
                    tree.open[last] = starts[level + 1] + (cell - starts[level]) * twig
                    last += 1
                elif not rules.gated or tree.gates[cell] > ZERO:
                    tree.chosen[count] = cell
                    count += 1
        begin, end = end, last
    return count


@kernel
def in_band(pyramid: Pyramid, tree: Tree, cell: int, least: float, near: Single) -> int:
    """Whether a cell's weight differs by more than `least` from those on both sides, along one axis at least: 1 or 0; -1 where that
    depends on cells that the tree has not.

    near (2 Q,): the weights beside it along axes on which that depends, NaN where unknown; along others its own.
    """
    weight, answer = tree.weights[cell], 0
    for axis in range(len(near) // 2):
        one, two = pyramid.beside[cell, 2 * axis], pyramid.beside[cell, 2 * axis + 1]
        below = tree.weights[one] if one >= 0 else float32(np.nan)
        above = tree.weights[two] if two >= 0 else float32(np.nan)
        near[2 * axis] = near[2 * axis + 1] = weight
        if not (abs(weight - below) <= least or abs(weight - above) <= least):
            if not np.isnan(below) and not np.isnan(above):
                return 1
            near[2 * axis], near[2 * axis + 1], answer = below, above, -1
    return answer


@kernel
def extract(world: World, root: Root, tree: Tree) -> int:
    """Pruning and extraction: tree.chosen becomes the cells to link with, those in bands; returns how many.

    The weights on both sides are those of cells of the tree. The CPPN is asked where none stands, if the answer matters.
    """
    pyramid, band = world.pyramid, world.rules.band
    found = waiting = wanted = 0
    gather_leaves(pyramid, tree)
    count = prune(world.rules, pyramid, tree)
    tree.asked[1] += count * pyramid.beside.shape[1]
    for k in range(count):
        cell = tree.chosen[k]
        answer = in_band(pyramid, tree, cell, band, tree.near[waiting])
        if answer > 0:
            tree.chosen[found] = cell
            found += 1
        elif answer < 0:
            wanted = put_beside(pyramid, tree, cell, tree.near[waiting], wanted)
            tree.pending[waiting] = cell
            waiting += 1
    ask(world, root, tree, tree.points, wanted, tree.answers, tree.gates_answered)
    tree.asked[1] -= wanted
    place = 0
    for k in range(waiting):
        near, weight, inside = tree.near[k], tree.weights[tree.pending[k]], False
        for side in range(len(near)):
            if np.isnan(near[side]):
                near[side] = tree.answers[place]
                place += 1
            inside = inside or (side % 2 == 1 and min(abs(weight - near[side - 1]), abs(weight - near[side])) > band)
        if inside:
            tree.chosen[found] = tree.pending[k]
            found += 1
    return found


@kernel
def put_beside(pyramid: Pyramid, tree: Tree, cell: int, near: Single, wanted: int) -> int:
    """The unknown sides of a cell become points, from number `wanted` on; returns how many there are then."""
    step = pyramid.spacing[cell]
    for side in range(len(near)):
        if np.isnan(near[side]):
            for d in range(len(pyramid.centres)):
                tree.points[d, wanted] = pyramid.centres[d, cell]
            tree.points[pyramid.axes[side // 2], wanted] += step if side % 2 else -step
            wanted += 1
    return wanted
