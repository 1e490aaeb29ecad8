"""Functions of one network for many small networks, in blocks: a call of JAX costs as much as some hundred thousand products.

A block always has as many networks, those that are not there being zeros, so that what is computed of one does not depend on how
many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from neatcore.interfaces import Array

BLOCK = 32  # networks
SMALL = 2**17  # products of one network, beyond which it is computed alone


def in_blocks(function: Callable[..., Any], *arrays: Any) -> Any:
    """What `function`, of whole blocks, answers for trees of arrays (P, …), P at least 1: a tree of plain arrays (P, …)."""
    count, found = len(jax.tree.leaves(arrays)[0]), []
    for begin in range(0, count, BLOCK):
        parts = jax.tree.map(lambda array, begin=begin: _filled(array[begin : begin + BLOCK]), arrays)
        found.append(jax.device_get(function(*parts)))
    return jax.tree.map(lambda *parts: np.concatenate(parts)[:count], *found)


def _filled(rows: Array) -> Array:
    return np.concatenate([rows, np.zeros((BLOCK - len(rows), *rows.shape[1:]), rows.dtype)]) if len(rows) < BLOCK else rows
