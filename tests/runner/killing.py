"""Kill a run at random moments, resume it each time, and see whether it ends as if it had never been touched."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from numpy.random import Generator

from tests.runner.toys import COMMAND, contents, environment, neatcore

RUN = ("xor", "population=60", "generations=300", "stop_when_solved=false", "checkpoint_seconds=0.05", "--seed", "4", "--quiet")


def survives(folder: Path, kills: int, rng: Generator, words: Sequence[str] = RUN, seconds: float = 1.5) -> int:
    """Whether a run that is killed so many times within `seconds` of its work equals the one left alone.

    Returns how many kills met a run at work; raises AssertionError where the results differ.
    """
    alone = neatcore(folder / "alone", "run", *words)
    assert alone.returncode == 0, alone.stderr
    met, runs = 0, folder / "killed"
    for _ in range(kills):
        met += killed_at_work(runs, command(runs, words), float(rng.uniform(0, seconds)))
    ended = neatcore(runs, *command(runs, words))
    assert ended.returncode == 0, ended.stderr
    assert contents(only(runs)) == contents(only(folder / "alone"))
    return met


def command(runs: Path, words: Sequence[str]) -> list[str]:
    """Begin, or go on where there is a run."""
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


def length(runs: Path) -> int:
    return sum(path.stat().st_size for path in runs.glob("*/metrics.jsonl"))


def only(runs: Path) -> Path:
    (run,) = (path.parent for path in runs.glob("*/run.json"))
    return run
