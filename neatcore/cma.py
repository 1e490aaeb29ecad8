"""CMA-ES through the package cmaes, behind ask and tell, with a state that can be saved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from cmaes import CMA, SepCMA
from numpy.random import Generator
from pydantic import Field

from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Floats, Space
from neatcore.parameters import Parameters
from neatcore.vectors import told, vectors

FULL = 500  # numbers up to which a full covariance matrix is worth its cost, which grows with their cube


class CmaConfig(Parameters):
    """Covariance matrix adaptation evolution strategy (Hansen & Ostermeier 2001)."""

    population: int = Field(0, ge=0, le=1_000_000, description="samples a generation; 0: 4 + 3 ln n, the method's own choice")
    sigma: float = Field(1.0, gt=0, description="first step size, in units of the encoding's scale")
    variant: Literal["auto", "full", "diagonal"] = Field(
        "auto", description=f"full covariance matrix, or its diagonal for many numbers; auto: full up to {FULL}"
    )


class Cma:
    """CMA-ES as ask and tell over vectors; fitness is maximised."""

    def __init__(self, config: CmaConfig, space: Space, rng: Generator) -> None:
        space = vectors(space, "cma")
        require(config.population != 1, "population=1: CMA-ES needs at least 2 (search.population)")
        self.config, self.space = config, space
        full = config.variant == "full" or (config.variant == "auto" and space.size <= FULL)
        self.maker = CMA if full else SepCMA
        self._begin(int(rng.integers(2**32)))
        self.asked: list[Floats] = []

    def _begin(self, seed: int) -> None:
        """Take the first distribution."""
        start, size = np.full(self.space.size, self.space.mean), self.config.population or None
        with np.errstate(divide="ignore"):  # of fewer than four samples, one is a parent
            self.optimizer = self.maker(start, self.config.sigma * self.space.scale, population_size=size, seed=seed)
        self.optimizer._funhist_values[:] = 0.0  # it comes uninitialised, and would differ between saved states of equal runs

    def ask(self) -> list[Floats]:
        """The samples (n,) to evaluate; the same ones until they are told."""
        if not self.asked:
            with self._unbroken():
                self.asked = self._drawn()
            self.asked = self.asked or self._drawn()
        return list(self.asked)

    def _drawn(self) -> list[Floats]:
        return [self.optimizer.ask() for _ in range(self.optimizer.population_size)]

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        """Begin anew where the numbers of the distribution break down, as they may after long drifting where all are as fit."""
        try:
            with np.errstate(divide="raise", invalid="raise", over="raise"):
                yield
        except (ArithmeticError, AssertionError, np.linalg.LinAlgError):
            self._begin(int(self.optimizer._rng.randint(2**31)))

    def tell(self, fitness: Floats, /) -> None:
        """Fitness (P,) of the samples."""
        fitness = told(fitness, len(self.asked))
        with self._unbroken():
            self.optimizer.tell([(x, -float(f)) for x, f in zip(self.asked, fitness, strict=True)])
        self.asked = []

    def report(self) -> dict[str, Any]:
        """The step size and the length of the mean."""
        return {"sigma": float(self.optimizer._sigma), "mean_norm": float(np.linalg.norm(self.optimizer.mean))}

    def state(self) -> dict[str, Array]:
        """Everything, as plain arrays: numbers as JSON, arrays by name, the sampler's random state among them."""
        attributes = {name: value for name, value in vars(self.optimizer).items() if name != "_rng"}
        arrays = {name: np.array(value) for name, value in attributes.items() if isinstance(value, (np.ndarray, np.generic))}
        plain = {name: value for name, value in attributes.items() if name not in arrays}
        random = self.optimizer._rng.get_state(legacy=False)
        key = random["state"].pop("key")
        return {
            "numbers": np.frombuffer(json.dumps({"plain": plain, "random": random}).encode(), np.uint8),
            "key": key,
            "asked": np.array(self.asked).reshape(len(self.asked), self.space.size),
            **{f"array.{name}": value for name, value in arrays.items()},
        }

    def restore(self, state: Mapping[str, Array], /) -> None:
        """Continue from `state`."""
        numbers = json.loads(state["numbers"].tobytes())
        numbers["random"]["state"]["key"] = state["key"]
        self.optimizer._rng.set_state(numbers["random"])
        arrays = {name.removeprefix("array."): value.copy()[()] for name, value in state.items() if name.startswith("array.")}
        vars(self.optimizer).update(numbers["plain"] | arrays)
        self.asked = list(state["asked"])

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Begin with the distribution of `state`, perhaps of another task: its mean, step size and covariance. Samples and their
        number are this search's own. InputError where the state is of the other variant."""
        mine, theirs = self.optimizer, {name: state[f"array.{name}"] for name in ("_mean", "_C")}
        if theirs["_C"].ndim != mine._C.ndim:
            kinds = {2: "full", 1: "diagonal"}
            raise InputError(
                f"variant={kinds[mine._C.ndim]}: that run's covariance is {kinds[theirs['_C'].ndim]}; write "
                f"variant={kinds[theirs['_C'].ndim]} (search.variant)"
            )
        sigma = json.loads(state["numbers"].tobytes())["plain"].get("_sigma", state.get("array._sigma"))
        vars(mine).update({name: value.copy() for name, value in theirs.items()} | {"_sigma": float(sigma), "_B": None, "_D": None})
        self.asked = []
