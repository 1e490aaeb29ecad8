"""Fields that name a file or a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from neatcore.parameters import Parameters, PathText


class Reader(Parameters):
    file: PathText = ""


def test_a_path_is_the_same_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/elsewhere")
    assert Reader(file="data/a.npz").file == str(tmp_path / "data/a.npz")
    assert Reader(file="~/a.npz").file == str(Path("/elsewhere/a.npz"))
    assert Reader(file="/a.npz").file == str(Path("/a.npz").absolute())
    assert Reader().file == Reader(file="").file == ""
