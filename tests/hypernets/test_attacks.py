"""Attacks against their definitions, on a network whose gradient is known, and on one that is not."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.random import default_rng
from scipy.special import log_softmax, softmax

from hypernets.attacks import STRIDE, attack, mistaken
from hypernets.dense import Dense
from neatcore.errors import InputError
from neatcore.interfaces import Floats, Ints

LINEAR, DEEP = Dense((4, 3)), Dense((4, 6, 3))


def weights_of(network: Dense, count: int) -> dict[str, Floats]:
    rng = default_rng(1)
    return {name: rng.normal(size=(count, *shape)).astype(np.float32) for name, shape in network.shapes.items()}


def examples() -> tuple[Floats, Ints]:
    rng = default_rng(2)
    return rng.uniform(0.3, 0.7, (5, 4)), rng.integers(3, size=5)


def test_one_step_along_the_signs_of_the_gradient() -> None:
    """Of one linear network the gradient is W (p - y)."""
    weights, (pixels, labels) = weights_of(LINEAR, 1), examples()
    logits = pixels @ weights["dense1.kernel"][0] + weights["dense1.bias"][0]
    slope = (softmax(logits, axis=1) - np.eye(3)[labels]) @ weights["dense1.kernel"][0].T
    np.testing.assert_allclose(attack("fgsm", LINEAR, weights, pixels, labels, 0.1), pixels + 0.1 * np.sign(slope), atol=1e-6)


def test_steps_follow_the_gradient_anew_and_stay_near() -> None:
    """By hand for one network: a random place, then steps that are cut to within ε and to [0, 1]."""
    weights, (pixels, labels) = weights_of(LINEAR, 1), examples()
    start = jax.random.uniform(jax.random.key(4), pixels.shape, minval=-0.1, maxval=0.1)
    changed = np.clip(pixels + np.asarray(start), 0, 1)
    for _ in range(3):
        logits = changed @ weights["dense1.kernel"][0] + weights["dense1.bias"][0]
        slope = (softmax(logits, axis=1) - np.eye(3)[labels]) @ weights["dense1.kernel"][0].T
        changed = np.clip(np.clip(changed + STRIDE * 0.1 / 3 * np.sign(slope), pixels - 0.1, pixels + 0.1), 0, 1)
    np.testing.assert_allclose(attack("pgd", LINEAR, weights, pixels, labels, 0.1, seed=4, steps=3), changed, atol=1e-5)


def loss(weights: dict[str, Floats], pixels: Floats, labels: Ints) -> float:
    """Of the mean probabilities of all networks."""
    count = len(weights["dense1.bias"])
    told = [answer(weights, p, pixels) for p in range(count)]
    mean = np.mean([np.exp(log_softmax(each, axis=1)) for each in told], axis=0)
    return float(-np.log(mean[np.arange(len(labels)), labels]).mean())


def answer(weights: dict[str, Floats], p: int, pixels: Floats) -> Floats:
    hidden = np.maximum(pixels @ weights["dense1.kernel"][p] + weights["dense1.bias"][p], 0)
    found: Floats = hidden @ weights["dense2.kernel"][p] + weights["dense2.bias"][p]
    return found


def test_the_measure_of_mistakes_rises_with_the_cross_entropy_and_does_not_vanish() -> None:
    """Log odds of the mean probability, written out; and its slope where softmax has underflown."""
    logits, labels = default_rng(3).normal(size=(4, 50, 3)), default_rng(4).integers(3, size=50)
    right = softmax(logits, axis=-1).mean(axis=0)[np.arange(50), labels]
    np.testing.assert_allclose(mistaken(jax.numpy.asarray(logits), labels), np.log((1 - right) / right), atol=1e-4)
    far = jax.numpy.asarray([[[0.0, 200.0, 150.0]]])
    for label, slope in ((0, (-1, 1, 0)), (1, (0, -1, 1))):  # mistaken by far, and told rightly by far
        found = jax.grad(lambda x, label=label: mistaken(x, jax.numpy.asarray([label])).sum())(far)
        np.testing.assert_allclose(found[0, 0], slope, atol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_every_pixel_moves_however_sure_networks_are(scale: float) -> None:
    weights, (pixels, labels) = weights_of(LINEAR, 1), examples()
    weights["dense1.kernel"] *= np.float32(scale)
    for method in ("fgsm", "pgd"):
        changed = attack(method, LINEAR, weights, pixels, labels, 0.1)
        np.testing.assert_allclose(np.abs(changed - pixels), 0.1, atol=1e-6)


def test_many_networks_are_attacked_together_and_more_steps_do_more_harm() -> None:
    weights, (pixels, labels) = weights_of(DEEP, 4), examples()
    one, more = (attack(method, DEEP, weights, pixels, labels, 0.2) for method in ("fgsm", "pgd"))
    for changed in (one, more):
        assert np.abs(changed - pixels).max() <= 0.2 + 1e-6
    assert loss(weights, pixels, labels) < loss(weights, one, labels) <= loss(weights, more, labels) + 0.02


def test_nothing_changes_without_a_size_and_pixels_stay_pixels() -> None:
    weights, (pixels, labels) = weights_of(DEEP, 2), examples()
    for method in ("fgsm", "pgd"):
        np.testing.assert_allclose(attack(method, DEEP, weights, pixels, labels, 0.0), pixels, atol=1e-6)
        changed = attack(method, DEEP, weights, pixels, labels, 1.0)
        assert changed.min() >= 0
        assert changed.max() <= 1


def test_bad_input() -> None:
    weights, (pixels, labels) = weights_of(DEEP, 1), examples()
    with pytest.raises(InputError, match="did you mean 'pgd'"):
        attack("pdg", DEEP, weights, pixels, labels, 0.1)
    with pytest.raises(InputError, match="epsilon is 2"):
        attack("fgsm", DEEP, weights, pixels, labels, 2.0)
    with pytest.raises(InputError, match="steps is 0"):
        attack("pgd", DEEP, weights, pixels, labels, 0.1, steps=0)
