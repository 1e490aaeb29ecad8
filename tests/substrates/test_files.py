"""Substrates in files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neatcore.errors import InputError
from substrates.config import SubstrateConfig
from substrates.files import load_substrate
from substrates.geometry import Substrate, grid, lifted, ring, row
from substrates.layouts import lay_out

TEXT = """
links = [["eyes", "middle"], ["touch", "middle"], ["middle", "middle"], ["middle", "legs"]]

[[sheet]]
name = "legs"
role = "output"
row = 2
y = 1.0

[[sheet]]
name = "eyes"
role = "input"
points = [[-1, -1], [0, -1], [1, -1]]

[[sheet]]
name = "middle"
role = "hidden"
grid = [3, 2]

[[sheet]]
name = "touch"
role = "input"
ring = 4
radius = 0.5
"""
INPUT, OUTPUT = {"role": "input", "row": 2}, {"role": "output", "row": 2, "y": 1}


def saved(folder: Path, content: Any, name: str = "substrate.json") -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def parts(substrate: Substrate) -> list[Any]:
    return [(sheet.name, sheet.role, sheet.points.tolist(), sheet.shape) for sheet in substrate.sheets]


def test_toml_and_json_give_the_same(tmp_path: Path) -> None:
    one = load_substrate(saved(tmp_path, TEXT, "a.toml"))
    other = load_substrate(saved(tmp_path, tomllib.loads(TEXT)))
    assert parts(one) == parts(other)
    assert one.projections == other.projections


def test_inputs_come_first_and_outputs_last_in_the_order_of_the_file(tmp_path: Path) -> None:
    substrate = load_substrate(saved(tmp_path, TEXT, "a.toml"))
    wanted: list[tuple[str, Any]] = [
        ("eyes", [[-1, -1], [0, -1], [1, -1]]),
        ("touch", ring(4, 0.5)),
        ("middle", grid(3, 2)),
        ("legs", row(2, 1)),
    ]
    for sheet, (name, points) in zip(substrate.sheets, wanted, strict=True):
        assert sheet.name == name
        assert np.array_equal(sheet.points, points)
    assert [substrate.title(each) for each in substrate.projections] == [
        "eyes → middle",
        "touch → middle",
        "middle → middle",
        "middle → legs",
    ]
    assert substrate.recurrent
    assert substrate.sheets[2].shape == (2, 3)


def test_z_and_default_wiring(tmp_path: Path) -> None:
    substrate = load_substrate(saved(tmp_path, {"sheet": [INPUT | {"z": -1}, OUTPUT | {"z": 1}]}))
    assert np.array_equal(substrate.sheets[1].points, lifted(row(2, 1), 1))
    assert [sheet.name for sheet in substrate.sheets] == ["sheet 1", "sheet 2"]
    assert len(substrate.projections) == 1
    skip = {"wiring": "skip", "sheet": [INPUT, OUTPUT, {"role": "hidden", "row": 3}]}
    assert len(load_substrate(saved(tmp_path, skip)).projections) == 3


def test_a_file_is_a_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, TEXT, "a.toml")
    config = SubstrateConfig(substrate="a.toml")
    assert config.substrate == str(tmp_path / "a.toml")  # the same file wherever a run goes on
    assert lay_out(config, 7, 2).inputs == 7
    with pytest.raises(InputError, match=r"a\.toml has 7 inputs, the task needs 6"):
        lay_out(config, 6, 2)
    with pytest.raises(InputError, match=r"hidden=\(3,\) does not go with a substrate file"):
        lay_out(SubstrateConfig(substrate="a.toml", hidden=(3,)), 7, 2)
    with pytest.raises(InputError, match="wiring=skip does not go with a substrate file"):
        lay_out(SubstrateConfig(substrate="a.toml", wiring="skip"), 7, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1], "a substrate is a table of sheet, wiring, links"),
        ({"sheets": []}, "unknown key 'sheets'; did you mean 'sheet'"),
        ({}, "there is no sheet"),
        ({"sheet": []}, "there is no sheet"),
        ({"sheet": [3]}, "sheet 1 is no table"),
        ({"sheet": [INPUT | {"name": 3}]}, "sheet 1: its name is 3, not a word"),
        ({"sheet": [INPUT | {"radus": 3}]}, "unknown key of sheet 'sheet 1': 'radus'; did you mean 'radius'"),
        ({"sheet": [{"row": 3}]}, "unknown role of sheet 'sheet 1' 'None'"),
        ({"sheet": [INPUT | {"role": "outputs"}]}, "did you mean 'output'"),
        ({"sheet": [{"role": "input"}]}, "needs one of points, grid, ring, row; it has none"),
        ({"sheet": [INPUT | {"grid": [3]}]}, "it has grid and row"),
        ({"sheet": [INPUT | {"radius": 0.5}]}, "radius goes with ring, not with row"),
        ({"sheet": [{"role": "input", "ring": 3, "y": 0.5}]}, "y goes with row, not with ring"),
        ({"sheet": [INPUT | {"z": "high"}]}, "z is 'high', not a number"),
        ({"sheet": [INPUT | {"z": float("nan")}]}, "z is nan, not a number"),
        ({"sheet": [INPUT | {"z": 10**400}]}, "not a number below a billion"),
        ({"sheet": [INPUT | {"row": 0}]}, "row is 0, not a number of neurons"),
        ({"sheet": [INPUT | {"row": True}]}, "row is True, not a number of neurons"),
        ({"sheet": [INPUT | {"row": 10**12}]}, "not a number of neurons up to 100,000,000"),
        ({"sheet": [{"role": "input", "grid": 3}]}, "grid is 3, not a list of numbers"),
        ({"sheet": [{"role": "input", "grid": [2, 0]}]}, "a side of its grid is 0"),
        ({"sheet": [{"role": "input", "grid": [2, 2, 2, 2]}]}, "a grid has 1 to 3 sides, not 4"),
        ({"sheet": [{"role": "input", "grid": [10**5, 10**5]}]}, "a grid of 100000 × 100000 neurons; 100,000,000 is the most"),
        ({"sheet": [{"role": "input", "points": []}]}, r"points is \[\], not a list of numbers"),
        ({"sheet": [{"role": "input", "points": [[1, 2], 3]}]}, "a point is 3, not a list"),
        ({"sheet": [{"role": "input", "points": [[1, 2], [3]]}]}, r"point \[3\] has 1 coordinates, the first 2"),
        ({"sheet": [{"role": "input", "points": [[1, float("inf")]]}]}, "a coordinate is inf, not a number"),
        ({"sheet": [INPUT | {"name": "a"}, OUTPUT | {"name": "a"}]}, "two sheets are named 'a'"),
        ({"sheet": [INPUT, OUTPUT], "wiring": "layer"}, "unknown wiring 'layer'; did you mean 'layers'"),
        ({"sheet": [INPUT, OUTPUT], "wiring": "full", "links": []}, "both links and wiring"),
        ({"sheet": [INPUT, OUTPUT], "wiring": "recurrent"}, "wiring=recurrent needs a hidden sheet"),
        ({"sheet": [INPUT, OUTPUT], "links": 3}, "links: 3 is no pair of sheet names"),
        ({"sheet": [INPUT, OUTPUT], "links": [["sheet 1"]]}, "no pair of sheet names"),
        ({"sheet": [INPUT, OUTPUT], "links": [["sheet 1", "sheet 3"]]}, "unknown sheet in links: 'sheet 3'; did you mean 'sheet"),
        ({"sheet": [INPUT, OUTPUT], "links": []}, "no projection ends at sheet 'sheet 2'"),
        ({"sheet": [INPUT, OUTPUT], "links": [["sheet 2", "sheet 1"]]}, "ends at an input sheet"),
        ({"sheet": [INPUT, OUTPUT], "links": [["sheet 1", "sheet 2"]] * 2}, "two projections join sheet 1 → sheet 2"),
        ({"sheet": [INPUT, OUTPUT | {"z": 1}]}, "'sheet 2' has 3 coordinates a neuron, sheet 'sheet 1' 2"),
        ({"sheet": [INPUT]}, "needs an output sheet"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_the_file(content: Any, message: str, tmp_path: Path) -> None:
    path = saved(tmp_path, content)
    with pytest.raises(InputError, match=message) as caught:
        load_substrate(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such file: .*none\.toml"):
        load_substrate(tmp_path / "none.toml")
    with pytest.raises(InputError, match="is not TOML"):
        load_substrate(saved(tmp_path, "= 3", "a.toml"))
    with pytest.raises(InputError, match="is not JSON"):
        load_substrate(saved(tmp_path, "{", "a.json"))
    with pytest.raises(InputError, match=r"is written in a \.toml or \.json file"):
        load_substrate(saved(tmp_path, "", "a.yaml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match=r"folder\.toml cannot be read"):
        load_substrate(tmp_path / "folder.toml")
