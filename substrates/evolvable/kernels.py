"""Compiled: networks whose hidden neurons stand where a CPPN's pattern has something to tell (Risi & Stanley 2012).

One call grows whole networks. No two cells of a pyramid have the same middle, so that a neuron is known by the cell in whose middle
it stands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy import float32
from numpy.typing import NDArray

from neatcore.compiled import kernel
from neatcore.interfaces import Ints
from substrates.trees.kernels import Root, Tree, World, divide, extract, room_for

Single = NDArray[np.float32]


class Networks(NamedTuple):
    """P networks end to end: cells of hidden neurons, from starts[p] on; links (source, target, weight), from
    link_starts[p] on, whose ends are inputs, then outputs, then hidden neurons, counted within a network. asked (P, 2): links
    that the CPPN was asked about, and as many as the paper's procedure asks about for these trees, which asks for every side of a
    cell anew."""

    starts: Ints
    cells: Ints
    link_starts: Ints
    sources: Ints
    targets: Ints
    weights: Single
    asked: Ints


class Links(NamedTuple):
    """Links in the order in which they were found, with room for more."""

    sources: Ints
    targets: Ints
    weights: Single


class Hidden(NamedTuple):
    """Hidden neurons of a network: number (C,), of the one in each cell, or -1; cells (C,), the cells of each by
    number;
    met (1,): how many."""

    number: Ints
    cells: Ints
    met: Ints


@kernel
def no_links() -> Links:
    """None, with room for some."""
    return Links(np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.float32))


@kernel
def with_room(links: Links, count: int, more: int) -> Links:
    """The same, with room for so many more beyond the first `count`."""
    if count + more <= len(links.sources):
        return links
    size = max(2 * len(links.sources), count + more)
    larger = Links(np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.float32))
    larger.sources[:count] = links.sources[:count]
    larger.targets[:count] = links.targets[:count]
    larger.weights[:count] = links.weights[:count]
    return larger


@kernel
def put_link(links: Links, place: int, source: int, target: int, weight: float32) -> None:
    """Write one link."""
    links.sources[place], links.targets[place], links.weights[place] = source, target, weight


@kernel
def discover(world: World, first: int, last: int) -> Networks:
    """The networks of CPPNs first … last - 1."""
    tree, size = room_for(world.cppns, world.pyramid), last - first
    hidden = Hidden(np.empty(len(tree.weights), np.int64), np.empty(len(tree.weights), np.int64), np.zeros(1, np.int64))
    starts, link_starts, asked = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.int64), np.empty((size, 2), np.int64)
    cells, links = np.empty(0, np.int64), no_links()
    ends = len(world.inputs) + len(world.outputs)
    for net in range(size):
        tree.asked[:] = 0
        begin = link_starts[net]
        links, count = grow(world, first + net, tree, hidden, links, begin)
        number = reaching(links, begin, count, ends, hidden.met[0])
        link_starts[net + 1] = keep_reaching(links, begin, count, number)
        cells = np.concatenate((cells, hidden.cells[: hidden.met[0]][number[ends:] >= 0]))
        starts[net + 1], asked[net] = len(cells), tree.asked
    end = link_starts[size]
    return Networks(starts, cells, link_starts, links.sources[:end], links.targets[:end], links.weights[:end], asked)


@kernel
def keep_reaching(links: Links, begin: int, end: int, number: Ints) -> int:
    """Keep, of links begin … end - 1, those between ends that have a number, under their numbers; returns where they end."""
    kept = begin
    for k in range(begin, end):
        source, target = number[links.sources[k]], number[links.targets[k]]
        if source >= 0 and target >= 0:
            put_link(links, kept, source, target, links.weights[k])
            kept += 1
    return kept


@kernel
def grow(world: World, net: int, tree: Tree, hidden: Hidden, links: Links, count: int) -> tuple[Links, int]:
    """Adds the links of one network to the first `count`: from inputs to hidden neurons; from those found so far to others, round
    by round, but where links must rise and no cell is higher; from hidden neurons to outputs."""
    hidden.number[:] = -1
    hidden.met[0] = 0
    ends, explored = len(world.inputs) + len(world.outputs), 0
    heights = world.pyramid.centres[len(world.pyramid.centres) - 1]
    highest = heights.max()
    for source in range(len(world.inputs)):
        links, count = sprout(world, Root(net, world.inputs[source], True), source, tree, hidden, links, count)
    for _ in range(world.rules.rounds):
        known = hidden.met[0]
        for neuron in range(explored, known):
            if world.rules.upward and heights[hidden.cells[neuron]] >= highest:
                continue
            root = Root(net, world.pyramid.centres[:, hidden.cells[neuron]].copy(), True)
            links, count = sprout(world, root, ends + neuron, tree, hidden, links, count)
        explored = known
    for target in range(len(world.outputs)):
        root = Root(net, world.outputs[target], False)
        divide(world, root, tree)
        some = extract(world, root, tree)
        links = with_room(links, count, some)
        for k in range(some):
            neuron = hidden.number[tree.chosen[k]]
            if neuron >= 0:
                put_link(links, count, ends + neuron, len(world.inputs) + target, tree.weights[tree.chosen[k]])
                count += 1
    return links, count


@kernel
def sprout(world: World, root: Root, source: int, tree: Tree, hidden: Hidden, links: Links, count: int) -> tuple[Links, int]:
    """Adds the links from a neuron, by its number among the ends of links, to hidden neurons, known or new."""
    ends, top = len(world.inputs) + len(world.outputs), len(root.end) - 1
    divide(world, root, tree)
    some = extract(world, root, tree)
    links = with_room(links, count, some)
    for k in range(some):
        cell = tree.chosen[k]
        if world.rules.upward and source >= ends and world.pyramid.centres[top, cell] <= root.end[top]:
            continue
        if hidden.number[cell] < 0:
            hidden.number[cell] = hidden.met[0]
            hidden.cells[hidden.met[0]] = cell
            hidden.met[0] += 1
        put_link(links, count, source, ends + hidden.number[cell], tree.weights[cell])
        count += 1
    return links, count


@kernel
def reaching(links: Links, begin: int, end: int, ends: int, hidden: int) -> Ints:
    """New numbers for the ends of links begin … end - 1 (ends + hidden,), in their order; -1 for hidden ones that reach no output.

    All hidden neurons can be reached from an input, since they were found from there.
    """
    number = np.full(ends + hidden, -1, np.int64)
    number[:ends] = np.arange(ends)
    more = True
    while more:
        more = False
        for k in range(end - 1, begin - 1, -1):
            if number[links.sources[k]] < 0 and number[links.targets[k]] >= 0:
                number[links.sources[k]], more = 0, True
    kept = ends
    for node in range(ends, ends + hidden):
        if number[node] >= 0:
            number[node] = kept
            kept += 1
    return number
