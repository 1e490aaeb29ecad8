"""What a generation leaves behind: its line of metrics, its champion, and from time to time a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from time import monotonic
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.random import Generator

from neatcore.files import to_bytes
from neatcore.interfaces import Generation, Search
from runner import ancestry
from runner.checkpoint import Best, Checkpoint, write
from runner.directory import Run
from runner.disk import Log, plain, replacing


class Recorder:
    """Writes the files of a run that is going on. A context manager, so that its logs are closed.

    every: seconds between checkpoints. parents: whose genomes to keep, generation by generation; None keeps none.
    charted: keep where the networks came to.
    """

    def __init__(
        self,
        run: Run,
        search: Search[Any],
        rng: Generator,
        best: Best | None,
        every: float,
        *,
        parents: ancestry.Breeding | None = None,
        charted: bool = False,
    ) -> None:
        self.run, self.search, self.rng, self.best, self.every, self.parents = run, search, rng, best, every, parents
        self.charted = charted
        self._saved_at = monotonic()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._metrics = stack.enter_context(Log(self.run.metrics))
            self._timings = stack.enter_context(Log(self.run.timings))
            self._behaviour = stack.enter_context(Log(self.run.behaviour)) if self.charted else None
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def generation(self, generation: Generation[Any], seconds: float) -> dict[str, Any]:
        """Append the metrics, keep the champion if it is the best so far, and all genomes if so wished. Returns the metrics."""
        if self.parents:
            ancestry.write(self.run.ancestry, generation, self.parents)
        if self._behaviour:
            self._behaviour.append(behaviour_row(generation))
        row = metrics(generation)
        self._metrics.append(row)
        self._timings.append({"generation": generation.number, "seconds": round(seconds, 6)})
        best = Best(generation.solved, float(generation.evaluation.fitness[generation.best]), generation.number)
        if fitted(row) and best.beats(self.best):
            self.best = best
            self._save(generation, f"{generation.number:06d}")
        return row

    def final(self, generation: Generation[Any]) -> None:
        """Keep the champion of the last generation."""
        if fitted(generation.report):
            self._save(generation, "final")

    def due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return monotonic() - self._saved_at >= self.every

    def checkpoint(self, generation: Generation[Any]) -> None:
        """Write all that going on after `generation` needs; what was appended before it is on the disk first."""
        for log in (self._metrics, self._timings, self._behaviour):
            if log:
                log.sync()
        state = self.rng.bit_generator.state
        write(
            self.run.checkpoints,
            Checkpoint(generation.number + 1, generation.evaluations, state, self.best, self.search.state()),
        )
        self._saved_at = monotonic()

    def _save(self, generation: Generation[Any], name: str) -> None:
        with replacing(self.run.champions / f"{name}.npz") as temporary:
            temporary.write_bytes(to_bytes(generation.champion))


def fitted(row: Mapping[str, Any]) -> bool:
    """Whether a generation's genomes count: false as long as a search says that it only prepares itself."""
    return bool(row.get("fitted", True))


def metrics(generation: Generation[Any]) -> dict[str, Any]:
    """One generation as plain numbers; no clock in it, so that equal runs have equal metrics."""
    fitness = generation.evaluation.fitness
    worst, q25, median, q75, best = np.percentile(fitness, (0, 25, 50, 75, 100)).tolist()
    return {
        "generation": generation.number,
        "evaluations": generation.evaluations,
        "best": best,
        "mean": float(fitness.mean()),
        "median": median,
        "q25": q25,
        "q75": q75,
        "worst": worst,
        "solved": generation.solved,
        "info": {name: plain(column[generation.best]) for name, column in generation.evaluation.info.items()},
        **{name: plain(value) for name, value in generation.report.items()},
    }


def behaviour_row(generation: Generation[Any]) -> dict[str, Any]:
    """Where the networks of a generation came to, to six digits."""
    behaviour = generation.evaluation.behaviour
    places = [] if behaviour is None else behaviour.tolist()
    return {"generation": generation.number, "behaviour": [[float(f"{value:.6g}") for value in place] for place in places]}
