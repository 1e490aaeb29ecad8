"""The page of generators of networks for two poles, from rows that are made up; and a short run."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import agents_double_pole as poles
from benchmarks.variants import Row, Variant

FIGURES = (
    *(f"bend_{space}" for space in ("latent", "weights", "aligned", "learnt_ends")),
    *(f"{end}_{name}" for end in ("from", "to") for name in ("learnt", "made")),
    *("r2", "r2_squares", "r2_weights", "processor"),
)


def fitted_rows() -> list[Row]:
    found = []
    for variant in poles.fits():
        for place, group in enumerate(("to 26", "to 40", "to 56", "above 56", "all")):
            pairs = {f"{name}_{part}": 10.0 * place for name in ("theirs", "made", "posterior") for part in ("mean", "sd")}
            row = {"variant": variant.name, "seed": 1, "group": group, "networks": 100 * (place + 1), **pairs, "variety": 0.25}
            found.append(row | dict.fromkeys(FIGURES, 0.5 if group == "all" else ""))
    return found


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path / "runs"))
    figures = {"solved": 1, "best": 1000, "first_median": 30, "first_best": 90}
    runs = [
        {"variant": variant.name, "seed": seed, "evaluations": 100 * place + seed, **figures}
        for place, variant in enumerate(poles.searches(), 1)
        for seed in (1, 2, 3)
    ]
    text = poles.result(fitted_rows(), runs, tmp_path, 40, 10_000).write(tmp_path).read_text(encoding="utf-8")
    assert "generator of all 500 hold both poles for 40 steps of 1,000 in the mean, those it was fitted to 40" in text
    assert "4° latent space 102, weights 202, z by chance 302; 12° latent space 502" in text
    assert "| 12°, weights | 3 of 3 | 602 | 602 to 602 | 30 | 90 |" in text
    assert "than weights p = 0.05" in text


def test_a_short_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path))
    words = ("networks=320", "runs=4", "kept=10", "hidden=[4]", "widths=[128, 64]", "latent=16", "batch=32")
    rows = poles.fit(Variant("aligned", "agents:double-pole", "chang2019", (*words, "options={steps = 60}")), 1, 2)
    assert rows[-1]["group"] == "all"
    assert set(FIGURES) <= set(rows[-1])
    assert (poles.generator().exists(), poles.kept().exists()) == (True, True)
    for variant in poles.searches()[:4]:
        (row,) = poles.solve(Variant(variant.name, variant.task, variant.preset, (*variant.words, "steps=20")), 1, 60)
        assert row["evaluations"] <= 60 + 16
