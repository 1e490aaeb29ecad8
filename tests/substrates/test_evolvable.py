from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.activations import code_of
from neatcore.errors import InputError
from neatcore.genome import OUTPUT, Genome, Genomes
from neatcore.neat import Neat, NeatConfig
from substrates.evolvable import EsHyperNeat, EsHyperNeatConfig, Grown, es_hyperneat
from substrates.evolvable.shown import as_sheets
from substrates.trees import cells_of, pyramid_of
from tests.substrates.tree_oracle import Point, network

INPUTS, OUTPUTS = 3, 2
GROWN: dict[str, dict[str, Any]] = {
    "plain": {},
    "deep": {"initial": 2, "maximum": 4, "division": 0.3},
    "from one level": {"initial": 1, "maximum": 3},
    "two rounds": {"iterations": 2},
    "no rounds": {"iterations": 0},
    "leo": {"rule": "leo", "locality": "x"},
    "upward, delta": {"recurrent": False, "delta": True},
    "distance": {"distance": True, "variance": 0.2, "band": 0.1},
    "biases": {"biases": True, "bias": 0.3},
}


def population(encoding: EsHyperNeat, size: int = 24, seed: int = 1) -> Genomes:
    """CPPNs whose patterns have much to tell."""
    rng = default_rng(seed)
    search = Neat(NeatConfig(population=size, add_node=0.3, add_link=0.5, new_power=4.0, weight_limit=30.0), encoding.space, rng)
    for _ in range(15):
        search.tell(rng.random(len(search.ask())))
    genomes = Genomes.of(search.ask())
    genomes.links["weight"] *= 2.5
    return genomes


def links_of(encoding: EsHyperNeat, grown: Grown, place: int) -> dict[tuple[Point, Point], float]:
    """The links of a network by the places of their ends, without those of the bias node."""
    places = [tuple(point) for point in grown.places[place].tolist()]
    ids = [int(n) for n in grown.networks[place].nodes["id"] if not encoding.config.biases or n != INPUTS]
    at = dict(zip(ids, places, strict=True))
    links = grown.networks[place].links
    found = [(at[s], at[t], w) for s, t, w in zip(links["source"], links["target"], links["weight"]) if s in at]
    return {(source, target): weight for source, target, weight in found}


def ends(encoding: EsHyperNeat) -> tuple[list[Point], list[Point]]:
    return [tuple(p) for p in encoding.inputs.tolist()], [tuple(p) for p in encoding.outputs.tolist()]


@pytest.mark.parametrize("name", GROWN)
def test_networks_are_those_of_the_paper(name: str) -> None:
    encoding, _ = es_hyperneat(EsHyperNeatConfig(**GROWN[name]), INPUTS, OUTPUTS)
    genomes = population(encoding)
    grown = encoding.grow(genomes)
    asked = np.argsort(grown.asked[:, 0])
    some = [int(k) for k in asked[12:] if len(grown.places[k]) > 5][:2]
    assert some, "no pattern has anything to tell"
    for k in some:
        hidden, links, asked_there = network(genomes[k], encoding.config, *ends(encoding), bias=encoding.config.bias)
        assert asked_there >= grown.asked[k, 1] > grown.asked[k, 0]
        assert asked_there == grown.asked[k, 1] or not encoding.config.recurrent  # links cannot rise from the highest neurons
        assert {tuple(p) for p in grown.places[k][5:].tolist()} == hidden
        assert links_of(encoding, grown, k) == {ends: 3 * weight for ends, weight in links.items()}


def test_in_three_dimensions() -> None:
    places = (np.array([[-0.5, 0.2, -1.0], [0.7, -0.3, -1.0]]), np.array([[0.1, 0.0, 1.0]]))
    planes = ({"plane": "z=0.25"}, {"plane": "z=0.25", "recurrent": False}, {"plane": "y=-0.5"})
    for options in ({"maximum": 2, "initial": 2}, *planes):
        encoding, _ = es_hyperneat(EsHyperNeatConfig(**options), 2, 1, places)  # type: ignore[arg-type]
        genomes = population(encoding, 12)
        grown = encoding.grow(genomes)
        k = int(np.argmax([len(points) for points in grown.places]))
        hidden, links, _ = network(genomes[k], encoding.config, *ends(encoding))
        assert len(hidden) > 0
        assert {tuple(p) for p in grown.places[k][3:].tolist()} == hidden
        assert len(grown.networks[k].links) == len(links)


def test_a_network_does_not_depend_on_its_company() -> None:
    encoding, _ = es_hyperneat(EsHyperNeatConfig(maximum=4), INPUTS, OUTPUTS)
    genomes = population(encoding)
    together, alone = encoding.grow(genomes), encoding.grow([genomes[7]])
    assert together.networks[7] == alone.networks[0]
    assert together.asked[7].tolist() == alone.asked[0].tolist()


def test_biases_come_from_the_last_output() -> None:
    encoding, model = es_hyperneat(EsHyperNeatConfig(biases=True, recurrent=False, initial=2), INPUTS, OUTPUTS)
    genomes = population(encoding)
    grown = encoding.grow(genomes)
    k = int(np.argmax([len(points) for points in grown.places]))
    net, last = grown.networks[k], len(grown.places[k]) - 1
    entering = net.links[net.links["source"] == INPUTS]
    assert len(entering) == OUTPUTS + net.hidden
    from neatcore.cppn import query

    asked = query([genomes[k]], [[0.0, 0.0, *grown.places[k][last]]])[0, 1, 0]
    assert entering["weight"][-1] == pytest.approx(3 * asked)
    outputs = model.bind(encoding.decode(genomes)).step(np.zeros((24, 0, 1)), np.zeros((24, 1, INPUTS)))[1]
    assert len(np.unique(outputs[:, 0, 0])) > 12


def test_normalised_weights_add_up_to_the_reach() -> None:
    encoding, _ = es_hyperneat(EsHyperNeatConfig(normalise=True), INPUTS, OUTPUTS)
    grown = encoding.grow(population(encoding))
    seen = 0
    for net in grown.networks:
        for target in np.unique(net.links["target"]):
            weights = net.links["weight"][net.links["target"] == target]
            for signed in (weights[weights > 0], -weights[weights < 0]):
                seen += len(signed)
                assert len(signed) == 0 or signed.sum() == pytest.approx(3.0)
    assert seen > 50


def test_cells_know_where_they_are() -> None:
    for axes in (1, 2, 3):
        pyramid = pyramid_of(3, axes)
        assert pyramid.starts[-1] == cells_of(3, axes) == len(pyramid.beside)
        assert len(np.unique(pyramid.centres.T, axis=0)) == cells_of(3, axes)
        for level in (1, 2):
            for m in range(pyramid.starts[level] - pyramid.starts[level - 1]):
                below = pyramid.starts[level] + (m << axes)
                children = pyramid.centres[:, below : below + (1 << axes)]
                assert np.allclose(children.mean(axis=1), pyramid.centres[:, pyramid.starts[level - 1] + m])
        for cell, sides in enumerate(pyramid.beside):
            for side, other in enumerate(sides):
                moved = pyramid.centres[:, cell].copy()
                moved[side // 2] += pyramid.spacing[cell] * (1 if side % 2 else -1)
                assert np.array_equal(pyramid.centres[:, other], moved) if other >= 0 else abs(moved[side // 2]) > 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"initial": 4, "maximum": 3}, "maximum=3 is below initial=4"),
        ({"initial": 8, "maximum": 8}, "maximum=8 may come to 38,177,632,700 questions to the CPPN for a network"),
        ({"locality": "x"}, "locality needs rule=leo"),
        ({"rule": "leo", "locality": "z"}, "the substrate has no axis z, only x, y"),
        ({"plane": "y=2"}, "plane=y=2 is outside the space"),
        ({"plane": "0.5"}, "plane=0.5 is no plane; write an axis, x, y, z, w, and a place on it, such as y=0"),
        ({"plane": "y=low"}, "plane=y=low is no plane"),
        ({"plane": "z=0"}, "plane=z=0: the substrate has no such axis, only x, y"),
        ({"activation": "sigmiod"}, "sigmoid"),
    ],
)
def test_bad_input(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        es_hyperneat(EsHyperNeatConfig(**options), 2, 1)


def test_a_genome_that_is_no_cppn_of_it() -> None:
    encoding, _ = es_hyperneat(EsHyperNeatConfig(), 2, 1)
    other, _ = es_hyperneat(EsHyperNeatConfig(distance=True), 2, 1)
    genome: Genome = population(other, 4)[0]
    with pytest.raises(InputError, match="genome 0 has 5 inputs; a CPPN of this substrate has 4: x1, y1, x2, y2"):
        encoding.decode([genome])


def test_weights_lie_within_the_reach_whatever_the_cppn_answers() -> None:
    encoding, _ = es_hyperneat(EsHyperNeatConfig(biases=True), INPUTS, OUTPUTS)
    genomes = population(encoding)
    genomes.nodes["activation"][genomes.nodes["kind"] == OUTPUT] = code_of("linear")
    weights = encoding.grow(genomes).networks.links["weight"]
    assert np.abs(weights).max() == 3.0
    assert np.count_nonzero(np.abs(weights) < 3.0) > 50


def test_a_tree_that_memory_has_no_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("substrates.evolvable.available", lambda: 10_000)
    with pytest.raises(InputError, match=r"maximum=3 takes 0\.0 GB of memory, and 0\.0 are free"):
        es_hyperneat(EsHyperNeatConfig(), INPUTS, OUTPUTS)


@pytest.mark.parametrize("options", [{"passes": 1, "iterations": 0}, {"recurrent": False}, {}])
def test_sheets_compute_the_same(options: dict[str, Any]) -> None:
    encoding, model = es_hyperneat(EsHyperNeatConfig(**options), INPUTS, OUTPUTS)
    seen = 0
    for genome in population(encoding):
        synapses, shown = as_sheets(encoding, genome)
        policies = model.bind(encoding.decode([genome])), shown.bind(synapses)
        states, rng = [policy.reset(1) for policy in policies], default_rng(0)
        for _ in range(3):
            inputs = rng.uniform(-1, 1, (1, 1, INPUTS))
            states, outputs = zip(*(policy.step(state, inputs) for policy, state in zip(policies, states)), strict=True)
            assert np.allclose(*outputs, atol=1e-6)
        seen += len(synapses.substrate.sheets) == 3
    assert seen > 2
