"""The loop, written once: every search, every encoding, every task goes through `evolve`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from sysconfig import get_path
from traceback import extract_tb
from typing import Any, TypeVar

import numpy as np
from numpy.random import Generator

from neatcore.errors import InputError, TaskError, require
from neatcore.interfaces import (
    Array,
    Behaving,
    Descending,
    Encoding,
    Evaluation,
    Examining,
    Floats,
    Generation,
    Inheriting,
    Ints,
    Learner,
    Model,
    Nominating,
    Observing,
    Policy,
    Search,
    Task,
    Verdict,
)

PACKAGES = ("neatcore", "substrates", "hypernets", "tasks", "viz", "runner")  # whose lines a user need not look at
Z = TypeVar("Z")
Theta = TypeVar("Theta")


def evolve(
    search: Search[Z],
    encoding: Encoding[Z, Theta],
    model: Model[Theta],
    task: Task,
    rng: Generator,
    *,
    generation: int = 0,
    evaluations: int = 0,
    examined: int = 1,
    learner: Learner[Z] | None = None,
    inherited: bool = False,
) -> Iterator[Generation[Z]]:
    """Ask, decode, evaluate, tell, without end; the caller's `for` decides when to stop.

    A record is yielded after `tell`: what `search.state()` and the generator's state are then, with number + 1 and evaluations,
    is all that going on later needs. Each generation's episodes come from one number drawn from `rng`.
    examined: how many a task that examines looks at each generation, until one passes: those that the search nominates, or
    the fittest.
    learner: improves genomes before they are evaluated; the record holds what they have become. inherited: whether the search,
    which must be `Inheriting`, goes on with that (Lamarck), or with the genomes as they were born (Baldwin).
    Raises TaskError where the task raises or returns no evaluation of these networks.
    """
    examines = task if isinstance(task, Examining) else None
    heir = heir_of(search) if learner and inherited else None
    while True:
        genomes = search.ask()
        if learner:
            genomes = learner.improve(genomes, np.random.default_rng(rng.integers(2**63)))
            genomes = heir.inherit(genomes) if heir else genomes
        policy = model.bind(encoding.decode(genomes))
        episodes = np.random.default_rng(rng.integers(2**63))
        evaluation = evaluate(task, policy, episodes, generation)
        if isinstance(search, Observing):
            search.observe(evaluation.behaviour)
        search.tell(evaluation.fitness)
        if examines:
            rows = nominees(search, evaluation.fitness)[:examined]
            evaluation, seen = examine(examines, policy, evaluation, rows, episodes, generation)
            if isinstance(search, Nominating):
                search.examined(seen)
        evaluations += len(genomes)
        report = search.report() | (learner.report() if learner else {})
        yield Generation(generation, genomes, evaluation, champion_of(evaluation), evaluations, report)
        generation += 1


def heir_of(search: Search[Z]) -> Inheriting[Z]:
    """The search, or InputError where its genomes cannot hand on what they have learnt."""
    if not isinstance(search, Inheriting):
        raise InputError("genomes of this search cannot inherit what was learnt; use search=neat, or gradient=baldwinian")
    return search


def descend(
    search: Descending[Z],
    encoding: Encoding[Z, Theta],
    model: Model[Theta],
    task: Task,
    rng: Generator,
    *,
    generation: int = 0,
    evaluations: int = 0,
) -> Iterator[Generation[Z]]:
    """As `evolve`, for a search that follows a gradient: advance, decode, evaluate, without end.

    A generation is as many steps as the search is set to; `evaluations` counts steps. The search must `follow` encoding, model
    and task already. The record holds how well the task says the z of the search does, on what it keeps for that.
    """
    while True:
        evaluations += search.advance(rng)
        genomes = search.genomes
        episodes = np.random.default_rng(rng.integers(2**63))
        evaluation = evaluate(task, model.bind(encoding.decode(genomes)), episodes, generation)
        yield Generation(generation, genomes, evaluation, champion_of(evaluation), evaluations, search.report())
        generation += 1


def champion_of(evaluation: Evaluation) -> int:
    """The row of the fittest network among those that solve the task, or among all where none does."""
    if evaluation.solved is None or not evaluation.solved.any():
        return int(np.argmax(evaluation.fitness))
    return int(np.argmax(np.where(evaluation.solved, evaluation.fitness, -np.inf)))


def evaluate(task: Task, policy: Policy, rng: Generator, generation: int = 0) -> Evaluation:
    """The task's evaluation, checked; TaskError says what is wrong with it, for which networks."""
    for side in ("inputs", "outputs"):
        has, wants = getattr(policy, side), getattr(task, side)
        require(has == wants, f"{_name(task)} is for networks of {wants} {side}; these, of the encoding, have {has}")
    with blaming(task, f"in generation {generation}"):
        evaluation = task.evaluate(policy, rng)
    if not isinstance(evaluation, Evaluation):
        raise TaskError(f"{_name(task)} returned a {type(evaluation).__name__}, not an Evaluation, in generation {generation}")
    checked = check_evaluation(evaluation, policy.size, f"{_name(task)}, generation {generation}")
    if isinstance(task, Behaving) and checked.behaviour is not None and checked.behaviour.shape[1] != len(task.behaviours):
        told = f"behaviour has {checked.behaviour.shape[1]} numbers a network, behaviours name {len(task.behaviours)}"
        raise TaskError(f"{_name(task)}, generation {generation}: {told}")
    return checked


def nominees(search: Search[Z], fitness: Floats) -> Ints:
    """All rows (P,) in the order in which to examine: the search's, or by fitness."""
    return search.nominees() if isinstance(search, Nominating) else np.argsort(-fitness, kind="stable")


def examine(
    task: Examining, policy: Policy, evaluation: Evaluation, rows: Ints, rng: Generator, generation: int = 0
) -> tuple[Evaluation, Ints]:
    """With the verdicts on the networks `rows`, one by one until one passes, figures NaN for the others; and the rows examined."""
    solved, count = np.zeros(policy.size, np.bool_), 0
    figures: dict[str, Array] = {}
    for row in rows:
        count += 1
        with blaming(task, f"in generation {generation}"):
            verdict = task.examine(policy.take(np.array([row])), rng)
            if not isinstance(verdict, Verdict):
                raise TaskError(f"{_name(task)}: examine returned a {type(verdict).__name__}, not a Verdict,")
            if not isinstance(verdict.solved, (bool, np.bool_)):
                raise TaskError(f"{_name(task)}: the verdict's solved is of type {type(verdict.solved).__name__}, not a bool,")
            solved[row] = verdict.solved
            for name, value in figures_of(task, verdict.info, "the verdict's info").items():
                figures.setdefault(name, np.full(policy.size, np.nan))[row] = value
        if solved[row]:
            break
    return replace(evaluation, solved=solved, info={**evaluation.info, **figures}), rows[:count]


def figures_of(task: object, told: Any, what: str) -> dict[str, float]:
    """Numbers by name; TaskError where what a task told are none."""
    if not isinstance(told, Mapping):
        raise TaskError(f"{_name(task)}: {what} is of type {type(told).__name__}, not numbers by name")
    try:
        return {str(name): float(value) for name, value in told.items()}
    except (TypeError, ValueError):
        raise TaskError(f"{_name(task)}: {what} holds something else than single numbers: {dict(told)!r}") from None


@contextmanager
def blaming(task: object, where: str = "") -> Iterator[None]:
    """Turn whatever a task raises into a TaskError that says where; nothing where whoever called knows."""
    where = f" {where}" if where else ""
    try:
        yield
    except InputError as error:
        if not _shipped(_home(task)):
            error.add_note(f"raised by {_name(task)}{_place(error, task)}{where}")
        raise
    except TaskError as error:
        raise TaskError(f"{error}{where}") from error
    except (Exception, SystemExit) as error:
        what = f"{_name(task)} raised {type(error).__name__}: {error}{_place(error, task)}{where}"
        raise TaskError(what) from error


def check_evaluation(evaluation: Evaluation, size: int, where: str) -> Evaluation:
    """The evaluation as arrays of float64 and bool, or TaskError: columns of `size` entries, fitness finite."""
    fitness = _column(evaluation.fitness, "fitness", size, where, np.float64)
    wrong = np.flatnonzero(~np.isfinite(fitness))
    if len(wrong):
        raise TaskError(f"{where}: fitness is {fitness[wrong[0]]} for {_rows(wrong)}; fitness must be finite")
    solved = None if evaluation.solved is None else _column(evaluation.solved, "solved", size, where, np.bool_)
    behaviour = None
    if evaluation.behaviour is not None:
        behaviour = np.asarray(evaluation.behaviour, np.float64)
        if behaviour.ndim != 2 or len(behaviour) != size or not behaviour.shape[1]:
            raise TaskError(f"{where}: behaviour has shape {behaviour.shape}, not ({size}, B) with at least one number each")
        wrong = np.flatnonzero(~np.isfinite(behaviour).all(axis=1))
        if len(wrong):
            raise TaskError(f"{where}: behaviour is not finite for {_rows(wrong)}")
    if not isinstance(evaluation.info, Mapping):
        raise TaskError(f"{where}: info is a {type(evaluation.info).__name__}, not columns by name")
    info = {name: _column(values, f"info[{name!r}]", size, where, None) for name, values in evaluation.info.items()}
    return Evaluation(fitness, solved, behaviour, info)


def _column(values: Any, name: str, size: int, where: str, dtype: Any) -> Array:
    try:
        column = np.array(values, dtype)
    except (TypeError, ValueError) as error:
        raise TaskError(f"{where}: {name} is no array of numbers: {error}") from error
    if column.dtype.kind not in "biuf":
        raise TaskError(f"{where}: {name} holds {column.dtype}, not numbers")
    if column.shape != (size,):
        raise TaskError(f"{where}: {name} has shape {column.shape}, not ({size},), one for each network")
    return column


def _rows(rows: Sequence[int] | Array) -> str:
    listed = ", ".join(str(row) for row in rows[:5]) + (", …" if len(rows) > 5 else "")
    return f"genome {listed}" if len(rows) == 1 else f"genomes {listed}"


def _name(task: object) -> str:
    return f"task {type(task).__name__}"


def _place(error: BaseException, task: object) -> str:
    """The line of the task's own file, or of another of the user's, such as an environment's; of any where neither is to blame."""
    frames, home = extract_tb(error.__traceback__), _home(task)
    users = [frame for frame in frames if not _shipped(frame.filename)]
    own = (users if _shipped(home) else []) or [frame for frame in frames if frame.filename == home] or frames
    return f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""


def _home(task: object) -> str:
    """The file of a task's class."""
    return getattr(sys.modules.get(type(task).__module__), "__file__", None) or ""


def _shipped(file: str) -> bool:
    """Whether a file is neatcore's, another package's or Python's, and none of the user's."""
    root = Path(__file__).parents[1]
    own = (f"{root / name}{os.sep}" for name in PACKAGES)
    return file.startswith(("<", *own, *(get_path(name) for name in ("stdlib", "purelib", "platlib"))))
