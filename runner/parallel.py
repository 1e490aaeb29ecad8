"""Evaluating a population in several workers, with the results of one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.random import Generator

from neatcore.errors import TaskError
from neatcore.interfaces import Evaluation, Examining, Policy, Task, Verdict
from neatcore.loop import blaming, check_evaluation
from runner.pools import processes
from runner.settings import Settings, make_task
from tasks.registry import find_task

_own = threading.local()  # a worker's task: environments are not shared, neither by processes nor by threads


class Parallel:
    """A task whose networks are evaluated in chunks, one a worker.

    Every chunk gets the same generator state, so every network the same episodes: the results do not depend on the split. The
    generator goes on from where a chunk left it, since an examination may draw from it next.
    """

    def __init__(self, task: Task, executor: Executor, workers: int) -> None:
        self._task, self._executor, self._workers = task, executor, workers

    @property
    def inputs(self) -> int:
        return self._task.inputs

    @property
    def outputs(self) -> int:
        return self._task.outputs

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        """As the task alone would; TaskError where a worker dies."""
        name = f"task {type(self._task).__name__}"
        chunks = np.array_split(np.arange(policy.size), min(self._workers, policy.size))
        try:
            parts = [self._executor.submit(_evaluate, policy.take(rows), deepcopy(rng)) for rows in chunks]
            evaluations, states = zip(*(part.result() for part in parts), strict=True)
        except BrokenExecutor as error:
            raise TaskError(f"a worker died while it evaluated {name}: {error}") from error
        rng.bit_generator.state = states[0]
        return check_evaluation(_join(evaluations), policy.size, name)


class ParallelExamining:
    """A `Parallel` of a task that examines: examinations, of one network each, stay with the task itself."""

    def __init__(self, parallel: Parallel, task: Examining) -> None:
        self._parallel, self._task = parallel, task

    @property
    def inputs(self) -> int:
        return self._parallel.inputs

    @property
    def outputs(self) -> int:
        return self._parallel.outputs

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        return self._parallel.evaluate(policy, rng)

    def examine(self, policy: Policy, rng: Generator, /) -> Verdict:
        return self._task.examine(policy, rng)


def parallel(task: Task, executor: Executor, workers: int) -> Task:
    """The task with its evaluations split over `workers`; it examines if the task does."""
    shared = Parallel(task, executor, workers)
    return ParallelExamining(shared, task) if isinstance(task, Examining) else shared


@contextmanager
def workers_of(task: Task, settings: Settings, notice: Callable[[str], None]) -> Iterator[Task]:
    """The task as the settings want it evaluated: alone, or over a pool that ends with the context."""
    workers, arguments = settings.run.workers, (settings.run.task, settings.sections["task"])
    if workers == 1:
        yield task
    elif settings.run.pool == "thread":
        with ThreadPoolExecutor(workers, initializer=_prepare, initargs=arguments) as threads:
            yield parallel(task, threads, workers)
    else:
        notice(f"starting {workers} workers…")
        with processes(workers, _prepare, *arguments) as pool:
            yield parallel(task, pool, workers)


def _prepare(reference: str, values: Mapping[str, Any]) -> None:
    _own.task = make_task(find_task(reference), values)


def _evaluate(policy: Policy, rng: Generator) -> tuple[Evaluation, Mapping[str, Any]]:
    """One chunk, in a worker, and the generator's state afterwards. An error is put in words here, where its place is known."""
    name = f"task {type(_own.task).__name__}"
    with blaming(_own.task):
        evaluation = _own.task.evaluate(policy, rng)
    if not isinstance(evaluation, Evaluation):
        raise TaskError(f"{name} returned a {type(evaluation).__name__}, not an Evaluation")
    if np.shape(evaluation.fitness) != (policy.size,):
        raise TaskError(f"{name}: fitness has shape {np.shape(evaluation.fitness)}, not ({policy.size},), one for each network")
    return evaluation, rng.bit_generator.state


def _join(parts: Sequence[Evaluation]) -> Evaluation:
    """Evaluations of chunks as one; a column that a chunk lacks is left out."""
    names = [name for name in parts[0].info if all(name in part.info for part in parts)]
    solved = [part.solved for part in parts if part.solved is not None]
    behaviour = [part.behaviour for part in parts if part.behaviour is not None]
    return Evaluation(
        fitness=np.concatenate([part.fitness for part in parts]),
        solved=np.concatenate(solved) if len(solved) == len(parts) else None,
        behaviour=np.concatenate(behaviour) if len(behaviour) == len(parts) else None,
        info={name: np.concatenate([part.info[name] for part in parts]) for name in names},
    )
