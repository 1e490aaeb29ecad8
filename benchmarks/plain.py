"""CPPNs as others compute them: numpy a node at a time over arrays of points, and neat-python a call at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import neat
import numpy as np

from neatcore.activations import NAMES
from neatcore.cppn import Single
from neatcore.genome import BIAS, Genome, Genomes
from neatcore.interfaces import GraphSpace
from neatcore.nets import pack
from neatcore.nets.columns import Nets

IN_PLACE: Mapping[str, tuple[Callable[[Single], object], ...]] = {  # the fastest of numpy's ways, in place
    "signed_sigmoid": (lambda x: np.multiply(x, np.float32(0.5), out=x), lambda x: np.tanh(x, out=x)),
    "sine": (lambda x: np.sin(x, out=x),),
    "gaussian": (lambda x: np.multiply(x, x, out=x), lambda x: np.negative(x, out=x), lambda x: np.exp(x, out=x)),
    "ramp": (lambda x: np.clip(x, -3, 3, out=x), lambda x: np.multiply(x, np.float32(1 / 3), out=x)),
}
ONE_BY_ONE: Mapping[str, Callable[[float], float]] = {
    "signed_sigmoid": lambda x: math.tanh(0.5 * x),
    "sine": math.sin,
    "gaussian": lambda x: math.exp(-x * x),
    "ramp": lambda x: max(-3.0, min(3.0, x)) / 3.0,
}


@dataclass(frozen=True)
class Network:
    """A packed CPPN with one output, its nodes in the order in which to compute them."""

    nets: Nets

    @classmethod
    def of(cls, genome: Genome) -> Network:
        bias = bool(np.any(genome.nodes["kind"] == BIAS))
        return cls(pack(Genomes.of([genome]), GraphSpace(genome.inputs, 1, bias=bias)))

    @property
    def sensors(self) -> int:
        """Slots of inputs and the bias."""
        return self.nets.inputs + 1

    @property
    def names(self) -> list[str]:
        """The activation of each node."""
        return [NAMES[code] for code in self.nets.activations]

    def links(self, node: int) -> list[tuple[int, float]]:
        """Slot and weight of the links into a node."""
        into = slice(self.nets.link_starts[node], self.nets.link_starts[node + 1])
        return list(zip(self.nets.sources[into].tolist(), self.nets.weights[into].tolist()))


def numpy_blocks(network: Network, columns: Single, size: int) -> Single:
    """Answers (Q,) for points (I, Q), a block of `size` points at a time, each weighted sum one product with a matrix."""
    inputs, count = columns.shape
    rows = np.zeros((len(network.names), network.sensors + len(network.names)), np.float32)
    for node in range(len(rows)):
        for slot, weight in network.links(node):
            rows[node, slot] = weight
    answers, values = np.empty(count, np.float32), np.ones((rows.shape[1], min(size, count)), np.float32)
    for start in range(0, count, size):
        block = values[:, : min(size, count - start)]
        block[:inputs] = columns[:, start : start + size]
        for node, name in enumerate(network.names):
            slot = network.sensors + node
            np.matmul(rows[node, :slot], block[:slot], out=block[slot])
            for apply in IN_PLACE[name]:
                apply(block[slot])
        answers[start : start + size] = block[network.nets.output_slots[0, 0]]
    return answers


def numpy_whole(network: Network, columns: Single) -> Single:
    """Answers (Q,) for points (I, Q), a node at a time over all points, its sum a link at a time."""
    values: list[Single] = [*columns, np.ones_like(columns[0])]
    term = np.empty_like(columns[0])
    for node, name in enumerate(network.names):
        total = np.zeros_like(term)
        for slot, weight in network.links(node):
            total += np.multiply(values[slot], np.float32(weight), out=term)
        for apply in IN_PLACE[name]:
            apply(total)
        values.append(total)
    answers: Single = values[network.nets.output_slots[0, 0]]
    return answers


def neat_python(network: Network, points: Single) -> float:
    """Seconds in which neat-python's network answers for the points (Q, I), a call each."""
    inputs = [-1 - i for i in range(network.sensors)]
    names = [*inputs, *range(len(network.names))]
    evaluations = [
        (node, ONE_BY_ONE[name], sum, 0.0, 1.0, [(names[slot], weight) for slot, weight in network.links(node)])
        for node, name in enumerate(network.names)
    ]
    other = neat.nn.FeedForwardNetwork(inputs, [names[network.nets.output_slots[0, 0]]], evaluations)
    rows = [[*row, 1.0] for row in points.tolist()]
    start = perf_counter()
    for row in rows:
        other.activate(row)
    return perf_counter() - start
