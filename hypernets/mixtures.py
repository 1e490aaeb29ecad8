"""Densities of the next point of a drawing (Graves 2013, 4.1): bivariate Gaussians for the offset, Bernoulli for the pen."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

PIECES = 6  # outputs of a component: its weight, two means, two deviations, a correlation
NARROW, TIGHT = 10.0, 8.0  # bounds of log σ and of ρ̂, beyond which densities overflow


@dataclass(frozen=True)
class Mixture:
    """The density that outputs (…, 1 + 6M) stand for: ê; then M each of π̂, μ₁, μ₂, σ̂₁, σ̂₂, ρ̂.

    pen (…): the logit of the pen staying down; logits (…, M): of the components; means, widths (2, …, M), widths as log σ; turns
    (…, M): ρ̂, whose tanh is the correlation.
    """

    pen: jax.Array
    logits: jax.Array
    means: jax.Array
    widths: jax.Array
    turns: jax.Array

    @classmethod
    def of(cls, outputs: jax.Array) -> Mixture:
        parts = outputs[..., 1:].reshape(*outputs.shape[:-1], PIECES, -1)
        logits, mean1, mean2, width1, width2, turns = jnp.moveaxis(parts, -2, 0)
        widths = jnp.clip(jnp.stack([width1, width2]), -NARROW, NARROW)
        return cls(outputs[..., 0], logits, jnp.stack([mean1, mean2]), widths, jnp.clip(turns, -TIGHT, TIGHT))

    def log_density(self, points: jax.Array) -> jax.Array:
        """In nats, (…) of points (…, 3): an offset, and 1 where the pen is lifted after it, or 0."""
        offsets = jnp.moveaxis(points[..., None, :2], -1, 0)
        z = (offsets - self.means) * jnp.exp(-self.widths)  # (2013, eq. 21): σ = exp σ̂
        cosh = jnp.cosh(self.turns)  # (2013, eq. 22): ρ = tanh ρ̂, so that 1 - ρ² = 1 / cosh² ρ̂
        square = ((z[0] - jnp.tanh(self.turns) * z[1]) * cosh) ** 2 + z[1] ** 2  # (2013, eq. 25): Z / (1 - ρ²)
        normal = jnp.log(cosh / (2 * jnp.pi)) - self.widths.sum(0) - square / 2  # (2013, eq. 24)
        pen = jax.nn.log_sigmoid(jnp.where(points[..., 2] > 0.5, -self.pen, self.pen))  # (2013, eq. 18): e = 1 / (1 + exp ê)
        return jax.nn.logsumexp(jax.nn.log_softmax(self.logits) + normal, -1) + pen  # (2013, eqs. 19 and 23)

    def draw(self, key: jax.Array, temperature: jax.Array) -> jax.Array:
        """Points (…, 3). Below a temperature of 1 they are more alike: logits are divided by it, variances multiplied."""
        which, where, lifted = jax.random.split(key, 3)
        noise = temperature * jax.random.gumbel(which, self.logits.shape)
        chosen = jnp.argmax(self.logits + noise, -1)[..., None]
        means, widths = (jnp.take_along_axis(part, chosen[None], -1)[..., 0] for part in (self.means, self.widths))
        turn = jnp.take_along_axis(self.turns, chosen, -1)[..., 0]
        normal = jnp.sqrt(temperature) * jax.random.normal(where, means.shape)
        second = normal[1]
        first = jnp.tanh(turn) * second + normal[0] / jnp.cosh(turn)  # so that their correlation is tanh ρ̂
        offset = means + jnp.exp(widths) * jnp.stack([first, second])
        pen = -self.pen + temperature * jax.random.logistic(lifted, self.pen.shape) > 0
        return jnp.concatenate([jnp.moveaxis(offset, 0, -1), pen[..., None].astype(offset.dtype)], -1)
