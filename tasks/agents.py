"""The task of making networks that solve another task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng
from pydantic import Field

from neatcore.errors import InputError
from neatcore.interfaces import Drawing, Evaluation, Named, Policy, Showable, Shown, Simulated, Simulation, Task
from neatcore.parameters import Parameters

# Episodes as in the paper, of 200 steps; a network that balances two poles for 1,000 steps mostly does for 100,000.
USUAL: dict[str, dict[str, Any]] = {"cartpole": {"steps": 200, "episodes": 10}, "double-pole": {"steps": 1000}}
PREFIX = "agents:"


class Agents(Parameters):
    """Make networks that solve another task (Chang, Kwiatkowski, Chen & Lipson 2019).

    What stands for a distribution of networks has the mean fitness of some that are drawn from it; any other network stands for
    itself.
    """

    of: str = Field("cartpole", description="the task that the networks are for")
    options: dict[str, int | float | str | bool] = Field(
        {}, description="parameters of that task; of cartpole 200 steps and 10 episodes where nothing is said"
    )
    drawn: int = Field(200, ge=2, le=1_000_000, description="networks that are drawn from a generator to know its fitness")

    @cached_property
    def inner(self) -> Task:
        """The other task; InputError where there is none, or where it is one of networks itself."""
        from tasks.registry import find_task

        if self.of.startswith(PREFIX):
            raise InputError(f"{PREFIX}{self.of}: agents are for a task, not for agents; write {self.of}")
        kind = find_task(self.of)
        usual = USUAL.get(self.of, {})
        return kind.make(**{**usual, **self.options})

    @property
    def inputs(self) -> int:
        return self._ends("inputs")

    @property
    def outputs(self) -> int:
        return self._ends("outputs")

    def _ends(self, side: str) -> int:
        count: int = getattr(self.inner, side)
        return count

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        if isinstance(self.inner, Named):
            return self.inner.names
        inputs, outputs = ([f"{word} {k + 1}" for k in range(n)] for word, n in (("in", self.inputs), ("out", self.outputs)))
        return inputs, outputs

    @property
    def simulation(self) -> Simulation | None:
        """The physics of the other task, where it is known in numbers."""
        return self.inner.simulation if isinstance(self.inner, Simulated) else None

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        """The same networks are drawn, by the same chances, for each of P; info has the deviation of their fitness."""
        if not isinstance(policy, Drawing):
            return self.inner.evaluate(policy, rng)
        seeds = rng.integers(2**63, size=2)
        found = [self._fitness(policy.draw(row, self.drawn, default_rng(seeds[0])), seeds[1]) for row in range(policy.size)]
        table = np.array(found)
        low, high = np.percentile(table, (25, 75), axis=1)
        info: Mapping[str, Any] = {"deviation": table.std(axis=1), "lower_quarter": low, "upper_quarter": high}
        return Evaluation(table.mean(axis=1), info=info)

    def _fitness(self, networks: Policy, seed: int) -> Any:
        return self.inner.evaluate(networks, default_rng(seed)).fitness

    def show(self, policy: Policy, rng: Generator, /) -> Shown:
        """The network at the middle of a distribution, at work."""
        if not isinstance(self.inner, Showable):
            raise InputError(f"task {self.of} has nothing to show: it has no method show(policy, rng)")
        return self.inner.show(policy, rng)
