"""All networks through all their episodes together: one call of the policy and one of the system a time step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from neatcore.interfaces import Bools, Floats, Ints, Policy


class System(Protocol):
    """What P × S lanes do. Letters in shapes: D numbers in the state of a lane."""

    def observe(self, states: Floats, /) -> Floats:
        """What the networks read (P, S, I) of the first states (P, S, D)."""
        ...

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        """One time step of the living lanes, in place: their states, whether they live on (P, S), their steps (P, S) and
        what they observe next (P, S, I). Returns how many networks have a living lane left."""
        ...


@dataclass(frozen=True)
class Outcome:
    """How P × S lanes ended: their last states (P, S, D), whether they lived to the end (P, S), the steps they took (P, S)."""

    states: Floats
    living: Bools
    steps: Ints


def run(policy: Policy, system: System, states: Floats, limit: int) -> Outcome:
    """Step all lanes from `states` (P, S, D) until each has ended or taken `limit` steps.

    Networks whose lanes have all ended leave as soon as they are half of those present, so late steps cost little. No lane
    ever feels another: the result of a network does not depend on which others run beside it.
    """
    outcome = Outcome(states.copy(), np.ones(states.shape[:2], np.bool_), np.zeros(states.shape[:2], np.int64))
    rows, now = np.arange(len(states)), Outcome(states.copy(), outcome.living.copy(), outcome.steps.copy())
    memory, observations = policy.reset(states.shape[1]), system.observe(states)
    for _ in range(limit):
        memory, outputs = policy.step(memory, observations)
        left = system.advance(now.states, outputs, now.living, now.steps, observations)
        if 2 * left > len(rows):
            continue
        _note(outcome, rows, now)
        if left == 0:
            return outcome
        kept = np.flatnonzero(now.living.any(axis=1))
        policy, memory, observations, rows = policy.take(kept), memory[kept], observations[kept], rows[kept]
        now = Outcome(now.states[kept], now.living[kept], now.steps[kept])
    _note(outcome, rows, now)
    return outcome


def _note(outcome: Outcome, rows: Ints, now: Outcome) -> None:
    """Write the lanes of the networks `rows` into the outcome of all."""
    outcome.states[rows], outcome.living[rows], outcome.steps[rows] = now.states, now.living, now.steps


@dataclass(frozen=True)
class Filmed:
    """A system that is watched: `watch(states)` before the first step and after every one."""

    system: System
    watch: Callable[[Floats], None]

    def observe(self, states: Floats, /) -> Floats:
        observations = self.system.observe(states)
        self.watch(states)
        return observations

    def advance(self, states: Floats, outputs: Floats, living: Bools, steps: Ints, observations: Floats, /) -> int:
        left = self.system.advance(states, outputs, living, steps, observations)
        self.watch(states)
        return left


def film(policy: Policy, system: System, start: Floats, limit: int) -> Floats:
    """The states (T, D) of the first network's episode from `start` (D,), the start included."""
    seen: list[Floats] = []
    watched = Filmed(system, lambda states: seen.append(states[0, 0].copy()))
    run(policy.take(np.zeros(1, np.int64)), watched, start[None, None], limit)
    return np.array(seen)
