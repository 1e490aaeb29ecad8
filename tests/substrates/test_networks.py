"""Networks on substrates against one that goes through their links in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.checks import check_policy
from neatcore.errors import InputError
from neatcore.interfaces import Floats, Ints
from substrates import kernels
from substrates.config import SubstrateConfig
from substrates.geometry import Sheet, Substrate, check_substrate, row, wire
from substrates.layouts import lay_out
from substrates.networks import SubstrateModel, SubstratePolicy, Synapses, check_room
from tests.substrates import oracles

NETS, LANES = 3, 6


def random_synapses(substrate: Substrate, *, share: float = 0.7, biases: bool = True, seed: int = 0) -> Synapses:
    rng = default_rng(seed)
    weights = []
    for projection in substrate.projections:
        drawn = rng.normal(size=(NETS, *substrate.size_of(projection))).astype(np.float32)
        weights.append(np.where(rng.random(drawn.shape) < share, drawn, np.float32(0)))
    levels = [rng.normal(size=(NETS, len(sheet) * (sheet.role != "input"))).astype(np.float32) for sheet in substrate.sheets]
    return Synapses(substrate, tuple(weights), tuple(levels) if biases else ())


def two_eyes() -> Substrate:
    """Two input sheets, two hidden ones, two output sheets; links that skip."""
    roles = ("input", "input", "hidden", "hidden", "output", "output")
    sheets = [Sheet(f"s{n}", role, row(2 + n, n), (2 + n,)) for n, role in enumerate(roles)]
    return Substrate(tuple(sheets), wire(roles, "skip"))


def compare(substrate: Substrate, config: SubstrateConfig, synapses: Synapses, steps: int = 4) -> None:
    """Outputs of some steps, and what all neurons hold after the last, against the oracle: float32 against float64, to 1e-4."""
    policy = SubstrateModel(config).bind(synapses)
    assert isinstance(policy, SubstratePolicy)
    inputs = default_rng(5).normal(size=(steps, NETS, LANES, substrate.inputs))
    state = policy.reset(LANES)
    for turn in range(steps - 1):
        state, _ = policy.step(state, inputs[turn])
    found = policy.activations(state.copy(), inputs[-1])
    outputs = policy.step(state, inputs[-1])[1]
    for net in range(NETS):
        for lane in range(LANES):
            wanted = replayed(substrate, config, synapses, inputs[:, net, lane], net)
            for sheet, value in zip(found, wanted, strict=True):
                np.testing.assert_allclose(sheet[net, lane], value, atol=1e-4)
            ends = [value for value, sheet in zip(wanted, substrate.sheets, strict=True) if sheet.role == "output"]
            np.testing.assert_allclose(outputs[net, lane], np.concatenate(ends), atol=1e-4)


def replayed(substrate: Substrate, config: SubstrateConfig, synapses: Synapses, inputs: Floats, net: int) -> list[Floats]:
    held = [np.zeros(len(sheet)) for sheet in substrate.sheets]
    options: dict[str, Any] = {"hidden": config.activation, "output": config.readout, "together": substrate.recurrent}
    for now in inputs:
        for _ in range(config.passes if substrate.recurrent else 1):
            held = oracles.step(synapses, net, held, now, **options)
    return held


@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hidden": [3, 4]},
        {"hidden": [3, 4], "wiring": "skip", "activation": "tanh", "readout": "linear"},
        {"hidden": [3, 4], "wiring": "recurrent", "activation": "sine"},
        {"hidden": [3, 4], "wiring": "full", "activation": "gaussian"},
        {"wiring": "full"},
        {"substrate": "hypercube"},
    ],
)
def test_networks_compute_what_their_links_say(options: dict[str, Any], passes: int) -> None:
    config = SubstrateConfig.model_validate(options | {"passes": passes})
    substrate = lay_out(config, 5, 3)
    compare(substrate, config, random_synapses(substrate))


@pytest.mark.parametrize("biases", [False, True])
def test_several_input_and_output_sheets(biases: bool) -> None:
    substrate = two_eyes()
    check_substrate(substrate)
    compare(substrate, SubstrateConfig(), random_synapses(substrate, biases=biases))


@pytest.mark.parametrize("share", [0.0, 0.02, 1.0])
def test_however_few_links_there_are(share: float) -> None:
    config = SubstrateConfig.model_validate({"hidden": [7]})
    substrate = lay_out(config, 9, 8)
    compare(substrate, config, random_synapses(substrate, share=share, biases=False))


@pytest.mark.parametrize("options", [{"hidden": [40]}, {"hidden": [20, 7], "wiring": "full"}, {"substrate": "hypercube"}])
@pytest.mark.parametrize("share", [0.02, 1.0])
def test_networks_and_lanes_are_independent(options: dict[str, Any], share: float) -> None:
    config = SubstrateConfig.model_validate(options)
    check_policy(SubstrateModel(config).bind(random_synapses(lay_out(config, 30, 5), share=share)))


SIZES = [(5, 3, 1), (33, 17, 7), (64, 150, 12), (130, 16, 9)]


@pytest.mark.parametrize(("sources", "targets", "lanes"), SIZES)
@pytest.mark.parametrize("links", [0.05, 1.0])
@pytest.mark.parametrize("values", [0.05, 0.5, 1.0])
def test_all_ways_to_sum_give_the_same_bits(sources: int, targets: int, lanes: int, links: float, values: float) -> None:
    """Dense, sparse, and lane by lane as one would write it, in the order of the sources."""
    rng = default_rng(1)
    weights = rng.normal(size=(4, sources, targets)).astype(np.float32) * (rng.random((4, sources, targets)) < links)
    heard = rng.normal(size=(2, lanes, sources)) * (rng.random((2, lanes, sources)) < values)
    rows: Ints = np.array([3, 1])
    wanted = np.full((2, lanes, targets), 0.25, np.float32)
    for s in range(sources):
        wanted += heard[:, :, s, None].astype(np.float32) * weights[rows][:, None, s]
    dense, few = np.full_like(wanted, 0.25), np.full_like(wanted, 0.25)
    kernels.project(weights, rows, heard, dense)
    kernels.project_sparse(kernels.sparse(weights, int(np.count_nonzero(weights))), rows, heard, few)
    assert np.array_equal(dense, wanted)
    assert np.array_equal(few, wanted)


def test_large_sums_still_differ_at_the_outputs() -> None:
    substrate = lay_out(SubstrateConfig(), 2, 2)
    weights = np.array([[[3.0, 2.9], [0.0, 0.0]]], np.float32)
    policy = SubstrateModel(SubstrateConfig(readout="logistic")).bind(Synapses(substrate, (weights,)))
    low, high = sorted(policy.step(policy.reset(1), np.full((1, 1, 2), 10.0))[1][0, 0].tolist())
    assert np.float32(low) == np.float32(high)
    assert low < high


def test_expressed_links_are_counted() -> None:
    substrate = lay_out(SubstrateConfig.model_validate({"hidden": [3]}), 4, 2)
    synapses = random_synapses(substrate)
    wanted = sum((weights != 0).reshape(NETS, -1).sum(axis=1) for weights in synapses.weights)
    assert np.array_equal(synapses.expressed(), wanted)
    assert synapses.size == NETS


def test_links_that_no_memory_holds_are_refused() -> None:
    side = Sheet("field", "input", np.zeros((1111**2, 2)), (1111**2,))
    substrate = Substrate((side, Sheet("answer", "output", side.points, side.shape)), wire(("input", "output"), "layers"))
    with pytest.raises(InputError, match=r"^a network of 1,523,548,331,041 possible links would take 6,094\.2 GB of .* are free$"):
        check_room(1, substrate)
    with pytest.raises(InputError, match=r"^300 networks of .* would take 1,828,258\.0 GB"):
        check_room(300, substrate)
    check_room(300, two_eyes())
