"""JAX's activations against the oracles in double precision, and their derivatives against central differences of those."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hypernets.activations import BY_CODE, activation
from neatcore import activations
from neatcore.activations import BUILT_IN, NAMES
from neatcore.errors import InputError
from tests.neatcore import oracles
from tests.neatcore.test_cppn import activated

BENDS = {"relu": (0.0,), "absolute": (0.0,), "step": (0.0,), "ramp": (-3.0, 3.0)}
STEP = 1e-4
POINTS = np.concatenate([np.linspace(-8, 8, 1601), [-0.37, 0.37]])


@pytest.mark.parametrize("name", NAMES[:BUILT_IN])
def test_values_and_derivatives(name: str) -> None:
    oracle = oracles.ACTIVATIONS[name]
    away = np.array([all(abs(x - bend) > 2 * STEP for bend in BENDS.get(name, ())) for x in POINTS])
    values = np.array([oracle(float(x)) for x in POINTS])
    slopes = np.array([(oracle(float(x + STEP)) - oracle(float(x - STEP))) / (2 * STEP) for x in POINTS])
    found = np.asarray(activation(name)(jnp.asarray(POINTS, jnp.float32)))
    derived = np.asarray(jax.vmap(jax.grad(activation(name)))(jnp.asarray(POINTS, jnp.float32)))
    assert np.allclose(found, values, rtol=1e-5, atol=1e-5)
    assert np.allclose(derived[away], slopes[away], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", NAMES[:BUILT_IN])
def test_large_numbers_end_where_those_of_kernels_do(name: str) -> None:
    points = np.array([2e6, -2e6, 3e4, -3e4, 70_000, -70_000, 0.0], np.float32)
    assert np.allclose(activation(name)(jnp.asarray(points)), activated(name, points), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "where", "slope"),
    [
        *[("relu", 0.0, 0.0), ("absolute", 0.0, 0.0), ("step", 0.0, 0.0), ("step", 0.3, 0.0), ("ramp", 3.0, 0.0)],
        *[("ramp", -3.0, 0.0), ("ramp", 2.9, 1 / 3), ("linear", 1e6, 0.0), ("square", 1e3, 0.0)],
    ],
)
def test_derivatives_where_there_is_none_are_the_conventions(name: str, where: float, slope: float) -> None:
    assert float(jax.grad(activation(name))(where)) == pytest.approx(slope)


def test_every_built_in_activation_has_its_place() -> None:
    assert len(BY_CODE) == BUILT_IN
    assert all(BY_CODE[code] is activation(name) for code, name in enumerate(NAMES[:BUILT_IN]))


@pytest.mark.usefixtures("registering")
def test_a_users_own_has_no_gradient_and_is_named() -> None:
    activations.register("wave", lambda x: x - x**3)
    with pytest.raises(InputError, match=r"activation wave .* so there is no gradient; learning takes linear, sigmoid"):
        activation("wave")
