"""HyperGAN's experiment, in short: all kinds of networks are measured, and the page tells of each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import hypergan, hypergan_work
from benchmarks.hypergan import Measured, attempt, result, work_table
from benchmarks.hypergan_work import APART, DROPPED, GENERATED, VARIANTS
from runner.attacking import Plan
from tasks.data.pictures import Examples


@pytest.fixture
def short(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few networks, few pictures."""
    monkeypatch.setenv("NEATCORE_DATA", str(data))
    whole = hypergan.pictures_of
    monkeypatch.setattr(hypergan_work, "NETWORKS", 10)
    monkeypatch.setattr(hypergan_work, "APARTS", 2)
    monkeypatch.setattr(hypergan, "PLAN", Plan(("fgsm", "pgd"), (0.3,), networks=1, pictures=20))

    def few(*words: object) -> tuple[Examples, float]:
        examples, white = whole(*words)  # type: ignore[arg-type]
        return examples.cut(slice(60)), white

    monkeypatch.setattr(hypergan, "pictures_of", few)


@pytest.mark.usefixtures("short")
def test_the_experiment_in_short(tmp_path: Path) -> None:
    rows = [row for variant in VARIANTS for row in attempt(variant, 1, 6)]
    found = Measured(rows)
    assert found.variants == [GENERATED, APART, DROPPED]
    assert found.all(GENERATED, "accuracy 10") != []
    assert found.cell(APART, "accuracy 5") == "–"
    for name in found.variants:
        assert 0 <= found.all(name, "letters told")[0] <= 1
    lengths = [found.all(DROPPED, f"deviation {layer}")[0] for layer in ("conv1.kernel", "dense1.kernel")]
    assert np.isclose(lengths[0], 0, atol=1e-4)  # dropout leaves kernels alone
    assert lengths[1] > 1e-3
    page = result(rows, tmp_path, 6).body
    assert (tmp_path / "hypergan.svg").exists()
    assert f"| {DROPPED} | pgd | 0.3 |" in page
    held = {"variant": GENERATED, "seed": 1, "measure": "training GB", "value": "0.5"}
    assert "held 0.50 GB of the GPU's memory" in work_table(Measured([*rows, held]))
    assert "published 98.64 and 99.31" in result(rows, tmp_path, 6).headline
