"""The seam: f : Z → Θ, the network M(θ), the task that sees only the network, the search that sees only fitness.

Letters in shapes: P population, S lanes (samples or episodes side by side), I inputs, O outputs.
An encoding knows no task, a task knows no encoding, a search knows neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

if TYPE_CHECKING:
    from neatcore.genome import Genome

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
State = Array  # what a policy remembers between steps; its first axis is P, so `state[rows]` selects networks

Z = TypeVar("Z")
Z_out = TypeVar("Z_out", covariant=True)
Z_in = TypeVar("Z_in", contravariant=True)
Theta = TypeVar("Theta")
Theta_in = TypeVar("Theta_in", contravariant=True)
Theta_out = TypeVar("Theta_out", covariant=True)


@dataclass(frozen=True)
class GraphSpace:
    """The genomes that a graph search such as NEAT explores: networks of `inputs` and `outputs`, grown from there.

    bias: whether there is a bias node. recurrent: whether links may close cycles. output, hidden: the activations that suit the
    encoding, for output nodes and for hidden ones. seed: nodes and links that every first genome has, for encodings that need
    a structure to begin with; a link of weight 0 in it gets a random weight. grows: off where genomes keep that structure.
    rules: how many rules of plasticity links choose from, besides that of a fixed weight; 0 where no weight changes in a lifetime.
    """

    inputs: int
    outputs: int
    bias: bool = True
    recurrent: bool = False
    output: str = "sigmoid"
    hidden: tuple[str, ...] = ("sigmoid",)
    seed: Genome | None = None
    grows: bool = True
    rules: int = 0


@dataclass(frozen=True)
class VectorSpace:
    """The genomes that a vector search such as CMA-ES explores: `size` real numbers, started around `mean`."""

    size: int
    mean: float = 0.0
    scale: float = 1.0


Space = GraphSpace | VectorSpace


class Encoding(Protocol[Z_in, Theta_out]):
    """f : Z → Θ. Turns genomes into the weights of networks. Pure: the same genomes give the same weights."""

    @property
    def space(self) -> Space:
        """The genomes that `decode` takes; a search is built for it."""
        ...

    def decode(self, genomes: Sequence[Z_in], /) -> Theta_out:
        """The weights of P networks, stacked along the first axis."""
        ...


class Policy(Protocol):
    """P networks side by side, stepped together. Outputs lie in [0, 1] unless the model's output activation says otherwise."""

    @property
    def size(self) -> int:
        """P."""
        ...

    @property
    def inputs(self) -> int:
        """I."""
        ...

    @property
    def outputs(self) -> int:
        """O."""
        ...

    def reset(self, lanes: int, /) -> State:
        """The state before the first step of S lanes; first axis P."""
        ...

    def step(self, state: State, inputs: Floats, /) -> tuple[State, Floats]:
        """Inputs (P, S, I) to outputs (P, S, O), and the next state. `state` may be reused and must not be read again."""
        ...

    def take(self, rows: Ints, /) -> Policy:
        """The policy of those networks alone; their states are `state[rows]`."""
        ...


class Model(Protocol[Theta_in]):
    """M. A network whose weights come from outside."""

    def bind(self, weights: Theta_in, /) -> Policy:
        """P networks that compute with these weights."""
        ...


@dataclass(frozen=True)
class Evaluation:
    """What a task says of P networks.

    fitness (P,): higher is better, finite. solved (P,): whether the task counts as solved; none where omitted.
    behaviour (P, B): what the network did, for novelty search. info: further columns (P,), such as steps survived.
    """

    fitness: Floats
    solved: Bools | None = None
    behaviour: Floats | None = None
    info: Mapping[str, Array] = field(default_factory=dict)


class Task(Protocol):
    """What is to be solved. It sees a policy, never a genome, an encoding or a search."""

    @property
    def inputs(self) -> int:
        """How many numbers a network reads each step."""
        ...

    @property
    def outputs(self) -> int:
        """How many numbers a network answers each step."""
        ...

    def evaluate(self, policy: Policy, rng: Generator, /) -> Evaluation:
        """Fitness of P networks. Draw episodes from `rng`, the same for every network: then a network's fitness does not
        depend on which others stand beside it, nor on how the work is split."""
        ...


class Search(Protocol[Z_out]):
    """A search for z. It sees genomes and their fitness, nothing else."""

    def ask(self) -> Sequence[Z_out]:
        """The P genomes to evaluate next; the same ones until they are told."""
        ...

    def tell(self, fitness: Floats, /) -> None:
        """Fitness (P,) of the genomes last asked for; higher is better."""
        ...

    def report(self) -> dict[str, Any]:
        """What the search says of itself after `tell`, in plain numbers, lists and dictionaries."""
        ...

    def state(self) -> dict[str, Array]:
        """All that `restore` needs, as plain named arrays. Reading it changes nothing."""
        ...

    def restore(self, state: Mapping[str, Array], /) -> None:
        """Continue from `state` as if never stopped."""
        ...


@dataclass(frozen=True)
class Generation(Generic[Z]):
    """One turn of the loop, as `evolve` yields it; everything here is about the genomes just evaluated.

    number: 0 for the first. best: the row of the champion: the fittest genome that solves the task, or the fittest where none does.
    evaluations: genomes evaluated so far, these included. solved: whether the task calls the champion a solution.
    report: what the search says of itself.
    """

    number: int
    genomes: Sequence[Z]
    evaluation: Evaluation
    best: int
    evaluations: int
    report: Mapping[str, Any]

    @property
    def champion(self) -> Z:
        return self.genomes[self.best]

    @property
    def solved(self) -> bool:
        return self.evaluation.solved is not None and bool(self.evaluation.solved[self.best])
