"""search=agents: collects many networks that were learnt or evolved, then fits a generator to each group of them, and to all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from numpy.random import Generator, default_rng
from pydantic import Field

from hypernets.agents.cartpole import CartPole
from hypernets.agents.collection import FEWEST, Collection
from hypernets.agents.evolving import Evolved, Lineages
from hypernets.agents.generator import Agents, Crowds
from hypernets.agents.reinforce import Learners, Lessons
from hypernets.agents.vae import Fit, Fitted
from neatcore.errors import DivergenceError, InputError, require
from neatcore.interfaces import Array, Encoding, Floats, Model, Simulated, Space, Task, VectorSpace
from neatcore.parameters import Parameters
from neatcore.prefixes import named, within

LEARNING, EVOLVING = ("lanes", "longest", "learning_rate", "discount"), ("runs", "run_length", "kept")  # keys of either source
COLLAPSED = 0.02  # share of the networks' variance below which a generator makes always the same


class AgentSearchConfig(Parameters):
    """Many networks for a task, and generators fitted to them (Chang, Kwiatkowski, Chen & Lipson 2019)."""

    networks: int = Field(74_000, ge=100, le=10_000_000, description="networks to collect")
    lanes: int = Field(4000, ge=1, description="networks that learn at the same time, by REINFORCE")
    longest: int = Field(100, ge=1, description="steps that the longest learner takes, each of an episode; others take fewer")
    learning_rate: float = Field(0.01, gt=0, le=3e38, description="of the learners' Adam")
    discount: float = Field(0.99, gt=0, lt=1, description="of rewards to come")
    runs: int = Field(16, ge=1, description="runs of CMA-ES side by side, for tasks whose physics JAX does not know")
    run_length: int = Field(100, ge=1, description="generations after which such a run begins anew, unless it has solved the task")
    kept: int = Field(4, ge=1, description="networks kept of each generation of such a run")
    batch: int = Field(256, ge=1, description="networks a step of the autoencoder's Adam")
    rate: float = Field(1e-3, gt=0, le=3e38, description="its learning rate")
    beta: float = Field(0.003, ge=0, description="what a nat of KL divergence costs, against the mean squared error of a weight")
    warm: int = Field(10, ge=0, description="passes over which beta rises from 0")


class AgentSearch:
    """First networks, then generators of them. Its z is the numbers of the generator that is fitted to all."""

    def __init__(self, config: AgentSearchConfig, space: Space, rng: Generator) -> None:
        self.config, self.space = config, space
        self.seed = int(rng.integers(2**31))
        self.steps, self.passes = 0, 0
        self._empty = np.zeros(space.size if isinstance(space, VectorSpace) else 0)
        self.figures: list[dict[str, float]] = []
        self.collection: Collection | None = None
        self.fits: dict[int, Fit] = {}  # by the place of the group

    def follow(self, encoding: Encoding[Any, Any], model: Model[Any], task: Task) -> None:
        """InputError unless what is trained is a generator of networks."""
        if not (isinstance(encoding, Agents) and isinstance(model, Crowds)):
            raise InputError(
                "search=agents fits generators of networks; use encoding=agents, or: neatcore train agents task=cartpole"
            )
        self.encoding, self.body, self.task = encoding, model.body, task
        simulation = task.simulation if isinstance(task, Simulated) else None
        self._check_keys(learning=simulation is not None)
        self.limit = simulation.steps if simulation else 0
        self.source = self._learners(CartPole.of(simulation)) if simulation else self._evolved()
        self._empty = np.asarray(encoding.initial(jax.random.key(self.seed)), np.float64)

    def _check_keys(self, *, learning: bool) -> None:
        """InputError where a key is set that only the other source of networks has."""
        ways = ("learns networks by REINFORCE", "evolves them") if learning else ("evolves networks", "learns them by REINFORCE")
        for key in EVOLVING if learning else LEARNING:
            value, usual = getattr(self.config, key), type(self.config).model_fields[key].default
            require(value == usual, f"{key}={value}: this task {ways[0]}, and {key} is of one that {ways[1]}; leave it out")

    def _learners(self, world: CartPole) -> Learners | Evolved:
        c = self.config
        return Learners(self.body, world, Lessons(c.networks, c.lanes, c.longest, c.learning_rate, c.discount), self.seed)

    def _evolved(self) -> Learners | Evolved:
        c = self.config
        return Evolved(self.body, Lineages(c.networks, c.runs, c.run_length, c.kept), self.seed)

    @property
    def genomes(self) -> Sequence[Floats]:
        """The numbers of the generator of all networks; as long as there is none, of one that makes networks without weights."""
        return [self.fits[max(self.fits)].vector if self.passes else self._empty]

    def advance(self, _rng: Generator) -> int:
        """Some steps of all learners, some generations of all runs, or a pass of all generators; how many steps those were."""
        taken = self._pass() if self.source.done else self.source.advance(self.task)
        if self.source.done and not self.fits:
            self.gather()
        self.steps += taken
        return taken

    def gather(self) -> None:
        """Align and divide what was collected, and begin the generators. A group of too few networks has none."""
        align = self.encoding.align
        self.collection = Collection.of(self.body, self.source.weights, self.source.fitness, self.limit, align)
        for place, members in enumerate(self.collection.members):
            if members.sum() >= FEWEST:
                key = jax.random.fold_in(jax.random.key(self.seed), place)
                self.fits[place] = Fit(self.encoding.vae, self.collection.vectors[members], key)

    def _pass(self) -> int:
        """A pass of each generator over its networks."""
        c = self.config
        beta, before = c.beta * min(1.0, (self.passes + 1) / max(1, c.warm)), self._fit_steps
        rngs = {place: default_rng([self.seed, place, self.passes]) for place in self.fits}
        self.figures = [fit.learn(c.batch, c.rate, beta, rngs[place]) for place, fit in self.fits.items()]
        self.figures = [each | {"loss": each["error"] + beta * each["divergence"]} for each in self.figures]
        if not np.isfinite([each["loss"] for each in self.figures]).all():
            raise DivergenceError(f"the loss of pass {self.passes + 1:,} is not finite: choose a rate below {c.rate:g}")
        self.passes += 1
        return self._fit_steps - before

    @property
    def _fit_steps(self) -> int:
        return sum(fit.steps for fit in self.fits.values())

    def fitted(self, place: int) -> Fitted:
        """The generator of a group, or, at the last place, of all; InputError where there is none."""
        if place not in self.fits or not self.passes:
            raise InputError("this group has no generator: too few networks, or none has been fitted yet")
        return Fitted.of(self.encoding.vae, self.fits[place].vector)

    def report(self) -> dict[str, Any]:
        """How many networks there are, by group, and how the generators fit; `variety` of each: see `Fitted`."""
        said: dict[str, Any] = {
            "steps": self.steps,
            "rate": self.config.rate,
            "collected": self.source.count / self.config.networks,
        }
        if not (self.collection and self.passes):
            return said | {"fitted": False}
        variety = [self.fitted(place).variety(default_rng(self.seed)) for place in self.fits]
        each = dict(zip(self.fits, variety, strict=True))
        names = self.collection.names
        return said | {
            **self.figures[-1],
            "variety": variety[-1],
            "collapsed": [names[place] for place, share in each.items() if share < COLLAPSED],
            "groups": dict(zip(names, [*self.collection.counts, self.source.count], strict=True)),
            "losses": {names[place]: figures["loss"] for place, figures in zip(self.fits, self.figures, strict=True)},
        }

    def state(self) -> dict[str, Array]:
        numbers = np.array([self.seed, self.steps, self.passes], np.int64)
        figures = np.array([[each[name] for name in FIGURES] for each in self.figures]).reshape(len(self.figures), len(FIGURES))
        found = {"numbers": numbers, "figures": figures, **named("source.", self.source.state())}
        for place, fit in self.fits.items():
            found |= named(f"fit{place}.", fit.state())
        return found

    def restore(self, state: Mapping[str, Array], /) -> None:
        """Continue from `state`."""
        self.seed, self.steps, self.passes = (int(number) for number in state["numbers"])
        self.figures = [dict(zip(FIGURES, row, strict=True)) for row in state["figures"].tolist()]
        self.source.restore(within("source.", state))
        self.fits = {}
        if self.source.done:
            self.gather()
        for place, fit in self.fits.items():
            fit.restore(within(f"fit{place}.", state))


FIGURES = ("loss", "error", "divergence")
