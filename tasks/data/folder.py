"""Where data sets lie: a folder that the user names, $NEATCORE_DATA, or a cache into which they are downloaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from neatcore.errors import InputError, require

VARIABLE = "NEATCORE_DATA"
OPTION = "name the folder that holds it with --data DIR"


@dataclass(frozen=True)
class Source:
    """A file of a data set, and where it can be downloaded.

    homes: sub-folders in which it may lie. names: of the file, the first one that of the download. checksum: `sha256:…` or
    `md5:…` of the download. mirrors: addresses that the name is appended to, tried one after the other.
    """

    dataset: str
    homes: tuple[str, ...]
    names: tuple[str, ...]
    checksum: str = ""
    mirrors: tuple[str, ...] = ()


def extra(module: str, package: str, purpose: str) -> Any:
    """A module of a package that comes with the extra `hypernets`; InputError says how to install it."""
    try:
        return import_module(module)
    except ImportError:
        raise InputError(f'{purpose} needs {package}: pip install "neatcore[hypernets]"') from None


def look(source: Source, given: str) -> Path | None:
    """The file where it lies, without a download: in the folder `given`, or else in $NEATCORE_DATA."""
    return _first(source, _named(given))


def locate(source: Source, given: str) -> Path:
    """The file in the folder `given`; or else in $NEATCORE_DATA, or in the cache, where it is downloaded at need.

    InputError names the file, the folders that were looked in, and what to do.
    """
    found = look(source, given)
    if found:
        return found
    if given:
        require(
            Path(given).expanduser().is_dir(),
            f"there is no folder {given} to find {source.names[0]} of {source.dataset} in; {OPTION}",
        )
        raise InputError(f"{_missing(source, _named(given))}; {OPTION}")
    pooch = extra("pooch", "pooch", f"{_missing(source, _named(given))}; to download it neatcore")
    cache = Path(pooch.os_cache("neatcore"))
    return _first(source, [cache]) or _download(source, cache, pooch)


def _named(given: str) -> list[Path]:
    """The folders that the user named."""
    named = given or os.environ.get(VARIABLE, "")
    return [Path(named).expanduser()] if named else []


def _places(source: Source, folders: Sequence[Path]) -> list[Path]:
    return [place for folder in folders for place in (*(folder / home for home in source.homes), folder)]


def _first(source: Source, folders: Sequence[Path]) -> Path | None:
    paths = (place / name for place in _places(source, folders) for name in source.names)
    return next((path for path in paths if path.is_file()), None)


def _missing(source: Source, folders: Sequence[Path]) -> str:
    """What is missing where, in words."""
    where = " or ".join(str(place) for place in _places(source, folders))
    return f"there is no {source.names[0]} of {source.dataset}" + (f" in {where}" if where else f", and ${VARIABLE} is not set")


def _download(source: Source, cache: Path, pooch: Any) -> Path:
    """The file, fetched into the cache from the first mirror that has it as it should be."""
    name, folder, failures = source.names[0], cache / source.homes[0], []
    for mirror in source.mirrors:
        try:
            return Path(pooch.retrieve(mirror + name, known_hash=source.checksum, fname=name, path=folder))
        except (OSError, ValueError) as error:  # no network, no such file; another checksum
            reason = "it is another file there" if isinstance(error, ValueError) else type(error).__name__
            failures.append(f"{mirror}{name} ({reason})")
    told = "; it could not be downloaded from " + " or ".join(failures) if failures else ""
    raise InputError(f"{_missing(source, [*_named(''), cache])}{told}; {OPTION}, or in ${VARIABLE}")
