"""The same settings on several seeds, one after the other or side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from multiprocessing import active_children
from pathlib import Path
from typing import Any

from runner.display import Mute, Outcome, Silent
from runner.interrupt import Interrupt
from runner.pools import processes
from runner.session import start
from runner.settings import Layer, Settings, resolve


def run_series(settings: Settings, seeds: Sequence[int], root: Path, command: str, jobs: int = 1) -> Iterator[Outcome]:
    """Each seed's outcome as it comes. After one that was interrupted no other run begins."""
    if jobs > 1:
        yield from _side_by_side(settings, seeds, root, command, jobs)
        return
    for seed in seeds:
        outcome = start(settings, seed, root, command, Silent())
        yield outcome
        if outcome.status == "interrupted":
            return


def _side_by_side(settings: Settings, seeds: Sequence[int], root: Path, command: str, jobs: int) -> Iterator[Outcome]:
    waiting = iter(seeds)
    with processes(min(jobs, len(seeds))) as pool, Interrupt(_stop_all) as interrupt:

        def begin(count: int) -> set[Future[Outcome]]:
            return {pool.submit(_start, settings.sections, seed, root, command) for seed in islice(waiting, count)}

        running = begin(jobs)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
            running |= begin(0 if interrupt.asked else len(done))


def _start(sections: Mapping[str, Mapping[str, Any]], seed: int, root: Path, command: str) -> Outcome:
    """One run, in a process that has only the plain settings."""
    return start(resolve(layers=[Layer(sections, "the settings")]), seed, root, command, Mute())


def _stop_all(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
    for process in active_children():
        process.terminate()
