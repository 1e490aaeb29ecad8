"""Equinox modules as networks: a model of one's own, of which any weights can be generated."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import signature
from math import prod
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp

from hypernets.interfaces import Applied
from hypernets.policies import Traced
from neatcore.errors import InputError

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights
    from neatcore.interfaces import Policy


@dataclass(frozen=True, eq=False)
class Module:
    """A network that computes what an Equinox module does. Made by `from_equinox`.

    Weights are named by their path, such as `layers.0.weight`. Matrices and kernels (outputs, inputs, …), as Equinox has them, are
    presented as all networks present them, (…, inputs, outputs).
    """

    inputs: int
    outputs: int
    shape: tuple[int, ...]  # in which the module wants its inputs
    arrays: Any = field(repr=False)
    rest: Any = field(repr=False)
    keyed: bool
    memory: int = 0
    measured: frozenset[str] = frozenset()

    @property
    def shapes(self) -> Shapes:
        return {name: array.shape for name, array in self._presented.items()}

    @property
    def _presented(self) -> Weights:
        named = _named(self.arrays)
        return {name: array.ravel() if _is_bias(name) else _outputs_last(array) for name, array in named}

    def initial(self, _key: jax.Array, /) -> Weights:
        """The weights that the module came with."""
        return self._presented

    def module(self, weights: Weights) -> Any:
        """The Equinox module with these weights."""
        leaves = [
            weights[name].reshape(array.shape) if _is_bias(name) else _outputs_first(weights[name])
            for name, array in _named(self.arrays)
        ]
        filled = jax.tree.unflatten(jax.tree.structure(self.arrays), leaves)
        return eqx.combine(filled, self.rest)

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, key: jax.Array | None = None, /) -> Applied:
        module, lanes = self.module(weights), inputs.reshape(-1, *self.shape)
        if key is None:
            module = eqx.nn.inference_mode(module)
        if key is None or not self.keyed:
            outputs = jax.vmap(module)(lanes)
        else:
            outputs = jax.vmap(lambda x, k: module(x, key=k))(lanes, jax.random.split(key, len(lanes)))
        return Applied(outputs.reshape(*inputs.shape[:-1], self.outputs), state)

    def bind(self, weights: Stacked, /) -> Policy:
        return Traced(self, weights)


def from_equinox(module: Any, inputs: int, outputs: int, shape: tuple[int, ...] | None = None) -> Module:
    """An Equinox module as a network: one that maps one example (I,), or an example of `shape`, to O numbers, without a state.

    InputError where it does not.
    """
    wanted = (inputs,) if shape is None else tuple(shape)
    if prod(wanted) != inputs:
        raise InputError(f"{inputs} inputs do not make a shape of {wanted}")
    arrays, rest = eqx.partition(module, eqx.is_inexact_array)
    keyed = "key" in signature(type(module).__call__).parameters
    found = Module(inputs, outputs, wanted, arrays, rest, keyed)
    try:
        answer = jax.eval_shape(eqx.nn.inference_mode(module), jnp.zeros(wanted))
    except (TypeError, ValueError) as error:
        raise InputError(f"{type(module).__name__} cannot read an example of shape {wanted}: {error}") from error
    if prod(getattr(answer, "shape", ())) != outputs:
        raise InputError(f"{type(module).__name__} answers {getattr(answer, 'shape', answer)}, not {outputs} numbers")
    return found


def _named(arrays: Any) -> list[tuple[str, jax.Array]]:
    paths, _ = jax.tree_util.tree_flatten_with_path(arrays)
    return [(jax.tree_util.keystr(path, simple=True, separator="."), leaf) for path, leaf in paths]


def _is_bias(name: str) -> bool:
    """Of convolutions biases are (outputs, 1, …) in Equinox; here they are one list, as those of matrices."""
    return name.rpartition(".")[2] == "bias"


def _outputs_last(array: jax.Array) -> jax.Array:
    return jnp.moveaxis(array, (0, 1), (-1, -2)) if array.ndim > 1 else array


def _outputs_first(array: jax.Array) -> jax.Array:
    return jnp.moveaxis(array, (-1, -2), (0, 1)) if array.ndim > 1 else array
