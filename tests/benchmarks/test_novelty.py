from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import novelty
from benchmarks.novelty import VARIANTS, attempt, compared, main, overview, times
from benchmarks.results import read_csv
from benchmarks.variants import fewer


def test_every_run_is_what_its_command_says() -> None:
    for variant in VARIANTS:
        settings = variant.settings(7)
        assert settings.run.generations == 7
        assert variant.name == f"{settings.run.task.removeprefix('maze:')}, {settings.run.reward}"
        assert f"neatcore run {settings.run.task} --preset lehman2011 reward={settings.run.reward}" in variant.command(1, 7)


def test_a_run_ends_when_it_is_solved() -> None:
    hard = next(variant for variant in VARIANTS if variant.name == "hard, novelty")
    (row,) = attempt(hard, 1, 2)
    assert (row["solved"], row["evaluations"]) == (0, 500)
    assert 0 < row["archive"] <= 500
    assert 200 < row["best"] < 295


def test_what_is_said_of_given_runs() -> None:
    counts = {"hard, novelty": 9, "hard, fitness": 1, "medium, novelty": 10, "medium, fitness": 10}
    rows = [
        {"variant": name, "seed": seed, "solved": int(seed < solved), "evaluations": 250 * (seed + 1) if seed < solved else 9000}
        for name, solved in counts.items()
        for seed in range(10)
    ]
    assert times(rows, "hard, fitness") == [250]
    assert "| hard, novelty | 9 of 10 | 39 of 40 | 1,250 | 2,025 | – |" in overview(rows)
    assert "| medium, fitness | 10 of 10 | – | 1,375 | 1,375 | 56,334 |" in overview(rows)
    assert compared(rows, "hard").startswith("hard: more runs solved, p = 0.00055 (Fisher)")
    assert "p = 1 (Fisher); fewer evaluations, p = 0.52 (Mann" in compared(rows, "medium")
    assert fewer(rows, VARIANTS) == ""
    assert fewer(rows[:-3], VARIANTS) == "Run less often than the others: medium, fitness (7)."


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(novelty, "VARIANTS", [variant for variant in VARIANTS if variant.name.startswith("hard")])
    main(seeds=1, generations=2, workers=1, folder=tmp_path)
    assert len(read_csv(tmp_path / "novelty.csv")) == 3
    page = (tmp_path / "novelty.md").read_text()
    assert "hard, novelty 0 of 1" in page
    assert "medium: not both have been run" in page
    assert {"novelty.svg", "novelty-ends.svg", "README.md"} <= {path.name for path in tmp_path.iterdir()}
