"""HyperNEAT through JAX: the weights that it paints are those of the compiled encoding, gradients its central differences."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.painting import Painting, expressed
from hypernets.programs import program
from neatcore.errors import InputError
from neatcore.genome import Genome
from neatcore.interfaces import Floats
from neatcore.neat import Neat, NeatConfig
from substrates.hyperneat import CppnConfig, HyperNeat, HyperNeatConfig, hyperneat

INPUTS, OUTPUTS = 5, 4  # so few that all sheets are asked in blocks of one shape, which is compiled once
PLACES = default_rng(0).uniform(-1, 1, (INPUTS, 2)), default_rng(1).uniform(-1, 1, (OUTPUTS, 2))
SMALL: dict[str, Any] = {"hidden": ((3, 2),), "activation": "logistic", "readout": "linear"}
CONFIGS = {
    "all": CppnConfig(**SMALL, sheet_outputs="each", delta=True, bias=0.5),
    "threshold": HyperNeatConfig(**SMALL, biases=True, threshold=0.1),
    "gate": HyperNeatConfig(**SMALL, rule="leo", sheet_outputs="each", biases=True, distance=True),
}


def made(config: HyperNeatConfig, generations: int = 8) -> tuple[HyperNeat, Any, Genome]:
    """The encoding, its model, and a CPPN grown by NEAT, without bends that central differences would fall across."""
    encoding, model = hyperneat(config, INPUTS, OUTPUTS, PLACES)
    smooth = {"tanh": 1.0, "sine": 1.0, "gaussian": 1.0, "logistic": 1.0}
    neat = Neat(NeatConfig(population=10, add_node=0.6, add_link=0.5, activations=smooth), encoding.space, default_rng(1))
    for _ in range(generations):
        neat.tell(np.arange(len(neat.ask())) % 3.0)
    return encoding, model, max(neat.ask(), key=lambda genome: genome.hidden)


def weights_of(genome: Genome) -> jax.Array:
    return jnp.asarray(genome.links["weight"], jnp.float32)


@pytest.mark.parametrize("name", CONFIGS)
def test_weights_are_those_that_the_encoding_decodes(name: str) -> None:
    encoding, _, genome = made(CONFIGS[name])
    painting, synapses = Painting(encoding), encoding.decode([genome])
    found = painting.weights(program(genome, encoding.space.inputs), weights_of(genome), painting.places)
    assert {key: array.shape for key, array in found.items()} == dict(painting.network.shapes)
    for place, wanted in enumerate(synapses.weights):
        np.testing.assert_allclose(found[f"kernel{place}"], wanted[0], atol=2e-5)
    for place, wanted in enumerate(synapses.biases):
        if wanted.shape[1]:
            np.testing.assert_allclose(found[f"bias{place}"], wanted[0], atol=2e-5)
    assert min(float(jnp.abs(array).max()) for array in found.values()) > 0.01


def test_gradients_reach_every_weight_of_the_cppn() -> None:
    """Through the substrate: the loss of networks that the compiled kernels compute, a link's weight moved up and down."""
    encoding, model, genome = made(CONFIGS["all"])
    rng, step, painting = default_rng(2), 1e-2, Painting(encoding)
    inputs, wanted = rng.random((20, INPUTS)), rng.normal(size=(20, OUTPUTS))
    asked = jnp.asarray(inputs, jnp.float32)

    def loss(place: int, moved: float) -> float:
        links = genome.links.copy()
        links["weight"][place] += moved
        policy = model.bind(encoding.decode([Genome(genome.nodes, links)]))
        _, outputs = policy.step(policy.reset(20), inputs[None])
        return float(np.square(outputs[0] - wanted).mean())

    def cost(links: jax.Array) -> jax.Array:
        weights = painting.weights(program(genome, encoding.space.inputs), links, painting.places)
        outputs = painting.network.apply(weights, jnp.zeros((20, 0)), asked).outputs
        return jnp.square(outputs - wanted).mean()

    found = np.asarray(jax.grad(cost)(weights_of(genome)))
    central = np.array([(loss(place, step) - loss(place, -step)) / (2 * step) for place in range(len(found))])
    heard = genome.links["enabled"]
    assert np.abs(central[heard]).max() > 0.05
    np.testing.assert_allclose(found, central, rtol=0.03, atol=0.03 * np.abs(central).max())


def test_what_is_cut_off_has_no_gradient() -> None:
    """A threshold lets through what is beyond it; answers beyond 1 are cut."""
    encoding, _, _ = made(CONFIGS["threshold"], 1)

    def weight(answer: float) -> Floats:
        return np.asarray(jax.value_and_grad(lambda a: expressed(encoding.expression, a, None))(answer))

    reach = encoding.config.reach
    assert [weight(answer).tolist() for answer in (0.05, -0.05)] == [[0, 0], [0, 0]]
    assert weight(1.5) == pytest.approx([reach, 0])
    assert weight(-0.55) == pytest.approx([-reach / 2, reach / 0.9])


def test_rules_without_a_gradient_are_refused() -> None:
    class Odd:
        gated = False

    encoding, _, _ = made(CONFIGS["all"], 1)
    with pytest.raises(InputError, match=r"the rule Odd has no gradient; use rule=all, threshold or leo"):
        _ = Painting(HyperNeat(encoding.substrate, encoding.config, Odd())).network  # type: ignore[arg-type]
