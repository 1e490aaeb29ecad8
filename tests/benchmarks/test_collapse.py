"""What keeps HyperGAN's draws apart, in short: with normalisation and ELU two draws are less alike than with neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import collapse
from benchmarks.collapse import BARE, NORMED, VARIANTS, attempt, result


def test_the_experiment_in_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collapse, "NETWORKS", 20)
    chosen = [variant for variant in VARIANTS if variant.name in (NORMED, BARE)]
    rows = [row for variant in chosen for row in attempt(variant, 1, 30)]
    cosines = {row["variant"]: row["cosine"] for row in rows}
    assert cosines[NORMED] < 0.3 < 0.6 < cosines[BARE]
    page = result(rows, tmp_path)
    assert f"{BARE} {cosines[BARE]:.2f}" in page.headline
    assert "neatcore train digits --preset ratzlaff2019" in page.body
    assert (tmp_path / "collapse.svg").exists()
