"""What many networks know together, and how sure they are: figures of their probabilities (N, S, C), N networks, S examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax
from scipy.stats import rankdata

from neatcore.errors import require
from neatcore.interfaces import Array, Floats, Ints

Measure = Callable[[Floats, Ints], float]

BINS = 15  # of the calibration error (Guo et al. 2017)


def probabilities(logits: Floats) -> Floats:
    """Softmax over the last axis."""
    found: Floats = softmax(logits, axis=-1)
    return found


def entropy(probabilities: Floats) -> Floats:
    """Of the mean of what networks say, in nats: (N, S, C) to (S,), from 0 to log C."""
    mean = probabilities.mean(axis=0)
    found: Floats = -(mean * np.log(np.maximum(mean, np.finfo(np.float64).tiny))).sum(axis=-1)
    return found


def accuracy(probabilities: Floats, labels: Ints) -> float:
    """Share of the examples that the mean of the networks takes for what they are."""
    return float((probabilities.mean(axis=0).argmax(axis=-1) == labels).mean())


def groups(measure: Measure, probabilities: Floats, labels: Ints, sizes: Sequence[int]) -> Mapping[int, Floats]:
    """A measure, such as `accuracy`, of every size that there are enough networks for: of each group of so many, none of which
    shares a network."""
    count = len(probabilities)
    return {
        size: np.array([measure(probabilities[k : k + size], labels) for k in range(0, count - size + 1, size)])
        for size in sizes
        if size <= count
    }


def difference(probabilities: Floats) -> float:
    """Share of the examples that two networks take for different things: the mean over neighbours of N networks; 0 of one."""
    told = probabilities.argmax(axis=-1)
    return float((told[1:] != told[:-1]).mean()) if len(told) > 1 else 0.0


def calibration_error(probabilities: Floats, labels: Ints, bins: int = BINS) -> float:
    """Mean distance of confidence and accuracy over bins of confidence, weighted by examples (Guo et al. 2017, eq. 3)."""
    mean = probabilities.mean(axis=0)
    sure, right = mean.max(axis=-1), mean.argmax(axis=-1) == labels
    place = np.minimum((sure * bins).astype(np.int64), bins - 1)
    apart = [abs(float(sure[place == k].sum() - right[place == k].sum())) for k in np.unique(place)]
    return sum(apart) / len(labels)


def separation(inside: Floats, outside: Floats) -> float:
    """Area under the ROC curve of telling `outside` from `inside` by a larger number: 0.5 by chance, 1 without a mistake."""
    require(len(inside) > 0 and len(outside) > 0, "there is nothing to tell apart")
    ranks = rankdata(np.concatenate([inside, outside]))[len(inside) :]
    smallest = len(outside) * (len(outside) + 1) / 2
    return float((ranks.sum() - smallest) / (len(inside) * len(outside)))


@dataclass(frozen=True)
class Lengths:
    """How long a layer's weights are, over networks: the paper's measure of diversity. cosine: the mean cosine of the angle between
    two networks' weights, which is 1 where they differ in length alone."""

    mean: float
    deviation: float
    cosine: float


def lengths(weights: Mapping[str, Array]) -> Mapping[str, Lengths]:
    """Of each matrix or kernel by name, N networks first: mean and deviation of its Euclidean norm (2019, table 3)."""
    found = {}
    for name, array in weights.items():
        if array.ndim > 2:
            rows = np.asarray(array, np.float64).reshape(len(array), -1)
            norms = np.linalg.norm(rows, axis=1)
            directions = rows / np.maximum(norms, np.finfo(np.float64).tiny)[:, None]
            cosine, count = np.square(np.linalg.norm(directions.sum(axis=0))), len(rows)
            between = (cosine - count) / (count * (count - 1)) if count > 1 else 1.0
            found[name] = Lengths(float(norms.mean()), float(norms.std()), float(between))
    return found
