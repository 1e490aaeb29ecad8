from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import dangerous
from benchmarks.dangerous import BLIND, PLASTIC, RECURRENT, STRAIGHT, VARIANTS, compared, main, overview
from benchmarks.results import read_csv


def test_every_run_is_what_its_command_says() -> None:
    for variant in VARIANTS:
        settings = variant.settings(7)
        assert settings.run.generations == 7
        assert settings.run.encoding == ("plastic" if variant.name in (PLASTIC, STRAIGHT) else "direct")
        assert settings.sections["encoding"]["recurrent"] == (variant.name in (PLASTIC, RECURRENT))
        assert "neatcore run dangerous-foraging --preset stanley2003" in variant.command(1, 7)


def test_what_is_said_of_given_runs() -> None:
    rows = [
        {
            "variant": name,
            "seed": seed,
            "solved": int(seed < solved),
            "evaluations": 150 * (seed + 1) if seed < solved else 15000,
            "beyond": 150 * solved,
            "best": 0.775 if seed < solved else 0.1,
            "elsewhere": 0.05,
            "food": 4,
            "poison": 1,
            "hidden": 0,
        }
        for name, solved in ((PLASTIC, 9), (RECURRENT, 4), (BLIND, 0))
        for seed in range(10)
    ]
    assert "| plastic | 9 of 10 | 10 | 750 | 0.775 (0.775 to 0.775) | 0.050 (0.050 to 0.050) |" in overview(rows)
    assert "| feed-forward | 0 of 10 | 0 | – | 0.100 (0.100 to 0.100) |" in overview(rows)
    assert "fewer evaluations, p = 0.13; better, p = 0.013; in other worlds, p = 1" in compared(rows, PLASTIC, RECURRENT)
    assert "not both have been run" in compared(rows, STRAIGHT, PLASTIC)


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dangerous, "EVERYWHERE", 12)
    monkeypatch.setattr(dangerous, "VARIANTS", [variant for variant in VARIANTS if variant.name in (RECURRENT, BLIND)])
    main(seeds=1, generations=2, workers=1, folder=tmp_path)
    rows = read_csv(tmp_path / "dangerous.csv")
    assert [row["variant"] for row in rows] == [RECURRENT, BLIND]
    assert all(float(row["elsewhere"]) <= 0.775 for row in rows)
    assert float(rows[1]["best"]) <= 0.1 + 1e-12
    page = (tmp_path / "dangerous.md").read_text(encoding="utf-8")
    assert "feed-forward 0 of 1" in page
    assert "Plastic, no cycles and plastic: not both have been run" in page
