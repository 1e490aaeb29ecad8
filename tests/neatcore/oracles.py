"""Slow and obvious versions of what kernels compute."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from neatcore.activations import NAMES
from neatcore.genome import BIAS, INPUT, OUTPUT, Genome
from neatcore.interfaces import Floats

ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + math.exp(-4.9 * x)) if x > -140 else 0.0,
    "logistic": lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0,
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
    "gaussian": lambda x: math.exp(-x * x),
    "sine": math.sin,
    "absolute": abs,
    "step": lambda x: float(x > 0),
    "cosine": math.cos,
    "square": lambda x: min(x * x, 1e6),
    "ramp": lambda x: min(max(x, -3.0), 3.0) / 3.0,
    "signed_sigmoid": lambda x: 2 / (1 + math.exp(-x)) - 1 if x > -700 else -1.0,
    "steep_signed_sigmoid": lambda x: 2 / (1 + math.exp(-4.9 * x)) - 1 if x > -140 else -1.0,
    "signed_gaussian": lambda x: 2 * math.exp(-x * x) - 1,
}


def sensors_of(genome: Genome, inputs: Floats, bias: float) -> dict[int, float]:
    """Values of the input and bias nodes."""
    places = genome.nodes["id"][genome.nodes["kind"] == INPUT].tolist()
    values = dict(zip(places, inputs.tolist(), strict=True))
    return values | {int(i): bias for i in genome.nodes["id"][genome.nodes["kind"] == BIAS]}


def compute(genome: Genome, inputs: Floats, bias: float = 1.0) -> list[float]:
    """A feed-forward network, by recursion from its outputs."""
    known = sensors_of(genome, inputs, bias)

    def value(node: int) -> float:
        if node not in known:
            known[node] = activated(genome, node, {int(k["source"]): value(int(k["source"])) for k in into(genome, node)})
        return known[node]

    return [value(int(node)) for node in genome.nodes["id"][genome.nodes["kind"] == OUTPUT]]


def step(genome: Genome, inputs: Floats, held: dict[int, float], bias: float = 1.0) -> dict[int, float]:
    """One pass of a recurrent network: what every node holds next."""
    values = {**held, **sensors_of(genome, inputs, bias)}
    computing = genome.nodes["id"][genome.nodes["kind"] > BIAS].tolist()
    return {node: activated(genome, node, values) for node in computing}


def into(genome: Genome, node: int) -> list[np.void]:
    """The enabled links that enter a node."""
    return [k for k in genome.links if k["enabled"] and k["target"] == node]


def activated(genome: Genome, node: int, values: dict[int, float]) -> float:
    total = sum(float(k["weight"]) * values[int(k["source"])] for k in into(genome, node))
    code = int(genome.nodes["activation"][genome.nodes["id"] == node][0])
    return ACTIVATIONS[NAMES[code]](total)


def distance(a: Genome, b: Genome, excess: float, disjoint: float, difference: float, *, normalise: bool) -> float:
    """Stanley & Miikkulainen 2002, equation 1, by sets."""
    weights_a = dict(zip(a.links["innovation"].tolist(), a.links["weight"].tolist(), strict=True))
    weights_b = dict(zip(b.links["innovation"].tolist(), b.links["weight"].tolist(), strict=True))
    border = min(max(weights_a, default=-1), max(weights_b, default=-1))
    odd = weights_a.keys() ^ weights_b.keys()
    beyond = sum(number > border for number in odd)
    shared = weights_a.keys() & weights_b.keys()
    mean = sum(abs(weights_a[n] - weights_b[n]) for n in shared) / len(shared) if shared else 0.0
    larger = max(len(weights_a), len(weights_b))
    size = larger if normalise and larger >= 20 else 1
    return (excess * beyond + disjoint * (len(odd) - beyond)) / size + difference * mean
