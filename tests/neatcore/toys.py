"""A task for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from neatcore.interfaces import Evaluation, Policy


@dataclass(frozen=True)
class Sum:
    """Fitness: how large the first output is on some inputs drawn for the generation."""

    change: Callable[[Evaluation], Any] = lambda evaluation: evaluation
    inputs: int = 2
    outputs: int = 1

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        inputs = np.tile(rng.normal(size=(1, 3, self.inputs)), (policy.size, 1, 1))
        _, outputs = policy.step(policy.reset(3), inputs)
        result: Evaluation = self.change(Evaluation(outputs[:, :, 0].sum(axis=1)))
        return result
