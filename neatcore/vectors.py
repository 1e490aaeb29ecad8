"""What the searches over vectors that are written here have in common."""

from __future__ import annotations

from neatcore.errors import InputError, require
from neatcore.interfaces import Floats, Space, VectorSpace


def vectors(space: Space, search: str) -> VectorSpace:
    """The space, if its genomes are vectors; InputError names the searches and encodings that fit."""
    if not isinstance(space, VectorSpace):
        raise InputError(
            f"search={search} needs genomes that are vectors, this encoding has graphs; use encoding=mlp or dct, or search=neat"
        )
    return space


def check_told(fitness: Floats, asked: int) -> None:
    """Raise InputError unless there is a fitness for each genome that was asked for."""
    require(len(fitness) == asked, f"fitness of {len(fitness)} genomes, {asked} were asked for")
