"""What is to be small, by the name that a task gives it: mean loss over a batch, and figures beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import optax

from hypernets.mixtures import Mixture
from neatcore.errors import InputError, unknown

if TYPE_CHECKING:
    from neatcore.interfaces import Teaching

Figures = dict[str, jax.Array]
Loss = Callable[[jax.Array, jax.Array], tuple[jax.Array, Figures]]


def cross_entropy(logits: jax.Array, targets: jax.Array) -> tuple[jax.Array, Figures]:
    """Mean of -log softmax(logits)[target], in nats: logits (…, O), targets (…) whole numbers; and the share that is right.

    Of sequences, targets (T, S), the mean in bits besides.
    """
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, targets).mean()
    bits = {"bits": loss / jnp.log(2.0)} if targets.ndim > 1 else {}
    return loss, {"accuracy": (logits.argmax(-1) == targets).mean(), **bits}


def squared(outputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, Figures]:
    """Mean of the squared differences of outputs and targets (…, O)."""
    return jnp.square(outputs - targets).mean(), {}


def mixture_density(outputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, Figures]:
    """Mean of minus the log density of points (…, 3), in nats a point, those left out that are NaN; see `Mixture`.

    And the share of points for which the pen is foreseen.
    """
    there = ~jnp.isnan(targets).any(-1)
    points = jnp.where(there[..., None], targets, 0.0)  # else NaN comes back through the gradient
    mixture, count = Mixture.of(outputs), jnp.maximum(there.sum(), 1)
    losses = -mixture.log_density(points)
    right = (mixture.pen < 0) == (points[..., 2] > 0.5)
    return jnp.where(there, losses, 0.0).sum() / count, {"pen": (there & right).sum() / count}


LOSSES: dict[str, Loss] = {"cross-entropy": cross_entropy, "squared": squared, "mixture-density": mixture_density}


def loss_of(task: Teaching) -> Loss:
    """The loss that a task names; InputError names the nearest one."""
    name: object = task.loss
    if not isinstance(name, str):
        raise InputError(f"task {type(task).__name__} has loss {name!r}; it must be one of: {', '.join(LOSSES)}")
    if name not in LOSSES:
        raise unknown(f"loss of task {type(task).__name__}:", name, LOSSES)
    return LOSSES[name]
