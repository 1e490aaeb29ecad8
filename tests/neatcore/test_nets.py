"""Packed networks against obvious oracles, and the laws of the seam."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from neatcore.activations import NAMES, code_of
from neatcore.checks import check_encoding, check_policy
from neatcore.errors import InputError
from neatcore.genome import LINK, Genome, Genomes, node_table
from neatcore.interfaces import GraphSpace
from neatcore.nets import DirectConfig, direct, kernels
from tests.neatcore import oracles
from tests.neatcore.growing import grown


@pytest.mark.parametrize("name", NAMES)
def test_activations_agree_with_the_maths_library(name: str) -> None:
    points = np.concatenate([np.linspace(-30, 30, 4001), [-1e4, -745.0, -1e-9, 0.0, 1e-9, 1e4]])
    row = points.copy()
    kernels.activate(NAMES.index(name), row[None], 0, len(row))
    wanted = np.array([oracles.ACTIVATIONS[name](x) for x in points])
    assert np.max(np.abs(row - wanted)) < 5e-16 * (
        20 if name in ("sigmoid", "logistic", "gaussian", "tanh", "sine", "cosine") else 1
    )


def test_every_activation_has_an_oracle() -> None:
    assert set(NAMES) == set(oracles.ACTIVATIONS)


def test_exponential_is_within_two_units_in_the_last_place() -> None:
    points = np.linspace(-700, 700, 20001)
    errors = [abs(kernels.exponential(x) / math.exp(x) - 1) for x in points]
    assert max(errors) <= 2 * np.finfo(float).eps


@pytest.mark.parametrize("name", ["linear", "relu", "absolute"])
def test_unbounded_activations_end_at_the_cap(name: str) -> None:
    row = np.array([1e300, math.inf])
    kernels.activate(NAMES.index(name), row[None], 0, 2)
    assert row.tolist() == [kernels.LARGEST, kernels.LARGEST]


@pytest.mark.parametrize("seed", range(4))
def test_feed_forward_networks_agree_with_recursion(seed: int) -> None:
    genomes = grown(seed, recurrent=False)
    inputs = default_rng(seed).normal(size=(len(genomes), 5, 3))
    encoding, model = direct(DirectConfig(bias=0.7), 3, 2)
    policy = model.bind(encoding.decode(genomes))
    _, outputs = policy.step(policy.reset(5), inputs)
    for p, genome in enumerate(genomes):
        wanted = [oracles.compute(genome, lane, bias=0.7) for lane in inputs[p]]
        np.testing.assert_allclose(outputs[p], wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("passes", [1, 3])
def test_recurrent_networks_agree_with_step_by_step_computation(passes: int) -> None:
    genomes = grown(3, recurrent=True)
    inputs = default_rng(0).normal(size=(4, len(genomes), 1, 3))
    encoding, model = direct(DirectConfig(recurrent=True, passes=passes), 3, 2)
    policy = model.bind(encoding.decode(genomes))
    state = policy.reset(1)
    held = [dict.fromkeys(g.nodes["id"][g.nodes["kind"] > 1].tolist(), 0.0) for g in genomes]
    for turn in inputs:
        state, outputs = policy.step(state, turn)
        for p, genome in enumerate(genomes):
            for _ in range(passes):
                held[p] = oracles.step(genome, turn[p, 0], held[p])
            wanted = [held[p][int(i)] for i in genome.nodes["id"][genome.nodes["kind"] == 2]]
            np.testing.assert_allclose(outputs[p, 0], wanted, rtol=1e-9, atol=1e-9)


def test_recurrent_networks_remember_and_feed_forward_ones_do_not() -> None:
    space = GraphSpace(1, 1, bias=False, recurrent=True)
    nodes = node_table(space, "linear")
    loop = Genome(nodes, np.array([(0, 0, 1, 1.0, True), (1, 1, 1, 1.0, True)], LINK))
    encoding, model = direct(DirectConfig(recurrent=True, bias=0.0), 1, 1)
    policy = model.bind(encoding.decode([loop]))
    state, sums = policy.reset(1), []
    for x in (1.0, 2.0, 3.0):
        state, out = policy.step(state, np.full((1, 1, 1), x))
        sums.append(float(out[0, 0, 0]))
    assert sums == [1.0, 3.0, 6.0]


@pytest.mark.parametrize("recurrent", [False, True])
def test_the_direct_encoding_keeps_the_laws_of_the_seam(recurrent: bool) -> None:
    encoding, model = direct(DirectConfig(recurrent=recurrent), 3, 2)
    check_encoding(encoding, model, grown(1, recurrent=recurrent))


def test_many_lanes_equal_few() -> None:
    encoding, model = direct(DirectConfig(), 3, 2)
    policy = model.bind(encoding.decode(grown(0, recurrent=False)[:5]))
    inputs = default_rng(0).normal(size=(5, 2 * kernels.LANES + 17, 3))
    _, whole = policy.step(policy.reset(inputs.shape[1]), inputs)
    for s in (0, kernels.LANES - 1, kernels.LANES, 2 * kernels.LANES + 16):
        _, one = policy.step(policy.reset(1), inputs[:, s : s + 1])
        assert np.array_equal(one[:, 0], whole[:, s])


def test_outputs_do_not_depend_on_the_order_in_which_nodes_are_numbered() -> None:
    nodes = node_table(GraphSpace(1, 2))
    chain = [(0, 0, 2, 0.5, True), (1, 2, 3, -1.5, True), (2, 1, 3, 0.3, True)]
    encoding, model = direct(DirectConfig(), 1, 2)
    policy = model.bind(encoding.decode([Genome(nodes, np.array(chain, LINK))]))
    _, out = policy.step(policy.reset(1), np.full((1, 1, 1), 0.25))
    first = 1 / (1 + math.exp(-4.9 * 0.125))
    assert out[0, 0].tolist() == pytest.approx([first, 1 / (1 + math.exp(-4.9 * (0.3 - 1.5 * first)))], rel=1e-14)


def test_a_network_without_links_answers_its_activation_of_zero() -> None:
    encoding, model = direct(DirectConfig(), 2, 1)
    policy = model.bind(encoding.decode([Genome(node_table(GraphSpace(2, 1)), np.empty(0, LINK))]))
    check_policy(policy)
    assert policy.step(policy.reset(1), np.ones((1, 1, 2)))[1].tolist() == [[[0.5]]]


def test_decoding_says_which_genome_does_not_fit() -> None:
    encoding, _ = direct(DirectConfig(), 2, 1)
    right = Genome(node_table(GraphSpace(2, 1)), np.empty(0, LINK))
    wrong = Genome(node_table(GraphSpace(3, 1)), np.empty(0, LINK))
    with pytest.raises(InputError, match="genome 1 has 3 inputs, not 2"):
        encoding.decode([right, wrong])
    cycle = Genome(right.nodes, np.array([(0, 3, 3, 1.0, True)], LINK))
    with pytest.raises(InputError, match="genome 1 has links that close a cycle; set recurrent=true"):
        encoding.decode([right, cycle])
    with pytest.raises(TypeError, match="genome 0 is a list"):
        encoding.decode([[1.0]])  # type: ignore[list-item]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 39), max_size=8), st.integers(0, 3))
def test_packing_a_selection_selects(rows: list[int], seed: int) -> None:
    genomes = grown(seed, recurrent=False)
    taken = genomes.take(np.array(rows, np.int64))
    assert [taken[i] == genomes[row] for i, row in enumerate(rows)] == [True] * len(rows)
    again = Genomes.of(list(taken))
    assert np.array_equal(again.links, taken.links)
    assert np.array_equal(again.node_starts, taken.node_starts)


@pytest.mark.parametrize("name", ["sine", "cosine"])
def test_waves_stay_within_one_however_large_the_sum_is(name: str) -> None:
    points = 10.0 ** np.arange(8, 301, 0.5)
    found = np.stack([points, -points])
    for row in (0, 1):
        kernels.activate(code_of(name), found, row, len(points))
    assert np.abs(found).max() <= 1.0
