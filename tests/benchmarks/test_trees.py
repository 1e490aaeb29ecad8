from __future__ import annotations

from pathlib import Path

from benchmarks.trees import main, measure


def test_it_measures_networks_that_grow(tmp_path: Path) -> None:
    found = measure((2, 3), 1)
    assert found.hidden > 10
    assert 0 < found.asked[0] < found.asked[1]
    assert found.grown > 0 < found.bare
    main(rounds=1, folder=tmp_path)
    assert "| 3 to 5 |" in (tmp_path / "trees.md").read_text(encoding="utf-8")
