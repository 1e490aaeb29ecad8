"""Any environment of gymnasium as a task, by its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from pydantic import Field

from neatcore.errors import require
from neatcore.interfaces import Bools, Evaluation, Floats, Frames, Ints, Policy
from neatcore.parameters import Parameters
from tasks.environments import POOL, Description, Recipe, describe, picture
from tasks.lockstep import Filmed, Outcome, System, run
from tasks.spaces import Actor, Reader, actor, reader

LANES = 512  # environments alive at once; more networks than that take turns
SECONDS = 10.0  # of a shown episode
LANE, RETURN = 0, 1  # the columns of a lane's state


@dataclass(frozen=True)
class Singles:
    """Environments stepped one by one, only the living. One for each lane (p, s), whose episode starts from `seeds[s]`."""

    environments: Sequence[Any]
    seeds: Sequence[int]
    reader: Reader
    actor: Actor

    def observe(self, states: Floats, /) -> Floats:
        starts = [
            environment.reset(seed=self.seeds[lane % len(self.seeds)])[0] for lane, environment in enumerate(self.environments)
        ]
        return self.reader.read(starts).reshape(*states.shape[:2], -1)

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        where = np.nonzero(living)
        lanes = states[..., LANE][where].astype(np.int64).tolist()
        actions = self.actor.decode(outputs[where])
        turns = [self.environments[lane].step(action) for lane, action in zip(lanes, actions, strict=True)]
        observed, rewards, ended, cut, _ = zip(*turns, strict=True)
        states[..., RETURN][where] += rewards
        steps[where] += 1
        living[where] = ~(np.array(ended) | np.array(cut))
        observations[where] = self.reader.read(observed)
        return int(np.count_nonzero(living.any(axis=1)))


@dataclass(frozen=True)
class Vector:
    """One vector environment that steps all lanes at once, ended ones too; its starts depend on the lane."""

    environment: Any
    seed: int
    reader: Reader
    actor: Actor

    def observe(self, states: Floats, /) -> Floats:
        starts, _ = self.environment.reset(seed=self.seed)
        return self.reader.read(starts).reshape(*states.shape[:2], -1)

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        lanes, actions = states[..., LANE].astype(np.int64), self.actor.decode(outputs)
        every = np.zeros((self.environment.num_envs, *actions.shape[2:]), actions.dtype)
        every[lanes] = actions
        observed, rewards, ended, cut, _ = self.environment.step(every)
        states[..., RETURN] += np.where(living, rewards[lanes], 0.0)
        steps += living
        living &= ~(ended | cut)[lanes]
        observations[:] = self.reader.read(observed)[lanes]
        return int(np.count_nonzero(living.any(axis=1)))


class Gym(Parameters):
    """Any environment of gymnasium, by its id.

    Fitness: the mean return. Solved when it reaches the goal.
    """

    id: str = Field(description="the environment, such as CartPole-v1; MODULE:ID imports the module that registers it")
    episodes: int = Field(1, ge=1, le=LANES, description="episodes, the same for every network of a generation")
    steps: int = Field(0, ge=0, description="time steps of an episode; 0: the environment's own limit, 1000 where it has none")
    scaling: Literal["bounds", "none"] = Field(
        "bounds", description='"bounds": observations with finite bounds up to 1e3 are mapped to [-1, 1]; "none": left as they are'
    )
    goal: float | None = Field(None, description="mean return that counts as solved; by default what the environment declares")
    vectorised: bool = Field(
        False, description="use the environment's own vector form where it has one; starts then depend on the network's place"
    )

    @property
    def inputs(self) -> int:
        return self._reader.inputs

    @property
    def outputs(self) -> int:
        return self._actor.outputs

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        seeds = rng.integers(2**31, size=self.episodes).tolist()
        if self.vectorised:
            parts = [self._play_vector(policy, seeds[0])]
        else:
            rows = np.array_split(np.arange(policy.size), -(-policy.size * self.episodes // LANES))
            parts = [self._play(policy.take(part), seeds) for part in rows if len(part)]
        returns = np.concatenate([part.states[..., RETURN].mean(axis=1) for part in parts])
        steps = np.concatenate([part.steps.mean(axis=1) for part in parts])
        goal = self._environment.goal if self.goal is None else self.goal
        return Evaluation(returns, None if goal is None else returns >= goal, info={"steps": steps})

    def show(self, policy: Policy, rng: Generator, /) -> Frames:
        drawings = self._environment.drawings
        require("rgb_array" in drawings, f"gym:{self.id} cannot be drawn: it has {drawings or 'nothing'}, not 'rgb_array'")
        with POOL.lend(Recipe(self.id, self._limit, drawn=True), 1) as environments:
            rate = float(environments[0].metadata.get("render_fps", 30))
            limit, stride = min(self._limit, int(SECONDS * rate)), max(1, round(rate / 25))
            images: list[Any] = []
            moments = count()

            def watch(_: Floats) -> None:
                if next(moments) % stride == 0:
                    images.append(np.array(picture(environments[0], self.id), np.uint8))

            system = Filmed(self._singles(environments, [int(rng.integers(2**31))]), watch)
            outcome = run(policy.take(np.zeros(1, np.int64)), system, _lanes(1, 1), limit)
        cut = bool(outcome.living[0, 0]) and limit < self._limit
        steps = f"in the first {outcome.steps[0, 0]} steps" if cut else f"after {outcome.steps[0, 0]} steps"
        caption = f"{self.id}: return {outcome.states[0, 0, RETURN]:.1f} {steps}"
        return Frames(np.array(images), rate / stride, caption)

    def _play(self, policy: Policy, seeds: Sequence[int]) -> Outcome:
        with POOL.lend(Recipe(self.id, self._limit), policy.size * len(seeds)) as environments:
            return run(policy, self._singles(environments, seeds), _lanes(policy.size, len(seeds)), self._limit)

    def _play_vector(self, policy: Policy, seed: int) -> Outcome:
        require(self._environment.has_vector, f"gym:{self.id} has no vector form of its own; leave vectorised=false")
        with POOL.lend(Recipe(self.id, self._limit, policy.size * self.episodes), 1) as (environment,):
            system = Vector(environment, seed, self._reader, self._actor)
            return run(policy, system, _lanes(policy.size, self.episodes), self._limit)

    def _singles(self, environments: Sequence[Any], seeds: Sequence[int]) -> System:
        return Singles(environments, seeds, self._reader, self._actor)

    @property
    def _environment(self) -> Description:
        return describe(self.id)

    @property
    def _limit(self) -> int:
        return self.steps or self._environment.limit

    @property
    def _reader(self) -> Reader:
        return reader(self._environment.observations, self.scaling, self.id)

    @property
    def _actor(self) -> Actor:
        return actor(self._environment.actions, self.id)


def _lanes(networks: int, episodes: int) -> Floats:
    """The states (P, S, 2) before the first step: the number of the lane, a return of 0."""
    states = np.zeros((networks, episodes, 2))
    states[..., LANE] = np.arange(networks * episodes).reshape(networks, episodes)
    return states
