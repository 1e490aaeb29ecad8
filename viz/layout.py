"""Where the nodes and links of a network stand: layers from the inputs on, few crossings, long links led around nodes.

The layered method of Sugiyama, Tagawa & Toda (1981): layers by longest path, links cut into pieces of one layer by bends, layers
ordered by the barycentre of their neighbours, places by least squares in that order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import networkx as nx
import numpy as np

from neatcore.genome import BIAS, HIDDEN, INPUT, OUTPUT, Genome
from viz.style import spread

SWEEPS = 24  # passes over the layers, forwards and backwards in turn
BEND = (0.12, 0.45)  # room for a bend, where a node takes 1: less the more bends there are for each node

Place = tuple[float, float]
Vertex = int | tuple[int, int]  # a node's id, or the bend (innovation number, layer) of a link


@dataclass(frozen=True)
class Layout:
    """places: layer and height of each node, by id. bends: the same for each bend of a forward link, by innovation number.

    recurrent: innovation numbers of the links that close a cycle. layers: how many. span: lowest and highest place.
    """

    places: Mapping[int, Place]
    bends: Mapping[int, Sequence[Place]]
    recurrent: frozenset[int]
    layers: int
    span: tuple[float, float]


def recurrent_links(genome: Genome) -> frozenset[int]:
    """The innovation numbers of the enabled links that close a cycle with older ones.

    Links are taken in order of innovation number; one whose target already reaches its source is recurrent, and paths through it
    do not count for the later ones.
    """
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(genome.nodes["id"].tolist())
    found = []
    for innovation, source, target, _, enabled, *_ in genome.links.tolist():
        if not enabled:
            continue
        if nx.has_path(graph, target, source):
            found.append(innovation)
        else:
            graph.add_edge(source, target)
    return frozenset(found)


def layers_of(genome: Genome, recurrent: frozenset[int]) -> dict[int, int]:
    """The layer of each node: inputs and bias first, outputs last, a hidden node one after the last of its sources."""
    kinds = dict(zip(genome.nodes["id"].tolist(), genome.nodes["kind"].tolist()))
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(kinds)
    graph.add_edges_from((k[1], k[2]) for k in genome.links.tolist() if k[4] and k[0] not in recurrent)
    layer = {node: int(kind not in (INPUT, BIAS)) for node, kind in kinds.items()}
    for generation in nx.topological_generations(graph):
        for node in generation:
            layer[node] = max([layer[node], *(layer[source] + 1 for source in graph.predecessors(node))])
    deepest = max((depth for node, depth in layer.items() if kinds[node] == HIDDEN), default=0)
    last = max(deepest + 1, *(depth for node, depth in layer.items() if kinds[node] == OUTPUT))
    return layer | {node: last for node, kind in kinds.items() if kind == OUTPUT}


def lay_out(genome: Genome) -> Layout:
    """Layers, order and heights of a genome's nodes, and of the bends of its enabled forward links."""
    recurrent = recurrent_links(genome)
    layer = layers_of(genome, recurrent)
    links = [(k[0], k[1], k[2]) for k in genome.links.tolist() if k[4] and layer[k[1]] < layer[k[2]]]
    bends = {link: [(link, depth) for depth in range(layer[source] + 1, layer[target])] for link, source, target in links}
    graph: nx.Graph[Vertex] = nx.Graph()
    graph.add_nodes_from(layer)
    for link, source, target in links:
        nx.add_path(graph, [source, *bends[link], target])
    columns: list[list[Vertex]] = [[] for _ in range(max(layer.values()) + 1)]
    for vertex in graph:
        columns[layer[vertex] if isinstance(vertex, int) else vertex[1]].append(vertex)
    narrow, wide = BEND
    bend = min(wide, max(narrow, 0.6 * len(layer) / max(len(graph) - len(layer), 1)))
    heights = Arranger(graph, bend).heights(columns)
    places = {node: (float(layer[node]), heights[node]) for node in layer}
    paths = {link: [(float(vertex[1]), heights[vertex]) for vertex in path] for link, path in bends.items()}
    return Layout(places, paths, recurrent, len(columns), (min(heights.values()), max(heights.values())))


@dataclass(frozen=True)
class Arranger:
    """Brings the vertices of layers into an order with few crossings, and to heights that level the edges between them."""

    graph: nx.Graph[Vertex]
    bend: float

    def heights(self, columns: Sequence[Sequence[Vertex]]) -> dict[Vertex, float]:
        """The height of every vertex, in the best order found, moved to where its neighbours are."""
        columns = self._ordered(columns)
        heights = self._stacked(columns)
        for sweep in range(SWEEPS):
            for column in columns if sweep % 2 == 0 else reversed(columns):
                upwards = column[::-1]
                wanted = [self._pull(vertex, heights, heights[vertex]) for vertex in upwards]
                heights |= zip(upwards, spread(wanted, self._gaps(upwards)))
        return heights

    def _ordered(self, columns: Sequence[Sequence[Vertex]]) -> list[list[Vertex]]:
        """Sweep over the layers and back, order each by the one before it in the sweep, keep the best; the first layer stays."""
        current = [list(column) for column in columns]
        best, fewest = [list(column) for column in current], self._crossings(current)
        for sweep in range(SWEEPS):
            back = 1 if sweep % 2 else -1
            for place in range(len(current) - 2, 0, -1) if sweep % 2 else range(1, len(current)):
                current[place] = self._reordered(current[place], current[place + back])
            crossings = self._crossings(current)
            if crossings < fewest:
                best, fewest = [list(column) for column in current], crossings
        return best

    def _reordered(self, column: list[Vertex], fixed: list[Vertex]) -> list[Vertex]:
        """A column by the barycentre of each vertex's neighbours in the fixed one."""
        heights, own = self._stacked([fixed]), self._stacked([column])
        return sorted(column, key=lambda vertex: -self._pull(vertex, heights, own[vertex]))

    def _pull(self, vertex: Vertex, heights: Mapping[Vertex, float], own: float) -> float:
        """The mean height of those neighbours that have one; the vertex's own where none has."""
        around = [heights[other] for other in self.graph[vertex] if other in heights]
        return sum(around) / len(around) if around else own

    def _gaps(self, column: Sequence[Vertex]) -> list[float]:
        return [sum(1.0 if isinstance(vertex, int) else self.bend for vertex in pair) / 2 for pair in pairwise(column)]

    def _stacked(self, columns: Sequence[Sequence[Vertex]]) -> dict[Vertex, float]:
        """Heights of columns filled from the top down, centred on zero."""
        heights: dict[Vertex, float] = {}
        for column in columns:
            depths = [0.0, *accumulate(self._gaps(column))]
            heights |= zip(column, [depths[-1] / 2 - depth for depth in depths])
        return heights

    def _crossings(self, columns: Sequence[Sequence[Vertex]]) -> int:
        """How many pairs of edges cross between neighbouring layers."""
        heights, total = self._stacked(columns), 0
        for left, right in pairwise(columns):
            members = set(right)
            ends = np.array([(heights[a], heights[b]) for a in left for b in self.graph[a] if b in members]).reshape(-1, 2)
            slope = np.sign(ends[:, None] - ends[None])
            total += int(np.count_nonzero(slope[..., 0] * slope[..., 1] < 0)) // 2
        return total
