from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.results import read_csv
from benchmarks.retina import VARIANTS, main, modularity
from neatcore.genome import LINK, Genome, node_table
from neatcore.interfaces import GraphSpace


def test_two_triangles_are_two_parts() -> None:
    nodes = node_table(GraphSpace(3, 3))
    pairs = [(0, 1), (1, 2), (2, 0), (4, 5), (5, 6), (6, 4), (3, 4)]  # 3 is the bias
    links = np.array([(k, *pair, 1.0, True) for k, pair in enumerate(pairs)], LINK)
    assert modularity(Genome(nodes, links)) == pytest.approx(0.5)
    assert modularity(Genome(nodes, links[:0])) == 0


def test_the_experiment_in_short(tmp_path: Path) -> None:
    main(seeds=1, generations=2, workers=1, folder=tmp_path)
    rows = read_csv(tmp_path / "retina.csv")
    assert [row["variant"] for row in rows] == [variant.name for variant in VARIANTS for _ in range(2)]
    assert all(0 < int(row["right"]) < 512 for row in rows)
    page = (tmp_path / "retina.md").read_text(encoding="utf-8")
    assert "Solved within 2 generations: LEO, locality 0 of 1, LEO 0 of 1, bands besides 0 of 1" in page
