"""Evolution in a HyperGAN's noise, in short: all four searches are measured, and start where one expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import noise
from benchmarks.noise import CHANCE, NEAT, SOUGHT, VARIANTS, WEIGHTS, attempt, ends, result


def test_the_experiment_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "PASSES", 4)
    monkeypatch.setattr(noise, "EVERY", 25)
    rows = [row for variant in VARIANTS for row in attempt(variant, 1, 75)]
    assert [row["evaluations"] for row in rows] == [25, 50, 75] * 4
    fresh = max(ends(rows, WEIGHTS)[0], ends(rows, NEAT)[0])
    for name in (SOUGHT, CHANCE):
        assert ends(rows, name)[0] > 60 > fresh  # the generator has learnt, fresh weights have not
    found = ends(rows, SOUGHT, "fitness")
    assert found[0] >= float(rows[0]["fitness"])
    page = result(rows, tmp_path)
    assert page.command == "python -m benchmarks.noise --seeds 1 --budget 75"
    assert f"| {WEIGHTS} | 1 |" in page.body
    assert page.body.count("none of 1 |") == 2
    assert (tmp_path / "noise.svg").exists()
