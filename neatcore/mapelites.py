"""MAP-Elites through the package ribs, behind ask, observe and tell, with a state that can be saved: an extra."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Floats, Space
from neatcore.parameters import Parameters
from neatcore.vectors import told, vectors


class MapElitesConfig(Parameters):
    """MAP-Elites (Mouret & Clune 2015): the best genome of every cell of behaviour."""

    population: int = Field(100, ge=1, le=1_000_000, description="genomes a generation, each a mutant of an elite drawn at random")
    cells: int = Field(30, ge=1, le=300, description="cells along each of the two sides of the chart")
    sigma: float = Field(0.3, gt=0, description="standard deviation of mutations, in units of the encoding's scale")


class MapElites:
    """MAP-Elites as ask, observe and tell over vectors, on a grid of cells (ribs: GridArchive, GaussianEmitter).

    A generation is a batch. The first is drawn as the encoding says.
    """

    def __init__(self, config: MapElitesConfig, space: Space, rng: Generator) -> None:
        space = vectors(space, "map-elites")
        if find_spec("ribs") is None:
            raise InputError('search=map-elites needs the package ribs: pip install "neatcore[ribs]"')
        self.config, self.space = config, space
        self.seeds = rng.integers(2**32, size=2).tolist()
        self.first = rng.normal(space.mean, space.scale, (config.population, space.size))
        self.asked: Floats = np.empty((0, space.size))
        self.observed: Floats | None = None
        self.joined = 0

    def survey(self, limits: Floats, /) -> None:
        """Divide behaviour within the limits (B, 2) into cells; what lies outside belongs to the outermost ones."""
        from ribs.archives import GridArchive
        from ribs.emitters import GaussianEmitter

        self.archive = GridArchive(
            solution_dim=self.space.size,
            dims=[self.config.cells] * len(limits),
            ranges=list(map(tuple, limits)),
            seed=self.seeds[0],
        )
        sigma, size = self.config.sigma * self.space.scale, self.config.population
        self.emitter = GaussianEmitter(self.archive, sigma=sigma, initial_solutions=self.first, batch_size=size, seed=self.seeds[1])

    def ask(self) -> list[Floats]:
        """The samples (n,) to evaluate; the same ones until they are told."""
        if not len(self.asked):
            self.asked = np.array(self.emitter.ask(), np.float64)
        return list(self.asked)

    def observe(self, behaviour: Floats | None, /) -> None:
        """Behaviour (P, B) of the samples."""
        if behaviour is None:
            raise InputError("search=map-elites needs a task that says what networks did: its evaluations have no behaviour")
        self.observed = np.array(behaviour, np.float64)
        require(np.isfinite(self.observed).all(), "search=map-elites needs a behaviour of finite numbers")

    def tell(self, fitness: Floats, /) -> None:
        """Fitness (P,) of the samples: each that is better than the elite of its cell takes its place."""
        if self.observed is None:
            raise InputError("MAP-Elites is told before it has observed; call observe(behaviour) first")
        found = self.archive.add(self.asked, told(fitness, len(self.asked)), self.observed)
        self.joined = int(np.count_nonzero(found["status"]))
        self.asked, self.observed = self.asked[:0], None

    def report(self) -> dict[str, Any]:
        """Cells that have an elite, their share of all, the sum of the elites' fitness, and how many of the last batch joined."""
        elites = len(self.archive)
        return {
            "elites": elites,
            "coverage": elites / self.archive.cells,
            "quality": float(np.sum(self.archive.data("objective"))),
            "joined": self.joined,
        }

    def state(self) -> dict[str, Array]:
        """Everything, as plain arrays: the elites in the order in which their cells were filled, both random states as JSON."""
        elites = self.archive.data()
        random = [self.archive._rng.bit_generator.state, self.emitter._rng.bit_generator.state]
        return {
            "genomes": np.array(elites["solution"]),
            "fitness": np.array(elites["objective"]),
            "places": np.array(elites["measures"]),
            "cells": np.array(self.archive.dims),
            "asked": self.asked.copy(),
            "joined": np.array(self.joined),
            "limits": np.stack([self.archive.lower_bounds, self.archive.upper_bounds], axis=1),
            "random": np.frombuffer(json.dumps(random).encode(), np.uint8),
        }

    def restore(self, state: Mapping[str, Array], /) -> None:
        """Continue from `state`."""
        self.survey(state["limits"])
        for genome, fitness, place in zip(state["genomes"], state["fitness"], state["places"], strict=True):
            self.archive.add_single(genome, fitness, place)  # one by one: elites are drawn in the order in which cells were filled
        self.archive._rng.bit_generator.state, self.emitter._rng.bit_generator.state = json.loads(state["random"].tobytes())
        self.asked, self.joined, self.observed = state["asked"].copy(), int(state["joined"]), None
