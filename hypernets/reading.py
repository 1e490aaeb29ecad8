"""Generators of networks as they are kept in files."""

from __future__ import annotations

from neatcore.errors import InputError, require
from neatcore.files import load
from neatcore.genome import Genome
from neatcore.interfaces import Floats

Ends = tuple[int, int]  # inputs and outputs


def read_generator(path: str, ends: Ends, wanted: Ends, size: int, make: str) -> Floats:
    """The numbers (size,) of the generator in a file; InputError where its networks do not fit a task, or it is none.

    ends: of the networks that it makes. wanted: of those that the task needs. make: how to come by a generator, in words.
    """
    require(path, f"which generator? for example: encoding=latest, a run; {make}")
    has, wants = (f"{inputs} inputs and {_count(outputs)}" for inputs, outputs in (ends, wanted))
    require(ends == wanted, f"the generator {path} makes networks of {has}; this task needs {wants}")
    vector = load(path)
    if isinstance(vector, Genome):
        raise InputError(f"{path} holds a genome of nodes and links, not a generator of networks; {make}")
    require(len(vector) == size, f"{path} has {len(vector):,} numbers, a generator with these options {size:,}; {make}")
    return vector


def _count(outputs: int) -> str:
    return f"{outputs} output{'' if outputs == 1 else 's'}"
