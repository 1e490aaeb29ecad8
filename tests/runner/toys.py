"""Tasks of a user's own, as files."""

from __future__ import annotations

from pathlib import Path

# a plain class without parameters: as close to 0.7 as can be, never solved
TOWARDS = """
import numpy as np
from neatcore.interfaces import Evaluation

class Towards:
    inputs, outputs = 2, 1

    def evaluate(self, policy, rng):
        inputs = np.broadcast_to(rng.random((1, 3, 2)), (policy.size, 3, 2))
        _, answers = policy.step(policy.reset(3), inputs)
        {extra}
        return Evaluation(-((answers[..., 0] - 0.7) ** 2).mean(axis=1))
"""
VECTORS = ("search=cma", "encoding=mlp", "hidden=[2]")  # needs no kernels


def task_file(folder: Path, extra: str = "pass", name: str = "toy.py") -> str:
    """The reference of a task that does `extra` in every evaluation."""
    path = folder / name
    path.write_text(TOWARDS.replace("{extra}", extra), encoding="utf-8")
    return str(path)
