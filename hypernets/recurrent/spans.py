"""Many steps of a HyperLSTM at once, by a kernel of our own, and their gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from hypernets.kernels.calls import usable
from hypernets.kernels.gates import whole
from hypernets.kernels.tiles import WIDTH
from hypernets.kernels.watching import slopes, steps
from hypernets.recurrent.cells import dropped
from hypernets.recurrent.hyper import HyperLstm

if TYPE_CHECKING:
    from hypernets.interfaces import Weights
    from hypernets.recurrent.cells import Cell

Arrays = tuple[jax.Array, ...]
ROWS = 1024  # most lanes times steps of a span
CACHED = 2**21  # numbers of the matrix for h, up to which each part of the lanes goes through it by itself
MATRICES = "recurrent", "hyper.recurrent", "embed.kernel", "scale.kernel"


def spans(cell: Cell, prepared: Weights, shape: tuple[int, ...]) -> int:
    """How many steps at once of inputs (T, S, …) are for the kernel, those left over too; 0: none, the cell steps by itself."""
    steps, lanes = shape[:2]
    if not isinstance(cell, HyperLstm) or steps < 2 or prepared["recurrent"].size > CACHED or not usable(*prepared.values()):
        return 0
    most = max(1, min(steps, ROWS // lanes))
    return next((length for length in range(most, most // 2, -1) if steps % length == 0), most)


def masks(cell: HyperLstm, keys: jax.Array | None, lanes: int) -> jax.Array | None:
    """What dropout multiplies the candidates of both cells by (T, S, N + U), as `HyperLstm.advance` does; None without."""
    if keys is None or cell.keep == cell.hyper_keep == 1.0:
        return None

    def of_step(key: jax.Array) -> jax.Array:
        each = zip((cell.units, cell.hyper_units), (cell.keep, cell.hyper_keep), jax.random.split(key), strict=True)
        return jnp.concatenate([dropped(jnp.ones((lanes, units)), keep, own) for units, keep, own in each], -1)

    return jax.vmap(of_step)(keys)


def packed(prepared: Weights) -> Arrays:
    """The matrices as kernels read them, for steps forwards and, turned, back."""
    matrices = [jax.lax.stop_gradient(prepared[name]) for name in MATRICES]
    return tuple(_panels(matrix) for matrix in (*matrices, *(matrix.swapaxes(-1, -2) for matrix in matrices)))


def spanned(
    cell: HyperLstm, prepared: Weights, matrices: Arrays, state: jax.Array, projected: jax.Array, masks: jax.Array | None
) -> jax.Array:
    """The states (T, S, H) after each step, from the state (S, H) over what was projected (T, S, K).

    matrices: `packed`. masks (T, S, N + U): what the candidates of both cells are multiplied by.
    """
    name = "shift" if cell.layer_norm else "bias"  # to which the forget gate's bias is added
    forgetting = {
        f"{of}{name}": prepared[f"{of}{name}"].at[2 * units : 3 * units].add(cell.forget_bias)
        for of, units in (("", cell.units), ("hyper.", cell.hyper_units))
    }
    own, embed = {**prepared, **forgetting}, jnp.pad(prepared["embed.bias"], (0, 4 * cell.embedding))
    norms = [own[each] for each in ("gain", "shift", "hyper.gain", "hyper.shift")] if cell.layer_norm else []
    constants = jnp.concatenate([own["bias"], own["hyper.bias"], embed, *norms])
    weights, dropping = tuple(prepared[name] for name in MATRICES), () if masks is None else (masks,)
    return _states(projected, state, constants, weights, matrices, dropping)


@jax.custom_vjp
def _states(*arguments: Any) -> jax.Array:
    return _forward(*arguments)[0]


def _forward(
    projected: jax.Array, state: jax.Array, constants: jax.Array, weights: Arrays, matrices: Arrays, masks: Arrays
) -> tuple[jax.Array, Any]:
    states, sums = steps((projected, state, *matrices[:4], constants, *masks))
    return states, (projected, state, constants, weights, matrices, masks, states, sums)


def _backward(kept: Any, given: jax.Array) -> tuple[Any, ...]:
    projected, state, constants, weights, matrices, masks, states, sums = kept
    found = slopes((projected, state, *matrices[:4], constants, *matrices[4:], states, sums, given, *masks))
    to_projected, to_sums, to_embedded, to_scales, to_constants, to_state = found
    units, hyper_units = len(weights[0]), len(weights[1])
    watching = slice(2 * units, 2 * units + hyper_units)
    before = jnp.concatenate([state[None], states[:-1]])
    to_weights = (
        _turned_times(before[..., :units], to_sums),
        _turned_times(before[..., watching], to_sums[..., 4 * units :]),
        _turned_times(states[..., watching], to_embedded),
        to_scales.sum(0)[..., :units],
    )
    nothing = [tuple(None for _ in arrays) for arrays in (matrices, masks)]
    return to_projected, to_state, to_constants.sum(0), to_weights, *nothing


_states.defvjp(_forward, _backward)


def _panels(matrix: jax.Array) -> jax.Array:
    """(…, I, K) as (…, panels, I, columns of a panel), the last one filled with zeros; see `kernels.gates.multiply`."""
    *many, rows, columns = matrix.shape
    filled = jnp.pad(matrix, [*[(0, 0)] * (matrix.ndim - 1), (0, whole(columns) - columns)])
    return filled.reshape(*many, rows, -1, min(whole(columns), 2 * WIDTH)).swapaxes(-2, -3)


def _turned_times(one: jax.Array, other: jax.Array) -> jax.Array:
    """The sum over steps and lanes of one (T, S, I) by the other (T, S, K): (I, K)."""
    return one.reshape(-1, one.shape[-1]).T @ other.reshape(-1, other.shape[-1])
