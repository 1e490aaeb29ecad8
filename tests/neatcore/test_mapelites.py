"""MAP-Elites through ribs: the best of every cell by a plain dictionary, and a state that goes on to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore import mapelites
from neatcore.errors import InputError
from neatcore.interfaces import Floats, GraphSpace, VectorSpace
from neatcore.mapelites import MapElites, MapElitesConfig

CONFIG, SPACE = MapElitesConfig(population=12, cells=5, sigma=0.5), VectorSpace(3)
LIMITS = np.array([[-2.0, 2.0], [-1.0, 1.0]])


def begun(seed: int = 1) -> MapElites:
    search = MapElites(CONFIG, SPACE, default_rng(seed))
    search.survey(LIMITS)
    return search


def turn(search: MapElites) -> tuple[Floats, Floats, Floats]:
    """One generation: genomes, places and fitness."""
    genomes = np.array(search.ask())
    places, fitness = genomes[:, :2], -(genomes**2).sum(axis=1)
    search.observe(places)
    search.tell(fitness)
    return genomes, places, fitness


def test_every_cell_keeps_its_best_and_later_genomes_are_mutants_of_elites() -> None:
    search = begun()
    best: dict[tuple[int, ...], tuple[float, list[float]]] = {}
    for number in range(12):
        elites = [genome for _, genome in best.values()]
        genomes, places, fitness = turn(search)
        if number:
            nearest = min(np.abs(np.array(elites) - genomes[0]).max(axis=1))
            assert 0 < nearest < 6 * CONFIG.sigma
        for genome, place, value in zip(genomes.tolist(), places, fitness.tolist(), strict=True):
            shares = (place - LIMITS[:, 0]) / (LIMITS[:, 1] - LIMITS[:, 0])
            cell = tuple(np.clip((shares * CONFIG.cells).astype(int), 0, CONFIG.cells - 1).tolist())
            if cell not in best or value > best[cell][0]:
                best[cell] = value, genome
        state, report = search.state(), search.report()
        assert sorted(state["genomes"].tolist()) == sorted(genome for _, genome in best.values())
        assert (report["elites"], report["coverage"]) == (len(best), len(best) / 25)
        assert report["quality"] == pytest.approx(sum(value for value, _ in best.values()))
    assert len(best) > 10


def test_going_on_from_a_state_is_going_on_to_the_bit() -> None:
    whole, cut = begun(), begun()
    for _ in range(5):
        turn(whole), turn(cut)
    cut.ask()
    again = begun(seed=9)
    again.restore(cut.state())
    for _ in range(4):
        mine, other = turn(whole), turn(again)
        assert all(np.array_equal(one, two) for one, two in zip(mine, other, strict=True))
    mine, other = whole.state(), again.state()  # type: ignore[assignment]
    assert all(np.array_equal(mine[name], other[name]) for name in mine)  # type: ignore[call-overload]
    assert whole.report() == again.report()


def test_the_same_genomes_until_they_are_told() -> None:
    search = begun()
    assert np.array_equal(search.ask(), search.ask())
    before = np.array(search.ask())
    turn(search)
    assert not np.array_equal(search.ask(), before)


def test_what_it_cannot_do_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    search = begun()
    search.ask()
    with pytest.raises(InputError, match="told before it has observed"):
        search.tell(np.zeros(12))
    with pytest.raises(InputError, match="have no behaviour"):
        search.observe(None)
    search.observe(np.zeros((12, 2)))
    with pytest.raises(InputError, match="fitness of 3 genomes, 12 were asked for"):
        search.tell(np.zeros(3))
    with pytest.raises(InputError, match=r"needs genomes that are vectors.*use encoding=mlp"):
        MapElites(CONFIG, GraphSpace(2, 1), default_rng(0))
    absent: Any = lambda name: None  # noqa: E731
    monkeypatch.setattr(mapelites, "find_spec", absent)
    with pytest.raises(InputError, match=r'needs the package ribs: pip install "neatcore\[ribs\]"'):
        MapElites(CONFIG, SPACE, default_rng(0))
