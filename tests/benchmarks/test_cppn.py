from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.cppn import OURS, SIZES, contestants, cppn, fastest, main, pairs, peak, ratio, sheet
from benchmarks.plain import Network, numpy_blocks, numpy_whole
from benchmarks.race import Watch
from neatcore.cppn import query
from neatcore.genome import check_genome


@pytest.mark.parametrize(("nodes", "links"), SIZES)
def test_a_cppn_has_so_many_nodes_and_links_and_all_of_them_compute(nodes: int, links: int) -> None:
    genome = cppn(nodes, links)
    check_genome(genome, recurrent=False)
    network = Network.of(genome)
    assert (len(network.names), sum(len(network.links(n)) for n in range(nodes))) == (nodes, links)


def test_numpy_computes_the_same() -> None:
    genome, points = cppn(7, 22), pairs(5)
    wanted = query([genome], points)[0, 0]
    columns = np.ascontiguousarray(points.T)
    for found in (numpy_whole(Network.of(genome), columns), numpy_blocks(Network.of(genome), columns, 100)):
        np.testing.assert_allclose(found, wanted, atol=2e-6)


def test_pairs_are_those_of_the_sheets() -> None:
    points, neurons = pairs(3).reshape(9, 9, 4), sheet(3)
    assert np.array_equal(points[4, 7], [*neurons[7], *neurons[4]])
    assert len(contestants(cppn(7, 22), 3)[OURS]().ravel()) == 81


def test_ratios_are_medians_of_the_turns() -> None:
    times = {"a": [Watch(1, 0), Watch(2, 0), Watch(1, 0)], "b": [Watch(3, 0), Watch(4, 0), Watch(9, 0)]}
    assert ratio(times, "a", "b") == 3


def test_the_fastest_has_the_smallest_median() -> None:
    times = {"a": [Watch(1, 0), Watch(9, 0), Watch(9, 0)], "b": [Watch(3, 0), Watch(4, 0), Watch(9, 0)], "c": [Watch(1, 0)]}
    assert fastest(times, ("a", "b")) == "b"


def test_memory_grows_by_little_more_than_the_answers() -> None:
    assert 0.9 < peak(40) / (4 * 40**4) < 1.2


def test_the_page(tmp_path: Path) -> None:
    main(rounds=1, side=8, folder=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"cppn.csv", "cppn.md", "README.md"}
    page = (tmp_path / "cppn.md").read_text()
    assert "million queries a second" in page.split("\n\n")[1]
    assert "| pureples | 135 | 12,500 | on another day |" in page
