"""HyperNEAT through JAX: the weights of a substrate, differentiable in the weights of the CPPN that paints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np

from hypernets.activations import within
from hypernets.cppn import blocks, query_blocks
from hypernets.interfaces import Weights
from hypernets.programs import Program
from hypernets.substrate import SubstrateNetwork
from neatcore.errors import InputError
from neatcore.interfaces import Array, Floats
from substrates.expression import Expression, LinkExpression, Threshold, Whole
from substrates.hyperneat import HyperNeat

Places = Sequence[jax.Array]  # blocks of points (N, I, B): of each projection, then of each sheet that has biases


@dataclass(frozen=True, eq=False)
class Painting:
    """What `HyperNeat.decode` computes, for one genome, with its gradient.

    The gradient of a rule is that of the weights that it lets through: with a threshold, of answers between it and 1; with a gate,
    of the answers of links that there are, never of the gate: evolution alone decides which links there are.
    """

    encoding: HyperNeat

    @cached_property
    def network(self) -> SubstrateNetwork:
        """M, for the weights that are painted; InputError where gradients do not go through it."""
        if not isinstance(self.encoding.expression, (Threshold, LinkExpression, Whole)):
            raise InputError(f"the rule {type(self.encoding.expression).__name__} has no gradient; use rule=all, threshold or leo")
        config = self.encoding.config
        return SubstrateNetwork(self.encoding.substrate, config, config.biases)

    @cached_property
    def places(self) -> Places:
        """Where the CPPN is asked."""
        substrate = self.encoding.substrate
        sheets = [self.encoding.seen(sheet.points) for sheet in substrate.sheets]
        origin = self.encoding.seen(np.zeros((1, substrate.dimensions)))
        asked = [(sheets[pair.source], sheets[pair.target]) for pair in substrate.projections]
        asked += [(origin, sheets[int(name.removeprefix("bias"))]) for name in self.network.shapes if name.startswith("bias")]
        with jax.ensure_compile_time_eval():  # who asks first may be traced
            return [blocks(jnp.asarray(self._pairs(*ends))) for ends in asked]

    def weights(self, program: Program, links: jax.Array, places: Places) -> Weights:
        """Of the substrate, made by a CPPN with the weights `links` (L,)."""
        encoding, found, biases = self.encoding, {}, 0
        for (name, shape), points in zip(self.network.shapes.items(), places, strict=True):
            answers = query_blocks(program, links, points, encoding.config.bias).swapaxes(0, 1)
            flat = answers.reshape(len(answers), -1)[:, : int(np.prod(shape))]
            if name.startswith("kernel"):
                group = int(name.removeprefix("kernel")) if encoding.each else 0
                gate = flat[encoding.groups + group] if encoding.expression.gated else None
                found[name] = expressed(encoding.expression, flat[group], gate).reshape(shape[::-1]).T
            else:
                found[name] = expressed(encoding.expression, flat[self._bias_output(biases)], None)
                biases += 1
        return found

    def _bias_output(self, number: int) -> int:
        """Which output paints the biases of the `number`-th sheet that has them."""
        last = len(self.encoding.names[1]) - 1
        after = sum(sheet.role != "input" for sheet in self.encoding.substrate.sheets) - 1 - number
        return last - (after if self.encoding.each else 0)

    def _pairs(self, source: Floats, target: Floats) -> Array:
        """All pairs as the CPPN reads them, target by target: (T · S, I) in float32."""
        near, far = (np.asarray(points, np.float32) for points in (source, target))
        ends = [np.tile(near, (len(far), 1)), np.repeat(far, len(near), axis=0)]
        step = ends[1] - ends[0]
        further = [step] * self.encoding.config.delta
        further += [np.sqrt(np.square(step).sum(axis=1, keepdims=True))] * self.encoding.config.distance
        return np.concatenate([*ends, *further], axis=1)


def expressed(rule: Expression, answers: jax.Array, gate: jax.Array | None) -> jax.Array:
    """Answers through a rule; gate: as of `Expression.weights`."""
    if isinstance(rule, Whole):
        return rule.reach * answers
    cut = within(answers, -1.0, 1.0)
    if isinstance(rule, Threshold):
        size = jnp.sign(answers) * cut - rule.threshold
        return jnp.where(size > 0.0, jnp.sign(answers) * rule.reach * size / (1.0 - rule.threshold), 0.0)
    assert isinstance(rule, LinkExpression)  # `Painting.network` refuses all others
    return rule.reach * cut if gate is None else jnp.where(gate > 0.0, rule.reach * cut, 0.0)
