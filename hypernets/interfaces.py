"""The seam once more, for functions that JAX can differentiate: f(z) = θ as `Generator`, M(θ; x) as `Network`.

A generator is also an `Encoding` and a network also a `Model` of neatcore: the same pair is searched by evolution and by gradient,
and a task sees the same policies. Letters in shapes: T time steps, S lanes, I inputs, O outputs, H numbers remembered, n of z.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import jax

from neatcore.interfaces import Array, Floats, Policy, VectorSpace

if TYPE_CHECKING:
    from hypernets.losses import Figures, Loss

Weights = Mapping[str, jax.Array]  # of one network: arrays by name
Stacked = Mapping[str, Array]  # of P networks: arrays by name, plain, their first axis P
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Applied:
    """What a network answers. outputs: (S, O) or (T, S, O). state: (S, H), after the last step.

    measured: new values of weights that are measured and not trained, such as the running means of batch normalisation.
    """

    outputs: jax.Array
    state: jax.Array
    measured: Weights = field(default_factory=dict)


jax.tree_util.register_dataclass(Applied, ["outputs", "state", "measured"], [])


class Network(Protocol):
    """M, of which JAX can take gradients. Hashable: what it is made of is settled when it is built."""

    def __hash__(self) -> int: ...

    @property
    def inputs(self) -> int:
        """I."""
        ...

    @property
    def outputs(self) -> int:
        """O."""
        ...

    @property
    def memory(self) -> int:
        """H: how many numbers a lane keeps between steps; 0 of a feed-forward network."""
        ...

    @property
    def shapes(self) -> Shapes:
        """The weights that it wants, by name."""
        ...

    @property
    def measured(self) -> frozenset[str]:
        """The names of weights that are measured, not trained."""
        ...

    def initial(self, key: jax.Array, /) -> Weights:
        """Weights to begin training with."""
        ...

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, key: jax.Array | None = None, /) -> Applied:
        """Of inputs (S, I), one step, or (T, S, I), T steps, or symbols (T, S), whole numbers that stand for one-hot vectors.

        state: (S, H), zeros at the beginning. key: of dropout and the like; None where the network is used and not trained.
        """
        ...

    def bind(self, weights: Stacked, /) -> Policy:
        """P networks that compute with these weights."""
        ...


class Generator(Protocol):
    """f : Z → Θ, of which JAX can take gradients; z is a vector."""

    @property
    def space(self) -> VectorSpace:
        """Vectors of n numbers."""
        ...

    def initial(self, key: jax.Array, /) -> jax.Array:
        """A z (n,) to begin training with."""
        ...

    def generate(self, z: jax.Array, /) -> Weights:
        """The weights of one network, made from z (n,)."""
        ...

    def keep(self, z: jax.Array, measured: Weights, /) -> jax.Array:
        """z with what was measured in place of the old."""
        ...

    def decode(self, genomes: Sequence[Floats], /) -> Stacked:
        """The weights of P networks, made from P vectors."""
        ...


@runtime_checkable
class Costing(Protocol):
    """A generator that says itself what descent makes small, such as one that draws many networks a step."""

    def cost(self, z: jax.Array, loss: Loss, inputs: jax.Array, targets: jax.Array, key: jax.Array, /) -> tuple[jax.Array, Figures]:
        """A number, and figures with `loss` among them; inputs (S, I) and targets of a batch, a key for what is drawn."""
        ...
