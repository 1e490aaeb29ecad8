"""Many perceptrons whose weights are linear in a vector each: generated and applied at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

import jax
import jax.numpy as jnp

from hypernets.kernels import made, unmade
from hypernets.kernels.adding import added
from hypernets.kernels.calls import called, usable
from hypernets.kernels.products import BLOCK, ROWS, eights, height, lower
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
    shape = *inputs.shape[:2], writers[-1].shape[1]
    if inputs.shape[1] <= FEW:
        return called(unmade.answer, unmade.parts, [shape], z, inputs, *_panels(_layers(writers)), sizes=(ROWS,))[0]
    form = _Made(writers, inputs)
    return called(made.answer, unmade.parts, [shape], z, inputs, form.panels, form.widths, sizes=form.sizes)[0]


def _forward(*given: Any) -> tuple[jax.Array, Given]:
    return _fast(*given), given


def _backward(given: Given, slopes: jax.Array) -> Given:
    z, writers, inputs = given
    to_z, to_writers = (_unmade_back if inputs.shape[1] <= FEW else _made_back)(*given, slopes)
    (to_inputs,) = jax.vjp(partial(_plain, z, writers), inputs)[1](slopes)
    return to_z, to_writers, to_inputs


_fast.defvjp(_forward, _backward)


def _layers(writers: Arrays) -> Arrays:
    """What writes each layer, (K, I + 1, O), the bias last."""
    return tuple(jnp.concatenate([matrix, bias[:, None]], 1) for matrix, bias in zip(writers[::2], writers[1::2], strict=True))


def _writers(layers: Sequence[jax.Array]) -> Arrays:
    return tuple(part for layer in layers for part in (layer[:, :-1], layer[:, -1]))


def _whole(array: jax.Array) -> jax.Array:
    """Rows with zeros up to whole vectors."""
    return jnp.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, -array.shape[-1] % WIDTH)])


def _blocks(rows: jax.Array) -> jax.Array:
    """Blocks as broad as a tile (B, rows, broad), so that a tile's numbers stand side by side."""
    filled = jnp.pad(rows, [(0, 0), (0, -rows.shape[1] % BLOCK)])
    return filled.reshape(len(rows), -1, BLOCK).transpose(1, 0, 2)


def _rows(blocks: jax.Array) -> jax.Array:
    return blocks.transpose(1, 0, 2).reshape(blocks.shape[1], -1)


# --- no weight made -------------------------------------------------------------------------------------------------------


def _panels(layers: Arrays) -> list[jax.Array]:
    """What writes each layer, its rows what the layer reads."""
    return [_blocks(layer.transpose(1, 0, 2).reshape(layer.shape[1], -1)) for layer in layers]


def _unmade_back(z: jax.Array, writers: Arrays, inputs: jax.Array, slopes: jax.Array) -> tuple[jax.Array, Arrays]:
    layers = _layers(writers)
    panels = _panels(layers)
    across = [_whole(layer[:, :-1].transpose(0, 2, 1).reshape(-1, layer.shape[1] - 1)) for layer in layers[1:]]
    tall = height(*(panel.shape[1] for panel in panels))
    shapes = [(unmade.PARTS, len(panel), ceil(panel.shape[1] / tall) * tall, BLOCK) for panel in panels]
    given = z, inputs, *panels, *across, slopes
    to_z, *parts = called(unmade.slope, unmade.parts, [z.shape, *shapes], *given, sizes=(ROWS, tall))
    found = []
    for layer, part in zip(layers, added(*parts), strict=True):
        deep, rows, answers = layer.shape
        found.append(_rows(part)[:rows, : deep * answers].reshape(rows, deep, answers).transpose(1, 0, 2))
    return to_z, _writers(found)


# --- weights made in the cache --------------------------------------------------------------------------------------------


class _Made:
    """What the kernels of `made` read: what writes the weights, those of the last layer first."""

    def __init__(self, writers: Arrays, inputs: jax.Array) -> None:
        layers = [layer.reshape(len(layer), -1) for layer in _layers(writers)]
        self.flat = jnp.concatenate(layers[::-1], 1)
        widths = [inputs.shape[2], *(bias.shape[1] for bias in writers[1::2])]
        self.widths = jnp.array(widths, jnp.float32)
        self.panels = _blocks(jnp.pad(self.flat, [(0, -len(self.flat) % WIDTH), (0, 0)]))
        self.sizes = ROWS, height(max(widths) + 1), lower(min(widths[1:]))


def _made_back(z: jax.Array, writers: Arrays, inputs: jax.Array, slopes: jax.Array) -> tuple[jax.Array, Arrays]:
    form, deep = _Made(writers, inputs), z.shape[1]
    shapes = [z.shape, (unmade.PARTS, len(form.panels), eights(deep), BLOCK)]
    given = z, inputs, form.panels, form.widths, slopes
    to_z, parts = called(made.slope, unmade.parts, shapes, *given, sizes=form.sizes)
    flat, begin, found = _rows(*added(parts))[:deep], 0, []
    for matrix in writers[-2::-2]:
        rows, answers = matrix.shape[1] + 1, matrix.shape[2]
        found.append(flat[:, begin : begin + rows * answers].reshape(deep, rows, answers))
        begin += rows * answers
    return to_z, _writers(found[::-1])
