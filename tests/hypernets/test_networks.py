"""Networks that look at pictures, and modules of Equinox."""

from __future__ import annotations

from functools import cache
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng
from pydantic import ValidationError

from hypernets.convnet import ConvConfig, ConvNet, conv
from hypernets.flat import Flat
from hypernets.modules import from_equinox
from hypernets.static import StaticHypernet
from hypernets.targets import matching
from hypernets.wideresnet import SMALL, WideResNet, WrnConfig, wrn
from neatcore.errors import InputError
from tests.hypernets.laws import check_generator, check_policies

CIFAR = (32, 32, 3)


def answer(network: Any, weights: Any, inputs: Any, key: Any = None) -> Any:
    return applied(network)(dict(weights), jnp.zeros((inputs.shape[-2], network.memory)), jnp.asarray(inputs, jnp.float32), key)


@cache
def applied(network: Any) -> Any:
    return jax.jit(network.apply)


def test_the_network_of_the_paper_has_as_many_parameters() -> None:
    encoding, network = conv(ConvConfig(), 784, 10, (28, 28, 1))
    assert encoding.counts["trained"] == 21_210
    assert network.shapes["conv2.kernel"] == (7, 7, 16, 16)
    assert np.prod(network.shapes["conv2.kernel"]) == 12_544
    assert network.shapes["dense.kernel"] == (784, 10)


@pytest.mark.parametrize(("width", "parameters"), [(1, 562_730), (2, 2_235_498)])
def test_residual_networks_have_as_many_parameters(width: int, parameters: int) -> None:
    encoding, network = wrn(WrnConfig(width=width), 3072, 10, CIFAR)
    assert encoding.counts == {"trained": parameters, "weights": parameters}
    kernels = [name for name in network.shapes if name.startswith("group") and name.endswith("kernel")]
    assert len(kernels) == 36
    assert encoding.space.size > parameters  # running means and variances ride along


def by_hand(weights: Any, picture: Any) -> Any:
    """The convolutional network for one picture (H, W, C), in loops over kernels."""
    values = np.asarray(picture, np.float64)
    for layer in ("conv1", "conv2"):
        kernel, bias = (np.asarray(weights[f"{layer}.{part}"], np.float64) for part in ("kernel", "bias"))
        height, width, _ = values.shape
        padded = np.pad(values, ((3, 3), (3, 3), (0, 0)))
        sums = sum(padded[y : y + height, x : x + width] @ kernel[y, x] for y in range(7) for x in range(7)) + bias
        rectified = np.maximum(sums, 0.0)[: height // 2 * 2, : width // 2 * 2]
        values = rectified.reshape(height // 2, 2, width // 2, 2, -1).max((1, 3))
    return values.ravel() @ np.asarray(weights["dense.kernel"]) + np.asarray(weights["dense.bias"])


@pytest.mark.parametrize("picture", [(8, 8, 1), (10, 9, 3), (6, 4, 6)])
def test_a_convolutional_network_is_what_loops_say(picture: tuple[int, int, int]) -> None:
    network = ConvNet(picture, 4)
    weights = dict(network.initial(jax.random.key(0)))
    weights |= {name: array + 0.1 for name, array in weights.items() if name.endswith("bias")}
    inputs = default_rng(0).random((3, network.inputs))
    wanted = [by_hand(weights, each.reshape(picture)) for each in inputs]
    np.testing.assert_allclose(answer(network, weights, inputs).outputs, wanted, atol=1e-4)
    sequence = answer(network, weights, np.stack([inputs, inputs[::-1]])).outputs
    np.testing.assert_allclose(sequence[1, ::-1], wanted, atol=1e-4)


def test_it_keeps_the_laws_of_encodings_and_its_policy_is_apply() -> None:
    encoding, network = conv(ConvConfig(), 64, 10, (8, 8, 1))
    z = np.asarray(encoding.initial(jax.random.key(0)), np.float64)
    genomes = [z, z + 0.01, z - 0.02]
    check_policies(encoding, network, genomes)


def test_first_weights_as_in_the_notebook() -> None:
    weights = ConvNet((28, 28, 1), 10, "normal").initial(jax.random.key(0))
    assert float(jnp.std(weights["conv2.kernel"])) == pytest.approx(0.01, rel=0.15)
    np.testing.assert_allclose(weights["dense.kernel"].T @ weights["dense.kernel"], np.eye(10), atol=1e-5)
    assert not weights["conv1.bias"].any()


def test_tasks_without_pictures_are_told() -> None:
    with pytest.raises(InputError, match="encoding=conv looks at pictures, and this task has none"):
        conv(ConvConfig(), 2, 1, None)
    with pytest.raises(InputError, match="3 × 8 pixels are too small"):
        Flat(ConvNet((3, 8, 1), 2)).space  # noqa: B018
    with pytest.raises(ValidationError, match="depth 41; it must be 6 n \\+ 4, such as 40"):
        WrnConfig(depth=41)


# --- batch normalisation ------------------------------------------------------------------------------------------------


def residual() -> tuple[WideResNet, dict[str, jax.Array], Any]:
    network, rng = WideResNet((8, 8, 2), 3, depth=10, width=1), default_rng(1)
    first = network.initial(jax.random.key(0)).items()
    weights = {name: array + 0.3 * rng.random(array.shape) if array.ndim == 1 else array for name, array in first}
    return network, weights, rng.normal(0.5, 1.0, (6, network.inputs))


def test_training_measures_and_evaluation_uses_what_was_measured() -> None:
    network, weights, inputs = residual()
    trained = answer(network, weights, inputs, jax.random.key(0))
    assert set(trained.measured) == network.measured
    used = answer(network, weights, inputs)
    assert used.measured == {}
    assert float(np.abs(trained.outputs - used.outputs).max()) > 0.01
    kept = {**weights, **trained.measured}
    assert float(np.abs(answer(network, kept, inputs).outputs - used.outputs).max()) > 0.01
    alone = answer(network, weights, inputs[:1]).outputs
    np.testing.assert_allclose(alone, used.outputs[:1], atol=1e-4)


def test_running_values_come_to_those_of_the_batch() -> None:
    """Then both ways of normalising agree."""
    network, weights, inputs = residual()
    encoding = Flat(network)
    z = encoding.packing.pack(weights)
    for _ in range(200):
        trained = answer(network, encoding.generate(z), inputs, jax.random.key(0))
        z = encoding.keep(z, trained.measured)
    np.testing.assert_allclose(answer(network, encoding.generate(z), inputs).outputs, trained.outputs, atol=1e-3)


def test_one_step_of_the_running_mean() -> None:
    network, weights, inputs = residual()
    measured = answer(network, weights, inputs, jax.random.key(0)).measured
    stem = np.asarray(by_stem(weights, inputs.reshape(-1, 8, 8, 2)))
    name = "group1.block1.norm1"
    np.testing.assert_allclose(
        measured[f"{name}.mean"], 0.9 * np.asarray(weights[f"{name}.mean"]) + 0.1 * stem.mean((0, 1, 2)), rtol=1e-3, atol=1e-4
    )
    np.testing.assert_allclose(
        measured[f"{name}.variance"], 0.9 * np.asarray(weights[f"{name}.variance"]) + 0.1 * stem.var((0, 1, 2)), rtol=1e-3
    )


def by_stem(weights: Any, pictures: Any) -> Any:
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)))
    kernel = np.asarray(weights["conv.kernel"])
    sums = sum(padded[:, y : y + 8, x : x + 8] @ kernel[y, x] for y in range(3) for x in range(3))
    return sums + np.asarray(weights["conv.bias"])


def test_a_residual_network_without_kernels_is_its_shortcuts() -> None:
    """With kernels of 0, each block adds a constant, and the network reads every fourth pixel of its first convolution."""
    network, weights, inputs = residual()
    weights |= {name: 0.0 * array for name, array in weights.items() if name.startswith("group") and name.endswith(".kernel")}
    values = by_stem(weights, inputs.reshape(-1, 8, 8, 2))[:, ::4, ::4]
    values = np.pad(values, ((0, 0), (0, 0), (0, 0), (0, 48)))
    for block, channels in (("group1", 16), ("group2", 32), ("group3", 64)):
        values[..., :channels] += np.asarray(weights[f"{block}.block1.conv2.bias"])
    gain, bias, mean, variance = (np.asarray(weights[f"norm.{part}"]) for part in ("gain", "bias", "mean", "variance"))
    normal = (values - mean) / np.sqrt(variance + SMALL) * gain + bias
    wanted = np.maximum(normal, 0).mean((1, 2)) @ np.asarray(weights["dense.kernel"]) + np.asarray(weights["dense.bias"])
    np.testing.assert_allclose(answer(network, weights, inputs).outputs, wanted, rtol=1e-4, atol=1e-4)


# --- Equinox ------------------------------------------------------------------------------------------------------------


def test_a_module_of_equinox_is_a_network() -> None:
    module = eqx.nn.MLP(5, 3, 16, 2, key=jax.random.key(0))
    network = from_equinox(module, 5, 3)
    weights = network.initial(jax.random.key(1))
    assert network.shapes["layers.0.weight"] == (5, 16)
    inputs = default_rng(0).normal(size=(4, 5)).astype(np.float32)
    np.testing.assert_allclose(answer(network, weights, inputs).outputs, jax.vmap(module)(inputs), atol=1e-6)
    doubled = {name: 2.0 * array for name, array in weights.items()}
    assert np.array_equal(network.module(doubled).layers[1].weight, 2.0 * module.layers[1].weight)
    z = np.asarray(Flat(network).initial(jax.random.key(0)))
    check_policies(Flat(network), network, [z, 2 * z, -z])


def test_weights_of_a_module_are_generated() -> None:
    network = from_equinox(eqx.nn.MLP(5, 3, 16, 2, key=jax.random.key(0)), 5, 3)
    generator = StaticHypernet(network, ("layers.1.weight",), basic=8)
    check_generator(generator, network)
    assert "layers.1.weight" not in dict(generator.packing.shapes)


class Seeing(eqx.Module):
    """A convolution, dropout, a matrix."""

    filters: eqx.nn.Conv2d
    dropout: eqx.nn.Dropout
    matrix: eqx.nn.Linear

    def __call__(self, picture: jax.Array, *, key: jax.Array | None = None) -> jax.Array:
        return self.matrix(self.dropout(jax.nn.relu(self.filters(picture)).ravel(), key=key))


def seeing() -> Seeing:
    one, two = jax.random.split(jax.random.key(0))
    return Seeing(eqx.nn.Conv2d(2, 4, 3, key=one), eqx.nn.Dropout(0.5), eqx.nn.Linear(4 * 4, 3, key=two))


def test_a_module_with_kernels_and_dropout() -> None:
    network = from_equinox(seeing(), 32, 3, (2, 4, 4))
    assert network.shapes["filters.weight"] == (3, 3, 2, 4)
    assert network.shapes["filters.bias"] == (4,)
    assert matching(network, ["*"]) == ("filters.weight", "matrix.weight")
    weights = network.initial(jax.random.key(0))
    assert np.array_equal(network.module(weights).filters.bias, seeing().filters.bias)
    inputs = default_rng(0).normal(size=(6, 32)).astype(np.float32)
    used = answer(network, weights, inputs).outputs
    assert np.array_equal(used, answer(network, weights, inputs).outputs)
    dropped = answer(network, weights, inputs, jax.random.key(1)).outputs
    assert not np.allclose(dropped, used)
    generator = StaticHypernet(network, ("filters.weight", "matrix.weight"), basic=4)
    check_generator(generator, network)


def test_modules_that_do_not_fit_are_told() -> None:
    module = eqx.nn.MLP(5, 3, 16, 2, key=jax.random.key(0))
    with pytest.raises(InputError, match=r"MLP answers \(3,\), not 4 numbers"):
        from_equinox(module, 5, 4)
    with pytest.raises(InputError, match=r"MLP cannot read an example of shape \(6,\)"):
        from_equinox(module, 6, 3)
    with pytest.raises(InputError, match=r"32 inputs do not make a shape of \(4, 4\)"):
        from_equinox(module, 32, 3, (4, 4))
