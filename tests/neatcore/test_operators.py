"""Laws of the operators, over thousands of random genomes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from neatcore.genome import HIDDEN, LINK, Genome, Genomes, check_genome, node_table
from neatcore.interfaces import Floats, GraphSpace, Ints
from neatcore.neat import NeatConfig, kernels, mutation
from neatcore.neat.breeding import kernels as breeding
from neatcore.neat.distances import kernels as distances
from neatcore.neat.innovations import Innovations
from neatcore.neat.reproduction import rules_of
from neatcore.nets import DirectConfig, direct
from tests.neatcore import oracles
from tests.neatcore.growing import WILD, grown

SEEDS = st.integers(0, 2**32)


def numbers_after(genomes: Genomes) -> Innovations:
    return Innovations(int(genomes.links["innovation"].max(initial=-1)) + 1, int(genomes.nodes["id"].max()) + 1)


def split(
    genomes: Genomes, rows: Ints, innovations: Innovations, odds: dict[str, float], split_bias: bool, rng: Generator
) -> Genomes:
    whole = genomes.take(np.arange(len(genomes)))
    splits = breeding.split(whole.tables, rows, breeding.Growing(False, split_bias, 1.0, 0.0, False), rng)
    return mutation.grow(whole, mutation.halves(whole, splits, innovations, odds))


def joined(genomes: Genomes, rows: Ints, innovations: Innovations, recurrent: bool, share: float, rng: Generator) -> Genomes:
    joins = breeding.join(genomes.tables, rows, recurrent, breeding.Growing(False, False, 1.0, share, False), rng)
    return mutation.grow(genomes, mutation.joined(joins, innovations))


def cross(genomes: Genomes, mothers: Ints, fathers: Ints, fitness: Floats, recurrent: bool, config: NeatConfig) -> Genomes:
    parents = breeding.Parents(mothers, fathers, np.zeros(len(mothers), np.bool_))
    return Genomes(*breeding.cross(genomes.tables, parents, fitness, rules_of(config, recurrent, 1 << 62), default_rng(0)))


def outputs_of(genomes: Genomes, *, recurrent: bool = False) -> Floats:
    encoding, model = direct(DirectConfig(recurrent=recurrent), 3, 2)
    policy = model.bind(encoding.decode(genomes))
    return policy.step(policy.reset(7), np.cos(np.arange(len(genomes) * 21.0)).reshape(-1, 7, 3))[1]


@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_two_thousand_genomes_are_valid_after_every_operator(seed: int, recurrent: bool) -> None:
    genomes = grown(seed, recurrent=recurrent)
    for genome in genomes:
        check_genome(genome, recurrent=recurrent)
    assert genomes.nodes["kind"].max() == HIDDEN


@pytest.mark.parametrize("scope", ["generation", "run"])
@pytest.mark.parametrize("start", ["none", "hidden", "full"])
def test_every_start_and_scope_keeps_genomes_valid(start: str, scope: str) -> None:
    config = WILD.model_copy(update={"start": start, "innovation_scope": scope})
    for genome in grown(5, recurrent=False, config=config):
        check_genome(genome, recurrent=False)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_distance_is_a_symmetric_measure_that_agrees_with_sets(seed: int) -> None:
    genomes = grown(seed % 20, recurrent=False)
    a, b = (genomes[int(i)] for i in default_rng(seed).integers(0, len(genomes), 2))
    for normalise in (True, False):
        c = distances.Coefficients(1.1, 0.9, 0.4, normalise)
        found = distances.distance(a.links, b.links, c, np.inf)
        assert found == pytest.approx(oracles.distance(a, b, 1.1, 0.9, 0.4, normalise=normalise), abs=1e-12)
        assert found == distances.distance(b.links, a.links, c, np.inf)
    assert distances.distance(a.links, a.links, distances.Coefficients(1.0, 1.0, 0.4, True), np.inf) == 0.0


def test_the_paper_s_figure_4_distance() -> None:
    parent1 = np.array([(n, 0, 9, w, True) for n, w in [(1, 0.0), (2, 0.0), (3, 0.0), (4, 0.0), (5, 0.0), (8, 0.0)]], LINK)
    parent2 = np.array([(n, 0, 9, 0.5, True) for n in (1, 2, 3, 4, 5, 6, 7, 9, 10)], LINK)
    assert distances.distance(parent1, parent2, distances.Coefficients(10.0, 1.0, 0.0, False), np.inf) == 10.0 * 2 + 3
    assert distances.distance(parent1, parent2, distances.Coefficients(0.0, 0.0, 3.0, False), np.inf) == 1.5


def test_splitting_with_the_identity_changes_nothing() -> None:
    genomes = grown(2, recurrent=False)
    rng = default_rng(0)
    halved = split(genomes, np.arange(len(genomes)), numbers_after(genomes), {"linear": 1.0}, True, rng)
    enabled = np.array([g.links["enabled"].any() for g in genomes])
    assert np.array_equal(halved.link_counts, genomes.link_counts + 2 * enabled)
    np.testing.assert_allclose(outputs_of(halved), outputs_of(genomes), atol=1e-12)


def test_a_split_disables_the_link_and_keeps_its_weight_behind() -> None:
    genome = Genome(node_table(GraphSpace(1, 1, bias=False)), np.array([(0, 0, 1, 0.7, True)], LINK))
    halved = split(Genomes.of([genome]), np.array([0]), Innovations(1, 2), {"tanh": 1.0}, False, default_rng(0))[0]
    assert [tuple(link) for link in halved.links.tolist()] == [(0, 0, 1, 0.7, False), (1, 0, 2, 1.0, True), (2, 2, 1, 0.7, True)]
    assert halved.nodes["id"].tolist() == [0, 1, 2]


def test_older_links_are_split_first_in_small_genomes() -> None:
    nodes = node_table(GraphSpace(3, 1, bias=False))
    few = np.array([(n, n, 3, 0.5, n > 0) for n in range(3)], LINK)
    genomes = Genomes.of([Genome(nodes, few)]).take(np.zeros(20_000, np.int64))
    rows, first = np.arange(len(genomes)), genomes.link_starts[:-1]
    older = kernels.choose_split(genomes.tables, rows, True, False, default_rng(0))
    shares = [np.mean(older == first + k) for k in range(3)] + [np.mean(older == -1)]
    assert shares == pytest.approx([0.0, 0.7, 0.21, 0.09], abs=0.012)
    even = kernels.choose_split(genomes.tables, rows, False, False, default_rng(0)) - first
    assert [np.mean(even == k) for k in range(3)] == pytest.approx([0.0, 0.5, 0.5], abs=0.012)


def test_links_from_the_bias_are_split_only_where_allowed() -> None:
    nodes = node_table(GraphSpace(1, 1))
    genome = Genomes.of([Genome(nodes, np.array([(0, 1, 2, 0.5, True)], LINK))])
    assert kernels.choose_split(genome.tables, np.array([0]), False, False, default_rng(0)).tolist() == [-1]
    assert kernels.choose_split(genome.tables, np.array([0]), False, True, default_rng(0)).tolist() == [0]


def test_identical_splits_and_links_get_identical_numbers_within_the_scope() -> None:
    genome = Genome(node_table(GraphSpace(1, 1, bias=False)), np.array([(0, 0, 1, 0.7, True)], LINK))
    numbers = Innovations(1, 2)
    twins = split(Genomes.of([genome, genome]), np.array([0, 1]), numbers, {"tanh": 1.0}, False, default_rng(0))
    assert np.array_equal(twins[0].links["innovation"], twins[1].links["innovation"])
    assert np.array_equal(twins[0].nodes, twins[1].nodes)
    numbers.forget()
    later = split(Genomes.of([genome]), np.array([0]), numbers, {"tanh": 1.0}, False, default_rng(0))[0]
    assert later.links["innovation"].tolist() == [0, 3, 4]
    assert later.nodes["id"].tolist() == [0, 1, 3]


def test_a_link_split_twice_in_one_genome_gets_two_nodes() -> None:
    genome = Genome(node_table(GraphSpace(1, 1, bias=False)), np.array([(0, 0, 1, 0.7, True)], LINK))
    numbers, rng = Innovations(1, 2), default_rng(0)
    once = split(Genomes.of([genome]), np.array([0]), numbers, {"tanh": 1.0}, False, rng)
    once.links["enabled"] = [True, False, False]
    twice = split(once, np.array([0]), numbers, {"tanh": 1.0}, False, rng)[0]
    assert twice.nodes["id"].tolist() == [0, 1, 2, 3]
    check_genome(twice, recurrent=False)


def test_new_links_join_unlinked_pairs_and_respect_the_kind_asked_for() -> None:
    for share in (0.0, 1.0):
        genomes = grown(7, recurrent=True)
        before = genomes.link_counts
        grown_ = joined(genomes, np.arange(len(genomes)), numbers_after(genomes), True, share, default_rng(1))
        assert (grown_.link_counts - before).sum() > 10
        for old, new in zip(genomes, grown_, strict=True):
            check_genome(new)
            added = ~np.isin(new.links["innovation"], old.links["innovation"])
            marks = kernels.recurrent_links(new.nodes, new.links)
            assert marks[added].tolist() == [int(share)] * int(added.sum())


def test_feed_forward_links_fill_a_network_and_then_stop() -> None:
    genomes = Genomes.of([Genome(node_table(GraphSpace(2, 2)), np.empty(0, LINK))])
    numbers, rng = Innovations(0, 5), default_rng(3)
    for _ in range(200):
        genomes = joined(genomes, np.array([0]), numbers, False, 0.0, rng)
    assert genomes.link_counts.tolist() == [3 * 2 + 1]  # every sensor to every output, and one output to the other
    check_genome(genomes[0], recurrent=False)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.sampled_from(["random", "smaller"]), st.sampled_from(["paper", "author"]), st.booleans())
def test_a_child_has_its_parents_genes(seed: int, equal: str, rule: str, recurrent: bool) -> None:
    genomes, rng = grown(seed % 10, recurrent=recurrent), default_rng(seed)
    config = NeatConfig.model_validate({"equal_fitness": equal, "disabled_rule": rule, "averaging": 0.5})
    mothers, fathers = rng.integers(0, len(genomes), (2, 30))
    fitness = rng.integers(0, 2, len(genomes)).astype(float)
    children = cross(genomes, mothers, fathers, fitness, recurrent, config)
    for child, m, f in zip(children, mothers, fathers, strict=True):
        check_genome(child, recurrent=recurrent)
        mother, father = genomes[int(m)], genomes[int(f)]
        numbers = set(child.links["innovation"].tolist())
        hers, his = set(mother.links["innovation"].tolist()), set(father.links["innovation"].tolist())
        assert numbers <= hers | his
        if fitness[m] != fitness[f]:
            fitter = hers if fitness[m] > fitness[f] else his
            assert numbers == fitter
        for link in child.links:
            options = [p.links["weight"][p.links["innovation"] == link["innovation"]] for p in (mother, father)]
            low, high = np.min(np.concatenate(options)), np.max(np.concatenate(options))
            assert low <= link["weight"] <= high


def test_a_genome_crossed_with_itself_is_itself() -> None:
    genomes = grown(1, recurrent=False)
    rows = np.arange(len(genomes))
    children = cross(genomes, rows, rows, np.zeros(len(rows)), False, NeatConfig())
    assert all(child == genome for child, genome in zip(children, genomes, strict=True))


@pytest.mark.parametrize(
    ("rule", "averaging", "states", "wanted"),
    [
        ("paper", 0.0, (True, False), 0.75),
        ("paper", 0.0, (False, False), 0.75),
        ("author", 0.0, (True, False), 0.875),
        ("author", 0.0, (False, False), 1.0),
        ("author", 1.0, (True, False), 0.75),
        ("author", 1.0, (False, False), 0.75),
        ("paper", 0.0, (True, True), 0.0),
    ],
)
def test_how_often_disabled_genes_stay_disabled(rule: str, averaging: float, states: tuple[bool, bool], wanted: float) -> None:
    nodes = node_table(GraphSpace(1, 1, bias=False))
    parents = [Genome(nodes, np.array([(0, 0, 1, 0.5, on)], LINK)) for on in states]
    config = NeatConfig.model_validate({"disabled_rule": rule, "averaging": averaging})
    count = 20_000
    zeros, ones = np.zeros(count, np.int64), np.ones(count, np.int64)
    children = cross(Genomes.of(parents), zeros, ones, np.zeros(2), False, config)
    assert 1 - children.links["enabled"].mean() == pytest.approx(wanted, abs=0.012)


def test_weights_change_by_the_shares_and_stay_within_the_limit() -> None:
    nodes = node_table(GraphSpace(1, 1, bias=False))
    genomes = Genomes.of([Genome(nodes, np.array([(0, 0, 1, 7.5, True)], LINK))]).take(np.zeros(50_000, np.int64))
    rules = kernels.Change(power=0.25, perturb=0.7, replace=0.2, limit=7.6, by_author=False, adult=1 << 62)
    kernels.mutate_weights(genomes.links, genomes.link_starts, np.arange(40_000), rules, default_rng(0))
    changed = genomes.links["weight"][:40_000]
    assert np.all(genomes.links["weight"][40_000:] == 7.5)
    assert changed.max() == 7.6
    assert np.mean(np.abs(changed) <= 0.25) == pytest.approx(0.2, abs=0.01)
    assert np.mean(np.abs(changed - 7.5) <= 0.25) == pytest.approx(0.8, abs=0.01)
    assert np.mean(changed == 7.5) == pytest.approx(0.1, abs=0.01)


def test_deleting_links_removes_what_they_leave_unlinked() -> None:
    genomes = grown(4, recurrent=False)
    rows = np.arange(0, len(genomes), 2)
    fewer = mutation.delete_links(genomes, rows, default_rng(0))
    assert np.array_equal(fewer.link_counts, genomes.link_counts - np.isin(np.arange(len(genomes)), rows))
    for genome in fewer:
        check_genome(genome, recurrent=False)
        hidden = genome.nodes["id"][genome.nodes["kind"] == HIDDEN]
        assert np.isin(hidden, [genome.links["source"], genome.links["target"]]).all()


def test_switching_turns_exactly_one_eligible_link() -> None:
    genomes = grown(4, recurrent=False)
    eligible = mutation.switchable(genomes)
    after = mutation.switch_links(genomes, np.arange(len(genomes)), eligible, default_rng(0))
    turned = genomes.links["enabled"] != after.links["enabled"]
    assert not np.any(turned & ~eligible)
    owner = np.repeat(np.arange(len(genomes)), genomes.link_counts)
    wanted = [int(eligible[owner == p].any()) for p in range(len(genomes))]
    assert np.bincount(owner[turned], minlength=len(genomes)).tolist() == wanted


def test_draws_from_the_odds() -> None:
    codes = mutation.activations_of({"tanh": 3.0, "sine": 1.0}, default_rng(0).random(20_000))
    assert np.mean(codes == 3) == pytest.approx(0.75, abs=0.01)
    assert set(codes.tolist()) == {3, 6}
