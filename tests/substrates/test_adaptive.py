"""Adaptive HyperNEAT against obvious oracles, and its laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng
from pydantic import ValidationError

from neatcore.checks import check_encoding
from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats
from neatcore.neat import Neat, NeatConfig
from substrates.adaptive import AdaptiveHyperNeat, adaptive_hyperneat
from substrates.adaptive.config import AdaptiveConfig
from substrates.adaptive.networks import AdaptiveModel, Learning
from substrates.hyperneat import HyperNeatConfig, hyperneat
from tests.neatcore.oracles import ACTIVATIONS, compute
from tests.substrates.oracles import threshold

MODELS: list[dict[str, Any]] = [
    {"synapses": "hebbian"},
    {"synapses": "abc"},
    {"synapses": "abc", "modulated": True},
    {"synapses": "iterated"},
]
GROWING = NeatConfig(population=12, add_node=0.4, add_link=0.4, new_power=2.0)


def made(**options: Any) -> tuple[AdaptiveHyperNeat, AdaptiveModel]:
    return adaptive_hyperneat(AdaptiveConfig(hidden=(3,), activation="tanh", **options), 3, 2)


def genomes(encoding: AdaptiveHyperNeat, seed: int = 0) -> Any:
    rng = default_rng(seed)
    neat = Neat(GROWING, encoding.space, rng)
    for _ in range(5):
        neat.tell(rng.random(len(neat.ask())))
    return neat.ask()


class Slow:
    """One network, one lane, link by link in double precision; recurrent substrates, one pass a step."""

    def __init__(self, learning: Learning, config: AdaptiveConfig, genome: Any, net: int) -> None:
        self.learning, self.config, self.genome, self.net = learning, config, genome, net
        self.substrate = learning.born.substrate
        self.weights = [weights[net].astype(float) for weights in learning.born.weights]
        self.held = [np.zeros(len(sheet)) for sheet in self.substrate.sheets]

    def step(self, inputs: Floats) -> list[float]:
        sheets = self.substrate.sheets
        self.held[0] = inputs
        before = [value.copy() for value in self.held] if self.substrate.recurrent else self.held
        for place in range(1, len(sheets)):
            total = np.array([self.reached(place, t, before, modulating=False) for t in range(len(sheets[place]))])
            name = self.config.readout if sheets[place].role == "output" else self.config.activation
            self.held[place] = np.array([ACTIVATIONS[name](x) for x in total])
        self.learn(before)
        return [float(x) for x in self.held[-1]]

    def reached(self, place: int, t: int, values: list[Floats], *, modulating: bool) -> float:
        total = 0.0
        for n, pair in enumerate(self.substrate.projections):
            if pair.target == place:
                targets = len(self.substrate.sheets[place])
                for s, value in enumerate(values[pair.source]):
                    if self.learning.modulates[n][self.net, s * targets + t] == modulating:
                        total += value * self.weights[n][s, t]
        return total

    def learn(self, before: list[Floats]) -> None:
        changes = []
        for n, pair in enumerate(self.substrate.projections):
            weights, change = self.weights[n], np.zeros_like(self.weights[n])
            for s, t in np.ndindex(*weights.shape):
                x, y = float(before[pair.source][s]), float(self.held[pair.target][t])
                if self.config.synapses == "iterated":
                    change[s, t] = self.asked(pair, s, t, x, y, float(weights[s, t]))
                elif self.learning.born.weights[n][self.net, s, t] != 0:
                    rate, a, b, c, d = self.learning.traits[n][self.net, s * weights.shape[1] + t].astype(float)
                    gain = math.tanh(self.reached(pair.target, t, before, modulating=True)) if self.config.modulated else 1.0
                    change[s, t] = gain * rate * (a * x * y + b * x + c * y + d)
            changes.append(change)
        limit = self.config.limit
        self.weights = [np.clip(weights + change, -limit, limit) for weights, change in zip(self.weights, changes, strict=True)]

    def asked(self, pair: Any, s: int, t: int, x: float, y: float, weight: float) -> float:
        source, target = (self.substrate.sheets[end].points for end in (pair.source, pair.target))
        inputs = np.array([*source[s], *target[t], x, y, weight])
        return threshold(compute(self.genome, inputs, self.config.bias)[0], self.config.threshold, self.config.pace)


@pytest.mark.parametrize("wiring", ["layers", "full"])
@pytest.mark.parametrize("options", MODELS)
def test_networks_agree_with_link_by_link_learning(options: dict[str, Any], wiring: str) -> None:
    encoding, model = made(wiring=wiring, rate=0.5, pace=0.5, **options)
    population = genomes(encoding)
    learning = encoding.decode(population)
    inputs = default_rng(1).uniform(-1, 1, (4, len(population), 2, 3))
    policy, nets = model.bind(learning), range(0, len(population), 3)
    slow = {p: [Slow(learning, model.config, population[p], p) for _ in range(2)] for p in nets}
    state = policy.reset(2)
    for turn in inputs:
        state, outputs = policy.step(state, turn)
        for p, lanes in slow.items():
            wanted = [lane.step(turn[p, s]) for s, lane in enumerate(lanes)]
            np.testing.assert_allclose(outputs[p], wanted, atol=2e-4)
    moved = [
        np.abs(weights - born[p]).max()
        for p, lanes in slow.items()
        for weights, born in zip(lanes[0].weights, learning.born.weights)
    ]
    assert max(moved) > 0.05


def outputs_of(policy: Any, inputs: Floats) -> tuple[Array, Array]:
    state, found = policy.reset(inputs.shape[2]), []
    for turn in inputs:
        state, outputs = policy.step(state, turn)
        found.append(np.array(outputs))
    return np.array(found), state


@pytest.mark.parametrize("wiring", ["layers", "full"])
@pytest.mark.parametrize("biases", [False, True])
def test_without_learning_it_is_hyperneat_to_the_bit(wiring: str, biases: bool) -> None:
    """Rates at 0, asked of the same CPPN, whose first output is the weight and whose last is the bias."""
    encoding, model = made(wiring=wiring, synapses="hebbian", biases=biases)
    population = genomes(encoding)
    learning = encoding.decode(population)
    still = Learning(
        learning.born, tuple(np.zeros_like(t) for t in learning.traits), learning.modulates, learning.cppns, learning.coordinates
    )
    config = HyperNeatConfig(hidden=(3,), activation="tanh", wiring=wiring, biases=biases)
    plain, network = hyperneat(config, 3, 2)
    names = [*plain.names[1]]
    assert names == ["weight", *["bias"] * biases]
    answers = [
        plain.answers(population, *(plain.substrate.sheets[end].points for end in (p.source, p.target)))
        for p in plain.substrate.projections
    ]
    for born, asked in zip(learning.born.weights, answers, strict=True):
        expressed = plain.expression.weights(np.ascontiguousarray(asked[:, 0].swapaxes(1, 2)), None)
        assert np.array_equal(born, expressed)
    inputs = default_rng(2).normal(size=(4, len(population), 5, 3))
    found, _ = outputs_of(model.bind(still), inputs)
    wanted, _ = outputs_of(network.bind(learning.born), inputs)
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("options", MODELS)
def test_laws_of_the_seam(options: dict[str, Any]) -> None:
    encoding, model = made(wiring="full", **options)
    check_encoding(encoding, model, genomes(encoding))


@pytest.mark.parametrize("options", MODELS)
def test_weights_stay_within_the_limit_and_links_that_are_not_there_never_come(options: dict[str, Any]) -> None:
    encoding, model = made(pace=4.0, limit=3.5, **options)
    population = genomes(encoding, 3)
    learning = encoding.decode(population)
    policy = model.bind(learning)
    _, state = outputs_of(policy, default_rng(3).normal(0, 2, (30, len(population), 2, 3)))
    assert np.abs(state).max() <= 3.5
    absent = np.concatenate([born.reshape(len(population), -1) == 0 for born in learning.born.weights], axis=1)
    if options["synapses"] != "iterated":
        assert not state.swapaxes(0, 1)[:, absent].any()
    assert np.abs(state).max() > 3.2


def test_names_of_what_is_asked_and_answered() -> None:
    assert made(synapses="iterated")[0].names == (["x1", "y1", "x2", "y2", "x", "y", "w"], ["weight change"])
    inputs, outputs = made(modulated=True, biases=True, delta=True)[0].names
    assert len(inputs) == 6
    assert outputs == ["weight", "rate", "A", "B", "C", "D", "modulation", "bias"]


def test_links_that_can_change_have_names_and_weights() -> None:
    encoding, model = made()
    population = genomes(encoding)
    policy = model.bind(encoding.decode(population)).take(np.array([2]))
    names = policy.links(["a", "b", "c"], ["y", "z"])  # type: ignore[attr-defined]
    weights = policy.weights(policy.reset(3))  # type: ignore[attr-defined]
    assert weights.shape == (len(names), 3)
    assert len(names) > 0
    ends = {word for name in names for word in name.split(" → ")}
    assert ends <= {"a", "b", "c", "y", "z", "hidden.1", "hidden.2", "hidden.3"}


def test_what_does_not_go_together_is_said() -> None:
    with pytest.raises(InputError, match="modulated=true goes with synapses=abc, not with synapses=iterated"):
        made(synapses="iterated", modulated=True)
    with pytest.raises(ValidationError):
        AdaptiveConfig(synapses="abd")  # type: ignore[arg-type]
    encoding, _ = made()
    other, _ = made(modulated=True)
    with pytest.raises(InputError, match="a CPPN of this substrate has 5: weight, rate, A, B, C"):
        encoding.decode(genomes(other))


@pytest.mark.parametrize("model", MODELS)
def test_no_weight_is_born_beyond_the_limit(model: dict[str, Any]) -> None:
    encoding, _ = made(**model, reach=10.0, limit=2.0)
    weights = np.concatenate([born.ravel() for born in encoding.decode(genomes(encoding)).born.weights])
    assert np.abs(weights).max() == 2.0


def test_locality_is_no_option_where_no_rule_obeys_it() -> None:
    with pytest.raises(ValidationError, match="locality"):
        AdaptiveConfig(locality="x")  # type: ignore[call-arg]
