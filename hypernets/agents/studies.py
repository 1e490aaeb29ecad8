"""What an embedding of networks is good for: lines between networks, and what it knows of how well they do.

Letters in shapes: K places along a line, P pairs of networks, n weights, L numbers of the latent space, N networks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from hypernets.agents.bodies import aligned
from hypernets.agents.collection import Collection
from hypernets.agents.vae import Fitted
from neatcore.interfaces import Array, Floats, Task

SHARES = np.linspace(-1.0, 2.0, 25)  # from as far before one network to as far behind the other
TESTED = 0.25  # share of networks that a prediction is tried on
RIDGE = 1e-3


@dataclass(frozen=True)
class Lines:
    """Fitness (K, P) at `shares` (K,) of the way from one network to another, by the space in which the way is straight.

    latent: of the generator. weights: of the networks as they were. aligned: of networks whose hidden units are in one order.
    """

    shares: Floats
    latent: Floats
    weights: Floats
    aligned: Floats

    def ends(self, fitness: Floats) -> Floats:
        """Fitness (2, P) at the ends of the way."""
        return fitness[[int(np.argmin(np.abs(self.shares - end))) for end in (0.0, 1.0)]]

    def bend(self, fitness: Floats, between: Floats | None = None) -> float:
        """How far fitness (K, P) is from the straight line between its ends, in the mean over the way and the pairs.

        between: fitness (K, P) whose ends are taken instead.
        """
        ends = self.ends(fitness if between is None else between)
        within = (self.shares > 0) & (self.shares < 1)
        straight = ends[0] + self.shares[within, None] * (ends[1] - ends[0])
        return float(np.abs(fitness[within] - straight).mean())

    def mean_bend(self, fitness: Floats) -> float:
        """The same of the mean over the pairs, whose own ups and downs cancel out."""
        return self.bend(fitness.mean(axis=1, keepdims=True))


def between(found: Collection, fitted: Fitted, task: Task, rows: tuple[Array, Array], seed: int, shares: Floats = SHARES) -> Lines:
    """Fitness along the lines from networks (P,) to others (P,) of a collection; all meet the same episodes."""
    raw = _along(found.raw, rows, shares)
    even = _along(aligned(found.body, found.raw), rows, shares)
    latent = fitted.make(_along(fitted.embed(found.vectors[np.concatenate(rows)]), _halves(len(rows[0])), shares))
    columns = [task.evaluate(found.body.bind(each), np.random.default_rng(seed)).fitness for each in (latent, raw, even)]
    return Lines(shares, *(column.reshape(len(shares), -1) for column in columns))


def _halves(count: int) -> tuple[Array, Array]:
    return np.arange(count), np.arange(count, 2 * count)


def _along(points: Array, rows: tuple[Array, Array], shares: Floats) -> Floats:
    """Points (K · P, n) along the lines from the first rows (P,) to the second."""
    first, last = (np.asarray(points[side], np.float64) for side in rows)
    return np.concatenate([first + share * (last - first) for share in shares])


@dataclass(frozen=True)
class Knowledge:
    """R² of fitness on networks that were kept back from the prediction, though not from the embedding: predicted from embeddings
    by a line, and with squares; as controls by a line from weights, as they were, and aligned.

    guide: the direction (L,) along which fitness rises, of length 1.
    """

    linear: float
    squares: float
    weights: float
    aligned: float
    guide: Floats


def knowledge(found: Collection, codes: Floats, rng: Generator) -> Knowledge:
    """Of a collection's networks, and their embeddings (N, L)."""
    order = rng.permutation(len(codes))
    kept = order[: int(TESTED * len(order))], order[int(TESTED * len(order)) :]
    linear, guide = _predicted(codes, found.fitness, *kept)
    others = _squared(codes), found.raw.astype(np.float64), aligned(found.body, found.raw).astype(np.float64)
    squares, weights, even = (_predicted(features, found.fitness, *kept)[0] for features in others)
    return Knowledge(linear, squares, weights, even, guide / np.linalg.norm(guide))


def moments(vectors: Array) -> tuple[Floats, Floats]:
    """The mean (n,) of networks (N, n), and the symmetric root (n, n) of their covariance."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    around = vectors - mean
    values, axes = np.linalg.eigh(around.T @ around / len(vectors))
    return mean, axes * np.sqrt(np.maximum(values, 0)) @ axes.T


def normal(vectors: Array, share: float, count: int, rng: Generator) -> Floats:
    """Weights (count, n) of a normal distribution with the mean of networks (N, n), and with `share` of their covariance: what a
    generator that makes networks as varied must be better than."""
    mean, root = moments(vectors)
    drawn: Floats = mean + share**0.5 * rng.normal(size=(count, len(mean))) @ root
    return drawn


def _squared(codes: Floats) -> Floats:
    """Numbers (N, L), and the products of any two."""
    rows, columns = np.triu_indices(codes.shape[1])
    return np.concatenate([codes, codes[:, rows] * codes[:, columns]], axis=1)


def _predicted(features: Floats, fitness: Floats, tested: Array, known: Array) -> tuple[float, Floats]:
    """R² on the tested rows of ridge regression on the known ones, and its coefficients, of features as they are."""
    mean, deviation = features[known].mean(axis=0), features[known].std(axis=0) + 1e-9
    x, y = (features - mean) / deviation, fitness - fitness[known].mean()
    normal = x[known].T @ x[known] + RIDGE * len(known) * np.eye(x.shape[1])
    slope = np.linalg.solve(normal, x[known].T @ y[known])
    error = np.square(y[tested] - x[tested] @ slope).sum()
    spread = np.square(fitness[tested] - fitness[tested].mean()).sum()
    return float(1 - error / spread) if spread > 0 else 0.0, slope / deviation


def plane(codes: Floats, guide: Floats) -> Floats:
    """Embeddings (N, L) in the plane (N, 2): along the guide, and along the direction across it in which they differ most."""
    along = codes @ guide
    across = codes - codes.mean(axis=0) - np.outer(along - along.mean(), guide)
    _, axes = np.linalg.eigh(across.T @ across)
    return np.stack([along, across @ axes[:, -1]], axis=1)
