"""Many perceptrons whose weights are linear in a vector each: generated and applied at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp

from hypernets.kernels import made, unmade
from hypernets.kernels.calls import called, usable
from hypernets.kernels.products import ROWS, eights, height
from hypernets.kernels.tiles import WIDTH
from hypernets.perceptron import SMALL, perceptron
from neatcore.errors import require

FEW = 2  # inputs of each up to which no weight is made

Arrays = tuple[jax.Array, ...]
Given = tuple[jax.Array, Arrays, jax.Array]


def perceptrons(z: jax.Array, writers: Sequence[jax.Array], inputs: jax.Array) -> jax.Array:
    """Outputs (N, S, O) of N perceptrons with ReLU, the weights of network n being z[n] @ writers.

    z: (N, K). writers: for each layer those of its matrix (K, I, O) and of its bias (K, O). inputs: (N, S, I), each network's own.
    There are gradients for all of them. On the CPU kernels of our own compute small networks, whose weights never come to memory.
    InputError where shapes do not fit each other.
    """
    _check(z, writers, inputs)
    small = all(max(inputs.shape[1], matrix.shape[1]) * matrix.shape[2] <= SMALL for matrix in writers[::2])
    return (_fast if small and usable(z, inputs, *writers) else _plain)(z, tuple(writers), inputs)


def _check(z: jax.Array, writers: Sequence[jax.Array], inputs: jax.Array) -> None:
    """Kernels would read beyond arrays of other shapes."""
    require(z.ndim == 2, f"z has shape {z.shape}, not (N, K)")
    require(inputs.ndim == 3 and len(inputs) == len(z), f"inputs have shape {inputs.shape}, not (N, S, I) with N = {len(z)}")
    require(
        len(writers) > 0 and len(writers) % 2 == 0, f"there are {len(writers)} writers, not a matrix's and a bias's for each layer"
    )
    deep, reads = z.shape[1], inputs.shape[2]
    for layer, (matrix, bias) in enumerate(zip(writers[::2], writers[1::2], strict=True), 1):
        fits = matrix.ndim == 3 and matrix.shape[:2] == (deep, reads) and bias.shape == (deep, matrix.shape[2])
        what = f"layer {layer} has writers of shapes {matrix.shape} and {bias.shape}"
        require(fits, f"{what}, not ({deep}, {reads}, O) and ({deep}, O)")
        reads = matrix.shape[2]


def _plain(z: jax.Array, writers: Arrays, inputs: jax.Array) -> jax.Array:
    def one(z: jax.Array, inputs: jax.Array) -> jax.Array:
        return perceptron(inputs, *(jnp.tensordot(z, writer, 1) for writer in writers))

    found: jax.Array = jax.vmap(one)(z, inputs)
    return found


@jax.custom_vjp
def _fast(z: jax.Array, writers: Arrays, inputs: jax.Array) -> jax.Array:
    form = _form(inputs)
    panels, shape = _panels(_layers(writers), form), (*inputs.shape[:2], writers[-1].shape[1])
    return called(form.answer, unmade.parts, [shape], z, inputs, *panels, sizes=_sizes(inputs))[0]


def _forward(*given: Any) -> tuple[jax.Array, Given]:
    return _fast(*given), given


def _backward(given: Given, slopes: jax.Array) -> Given:
    z, writers, inputs = given
    form, layers = _form(inputs), _layers(writers)
    panels, deep = _panels(layers, form), z.shape[1]
    shapes: list[tuple[int, ...]]
    if form is unmade:
        sizes = _sizes(inputs)
        turned = [_whole(layer.transpose(1, 2, 0).reshape(layer.shape[1], -1)) for layer in layers]
        across = [_whole(layer[:, :-1].transpose(0, 2, 1).reshape(-1, layer.shape[1] - 1)) for layer in layers[1:]]
        shapes = [(unmade.PARTS, eights(len(panel)), panel.shape[1]) for panel in panels]
    else:
        sizes = (*_sizes(inputs), min(height(len(panel)) for panel in panels))
        turned = [_whole(panel.transpose(0, 2, 1)) for panel in panels]
        across = [_whole(layer[:, :-1].transpose(2, 0, 1)) for layer in layers[1:]]
        shapes = [(unmade.PARTS, len(panel), eights(deep), panel.shape[2]) for panel in panels]
    to_z, *parts = called(form.slope, unmade.parts, [z.shape, *shapes], z, inputs, *panels, *turned, *across, slopes, sizes=sizes)
    to_writers: list[jax.Array] = []
    for layer, part in zip(layers, parts, strict=True):
        _, rows, answers = layer.shape
        found = reduce(jnp.add, part)  # XLA's sum over a first axis takes several times as long
        if form is unmade:
            found = found[:rows, : deep * answers].reshape(rows, deep, answers)
        found = found[:, :deep, :answers].transpose(1, 0, 2)
        to_writers += [found[:, :-1], found[:, -1]]
    (to_inputs,) = jax.vjp(partial(_plain, z, writers), inputs)[1](slopes)
    return to_z, tuple(to_writers), to_inputs


_fast.defvjp(_forward, _backward)


def _form(inputs: jax.Array) -> ModuleType:
    return unmade if inputs.shape[1] <= FEW else made


def _sizes(inputs: jax.Array) -> tuple[int, ...]:
    """Of tiles: networks, and where weights are made, lanes."""
    return (ROWS,) if _form(inputs) is unmade else (ROWS, height(inputs.shape[1]))


def _layers(writers: Arrays) -> Arrays:
    """What writes each layer, (K, I + 1, O), the bias last."""
    return tuple(jnp.concatenate([matrix, bias[:, None]], 1) for matrix, bias in zip(writers[::2], writers[1::2], strict=True))


def _panels(layers: Arrays, form: ModuleType) -> list[jax.Array]:
    """The same in the order in which the kernels read it: (I + 1, [K O]), or (I + 1, K, [O])."""
    turned = [layer.transpose(1, 0, 2) for layer in layers]
    return [_whole(layer.reshape(len(layer), -1) if form is unmade else layer) for layer in turned]


def _whole(array: jax.Array) -> jax.Array:
    """Rows with zeros up to whole vectors."""
    return jnp.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, -array.shape[-1] % WIDTH)])
