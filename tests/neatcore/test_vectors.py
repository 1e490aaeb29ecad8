"""The searches over vectors that are written here: SNES and CoSyNE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from neatcore.cma import Cma, CmaConfig
from neatcore.cosyne import Cosyne, CosyneConfig, permuted
from neatcore.errors import InputError
from neatcore.interfaces import Floats, GraphSpace, VectorSpace
from neatcore.snes import Snes, SnesConfig, utilities

SPACE = VectorSpace(6, mean=1.0, scale=2.0)
TARGET = np.linspace(-2, 2, SPACE.size)
MAKERS: dict[str, Callable[[Generator], Any]] = {
    "snes": lambda rng: Snes(SnesConfig(), SPACE, rng),
    "cosyne": lambda rng: Cosyne(CosyneConfig(), SPACE, rng),
}
EACH = pytest.mark.parametrize("name", MAKERS)


def fitness_of(genomes: list[Floats]) -> Floats:
    return -np.square(np.array(genomes) - TARGET).sum(axis=1)


@EACH
def test_a_hidden_point_is_found(name: str) -> None:
    search = MAKERS[name](default_rng(0))
    first = fitness_of(search.ask()).max()
    for _ in range(400):
        search.tell(fitness_of(search.ask()))
    best = fitness_of(search.ask()).max()
    assert first < -4
    assert best > {"snes": -1e-6, "cosyne": -0.2}[name]


@EACH
@pytest.mark.parametrize("told", [True, False])
def test_a_restored_search_goes_on_as_if_never_stopped(name: str, told: bool) -> None:
    rng, other = default_rng(0), default_rng(1)
    first, second = MAKERS[name](rng), MAKERS[name](other)
    for _ in range(5):
        first.tell(fitness_of(first.ask()))
    asked = first.ask()
    assert np.array_equal(asked, first.ask())
    if told:
        first.tell(fitness_of(asked))
    second.restore(first.state())
    other.bit_generator.state = rng.bit_generator.state
    for _ in range(3):
        assert np.array_equal(first.ask(), second.ask())
        assert first.report() == second.report()
        for search in (first, second):
            search.tell(fitness_of(search.ask()))


@EACH
def test_the_first_genomes_lie_where_the_space_says(name: str) -> None:
    genomes = np.concatenate([MAKERS[name](default_rng(seed)).ask() for seed in range(200)])
    assert genomes.mean() == pytest.approx(SPACE.mean, abs=0.1)
    assert genomes.std() == pytest.approx(SPACE.scale, rel=0.05)


@EACH
def test_only_the_order_of_fitness_matters_to_snes_and_scale_to_neither(name: str) -> None:
    def course(worth: Callable[[Floats], Floats]) -> Floats:
        search = MAKERS[name](default_rng(0))
        for _ in range(10):
            search.tell(worth(fitness_of(search.ask())))
        return np.array(search.ask())

    usual = course(lambda fitness: fitness)
    assert np.array_equal(usual, course(lambda fitness: 4 * fitness))
    assert np.array_equal(usual, course(np.exp)) == (name == "snes")


@EACH
def test_graphs_and_a_wrong_number_of_fitnesses_are_refused(name: str) -> None:
    search = MAKERS[name](default_rng(0))
    with pytest.raises(InputError, match=f"search={name} needs genomes that are vectors.*encoding=mlp or dct"):
        type(search)(search.config, GraphSpace(2, 1), default_rng(0))
    asked = len(search.ask())
    with pytest.raises(InputError, match="fitness of 1 genomes"):
        search.tell(np.zeros(1))
    with pytest.raises(InputError, match=r"fitness of genomes \[1\] is not finite"):
        search.tell(np.where(np.arange(asked) == 1, np.nan, 0.0))


def test_utilities_add_up_to_nothing_and_the_worse_half_is_worth_the_same() -> None:
    for samples in (2, 5, 10, 31):
        worth = utilities(samples)
        assert worth.sum() == pytest.approx(0, abs=1e-12)
        assert (np.diff(worth) <= 1e-15).all()
        assert worth[-1] == pytest.approx(-1 / samples)


def test_a_step_of_snes_in_the_words_of_the_paper() -> None:
    search = Snes(SnesConfig(population=8), SPACE, default_rng(0))
    genomes = np.array(search.ask())
    mean, sigma, fitness = search.mean.copy(), search.sigma.copy(), fitness_of(list(genomes))
    moved, logs = np.zeros(SPACE.size), np.zeros(SPACE.size)
    for u, row in zip(utilities(8), np.argsort(-fitness)):
        s = (genomes[row] - mean) / sigma
        moved, logs = moved + u * s, logs + u * (s**2 - 1)
    search.tell(fitness)
    np.testing.assert_allclose(search.mean, mean + sigma * moved, rtol=1e-12)
    rate = (3 + np.log(SPACE.size)) / (5 * np.sqrt(SPACE.size))
    np.testing.assert_allclose(search.sigma, sigma * np.exp(rate / 2 * logs), rtol=1e-12)


def test_a_population_of_one_sample_is_refused() -> None:
    with pytest.raises(InputError, match="population=1"):
        Snes(SnesConfig(population=1), SPACE, default_rng(0))


def test_marked_members_change_places_within_their_column_and_the_others_stay() -> None:
    rng = default_rng(0)
    population = rng.normal(size=(30, 5))
    marked = rng.random((30, 5)) < 0.5
    mixed = permuted(population, marked, rng)
    assert np.array_equal(np.sort(mixed, axis=0), np.sort(population, axis=0))
    assert np.array_equal(mixed[~marked], population[~marked])
    assert (mixed[marked] != population[marked]).mean() > 0.8
    assert len(np.unique(np.argsort(mixed, axis=0), axis=1).T) == 5, "columns are shuffled apart"


def test_every_order_of_the_marked_is_as_likely() -> None:
    rng, column = default_rng(1), np.arange(3.0)[:, None]
    found = [tuple(permuted(column, np.ones((3, 1), bool), rng)[:, 0]) for _ in range(1200)]
    counts = [found.count(each) for each in set(found)]
    assert len(counts) == 6
    assert min(counts) > 150


def test_the_fittest_genome_stays_whole_and_the_young_are_evaluated_as_they_were_bred() -> None:
    search = Cosyne(CosyneConfig(population=20, mutate=0.0), SPACE, default_rng(0))
    for _ in range(5):
        asked = np.array(search.ask())
        fitness = fitness_of(list(asked))
        search.tell(fitness)
        best = asked[np.argmax(fitness)]
        assert (np.array(search.ask()) == best).all(axis=1).any()
        parents = asked[np.argsort(-fitness)[:5]]
        for child in np.array(search.ask())[-5:]:
            assert all(value in parents[:, place] for place, value in enumerate(child))
            whole = [(parent == child).sum() for parent in parents]
            assert max(whole) >= SPACE.size / 2, "cut at one place"


def test_without_changing_genomes_cosyne_is_a_plain_genetic_algorithm() -> None:
    search = Cosyne(CosyneConfig(population=20, permute="none"), SPACE, default_rng(0))
    asked = np.array(search.ask())
    fitness = fitness_of(list(asked))
    search.tell(fitness)
    kept = np.array(search.ask())[:15]
    assert np.array_equal(kept, asked[np.argsort(-fitness, kind="stable")[:15]])


def test_where_all_are_as_fit_all_change() -> None:
    search = Cosyne(CosyneConfig(), SPACE, default_rng(0))
    assert (search._chances(np.ones(40)) == 1).all()
    chances = search._chances(np.array([3.0, 2.0, 1.0]))
    assert chances[0] == 0
    assert chances[2] == 1
    assert chances[1] == pytest.approx(1 - 0.5 ** (1 / 6))


@pytest.mark.parametrize("name", ["cma", "snes", "cosyne"])
def test_an_adopted_distribution_is_gone_on_with_by_ones_own_settings(name: str) -> None:
    """Another seed draws other samples, another population has another size; what was found is not lost."""
    configs = {
        "cma": lambda population: CmaConfig(population=population, variant="full"),
        "snes": lambda population: SnesConfig(population=population),
        "cosyne": lambda population: CosyneConfig(population=population),
    }
    kinds: dict[str, Any] = {"cma": Cma, "snes": Snes, "cosyne": Cosyne}

    def search(population: int, seed: int) -> Any:
        return kinds[name](configs[name](population), SPACE, default_rng(seed))

    first = search(20, 0)
    for _ in range(150):
        first.tell(fitness_of(first.ask()))
    first.ask()
    begun = fitness_of(search(20, 1).ask()).max()
    for population in (12, 30):
        asked = []
        for seed in (1, 2):
            other = search(population, seed)
            other.adopt(first.state())
            asked.append(np.array(other.ask()))
            other.tell(fitness_of(list(asked[-1])))
            assert len(other.ask()) == population
        assert asked[0].shape == (population, SPACE.size)
        assert fitness_of(list(asked[0])).max() > begun
        if name == "cma":
            assert not np.array_equal(*asked)  # its random state is its own


def test_a_covariance_of_another_kind_is_refused() -> None:
    full, diagonal = (Cma(CmaConfig(variant=variant), SPACE, default_rng(0)) for variant in ("full", "diagonal"))
    with pytest.raises(InputError, match="variant=diagonal: that run's covariance is full; write variant=full"):
        diagonal.adopt(full.state())
