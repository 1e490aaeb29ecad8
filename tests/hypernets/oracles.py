"""Slow and obvious: recurrent cells as the papers write them, one lane at a time, in float64; densities by scipy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit
from scipy.stats import multivariate_normal

from neatcore.interfaces import Floats

Named = Mapping[str, Floats]
GATES = "igfo"


def norm(values: Floats, gain: Floats, shift: Floats) -> Floats:
    return gain * (values - values.mean()) / np.sqrt(values.var() + 1e-3) + shift


def gate(weights: Named, name: str, y: str) -> Floats:
    """The columns of gate y of a matrix, or its part of a vector."""
    whole = weights[name]
    units = weights["recurrent"].shape[1] // 4
    return whole[..., GATES.index(y) * units : (GATES.index(y) + 1) * units]


def close(weights: Named, sums: Mapping[str, Floats], c: Floats, forget_bias: float) -> tuple[Floats, Floats]:
    """h and c of an LSTM whose gates have these sums; normalised where there are gains."""
    if "gain" in weights:
        sums = {y: norm(sums[y], gate(weights, "gain", y), gate(weights, "shift", y)) for y in GATES}
    c = expit(sums["f"] + forget_bias) * c + expit(sums["i"]) * np.tanh(sums["g"])
    units = len(c)
    shown = norm(c, weights["gain"][4 * units :], weights["shift"][4 * units :]) if "gain" in weights else c
    return expit(sums["o"]) * np.tanh(shown), c


def lstm(weights: Named, h: Floats, c: Floats, x: Floats, forget_bias: float = 1.0) -> tuple[Floats, Floats]:
    sums = {y: x @ gate(weights, "input", y) + h @ gate(weights, "recurrent", y) + gate(weights, "bias", y) for y in GATES}
    return close(weights, sums, c, forget_bias)


def part(weights: Named, prefix: str) -> Named:
    return {name.removeprefix(prefix): array for name, array in weights.items() if name.startswith(prefix)}


def scale(weights: Named, hyper: Floats, kind: int, place: int, gates: int) -> Floats:
    """d (N,) of one kind (0: of h, 1: of x, 2: bias) for the gate in one place."""
    number = kind * gates + place
    embedding = weights["scale.kernel"].shape[1]
    columns = slice(number * embedding, (number + 1) * embedding)
    z = hyper @ weights["embed.kernel"][:, columns]
    if kind < 2:
        z = z + weights["embed.bias"][columns]
    result: Floats = z @ weights["scale.kernel"][number]
    return result


def hyper_lstm(weights: Named, state: tuple[Floats, ...], x: Floats, forget_bias: float = 1.0) -> tuple[Floats, ...]:
    """h, c, ĥ, ĉ after one step (Ha, Dai & Le 2016, eqs. 10 to 13)."""
    h, c, hyper_h, hyper_c = state
    hyper_h, hyper_c = lstm(part(weights, "hyper."), hyper_h, hyper_c, np.concatenate([h, x]), forget_bias)
    sums = {}
    for place, y in enumerate(GATES):
        d_h, d_x, d_b = (scale(weights, hyper_h, kind, place, 4) for kind in range(3))
        sums[y] = d_h * (h @ gate(weights, "recurrent", y)) + d_x * (x @ gate(weights, "input", y)) + d_b + gate(weights, "bias", y)
    return (*close(weights, sums, c, forget_bias), hyper_h, hyper_c)


def rnn(weights: Named, h: Floats, x: Floats) -> Floats:
    return np.tanh(x @ weights["input"] + h @ weights["recurrent"] + weights["bias"])


def hyper_rnn(weights: Named, state: tuple[Floats, ...], x: Floats) -> tuple[Floats, ...]:
    """h and ĥ after one step (Ha, Dai & Le 2016, eqs. 6 to 8)."""
    h, hyper = state
    hyper = rnn(part(weights, "hyper."), hyper, np.concatenate([h, x]))
    d_h, d_x, d_b = (scale(weights, hyper, kind, 0, 1) for kind in range(3))
    return np.tanh(d_h * (h @ weights["recurrent"]) + d_x * (x @ weights["input"]) + d_b + weights["bias"]), hyper


def density(outputs: Floats, point: Floats) -> float:
    """Of one point, by scipy's Gaussians (Graves 2013, eqs. 18 to 25)."""
    pen, parts = outputs[0], outputs[1:].reshape(6, -1)
    weights = np.exp(parts[0]) / np.exp(parts[0]).sum()
    total = 0.0
    for weight, m1, m2, s1, s2, turn in zip(weights, *parts[1:], strict=True):
        one, other, rho = np.exp(s1), np.exp(s2), np.tanh(turn)
        covariance = [[one**2, rho * one * other], [rho * one * other, other**2]]
        total += weight * multivariate_normal.pdf(point[:2], [m1, m2], covariance)
    lifted = 1 / (1 + np.exp(pen))
    return float(total * (lifted if point[2] else 1 - lifted))
