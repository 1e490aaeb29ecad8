"""Figures of many networks' probabilities, against definitions written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from hypernets.uncertainty import accuracy, calibration_error, difference, entropy, groups, lengths, probabilities, separation


def test_probabilities_and_entropy() -> None:
    assert np.allclose(probabilities(np.log([[[1.0, 3.0]]])), [[[0.25, 0.75]]])
    sure = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])  # two networks that contradict each other
    assert entropy(sure[:1]) == pytest.approx(0.0)
    assert entropy(sure) == pytest.approx(np.log(2))


def test_groups_share_no_network() -> None:
    told = np.eye(2)[np.array([[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]])]  # 5 networks, 2 examples
    found = groups(accuracy, told, np.array([0, 0]), (1, 2, 10))
    assert found[1].tolist() == [1.0, 0.5, 0.0, 0.5, 1.0]
    assert found[2].tolist() == [1.0, 0.5]  # ties go to the first class
    assert 10 not in found


def test_how_often_two_networks_differ() -> None:
    told = np.eye(2)[np.array([[0, 0], [0, 1], [1, 0]])]  # 3 networks, 2 examples
    assert difference(told) == pytest.approx((0.5 + 1) / 2)
    assert difference(told[:1]) == 0


def test_calibration_error_by_hand() -> None:
    """Two bins: 0.9 sure and half of them right, 0.6 sure and all right."""
    told = np.array([[[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]]])
    assert calibration_error(told, np.array([0, 1, 0, 0])) == pytest.approx(0.5 * 0.4 + 0.5 * 0.4)


def test_separation_counts_pairs() -> None:
    rng = default_rng(0)
    inside, outside = rng.integers(0, 5, 30).astype(float), rng.integers(1, 6, 20).astype(float)
    pairs = [(o > i) + 0.5 * (o == i) for i in inside for o in outside]
    assert separation(inside, outside) == pytest.approx(np.mean(pairs))


def test_lengths_and_angles() -> None:
    found = lengths({"kernel": np.array([[[3.0, 0.0]], [[0.0, 4.0]]]), "bias": np.ones((2, 3))})
    assert list(found) == ["kernel"]
    assert (found["kernel"].mean, found["kernel"].deviation) == (3.5, 0.5)
    assert found["kernel"].cosine == pytest.approx(0.0)
    assert lengths({"kernel": np.array([[[1.0, 2.0]], [[2.0, 4.0]]])})["kernel"].cosine == pytest.approx(1.0)
