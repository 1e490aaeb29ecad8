"""How far a watched cell's recurrent matrices move from step to step (Ha, Dai & Le 2016, section 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from hypernets.recurrent.cells import Stepped
from hypernets.recurrent.hyper import HyperLstm, HyperRnn
from neatcore.errors import require
from neatcore.interfaces import Array, Floats
from neatcore.prefixes import within

if TYPE_CHECKING:
    from hypernets.interfaces import Weights
    from hypernets.recurrent.network import Recurrent


def watched(network: Recurrent) -> bool:
    """Whether the first cell is scaled by another."""
    return isinstance(network.cells[0], HyperRnn | HyperLstm)


def changes(network: Recurrent, weights: Weights, symbols: Array) -> Floats:
    """Of each gate's matrix D_t W_h in the first cell, ‖D_t W_h - D_{t-1} W_h‖ in units of the mean of ‖D_t W_h‖, (T, G).

    symbols: (T,), read from an empty state. Row 0 is 0. InputError where no cell scales the first one.
    """
    cell, own = network.cells[0], within("layer1.", weights)
    require(watched(network), f"{type(cell).__name__} has the same weights at every step; those of a HyperRNN or HyperLSTM change")
    prepared = cell.prepare(own)

    def step(state: jax.Array, projected: jax.Array) -> Stepped:
        after, _ = cell.advance(prepared, state, projected, None)
        return after, after

    _, states = jax.lax.scan(step, jnp.zeros((1, cell.memory)), cell.project(prepared, jnp.asarray(symbols)[:, None]))
    d = np.asarray(cell.scaling(own, states[:, 0]), np.float64)  # type: ignore[attr-defined]
    lengths = np.linalg.norm(np.asarray(own["recurrent"], np.float64), axis=0)  # of the row of a unit, as the paper has matrices
    moved = np.diff(d, axis=0, prepend=d[:1])
    norms = [np.linalg.norm((each * lengths).reshape(len(d), -1, cell.units), axis=2) for each in (moved, d)]
    found: Floats = norms[0] / np.maximum(norms[1].mean(axis=0), np.finfo(np.float64).tiny)
    return found
