"""CPPNs that JAX evaluates and differentiates: the genomes of NEAT, one compiled function for all structures up to a size.

Compiling anew for every structure would take longer than learning. So the structure is data (`Program`), the compiled function a
loop over its steps, and the gradient is written out: backwards over the links, a block of points at a time, with the values of that
block computed again, so that memory does not grow with the number of points.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from hypernets.activations import BY_CODE, Activation
from hypernets.programs import Program, Steps

BLOCK = 1024  # points computed together: what a small network keeps of them stays in the cache


@jax.jit
def query(program: Program, weights: jax.Array, points: jax.Array, bias: jax.Array | float = 1.0) -> jax.Array:
    """What a CPPN answers at points (Q, I), as `neatcore.cppn.query` does for populations: (O, Q).

    weights (L,) of the genome's links, or padded (W,). Differentiable in weights, points and bias; weights that no output hears, of
    links that are disabled or lead nowhere, have gradient 0.
    """
    answers: jax.Array = query_blocks(program, weights, blocks(points), bias)
    return answers.swapaxes(0, 1).reshape(len(program.outputs), -1)[:, : len(points)]


def blocks(points: jax.Array) -> jax.Array:
    """Points (Q, I) as blocks (N, I, B), the last one padded with zeros."""
    count, inputs = points.shape
    size = min(BLOCK, -(-count // 32) * 32)
    padded = jnp.pad(points, ((0, -count % size), (0, 0)))
    return padded.reshape(-1, size, inputs).swapaxes(1, 2)


@jax.jit
def query_blocks(program: Program, weights: jax.Array, points: jax.Array, bias: jax.Array | float = 1.0) -> jax.Array:
    """As `query`, of blocks (N, I, B): (N, O, B)."""
    whole = jnp.pad(jnp.asarray(weights, jnp.float32), (0, len(program.heard) - len(weights)))
    heard = jnp.where(program.heard, whole, 0.0)
    return _answers(jax.tree.map(jnp.asarray, program), heard, jnp.asarray(points), jnp.asarray(bias, jnp.float32))


@jax.custom_vjp
def _answers(program: Program, weights: jax.Array, points: jax.Array, bias: jax.Array) -> jax.Array:
    found: jax.Array = lax.map(lambda block: _forward(program, weights, block, bias)[program.outputs, 0], points)
    return found


def _kept(program: Program, weights: jax.Array, points: jax.Array, bias: jax.Array) -> tuple[jax.Array, Any]:
    return _answers(program, weights, points, bias), (program, weights, points, bias)


def _gradient(kept: Any, slopes: jax.Array) -> tuple[None, jax.Array, jax.Array, jax.Array]:
    """Of weights (W,), points (N, I, B) and bias, for the slopes of answers (N, O, B)."""
    program, weights, points, bias = kept
    inputs = points.shape[1]

    def one(total: tuple[jax.Array, jax.Array], block: tuple[jax.Array, jax.Array]) -> Any:
        found, sensors = _backward(program, weights, _forward(program, weights, block[0], bias), block[1], inputs)
        return (total[0] + found, total[1] + sensors[inputs].sum()), sensors[:inputs]

    (of_weights, of_bias), of_points = lax.scan(one, (jnp.zeros_like(weights), jnp.zeros(())), (points, slopes))
    return None, of_weights, of_points, of_bias


_answers.defvjp(_kept, _gradient)


def _with_slope(activation: Activation, sums: jax.Array) -> jax.Array:
    """Values and derivatives, (2, B)."""
    return jnp.stack(jax.jvp(activation, (sums,), (jnp.ones_like(sums),)))


_BRANCHES = tuple(partial(_with_slope, activation) for activation in BY_CODE)


def _forward(program: Program, weights: jax.Array, points: jax.Array, bias: jax.Array) -> jax.Array:
    """Value and derivative of every node, (M, 2, B), at a block of points (I, B)."""
    steps, (inputs, width) = program.forward, points.shape
    sensors = jnp.concatenate([points, jnp.full((1, width), bias)])
    known = jnp.zeros((len(program.codes), 2, width)).at[: inputs + 1].set(jnp.stack([sensors, jnp.ones_like(sensors)], axis=1))

    def step(t: jax.Array, carried: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        known, total = carried
        slot, last = steps.slots[t], steps.last[t]
        total = total + weights[steps.links[t]] @ _rows(known[:, 0], steps, t)
        found = lax.switch(jnp.where(last, program.codes[slot], 0), _BRANCHES, total)
        return lax.dynamic_update_index_in_dim(known, found, slot, 0), jnp.where(last, 0.0, total)

    found: jax.Array = lax.fori_loop(0, steps.count, step, (known, jnp.zeros(width)))[0]
    return found


def _backward(
    program: Program, weights: jax.Array, known: jax.Array, slopes: jax.Array, inputs: int
) -> tuple[jax.Array, jax.Array]:
    """Slopes of weights (W,) and of sensors (I + 1, B), from those of the answers (O, B) at a block of points.

    Each step reads rows once, and all that it computes follows from these: only then does XLA update `back` in place.
    """
    steps, width = program.backward, slopes.shape[1]
    given = jnp.concatenate([jnp.zeros((1, width)), slopes])

    def step(t: jax.Array, carried: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        back, total, found = carried
        slot, last = steps.slots[t], steps.last[t]
        rows, own = _rows(back, steps, t), known[slot]
        total = total + weights[steps.links[t]] @ rows
        found = lax.dynamic_update_index_in_dim(found, rows @ own[0], t, 0)
        row = (total + given[program.answers[slot]]) * own[1]
        return lax.dynamic_update_index_in_dim(back, row, slot, 0), jnp.where(last, 0.0, total), found

    empty = (jnp.zeros((len(known), width)), jnp.zeros(width), jnp.zeros(steps.links.shape))
    back, _, found = lax.fori_loop(0, steps.count, step, empty)
    return jnp.zeros_like(weights).at[steps.links.ravel()].add(found.ravel()), back[: inputs + 1]


def _rows(table: jax.Array, steps: Steps, t: jax.Array) -> jax.Array:
    """The rows of a table (M, B) that step t reads, (AT_ONCE, B)."""
    others = steps.others[t]
    return jnp.stack([lax.dynamic_index_in_dim(table, other, keepdims=False) for other in others])
