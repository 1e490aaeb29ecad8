"""The settings of a run: defaults ← preset ← file ← key=value, checked and built into one frozen model a section."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from neatcore.errors import InputError, require, unknown
from neatcore.interfaces import Task
from neatcore.parameters import Parameters
from runner.complaints import complaints
from runner.generators import found_beside
from runner.parts import ENCODINGS, LEARNING, REWARDS, SEARCHES, find_part
from runner.presets import FOR_TASK, PRESETS
from runner.words import Word, place
from tasks.registry import TaskKind, find_task


class RunConfig(Parameters):
    """What is solved, with what, for how long."""

    task: str = Field("", description="what is solved: a name, gym:ID, file.py:Class or module:Class")
    search: str = Field("neat", description="how genomes are searched: " + ", ".join(SEARCHES))
    encoding: str = Field("direct", description="how genomes become networks: " + ", ".join(ENCODINGS))
    gradient: Literal["none", "lamarckian", "baldwinian"] = Field(
        "none",
        description="whether genomes learn from the task's examples before they are evaluated: none; lamarckian (offspring inherit "
        "what was learnt), baldwinian (they do not)",
    )
    reward: Literal["fitness", "novelty", "random"] = Field(
        "fitness", description="what the search is told: how good networks are, how new what they do is, or, as a control, nothing"
    )
    generations: int = Field(200, ge=1, description="generations after which the run ends")
    stop_when_solved: bool = Field(True, description="end as soon as the fittest network solves the task")
    examined: int = Field(
        1, ge=1, description="how many networks a task that examines solutions looks at each generation, until one passes"
    )
    workers: int = Field(
        1,
        ge=1,
        le=1024,
        description="evaluate the population in so many workers; results are the same, but of gym tasks with vectorised=true",
    )
    pool: Literal["process", "thread"] = Field("process", description="what a worker is, where there are several")
    checkpoint_seconds: float = Field(5.0, ge=0, description="seconds between checkpoints; 0 writes one every generation")
    ancestry: bool = Field(False, description="keep every generation's genomes, so that a champion's ancestors can be shown")


@dataclass(frozen=True)
class Settings:
    """All that decides a run, but the seed. `sections` are the plain values: what `config.toml` holds."""

    run: RunConfig
    task: Task
    search: Parameters
    encoding: Parameters
    sections: Mapping[str, Mapping[str, Any]]
    learning: Parameters | None = None  # where genomes learn within their lifetime
    reward: Parameters | None = None


@dataclass(frozen=True)
class Layer:
    """Values by section and key, and where they were written."""

    sections: Mapping[str, Mapping[str, Any]]
    origin: str


@dataclass(frozen=True)
class Draft:
    """Settings that are not checked yet: the model of each section, and the layers of values over its defaults."""

    models: Mapping[str, type[Parameters]]
    kind: TaskKind | None
    layers: Sequence[Layer]

    def values(self, section: str) -> dict[str, Any]:
        """What the layers say of one section, the last word of each key."""
        return {key: value for layer in self.layers for key, value in layer.sections.get(section, {}).items()}

    def check(self, section: str) -> Parameters:
        """The model of one section; InputError has a line for every value that is out of range."""
        fixed = self.kind.fixed if self.kind and section == "task" else {}
        try:
            return self.models[section].model_validate({**self.values(section), **fixed})
        except ValidationError as error:
            origins = {key: layer.origin for layer in self.layers for key in layer.sections.get(section, {})}
            raise InputError(complaints(error, section, origins)) from error

    def build(self) -> Settings:
        """All sections, checked."""
        if self.kind is None:
            file = next((f"{layer.origin} names none (run.task); " for layer in self.layers if layer.origin.endswith(".toml")), "")
            example = "for example: neatcore run xor, neatcore train digits\n`neatcore tasks` lists them all"
            raise InputError(f"which task? {file}{example}")
        built: dict[str, Any] = {section: self.check(section) for section in self.models}
        sections = {section: model.model_dump(mode="json") for section, model in built.items()}
        sections["task"] = {key: value for key, value in sections.get("task", {}).items() if key not in self.kind.fixed}
        task = built.get("task") or make_task(self.kind, {})
        reward = built.get(built["run"].reward)
        return Settings(built["run"], task, built["search"], built["encoding"], sections, built.get("learning"), reward)


def resolve(task: str = "", words: Sequence[str] = (), layers: Sequence[Layer] = ()) -> Settings:
    """The settings of `task`: defaults, then the values of each layer, then the words', each over the ones before."""
    return draft(task, words, layers).build()


def draft(task: str = "", words: Sequence[str] = (), layers: Sequence[Layer] = ()) -> Draft:
    """The same, not checked yet; but unknown keys are an InputError here, which names the nearest one."""
    pairs = [Word.of(word) for word in words]
    again = [f"{pair.key}={pair.text}" for pair in pairs if task and pair.names("run", "task") and pair.text != task]
    require(not again, f"{task!r} and {again[0] if again else ''!r} are two tasks; name one")
    names = {key: _last(key, pairs, layers) for key in ("task", "search", "encoding", "gradient", "reward")}
    kind = find_task(task or names["task"]) if task or names["task"] else None
    models = _models(names, kind)
    for layer in layers:
        _check_keys(layer, models, kind)
    keys = {section: _keys(section, model, kind) for section, model in models.items()}
    for word in pairs:
        idle = word.section == "learning" and "learning" not in models
        require(not idle, f"learning.{word.key}={word.text}: nothing is learnt without gradient=lamarckian or baldwinian")
        _check_place(word, names, keys)
    spoken = [_spoken(word, place(word, keys), models) for word in pairs]
    named = Layer({"run": {"task": kind.reference if kind else ""}}, "")
    return Draft(models, kind, [*layers, *spoken, named])


def preset_layers(name: str, task: str = "") -> list[Layer]:
    """The values of a preset, and over them those it has for `task` alone; InputError names the nearest preset."""
    if name not in PRESETS:
        raise unknown("preset", name, PRESETS)
    return [Layer(sections, f"preset {name}") for sections in (PRESETS[name], FOR_TASK.get((name, task), {}))]


def file_layer(path: Path) -> Layer:
    """The values of a TOML file."""
    return Layer(found_beside(read_sections(path), path.parent), str(path))


def read_sections(path: Path) -> dict[str, dict[str, Any]]:
    """What a TOML file says, section by section, as it stands there."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    for section, values in content.items():
        require(isinstance(values, dict), f"{path}: {section!r} stands outside any section, such as [run] or [search]")
    return content


def _last(key: str, pairs: Sequence[Word], layers: Sequence[Layer]) -> str:
    """The value of run.`key` before models are known."""
    said = [layer.sections["run"][key] for layer in layers if key in layer.sections.get("run", {})]
    said += [pair.text for pair in pairs if pair.names("run", key)]
    return str(said[-1]) if said else str(RunConfig.model_fields[key].default)


def _models(names: Mapping[str, str], kind: TaskKind | None) -> dict[str, type[Parameters]]:
    """The model of each section; a task without parameters has none."""
    task = {"task": kind.parameters} if kind and kind.parameters else {}
    search = find_part("search", names["search"], SEARCHES).config_class()
    encoding = find_part("encoding", names["encoding"], ENCODINGS).config_class()
    learning = {"learning": LEARNING.config_class()} if names["gradient"] not in ("none", "") else {}
    reward = REWARDS.get(names["reward"])  # a name that is none is told when [run] is checked
    rewarded = {names["reward"]: reward.config_class()} if reward else {}
    return {"run": RunConfig, **task, "search": search, "encoding": encoding, **learning, **rewarded}


def _keys(section: str, model: type[Parameters], kind: TaskKind | None) -> list[str]:
    fixed = kind.fixed if kind and section == "task" else {}
    return [key for key in model.model_fields if key not in fixed]


def _check_keys(layer: Layer, models: Mapping[str, type[Parameters]], kind: TaskKind | None) -> None:
    for section, content in layer.sections.items():
        if section not in models:
            if section == "learning" or (section == "task" and not content):  # switched off, or nothing said
                continue
            raise unknown(f"section in {layer.origin}:", section, models)
        known = _keys(section, models[section], kind)
        for key in content:
            if key not in known:
                raise unknown(f"key in section [{section}] of {layer.origin}:", key, known)


def _check_place(word: Word, names: Mapping[str, str], keys: Mapping[str, Sequence[str]]) -> None:
    """InputError where a key without a section is one of other searches or encodings alone, which it names."""
    if word.section or any(word.key in known for known in keys.values()):
        return
    for what, parts in (("encoding", ENCODINGS), ("search", SEARCHES)):
        having = [name for name in parts if word.key in _fields(what, name)]
        if having:
            listed = ", ".join(having[:4]) + (", …" if len(having) > 4 else "")
            raise InputError(f"unknown key {word.key!r}: it is one of {what}={listed}; this run has {what}={names[what]}")


def _fields(what: str, name: str) -> Collection[str]:
    """The keys of a search or an encoding; none where what it needs is not installed."""
    try:
        return find_part(what, name, SEARCHES if what == "search" else ENCODINGS).config_class().model_fields
    except InputError:
        return ()


def _spoken(word: Word, section: str, models: Mapping[str, type[Parameters]]) -> Layer:
    """A word as a layer of its own; a key that holds text takes it as it was written, `name=5` too."""
    text = models[section].model_fields[word.key].annotation is str
    value = word.value if not text or isinstance(word.value, str) else word.text
    return Layer({section: {word.key: value}}, "")


def make_task(kind: TaskKind, values: Mapping[str, Any]) -> Task:
    """The task with these parameters; what a user's own class raises becomes an InputError."""
    try:
        return kind.make(**values)
    except (InputError, ValidationError):
        raise
    except (Exception, SystemExit) as error:
        raise InputError(f"task {kind.reference} cannot be made: {type(error).__name__}: {error}") from error
