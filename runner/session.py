"""A run from its first generation to its last, and on again after it was stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from math import nan
from pathlib import Path
from time import perf_counter
from traceback import format_exc
from typing import Any

from numpy.random import Generator, default_rng

from neatcore.checks import check_description
from neatcore.errors import DivergenceError, InputError, require
from neatcore.files import load
from neatcore.interfaces import (
    Charted,
    Counted,
    Descending,
    Encoding,
    Generalising,
    Generation,
    Learner,
    Model,
    Search,
    Space,
    Task,
    Transferable,
    VectorSpace,
)
from neatcore.loop import blaming, descend, evolve, figures_of, heir_of
from neatcore.novelty.rewards import within
from runner import ancestry
from runner import checkpoint as checkpoints
from runner.checkpoint import Checkpoint
from runner.compiling import announced
from runner.directory import Run, create
from runner.disk import cut_log, sweep
from runner.display import Display, Facts, Outcome, said
from runner.generators import keep_generator
from runner.interrupt import Interrupt
from runner.parallel import workers_of
from runner.parts import ENCODINGS, LEARNING, SEARCHES
from runner.record import Recorder, fitted
from runner.rewards import bred, rewarded
from runner.settings import RunConfig, Settings, file_layer, resolve
from runner.toml import dumps


@dataclass(frozen=True)
class Goal:
    """When a run ends: after so many generations, or when it is solved if that counts."""

    generations: int
    solved: bool

    def reached(self, generations: int, solved: bool) -> str:
        """solved, finished, or "" where it goes on."""
        if solved and self.solved:
            return "solved"
        return "finished" if generations >= self.generations else ""


@dataclass(frozen=True)
class Parts:
    """What `evolve` needs, of one run."""

    search: Search[Any]
    encoding: Encoding[Any, Any]
    model: Model[Any]
    task: Task
    rng: Generator
    learner: Learner[Any] | None = None
    parents: ancestry.Breeding | None = None  # the search, where every generation's genomes are kept


def assemble(settings: Settings, seed: int) -> Parts:
    """Build the parts of a run; one generator, from the seed, is shared by the search and the loop."""
    rng, task = default_rng(seed), settings.task
    for side in ("inputs", "outputs"):
        count = getattr(task, side, None)
        require(
            isinstance(count, int) and not isinstance(count, bool) and count > 0,
            f"task {type(task).__name__}: {side} is {count!r}; it must say how many {side} a network has, as a whole number",
        )
    check_description(task)
    part = ENCODINGS[settings.run.encoding]
    wanted = [getattr(task, part.wants, None)] if part.wants else []
    encoding, model = part.builder()(settings.encoding, task.inputs, task.outputs, *wanted)
    search = SEARCHES[settings.run.search].builder()(settings.search, encoding.space, rng)
    if isinstance(search, Descending):
        search.follow(encoding, model, task)
    parents = ancestry.breeding(search, settings.run.search) if settings.run.ancestry else None
    told = rewarded(search, settings, rng)
    learner = _learner_of(settings, told, encoding, model, task)
    return Parts(told, encoding, model, task, rng, learner, parents)


def _learner_of(
    settings: Settings, search: Search[Any], encoding: Encoding[Any, Any], model: Model[Any], task: Task
) -> Learner[Any] | None:
    """What genomes learn by in their lifetime; InputError where they cannot learn, or cannot hand on what they learnt."""
    if not settings.learning:
        return None
    require(not isinstance(search, Descending), "search=gradient learns all the time; leave out gradient")
    learner: Learner[Any] = LEARNING.builder()(settings.learning, encoding, model, task)
    if settings.run.gradient == "lamarckian":
        heir_of(bred(search))
    return learner


@dataclass(frozen=True)
class Work:
    """A run to go on with: where it is, what it is made of, when it ends, and the generation that it has reached."""

    run: Run
    settings: Settings
    parts: Parts
    goal: Goal
    last: Checkpoint

    @property
    def facts(self) -> Facts:
        config = self.settings.run
        record = self.run.record
        counts = record.get("counts", {})
        return Facts(self.run.path, config.task, config.search, config.encoding, record["seed"], self.goal.generations, counts)


def start(settings: Settings, seed: int, root: Path, command: str, display: Display, *, origin: Run | None = None) -> Outcome:
    """Begin a run in a new directory under `root`, and see it through. Errors come before the directory where they can.

    origin: a run whose last genomes this one begins with.
    """
    parts = assemble(settings, seed)
    first = inherit(parts, origin) if origin else Checkpoint(0, 0, {})
    goal = Goal(settings.run.generations, settings.run.stop_when_solved)
    run = create(root, dumps(settings.sections), settings.run.task, seed, vars(goal), command)
    with run.lock():
        keep_generator(run, settings.sections)
        if isinstance(parts.encoding, Counted):
            run.update(counts=dict(parts.encoding.counts))
        if origin:
            checkpoints.write(run.checkpoints, first)
            run.update(origin=str(origin.path.resolve()))
        return _see_through(Work(run, settings, parts, goal, first), display)


def inherit(parts: Parts, origin: Run) -> Checkpoint:
    """Give the search the genomes of another run's last checkpoint; InputError where they do not fit. The state to begin from."""
    settings = resolve(layers=[file_layer(origin.config)])
    theirs = assemble(settings, origin.record["seed"])
    last, _ = checkpoints.latest(origin.checkpoints)
    if last is None:
        raise InputError(f"run {origin.name} has no checkpoint yet, from which its genomes could be taken")
    ours, has = _ends(parts.encoding.space), _ends(theirs.encoding.space)
    own, other = bred(parts.search), bred(theirs.search)
    require(ours == has, f"the genomes of run {origin.name} do not fit: {has}, where this run needs {ours}")
    if type(own) is not type(other):
        kinds = type(own).__name__, type(other).__name__
        raise InputError(f"{kinds[0]} cannot begin with what {kinds[1]} came to in run {origin.name}: name the same search")
    if not isinstance(own, Transferable):
        raise InputError(f"run {origin.name} has no genomes to begin with; go on with it: neatcore resume {origin.name}")
    own.adopt(within(last.search) if other is not theirs.search else last.search)
    return Checkpoint(0, 0, parts.rng.bit_generator.state, search=parts.search.state())


def _ends(space: Space) -> str:
    """Which genomes a space holds, in words."""
    if isinstance(space, VectorSpace):
        return f"vectors of {space.size} numbers"
    kind = "recurrent networks" if space.recurrent else "networks"
    ruled = f" and {space.rules} rules of plasticity" if space.rules else ""
    return f"{kind} of {space.inputs} inputs and {space.outputs} outputs, {'with' if space.bias else 'without'} a bias node{ruled}"


def resume(run: Run, more: int | None, display: Display) -> Outcome:
    """Go on from the last whole checkpoint, for `more` generations where given, as if the run had never stopped."""
    with run.lock():
        record, settings = run.record, resolve(layers=[file_layer(run.config)])
        parts = assemble(settings, record["seed"])
        sweep(run.path)
        last, complaints = checkpoints.latest(run.checkpoints)
        last = last or Checkpoint(0, 0, parts.rng.bit_generator.state)
        for complaint in complaints:
            display.notice(f"{complaint}; going on from the one before, generation {last.generation}")
        goal = Goal(**record["goal"])
        solved = last.best is not None and last.best.solved
        if more:
            goal = Goal(last.generation + more, goal.solved and not solved)
        elif status := goal.reached(last.generation, solved):
            run.update(status=status)
            if isinstance(parts.task, Generalising) and "tested" not in record:  # stopped, or failed, before it was
                run.update(tested=tested(run, parts, parts.task))
            done = f"{last.generation} generation{'s' * (last.generation != 1)}"
            display.notice(f"run {run.name} is {status} after {done}; --generations N goes on for N more")
            return outcome(run, status)
        _return_to(run, parts, last)
        run.update(status="running", goal=vars(goal))
        return _see_through(Work(run, settings, parts, goal, last), display)


def outcome(run: Run, status: str = "") -> Outcome:
    """How a run stands, from its files."""
    rows = run.rows()
    solved_at = next((row for row in rows if row["solved"]), None)
    return Outcome(
        run=run.path,
        status=status or run.status(),
        generations=len(rows),
        evaluations=rows[-1]["evaluations"] if rows else 0,
        best=max((row["best"] for row in rows if fitted(row)), default=None),
        solved=solved_at is not None,
        solved_generations=solved_at["generation"] + 1 if solved_at else None,
        solved_evaluations=solved_at["evaluations"] if solved_at else None,
        unit="step" if rows and "steps" in rows[-1] else "evaluation",
        tested=tested_of(run.record),
        counts=run.record.get("counts", {}),
    )


def tested_of(record: Mapping[str, Any]) -> dict[str, float]:
    """What a run's record says of its champion on what it never saw."""
    return {name: nan if value is None else value for name, value in record.get("tested", {}).items()}


def tested(run: Run, parts: Parts, generalising: Generalising) -> dict[str, float]:
    """Figures of a run's champion on what it never saw, always the same."""
    policy = parts.model.bind(parts.encoding.decode([load(run.champion())]))
    with blaming(generalising, "in generalise"):
        return figures_of(generalising, generalising.generalise(policy, default_rng(run.record["seed"])), "what it returned")


def _return_to(run: Run, parts: Parts, last: Checkpoint) -> None:
    """Bring the parts and the files back to where the checkpoint was written."""
    if last.search:
        parts.search.restore(last.search)
        parts.rng.bit_generator.state = last.rng
    checkpoints.forget(run.checkpoints, last.generation)
    ancestry.forget(run.ancestry, last.generation)
    logs = [run.metrics, run.timings, *([run.behaviour] if run.behaviour.exists() else [])]
    for log in logs:
        cut_log(log, last.generation)
    for path in run.champions.glob("*.npz"):
        if not path.stem.isdigit() or int(path.stem) >= last.generation:
            path.unlink()


def _see_through(work: Work, display: Display) -> Outcome:
    """Work until the goal is reached or a person stops it, whatever happens leaving files to go on from."""
    run, parts, last, config = work.run, work.parts, work.last, work.settings.run
    with ExitStack() as stack:
        stack.enter_context(_reported(run))
        stack.enter_context(display.showing(work.facts))
        stack.enter_context(announced(lambda: display.notice("compiling kernels (first run only)…")))
        task = stack.enter_context(workers_of(parts.task, work.settings, display.notice))
        every = config.checkpoint_seconds
        charted = isinstance(parts.task, Charted)
        recorder = Recorder(run, parts.search, parts.rng, last.best, every, parents=parts.parents, charted=charted)
        stack.enter_context(recorder)
        interrupt = stack.enter_context(Interrupt(display.notice))
        generations = turns(parts, config, task, work.last.generation, work.last.evaluations)
        status = _consume(generations, work.goal, recorder, interrupt, display)
        run.update(status=status)
        if status != "interrupted" and isinstance(parts.task, Generalising):
            run.update(tested=tested(run, parts, parts.task))
        result = outcome(run, status)
        display.finish(result)
    return result


def turns(parts: Parts, config: RunConfig, task: Task, generation: int = 0, evaluations: int = 0) -> Iterator[Generation[Any]]:
    """The loop that suits the search, from a generation on, after so many evaluations."""
    search, rest = parts.search, (parts.encoding, parts.model, task, parts.rng)
    if isinstance(search, Descending):
        return descend(search, *rest, generation=generation, evaluations=evaluations)
    return evolve(
        search,
        *rest,
        generation=generation,
        evaluations=evaluations,
        examined=config.examined,
        learner=parts.learner,
        inherited=config.gradient == "lamarckian",
    )


def _consume(generations: Iterator[Generation[Any]], goal: Goal, recorder: Recorder, interrupt: Interrupt, display: Display) -> str:
    """Record and show generations until the end: solved, finished or interrupted."""
    status, begun = "", perf_counter()
    for generation in generations:
        row = recorder.generation(generation, perf_counter() - begun)
        display.generation(row)
        status = goal.reached(generation.number + 1, generation.solved)
        if status:
            recorder.final(generation)
        status = status or ("interrupted" if interrupt.asked else "")
        if status or recorder.due():
            recorder.checkpoint(generation)
        if status:
            break
        begun = perf_counter()
    return status


@contextmanager
def _reported(run: Run) -> Iterator[None]:
    """Note in the run how it failed, and add to the error how to go on. A full disk must not hide the first error."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        stopped = isinstance(error, (KeyboardInterrupt, BrokenPipeError))
        with suppress(OSError):
            run.update(status="interrupted" if stopped else "failed")
            if not stopped:
                (run.path / "error.log").write_text(format_exc(), encoding="utf-8")
        way = _way_on(run, error)
        if way:
            error.add_note(way)
        raise


def _way_on(run: Run, error: BaseException) -> str:
    """How to go on after an error, in words; nothing where the same settings would only lead to it again."""
    begun, name = next(run.checkpoints.glob("*.npz"), None) is not None, said(run.path)
    if isinstance(error, DivergenceError):
        handed_on = begun and file_layer(run.config).sections["run"]["search"] == "gradient"
        return f"its last checkpoint is good; begin with that: neatcore train --from {name} rate=…" if handed_on else ""
    if begun:
        return f"go on from the last checkpoint with: neatcore resume {name}"
    return "" if isinstance(error, InputError) else f"there is no checkpoint yet; begin again with: neatcore resume {name}"
