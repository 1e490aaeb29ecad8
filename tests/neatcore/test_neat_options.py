"""Laws of what NEAT can do besides the paper of 2002: spaces with activations and seeds, and the rules of Gauci's code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from neatcore.errors import InputError
from neatcore.genome import HIDDEN, LINK, NODE, OUTPUT, Genome, Genomes, check_genome, has_cycle, node_table
from neatcore.interfaces import Floats, GraphSpace, Ints
from neatcore.neat import Neat, NeatConfig, kernels, mutation
from neatcore.neat.breeding import kernels as breeding
from neatcore.neat.breeding.kernels import Parents
from neatcore.neat.config import fitted
from neatcore.neat.innovations import Innovations
from neatcore.neat.reproduction import rules_of
from neatcore.neat.start import first_population, template
from tests.neatcore.growing import WILD, grown

SEEDS = st.integers(0, 2**32)
NOBODY = 1 << 62  # no link is young


def settings_of(**options: Any) -> NeatConfig:
    return NeatConfig.model_validate(options)


def couples(genomes: Genomes, seed: int, count: int = 30) -> Parents:
    mothers, fathers = default_rng(seed).integers(0, len(genomes), (2, count))
    return Parents(mothers, fathers, np.zeros(count, np.bool_))


def cross(population: Genomes, parents: Parents, fitness: Floats, recurrent: bool, config: NeatConfig) -> Genomes:
    rules = rules_of(config, recurrent, NOBODY)
    return Genomes(*breeding.cross(population.tables, parents, fitness, rules, default_rng(0)))


def split(genomes: Genomes, rows: Ints, numbers: Innovations, *, bias: bool = False, halve: bool = False) -> Genomes:
    whole = genomes.take(np.arange(len(genomes)))
    growing = breeding.Growing(older=False, split_bias=bias, power=1.0, cyclic_share=0.0, halve=halve)
    splits = breeding.split(whole.tables, rows, growing, default_rng(0))
    return mutation.grow(whole, mutation.halves(whole, splits, numbers, {"sine": 1.0}, halved=halve))


def pairs_of(genome: Genome) -> set[tuple[int, int]]:
    return set(zip(genome.links["source"].tolist(), genome.links["target"].tolist(), strict=True))


# --- crossover ----------------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_unmatched_genes_of_both_parents_are_all_inherited(seed: int) -> None:
    """But for those that join a pair again, under another number."""
    genomes, parents = grown(seed % 10, recurrent=True), couples(grown(seed % 10, recurrent=True), seed)
    children = cross(genomes, parents, default_rng(seed).random(len(genomes)), True, settings_of(unmatched="both"))
    for child, m, f in zip(children, parents.mothers.tolist(), parents.fathers.tolist(), strict=True):
        check_genome(child)
        mother, father = genomes[m], genomes[f]
        united = set(mother.links["innovation"].tolist()) | set(father.links["innovation"].tolist())
        assert pairs_of(child) == pairs_of(mother) | pairs_of(father)
        assert set(child.links["innovation"].tolist()) <= united
        assert set(mother.nodes["id"].tolist()) <= set(child.nodes["id"].tolist())


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_feed_forward_parents_have_feed_forward_children_and_only_what_closes_a_cycle_is_lost(seed: int) -> None:
    genomes, parents = grown(seed % 10, recurrent=False), couples(grown(seed % 10, recurrent=False), seed)
    children = cross(genomes, parents, np.ones(len(genomes)), False, settings_of(unmatched="both"))
    for child, m, f in zip(children, parents.mothers.tolist(), parents.fathers.tolist(), strict=True):
        check_genome(child, recurrent=False)
        lost = (pairs_of(genomes[m]) | pairs_of(genomes[f])) - pairs_of(child)
        for source, target in lost:
            links = np.append(child.links, np.array([(NOBODY, source, target, 1.0, True)], LINK))
            nodes = np.unique(np.concatenate([genomes[m].nodes, genomes[f].nodes]))
            assert has_cycle(Genome(nodes, links))


@pytest.mark.parametrize(
    ("rule", "fitness", "wanted"),
    [
        ("fitness", (3.0, 1.0), 0.75),
        ("fitness", (0.0, 2.0), 0.0),
        ("fitness", (0.0, 0.0), 0.5),
        ("fitness", (3.0, -1.0), 0.5),
        ("even", (3.0, 1.0), 0.5),
    ],
)
def test_matching_genes_by_odds_in_proportion_to_fitness(rule: str, fitness: tuple[float, float], wanted: float) -> None:
    nodes = node_table(GraphSpace(1, 1, bias=False))
    parents = Genomes.of([Genome(nodes, np.array([(0, 0, 1, weight, True)], LINK)) for weight in (1.0, 2.0)])
    count = 20_000
    zeros = np.zeros(count, np.int64)
    couple = Parents(zeros, zeros + 1, zeros.astype(bool))
    children = cross(parents, couple, np.array(fitness), False, settings_of(matching=rule))
    assert np.mean(children.links["weight"] == 1.0) == pytest.approx(wanted, abs=0.012)
    assert np.isin(children.links["weight"], (1.0, 2.0)).all()


# --- mutation -----------------------------------------------------------------------------------------------------------


def test_a_halved_link_stays_with_half_its_weight() -> None:
    genome = Genome(node_table(GraphSpace(1, 1, bias=False)), np.array([(0, 0, 1, 0.8, True)], LINK))
    halved = split(Genomes.of([genome]), np.array([0]), Innovations(1, 2), halve=True)[0]
    assert [tuple(link) for link in halved.links.tolist()] == [(0, 0, 1, 0.4, True), (1, 0, 2, 1.0, True), (2, 2, 1, 0.2, True)]
    assert halved.nodes["id"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("rule", ["halve", "disable"])
def test_a_split_adds_a_node_and_two_links_and_disables_or_halves_one(rule: str) -> None:
    genomes = grown(3, recurrent=False)
    numbers = Innovations(int(genomes.links["innovation"].max()) + 1, int(genomes.nodes["id"].max()) + 1)
    rows = np.arange(0, len(genomes), 2)
    after = split(genomes, rows, numbers, bias=True, halve=rule == "halve")
    able = np.isin(np.arange(len(genomes)), rows) & np.array([g.links["enabled"].any() for g in genomes])
    assert np.array_equal(after.link_counts, genomes.link_counts + 2 * able)
    assert np.array_equal(np.diff(after.node_starts), np.diff(genomes.node_starts) + able)
    for old, new, grew in zip(genomes, after, able.tolist(), strict=True):
        check_genome(new, recurrent=False)
        kept = new.links[np.isin(new.links["innovation"], old.links["innovation"])]
        turned = kept["enabled"] != old.links["enabled"]
        halved = kept["weight"] != old.links["weight"]
        assert (turned.sum(), halved.sum()) == ((0, grew) if rule == "halve" else (grew, 0))
        assert np.array_equal(kept["weight"][halved], old.links["weight"][halved] / 2)


def test_young_links_always_change_and_old_ones_with_their_share() -> None:
    nodes = node_table(GraphSpace(2, 1, bias=False))
    genome = Genome(nodes, np.array([(0, 0, 2, 1.0, True), (7, 1, 2, 1.0, True)], LINK))
    genomes = Genomes.of([genome]).take(np.zeros(20_000, np.int64))
    rules = kernels.Change(power=0.5, perturb=0.1, replace=0.0, limit=8.0, by_author=False, adult=7)
    kernels.mutate_weights(genomes.links, genomes.link_starts, np.arange(20_000), rules, default_rng(0))
    old, young = (genomes.links["weight"].reshape(-1, 2) != 1.0).mean(axis=0)
    assert old == pytest.approx(0.1, abs=0.01)
    assert young == 1.0


@pytest.mark.parametrize("young", [0, 1, 3])
def test_links_stay_young_for_so_many_generations(young: int) -> None:
    """Where old links never change, weights that no parent had come up in the first generations alone."""
    still = {"perturb": 0, "replace": 0, "mutate_weights": 1, "add_node": 0, "add_link": 0, "mutate_only": 1, "champion_size": 99}
    neat = Neat(settings_of(population=30, young=young, **still), GraphSpace(2, 1), default_rng(0))
    fresh = []
    for _ in range(6):
        before = set(neat.ask().links["weight"].tolist())
        neat.tell(np.arange(30.0))
        fresh.append(not set(neat.ask().links["weight"].tolist()) <= before)
    assert fresh == [True] * young + [False] * (6 - young)


def test_a_link_that_comes_later_is_young_when_it_comes() -> None:
    still = {"perturb": 0, "replace": 0, "mutate_weights": 1, "mutate_only": 1, "champion_size": 99, "exclusive": False}
    neat = Neat(settings_of(population=60, young=2, add_node=0.3, **still), GraphSpace(2, 1), default_rng(0))
    for _ in range(8):
        neat.tell(np.arange(60.0))
        neat.ask()
    latest, first = neat.population.links, neat.births[0]
    neat.config = neat.config.model_copy(update={"add_node": 0.0, "add_link": 0.0})
    known = {number: set(latest["weight"][latest["innovation"] == number].tolist()) for number in np.unique(latest["innovation"])}
    neat.tell(np.arange(60.0))
    after = neat.ask().links
    moved = {int(k["innovation"]) for k in after if float(k["weight"]) not in known[k["innovation"]]}
    there = set(after["innovation"].tolist())
    assert moved == {number for number in there if number >= first}
    assert moved
    assert moved != there


@pytest.mark.parametrize("scope", ["generation", "run"])
def test_a_search_with_all_of_it_goes_on_from_its_state_as_if_never_stopped(scope: str) -> None:
    config = settings_of(
        population=40,
        young=3,
        split="halve",
        matching="fitness",
        unmatched="both",
        innovation_scope=scope,
        perturb=0.1,
        add_node=0.3,
        add_link=0.3,
    )
    rng = default_rng(3)
    neat = Neat(config, GraphSpace(2, 1), rng)
    for _ in range(6):
        neat.tell(fitness_of(neat))
    state, random = neat.state(), rng.bit_generator.state
    other_rng = default_rng(0)
    other = Neat(config, GraphSpace(2, 1), other_rng)
    other.restore(state)
    other_rng.bit_generator.state = random
    for _ in range(6):
        for search in (neat, other):
            search.ask()
            search.tell(fitness_of(search))
    left, right = neat.state(), other.state()
    assert len(left["births"]) == 3
    assert all(np.array_equal(left[name], right[name]) for name in left)


def fitness_of(neat: Neat) -> Floats:
    population = neat.ask()
    totals: Floats = np.add.reduceat(np.abs(population.links["weight"]), population.link_starts[:-1])
    return totals


def test_all_of_it_keeps_genomes_valid() -> None:
    config = WILD.model_copy(update={"split": "halve", "unmatched": "both", "matching": "fitness", "young": 2})
    for recurrent in (False, True):
        for genome in grown(4, recurrent=recurrent, config=config):
            check_genome(genome, recurrent=recurrent)


# --- what a space says --------------------------------------------------------------------------------------------------

CPPNS = GraphSpace(2, 1, output="signed_sigmoid", hidden=("sine", "gaussian"))


def test_activations_are_those_that_suit_the_space_unless_they_are_chosen() -> None:
    auto = fitted(NeatConfig(), CPPNS)
    assert (auto.output_activation, auto.activations) == ("signed_sigmoid", {"sine": 1.0, "gaussian": 1.0})
    plain = fitted(NeatConfig(), GraphSpace(2, 1))
    assert (plain.output_activation, plain.activations) == ("sigmoid", {"sigmoid": 1.0})
    chosen = settings_of(output_activation="tanh", activations={"relu": 2.0})
    assert fitted(chosen, CPPNS) == chosen


def test_genomes_that_do_not_grow_keep_their_structure() -> None:
    config = fitted(WILD, GraphSpace(2, 1, grows=False))
    changes = ("add_node", "add_link", "toggle", "delete_link", "change_activation")
    assert [getattr(config, name) for name in changes] == [0.0] * 5
    assert fitted(WILD, GraphSpace(2, 1)).add_node == WILD.add_node


def seeded() -> GraphSpace:
    """Two outputs; the second one driven by a hidden node, with one weight to be drawn."""
    space = GraphSpace(2, 2, output="tanh")
    nodes = np.append(node_table(space, "tanh"), np.array([(5, HIDDEN, 5)], NODE))
    links = np.array([(0, 0, 5, -1.0, True), (1, 1, 5, 0.0, True), (2, 5, 4, 1.0, True)], LINK)
    return GraphSpace(2, 2, output="tanh", seed=Genome(nodes, links))


def test_a_seed_is_in_every_first_genome_and_what_it_leaves_alone_is_linked() -> None:
    population = first_population(NeatConfig(population=50), seeded(), default_rng(0))
    for genome in population:
        check_genome(genome, recurrent=False)
        ends = [(s, t) for _, s, t, _, _ in genome.links.tolist()]
        assert ends == [(0, 5), (1, 5), (5, 4), (0, 3), (1, 3), (2, 3)]
        assert genome.links["weight"][[0, 2]].tolist() == [-1.0, 1.0]
        assert genome.nodes["activation"][-1] == 5
    drawn = population.links["weight"].reshape(50, 6)[:, [1, 3, 4, 5]]
    assert len(np.unique(drawn)) == 200
    assert np.abs(drawn).max() <= 1.0
    assert len(template(NeatConfig(start="none"), seeded()).links) == 3


def test_a_seed_s_outputs_follow_the_configuration() -> None:
    genome = template(settings_of(output_activation="sine"), seeded())
    kinds, wanted = genome.nodes["kind"], node_table(seeded(), "sine")["activation"][-1]
    assert set(genome.nodes["activation"][kinds == OUTPUT].tolist()) == {int(wanted)}


@pytest.mark.parametrize("start", ["hidden", "random"])
def test_a_seed_goes_with_full_and_none_alone(start: str) -> None:
    with pytest.raises(InputError, match=f"start={start} does not go with this encoding, which has a seed; use full"):
        template(settings_of(start=start), seeded())
