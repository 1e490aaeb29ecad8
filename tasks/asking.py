"""Questions put to networks side by side, each in a lane of its own, so that memory never reaches from one to the next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import Field

from neatcore.interfaces import Floats, Policy

HELD: int = Field(
    1,
    ge=1,
    le=1000,
    description="steps that a pattern is held before the answer is read; recurrent networks need as many as they are deep",
)
PART = 1 << 17  # numbers of a network that are asked or answered together, at most


def ask(policy: Policy, inputs: Floats, steps: int = 1) -> Floats:
    """Answers (P, S, O) to the inputs (S, I), each held for so many steps."""
    memory = policy.reset(len(inputs))
    lanes = np.tile(inputs, (policy.size, 1, 1))
    for _ in range(steps):
        memory, outputs = policy.step(memory, lanes)
    return outputs


def parts(lanes: int, width: int) -> Iterator[slice]:
    """The lanes in parts, so that a network of `width` inputs or outputs never needs more than PART numbers, or one lane."""
    most = max(1, PART // width)
    return (slice(first, min(first + most, lanes)) for first in range(0, lanes, most))
