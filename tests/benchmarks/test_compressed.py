"""The experiments with few cosines, in short: rows that go on where they stopped, the page, what its median means."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import compressed, octopus
from benchmarks.compressed import SETTINGS, Sample
from benchmarks.results import read_csv
from benchmarks.variants import run_all
from neatcore.errors import InputError


def test_one_coefficient_balances_one_pole_and_the_page_says_so(tmp_path: Path) -> None:
    path, variants = tmp_path / "compressed.csv", [SETTINGS[1].variant("1"), SETTINGS[3].variant("1")]
    rows = run_all(compressed.attempt, variants, [1, 2], 60, path, 1)
    assert rows == read_csv(path)
    assert [(row["solved"], row["coefficients"], row["weights"]) for row in rows] == [("True", "1", "4")] * 2 + [
        ("False", "1", "6")
    ] * 2
    assert all(int(row["evaluations"]) <= 60 + 4 for row in rows)
    assert run_all(compressed.attempt, variants, [1, 2], 60, path, 1) == rows
    with pytest.raises(InputError, match=r"compressed\.csv holds runs with a budget of 60, not 80: name another --folder"):
        run_all(compressed.attempt, variants, [1, 2], 80, path, 1)
    text = compressed.result(rows, tmp_path, 60).write(tmp_path, packages=("scipy",)).read_text(encoding="utf-8")
    assert "| one pole, SNES | 1 | 1 | 4 | 2 of 2 |" in text
    assert "neatcore run double-pole --preset koutnik2010 search=cma" in text
    assert "| two poles, one neuron | 1 | 1 | 6 | 0 of 2 | – | – |" in text
    assert (tmp_path / "compressed.svg").exists()


def test_a_run_that_failed_counts_as_worse_than_any() -> None:
    assert Sample("", np.array([10.0, 20.0, 30.0]), 3, 1, 1).median == 20
    assert Sample("", np.array([10.0, 20.0, 30.0]), 5, 1, 1).median == 30
    assert Sample("", np.array([10.0, 20.0]), 4, 1, 1).median == np.inf
    assert Sample("", np.array([]), 0, 0, 0).median == np.inf


def test_all_coefficients_come_last_and_names_are_told_apart() -> None:
    names = [variant.name for setting in SETTINGS for variant in setting.variants]
    assert len(set(names)) == len(names) == len(compressed.LIMITS)
    assert all(setting.coefficients[-1] == compressed.ALL for setting in SETTINGS)


def test_the_octopus_arm_in_short(tmp_path: Path) -> None:
    path = tmp_path / "octopus.csv"
    rows = run_all(compressed.attempt, [octopus.SETTING.variant(octopus.PUBLISHED)], [1], 24, path, 1)
    assert [(row["coefficients"], row["weights"]) for row in rows] == [("20", "3680")]
    text = octopus.result(rows, tmp_path, 24).write(tmp_path).read_text(encoding="utf-8")
    assert "neatcore run octopus --preset koutnik2010 search=cma coefficients=20" in text
    assert all((tmp_path / f"octopus{end}").stat().st_size > 1000 for end in (".svg", "-arm.png", "-weights.png"))
