"""The search: sizes, species, stagnation, state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.random import default_rng
from pydantic import ValidationError

from neatcore.errors import InputError
from neatcore.genome import HIDDEN, LINK, check_genome, starts
from neatcore.interfaces import Floats, GraphSpace, VectorSpace
from neatcore.neat import Neat, NeatConfig, species
from neatcore.neat.breeding.kernels import choose_parents
from neatcore.neat.reproduction import rules_of
from neatcore.neat.species import Species
from neatcore.neat.start import template

SPACE = GraphSpace(2, 1)


def fitness_of(neat: Neat) -> Floats:
    """Some fitness that depends on the genomes alone."""
    return np.array([abs(np.sum(g.links["weight"])) + g.hidden for g in neat.ask()])


def advance(neat: Neat, generations: int) -> None:
    for _ in range(generations):
        neat.tell(fitness_of(neat))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"speciation": False},
        {"target_species": 5},
        {"size_rule": "none", "representative": "champion"},
        {"stagnation": 1, "protect_best": False},
        {"population_stagnation": 1},
        {"population": 7, "champion_size": 0},
        {"weight_rule": "author", "disabled_rule": "author", "equal_fitness": "smaller"},
        {"innovation_scope": "run", "delete_link": 0.3, "add_node": 0.5},
        {"mutate_only": 0.0, "interspecies": 1.0},
    ],
)
def test_the_population_never_changes_size_and_every_genome_has_one_species(changes: dict[str, Any]) -> None:
    neat = Neat(NeatConfig.model_validate({"population": 60, "threshold": 1.0} | changes), SPACE, default_rng(0))
    for _ in range(30):
        advance(neat, 1)
        assert len(neat.population) == neat.config.population
        assert np.array_equal(np.sort(neat.species.members), np.arange(neat.config.population))
        assert neat.species.sizes.min() > 0
        assert neat.species.sizes.sum() == neat.config.population


@settings(max_examples=200, deadline=None)
@given(
    arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1e300)).filter(lambda claims: claims.max() > 0),
    st.integers(1, 5000),
)
def test_allotment_sums_to_the_total_and_is_within_one_of_the_exact_share(claims: Floats, total: int) -> None:
    whole = species.allot(claims, total)
    assert whole.sum() == total
    exact = claims / claims.max()
    assert np.all(np.abs(whole - exact / exact.sum() * total) < 1 + 1e-6)


def species_of(*members: list[int], improved: Sequence[int] = ()) -> Species:
    history = np.zeros(len(members), species.HISTORY)
    history["improved"] = improved or 0
    no_links = starts([0] * len(members))
    return Species(history, np.concatenate(members), starts([len(each) for each in members]), np.empty(0, LINK), no_links)


def test_shares_are_the_means_of_fitness() -> None:
    kinds = species_of([0, 1], [2, 3, 4])
    fitness = np.array([4.0, 2.0, 9.0, 0.0, 0.0])
    assert species.shares(kinds, fitness, np.ones(2)).tolist() == [3.0, 3.0]
    assert species.shares(kinds, fitness - 1, np.ones(2)).tolist() == [3.0, 3.0]
    assert species.shares(kinds, np.zeros(5), np.ones(2)).tolist() == [2.0, 3.0]
    assert species.shares(kinds, np.zeros(5), np.array([0.0, 1.0])).tolist() == [0.0, 3.0]


def test_stagnant_species_may_not_breed_and_a_stagnant_population_keeps_two() -> None:
    kinds = species_of([0], [1], [2], improved=[0, 10, 0])
    fitness = np.array([1.0, 2.0, 3.0])
    assert species.allowed(kinds, fitness, 15, 15, NeatConfig()).tolist() == [0.0, 1.0, 1.0]
    assert species.allowed(kinds, fitness, 15, 15, NeatConfig(protect_best=False)).tolist() == [0.0, 1.0, 0.0]
    assert species.allowed(kinds, fitness, 14, 14, NeatConfig()).tolist() == [1.0, 1.0, 1.0]
    assert species.allowed(kinds, fitness, 20, 0, NeatConfig(stagnation=100)).tolist() == [1.0, 1.0, 1.0]
    assert species.allowed(kinds, fitness, 21, 0, NeatConfig(stagnation=100)).tolist() == [0.0, 1.0, 1.0]


def test_champions_of_species_with_many_offspring_are_copied_unchanged() -> None:
    neat = Neat(NeatConfig(population=50), SPACE, default_rng(1))
    advance(neat, 10)
    offspring = species.allot(neat.species.sizes.astype(float), 50)
    rates = rules_of(neat.config, recurrent=False, adult=0).rates
    parents = choose_parents(neat.species.members, neat.species.starts, offspring, rates, default_rng(0))
    assert parents.mothers[parents.untouched].tolist() == neat.species.champions[offspring > 5].tolist()
    assert np.all(parents.fathers[parents.untouched] == -1)
    before = neat.population
    children = list(neat.ask())
    best = before[int(np.argmax([abs(np.sum(g.links["weight"])) + g.hidden for g in before]))]
    assert any(child == best for child in children)


def test_a_champion_is_examined_once_until_its_species_rises() -> None:
    neat = Neat(NeatConfig(population=60, threshold=1.0), SPACE, default_rng(0))
    marks: dict[int, float] = {}  # the best fitness of each species when its champion was last examined
    none_left = 0
    for _ in range(40):
        fitness = fitness_of(neat)
        neat.tell(fitness)
        assert np.array_equal(np.sort(neat.nominees()), np.arange(60))
        rows = neat.nominees()[:8]
        for row in rows:
            kinds = zip(neat.species.history["id"].tolist(), neat.species.history["best"].tolist(), neat.species.champions)
            risen = {champion: (id_, best) for id_, best, champion in kinds if best > marks.get(id_, -np.inf)}
            if not risen:
                none_left += 1
                break
            assert fitness[row] == fitness[list(risen)].max()
            marks |= [risen[row]]
        neat.examined(rows)
    assert 0 < none_left < 40


def test_where_no_species_has_risen_the_fittest_is_examined() -> None:
    neat = Neat(NeatConfig(population=60, threshold=1.0), SPACE, default_rng(0))
    fitness = fitness_of(neat)
    neat.tell(fitness)
    neat.examined(neat.species.champions)
    assert np.array_equal(neat.nominees(), np.argsort(-fitness, kind="stable"))


def test_a_moving_threshold_finds_its_number_of_species() -> None:
    neat = Neat(NeatConfig(target_species=8, add_node=0.2), SPACE, default_rng(0))
    counts = []
    for _ in range(60):
        advance(neat, 1)
        counts.append(len(neat.species))
    assert 5 <= np.mean(counts[-30:]) <= 11
    assert neat.threshold != neat.config.threshold


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("scope", ["generation", "run"])
def test_a_restored_search_goes_on_as_if_never_stopped(scope: str, told: bool) -> None:
    config = NeatConfig.model_validate({"population": 40, "innovation_scope": scope, "threshold": 1.5})
    rng = default_rng(3)
    neat = Neat(config, SPACE, rng)
    advance(neat, 8)
    neat.examined(neat.nominees()[:3])
    if not told:
        neat.ask()
    state, random = neat.state(), rng.bit_generator.state
    other_rng = default_rng(0)
    other = Neat(config, SPACE, other_rng)
    other.restore(state)
    other_rng.bit_generator.state = random
    advance(neat, 6)
    advance(other, 6)
    assert neat.report() == other.report()
    assert np.array_equal(neat.nominees(), other.nominees())
    left, right = neat.state(), other.state()
    assert left.keys() == right.keys()
    assert all(np.array_equal(left[name], right[name]) for name in left)
    assert rng.bit_generator.state == other_rng.bit_generator.state


def test_reading_the_state_changes_nothing() -> None:
    watched, plain = (Neat(NeatConfig(population=30), SPACE, default_rng(9)) for _ in range(2))
    for _ in range(10):
        advance(watched, 1)
        watched.state()
        watched.report()
        advance(plain, 1)
    assert all(np.array_equal(value, plain.state()[name]) for name, value in watched.state().items())


def test_a_child_that_nothing_happened_to_is_its_mother() -> None:
    still = {"mutate_only": 1.0, "mutate_weights": 0.0, "add_node": 0.0, "add_link": 0.0}
    neat = Neat(NeatConfig.model_validate({"population": 40, "threshold": 1.0} | still), SPACE, default_rng(2))
    assert (neat.mothers == -1).all()
    advance(neat, 1)
    before = neat.population
    children = neat.ask()
    assert all(child == before[mother] for child, mother in zip(children, neat.mothers.tolist(), strict=True))
    assert len(set(neat.mothers.tolist())) > 1
    assert (neat.fathers == -1).all()


def test_generation_scope_forgets_and_run_scope_remembers() -> None:
    def numbers(scope: str) -> int:
        config = NeatConfig.model_validate({"innovation_scope": scope, "add_node": 0.5, "population": 60})
        neat = Neat(config, SPACE, default_rng(0))
        advance(neat, 10)
        return int(neat.population.links["innovation"].max())

    assert numbers("run") < numbers("generation")


@pytest.mark.parametrize(("start", "hidden", "links"), [("full", 0, 3), ("none", 0, 0), ("hidden", 1, 4)])
def test_starting_topologies(start: str, hidden: int, links: int) -> None:
    genome = template(NeatConfig(start=start), SPACE)
    assert (genome.hidden, len(genome.links)) == (hidden, links)
    assert np.count_nonzero(genome.nodes["kind"] == HIDDEN) == hidden


def test_a_random_start_varies_hidden_nodes_and_links() -> None:
    neat = Neat(NeatConfig(start="random", start_hidden=4, population=200), SPACE, default_rng(0))
    counts = {genome.hidden for genome in neat.ask()}
    assert counts == {1, 2, 3, 4}
    for genome in neat.ask():
        check_genome(genome, recurrent=False)
    shares = neat.population.link_counts / np.array([3 * g.hidden + g.hidden + 3 for g in neat.ask()])
    assert shares.mean() == pytest.approx(0.5, abs=0.03)
    advance(neat, 5)


@pytest.mark.parametrize(
    ("fitness", "message"),
    [
        (np.zeros(3), "fitness has shape"),
        (np.full(10, np.nan), r"fitness of genomes \[0, 1, 2, 3, 4\] is not finite"),
    ],
)
def test_bad_fitness_is_refused(fitness: Floats, message: str) -> None:
    neat = Neat(NeatConfig(population=10), SPACE, default_rng(0))
    neat.ask()
    with pytest.raises(InputError, match=message):
        neat.tell(fitness)
    neat.tell(np.arange(10.0))
    with pytest.raises(InputError, match="told twice"):
        neat.tell(np.arange(10.0))


def test_a_vector_space_is_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match="use search=cma, or encoding=direct"):
        Neat(NeatConfig(), VectorSpace(5), default_rng(0))


@pytest.mark.parametrize(
    ("values", "culprit"),
    [
        ({"population": 1}, "population"),
        ({"activations": {"sigmiod": 1.0}}, "did you mean 'sigmoid'"),
        ({"activations": {"tanh": 0.0}}, "no activation has odds above 0"),
        ({"perturb": 0.9, "replace": 0.2}, "add up to more than 1"),
        ({"add_nod": 0.1}, "add_nod"),
    ],
)
def test_bad_configurations_name_the_culprit(values: dict[str, Any], culprit: str) -> None:
    with pytest.raises(ValidationError, match=culprit):
        NeatConfig.model_validate(values)


def test_an_adopted_population_is_sorted_by_ones_own_threshold() -> None:
    first = Neat(NeatConfig(population=20, threshold=3.0), SPACE, default_rng(0))
    advance(first, 5)
    second = Neat(NeatConfig(population=30, threshold=0.5), SPACE, default_rng(1))
    second.adopt(first.state())
    assert (second.threshold, len(second.ask())) == (0.5, 20)
    advance(second, 1)
    assert len(second.ask()) == 30


def test_a_threshold_below_its_step_falls_no_further_and_does_not_rise() -> None:
    neat = Neat(NeatConfig(threshold=0.2, threshold_step=0.3, target_species=1000), SPACE, default_rng(0))
    advance(neat, 3)
    assert neat.threshold == 0.2


def test_fitness_of_which_no_sums_can_be_made_is_refused() -> None:
    neat = Neat(NeatConfig(population=4), SPACE, default_rng(0))
    neat.ask()
    with pytest.raises(InputError, match=r"fitness of genomes \[1, 3\] is beyond ±1e\+300"):
        neat.tell(np.array([0.0, 1e308, 1.0, -1e308]))


def test_within_a_run_a_link_has_one_number() -> None:
    """Also those of the first genomes, when they are lost and found again."""
    config = NeatConfig(population=60, innovation_scope="run", delete_link=0.5, add_link=0.9, add_node=0.1)
    neat = Neat(config, SPACE, default_rng(0))
    first = {tuple(link) for link in neat.ask().links[["source", "target", "innovation"]].tolist()}
    assert neat.innovations.next_link == 1 + max(number for *_, number in first)
    seen = set(first)
    for _ in range(20):
        advance(neat, 1)
        seen |= {tuple(link) for link in neat.ask().links[["source", "target", "innovation"]].tolist()}
    assert len(seen) == len({pair[:2] for pair in seen}) == len({number for *_, number in seen}) > len(first)
