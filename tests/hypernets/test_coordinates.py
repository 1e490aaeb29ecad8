from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.coordinates import GENERATED, CoordinateConfig, coordinate_hypernet
from neatcore.errors import InputError
from neatcore.loop import descend
from runner.session import assemble
from runner.settings import resolve
from tests.hypernets.laws import check_generator, check_policies


def test_parameters_of_the_paper() -> None:
    generator, network = coordinate_hypernet(CoordinateConfig(), 784, 10, (28, 28, 1))
    assert network.sizes == (784, 256, 10)
    rest = 256 + 256 * 10 + 10
    assert generator.counts == {"trained": 801 + rest, "weights": 784 * 256 + rest, "generated": 784 * 256, "hypernetwork": 801}


@pytest.mark.parametrize("picture", [(4, 3, 1), (3, 4, 3)])
def test_a_weight_is_what_the_small_network_says_of_two_places(picture: tuple[int, int, int]) -> None:
    height, width, channels = picture
    generator, _ = coordinate_hypernet(CoordinateConfig(grid=(2, 3), units=(5, 6)), 0, 2, picture)
    z = jnp.asarray(default_rng(0).normal(size=generator.space.size), jnp.float32)
    arrays = generator.packing.unpack(z)
    matrix = np.asarray(generator.generate(z)[GENERATED])
    assert matrix.shape == (height * width * channels, 6)
    said = np.empty_like(matrix)
    for y, x, c, v, u in np.ndindex(height, width, channels, 2, 3):
        colour = [] if channels == 1 else [2 * c / (channels - 1) - 1]
        values = np.array([2 * x / (width - 1) - 1, 2 * y / (height - 1) - 1, *colour, u - 1.0, 2 * v - 1.0])
        for layer in (1, 2):
            values = np.maximum(values @ arrays[f"hyper.dense{layer}.kernel"] + arrays[f"hyper.dense{layer}.bias"], 0)
        wanted = values @ arrays["hyper.dense3.kernel"] + arrays["hyper.dense3.bias"]
        said[(y * width + x) * channels + c, 3 * v + u] = wanted[0]
    np.testing.assert_allclose(matrix, (said - said.mean(axis=0)) / len(said) ** 0.5, atol=1e-3)


def test_laws() -> None:
    generator, network = coordinate_hypernet(CoordinateConfig(grid=(2, 3), units=(5,)), 12, 2, (4, 3, 1))
    check_generator(generator, network)
    first = np.asarray(generator.initial(jax.random.key(0)))
    check_policies(generator, network, [first, 1.5 * first])


def test_it_learns_to_tell_digits() -> None:
    """What is answered for near pixels is alike: with its mean left in, all units fall silent in the first steps."""
    words = ("encoding=coordinate-hypernet", "search=gradient", "rate=0.005", "batch=100", "steps=100")
    parts = assemble(resolve("digits", words), 1)
    generation = next(descend(parts.search, parts.encoding, parts.model, parts.task, parts.rng))
    assert generation.evaluation.fitness[0] > 0.5


def test_tasks_without_pictures_are_told() -> None:
    with pytest.raises(InputError, match="encoding=coordinate-hypernet looks at pictures"):
        coordinate_hypernet(CoordinateConfig(), 2, 1, None)
