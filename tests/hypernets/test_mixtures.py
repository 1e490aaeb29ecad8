from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.losses import cross_entropy, mixture_density
from hypernets.mixtures import Mixture
from neatcore.interfaces import Floats
from tasks.likelihood import mixture_density as measured
from tests.hypernets.oracles import density

loss_of, slope_of = jax.jit(mixture_density), jax.jit(jax.grad(lambda outputs, points: mixture_density(outputs, points)[0]))


def samples(lanes: int = 5, mixtures: int = 3, seed: int = 0) -> tuple[Floats, Floats]:
    """Outputs (4, S, 1 + 6M) and points (4, S, 3)."""
    rng = default_rng(seed)
    points = np.concatenate([rng.normal(size=(4, lanes, 2)), rng.integers(2, size=(4, lanes, 1))], axis=-1)
    return rng.normal(size=(4, lanes, 1 + 6 * mixtures)), points


def test_the_loss_is_the_mean_of_scipys_densities() -> None:
    outputs, points = samples()
    wanted = [-np.log(density(o, p)) for o, p in zip(outputs.reshape(20, -1), points.reshape(20, 3), strict=True)]
    loss, _ = loss_of(jnp.asarray(outputs), jnp.asarray(points))
    assert loss == pytest.approx(np.mean(wanted), abs=1e-5)


def test_what_is_trained_is_what_is_measured() -> None:
    outputs, points = samples(seed=3)
    with jax.enable_x64(True):
        for size in (1.0, 30.0):  # beyond the bounds too
            found = Mixture.of(jnp.asarray(size * outputs)).log_density(jnp.asarray(points))
            np.testing.assert_allclose(found, measured(size * outputs, points), rtol=1e-9)


def test_points_that_are_not_there_do_not_count() -> None:
    outputs, points = samples()
    points[2:, 1:4] = np.nan
    there = ~np.isnan(points[..., 0])
    whole = loss_of(jnp.asarray(outputs), jnp.asarray(points))[0]
    alone = loss_of(jnp.asarray(outputs[there]), jnp.asarray(points[there]))[0]
    assert whole == pytest.approx(float(alone), rel=1e-6)
    slope = np.asarray(slope_of(jnp.asarray(outputs), jnp.asarray(points)))
    assert np.isfinite(slope).all()
    assert not slope[~there].any()
    assert np.abs(slope[there]).sum(-1).min() > 0


def test_none_there_is_no_loss() -> None:
    outputs, points = samples()
    nothing = jnp.full(points.shape, jnp.nan)
    assert loss_of(jnp.asarray(outputs), nothing)[0] == 0
    assert not slope_of(jnp.asarray(outputs), nothing).any()


def test_the_gradient_is_the_central_difference() -> None:
    outputs, points = samples()
    points[3, 2] = np.nan
    with jax.enable_x64(True):
        z, due = jnp.asarray(outputs), jnp.asarray(points)
        slope = slope_of(z, due)
        for seed in range(3):
            way = jnp.asarray(default_rng(seed).normal(size=z.shape))
            ahead, behind = (loss_of(z + step * way, due)[0] for step in (1e-6, -1e-6))
            np.testing.assert_allclose((slope * way).sum(), (ahead - behind) / 2e-6, rtol=1e-6)


@pytest.mark.parametrize("size", [1e2, 1e4])
def test_extreme_outputs_have_finite_losses_and_gradients(size: float) -> None:
    outputs, points = samples()
    assert np.isfinite(loss_of(jnp.asarray(size * outputs), jnp.asarray(points))[0])
    assert np.isfinite(np.asarray(slope_of(jnp.asarray(size * outputs), jnp.asarray(points)))).all()


def test_drawn_points_have_the_moments_of_the_mixture() -> None:
    outputs = jnp.array([0.4, *(0.3, -0.2), *(1.0, -1.0), *(0.5, 2.0), *(-1.0, 0.2), *(0.1, -0.6), *(0.8, -0.5)])
    mixture = Mixture.of(jnp.broadcast_to(outputs, (200_000, 13)))
    drawn = np.asarray(mixture.draw(jax.random.key(0), jnp.asarray(1.0)), np.float64)
    shares = np.exp([0.3, -0.2]) / np.exp([0.3, -0.2]).sum()
    means, widths, rhos = np.array([[1.0, 0.5], [-1.0, 2.0]]), np.exp([[-1.0, 0.1], [0.2, -0.6]]), np.tanh([0.8, -0.5])
    mean = shares @ means
    covariance = sum(
        share * (np.array([[s[0] ** 2, r * s[0] * s[1]], [r * s[0] * s[1], s[1] ** 2]]) + np.outer(m - mean, m - mean))
        for share, m, s, r in zip(shares, means, widths, rhos, strict=True)
    )
    np.testing.assert_allclose(drawn[:, :2].mean(0), mean, atol=0.015)
    np.testing.assert_allclose(np.cov(drawn[:, :2].T), covariance, atol=0.03)
    assert drawn[:, 2].mean() == pytest.approx(1 / (1 + np.exp(0.4)), abs=0.005)


def test_without_temperature_the_likeliest_middle_is_drawn() -> None:
    outputs = jnp.array([[-2.0, *(0.3, 0.9), *(1.0, -1.0), *(0.5, 2.0), *(0.0, 0.0), *(0.0, 0.0), *(0.0, 0.0)]])
    drawn = Mixture.of(outputs).draw(jax.random.key(0), jnp.asarray(0.0))
    np.testing.assert_allclose(drawn, [[-1.0, 2.0, 1.0]])


def test_sequences_of_symbols_are_told_in_bits() -> None:
    logits, targets = jnp.zeros((7, 3, 8)), jnp.zeros((7, 3), jnp.int32)
    loss, figures = cross_entropy(logits, targets)
    assert loss == pytest.approx(np.log(8))
    assert figures["bits"] == pytest.approx(3.0)
    assert "bits" not in cross_entropy(logits[0], targets[0])[1]
