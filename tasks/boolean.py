"""Boolean functions to learn: XOR, and the parity of n bits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.interfaces import Answers, Evaluation, Floats, Policy
from neatcore.parameters import Parameters
from tasks.asking import HELD, ask

RESOLUTION = 65  # points along a side of the drawn surface


class Xor(Parameters):
    """Answer whether exactly one of two bits is set (Stanley & Miikkulainen 2002, 4.1).

    Fitness: (4 - Σ|error|)². Solved when all four answers are on the right side of 0.5.
    """

    steps: int = HELD

    @property
    def inputs(self) -> int:
        return 2

    @property
    def outputs(self) -> int:
        return 1

    @property
    def behaviours(self) -> Sequence[str]:
        return _spelt(2)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        return _judge(policy, 2, self.steps)

    def show(self, policy: Policy, rng: Generator, /) -> Answers:  # noqa: ARG002
        return _answers(policy, 2, self.steps)


class Parity(Parameters):
    """Answer whether an odd number of bits is set; with two bits it is XOR.

    Fitness: (2ⁿ - Σ|error|)². Solved when all answers are on the right side of 0.5.
    """

    bits: int = Field(3, ge=2, le=10, description="n, the number of bits")
    steps: int = HELD

    @property
    def inputs(self) -> int:
        return self.bits

    @property
    def outputs(self) -> int:
        return 1

    @property
    def behaviours(self) -> Sequence[str]:
        return _spelt(self.bits)

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:  # noqa: ARG002 nothing is left to chance
        return _judge(policy, self.bits, self.steps)

    def show(self, policy: Policy, rng: Generator, /) -> Answers:  # noqa: ARG002
        return _answers(policy, self.bits, self.steps)


@cache
def patterns(bits: int) -> tuple[Floats, Floats]:
    """All patterns (2ⁿ, n) and their parities (2ⁿ, 1); always the same arrays, so they cannot be written to."""
    inputs = np.array(list(product((0.0, 1.0), repeat=bits)))
    parities = inputs.sum(axis=1, keepdims=True) % 2
    inputs.flags.writeable = parities.flags.writeable = False
    return inputs, parities


def _spelt(bits: int) -> list[str]:
    """The patterns as names of the answers to them."""
    return ["".join(map(str, pattern)) for pattern in product((0, 1), repeat=bits)]


def _judge(policy: Policy, bits: int, steps: int) -> Evaluation:
    inputs, targets = patterns(bits)
    outputs = ask(policy, inputs, steps)[..., 0].copy()
    errors = np.abs(outputs - targets[:, 0])
    fitness = (len(inputs) - errors.sum(axis=1)) ** 2
    return Evaluation(fitness, np.asarray((errors < 0.5).all(axis=1)), behaviour=outputs)


def _answers(policy: Policy, bits: int, steps: int) -> Answers:
    inputs, targets = patterns(bits)
    first = policy.take(np.zeros(1, np.int64))
    outputs = ask(first, inputs, steps)[0].copy()
    return Answers(inputs, targets, outputs, _surface(first, steps) if bits == 2 else None)


def _surface(policy: Policy, steps: int) -> Floats:
    """The output over [0, 1]²; row: second input, column: first."""
    side = np.linspace(0.0, 1.0, RESOLUTION)
    first, second = np.meshgrid(side, side)
    answers = ask(policy, np.stack([first.ravel(), second.ravel()], axis=1), steps)
    return answers.reshape(RESOLUTION, RESOLUTION)
