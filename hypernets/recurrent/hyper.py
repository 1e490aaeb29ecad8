"""HyperRNN and HyperLSTM (Ha, Dai & Le 2016): a small cell watches a large one, and scales its sums at every step.

Each sum of the main cell, W_h h_{t-1} + W_x x_t + b_0, becomes d_h ⊙ W_h h_{t-1} + d_x ⊙ W_x x_t + d_b + b_0 (2016, eqs. 8 and 12),
where each d is linear in a short embedding z of the hyper cell's ĥ: the rows of the weight matrices are scaled, as if there were
other matrices at every step. Where paper and authors' code differ, this is the code: z is made of the new ĥ_t, not of ĥ_{t-1} as in
eq. 11, and input matrices are uniform at first, only recurrent ones orthogonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from hypernets.recurrent.cells import Lstm, Rnn, Stepped, stepped, times
from neatcore.prefixes import named, within

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Weights

KINDS = 3  # of d: of h, of x, and the bias
FIRST_SCALE = 0.1  # what every scale starts at (2016, A.2.3)
DEVIATION = 0.01  # of the first weights from ĥ to the embedding of the bias


@dataclass(frozen=True)
class Scales:
    """From ĥ (S, U) by embeddings of E numbers to d_h, d_x and d_b, each (S, G · N); every gate has its own z_h, z_x and z_b.

    z_h and z_x are affine in ĥ, z_b is linear.
    """

    hyper_units: int
    embedding: int
    units: int
    gates: int

    @property
    def shapes(self) -> Shapes:
        count = KINDS * self.gates
        return {
            "embed.kernel": (self.hyper_units, count * self.embedding),
            "embed.bias": ((KINDS - 1) * self.gates * self.embedding,),
            "scale.kernel": (count, self.embedding, self.units),
        }

    def initial(self, key: jax.Array) -> Weights:
        """Scales of 0.1 and biases of 0, whatever ĥ is (2016, A.2.3)."""
        wide, affine = self.gates * self.embedding, (KINDS - 1) * self.gates
        watching = DEVIATION * jax.random.normal(key, (self.hyper_units, wide))
        scales = jnp.full((affine, self.embedding, self.units), FIRST_SCALE / self.embedding)
        return {
            "embed.kernel": jnp.concatenate([jnp.zeros((self.hyper_units, (KINDS - 1) * wide)), watching], 1),
            "embed.bias": jnp.ones((KINDS - 1) * wide),
            "scale.kernel": jnp.concatenate([scales, jnp.zeros((self.gates, self.embedding, self.units))]),
        }

    def __call__(self, prepared: Weights, hyper: jax.Array) -> list[jax.Array]:
        """d_h, d_x, d_b. Many small products one by one: on the CPU faster than one batched or one of a matrix of blocks."""
        bias = jnp.pad(prepared["embed.bias"], (0, self.gates * self.embedding))
        z = jnp.split(hyper @ prepared["embed.kernel"] + bias, KINDS * self.gates, -1)  # (2016, eqs. 7 and 11)
        d = [part @ kernel for part, kernel in zip(z, prepared["scale.kernel"], strict=True)]
        return [jnp.concatenate(d[kind * self.gates : (kind + 1) * self.gates], -1) for kind in range(KINDS)]


class Watched:
    """What HyperRNN and HyperLSTM have in common: the weights of main cell, hyper cell and scales, and their products.

    The hyper cell's input is [h; x]: its columns for h stand beside W_h, those for x beside W_x, so that each is one product.
    """

    def __init__(self, main: Rnn | Lstm, hyper: Rnn | Lstm, embedding: int) -> None:
        self.main, self.hyper = main, hyper
        self.wide = main.shapes["bias"][0]
        self.scales = Scales(hyper.units, embedding, main.units, self.wide // main.units)

    @property
    def shapes(self) -> Shapes:
        hyper = {f"hyper.{name}": shape for name, shape in self.hyper.shapes.items()}
        return {**self.main.shapes, **hyper, **self.scales.shapes}

    def initial(self, key: jax.Array) -> Weights:
        one, two, three = jax.random.split(key, 3)
        return {**self.main.initial(one), **named("hyper.", self.hyper.initial(two)), **self.scales.initial(three)}

    def prepare(self, weights: Weights) -> Weights:
        of_h, of_x = jnp.split(weights["hyper.input"], [self.main.units])
        beside = {
            "input": jnp.concatenate([weights["input"], of_x], 1),
            "recurrent": jnp.concatenate([weights["recurrent"], of_h], 1),
        }
        return {**weights, **beside}

    def products(self, prepared: Weights, h: jax.Array, projected: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """W_h h (S, G N), W_x x (S, G N), and what the hyper cell reads of [h; x]."""
        seen = h @ prepared["recurrent"]
        return seen[:, : self.wide], projected[:, : self.wide], seen[:, self.wide :] + projected[:, self.wide :]

    def sums(self, prepared: Weights, of_h: jax.Array, of_x: jax.Array, hyper: jax.Array) -> jax.Array:
        """d_h ⊙ W_h h + d_x ⊙ W_x x + d_b + b_0 (S, G N) (2016, eqs. 8 and 12)."""
        d_h, d_x, d_b = self.scales(prepared, hyper)
        return d_h * of_h + d_x * of_x + d_b + prepared["bias"]


@dataclass(frozen=True)
class HyperRnn:
    """An RNN that an RNN of U units scales, in the form that saves memory (2016, eq. 8). The state is h, then ĥ."""

    inputs: int
    units: int
    hyper_units: int
    embedding: int

    @property
    def _watched(self) -> Watched:
        return Watched(Rnn(self.inputs, self.units), Rnn(self.units + self.inputs, self.hyper_units), self.embedding)

    @property
    def memory(self) -> int:
        return self.units + self.hyper_units

    @property
    def shapes(self) -> Shapes:
        return self._watched.shapes

    def initial(self, key: jax.Array, /) -> Weights:
        return self._watched.initial(key)

    def prepare(self, weights: Weights, /) -> Weights:
        return self._watched.prepare(weights)

    def project(self, prepared: Weights, inputs: jax.Array, /) -> jax.Array:
        return times(inputs, prepared["input"])

    def advance(self, prepared: Weights, state: jax.Array, projected: jax.Array, _key: jax.Array | None, /) -> Stepped:
        h, hyper = jnp.split(state, [self.units], -1)
        of_h, of_x, read = self._watched.products(prepared, h, projected)
        hyper = jnp.tanh(read + hyper @ prepared["hyper.recurrent"] + prepared["hyper.bias"])  # (2016, eq. 6)
        h = jnp.tanh(self._watched.sums(prepared, of_h, of_x, hyper))
        return jnp.concatenate([h, hyper], -1), h

    def step(self, weights: Weights, state: jax.Array, inputs: jax.Array, /) -> Stepped:
        return stepped(self, weights, state, inputs)

    def scaling(self, weights: Weights, state: jax.Array, /) -> jax.Array:
        """d_h (S, G N) in the step that ended in this state (S, H): what the columns of W_h were multiplied by."""
        return self._watched.scales(weights, state[:, self.units : self.units + self.hyper_units])[0]


@dataclass(frozen=True)
class HyperLstm:
    """An LSTM that an LSTM of U units scales (2016, eqs. 9 to 13). The state is h, c, then ĥ, ĉ.

    layer_norm and forget_bias: of both cells. keep: of the main cell's candidate, `hyper_keep` of the hyper cell's, as in `Lstm`.

    A drop-in for a scan of your own:

    >>> import jax
    >>> import jax.numpy as jnp
    >>> cell = HyperLstm(inputs=3, units=8, hyper_units=4, embedding=2)
    >>> weights, sequence = cell.initial(jax.random.key(0)), jnp.ones((10, 5, 3))
    >>> state, outputs = jax.lax.scan(lambda state, x: cell.step(weights, state, x), jnp.zeros((5, cell.memory)), sequence)
    >>> outputs.shape
    (10, 5, 8)
    """

    inputs: int
    units: int
    hyper_units: int
    embedding: int
    layer_norm: bool = False
    keep: float = 1.0
    hyper_keep: float = 1.0
    forget_bias: float = 1.0

    @property
    def main(self) -> Lstm:
        """The cell that is scaled."""
        return Lstm(self.inputs, self.units, self.layer_norm, self.keep, self.forget_bias)

    @property
    def hyper(self) -> Lstm:
        """The cell that reads [h; x]."""
        return Lstm(self.units + self.inputs, self.hyper_units, self.layer_norm, self.hyper_keep, self.forget_bias)

    @property
    def _watched(self) -> Watched:
        return Watched(self.main, self.hyper, self.embedding)

    @property
    def memory(self) -> int:
        return 2 * (self.units + self.hyper_units)

    @property
    def shapes(self) -> Shapes:
        return self._watched.shapes

    def initial(self, key: jax.Array, /) -> Weights:
        return self._watched.initial(key)

    def prepare(self, weights: Weights, /) -> Weights:
        return self._watched.prepare(weights)

    def project(self, prepared: Weights, inputs: jax.Array, /) -> jax.Array:
        return times(inputs, prepared["input"])

    def advance(self, prepared: Weights, state: jax.Array, projected: jax.Array, key: jax.Array | None, /) -> Stepped:
        h, c, hyper = jnp.split(state, [self.units, 2 * self.units], -1)
        keys = (None, None) if key is None else jax.random.split(key)
        of_h, of_x, read = self._watched.products(prepared, h, projected)
        hyper, hyper_h = self.hyper.advance(within("hyper.", prepared), hyper, read, keys[1])  # (2016, eq. 10)
        h, c = self.main.gated(prepared, self._watched.sums(prepared, of_h, of_x, hyper_h), c, keys[0])
        return jnp.concatenate([h, c, hyper], -1), h

    def step(self, weights: Weights, state: jax.Array, inputs: jax.Array, /) -> Stepped:
        return stepped(self, weights, state, inputs)

    def scaling(self, weights: Weights, state: jax.Array, /) -> jax.Array:
        """d_h (S, G N) in the step that ended in this state (S, H): what the columns of W_h were multiplied by."""
        return self._watched.scales(weights, state[:, 2 * self.units : 2 * self.units + self.hyper_units])[0]
