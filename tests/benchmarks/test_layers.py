from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.layers import LAYERS, Layer, contestants, main, ratio
from benchmarks.race import Watch
from benchmarks.results import read_csv


@pytest.mark.parametrize(("values", "links"), [(1.0, 1.0), (0.1, 1.0), (1.0, 0.04)])
def test_both_compute_the_same_layer(values: float, links: float) -> None:
    ours, numpys = contestants(Layer(3, 20, 9, values, links))
    assert ours().shape == (3, 9, 20)
    np.testing.assert_allclose(ours(), numpys(), atol=1e-5)
    assert np.ptp(ours()) > 0.1


def test_ratios_are_medians_of_the_turns() -> None:
    assert ratio([Watch(0, 2), Watch(0, 8), Watch(0, 3)], [Watch(0, 1), Watch(0, 2), Watch(0, 1)]) == 3


def test_the_page(tmp_path: Path) -> None:
    main(rounds=1, shrink=20, folder=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"layers.csv", "layers.md", "README.md"}
    assert "Dense layers take" in (tmp_path / "layers.md").read_text().split("\n\n")[1]
    assert len(read_csv(tmp_path / "layers.csv")) == 2 * len(LAYERS)
