"""A cart with one pole as JAX computes it, many lanes at once: the physics of `tasks` once more, from the numbers a task gives.

Letters in shapes: B lanes, the last axis; T time steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from neatcore.errors import InputError
from neatcore.interfaces import Simulation


@dataclass(frozen=True)
class CartPole:
    """A cart with one pole, no friction, pushed left or right. Hashable, so that functions are compiled for its numbers."""

    scales: tuple[float, ...]
    steps: int
    spread: float
    gravity: float
    cart: float
    mass: float
    half: float
    push: float
    track: float
    lean: float
    step: float

    @classmethod
    def of(cls, simulation: Simulation) -> CartPole:
        """InputError where it is the simulation of something else."""
        if simulation.name != "cart-pole":
            raise InputError(f"unknown simulation {simulation.name!r}; known: 'cart-pole'")
        return cls(tuple(simulation.scales), simulation.steps, simulation.spread, **simulation.constants)

    def observe(self, states: jax.Array) -> jax.Array:
        """What networks read of states (4, B)."""
        return states / jnp.array(self.scales)[:, None]

    def move(self, states: jax.Array, right: jax.Array) -> jax.Array:
        """States (4, B) a time step later, pushed right (B,) or left: Euler's rule (Barto, Sutton & Anderson 1983)."""
        x, speed, angle, spin = states
        sine, cosine, total = jnp.sin(angle), jnp.cos(angle), self.cart + self.mass
        force = jnp.where(right, self.push, -self.push)
        pull = (force + self.mass * self.half * spin * spin * sine) / total
        turn = self.gravity * sine - cosine * pull
        turn = turn / (self.half * (4.0 / 3.0 - self.mass * cosine * cosine / total))  # (Florian 2007, eq. 23)
        acceleration = pull - self.mass * self.half * turn * cosine / total  # (Florian 2007, eq. 24)
        dt = self.step
        return jnp.stack([x + dt * speed, speed + dt * acceleration, angle + dt * spin, spin + dt * turn])

    def stands(self, states: jax.Array) -> jax.Array:
        """Whether lanes (B,) of states (4, B) go on."""
        return (jnp.abs(states[0]) <= self.track) & (jnp.abs(states[2]) <= self.lean)
