"""Small CPPNs, written by hand."""

from __future__ import annotations

import numpy as np

from neatcore.genome import Genome
from neatcore.patterns import ONE, D, X, Y, cppn


def symmetric(lean: float = 0.0) -> Genome:
    """f(gauss(x), y), with a share of x itself."""
    return cppn(("signed_sigmoid", {5: 3.0, Y: 2.0, ONE: -0.5, X: lean}), hidden=[("gaussian", {X: 2.0})])


def repeated(period: float, drift: float = 0.0) -> Genome:
    """f(sin(kx)) with that period, with a share of x itself."""
    return cppn(("logistic", {5: 2.0, Y: 1.0, X: drift}), hidden=[("sine", {X: 2 * np.pi / period})])


def coloured() -> Genome:
    """Hues around the middle, pale in the middle, darker to one side."""
    return cppn(("linear", {X: 0.5, Y: 0.3}), ("signed_sigmoid", {D: 2.0}), ("signed_gaussian", {D: 0.3, ONE: 0.2, X: 0.5}))
