"""Likelihoods against scipy, and against sums and integrals that must be 1."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from neatcore.interfaces import Floats
from tasks.likelihood import log_softmax, mixture_density

RNG = np.random.default_rng


def oracle(outputs: Floats, point: Floats) -> float:
    """The density of one point, component by component, from what the equations name."""
    pen, rest = outputs[0], outputs[1:].reshape(6, -1)
    weights = np.exp(rest[0]) / np.exp(rest[0]).sum()
    density = 0.0
    for k in range(rest.shape[1]):
        s1, s2, rho = np.exp(rest[3, k]), np.exp(rest[4, k]), np.tanh(rest[5, k])
        covariance = [[s1 * s1, rho * s1 * s2], [rho * s1 * s2, s2 * s2]]
        density += weights[k] * multivariate_normal(rest[1:3, k], covariance).pdf(point[:2])
    lifted = 1 / (1 + np.exp(pen))
    return float(np.log(density) + np.log(lifted if point[2] else 1 - lifted))


@pytest.mark.parametrize("mixtures", [1, 3, 20])
def test_the_density_is_scipys(mixtures: int) -> None:
    rng = RNG(mixtures)
    outputs = rng.normal(scale=0.7, size=(4, 5, 1 + 6 * mixtures))
    points = np.concatenate([rng.normal(size=(4, 5, 2)), rng.integers(2, size=(4, 5, 1))], axis=2)
    expected = [[oracle(outputs[i, j], points[i, j]) for j in range(5)] for i in range(4)]
    assert mixture_density(outputs, points) == pytest.approx(np.array(expected), rel=1e-10)


def test_the_density_adds_up_to_one() -> None:
    line = np.linspace(-12, 12, 481)
    grid = np.stack(np.meshgrid(line, line, [0.0, 1.0], indexing="ij"), axis=-1)
    outputs = RNG(0).normal(scale=0.6, size=13)
    density = np.exp(mixture_density(np.broadcast_to(outputs, (*grid.shape[:-1], 13)), grid))
    assert density.sum() * (line[1] - line[0]) ** 2 == pytest.approx(1.0, abs=1e-6)


def test_the_density_is_finite_for_any_network_and_nan_without_a_point() -> None:
    outputs = np.stack([np.full(13, value) for value in (-1e300, -1e3, 0.0, 1e3, 1e300)])
    assert np.isfinite(mixture_density(outputs, np.array([1e4, -3.0, 1.0]))).all()
    assert np.isnan(mixture_density(outputs, np.full(3, np.nan))).all()


def test_one_set_of_points_is_seen_by_all_networks() -> None:
    outputs, points = RNG(1).normal(size=(3, 4, 7)), RNG(2).normal(size=(4, 3))
    assert (mixture_density(outputs, points)[1] == mixture_density(outputs[1], points)).all()


def test_log_softmax_by_hand() -> None:
    outputs = np.log(np.array([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])) + np.array([[700.0], [-700.0]])
    assert np.exp(log_softmax(outputs, np.array([2, 0]))) == pytest.approx([0.625, 0.375])
    each = [log_softmax(outputs, np.full(2, target)) for target in range(3)]
    assert np.exp(each).sum(axis=0) == pytest.approx(1.0)
