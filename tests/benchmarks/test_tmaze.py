from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import tmaze
from benchmarks.results import read_csv
from benchmarks.tmaze import HEBBIAN, ITERATED, MODULATED, RECURRENT, STATIC, VARIANTS, compared, main, overview


def test_every_run_is_what_its_command_says() -> None:
    kinds = {RECURRENT: "direct", STATIC: "hyperneat"}
    for variant in VARIANTS:
        settings = variant.settings(7)
        assert settings.run.generations == 7
        assert settings.run.encoding == kinds.get(variant.name, "adaptive-hyperneat")
        assert settings.sections["search"]["population"] == 300
        assert settings.sections["encoding"].get("modulated", False) == (variant.name == MODULATED)
        assert f"neatcore run t-maze --preset {variant.preset}" in variant.command(1, 7)


def test_what_is_said_of_given_runs() -> None:
    rows = [
        {
            "variant": name,
            "seed": seed,
            "solved": int(seed < solved),
            "evaluations": 300 * (seed + 1),
            "share": 0.6 + 0.3 * (solved > 0),
        }
        for name, solved in ((MODULATED, 9), (STATIC, 0))
        for seed in range(10)
    ]
    assert "| abc, modulated | 9 of 10 | 1,500 | 0.900 (0.900 to 0.900) |" in overview(rows)
    assert "| static | 0 of 10 | – | 0.600 (0.600 to 0.600) |" in overview(rows)
    assert compared(rows, MODULATED, STATIC).startswith("abc, modulated against static, p = 8")
    assert "not both" in compared(rows, ITERATED, STATIC)


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = [variant for variant in VARIANTS if variant.name in (HEBBIAN, STATIC)]
    cheap = [tmaze.Variant(each.name, each.task, each.preset, (*each.words, "population=10", "schedules=2")) for each in small]
    monkeypatch.setattr(tmaze, "VARIANTS", cheap)
    monkeypatch.setattr(tmaze, "AGAIN", 1)
    main(seeds=1, generations=2, workers=1, folder=tmp_path)
    rows = read_csv(tmp_path / "tmaze.csv")
    assert [row["variant"] for row in rows] == [HEBBIAN, STATIC]
    assert float(rows[1]["share"]) <= 0.7
    page = (tmp_path / "tmaze.md").read_text(encoding="utf-8")
    assert "static 0 of 1" in page
    assert "not both of which have been run" in page
