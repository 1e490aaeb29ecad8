"""Expression rules: from what a CPPN answers for pairs of neurons to the weights of their links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]


class Expression(Protocol):
    """Which links there are, and how strong."""

    @property
    def gated(self) -> bool:
        """Whether a second CPPN output decides if a link is expressed."""
        ...

    def weights(self, answers: Single, gates: Single | None, /) -> Single:
        """Weights (P, S, T), 0 where a link is not expressed, of the answers (P, S, T), which may be written over; gates alike.

        gates: None where the rule asks for none, and for biases, which nothing gates.
        """
        ...


@dataclass(frozen=True)
class Threshold:
    """The rule of HyperNEAT: no link where |answer| ≤ threshold, else up to ± reach (Stanley, D'Ambrosio & Gauci 2009)."""

    threshold: float = 0.2
    reach: float = 3.0
    gated: bool = False

    def weights(self, answers: Single, gates: Single | None, /) -> Single:  # noqa: ARG002 asks no gate
        from substrates import kernels

        kernels.express_beyond(answers.reshape(len(answers), -1), np.float32(self.threshold), np.float32(self.reach))
        return answers


@dataclass(frozen=True)
class LinkExpression:
    """Link expression output (LEO): a link where the gate is above 0, of weight reach · answer (Verbancsics & Stanley 2011)."""

    reach: float = 3.0
    gated: bool = True

    def weights(self, answers: Single, gates: Single | None, /) -> Single:
        from substrates import kernels

        shape = (len(answers), -1)
        if gates is None:
            kernels.express_beyond(answers.reshape(shape), np.float32(0), np.float32(self.reach))
        else:
            kernels.express_where(answers.reshape(shape), gates.reshape(shape), np.float32(self.reach))
        return answers


@dataclass(frozen=True)
class Whole:
    """Every link there can be, of weight reach · answer, without a bound: differentiable everywhere (Fernando et al. 2016)."""

    reach: float = 1.0
    gated: bool = False

    def weights(self, answers: Single, gates: Single | None, /) -> Single:  # noqa: ARG002 asks no gate
        answers *= np.float32(self.reach)
        return answers
