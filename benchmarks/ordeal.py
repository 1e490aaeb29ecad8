"""A run that is killed at random moments, resumed each time, and compared with the same run left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from numpy.random import Generator

from neatcore.errors import TaskError
from neatcore.files import load, to_bytes
from neatcore.genome import Genome
from runner.disk import read_log

COMMAND = [sys.executable, "-m", "runner.cli"]
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ordeal:
    """What became of a killed run. met: kills that met it at work. files: by name, whether as in the run left alone.

    reached: how many generations were written when each kill came.
    """

    kills: int
    met: int
    reached: tuple[int, ...]
    files: Mapping[str, bool]

    @property
    def survived(self) -> bool:
        return all(self.files.values())


def ordeal(folder: Path, words: Sequence[str], kills: int, seconds: float, rng: Generator) -> Ordeal:
    """Kill `neatcore run words` so many times, each within `seconds` of its work, see it to its end, and compare.

    Raises TaskError where a run fails of itself.
    """
    alone, killed = folder / "alone", folder / "killed"
    see_through(alone, ["run", *words])
    met, reached = 0, []
    for _ in range(kills):
        met += killed_at_work(killed, begin_or_resume(killed, words), float(rng.uniform(0, seconds)))
        reached.append(generations(killed))
    see_through(killed, begin_or_resume(killed, words))
    untouched, resumed = contents(only(alone)), contents(only(killed))
    files = {name: untouched.get(name) == resumed.get(name) for name in sorted({*untouched, *resumed})}
    return Ordeal(kills, met, tuple(reached), files)


def begin_or_resume(runs: Path, words: Sequence[str]) -> list[str]:
    """The words to begin, or to go on where there is a run."""
    return ["resume", "latest", "--quiet"] if list(runs.glob("*/run.json")) else ["run", *words]


def killed_at_work(runs: Path, words: Sequence[str], seconds: float) -> bool:
    """Start a process, wait until its run has begun to work, then kill it so many seconds later. Whether it still lived."""
    process = subprocess.Popen([*COMMAND, *words], env=environment(runs), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before, deadline = length(runs), time.monotonic() + 60
    while length(runs) == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(seconds)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


def see_through(runs: Path, words: Sequence[str]) -> None:
    """Run the command line to its end; TaskError where it fails."""
    ended = neatcore(runs, *words)
    if ended.returncode:
        raise TaskError(f"neatcore {' '.join(words)} ended with {ended.returncode}: {ended.stderr.strip()}")


def neatcore(runs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line as a process, its runs kept in `runs`; returns when it has ended."""
    return subprocess.run([*COMMAND, *words], env=environment(runs), capture_output=True, text=True, check=False, timeout=300)


def environment(runs: Path) -> dict[str, str]:
    """The environment of a process that keeps its runs in `runs`."""
    return {**os.environ, "NEATCORE_RUNS": str(runs), "PYTHONPATH": str(ROOT)}


def contents(run: Path) -> Mapping[str, bytes]:
    """What must not depend on how often a run was stopped, by name: metrics, behaviour, champions, ancestry, last checkpoint."""
    champions = {path.name: champion(path) for path in run.glob("champions/*")}
    ancestry = {f"ancestry/{path.name}": path.read_bytes() for path in run.glob("ancestry/*")}
    last = max(run.glob("checkpoints/*"))
    logs = {path.stem: path.read_bytes() for path in (run / "metrics.jsonl", run / "behaviour.jsonl") if path.exists()}
    return {**logs, last.name: last.read_bytes(), **champions, **ancestry}


def champion(path: Path) -> bytes:
    """A genome's file without what packing adds to it."""
    genome = load(path)
    return to_bytes(genome, ".json") if isinstance(genome, Genome) else genome.tobytes()


def length(runs: Path) -> int:
    """Bytes of metrics so far."""
    return sum(path.stat().st_size for path in runs.glob("*/metrics.jsonl"))


def generations(runs: Path) -> int:
    """Whole lines of metrics so far."""
    return sum(len(read_log(path)) for path in runs.glob("*/metrics.jsonl"))


def only(runs: Path) -> Path:
    """The one run in `runs`."""
    (run,) = (path.parent for path in runs.glob("*/run.json"))
    return run
