"""Several runs side by side: how many solved the task, and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from neatcore.errors import InputError, require
from runner.commands import draft_of
from runner.directory import Run, slug
from runner.display import Outcome
from runner.presets import PRESETS
from runner.session import outcome
from runner.settings import preset_layers, read_sections
from runner.toml import value as written

HARMLESS = ("run.workers", "run.pool", "run.checkpoint_seconds")  # keys that change no result
FEW = 3  # keys that a label has whatever their values
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
    """Runs of equal settings, by a label of the keys in which they differ from others of their task."""
    kinds: dict[str, tuple[Settings, list[Run]]] = {}
    for run in runs:
        settings = _settings(run)
        kinds.setdefault(str(settings), (settings, []))[1].append(run)
    groups: dict[str, list[Run]] = {}
    for settings, members in kinds.values():
        alike = [other for other, _ in kinds.values() if _name(other) == _name(settings)]
        groups.setdefault(_label(settings, _telling(alike)), []).extend(members)
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
    sections = read_sections(run.config)
    values = {f"{section}.{key}": value for section, content in sections.items() for key, value in content.items()}
    require("run.task" in values, f"{run.config} names no task (run.task)")
    values["run.generations"] = run.record["goal"]["generations"]  # after `resume --generations` another than was set at first
    return {key: value for key, value in values.items() if key not in HARMLESS}


def _name(settings: Settings) -> str:
    return slug(str(settings["run.task"]))


def _telling(kinds: Sequence[Settings]) -> list[str]:
    """The keys that do not have the same value in all of these that have them."""
    keys = dict.fromkeys(key for settings in kinds for key in settings)
    return [key for key in keys if len({str(settings[key]) for settings in kinds if key in settings}) > 1]


def _label(settings: Settings, telling: Sequence[str]) -> str:
    """The task, and the values that tell these settings from others: all where they are few, else those that one has to say, after
    the preset with which they are fewest."""
    if len(telling) <= FEW:
        return _whole(settings, telling)
    labels = [_whole(settings, telling)]
    for preset in (None, *(preset for preset in PRESETS if _helps(preset, settings, telling))):
        with suppress(InputError):  # the preset is for something else, or the task's file is gone
            labels.append(_whole(settings, _to_say(settings, telling, preset), preset))
    return min(labels, key=lambda label: label.count(" "))


def _helps(preset: str, settings: Settings, telling: Sequence[str]) -> bool:
    """Whether more of the keys have the values of the preset than others."""
    says: dict[str, Any] = {}
    for layer in preset_layers(preset, str(settings["run.task"])):
        says |= {f"{section}.{key}": value for section, values in layer.sections.items() for key, value in values.items()}
    right = [written(says[key]) == written(settings[key]) for key in telling if key in says and key in settings]
    return sum(right) > len(right) / 2


def _to_say(settings: Settings, telling: Sequence[str], preset: str | None) -> list[str]:
    """Which of the keys have other values than after `neatcore run TASK`, with this preset."""
    task = str(settings["run.task"])
    base = _values((task,), preset)
    other = [key for key in ("search", "encoding") if base[f"run.{key}"] != settings[f"run.{key}"]]
    if other:
        base = _values((task, *(f"{key}={settings[f'run.{key}']}" for key in other)), preset)
    named = ["run.task", *(f"run.{key}" for key in other)]
    return [key for key in telling if key in settings and (key in named or base.get(key) != settings[key])]


@lru_cache(maxsize=256)
def _values(words: tuple[str, ...], preset: str | None) -> Settings:
    """All keys as they are after `neatcore run WORDS`."""
    draft = draft_of(words, preset, None)
    return {
        f"{section}.{key}": value for section in draft.models for key, value in draft.check(section).model_dump(mode="json").items()
    }


def _whole(settings: Settings, keys: Sequence[str], preset: str | None = None) -> str:
    words = [f"{key.partition('.')[2]}={_word(settings[key])}" for key in keys if key in settings]
    return " ".join([_name(settings), *([f"--preset {preset}"] if preset else []), *words])


def _word(value: Any) -> str:
    return value if isinstance(value, str) else written(value)
