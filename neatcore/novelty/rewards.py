"""Searches around searches: the one within is told something else than fitness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore import prefixes
from neatcore.errors import InputError, require
from neatcore.interfaces import Array, Floats, Search, Transferable
from neatcore.loop import heir_of
from neatcore.parameters import Parameters

Z = TypeVar("Z")
WITHIN = "within."  # what stands before the names of the inner search's state
PATIENCE = 2500  # evaluations


class NoveltyConfig(Parameters):
    """Novelty search (Lehman & Stanley 2011)."""

    neighbours: int = Field(15, ge=1, le=10_000, description="k: novelty is the mean distance to so many nearest behaviours")
    archive_threshold: float = Field(
        0.0,
        ge=0,
        description="ρ_min: how far a behaviour must be from all in the archive to join; 0: the first mean novelty above 0",
    )
    archive_floor: float = Field(0.0, ge=0, description="the threshold never falls below this")
    archive_rise: float = Field(1.2, ge=1, description="factor of the threshold after a generation from which many joined")
    archive_many: int = Field(4, ge=1, description="more than so many are many")
    archive_fall: float = Field(0.95, gt=0, le=1, description="factor of the threshold after a time in which none joined")
    archive_patience: int = Field(PATIENCE, ge=1, description="that time, in evaluations")


class Rewarded(Generic[Z]):
    """What all of them share: genomes are those of the search within, which is told the `reward` of a subclass.

    State and random numbers of the search within are kept as they are. It nominates nothing and notes no examinations, as it does
    not know fitness; who is examined is decided by fitness.
    """

    def __init__(self, search: Search[Z]) -> None:
        self.search = search

    def ask(self) -> Sequence[Z]:
        return self.search.ask()

    def report(self) -> dict[str, Any]:
        return self.search.report()

    def inherit(self, learnt: Sequence[Z], /) -> Sequence[Z]:
        """Go on with what the genomes have learnt, if the search within can."""
        return heir_of(self.search).inherit(learnt)

    def state(self) -> dict[str, Array]:
        return prefixes.named(WITHIN, self.search.state())

    def restore(self, state: Mapping[str, Array], /) -> None:
        self.search.restore(within(state))

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Begin with the genomes of another run; what was new to it is forgotten."""
        if not isinstance(self.search, Transferable):
            raise InputError(f"{type(self.search).__name__} cannot begin with the genomes of another run")
        self.search.adopt(within(state))


def within(state: Mapping[str, Array]) -> dict[str, Array]:
    """The state of the search within a rewarded one."""
    return prefixes.within(WITHIN, state)


class Novelty(Rewarded[Z]):
    """Novelty search as ask, observe and tell, around any search that is told fitness.

        search = Novelty(NoveltyConfig(), Neat(NeatConfig(), space, rng))
        genomes = search.ask()
        search.observe(behaviour_of(genomes))   # (P, B)
        search.tell(fitness_of(genomes))        # noted by nobody: the search within is told novelty

    archive (A, B): the behaviours that were new when they came. threshold: how new a behaviour must be to join; 0 as long as all
    have done the same. idle: evaluations since one did.
    """

    def __init__(self, config: NoveltyConfig, search: Search[Z], rng: Generator | None = None) -> None:  # noqa: ARG002 as any reward
        super().__init__(search)
        self.config = config
        self.archive: Floats = np.empty((0, 0))
        self.threshold = config.archive_threshold
        self.idle = 0
        self.novelty: Floats = np.empty(0)
        self.observed: Floats | None = None

    def observe(self, behaviour: Floats | None, /) -> None:
        """Behaviour (P, B) of the genomes last asked for."""
        if behaviour is None:
            raise InputError("reward=novelty needs a task that says what networks did: its evaluations have no behaviour")
        behaviour = np.ascontiguousarray(behaviour, np.float64)
        size = len(self.search.ask())
        require(behaviour.ndim == 2 and len(behaviour) == size, f"behaviour has shape {behaviour.shape}, not ({size}, B)")
        wrong = np.flatnonzero(~np.isfinite(behaviour).all(axis=1))
        require(len(wrong) == 0, f"behaviour of genomes {wrong[:5].tolist()} is not finite")
        width = self.archive.shape[1] if len(self.archive) else behaviour.shape[1]
        require(behaviour.shape[1] == width, f"behaviour has {behaviour.shape[1]} numbers, those in the archive {width}")
        self.observed = behaviour

    def tell(self, fitness: Floats, /) -> None:
        """Tell the search within how new each behaviour is, then take those that are new enough into the archive."""
        from neatcore.novelty import kernels

        if self.observed is None:
            raise InputError("novelty search is told before it has observed; call observe(behaviour) first")
        require(len(fitness) == len(self.observed), f"fitness of {len(fitness)} genomes, behaviour of {len(self.observed)}")
        behaviour, self.observed = self.observed, None
        archive = self.archive.reshape(-1, behaviour.shape[1])
        self.novelty = np.empty(len(behaviour))
        kernels.sparseness(behaviour, archive, self.config.neighbours, self.novelty)
        self.search.tell(self.novelty)
        if self.threshold == 0.0:
            self.threshold = max(float(self.novelty.mean()), self.config.archive_floor)
        chosen = np.empty(len(behaviour), np.bool_)
        kernels.admit(behaviour, archive, self.threshold, chosen)
        self.archive = np.concatenate([archive, behaviour[chosen]])
        self._move_threshold(int(chosen.sum()), len(behaviour))

    def _move_threshold(self, joined: int, evaluated: int) -> None:
        """Higher after many joined at once, lower after long nobody did (2011, appendix)."""
        config = self.config
        self.idle = 0 if joined else self.idle + evaluated
        if self.idle >= config.archive_patience:
            self.threshold, self.idle = max(self.threshold * config.archive_fall, config.archive_floor), 0
        if joined > config.archive_many:
            self.threshold *= config.archive_rise

    def report(self) -> dict[str, Any]:
        """That of the search within, whose fitness is novelty; novelty's mean and greatest, the archive's size, the threshold."""
        return {
            **self.search.report(),
            "novelty_mean": float(self.novelty.mean()),
            "novelty_best": float(self.novelty.max()),
            "archive": len(self.archive),
            "archive_threshold": self.threshold,
        }

    def state(self) -> dict[str, Array]:
        """Everything, as plain arrays; reading it changes nothing."""
        return {
            **super().state(),
            "archive": self.archive.copy(),
            "threshold": np.array(self.threshold),
            "idle": np.array(self.idle),
            "novelty": self.novelty.copy(),
        }

    def restore(self, state: Mapping[str, Array], /) -> None:
        """Continue from `state`."""
        super().restore(state)
        self.archive, self.novelty = state["archive"].copy(), state["novelty"].copy()
        self.threshold, self.idle = float(state["threshold"]), int(state["idle"])
        self.observed = None


class Random(Rewarded[Z]):
    """The control: a search that is told random numbers, uniform in [0, 1), drawn from the run's generator."""

    def __init__(self, config: Parameters, search: Search[Z], rng: Generator) -> None:  # noqa: ARG002 as any reward
        super().__init__(search)
        self.rng = rng

    def tell(self, fitness: Floats, /) -> None:
        self.search.tell(self.rng.random(len(fitness)))
