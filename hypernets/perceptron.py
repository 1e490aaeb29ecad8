"""Perceptrons with ReLU, which JAX computes one at a time, and kernels of our own where `vmap` asks for many small ones."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap

from hypernets.kernels.calls import usable
from hypernets.kernels.perceptrons import answered, to_inputs, to_weights

SMALL = 2**14  # numbers of a layer's matrix, and of what it answers, up to which kernels compute many networks

Arrays = tuple[jax.Array, ...]


def perceptron(inputs: jax.Array, *weights: jax.Array) -> jax.Array:
    """Outputs (S, O) for inputs (S, I); weights: for each layer a matrix (I', O') and a bias (O',); ReLU between layers."""
    few = all(max(matrix.size, len(inputs) * matrix.shape[1]) <= SMALL for matrix in weights[::2])
    return _known(inputs, *weights) if inputs.ndim == 2 and few and usable(inputs, *weights) else _answered(inputs, *weights)[0]


def _answered(inputs: jax.Array, *weights: jax.Array) -> tuple[jax.Array]:
    values, last = inputs, len(weights) - 2
    for k in range(0, len(weights), 2):
        values = values @ weights[k] + weights[k + 1]
        values = values if k == last else jax.nn.relu(values)
    return (values,)


def _to_weights(inputs: jax.Array, *others: jax.Array) -> Arrays:
    *weights, slopes = others
    found: Arrays = jax.vjp(lambda *weights: _answered(inputs, *weights), *weights)[1]((slopes,))
    return found


def _to_inputs(inputs: jax.Array, *others: jax.Array) -> Arrays:
    *weights, slopes = others
    found: Arrays = jax.vjp(lambda inputs: _answered(inputs, *weights), inputs)[1]((slopes,))
    return found


def _for_many(one: Any, many: Any) -> Any:
    """`one`, of one network's arrays, which `vmap` makes `many`, (N, …) of everything, however often it is applied."""
    single, stacked = custom_vmap(one), custom_vmap(many)

    def whole(size: int, batched: list[bool], arrays: Arrays) -> list[jax.Array]:
        return [array if has else jnp.broadcast_to(array, (size, *array.shape)) for has, array in zip(batched, arrays, strict=True)]

    @single.def_vmap
    def _(size: int, batched: list[bool], *arrays: jax.Array) -> tuple[Arrays, tuple[bool, ...]]:
        found = stacked(*whole(size, batched, arrays))
        return found, (True,) * len(found)

    @stacked.def_vmap
    def _(size: int, batched: list[bool], *arrays: jax.Array) -> tuple[Arrays, tuple[bool, ...]]:
        flat = [array.reshape(-1, *array.shape[2:]) for array in whole(size, batched, arrays)]
        found = tuple(array.reshape(size, -1, *array.shape[1:]) for array in stacked(*flat))
        return found, (True,) * len(found)

    return single


_answer, _slope_of_weights, _slope_of_inputs = (
    _for_many(one, many) for one, many in ((_answered, answered), (_to_weights, to_weights), (_to_inputs, to_inputs))
)


@jax.custom_vjp
def _known(*arrays: jax.Array) -> jax.Array:
    found: jax.Array = _answer(*arrays)[0]
    return found


def _forward(*arrays: jax.Array) -> tuple[jax.Array, Arrays]:
    return _known(*arrays), arrays


def _backward(arrays: Arrays, slopes: jax.Array) -> Arrays:
    return (*_slope_of_inputs(*arrays, slopes), *_slope_of_weights(*arrays, slopes))


_known.defvjp(_forward, _backward)
