from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.growth import ancestor, cost, exponent, main
from neatcore.genome import check_genome


@pytest.mark.parametrize("links", [4, 16, 60])
def test_an_ancestor_is_a_valid_genome_of_that_size(links: int) -> None:
    genome = ancestor(links)
    check_genome(genome, recurrent=False)
    assert links <= len(genome.links) <= links + 1
    assert (genome.inputs, genome.outputs) == (3, 1)


def test_the_power_of_a_power_law() -> None:
    sizes = [10.0, 20.0, 40.0, 80.0]
    assert exponent(sizes, (3 * np.array(sizes) ** 1.5).tolist()) == pytest.approx(1.5)


def test_cost_of_a_generation() -> None:
    found = cost(population=20, links=8, generations=1)
    assert (found.population, found.links) == (20, 8)
    assert min(found.evaluation, found.species, found.reproduction) > 0
    assert found.kinds >= 1


def test_the_page(tmp_path: Path) -> None:
    main(generations=1, most=100, folder=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"growth.csv", "growth.md", "growth.svg", "README.md"}
    assert "takes" in (tmp_path / "growth.md").read_text().split("\n\n")[1]
