"""What the searches over vectors have in common."""

from __future__ import annotations

import numpy as np

from neatcore.errors import InputError, require
from neatcore.interfaces import Floats, Space, VectorSpace


def vectors(space: Space, search: str) -> VectorSpace:
    """The space, if its genomes are vectors; InputError names the searches and encodings that fit."""
    if not isinstance(space, VectorSpace):
        raise InputError(
            f"search={search} needs genomes that are vectors, this encoding has graphs; use encoding=mlp or dct, or search=neat"
        )
    return space


def told(fitness: Floats, asked: int) -> Floats:
    """Fitness (P,) as an array; InputError unless there is a finite one for each genome that was asked for."""
    found = np.array(fitness, np.float64)
    many = f"{len(found)} genomes" if found.ndim == 1 else f"shape {found.shape}"
    require(found.shape == (asked,), f"fitness of {many}, {asked} were asked for")
    wrong = np.flatnonzero(~np.isfinite(found))
    require(len(wrong) == 0, f"fitness of genomes {wrong[:5].tolist()} is not finite")
    return found
