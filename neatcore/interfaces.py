"""The seam: f : Z → Θ, the network M(θ), the task that sees only the network, the search that sees only fitness.

Letters in shapes: P population, S lanes (samples or episodes side by side), I inputs, O outputs.
An encoding knows no task, a task knows no encoding, a search knows neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, runtime_checkable

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
    """

    inputs: int
    outputs: int
    bias: bool = True
    recurrent: bool = False
    output: str = "sigmoid"
    hidden: tuple[str, ...] = ("sigmoid",)
    seed: Genome | None = None
    grows: bool = True


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


@runtime_checkable
class Unrolling(Protocol):
    """A policy that takes many steps at once where inputs are symbols, which is faster than one `step` after another."""

    def unroll(self, state: State, symbols: Ints, /) -> tuple[State, Floats]:
        """Symbols (T, S), the same for every network, which stand for 1 at their place and 0 elsewhere, to outputs (P, T, S, O),
        and the state after the last step. The same as T steps."""
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


@runtime_checkable
class Transferable(Protocol):
    """A search that can begin where another one of its kind has come to, on another task."""

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Take the genomes and the like of `state`; they are evaluated anew, and what fitness they had before is forgotten."""
        ...


class Learner(Protocol[Z]):
    """Learning within a lifetime: between birth and evaluation, every genome's network learns from a task's examples."""

    def improve(self, genomes: Sequence[Z], rng: Generator, /) -> Sequence[Z]:
        """The genomes (P,) as they are after learning, of the same structure. All get the same lessons, drawn from `rng`, and
        none depends on which others learn beside it."""
        ...

    def report(self) -> dict[str, Any]:
        """What it says of the last lessons, in plain numbers."""
        ...


@runtime_checkable
class Inheriting(Protocol[Z]):
    """A search whose genomes can hand on what they have learnt."""

    def inherit(self, learnt: Sequence[Z], /) -> Sequence[Z]:
        """Before `tell`: go on with `learnt` in place of the genomes last asked for, which have the same structure. Returns them
        as they are kept, within the limits of the search."""
        ...


@runtime_checkable
class Descending(Protocol[Z_out]):
    """A search that follows the gradient of a task's loss, instead of asking for fitness. Its z are measured all the same."""

    @property
    def genomes(self) -> Sequence[Z_out]:
        """Where it stands."""
        ...

    def follow(self, encoding: Any, model: Any, task: Task, /) -> None:
        """Settle whose gradient is followed, before all else; InputError where there is none."""
        ...

    def advance(self, rng: Generator, /) -> int:
        """Take the steps of one generation; how many they were."""
        ...

    def report(self) -> dict[str, Any]:
        """As of any search."""
        ...


@runtime_checkable
class Counted(Protocol):
    """An encoding that says how much smaller its genomes are than what they stand for."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Numbers by what they count: `trained` parameters, `weights` of the network that they stand for, and others."""
        ...


@dataclass(frozen=True)
class Verdict:
    """What an examination says of one network: whether it solves the task, and figures worth keeping."""

    solved: bool
    info: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Examining(Protocol):
    """A task whose solutions must pass a test too costly for every network: one, or a few, of each generation are examined."""

    def examine(self, policy: Policy, rng: Generator, /) -> Verdict:
        """Examine the one network of `policy`."""
        ...


@runtime_checkable
class Nominating(Protocol):
    """A search that knows which of its genomes are worth an examination; of other searches the fittest are examined."""

    def nominees(self) -> Ints:
        """After `tell`: all rows (P,) in the order in which to examine them. Reading changes nothing."""
        ...

    def examined(self, rows: Ints, /) -> None:
        """Take note that these have been examined."""
        ...


@runtime_checkable
class Observing(Protocol):
    """A search that wants to know what networks did, and not only how well."""

    def observe(self, behaviour: Floats | None, /) -> None:
        """Before `tell`: the behaviour (P, B) of the genomes last asked for; InputError where the task says nothing of it."""
        ...


# --- what a task can show -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frames:
    """Pictures of an episode: images (T, H, W, 3) uint8, shown at `rate` frames a second."""

    images: NDArray[np.uint8]
    rate: float
    caption: str = ""


@dataclass(frozen=True)
class Shape:
    """One thing in a scene over T frames. kind "line": points (T, K, 2), joined; "disc": centres (T, K, 2) of `size`.

    points of one frame, (1, K, 2), stand still. size: line width or radius, in world units. colour: one of the roles
    "ink", "faint", "accent", "second", "good", "bad"; the picture chooses the tint.
    """

    kind: str
    points: Floats
    size: float
    colour: str = "ink"


@dataclass(frozen=True)
class Scene:
    """A drawn episode: shapes over T frames in a world of x limits and y limits, at `rate` frames a second."""

    shapes: Sequence[Shape]
    x: tuple[float, float]
    y: tuple[float, float]
    rate: float
    caption: str = ""


@dataclass(frozen=True)
class Answers:
    """A function learnt: inputs (S, I), targets (S, O), outputs (S, O); `surface` (K, K) is the output over the first two
    inputs in [0, 1]² where there are two (row: second input, column: first)."""

    inputs: Floats
    targets: Floats
    outputs: Floats
    surface: Floats | None = None
    caption: str = ""


@runtime_checkable
class Showable(Protocol):
    """A task that can show a network at work."""

    def show(self, policy: Policy, rng: Generator, /) -> Frames | Scene | Answers:
        """One episode of the first network of `policy`."""
        ...


@runtime_checkable
class Named(Protocol):
    """A task whose inputs and outputs have names, for pictures: as many as there are inputs and outputs."""

    @property
    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """Names of the inputs, names of the outputs."""
        ...


@runtime_checkable
class Behaving(Protocol):
    """A task that says what networks did: its evaluations have a behaviour (P, B)."""

    @property
    def behaviours(self) -> Sequence[str]:
        """The names of the B columns."""
        ...


@runtime_checkable
class Charted(Protocol):
    """A task whose behaviour is a place in the plane, x and y: it can be drawn on a chart."""

    @property
    def chart(self) -> Scene:
        """What stands on the chart, unmoved, and its limits, in the units of behaviour."""
        ...

    def trace(self, policy: Policy, rng: Generator, /) -> Floats:
        """The way (T, 2) of the first network to its place."""
        ...


@runtime_checkable
class Generalising(Protocol):
    """A task that can try a network on more than what it evolves on, too costly for every network of every generation."""

    def generalise(self, policy: Policy, rng: Generator, /) -> Mapping[str, float]:
        """Figures of the one network of `policy`."""
        ...


@runtime_checkable
class Placed(Protocol):
    """A task whose inputs and outputs stand somewhere, for encodings that make use of geometry, such as HyperNEAT."""

    @property
    def places(self) -> tuple[Floats, Floats]:
        """Coordinates in [-1, 1]: of the inputs (I, D), and of the outputs (O, D)."""
        ...


@runtime_checkable
class Teaching(Protocol):
    """A task with examples, for searches that follow a gradient."""

    @property
    def loss(self) -> str:
        """What is to be small, by name. Of targets (…) of whole numbers "cross-entropy", against outputs (…, O) as logits; of
        targets (…, O) "squared"; of points (…, 3) of a drawing "mixture-density", NaN where there is none."""
        ...

    @property
    def carries(self) -> bool:
        """Whether the lanes of a batch go on where those of the batch before it ended: then a policy's state is kept."""
        ...

    def batches(self, size: int, rng: Generator, /) -> Iterator[tuple[Array, Array]]:
        """All training examples once, in batches of at most `size` lanes: inputs and targets.

        Inputs are (S, I) where an example is one step, (T, S, I) where it is T steps; whole numbers (T, S) are symbols, which
        stand for 1 at their place and 0 elsewhere. Draw the order, and what changes from pass to pass, from `rng`.
        """
        ...


@runtime_checkable
class Pictorial(Protocol):
    """A task whose inputs are the pixels of a picture, row by row, the channels of a pixel side by side."""

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """Height, width, channels: their product is the number of inputs."""
        ...


# --- the record of a generation -----------------------------------------------------------------------------------------


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
