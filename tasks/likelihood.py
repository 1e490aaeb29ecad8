"""How likely networks' outputs make what came: a class, or the next point of a drawing. All in nats."""

from __future__ import annotations

import numpy as np

from neatcore.interfaces import Array, Floats, Ints

PIECES = 6  # outputs of a component: its weight, two means, two deviations, a correlation
BOUND = 1e6  # of any output, so that a density is never infinite
NARROW, TIGHT = 10.0, 8.0  # bounds of log σ and of ρ̂: no component is narrower than e⁻¹⁰, no correlation beyond tanh 8


def log_softmax(outputs: Floats, targets: Ints) -> Floats:
    """log softmax(outputs)[target] (…), of outputs (…, O) and targets that broadcast to (…)."""
    shifted = outputs - outputs.max(axis=-1, keepdims=True)
    places = np.broadcast_to(targets, outputs.shape[:-1])[..., None]
    chosen: Floats = np.take_along_axis(shifted, places, axis=-1)[..., 0] - np.log(np.exp(shifted).sum(axis=-1))
    return chosen


def mixture_density(outputs: Floats, points: Floats) -> Floats:
    """Log density (…) of points (…, 3), an offset x₁, x₂ and whether the pen is lifted after it, 1 or 0 (Graves 2013, 4.1).

    outputs (…, 1 + 6M), side by side: ê; then M each of π̂, μ₁, μ₂, σ̂₁, σ̂₂, ρ̂. The pen is Bernoulli, the offset a mixture of
    M bivariate Gaussians. Outputs are cut to ±1e6, σ̂ to ±10, ρ̂ to ±8, so that the density is always finite; it is NaN where
    a point is.
    """
    outputs = np.clip(outputs, -BOUND, BOUND)
    pen, components = outputs[..., 0], outputs[..., 1:].reshape(*outputs.shape[:-1], PIECES, -1)
    weight, mean1, mean2, width1, width2, turn = np.moveaxis(components, -2, 0)
    width1, width2, turn = np.clip(width1, -NARROW, NARROW), np.clip(width2, -NARROW, NARROW), np.clip(turn, -TIGHT, TIGHT)
    z1 = (points[..., 0, None] - mean1) * np.exp(-width1)  # (2013, eq. 21): σ = exp σ̂
    z2 = (points[..., 1, None] - mean2) * np.exp(-width2)
    cosh = np.cosh(turn)  # (2013, eq. 22): ρ = tanh ρ̂, so that 1 - ρ² = 1 / cosh² ρ̂
    square = ((z1 - np.tanh(turn) * z2) * cosh) ** 2 + z2**2  # (2013, eq. 25): Z / (1 - ρ²)
    log_normal = np.log(cosh / (2 * np.pi)) - width1 - width2 - square / 2  # (2013, eq. 24)
    log_weight = weight - _log_sum(weight)[..., None]  # (2013, eq. 19)
    log_pen = -np.logaddexp(0.0, np.where(points[..., 2] > 0.5, pen, -pen))  # (2013, eqs. 18, 23): e = 1 / (1 + exp ê)
    density: Floats = _log_sum(log_weight + log_normal) + log_pen  # (2013, eq. 23)
    return density


def _log_sum(values: Array) -> Array:
    """log Σ exp over the last axis."""
    most = values.max(axis=-1, keepdims=True)
    return np.asarray(np.log(np.exp(values - most).sum(axis=-1)) + most[..., 0])
