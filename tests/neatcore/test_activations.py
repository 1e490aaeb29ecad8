"""Activations of a user's own: in the table, in both evaluators, in files."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from neatcore.activations import BUILT_IN, NAMES, OWN, code_of, register
from neatcore.cppn import query
from neatcore.errors import InputError
from neatcore.files import load, save
from neatcore.genome import LINK, Genome, node_table
from neatcore.interfaces import Floats, GraphSpace
from neatcore.neat import Neat, NeatConfig
from neatcore.nets import DirectConfig, direct

pytestmark = pytest.mark.usefixtures("registering")


def wave(x: float) -> float:
    return x * math.sin(3 * x) if x > 0 else x / 2


def alone(name: str) -> Genome:
    """One input, one output that applies an activation to it."""
    return Genome(node_table(GraphSpace(1, 1, bias=False), name), np.array([(0, 0, 1, 1.0, True)], LINK))


def stepped(genome: Genome, points: Floats, *, recurrent: bool) -> Floats:
    encoding, model = direct(DirectConfig(bias=0.0, recurrent=recurrent), 1, 1)
    policy = model.bind(encoding.decode([genome]))
    return policy.step(policy.reset(len(points)), points[None, :, None])[1][0, :, 0]


def test_a_registered_activation_is_computed_by_all_evaluators() -> None:
    register("cube", lambda x: x**3)
    assert register("wave", wave) == code_of("wave") == BUILT_IN + 1
    points = np.linspace(-4, 4, 1_500)
    wanted = np.array([wave(x) for x in points])
    genome = alone("wave")
    for recurrent in (False, True):
        np.testing.assert_allclose(stepped(genome, points, recurrent=recurrent), wanted, rtol=1e-13, atol=1e-14)
    found = query([genome], points[:, None], threads=2)[0, 0]
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)


def test_what_it_returns_is_a_number_of_bounded_size() -> None:
    register("pole", lambda x: 1 / x)
    points = np.array([0.0, -1e-9, 2.0])
    assert stepped(alone("pole"), points, recurrent=False).tolist() == [1e6, -1e6, 0.5]
    register("root", lambda x: math.sqrt(x))
    assert query([alone("root")], [[-1.0], [4.0]])[0, 0].tolist() == [-1e6, 2.0]


def test_files_and_configurations_name_it(tmp_path: Path) -> None:
    register("wave", wave)
    for name in ("wave.npz", "wave.json"):
        save(tmp_path / name, alone("wave"))
        assert load(tmp_path / name) == alone("wave")
    assert NeatConfig(activations={"wave": 1.0}).activations == {"wave": 1.0}


def test_registering_again_changes_nothing_but_another_function_is_refused() -> None:
    assert register("wave", wave) == register("wave", wave)
    for name in ("wave", "sine"):
        with pytest.raises(InputError, match=f"there is an activation '{name}' already"):
            register(name, lambda x: x)
    with pytest.raises(InputError, match="must be a word, not 'two words'"):
        register("two words", wave)
    with pytest.raises(InputError, match="'seven' must be a function"):
        register("seven", 7)  # type: ignore[arg-type]


def test_a_process_that_does_not_know_it_says_so() -> None:
    register("wave", wave)
    genome = alone("wave")
    OWN.clear()
    for compute in (lambda: query([genome], [[1.0]]), lambda: stepped(genome, np.ones(1), recurrent=False)):
        with pytest.raises(InputError, match="not registered in this process"):
            compute()


def test_what_cannot_be_compiled_is_named() -> None:
    register("odd", lambda x: float(str(x)[0].upper().encode().hex()))
    with pytest.raises(InputError, match="the activation 'odd' cannot be compiled: "):
        query([alone("odd")], [[1.0]])


def test_a_search_goes_on_with_activations_by_their_names() -> None:
    """A process where others are registered before has other codes for a user's own."""
    register("wave", wave)
    config = NeatConfig(population=5, start="hidden", activations={"wave": 1.0})
    state = Neat(config, GraphSpace(1, 1), default_rng(0)).state()
    state["nodes"]["activation"][state["nodes"]["activation"] == code_of("wave")] = len(NAMES)
    state["activations"] = np.array([*NAMES, "wave"])
    found = Neat(config, GraphSpace(1, 1), default_rng(0))
    found.restore(state)
    assert set(found.population.nodes["activation"].tolist()) == {code_of(name) for name in ("linear", "sigmoid", "wave")}
    state["activations"][-1] = "wavy"
    with pytest.raises(InputError, match="did you mean 'wave'"):
        found.restore(state)
