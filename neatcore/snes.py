"""SNES, the separable natural evolution strategy: a normal distribution that follows the natural gradient of fitness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.errors import require
from neatcore.interfaces import Array, Floats, Space
from neatcore.parameters import Parameters
from neatcore.vectors import told, vectors


class SnesConfig(Parameters):
    """Separable natural evolution strategy (Schaul, Glasmachers & Schmidhuber 2011)."""

    population: int = Field(0, ge=0, le=1_000_000, description="samples a generation; 0: 4 + 3 ln n, the method's own choice")
    sigma: float = Field(1.0, gt=0, description="first step size, in units of the encoding's scale")
    mean_rate: float = Field(1.0, gt=0, description="learning rate of the mean")
    sigma_rate: float = Field(
        0.0, ge=0, description="learning rate of the step sizes; 0: (3 + ln n) / (5 √n), the method's own choice"
    )


class Snes:
    """SNES as ask and tell over vectors; fitness is maximised. A step size for every number, no correlations."""

    def __init__(self, config: SnesConfig, space: Space, rng: Generator) -> None:
        require(config.population != 1, "population=1: SNES needs at least 2 (search.population)")
        self.config, self.space, self.rng = config, vectors(space, "snes"), rng
        size = self.space.size
        self.population = config.population or 4 + int(3 * np.log(size))
        self.rate = config.sigma_rate or (3 + np.log(size)) / (5 * np.sqrt(size))
        self.mean = np.full(size, self.space.mean)
        self.sigma = np.full(size, config.sigma * self.space.scale)
        self.drawn: Floats = np.empty((0, size))

    def ask(self) -> list[Floats]:
        """The samples (n,) to evaluate; the same ones until they are told."""
        if not len(self.drawn):
            self.drawn = self.rng.normal(size=(self.population, self.space.size))
        return list(self.mean + self.sigma * self.drawn)

    def tell(self, fitness: Floats, /) -> None:
        """Fitness (P,) of the samples."""
        fitness = told(fitness, len(self.drawn))
        s = self.drawn[np.argsort(-fitness, kind="stable")]
        u = utilities(len(s))
        self.mean = self.mean + self.config.mean_rate * self.sigma * (u @ s)  # (2011, algorithm 2)
        self.sigma = self.sigma * np.exp(self.rate / 2 * (u @ (s * s - 1)))
        self.drawn = self.drawn[:0]

    def report(self) -> dict[str, Any]:
        """The geometric mean of the step sizes, and the length of the mean."""
        return {"sigma": float(np.exp(np.log(self.sigma).mean())), "mean_norm": float(np.linalg.norm(self.mean))}

    def state(self) -> dict[str, Array]:
        return {"mean": self.mean.copy(), "sigma": self.sigma.copy(), "drawn": self.drawn.copy()}

    def restore(self, state: Mapping[str, Array], /) -> None:
        self.mean, self.sigma, self.drawn = (state[name].copy() for name in ("mean", "sigma", "drawn"))

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Begin with the distribution of `state`, perhaps of another task; samples and their number are this search's own."""
        self.restore(state)
        self.drawn = self.drawn[:0]


def utilities(samples: int) -> Floats:
    """What ranks are worth, the best first; they add up to 0: max(0, ln(λ / 2 + 1) - ln k), normed, minus 1 / λ."""
    raw = np.maximum(0.0, np.log(samples / 2 + 1) - np.log(np.arange(1, samples + 1)))
    worth: Floats = raw / raw.sum() - 1 / samples
    return worth
