"""Slow and obvious versions of what substrates compute, link by link in double precision."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from neatcore.genome import Genome
from neatcore.interfaces import Floats
from substrates.networks import Synapses
from tests.neatcore.oracles import ACTIVATIONS, compute


def threshold(answer: float, limit: float = 0.2, reach: float = 3.0) -> float:
    """Stanley, D'Ambrosio & Gauci 2009."""
    if abs(answer) <= limit:
        return 0.0
    return math.copysign(reach * (min(abs(answer), 1.0) - limit) / (1.0 - limit), answer)


def answers(
    genome: Genome, source: Sequence[float], target: Sequence[float], *, delta: bool, distance: bool, bias: float
) -> list[float]:
    """What a CPPN says of one link."""
    steps = [there - here for here, there in zip(source, target, strict=True)]
    inputs = [*source, *target, *(steps if delta else ()), *([math.hypot(*steps)] if distance else ())]
    return compute(genome, np.array(inputs), bias)


def step(
    synapses: Synapses, net: int, held: list[Floats], inputs: Floats, *, hidden: str, output: str, together: bool
) -> list[Floats]:
    """One pass of one network: what the neurons of each sheet hold next, all from what was held (`together`) or sheet by sheet."""
    sheets, values, first = synapses.substrate.sheets, [value.copy() for value in held], 0
    for place, sheet in enumerate(sheets):
        if sheet.role == "input":
            values[place] = inputs[first : first + len(sheet)]
            first += len(sheet)
    before = [value.copy() for value in values] if together else values
    for place, sheet in enumerate(sheets):
        if sheet.role == "input":
            continue
        fresh = np.zeros(len(sheet))
        for t in range(len(sheet)):
            total = float(synapses.biases[place][net, t]) if synapses.biases else 0.0
            for weights, projection in zip(synapses.weights, synapses.substrate.projections, strict=True):
                if projection.target == place:
                    total += sum(float(weights[net, s, t]) * before[projection.source][s] for s in range(weights.shape[1]))
            fresh[t] = ACTIVATIONS[output if sheet.role == "output" else hidden](total)
        values[place] = fresh
    return values
