"""The two linear layers that write a kernel from an embedding, and kernels put together of smaller ones (Ha, Dai & Le 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Weights


@dataclass(frozen=True)
class Tiling:
    """An array (…, C, O), C inputs and O outputs, covered with squares of `basic` inputs × `basic` outputs.

    A kernel (f, f, C, O) is one of them, a matrix (C, O) too. What sticks out at the far ends is cut off.
    """

    shape: tuple[int, ...]
    basic: int

    @property
    def sides(self) -> tuple[int, int]:
        """Squares along the inputs and along the outputs."""
        reads, writes = self.shape[-2:]
        return -(-reads // self.basic), -(-writes // self.basic)

    @property
    def count(self) -> int:
        return prod(self.sides)

    @property
    def window(self) -> tuple[int, ...]:
        """(f, f) of a kernel, () of a matrix."""
        return self.shape[:-2]

    @property
    def fan_in(self) -> int:
        return prod(self.window) * self.shape[-2]

    @property
    def fan_out(self) -> int:
        return prod(self.window) * self.shape[-1]

    def join(self, tiles: jax.Array) -> jax.Array:
        """Tiles (count, …, basic, basic) as the whole: those of the first inputs first, by outputs (2016, eq. 3)."""
        down, across = self.sides
        depth = len(self.window)
        apart = tiles.reshape(down, across, *self.window, self.basic, self.basic)
        order = (*range(2, 2 + depth), 0, 2 + depth, 1, 3 + depth)
        whole = apart.transpose(order).reshape(*self.window, down * self.basic, across * self.basic)
        return whole[..., : self.shape[-2], : self.shape[-1]]


@dataclass(frozen=True)
class Writer:
    """The hypernetwork: from an embedding of `reads` numbers to `basic` × `basic` kernels of one window, through `hidden` numbers
    for each of the kernel's inputs."""

    window: tuple[int, ...]
    basic: int
    reads: int
    hidden: int

    @property
    def name(self) -> str:
        """As in `hyper7x7`; `hyper` of matrices."""
        return "hyper" + "x".join(map(str, self.window))

    @property
    def shapes(self) -> Shapes:
        return {
            f"{self.name}.inner.kernel": (self.basic, self.reads, self.hidden),  # W_i, i = 1 … N_in
            f"{self.name}.inner.bias": (self.basic, self.hidden),  # B_i
            f"{self.name}.outer.kernel": (self.hidden, *self.window, self.basic),  # W_out, shared by all i
            f"{self.name}.outer.bias": (*self.window, self.basic),  # B_out
        }

    def write(self, weights: Weights, embeddings: jax.Array) -> jax.Array:
        """Embeddings (N, reads) as kernels (N, …, basic, basic)."""
        inner, inner_bias, outer, outer_bias = (weights[name] for name in self.shapes)
        a = jnp.einsum("jz,izd->jid", embeddings, inner) + inner_bias  # (2016, eq. 2): a_i^j = W_i z^j + B_i
        slices = jnp.tensordot(a, outer, 1) + outer_bias  # (2016, eq. 2): K_i^j = <W_out, a_i^j> + B_out
        return jnp.moveaxis(slices, 1, -2)  # (2016, eq. 2): K^j is K_1^j … K_N_in^j side by side
