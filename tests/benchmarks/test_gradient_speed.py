from __future__ import annotations

from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from benchmarks import gradient_speed
from benchmarks.gradient_speed import Heat, main, race
from benchmarks.gradient_work import FIRST, OURS
from benchmarks.race import Watch
from benchmarks.results import read_csv
from neatcore.errors import InputError


def test_the_benchmark_in_short_without_pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradient_speed, "FILLED", 0.0)
    monkeypatch.setattr(gradient_speed, "RESTED", 0.0)
    main(rounds=2, units=8, steps=3, networks=5, images=4, torch=False, folder=tmp_path)
    page = (tmp_path / "gradient-speed.md").read_text(encoding="utf-8")
    assert "PyTorch was left out of this run." in page
    assert "## Gradients of 5 generated perceptrons, 1 example each" in page
    rows = read_csv(tmp_path / "gradient-speed.csv")
    assert {row["contestant"] for row in rows} == {OURS, FIRST, "plain"}
    assert len({row["work"] for row in rows}) == 6
    assert all(float(row["wall"]) > 0 for row in rows)


def test_without_pytorch_the_benchmark_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(gradient_speed, "find_spec", missing)
    with pytest.raises(InputError, match=r"pip install torch==2\.13\.0, or leave it out with --no-torch"):
        main(folder=tmp_path)


def test_contestants_take_turns_and_must_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradient_speed, "FILLED", 0.0)
    monkeypatch.setattr(gradient_speed, "RESTED", 0.0)
    calls: list[str] = []

    def contestant(name: str, number: float) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        calls.append(name)
        return {"a": np.array([number])}

    assert len(race({OURS: lambda: contestant("a", 1.0), "b": lambda: contestant("b", 1.0001)}, 2)["b"]) == 2
    assert calls == ["a", "b", *["a", "a", "b", "b"] * 2]  # a call before every turn is not counted
    with pytest.raises(AssertionError, match="b: a"):
        race({OURS: lambda: contestant("a", 1.0), "b": lambda: contestant("b", 1.1)}, 2)


def test_ratios_are_medians_of_turns_to_ours_and_the_faster_form_counts() -> None:
    ours, eager = [Watch(1.0, 1.0), Watch(2.0, 2.0), Watch(9.0, 9.0)], [Watch(3.0, 2.0), Watch(4.0, 8.0), Watch(9.0, 9.0)]
    compiled = [Watch(3.0, 2.0), Watch(3.0, 8.0), Watch(9.0, 9.0)]
    heat = Heat("work", "more", {OURS: ours, "PyTorch": eager, "PyTorch, compiled": compiled})
    assert (heat.ratio("PyTorch"), heat.ratio("PyTorch", clock=False)) == (2.0, 2.0)
    assert heat.peer == "PyTorch, compiled"
    assert Heat("work", "more", {OURS: ours}).peer is None
