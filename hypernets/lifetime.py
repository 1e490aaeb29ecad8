"""Learning within a lifetime: the weights of every genome take some steps down the gradient before the genome is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.random import Generator, default_rng
from pydantic import Field

from hypernets.batches import checked, without_examples
from hypernets.gradient import GradientConfig, OptimizerConfig
from hypernets.losses import Loss, loss_of
from hypernets.programs import Program, padded, program
from hypernets.twins import twin_of
from neatcore.errors import DivergenceError, InputError
from neatcore.genome import Genome, Genomes, copied
from neatcore.interfaces import Array, Encoding, Floats, Model, Task, Teaching
from neatcore.loop import blaming

Lessons = tuple[Array, Array]  # inputs (K, S, I) and targets (K, S, …) of K steps


class LearningConfig(OptimizerConfig):
    """Learning within a lifetime, of every genome before it is evaluated."""

    steps: int = Field(10, ge=1, le=1_000_000, description="steps down the gradient in a lifetime")
    rate: float = Field(0.01, gt=0, le=3e38, description="learning rate")
    batch: int = Field(64, ge=1, le=1_000_000, description="examples a step, the same for all genomes of a generation")
    clip: float = Field(1.0, ge=0, description="gradients longer than this are shortened to it; 0: never")

    def transformation(self) -> optax.GradientTransformation:
        """The optimiser, fresh in every lifetime."""
        return GradientConfig(optimizer=self.optimizer, rate=self.rate, momentum=self.momentum, clip=self.clip).transformation()


class Lifetime:
    """Teaches graph genomes what a task's examples show. One whose lessons end in numbers that are not finite learns nothing."""

    def __init__(self, config: LearningConfig, encoding: Encoding[Any, Any], model: Model[Any], task: Task) -> None:
        if not isinstance(task, Teaching):
            raise InputError(f"task {type(task).__name__} has no examples to learn from, which learning within a lifetime needs")
        loss = loss_of(task)
        self.config, self.task, self.twin = config, task, twin_of(encoding, model)
        self._taught = jax.jit(partial(_taught, self.twin.answer, loss, config.transformation()))
        self._course: tuple[Floats, Floats] | None = None
        self._lessons(default_rng(0))  # whether there are any, of single steps

    def improve(self, genomes: Sequence[Genome], rng: Generator, /) -> Genomes:
        """The genomes (P,) with the weights that they have learnt; structure and order are as they were.

        DivergenceError where the lessons of none of them end in finite numbers.
        """
        population, lessons = Genomes.of(genomes), self._lessons(rng)
        programs = [program(genome, self.twin.sensors) for genome in population]
        weights = [padded(genome.links["weight"], each) for genome, each in zip(population, programs)]
        begun = [self._taught(each, links, self.twin.places, *lessons) for each, links in zip(programs, weights)]  # side by side
        courses = [(np.asarray(links), np.asarray(losses)) for links, losses in begun]
        links = copied(population.links)
        finite = [place for place, course in enumerate(courses) if all(np.isfinite(numbers).all() for numbers in course)]
        if not finite:
            what = f"of all {len(courses):,} genomes the lessons end in numbers that are not finite"
            raise DivergenceError(f"{what}: choose a learning.rate below {self.config.rate:g}")
        for place in finite:
            own, learnt = slice(*population.link_starts[place : place + 2]), courses[place][0]
            links["weight"][own] = _learnt(population[place].links["weight"], programs[place], learnt)
        self._course = (np.array([losses[0] for _, losses in courses]), np.array([losses[-1] for _, losses in courses]))
        return population.with_links(links)

    def report(self) -> dict[str, Any]:
        """Steps of all genomes in the last lessons, and the median loss over the population in the first step and in the last."""
        if self._course is None:
            return {}
        finite = np.isfinite(self._course).all(axis=0)  # of the others nothing was learnt
        first, last = (float(np.median(losses[finite])) for losses in self._course)
        return {"lesson": {"steps": len(self._course[0]) * self.config.steps, "first": first, "last": last}}

    def _lessons(self, rng: Generator) -> tuple[jax.Array, jax.Array]:
        """The batches of one lifetime; InputError where the task's examples are no single steps."""
        with blaming(self.task, "in batches"):
            inputs, targets = zip(*islice(self._batches(rng), self.config.steps))
            stacked = np.asarray(inputs)
        if stacked.ndim != 3 or not np.issubdtype(stacked.dtype, np.floating):
            name = type(self.task).__name__
            raise InputError(f"task {name} teaches in sequences; learning within a lifetime takes examples of one step")
        return jnp.asarray(stacked, jnp.float32), jnp.asarray(np.asarray(targets))

    def _batches(self, rng: Generator) -> Iterator[Lessons]:
        """Batches without end, pass after pass, all as large as the first: a rest at the end of a pass is left out."""
        size = 0
        while True:
            for batch in self.task.batches(self.config.batch, rng):
                inputs, targets = checked(self.task, batch)
                size = size or len(inputs)
                if len(inputs) == size:
                    yield inputs, targets
            if not size:
                raise without_examples(self.task)


def _taught(
    answer: Callable[..., jax.Array],
    loss: Loss,
    optimizer: optax.GradientTransformation,
    structure: Program,
    links: jax.Array,
    places: Any,
    inputs: jax.Array,
    targets: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """The weights (W,) of a genome after K steps on inputs (K, S, I) and targets (K, S, …), and the loss before each of them."""

    def cost(links: jax.Array, inputs: jax.Array, targets: jax.Array) -> jax.Array:
        return loss(answer(structure, links, places, inputs), targets)[0]

    def step(carried: tuple[jax.Array, Any], lesson: tuple[jax.Array, jax.Array]) -> tuple[tuple[jax.Array, Any], jax.Array]:
        links, state = carried
        found, slope = jax.value_and_grad(cost)(links, *lesson)
        moved, state = optimizer.update(slope, state, links)
        return (optax.apply_updates(links, moved), state), found

    (links, _), losses = jax.lax.scan(step, (links, optimizer.init(links)), (inputs, targets))
    return links, losses


def _learnt(before: Floats, structure: Program, after: Array) -> Floats:
    """Weights (L,) after learning; those that no output hears keep every bit."""
    count = len(before)
    return np.where(structure.heard[:count], after[:count].astype(np.float64), before)


def lifetime(config: LearningConfig, encoding: Encoding[Any, Any], model: Model[Any], task: Task) -> Lifetime:
    """The learner for an encoding, its model and a task; InputError where there is no gradient to follow."""
    return Lifetime(config, encoding, model, task)
