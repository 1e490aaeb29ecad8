"""Recurrent layers and a linear head, as a network that steps and that is unrolled over sequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import jax
import jax.numpy as jnp

from hypernets.interfaces import Applied
from hypernets.policies import Traced
from hypernets.recurrent.cells import Cell, drawn_input, dropped
from hypernets.recurrent.hyper import HyperLstm
from hypernets.recurrent.spans import masks, packed, spanned, spans
from neatcore.prefixes import named, within

if TYPE_CHECKING:
    from hypernets.interfaces import Shapes, Stacked, Weights
    from neatcore.interfaces import Policy

Key = jax.Array | None
Step = Callable[[jax.Array, Any], tuple[jax.Array, jax.Array]]


@dataclass(frozen=True)
class Recurrent:
    """Cells one upon another, and W h + b of the last one's h: logits, or the parameters of a mixture of densities.

    In training each number of the input is kept with probability `keep_input`, a symbol as a whole, and each of every cell's h with
    `keep_output`. recompute: the gradient computes steps again instead of keeping all that they computed.
    """

    cells: tuple[Cell, ...]
    outputs: int
    keep_input: float = 1.0
    keep_output: float = 1.0
    recompute: bool = False
    measured: frozenset[str] = frozenset()

    @property
    def inputs(self) -> int:
        return self.cells[0].inputs

    @property
    def memory(self) -> int:
        return sum(cell.memory for cell in self.cells)

    @property
    def shapes(self) -> Shapes:
        layers = {f"layer{k}.{name}": shape for k, cell in enumerate(self.cells, 1) for name, shape in cell.shapes.items()}
        return {**layers, "head.kernel": (self.cells[-1].units, self.outputs), "head.bias": (self.outputs,)}

    def initial(self, key: jax.Array, /) -> Weights:
        """Of the cells as they say; the head uniform in ±√(3 / N), biases 0."""
        *keys, last = jax.random.split(key, len(self.cells) + 1)
        head = {"head.kernel": drawn_input(last, self.cells[-1].units, self.outputs), "head.bias": jnp.zeros(self.outputs)}
        cells = enumerate(zip(self.cells, keys, strict=True), 1)
        layers = {name: array for k, (cell, each) in cells for name, array in named(f"layer{k}.", cell.initial(each)).items()}
        return {**layers, **head}

    def apply(self, weights: Weights, state: jax.Array, inputs: jax.Array, key: Key = None, /) -> Applied:
        """As of any `Network`; besides, symbols (S,) are one step."""
        single = inputs.ndim == (1 if _symbolic(inputs) else 2)
        values, remembered, begin = inputs[None] if single else inputs, [], 0
        for k, cell in enumerate(self.cells, 1):
            own, keys = (
                within(f"layer{k}.", weights),
                [None] * 3 if key is None else jax.random.split(jax.random.fold_in(key, k), 3),
            )
            prepared, before = cell.prepare(own), state[:, begin : begin + cell.memory]
            values, kept = _kept(values, self.keep_input if k == 1 else 1.0, keys[0])
            after, values = unroll(cell, prepared, before, values, keys[1], kept=kept, recompute=self.recompute)
            values = dropped(values, self.keep_output, keys[2])
            remembered.append(after)
            begin += cell.memory
        outputs = values @ weights["head.kernel"] + weights["head.bias"]
        return Applied(outputs[0] if single else outputs, jnp.concatenate(remembered, -1))

    def bind(self, weights: Stacked, /) -> Policy:
        return Traced(self, weights)


def unroll(
    cell: Cell,
    prepared: Weights,
    state: jax.Array,
    inputs: jax.Array,
    key: Key = None,
    *,
    kept: jax.Array | None = None,
    recompute: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """All steps of a cell: from the state (S, H) over floats (T, S, I) or symbols (T, S) to the last state and every h (T, S, N).

    key: of dropout within the cell. kept (T, S): what the projected inputs are multiplied by. recompute: as of `Recurrent`.
    """
    keys = None if key is None else jax.random.split(key, len(inputs))
    length = spans(cell, prepared, inputs.shape)
    if not length:

        def step(state: jax.Array, at: tuple[jax.Array, Key]) -> tuple[jax.Array, jax.Array]:
            return cell.advance(prepared, state, *at)

        return _scanned(step, state, (_projected(cell, prepared, inputs, kept), keys), recompute)
    matrices, watched = packed(prepared), cast(HyperLstm, cell)

    def span(state: jax.Array, at: tuple[jax.Array, jax.Array | None, Key]) -> tuple[jax.Array, jax.Array]:
        inputs, kept, keys = at
        projected, dropping = _projected(cell, prepared, inputs, kept), masks(watched, keys, inputs.shape[1])
        states = spanned(watched, prepared, matrices, state, projected, dropping)
        return states[-1], states[..., : cell.units]

    count, everything = len(inputs) // length, (inputs, kept, keys)
    whole = jax.tree.map(lambda array: array[: count * length].reshape(count, length, *array.shape[1:]), everything)
    rest = jax.tree.map(lambda array: array[count * length :], everything)
    state, h = _scanned(span, state, whole, recompute)
    h = h.reshape(-1, *h.shape[2:])
    if len(rest[0]):
        state, last = span(state, rest)
        h = jnp.concatenate([h, last])
    return state, h


def _scanned(step: Step, state: jax.Array, over: Any, recompute: bool) -> tuple[jax.Array, jax.Array]:
    found: tuple[jax.Array, jax.Array]
    found = jax.lax.scan(jax.checkpoint(step, prevent_cse=False) if recompute else step, state, over)
    return found


def _projected(cell: Cell, prepared: Weights, inputs: jax.Array, kept: jax.Array | None) -> jax.Array:
    projected = cell.project(prepared, inputs)
    return projected if kept is None else projected * kept[..., None]


def _symbolic(inputs: jax.Array) -> bool:
    return bool(jnp.issubdtype(inputs.dtype, jnp.integer))


def _kept(inputs: jax.Array, keep: float, key: Key) -> tuple[jax.Array, jax.Array | None]:
    """Floats some of which are dropped; symbols, and what is to be multiplied by for that; None: nothing is dropped."""
    if key is None or keep == 1.0:
        return inputs, None
    if not _symbolic(inputs):
        return dropped(inputs, keep, key), None
    return inputs, dropped(jnp.ones(inputs.shape), keep, key)
