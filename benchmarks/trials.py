"""Runs of experiments, one a seed: solved in parallel, kept in a CSV file, never run twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.experiments import Experiment, Variant
from benchmarks.results import read_csv, write_csv
from neatcore.interfaces import Generation
from neatcore.loop import evolve
from runner.pools import processes
from runner.session import assemble
from runner.settings import Settings, preset_layers, resolve

OF_RULES = ("mutate_rates", "rate_power", "change_rule")  # settings that say nothing where no weight is plastic


@dataclass(frozen=True)
class Trial:
    """How a run ended. hidden, links: hidden nodes and enabled links of its last champion; generalisation: -1 where not tested.

    settings: a digest of all settings of the run, so that a trial of other settings is not mistaken for this one.
    """

    variant: str
    seed: int
    settings: str
    solved: bool
    generations: int
    evaluations: int
    hidden: int
    links: int
    generalisation: int

    @classmethod
    def parse(cls, row: dict[str, str]) -> Trial:
        """The trial that a row of a CSV file tells of."""
        texts = {"variant": row["variant"], "settings": row["settings"]}
        numbers = {each.name: int(row[each.name]) for each in fields(cls) if each.type == "int"}
        return cls(**texts, **numbers, solved=row["solved"] == "True")  # type: ignore[arg-type]


def settings_of(experiment: Experiment, variant: Variant) -> Settings:
    """All settings of a variant, checked."""
    return resolve(experiment.task, experiment.words(variant), preset_layers(experiment.preset, experiment.task))


def digest(settings: Settings) -> str:
    """Eight hexadecimal digits that differ where settings that decide a trial differ."""
    run = {key: settings.sections["run"][key] for key in ("task", "generations", "examined")}
    plastic = settings.sections["run"]["encoding"] == "plastic"
    search = {key: value for key, value in settings.sections["search"].items() if plastic or key not in OF_RULES}
    text = json.dumps({**settings.sections, "run": run, "search": search}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def attempt(experiment: Experiment, variant: Variant, seed: int) -> Trial:
    """Run one seed until it is solved or its generations are over."""
    settings = settings_of(experiment, variant)
    last = _last(evolving(settings, seed), experiment.generations)
    champion = last.champion
    passed = last.evaluation.info.get("generalisation")  # NaN where another network than the champion was examined
    generalisation = -1 if passed is None or np.isnan(passed[last.best]) else int(passed[last.best])
    return Trial(
        variant.name,
        seed,
        digest(settings),
        last.solved,
        last.number + 1,
        last.evaluations,
        champion.hidden,
        int(np.count_nonzero(champion.links["enabled"])),
        generalisation,
    )


def evolving(settings: Settings, seed: int) -> Iterator[Generation[Any]]:
    """The generations of a run, without end."""
    parts = assemble(settings, seed)
    return evolve(parts.search, parts.encoding, parts.model, parts.task, parts.rng, examined=settings.run.examined)


def run_all(experiment: Experiment, path: Path, seeds: Sequence[int], workers: int, fresh: bool) -> Iterator[Trial]:
    """Run the seeds of all variants that `path` does not hold yet, adding each to it as it ends."""
    known = [] if fresh else kept(experiment, path)
    have = {(trial.variant, trial.seed) for trial in known}
    wanted = [(variant, seed) for variant in experiment.variants for seed in seeds if (variant.name, seed) not in have]
    if not wanted:
        return
    with processes(workers) as pool:
        futures = [pool.submit(attempt, experiment, variant, seed) for variant, seed in wanted]
        for trial in _ended(futures):
            known.append(trial)
            store(path, known, experiment)
            yield trial


def kept(experiment: Experiment, path: Path) -> list[Trial]:
    """The trials in `path` that were run with the settings of today."""
    current = {variant.name: digest(settings_of(experiment, variant)) for variant in experiment.variants}
    trials = [Trial.parse(row) for row in read_csv(path)]
    return [trial for trial in trials if current.get(trial.variant) == trial.settings]


def store(path: Path, trials: Sequence[Trial], experiment: Experiment) -> None:
    """Write the trials by variant and seed."""
    order = [variant.name for variant in experiment.variants]
    write_csv(path, [asdict(trial) for trial in sorted(trials, key=lambda trial: (order.index(trial.variant), trial.seed))])


def _ended(futures: Sequence[Future[Trial]]) -> Iterator[Trial]:
    return (future.result() for future in as_completed(futures))


def _last(generations: Iterator[Generation[Any]], limit: int) -> Generation[Any]:
    """The generation that solves the task, or the last of `limit`."""
    for generation in islice(generations, limit):
        if generation.solved:
            break
    return generation
