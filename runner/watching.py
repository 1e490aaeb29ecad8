"""A network looked at while a task asks it: a policy that passes every call on and keeps what neurons held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.random import default_rng

from neatcore.interfaces import Array, Floats, Ints, Policy, Showable, State, Task
from neatcore.loop import blaming
from substrates.networks import SubstratePolicy
from viz.activity import Moment

P = TypeVar("P", bound=Policy)

LANES = 12  # kept of each step, spread evenly
STEPS = 512  # kept of an episode; of a longer one every second, fourth, …
MOMENTS = 6


@dataclass
class Episode:
    """What the neurons of the first network held, sheet by sheet (S, N), at every `stride`-th step since a reset.

    lanes: those that were kept.
    """

    steps: list[list[Array]] = field(default_factory=list)
    lanes: list[int] = field(default_factory=list)
    stride: int = 1
    length: int = 0

    def add(self, lanes: list[int], values: list[Array]) -> None:
        self.lanes = lanes
        if self.length % self.stride == 0:
            self.steps.append(values)
        self.length += 1
        if len(self.steps) > STEPS:
            self.steps, self.stride = self.steps[::2], 2 * self.stride


@dataclass(frozen=True)
class Standing(Generic[P]):
    """What stands in for a policy and has its numbers."""

    policy: P

    @property
    def size(self) -> int:
        return self.policy.size

    @property
    def inputs(self) -> int:
        return self.policy.inputs

    @property
    def outputs(self) -> int:
        return self.policy.outputs


@dataclass(frozen=True)
class Watched(Standing[SubstratePolicy]):
    """A policy whose every step is noted in `episodes`, a new one at each reset. Answers are those of the policy."""

    episodes: list[Episode]

    def reset(self, lanes: int, /) -> State:
        self.episodes.append(Episode())
        return self.policy.reset(lanes)

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        if self.size and self.episodes:
            first, lanes = self.policy.take(np.zeros(1, np.int64)), _spread(inputs.shape[1], LANES)
            held = first.activations(state[:1][:, lanes], inputs[:1][:, lanes])
            self.episodes[-1].add(lanes, [values[0].copy() for values in held])
        return self.policy.step(state, inputs)

    def take(self, rows: Ints, /) -> Watched:
        return Watched(self.policy.take(rows), self.episodes)


def moments(task: Task, policy: SubstratePolicy, seed: int = 0) -> list[Moment]:
    """What the neurons of one network held while the task showed or evaluated it: at some steps, or for some inputs."""
    watched = Watched(policy, [])
    doing = "show" if isinstance(task, Showable) else "evaluate"
    with blaming(task, f"in {doing}"):
        getattr(task, doing)(watched, default_rng(seed))
    return _chosen(max(watched.episodes, key=lambda episode: episode.length, default=Episode()))  # the first of the longest


def _chosen(episode: Episode) -> list[Moment]:
    """Some lanes of the last step where there are several, else some steps."""
    if not episode.steps:
        return []
    if len(episode.lanes) > 1:
        last, some = episode.steps[-1], _spread(len(episode.lanes), MOMENTS)
        return [Moment(f"pattern {episode.lanes[lane] + 1}", [values[lane] for values in last]) for lane in some]
    some = _spread(len(episode.steps), MOMENTS)
    return [Moment(f"step {place * episode.stride + 1:,}", [values[0] for values in episode.steps[place]]) for place in some]


def _spread(count: int, most: int) -> list[int]:
    """At most so many of the numbers below `count`, evenly, the first and the last among them."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most)).tolist()})
