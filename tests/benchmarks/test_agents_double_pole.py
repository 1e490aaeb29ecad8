"""The page of generators of networks for two poles, from rows that are made up; and a short run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from benchmarks import agents_double_pole as poles
from benchmarks.variants import Row, Variant
from hypernets.agents.bodies import Body
from hypernets.agents.studies import moments
from runner.session import assemble

FIGURES = (
    *(f"bend_{space}" for space in ("latent", "weights", "aligned", "learnt_ends")),
    *(f"{end}_{name}" for end in ("from", "to") for name in ("learnt", "made")),
    *("r2", "r2_squares", "r2_weights", "r2_aligned", "processor"),
)


DRAWN = "theirs", "made", "posterior", "normal"


def fitted_rows() -> list[Row]:
    found = []
    for variant in poles.fits():
        for place, group in enumerate(("to 26", "to 40", "to 56", "above 56", "all")):
            pairs = {f"{name}_{part}": 10.0 * place for name in DRAWN for part in ("mean", "sd")}
            single = {"networks": 100 * (place + 1), "middle": 70, "variety": 0.25}
            row = {"variant": variant.name, "seed": 1, "group": group, **pairs, **single}
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
    assert "4° latent space 102, weights 202, learnt normal 502; 12° latent space 602" in text
    assert "| 12°, weights | 3 of 3 | 702 | 702 to 702 | 30 | 90 |" in text
    assert "than weights p = 0.05" in text


def test_a_short_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEATCORE_RUNS", str(tmp_path))
    words = ("networks=320", "runs=4", "kept=10", "hidden=[4]", "widths=[128, 64]", "latent=16", "batch=32")
    rows = poles.fit(Variant("aligned", "agents:double-pole", "chang2019", (*words, "options={steps = 60}")), 1, 2)
    assert rows[-1]["group"] == "all"
    assert set(FIGURES) <= set(rows[-1])
    assert (poles.generator().exists(), poles.kept().exists()) == (True, True)
    for variant in poles.searches()[:5]:
        (row,) = poles.solve(Variant(variant.name, variant.task, variant.preset, (*variant.words, "steps=20")), 1, 60)
        assert row["evaluations"] <= 60 + 16


def test_a_linear_generator_has_the_mean_and_covariance_of_networks() -> None:
    settings = poles.searches()[1].settings(1)
    encoding = assemble(settings, 1).encoding
    body, rng = Body(6, poles.HIDDEN, 1), default_rng(0)
    weights = rng.normal(size=(4000, body.size)) @ rng.normal(size=(body.size, body.size)) + 3
    mean, root = moments(weights)
    assert np.allclose(root @ root, np.cov(weights.T, bias=True))
    z = rng.normal(size=(1, body.size))
    same = body.bind(mean + z @ root)
    policy = assemble(settings, 1).model.bind(poles.Normal(encoding, mean, root).decode(list(z)))
    inputs = rng.normal(size=(1, 20, 6))
    assert np.allclose(policy.step(policy.reset(20), inputs)[1], same.step(same.reset(20), inputs)[1], atol=1e-6)
