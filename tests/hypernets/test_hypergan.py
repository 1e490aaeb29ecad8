"""HyperGAN: laws of its generator, the networks that it is for, what training makes small, what it learns."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.ensembles import Ensemble, each, together
from hypernets.gradient import Gradient, GradientConfig
from hypernets.hypergan import HyperGan, HyperGanConfig, hypergan, spread
from hypernets.hypergan.targets import LeakyConvNet
from hypernets.losses import cross_entropy, squared
from neatcore.errors import InputError
from tasks.images import Digits
from tests.hypernets.laws import check_generator, check_policies, differ

SMALL = HyperGanConfig(noise=6, code=5, units=(8,), hidden=(4,), networks=3, codes=16, matching=3, answering=2, target="dense")


@pytest.fixture(scope="module")
def small() -> tuple[HyperGan, Ensemble]:
    return hypergan(SMALL, 3, 2, None)


@pytest.fixture(scope="module")
def first(small: tuple[HyperGan, Ensemble]) -> jax.Array:
    return small[0].initial(jax.random.key(0))


def test_laws(small: tuple[HyperGan, Ensemble], first: jax.Array) -> None:
    generator, network = small
    check_generator(generator, network, first)
    check_policies(generator, network, [np.asarray(first, np.float64), 1.1 * np.asarray(first, np.float64)])


def test_networks_are_made_as_the_paper_says(small: tuple[HyperGan, Ensemble], first: jax.Array) -> None:
    """Noise to codes, one for each layer, and each code to its layer's weights, with units normalised over draws that are known."""
    generator, _ = small
    known = np.asarray(generator.reference)
    noise = np.asarray(generator.noise(jax.random.key(3), 2))
    arrays = {name: np.asarray(array, np.float64) for name, array in generator.packing.unpack(first).items()}

    def answer(part: str, x: Any, others: Any, scale: float = 1.0) -> Any:
        own = {name: scale * arrays[f"{part}.{name}"] for name in generator.parts[part].shapes}
        x, others = x @ own["dense1.kernel"], others @ own["dense1.kernel"]
        x = (x - others.mean(axis=0)) / np.sqrt(others.var(axis=0) + 1e-5) * own["norm1.scale"] + own["norm1.shift"]
        return np.where(x > 0, x, np.expm1(x)) @ own["dense2.kernel"] + own["dense2.bias"]

    drawn, beside = generator.draw(first, jnp.asarray(noise)), answer("mixer", known, known, SMALL.pace)
    assert list(generator.layers) == ["dense1", "dense2"]
    for p in range(2):
        codes = answer("mixer", noise[p], known, SMALL.pace).reshape(2, SMALL.code)
        for k, (layer, shape) in enumerate({"dense1": (3, 4), "dense2": (4, 2)}.items()):
            written = answer(f"writer.{layer}", codes[k], beside.reshape(-1, 2, SMALL.code)[:, k])
            size = shape[0] * shape[1]
            np.testing.assert_allclose(drawn[f"{layer}.kernel"][p], written[:size].reshape(shape), atol=1e-5)
            np.testing.assert_allclose(drawn[f"{layer}.bias"][p], written[size:], atol=1e-5)


def test_what_an_ensemble_says_is_the_mean_of_its_networks() -> None:
    outputs = jnp.asarray(default_rng(0).normal(size=(4, 5, 3)), jnp.float32)
    wanted = np.mean([np.exp(row) / np.exp(row).sum(-1, keepdims=True) for row in np.asarray(outputs, np.float64)], axis=0)
    np.testing.assert_allclose(np.exp(together(outputs, probabilities=True)), wanted, rtol=1e-5)
    np.testing.assert_allclose(together(outputs, probabilities=False), outputs.mean(axis=0), rtol=1e-6)


def test_the_paper_s_networks() -> None:
    """512 numbers reach the matrix for grey pictures of 28 pixels, 256 the first one for colour of 32. (2019, tables 1 and 2)"""
    _, grey = hypergan(HyperGanConfig(), 784, 10, (28, 28, 1))
    _, colour = hypergan(HyperGanConfig(), 3072, 10, (32, 32, 3))
    assert {name: shape for name, shape in grey.network.shapes.items() if "kernel" in name} == {
        "conv1.kernel": (5, 5, 1, 32),
        "conv2.kernel": (5, 5, 32, 32),
        "dense1.kernel": (512, 10),
    }
    assert [shape for name, shape in colour.network.shapes.items() if "kernel" in name] == [
        (3, 3, 3, 16),
        (3, 3, 16, 32),
        (3, 3, 32, 64),
        (256, 128),
        (128, 10),
    ]


def test_convolutions_are_sums_over_their_windows() -> None:
    network, rng = LeakyConvNet((8, 7, 2), 3, (3,), (), 2), default_rng(0)
    weights = {name: rng.normal(size=shape) for name, shape in network.shapes.items()}
    image = rng.random((8, 7, 2))
    values = np.zeros((6, 5, 3))
    for y in range(6):
        for x in range(5):
            values[y, x] = np.tensordot(image[y : y + 3, x : x + 3], weights["conv1.kernel"], 3) + weights["conv1.bias"]
    halved = values[:, :4].reshape(3, 2, 2, 2, 3).max(axis=(1, 3))
    flat = np.where(halved > 0, halved, 0.01 * halved).ravel()
    wanted = flat @ weights["dense1.kernel"] + weights["dense1.bias"]
    arrays = {name: jnp.asarray(array, jnp.float32) for name, array in weights.items()}
    found = network.apply(arrays, jnp.zeros((1, 0)), jnp.asarray(image.reshape(1, -1), jnp.float32)).outputs[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


def test_each_network_answers_as_it_does_alone(small: tuple[HyperGan, Ensemble], first: jax.Array) -> None:
    generator, _ = small
    weights = generator.draw(first, generator.noise(jax.random.key(1), 3))
    inputs = jnp.asarray(default_rng(1).random((4, 3)), jnp.float32)
    found = each(generator.network, weights, inputs)
    for p in range(3):
        own = {name: array[p] for name, array in weights.items()}
        np.testing.assert_allclose(found[p], generator.network.apply(own, jnp.zeros((4, 0)), inputs).outputs, rtol=1e-5)


def test_each_part_follows_its_own_game(small: tuple[HyperGan, Ensemble], first: jax.Array) -> None:
    """The slope of the discriminator is that of its own cross-entropy; the loss of networks and the code's do not reach it."""
    generator, _ = small
    inputs, targets, key = jnp.ones((4, 3)), jnp.zeros(4, jnp.int32), jax.random.key(5)

    def slopes(beta: float, labels: jax.Array) -> Any:
        other = HyperGan(generator.network, False, SMALL.model_copy(update={"beta": beta}))
        return generator.packing.unpack(jax.jit(jax.grad(lambda z: other.cost(z, cross_entropy, inputs, labels, key)[0]))(first))

    plain, more, relabelled = slopes(0.0, targets), slopes(7.0, targets), slopes(0.0, targets + 1)
    critic = [name for name in plain if name.startswith("critic")]
    mixer = [name for name in plain if name.startswith("mixer")]
    writers = [name for name in plain if name.startswith("writer")]
    for name in critic:
        np.testing.assert_allclose(plain[name], more[name], atol=1e-6)
        np.testing.assert_allclose(plain[name], relabelled[name], atol=1e-6)
    assert max(float(jnp.abs(plain[name]).max()) for name in critic) > 1e-4
    assert differ({n: plain[n] for n in mixer}, {n: more[n] for n in mixer}) > 1e-4
    assert differ({n: plain[n] for n in writers}, {n: more[n] for n in writers}) < 1e-6
    assert differ({n: plain[n] for n in writers}, {n: relabelled[n] for n in writers}) > 1e-4


def test_no_network_is_among_those_that_all_are_normalised_over(small: tuple[HyperGan, Ensemble]) -> None:
    generator, _ = small
    reference = {row.tobytes() for row in np.asarray(generator.reference)}
    assert len(reference) == SMALL.codes
    for seed in range(3):
        assert not reference & {row.tobytes() for row in np.asarray(generator.noise(jax.random.key(seed), SMALL.codes))}


def test_the_mixer_first_learns_codes_of_unit_covariance() -> None:
    config = HyperGanConfig(noise=8, code=4, units=(32,), hidden=(3,), matching=0, target="dense")

    def apart(matching: int) -> float:
        generator, _ = hypergan(config.model_copy(update={"matching": matching}), 2, 1, None)
        codes = np.asarray(generator.mix(generator.initial(jax.random.key(0)), generator.noise(jax.random.key(9), 4000)))
        return float(np.abs(np.cov(codes[:, 0].T) - np.eye(4)).max())

    assert apart(100) < 0.5 * apart(0)


@pytest.mark.parametrize("common", [0.0, 0.5, 0.9])
def test_first_weights_have_the_variance_of_he_and_networks_a_share_of_it_in_common(common: float) -> None:
    config = HyperGanConfig(noise=32, code=8, hidden=(50,), target="dense", units=(64, 64), common=common)
    generator, _ = hypergan(config, 40, 10, None)
    drawn = generator.draw(generator.initial(jax.random.key(0)), generator.noise(jax.random.key(1), 64))
    assert np.isclose(float(jnp.std(drawn["dense1.kernel"])), (2 / 40) ** 0.5, rtol=0.3)
    assert np.isclose(float(jnp.std(drawn["dense2.kernel"])), (2 / 50) ** 0.5, rtol=0.3)
    assert float(spread({name: array for name, array in drawn.items() if "kernel" in name})) == pytest.approx(
        (1 - common) ** 0.5, abs=0.1
    )


def test_spread_is_0_of_copies_and_1_of_weights_without_a_mean() -> None:
    one = jnp.ones((1, 3, 4))
    assert float(spread({"kernel": jnp.tile(one, (5, 1, 1))})) == 0
    assert float(spread({"kernel": jnp.concatenate([one, -one])})) == pytest.approx(1)


def test_figures_of_a_step(small: tuple[HyperGan, Ensemble], first: jax.Array) -> None:
    total, figures = small[0].cost(first, squared, jnp.ones((4, 3)), jnp.zeros((4, 2)), jax.random.key(5))
    assert set(figures) == {"loss", "discriminator", "spread"}
    assert float(total) > float(figures["loss"]) > 0


def test_small_pictures_are_refused_for_convolutions() -> None:
    with pytest.raises(InputError, match="8 × 8 pixels are too small for 2 convolutions by 5 × 5"):
        hypergan(HyperGanConfig(target="conv"), 64, 10, (8, 8, 1))
    with pytest.raises(InputError, match="looks at pictures"):
        hypergan(HyperGanConfig(target="conv"), 3, 2, None)


def test_a_penalty_is_refused_rather_than_left_out() -> None:
    task = Digits(training=100)
    config = SMALL.model_copy(update={"target": "auto"})
    generator, network = hypergan(config, task.inputs, task.outputs, task.picture_shape)
    search = Gradient(GradientConfig(penalty=0.1), generator.space, default_rng(0))
    with pytest.raises(InputError, match="this encoding draws many a step"):
        search.follow(generator, network, task)
