"""Static hypernetworks: formulas in loops, counts of the paper, first values, what is searched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.convnet import ConvNet
from hypernets.dense import Dense
from hypernets.static import Embeddings, StaticHypernet
from hypernets.targets import HyperWrn401Config, HyperWrn402Config, StaticConfig, static_hypernet
from hypernets.tiling import Tiling, Writer
from hypernets.wideresnet import WideResNet
from neatcore.errors import InputError
from neatcore.files import save
from neatcore.interfaces import Counted
from tests.hypernets.laws import check_generator, check_policies, differ

MNIST, CIFAR = (28, 28, 1), (32, 32, 3)


def kernel_by_loops(weights: Any, name: str, z: Any, window: tuple[int, int], basic: int) -> Any:
    """Equation 2, number by number: for each input i, a_i = W_i z + B_i, and K_i = <W_out, a_i> + B_out."""
    inner, inner_bias, outer, outer_bias = (
        np.asarray(weights[f"{name}.{part}"], np.float64) for part in ("inner.kernel", "inner.bias", "outer.kernel", "outer.bias")
    )
    kernel = np.zeros((*window, basic, basic))
    for i in range(basic):
        a = [sum(inner[i, n, d] * z[n] for n in range(len(z))) + inner_bias[i, d] for d in range(inner.shape[2])]
        for y in range(window[0]):
            for x in range(window[1]):
                for o in range(basic):
                    kernel[y, x, i, o] = sum(outer[d, y, x, o] * a[d] for d in range(len(a))) + outer_bias[y, x, o]
    return kernel


def random_z(generator: StaticHypernet, seed: int = 0) -> jax.Array:
    """No number of it is 0, biases included."""
    return jnp.asarray(default_rng(seed).normal(size=generator.space.size), jnp.float32)


def test_a_kernel_is_equation_2() -> None:
    generator = StaticHypernet(ConvNet((8, 8, 1), 3), ("conv2.kernel",), embedding=3, hidden=5)
    z = random_z(generator)
    arrays = generator.packing.unpack(z)
    wanted = kernel_by_loops(arrays, "hyper7x7", np.asarray(arrays["embedding.conv2.kernel"][0], np.float64), (7, 7), 16)
    np.testing.assert_allclose(generator.generate(z)["conv2.kernel"], wanted, atol=1e-4)


def test_tiles_lie_where_equation_3_says() -> None:
    """A kernel of 32 inputs and 64 outputs is K11 K12 K13 K14 above K21 K22 K23 K24, each with its own embedding."""
    network = WideResNet((8, 8, 1), 2, depth=10, width=1)
    name = "group3.block1.conv1.kernel"
    generator = StaticHypernet(network, (name,), embedding=2, hidden=3)
    z = random_z(generator)
    arrays = generator.packing.unpack(z)
    embeddings = np.asarray(arrays[f"embedding.{name}"], np.float64)
    assert embeddings.shape == (8, 2)
    whole = np.asarray(generator.generate(z)[name])
    assert whole.shape == (3, 3, 32, 64)
    for row in range(2):
        for column in range(4):
            tile = whole[:, :, 16 * row : 16 * (row + 1), 16 * column : 16 * (column + 1)]
            wanted = kernel_by_loops(arrays, "hyper3x3", embeddings[4 * row + column], (3, 3), 16)
            np.testing.assert_allclose(tile, wanted, atol=1e-4)


def test_what_sticks_out_of_an_array_is_cut_off() -> None:
    tiling = Tiling((5, 7), 4)
    assert (tiling.sides, tiling.count) == ((2, 2), 4)
    joined = tiling.join(jnp.arange(4.0)[:, None, None] * jnp.ones((4, 4)))
    assert joined[:4, :4].tolist() == [[0.0] * 4] * 4
    assert joined[:4, 4:].tolist() == [[1.0] * 3] * 4
    assert joined[4:].tolist() == [[2.0] * 4 + [3.0] * 3]


def test_matrices_are_generated_too() -> None:
    generator = StaticHypernet(Dense((20, 12, 3)), ("dense1.kernel", "dense2.kernel"), embedding=3, hidden=2, basic=8)
    z = random_z(generator)
    arrays = generator.packing.unpack(z)
    embedding = np.asarray(arrays["embedding.dense1.kernel"][3], np.float64)
    as_kernel = {"hyper.outer.kernel": (2, 1, 1, 8), "hyper.outer.bias": (1, 1, 8)}
    arrays |= {name: arrays[name].reshape(shape) for name, shape in as_kernel.items()}
    tile = kernel_by_loops(arrays, "hyper", embedding, (1, 1), 8)
    np.testing.assert_allclose(generator.generate(z)["dense1.kernel"][8:16, 8:12], tile[0, 0, :, :4], atol=1e-4)
    assert generator.counts["generated"] == 20 * 12 + 12 * 3


KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "notebook": {"first": "normal"},
    "fan-out": {"first": "hyperfan-out"},
    "constant norm": {"constant_norm": True},
    "residual": {"residual": True, "embedding": 2, "hidden": 3},
}


@pytest.mark.parametrize("kind", KINDS)
def test_laws_of_generators(kind: str) -> None:
    network = Dense((9, 7, 3))
    generator = StaticHypernet(network, ("dense1.kernel", "dense2.kernel"), basic=4, **KINDS[kind])
    check_generator(generator, network)
    check_generator(generator, network, 0.3 * random_z(generator))
    first = np.asarray(generator.initial(jax.random.key(2)))
    check_policies(generator, network, [first, 1.1 * first])


def test_laws_where_kernels_and_matrices_are_generated() -> None:
    network = ConvNet((8, 8, 2), 3)
    generator = StaticHypernet(network, ("conv1.kernel", "conv2.kernel", "dense.kernel"))
    check_generator(generator, network)
    first = np.asarray(generator.initial(jax.random.key(2)))
    check_policies(generator, network, [first, 1.1 * first])


@pytest.mark.parametrize("kind", KINDS)
def test_every_generated_weight_depends_on_z(kind: str) -> None:
    network = Dense((9, 7, 3))
    generator = StaticHypernet(network, ("dense1.kernel", "dense2.kernel"), basic=4, **KINDS[kind])
    slopes = jax.jit(jax.jacrev(lambda z: generator.generate(z)))(random_z(generator))
    count = generator.embeddings.size
    for name in generator.generated:
        to_embeddings, to_rest = slopes[name][..., :count], slopes[name][..., count:]
        assert (np.abs(to_embeddings).max(-1) > 0).all()
        assert (np.abs(to_rest).max(-1) > 0).all()
    assert (np.abs(slopes["dense1.bias"]).sum(-1) == 1).all()  # rides along


# --- counts ----------------------------------------------------------------------------------------------------------------


def test_parameters_of_the_paper_for_mnist() -> None:
    """4,240 of the hypernetwork and 4 of the embedding (Table 7: 4,244) write a kernel of 12,544; 12,910 in all."""
    generator, _ = static_hypernet(StaticConfig(), 784, 10, MNIST)
    assert isinstance(generator, StaticHypernet)
    assert isinstance(generator, Counted)
    written_by = sum(
        array.size for name, array in generator.packing.unpack(generator.initial(jax.random.key(0))).items() if "hyper" in name
    )
    assert written_by == 4_240
    assert generator.counts == {"trained": 12_910, "weights": 21_210, "generated": 12_544, "embeddings": 4}


@pytest.mark.parametrize(
    ("config", "tiles", "trained", "printed"),
    [(HyperWrn401Config(), 242, 96_570, 0.097), (HyperWrn402Config(), 966, 147_578, 0.148)],
)
def test_parameters_of_the_paper_for_cifar(config: StaticConfig, tiles: int, trained: int, printed: float) -> None:
    generator, _ = static_hypernet(config, 3072, 10, CIFAR)
    assert isinstance(generator, StaticHypernet)
    assert len(generator.generated) == 36
    assert sum(tiling.count for tiling in generator.tilings.values()) == tiles
    (writer,) = generator.writers.values()
    assert sum(int(np.prod(shape)) for shape in writer.shapes.values()) == 75_920
    assert generator.counts["trained"] == trained
    assert round(trained / 1e6, 3) == printed


# --- first values ----------------------------------------------------------------------------------------------------------


def deviations(generator: StaticHypernet) -> dict[str, float]:
    """Root mean square of every generated array, over some first z; precise where embeddings are long."""
    made = [generator.generate(generator.initial(jax.random.key(seed))) for seed in range(8)]
    return {name: float(np.sqrt(np.mean([np.square(weights[name]) for weights in made]))) for name in generator.generated}


@pytest.mark.parametrize("constant_norm", [False, True])
def test_hyperfan_gives_the_variance_that_it_promises(constant_norm: bool) -> None:
    generator = StaticHypernet(ConvNet((4, 4, 1), 2), ("conv2.kernel",), 64, 64, constant_norm=constant_norm)
    assert deviations(generator)["conv2.kernel"] == pytest.approx((2 / (49 * 16)) ** 0.5, rel=0.1)
    matrix = StaticHypernet(Dense((64, 32)), ("dense1.kernel",), 64, 64, 16, "hyperfan-out", constant_norm)
    assert deviations(matrix)["dense1.kernel"] == pytest.approx((2 / 32) ** 0.5, rel=0.1)


@pytest.mark.parametrize("constant_norm", [False, True])
def test_one_writer_gives_every_matrix_its_own_variance(constant_norm: bool) -> None:
    names = "dense1.kernel", "dense2.kernel", "dense3.kernel"
    generator = StaticHypernet(Dense((64, 16, 144, 32)), names, 64, 64, constant_norm=constant_norm)
    found = deviations(generator)
    for name, fan_in in (("dense1.kernel", 64), ("dense2.kernel", 16), ("dense3.kernel", 144)):
        assert generator.tilings[name].fan_in == fan_in
        assert found[name] == pytest.approx((2 / fan_in) ** 0.5, rel=0.1)


def test_the_notebook_begins_with_small_kernels() -> None:
    generator, _ = static_hypernet(StaticConfig(initial="normal"), 64, 10, (8, 8, 1))
    assert isinstance(generator, StaticHypernet)
    z = generator.initial(jax.random.key(0))
    assert float(jnp.std(generator.generate(z)["conv2.kernel"])) < 0.001
    arrays = generator.packing.unpack(z)
    assert float(jnp.std(arrays["conv1.kernel"])) == pytest.approx(0.01, rel=0.2)
    assert float(jnp.std(arrays["hyper7x7.outer.kernel"])) == pytest.approx(0.0088, rel=0.1)  # cut off at two deviations
    assert float(jnp.abs(arrays["embedding.conv2.kernel"]).max()) <= 2.01


def test_with_residual_the_first_network_is_the_ordinary_one() -> None:
    network = ConvNet((8, 8, 1), 3)
    generator = StaticHypernet(network, ("conv2.kernel",), residual=True)
    key = jax.random.key(4)
    ordinary = network.initial(jax.random.split(key, 3)[0])
    assert differ(generator.generate(generator.initial(key)), ordinary) < 1e-6


def test_embeddings_are_read_with_a_constant_norm() -> None:
    generator = StaticHypernet(Dense((16, 16)), ("dense1.kernel",), constant_norm=True)
    read = generator._read(random_z(generator)[:4].reshape(1, 4))
    assert float(jnp.square(read).sum()) == pytest.approx(4.0)


# --- what is searched ------------------------------------------------------------------------------------------------------


def test_embeddings_alone_are_searched() -> None:
    config = StaticConfig(searched="embeddings", generated=("conv*.kernel",), seed=3)
    generator, network = static_hypernet(config, 64, 10, (8, 8, 1))
    assert isinstance(generator, Embeddings)
    assert generator.space.size == 2 * 4 == generator.counts["trained"]
    assert {name: found.tolist() for name, found in generator.embedded(np.arange(8.0)).items()} == {
        "conv1.kernel": [[0.0, 1.0, 2.0, 3.0]],
        "conv2.kernel": [[4.0, 5.0, 6.0, 7.0]],
    }
    check_generator(generator, network, jnp.arange(1.0, 9.0) / 5)
    one, other = (generator.generate(jnp.full(8, value)) for value in (0.5, 0.6))
    assert {name for name in one if not np.array_equal(one[name], other[name])} == {"conv1.kernel", "conv2.kernel"}
    whole, _ = static_hypernet(StaticConfig(generated=("conv*.kernel",)), 64, 10, (8, 8, 1))
    first = whole.initial(jax.random.key(3))
    assert differ(generator.generate(generator.initial(jax.random.key(8))), whole.generate(first)) == 0.0


def test_the_rest_comes_from_a_trained_champion(tmp_path: Path) -> None:
    whole, _ = static_hypernet(StaticConfig(), 64, 10, (8, 8, 1))
    z = np.asarray(whole.initial(jax.random.key(5)), np.float64)
    save(tmp_path / "champion.npz", z)
    config = StaticConfig(searched="embeddings", trained=str(tmp_path / "champion.npz"))
    generator, _ = static_hypernet(config, 64, 10, (8, 8, 1))
    assert differ(generator.decode([z[:4]]), whole.decode([z])) == 0.0
    with pytest.raises(InputError, match=r"holds 5,710 numbers, not the 12,910 of this hypernetwork"):
        static_hypernet(config, 784, 10, MNIST)


def test_what_is_measured_is_not_left_as_it_was_drawn() -> None:
    config = StaticConfig(searched="embeddings", target="wrn", depth=10)
    with pytest.raises(InputError, match=r"target=wrn normalises by what it measures .* give trained=RUN, or searched=all"):
        static_hypernet(config, 64, 10, (8, 8, 1))


def test_measured_weights_ride_along() -> None:
    network = WideResNet((8, 8, 1), 2, depth=10, width=1)
    generator = StaticHypernet(network, ("group1.block1.conv1.kernel",))
    z = generator.initial(jax.random.key(0))
    train = jax.jit(lambda z: network.apply(generator.generate(z), jnp.zeros((4, 0)), jnp.ones((4, 64)), jax.random.key(1)))
    applied = train(z)
    kept = generator.generate(generator.keep(z, applied.measured))
    changed = {name for name, array in generator.generate(z).items() if not np.array_equal(array, kept[name])}
    assert changed
    assert changed <= network.measured
    assert all(np.array_equal(kept[name], applied.measured[name]) for name in network.measured)


# --- configuration ---------------------------------------------------------------------------------------------------------


def test_targets_and_what_is_generated_of_them() -> None:
    dense, network = static_hypernet(StaticConfig(units=(6,)), 4, 3, None)
    assert isinstance(dense, StaticHypernet)
    assert (network.inputs, dense.generated, dense.embedding) == (4, ("dense1.kernel", "dense2.kernel"), 4)
    wide, _ = static_hypernet(StaticConfig(target="wrn", depth=10, embedding=8, hidden=5), 64, 2, (8, 8, 1))
    assert isinstance(wide, StaticHypernet)
    assert (len(wide.generated), wide.embedding, wide.hidden) == (6, 8, 5)
    some, _ = static_hypernet(StaticConfig(generated=("conv?.kernel",)), 64, 2, (8, 8, 1))
    assert isinstance(some, StaticHypernet)
    assert some.generated == ("conv1.kernel", "conv2.kernel")


def test_mistakes_are_told() -> None:
    with pytest.raises(InputError, match=r"weights to generate: 'conv2\.kernl'; did you mean 'conv2\.kernel'"):
        static_hypernet(StaticConfig(generated=("conv2.kernl",)), 64, 2, (8, 8, 1))
    with pytest.raises(InputError, match="target=wrn looks at pictures, and this task has none"):
        static_hypernet(StaticConfig(target="wrn"), 4, 2, None)
    with pytest.raises(InputError, match="genomes of shape"):
        static_hypernet(StaticConfig(), 64, 2, (8, 8, 1))[0].decode([np.zeros(3)])


def test_a_writer_of_its_own_makes_many_kernels_at_once() -> None:
    writer = Writer((3, 3), 4, 2, 5)
    rng = default_rng(0)
    weights = {name: jnp.asarray(rng.normal(size=shape)) for name, shape in writer.shapes.items()}
    embeddings = rng.normal(size=(3, 2))
    kernels = writer.write(weights, jnp.asarray(embeddings))
    for kernel, embedding in zip(kernels, embeddings, strict=True):
        np.testing.assert_allclose(kernel, kernel_by_loops(weights, "hyper3x3", embedding, (3, 3), 4), atol=1e-5)
