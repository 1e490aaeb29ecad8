"""Substrates written in TOML or JSON: sheets with the places of their neurons, and which sheets are linked.

wiring = "layers"                      # or links = [["eyes", "middle"], ["middle", "legs"]]

[[sheet]]
name = "eyes"
role = "input"
points = [[-1, -1], [0, -1], [1, -1]]  # every neuron; the order is that of the task's inputs

[[sheet]]
name = "middle"
role = "hidden"
grid = [3, 3]                          # x × y over [-1, 1]; or ring = 8 with radius = 0.5; or row = 8 with y = 0.0

[[sheet]]
name = "legs"
role = "output"
row = 2
y = 1.0

Any sheet may also have z, a further coordinate that all its neurons share. Hidden sheets are computed in their order in the file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from neatcore.errors import InputError, require, unknown
from neatcore.interfaces import Floats
from substrates.geometry import ROLES, Projection, Sheet, Substrate, check_substrate, grid, lifted, ring, row, wire
from substrates.layouts import arranged, unknown_substrate

TOP = ("sheet", "wiring", "links")
SHAPES = ("points", "grid", "ring", "row")
BESIDES = {"radius": "ring", "y": "row"}  # a key, and the shape that it goes with
LARGEST = 100_000_000  # neurons of a sheet
WIRINGS = ("layers", "skip", "recurrent", "full")


def load_substrate(path: Path | str) -> Substrate:
    """The substrate in a file; InputError names what is wrong and where."""
    path = Path(path)
    if not path.exists() and not path.suffix:
        raise unknown_substrate(path.name)
    content = _content(path)
    try:
        substrate = _substrate(content)
        check_substrate(substrate)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return substrate


def _content(path: Path) -> Mapping[str, Any]:
    if path.suffix not in (".toml", ".json"):
        raise InputError(f"{path}: a substrate is written in a .toml or .json file")
    try:
        text = path.read_text(encoding="utf-8")
        content: Any = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not {path.suffix[1:].upper()}: {error}") from None
    require(isinstance(content, dict), f"{path}: a substrate is a table of {', '.join(TOP)}")
    return content  # type: ignore[no-any-return]


def _substrate(content: Mapping[str, Any]) -> Substrate:
    _known(content, TOP, "key")
    entries = content.get("sheet")
    if not isinstance(entries, list) or not entries:
        raise InputError("there is no sheet; write one as [[sheet]]")
    sheets = sorted((_sheet(number, entry) for number, entry in enumerate(entries, 1)), key=lambda each: ROLES.index(each.role))
    names = [sheet.name for sheet in sheets]
    for name in names:
        require(names.count(name) == 1, f"two sheets are named {name!r}")
    wiring = content.get("wiring", "layers")
    if wiring not in WIRINGS:
        raise unknown("wiring", str(wiring), WIRINGS)
    require("links" not in content or "wiring" not in content, "there are both links and wiring; write one")
    joined = _links(content["links"], names) if "links" in content else wire([sheet.role for sheet in sheets], wiring)
    return Substrate(tuple(sheets), joined)


def _sheet(number: int, entry: Any) -> Sheet:
    where = f"sheet {number}"
    require(isinstance(entry, dict), f"{where} is no table")
    name, role = entry.get("name", where), entry.get("role")
    require(isinstance(name, str) and name != "", f"{where}: its name is {name!r}, not a word")
    where = f"sheet {name!r}"
    _known(entry, ("name", "role", "z", *SHAPES, *BESIDES), f"key of {where}:")
    if role not in ROLES:
        raise unknown(f"role of {where}", str(role), ROLES)
    given = [key for key in SHAPES if key in entry]
    require(len(given) == 1, f"{where} needs one of {', '.join(SHAPES)}; it has {' and '.join(given) or 'none'}")
    for key, shape in BESIDES.items():
        require(key not in entry or shape == given[0], f"{where}: {key} goes with {shape}, not with {given[0]}")
    points = _points(entry, given[0], where)
    if "z" in entry:
        points = lifted(points, _number(entry["z"], where, "z"))
    return Sheet(name, role, points, arranged(points))


def _points(entry: Mapping[str, Any], kind: str, where: str) -> Floats:
    value = entry[kind]
    if kind == "grid":
        sides = [_count(side, where, "a side of its grid") for side in _listed(value, where, kind)]
        require(len(sides) <= 3, f"{where}: a grid has 1 to 3 sides, not {len(sides)}")
        require(prod(sides) <= LARGEST, f"{where}: a grid of {' × '.join(map(str, sides))} neurons; {LARGEST:,} is the most")
        return grid(*sides)
    if kind == "ring":
        return ring(_count(value, where, kind), _number(entry.get("radius", 1.0), where, "radius"))
    if kind == "row":
        return row(_count(value, where, kind), _number(entry.get("y", 0.0), where, "y"))
    lines = [_listed(line, where, "a point") for line in _listed(value, where, kind)]
    for line in lines:
        require(len(line) == len(lines[0]), f"{where}: point {line} has {len(line)} coordinates, the first {len(lines[0])}")
    return np.array([[_number(each, where, "a coordinate") for each in line] for line in lines], np.float64)


def _links(value: Any, names: Sequence[str]) -> tuple[Projection, ...]:
    pairs = []
    for pair in value if isinstance(value, list) else [value]:
        require(isinstance(pair, list) and len(pair) == 2, f"links: {pair!r} is no pair of sheet names")
        for name in pair:
            if name not in names:
                raise unknown("sheet in links:", str(name), names)
        pairs.append(Projection(names.index(pair[0]), names.index(pair[1])))
    return tuple(pairs)


def _known(table: Mapping[str, Any], keys: Sequence[str], what: str) -> None:
    for key in table:
        if key not in keys:
            raise unknown(what, key, keys)


def _listed(value: Any, where: str, what: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise InputError(f"{where}: {what} is {value!r}, not a list of numbers")
    return value


def _number(value: Any, where: str, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e9:
        raise InputError(f"{where}: {what} is {value!r}, not a number below a billion")
    return float(value)


def _count(value: Any, where: str, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST:
        raise InputError(f"{where}: {what} is {value!r}, not a number of neurons up to {LARGEST:,}")
    return value
