"""Contestants that run the same work in turn, so that what else the machine does slows both alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.random import default_rng

from neatcore.loop import evolve
from neatcore.neat import Neat, NeatConfig
from neatcore.nets import DirectConfig, direct
from tasks.registry import find_task


@dataclass(frozen=True)
class Work:
    """What a contestant does: so many generations of NEAT on a task; episodes: of each genome, 0 where the task has none."""

    task: str
    population: int
    generations: int
    episodes: int = 0

    @property
    def inputs(self) -> int:
        return 4 if self.episodes else 2


@dataclass(frozen=True)
class Heat:
    """One contestant's run of the work: seconds by the clock and of the processor, environment steps, and what was bred."""

    generations: int
    wall: float
    cpu: float
    steps: int
    species: int
    links: float

    @property
    def generation_rate(self) -> float:
        """Generations a second."""
        return self.generations / self.wall

    @property
    def step_rate(self) -> float:
        """Environment steps a second, reproduction included."""
        return self.steps / self.wall


@dataclass(frozen=True)
class Contestant:
    """Who does which work; `run` takes the work and a seed."""

    run: Callable[[Work, int], Heat]
    work: Work


def race(contestants: Mapping[str, Contestant], rounds: int, told: Callable[[str], None]) -> dict[str, list[Heat]]:
    """`rounds` heats of every contestant, A B A B, all with the seed of the round; each warms up first, unmeasured."""
    for contestant in contestants.values():
        contestant.run(replace(contestant.work, population=20, generations=2 if contestant.work.episodes else 20), 0)
    heats: dict[str, list[Heat]] = {name: [] for name in contestants}
    for seed in range(1, rounds + 1):
        for name, contestant in contestants.items():
            gc.collect()
            heat = contestant.run(contestant.work, seed)
            heats[name].append(heat)
            told(f"round {seed} of {rounds}: {name}, {heat.generation_rate:.2f} generations a second")
    return heats


@dataclass
class Watch:
    """Measures a `with` block: seconds by the clock, and of the processor."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Watch:
        self.wall, self.cpu = perf_counter(), process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = perf_counter() - self.wall, process_time() - self.cpu


def neatcore(work: Work, seed: int) -> Heat:
    """This project, through its library: evaluation, species and reproduction of every generation; nothing stops it early."""
    parameters: dict[str, Any] = {"episodes": work.episodes} if work.episodes else {}
    task, rng = find_task(work.task).make(**parameters), default_rng(seed)
    encoding, model = direct(DirectConfig(), task.inputs, task.outputs)
    search = Neat(NeatConfig(population=work.population), encoding.space, rng)
    turns, steps = evolve(search, encoding, model, task, rng), 0
    with Watch() as watch:
        for _ in range(work.generations):
            generation = next(turns)
            steps += round(float(np.sum(generation.evaluation.info.get("steps", 0)))) * work.episodes
        search.ask()  # the reproduction after the last evaluation
    links = float(search.population.link_counts.mean())
    return Heat(work.generations, watch.wall, watch.cpu, steps, len(generation.report["species"]), links)
