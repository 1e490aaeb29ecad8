"""Files that are either whole or not there: atomic replacement, and append-only logs whose last line may be torn."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from neatcore.errors import InputError, require

TEMPORARY = ".new-"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path with the same suffix, in the same folder; what is written there takes the place of `path` at the end.

    A reader, and a machine that loses power, sees the old file or the new one, never a part.
    """
    require(not path.is_dir(), f"{path} is a folder, not a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{path.name}"
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def plain(value: Any) -> Any:
    """`value` as JSON has it: numpy's numbers and arrays as Python's, what is not finite as None."""
    match value:
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case np.ndarray() | np.generic():
            return plain(value.tolist())
        case float() if not math.isfinite(value):
            return None
    return value


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; InputError where it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    require(isinstance(content, dict), f"{path} holds a {type(content).__name__}, not an object")
    found: dict[str, Any] = content
    return found


def sweep(folder: Path) -> None:
    """Remove what a killed process left half written."""
    for path in folder.rglob(f"{TEMPORARY}*"):
        path.unlink(missing_ok=True)


class Log:
    """A file of JSON objects, one a line, appended to; line n is about generation n."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def append(self, row: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(row, allow_nan=False) + "\n")
        self._file.flush()

    def sync(self) -> None:
        """Return when all that was appended is on the disk."""
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()


def read_log(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a log; none where there is no file. InputError where one is no JSON."""
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(_whole_lines(path) if path.exists() else (), 1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise InputError(f"{path}:{number} is damaged: {error}") from error
    return rows


def cut_log(path: Path, lines: int) -> None:
    """Keep the first `lines` lines. InputError where there are fewer."""
    kept = size = 0
    for line in _whole_lines(path) if path.exists() else ():
        if kept == lines:
            break
        kept, size = kept + 1, size + len(line)
    require(kept == lines, f"{path} has {kept} lines, where the checkpoint says {lines}: it was shortened after it was written")
    if path.exists():
        os.truncate(path, size)


def _whole_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in file if line.endswith(b"\n"))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
