"""From genomes of numpy to stacked weights, for generators that make the weights of one network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats

if TYPE_CHECKING:
    from hypernets.interfaces import Stacked


def decode(generator: Any, genomes: Sequence[Floats]) -> Stacked:
    """The weights of P networks that a `Generator` makes, one after another, so that none depends on the others.

    InputError unless every genome has n numbers.
    """
    table: Array = np.array(genomes, np.float32)
    size = generator.space.size
    if table.ndim != 2 or table.shape[1] != size:
        raise InputError(f"genomes of shape {table.shape} for a generator of {size} numbers")
    made = [{name: np.asarray(array) for name, array in _generate(generator)(jnp.asarray(z)).items()} for z in table]
    return {name: np.stack([weights[name] for weights in made]) for name in made[0]}


@lru_cache(maxsize=32)
def _generate(generator: Any) -> Any:
    """What a `Generator` makes of one z, compiled."""
    return jax.jit(generator.generate)
