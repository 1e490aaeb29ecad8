"""A variational autoencoder of weight vectors (Kingma & Welling 2014), fitted to the networks of a group.

Letters in shapes: S networks of a batch, n weights, L numbers of the latent space.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.random import Generator

from hypernets.packing import Packing
from neatcore.interfaces import Array, Floats

if TYPE_CHECKING:
    from hypernets.interfaces import Weights

Figures = dict[str, jax.Array]
LEAST = 1e-6  # deviation of a weight, at least: one that never differs would otherwise be divided by 0


@dataclass(frozen=True)
class Vae:
    """n-256-128-(μ, ln σ² of 32)-128-256-n, ReLU between; weights are standardised before and after."""

    size: int
    widths: tuple[int, ...]
    latent: int

    @property
    def packing(self) -> Packing:
        """All its numbers: of encoder and decoder, by which weights are standardised, and where the group's embeddings lie."""
        chain = (self.size, *self.widths)
        encoder = [*pairwise(chain), (chain[-1], 2 * self.latent)]
        decoder = list(pairwise((self.latent, *reversed(chain))))
        shapes: dict[str, tuple[int, ...]] = {}
        for side, layers in (("encoder", encoder), ("decoder", decoder)):
            for k, (rows, columns) in enumerate(layers, 1):
                shapes |= {f"{side}{k}.kernel": (rows, columns), f"{side}{k}.bias": (columns,)}
        ends = {"mean": (self.size,), "deviation": (self.size,), "centre": (self.latent,), "spread": (self.latent,)}
        return Packing.of(shapes | ends)

    def initial(self, key: jax.Array) -> dict[str, jax.Array]:
        """Kernels as wide as those of He et al. (2015), all else 0: what is not fitted makes networks without weights."""
        deviations = [np.full(s, (2 / s[0]) ** 0.5 if len(s) > 1 else 0.0).ravel() for _, s in self.packing.shapes]
        drawn = jax.random.normal(key, (self.packing.size,)) * jnp.asarray(np.concatenate(deviations), jnp.float32)
        return self.packing.unpack(drawn)

    def encode(self, numbers: Weights, standard: jax.Array) -> tuple[jax.Array, jax.Array]:
        """μ and ln σ² (S, L) of standardised weights (S, n)."""
        mean, logarithm = jnp.split(_through(numbers, "encoder", len(self.widths) + 1, standard), 2, axis=-1)
        return mean, logarithm

    def decode(self, numbers: Weights, z: jax.Array) -> jax.Array:
        """Standardised weights (S, n) of z (S, L)."""
        found: jax.Array = _through(numbers, "decoder", len(self.widths) + 1, z)
        return found

    def loss(self, numbers: Weights, standard: jax.Array, beta: jax.Array, key: jax.Array) -> tuple[jax.Array, Figures]:
        """Mean squared error of a weight + β · KL(N(μ, σ²) ‖ N(0, I)) (2014, app. B), and both, for weights (S, n)."""
        mean, logarithm = self.encode(numbers, standard)
        z = mean + jnp.exp(0.5 * logarithm) * jax.random.normal(key, mean.shape)
        error = jnp.square(self.decode(numbers, z) - standard).mean()
        divergence = 0.5 * (jnp.exp(logarithm) + mean**2 - 1 - logarithm).sum(-1).mean()
        return error + beta * divergence, {"error": error, "divergence": divergence}


def _through(numbers: Weights, side: str, layers: int, values: Any) -> Any:
    """Values (S, …) through the layers of one side: of JAX where the numbers are, plain where they are."""
    for k in range(1, layers + 1):
        values = values @ numbers[f"{side}{k}.kernel"] + numbers[f"{side}{k}.bias"]
        values = values * (values > 0) if k < layers else values
    return values


class Fit:
    """One autoencoder on its way, and the networks (N, n) it is fitted to."""

    def __init__(self, vae: Vae, vectors: Array, key: jax.Array) -> None:
        self.vae, self.key, self.steps = vae, key, 0
        self.numbers = vae.initial(key)
        mean, deviation = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), LEAST)
        self.standard = jnp.asarray((vectors - mean) / deviation, jnp.float32)
        self.numbers |= {"mean": jnp.asarray(mean), "deviation": jnp.asarray(deviation)}
        self.optimized: Any = optax.adam(1.0).init(self.numbers)

    def learn(self, batch: int, rate: float, beta: float, rng: Generator) -> dict[str, float]:
        """A pass over the networks in an order drawn from `rng`; the mean error of a weight and the mean divergence."""
        batch = min(batch, len(self.standard))
        order = rng.permutation(len(self.standard))[: len(self.standard) // batch * batch].reshape(-1, batch)
        found, step = [], _step(self.vae)
        for rows in order:
            key = jax.random.fold_in(self.key, self.steps)
            moved = step(self.numbers, self.optimized, self.standard[rows], rate, beta, key)
            self.numbers, self.optimized, figures = moved
            found.append(figures)
            self.steps += 1
        self._place()
        return {name: float(np.mean([each[name] for each in found])) for name in found[0]}

    def _place(self) -> None:
        """Where the embeddings lie: the mean and deviation of the aggregate posterior, by latent number."""
        mean, logarithm = _encode(self.vae)(self.numbers, self.standard)
        spread = jnp.sqrt(mean.var(axis=0) + jnp.exp(logarithm).mean(axis=0))
        self.numbers = {**self.numbers, "centre": mean.mean(axis=0), "spread": spread}

    @property
    def vector(self) -> Floats:
        """All numbers, one after another."""
        return np.asarray(self.vae.packing.pack(self.numbers), np.float64)

    def state(self) -> dict[str, Array]:
        leaves = jax.tree.leaves(self.optimized)
        arrays = {f"optimizer.{k}": np.asarray(leaf) for k, leaf in enumerate(leaves)}
        return {"numbers": np.asarray(self.vae.packing.pack(self.numbers)), "steps": np.array(self.steps)} | arrays

    def restore(self, state: dict[str, Array]) -> None:
        self.numbers, self.steps = self.vae.packing.unpack(jnp.asarray(state["numbers"])), int(state["steps"])
        leaves = [jnp.asarray(state[f"optimizer.{k}"]) for k in range(len(jax.tree.leaves(self.optimized)))]
        self.optimized = jax.tree.unflatten(jax.tree.structure(self.optimized), leaves)


MEASURED = ("mean", "deviation", "centre", "spread")  # numbers that are measured, not learnt


@lru_cache(maxsize=8)
def _encode(vae: Vae) -> Any:
    return jax.jit(vae.encode)


@lru_cache(maxsize=8)
def _step(vae: Vae) -> Any:
    return jax.jit(partial(_moved, vae))


def _moved(vae: Vae, numbers: Weights, optimized: Any, standard: jax.Array, rate: float, beta: jax.Array, key: jax.Array) -> Any:
    """A step of Adam: numbers, its state, figures."""
    slope, figures = jax.grad(vae.loss, has_aux=True)(numbers, standard, beta, key)
    moved, optimized = optax.adam(1.0).update(slope, optimized)
    after = {name: array if name in MEASURED else array + rate * moved[name] for name, array in numbers.items()}
    return after, optimized, figures


# --- plain, for what is fitted ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Fitted:
    """An autoencoder that is fitted, in plain numbers: what generates networks."""

    vae: Vae
    numbers: dict[str, Array]

    @classmethod
    def of(cls, vae: Vae, vector: Floats) -> Fitted:
        """Of all its numbers, one after another."""
        return cls(vae, {name: array[0].astype(np.float64) for name, array in vae.packing.stack([vector]).items()})

    def embed(self, vectors: Array) -> Floats:
        """μ (P, L) of weights (P, n)."""
        standard = (vectors - self.numbers["mean"]) / np.maximum(self.numbers["deviation"], LEAST)
        return self._coded(standard)

    def _coded(self, standard: Floats) -> Floats:
        found: Floats = _through(self.numbers, "encoder", len(self.vae.widths) + 1, standard)[:, : self.vae.latent]  # type: ignore[arg-type]
        return found

    def make(self, z: Floats) -> Floats:
        """Weights (P, n) of z (P, L)."""
        standard: Floats = _through(self.numbers, "decoder", len(self.vae.widths) + 1, z)  # type: ignore[arg-type]
        return self.numbers["mean"] + self.numbers["deviation"] * standard

    def draw(self, count: int, rng: Generator, posterior: bool = False) -> Floats:
        """Weights (count, n) of z from N(0, I), or from a normal distribution like that of the group's own embeddings."""
        z = rng.normal(size=(count, self.vae.latent))
        return self.make(self.numbers["centre"] + self.numbers["spread"] * z if posterior else z)

    def variety(self, rng: Generator, count: int = 500) -> float:
        """The variance of drawn networks' weights, as a share of that of the networks fitted to; near 0 the generator collapsed."""
        return float((self.draw(count, rng) / np.maximum(self.numbers["deviation"], LEAST)).var(axis=0).mean())
