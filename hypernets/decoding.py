"""From genomes of numpy to stacked weights, for generators that make the weights of one network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from hypernets.blocks import SMALL, in_blocks
from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats

if TYPE_CHECKING:
    from hypernets.interfaces import Stacked


def decode(generator: Any, genomes: Sequence[Floats]) -> Stacked:
    """The weights of P networks that a `Generator` makes, none of which depends on the others; small ones in blocks.

    InputError unless every genome has n numbers.
    """
    table: Array = np.array(genomes, np.float32)
    size = generator.space.size
    if table.ndim != 2 or table.shape[1] != size:
        raise InputError(f"genomes of shape {table.shape} for a generator of {size} numbers")
    if len(table) and _weights(generator) <= SMALL:
        return dict(in_blocks(_generate_block(generator), table))
    made = [{name: np.asarray(array) for name, array in _generate(generator)(jnp.asarray(z)).items()} for z in table]
    return {name: np.stack([weights[name] for weights in made]) for name in made[0]}


@lru_cache(maxsize=32)
def _generate(generator: Any) -> Any:
    """What a `Generator` makes of one z, compiled."""
    return jax.jit(generator.generate)


@lru_cache(maxsize=32)
def _generate_block(generator: Any) -> Any:
    """The same of many z (P, n)."""
    return jax.jit(jax.vmap(generator.generate))


@lru_cache(maxsize=32)
def _weights(generator: Any) -> int:
    """How many weights it makes of one z."""
    made = jax.eval_shape(generator.generate, jnp.zeros(generator.space.size))
    return sum(int(array.size) for array in made.values())
