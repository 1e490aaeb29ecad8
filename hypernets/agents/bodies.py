"""The networks that are collected and made: small perceptrons of tanh units, each a vector of its weights.

Letters in shapes: P networks, n weights, K units of a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neatcore.interfaces import Array, Floats
from neatcore.perceptron import FlatVector, Layers, PerceptronPolicy


@dataclass(frozen=True)
class Body:
    """A perceptron with tanh units.

    pairs: two linear outputs stand for each output, the second for acting: what a stochastic policy of two actions has. The network
    that runs has their difference, so that its output exceeds 0.5 where the second is the larger.
    """

    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    pairs: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        return (self.inputs, *self.hidden, self.outputs * (2 if self.pairs else 1))

    @property
    def flat(self) -> FlatVector:
        """Weights as a vector: layer by layer, row by row, the bias in a layer's last row."""
        return FlatVector(self.sizes)

    @property
    def size(self) -> int:
        """n."""
        return self.flat.space.size

    def layers(self, vectors: Floats | Sequence[Floats]) -> Layers:
        """The networks that run, of vectors (P, n)."""
        *matrices, last = self.flat.decode(vectors).matrices  # type: ignore[arg-type]
        return Layers((*matrices, differences(last) if self.pairs else last))

    def bind(self, vectors: Floats | Sequence[Floats]) -> PerceptronPolicy:
        """The networks of vectors (P, n) as a policy."""
        return PerceptronPolicy(self.layers(vectors).matrices, "tanh")


def differences(last: Array) -> Array:
    """Of each pair of columns (P, K, 2 O), the second minus the first: (P, K, O)."""
    found: Array = last[..., 1::2] - last[..., 0::2]
    return found


def aligned(body: Body, vectors: Array) -> Array:
    """The same networks (P, n), hidden units of each in one order and of one sign.

    A unit of tanh may change its sign with those of its weights out, and units may change places: neither changes what a network
    does. So all units push the first output up, the strongest first.
    """
    matrices = [matrix.copy() for matrix in body.flat.decode(vectors).matrices]  # type: ignore[arg-type]
    for before, after in reversed(list(pairwise(matrices))):
        out = differences(after) if body.pairs and after is matrices[-1] else after
        signs = np.where(out[:, :-1, 0] < 0, -1.0, 1.0)  # (P, K)
        before *= signs[:, None]
        after[:, :-1] *= signs[..., None]
        order = np.argsort(-np.abs(out[:, :-1, 0]), axis=1, kind="stable")
        before[:] = np.take_along_axis(before, order[:, None], axis=2)
        after[:, :-1] = np.take_along_axis(after[:, :-1], order[..., None], axis=1)
    return np.concatenate([matrix.reshape(len(matrix), -1) for matrix in matrices], axis=1).astype(vectors.dtype)
