"""Several runs side by side: how many solved the task, and how soon."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from runner.directory import Run, slug
from runner.display import Outcome
from runner.session import outcome
from runner.toml import value as written

HARMLESS = ("run.workers", "run.pool", "run.checkpoint_seconds")  # keys that change no result
Settings = dict[str, Any]


@dataclass(frozen=True)
class Spread:
    """Median and quartiles."""

    q25: float
    median: float
    q75: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        return cls(*np.percentile(values, (25, 50, 75)).tolist()) if values else None


@dataclass(frozen=True)
class Group:
    """Runs of the same settings that differ in the seed alone. Evaluations and generations are of the solved runs.

    work: evaluations, or steps, of all runs. counts: parameters, where known. tested: figures on what was never seen.
    """

    label: str
    runs: int
    solved: int
    evaluations: Spread | None
    generations: Spread | None
    best: Spread | None
    unit: str
    work: Spread | None
    counts: Mapping[str, int]
    tested: Mapping[str, Spread | None]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def grouped(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Runs of equal settings, by a label of the keys in which they differ from others that have these keys."""
    kinds: dict[str, tuple[Settings, list[Run]]] = {}
    for run in runs:
        settings = _settings(run)
        kinds.setdefault(str(settings), (settings, []))[1].append(run)
    everything = [settings for settings, _ in kinds.values()]
    keys = dict.fromkeys(key for settings in everything for key in settings)
    telling = [key for key in keys if len({str(settings[key]) for settings in everything if key in settings}) > 1]
    groups: dict[str, list[Run]] = {}
    for settings, members in kinds.values():
        groups.setdefault(_label(settings, telling), []).extend(members)
    return groups


def compare(runs: Sequence[Run]) -> list[Group]:
    """A line for each group of runs."""
    return [summary(label, [outcome(run) for run in members]) for label, members in grouped(runs).items()]


def summary(label: str, outcomes: Sequence[Outcome]) -> Group:
    """What outcomes have in common."""
    solved = [each for each in outcomes if each.solved]
    names = dict.fromkeys(name for each in outcomes for name in each.tested)
    return Group(
        label,
        len(outcomes),
        len(solved),
        Spread.of([each.solved_evaluations for each in solved if each.solved_evaluations is not None]),
        Spread.of([each.solved_generations for each in solved if each.solved_generations is not None]),
        Spread.of([each.best for each in outcomes if each.best is not None]),
        outcomes[0].unit,
        Spread.of([each.evaluations for each in outcomes]),
        outcomes[0].counts,
        {name: Spread.of([each.tested[name] for each in outcomes if name in each.tested]) for name in names},
    )


def _settings(run: Run) -> Settings:
    """The settings that decide results, as section.key."""
    sections = tomllib.loads(run.config.read_text(encoding="utf-8"))
    values = {f"{section}.{key}": value for section, content in sections.items() for key, value in content.items()}
    return {key: value for key, value in values.items() if key not in HARMLESS}


def _label(settings: Settings, telling: Sequence[str]) -> str:
    words = [f"{key.partition('.')[2]}={_word(settings[key])}" for key in telling if key in settings and key != "run.task"]
    return " ".join([slug(str(settings["run.task"])), *words])


def _word(value: Any) -> str:
    return value if isinstance(value, str) else written(value)
