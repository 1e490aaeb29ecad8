"""Fixed topology: a gene for every possible link."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.checks import check_encoding, sample_genomes
from neatcore.errors import InputError
from neatcore.genome import Genome, check_genome
from neatcore.interfaces import Floats, Policy
from neatcore.neat import Neat, NeatConfig
from neatcore.neat.config import fitted
from neatcore.nets import DirectConfig, direct
from substrates.config import LAYOUTS
from substrates.fixed import FixedConfig, fixed
from substrates.geometry import grid

SHAPES: list[dict[str, Any]] = [
    {},
    {"hidden": [4, 3]},
    {"hidden": [4, 3], "wiring": "skip", "activation": "tanh"},
    {"hidden": [4], "wiring": "recurrent"},
    {"hidden": [4, 2], "wiring": "full", "passes": 2},
]


def outputs(policy: Policy) -> Floats:
    """Some steps from reset, (P, steps · lanes · O)."""
    inputs, state, found = default_rng(1).normal(size=(4, policy.size, 5, policy.inputs)), policy.reset(5), []
    for now in inputs:
        state, answers = policy.step(state, now)
        found.append(np.array(answers))
    return np.stack(found, axis=1)


@pytest.mark.parametrize("options", SHAPES, ids=str)
def test_it_is_the_direct_encoding_up_to_rounding(options: dict[str, Any]) -> None:
    config = FixedConfig.model_validate(options)
    encoding, model = fixed(config, 5, 3)
    space, genomes = encoding.space, sample_genomes(encoding.space)
    for genome in genomes:
        check_genome(genome, recurrent=space.recurrent)
    same, plain = direct(DirectConfig(bias=0, recurrent=space.recurrent, passes=config.passes), 5, 3)
    wanted = outputs(plain.bind(same.decode(genomes)))
    np.testing.assert_allclose(outputs(model.bind(encoding.decode(genomes))), wanted, atol=2e-5)
    assert np.ptp(wanted, axis=0).max() > 0.1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_keeps_the_laws_of_encodings(layout: str) -> None:
    encoding, model = fixed(FixedConfig.model_validate({"substrate": layout, "hidden": [4]}), 5, 3)
    check_encoding(encoding, model)


def test_nothing_is_ever_added_and_weights_are_used_as_they_are() -> None:
    encoding, _ = fixed(FixedConfig(), 5, 3)
    config = NeatConfig(population=20, add_node=0.5, add_link=0.5, delete_link=0.5, toggle=0.5, change_activation=0.5)
    neat = Neat(config, encoding.space, default_rng(0))
    for _ in range(8):
        neat.tell(default_rng(1).random(20))
        genomes = neat.ask()
    assert genomes.link_counts.tolist() == [15] * 20
    assert np.diff(genomes.node_starts).tolist() == [8] * 20
    assert genomes.links["enabled"].all()
    weights = encoding.decode(genomes).weights[0]
    assert np.array_equal(weights.reshape(20, 15), genomes.links["weight"].reshape(20, 15).astype(np.float32))
    assert np.abs(weights).max() > 3  # no threshold, no reach


def test_what_would_change_the_links_is_off() -> None:
    encoding, _ = fixed(FixedConfig(), 5, 3)
    odds = {"add_node": 0.5, "add_link": 0.5, "delete_link": 0.5, "toggle": 0.5, "reenable": 0.5, "change_activation": 0.5}
    config = fitted(NeatConfig.model_validate(odds), encoding.space)
    assert [getattr(config, name) for name in odds] == [0] * len(odds)


def test_a_disabled_link_is_none() -> None:
    encoding, _ = fixed(FixedConfig(), 2, 2)
    genome = sample_genomes(encoding.space)[0]
    genome.links["enabled"][1] = False
    assert np.flatnonzero(encoding.decode([genome]).weights[0].ravel()).tolist() == [0, 2, 3]


def test_other_genomes_are_named() -> None:
    encoding, other = fixed(FixedConfig(), 3, 2)[0], fixed(FixedConfig(), 2, 3)[0]
    fine = sample_genomes(encoding.space)[0]
    with pytest.raises(InputError, match="genome 1, of 6 links, has not the 6 of the substrate"):
        encoding.decode([fine, sample_genomes(other.space)[0]])
    with pytest.raises(InputError, match="genome 0, of 5 links, has not the 6 of the substrate"):
        encoding.decode([Genome(fine.nodes, fine.links[1:])])
    with pytest.raises(InputError, match="there are no genomes"):
        encoding.decode([])


def test_genes_that_no_memory_holds_are_refused() -> None:
    side = grid(1111, 1111)
    with pytest.raises(InputError, match=r"1,523,548,331,041 possible links would take 50,277\.1 GB"):
        fixed(FixedConfig(), len(side), len(side), (side, side))
