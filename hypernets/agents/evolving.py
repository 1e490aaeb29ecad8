"""Networks of any task, collected along runs of evolution: a few of every generation, and a new run as soon as one has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng

from hypernets.agents.bodies import Body
from neatcore.cma import Cma, CmaConfig
from neatcore.interfaces import Array, Task


@dataclass(frozen=True)
class Lineages:
    """How networks evolve: so many runs of CMA-ES side by side, each for so many generations at most; what is kept of each."""

    networks: int
    runs: int
    longest: int
    kept: int
    together: int = 5


class Evolved:
    """Collects N networks, `kept` by chance of each generation of each run. Runs that are over begin anew."""

    def __init__(self, body: Body, lineages: Lineages, seed: int) -> None:
        self.body, self.lineages, self.seed = body, lineages, seed
        self.begun, self.steps, self.count = 0, 0, 0
        self.weights = np.zeros((lineages.networks, body.size), np.float32)
        self.fitness = np.zeros(lineages.networks, np.float32)
        self.searches = [self._search() for _ in range(lineages.runs)]
        self.ages = np.zeros(lineages.runs, np.int64)

    @property
    def done(self) -> bool:
        return self.count == len(self.weights)

    def _search(self) -> Cma:
        self.begun += 1
        return Cma(CmaConfig(), self.body.flat.space, default_rng([self.seed, self.begun]))

    def advance(self, task: Task) -> int:
        """Some generations of all runs; how many networks were evaluated."""
        evaluated = 0
        for _ in range(self.lineages.together):
            if not self.done:
                evaluated += self._generation(task)
        return evaluated

    def _generation(self, task: Task) -> int:
        asked = [search.ask() for search in self.searches]
        rng = default_rng([self.seed, 0, self.steps])
        everyone = np.array([z for each in asked for z in each])
        found = task.evaluate(self.body.bind(everyone), rng)
        solved = np.zeros(len(everyone), np.bool_) if found.solved is None else found.solved
        begin = 0
        for place, search in enumerate(self.searches):
            rows = np.arange(begin, begin := begin + len(asked[place]))
            self._keep(rng.permutation(rows), everyone, found.fitness)
            search.tell(found.fitness[rows])
            self.ages[place] += 1
            if solved[rows].any() or self.ages[place] >= self.lineages.longest:
                self.searches[place], self.ages[place] = self._search(), 0
        self.steps += 1
        return len(everyone)

    def _keep(self, rows: Array, vectors: Array, fitness: Array) -> None:
        kept = rows[: min(self.lineages.kept, len(self.weights) - self.count)]
        place = slice(self.count, self.count + len(kept))
        self.weights[place], self.fitness[place] = vectors[kept], fitness[kept]
        self.count += len(kept)

    def state(self) -> dict[str, Array]:
        numbers: Array = np.array([self.begun, self.steps, self.count], np.int64)
        own: dict[str, Array] = {"numbers": numbers, "ages": self.ages.copy(), "weights": self.weights, "fitness": self.fitness}
        searches = [(f"search{k}.{name}", array) for k, each in enumerate(self.searches) for name, array in each.state().items()]
        return own | dict(searches)

    def restore(self, state: Mapping[str, Array]) -> None:
        self.begun, self.steps, self.count = (int(number) for number in state["numbers"])
        self.ages, self.weights, self.fitness = (state[name].copy() for name in ("ages", "weights", "fitness"))
        for k, search in enumerate(self.searches):
            prefix = f"search{k}."
            search.restore({name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)})
