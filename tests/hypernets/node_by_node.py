"""Slow and obvious: a genome computed node by node, each from its links, which JAX differentiates by itself."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from hypernets.activations import BY_CODE
from neatcore.genome import BIAS, INPUT, OUTPUT, Genome


def answers(genome: Genome, weights: jax.Array, points: jax.Array, bias: float = 1.0) -> jax.Array:
    """(O, Q) of a feed-forward genome with link weights (L,) at points (Q, I)."""
    inputs = [int(node["id"]) for node in genome.nodes if node["kind"] == INPUT]
    values = {node: points[:, place] for place, node in enumerate(inputs)}
    values |= {int(node["id"]): jnp.full(len(points), bias) for node in genome.nodes if node["kind"] == BIAS}

    def value(node: int) -> jax.Array:
        if node not in values:
            total = jnp.zeros(len(points))
            for place, link in enumerate(genome.links):
                if link["target"] == node and link["enabled"]:
                    total = total + weights[place] * value(int(link["source"]))
            code = int(genome.nodes["activation"][genome.nodes["id"] == node][0])
            values[node] = BY_CODE[code](total)
        return values[node]

    return jnp.stack([value(int(node["id"])) for node in genome.nodes if node["kind"] == OUTPUT])
