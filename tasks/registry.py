"""Tasks by name: the ones that come with the project, gymnasium's by id, installed ones, and a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from neatcore.errors import InputError, unknown
from neatcore.interfaces import Task
from neatcore.parameters import Parameters
from tasks.loading import class_from_file, class_from_module, reach

TASKS: dict[str, str] = {
    "xor": "tasks.boolean:Xor",
    "parity": "tasks.boolean:Parity",
    "cartpole": "tasks.control:CartPole",
    "double-pole": "tasks.control:DoublePole",
    "double-pole-no-velocity": "tasks.control:DoublePoleHidden",
    "retina": "tasks.retina:Retina",
    "boxes": "tasks.boxes:Boxes",
    "food-gathering": "tasks.food:FoodGathering",
    "octopus": "tasks.octopus:Octopus",
    "dual-task": "tasks.dual:DualTask",
    "dangerous-foraging": "tasks.dangerous:DangerousForaging",
    "t-maze": "tasks.tmaze:TMaze",
    "digits": "tasks.images:Digits",
    "mnist": "tasks.images:Mnist",
    "fashion-mnist": "tasks.images:FashionMnist",
    "cifar10": "tasks.images:Cifar10",
    "toy-regression": "tasks.regression:ToyRegression",
    "denoise": "tasks.denoising:Denoise",
}
GROUP = "neatcore.tasks"  # the entry points through which installed packages add tasks
GYM = "gym:"
AGENTS = "agents:"  # generators of networks for another task
KINDS = {"gym:ID": "gym:CartPole-v1", "agents:TASK": "agents:cartpole"}  # what stands before a name, and one of the kind
FILES = {  # tasks that are named by a file: what stands before it, the class, the parameter that it is
    "pattern:": ("tasks.patterns", "Pattern", "target"),
    "text:": ("tasks.text", "Text", "file"),
    "strokes:": ("tasks.strokes", "Strokes", "file"),
    "maze:": ("tasks.maze", "Maze", "maze"),
}
NAMED = {"maze:": ("medium", "hard", "risi2012")}  # of these, the ones that come with the project and need no file
BY_FILE = tuple(f"{prefix}FILE" for prefix in FILES)
OWN = tuple(f"{prefix}{name}" for prefix, names in NAMED.items() for name in names)


@dataclass(frozen=True)
class TaskKind:
    """A task found by name. `fixed` are the parameters that the name itself settles.

    reference finds the same class again from any folder and in any process.
    """

    reference: str
    cls: type[Any]
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> type[Parameters] | None:
        """The class as the model of its parameters; None for a plain class, which has none."""
        return self.cls if issubclass(self.cls, Parameters) else None

    @property
    def summary(self) -> str:
        """The first line of what the class says of itself."""
        return (self.cls.__doc__ or "").strip().partition("\n")[0]

    def make(self, **parameters: Any) -> Task:
        """The task with these parameters; pydantic's ValidationError, or InputError, tells of a wrong one."""
        if parameters and self.parameters is None:
            raise InputError(f"{self.reference} is a plain class without parameters; it cannot take {', '.join(parameters)}")
        task: Task = self.cls(**self.fixed, **parameters)
        return task


def find_task(reference: str) -> TaskKind:
    """The task that `reference` names; InputError names the nearest one.

    A registered name, `gym:ID`, `agents:TASK`, `pattern:FILE` with a picture to paint, `text:FILE` or `strokes:FILE` to predict,
    `maze:hard` or `maze:FILE`, the name of an installed entry point, `path/to/file.py:Class`, `path/to/file.py` where it defines
    a single task, or `package.module:Class`.
    """
    if reference in TASKS:
        return TaskKind(reference, class_from_module(*TASKS[reference].split(":")))
    if reference.startswith(GYM):
        reach(Path.cwd())  # where the module of a user's own may lie
        return TaskKind(reference, class_from_module("tasks.gym", "Gym"), {"id": reference.removeprefix(GYM)})
    if reference.startswith(AGENTS):
        other = find_task(reference.removeprefix(AGENTS)).reference
        return TaskKind(f"{AGENTS}{other}", class_from_module("tasks.agents", "Agents"), {"of": other})
    for prefix, (module, name, parameter) in FILES.items():
        if reference.startswith(prefix):
            path = reference.removeprefix(prefix)
            if path not in NAMED.get(prefix, ()):
                path = str(Path(path).expanduser().absolute())  # the same from any folder
            return TaskKind(f"{prefix}{path}", class_from_module(module, name), {parameter: path})
    installed = _installed()
    if reference in installed:
        return TaskKind(reference, class_from_module(installed[reference].module, installed[reference].attr))
    place, colon, name = reference.rpartition(":")
    if not colon or name.endswith(".py"):  # a path may hold colons of its own
        place, name = reference, ""
    if place.endswith(".py") or "/" in place:
        cls = class_from_file(Path(place), name)
        return TaskKind(f"{Path(place).resolve()}:{cls.__name__}", cls)
    if name and place:
        reach(Path.cwd())
        return TaskKind(reference, class_from_module(place, name))
    raise unknown("task", reference, [*TASKS, *installed, *KINDS, *OWN, *BY_FILE, "file.py:Class", "package.module:Class"])


@dataclass(frozen=True)
class TaskEntry:
    """A task as it is listed: the name to call it by, what it is in a line, and its parameters (pydantic's fields) by name."""

    name: str
    summary: str
    parameters: Mapping[str, Any]


def list_tasks() -> list[TaskEntry]:
    """All tasks that have a name. One that cannot be loaded says so in its summary."""
    references = {name: name for name in TASKS} | KINDS | {name: name for name in OWN + BY_FILE}
    return [_entry(name, reference) for name, reference in (references | {n: n for n in _installed()}).items()]


def _entry(name: str, reference: str) -> TaskEntry:
    try:
        kind = find_task(reference)
    except InputError as error:
        return TaskEntry(name, str(error), {})
    fields = kind.parameters.model_fields if kind.parameters else {}
    return TaskEntry(name, kind.summary, {key: info for key, info in fields.items() if key not in kind.fixed})


def _installed() -> dict[str, EntryPoint]:
    """Tasks of installed packages, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}
