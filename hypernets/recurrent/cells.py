"""Recurrent cells that compute with their own weights: RNN and LSTM, with or without layer normalisation.

A cell splits its work in three, so that each is done as seldom as can be: `prepare` once a sequence, `project` for all steps at
once, `advance` step by step. Letters in shapes: T steps, S lanes, I inputs, N units, H numbers remembered.
Gates stand in the order i, g, f, o: input, candidate, forget, output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import jax
import jax.numpy as jnp

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Weights

GATES = 4
EPSILON = 1e-3  # of layer normalisation, as in the authors' code
Stepped = tuple[jax.Array, jax.Array]  # state (S, H), h (S, N)

_uniform = jax.nn.initializers.lecun_uniform()  # ±√(3 / I): what the authors' code gets where it names none
_orthogonal = jax.nn.initializers.orthogonal()


class Cell(Protocol):
    """One recurrent layer. Hashable. Weights are by name; the state of a lane is one row of numbers, h first."""

    def __hash__(self) -> int: ...

    @property
    def inputs(self) -> int:
        """I."""
        ...

    @property
    def units(self) -> int:
        """N, the length of h."""
        ...

    @property
    def memory(self) -> int:
        """H: how many numbers a lane keeps."""
        ...

    @property
    def shapes(self) -> Shapes:
        """The weights that it wants."""
        ...

    def initial(self, key: jax.Array, /) -> Weights:
        """Weights to begin training with."""
        ...

    def prepare(self, weights: Weights, /) -> Weights:
        """The weights as the two functions below use them."""
        ...

    def project(self, prepared: Weights, inputs: jax.Array, /) -> jax.Array:
        """What depends on the inputs alone: of floats (…, I) or symbols (…) the columns (…, K)."""
        ...

    def advance(self, prepared: Weights, state: jax.Array, projected: jax.Array, key: jax.Array | None, /) -> Stepped:
        """One step: state (S, H) and what was projected (S, K) to the next state and h (S, N). key: of dropout, None without."""
        ...

    def step(self, weights: Weights, state: jax.Array, inputs: jax.Array, /) -> Stepped:
        """One step from scratch, for a scan of your own."""
        ...


def stepped(cell: Cell, weights: Weights, state: jax.Array, inputs: jax.Array) -> Stepped:
    """One step of a cell, with nothing done beforehand."""
    prepared = cell.prepare(weights)
    return cell.advance(prepared, state, cell.project(prepared, inputs), None)


def times(inputs: jax.Array, matrix: jax.Array) -> jax.Array:
    """inputs (…, I) @ matrix (I, K); of symbols (…), which stand for one-hot vectors, the rows of the matrix."""
    return matrix[inputs] if jnp.issubdtype(inputs.dtype, jnp.integer) else inputs @ matrix


def dropped(values: jax.Array, keep: float, key: jax.Array | None) -> jax.Array:
    """Values, each kept with probability `keep` and then divided by it, or 0; all of them without a key."""
    if key is None or keep == 1.0:
        return values
    return jnp.where(jax.random.bernoulli(key, keep, values.shape), values / keep, 0.0)


def normalised(values: jax.Array) -> jax.Array:
    """Layer normalisation over the last axis (Ba et al. 2016), without gain and shift."""
    centred = values - values.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + EPSILON)


def drawn_input(key: jax.Array, inputs: int, columns: int) -> jax.Array:
    """A matrix (I, K) for inputs, uniform in ±√(3 / I)."""
    return _uniform(key, (inputs, columns))


def drawn_recurrent(key: jax.Array, units: int, gates: int) -> jax.Array:
    """A matrix (N, gates · N), orthogonal for each gate."""
    return jnp.concatenate([_orthogonal(each, (units, units)) for each in jax.random.split(key, gates)], axis=1)


@dataclass(frozen=True)
class Rnn:
    """h_t = tanh(W_x x_t + W_h h_{t-1} + b) (Elman 1990). The state is h."""

    inputs: int
    units: int

    @property
    def memory(self) -> int:
        return self.units

    @property
    def shapes(self) -> Shapes:
        return {"input": (self.inputs, self.units), "recurrent": (self.units, self.units), "bias": (self.units,)}

    def initial(self, key: jax.Array, /) -> Weights:
        one, other = jax.random.split(key)
        recurrent = drawn_recurrent(other, self.units, 1)
        return {"input": drawn_input(one, self.inputs, self.units), "recurrent": recurrent, "bias": jnp.zeros(self.units)}

    def prepare(self, weights: Weights, /) -> Weights:
        return weights

    def project(self, prepared: Weights, inputs: jax.Array, /) -> jax.Array:
        return times(inputs, prepared["input"])

    def advance(self, prepared: Weights, state: jax.Array, projected: jax.Array, _key: jax.Array | None, /) -> Stepped:
        h = jnp.tanh(projected + state @ prepared["recurrent"] + prepared["bias"])
        return h, h

    def step(self, weights: Weights, state: jax.Array, inputs: jax.Array, /) -> Stepped:
        return stepped(self, weights, state, inputs)


@dataclass(frozen=True)
class Lstm:
    """The LSTM with a bias of its own for each gate and no peepholes (Gers et al. 2000). The state is h, then c.

    layer_norm: each gate's sum and c are normalised (Ba et al. 2016). keep: probability with which a number of the candidate g is
    kept in training, c itself never being dropped (Semeniuta et al. 2016). forget_bias: added to f, beside the learnt bias.
    """

    inputs: int
    units: int
    layer_norm: bool = False
    keep: float = 1.0
    forget_bias: float = 1.0

    @property
    def memory(self) -> int:
        return 2 * self.units

    @property
    def shapes(self) -> Shapes:
        wide = GATES * self.units
        norms = {"gain": (wide + self.units,), "shift": (wide + self.units,)} if self.layer_norm else {}
        return {"input": (self.inputs, wide), "recurrent": (self.units, wide), "bias": (wide,), **norms}

    def initial(self, key: jax.Array, /) -> Weights:
        one, other = jax.random.split(key)
        constant = {name: jnp.full(self.shapes[name], name == "gain", float) for name in list(self.shapes)[2:]}
        recurrent = drawn_recurrent(other, self.units, GATES)
        return {"input": drawn_input(one, self.inputs, GATES * self.units), "recurrent": recurrent, **constant}

    def prepare(self, weights: Weights, /) -> Weights:
        return weights

    def project(self, prepared: Weights, inputs: jax.Array, /) -> jax.Array:
        return times(inputs, prepared["input"])

    def advance(self, prepared: Weights, state: jax.Array, projected: jax.Array, key: jax.Array | None, /) -> Stepped:
        h, c = jnp.split(state, 2, -1)
        h, c = self.gated(prepared, projected + h @ prepared["recurrent"] + prepared["bias"], c, key)
        return jnp.concatenate([h, c], -1), h

    def step(self, weights: Weights, state: jax.Array, inputs: jax.Array, /) -> Stepped:
        return stepped(self, weights, state, inputs)

    def gated(self, prepared: Weights, sums: jax.Array, c: jax.Array, key: jax.Array | None) -> tuple[jax.Array, jax.Array]:
        """h and c (S, N) after a step whose gates' sums are (S, 4 N)."""
        i, g, f, o = jnp.split(self._norm(prepared, sums, 0), GATES, -1)
        candidate = dropped(jnp.tanh(g), self.keep, key)  # (Semeniuta et al. 2016, eq. 8)
        c = jax.nn.sigmoid(f + self.forget_bias) * c + jax.nn.sigmoid(i) * candidate
        return jax.nn.sigmoid(o) * jnp.tanh(self._norm(prepared, c, GATES)), c

    def _norm(self, prepared: Weights, values: jax.Array, first: int) -> jax.Array:
        """Each N columns normalised, where that is wished, with gain and shift from the `first` N on."""
        if not self.layer_norm:
            return values
        part = slice(first * self.units, first * self.units + values.shape[-1])
        even = normalised(values.reshape(*values.shape[:-1], -1, self.units)).reshape(values.shape)
        return prepared["gain"][part] * even + prepared["shift"][part]
