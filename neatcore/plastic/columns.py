"""Packed networks that learn."""

from __future__ import annotations

from typing import NamedTuple

from neatcore.interfaces import Floats, Ints
from neatcore.nets.columns import Nets


class PlasticNets(NamedTuple):
    """Packed networks; of their links the learning rates (L, 2) and the ids of both nodes (L, 2); of each its largest weight."""

    nets: Nets
    rates: Floats
    ends: Ints
    largest: Floats
