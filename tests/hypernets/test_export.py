"""Trained perceptrons as plain arrays: the compiled policies answer what JAX does, in every task."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.dense import DenseConfig, dense
from hypernets.export import exported
from hypernets.gradient import Gradient, GradientConfig
from neatcore.checks import check_policy
from neatcore.loop import evaluate
from tests.hypernets.teaching import Sides

ACTIVATIONS = get_args(DenseConfig.model_fields["activation"].annotation)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (5, 4)])
def test_answers_are_the_same(activation: Any, hidden: tuple[int, ...]) -> None:
    encoding, network = dense(DenseConfig(hidden=hidden, activation=activation), 3, 2)
    weights = encoding.decode(list(default_rng(0).normal(size=(4, encoding.space.size))))
    synapses, model = exported(network, weights)
    policy, inputs = model.bind(synapses), default_rng(1).normal(size=(4, 7, 3))
    _, found = policy.step(policy.reset(7), inputs)
    traced = network.bind(weights)
    _, wanted = traced.step(traced.reset(7), inputs)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    check_policy(policy)


def test_a_trained_network_goes_on_in_compiled_kernels() -> None:
    task, rng = Sides(), default_rng(0)
    encoding, network = dense(DenseConfig(hidden=(6,)), task.inputs, task.outputs)
    search = Gradient(GradientConfig(batch=20, rate=0.1, steps=20), encoding.space, rng)
    search.follow(encoding, network, task)
    search.advance(rng)
    weights = encoding.decode(search.genomes)
    synapses, model = exported(network, weights)
    assert all(type(array) is np.ndarray and array.dtype == np.float32 for array in (*synapses.weights, *synapses.biases))
    found = evaluate(task, model.bind(synapses), default_rng(1)).fitness
    assert found == evaluate(task, network.bind(weights), default_rng(1)).fitness
    assert found > 0.8
