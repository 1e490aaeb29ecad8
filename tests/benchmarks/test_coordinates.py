from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import coordinates
from benchmarks.coordinates import COORDINATES, EVOLVED, VARIANTS, attempt, result
from tests.tasks.files import write_mnist


def test_the_experiment_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mnist(tmp_path / "mnist", training=600)
    monkeypatch.setenv("NEATCORE_DATA", str(tmp_path))
    monkeypatch.setattr(coordinates, "MORE", {})  # a generation is a pass
    rows = []
    for variant in VARIANTS:
        words = ("population=4",) if variant.name == EVOLVED else ()
        if variant.name in (COORDINATES, EVOLVED):
            rows += attempt(coordinates.Variant(variant.name, variant.task, variant.preset, (*variant.words, *words)), 1, 1)
    assert int(rows[0]["parameters"]) == 801 + 256 + 2570
    assert all(0 <= float(row["test"]) <= 100 for row in rows)
    page = result(rows, tmp_path, 1).write(tmp_path).read_text(encoding="utf-8")
    assert "| coordinate hypernetwork | 1 |" in page
