"""Classes from files and modules that a user names; what goes wrong is told with its file and line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from hashlib import sha256
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from pydantic import PydanticUserError

from neatcore.errors import InputError, require, unknown


def class_from_file(path: Path, name: str) -> type:
    """The task class `name` of the Python file `path`; with an empty name the only one there."""
    return _pick(_load(path), name, str(path))


def class_from_module(module: str, name: str) -> type:
    """The task class `name` of an importable module."""
    with _told(module):
        try:
            loaded = import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise
            raise InputError(f"there is no module {error.name!r} to import {module}:{name} from") from error
    return _pick(loaded, name, module)


def _load(path: Path) -> ModuleType:
    """The module that `path` holds, run anew."""
    if not path.is_file():
        near = get_close_matches(path.name, [other.name for other in path.parent.glob("*.py")], n=1)
        raise InputError(f"there is no file {str(path)!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    name = f"{path.stem}_{sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{str(path)!r} is no Python file: its name must end in .py")
    reach(path.resolve().parent)
    module = sys.modules[name] = module_from_spec(spec)  # dataclasses look their module up there
    try:
        with _told(str(path)):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def reach(folder: Path) -> None:
    """Let modules of `folder` be imported; last in line, so that they hide no other module, and neatcore's packages not either,
    which an editable installation does not have in this line."""
    for place in (Path(__file__).parents[1], folder):
        if str(place) not in sys.path:
            sys.path.append(str(place))


def _pick(module: ModuleType, name: str, where: str) -> type:
    """The class `name` of `module`, or its only task where the name is empty."""
    tasks: list[type] = [thing for thing in vars(module).values() if _is_task(thing) and thing.__module__ == module.__name__]
    names = [task.__name__ for task in tasks]
    if not name:
        require(tasks, f"{where} defines no task: a class with inputs, outputs and evaluate(policy, rng)")
        require(len(tasks) == 1, f"{where} defines several tasks; name one of them, such as {where}:{names[0]}")
        return tasks[0]
    found = getattr(module, name, None)
    if found is None:
        require(names, f"{where} has no class {name!r}, and defines no other task")
        raise unknown(f"task in {where}:", name, names)
    if isinstance(found, type) and _is_task(found):
        return found
    raise InputError(f"{where}:{name} is no task: a class with a method evaluate(policy, rng) is wanted")


def _is_task(thing: object) -> bool:
    return isinstance(thing, type) and callable(getattr(thing, "evaluate", None))


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turn what goes wrong while a user's code is imported into an InputError with the file and line."""
    try:
        yield
    except InputError:
        raise
    except SyntaxError as error:
        raise InputError(f"{_shown(error.filename or where, where)}:{error.lineno}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
        places = [(_shown(frame.filename, where), frame.lineno) for frame in frames]
        file, line = next((place for place in reversed(places) if place[0] == where), places[-1])
        raise InputError(f"{file}:{line}: {_words(error)}") from error


def _words(error: BaseException) -> str:
    """What an error says; of a value without a type among parameters, what to write instead."""
    if isinstance(error, PydanticUserError) and error.code == "model-field-missing-annotation":
        value = str(error).split("`")[1]  # such as: inputs = 2
        name = value.partition(" = ")[0]
        return f"`{value}` has no type; write `{name}: ClassVar[int] = …` for what is fixed, `{name}: int = …` for a parameter"
    return f"{type(error).__name__}: {error}"


def _shown(file: str, where: str) -> str:
    """The name of a file, in the user's words where they name it."""
    return where if Path(file).resolve() == Path(where).resolve() else file
