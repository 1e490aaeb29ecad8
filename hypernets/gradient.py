"""A search that follows the gradient: z, moved by an optimiser of optax, over the examples of a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.random import Generator as Random
from numpy.random import default_rng
from pydantic import Field, ValidationInfo, field_validator

from hypernets.batches import checked, lanes_of, without_examples
from hypernets.interfaces import Costing, Generator, Network
from hypernets.losses import Figures, Loss, loss_of
from neatcore.errors import DivergenceError, InputError
from neatcore.interfaces import Array, Counted, Encoding, Floats, Model, Space, Task, Teaching, VectorSpace
from neatcore.loop import blaming
from neatcore.memory import available
from neatcore.parameters import Parameters

if TYPE_CHECKING:
    from hypernets.interfaces import Weights

Batch = tuple[Array, Array]
Step = Annotated[int, Field(ge=0, lt=2**31)]


class OptimizerConfig(Parameters):
    """How z moves down a gradient."""

    optimizer: Literal["adam", "sgd"] = Field("adam", description="Adam (Kingma & Ba 2015), or SGD with Nesterov momentum")
    momentum: float = Field(0.9, ge=0, lt=1, description="with optimizer=sgd")

    @field_validator("momentum")
    @classmethod
    def _of_sgd(cls, momentum: float, info: ValidationInfo) -> float:
        if info.data.get("optimizer") == "adam" and momentum != cls.model_fields["momentum"].default:
            raise ValueError("is of optimizer=sgd, this optimizer is adam")
        return momentum


class GradientConfig(OptimizerConfig):
    """Gradient descent on the loss of a task's examples."""

    rate: float = Field(1e-3, gt=0, le=3e38, description="learning rate of the first step")
    decay: float = Field(1.0, gt=0, le=1, description="the rate is multiplied by it every step")
    floor: float = Field(0.0, ge=0, le=3e38, description="the rate does not fall below")
    drops: tuple[Step, ...] = Field((), description="steps after which the rate is multiplied, in turn, by those of `factors`")
    factors: tuple[Annotated[float, Field(ge=0, le=3e38)], ...] = Field(
        (), description="what the rate is multiplied by at each of `drops`"
    )
    batch: int = Field(128, ge=1, le=1_000_000, description="examples, or lanes of a sequence, a step")
    steps: int = Field(0, ge=0, description="steps a generation; 0: one pass over the training examples")
    clip: float = Field(0.0, ge=0, description="gradients longer than this are shortened to it; 0: never")
    penalty: float = Field(
        0.0, ge=0, le=3e38, description="times half the squared length of the network's weight matrices, in the loss"
    )

    def schedule(self) -> optax.Schedule:
        """The learning rate by step; InputError where drops and factors do not pair up."""
        if len(self.drops) != len(self.factors):
            raise InputError(f"drops has {len(self.drops)} steps, factors {len(self.factors)} numbers: they must pair up")
        falls: dict[int, float] = {}
        for drop, factor in zip(self.drops, self.factors, strict=True):
            falls[drop] = falls.get(drop, 1.0) * factor
        pieces = optax.piecewise_constant_schedule(1.0, falls)

        def rate(step: Any) -> Any:
            return jnp.maximum(self.rate * self.decay**step * pieces(step), self.floor)

        return rate

    def transformation(self) -> optax.GradientTransformation:
        """The optimiser."""
        kinds = {"adam": optax.adam, "sgd": partial(optax.sgd, momentum=self.momentum, nesterov=True)}
        clipped = [optax.clip_by_global_norm(self.clip)] if self.clip else []
        return optax.chain(*clipped, kinds[self.optimizer](self.schedule()))


@dataclass(frozen=True)
class Course:
    """What a search follows: f, M, the loss, and whence examples come."""

    generator: Generator
    network: Network
    loss: Loss
    task: Teaching

    @classmethod
    def of(cls, encoding: object, model: object, task: object) -> Course:
        """InputError where there is no gradient to follow, saying which part has none."""
        if not isinstance(task, Teaching):
            raise InputError(f"task {type(task).__name__} has no examples to learn from, which search=gradient needs")
        if not (hasattr(encoding, "generate") and hasattr(model, "apply")):
            raise InputError("search=gradient needs an encoding with a gradient, such as encoding=dense; this one has none")
        return cls(encoding, model, loss_of(task), task)  # type: ignore[arg-type]


def _require_memory(counts: Mapping[str, int]) -> None:
    """InputError where there is none for z, its gradient, two averages and the genome, and for the weights and their gradient."""
    needed, there = 24 * counts["trained"] + 8 * counts["weights"], available()
    if needed > there:
        what = f"{counts['trained']:,} parameters of a network of {counts['weights']:,} weights"
        raise InputError(f"{what} take {needed / 1e9:,.1f} GB, and {there / 1e9:,.1f} GB are free: choose smaller sizes")


class Gradient:
    """One z that follows the gradient of the mean loss over batches; everything is a function of the seed."""

    def __init__(self, config: GradientConfig, space: Space, rng: Random) -> None:
        if not isinstance(space, VectorSpace):
            raise InputError("search=gradient needs genomes that are vectors, this encoding has graphs; use search=neat")
        self.config, self.space = config, space
        self.optimizer = config.transformation()
        self.seed = int(rng.integers(2**31))
        self.steps, self.pass_seed, self.position = 0, -1, 0
        self.figures: dict[str, float] = {}

    def follow(self, encoding: Encoding[Any, Any], model: Model[Any], task: Task) -> None:
        """Settle what is learnt, from the beginning. InputError where there is no gradient."""
        self.course = Course.of(encoding, model, task)
        if isinstance(encoding, Counted):
            _require_memory(encoding.counts)
        if self.config.penalty and isinstance(self.course.generator, Costing):
            raise InputError("penalty is of networks that are trained one at a time; this encoding draws many a step: leave it out")
        self.memory = jnp.zeros((0, self.course.network.memory))
        self._step = jax.jit(partial(_step, self.course, self.optimizer, self.config.penalty), donate_argnums=(0, 1))
        self._examples: Iterator[Batch] | None = None
        for name in ("z", "optimized"):
            vars(self).pop(name, None)

    @cached_property
    def z(self) -> jax.Array:
        """At first what the encoding begins with, made when it is asked for: whoever goes on, or only looks, has a z already."""
        return self.course.generator.initial(jax.random.key(self.seed))

    @cached_property
    def optimized(self) -> Any:
        """The optimiser's averages."""
        return self.optimizer.init(self.z)

    @property
    def genomes(self) -> Sequence[Floats]:
        """z, alone; none before it is settled what is learnt."""
        return [np.asarray(self.z, np.float64)] if hasattr(self, "course") else []

    def advance(self, rng: Random) -> int:
        """Take the steps of one generation; how many they were. A pass over the examples goes on in the next generation.

        DivergenceError where numbers are not finite any more.
        """
        found: list[Figures] = []
        while not self.config.steps or len(found) < self.config.steps:
            begins = self._examples is None and not self.position
            with blaming(self.course.task, "in batches"):
                batch = self._next(rng)
            if batch is None and begins:
                raise without_examples(self.course.task)
            if batch is None:
                if not self.config.steps:
                    break
                continue
            found.append(self._learn(*checked(self.course.task, batch)))
        self.check([float(each["loss"]) for each in found])
        self.figures = {name: float(np.mean([each[name] for each in found])) for name in found[0]}
        return len(found)

    def check(self, losses: Sequence[float]) -> None:
        """DivergenceError where the loss of a step, or what it moved z to, is not finite."""
        less = f" and a penalty below {self.config.penalty:g}" if self.config.penalty > 1 else ""
        remedy = f"choose a rate below {self.config.rate:g}{less}, or shorten gradients with clip=1"
        for step, loss in enumerate(losses, self.steps - len(losses) + 1):
            if not np.isfinite(loss):
                raise DivergenceError(f"the loss of step {step:,} is {loss}: {remedy}")
        if not jnp.isfinite(self.z).all():
            raise DivergenceError(f"step {self.steps:,} led to weights that are not finite: {remedy}")

    def _next(self, rng: Random) -> Batch | None:
        """The next batch of the pass, None at its end; a new pass begins with a seed from `rng`, by which it can be found again."""
        if self._examples is None:
            if self.pass_seed < 0:
                self.pass_seed, self.position = int(rng.integers(2**63)), 0
            self._examples = iter(self.course.task.batches(self.config.batch, default_rng(self.pass_seed)))
            for _ in range(self.position):
                next(self._examples)
        batch = next(self._examples, None)
        self.position += 1
        if batch is not None:
            return batch
        self._examples, self.pass_seed, self.position = None, -1, 0
        self.memory = self.memory[:0]
        return None

    def _learn(self, inputs: Array, targets: Array) -> Figures:
        lanes = lanes_of(inputs)
        if len(self.memory) != lanes or not self.course.task.carries:
            self.memory = jnp.zeros((lanes, self.course.network.memory))
        key = jax.random.fold_in(jax.random.key(self.seed), self.steps)
        figures: Figures
        self.z, self.optimized, self.memory, figures = self._step(self.z, self.optimized, self.memory, inputs, targets, key)
        self.steps += 1
        return figures

    def step_bytes(self) -> int:
        """The most that one step holds at a time, as the compiler plans it: z, the optimiser's averages and a batch before and
        after, and all between. Nothing is computed."""
        inputs, targets = next(self.course.task.batches(self.config.batch, default_rng(0)))
        lanes = jnp.zeros((lanes_of(inputs), self.course.network.memory))
        step = self._step.lower(self.z, self.optimized, lanes, inputs, targets, jax.random.key(0)).compile()
        held: Any = step.memory_analysis()
        ends = held.argument_size_in_bytes + held.output_size_in_bytes - held.alias_size_in_bytes
        return int(ends + held.temp_size_in_bytes)

    def report(self) -> dict[str, Any]:
        """Steps so far, the learning rate of the next, and the means of the last generation: loss, figures, gradient's length."""
        rate = float(self.config.schedule()(self.steps))
        return {"steps": self.steps, "rate": rate, **self.figures}

    def state(self) -> dict[str, Array]:
        """z, the optimiser's averages, memory of lanes, and the place in the pass."""
        leaves = jax.tree.leaves(self.optimized)
        numbers = np.array([self.seed, self.steps, self.pass_seed, self.position], np.int64)
        arrays = {"z": self.z, "memory": self.memory, **{f"optimizer.{k}": leaf for k, leaf in enumerate(leaves)}}
        return {"numbers": numbers, **{name: np.array(array) for name, array in arrays.items()}}

    def restore(self, state: Mapping[str, Array], /) -> None:
        """Continue from `state`."""
        self.seed, self.steps, self.pass_seed, self.position = (int(number) for number in state["numbers"])
        self.adopt(state)
        leaves = [jnp.array(state[f"optimizer.{k}"]) for k in range(len(jax.tree.leaves(self.optimized)))]
        self.optimized = jax.tree.unflatten(jax.tree.structure(self.optimized), leaves)
        self.memory, self._examples = jnp.asarray(state["memory"]), None

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Begin with the z of `state`, with a fresh optimiser."""
        self.z = jnp.array(state["z"])


def _step(
    course: Course,
    optimizer: optax.GradientTransformation,
    penalty: float,
    z: jax.Array,
    optimized: Any,
    memory: jax.Array,
    inputs: jax.Array,
    targets: jax.Array,
    key: jax.Array,
) -> tuple[jax.Array, Any, jax.Array, Figures]:
    """One step of the optimiser: z, its state, the memory of the lanes, and figures."""

    def cost(z: jax.Array) -> tuple[jax.Array, tuple[jax.Array, Weights, Figures]]:
        if isinstance(course.generator, Costing):
            total, figures = course.generator.cost(z, course.loss, inputs, targets, key)
            return total, (memory, {}, figures)
        weights = course.generator.generate(z)
        applied = course.network.apply(weights, memory, inputs, key)
        loss, figures = course.loss(applied.outputs, targets)
        held = sum((jnp.square(array).sum() for array in weights.values() if array.ndim > 1), jnp.zeros(()))
        return loss + 0.5 * penalty * held, (applied.state, applied.measured, {"loss": loss, **figures})

    slope, (after, measured, figures) = jax.grad(cost, has_aux=True)(z)
    moved, optimized = optimizer.update(slope, optimized, z)
    z = course.generator.keep(optax.apply_updates(z, moved), measured)
    return z, optimized, jax.lax.stop_gradient(after), {**figures, "slope": optax.tree.norm(slope)}
