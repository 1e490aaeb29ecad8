"""What encodings, policies, searches and tasks may do beyond the seam; each says so by having the methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from numpy.random import Generator

from neatcore.interfaces.seam import Array, Floats, Ints, Policy, State, Task, Z, Z_out

# --- of policies and encodings ------------------------------------------------------------------------------------------


@runtime_checkable
class Unrolling(Protocol):
    """A policy that takes many steps at once where inputs are symbols, which is faster than one `step` after another."""

    def unroll(self, state: State, symbols: Ints, /) -> tuple[State, Floats]:
        """Symbols (T, S), the same for every network, which stand for 1 at their place and 0 elsewhere, to outputs (P, T, S, O),
        and the state after the last step. The same as T steps."""
        ...


@runtime_checkable
class Adapting(Protocol):
    """A policy whose networks change their own weights from step to step."""

    def weights(self, state: State, /) -> Floats:
        """The weights (K, S) of the first network's links that can change, as of `state`."""
        ...

    def links(self, inputs: Sequence[str], outputs: Sequence[str], /) -> Sequence[str]:
        """These K links in words, with these names for inputs and outputs."""
        ...


@runtime_checkable
class Counted(Protocol):
    """An encoding that says how much smaller its genomes are than what they stand for."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Numbers by what they count: `trained` parameters, `weights` of the network that they stand for, and others."""
        ...


@runtime_checkable
class Embedded(Protocol):
    """An encoding that writes weights of embeddings, which are part of a genome."""

    def embedded(self, genome: Floats, /) -> Mapping[str, Array]:
        """The embeddings (tiles, numbers) by the name of the weights that are written of them."""
        ...


# --- of searches --------------------------------------------------------------------------------------------------------


@runtime_checkable
class Transferable(Protocol):
    """A search that can begin where another one of its kind has come to, on another task."""

    def adopt(self, state: Mapping[str, Array], /) -> None:
        """Take the genomes and the like of `state`; they are evaluated anew, and what fitness they had before is forgotten."""
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


@runtime_checkable
class Surveying(Protocol):
    """A search that divides what networks can do into cells: it needs to know the limits of behaviour."""

    def survey(self, limits: Floats, /) -> None:
        """Before all else: the least and the greatest of each number of behaviour (B, 2)."""
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


# --- of tasks -----------------------------------------------------------------------------------------------------------


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
class Generalising(Protocol):
    """A task that can try a network on more than what it evolves on, too costly for every network of every generation."""

    def generalise(self, policy: Policy, rng: Generator, /) -> Mapping[str, float]:
        """Figures of the one network of `policy`."""
        ...


@runtime_checkable
class Behaving(Protocol):
    """A task that says what networks did: its evaluations have a behaviour (P, B)."""

    @property
    def behaviours(self) -> Sequence[str]:
        """The names of the B columns."""
        ...


@runtime_checkable
class Placed(Protocol):
    """A task whose inputs and outputs stand somewhere, for encodings that make use of geometry, such as HyperNEAT."""

    @property
    def places(self) -> tuple[Floats, Floats]:
        """Coordinates, in [-1, 1] or not far from it: of the inputs (I, D), and of the outputs (O, D)."""
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
