"""Tasks of a user's own, as files, and the command line as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neatcore.files import load, to_bytes
from neatcore.genome import Genome

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
COMMAND = [sys.executable, "-m", "runner.cli"]
ROOT = Path(__file__).parents[2]


def task_file(folder: Path, extra: str = "pass", name: str = "toy.py") -> str:
    """The reference of a task that does `extra` in every evaluation."""
    path = folder / name
    path.write_text(TOWARDS.replace("{extra}", extra), encoding="utf-8")
    return str(path)


def environment(runs: Path) -> dict[str, str]:
    return {**os.environ, "NEATCORE_RUNS": str(runs), "PYTHONPATH": str(ROOT)}


def neatcore(runs: Path, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [*COMMAND, *words], env=environment(runs), capture_output=True, text=True, check=False, timeout=60, **options
    )


def contents(run: Path) -> Mapping[str, bytes]:
    """What must not depend on how often a run was stopped, by name: metrics, champions, the last checkpoint."""
    champions = {path.name: champion(path) for path in run.glob("champions/*")}
    last = max(run.glob("checkpoints/*"))
    return {"metrics": (run / "metrics.jsonl").read_bytes(), last.name: last.read_bytes(), **champions}


def champion(path: Path) -> bytes:
    genome = load(path)
    return to_bytes(genome, ".json") if isinstance(genome, Genome) else genome.tobytes()
