"""Packed networks."""

from __future__ import annotations

from typing import NamedTuple

from neatcore.interfaces import Floats, Ints


class Nets(NamedTuple):
    """P sparse networks as flat columns, nodes in the order in which to compute them.

    node_starts (P + 1): the computing nodes of each network. activations (N,). link_starts (N + 1): the links that enter each node.
    sources (L,): slot of the source within its network; weights (L,). output_slots (P, O).
    Slots: inputs 0 … I - 1, the bias I, then the computing nodes in order.
    """

    inputs: int
    node_starts: Ints
    activations: Ints
    link_starts: Ints
    sources: Ints
    weights: Floats
    output_slots: Ints
