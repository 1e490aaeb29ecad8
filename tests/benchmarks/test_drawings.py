"""The experiment with drawings, in short, on random walks."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import characters, drawings
from benchmarks.characters import HYPER, KINDS, LN_HYPER, LSTM
from benchmarks.drawings import main
from benchmarks.results import read_csv
from tests.tasks.files import stroke_arrays, write_strokes


def test_drawings_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(characters, "KINDS", {name: KINDS[name] for name in (LSTM, HYPER, LN_HYPER)})
    for name, value in {"WORDS": ("batch=4", "steps=2"), "EVERY": 2, "UNITS": 32, "COLUMNS": 3}.items():
        monkeypatch.setattr(drawings, name, value)
    data = write_strokes(tmp_path / "walks.npz", stroke_arrays())
    main(data=data, steps=4, seeds=1, workers=1, folder=tmp_path)
    rows = read_csv(tmp_path / "drawings.csv")
    assert [row["step"] for row in rows] == ["2", "4"] * 3
    assert all(row["test"] for row in rows[1::2])
    page = (tmp_path / "drawings.md").read_text(encoding="utf-8")
    assert f"after 4 steps: {LSTM} {float(rows[1]['test']):.2f}, HyperLSTM" in page
    assert "--steps 4 --seeds 1" in page
    shown = (tmp_path / "drawings-drawn.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 224 224"' in shown  # rows of three: by people, and by either network
